"""
What a clean would take -> page: how much, from where, what most of all, and what to read first.

The removals of the lowest similarity stand last, each with what only it and what only its keeper
has: nobody reads thousands, but these ten tell whether the rest can be trusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.errors import as_options
from dedup.reports.page import Card, Gap, Grid, Line, Rows, Span, span
from dedup.reports.wording import counted, named, percent, runs_of_sentences, short_id
from dedup.text.lines import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.cleaning import Cleaned
    from dedup.cleaning.results import Family, Removal, Tally, Undated
    from dedup.reports.page import Block, Spans

_SOURCES = 20
"""Sources that are listed."""
_LINES = 16
"""Lines of a doubtful removal."""
_CONTEXT = 12
"""Words that stay around a change."""
_WORTH_A_LINE = 0.05
"""Share of boilerplate from which it is told."""
_HUSK = 0.8
"""Share that has gone of what is told as kept by less than 20 %."""
_LEVELS = {
    "exact": "--remove equal takes those of the same words and signs, match all",
    "equal": "--remove near takes those of the same figures and few other words, match all",
    "near": "--remove match",
    "match": "--remove match",
}
"""What takes the near copies that a clean by each level leaves."""
_WIDER = {"exact": "equal, near or match", "equal": "near or match"}
_LEGEND: Spans = (
    Span("[-only what stays-]", "gone"),
    Span(" "),
    Span("{+only what goes+}", "new"),
)


def clean_page(done: Cleaned) -> list[Block]:
    """Return the blocks of a dry run."""
    blocks: list[Block] = [Line(span(clean_headline(done), "strong"))]
    blocks += [Line(span(note, "warn")) for note in notes(done)]
    blocks += [Line(span(line, "soft"), hang=2) for line in stays(done)]
    if done.output is not None or not done.removed:
        return blocks
    blocks += _tables(done)
    if done.doubts:
        title = "Least like what stays for them: read these"
        blocks += [Gap(), Line((Span(title, "head"), Span("  "), *_LEGEND))]
    for number, doubt in enumerate(done.doubts, 1):
        blocks += [Gap(), _doubt(doubt, f"{number} of {len(done.doubts)}")]
    return blocks


def refused_page(done: Cleaned) -> list[Block]:
    """Return the blocks of a clean that its guard refused: what most would go of."""
    blocks: list[Block] = [Line(span(clean_headline(done), "strong"))]
    return blocks + _tables(done)


def _tables(done: Cleaned) -> list[Block]:
    return [*_reasons(done), *_sources(losing(done)), *_families(done.families)]


def losing(done: Cleaned) -> list[Tally]:
    """Return the sources that lose something, the highest share first."""
    some = [tally for tally in done.sources if tally.removed]
    return sorted(some, key=lambda tally: -tally.removed / tally.characters)


def clean_headline(done: Cleaned) -> str:
    """Say in one sentence what would go."""
    gone, runs = sum(done.whole.values()), done.runs
    read = f"{counted(done.paragraphs, 'paragraph')} in {counted(done.documents, 'document')}"
    if not gone and not runs:
        return f"Nothing would go of {read}."
    whole = f", {counted(len(done.not_written), 'document')} whole" if done.not_written else ""
    besides = f", and {runs_of_sentences(runs)}" if runs else ""
    return f"{gone:,} of {read} would go{besides}: {done.share:.1%} of the characters{whole}."


def notes(done: Cleaned) -> Iterator[str]:
    """Say what needs attention, a line each."""
    if done.guard is not None:
        yield f"A real run would be refused: {as_options(done.guard)}."
    for one in done.undated:
        if note := dates_note(one, done.documents):
            yield f"{note}."


def stays(done: Cleaned) -> Iterator[str]:
    """Say what repeats and stays all the same, and which option takes it; a line each."""
    left, policy = done.staying, done.policy
    if left.near_kept:
        scope = "" if policy.scope == "all" else "--scope all; "
        what = _stay(left.near_kept, "near copy", "near copies")
        yield f"{what} ({scope}{_LEVELS[policy.remove]})"
    yield from _blocks(done)
    if left.short_kept:
        fewer = _fewer(done)
        one, many = f"repeated paragraph {fewer}", f"repeated paragraphs {fewer}"
        yield f"{_stay(left.short_kept, one, many)} (--min-group-words)"
    if policy.passages == "off":
        yield "passages across the borders of paragraphs were not looked for (--passages on)"
    share = left.boilerplate_characters / done.characters if done.characters else 0
    if policy.boilerplate == "keep" and share >= _WORTH_A_LINE:
        yield f"{percent(share)} of the text is boilerplate (--boilerplate remove)"
    yield from _documents(done)


def _blocks(done: Cleaned) -> Iterator[str]:
    """Say how many sections of the report stay, and why."""
    blocks, short = done.staying.blocks_kept, done.staying.short_blocks_kept
    if short:
        hint = "--min-group-words"
        if done.settings.paragraphs != "blank":
            hint += ", or --paragraphs blank where lines are wrapped"
        what = _stay(short, "repeated section of the report", "repeated sections of the report")
        yield f"{what}: all in paragraphs {_fewer(done)} ({hint})"
    if blocks > short:
        near = blocks - short
        what = _stay(near, "repeated section of the report", "repeated sections of the report")
        yield f"{what}: alike, not the same (--remove {_WIDER.get(done.policy.remove, 'match')})"


def _documents(done: Cleaned) -> Iterator[str]:
    """Say how many documents lose something and stay, and how many as husks."""
    number, husks = done.documents_changed, done.husks
    if not number:
        return
    what = f"{counted(number, 'document')} {'loses' if number == 1 else 'lose'} something"
    if husks:
        which = " and" if husks == number else f", {husks:,} of them"
        what += f"{which} {'keeps' if husks == 1 else 'keep'} less than 20%"
        over = done.policy.drop_document_over
        what += " (--drop-document-over 80%)" if over is None or over > _HUSK else ""
    yield what


def _stay(number: int, one: str, many: str) -> str:
    return f"{counted(number, one, many)} {'stays' if number == 1 else 'stay'}"


def _fewer(done: Cleaned) -> str:
    return f"of fewer than {counted(done.settings.min_group_words, 'word')}"


def dates_note(dates: Undated, documents: int) -> str:
    """Say how many dates are missing or cannot be read; nothing where all are there."""
    parts = []
    if dates.missing:
        parts.append(f"{counted(dates.missing, 'document')} of {documents:,} without one")
    if dates.unreadable:
        parts.append(f"{dates.unreadable:,} that cannot be read, such as {dates.example!r}")
    return f"dates in {dates.field!r}: {' and '.join(parts)} rank last" if parts else ""


def _reasons(done: Cleaned) -> Iterator[Block]:
    """Count what goes by reason."""
    yield Gap()
    yield Grid(
        ("why", "paragraphs", "characters", "share"),
        tuple(
            (
                span(reason),
                span(f"{paragraphs:,}"),
                span(f"{done.removed_characters.get(reason, 0):,}"),
                span(f"{done.removed_characters.get(reason, 0) / done.characters:.1%}"),
            )
            for reason, paragraphs in done.removed_paragraphs.items()
        ),
        right=(1, 2, 3),
    )


def _sources(sources: Sequence[Tally]) -> Iterator[Block]:
    """List what each source loses."""
    if not sources:
        return
    yield Gap()
    yield Grid(
        ("from", "documents", "characters", "of", "share"),
        tuple(
            (
                span(one.name, "name"),
                span(f"{one.documents:,}"),
                span(f"{one.removed:,}"),
                span(f"{one.characters:,}"),
                span(f"{one.removed / one.characters:.1%}"),
            )
            for one in sources[:_SOURCES]
        ),
        right=(1, 2, 3, 4),
        running=(0,),
    )
    if len(sources) > _SOURCES:
        yield Line(span(f"… and {len(sources) - _SOURCES:,} more.", "soft"))


def _families(families: tuple[Family, ...]) -> Iterator[Block]:
    """List the texts of which most goes."""
    yield Gap()
    yield Line(span("Of which most goes", "head"))
    yield Grid(
        ("removals", "characters", "stays in", "begins"),
        tuple(
            (
                span(f"{one.removals:,}"),
                span(f"{one.characters:,}"),
                span(named(one.keeper), "name") if one.keeper else span("nowhere", "warn"),
                span(excerpt(one.example)),
            )
            for one in families
        ),
        right=(0, 1),
        running=(2, 3),
    )


def _doubt(doubt: Removal, number: str) -> Card:
    """Return the card of a removal: where it stands, what stays for it, and how they differ."""
    from dedup.reports.diff import compare
    from dedup.reports.diff_page import PROSE, merged_marks

    # Where it stands, and what stays for it.
    line = doubt.line
    title = (
        Span(number, "soft"),
        Span(" · ", "soft"),
        Span(f"{percent(line.similarity or 0)} alike", "head"),
    )
    places = Rows(
        (
            (Span("goes", "soft"), (Span(named(line), "name"), _at(line.start))),
            *(
                ((Span("stays", "soft"), (Span(named(k), "name"), _at(k.start))),)
                if (k := line.keeper)
                else ()
            ),
        )
    )
    # How they differ.
    difference = compare(doubt.kept or "", line.text.strip())
    rows = tuple(
        (_SIGN.get(mark.text[:1], Span("")), text)
        for mark, text in merged_marks(difference, _CONTEXT)
    )
    return Card(
        title, short_id(line.group or ""), (places, Gap(), Rows(rows, most=_LINES, prose=PROSE))
    )


_SIGN = {sign: Span(sign, "strong") for sign in "~+-"}


def _at(start: int) -> Span:
    return Span(f", character {start + 1:,}", "soft")
