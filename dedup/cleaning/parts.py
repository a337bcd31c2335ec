"""
The pieces of one input file and the plan -> what is written of each, and its lines of the ledger.

A file is split again into the pieces that it was read by, and slices are cut out of their raw
bytes; nothing is ever serialised anew, so what is not cut is the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import formats
from dedup.cleaning.copies import Copies
from dedup.cleaning.cuts import Cut, Cuts, Decision, cuts_of
from dedup.cleaning.ledger import Keeper, Line
from dedup.cleaning.manifest import MODE_NAMES, Entry, text_sha256
from dedup.cleaning.standing import NONE
from dedup.cleaning.stretches import Stretches
from dedup.errors import InputError
from dedup.formats.slices import without
from dedup.text.markdown import blocks
from dedup.text.paragraphs import AUTO, MODES, paragraph_mode

if TYPE_CHECKING:
    from dedup.cleaning.detection import Detection
    from dedup.cleaning.plan import Plan
    from dedup.cleaning.policy import Policy
    from dedup.cleaning.standing import Standing
    from dedup.formats import Piece, Record, Source, Span
    from dedup.model import I64, Facts
    from dedup.settings import Settings

Name = tuple[str, str | None]
"""A document: path and record."""
Place = tuple[int, int, int]
"""Of a document: its rank, its number in the file, and its first byte."""
Modes = Callable[["Source", "Record"], int]


@dataclass(frozen=True, slots=True)
class Work:
    """What is known before anything is written."""

    settings: Settings
    policy: Policy
    facts: Facts
    places: Standing
    plan: Plan
    stretches: Stretches
    """Sentences that go besides, sorted by `doc`, `start`."""
    modes: Modes | None
    documents: dict[str, Span]
    """First of the documents of a file, and last + 1."""
    keepers: frozenset[int]
    """Documents that hold a keeper, or are not to be dropped for another reason."""
    copies: Copies
    """Those in the report."""
    labels: list[str | None] | None = None
    """The source of each document, where a field names it."""

    @classmethod
    def of(
        cls,
        known: tuple[Settings, Policy, Modes | None],
        found: Detection,
        plan: Plan,
        labels: list[str | None] | None = None,
    ) -> Work:
        """Index documents, keepers and copies by what a file asks for."""
        documents: dict[str, Span] = {}
        for doc, path in enumerate(found.facts.path.list()):
            documents[path] = documents.get(path, (doc, doc))[0], doc + 1
        keepers = frozenset(np.unique(plan.keeper[plan.keeper != NONE]).tolist())
        settings, policy, modes = known
        return cls(
            settings,
            policy,
            found.facts,
            found.standing,
            plan,
            Stretches.of([]),
            modes,
            documents,
            keepers,
            Copies.of(found.groups, found.copied),
            labels,
        )

    def share(self, first: int, stop: int) -> Work:
        """Give what concerns some documents, numbered from 0; those that keep come after them."""
        plan = self.plan.slice(*_rows(self.plan.doc, first, stop))
        stretches = self.stretches.slice(*_rows(self.stretches.doc, first, stop))
        places = self.places.slice(*_rows(self.places.doc, first, stop))
        keepers = np.unique(np.concatenate([plan.keeper, stretches.keeper]))
        others = keepers[(keepers != NONE) & ((keepers < first) | (keepers >= stop))]

        def here(keeper: I64) -> I64:
            own = (keeper >= first) & (keeper < stop)
            other = stop - first + np.searchsorted(others, keeper)
            return np.where(keeper == NONE, NONE, np.where(own, keeper - first, other))

        return replace(
            self,
            facts=self.facts.take(np.concatenate([np.arange(first, stop), others])),
            places=replace(places, doc=places.doc - first),
            plan=replace(plan, doc=plan.doc - first, keeper=here(plan.keeper)),
            stretches=replace(stretches, doc=stretches.doc - first, keeper=here(stretches.keeper)),
            documents={},
            keepers=frozenset(doc - first for doc in range(first, stop) if doc in self.keepers),
            copies=self.copies.share(first, stop),
            labels=None if self.labels is None else self.labels[first:stop],
        )

    def mode(self, source: Source, record: Record) -> tuple[int, bool]:
        """Give the paragraph mode of a document, and whether `auto` would find the same."""
        asked = self.modes(source, record) if self.modes else AUTO
        found = paragraph_mode(record.text, record.markdown, self.settings.join_hyphens)
        mode = asked or MODES[self.settings.paragraphs] or found
        return mode, mode == found

    @property
    def decision(self) -> Decision:
        """What decides what is cut."""
        return Decision(
            self.places,
            self.plan,
            self.stretches,
            self.facts.characters,
            self.policy.rules,
            self.policy.drop_document_over,
            self.keepers,
        )

    @property
    def notes_modes(self) -> bool:
        """Some documents are cut into paragraphs otherwise than `auto` would."""
        return self.modes is not None or self.settings.paragraphs != "auto"

    def touches(self, source: Source) -> bool:
        """Tell whether something goes from a file."""
        edges = self.documents.get(source.path, (0, 0))
        both = [np.searchsorted(doc, edges) for doc in (self.plan.doc, self.stretches.doc)]
        return any(first < stop for first, stop in both)

    def source_of(self, doc: int, folder: str) -> str:
        """Give the source that the guard counts a document to: its folder, unless a field says."""
        if self.labels is None:
            return folder
        return self.labels[doc] or f"(no {self.policy.source_field})"


class Part(NamedTuple):
    """What becomes of one piece."""

    raw: bytes
    """As it was read."""
    kept: bytes
    """As it is written."""
    name: Name | None = None
    """Of a document that lost something."""
    cuts: Cuts | None = None
    lines: tuple[Line, ...] = ()
    entry: Entry | None = None
    doc: int | None = None
    """Its rank."""
    text: str = ""

    @property
    def spans(self) -> list[Span]:
        """What is cut out of the text."""
        return [(cut.start, cut.end) for cut in self.cuts.cuts] if self.cuts else []

    @property
    def dropped(self) -> bool:
        """Nothing of the document is left."""
        return self.cuts is not None and not self.cuts.written


def numbered(work: Work, source: Source) -> Iterator[tuple[Piece, Place]]:
    """
    Give the pieces of a file, each with its place; of what is no document that of the next one.

    Raises `InputError` where the documents are not those that were scanned.
    """
    doc, stop = work.documents.get(source.path, (0, 0))
    number = at = 0
    for piece in formats.pieces(source, work.settings, whole=is_lenient(source, work.settings)):
        record = piece.record
        if record is not None and (doc >= stop or work.facts.record[doc] != (record.id or "")):
            raise changed(source)
        yield piece, (doc, number + 1, at)
        doc += record is not None
        number += record is not None
        at += source.layout.extent(piece.raw)
    if doc != stop:
        raise changed(source)


def parts(
    work: Work,
    source: Source,
    pieces: Iterator[tuple[Piece, Place]],
    *,
    until_written: bool = False,
) -> Iterator[Part]:
    """
    Cut one file, piece by piece.

    What parts the records of an array goes with the record before it, where none before it is
    written; with `until_written` the pieces after the first such record are left to others.
    """
    ahead = cuts_of(work.decision, *work.documents.get(source.path, (0, 0)))
    next_cut = next(ahead, None)
    written = False
    waiting: Part | None = None
    for piece, place in pieces:
        item = piece.record is not None or piece.fault is not None
        lead = piece.lead if item and not written else 0
        if waiting is not None:
            yield _with_rest(waiting, piece.raw[:lead])
            waiting = None
        if piece.record is None:
            written = written or item
            yield Part(piece.raw, piece.raw[lead:])
            continue
        cuts = None
        if next_cut is not None and next_cut[0] == place[0]:
            cuts = next_cut[1]
            next_cut = next(ahead, None)
        part = document(work, source, piece, lead, place, cuts)
        if part.dropped:
            waiting = part
            continue
        written = True
        yield part
        if until_written:
            return
    if waiting is not None:
        yield waiting


def is_lenient(source: Source, settings: Settings) -> bool:
    """Tell whether a file that cannot be read to its end is left out whole, as `read` does."""
    return not source.named or settings.on_error != "fail"


def changed(source: Source) -> InputError:
    """Make the error for a file that is not the one that was scanned."""
    return InputError(f"{source.path} changed while it was being cleaned; run the command again")


def _rows(doc: I64, first: int, stop: int) -> Span:
    """Give where the rows of some documents stand in a table that is sorted by them."""
    low, high = np.searchsorted(doc, (first, stop)).tolist()
    return low, high


def _with_rest(part: Part, rest: bytes) -> Part:
    """Let a record that was dropped take along what parted it from the next one."""
    if not rest:
        return part
    first = part.lines[0]
    return part._replace(lines=(first._replace(raw=first.bytes + rest), *part.lines[1:]))


def document(  # noqa: PLR0913 - a document, where it is, and what goes of it
    work: Work, source: Source, piece: Piece, lead: int, place: Place, cuts: Cuts | None
) -> Part:
    """Cut one document; of `lead` bytes before it nobody is told."""
    record = piece.record
    assert record is not None  # noqa: S101 - for the type checker
    doc, number, at = place
    if cuts is None:
        entry = None
        if work.notes_modes:
            mode, same = work.mode(source, record)
            if not same:
                name = MODE_NAMES[mode]
                entry = Entry(number, record.id, name, 0, text_sha256(record.text))
        return Part(piece.raw, piece.raw[lead:], entry=entry)
    text = record.text
    if len(text) != work.facts.characters[doc]:
        raise changed(source)
    mode, _ = work.mode(source, record)
    if record.markdown:
        front, code, _ = blocks(text)
        if front or code:
            ((_, cuts),) = cuts_of(work.decision, doc, doc + 1, (front, code))
    spans = [(cut.start, cut.end) for cut in cuts.cuts]
    raws = record.raws(spans)
    both = zip(cuts.cuts, raws, strict=True)
    lines = [_line(work, doc, record, cut, raw) for cut, raw in both]
    kept = b""
    if cuts.written:
        try:
            kept = record.cut(spans)[lead:]
        except InputError as error:
            raise InputError(f"{source.path}: {error}") from error
    elif record.id is not None:
        lines[0] = lines[0]._replace(raw=piece.raw[lead:])
    sha256 = text_sha256(without(text, spans)) if cuts.written else None
    begin = None if cuts.written else at + lead
    entry = Entry(number, record.id, MODE_NAMES[mode], len(lines), sha256, begin)
    return Part(piece.raw, kept, (source.path, record.id), cuts, tuple(lines), entry, doc, text)


def _line(work: Work, doc: int, record: Record, cut: Cut, raw: bytes) -> Line:
    """Write one cut of a document as a line of the ledger."""
    text = record.text[cut.start : cut.end]
    keeper = None
    if cut.keeper is not None:
        of, start, end = cut.keeper
        keeper = Keeper(work.facts.path[of], work.facts.record[of] or None, start, end)
    return Line(
        work.facts.path[doc],
        record.id,
        cut.start,
        cut.end,
        text,
        cut.reason,
        cut.rule,
        cut.similarity,
        work.copies.group(doc, cut.span, cut.reason),
        keeper,
        None if raw == text.encode("utf-8", "surrogatepass") else raw,
    )
