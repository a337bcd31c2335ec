"""
The buckets of bands: what an index has of texts, or of whole documents, with some keys.

Of a key the first bits are stored, since more are told by the signature that stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup import model as m
from dedup.index.published import GONE
from dedup.rows import fresh, rank_within, repeated
from dedup.stages import candidates
from dedup.stages.equal_documents import among

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from dedup.index.published import Published
    from dedup.index.segment import Segment
    from dedup.stages.candidates import Banding

LAST = candidates.LONG_CROWD + 1
"""Texts of a bucket, behind its first, that later ones may meet: it is a crowd with or without."""
TOGETHER = 1 << 9
"""Keys that are looked up at once: of all of a check the pages read would be many."""


@dataclass(frozen=True, slots=True, eq=False)
class Buckets(m.Table):
    """One row a text, or a document, in one band; sorted by bucket, then in Order."""

    bucket: m.I64
    """As `candidates.buckets` numbers it."""
    text: m.I64
    characters: m.I32
    part: m.I32
    """The segment that has its signature,"""
    at: m.I64
    """and where in it."""


def steps(sketches: m.Sketches, most: int = TOGETHER) -> Iterator[range]:
    """Yield the bands that are looked up at once: one by one it takes longer than all the rest."""
    step = max(1, most // max(1, len(sketches)))
    count = sketches.keys.shape[1] if len(sketches) else 0
    for start in range(0, count, step):
        yield range(start, min(start + step, count))


def own(sketches: m.Sketches, bands: range) -> Buckets:
    """Return in which buckets of some bands incoming texts are."""
    keys = sketches.keys[:, bands.start : bands.stop]
    bucket = candidates.buckets(np.array(bands)[:, np.newaxis], keys.T).reshape(-1)
    text, characters = (np.tile(c, len(bands)) for c in (sketches.text, sketches.characters))
    return Buckets.filled(len(bucket), bucket=bucket, text=text, characters=characters)


def met(buckets: Buckets, banding: Banding, threshold: float) -> m.Pairs:
    """Return the pairs that meet in buckets, whose rows come in order."""
    found = candidates.met_in(buckets.bucket, buckets.characters, banding, threshold)
    return m.Pairs(buckets.text[found.a], buckets.text[found.b])


def in_bands(  # noqa: PLR0913 - what is asked of which bands
    known: Published,
    kind: str,
    bands: range,
    sketches: m.Sketches,
    banding: Banding,
    *,
    chosen: Callable[[m.I64, m.I64], m.I64] | None = None,
    asked: NDArray[np.bool_] | None = None,
) -> Buckets:
    """
    Return what an index has in the buckets of incoming texts, in some bands.

    `kind` is `text` or `document`; of large buckets only what later ones may meet, or the rows that
    are `chosen` of bucket and name. All buckets are `asked` for, or those of which a row a band and
    a column a text say so.
    """
    every = own(sketches, bands).bucket
    rows = np.arange(len(every)) if asked is None else np.flatnonzero(asked)
    # Of each bucket one of the others tells what is equal besides the key.
    buckets, which = np.unique(every[rows], return_index=True)
    band = buckets >> candidates.KEY_BITS
    components = banding.components[band]
    which = rows[which] % max(1, len(sketches))
    wanted = np.take_along_axis(sketches.bits[which], components, 1)
    row, name, part, at = _rows(known, kind, band, stored(buckets))
    sorted_rows = kernels.order([row, name])
    order = np.arange(len(row)) if sorted_rows is None else sorted_rows

    def wrong(rows: m.I64) -> NDArray[np.bool_]:
        signed = _components(known, kind, part[rows], at[rows], components[row[rows]])
        found: NDArray[np.bool_] = (signed != wanted[row[rows]]).any(axis=1)
        return found

    # What is looked at shows by its signature whether all of the key is equal.
    if chosen is not None:
        order = order[~wrong(order)]
        kept = order[chosen(row[order], name[order])]
    else:
        while (others := wrong(kept := order[last_ones(row[order])])).any():
            order = order[~np.isin(order, kept[others])]
    found = Buckets.filled(
        len(kept), bucket=buckets[row[kept]], text=name[kept], part=part[kept], at=at[kept]
    )
    return replace(found, characters=_characters(known, kind, found))


def stored(buckets: m.I64) -> NDArray[np.uint64]:
    """Return the keys of buckets as an index has them: without a sign."""
    return (buckets & (1 << candidates.KEY_BITS) - 1).astype(np.uint64) ^ np.uint64(
        1 << candidates.KEY_BITS - 1
    )


def signatures(known: Published, kind: str, buckets: Buckets, names: m.I64) -> m.Signatures:
    """Return the signatures of those rows of buckets that have some names; sorted."""
    found, firsts = np.unique(buckets.text, return_index=True)
    rows = buckets.take(firsts[np.isin(found, names)])
    bits = np.zeros((len(rows), candidates.COMPONENTS), np.int8)
    for number, segment in enumerate(known.segments):
        mine = np.flatnonzero(rows.part == number)
        bits[mine] = segment[f"{kind}.bits"][rows.at[mine]]
    return m.Signatures(rows.text, bits)


def signatures_of(known: Published, numbers: m.I64) -> m.Signatures:
    """Return the signatures of long texts by number; sorted."""
    found = [m.Signatures.empty()]
    for part in known.segments:
        signed_ones = part["text.row"].all()
        mine = numbers[(numbers >= part.first_text) & (numbers < part.first_text + part.texts)]
        found.append(m.Signatures(mine, part["text.bits"][np.searchsorted(signed_ones, mine)]))
    return m.Signatures.concat(found)


def last_ones(key: m.I64) -> m.I64:
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


def _rows(
    known: Published, kind: str, band: m.I64, keys: NDArray[np.uint64]
) -> tuple[m.I64, m.I64, m.I64, m.I64]:
    """Return what may have one of some keys: the row of the key, name, segment and place there."""
    none = np.zeros(0, np.int64)
    tables = [(none, none, none, none)]
    for number, part in enumerate(known.segments):
        size = len(part[f"{kind}.row"])
        first, past = part.keys(kind).find(band, keys, candidates.KEY_BITS)
        row, step = repeated(past - first)
        at = part[f"{kind}.sorted"][band[row] * size + first[row] + step]
        name = _names(known, kind, part, at)
        alive = np.flatnonzero(name != GONE)
        tables.append((row[alive], name[alive], np.full(len(alive), number), at[alive]))
    row, name, part_no, at = (np.concatenate(columns) for columns in zip(*tables, strict=True))
    return row, name, part_no, at


def _names(known: Published, kind: str, part: Segment, at: m.I64) -> m.I64:
    """Return what the signatures of a segment are of; `GONE` where that meets nothing."""
    own: m.I64 = part[f"{kind}.row"][at]
    if kind == "text":
        return known.first[own]
    name = known.order[part.first_doc + own]
    return np.where(among(name, known.alike), GONE, name) if len(known.alike) else name


def _components(
    known: Published, kind: str, part: m.I64, at: m.I64, components: m.I32
) -> NDArray[np.int8]:
    """Return some components of the signatures at places of segments, a row each."""
    found = np.zeros(components.shape, np.int8)
    for number, segment in enumerate(known.segments):
        mine = np.flatnonzero(part == number)
        found[mine] = segment[f"{kind}.bits"][at[mine, np.newaxis], components[mine]]
    return found


def _characters(known: Published, kind: str, rows: Buckets) -> m.I32:
    """Return how long each text is."""
    found = np.zeros(len(rows), np.int32)
    for number, segment in enumerate(known.segments):
        mine = np.flatnonzero(rows.part == number)
        signed = rows.at[mine]
        texts = signed if kind == "document" else segment["text.row"][signed] - segment.first_text
        found[mine] = segment[f"{kind}.characters"][texts]
    return found
