"""
`dedup diff`: two texts word by word, or what a clean took from a document.

    dedup diff old.md new.md
    dedup diff --cleaned cleaned/ articles/003.txt
"""

from pathlib import Path
from typing import Annotated

import typer

from dedup.cli.exits import FOUND
from dedup.cli.options import Out, Shared, refuse
from dedup.cli.output import check_places, write
from dedup.cli.rendering import drawn, format_of, look
from dedup.errors import SettingsError

FORMATS = ("terminal", "text")

EXAMPLES = r"""
dedup diff old.md new.md
dedup diff old.md new.md --width 160     [dim]side by side where there is room[/dim]
dedup diff --check old.md new.md         [dim]exit code 1 where they differ[/dim]
dedup diff --cleaned cleaned/ a/003.txt  [dim]what a clean took from a document[/dim]
"""


def diff(  # noqa: PLR0913 - an option each
    *,
    texts: Annotated[
        list[str],
        typer.Argument(
            metavar="A B",
            help="two files; with --cleaned a document, and its record",
            show_default=False,
        ),
    ],
    shared: Shared,
    output: Out = None,
    cleaned: Annotated[
        Path | None,
        typer.Option(
            help="a cleaned corpus: show what the clean took from a document of it",
            metavar="OUT",
            show_default=False,
        ),
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        str | None,
        typer.Option(
            help="terminal on a terminal, else text",
            metavar="|".join(FORMATS),
            show_default=False,
            autocompletion=lambda: list(FORMATS),
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="exit code 1 where they differ", show_default=False)
    ] = False,
) -> int:
    """
    Compare two texts, word by word.

    Paragraphs are paired first, then words within each pair. Side by side in a wide terminal, one
    below the other in a narrow one.
    """
    from dedup import api
    from dedup.reports.diff_page import diff_page

    # What was asked for, and whether it can be.
    settings = shared.resolve("diff").settings
    form = format_of(format, output, FORMATS)
    if len(texts) not in ({1, 2} if cleaned else {2}):
        from dedup.reports.wording import counted

        what = "a document, and a record of it" if cleaned else "two texts, A and B"
        raise SettingsError(f"diff was given {counted(len(texts), 'text')}: give {what}")
    own = [] if cleaned is None else [cleaned, *(cleaned / ".dedup").glob("*")]
    check_places((output,), [str(path) for path in own] or texts, settings)
    # A document before and after its clean, or two files.
    if cleaned:
        refuse(shared, "diff --cleaned reads what the clean noted down")
        found = api.compare_cleaned(cleaned, *texts)
        name = ", record ".join(texts)
        names = (name, f"{name}, cleaned")
    else:
        found = api.compare(texts[0], texts[1], settings)
        names = (texts[0], texts[1])
    # The comparison as a page.
    width, _ = look(output, shared)
    blocks = diff_page(found, names, width, sides=form == "terminal")
    text = drawn(blocks, form, output, shared)
    write(text, output, data=False)
    return FOUND if check and found.differs else 0
