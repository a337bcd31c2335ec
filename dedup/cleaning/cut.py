"""
The pieces of one input file and what is removed -> what is written of each, and its ledger lines.

A file is split again into the pieces that it was read by, and slices are cut out of their raw
bytes; nothing is ever serialised anew, so what is not cut is the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import formats
from dedup.cleaning.ledger import REASONS, Keeper, Line
from dedup.cleaning.manifest import MODE_NAMES, Entry, text_sha256
from dedup.cleaning.policy import PUBLISHED
from dedup.cleaning.tables import NONE, of_documents
from dedup.errors import InputError
from dedup.formats.slices import text_without
from dedup.text.paragraphs import paragraph_mode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.cleaning.removals import Decision
    from dedup.cleaning.tables import RemovalRow
    from dedup.formats import Piece, Record, Source
    from dedup.settings import Settings

PiecePlace = tuple[int, int, int]
"""Of a document: its rank, its number in the file, and its first byte."""


class CutPiece(NamedTuple):
    """What becomes of one piece."""

    raw: bytes
    """As it was read."""
    kept: bytes
    """As it is written."""
    lines: tuple[Line, ...] = ()
    """What it loses."""
    entry: Entry | None = None
    text: str = ""
    """Of a document that loses something, as it was read."""

    @property
    def is_dropped(self) -> bool:
        """Nothing of the document is left."""
        return self.entry is not None and self.entry.at is not None

    @property
    def left(self) -> str:
        """The text that is left; empty where the document is dropped."""
        return text_without(self.text, [(line.start, line.end) for line in self.lines])


def placed_pieces(decision: Decision, source: Source) -> Iterator[tuple[Piece, PiecePlace]]:
    """
    Yield the pieces of a file, each with its place; of what is no document that of the next one.

    Raises `InputError` where the documents are not those that were scanned.
    """
    doc, stop = decision.documents.get(source.path, (0, 0))
    number = at = 0
    settings = decision.settings
    for piece in formats.pieces(source, settings, whole=is_lenient(source, settings)):
        record = piece.record
        if record is not None and (doc >= stop or decision.facts.record[doc] != (record.id or "")):
            raise changed_error(source)
        yield piece, (doc, number + 1, at)
        doc += record is not None
        number += record is not None
        at += source.layout.extent(piece.raw)
    if doc != stop:
        raise changed_error(source)


def losing_pieces(decision: Decision, source: Source) -> Iterator[tuple[Piece, PiecePlace]]:
    """
    Yield at least the documents of a file that lose something, each with its place.

    What lies between them is not read where each record is a line. Raises `InputError` where the
    documents are not those that were scanned.
    """
    if decision.notes_modes or not source.layout.by_line:
        yield from placed_pieces(decision, source)
        return
    first, stop = decision.documents.get(source.path, (0, 0))
    docs = np.unique(of_documents(decision.removals, first, stop).doc)
    facts, settings, ahead, at = decision.facts, decision.settings, iter(docs.tolist()), 0
    lines, whole = facts.file_line[docs].tolist(), is_lenient(source, settings)
    for piece in formats.pieces(source, settings, whole=whole, lines=lines):
        doc = NONE
        if piece.record is not None:
            doc = next(ahead)
            piece.record.id = facts.record[doc]
        yield piece, (doc, doc - first + 1, at)
        at += source.layout.extent(piece.raw)
    if next(ahead, None) is not None:
        raise changed_error(source)


def parts(
    decision: Decision,
    source: Source,
    pieces: Iterator[tuple[Piece, PiecePlace]] | None = None,
    *,
    until_kept: bool = False,
) -> Iterator[CutPiece]:
    """
    Cut one file, whose `pieces` are numbered, and yield what becomes of each piece.

    What parts the records of an array goes with the record before it, where none before it is
    kept; with `until_kept` the pieces after the first such record are left to others.
    """
    ahead = decision.removals.by_document(*decision.documents.get(source.path, (0, 0)))
    losing = next(ahead, None)
    is_kept = False
    waiting: CutPiece | None = None
    for piece, place in placed_pieces(decision, source) if pieces is None else pieces:
        item = piece.record is not None or piece.fault is not None
        # Before the first record that is kept nothing parts it from another one.
        lead = piece.lead if item and not is_kept else 0
        if waiting is not None:
            yield _with_rest(waiting, piece.raw[:lead])
            waiting = None
        if piece.record is None:
            is_kept = is_kept or item
            yield CutPiece(piece.raw, piece.raw[lead:])
            continue
        rows: Sequence[RemovalRow] = ()
        if losing is not None and losing[0] == place[0]:
            rows = losing[1]
            losing = next(ahead, None)
        part = cut_document(decision, source, piece, lead, place, rows)
        # A record that is dropped waits for what parts it from the next one.
        if part.is_dropped:
            waiting = part
            continue
        is_kept = True
        yield part
        if until_kept:
            return
    if waiting is not None:
        yield waiting


def is_lenient(source: Source, settings: Settings) -> bool:
    """Tell whether a file that cannot be read to its end is left out whole, as `read` does."""
    return not source.named or settings.on_error != "fail"


def changed_error(source: Source) -> InputError:
    """Return the error for a file that is not the one that was scanned."""
    return InputError(f"{source.path} changed while it was being cleaned; run the command again")


def mode_entry(decision: Decision, record: Record, doc: int, number: int) -> Entry | None:
    """Return what the manifest has to say of a document that loses nothing."""
    settings, mode = decision.settings, int(decision.facts.mode[doc])
    if paragraph_mode(record.text, record.markdown, settings.join_hyphens) == mode:
        return None
    return Entry(number, record.id, MODE_NAMES[mode], 0, text_sha256(record.text))


def cut_document(  # noqa: PLR0913 - a document, where it is, and what goes of it
    decision: Decision,
    source: Source,
    piece: Piece,
    lead: int,
    place: PiecePlace,
    rows: Sequence[RemovalRow],
) -> CutPiece:
    """Cut one document, and return what becomes of it; of `lead` bytes before it nobody is told."""
    record = piece.record
    assert record is not None  # noqa: S101 - for the type checker
    doc, number, at = place
    if not rows:
        entry = mode_entry(decision, record, doc, number) if decision.notes_modes else None
        return CutPiece(piece.raw, piece.raw[lead:], entry=entry)
    text, spans = record.text, [(row.start, row.end) for row in rows]
    if len(text) != decision.facts.characters[doc]:
        raise changed_error(source)
    both = zip(rows, record.raws(spans), strict=True)
    lines = [_line(decision, source.path, record, row, raw) for row, raw in both]
    mode = MODE_NAMES[int(decision.facts.mode[doc])]

    # Dropped: the first line has all of the record.
    if sum(end - start for start, end in spans) == len(text):
        if record.id is not None:
            lines[0] = lines[0]._replace(raw=piece.raw[lead:])
        entry = Entry(number, record.id, mode, len(lines), None, at + lead)
        return CutPiece(piece.raw, b"", tuple(lines), entry, text)

    try:
        kept = record.cut(spans)[lead:]
    except InputError as error:
        raise InputError(f"{source.path}: {error}") from error
    entry = Entry(number, record.id, mode, len(lines), text_sha256(text_without(text, spans)))
    return CutPiece(piece.raw, kept, tuple(lines), entry, text)


def _with_rest(part: CutPiece, rest: bytes) -> CutPiece:
    """Let a record that was dropped take along what parted it from the next one."""
    if not rest:
        return part
    first = part.lines[0]
    return part._replace(lines=(first._replace(raw=first.bytes + rest), *part.lines[1:]))


def _line(decision: Decision, path: str, record: Record, row: RemovalRow, raw: bytes) -> Line:
    """Return one removal from a document as a line of the ledger."""
    text = record.text[row.start : row.end]
    keeper = rule = similarity = None
    if row.keeper != NONE:
        facts, of = decision.facts, row.keeper
        keeper = Keeper(facts.path[of], facts.record[of] or None, row.keeper_start, row.keeper_end)
        rule, similarity = str(decision.policy.keep_rules[row.rule]), row.similarity
        rule = PUBLISHED if facts.published[of] else rule
    return Line(
        path,
        record.id,
        row.start,
        row.end,
        text,
        REASONS[row.reason],
        rule,
        similarity,
        None if row.group == NONE else decision.groups[row.group],
        keeper,
        None if raw == text.encode("utf-8", "surrogatepass") else raw,
    )
