"""
The signatures of an index, for datasketch: those of its distinct long paragraphs, made anew.

An index holds a byte of each of the 128 components, which is enough to compare; datasketch takes
all 32 bits. A signature is that of `dedup.minhash(paragraph)`, whoever computes it: datasketch's
"affine32" over `dedup.shingles`, hashed by `dedup.shingle_hash`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import kernels
from dedup.report import Place
from dedup.stages.normalise import PARAGRAPH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from datasketch import LeanMinHash, MinHashLSH

    from dedup import model as m
    from dedup.index.published import Published

BATCH = 1024
"""Texts that are signed at once."""
BANDS = (42, 3)
"""Bands and their rows in a `MinHashLSH`: of paragraphs with a similarity of .80 it finds .955, of
short ones .935 (measured in `stages/candidates.py`); 84 overlapping bands, as an index has, are
more than it can."""


def signed(known: Published) -> Iterator[tuple[m.I64, list[LeanMinHash]]]:
    """Yield the long texts of an index by their first places, in Order, with their signatures."""
    texts = np.sort(known.first[known.first >= 0])
    texts = texts[known.words(texts) >= known.settings.min_words]
    for start in range(0, len(texts), BATCH):
        some = texts[start : start + BATCH]
        yield some, signatures_of(known.normals(some))


def signatures_of(normal: m.Strings) -> list[LeanMinHash]:
    """Return the signatures of normalised texts."""
    from datasketch import LeanMinHash

    rows = kernels.sketch(normal.data, normal.offsets).view(np.uint32)
    return [LeanMinHash(seed=1, scheme="affine32", hashvalues=row) for row in rows]


def named(known: Published, texts: m.I64) -> list[Place]:
    """Return the first places of texts as a report names them."""
    docs, at = np.unique(texts >> PARAGRAPH, return_inverse=True)
    facts = known.facts(docs)
    names = list(zip(facts.path.list(), facts.record.list(), strict=True))
    numbers = (texts & ((1 << PARAGRAPH) - 1)) + 1
    return [
        Place(names[row][0], names[row][1] or None, number)
        for row, number in zip(at.tolist(), numbers.tolist(), strict=True)
    ]


def key_of(place: Place) -> bytes:
    """Return the key of a text where keys are bytes: its first place, as JSON."""
    return json.dumps([place.document, place.record, place.paragraph]).encode()


def lsh_of(config: Mapping[str, Any] | None) -> MinHashLSH:
    """
    Return datasketch's index in a storage, as it is there.

    NOTE: no key is pickled, which would let whoever writes to the storage run code here.
    """
    from datasketch import MinHashLSH

    return MinHashLSH(
        num_perm=128, params=BANDS, storage_config=dict(config or MEMORY), prepickle=False
    )


MEMORY = {"type": "dict"}


def inserted(
    lsh: MinHashLSH, known: Published, key: Callable[[Place], Any]
) -> Iterator[tuple[m.I64, list[Any]]]:
    """Put the texts of an index into one of datasketch, and yield them with their keys."""
    with lsh.insertion_session() as session:
        for texts, signatures in signed(known):
            keys = list(map(key, named(known, texts)))
            for own, signature in zip(keys, signatures, strict=True):
                session.insert(own, signature, check_duplication=False)
            yield texts, keys
