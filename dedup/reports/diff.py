"""
Two texts -> what is the same, what only one of them has, paragraph by paragraph, word by word.

Paragraphs are paired first, in order (`diff_align.py`): those that are equal, then those that are
alike; one that stands elsewhere in the other text is said to have moved. Words are compared inside
paired paragraphs (`diff_words.py`). Nothing is lost: the `a` of all pieces, joined, is the first
text, the `b` the second.

    >>> difference = compare("One two three.", "One too three.")
    >>> [(piece.kind, piece.a or piece.b) for row in difference.rows for piece in row.pieces]
    [('equal', 'One '), ('delete', 'two '), ('insert', 'too '), ('equal', 'three.')]
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from dedup.reports.diff_align import align
from dedup.reports.diff_words import Piece, pieces_of, words_of
from dedup.text.normalising import normalise_text
from dedup.text.paragraphs import MODES, paragraphs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Extent = tuple[int, int, int, int]

__all__ = ["Diff", "Paragraph", "Piece", "Row", "compare"]

Kind = Literal["same", "changed", "deleted", "inserted", "space"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Where a paragraph stands: its number and lines from 1, lines inclusive."""

    number: int
    line: int
    line_end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph of either text, or one of each that belong together."""

    kind: Kind
    """`same` but for white space; `changed`; `deleted`: only in A; `inserted`: only in B; `space`:
    the white space of a text without paragraphs."""
    a: Paragraph | None
    b: Paragraph | None
    pieces: tuple[Piece, ...]
    """The paragraphs and the white space after them."""
    moved: int | None = None
    """Of `deleted` and `inserted`: number of the equal paragraph elsewhere in the other text."""


@dataclass(frozen=True, slots=True)
class Diff:
    """What two texts have in common and what not, in order."""

    rows: tuple[Row, ...]
    words_a: int
    words_b: int
    words_same: int
    """Words that stand in both texts, in the same order."""
    differs: bool
    """The texts are not equal as written; it may be white space only."""

    @property
    def share(self) -> float:
        """The share of the words of both texts that is the same, 0 to 1."""
        words = self.words_a + self.words_b
        return 2 * self.words_same / words if words else 1.0

    @property
    def only_space(self) -> bool:
        """The texts differ, but only in white space."""
        return self.differs and all(row.kind in {"same", "space"} for row in self.rows)

    def count(self, kind: Kind, *, moved: bool = False) -> int:
        """Count the paragraphs of one kind, either those that moved or those that did not."""
        return sum(row.kind == kind and (row.moved is not None) == moved for row in self.rows)


def compare(a: str, b: str, *, paragraphs: str = "auto") -> Diff:
    """Compare two texts; `paragraphs` is `auto`, `line` or `blank`, as in `Settings`."""
    mode = MODES[paragraphs]
    extents = paragraphs_of(a, mode, markdown=False), paragraphs_of(b, mode, markdown=False)
    keys = [_keys(text, own) for text, own in zip((a, b), extents, strict=True)]
    slices = _slices(a, extents[0]), _slices(b, extents[1])
    rows = [*_space(a, b, extents)]
    for i, j in align(*keys):
        one = slices[0][i] if i is not None else ""
        two = slices[1][j] if j is not None else ""
        pieces = pieces_of(one, two)
        kind: Kind = "inserted" if i is None else "deleted" if j is None else "changed"
        if kind == "changed" and all(piece.kind == "equal" for piece in pieces):
            kind = "same"
        rows.append(Row(kind, _paragraph(extents[0], i), _paragraph(extents[1], j), pieces))
    words = Counter[str]()
    for row in rows:
        for piece in row.pieces:
            words[piece.kind] += words_of(piece.a or piece.b)
    same = words["equal"]
    totals = same + words["delete"], same + words["insert"]
    return Diff(tuple(_moved(rows, *keys)), *totals, same, a != b)


def _keys(text: str, extents: Sequence[Extent]) -> list[str]:
    """Give what paragraphs are aligned by; one without letters and figures is itself."""
    bodies = [text[start:end] for start, end, _, _ in extents]
    return [normalise_text(body) or body for body in bodies]


def _slices(text: str, extents: Sequence[Extent]) -> list[str]:
    """Cut a text at its paragraphs' starts, so that nothing is left over."""
    cuts = [0, *(extent[0] for extent in extents[1:]), len(text)]
    return [text[i:j] for i, j in pairwise(cuts)] if extents else []


def _paragraph(extents: Sequence[Extent], at: int | None) -> Paragraph | None:
    return None if at is None else Paragraph(at + 1, *extents[at][2:])


def _space(a: str, b: str, extents: tuple[Sequence[Extent], Sequence[Extent]]) -> Iterator[Row]:
    """Give the white space of texts that are nothing else."""
    left, right = ("" if own else text for text, own in zip((a, b), extents, strict=True))
    if left or right:
        yield Row("space", None, None, (Piece("equal", left, right),))


def _moved(rows: Sequence[Row], keys_a: Sequence[str], keys_b: Sequence[str]) -> Iterator[Row]:
    """Tell of each paragraph without a partner whether the other text has it elsewhere."""
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for row in rows:
        if row.kind == "inserted" and row.b:
            waiting[keys_b[row.b.number - 1]].append(row.b.number)
    went: dict[int, int] = {}
    for row in rows:
        if row.kind == "deleted" and row.a and waiting[keys_a[row.a.number - 1]]:
            went[row.a.number] = waiting[keys_a[row.a.number - 1]].popleft()
    came = {to: number for number, to in went.items()}
    for row in rows:
        if row.kind == "deleted" and row.a:
            yield replace(row, moved=went.get(row.a.number))
        elif row.kind == "inserted" and row.b:
            yield replace(row, moved=came.get(row.b.number))
        else:
            yield row
