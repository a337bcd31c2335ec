"""Two texts as they are compared, and the stretches of equal tokens found so far."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernels
from dedup.model import Strings
from dedup.reports.diff.tokens import halves, spans_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dedup.model import I64
    from dedup.reports.diff.tokens import Tokens


class Stretch(NamedTuple):
    """Equal tokens: `size` of them from `a` in A and from `b` in B."""

    a: int
    b: int
    size: int


@dataclass(frozen=True, slots=True)
class Side:
    """One text as it is compared: its tokens as numbers, which the other text shares."""

    tokens: Tokens
    ids: list[int]
    weights: list[int]
    """Halves of words of each token."""
    sentences: list[int]
    """Tokens that begin a sentence, and the end."""
    paragraphs: list[tuple[int, int]]
    """First and last token, half-open, of each."""
    normals: list[str]
    """The normalised text of each paragraph,"""
    words: list[int]
    """and its words, as a report counts them."""

    def begins_sentence(self, at: int) -> bool:
        """Tell whether a sentence begins at a token, or the text is at its end."""
        place = bisect_left(self.sentences, at)
        return place < len(self.sentences) and self.sentences[place] == at

    def sentence(self, at: int) -> tuple[int, int]:
        """Return the sentence that holds a token."""
        place = bisect_right(self.sentences, at) - 1
        return self.sentences[place], self.sentences[place + 1]

    def weight(self, first: int, last: int) -> int:
        """Count the halves of words of a stretch."""
        return sum(self.weights[first:last])


class Taken:
    """
    The stretches found so far; a class because every search looks only at what is left.

    `a` and `b` hold the partner of each token, -1 where it has none.
    """

    def __init__(self, left: Side, right: Side) -> None:
        self.left, self.right = left, right
        self.a, self.b = [-1] * len(left.ids), [-1] * len(right.ids)

    def take(self, one: Stretch) -> None:
        """Take a stretch: nobody else gets its tokens."""
        self.a[one.a : one.a + one.size] = range(one.b, one.b + one.size)
        self.b[one.b : one.b + one.size] = range(one.a, one.a + one.size)

    def release(self, one: Stretch) -> None:
        """Return a stretch back."""
        self.a[one.a : one.a + one.size] = [-1] * one.size
        self.b[one.b : one.b + one.size] = [-1] * one.size

    def free(self, one: Stretch) -> Stretch:
        """Return the longest part of a stretch of which nothing is taken."""
        best, run = Stretch(one.a, one.b, 0), 0
        for at in range(one.size):
            run = run + 1 if self.a[one.a + at] < 0 and self.b[one.b + at] < 0 else 0
            if run > best.size:
                best = Stretch(one.a + at + 1 - run, one.b + at + 1 - run, run)
        return best

    def stretches(self) -> list[Stretch]:
        """Return all stretches in the order of A, each as long as it goes on in both."""
        partners = np.array(self.a, np.int64)
        at = np.flatnonzero(partners >= 0)
        there = partners[at]
        breaks = np.flatnonzero((np.diff(at) != 1) | (np.diff(there) != 1)) + 1
        firsts = np.concatenate([np.zeros(min(len(at), 1), np.int64), breaks])
        sizes = np.diff(firsts, append=len(at))
        rows = zip(at[firsts].tolist(), there[firsts].tolist(), sizes.tolist(), strict=True)
        return [Stretch(*row) for row in rows]

    def left_over(self, side: Side, partners: Sequence[int]) -> list[int]:
        """Return the paragraphs of which more than half is not taken."""
        out = []
        for number, (first, last) in enumerate(side.paragraphs):
            if 2 * sum(at >= 0 for at in partners[first:last]) < last - first:
                out.append(number)
        return out


def paragraph_pairs(left: Side, right: Side, partners: Sequence[int]) -> tuple[I64, I64]:
    """
    Return the pairs of paragraphs that share tokens, each once, and which one a token of A is of.

    `partners` are those of the tokens of A. Pairs are paragraphs of A and B, int64[k, 2], sorted; a
    token without a partner is of none, -1.
    """
    there = np.array(partners, np.int64)
    at = np.flatnonzero(there >= 0)
    of_a = np.array(left.tokens.paragraph, np.int64)[at]
    of_b = np.array(right.tokens.paragraph, np.int64)[there[at]]
    keys, which = np.unique(of_a << 32 | of_b, return_inverse=True)
    number = np.full(len(there), -1)
    number[at] = which
    return np.stack([keys >> 32, keys & 0xFFFFFFFF], 1), number


def sides_of(left: Tokens, right: Tokens) -> tuple[Side, Side]:
    """Number the tokens of two texts, equal ones alike."""
    numbers: dict[str, int] = {}
    return _side(left, numbers), _side(right, numbers)


def _side(tokens: Tokens, numbers: dict[str, int]) -> Side:
    ids = [numbers.setdefault(key, len(numbers)) for key in tokens.keys]
    weights = {key: halves(key) for key in set(tokens.keys)}
    written = Strings.of([tokens.text[start:end] for start, end, _, _ in tokens.extents])
    data, offsets, words = kernels.normalise(written.data, written.offsets)
    return Side(
        tokens,
        ids,
        [weights[key] for key in tokens.keys],
        tokens.sentences(),
        spans_of(tokens),
        Strings(data, offsets).list(),
        words.tolist(),
    )
