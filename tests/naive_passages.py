"""
What passages promise, as slow obvious code: every repeat is found, and no rule is broken.

Seeds and chains are no promise but a way to keep one, so they do not stand here. `missing` compares
every word of a document with every word of the earlier ones; `faults` reads one report against the
specification's clause Passage.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import naive

if TYPE_CHECKING:
    from collections.abc import Iterator

WITHIN_WORDS = 50
EDGE = 6
"""Halves of words that are equal at both ends of a passage: three words."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Word:
    """A word of a document, or a character of a script without spaces."""

    text: str
    halves: int
    start: int
    end: int
    paragraph: int


def stream(document: naive.Document) -> list[Word]:
    """Give the words of all paragraphs with their offsets, as the original text has them."""
    out = []
    for paragraph in document.paragraphs:
        at = paragraph.start
        for piece in document.text[paragraph.start : paragraph.end].split():
            start = document.text.index(piece, at)
            at = start + len(piece)
            out += [
                Word(text, halves, start + a, start + b, paragraph.no)
                for text, halves, a, b in pieces(piece)
            ]
    return out


def pieces(written: str) -> Iterator[tuple[str, int, int, int]]:
    """Cut a piece without white space into words; format characters inside do not part it."""
    cuts: list[list[int]] = []
    for at, c in enumerate(written):
        alone = naive.is_unspaced(c)
        letter = bool(naive.normalise(c)) and naive.category(c) != "Cf"
        if naive.category(c) == "Cf":
            continue
        if letter and cuts and cuts[-1][2] == 1 and not alone:
            cuts[-1][1] = at + 1
        elif letter or naive.category(c)[0] == "M":
            if naive.category(c)[0] == "M" and cuts and cuts[-1][2] >= 0:
                cuts[-1][1] = at + 1
            else:
                cuts.append([at, at + 1, 0 if alone else 1])
        else:
            cuts.append([at, at, -1])
    for start, end, kind in cuts:
        if kind >= 0:
            text = naive.normalise(written[start:end])
            yield text, len(text) if kind == 0 else 2, start, end


