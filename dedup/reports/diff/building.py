"""
Two texts and the order of their tokens -> parts, pieces and moves, as `parts.py` declares them.

Paragraphs that share words in the line are one part, and what else lies between them.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.reports.diff.parts import Move, Part, Place
from dedup.reports.diff.pieces import Writing, pieces_of
from dedup.reports.diff.sides import paragraph_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.reports.diff.order import Order
    from dedup.reports.diff.parts import Kind
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
        parts += [
            _only_a(writing, number) for number in range(p, bond.a[0]) if _has_tokens(left, number)
        ]
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
    Yield the paragraphs that belong together: in the line, and of each chain.

    NOTE: partners in the line keep their order, and so do those of one chain; so a bond is closed
    as soon as the next pair of paragraphs lies beyond it on both sides.
    """
    open_bonds: dict[int, Bond] = {}
    pairs, which = paragraph_pairs(left, right, order.a)
    shared = np.flatnonzero(which >= 0)
    rows = np.column_stack([np.array(order.chain_a, np.int64)[shared], pairs[which[shared]]])
    # Of tokens of one chain and pair that follow each other one is enough.
    new = np.append(True, np.any(rows[1:] != rows[:-1], axis=1))[: len(rows)]
    for chain, p, q in rows[new].tolist():
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
    among = any(other.b[0] < bond.b[1] and bond.b[0] < other.b[1] for other in line)
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
    pieces = tuple(pieces_of(writing, (first, last), None))
    here = [piece.move for piece in pieces if piece.mark == "left"]
    kind: Kind = "left" if here else "removed"
    return Part(kind, _place(writing.left, (number, number + 1)), None, pieces, (*here, None)[0])


def _only_b(writing: Writing, number: int) -> Part:
    """Write a paragraph of B that shares nothing in the line, nor most of it with what moved."""
    pieces = tuple(pieces_of(writing, None, writing.right.paragraphs[number]))
    return Part("added", None, _place(writing.right, (number, number + 1)), pieces)


def _arrived(writing: Writing, bond: Bond, number: int) -> Part:
    """Write paragraphs that moved whole."""
    right = writing.right
    ends = right.paragraphs[bond.b[0]][0], right.paragraphs[bond.b[1] - 1][1]
    pieces = tuple(pieces_of(writing, None, ends))
    return Part("moved", _place(writing.left, bond.a), _place(right, bond.b), pieces, number)


def _together(writing: Writing, bond: Bond) -> Part:
    """Write paragraphs that share words in the line."""
    left, right = writing.left, writing.right
    ends_a = left.paragraphs[bond.a[0]][0], left.paragraphs[bond.a[1] - 1][1]
    ends_b = right.paragraphs[bond.b[0]][0], right.paragraphs[bond.b[1] - 1][1]
    pieces = tuple(pieces_of(writing, ends_a, ends_b))
    same = all(p.mark in {"equal", "respelled"} and p.move is None for p in pieces)
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


def counts(left: Side, right: Side, order: Order) -> Counter[str]:
    """Count the words of A and B, those that both have, and those of them that moved."""
    weights, same = np.array(left.weights, np.int64), np.array(order.a, np.int64) >= 0
    moved = same & (np.array(order.chain_a, np.int64) > 0)
    equal, elsewhere = int(weights[same].sum()), int(weights[moved].sum())
    return Counter(a=sum(left.weights), b=sum(right.weights), equal=equal, moved=elsewhere)
