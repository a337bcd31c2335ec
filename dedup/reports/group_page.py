"""
Group -> card: where a section stands, where it comes again, its text, and what each copy changes.

A single copy that is not identical is shown side by side with the keeper where there is room, else
in one text with what the copy leaves out and adds marked in it; of several, the keeper's text and
then the changes of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.model import PASSAGE
from dedup.reports.diff_page import LEGEND, PROSE, WIDE, merged_marks, side_by_side
from dedup.reports.page import Card, Either, Gap, Line, Rows, Sides, Span, span
from dedup.reports.places import lines_of
from dedup.reports.repeated import difference as compared
from dedup.reports.repeated import either, rest, rests
from dedup.reports.wording import (
    about,
    alone_in,
    at,
    counted,
    keeper_length,
    kind_word,
    label_of,
    likeness_word,
    ordinal,
    percent,
    short_id,
    told_apart,
    where,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.group import Group, Occurrence
    from dedup.reports.diff import Diff
    from dedup.reports.page import Block, Spans
    from dedup.reports.repeated import Rest

_LINES = 24
"""Lines of text on a card."""
_PLACES = 8
"""Places on a card."""
_CHANGED = 3
"""Copies whose changes are on a card."""


def card(group: Group, number: str, *, whole: bool = False) -> Card:
    """Return the card of a group; `whole` leaves nothing out."""
    title = (Span(number, "soft"), Span(" · ", "soft")) if number else ()
    return Card(
        (*title, Span(kind_word(group), "head")),
        short_id(group.id),
        tuple(_body(group, number, whole=whole)),
    )


def _body(group: Group, number: str, *, whole: bool) -> Iterator[Block]:
    shown = group.occurrences if whole else group.occurrences[:_PLACES]
    alone = len(group.occurrences) == 2
    yield Rows(
        tuple(
            (
                Span(_label(group, n), "soft"),
                _place(group, place),
            )
            for n, place in enumerate(shown)
        )
    )
    left = (group.count or len(group.occurrences)) - len(shown)
    if left:
        yield Line(span(f"… and {counted(left, 'more place')}", "soft"))
    if number or whole:
        yield Line(span(keeper_length(group), "soft"))
    if group.template:
        yield Line(span(told_apart(group)))
    yield Gap()
    most = None if whole else _LINES
    changed = [(n, c) for n, c in enumerate(group.copies, 2) if not c.identical]
    if alone and changed and group.copies[0].of is None:
        difference = compared(group, group.copies[0])
        yield Line((*LEGEND, *_same_words(difference)))
        yield Gap()
        first_lines = group.keeper.lines[0], group.copies[0].lines[0]
        rows = _within(
            merged_marks(difference, first_lines=first_lines), rests(group, group.copies[0])
        )
        below = Rows(tuple(rows), most=most, prose=PROSE)
        if group.unit == PASSAGE:
            # The rest of its sentences stands around it, once.
            yield below
            return
        sides = tuple(side_by_side(difference, first_lines=first_lines))
        yield Either(Sides(sides, prose=PROSE, most=most), below, WIDE)
        return
    own = _within(tuple(_lines(group.keeper)), (rest(group.keeper),))
    yield Rows(tuple(own), right=True, most=most, prose=PROSE)
    for n, copy in changed if whole else changed[:_CHANGED]:
        name = "What the copy changes" if alone else f"What the {ordinal(n)} changes"
        yield Gap()
        lines = (copy.of or group.keeper).lines[0], copy.lines[0]
        difference = compared(group, copy)
        yield Line((Span(name, "head"), Span("  "), *LEGEND, *_same_words(difference)))
        rows = merged_marks(difference, _CONTEXT, lines)
        yield Rows(tuple(_within(rows, rests(group, copy))), most=most, prose=PROSE)
    if not whole and len(changed) > _CHANGED:
        yield Line(
            span(
                f"… {counted(len(changed) - _CHANGED, 'more copy', 'more copies')} changed", "soft"
            )
        )


_CONTEXT = 8
"""Words that stay around a change where the whole text is not shown."""


def _label(group: Group, number: int) -> str:
    """Name a place by its number, from 0; the second of two, where it comes later, is `again`."""
    label = label_of(group, number + 1)
    first = label_of(group, 1) == "first"
    return "again" if number and first and len(group.occurrences) == 2 else label


def _place(group: Group, place: Occurrence) -> Spans:
    """Say where a place is, so that a terminal can open it, and what is particular about it."""
    part = f"; repeats only {where(place.of)} of the {label_of(group, 1)}" if place.of else ""
    known = (Span(", "), Span(likeness_word(place), "strong")) if not place.keeper else ()
    only, told = alone_in(group, place), about(place)
    inside = (Span("; "), Span(only, "strong")) if only else ()
    dated = (Span("; "), Span(told)) if told else ()
    return (Span(at(place), "name"), Span(f", {where(place)}"), *known, Span(part), *inside, *dated)


def _same_words(difference: Diff) -> Spans:
    """Return the share of the same words, as `dedup diff` tells it."""
    return span(f"  {percent(difference.same_words)} of the words are the same", "soft")


def _within(
    rows: Sequence[tuple[Span, Spans]], around: Sequence[Rest]
) -> Sequence[tuple[Span, Spans]]:
    """Put around rows what stands around a passage in its sentences, at one place or at two."""
    if not rows:
        return ()
    (margin, first), *others = rows
    head = (margin, (*_faint(one.before for one in around), *first))
    (margin, last), inner = (others or [head])[-1], [head, *others][:-1]
    return (*inner, (margin, (*last, *_faint(one.after for one in around))))


def _faint(texts: Iterable[str]) -> Spans:
    told = either(texts)
    return span(told, "soft") if told else ()


def _lines(place: Occurrence) -> Iterator[tuple[Span, Spans]]:
    """Yield the text of a place, its lines with their numbers; of several empty lines one."""
    empty = False
    for number, text in lines_of(place):
        if text.strip():
            yield Span(str(number), "soft"), span(text)
        elif not empty:
            yield Span(""), ()
        empty = not text.strip()
