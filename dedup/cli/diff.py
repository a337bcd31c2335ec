"""
`dedup diff`: two texts word by word, or what a clean took from a document.

    dedup diff old.md new.md
    dedup diff news.jsonl:17 news.jsonl:42
    dedup diff --cleaned cleaned/ articles/003.txt
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.cli.exits import FOUND
from dedup.cli.options import Out, Shared, refuse
from dedup.cli.output import check_places, write_output
from dedup.cli.rendering import PAGES, drawn, format_of, view_of
from dedup.errors import SettingsError

if TYPE_CHECKING:
    from dedup.reports.diff import Diff
    from dedup.reports.page import Block

FORMATS = ("terminal", "text", "markdown", "html", "json")

EXAMPLES = r"""
dedup diff old.md new.md
dedup diff old.md new.md --width 160     [dim]side by side where there is room[/dim]
dedup diff --check old.md new.md         [dim]exit code 1 where they differ[/dim]
dedup diff --assert-same-words a.md b.md [dim]was it only wrapped anew?[/dim]
dedup diff news.jsonl:17 news.jsonl:42   [dim]two records, by their ids[/dim]
dedup diff --cleaned cleaned/ a/003.txt  [dim]what a clean took from a document[/dim]
"""


def diff(  # noqa: PLR0913 - an option each
    *,
    texts: Annotated[
        list[str],
        typer.Argument(
            metavar="A B",
            help="two files, or records as FILE:ID; with --cleaned a document, and its record",
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
    assert_same_words: Annotated[
        bool,
        typer.Option(
            "--assert-same-words",
            help="exit code 1 unless the words and signs are the same in the same order; shows the"
            " first differences",
            show_default=False,
        ),
    ] = False,
) -> int:
    """
    Compare two texts, word by word.

    Paragraphs are paired first, wherever they stand, then words within each pair; what moved is
    told as moved. Side by side in a wide terminal, one below the other in a narrow one.
    """
    from dedup import api

    # What is compared, and whether that can be.
    settings = shared.resolve("diff").settings
    form = format_of(format, output, FORMATS)
    if len(texts) not in ({1, 2} if cleaned else {2}):
        from dedup.reports.wording import counted

        what = "a document, and a record of it" if cleaned else "two texts, A and B"
        raise SettingsError(f"diff was given {counted(len(texts), 'text')}: give {what}")
    own = [] if cleaned is None else [cleaned, *(cleaned / ".dedup").glob("*")]
    inputs = [str(path) for path in own] or [api.file_and_record(text)[0] for text in texts]
    check_places((output,), inputs, settings)
    # Two texts, or what a clean left of one beside what it was.
    if cleaned:
        refuse(shared, "diff --cleaned reads what the clean noted down")
        found = api.compare_cleaned(cleaned, *texts)
        name = ", record ".join(texts)
        names = (name, f"{name}, cleaned")
    else:
        found = api.compare(Path(texts[0]), Path(texts[1]), settings)
        names = (texts[0], texts[1])
    # A page for people, else data.
    if form in PAGES:
        text = drawn(
            _blocks(found, names, form, output, shared, assert_same_words), form, output, shared
        )
    else:
        text = _data(found, names, form)
    write_output(text, output, data=form not in PAGES)
    failed = (check and found.differs) or (assert_same_words and not found.in_order)
    return FOUND if failed else 0


def _blocks(  # noqa: PLR0913 - what is shown, and where
    found: "Diff",
    names: tuple[str, str],
    form: str,
    output: Path | None,
    shared: Shared,
    only_first: bool,  # noqa: FBT001 - as it was given
) -> "list[Block]":
    """Return the page of a comparison, or of its first differences."""
    from dedup.reports.diff_page import diff_page, first_differences

    if only_first:
        return first_differences(found, names)
    width, _ = view_of(output, shared)
    return diff_page(found, names, width, sides=form == "terminal")


def _data(found: "Diff", names: tuple[str, str], form: str) -> str:
    """Write a comparison for programs and browsers."""
    if form == "json":
        from dedup import api
        from dedup.group import Name
        from dedup.reports.diff_json import diff_to_json

        return diff_to_json(found, *(Name(*api.file_and_record(name)) for name in names))
    if form == "html":
        from dedup.reports.html import diff_to_html

        return diff_to_html(found, names)
    from dedup.reports.markdown import diff_to_markdown

    return diff_to_markdown(found, names)
