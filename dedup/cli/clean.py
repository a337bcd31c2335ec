"""
`dedup clean`: write the corpus with one copy of each text, and a ledger of what went and why.

    dedup clean articles/ -o cleaned/
    dedup clean --verify cleaned/
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dedup.cli.options import Shared
from dedup.cli.rendering import faults
from dedup.cli.terminal import Meter, say
from dedup.config import SHARES
from dedup.errors import SettingsError

if TYPE_CHECKING:
    from dedup.cleaning import Cleaned

EXAMPLES = r"""
dedup clean articles/ -o cleaned/
dedup clean articles/ --dry-run    [dim]what would go, writing nothing[/dim]
dedup clean fr/ es/ -o cleaned/ --keep longest --drop-document-over 80%
dedup clean --verify cleaned/      [dim]prove that every keeper is there[/dim]
"""


def _choice(about: str, values: str) -> Any:  # noqa: ANN401 - typer's record
    return typer.Option(
        help=about,
        metavar=values,
        show_default=False,
        autocompletion=lambda: values.split("|"),
    )


def clean(  # noqa: PLR0913 - an option each
    *,
    shared: Shared,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH...", help="files and folders", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            help="folder to write to; it must not exist, or be empty",
            metavar="OUT",
            show_default=False,
        ),
    ] = None,
    verify: Annotated[
        Path | None,
        typer.Option(
            help="prove from its ledger that all keepers of a cleaned corpus are there",
            metavar="OUT",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        str | None,
        _choice(
            r"which document keeps its copy [dim]\[first][/dim]",
            "first|last|longest",
        ),
    ] = None,
    scope: Annotated[
        str | None,
        _choice(
            r"copies within one text, across texts, or both [dim]\[all][/dim]", "all|within|across"
        ),
    ] = None,
    remove: Annotated[
        str | None,
        _choice(
            "what may go: the same text, so that no number and no five words are lost; only equal"
            r" ones; any match [dim]\[same][/dim]",
            "same|equal|match",
        ),
    ] = None,
    boilerplate: Annotated[
        str | None,
        _choice(
            r"menus and bylines: all stay; the first stays; all go [dim]\[keep][/dim]",
            "keep|first|remove",
        ),
    ] = None,
    drop_document_over: Annotated[
        str | None,
        typer.Option(
            help="drop a document whole when this share of it went",
            metavar="SHARE",
            show_default=False,
        ),
    ] = None,
    max_removed: Annotated[
        str | None,
        typer.Option(
            help="stop with exit code 3, writing nothing, where more would go; 100% is off"
            r" [dim]\[30% from 20 documents on][/dim]",
            metavar="SHARE",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="say what would go, write nothing", show_default=False),
    ] = False,
    ids: Annotated[
        Path | None,
        typer.Option(
            help="also write the documents that went whole, one a line",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(help="also write the ledger here", metavar="FILE", show_default=False),
    ] = None,
) -> int:
    """
    Write the corpus anew with one copy of each text, and a ledger.

    Paragraph by paragraph; each one that goes was compared with the one that stays. What is not
    removed is written back byte for byte. The input is never changed; dedup restore undoes it.
    """
    from dedup import api
    from dedup.cleaning import Policy, share

    if verify is not None:
        if paths or output or dry_run or ids or ledger:
            raise SettingsError("--verify takes no PATH and writes nothing: the ledger has it all")
        with Meter(quiet=shared.quiet, color=shared.color) as watch:
            proof = api.verify(verify, watch=watch)
        if not shared.quiet:
            say(str(proof))
        return 0
    if shared.passages not in {None, "off"}:
        raise SettingsError(
            f"passages is {shared.passages!r}: clean removes whole paragraphs; leave it off"
        )
    if not paths:
        raise SettingsError("clean of nothing: give a PATH")
    config = shared.resolve(
        "clean",
        keep=keep,
        scope=scope,
        remove=remove,
        boilerplate=boilerplate,
        drop_document_over=drop_document_over,
        max_removed=max_removed,
    )
    own: dict[str, Any] = {
        name: share(str(value), name) if name in SHARES and value is not None else value
        for name, value in config.commands["clean"].items()
    }
    policy = Policy(**own)
    with Meter(quiet=shared.quiet, color=shared.color) as watch:
        done = api.clean(
            paths,
            output,
            config.settings,
            policy,
            dry_run=dry_run,
            ids=ids,
            ledger=ledger,
            watch=watch,
        )
    if not shared.quiet:
        summary(done)
    return faults(done.skipped, shared)


def summary(done: "Cleaned") -> None:
    """Say what went, by reason, and what became of the files."""
    from dedup.reports.wording import counted

    say(str(done))
    for reason, paragraphs in done.removed_paragraphs.items():
        characters = done.removed_characters.get(reason, 0)
        part = characters / done.characters if done.characters else 0
        what = f"{counted(paragraphs, 'paragraph')}, {counted(characters, 'character')}"
        say(f"  {reason:<12} {what} ({part:.1%})")
    say(
        f"  files: {done.files_changed:,} changed, {done.files_untouched:,} untouched, "
        f"{done.files_not_written:,} not written"
    )
