"""Every table knows what its columns hold, so that it can be made without rows."""

from __future__ import annotations

import numpy as np
import pytest

from dedup import model
from dedup.model import Finds, Sketches, Strings, Table

KINDS = [
    kind
    for kind in vars(model).values()
    if isinstance(kind, type) and issubclass(kind, Table) and kind is not Table
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_table_without_rows_has_the_declared_columns(kind: type[Table]) -> None:
    """Each column has its type, and tables without rows can be put before others."""
    table = kind.empty()
    assert len(table) == 0
    for name, column in kind.schema().items():
        held = getattr(table, name)
        if column is None:
            assert isinstance(held, Strings)
        else:
            assert held.dtype == column.dtype
            assert held.ndim == 1 + bool(column.width)
    assert len(kind.concat([])) == 0
    assert len(kind.concat([table, table])) == 0


def test_a_column_that_is_not_given_is_empty() -> None:
    """What is given is put into its type, a number stands in every row; no other name is known."""
    table = Finds.filled(2, doc=np.array([3, 4]), copy=1, line=np.array([5, 6], np.int64))
    assert (table.doc.tolist(), table.copy.tolist()) == ([3, 4], [1, 1])
    assert table.line.dtype == np.int32
    assert table.part.tolist() == [[0] * 6] * 2
    assert table.written.list() == ["", ""]
    with pytest.raises(TypeError):
        Finds.filled(1, what=1)


def test_wide_columns_keep_their_width() -> None:
    """A row of several numbers is as wide where there are no rows."""
    assert Finds.empty().part.shape == (0, 6)
    assert Sketches.empty().bits.shape == (0, 128)
    row = Sketches(
        np.arange(1), np.ones(1, np.int32), np.ones((1, 84), np.int32), np.ones((1, 128), np.int8)
    )
    assert Sketches.concat([Sketches.empty(), row]).keys.shape == (1, 84)
