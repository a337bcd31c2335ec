"""
Diff -> JSON (schema `dedup.diff/1`), for other programs.

Shares as the specification names them, then the moves, and the parts with their pieces; a piece is
told by its places in both texts, in code points, so that texts are not written twice. The classes
here are what is written, field by field; a field whose default says nothing is left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dedup.escaping import escaped
from dedup.group import Name  # noqa: TC001 - the schema reads it
from dedup.reports.diff.parts import Kind, Mark, Verdict  # noqa: TC001 - the schema reads them
from dedup.reports.plain import plain
from dedup.version import VERSION

if TYPE_CHECKING:
    from dedup.reports import diff

SCHEMA = "dedup.diff/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How many words the texts have; in scripts without spaces two characters are one word."""

    a: int | float
    b: int | float
    same: int | float
    """Words that stand in both, moved ones included."""
    moved: int | float
    """Those of them that moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where paragraphs stand in their text."""

    paragraphs: tuple[int, int]
    lines: tuple[int, int]
    start: int
    """Code points of the decoded text, half-open."""
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Text that stands elsewhere in B than the order of the other words would have it."""

    move: int
    """Its number, from 1, in the order of B."""
    a: Place
    """The paragraphs of A that it comes from."""
    b: Place
    """The paragraphs of B that it came into."""
    words: int
    """Words that stand in both."""
    whole: bool
    """Whole paragraphs moved, not a part of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two paragraphs that share words: how alike they are, and what that means to a report."""

    a: int
    """Number of the paragraph in A, from 1."""
    b: int
    """Number of the paragraph in B, from 1."""
    similarity: float
    """As in a report: of the normalised texts, 0 to 1, rounded down to 4 digits."""
    finding: bool
    """A report tells of it."""
    why: Verdict
    """It is a finding, too short, below the threshold, or boilerplate."""
    differs_in: Literal["number", "sign", "words"] | None
    """What differs first, in the order that a clean asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of words, with the punctuation and white space around them."""

    mark: Mark
    """The same, the same but for its spelling, only in one text, or a pointer to what moved."""
    a: tuple[int, ...] = ()
    """Where it starts and ends in A: code points, half-open."""
    b: tuple[int, ...] = ()
    """Where it starts and ends in B."""
    move: int | None = None
    """Number of the move that it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Paragraphs of both texts that belong together, or of one that has no partner."""

    kind: Kind
    a: Place | None
    """Of text that moved: where it stood."""
    b: Place | None
    move: int | None = None
    """Number of the move, of paragraphs that moved and of where they stood."""
    pairs: tuple[Pair, ...] = ()
    """Its paragraphs that share words."""
    pieces: tuple[Piece, ...]
    """In the order of B; by their places in A they make up A."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two texts, A and B, compared word by word wherever the words stand."""

    version: str
    """Version of dedup that made it."""
    a: Name
    b: Name
    differs: bool
    """The texts are not equal as written; it may be white space only."""
    same_order: bool
    """Both have the same words and signs in the same order."""
    same_words: float
    """The share of the words of both texts that are the same, moved ones included, 0 to 1."""
    resemblance: float
    """Of the sets of runs of three words: the size of the intersection by that of the union."""
    contained_a: float
    """The share of A's set that B has."""
    contained_b: float
    """The share of B's set that A has."""
    words: Words
    moves: tuple[Move, ...]
    """In the order of B."""
    parts: tuple[Part, ...]
    """In the order of B, with what only A has at its place between them."""


def diff_to_json(found: diff.Diff, a: Name, b: Name) -> str:
    """Return a comparison of two documents as one JSON object, a part a line."""
    told = {"schema": SCHEMA, **plain(_comparison(found, a, b))}
    members = [
        f"{_dump(key)}: {_lines(value) if isinstance(value, list) else _dump(value)}"
        for key, value in told.items()
    ]
    return "{" + ",\n ".join(members) + "}\n"


def _dump(value: object) -> str:
    return escaped(json.dumps(value, ensure_ascii=False))


def _lines(items: list[Any]) -> str:
    """Return one item a line."""
    lines = ",\n  ".join(map(_dump, items))
    return f"[\n  {lines}]" if lines else "[]"


def _comparison(found: diff.Diff, a: Name, b: Name) -> Comparison:
    return Comparison(
        version=VERSION,
        a=a,
        b=b,
        differs=found.differs,
        same_order=found.in_order,
        same_words=round(found.same_words, 4),
        resemblance=round(found.resemblance, 4),
        contained_a=round(found.contained_a, 4),
        contained_b=round(found.contained_b, 4),
        # Counts of words, what moved, and the texts part by part.
        words=Words(
            a=found.words_a, b=found.words_b, same=found.words_equal, moved=found.words_moved
        ),
        moves=tuple(
            Move(
                move=move.number,
                a=_at(move.a),
                b=_at(move.b),
                words=move.words,
                whole=move.whole,
            )
            for move in found.moves
        ),
        parts=tuple(_part(part) for part in found.parts),
    )


def _at(place: diff.Place) -> Place:
    return Place(paragraphs=place.paragraphs, lines=place.lines, start=place.start, end=place.end)


def _place(place: diff.Place | None) -> Place | None:
    return _at(place) if place else None


def _part(part: diff.Part) -> Part:
    return Part(
        kind=part.kind,
        a=_place(part.a),
        b=_place(part.b),
        move=part.move,
        pairs=tuple(
            Pair(
                a=one.a,
                b=one.b,
                similarity=one.similarity,
                finding=one.verdict == "finding",
                why=one.verdict,
                differs_in=None if one.keeps == "equal" else one.keeps,
            )
            for one in part.likenesses
        ),
        pieces=tuple(_piece(piece) for piece in part.pieces),
    )


def _piece(piece: diff.Piece) -> Piece:
    return Piece(
        mark=piece.mark,
        a=(piece.start_a, piece.start_a + len(piece.a)) if piece.a else (),
        b=(piece.start_b, piece.start_b + len(piece.b)) if piece.b else (),
        move=piece.move,
    )
