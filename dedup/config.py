"""
Configuration files: which one is in force, what it says, and where each value comes from.

The nearest of `.dedup.toml`, `dedup.toml` and a `pyproject.toml` that has a `[tool.dedup]` table,
looked for upwards from the working directory, is read; one file, never merged with another. Its
top level holds `Settings`, a table of a command's name the settings of that command:

    threshold = 0.85
    exclude = ["drafts/*"]

    [clean]                 # in pyproject.toml: [tool.dedup.clean]
    keep = "longest"

A preset is a named set of values (`PRESETS`), asked for by `--preset` or by `preset` in the file.
What is given on the command line wins over the preset given there, this over the file, the file
over the preset that it names, and that over the defaults.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from dedup.errors import SettingsError
from dedup.settings import SHARES, Settings, nearest, one_of, typed

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = (".dedup.toml", "dedup.toml", "pyproject.toml")

DEFAULT = "default"
COMMAND_LINE = "command line"
PRESET = "preset"

COMMANDS: dict[str, dict[str, Any]] = {
    "report": {"sort": "auto", "top": 0, "order": "place"},
    "clean": {
        "keep": "first",
        "scope": "all",
        "remove": "equal",
        "boilerplate": "keep",
        "passages": "off",
        "unit": "paragraph",
        "drop_document_over": None,
        "max_removed": None,
        "source_field": None,
    },
    "pairs": {"unit": "paragraph"},
    "check": {
        "fail_on": ("within", "across"),
        "max_overlap": None,
        "ignore_quotations": True,
        "ignore_sections": (),
        "ignore_paths": (),
    },
}
"""The settings of single commands, with their defaults; `None` is `off`. The command itself knows
which values each may have."""

PRESETS: dict[str, dict[str, Any]] = {
    "archive": {
        "clean": {
            name: COMMANDS["clean"][name]
            for name in ("remove", "boilerplate", "drop_document_over", "unit")
        }
    },
    "training": {
        "clean": {
            "remove": "match",
            "boilerplate": "remove",
            "drop_document_over": 0.8,
            "unit": "both",
        },
    },
    "ocr": {"join_hyphens": True},
}
"""What each preset sets, as a configuration file would: `archive` loses nothing (the defaults, also
where the file says otherwise), `training` keeps no near copy, no near-duplicate
document and no menu."""


@dataclass(frozen=True, slots=True)
class Config:
    """What is in force, and where it comes from."""

    settings: Settings
    commands: dict[str, dict[str, Any]]
    """Per command, its settings by name."""
    sources: dict[str, str]
    """Per setting, and per `command.setting`: `default`, `command line`, a preset or the file."""
    file: Path | None

    def with_preset(self, name: str, source: str) -> Config:
        """Let the values of a preset win; `source` says who asked. Raises `SettingsError`."""
        values = PRESETS[one_of("preset", name, tuple(PRESETS))]
        shared = {key: value for key, value in values.items() if key not in COMMANDS}
        own = {key: self.commands[key] | value for key, value in values.items() if key in COMMANDS}
        keys = [*shared, *(f"{c}.{key}" for c in COMMANDS for key in values.get(c, ()))]
        sources = self.sources | dict.fromkeys(keys, f"preset {name} ({source})")
        settings = self.settings.updated(shared)
        return Config(settings, self.commands | own, sources, self.file)

    def with_command_line(self, values: Mapping[str, Any], command: str | None = None) -> Config:
        """Let the values that were given (not `None`) win. Raises `SettingsError`."""
        given = {name: value for name, value in values.items() if value is not None}
        own = {n: v for n, v in given.items() if command and n in COMMANDS.get(command, {})}
        shared = {name: value for name, value in given.items() if name not in own}
        sources = dict.fromkeys(shared, COMMAND_LINE)
        commands = dict(self.commands)
        if command and own:
            commands[command] = commands[command] | {
                name: typed(name, value, _kind(command, name)) for name, value in own.items()
            }
            sources |= {f"{command}.{name}": COMMAND_LINE for name in own}
        settings = self.settings.updated(shared)
        return Config(settings, commands, self.sources | sources, self.file)


def find_file(start: Path) -> Path | None:
    """Return the configuration file that is nearest to a folder, looking upwards."""
    for folder in (start, *start.parents):
        for name in NAMES:
            file = folder / name
            if file.is_file() and _table(file, _read(file)) is not None:
                return file
    return None


def load(file: Path | None = None, start: Path | None = None) -> Config:
    """
    Read one file, or the nearest one from `start` (the working directory), or none.

    Raises `SettingsError` that names the file, the line, the key and the nearest known one.
    """
    start = start or Path.cwd()
    named = file is not None
    file = file or find_file(start)
    sources = {f.name: DEFAULT for f in fields(Settings)}
    sources |= {f"{c}.{name}": DEFAULT for c, known in COMMANDS.items() for name in known}
    commands = {command: dict(known) for command, known in COMMANDS.items()}
    config = Config(Settings(), commands, sources, file)
    if file is None:
        return config
    text = _read(file)
    table = _table(file, text)
    if table is None:
        raise SettingsError(f"{_shown(file)}: no [tool.dedup] table")
    # The preset comes first, so that whatever else the file says wins over it.
    if PRESET in table:
        where = _where(file, text, PRESET)
        try:
            name = typed(PRESET, table.pop(PRESET), str)
            config = config.with_preset(name, _shown(file))
        except SettingsError as error:
            raise SettingsError(f"{where}: {error}") from None
    settings, commands, sources = config.settings, dict(config.commands), dict(config.sources)
    for key, value in table.items():
        where = _where(file, text, key)
        if isinstance(value, dict) and key in COMMANDS:
            for name, own in value.items():
                where = _where(file, text, name, key)
                commands[key] = commands[key] | _of_command(key, name, own, where)
                sources[f"{key}.{name.replace('-', '_')}"] = _shown(file)
            continue
        name = key.replace("-", "_")
        if name not in sources:
            known = [*sources, *COMMANDS] if isinstance(value, dict) else [*sources, PRESET]
            raise SettingsError(f"{where}: unknown key {key!r}{nearest(name, known)}")
        settings = settings.updated({name: value}, where)
        sources[name] = _shown(file)
    if settings.work_dir is not None:
        folder = start if named else file.parent
        settings = settings.updated({"work_dir": str(folder / settings.work_dir)})
    return Config(settings, commands, sources, file)


def _of_command(
    command: str,
    key: str,
    value: Any,  # noqa: ANN401 - from TOML
    where: str,
) -> dict[str, Any]:
    """Return a setting of a command by its name. Raises `SettingsError` that names the place."""
    name, known = key.replace("-", "_"), COMMANDS[command]
    if name not in known:
        raise SettingsError(
            f"{where}: unknown key {key!r} of [{command}]{nearest(name, list(known))}"
        )
    try:
        return {name: typed(name, value, _kind(command, name))}
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from None


def _kind(command: str, name: str) -> Any:  # noqa: ANN401 - a type
    """Return the type of a setting of a command."""
    if name in SHARES:
        return Annotated[float, SHARES[name]] | None
    default = COMMANDS[command][name]
    return str | None if default is None else type(default)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsError(f"{_shown(file)}: cannot read the configuration: {why}") from error


def _table(file: Path, text: str) -> dict[str, Any] | None:
    """Return the file's settings; `None` for a `pyproject.toml` that has none."""
    project = file.name == "pyproject.toml"
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if project and "tool.dedup" not in text:
            return None
        raise SettingsError(f"{_shown(file)}: not TOML: {error}") from error
    if not project:
        return whole
    tool = whole.get("tool")
    table = tool.get("dedup") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _where(file: Path, text: str, key: str, command: str | None = None) -> str:
    """Name the file and, where the key is written plainly, its line."""
    head = ["tool", "dedup"] if file.name == "pyproject.toml" else []
    wanted = [*head, *([command] if command else [])]
    section: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            section = [part.strip(" \"'") for part in header[1].split(".")]
        pair = re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line)
        if (pair and pair[1] == key and section == wanted) or section == [*wanted, key]:
            return f"{_shown(file)}:{number}"
    return _shown(file)


def _shown(file: Path) -> str:
    """Return the path as a person in the working directory would write it."""
    try:
        return str(file.relative_to(Path.cwd()))
    except ValueError:
        return str(file)
