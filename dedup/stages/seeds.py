"""
Bodies -> seeds -> shared seeds -> chains: where two places may share a passage.

A document is one stream of words, across the borders of its paragraphs. Of every few runs of five
words (of ten characters in scripts without spaces) one is a seed, chosen by winnowing (Schleimer,
Wilkerson and Aiken, SIGMOD 2003): any eight equal words in a row have one in common. A place
shares it with the `EARLIEST` places in Order that have it, across documents and within its own: so
the cost is linear in the text, and what a document holds never depends on later ones. At least two
shared seeds on nearly one diagonal, not too close together, are a chain.

Where a document repeats a few words over and over ("x" on 500,000 lines) every place shares its
seeds with every other one. Of such a train a few bursts of seeds are kept, evenly: a chain that
begins there reaches as far as the words are equal.

No seed, chain or passage goes over a wall: boilerplate is one, since it is never mixed with copies,
and so is fenced code. In the copy what a block copy of the kind covers is one too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import Covered, Links, Partners, Seeds, Shared
from dedup.rows import arranged, fresh, rank_within, repeated

if TYPE_CHECKING:
    from dedup.kernels import Laid
    from dedup.model import I8, I32, I64, Bodies, Neighbourhoods, Runs
    from dedup.settings import Settings

WORD = 2
"""Halves of an ordinary word: all lengths are in halves, since two characters of a script without
spaces count as one word."""
LENGTH = 5 * WORD
"""Of a seed."""
WINDOW = 4 * WORD
"""One seed is kept of those that begin within so many."""
KEY_BITS = 40
"""Of the key of a seed."""
EARLIEST = 8
"""Places that a seed is shared with."""
GAP = 45 * WORD
"""From the beginning of one seed of a chain to that of the next, at most: 40 words lie between."""
DRIFT = 20 * WORD
"""How far the next seed may lie off the diagonal of the one before."""
SPREAD = 3 * WORD
"""From the beginning of a chain's first seed to that of its last, at least. Chains of two seeds
that nearly cover each other are stock phrases: half of all chains, one passage in a hundred."""
SHORT = 15
"""Words of a passage below which two seeds may be as close as they like."""
TRAIN = 20 * WORD
"""Places of a seed that lie no further apart are a train: a passage goes over several of them."""
LONG_TRAIN = 64
"""Places of a train, at least, that are kept."""
BURST = 8
"""Places kept in a row: enough for a chain."""
WALL = 2 * GAP
"""What a wall counts: no chain goes over it."""
FAR = 2**31 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """The words of some documents, end to end."""

    units: Laid
    """A row a unit; the texts are rows of the table that the stream was made from."""
    documents: I64
    """First row of each document in the table, and the table's length."""


def stream(rows: Bodies | Neighbourhoods) -> Stream:
    """Read the words of paragraphs; they are sorted by `doc`, each document once."""
    documents = np.append(np.flatnonzero(fresh(rows.doc)), len(rows))
    units = kernels.units(rows.written.data, rows.written.offsets)
    # What stands behind a paragraph's end is fenced code, or it would have no words.
    room = np.where(rows.boilerplate == 0, rows.end - rows.start, 0)
    begin = rows.start.astype(np.int32)
    return Stream(kernels.lay(units, begin, room, documents[:-1], wall=WALL), documents)


def choose_seeds(bodies: Bodies, covered: Covered) -> Seeds:
    """Choose the seeds of every document, and say where a block lies; both sorted by `doc`."""
    words = stream(bodies).units
    rows, keys = kernels.winnow(words, length=LENGTH, window=WINDOW)
    at = words.row[rows]
    document = (np.cumsum(fresh(bodies.doc)) - 1)[at]
    places = (words.places[rows] - words.base[document]).astype(np.int32)
    # The words of a large document take more room than its seeds: they go first.
    del words, document, rows
    return Seeds(keys, bodies.doc[at], bodies.no[at], places, barred(bodies, covered)[at])


def barred(bodies: Bodies, covered: Covered) -> I8:
    """Say of each paragraph which kinds of copies cover it: 1 across, 2 within, 3 both."""
    kinds = np.zeros(len(bodies), np.int8)
    rows = np.searchsorted(bodies.doc, covered.doc) + covered.no
    np.bitwise_or.at(kinds, rows, (1 << covered.within).astype(np.int8))
    return kinds


