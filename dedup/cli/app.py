"""
The application: which commands there are, and how one is made from a plain function.

A command is a function with typer's annotations; a parameter of type `Shared` or `Talk` stands for
all options declared there (`options.py`). A command is imported when it is asked for, so that none
waits for the others.
"""

import functools
import inspect
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import fields
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from dedup.cli.help import Command, Page
from dedup.cli.options import Debug, Shared, Talk

COMMANDS = {
    "report": "Find what repeats, within a text and across texts, and show it.",
    "pairs": "List every pair of paragraphs that match, with its similarity.",
    "clean": "Write the corpus anew with one copy of each text, and a ledger.",
    "restore": "Undo a clean: write the texts again as they were, to the byte.",
    "diff": "Compare two texts, word by word.",
    "check": "Check new texts for what they repeat, also of published ones.",
    "config": "Show each setting, its value and where it comes from.",
}
"""Each is the function of that name in the module of that name; here with its first sentence."""

GROUPS = (Shared, Talk)


def spread(function: Callable[..., int]) -> Callable[..., int]:
    """Replace the parameter of type `Shared` or `Talk` by the options it stands for."""
    signature = inspect.signature(function)
    [(slot, group)] = [
        (p.name, p.annotation) for p in signature.parameters.values() if p.annotation in GROUPS
    ]
    options = inspect.signature(group).parameters
    own = [p for p in signature.parameters.values() if p.name != slot]
    names = [f.name for f in fields(group)]

    @functools.wraps(function)
    def command(**values: Any) -> int:  # noqa: ANN401 - as the annotations below say
        values[slot] = group(**{name: values.pop(name) for name in names})
        return function(**values)

    every = [p.replace(kind=p.KEYWORD_ONLY) for p in (*own, *options.values())]
    command.__signature__ = signature.replace(parameters=every)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in every}
    return command


class Commands(MutableMapping[str, Any]):
    """The commands by name, made when they are asked for: a class because typer wants a mapping."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - typer's class
        if name not in COMMANDS:
            raise KeyError(name)
        if name not in self._made:
            module = import_module(f"dedup.cli.{name}")
            alone = typer.Typer(rich_markup_mode=None, add_completion=False)
            make = alone.command(name, cls=Command, epilog=module.EXAMPLES)
            make(spread(getattr(module, name)))
            self._made[name] = typer.main.get_command(alone)
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:  # noqa: ANN401 - typer's class
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Group(Page, TyperGroup):
    """The application as typer knows it."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - typer's signature
        super().__init__(**attributes)
        self.commands = Commands()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - typer's signature
        """Give the names."""
        return list(COMMANDS)

    def summaries(self) -> list[tuple[str, str]]:
        """Give the names and what they do, without making the commands."""
        return list(COMMANDS.items())


def _version(show: bool) -> None:  # noqa: FBT001 - typer calls it
    if show:
        from dedup.api import version_line

        typer.echo(version_line())
        raise typer.Exit


app = typer.Typer(
    name="dedup",
    cls=Group,
    help="Find repeated paragraphs in texts, show them, check for them, clean them out.",
    epilog="""
dedup report articles/                   [dim]what repeats, and where[/dim]
dedup clean articles/ -o cleaned/        [dim]one copy of each, and a ledger[/dim]
dedup restore cleaned/ -o articles2/     [dim]undo it, byte for byte[/dim]
dedup check new.md --against published/  [dim]exit code 1 if it repeats something[/dim]
""",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
)


@app.callback()
def _root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            help="show the version, the active kernel and the Unicode table's number",
            callback=_version,
            is_eager=True,
        ),
    ] = False,
    debug: Debug = False,
) -> None:
    """Take the options that stand before a command."""
