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
    from collections.abc import Iterable, Iterator

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
    return _parted(writing, _merged(writing, _steps(writing, a, b)))


class _Step(NamedTuple):
    """One token of A, of B or of both; a pointer has neither."""

    mark: Mark
    i: int
    j: int
    move: int | None


def _steps(writing: Writing, a: Ends | None, b: Ends | None) -> Iterator[_Step]:
    """Give the tokens in the order in which they are read."""
    order = writing.order
    i, i_end = a or (0, 0)
    j, j_end = b or (0, 0)
    pointed: set[int] = set()
    while i < i_end or j < j_end:
        # First what only A has at this place,
        while i < i_end and (order.a[i] < 0 or order.chain_a[i]):
            if order.chain_a[i]:
                move = writing.moves.get((order.chain_a[i], writing.left.tokens.paragraph[i]))
                if move is None:
                    yield _Step("removed", i, -1, None)
                elif move not in pointed:
                    pointed.add(move)
                    yield _Step("left", i, -1, move)
            else:
                yield _Step("removed", i, -1, None)
            i += 1
        # then what only B has, moved or new,
        while j < j_end and (order.b[j] < 0 or order.chain_b[j]):
            yield from _of_b(writing, j, j_end)
            j += 1
        # then what both have.
        while i < i_end and j < j_end and order.a[i] == j and not order.chain_a[i]:
            yield _Step("equal", i, j, None)
            i, j = i + 1, j + 1


def _of_b(writing: Writing, j: int, end: int) -> Iterator[_Step]:
    """Give a token of B that is not in the line, and what a move took along before it."""
    order = writing.order
    chain = order.chain_b[j]
    move = writing.moves.get((-chain, writing.right.tokens.paragraph[j])) if chain else None
    if move is None:
        yield _Step("added", -1, j, None)
        return
    partner = order.b[j]
    if partner >= 0:
        yield from _taken_along(writing, move, partner)
        yield _Step("equal", partner, j, move)
        writing.next_a[move] = partner + 1
    else:
        end_a = writing.next_a[move]
        while end_a < writing.last_a[move] and order.a[end_a] < 0:
            end_a += 1
        yield from _taken_along(writing, move, end_a)
        yield _Step("added", -1, j, move)
    after = j + 1
    goes_on = after < len(order.b) and order.chain_b[after] == chain
    if goes_on:
        number = writing.right.tokens.paragraph[after]
        goes_on = after < end and writing.moves.get((-chain, number)) == move
    if not goes_on:
        yield from _taken_along(writing, move, writing.last_a[move])


def _taken_along(writing: Writing, move: int, end: int) -> Iterator[_Step]:
    """Give the tokens of A that moved along and are not in B."""
    first = writing.next_a[move]
    writing.next_a[move] = max(first, end)
    for at in range(first, end):
        yield _Step("removed", at, -1, move)


def _merged(writing: Writing, steps: Iterable[_Step]) -> Iterator[Piece]:
    """Put the text of tokens of one mark together."""
    edges_a, edges_b = writing.edges
    text_a, text_b = writing.left.tokens.text, writing.right.tokens.text
    mark: Mark | None = None
    move: int | None = None
    # Where the piece begins and ends in both texts.
    first_a = end_a = first_b = end_b = 0
    for step in steps:
        a, past_a = (edges_a[step.i], edges_a[step.i + 1]) if step.i >= 0 else (end_a, end_a)
        b, past_b = (edges_b[step.j], edges_b[step.j + 1]) if step.j >= 0 else (end_b, end_b)
        past_a = a if step.mark == "left" else past_a
        own: Mark = step.mark
        if own == "equal":
            one, two = text_a[a:past_a], text_b[b:past_b]
            if one != two and one.split() != two.split():
                own = "respelled"
        if own != mark or own == "left" or step.move != move or a != end_a or b != end_b:
            if mark is not None:
                yield Piece(
                    mark, text_a[first_a:end_a], text_b[first_b:end_b], first_a, first_b, move
                )
            mark, move, first_a, first_b = own, step.move, a, b
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
