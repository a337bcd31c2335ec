"""
Finds -> the id of each group, in the order of the report, and where its copies are.

`id` names a group within one result, `fingerprint` a finding for good: both are the first 16 hex
digits of SHA-256 (FIPS 180-4) over the kind, a newline and the normalised text.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import KINDS, Copied, Strings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.model import Finds


def identity(kind: str, normal: bytes) -> str:
    """Return the first 16 hex digits of SHA-256 over kind, a newline and the normalised text."""
    return sha256(kind.encode() + b"\n" + normal).hexdigest()[:16]


def distinct_ids(ids: Iterable[str]) -> Iterator[str]:
    """Number those that were there before: `-2`, `-3`."""
    seen: dict[str, int] = defaultdict(int)
    for one in ids:
        seen[one] += 1
        yield one if seen[one] == 1 else f"{one}-{seen[one]}"


def copied(finds: Iterable[Finds]) -> tuple[list[str], Copied]:
    """
    Return the ids of all groups in the report's order, and its copies, sorted by `doc`, `start`.

    Finds are sorted by group; a batch may end inside one. No text is held.
    """
    ids: list[str] = []
    order = [np.zeros((5, 0), np.int64)]
    copies = []
    for batch in finds:
        keeps = batch.copy == 0
        group = np.cumsum(keeps) + len(ids) - 1
        head = batch.take(keeps)
        ids += _identities(head)
        order.append(np.stack([head.unit, -head.end, head.kind, head.start, head.doc]))
        rows = batch.take(~keeps)
        part = rows.part
        where = rows.doc, rows.start, rows.end, rows.kind, rows.unit, group[~keeps]
        copies.append(Copied(*where, rows.source, part[:, 4], part[:, 5]))
    ranks = np.lexsort(np.concatenate(order, axis=1))
    place = np.empty(len(ids), np.int64)
    place[ranks] = np.arange(len(ids))
    every = Copied.concat(copies)
    every = replace(every, group=place[every.group])
    every = every.take(np.lexsort((every.group, every.start, every.doc)))
    return list(distinct_ids(ids[rank] for rank in ranks.tolist())), every


def _identities(keepers: Finds) -> Iterator[str]:
    written = keepers.written
    data, offsets, _ = kernels.normalise(written.data, written.offsets)
    for kind, normal in zip(keepers.kind.tolist(), Strings(data, offsets).raws(), strict=True):
        yield identity(KINDS[kind], normal)
