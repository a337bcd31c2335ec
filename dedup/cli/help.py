"""
The help pages: usage, what the command does, its options by group, examples.

NOTE: typer's own rich pages import a Markdown parser, a validator and a highlighter, which doubles
the time of `dedup --help`; these need `rich.console` and a table only. Markup is read in our own
strings and nowhere else.
"""

import inspect
import sys
import textwrap
from collections.abc import Mapping
from typing import Any

from typer.core import TyperCommand, TyperGroup

from dedup.cli.options import DETECTION, OUTPUT, READING, RUNNING
from dedup.cli.values import read_plainly

HEADINGS = ("Arguments", "Options", DETECTION, READING, RUNNING, OUTPUT)
HEADING = "bold"
OPTION = "cyan"
METAVAR = "green"
WIDEST = 110
"""Columns of a page, however wide the terminal is."""
WIDEST_VALUES = 40
"""Columns of the values of an option, with a space between."""
NARROWEST_ABOUT = 40
"""Columns that the explanations keep beside the names."""


def _page(command: Any, context: Any) -> str:  # noqa: ANN401 - typer's classes
    """Write the help page of a command, for the standard output."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from dedup.cli.terminal import colored, columns, page, rendered

    context.color = colored(sys.stdout)
    console = page(min(columns(sys.stdout), WIDEST), color=context.color)
    # What is typed, and what it does.
    values = [p.metavar for p in command.get_params(context) if _is_argument(p)]
    pieces = values or ["COMMAND ..."] if isinstance(command, TyperGroup) else values
    usage = " ".join([context.command_path, *pieces, "[OPTIONS]"])
    console.print(Text.assemble(("Usage:", HEADING), f" {usage}\n"))
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    console.print("\n\n".join(" ".join(p.split()) for p in paragraphs))
    # Commands, arguments and options under their headings, the names beside the explanations.
    for heading, rows in [*_commands(command), *_parameters(command, context)]:
        console.print(Text(f"\n{heading}", HEADING))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(max_width=max(console.width - NARROWEST_ABOUT, 10), overflow="fold")
        table.add_column()
        for name, value, about in rows:
            left = Text.assemble((name, OPTION), (f" {_broken(value)}" if value else "", METAVAR))
            table.add_row(left, Text.from_markup(about, emoji=False))
        console.print(Padding(table, (0, 0, 0, 2)))
    # Examples.
    if command.epilog:
        console.print(Text("\nExamples", HEADING))
        for line in inspect.cleandoc(command.epilog).split("\n"):
            console.print(Padding(Text.from_markup(line, emoji=False), (0, 0, 0, 2)))
    return rendered(console).rstrip("\n")


def _broken(value: str) -> str:
    """Return the values of an option, broken between two of them where they are many."""
    lines = textwrap.wrap(value.replace("|", "| "), WIDEST_VALUES)
    return "\n".join(line.replace("| ", "|") for line in lines)


Entry = tuple[str, str, str]
"""A name, the value it takes, and what it is for."""


def _commands(command: Any) -> list[tuple[str, list[Entry]]]:  # noqa: ANN401 - typer's class
    if not isinstance(command, TyperGroup):
        return []
    return [("Commands", [(name, "", about) for name, about in command.summaries()])]  # type: ignore[attr-defined]


def _is_argument(param: Any) -> bool:  # noqa: ANN401 - typer's class
    return bool(param.param_type_name == "argument")


def _parameters(command: Any, context: Any) -> list[tuple[str, list[Entry]]]:  # noqa: ANN401 - typer's
    """Return the parameters by heading: arguments, the command's own options, the shared ones."""
    panels: dict[str, list[Entry]] = {h: [] for h in HEADINGS}
    one = isinstance(command, TyperGroup)
    for param in command.get_params(context):
        value = param.metavar or ""
        about = param.help or ""
        if _is_argument(param):
            panels["Arguments"].append((value, "", about))
            continue
        names = sorted(param.opts, key=len)
        if names[-1] == "--help":
            panel, about = OUTPUT, "show this page"
        else:
            panel = getattr(param, "rich_help_panel", None) or "Options"
        panel = "Options" if one else panel
        row = (", ".join(names), "" if param.is_flag else value, about)
        panels.setdefault(panel, []).append(row)
    return [(heading, rows) for heading, rows in panels.items() if rows]


class Page:
    """What our commands and our group have in common."""

    kinds: Mapping[str, type] = {}
    """The types of the values that its parameters take; those that are not named take texts."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - typer's signature
        """Return the parameters, --help too, each with our way to read what was typed."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            read_plainly(param, self.kinds.get(param.name, str))
        return params

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - typer's signature
        """Write the page."""
        formatter.write(_page(self, ctx))


class Command(Page, TyperCommand):
    """A command whose help page is ours."""
