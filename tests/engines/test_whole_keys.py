"""What a task of a cluster goes through, without a cluster: batches cut anywhere, keys whole."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import model as m
from dedup.engines import whole_keys as module
from dedup.engines.arrow import every_slot, slots, to_batches, to_table
from dedup.engines.whole_keys import Side, whole_keys

KEYS = st.lists(st.integers(0, 9), max_size=40)


def docs(keys: list[int]) -> Side:
    """Return one side of a batch."""
    column = np.array(keys, np.int64)
    return Side(column, m.Docs(column))


@given(
    first=KEYS, other=KEYS, cuts=st.lists(st.integers(0, 80), max_size=9), worth=st.integers(1, 99)
)
def test_no_key_is_split_and_no_row_is_lost(
    first: list[int], other: list[int], cuts: list[int], worth: int
) -> None:
    """Both sides come in ranges of keys, whole, those with rows of the first side."""
    # Rows lie sorted by key, then side, and batches end anywhere.
    rows = sorted([(key, 0) for key in first] + [(key, 1) for key in other])
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    halves = [
        tuple(docs([key for key, side in rows[start:end] if side == mine]) for mine in (0, 1))
        for start, end in pairwise(edges)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WORTH", worth)
        given_ = [half for half in halves if len(half[0].keys) or len(half[1].keys)]
        found = [[table.doc.tolist() for table in tables] for tables in whole_keys(given_)]
    assert [key for mine, _ in found for key in mine] == sorted(first)
    for mine, its in found:
        assert mine
        low, high = min(mine + its), max(mine + its)
        assert its == [key for key in sorted(other) if low <= key <= high]
    assert {key for mine, _ in found for key in mine} == set(first)


@given(
    rows=st.lists(st.tuples(st.integers(-9, 9), st.text(max_size=5)), max_size=30),
    start=st.integers(0, 5),
)
def test_a_table_crosses_arrow_and_is_the_same(rows: list[tuple[int, str]], start: int) -> None:
    """Numbers, strings, and rows of several numbers; also of a part of a batch."""
    count = len(rows)
    numbers = np.array([number for number, _ in rows], np.int64)
    keys = np.asfortranarray(np.arange(2 * count, dtype=np.int32).reshape(count, 2))
    sketches = m.Sketches(numbers, numbers.astype(np.int32), keys, np.ones((count, 128), np.int8))
    normals = m.Normals(numbers, numbers.astype(np.int32), m.Strings.of([t for _, t in rows]))
    for table in (sketches, normals):
        layout = slots(type(table))
        batches = list(to_batches(table, layout, every_slot([layout]), 3))
        if not count:
            assert batches == []
            continue
        (batch,) = pa.Table.from_batches(batches).combine_chunks().to_batches()
        found = to_table(batch.slice(start), type(table), layout)
        for name, column in table.slice(min(start, count), count).columns().items():
            own = getattr(found, name)
            if isinstance(column, m.Strings):
                assert own.list() == column.list()
            else:
                assert own.dtype == column.dtype
                assert own.tolist() == column.tolist()
