"""
Tokens of two texts and their order -> pieces, in the order in which they are read.

What only A has stands before its place in B; what moved is written where B has it, with what it
took along, and a pointer where A had it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from dedup.reports.diff.parts import Piece

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from dedup.reports.diff.order import Order
    from dedup.reports.diff.parts import Mark
    from dedup.reports.diff.sides import Side

    Ends = tuple[int, int]


@dataclass(slots=True)
class Writing:
    """What is known while parts are written; mutable, since pieces come token by token."""

    left: Side
    right: Side
    order: Order
    moves: dict[tuple[int, int], int] = field(default_factory=dict)
    """Number of the move of each token of A that moved, by chain and paragraph."""
    next_a: dict[int, int] = field(default_factory=dict)
    """The first token of A of a move that is not written yet, and"""
    last_a: dict[int, int] = field(default_factory=dict)
    """the end of its tokens."""
    edges: tuple[list[int], list[int]] = ([], [])


def pieces_of(writing: Writing, a: Ends | None, b: Ends | None) -> Iterator[Piece]:
    """Write tokens `a` of A and `b` of B, half-open, and all that moved to B's from elsewhere."""
    runs = (own for run in _runs(writing, a, b) for own in _spelled(writing, run))
    return _parted(writing, _merged(writing, runs))


class _Run(NamedTuple):
    """Tokens of A, of B or, as many, of both, half-open; a pointer has one of A."""

    mark: Mark
    a: Ends | None
    b: Ends | None
    move: int | None


def _runs(writing: Writing, a: Ends | None, b: Ends | None) -> Iterator[_Run]:
    """Yield the tokens in the order in which they are read."""
    order = writing.order
    i, i_end = a or (0, 0)
    j, j_end = b or (0, 0)
    pointed: set[int] = set()
    while i < i_end or j < j_end:
        # First what only A has at this place,
        while i < i_end and (order.a[i] < 0 or order.chain_a[i]):
            move = None
            if order.chain_a[i]:
                move = writing.moves.get((order.chain_a[i], writing.left.tokens.paragraph[i]))
            if move is None:
                yield _Run("removed", (i, i + 1), None, None)
            elif move not in pointed:
                pointed.add(move)
                yield _Run("left", (i, i), None, move)
            i += 1
        # then what only B has, moved or new,
        while j < j_end and (order.b[j] < 0 or order.chain_b[j]):
            j = yield from _of_b(writing, j, j_end)
        # then what both have.
        first_i, first_j = i, j
        while i < i_end and j < j_end and order.a[i] == j and not order.chain_a[i]:
            i, j = i + 1, j + 1
        if first_i < i:
            yield _Run("equal", (first_i, i), (first_j, j), None)


def _of_b(writing: Writing, j: int, end: int) -> Generator[_Run, None, int]:
    """Yield tokens of B that are not in the line, and what a move took along; return the next."""
    order, paragraph = writing.order, writing.right.tokens.paragraph
    chain, first, partner = order.chain_b[j], j, order.b[j]
    move = writing.moves.get((-chain, paragraph[j])) if chain else None
    if move is None:
        yield _Run("added", None, (j, j + 1), None)
        return j + 1

    def goes_on(at: int) -> bool:
        """Tell whether a token of B belongs to the same move."""
        same = at < end and order.chain_b[at] == chain
        return same and writing.moves.get((-chain, paragraph[at])) == move

    j += 1
    # Tokens that moved and have a partner in A are equal,
    if partner >= 0:
        yield from _taken_along(writing, move, partner)
        while goes_on(j) and order.b[j] == partner + j - first:
            j += 1
        writing.next_a[move] = partner + j - first
        yield _Run("equal", (partner, partner + j - first), (first, j), move)
    # those without one came in with the move.
    else:
        end_a = writing.next_a[move]
        while end_a < writing.last_a[move] and order.a[end_a] < 0:
            end_a += 1
        yield from _taken_along(writing, move, end_a)
        yield _Run("added", None, (first, j), move)
    # At its end the move takes along what is left of its tokens in A.
    if not goes_on(j):
        yield from _taken_along(writing, move, writing.last_a[move])
    return j


def _taken_along(writing: Writing, move: int, end: int) -> Iterator[_Run]:
    """Yield the tokens of A that moved along and are not in B."""
    first = writing.next_a[move]
    writing.next_a[move] = max(first, end)
    if first < end:
        yield _Run("removed", (first, end), None, move)


