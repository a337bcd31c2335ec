"""
`dedup index`: an index of published texts, for checks that need not read them.

    dedup index build published.index published/
    dedup check new.md --index published.index
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.cli.options import Rejects, Shared
from dedup.cli.output import check_places
from dedup.cli.rejects import kept
from dedup.cli.terminal import say
from dedup.errors import SettingsError
from dedup.settings import one_of

if TYPE_CHECKING:
    from dedup.config import Config
    from dedup.index.library import Index, Info
    from dedup.report import Skipped

TAKING = ("build", "add", "remove")
ACTIONS = (*TAKING, "info", "verify", "compact")

EXAMPLES = r"""
dedup index build old.index old/      [dim]make one[/dim]
dedup check new.md --index old.index  [dim]ask it[/dim]
dedup index add old.index new.md      [dim]a text, or its new version[/dim]
dedup index remove old.index old/a.md
dedup index info old.index            [dim]what it holds, its size[/dim]
dedup index verify old.index          [dim]check every checksum[/dim]
dedup index compact old.index         [dim]free what is not used[/dim]
"""


def index(  # noqa: PLR0913 - an option each
    *,
    action: Annotated[
        str,
        typer.Argument(
            metavar="|".join(ACTIONS),
            help="what to do",
            show_default=False,
            autocompletion=lambda: list(ACTIONS),
        ),
    ],
    folder: Annotated[
        Path, typer.Argument(metavar="INDEX", help="the folder of the index", show_default=False)
    ],
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="files and folders; to remove: as they were added",
            show_default=False,
        ),
    ] = None,
    shared: Shared,
    root: Annotated[
        Path | None,
        typer.Option(
            help="the folder that paths are relative to when they are compared, instead of this"
            " one, or of the one where the index was built",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    rejects: Rejects = None,
) -> int:
    """
    Keep an index of published texts, for checks that need not read them.

    A check against an index finds what a check against the texts would. One run at a time may
    change an index; any number of checks may read it meanwhile.
    """
    from dedup import Index

    # What is asked for.
    one_of("action", action, ACTIONS)
    given = paths or []
    if bool(given) != (action in TAKING):
        raise SettingsError(
            f"index {action} {'needs a PATH' if action in TAKING else 'takes no PATH'}"
        )
    from dedup.reports.wording import counted

    # It is done,
    config = shared.resolve("index")
    read = given if action in ("build", "add") else []
    check_places((rejects, shared.timings), read, config.settings)
    own = Index(folder, root)
    skipped = _done(own, action, given, shared, config, rejects)
    # and told.
    if action == "info":
        _show(own.info())
    elif action == "verify":
        _tell(shared, f"{folder}: {counted(own.verify(), 'file')}, all as they were written")
    else:
        info = own.info()
        _tell(shared, f"{folder}: {counted(info.documents, 'document')}, {info.bytes:,} bytes")
    for one in skipped:
        if one.fault or not shared.quiet:
            say(f"not read: {one.path}: {one.why}")
    return 2 if any(one.fault for one in skipped) else 0


def _done(  # noqa: PLR0913 - what to do, with what, and how
    own: "Index",
    action: str,
    paths: list[str],
    shared: Shared,
    config: "Config",
    rejects: Path | None,
) -> "tuple[Skipped, ...]":
    """Change the index, where the action does, and return what was not read."""
    with (
        kept(rejects, config.settings.on_error) as take,
        shared.meter(paths, config) as watch,
    ):
        if action == "build":
            return own.build(paths, config.settings, watch=watch, rejects=take)
        if action == "add":
            return own.add(paths, config.settings, watch=watch, rejects=take)
        if action == "remove":
            own.remove(paths)
        if action == "compact":
            own.compact(config.settings)
    return ()


def _tell(shared: Shared, text: str) -> None:
    if not shared.quiet:
        say(text)


def _show(info: "Info") -> None:
    """Print what an index is, a line each."""
    typer.echo(f"documents   {info.documents:,} ({info.characters:,} characters)")
    typer.echo(f"removed     {info.removed:,}")
    typer.echo(f"segments    {info.segments:,}")
    typer.echo(f"bytes       {info.bytes:,}")
    for name, size in sorted(info.parts.items(), key=lambda part: -part[1]):
        typer.echo(f"  {size / max(1, info.bytes):6.1%}    {name}")
    for name, value in info.settings.items():
        typer.echo(f"{name:<20} {value}")
    typer.echo(f"{'root':<20} {info.root}")
    typer.echo(f"{'unicode':<20} {info.unicode}")
    typer.echo(f"{'format':<20} {info.format}, written by dedup {info.version}")
