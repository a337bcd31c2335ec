"""
What cleaning needs to know of a corpus: tables of the pipeline, read whole, and none of its texts.

Paragraphs are the same text (`--remove`) by matches that the pipeline verified:

    exact    the same characters from start to end
    equal    the same strict form: words and signs in their order
    near     equal, or a match with the same signs and numbers that differs by few words at a time
    match    any match

Those that are the same text whatever else is compared have one number, `same`; what is the same
text without that is a pair of such numbers. A paragraph takes 33 bytes here (37 with `--remove
near`), 45 where its numbers need 64 bits; a match whose one text may go for the other takes 24.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels, near_documents, pipeline
from dedup.cleaning.policy import EQUAL, EXACT, MATCH, NEAR, PARAGRAPH
from dedup.cleaning.tables import ParagraphTable
from dedup.engines.allocator import release_memory
from dedup.engines.interface import Beside
from dedup.model import (
    F64,
    I64,
    Equals,
    Extents,
    Facts,
    HalfRead,
    MarkdownBlocks,
    Matches,
    NormalTexts,
    Pairs,
    Paragraphs,
    Places,
    StrictForms,
    Strings,
    Texts,
)
from dedup.repetitions import repeats
from dedup.rows import fresh, matching, narrow
from dedup.rows import places as places_of
from dedup.stages import strict, twins
from dedup.stages.bodies import all_extents
from dedup.stages.identities import copied
from dedup.stages.verify import normal_texts, similarity, verify
from dedup.text.hyphens import joined
from dedup.text.normalising import count_words, normalise_text
from dedup.text.same_text import same_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from dedup.engines.interface import Engine, Stored
    from dedup.matched import Matched
    from dedup.model import I32, Copied, Documents, Resemblances
    from dedup.settings import Settings

    Compare = Callable[[Iterable[Documents], Settings, str, Engine], "Detection"]
    """Compares documents; the text is what may go (`--remove`)."""


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found, paragraph by paragraph, and what a report would call it."""

    paragraphs: ParagraphTable
    matches: Callable[[], Iterable[Matches]]
    """Returns all matches of distinct long texts, each time anew."""
    removable: Matches
    """Pairs of `paragraphs.same` whose one text may go for the other, sorted by a, b."""
    alike: Matches
    """The similarity of distinct texts that are the same text, sorted by a, b."""
    copies: I64
    """Documents that are equal to an earlier one by their normalised texts, in Order."""
    facts: Facts
    blocks: MarkdownBlocks
    """What of Markdown is no prose."""
    groups: Sequence[str]
    """The ids of the report's groups, in its order."""
    copied: Copied
    """Its copies, sorted by `doc`, `start`."""
    near: tuple[Resemblances, Equals] | None = None
    """Documents that resemble each other, where these go whole: pairs of distinct texts, and the
    documents of the same text as an earlier one."""


def detection(
    documents: Iterable[Documents], settings: Settings, remove: str, engine: Engine
) -> Detection:
    """Compare documents, and return what cleaning needs to know; `remove` says what may go."""
    matched = pipeline.compare(pipeline.read(documents, settings, engine), settings, engine)
    found = detection_of(matched, remove, settings, engine)
    if settings.unit != PARAGRAPH and settings.passages == "off":
        near = near_documents.beside(matched.paragraphs, settings, engine)
        found = replace(found, near=near_documents.tables(near, engine))
    del matched
    release_memory()
    return found


def detection_of(matched: Matched, remove: str, settings: Settings, engine: Engine) -> Detection:
    """
    Gather the tables of the pipeline; `remove` says what may go for what.

    What is the same text does not wait for what a report would show.
    """
    places = Places.concat(engine.fetch(matched.places))
    shown, (paragraphs, removable, alike) = engine.together(
        partial(_copied, matched, settings, engine),
        partial(
            same_paragraphs,
            matched.paragraphs,
            places,
            matched.texts,
            matched.matches,
            remove,
            settings,
            engine,
        ),
    )
    return Detection(
        paragraphs,
        partial(engine.fetch, matched.matches),
        removable,
        alike,
        np.sort(Equals.concat(engine.fetch(matched.equals)).copy),
        Facts.concat(engine.fetch(matched.facts)),
        MarkdownBlocks.concat(engine.fetch(matched.blocks)),
        *shown,
    )


def _copied(matched: Matched, settings: Settings, engine: Engine) -> tuple[Sequence[str], Copied]:
    finds, _, _ = repeats(matched, settings, engine)
    return copied(engine.fetch(finds))


