"""
`dedup clean`: write the corpus with one copy of each text, and a ledger of what went and why.

    dedup clean articles/ -o cleaned/
    dedup clean --verify cleaned/
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dedup.cli.options import Shared, Talk, refuse
from dedup.cli.output import check_places, write_output
from dedup.cli.rendering import PAGES, format_of, put, skipped_code
from dedup.cli.terminal import Meter, columns, say
from dedup.errors import GuardError, SettingsError

if TYPE_CHECKING:
    from dedup.cleaning import Cleaned, Policy
    from dedup.cleaning.cut import CutPiece
    from dedup.config import Config
    from dedup.reports.page import Block

FORMATS = (*PAGES, "html")

EXAMPLES = r"""
dedup clean articles/ -o cleaned/
dedup clean articles/ --dry-run    [dim]what would go, writing nothing[/dim]
dedup clean articles/ --dry-run --document articles/003.txt
dedup clean articles/ --dry-run --format html -o plan.html
dedup clean fr/ es/ -o cleaned/ --keep longest --drop-document-over 80%
dedup clean news.jsonl -o cleaned/ --keep prefer:afp/*,oldest:date
dedup clean articles/ -o cleaned/ --passages on
dedup clean new/ --against published/ -o cleaned/  [dim]what is new[/dim]
dedup clean news.jsonl --annotate -o noted/  [dim]only note what would go[/dim]
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
            "--output",
            help="folder to write to; it must not exist, or be empty",
            metavar="OUT",
            show_default=False,
        ),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            help="what is published: it is only read, and what repeats it goes; may be repeated",
            metavar="PATH",
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
        typer.Option(
            help="which document keeps its copy: first, last, longest, oldest:FIELD, newest:FIELD,"
            " prefer:GLOB; or several with commas, the first that tells two apart decides"
            r" [dim]\[first][/dim]",
            metavar="RULE,...",
            show_default=False,
            autocompletion=lambda: ["first", "last", "longest", "oldest:", "newest:", "prefer:"],
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
            "what may go: what is written exactly so; what has equal words and signs; near copies"
            r" too, which loses names, days, negations; any match [dim]\[equal][/dim]",
            "exact|equal|near|match",
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
    source_field: Annotated[
        str | None,
        typer.Option(
            help="field that names the source of a record, for the guard; else its folder is it",
            metavar="NAME",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="say what would go, write nothing", show_default=False),
    ] = False,
    annotate: Annotated[
        bool,
        typer.Option(
            "--annotate",
            help="remove nothing: every record gets a field dedup that says what would go and why"
            " (JSON, JSON lines, CSV, Parquet; of other texts only the ledger says it)",
            show_default=False,
        ),
    ] = False,
    document: Annotated[
        str | None,
        typer.Option(
            help="with --dry-run: show what would go from this document, word by word",
            metavar="PATH[:RECORD]",
            show_default=False,
        ),
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        str | None,
        typer.Option(
            help="of --dry-run: html shows what goes inside the texts; -o is then its file",
            metavar="|".join(FORMATS),
            show_default=False,
            autocompletion=lambda: list(FORMATS),
        ),
    ] = None,
    ids: Annotated[
        Path | None,
        typer.Option(
            help="also write which documents went whole, one a line; into .jsonl or .parquet both"
            " ways: each with its keeper, and what keeps them with its copies",
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
    if verify is not None:
        if paths or against or annotate or output or dry_run or document or format or ids or ledger:
            raise SettingsError("--verify takes no PATH and writes nothing: the ledger has it all")
        policy = (keep, scope, remove, boilerplate, drop_document_over, max_removed, source_field)
        if any(value is not None for value in (*policy, shared.preset, shared.timings)):
            raise SettingsError("--verify goes by the ledger alone: leave out the other options")
        refuse(shared, "--verify goes by the ledger alone")
        return prove(verify, shared)
    # To clean, or to show what would go.
    if not paths:
        raise SettingsError("clean of nothing: give a PATH")
    shown = {"document": document, "format": format}
    check_dry_run(dry_run, [name for name, value in shown.items() if value is not None], annotate)
    config = shared.resolve(
        "clean",
        keep=keep,
        scope=scope,
        remove=remove,
        boilerplate=boilerplate,
        passages=shared.passages,
        unit=shared.unit,
        drop_document_over=drop_document_over,
        max_removed=max_removed,
        source_field=source_field,
    )
    if format is not None and format_of(format, output, FORMATS) == "html":
        if ids or ledger:
            raise SettingsError("--ids and --ledger go with --format text: leave out html or them")
        return draw(paths, against or [], document, output, config, shared)
    if document is not None:
        return show_document(paths, against or [], document, config, shared)
    besides = {"annotate": annotate, "dry_run": dry_run, "ids": ids, "ledger": ledger}
    return run_clean(paths, against or [], output, config, shared, besides)


def check_dry_run(dry_run: bool, shown: list[str], annotate: bool) -> None:  # noqa: FBT001 - options
    """Raise `SettingsError` for options that show what would go without one, or write with one."""
    if shown and not dry_run:
        raise SettingsError(f"--{shown[0]} shows what would go: give --dry-run as well")
    if annotate and dry_run:
        raise SettingsError("--annotate writes and --dry-run does not: leave out one of them")


def run_clean(  # noqa: PLR0913 - what is cleaned, where to, how
    paths: list[str],
    against: list[str],
    output: Path | None,
    config: "Config",
    shared: Shared,
    besides: dict[str, Any],
) -> int:
    """Clean, or say what a clean would do."""
    from dedup import api
    from dedup.cleaning import Cleaned
    from dedup.reports.clean_page import clean_page, refused_page

    places = besides["ids"], besides["ledger"], shared.timings
    check_places(places, [*paths, *against], config.settings)
    with shared.meter(paths, config) as watch:
        try:
            done = api.clean_to(
                paths,
                output,
                config.settings,
                policy_of(config),
                against=against,
                **besides,
                watch=watch,
            )
        except GuardError as error:
            watch.stop()
            if isinstance(error.preview, Cleaned) and not shared.quiet:
                put(refused_page(error.preview), shared, sys.stderr)
            raise
    # What was done, or would be, and what to beware of.
    if done.nothing_is_left and not done.annotated:
        say(
            f"dedup: warning: 100% of the characters go, all {done.documents:,} documents: "
            "nothing is left (--boilerplate first leaves one of each text)"
        )
    if besides["dry_run"] and not shared.quiet:
        put(clean_page(done), shared, sys.stdout)
    elif not shared.quiet:
        summary(done)
    code = skipped_code(done.skipped, shared)
    if done.guard is not None:
        raise GuardError(f"a real run would be refused: {done.guard}")
    return code


def show_document(
    paths: list[str], against: list[str], document: str, config: "Config", shared: Shared
) -> int:
    """Show what would go from one document."""
    from dedup import api

    with shared.meter(paths, config) as watch:
        planned = api.clean(paths, config.settings, policy_of(config), against=against, watch=watch)
        taken, guard = planned.taken(document), planned.preview().guard
    show_taken(taken, document, shared)
    code = skipped_code(planned.skipped, shared)
    if guard is not None:
        raise GuardError(f"a real run would be refused: {guard}")
    return code


def draw(  # noqa: PLR0913 - what is cleaned, where to, how
    paths: list[str],
    against: list[str],
    document: str | None,
    output: Path | None,
    config: "Config",
    shared: Shared,
) -> int:
    """Write a page of what would go, from one document or from all."""
    from dedup import api
    from dedup.reports.html import plan_to_html

    check_places((output, shared.timings), [*paths, *against], config.settings)
    with shared.meter(paths, config) as watch:
        planned = api.clean(paths, config.settings, policy_of(config), against=against, watch=watch)
        page, guard = plan_to_html(planned, document), planned.preview().guard
    write_output(page, output, data=True)
    code = skipped_code(planned.skipped, shared)
    if guard is not None:
        raise GuardError(f"a real run would be refused: {guard}")
    return code


def prove(output: Path, shared: Shared) -> int:
    """Verify a cleaned corpus."""
    from dedup import api

    with Meter(quiet=shared.quiet, color=shared.color) as watch:
        proof = api.verify(output, watch=watch)
    if not shared.quiet:
        say(str(proof))
    return 0


def policy_of(config: "Config") -> "Policy":
    """Return what may be removed."""
    from dedup.cleaning import Policy

    return Policy.of(config.commands["clean"])


def show_taken(taken: "list[CutPiece]", document: str, talk: Talk) -> None:
    """Show what would go from one document, record by record."""
    from dedup.reports.diff import compare
    from dedup.reports.diff_page import diff_page
    from dedup.reports.page import Gap, Line, span
    from dedup.reports.wording import named

    blocks: list[Block] = [] if taken else [Line(span(f"Nothing would go from {document}."))]
    for piece in taken:
        name = named(piece.lines[0])
        width = columns(sys.stdout, talk.width)
        blocks += [Gap()] if blocks else []
        blocks += diff_page(compare(piece.text, piece.left), (name, f"{name}, cleaned"), width)
    put(blocks, talk, sys.stdout)


def summary(done: "Cleaned") -> None:
    """Say what went, by reason, and what became of the files."""
    from dedup.cleaning.ledger import PASSAGE
    from dedup.reports.clean_page import dates_note, stays
    from dedup.reports.wording import counted, runs_of_sentences

    say(str(done))
    for reason, paragraphs in done.removed_paragraphs.items():
        characters = done.removed_characters.get(reason, 0)
        part = characters / done.characters if done.characters else 0
        what = (
            runs_of_sentences(paragraphs) if reason == PASSAGE else counted(paragraphs, "paragraph")
        )
        what = f"{what}, {counted(characters, 'character')}"
        say(f"  {reason:<12} {what} ({part:.1%})")
    if done.published:
        say(f"  compared with {counted(done.published, 'published document')}, which only keep")
    say(
        f"  files: {done.files_changed:,} changed, {done.files_untouched:,} untouched, "
        f"{done.files_not_written:,} not written"
    )
    for line in stays(done):
        say(f"  {line}")
    for one in done.undated:
        if note := dates_note(one, done.documents):
            say(f"  {note}")
