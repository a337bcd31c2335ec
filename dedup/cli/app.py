"""
The application: which commands there are, and how one is made from a plain function.

A command is a function with typer's annotations; a parameter of type `Shared` or `Talk` stands for
those options declared there that act in the command (`options.py`). A command is imported when it
is asked for, so that none waits for the others.
"""

import functools
import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from dedup.cli.exits import FAULT
from dedup.cli.help import Command, Page
from dedup.cli.options import TAKES, Debug, Shared, Talk
from dedup.cli.values import kind_of
from dedup.settings import nearest

COMMANDS = {
    "report": "Find what repeats, within a text and across texts, and show it.",
    "pairs": "List every pair of paragraphs that match, with its similarity.",
    "clean": "Write the corpus anew with one copy of each text, and a ledger.",
    "restore": "Undo a clean: write the texts again as they were, to the byte.",
    "audit": "Draw a sample of what was removed, to judge how precise a clean was.",
    "diff": "Compare two texts, word by word.",
    "check": "Check new texts for what they repeat, also of published ones.",
    "index": "Keep an index of published texts, for checks that need not read them.",
    "serve": "Answer checks by HTTP, for programs on this machine.",
    "config": "Show each setting, its value and where it comes from.",
}
"""Each is the function of that name in the module of that name; here with its first sentence."""

GROUPS = (Shared, Talk)


def spread_options(function: Callable[..., int], name: str) -> Callable[..., int]:
    """Replace the parameter of type `Shared` or `Talk` by the options that act in a command."""
    signature = inspect.signature(function)
    [(slot, group)] = [
        (p.name, p.annotation) for p in signature.parameters.values() if p.annotation in GROUPS
    ]
    shared = inspect.signature(group).parameters
    own = [p for p in signature.parameters.values() if p.name != slot]
    taken = [option for option in shared if option in TAKES[name]]

    @functools.wraps(function)
    def command(**values: Any) -> int:  # noqa: ANN401 - as the annotations below say
        values[slot] = group(**{option: values.pop(option) for option in taken})
        return function(**values)

    options = (*own, *(shared[option] for option in taken))
    every = [p.replace(kind=p.KEYWORD_ONLY) for p in options]
    command.__signature__ = signature.replace(parameters=every)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in every}
    return command


@functools.cache
def made(name: str) -> Any:  # noqa: ANN401 - our `Command`
    """Make a command, which imports its module."""
    module = import_module(f"dedup.cli.{name}")
    function = spread_options(getattr(module, name), name)
    alone = typer.Typer(rich_markup_mode=None, add_completion=False)
    alone.command(name, cls=Command, epilog=module.EXAMPLES)(function)
    command: Any = typer.main.get_command(alone)
    annotations = function.__annotations__
    command.kinds = {name: kind for name in annotations if (kind := kind_of(annotations[name]))}
    return command


class CommandGroup(Page, TyperGroup):
    """The application as typer knows it."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - typer's signature
        """Return the names."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - likewise
        """Make the command of that name, if there is one."""
        return made(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - likewise
        """Find the command; say of a name that is none what was meant."""
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            ctx.fail(f"no such command {args[0]!r}{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def summaries(self) -> list[tuple[str, str]]:
        """Return the names and what they do, without making the commands."""
        return list(COMMANDS.items())


def _version(show: bool) -> None:  # noqa: FBT001 - typer calls it
    if show:
        from dedup.version import version_line

        typer.echo(version_line())
        raise typer.Exit


app = typer.Typer(
    name="dedup",
    cls=CommandGroup,
    help="Find repeated paragraphs in texts, show them, check for them, clean them out.",
    epilog="""
dedup report articles/                   [dim]what repeats, and where[/dim]
dedup clean articles/ -o cleaned/        [dim]one copy of each, and a ledger[/dim]
dedup restore cleaned/ -o articles2/     [dim]undo it, byte for byte[/dim]
dedup check new.md --against published/  [dim]exit code 1 if it repeats something[/dim]
""",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)


@app.callback()
def _root(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001 - its callback acts
        bool,
        typer.Option(
            "--version",
            "-V",
            help="show the version, the active kernel and the Unicode table's number",
            callback=_version,
            is_eager=True,
        ),
    ] = False,
    debug: Debug = False,  # noqa: ARG001 - read in exits.py
) -> None:
    """Take the options that stand before a command; a call without a command shows the page."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(FAULT)
