"""Verify: what is said of a pair does not depend on how pairs come."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.model import NormalTexts, Pairs, Strings
from dedup.settings import Settings
from dedup.stages import verify


def made(seed: int) -> list[str]:
    """Make a few texts that are near each other, of all lengths."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    text = "".join(dice.choices("abcde é", k=dice.choice([20, 60, 130, 400])))
    return ["".join(c for c in text if dice.random() > 0.1) for _ in range(6)]


@given(seed=st.integers(0, 9999), threshold=st.sampled_from([0.5, 0.57, 0.8, 0.9123, 1.0]))
@pytest.mark.parametrize("order", ["a", "b"])
def test_matches_are_those_of_one_pair_at_a_time(seed: int, threshold: float, order: str) -> None:
    """Sorted by their first texts or by their second, from one table or from two."""
    texts = made(seed)
    rows = np.arange(len(texts)) * 3
    normal = Strings.of(texts)
    table = NormalTexts(rows, verify.characters(normal), normal)
    a, b = np.triu_indices(len(texts), 1)
    by = np.lexsort((a, b) if order == "b" else (b, a))
    pairs = Pairs(rows[a[by]], rows[b[by]])
    similarity = [verify.similarity(texts[i], texts[j]) for i, j in zip(a[by], b[by], strict=True)]
    wanted = [(x, y, s) for x, y, s in zip(pairs.a, pairs.b, similarity, strict=True)]
    for second in (table, table.take(rows >= 0)):
        found = verify.verify(pairs, table, second, Settings(threshold=threshold))
        plain = zip(found.a, found.b, found.similarity, strict=True)
        assert list(plain) == [row for row in wanted if row[2] >= threshold]
