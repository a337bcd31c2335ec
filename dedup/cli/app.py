"""
The application: which commands there are, and how one is made from a plain function.

A command is a function with typer's annotations; a parameter of type `Shared` or `Talk` stands for
all options declared there (`options.py`).
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any

import typer

from dedup.cli import check, clean, config, diff, pairs, report, restore
from dedup.cli.help import Command, Group
from dedup.cli.options import Debug, Shared, Talk

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


for module in (report, pairs, clean, restore, diff, check, config):
    name = module.__name__.rpartition(".")[2]
    app.command(name, cls=Command, epilog=module.EXAMPLES)(spread(getattr(module, name)))
