"""
The buckets of bands: what an index has of texts, or of whole documents, with some keys.

Of a key the first bits are stored, since more are told by the signature that stands beside it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import model as m
from dedup.index.published import GONE
from dedup.rows import fresh, rank_within, repeated
from dedup.stages import candidates
from dedup.stages.equal_documents import among

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from dedup.index.published import Published
    from dedup.index.segment import Segment
    from dedup.stages.candidates import Banding

LAST = candidates.LONG_CROWD + 1
"""Texts of a bucket, behind its first, that later ones may meet: it is a crowd with or without."""
KEY_BITS = 32
"""Of the key of a band."""


def in_bands(  # noqa: PLR0913 - what is asked of which bands
    known: Published,
    kind: str,
    numbers: range,
    sketches: m.Sketches,
    banding: Banding,
    *,
    chosen: Callable[[m.I64, m.I64], m.I64] | None = None,
    asked: NDArray[np.bool_] | None = None,
) -> Iterator[tuple[m.Bands, m.Signatures]]:
    """
    Yield of each band what shares a key in it with others, sorted by key, then in Order.

    Beside it stand the signatures of the same rows. `kind` is `text` or `document`; of large
    buckets only what later ones may meet, or the rows that are `chosen` of bucket and name. Of the
    keys all are `asked` for, or those of which a row a sketch and a column a band say so. The bands
    are looked up together: one by one it takes as long as all the rest of a check.
    """
    # Of each band and key one of the others tells what is equal besides.
    columns = sketches.keys[:, numbers.start : numbers.stop].T.view(np.uint32).astype(np.int64)
    bands = np.repeat(np.array(numbers), len(sketches)) << KEY_BITS
    rows = np.arange(columns.size) if asked is None else np.flatnonzero(asked.T)
    both, which = np.unique((bands | columns.reshape(-1))[rows], return_index=True)
    band, keys = both >> KEY_BITS, both & ((1 << KEY_BITS) - 1)
    components = banding.components[band]
    which = rows[which] % max(1, len(sketches))
    wanted = np.take_along_axis(sketches.bits[which], components, 1)
    none = np.zeros(0, np.int64)
    tables = [(none, none, none, none)]
    for count, part in enumerate(known.segments):
        size = len(part[f"{kind}.row"])
        found = part.keys(kind).find(band, keys.astype(np.uint64), KEY_BITS)
        row, step = repeated(found[1] - found[0])
        at = part[f"{kind}.sorted"][band[row] * size + found[0][row] + step]
        name = _names(known, kind, part, at)
        alive = np.flatnonzero(name != GONE)
        tables.append((row[alive], name[alive], np.full(len(alive), count), at[alive]))
    row, name, part_no, at = (np.concatenate(columns) for columns in zip(*tables, strict=True))
    order = np.lexsort((name, row))
    # What is looked at shows by its signature whether all of the key is equal.
    while True:
        kept = order[(chosen or last_ones)(row[order], name[order])]
        bits, characters = _signatures(known, kind, part_no[kept], at[kept])
        own = np.take_along_axis(bits, components[row[kept]], 1)
        wrong = (own != wanted[row[kept]]).any(axis=1)
        if not wrong.any():
            break
        order = order[~np.isin(order, kept[wrong])]
    every = m.Bands(keys[row[kept]].astype(np.uint32).view(np.int32), name[kept], characters)
    signatures = m.Signatures(name[kept], bits)
    cuts = np.searchsorted(band[row[kept]], [*numbers, numbers.stop])
    for start, stop in pairwise(cuts.tolist()):
        yield every.slice(start, stop), signatures.slice(start, stop)


def signed(parts: Iterable[m.Signatures]) -> m.Signatures:
    """Put signatures together: that of each text once, sorted."""
    every = m.Signatures.concat(parts)
    return every.take(np.unique(every.text, return_index=True)[1])


def signatures_of(known: Published, numbers: m.I64) -> m.Signatures:
    """Return the signatures of long texts by number; sorted."""
    found = [m.Signatures.empty()]
    for part in known.segments:
        signed_ones = part["text.row"].all()
        mine = numbers[(numbers >= part.first_text) & (numbers < part.first_text + part.texts)]
        found.append(m.Signatures(mine, part["text.bits"][np.searchsorted(signed_ones, mine)]))
    return m.Signatures.concat(found)


def last_ones(key: m.I64, _: m.I64) -> m.I64:
    """Return the rows of each bucket that later ones may meet; rows are sorted by key."""
    starts = np.flatnonzero(fresh(key))
    sizes = np.diff(starts, append=len(key))
    rank = rank_within(key)
    return np.flatnonzero((rank == 0) | (np.repeat(sizes, sizes) - rank <= LAST))


def all_ones(key: m.I64, _: m.I64) -> m.I64:
    """Return all rows of each bucket."""
    return np.arange(len(key))


def those_around(key: m.I64, name: m.I64, names: m.I64) -> m.I64:
    """Return the rows of each bucket that some names meet; rows are sorted by key and name."""
    marked = np.flatnonzero(among(name, names))
    # How far before and after each of them a row counts: as many as make a crowd.
    near = np.zeros(len(key) + 1, np.int64)
    np.add.at(near, np.maximum(marked - LAST, 0), 1)
    np.add.at(near, np.minimum(marked + LAST + 1, len(key)), -1)
    return np.flatnonzero((np.cumsum(near[:-1]) > 0) | fresh(key))


def _names(known: Published, kind: str, part: Segment, at: m.I64) -> m.I64:
    """Return what the signatures of a segment are of; `GONE` where that meets nothing."""
    own: m.I64 = part[f"{kind}.row"][at]
    if kind == "text":
        return known.first[own]
    name = known.order[part.first_doc + own]
    return np.where(among(name, known.alike), GONE, name) if len(known.alike) else name


def _signatures(
    known: Published, kind: str, part_no: m.I64, at: m.I64
) -> tuple[NDArray[Any], m.I32]:
    """Return the signatures at some places of segments, and how long each text is."""
    bits = np.zeros((len(at), candidates.COMPONENTS), np.int8)
    characters = np.zeros(len(at), np.int32)
    for count, part in enumerate(known.segments):
        mine = np.flatnonzero(part_no == count)
        rows = at[mine]
        bits[mine] = part[f"{kind}.bits"][rows]
        own = rows if kind == "document" else part["text.row"][rows] - part.first_text
        characters[mine] = part[f"{kind}.characters"][own]
    return bits, characters