def missing(texts: dict[str, str], groups: list[Any], **settings: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    """
    Give the repeats across documents that are in no finding: document and text.

    Looked for word for word, outside of boilerplate and of what blocks show in the copy.
    """
    corpus = naive.read(texts, settings)
    least = corpus.settings.min_group_words
    streams = [stream(document) for document in corpus.documents]
    blocks = spans(groups, "block")
    found = spans(groups, "passage")
    out = []
    for rank, copy in enumerate(corpus.documents):
        if rank < corpus.settings.published:
            continue
        clear = [
            is_clear(corpus, rank, word) and not inside(word, blocks.get(copy.path, []))
            for word in streams[rank]
        ]
        taken = [inside(word, found.get(copy.path, [])) for word in streams[rank]]
        for earlier in range(rank):
            open_words = [is_clear(corpus, earlier, word) for word in streams[earlier]]
            for first, past in repeats(streams[earlier], open_words, streams[rank], clear):
                for a, b in uncovered(first, past, taken):
                    words = streams[rank][a:b]
                    if sum(word.halves for word in words) >= 2 * least:
                        out.append((copy.path, copy.text[words[0].start : words[-1].end]))
    return out


def is_clear(corpus: naive.Corpus, rank: int, word: Word) -> bool:
    """Tell a word that is not in boilerplate."""
    return (rank, word.paragraph) not in corpus.boilerplate


def repeats(
    source: list[Word], open_source: list[bool], copy: list[Word], open_copy: list[bool]
) -> Iterator[Span]:
    """Give the longest stretches of the copy that stand in the source word for word."""
    lengths: dict[int, int] = {}
    for j in range(len(copy) + 1):
        then = {}
        for i in range(len(source)):
            if j < len(copy) and open_source[i] and open_copy[j] and source[i].text == copy[j].text:
                then[i + 1] = lengths.get(i, 0) + 1
        for i, length in lengths.items():
            if i + 1 not in then:
                yield j - length, j
        lengths = then


def uncovered(first: int, past: int, taken: list[bool]) -> Iterator[Span]:
    """Give the parts of a stretch that are not taken."""
    edges = [first - 1, *(n for n in range(first, past) if taken[n]), past]
    yield from ((a + 1, b) for a, b in pairwise(edges) if b > a + 1)


def spans(groups: list[Any], unit: str) -> dict[str, list[Span]]:
    """Give the copies across documents by document."""
    out: dict[str, list[Span]] = {}
    for group in groups:
        if group.kind == "across" and group.unit == unit:
            for copy in group.copies:
                out.setdefault(copy.document, []).append((copy.start, copy.end))
    return out


def inside(word: Word, stretches: list[Span]) -> bool:
    """Tell whether a word lies in one of some stretches."""
    return any(start <= word.start and word.end <= end for start, end in stretches)


def faults(texts: dict[str, str], groups: list[Any], **settings: Any) -> list[str]:  # noqa: ANN401
    """Give the rules that passages break."""
    corpus = naive.read(texts, settings)
    ranks = {document.path: document.rank for document in corpus.documents}
    out = []
    for group in groups:
        if group.unit != "passage":
            continue
        parts = [copy.of or group.keeper for copy in group.copies]
        smallest = (min(part.start for part in parts), max(part.end for part in parts))
        if (group.keeper.start, group.keeper.end) != smallest:
            out.append(f"{group.id}: the keeper is not the smallest stretch")
        for copy, part in zip(group.copies, parts, strict=True):
            there, here = ranks[group.keeper.document], ranks[copy.document]
            for rule, kept in rules(corpus, group.kind, (there, part), (here, copy)).items():
                if not kept:
                    out.append(f"{group.kind} {copy.document} {copy.start}-{copy.end}: {rule}")
    return out + overlapping(groups)


def rules(
    corpus: naive.Corpus, kind: str, source: tuple[int, Any], copy: tuple[int, Any]
) -> dict[str, bool]:
    """Give what holds of a source and its copy: the rank of a document, and a stretch of it."""
    (there, part), (here, place) = source, copy
    first, second = covered(corpus, there, part), covered(corpus, here, place)
    least = corpus.settings.min_group_words
    within = kind == "within"
    places = [(there, word) for word in first] + [(here, word) for word in second]
    return {
        "source and copy touch": not within or (here == there and part.end <= place.start),
        "the source is no earlier document": within or there < here,
        "a published document holds a copy": here >= corpus.settings.published,
        "too short": min(halves(first), halves(second))
        >= 2 * max(least, within * WITHIN_WORDS) - 1,
        "the ends differ": edge(first, second) and edge(first[::-1], second[::-1]),
        "boilerplate inside": all(is_clear(corpus, rank, word) for rank, word in places),
        "no word borders": (place.start, place.end) == (second[0].start, second[-1].end),
    }


def overlapping(groups: list[Any]) -> list[str]:
    """Name passages whose copy overlaps another copy of the kind."""
    copies = [
        (group.kind, copy.document, copy.start, copy.end, group.unit)
        for group in groups
        if group.kind != "boilerplate"
        for copy in group.copies
    ]
    return [
        f"{a[:4]} overlaps {b[:4]}"
        for n, a in enumerate(copies)
        for m, b in enumerate(copies)
        if n != m and a[4] == "passage" and a[:2] == b[:2] and a[2] < b[3] and b[2] < a[3]
    ]


def covered(corpus: naive.Corpus, rank: int, place: Any) -> list[Word]:  # noqa: ANN401 - or a part
    """Give the words of a stretch."""
    return [
        word
        for word in stream(corpus.documents[rank])
        if place.start < word.end and word.start < place.end
    ]


def halves(words: list[Word]) -> int:
    """Count halves of words."""
    return sum(word.halves for word in words)


def edge(first: list[Word], second: list[Word]) -> bool:
    """Tell whether two stretches begin with three equal words."""
    equal = 0
    for a, b in zip(first, second, strict=False):
        if a.text != b.text:
            break
        equal += a.halves
    return equal >= EDGE
