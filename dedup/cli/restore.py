"""
`dedup restore`: undo a clean from its ledger, wholly or in part.

    dedup restore cleaned/ -o articles/
"""

from pathlib import Path
from typing import Annotated

import typer

from dedup.cli.options import Talk
from dedup.cli.terminal import Meter, say

EXAMPLES = r"""
dedup restore cleaned/ -o articles/    [dim]everything, byte for byte[/dim]
dedup restore cleaned/ -o some/ --document articles/a.txt
dedup restore cleaned/ -o some/ --reason across
"""


def restore(  # noqa: PLR0913 - an option each
    *,
    cleaned: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="a folder that dedup clean wrote", show_default=False),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="folder to write to; it must not exist, or be empty",
            metavar="DIR",
        ),
    ],
    talk: Talk,
    document: Annotated[
        list[str] | None,
        typer.Option(
            help="only this document; may be repeated", metavar="PATH", show_default=False
        ),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(
            help="only what this group of the report lost; may be repeated",
            metavar="ID",
            show_default=False,
        ),
    ] = None,
    reason: Annotated[
        list[str] | None,
        typer.Option(
            help="only what went for this reason; may be repeated",
            metavar="within|across|boilerplate|document",
            show_default=False,
        ),
    ] = None,
) -> int:
    """
    Undo a clean: write the texts again as they were, to the byte.

    Files of the cleaned corpus that were edited since are refused.
    """
    from dedup import api

    with Meter(quiet=talk.quiet, color=talk.color) as watch:
        done = api.restore(
            cleaned, output, documents=document, groups=group, reasons=reason, watch=watch
        )
    if not talk.quiet:
        say(f"{done}")
    return 0