def share(seeds: Seeds, published: int) -> Shared:
    """
    Point from each place of a seed to the earliest ones that have it; sorted by `key`.

    Not from where a block copy of the kind lies: what stands there a million times costs nothing.
    """
    seeds = thinned(arranged(seeds, seeds.key, seeds.doc, seeds.at))
    starts = np.flatnonzero(fresh(seeds.key))
    key_first = np.repeat(starts, np.diff(starts, append=len(seeds)))
    own = np.flatnonzero(fresh(seeds.key, seeds.doc))
    doc_first = np.repeat(own, np.diff(own, append=len(seeds)))
    here = np.arange(len(seeds))
    rows, places = [], []
    across = (1, key_first, doc_first - key_first)
    within = (2, doc_first, here - doc_first)
    for kind, first, earlier in (across, within):
        free = (seeds.doc >= published) & (seeds.barred & kind == 0)
        count = np.where(free, np.minimum(earlier, EARLIEST), 0)
        row, step = repeated(count)
        rows.append(row)
        places.append(first[row] + step)
    row, place = np.concatenate(rows), np.concatenate(places)
    return Shared(seeds.doc[row], seeds.doc[place], seeds.no[row], seeds.at[row], seeds.at[place])


def thinned(seeds: Seeds) -> Seeds:
    """Keep some bursts of each long train of a seed; sorted by `key`, `doc`, `at`."""
    new = fresh(seeds.key, seeds.doc)
    new[1:] |= np.diff(seeds.at) > TRAIN
    starts = np.flatnonzero(new)
    steps = np.diff(starts, append=len(seeds)) // LONG_TRAIN
    if not (steps > 1).any():
        return seeds
    train = np.cumsum(new) - 1
    burst = (np.arange(len(seeds)) - starts[train]) // BURST
    return seeds.take(burst % np.maximum(steps, 1)[train] == 0)


def covered(runs: Runs) -> Covered:
    """Name the paragraphs that block copies cover."""
    run, step = repeated(runs.last - runs.first + 1)
    within = (runs.copy == runs.source).astype(np.int8)
    return Covered(runs.copy[run], (runs.first[run] + step).astype(np.int32), within[run])


def link(shared: Shared, covered: Covered, settings: Settings) -> Links:
    """Chain the seeds that two documents share outside of block copies; both sorted by copy."""
    pair = np.cumsum(fresh(shared.copy, shared.source)) - 1
    shared = shared.take(np.bincount(pair, minlength=1)[pair] > 1)
    low, high = covered_neighbours(shared, covered)
    unnumbered = np.zeros(len(shared), np.int64)
    found = Links(shared.copy, shared.source, unnumbered, shared.at, shared.of, low, high)
    found = found.take(low < shared.no)
    found = arranged(found, found.copy, found.source, found.low, found.at, found.of)
    chains = kernels.chain(
        np.cumsum(fresh(found.copy, found.source, found.low)),
        found.of.astype(np.int64),
        found.at.astype(np.int64),
        (found.copy == found.source).astype(np.uint8),
        gap=GAP,
        drift=DRIFT,
        length=LENGTH,
    )
    found = replace(found, chain=chains - (np.arange(len(chains)) - rank_within(found.copy)))
    spread = SPREAD if settings.min_group_words >= SHORT else 1
    # The row of a chain's first seed names it, so the first of its rows is the earliest.
    last = np.zeros(len(chains), np.int32)
    np.maximum.at(last, chains, found.at)
    long = (last - found.at)[chains] >= spread
    return arranged(found.take(long), chains[long])


def covered_neighbours(shared: Shared, covered: Covered) -> tuple[I32, I32]:
    """
    Find the covered paragraphs around each shared seed: the last up to it, the first after it.

    A seed that begins in a covered paragraph has its own one. Both sorted by copy.
    """
    low, high = np.full(len(shared), -1, np.int32), np.full(len(shared), FAR, np.int32)
    for within in (0, 1):
        rows = np.flatnonzero((shared.copy == shared.source) == within)
        here = covered.take(covered.within == within)
        if not len(rows) or not len(here):
            continue
        # Documents of the batch by number, so that document and paragraph fit into one word.
        names = np.unique(np.concatenate([here.doc, shared.copy[rows]]))
        codes = np.sort(np.searchsorted(names, here.doc) << 32 | here.no)
        mine = np.searchsorted(names, shared.copy[rows])
        after = np.searchsorted(codes, mine << 32 | shared.no[rows], "right")
        codes = np.concatenate([[-1], codes, [FAR << 32]])
        before, behind = codes[after], codes[after + 1]
        low[rows] = np.where(before >> 32 == mine, before & FAR, -1)
        high[rows] = np.where(behind >> 32 == mine, behind & FAR, FAR)
    return low, high


def partners(links: Links) -> Partners:
    """Name the documents that must be seen together; rows sorted by copy, source."""
    new = fresh(links.copy, links.source)
    copy, source = links.copy[new], links.source[new]
    alone = np.setdiff1d(copy, copy[copy == source])
    return Partners(np.concatenate([copy, alone]), np.concatenate([source, alone]))
