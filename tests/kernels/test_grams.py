"""Sets of n-grams and what they share: both kernels, held to the shingles they are made of."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels
from dedup.text.normalising import normalise_text
from dedup.text.shingles import shingles, wide_hash

if TYPE_CHECKING:
    from collections.abc import Callable

LETTERS = "abc 0éß漢字かなกา한𝔸"
TEXTS = st.lists(st.text(LETTERS, max_size=60).map(normalise_text), max_size=6)


def sets_of(texts: list[str], size: int) -> list[set[int]]:
    """Make the sets one text after the other."""
    return [{wide_hash(gram) for gram in shingles(t, size=size, words=True)} for t in texts]


@pytest.mark.usefixtures("kernel")
@given(texts=TEXTS, size=st.integers(1, 4), stray=st.binary(max_size=9))
def test_sets_are_those_of_the_shingles(
    column: Callable, texts: list[str], size: int, stray: bytes
) -> None:
    """Each text has the hashes of its shingles, sorted, once each."""
    data, offsets = column([*texts, stray])
    values, starts = kernels.gram_sets(data, offsets[: len(texts) + 1], size=size)

    assert values.dtype == np.uint64
    rows = [values[a:b].tolist() for a, b in pairwise(starts)]
    assert rows == [sorted(own) for own in sets_of(texts, size)]


@pytest.mark.usefixtures("kernel")
@given(texts=TEXTS.filter(bool), others=TEXTS.filter(bool), data=st.data())
def test_what_sets_share_is_counted(
    column: Callable, texts: list[str], others: list[str], data: st.DataObject
) -> None:
    """The size of the intersection, for any pairs of rows."""
    pairs = st.tuples(st.integers(0, len(texts) - 1), st.integers(0, len(others) - 1))
    rows = np.array(data.draw(st.lists(pairs, max_size=9)), np.int64).reshape(-1, 2)
    first, second = (kernels.gram_sets(*column(some), size=2) for some in (texts, others))
    found = kernels.shared(first, second, rows[:, 0], rows[:, 1])

    one, other = sets_of(texts, 2), sets_of(others, 2)
    assert found.tolist() == [len(one[a] & other[b]) for a, b in rows.tolist()]


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("size", [1, 63, 64])
def test_long_texts_and_grams(column: Callable, size: int) -> None:
    """As many units as an n-gram may have, and more of them in a text."""
    texts = [" ".join(f"{number}字" for number in range(count)) for count in (31, 64, 300)]
    values, starts = kernels.gram_sets(*column(texts), size=size)
    rows = [values[a:b].tolist() for a, b in pairwise(starts.tolist())]
    assert rows == [sorted(own) for own in sets_of(texts, size)]


@pytest.mark.usefixtures("kernel")
def test_bad_input_is_refused(column: Callable) -> None:
    """A size of nothing, and sets that are not there."""
    data, offsets = column(["a b c"])
    with pytest.raises(ValueError, match="at least 1 unit"):
        kernels.gram_sets(data, offsets, size=0)
    with pytest.raises(ValueError, match="at most 64"):
        kernels.gram_sets(data, offsets, size=65)
    sets = kernels.gram_sets(data, offsets, size=3)
    for rows in ([1], [-1]):
        with pytest.raises(ValueError, match="row numbers"):
            kernels.shared(sets, sets, np.array(rows), np.array([0]))
    with pytest.raises(TypeError):
        kernels.shared((sets[0].astype(np.int64), sets[1]), sets, np.array([0]), np.array([0]))
