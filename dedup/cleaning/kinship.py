"""Which texts are the same text as which, by matches that the pipeline verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.kernels.exact import count_words
from dedup.model import Matches, Strings, Table
from dedup.stages.verify import similarity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dedup.engines.interface import Engine
    from dedup.model import F64, I32, I64, Texts
    from dedup.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class HalfMatched(Table):
    """A match with the normalised text of its `a` at hand."""

    a: I64
    b: I64
    similarity: F64
    normal: Strings


def kin(matches: Iterable[Matches], texts: Iterable[Texts], remove: str, engine: Engine) -> Matches:
    """Give the matches whose one text may be removed for the other, by `--remove`; by a, b."""
    none = np.zeros(0, np.int64)
    found: Iterable[Matches] = () if remove == "equal" else matches
    if remove == "same":
        half = engine.join(matches, texts, (("a",), ("text",)), HalfMatched, with_first)
        same = engine.join(half, texts, (("b",), ("text",)), Matches, same_texts)
        found = engine.by_key(same, ("a", "b"), Matches, lambda batch: batch)
    return Matches.concat([Matches(none, none, np.zeros(0)), *found])


def with_first(matches: Matches, texts: Texts) -> HalfMatched:
    """Put the normalised text of `a` beside each match; both sorted by it."""
    normal = texts.normal.take(np.searchsorted(texts.text, matches.a))
    return HalfMatched(matches.a, matches.b, matches.similarity, normal)


def same_texts(half: HalfMatched, texts: Texts) -> Matches:
    """Keep the matches whose texts are the same; both sorted by `b`."""
    both = Strings.concat([half.normal, texts.normal])
    b = len(half) + np.searchsorted(texts.text, half.b)
    same = kernels.same_text_at(both.data, both.offsets, np.arange(len(half)), b)
    return Matches(half.a[same], half.b[same], half.similarity[same])


def likeness(text: str, kept: str, settings: Settings, remove: str) -> float | None:
    """Give the similarity of two normalised texts; `None` where one may not go for the other."""
    if text == kept:
        return 1.0
    least = max(settings.min_words, settings.min_group_words)
    if remove == "equal" or min(count_words(text), count_words(kept)) < least:
        return None
    found = similarity(text, kept)
    differ = remove == "same" and not kernels.same_text(text, kept)
    return None if differ or found < settings.threshold else found


def both_ways(matches: Matches) -> tuple[I64, I64]:
    """Give each match from both sides: a text, and the other one."""
    return np.concatenate([matches.a, matches.b]), np.concatenate([matches.b, matches.a])


def similarities(mine: I32 | I64, others: I32 | I64, matches: Matches, texts: int) -> F64:
    """Give the similarity of texts that match, or are one, in pairs; matches sorted by a, b."""
    found = np.ones(len(mine))
    far = np.flatnonzero(mine != others)
    both = mine[far].astype(np.int64), others[far].astype(np.int64)
    a, b = np.minimum(*both), np.maximum(*both)
    at = np.searchsorted(matches.a * texts + matches.b, a * texts + b)
    found[far] = matches.similarity[at]
    return found


class Kinship:
    """The texts beside each text; a class since it is asked for them one by one."""

    def __init__(self, matches: Matches, texts: int) -> None:
        """Put the matches beside both of their texts."""
        mine, others = both_ways(matches)
        self._others = others[np.lexsort([others, mine])]
        self._first = np.zeros(texts + 1, np.int64)
        np.cumsum(np.bincount(mine, minlength=texts), out=self._first[1:])

    def near(self, text: int, some: Collection[int]) -> list[int]:
        """Give those of some texts that are the same text as this one, without itself."""
        others = self._others[self._first[text] : self._first[text + 1]]
        if len(others) <= len(some):
            return [other for other in others.tolist() if other in some]
        asked = np.fromiter(some, np.int64, len(some))
        at = np.minimum(np.searchsorted(others, asked), len(others) - 1)
        found: list[int] = asked[others[at] == asked].tolist()
        return found
