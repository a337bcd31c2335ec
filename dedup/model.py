"""
The tables that flow between the stages. READ FIRST.

A table is a frozen dataclass of columns: NumPy arrays of one length (signed, at most 64 bits), or
`Strings`, a ragged column of UTF-8. Rows are selected and joined by number, never by Python object.

    Documents ─ segment ─► Paragraphs ─ collapse ─► Texts ─ sketch ─► Sketches ─ band ─► Bands
                               │                      │                                    │ meet
                               ▼                      ▼                                    ▼
                             Places               Neighbours ◄─── Matches ◄─── verify ─── Pairs
                               └───────────┬──────────┘
                                        Points ─ choose ─► Runs ─ gather ─► Finds ─► Report
                                                          │              ▲
           Seeds ─ share ─► Shared ─ link, outside of them ◄──┘              │ gather
                                       └──► Links ─ choose ─► Passages ──────┘

Two numbers name things everywhere:

* `doc`: the rank of a document in Order (published documents first, then by place of the PATH
  argument, path, record number), from 0; with `no`, the paragraph's number in it, from 0.
* `text`: the rank of a distinct normalised text, by its first place in Order, from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    NamedTuple,
    Self,
    TypeAlias,
    get_args,
    get_type_hints,
)

import numpy as np

from dedup import kernels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray


class Column(NamedTuple):
    """What a column of numbers holds; part of its type, so each column is declared once."""

    dtype: type[np.generic]
    width: int = 0
    """How many numbers stand in a row; 0 where a row is a number."""


PLACE = ("doc", "no")
"""The columns that name a paragraph."""
ANY = -1
"""The width of a column whose rows are as wide as the settings say."""

U8: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
I8: TypeAlias = Annotated[np.ndarray[Any, np.dtype[np.int8]], Column(np.int8)]
I32: TypeAlias = Annotated[np.ndarray[Any, np.dtype[np.int32]], Column(np.int32)]
I64: TypeAlias = Annotated[np.ndarray[Any, np.dtype[np.int64]], Column(np.int64)]
F64: TypeAlias = Annotated[np.ndarray[Any, np.dtype[np.float64]], Column(np.float64)]
Keys: TypeAlias = Annotated[np.ndarray[Any, np.dtype[np.int32]], Column(np.int32, ANY)]
Bits: TypeAlias = Annotated[np.ndarray[Any, np.dtype[np.int8]], Column(np.int8, 128)]
Stretch: TypeAlias = Annotated[np.ndarray[Any, np.dtype[np.int64]], Column(np.int64, 6)]


@dataclass(frozen=True, slots=True, eq=False)
class Strings:
    """A ragged column of UTF-8: string `i` is `data[offsets[i]:offsets[i + 1]]`."""

    data: U8
    """All bytes, end to end. A lone surrogate is kept as Python's `surrogatepass` writes it."""
    offsets: I64
    """n + 1 positions in `data`, the first one 0."""

    @classmethod
    def of(cls, values: Sequence[str | bytes]) -> Self:
        """Build the column from Python strings or their UTF-8."""
        parts = [v.encode("utf-8", "surrogatepass") if isinstance(v, str) else v for v in values]
        offsets = np.zeros(len(parts) + 1, np.int64)
        np.cumsum([len(p) for p in parts], out=offsets[1:])
        return cls(np.frombuffer(b"".join(parts), np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def raw(self, row: int) -> bytes:
        """Return the UTF-8 of one row."""
        return self.data[self.offsets[row] : self.offsets[row + 1]].tobytes()

    def __getitem__(self, row: int) -> str:
        return self.raw(row).decode("utf-8", "surrogatepass")

    def raws(self) -> list[bytes]:
        """Return the UTF-8 of every row."""
        data, cuts = self.data.tobytes(), self.offsets.tolist()
        return [data[a:b] for a, b in pairwise(cuts)]

    def list(self) -> list[str]:
        """Return every row as a Python string."""
        return [raw.decode("utf-8", "surrogatepass") for raw in self.raws()]

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self.data.nbytes + self.offsets.nbytes

    def take(self, rows: I64) -> Self:
        """Select rows by number, in that order."""
        one = np.zeros(len(rows), np.int64)
        return type(self)(*kernels.gather_texts([(self.data, self.offsets)], one, rows))

    def pieces(self, starts: I64, ends: I64) -> Self:
        """Build a column of stretches of `data`, given in bytes."""
        return type(self)(*kernels.pieces(self.data, starts, ends))

    def slice(self, start: int, stop: int) -> Self:
        """Select the rows from `start` up to `stop` without copying their bytes."""
        offsets = self.offsets[start : stop + 1]
        return type(self)(self.data[offsets[0] : offsets[-1]], offsets - offsets[0])

    @classmethod
    def empty(cls, rows: int = 0) -> Self:
        """Build a column of so many empty strings."""
        return cls(np.zeros(0, np.uint8), np.zeros(rows + 1, np.int64))

    @classmethod
    def concat(cls, columns: Sequence[Self]) -> Self:
        """Put columns end to end."""
        shifts = np.cumsum([0, *(c.offsets[-1] for c in columns)])
        offsets = [c.offsets[1:] + s for c, s in zip(columns, shifts, strict=False)]
        head = np.zeros(1, np.int64)
        return cls(np.concatenate([c.data for c in columns]), np.concatenate([head, *offsets]))


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """What all tables can do. Every field is a column."""

    SORTED_BY: ClassVar[tuple[str, ...]] = ()
    """The columns that rows are sorted by once they are in order; none where that does not matter.
    An engine notices whether they are."""

    def __len__(self) -> int:
        return len(getattr(self, self.names()[0]))

    @classmethod
    @cache
    def names(cls) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(f.name for f in fields(cls))

    @classmethod
    @cache
    def schema(cls) -> dict[str, Column | None]:
        """Return what each column holds, by its name; `None` is a column of `Strings`."""
        types = get_type_hints(cls, include_extras=True)
        return {f.name: _column(types[f.name]) for f in fields(cls)}

    @classmethod
    def empty(cls) -> Self:
        """Build a table without rows."""
        return cls.filled(0)

    @classmethod
    def filled(cls, rows: int, **columns: Any) -> Self:  # noqa: ANN401 - arrays, or a number each
        """
        Build a table of so many rows from columns, each put into its type.

        A number stands in every row; a column that is not given holds zeros, or empty strings.
        """
        made: dict[str, Any] = {}
        for name, column in cls.schema().items():
            given = columns.pop(name, None)
            if column is None:
                made[name] = Strings.empty(rows) if given is None else given
            elif isinstance(given, np.ndarray):
                made[name] = given.astype(column.dtype, copy=False)
            else:
                shape = (rows, max(0, column.width)) if column.width else (rows,)
                made[name] = np.full(shape, given or 0, column.dtype)
        return cls(**made, **columns)

    def columns(self) -> dict[str, Any]:
        """Return the columns by name."""
        return {name: getattr(self, name) for name in self.names()}

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return sum(int(c.nbytes) for c in self.columns().values())

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Self:
        """Select rows by number, in that order, or by mask; of all rows it is the table itself."""
        if rows.dtype == np.bool_ and rows.all():
            return self
        index = (
            np.flatnonzero(rows) if rows.dtype == np.bool_ else rows.astype(np.int64, copy=False)
        )
        return type(self)(
            **{
                name: c.take(index) if isinstance(c, Strings) else np.take(c, index, axis=0)
                for name, c in self.columns().items()
            }
        )

    def slice(self, start: int, stop: int) -> Self:
        """Select the rows from `start` up to `stop` without copying."""
        return type(self)(
            **{
                name: c.slice(start, stop)
                if isinstance(c := getattr(self, name), Strings)
                else c[start:stop]
                for name in self.names()
            }
        )

    @classmethod
    def concat(cls, tables: Iterable[Self]) -> Self:
        """Put tables end to end; without any the result has no rows."""
        every = list(tables)
        tables = [table for table in every if len(table)] or every[:1] or [cls.filled(0)]
        if len(tables) == 1:
            return tables[0]
        columns = {}
        for name in cls.names():
            parts = [getattr(t, name) for t in tables]
            ragged = isinstance(parts[0], Strings)
            columns[name] = Strings.concat(parts) if ragged else np.concatenate(parts)
        return cls(**columns)


def _column(declared: Any) -> Column | None:  # noqa: ANN401 - a type
    """Find what a column's type says that it holds; of several types the first counts."""
    if declared is Strings:
        return None
    first, *others = get_args(declared)
    return others[0] if isinstance(others[0], Column) else _column(first)


@dataclass(frozen=True, slots=True, eq=False)
class Counts(Table):
    """What was compared, counted batch by batch."""

    candidates: I64
    """Distinct pairs handed to rapidfuzz."""
    cut: I64
    """Buckets in which not all pairs were compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Documents(Table):
    """One row a document; what `formats.read` hands over, sorted by `doc`."""

    doc: I64
    path: Strings
    """The PATH argument as given, a slash and the path below it."""
    record: Strings
    """The id of the record, or its number from 1; empty for a plain file."""
    file_line: I64
    """The line of the record in its file, from 1; 0 for a plain file."""
    markdown: I8
    """1 where front matter, code and HTML are no paragraphs."""
    mode: I8
    """Paragraph mode asked for: `AUTO`, `LINE` or `BLANK` of `text/paragraphs.py`."""
    published: I8
    """1 where the document is published: it holds no copies (`check`)."""
    text: Strings
    """The decoded text, BOM and carriage returns included."""


@dataclass(frozen=True, slots=True, eq=False)
class Paragraphs(Table):
    """One row a paragraph, sorted by `doc`, `no`; numbers from 0, code points half-open."""

    SORTED_BY = PLACE

    doc: I64
    no: I32
    start: I64
    end: I64
    line: I32
    """First line in the document's text, from 1."""
    line_end: I32
    """Last line, inclusive."""
    written: Strings
    """The original text from `start` to the next paragraph's start; of the last one to its end.
    So the original of paragraphs i to j is their `written` end to end, less what follows `end`."""


@dataclass(frozen=True, slots=True, eq=False)
class Forms(Table):
    """One row a paragraph: what its normalised text is known by."""

    SORTED_BY = PLACE

    doc: I64
    no: I32
    words: I32
    """Words of the normalised text (SPEC, Word)."""
    digest: I64
    """First half of BLAKE2b-128 of the normalised UTF-8."""
    digest2: I64
    """Second half."""


@dataclass(frozen=True, slots=True, eq=False)
class FormsByDigest(Forms):
    """The same, equal texts after each other."""

    SORTED_BY = ("digest", "digest2")


@dataclass(frozen=True, slots=True, eq=False)
class Normals(Table):
    """One row a paragraph: its normalised text."""

    doc: I64
    no: I32
    normal: Strings


@dataclass(frozen=True, slots=True, eq=False)
class Ranks(Table):
    """One row a distinct normalised text, as `Texts`, without its characters."""

    text: I64
    doc: I64
    no: I32
    words: I32
    digest: I64
    digest2: I64


@dataclass(frozen=True, slots=True, eq=False)
class Editions(Table):
    """One row a document with words: the digest of all its paragraphs, as `Forms` has of one."""

    doc: I64
    digest: I64
    digest2: I64


@dataclass(frozen=True, slots=True, eq=False)
class Equals(Table):
    """A document that is equal to an earlier one, and the earliest such document."""

    copy: I64
    source: I64


@dataclass(frozen=True, slots=True, eq=False)
class StrictForms(Table):
    """
    One row a paragraph whose strict form is not its normalised text. Sorted by `doc`, `no`.

    Of a paragraph without signs the strict form is the normalised text, and has its digest.
    """

    doc: I64
    no: I32
    strict: I64
    """First half of BLAKE2b-128 of its words and signs in their order."""
    strict2: I64
    """Second half."""
    signs: I64
    """Hash of the signs alone, in their order; 0 where they were not asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Texts(Table):
    """One row a distinct normalised text, sorted by its first place; `text` is its rank."""

    SORTED_BY = ("text",)

    text: I64
    doc: I64
    """Its first place in Order."""
    no: I32
    words: I32
    digest: I64
    digest2: I64
    normal: Strings


@dataclass(frozen=True, slots=True, eq=False)
class Sketches(Table):
    """One row a long text: what is used of its MinHash signature."""

    text: I64
    characters: I32
    """Code points of the normalised text: a bound on similarity before any comparison."""
    keys: Keys
    """One for each band: texts with one key in a band meet."""
    bits: Bits
    """The low 8 bits of each component, enough for the signature filter."""


@dataclass(frozen=True, slots=True, eq=False)
class Bands(Table):
    """One row a long text in one band; texts with one `key` meet."""

    key: I32
    text: I64
    characters: I32
    """As in `Sketches`."""


@dataclass(frozen=True, slots=True, eq=False)
class Signatures(Table):
    """One row a long text: what the signature filter looks at."""

    SORTED_BY = ("text",)

    text: I64
    bits: Bits
    """As in `Sketches`."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs(Table):
    """Two texts that met and passed the cheap filters, `a` before `b`."""

    SORTED_BY = ("a", "b")

    a: I64
    b: I64


@dataclass(frozen=True, slots=True, eq=False)
class Crowds(Table):
    """A bucket of which not all texts met, and its first text."""

    band: I64
    text: I64


@dataclass(frozen=True, slots=True, eq=False)
class HalfSigned(Table):
    """A pair with the signature of its `a` at hand."""

    a: I64
    b: I64
    bits: Bits


@dataclass(frozen=True, slots=True, eq=False)
class NormalTexts(Table):
    """One row a distinct normalised text: its rank, and how long it is."""

    SORTED_BY = ("text",)

    text: I64
    characters: I32
    """Code points of it."""
    normal: Strings


@dataclass(frozen=True, slots=True, eq=False)
class HalfRead(Table):
    """A pair with the normalised text of its `a` at hand."""

    a: I64
    b: I64
    characters: I32
    normal: Strings


@dataclass(frozen=True, slots=True, eq=False)
class Matches(Table):
    """Two distinct texts whose similarity is at least the threshold, `a` before `b`."""

    SORTED_BY = ("a", "b")

    a: I64
    b: I64
    similarity: F64


@dataclass(frozen=True, slots=True, eq=False)
class Wholes(Table):
    """One row a document: the normalised texts of its paragraphs, a space between."""

    doc: I64
    paragraphs: I64
    words: I64
    normal: Strings


@dataclass(frozen=True, slots=True, eq=False)
class Sizes(Table):
    """One row a document: how many paragraphs and words it has, as in `Wholes`."""

    SORTED_BY = ("doc",)

    doc: I64
    paragraphs: I64
    words: I64


@dataclass(frozen=True, slots=True, eq=False)
class Grams(Table):
    """One row a document: the set of its word 3-grams. Sorted by `doc`."""

    doc: I64
    grams: Strings
    """Their 64-bit hashes, sorted, once each, as uint64."""


@dataclass(frozen=True, slots=True, eq=False)
class HalfCompared(Table):
    """Two documents that met, `a` before `b`, with the set of `a` at hand."""

    a: I64
    b: I64
    grams: Strings


@dataclass(frozen=True, slots=True, eq=False)
class Resemblances(Table):
    """Two documents that resemble each other, `a` before `b`; shares of their sets, 0 to 1."""

    SORTED_BY = ("a", "b")

    a: I64
    b: I64
    resemblance: F64
    """Of the union, in both."""
    contained_a: F64
    """Of the set of `a`, in that of `b`."""
    contained_b: F64
    """Of the set of `b`, in that of `a`."""


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours(Table):
    """Every text with each text that it matches: itself, and both ways round."""

    SORTED_BY = ("text", "other")

    text: I64
    other: I64


@dataclass(frozen=True, slots=True, eq=False)
class Holders(Table):
    """A text and a document that holds it; of each text the first few documents in Order."""

    text: I64
    doc: I64


@dataclass(frozen=True, slots=True, eq=False)
class Spread(Table):
    """A text and the number of documents that hold it or a match of it, counted up to a limit."""

    text: I64
    documents: I64
    company: I8
    """1 where the text stands in the same company in most of them, as a story does."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaders(Table):
    """A text, and its leader: the first text in Order that it matches."""

    text: I64
    leader: I64
    words: I32
    """Of the leader."""
    asked: I32
    """Words of the longest text that it leads and of which company is asked; -1 for none."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked(Table):
    """A text of which it is asked whether it stands in company."""

    text: I64
    leader: I64
    words: I32
    """Of the text."""
    documents: I64
    """That hold a match of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Led(Table):
    """A place whose text has a leader that stands in many documents. Sorted by `doc`, `no`."""

    doc: I64
    no: I32
    leader: I64
    words: I32
    """Of the leader."""
    asked: I32
    """As in `Leaders`."""


@dataclass(frozen=True, slots=True, eq=False)
class Beside(Table):
    """In a document, a paragraph of one leader stands directly beside one of another."""

    leader: I64
    side: I8
    """1 where it stands before the other, -1 where it stands behind."""
    other: I64
    words: I32
    """Of the other leader."""
    doc: I64


@dataclass(frozen=True, slots=True, eq=False)
class Company(Table):
    """A leader, and in how many documents it has another one beside it."""

    leader: I64
    words: I32
    """Of the other leader."""
    documents: I64


@dataclass(frozen=True, slots=True, eq=False)
class Places(Table):
    """One row a paragraph: which text stands there. Sorted by `doc`, `no`."""

    SORTED_BY = PLACE

    doc: I64
    no: I32
    text: I64
    words: I32
    boilerplate: I8
    """0, or 1 for boilerplate, or 2 for what is boilerplate by the limit of long paragraphs."""


@dataclass(frozen=True, slots=True, eq=False)
class Firsts(Table):
    """The earliest places of a text, in Order."""

    text: I64
    doc: I64
    no: I32


@dataclass(frozen=True, slots=True, eq=False)
class Meetings(Table):
    """A long paragraph that may hold a copy, and a text that it matches."""

    doc: I64
    no: I32
    text: I64
    other: I64
    words: I32


@dataclass(frozen=True, slots=True, eq=False)
class Points(Table):
    """Paragraph `j` of document `copy` matches the earlier paragraph `i` of `source`."""

    copy: I64
    source: I64
    j: I32
    i: I32
    words: I32
    """Of paragraph j."""


@dataclass(frozen=True, slots=True, eq=False)
class Partners(Table):
    """Pairs: to judge the document `copy` the paragraphs of `doc` are needed; (copy, copy) too."""

    copy: I64
    doc: I64


@dataclass(frozen=True, slots=True, eq=False)
class Bodies(Table):
    """One row a paragraph with all that a block needs to know of it. Sorted by `doc`, `no`."""

    SORTED_BY = PLACE

    doc: I64
    no: I32
    start: I64
    end: I64
    line: I32
    line_end: I32
    written: Strings
    text: I64
    words: I32
    boilerplate: I8


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhoods(Table):
    """The bodies of all partners of a document `copy`. Sorted by `copy`, `doc`, `no`."""

    copy: I64
    doc: I64
    no: I32
    start: I64
    end: I64
    line: I32
    line_end: I32
    written: Strings
    text: I64
    words: I32
    boilerplate: I8


@dataclass(frozen=True, slots=True, eq=False)
class Runs(Table):
    """
    A chosen run: paragraphs `first..last` of `copy` repeat `from_first..from_last` of `source`.

    Numbers from 0, inclusive. Kind `within` where `copy` is `source`, else `across`.
    """

    source: I64
    copy: I64
    from_first: I32
    from_last: I32
    first: I32
    last: I32
    similarity: F64
    pairs: Strings
    """The paired paragraphs, source and copy, as int32 in pairs."""
    start: I64
    end: I64
    line: I32
    line_end: I32
    written: Strings
    """The copy as written."""


@dataclass(frozen=True, slots=True, eq=False)
class Seeds(Table):
    """A short run of words that was chosen to be looked for elsewhere."""

    key: I64
    """Hash of its words, 40 bits."""
    doc: I64
    no: I32
    """Paragraph in which it begins."""
    at: I32
    """Where it begins in the document, in halves of words; a wall counts as many."""
    barred: I8
    """Kinds of block copies that cover the paragraph: 1 across, 2 within, 3 both, 0 none."""


@dataclass(frozen=True, slots=True, eq=False)
class Shared(Table):
    """A seed of document `copy` that stands earlier, in `source`: two places as in `Seeds`."""

    copy: I64
    source: I64
    no: I32
    """Paragraph of the copy."""
    at: I32
    of: I32
    """Where it begins in the source."""


@dataclass(frozen=True, slots=True, eq=False)
class Covered(Table):
    """A paragraph that a block copy covers: no passage of this kind is sought there."""

    doc: I64
    no: I32
    within: I8
    """1 for kind `within`, 0 for `across`."""


@dataclass(frozen=True, slots=True, eq=False)
class Links(Table):
    """A shared seed in a chain of at least two, all of them on nearly one diagonal."""

    copy: I64
    source: I64
    chain: I64
    """Number of the chain in this copy."""
    at: I32
    of: I32
    low: I32
    """Last paragraph before it that a block copy of the kind covers; -1 if there is none."""
    high: I32
    """First one after it."""


@dataclass(frozen=True, slots=True, eq=False)
class Passages(Table):
    """
    A chosen passage: a stretch of `copy` that repeats one of `source`, the columns `from_`.

    Paragraphs and lines are those that it touches. Kind `within` where `copy` is `source`.
    """

    source: I64
    copy: I64
    from_start: I64
    from_end: I64
    from_first: I32
    from_last: I32
    from_line: I32
    from_line_end: I32
    start: I64
    end: I64
    first: I32
    last: I32
    line: I32
    line_end: I32
    similarity: F64
    bound: I8
    written: Strings
    """The copy as written."""
    before: Strings
    """The rest of the sentence that it begins in, of `REACH` characters at most,"""
    after: Strings
    """and of the one that it ends in."""


@dataclass(frozen=True, slots=True, eq=False)
class Finds(Table):
    """One row an occurrence of a group; rows of a group stand together, its keeper first."""

    SORTED_BY = ("source", "kind", "unit", "group", "copy", "doc", "start", "end")

    source: I64
    """The keeper's document."""
    kind: I8
    """An index into `KINDS`."""
    unit: I8
    """An index into `UNITS`."""
    group: I64
    """Number of the group among those of this kind and unit with a keeper there."""
    copy: I8
    """0 for the keeper, 1 for its copies."""
    doc: I64
    first: I32
    """Paragraphs from 0, inclusive."""
    last: I32
    start: I64
    end: I64
    line: I32
    line_end: I32
    similarity: F64
    bound: I8
    count: I64
    """Places of boilerplate; 0 of other kinds."""
    words: I64
    """Words of its paragraphs."""
    part: Stretch
    """Paragraphs, lines and offsets, two each, of the keeper's part that it repeats."""
    pairs: Strings
    """The paired paragraphs, keeper and copy, as int32 in pairs."""
    written: Strings
    before: Strings
    """Of a passage, as in `Passages`; else empty."""
    after: Strings


@dataclass(frozen=True, slots=True, eq=False)
class Copied(Table):
    """
    One row a copy: where it is, its group, and the part of the keeper that it repeats.

    A place of boilerplate repeats all of its keeper; the part named is the place itself.
    """

    doc: I64
    start: I64
    end: I64
    kind: I8
    unit: I8
    group: I64
    """Its group's place in the report."""
    source: I64
    source_start: I64
    source_end: I64


@dataclass(frozen=True, slots=True, eq=False)
class Members(Table):
    """A place of boilerplate and the text that keeps its group."""

    keeper: I64
    """A text."""
    doc: I64
    no: I32
    similarity: F64
    """To the keeper."""


@dataclass(frozen=True, slots=True, eq=False)
class Named(Table):
    """A place of boilerplate that its group names; the columns of `Members`, and the group."""

    keeper: I64
    doc: I64
    no: I32
    similarity: F64
    source: I64
    """The keeper's first document."""
    count: I64
    """Places in the group."""
    copy: I8
    """0 for the keeper, 1 for the other places."""


@dataclass(frozen=True, slots=True, eq=False)
class Keepers(Table):
    """Stars of texts: each text's keeper, and its similarity to it. Sorted by `text`."""

    text: I64
    keeper: I64
    similarity: F64


@dataclass(frozen=True, slots=True, eq=False)
class Docs(Table):
    """Documents by number, each perhaps several times."""

    doc: I64


@dataclass(frozen=True, slots=True, eq=False)
class Totals(Table):
    """What incoming documents hold, added up batch by batch."""

    paragraphs: I64
    words: I64
    boilerplate_characters: I64


@dataclass(frozen=True, slots=True, eq=False)
class Extents(Table):
    """Where the paragraphs of a document lie. Sorted by `doc`, `start`."""

    SORTED_BY = ("doc", "start")

    doc: I64
    start: I64
    end: I64


@dataclass(frozen=True, slots=True, eq=False)
class HalfPlaced(Table):
    """A match, and the first place of its `a`."""

    doc: I64
    no: I32
    b: I64
    similarity: F64


@dataclass(frozen=True, slots=True, eq=False)
class Twins(Table):
    """Two places that match, `a` before `b` in Order."""

    SORTED_BY = ("a_doc", "a_no", "b_doc", "b_no")

    a_doc: I64
    a_no: I32
    b_doc: I64
    b_no: I32
    similarity: F64


@dataclass(frozen=True, slots=True, eq=False)
class Facts(Table):
    """One row a document: what is known of it without its text."""

    SORTED_BY = ("doc",)

    doc: I64
    path: Strings
    record: Strings
    file_line: I64
    published: I8
    characters: I64
    """Of its whole text."""
    mode: I8
    """Paragraph mode that it was cut by: `LINE` or `BLANK` of `text/paragraphs.py`."""

    @property
    def incoming(self) -> int:
        """The number of the first document that is not published: as many are."""
        return int(np.count_nonzero(self.published))


@dataclass(frozen=True, slots=True, eq=False)
class MarkdownBlocks(Table):
    """A block of a Markdown document that is no prose, or a table. Sorted by `doc`."""

    doc: I64
    start: I64
    end: I64
    kind: I8
    """`FRONT` matter, `CODE` and whatever else is no paragraph, or a `TABLE`, which is one."""


FRONT, CODE, TABLE = 0, 1, 2
"""Kinds of Markdown blocks."""
KINDS = ACROSS, BOILERPLATE, WITHIN = "across", "boilerplate", "within"
"""In the order in which groups are sorted."""
UNITS = BLOCK, PASSAGE = "block", "passage"
"""Likewise."""
