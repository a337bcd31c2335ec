"""
What a comparison of two texts consists of. READ FIRST: every rendering is made of these values.

A `Diff` is a row of `Part`s in the order of B, with what only A has at its place between them. A
part stands for the paragraphs of both texts that belong together; its `Piece`s are the words of
these paragraphs. The B of all pieces, joined, is text B; the A of all pieces, in the order of
their `start_a`, joined, is text A: so a piece of text that moved is shown once, at its new place.

    kind      of a part                                    its A and B
    equal     the same words and signs                     both
    changed   other words                                  both
    merged    several paragraphs of A became fewer in B    both
    split     the other way round                          both
    moved     paragraphs that stand elsewhere in A         both; A is where they stood
    left      where paragraphs stood that moved away       A; no pieces but pointers
    removed   only in A                                    A
    added     only in B                                    B
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["equal", "changed", "merged", "split", "moved", "left", "removed", "added"]
Mark = Literal["equal", "respelled", "removed", "added", "left"]
Verdict = Literal["finding", "short", "below", "boilerplate"]
Keeps = Literal["equal", "number", "sign", "words"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where paragraphs stand in their text: numbers from 1, inclusive; code points, half-open."""

    paragraphs: tuple[int, int]
    lines: tuple[int, int]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A stretch of words, with the punctuation and white space around them, as written.

    `equal`: the same in both but for white space. `respelled`: the same words and signs, but for
    case, accents, punctuation or normal form; pages show it faintly or not at all. `removed`: only
    in A. `added`: only in B. `left`: a pointer to where a sentence moved from here; it has no text.
    """

    mark: Mark
    a: str
    b: str
    start_a: int
    """Code point of A where `a` begins; for a piece without A, where it would begin."""
    start_b: int
    move: int | None = None
    """Number of the `Move` that the piece belongs to, from 1."""


@dataclass(frozen=True, slots=True)
class Move:
    """Text that stands elsewhere in B than the order of the other words would have it."""

    number: int
    """From 1, in the order of B."""
    a: Place
    """The paragraphs of A that it comes from,"""
    b: Place
    """and those of B that it came into."""
    words: int
    """Words that stand in both."""
    whole: bool
    """Whole paragraphs moved: the part is `moved`. Else a part of one, inside another."""

    @property
    def up(self) -> bool:
        """Tell whether it came nearer to the beginning: a reader finds the old place below."""
        return self.a.paragraphs > self.b.paragraphs


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two paragraphs that share words: how alike they are, and what that means to a report."""

    a: int
    """Number of the paragraph in A, from 1,"""
    b: int
    """and in B."""
    similarity: float
    """As in a report: of the normalised texts, 0 to 1, rounded down to 4 digits."""
    verdict: Verdict
    """`finding`: the two match, and a report tells it; `short`: the paragraphs, or what matches
    beside them, have too few words; `below`: the threshold; `boilerplate`: in too many documents.
    """
    keeps: Keeps
    """What differs first, in the order that a clean asks: the `number`s, the `sign`s, other `words`
    or nothing (`equal`: only this one is removed unless more is asked for)."""


@dataclass(frozen=True, slots=True)
class Part:
    """Paragraphs of both texts that belong together, or of one that has no partner."""

    kind: Kind
    a: Place | None
    b: Place | None
    pieces: tuple[Piece, ...]
    move: int | None = None
    """Of `moved` and `left`: number of the `Move`."""
    likenesses: tuple[Likeness, ...] = ()
    """Of each pair of its paragraphs that share words."""

    @property
    def differs(self) -> bool:
        """Tell whether a word or sign of this part is not the same at this place in both."""
        moved = self.kind in {"moved", "left"}
        return moved or any(piece.mark in CHANGES for piece in self.pieces)


CHANGES = frozenset({"removed", "added", "left"})
"""Marks of words that are not the same at this place in both texts."""


@dataclass(frozen=True, slots=True, repr=False)
class Diff:
    """
    What two texts, A and B, have in common and what not.

    `parts` are their paragraphs, those that belong together side by side, in the order of B.
    """

    parts: tuple[Part, ...]
    moves: tuple[Move, ...]
    words_a: float
    """Words of A, as a report counts them: in scripts without spaces two characters are one."""
    words_b: float
    words_equal: float
    """Words that stand in both, moved ones included."""
    words_moved: float
    """Those of them that moved."""
    resemblance: float
    """Of the sets of runs of three words: size of the intersection / size of the union."""
    contained_a: float
    """The share of A's set that B has,"""
    contained_b: float
    """and of B's that A has."""
    in_order: bool
    """Both have the same words and signs in the same order."""
    differs: bool
    """The texts are not equal as written; it may be white space only."""

    def __repr__(self) -> str:
        return (
            f"<Diff: same_words {self.same_words:.4f}, resemblance {self.resemblance:.4f},"
            f" parts {len(self.parts)}>"
        )

    @property
    def same_words(self) -> float:
        """The share of the words of both texts that are the same, moved ones included, 0 to 1."""
        words = self.words_a + self.words_b
        return 2 * self.words_equal / words if words else 1.0

    @property
    def only_space(self) -> bool:
        """The texts differ, but only in white space."""
        return self.differs and self.in_order and not self.respelled

    @property
    def respelled(self) -> bool:
        """Some words are the same but written otherwise: case, accents, punctuation."""
        return any(piece.mark == "respelled" for part in self.parts for piece in part.pieces)

    def count(self, kind: Kind) -> int:
        """Count the parts of one kind."""
        return sum(part.kind == kind for part in self.parts)