def _paragraphs(
    paragraphs: Stored[Paragraphs],
    places: Places,
    form: I32 | I64,
    same: I32 | I64,
    engine: Engine,
) -> ParagraphTable:
    where = Extents.concat(engine.fetch(engine.map(paragraphs, Extents, all_extents)))
    return ParagraphTable(
        doc=places.doc,
        no=places.no,
        start=narrow(where.start),
        end=narrow(where.end),
        text=narrow(places.text),
        strict=form,
        same=same,
        words=places.words,
        boilerplate=places.boilerplate,
    )


def same_paragraphs(  # noqa: PLR0913 - the tables of a match, and what may go
    paragraphs: Stored[Paragraphs],
    places: Places,
    texts: Stored[Texts],
    matches: Stored[Matches],
    remove: str,
    settings: Settings,
    engine: Engine,
) -> tuple[ParagraphTable, Matches, Matches]:
    """
    Tell which paragraphs are the same text, by `--remove`; `places` has all, in Order.

    Returns them, then the pairs of `same` whose one text may go for the other, and the similarity
    of distinct texts that are the same text: both by a, b.
    """
    number = engine.count(texts)
    formed = partial(
        strict.strict_forms, join_hyphens=settings.join_hyphens, with_signs=remove == NEAR
    )
    stage = strict.as_written if remove == EXACT else formed
    forms = StrictForms.concat(engine.fetch(engine.map(paragraphs, StrictForms, stage)))
    rows = np.searchsorted(places.doc, forms.doc) + forms.no
    wide = places.text.copy()
    wide[rows] = number + number_pairs(forms.strict, forms.strict2)
    form = narrow(wide)
    if remove == MATCH:
        alike = Matches.concat(engine.fetch(matches))
        table = _paragraphs(paragraphs, places, form, narrow(places.text), engine)
        return table, alike, alike
    odd = oddly_equal(form, places.text, rows, texts, engine)
    if remove in (EXACT, EQUAL):
        return _paragraphs(paragraphs, places, form, form, engine), Matches.empty(), odd
    alike = Matches.concat([near_matches(matches, texts, settings, engine), odd])
    alike = alike.take(np.lexsort([alike.b, alike.a]))
    alike = alike.take(fresh(alike.a, alike.b))
    # Texts and their signs: without signs it is the text alone.
    same = places.text.copy()
    same[rows] = number + number_pairs(places.text[rows], forms.signs)
    signs = np.zeros(len(same), np.int64)
    signs[rows] = forms.signs
    removable = with_signs(alike, places.text, same, signs)
    return _paragraphs(paragraphs, places, form, narrow(same), engine), removable, alike


def number_pairs(first: I64, second: I64) -> I64:
    """Number the distinct pairs of two columns from 0."""
    order = np.lexsort([second, first])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.cumsum(fresh(first[order], second[order])) - 1
    return rank


def near_matches(
    matches: Stored[Matches], texts: Stored[Texts], settings: Settings, engine: Engine
) -> Matches:
    """Return the matches that differ by few words at a time and by no number; by a, b."""
    normals = engine.map(texts, NormalTexts, normal_texts)
    beside = Beside(normals, ("a", "b", "text"), HalfRead)
    pairs = engine.map(matches, Pairs, bare_pairs)
    near = engine.pairwise(pairs, beside, Matches, partial(same_texts, settings=settings))
    found = Matches.concat(engine.fetch(near))
    return found.take(np.lexsort([found.b, found.a]))


def bare_pairs(matches: Matches) -> Pairs:
    """Take the texts of matches alone."""
    return Pairs(matches.a, matches.b)


def same_texts(
    pairs: Pairs, first: NormalTexts, second: NormalTexts, settings: Settings
) -> Matches:
    """Keep the pairs whose texts are near, with their similarity; texts are sorted."""
    a = first.normal.take(places_of(first.text, pairs.a))
    b = second.normal.take(places_of(second.text, pairs.b))
    both, rows = Strings.concat([a, b]), np.arange(len(pairs))
    same = kernels.same_text_at(both.data, both.offsets, rows, len(pairs) + rows)
    return verify(pairs.take(same), first, second, settings)


def oddly_equal(
    form: I32 | I64, text: I64, rows: I64, texts: Stored[Texts], engine: Engine
) -> Matches:
    """
    Return the pairs of distinct texts that share a strict form, by a, b: "10² m" and "10 ² m".

    `rows` are the paragraphs that have signs: no others can.
    """
    order = np.lexsort([text[rows], form[rows]])
    rows = rows[order]
    rows = rows[fresh(form[rows], text[rows])]
    rows = rows[np.isin(form[rows], form[rows][1:][~fresh(form[rows])[1:]])]
    row, at = matching(form[rows].astype(np.int64), form[rows].astype(np.int64))
    a, b = text[rows[row]], text[rows[at]]
    pairs = np.unique(np.stack([a[a < b], b[a < b]], axis=1), axis=0)
    if not len(pairs):
        return Matches.empty()
    wanted = np.unique(pairs)
    known: dict[int, str] = {}
    for batch in engine.fetch(engine.map(texts, Texts, partial(twins.some, wanted=wanted))):
        known |= zip(batch.text.tolist(), batch.normal.list(), strict=True)
    values = [similarity(known[x], known[y]) for x, y in pairs.tolist()]
    return Matches(pairs[:, 0], pairs[:, 1], np.array(values))


