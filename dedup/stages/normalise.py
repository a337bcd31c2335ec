"""
Paragraphs -> their normalised forms -> one row for each distinct text.

Identical paragraphs collapse here, before anything costs: a paragraph that stands in 50,000
places is one text from here on. The digest is BLAKE2b (RFC 7693) of the normalised UTF-8, 128
bits: a collision, even a sought one, is out of reach, so equal digests are equal texts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from dedup import kernels
from dedup.model import Forms, Places, Strings, Texts
from dedup.rows import fresh
from dedup.stages.hyphens import joined_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dedup.model import I64, Paragraphs
    from dedup.settings import Settings

T = TypeVar("T", Forms, Texts)
PARAGRAPH = 32
"""Bits for the number of a paragraph in its document."""


def normalise(paragraphs: Paragraphs, settings: Settings) -> Forms:
    """Normalise every paragraph, count its words and take its digest."""
    written, characters = paragraphs.written, paragraphs.end - paragraphs.start
    if settings.join_hyphens:
        written, characters = joined_all(written, characters)
    data, offsets, words = kernels.normalise(written.data, written.offsets, characters)
    first, second = kernels.digest(data, offsets)
    return Forms(paragraphs.doc, paragraphs.no, words, first, second, Strings(data, offsets))


def first_places(forms: Forms) -> Forms:
    """Keep the first place of each distinct text; rows come sorted by digest, then in Order."""
    return forms.take(fresh(forms.digest, forms.digest2))


def collapse(firsts: Forms, forms: Forms) -> Texts:
    """Give the text at each first place, unnumbered; both in Order."""
    places, wanted = (some.doc << PARAGRAPH | some.no for some in (forms, firsts))
    first = forms.take(np.searchsorted(places, wanted))
    return Texts(
        np.full(len(first), -1),
        first.doc,
        first.no,
        first.words,
        first.digest,
        first.digest2,
        first.normal,
    )


def numbered(batches: Iterable[Texts]) -> Iterator[Texts]:
    """Give each text its rank; batches come in Order of first places."""
    rank = 0
    for batch in batches:
        text = np.arange(rank, rank + len(batch))
        rank += len(batch)
        yield Texts(
            text, batch.doc, batch.no, batch.words, batch.digest, batch.digest2, batch.normal
        )


def without_normal(table: T) -> T:
    """Leave the normalised text behind where only its digest is needed."""
    return replace(table, normal=Strings.empty(len(table)))


def place(forms: Forms, texts: Texts) -> Places:
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
