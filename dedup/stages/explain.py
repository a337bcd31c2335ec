"""Finds -> Report: the last stage. Names, identities, shares, in order of the keepers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.group import Group, Name, Occurrence, Part
from dedup.model import ACROSS, BLOCK, BOILERPLATE, KINDS, UNITS, Facts, Strings
from dedup.report import Extent, Incoming, Overlap, Pair, Place, Report, Seen, Summary
from dedup.stages.identities import distinct_ids, identity
from dedup.stages.paragraph_offsets import ParagraphOffsets, length
from dedup.text.spans import united
from dedup.text.templates import deciding
from dedup.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.matched import Matched
    from dedup.model import Extents, Finds, Texts, Totals, Twins
    from dedup.settings import Settings
    from dedup.stages.unreported import Unreported
    from dedup.text.lines import Span

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
    facts, besides, naming = told.facts, told.unreported, Naming(told.facts)
    found = sorted(groups(told.finds, naming), key=Found.order)
    offsets = ParagraphOffsets(told.extents)
    away = matched.elsewhere
    published = int(facts.characters[facts.published != 0].sum())

    # What counts of each document, over all groups that hold copies.
    copies = list(counting_copies(found, offsets))
    blocks: dict[int, list[Span]] = defaultdict(list)
    for each in copies:
        if each.found.group.unit == BLOCK:
            blocks[each.doc] += each.spans
    known = tuple(lengths(found, copies, naming, offsets))
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
                offsets.paragraphs(doc, spans) for doc, spans in blocks.items()
            ),
            repeated_characters=sum(length(united(spans)) for spans in blocks.values()),
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
        overlaps=tuple(overlaps(copies, naming, offsets)),
        incoming=tuple(incoming_shares(copies, naming, offsets)) if checked else None,
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


class Copy(NamedTuple):
    """A copy that counts."""

    found: Found
    doc: int
    place: Occurrence
    spans: list[Span]
    """What counts of it."""


def groups(finds: Iterable[Finds], naming: Naming) -> Iterator[Found]:
    """Turn rows into groups; a group's rows stand together, but a batch may end inside it."""
    docs: list[int] = []
    group: list[Occurrence] = []
    last: tuple[str, str, str, int, int] = ("", "", "", 0, 0)
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
            kind = KINDS[cells["kind"]]
            # A copy that is written as its keeper is shares text and name with it: often most are.
            if keeper is not None and written[row] == kept:
                text, name = keeper.text, last[0]
            else:
                text = written[row].decode("utf-8", "surrogatepass")
                name = identity(kind, normal[row])
            # A keeper begins a group, and ends the one before.
            if keeper is None:
                if group:
                    yield found(docs, group, *last)
                docs, group, kept = [], [], written[row]
                last = (name, kind, UNITS[cells["unit"]], cells["words"], cells["count"])
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
    """Turn one row into an occurrence; the keeper comes first, and is no finding."""
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
        similarity=1.0 if keeper is None else cells["similarity"],
        identical=text == same,
        keeper=keeper is None,
        text=text,
        file_line=naming.file_line(cells["doc"]),
        fingerprint=None if keeper is None else fingerprint,
        of=None if whole else covered,
        bound=bool(cells["bound"]),
        paired=tuple((i, j) for i, j in pairs),
        before=around[0],
        after=around[1],
    )


def found(  # noqa: PLR0913 - what a keeper's row says of its group
    docs: list[int],
    occurrences: list[Occurrence],
    name: str,
    kind: str,
    unit: str,
    words: int,
    count: int,
) -> Found:
    """Make a group of its occurrences, keeper first."""
    keeper, *copies = occurrences
    lowest = min((copy.similarity for copy in copies), default=1.0)
    differ = () if kind == BOILERPLATE else filled_in(keeper, copies)
    group = Group(
        id=name,
        kind=kind,
        unit=unit,
        paragraphs=keeper.paragraphs[1] - keeper.paragraphs[0] + 1,
        words=words,
        characters=keeper.end - keeper.start,
        similarity=lowest,
        occurrences=tuple(occurrences),
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


def counting_copies(found: Iterable[Found], offsets: ParagraphOffsets) -> Iterator[Copy]:
    """Yield the copies that count."""
    for each in found:
        if each.counts:
            for doc, copy in zip(each.docs[1:], each.group.copies, strict=True):
                spans = offsets.paired(doc, copy, [j for _, j in copy.paired])
                yield Copy(each, doc, copy, spans)


def both_sides(
    copies: Iterable[Copy], offsets: ParagraphOffsets
) -> Iterator[tuple[int, list[Span], int, list[Span]]]:
    """Yield keeper and copy of each finding across documents: document and what counts of both."""
    for found, doc, copy, spans in copies:
        if found.kind == ACROSS:
            source, part = found.docs[0], copy.of or found.group.keeper
            yield source, offsets.paired(source, part, [i for i, _ in copy.paired]), doc, spans


def overlaps(
    copies: Iterable[Copy], naming: Naming, offsets: ParagraphOffsets
) -> Iterator[Overlap]:
    """Yield the share of either document of a pair that is found in the other."""
    spans: dict[Span, tuple[list[Span], list[Span]]] = defaultdict(lambda: ([], []))
    for a, kept, b, copied in both_sides(copies, offsets):
        spans[a, b][0].extend(kept)
        spans[a, b][1].extend(copied)
    for (a, b), (first, second) in sorted(spans.items()):
        yield Overlap(
            naming.name(a), naming.name(b), offsets.share(a, first), offsets.share(b, second)
        )


def lengths(
    found: Iterable[Found], copies: Iterable[Copy], naming: Naming, offsets: ParagraphOffsets
) -> Iterator[Extent]:
    """Yield the length of each document that a group names, and the share of it that is a copy."""
    spans: dict[int, list[Span]] = {doc: [] for each in found for doc in each.docs}
    for each in copies:
        spans[each.doc] += each.spans
    for doc, own in sorted(spans.items()):
        name, characters = naming.name(doc), int(naming.facts.characters[doc])
        yield Extent(name.document, name.record, characters, offsets.share(doc, own))


def incoming_shares(
    copies: Iterable[Copy], naming: Naming, offsets: ParagraphOffsets
) -> Iterator[Incoming]:
    """Yield the share of each incoming document that is found in another one."""
    spans: dict[int, list[Span]] = defaultdict(list)
    for a, kept, b, copied in both_sides(copies, offsets):
        spans[a] += kept
        spans[b] += copied
    for doc in np.flatnonzero(naming.facts.published == 0).tolist():
        name = naming.name(doc)
        yield Incoming(name.document, name.record, offsets.share(doc, spans[doc]))