def with_signs(alike: Matches, text: I64, same: I64, signs: I64) -> Matches:
    """Return the pairs of `same` whose texts are alike and whose signs are equal; by a, b."""
    _, first = np.unique(same, return_index=True)
    text, same, signs = text[first], same[first], signs[first]
    signs = number_pairs(signs, signs)
    wide = int(signs.max(initial=0)) + 1
    order = np.argsort(text * wide + signs)
    text, same, signs = text[order], same[order], signs[order]
    row, at = matching(alike.a, text)
    wanted, keys = alike.b[row] * wide + signs[at], text * wide + signs
    place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    found = keys[place] == wanted if len(keys) else wanted == 0
    a, b = same[at[found]], same[place[found]]
    pairs = Matches(np.minimum(a, b), np.maximum(a, b), alike.similarity[row[found]])
    return pairs.take(np.lexsort([pairs.b, pairs.a]))


def paragraph_similarity(  # noqa: PLR0911 - a level a line
    written: str, kept: str, settings: Settings, remove: str
) -> float | None:
    """Return the similarity of two paragraphs; `None` where one may not go for the other."""
    if written == kept:
        return 1.0
    if remove == EXACT:
        return None
    if settings.join_hyphens:
        written, kept = joined(written), joined(kept)
    text, other = normalise_text(written), normalise_text(kept)
    found = similarity(text, other)
    if remove != MATCH:
        forms, signs = forms_of([written, kept])
        if forms[0] == forms[1]:
            return found
        if remove == EQUAL or signs[0] != signs[1]:
            return None
    if text == other:
        return 1.0
    least = max(settings.min_words, settings.min_group_words)
    if min(count_words(text), count_words(other)) < least or found < settings.threshold:
        return None
    return found if remove == MATCH or same_text(text, other) else None


def forms_of(texts: Sequence[str]) -> tuple[list[tuple[object, ...]], list[int]]:
    """
    Return what is equal for paragraphs of one strict form, and for those of the same signs.

    Words that a hyphen parts at a line end are whole already.
    """
    count = np.arange(len(texts))
    sizes = np.array([len(text) for text in texts])
    zeros = np.zeros(len(texts), np.int64)
    lines = zeros.astype(np.int32)
    table = Paragraphs(zeros, count.astype(np.int32), zeros, sizes, lines, lines, Strings.of(texts))
    forms: list[tuple[object, ...]] = [(normalise_text(text),) for text in texts]
    signs = [0] * len(texts)
    found = strict.strict_forms(table, join_hyphens=False)
    for no, *form, own in zip(
        *(c.tolist() for c in (found.no, found.strict, found.strict2, found.signs)), strict=True
    ):
        forms[no], signs[no] = tuple(form), own
    return forms, signs


def match_ends(matches: Matches) -> tuple[I64, I64]:
    """Return each match from both sides: a text, and the other one."""
    return np.concatenate([matches.a, matches.b]), np.concatenate([matches.b, matches.a])


def keeper_similarities(mine: I32 | I64, others: I32 | I64, alike: Matches, texts: int) -> F64:
    """Return the similarity of texts that are the same text, in pairs; `alike` sorted by a, b."""
    found = np.ones(len(mine))
    far = np.flatnonzero(mine != others)
    both = mine[far].astype(np.int64), others[far].astype(np.int64)
    a, b = np.minimum(*both), np.maximum(*both)
    at = np.searchsorted(alike.a * texts + alike.b, a * texts + b)
    found[far] = alike.similarity[at]
    return found


class RemovableMatches:
    """The texts beside each text; a class since it is asked for them one by one."""

    def __init__(self, matches: Matches, texts: int) -> None:
        """Put the matches beside both of their texts."""
        mine, others = match_ends(matches)
        self._others = others[np.lexsort([others, mine])]
        self._first = np.zeros(texts + 1, np.int64)
        np.cumsum(np.bincount(mine, minlength=texts), out=self._first[1:])

    def near(self, text: int, some: Collection[int]) -> list[int]:
        """Return those of some texts that are the same text as this one, without itself."""
        others = self._others[self._first[text] : self._first[text + 1]]
        if len(others) <= len(some):
            return [other for other in others.tolist() if other in some]
        asked = np.fromiter(some, np.int64, len(some))
        at = np.minimum(np.searchsorted(others, asked), len(others) - 1)
        found: list[int] = asked[others[at] == asked].tolist()
        return found
