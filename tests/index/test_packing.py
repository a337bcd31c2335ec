"""Packed numbers and sorted keys are what was packed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.index.packing import Keys, Packed


@given(st.integers(1, 56).flatmap(lambda w: st.lists(st.integers(0, (1 << w) - 1), max_size=40)))
def test_packed(values: list[int]) -> None:
    """Each number is read without the others, and takes no more bits than the largest one."""
    column = np.array(values, np.int64)
    packed = Packed.of(column)
    assert packed.all().tolist() == values
    assert packed[np.arange(len(values))[::-1]].tolist() == values[::-1]
    assert packed.width == max(1, max(values, default=0).bit_length())
    assert len(packed.data) <= -(-len(values) // 8) * packed.width + 8


@given(
    st.lists(st.lists(st.integers(0, 63), min_size=200, max_size=200), min_size=1, max_size=3),
    st.integers(1, 12),
)
def test_keys(groups: list[list[int]], kept: int) -> None:
    """Of a key all rows are found; those of other keys only where fewer bits are kept."""
    keys = np.sort(np.array(groups, np.uint64) * np.uint64(61), axis=1)
    packed = Keys.of(keys, 12, kept)
    wanted = np.arange(0, 1 << 12, 7, dtype=np.uint64)
    shift = np.uint64(12 - packed.bits)
    for number, own in enumerate(keys):
        first, past = packed.find(number, wanted, 12)
        assert first.tolist() == np.searchsorted(own >> shift, wanted >> shift).tolist()
        assert past.tolist() == np.searchsorted(own >> shift, wanted >> shift, "right").tolist()


def test_nothing() -> None:
    """No keys and no numbers are found nowhere."""
    assert Packed.of(np.zeros(0, np.int64)).all().tolist() == []
    found = Keys.of(np.zeros((2, 0), np.uint64), 32, 5).find(1, np.array([7], np.uint64), 32)
    assert [one.tolist() for one in found] == [[0], [0]]
