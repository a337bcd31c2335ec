"""
The options that commands share, each declared once.

A command takes them as one parameter, `shared: Shared`; `command` (in `app.py`) spreads that
parameter into the options below. Every one is `None` where it was not given, so that the
configuration file or the default holds (`dedup/config.py`).
"""

# NOTE: no `from __future__ import annotations` in cli/: typer reads the annotations at run time.

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from dedup.cli.output import check_places
from dedup.cli.terminal import Meter
from dedup.config import COMMAND_LINE, PRESETS, Config, load
from dedup.errors import SettingsError
from dedup.settings import CHOICES, Settings, one_of, size

DETECTION = "What is found"
READING = "What is read"
RUNNING = "Where it runs"
OUTPUT = "What is printed"

_FIELDS = {f.name: f for f in fields(Settings)}
COLORS = ("auto", "always", "never")
NARROWEST = 20


def _option(name: str, panel: str, metavar: str, *more: str) -> Any:  # noqa: ANN401 - typer's record
    """Declare the option of a setting: its help and default come from `Settings`."""
    about, default = _FIELDS[name].metadata["about"], getattr(Settings(), name)
    shown = size(default) if name == "memory" else default
    off = shown is False or shown in {None, (), "0"}
    tail = "" if off else f" [dim]\\[{shown}][/dim]"
    return typer.Option(
        "--" + name.replace("_", "-"),
        *more,
        help=about + tail,
        metavar="|".join(CHOICES[name]) if name in CHOICES else metavar,
        rich_help_panel=panel,
        show_default=False,
        autocompletion=lambda: list(CHOICES.get(name, ())),
    )


Threshold = Annotated[str | None, _option("threshold", DETECTION, "SHARE")]
MinWords = Annotated[int | None, _option("min_words", DETECTION, "N")]
MinGroupWords = Annotated[int | None, _option("min_group_words", DETECTION, "N")]
MaxGap = Annotated[int | None, _option("max_gap", DETECTION, "N")]
BoilerplateDocuments = Annotated[int | None, _option("boilerplate_documents", DETECTION, "N")]
Recall = Annotated[str | None, _option("recall", DETECTION, "")]
Paragraphs = Annotated[str | None, _option("paragraphs", DETECTION, "")]
JoinHyphens = Annotated[bool | None, _option("join_hyphens", DETECTION, "")]
Passages = Annotated[str | None, _option("passages", DETECTION, "")]
Unit = Annotated[str | None, _option("unit", DETECTION, "")]
DocumentThreshold = Annotated[str | None, _option("document_threshold", DETECTION, "SHARE")]
TextField = Annotated[str | None, _option("text_field", READING, "NAME")]
IdField = Annotated[str | None, _option("id_field", READING, "NAME")]
InputFormat = Annotated[str | None, _option("input_format", READING, "")]
Encoding = Annotated[str | None, _option("encoding", READING, "NAME")]
Include = Annotated[list[str] | None, _option("include", READING, "GLOB")]
Exclude = Annotated[list[str] | None, _option("exclude", READING, "GLOB")]
NoIgnore = Annotated[bool | None, _option("no_ignore", READING, "")]
OnError = Annotated[str | None, _option("on_error", READING, "")]
Memory = Annotated[str | None, _option("memory", RUNNING, "SIZE")]
Threads = Annotated[int | None, _option("threads", RUNNING, "N")]
Engine = Annotated[str | None, _option("engine", RUNNING, "")]
Master = Annotated[str | None, _option("master", RUNNING, "URL")]
SparkConf = Annotated[list[str] | None, _option("spark_conf", RUNNING, "KEY=VALUE")]
WorkDir = Annotated[str | None, _option("work_dir", RUNNING, "DIR")]