def _spelled(writing: Writing, run: _Run) -> Iterator[_Run]:
    """Part tokens that both have where they are written otherwise: white space is not."""
    if run.a is None or run.b is None:
        yield run
        return
    (edges_a, edges_b), a, b = writing.edges, run.a, run.b
    texts = writing.left.tokens.text, writing.right.tokens.text
    if texts[0][edges_a[a[0]] : edges_a[a[1]]] == texts[1][edges_b[b[0]] : edges_b[b[1]]]:
        yield run
        return
    for i, j in zip(range(*a), range(*b), strict=True):
        one, two = texts[0][edges_a[i] : edges_a[i + 1]], texts[1][edges_b[j] : edges_b[j + 1]]
        same = one == two or one.split() == two.split()
        yield _Run("equal" if same else "respelled", (i, i + 1), (j, j + 1), run.move)


def _merged(writing: Writing, runs: Iterable[_Run]) -> Iterator[Piece]:
    """Put the text of tokens of one mark together."""
    edges_a, edges_b = writing.edges
    text_a, text_b = writing.left.tokens.text, writing.right.tokens.text
    mark: Mark | None = None
    move: int | None = None
    # Where the piece begins and ends in both texts.
    first_a = end_a = first_b = end_b = 0
    for run in runs:
        a, past_a = (edges_a[run.a[0]], edges_a[run.a[1]]) if run.a else (end_a, end_a)
        b, past_b = (edges_b[run.b[0]], edges_b[run.b[1]]) if run.b else (end_b, end_b)
        touches = (a, b) == (end_a, end_b)
        if (run.mark, run.move) != (mark, move) or run.mark == "left" or not touches:
            if mark is not None:
                yield Piece(
                    mark, text_a[first_a:end_a], text_b[first_b:end_b], first_a, first_b, move
                )
            mark, move, first_a, first_b = run.mark, run.move, a, b
        end_a, end_b = past_a, past_b
    if mark is not None:
        yield Piece(mark, text_a[first_a:end_a], text_b[first_b:end_b], first_a, first_b, move)


def _parted(writing: Writing, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Part a replaced word from the punctuation behind it that is the same in both texts."""
    before: Piece | None = None
    for piece in pieces:
        if before is None:
            before = piece
            continue
        if (before.mark, piece.mark, before.move) == ("removed", "added", piece.move):
            removed, added, same = _without_end(writing, before, piece)
            yield removed
            yield added
            before = same
            continue
        if before.mark == piece.mark == "equal" and _touch(before, piece):
            before = replace(before, a=before.a + piece.a, b=before.b + piece.b)
            continue
        if before.a or before.b or before.mark == "left":
            yield before
        before = piece
    if before is not None and (before.a or before.b or before.mark == "left"):
        yield before


def _touch(one: Piece, two: Piece) -> bool:
    """Tell whether a piece begins where another one ends, in both texts."""
    ends = one.start_a + len(one.a), one.start_b + len(one.b)
    return one.move == two.move and ends == (two.start_a, two.start_b)


def _without_end(writing: Writing, removed: Piece, added: Piece) -> tuple[Piece, Piece, Piece]:
    """Take the same punctuation, and all white space behind it, off two pieces; give it as well."""
    ends = removed.start_a + len(removed.a), added.start_b + len(added.b)
    behind: list[str] = []
    for side, end in ((writing.left, ends[0]), (writing.right, ends[1])):
        word = side.tokens.ends[bisect_right(side.tokens.ends, end) - 1]
        behind.append(side.tokens.text[word:end])
    signs = [text.rstrip() for text in behind]
    size = 0
    while size < min(map(len, signs)) and signs[0][-1 - size] == signs[1][-1 - size]:
        size += 1
    a, b = (len(text) - len(own) + size for text, own in zip(behind, signs, strict=True))
    texts = writing.left.tokens.text, writing.right.tokens.text
    same = Piece(
        "equal",
        texts[0][ends[0] - a : ends[0]],
        texts[1][ends[1] - b : ends[1]],
        ends[0] - a,
        ends[1] - b,
        removed.move,
    )
    return (
        replace(removed, a=removed.a[: len(removed.a) - a]),
        replace(added, b=added.b[: len(added.b) - b]),
        same,
    )
