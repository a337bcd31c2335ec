"""Two texts as they are compared, and the stretches of equal tokens found so far."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dedup.reports.diff.tokens import halves, spans_of
from dedup.text.normalising import normalise_text

if TYPE_CHECKING:
    from collections.abc import Sequence

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

    def begins_sentence(self, at: int) -> bool:
        """Tell whether a sentence begins at a token, or the text is at its end."""
        place = bisect_left(self.sentences, at)
        return place < len(self.sentences) and self.sentences[place] == at

    def sentence(self, at: int) -> tuple[int, int]:
        """Give the sentence that holds a token."""
        place = bisect_right(self.sentences, at) - 1
        return self.sentences[place], self.sentences[place + 1]

    def weight(self, first: int, last: int) -> int:
        """Count the halves of words of a stretch."""
        return sum(self.weights[first:last])

    def normal(self, paragraph: int) -> str:
        """Give the normalised text of a paragraph."""
        start, end, _, _ = self.tokens.extents[paragraph]
        return normalise_text(self.tokens.text[start:end])


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
        """Give a stretch back."""
        self.a[one.a : one.a + one.size] = [-1] * one.size
        self.b[one.b : one.b + one.size] = [-1] * one.size

    def free(self, one: Stretch) -> Stretch:
        """Give the longest part of a stretch of which nothing is taken."""
        best, run = Stretch(one.a, one.b, 0), 0
        for at in range(one.size):
            run = run + 1 if self.a[one.a + at] < 0 and self.b[one.b + at] < 0 else 0
            if run > best.size:
                best = Stretch(one.a + at + 1 - run, one.b + at + 1 - run, run)
        return best

    def stretches(self) -> list[Stretch]:
        """Give all stretches in the order of A, each as long as it goes on in both."""
        out: list[Stretch] = []
        for at, partner in enumerate(self.a):
            if partner < 0:
                continue
            if out and out[-1].a + out[-1].size == at and out[-1].b + out[-1].size == partner:
                out[-1] = out[-1]._replace(size=out[-1].size + 1)
            else:
                out.append(Stretch(at, partner, 1))
        return out

    def left_over(self, side: Side, partners: Sequence[int]) -> list[int]:
        """Give the paragraphs of which more than half is not taken."""
        out = []
        for number, (first, last) in enumerate(side.paragraphs):
            if 2 * sum(at >= 0 for at in partners[first:last]) < last - first:
                out.append(number)
        return out


def sides_of(left: Tokens, right: Tokens) -> tuple[Side, Side]:
    """Number the tokens of two texts, equal ones alike."""
    numbers: dict[str, int] = {}
    return _side(left, numbers), _side(right, numbers)


def _side(tokens: Tokens, numbers: dict[str, int]) -> Side:
    return Side(
        tokens,
        [numbers.setdefault(key, len(numbers)) for key in tokens.keys],
        [halves(key) for key in tokens.keys],
        tokens.sentences(),
        spans_of(tokens),
    )