Preset = Annotated[
    str | None,
    typer.Option(
        help="a named set of values; what else is given wins over it, it over the configuration"
        " file; dedup config --preset shows what it sets",
        metavar="|".join(PRESETS),
        rich_help_panel=DETECTION,
        show_default=False,
        autocompletion=lambda: list(PRESETS),
    ),
]
Timings = Annotated[
    Path | None,
    typer.Option(
        help="write the seconds of each stage here, as JSON",
        metavar="FILE",
        rich_help_panel=RUNNING,
        show_default=False,
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="configuration file, instead of the nearest dedup.toml or pyproject.toml",
        metavar="FILE",
        rich_help_panel=RUNNING,
        show_default=False,
    ),
]
Color = Annotated[
    str,
    typer.Option(
        help=r"colours; auto asks the terminal, NO_COLOR and FORCE_COLOR [dim]\[auto][/dim]",
        metavar="|".join(COLORS),
        rich_help_panel=OUTPUT,
        show_default=False,
        autocompletion=lambda: list(COLORS),
    ),
]
Width = Annotated[
    int | None,
    typer.Option(
        help="columns to write for, instead of the terminal's",
        metavar="N",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
NoPager = Annotated[
    bool,
    typer.Option(
        "--no-pager",
        help="no pager, however long the report is; DEDUP_PAGER and PAGER name another one",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        help="no progress and no notes, only errors",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
Debug = Annotated[
    bool,
    typer.Option(
        "--debug",
        help="show the traceback of an error",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help="write to this file, whole or not at all, instead of the standard output",
        metavar="FILE",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
Rejects = Annotated[
    Path | None,
    typer.Option(
        help="where --on-error quarantine puts what could not be read",
        metavar="FILE",
        rich_help_panel=READING,
        show_default=False,
    ),
]
Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH...", help="files and folders; - is the standard input", show_default=False
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """How a command talks: the options that every command has."""

    color: Color = "auto"
    width: Width = None
    quiet: Quiet = False
    debug: Debug = False

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        one_of("color", self.color, COLORS)
        if self.width is not None and self.width < NARROWEST:
            raise SettingsError(f"width is {self.width}: the least is {NARROWEST}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared(Talk):
    """The settings as the command line gives them, and how the command talks."""

    preset: Preset = None
    threshold: Threshold = None
    min_words: MinWords = None
    min_group_words: MinGroupWords = None
    max_gap: MaxGap = None
    boilerplate_documents: BoilerplateDocuments = None
    recall: Recall = None
    paragraphs: Paragraphs = None
    join_hyphens: JoinHyphens = None
    passages: Passages = None
    unit: Unit = None
    document_threshold: DocumentThreshold = None
    text_field: TextField = None
    id_field: IdField = None
    input_format: InputFormat = None
    encoding: Encoding = None
    include: Include = None
    exclude: Exclude = None
    no_ignore: NoIgnore = None
    on_error: OnError = None
    memory: Memory = None
    threads: Threads = None
    engine: Engine = None
    master: Master = None
    spark_conf: SparkConf = None
    work_dir: WorkDir = None
    timings: Timings = None
    config: ConfigFile = None
    no_pager: NoPager = False

    def meter(self, inputs: Sequence[str], config: Config) -> Meter:
        """
        Return what shows the progress of this command, and measures its stages.

        Raises `OutputError` where the timings cannot be written, or would be over an input.
        """
        check_places((self.timings,), inputs, config.settings)
        return Meter(quiet=self.quiet, color=self.color, timings=self.timings)

    def resolve(self, command: str | None = None, **own: Any) -> Config:  # noqa: ANN401 - options
        """
        Put the command line over the configuration file over the defaults.

        `own` are the options of `command` that may stand in the file too. Raises `SettingsError`.
        """
        values = {name: getattr(self, name) for name in _FIELDS}
        found = load(self.config)
        if self.preset is not None:
            found = found.with_preset(self.preset, COMMAND_LINE)
        return found.with_command_line(values | own, command)


def refuse(shared: Shared, why: str) -> None:
    """Raise `SettingsError` where a setting was given that does nothing in this call."""
    given = [f.name for f in fields(Settings) if getattr(shared, f.name) is not None]
    if given:
        listed = ", ".join("--" + name.replace("_", "-") for name in given)
        raise SettingsError(f"{why}: leave out {listed}")


def _all_but(*names: str) -> frozenset[str]:
    """Return the shared options without some."""
    return frozenset(f.name for f in fields(Shared)) - set(names)


TAKES: dict[str, frozenset[str]] = {
    "report": _all_but(),
    "check": _all_but(),
    "clean": _all_but("no_pager"),
    # Pairs are of paragraphs, whatever blocks and passages these are in; they are no page.
    "pairs": _all_but(
        *("min_group_words", "max_gap", "boilerplate_documents", "passages", "width", "no_pager"),
    ),
    "diff": frozenset(
        (
            "threshold",
            "min_words",
            "min_group_words",
            "boilerplate_documents",
            "paragraphs",
            "id_field",
            "text_field",
            "input_format",
            "encoding",
            "config",
            "color",
            "width",
            "debug",
        )
    ),
    "restore": frozenset(("color", "quiet", "debug")),
    "audit": frozenset(("quiet", "debug")),
    # Blocks are built when a check asks; an index has what they are built from.
    "index": _all_but(
        *("min_group_words", "max_gap", "boilerplate_documents", "passages", "unit", "width"),
        *("engine", "master", "spark_conf", "no_pager"),
    ),
    # Texts come by HTTP, as JSON; there is no page, and no end at which to tell of stages.
    "serve": _all_but(
        *("text_field", "id_field", "input_format", "encoding", "include", "exclude", "no_ignore"),
        *("on_error", "work_dir", "timings", "color", "width", "no_pager"),
    ),
    "config": _all_but("timings", "quiet", "no_pager"),
}
"""The shared options that act in each command: it takes no others, and its help shows no others."""

PLANNED: dict[str, tuple[str, ...]] = {
    "clean": ("--index",),
}
"""Options of the specification, per command, whose features do not exist yet."""
