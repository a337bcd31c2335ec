"""
`dedup config`: what is in force, and where each value comes from.

    dedup config                       the settings here, as the other commands would have them
    dedup config > dedup.toml          a file to start from
"""

from typing import Any

from dedup.cli.options import Out, Shared
from dedup.cli.output import check_places, write_output
from dedup.cli.rendering import format_of, view_of
from dedup.cli.terminal import page, rendered
from dedup.config import DEFAULT, Config
from dedup.settings import size

EXAMPLES = r"""
dedup config
dedup config --threshold .9       [dim]what the command line would change[/dim]
dedup config > dedup.toml         [dim]a configuration file to start from[/dim]
"""


def config(*, shared: Shared, output: Out = None) -> int:
    """
    Show each setting, its value and where it comes from.

    The nearest .dedup.toml, dedup.toml or pyproject.toml with a table for dedup is read, looked for
    upwards from the working directory. The command line wins over it, and it over the defaults.
    """
    found = shared.resolve()
    check_places((output,), (), found.settings)
    if format_of(None, output) == "terminal":
        width, color = view_of(output, shared)
        text = _table(found, width, color=color)
    else:
        text = _toml(found)
    write_output(text, output, data=False)
    return 0


def _values(config: Config) -> dict[str, dict[str, Any]]:
    """Return every value by section; the settings that all commands share have the section ''."""
    shared = {part: config.settings.part(part) for part in ("detection", "reading", "running")}
    flat = {k: v for part in shared.values() for k, v in part.items()}
    return {"": flat | {"memory": size(config.settings.memory)}} | config.commands


def _toml(config: Config) -> str:
    """Write a configuration file that says the same, with a comment where each value is from."""
    lines = [f"# {config.file or 'no configuration file'}"]
    for section, values in _values(config).items():
        if section:
            lines += ["", f"[{section}]"]
        rows = []
        for name, value in values.items():
            head = "# " if value is None else ""
            rows.append((f"{head}{name} = {_shown(value)}", config.sources[_key(section, name)]))
        left = max(len(row) for row, _ in rows)
        lines += [f"{row:<{left}}  # {source}" for row, source in rows]
    return "\n".join(lines) + "\n"


def _table(config: Config, width: int, *, color: bool) -> str:
    from dataclasses import fields

    from rich import box
    from rich.table import Table
    from rich.text import Text

    from dedup.settings import Settings

    # The columns; what a setting is for stands beside it where there is room.
    about = {f.name: f.metadata["about"] for f in fields(Settings)}
    console = page(width, color=color)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("setting", "value", "from"):
        table.add_column(heading, no_wrap=heading == "setting")
    if width >= _WIDE:
        table.add_column("what it is for")
    # A row a setting, dim where it is the default, under the name of its section.
    for section, values in _values(config).items():
        if section:
            table.add_row(Text(f"[{section}]", "bold"))
        for name, value in values.items():
            source = config.sources[_key(section, name)]
            style = "dim" if source == DEFAULT else "bold"
            cells = [Text(name), Text(_shown(value), style), Text(source, style)]
            if width >= _WIDE:
                cells.append(Text(about.get(name, "") if not section else "", "dim"))
            table.add_row(*cells)
    console.print(Text(f"{config.file or 'no configuration file'}"))
    console.print(table)
    return rendered(console)


_WIDE = 110
"""Columns from which the explanations have room."""


def _key(section: str, name: str) -> str:
    return f"{section}.{name}" if section else name


def _shown(value: Any) -> str:  # noqa: ANN401 - any value of a setting
    """Write a value as TOML does; what is not set has no TOML."""
    import json

    if value is None:
        return "(not set)"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(_shown(v) for v in value) + "]"
    if isinstance(value, float):
        return f"{value:g}" if "." in f"{value:g}" else f"{value:.1f}"
    return json.dumps(value, ensure_ascii=False)
