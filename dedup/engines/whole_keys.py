"""
Sorted record batches -> tables in which no key is split: what a task of a cluster goes through.

Rows come sorted by key, some at a time, wherever batches happen to end. What is left of a batch's
last key waits for the next batch, so a stage sees each key whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dedup.model import I64, Table

WORTH = 4 << 20
"""Bytes of rows that are put together for one call of a stage."""


class Side(NamedTuple):
    """Sorted rows of one table."""

    keys: I64
    """The first key of each."""
    rows: Table


def whole_keys(batches: Iterable[Sequence[Side]]) -> Iterator[list[Table]]:
    """
    Yield tables of all sides, one range of keys after the other.

    A batch has rows of every side, perhaps none, in one order of keys over all. Ranges without
    rows of the first side are left out.
    """
    waiting: list[Sequence[Side]] = []
    size, enough = 0, WORTH
    for sides in batches:
        waiting.append(sides)
        size += sum(side.rows.nbytes for side in sides)
        if size < enough:
            continue
        # All but the last key are whole; one key may be more than a call is worth.
        last = max(int(side.keys[-1]) for side in sides if len(side.keys))
        done, left = _cut(waiting, last)
        if len(done[0]):
            yield done
        waiting, size = [left], sum(side.rows.nbytes for side in left)
        enough = max(WORTH, 2 * size)
    if waiting:
        rest = [side.rows for side in _joined(waiting)]
        if len(rest[0]):
            yield rest


def _joined(waiting: Sequence[Sequence[Side]]) -> list[Side]:
    """Put what came of each side end to end."""
    return [
        Side(
            np.concatenate([side.keys for side in own]),
            type(own[0].rows).concat(side.rows for side in own),
        )
        for own in zip(*waiting, strict=True)
    ]


def _cut(waiting: Sequence[Sequence[Side]], last: int) -> tuple[list[Table], list[Side]]:
    """Part the rows before the key `last` from those that have it."""
    done, left = [], []
    for keys, rows in _joined(waiting):
        at = int(np.searchsorted(keys, last))
        done.append(rows.slice(0, at))
        left.append(Side(keys[at:], rows.slice(at, len(rows))))
    return done, left
