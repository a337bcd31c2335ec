"""Finds -> Report: the last stage. Names, identities, shares, in order of the keepers."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import kernels
from dedup.group import Group, Name, Occurrence, Part
from dedup.model import ACROSS, BLOCK, BOILERPLATE, KINDS, UNITS, Facts, Strings
from dedup.report import Extent, Incoming, Overlap, Pair, Place, Report, Seen, Summary
from dedup.rows import fresh
from dedup.stages.identities import distinct_ids, identity
from dedup.text.spans import united
from dedup.text.templates import deciding
from dedup.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.matched import Matched
    from dedup.model import Extents, Finds, Texts, Totals, Twins
    from dedup.settings import Settings
    from dedup.stages.unreported import Unreported

Span = tuple[int, int]
DECIDING = 40
"""Words that are named of those that differ between texts of one template."""
AT_ONCE = 4 << 20
"""Bytes of texts that are turned into occurrences at a time."""
COPIED = 0.8
"""A document of which this share of the text are copies is told as copied."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a report is made from, at the caller."""

    facts: Facts
    finds: Iterable[Finds]
    """Sorted by group."""
    extents: Extents
    """Of the documents in `finds`."""
    totals: Totals
    matches: int
    """Pairs of distinct texts that match."""
    unreported: Unreported


def report_of(matched: Matched, told: Told, settings: Settings, *, checked: bool) -> Report:
    """Build the report; `checked` adds the share of each incoming document."""
    facts, besides = told.facts, told.unreported
    found = sorted(groups(told.finds, Naming(facts)), key=Found.order)
    offsets = ParagraphOffsets(told.extents)
    away = matched.elsewhere
    published = int(facts.characters[facts.published != 0].sum())

    parts = CopiedParts.of(found, offsets)
    known = tuple(lengths(found, parts, facts, offsets))
    return Report(
        version=VERSION,
        settings=settings.part("detection"),
        summary=Summary(
            documents=len(facts) - matched.published,
            paragraphs=int(told.totals.paragraphs.sum()),
            characters=int(facts.characters[facts.published == 0].sum()),
            words=int(told.totals.words.sum()),
            groups=len(found),
            repeated_paragraphs=sum(
                offsets.paragraphs(doc, spans) for doc, spans in parts.blocks.items()
            ),
            repeated_characters=sum(length(united(spans)) for spans in parts.blocks.values()),
            candidates=matched.candidates,
            rejected=matched.candidates - told.matches,
            buckets_cut=matched.buckets_cut,
            skipped=(),
            published=matched.published if away is None else away.documents,
            published_characters=published if away is None else away.characters,
            boilerplate_characters=int(told.totals.boilerplate_characters.sum()),
            copied_documents=sum(extent.copied >= COPIED for extent in known),
            near_kept=besides.near_kept,
            short_repeats=besides.short_repeats,
        ),
        groups=tuple(with_ids(found)),
        overlaps=tuple(overlaps(parts, Naming(facts), offsets)),
        incoming=tuple(shares(parts, facts, offsets)) if checked else None,
        extents=known,
    )


def named_pairs(twins: Iterable[Twins], facts: Iterable[Facts]) -> Iterator[Pair]:
    """Turn rows of places into pairs with the names of their documents."""
    naming = Naming(Facts.concat(facts))
    for batch in twins:
        columns = (batch.a_doc, batch.a_no, batch.b_doc, batch.b_no, batch.similarity)
        for a, i, b, j, value in zip(*(c.tolist() for c in columns), strict=True):
            yield Pair(naming.place(a, i), naming.place(b, j), value)


def seen(texts: Iterable[Texts], facts: Iterable[Facts]) -> dict[int, Seen]:
    """Return the first place and the normalised text of each text by its rank."""
    naming = Naming(Facts.concat(facts))
    return {
        text: Seen(naming.place(doc, no), normal)
        for batch in texts
        for text, doc, no, normal in zip(
            *(column.tolist() for column in (batch.text, batch.doc, batch.no)),
            batch.normal.list(),
            strict=True,
        )
    }


