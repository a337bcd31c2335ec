"""
Two texts and the order of their tokens -> parts, pieces and moves, as `parts.py` declares them.

Paragraphs that share words in the line are one part, and what else lies between them; a part is
written token by token, in the order of B, with what only A has before its place in B. What moved is
written where B has it, and a pointer where A had it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from dedup.reports.diff.parts import Move, Part, Piece, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.reports.diff.order import Order
    from dedup.reports.diff.parts import Kind, Mark
    from dedup.reports.diff.sides import Side

    Ends = tuple[int, int]

_SENTENCE_ENDS = ".!?\u2026\u061f\u06d4\u3002\uff01\uff1f:;"
_CLOSING = "\"'\u201d\u2019\u00bb)]*_\u300d\u300f\uff09 \u00a0\u202f"


class Bond(NamedTuple):
    """Paragraphs of A and of B, half-open, that share words: in the line, or in one chain."""

    chain: int
    """0 for the line."""
    a: Ends
    b: Ends


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


def parts_of(left: Side, right: Side, order: Order) -> tuple[list[Part], list[Move]]:
    """Write the parts and the moves of a comparison."""
    bonds = sorted(bonded(left, right, order), key=lambda bond: bond.b)
    line = [bond for bond in bonds if not bond.chain]
    moved = [bond for bond in bonds if bond.chain]
    writing = Writing(left, right, order)
    writing.edges = left.tokens.edges(), right.tokens.edges()
    moves = [_move(writing, number, bond, line) for number, bond in enumerate(moved, 1)]
    whole = {move.number: bond for move, bond in zip(moves, moved, strict=True) if move.whole}
    arrived = {bond.b[0]: number for number, bond in whole.items()}
    parts: list[Part] = []
    p = q = 0
    ends = (len(left.paragraphs), len(right.paragraphs))
    for bond in (*line, Bond(0, (ends[0], ends[0]), (ends[1], ends[1]))):
        # What only A has stands before what only B has, as a deletion before an insertion.
        parts += [_only_a(writing, number) for number in range(p, bond.a[0]) if _has_tokens(left, number)]
        while q < bond.b[0]:
            if q in arrived:
                number = arrived[q]
                parts.append(_arrived(writing, whole[number], number))
                q = whole[number].b[1]
            else:
                parts += [_only_b(writing, q)] if _has_tokens(right, q) else []
                q += 1
        if bond.b[0] < bond.b[1]:
            parts.append(_together(writing, bond))
        p, q = bond.a[1], bond.b[1]
    return parts, moves


def _has_tokens(side: Side, number: int) -> bool:
    """Tell whether a paragraph has a token of its own: its only word may be the end of another."""
    first, last = side.paragraphs[number]
    return first < last


def bonded(left: Side, right: Side, order: Order) -> Iterator[Bond]:
    """
    Give the paragraphs that belong together: in the line, and of each chain.

    NOTE: partners in the line keep their order, and so do those of one chain; so a bond is closed
    as soon as the next pair of paragraphs lies beyond it on both sides.
    """
    open_bonds: dict[int, Bond] = {}
    for i, j in enumerate(order.a):
        if j < 0:
            continue
        chain = order.chain_a[i]
        p, q = left.tokens.paragraph[i], right.tokens.paragraph[j]
        bond = open_bonds.get(chain)
        if bond is not None and p >= bond.a[1] and q >= bond.b[1]:
            yield bond
            bond = None
        if bond is None:
            bond = Bond(chain, (p, p + 1), (q, q + 1))
        open_bonds[chain] = Bond(chain, (bond.a[0], p + 1), (bond.b[0], max(bond.b[1], q + 1)))
    yield from open_bonds.values()


def _move(writing: Writing, number: int, bond: Bond, line: Sequence[Bond]) -> Move:
    """Describe a move, and note which tokens of A it takes along."""
    left, right, order = writing.left, writing.right, writing.order
    own = [
        at
        for at in range(left.paragraphs[bond.a[0]][0], left.paragraphs[bond.a[1] - 1][1])
        if order.chain_a[at] == bond.chain
    ]
    for at in own:
        writing.moves[bond.chain, left.tokens.paragraph[at]] = number
    for q in range(*bond.b):
        writing.moves[-bond.chain, q] = number
    writing.next_a[number], writing.last_a[number] = own[0], own[-1] + 1
    words = sum(left.weights[at] for at in own if order.a[at] >= 0)
    among = any(other.b[0] <= bond.b[0] < other.b[1] for other in line)
    there = right.weight(right.paragraphs[bond.b[0]][0], right.paragraphs[bond.b[1] - 1][1])
    whole = not among and 2 * words >= there
    return Move(number, _place(left, bond.a), _place(right, bond.b), (words + 1) // 2, whole)


def _place(side: Side, numbers: Ends) -> Place:
    """Tell where paragraphs, half-open, stand."""
    first, last = side.tokens.extents[numbers[0]], side.tokens.extents[numbers[1] - 1]
    return Place((numbers[0] + 1, numbers[1]), (first[2], last[3]), first[0], last[1])


def _only_a(writing: Writing, number: int) -> Part:
    """Write a paragraph of A that shares nothing in the line: removed, or moved away."""
    first, last = writing.left.paragraphs[number]
    pieces = tuple(_pieces(writing, (first, last), None))
    here = [piece.move for piece in pieces if piece.mark == "left"]
    kind: Kind = "left" if here else "removed"
    return Part(kind, _place(writing.left, (number, number + 1)), None, pieces, (*here, None)[0])


def _only_b(writing: Writing, number: int) -> Part:
    """Write a paragraph of B that shares nothing in the line, nor most of it with what moved."""
    pieces = tuple(_pieces(writing, None, writing.right.paragraphs[number]))
    return Part("added", None, _place(writing.right, (number, number + 1)), pieces)


def _arrived(writing: Writing, bond: Bond, number: int) -> Part:
    """Write paragraphs that moved whole."""
    right = writing.right
    ends = right.paragraphs[bond.b[0]][0], right.paragraphs[bond.b[1] - 1][1]
    pieces = tuple(_pieces(writing, None, ends))
    return Part("moved", _place(writing.left, bond.a), _place(right, bond.b), pieces, number)


def _together(writing: Writing, bond: Bond) -> Part:
    """Write paragraphs that share words in the line."""
    left, right = writing.left, writing.right
    ends_a = left.paragraphs[bond.a[0]][0], left.paragraphs[bond.a[1] - 1][1]
    ends_b = right.paragraphs[bond.b[0]][0], right.paragraphs[bond.b[1] - 1][1]
    pieces = tuple(_pieces(writing, ends_a, ends_b))
    same = all(piece.mark in {"equal", "respelled"} for piece in pieces)
    kind: Kind = "equal" if same else "changed"
    more = (bond.a[1] - bond.a[0]) - (bond.b[1] - bond.b[0])
    if more and not _rewrapped(*((left, bond.a) if more > 0 else (right, bond.b))):
        kind = "merged" if more > 0 else "split"
    return Part(kind, _place(left, bond.a), _place(right, bond.b), pieces)


def _rewrapped(side: Side, numbers: Ends) -> bool:
    """Tell whether paragraphs are the lines of one: none ends a sentence, none is set apart."""
    extents, text = side.tokens.extents, side.tokens.text
    for one, two in pairwise(extents[numbers[0] : numbers[1]]):
        end = text[one[0] : one[1]].rstrip(_CLOSING)
        # A text that is wrapped breaks after a full stop as well, so one in three may end there.
        if two[2] > one[3] + 1:
            return False
        if end.endswith(tuple(_SENTENCE_ENDS)) and not _goes_on(extents, numbers):
            return False
    return True


def _goes_on(extents: Sequence[tuple[int, int, int, int]], numbers: Ends) -> bool:
    """Tell whether lines are of about one length, as those of wrapped text are."""
    sizes = [end - start for start, end, _, _ in extents[numbers[0] : numbers[1] - 1]]
    return len(sizes) > 2 and 2 * min(sizes) > max(sizes)


def _pieces(writing: Writing, a: Ends | None, b: Ends | None) -> Iterator[Piece]:
    """Write tokens `a` of A and `b` of B, half-open, and all that moved to B's from elsewhere."""
    return _merged(writing, _steps(writing, a, b))


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


def counts(left: Side, right: Side, order: Order) -> Counter[str]:
    """Count the words of A and B, those that both have, and those of them that moved."""
    out = Counter(
        a=sum(left.weights), b=sum(right.weights), equal=0, moved=0
    )
    for at, partner in enumerate(order.a):
        if partner >= 0:
            out["equal"] += left.weights[at]
            out["moved"] += left.weights[at] if order.chain_a[at] else 0
    return out
