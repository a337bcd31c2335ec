"""What stored tables may take: the first made goes to disk first, and errors come through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from dedup.engines.disk import Filed, file
from dedup.engines.stored import Held, MemoryBudget, loaded
from dedup.errors import OutputError
from dedup.model import Pairs

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 1000
SIZE = 16 * ROWS
"""Bytes of a batch."""


def batch(number: int) -> Pairs:
    """Make a batch that knows its number."""
    return Pairs(np.full(ROWS, number), np.arange(ROWS))


def on_disk(held: Held[Pairs]) -> list[bool]:
    """Tell of each batch whether it is on disk."""
    return [isinstance(one, Filed) for one in held.batches]


def test_the_first_made_goes_to_disk_and_what_goes_makes_room(tmp_path: Path) -> None:
    """Old tables make way for new ones; a table that is dropped leaves its room to others."""
    names = iter(range(100))
    budget = MemoryBudget(4 * SIZE, lambda table: file(table, tmp_path / str(next(names))))
    old, dropped, new = Held(Pairs), Held(Pairs), Held(Pairs)
    for number in range(2):
        budget.keep(batch(number), old)
        budget.keep(batch(number), dropped)
    budget.settle()
    assert not any(on_disk(old) + on_disk(dropped))
    del dropped
    for number in range(2):
        budget.keep(batch(number), new)
    budget.settle()
    assert not any(on_disk(old) + on_disk(new))
    budget.keep(batch(2), new)
    budget.settle()
    assert on_disk(old) == [True, False]
    assert on_disk(new) == [False] * 3
    assert [int(loaded(one).a[0]) for one in old.batches] == [0, 1]
    budget.close()


def test_an_array_of_several_tables_counts_once(tmp_path: Path) -> None:
    """Columns that tables share, and parts of one array, are no more memory."""
    budget = MemoryBudget(2 * SIZE, lambda table: file(table, tmp_path / "x"))
    held, again = Held(Pairs), Held(Pairs)
    whole = batch(1)
    budget.keep(whole, held)
    assert budget.more(whole.slice(3, 9)) == 0
    assert budget.more(batch(2)) == SIZE
    for _ in range(5):
        budget.keep(whole.slice(0, 500), again)
    budget.settle()
    assert not any(on_disk(held) + on_disk(again))
    budget.close()


def test_a_full_disk_reaches_who_makes_the_table() -> None:
    """What cannot be written is said by whoever waits for it."""

    def full(_: object) -> Filed[Pairs]:
        raise OutputError("no space")

    budget = MemoryBudget(SIZE, full)
    held = Held(Pairs)
    for number in range(2):
        budget.keep(batch(number), held)
    with pytest.raises(OutputError, match="no space"):
        budget.settle()
    budget.close()
