"""
Two texts -> what is the same, what moved, what only one of them has, word by word.

    tokens ─► stretches ─► pairing ─► order ─► building ─► Diff

Text is paired first, wherever it stands (`stretches.py`, `pairing.py`); then the order that keeps
the most words is the line, and what leaves it has moved (`order.py`). Line breaks, case, accents,
punctuation and normal form are no changes. Nothing is lost: see `parts.py` for how the texts can be
put together again. The comparison of B with A is that of A with B, told the other way round.

    >>> difference = compare("One two three.", "One too three.")
    >>> [(piece.mark, piece.a or piece.b) for part in difference.parts for piece in part.pieces]
    [('equal', 'One '), ('removed', 'two'), ('added', 'too'), ('equal', ' three.')]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.reports.diff.building import counts, parts_of
from dedup.reports.diff.likeness import with_likenesses
from dedup.reports.diff.order import Order, line_and_moves
from dedup.reports.diff.pairing import pair_paragraphs
from dedup.reports.diff.parts import Diff, Likeness, Move, Part, Piece, Place
from dedup.reports.diff.runs import run_shares
from dedup.reports.diff.sides import Side, sides_of
from dedup.reports.diff.stretches import shared
from dedup.reports.diff.tokens import WORDLESS, Tokens, tokens_of
from dedup.settings import Settings
from dedup.text.paragraphs import MODES, paragraphs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.text.lines import Row

__all__ = ["Diff", "Likeness", "Move", "Part", "Piece", "Place", "compare"]


def compare(a: str, b: str, settings: Settings | None = None, *, as_one: bool = False) -> Diff:
    """
    Compare two texts by the paragraphs that `settings` make of them.

    `as_one` takes either as a single stretch, whatever paragraphs it touches: a passage.
    """
    settings = settings or Settings()
    extents = [_extents(text, settings, as_one=as_one) for text in (a, b)]
    tokens = [tokens_of(text, own) for text, own in zip((a, b), extents, strict=True)]
    vocabularies = [set(own.keys) for own in tokens]
    left, right = sides_of(tokens[0].fitted(vocabularies[1]), tokens[1].fitted(vocabularies[0]))
    order = _order(left, right)
    parts, moves = parts_of(left, right, order)
    words = counts(left, right, order)
    known = run_shares(a, b)
    return Diff(
        parts=with_likenesses([*_space(a, b, left, right), *parts], left, right, order, settings),
        moves=tuple(moves),
        words_a=words["a"] / 2,
        words_b=words["b"] / 2,
        words_equal=words["equal"] / 2,
        words_moved=words["moved"] / 2,
        resemblance=known.resemblance,
        contained_a=known.contained_a,
        contained_b=known.contained_b,
        in_order=_words(left.tokens) == _words(right.tokens),
        differs=a != b,
    )


def _extents(text: str, settings: Settings, *, as_one: bool) -> Sequence[Row]:
    """Cut a text into paragraphs, or take it for one."""
    rows = paragraphs_of(text, MODES[settings.paragraphs], markdown=False)
    if as_one and rows:
        return [(rows[0][0], rows[-1][1], rows[0][2], rows[-1][3])]
    return rows


def _order(left: Side, right: Side) -> Order:
    """
    Pair the tokens of two texts and tell the line from what moved.

    The shorter text comes first, whichever is A, so that both directions give the same.
    """
    swap = (len(left.ids), left.tokens.text) > (len(right.ids), right.tokens.text)
    if swap:
        left, right = right, left
    taken = shared(left, right)
    pair_paragraphs(taken)
    order = line_and_moves(taken)
    return order.swapped() if swap else order


def _words(tokens: Tokens) -> list[str]:
    """Return the words and signs of a text in their order."""
    return [key for key in tokens.keys if not key.startswith(WORDLESS)]


def _space(a: str, b: str, left: Side, right: Side) -> list[Part]:
    """Return the white space of texts that have no paragraphs: it belongs to none."""
    one, two = ("" if len(s.tokens) else text for text, s in ((a, left), (b, right)))
    return [Part("equal", None, None, (Piece("equal", one, two, 0, 0),))] if one or two else []
