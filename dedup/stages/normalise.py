"""
Paragraphs -> their normalised forms -> one row for each distinct text.

Identical paragraphs collapse here, before anything costs: a paragraph that stands in 50,000
places is one text from here on. The digest is BLAKE2b (RFC 7693) of the normalised UTF-8, 128
bits: a collision, even a sought one, is out of reach, so equal digests are equal texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import Forms, FormsByDigest, Normals, Places, Ranks, Strings, Texts
from dedup.rows import fresh
from dedup.stages.hyphens import joined_all

if TYPE_CHECKING:
    from dedup.model import I64, Paragraphs
    from dedup.settings import Settings

PARAGRAPH = 32
"""Bits for the number of a paragraph in its document."""


def normalise(paragraphs: Paragraphs, settings: Settings) -> tuple[Forms, Normals]:
    """Normalise every paragraph, count its words and take its digest."""
    written, characters = paragraphs.written, paragraphs.end - paragraphs.start
    if settings.join_hyphens:
        written, characters = joined_all(written, characters)
    data, offsets, words = kernels.normalise(written.data, written.offsets, characters)
    first, second = kernels.digest(data, offsets)
    return (
        Forms(paragraphs.doc, paragraphs.no, words, first, second),
        Normals(paragraphs.doc, paragraphs.no, Strings(data, offsets)),
    )


def first_places(forms: Forms) -> tuple[Forms, FormsByDigest]:
    """
    Keep the first place of each distinct text, and all places as they are sorted.

    Rows come sorted by digest, then in Order.
    """
    return forms.take(fresh(forms.digest, forms.digest2)), FormsByDigest(**forms.columns())


def numbered(firsts: Forms, ranks: I64) -> Ranks:
    """Number each text by its rank; rows come in Order of first places."""
    return Ranks(ranks, **firsts.columns())


def collapse(ranks: Ranks, normals: Normals) -> Texts:
    """Put the normalised text of its first place beside each rank; both in Order."""
    places, wanted = (some.doc << PARAGRAPH | some.no for some in (normals, ranks))
    return Texts(**ranks.columns(), normal=normals.normal.take(np.searchsorted(places, wanted)))


def ranks_of(texts: Texts) -> Ranks:
    """Leave the characters behind where only what is known of a text is needed."""
    return Ranks(**{name: getattr(texts, name) for name in Ranks.names()})


def place(forms: FormsByDigest, texts: Ranks) -> Places:
    """Find the rank of the text at each place; both sorted by digest."""
    # Digests are equal in pairs of halves; texts hold each once, so a row's text is the only one
    # with its first half, or, once in 2^64, one of a few neighbours.
    at = np.searchsorted(texts.digest, forms.digest)
    while True:
        off = texts.digest2[at] != forms.digest2
        if not off.any():
            break
        at = at + off
    return Places(forms.doc, forms.no, texts.text[at], forms.words, np.zeros(len(forms), np.int8))


def without_rest(written: Strings, characters: I64) -> Strings:
    """Cut each string after its first `characters` code points."""
    ends = kernels.prefixes(written.data, written.offsets, characters)
    return written.pieces(written.offsets[:-1], ends)