class Naming:
    """What documents are called; a class because the names are read from columns when asked."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._names: dict[int, Name] = {}

    def name(self, doc: int) -> Name:
        """Return the path and the record of a document."""
        if doc not in self._names:
            record = self.facts.record[doc] or None
            self._names[doc] = Name(self.facts.path[doc], record)
        return self._names[doc]

    def place(self, doc: int, no: int) -> Place:
        """Name a paragraph, numbered from 0."""
        name = self.name(doc)
        return Place(name.document, name.record, no + 1)

    def file_line(self, doc: int) -> int | None:
        """Return the line of a record in its file; `None` for a plain file."""
        return int(self.facts.file_line[doc]) or None


@dataclass(frozen=True, slots=True)
class Found:
    """A group, and the documents of its occurrences."""

    kind: str
    docs: tuple[int, ...]
    group: Group

    @property
    def counts(self) -> bool:
        """Its copies are copies: neither boilerplate nor filled from a template."""
        return self.kind != BOILERPLATE and not self.group.template

    def order(self) -> tuple[Any, ...]:
        """Sort by the keeper's document, start, kind, and end: the longer one first."""
        keeper = self.group.keeper
        return self.docs[0], keeper.start, self.kind, -keeper.end, self.group.unit


def groups(finds: Iterable[Finds], naming: Naming) -> Iterator[Found]:
    """Turn rows into groups; a group's rows stand together, but a batch may end inside it."""
    docs: list[int] = []
    group: list[Occurrence] = []
    last: tuple[str, str, int, int] = ("", "", 0, 0)
    kept = b""
    for batch in few_at_a_time(finds):
        # The columns of a batch as plain values. What stands again and again is held once.
        once: dict[str, str] = {}
        plain = {
            name: column.tolist()
            for name, column in batch.columns().items()
            if isinstance(column, np.ndarray)
        }
        sides = zip(batch.before.list(), batch.after.list(), strict=True)
        data, offsets, _ = kernels.normalise(batch.written.data, batch.written.offsets)
        normal, written = Strings(data, offsets).raws(), batch.written.raws()
        numbers = (batch.pairs.data.view("<i4").reshape(-1, 2) + 1).tolist()
        pairs = [numbers[a // 8 : b // 8] for a, b in pairwise(batch.pairs.offsets.tolist())]
        for row, around in enumerate(sides):
            cells = {name: column[row] for name, column in plain.items()}
            keeper = group[0] if cells["copy"] else None
            # A copy that is written as its keeper is shares the keeper's text: often most are.
            if keeper is not None and written[row] == kept:
                text, name = keeper.text, str(keeper.fingerprint)
            else:
                text = written[row].decode("utf-8", "surrogatepass")
                name = identity(KINDS[cells["kind"]], normal[row])
            # A keeper begins a group, and ends the one before.
            if keeper is None:
                if group:
                    yield found(docs, group, *last)
                docs, group, kept = [], [], written[row]
                last = (KINDS[cells["kind"]], UNITS[cells["unit"]], cells["words"], cells["count"])
            docs.append(cells["doc"])
            before, after = (once.setdefault(side, side) for side in around)
            group.append(occurrence(cells, keeper, name, pairs[row], text, (before, after), naming))
    if group:
        yield found(docs, group, *last)


def few_at_a_time(finds: Iterable[Finds]) -> Iterator[Finds]:
    """Yield the rows with so few texts at a time that what is made of these is no matter."""
    for batch in finds:
        at = 0
        while at < len(batch):
            ends = batch.written.offsets[at + 1 :]
            most = ends.searchsorted(batch.written.offsets[at] + AT_ONCE, "right")
            yield batch.slice(at, at := at + max(1, int(most)))


def occurrence(  # noqa: PLR0913 - a row, cell by cell
    cells: dict[str, Any],
    keeper: Occurrence | None,
    fingerprint: str,
    pairs: list[list[int]],
    text: str,
    around: tuple[str, str],
    naming: Naming,
) -> Occurrence:
    """Turn one row into an occurrence; the keeper comes first."""
    paragraphs = cells["first"] + 1, cells["last"] + 1
    lines = cells["line"], cells["line_end"]
    # The part of the keeper that this repeats, and what is written there.
    name = naming.name(cells["doc"])
    part = cells["part"]
    covered = Part((part[0] + 1, part[1] + 1), (part[2], part[3]), part[4], part[5])
    kind = KINDS[cells["kind"]]
    stretch = (covered.start, covered.end)
    whole = keeper is None or kind == BOILERPLATE or stretch == (keeper.start, keeper.end)
    same = text
    if keeper is not None:
        start = 0 if whole else covered.start - keeper.start
        same = keeper.text if whole else keeper.text[start : start + covered.end - covered.start]
    return Occurrence(
        document=name.document,
        record=name.record,
        paragraphs=paragraphs,
        # Where every line is a paragraph both have the same numbers.
        lines=paragraphs if lines == paragraphs else lines,
        start=cells["start"],
        end=cells["end"],
        similarity=cells["similarity"],
        identical=text == same,
        keeper=keeper is None,
        text=text,
        file_line=naming.file_line(cells["doc"]),
        fingerprint=fingerprint,
        of=None if whole else covered,
        bound=bool(cells["bound"]),
        paired=tuple((i, j) for i, j in pairs),
        before=around[0],
        after=around[1],
    )


def found(  # noqa: PLR0913 - what a keeper's row says of its group
    docs: list[int], occurrences: list[Occurrence], kind: str, unit: str, words: int, count: int
) -> Found:
    """Make a group of its occurrences, keeper first."""
    keeper, *copies = occurrences
    lowest = min((copy.similarity for copy in copies), default=1.0)
    differ = () if kind == BOILERPLATE else filled_in(keeper, copies)
    group = Group(
        id=str(keeper.fingerprint),
        kind=kind,
        unit=unit,
        paragraphs=keeper.paragraphs[1] - keeper.paragraphs[0] + 1,
        words=words,
        characters=keeper.end - keeper.start,
        similarity=lowest,
        occurrences=(replace(keeper, similarity=1.0, fingerprint=None), *copies),
        count=count or None,
        template=bool(differ),
        deciding=differ,
    )
    return Found(kind, tuple(docs), group)


def filled_in(keeper: Occurrence, copies: Sequence[Occurrence]) -> tuple[str, ...]:
    """Return the first words that differ where the places are of one template; else none."""
    # A copy of equal words settles it, and most groups have one.
    if any(copy.similarity == 1 for copy in copies):
        return ()
    return tuple(deciding((repeated(keeper, copy), copy.text) for copy in copies)[:DECIDING])


def repeated(keeper: Occurrence, copy: Occurrence) -> str:
    """Return the text that a copy repeats."""
    if copy.of is None:
        return keeper.text
    return keeper.text[copy.of.start - keeper.start : copy.of.end - keeper.start]


def with_ids(found: Sequence[Found]) -> Iterator[Group]:
    """Number groups that share an id."""
    for each, name in zip(found, distinct_ids(each.group.id for each in found), strict=True):
        group = each.group
        yield group if group.id == name else replace(group, id=name)


class ParagraphOffsets:
    """Where the paragraphs of documents lie; a class because it finds them by document."""

    def __init__(self, extents: Extents) -> None:
        self.doc, self.start, self.end = extents.doc, extents.start, extents.end

        self._before = np.concatenate([[0], np.cumsum(self.end - self.start)])
        """Characters of the paragraphs before each one."""
        firsts = np.flatnonzero(fresh(self.doc)).tolist()
        docs = self.doc[firsts].tolist()
        self._rows = dict(zip(docs, pairwise([*firsts, len(self.doc)]), strict=True))

    def paired(self, doc: int, place: Occurrence | Part, numbers: Iterable[int]) -> list[Span]:
        """Return what counts of a place: its paired paragraphs, counted from 1; else all of it."""
        first = self._rows[doc][0] - 1
        inside = sorted(set(numbers))
        breaks = [at for at in range(1, len(inside)) if inside[at] != inside[at - 1] + 1]
        runs = [(inside[a], inside[b - 1]) for a, b in pairwise([0, *breaks, len(inside)]) if b]
        return [
            (int(self.start[first + low]), int(self.end[first + high])) for low, high in runs
        ] or [(place.start, place.end)]

    def paragraphs(self, doc: int, spans: list[Span]) -> int:
        """Count the paragraphs that begin in any of these stretches."""
        rows = self._rows[doc]
        return sum(
            bisect_left(self.start, end, *rows) - bisect_left(self.start, start, *rows)
            for start, end in united(spans)
        )

    def share(self, doc: int, spans: list[Span]) -> float:
        """Return the share of the characters of all paragraphs that lie in these stretches."""
        if not spans:
            return 0.0
        first, past = self._rows[doc]
        covered = sum(
            self._before_edge(end, first, past) - self._before_edge(start, first, past)
            for start, end in united(spans)
        )
        return round(covered / max(1, int(self._before[past] - self._before[first])), 4)

    def _before_edge(self, edge: int, first: int, past: int) -> int:
        """Count the characters of all paragraphs before an offset."""
        row = bisect_left(self.start, edge, first, past)
        # Of the last paragraph that begins before an edge, what lies behind it does not count.
        over = int(self.end[row - 1]) - edge if row > first else 0
        return int(self._before[row]) - max(over, 0)


def length(spans: list[Span]) -> int:
    """Count the characters of disjoint stretches."""
    return sum(end - start for start, end in spans)


@dataclass(frozen=True, slots=True)
class CopiedParts:
    """What counts of the copies of a report, and of what they repeat in other documents."""

    blocks: dict[int, list[Span]]
    """Of the copies of blocks, by document."""
    passages: dict[int, list[Span]]
    """Of those of passages."""
    across: dict[tuple[int, int], tuple[list[Span], list[Span]]]
    """Of the keeper's document and the copy's, of all copies in the one that repeat the other."""

    @classmethod
    def of(cls, found: Iterable[Found], offsets: ParagraphOffsets) -> CopiedParts:
        """Gather what counts of every group that holds copies."""
        blocks: dict[int, list[Span]] = defaultdict(list)
        passages: dict[int, list[Span]] = defaultdict(list)
        across: dict[tuple[int, int], tuple[list[Span], list[Span]]] = {}
        for each in found:
            if not each.counts:
                continue
            unit = blocks if each.group.unit == BLOCK else passages
            source = each.docs[0]
            for doc, copy in zip(each.docs[1:], each.group.copies, strict=True):
                copied = offsets.paired(doc, copy, [j for _, j in copy.paired])
                unit[doc] += copied
                if each.kind == ACROSS:
                    part = copy.of or each.group.keeper
                    kept, taken = across.setdefault((source, doc), ([], []))
                    kept += offsets.paired(source, part, [i for i, _ in copy.paired])
                    taken += copied
        return cls(blocks, passages, across)


def overlaps(parts: CopiedParts, naming: Naming, offsets: ParagraphOffsets) -> Iterator[Overlap]:
    """Yield the share of either document of a pair that is found in the other."""
    for (a, b), (kept, copied) in sorted(parts.across.items()):
        yield Overlap(
            naming.name(a), naming.name(b), offsets.share(a, kept), offsets.share(b, copied)
        )


def lengths(
    found: Iterable[Found], parts: CopiedParts, facts: Facts, offsets: ParagraphOffsets
) -> Iterator[Extent]:
    """Yield the length of each document that a group names, and the share of it that is a copy."""
    naming = Naming(facts)
    for doc in sorted({doc for each in found for doc in each.docs}):
        name, characters = naming.name(doc), int(facts.characters[doc])
        own = [*parts.blocks.get(doc, ()), *parts.passages.get(doc, ())]
        yield Extent(name.document, name.record, characters, offsets.share(doc, own))


def shares(parts: CopiedParts, facts: Facts, offsets: ParagraphOffsets) -> Iterator[Incoming]:
    """Yield the share of each incoming document that is found in another one."""
    spans: dict[int, list[Span]] = defaultdict(list)
    for (a, b), (kept, copied) in parts.across.items():
        spans[a] += kept
        spans[b] += copied
    naming = Naming(facts)
    for doc in np.flatnonzero(facts.published == 0).tolist():
        name = naming.name(doc)
        yield Incoming(name.document, name.record, offsets.share(doc, spans[doc]))
