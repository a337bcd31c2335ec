"""Which texts are the same text as which, by matches that the pipeline verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.kernels import same_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from dedup.cleaning.policy import Policy
    from dedup.model import F64, I64, Matches


class Kinship:
    """The texts near a text; a class since pairs are compared when asked for, and each once."""

    def __init__(
        self, matches: Matches, normal_of: Callable[[int], str], policy: Policy, texts: int
    ) -> None:
        """Put the matches beside both of their texts; `equal` has no use for them."""
        mine = np.concatenate([matches.a, matches.b])
        others = np.concatenate([matches.b, matches.a])
        pairs = mine * texts + others
        order = np.argsort(pairs)
        self._texts = texts
        self._pairs = pairs[order]
        self._others = others[order]
        self._similarity = np.concatenate([matches.similarity, matches.similarity])[order]
        self._first = np.searchsorted(mine[order], np.arange(texts + 1))
        self._normal_of = normal_of
        self._remove = policy.remove
        self._known: dict[tuple[int, int], bool] = {}

    def of(self, text: int) -> list[int]:
        """Give the texts that match a text, without itself, if such a one may be its keeper."""
        if self._remove == "equal":
            return []
        return self.matching(text)

    def matching(self, text: int) -> list[int]:
        """Give the texts that match a text, without itself."""
        near: list[int] = self._others[self._first[text] : self._first[text + 1]].tolist()
        return near

    def near(self, text: int, some: Collection[int]) -> list[int]:
        """Give those of some texts that match a text and may be its keeper."""
        others = self._others[self._first[text] : self._first[text + 1]]
        if self._remove == "equal" or not some or not len(others):
            return []
        if len(others) <= len(some):
            return [other for other in others.tolist() if other in some]
        asked = np.fromiter(some, np.int64, len(some))
        at = np.minimum(np.searchsorted(others, asked), len(others) - 1)
        found: list[int] = asked[others[at] == asked].tolist()
        return found

    def same(self, a: int, b: int) -> bool:
        """Tell whether two texts that match are the same text."""
        if a == b or self._remove == "match":
            return True
        pair = (min(a, b), max(a, b))
        known = self._known.get(pair)
        if known is None:
            known = self._known[pair] = same_text(self._normal_of(a), self._normal_of(b))
        return known

    def similarities(self, mine: I64, others: I64) -> F64:
        """Give the similarity of texts that match, or are one, in pairs."""
        found = np.ones(len(mine))
        far = np.flatnonzero(mine != others)
        at = np.searchsorted(self._pairs, mine[far] * self._texts + others[far])
        found[far] = self._similarity[at]
        return found
