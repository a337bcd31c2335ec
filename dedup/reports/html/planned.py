"""
Plan of a clean -> HTML: each document that would lose something, with what goes marked in its text.

Beside what goes stands what stays for it, word by word, and why it goes. As in a report, only so
many documents stand in the page with their texts, a line each of others, and the rest is counted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, groupby, islice
from typing import TYPE_CHECKING

from dedup.reports.clean_page import clean_headline, losing, notes, stays
from dedup.reports.diff import compare
from dedup.reports.html.compared import AlignedLines, Cell, LinePair, MarkedWord, stretches
from dedup.reports.html.found import BUDGET, LINES, OPEN, WHOLE
from dedup.reports.html.page import page
from dedup.reports.wording import counted, named, percent
from dedup.text.lines import split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.cleaning import Planned
    from dedup.cleaning.ledger import Line as Removal

    Name = tuple[str, str | None]

_REASONS = {
    "within": "a copy inside the document",
    "across": "a copy of another document",
    "boilerplate": "boilerplate",
    "document": "the whole document",
    "passage": "sentences of a passage",
}
_LEVELS = {
    "exact": "written exactly as what stays for it",
    "equal": "of the same words and signs as what stays for it",
    "near": "of the same figures as what stays for it, and of nearly the same words",
    "match": "alike what stays for it, and may say something else",
}
"""What may go by each level."""


@dataclass(frozen=True, slots=True)
class PlanPart:
    """What stays of a document between two removals, or one removal beside what stays for it."""

    stretches: list[AlignedLines]
    why: str = ""
    """Why it goes; empty for what stays."""
    keeper: str = ""
    """Where what stays for it stands; empty for what stays, and where nothing stays."""


@dataclass(frozen=True, slots=True)
class PlanItem:
    """A document that would lose something, as it stands in the list."""

    number: int
    name: str
    reason: str
    """Why most of what goes goes."""
    removals: int
    characters: int
    similarity: float
    """The lowest of its removals."""
    whole: bool
    """Nothing is left of it."""
    sheet: int
    """Which printed sheets it stands on."""
    share: str
    """How much of it goes; empty where its text is not in the page."""
    parts: list[PlanPart] | None

    @property
    def opened(self) -> bool:
        """It is unfolded at first."""
        return self.number <= OPEN


class DocumentTexts:
    """The documents that a page quotes; a class because each is cut into lines once."""

    def __init__(self, texts: Mapping[Name, str]) -> None:
        self._texts = texts
        self._starts: dict[Name, list[int]] = {}

    def text(self, name: Name) -> str:
        """Return the text of a document."""
        return self._texts[name]

    def line(self, name: Name, at: int) -> int:
        """Return the number of the line, from 1, that holds a character."""
        return bisect_right(self._lines(name), at)

    def lines(self, name: Name, start: int, end: int) -> Iterator[tuple[int, str]]:
        """Yield the lines of a part of a document that are not empty, with their numbers."""
        text, starts = self._texts[name], self._lines(name)
        for number in range(
            bisect_right(starts, start), bisect_right(starts, max(start, end - 1)) + 1
        ):
            past = starts[number] if number < len(starts) else len(text)
            line = text[max(start, starts[number - 1]) : min(end, past)]
            if line.strip():
                yield number, line.rstrip("\r\n")

    def _lines(self, name: Name) -> list[int]:
        """Return where the lines of a document begin."""
        if name not in self._starts:
            lines = split(self._texts[name])
            self._starts[name] = [0, *accumulate(len(line) + 1 for line in lines[:-1])]
        return self._starts[name]


def plan_to_html(planned: Planned, document: str | None = None) -> str:
    """
    Return what a clean would take as one HTML file; of one document only, where it is named.

    Raises `SettingsError` for a document that was not read.
    """
    done = planned.preview()
    wanted = None
    if document is not None:
        firsts = (piece.lines[0] for piece in planned.taken(document))
        wanted = {(line.document, line.record) for line in firsts}
    # Of documents beyond those that are listed only the number is kept.
    every = groupby(planned.removals, key=lambda line: (line.document, line.record))
    chosen = ((name, list(lines)) for name, lines in every if wanted is None or name in wanted)
    listed = list(islice(chosen, WHOLE + LINES))
    left_out = sum(1 for _ in chosen)
    # Texts are read of those that may stand in the page with them, and of what stays for these.
    names = {name for name, _ in listed[:WHOLE]}
    keepers = (line.keeper for _, lines in listed[:WHOLE] for line in lines)
    names |= {(keeper.document, keeper.record) for keeper in keepers if keeper is not None}
    texts = DocumentTexts(planned.texts(names))
    sizes = accumulate(len(texts.text(name)) for name, _ in listed[:WHOLE])
    whole = max(sum(size <= BUDGET for size in sizes), int(document is not None))
    dropped = set(done.not_written)
    sheets: dict[str, int] = {}
    items = [
        _item(number, name, lines, texts if number <= whole else None, dropped, sheets)
        for number, (name, lines) in enumerate(listed, 1)
    ]
    return page(
        "clean.html",
        sheets or ["dedup clean"],
        said=clean_headline(done) if document is None else _said(document, items),
        only=document,
        done=done,
        notes=list(notes(done)),
        reasons=_REASONS,
        level=_LEVELS[done.policy.remove],
        sources=losing(done),
        stays=list(stays(done)),
        items=items,
        whole=whole,
        left_out=left_out,
        counted=counted,
        percent=percent,
        skipped=done.skipped,
    )


def _said(document: str, items: Sequence[PlanItem]) -> str:
    """Return the headline of a page on one document."""
    if not items:
        return f"Nothing would go from {document}."
    removals = counted(sum(item.removals for item in items), "removal")
    characters = counted(sum(item.characters for item in items), "character")
    return f"{characters} would go from {document}, in {removals}."


def _item(  # noqa: PLR0913 - a document, and what the page knows of all
    number: int,
    name: Name,
    lines: Sequence[Removal],
    texts: DocumentTexts | None,
    dropped: set[Name],
    sheets: dict[str, int],
) -> PlanItem:
    """Return a document of the list, with its text where `texts` are given."""
    gone = sum(line.end - line.start for line in lines)
    reasons = Counter[str]()
    for line in lines:
        reasons[line.reason] += line.end - line.start
    shown = named(lines[0])
    return PlanItem(
        number,
        shown,
        _REASONS[reasons.most_common(1)[0][0]],
        len(lines),
        gone,
        min((line.similarity for line in lines if line.similarity is not None), default=1.0),
        name in dropped,
        sheets.setdefault(shown, len(sheets)) if texts else -1,
        percent(gone / len(texts.text(name))) if texts else "",
        list(_parts(name, lines, texts)) if texts else None,
    )


def _parts(name: Name, lines: Sequence[Removal], texts: DocumentTexts) -> Iterator[PlanPart]:
    """Yield what stays and what goes of a document, in its order."""
    at = 0
    for line in lines:
        yield from _staying(name, at, line.start, texts)
        yield _going(name, line, texts)
        at = line.end
    yield from _staying(name, at, len(texts.text(name)), texts)


def _staying(name: Name, start: int, end: int, texts: DocumentTexts) -> Iterator[PlanPart]:
    """Yield what stays between two removals; nothing where it is white space."""
    rows = [
        LinePair("stays", Cell(number, (MarkedWord("equal", text),)), None)
        for number, text in texts.lines(name, start, end)
    ]
    if rows:
        yield PlanPart([AlignedLines(same=True, lines=tuple(rows))])


def _going(name: Name, line: Removal, texts: DocumentTexts) -> PlanPart:
    """Return a removal beside what stays for it, word by word."""
    text = line.text.strip()
    first = texts.line(name, line.start + line.text.index(text))
    keeper = line.keeper
    if keeper is None:
        rows = [
            LinePair("goes", Cell(number, (MarkedWord("gone", own),)), None)
            for number, own in texts.lines(name, line.start, line.end)
        ]
        return PlanPart([AlignedLines(same=False, lines=tuple(rows))], _why(line, same=False))
    place = keeper.document, keeper.record
    kept = texts.text(place)[keeper.start : keeper.end]
    there = texts.line(place, keeper.start)
    where = (
        f"{keeper.document}:{there}" if keeper.record is None else f"{named(keeper)}, line {there}"
    )
    found = compare(text, kept)
    return PlanPart(stretches(found, first, there), _why(line, same=text == kept), where)


def _why(line: Removal, *, same: bool) -> str:
    """Say why a removal goes."""
    if line.keeper is None:
        nothing = "its document is dropped whole" if line.reason == "document" else "in every place"
        return f"{_REASONS[line.reason]}: nothing stays for it, {nothing}"
    if same:
        alike = "identical"
    elif line.similarity == 1:
        alike = "the same words, written differently"
    else:
        alike = f"{percent(line.similarity or 0)} alike"
    rule = f", kept by the rule {line.rule}" if line.rule not in {None, "first"} else ""
    return f"{_REASONS[line.reason]}: {alike}{rule}"
