"""
Paragraphs that share words -> how alike they are, and why a report tells of them or does not.

The similarity is the report's. Whether two paragraphs that match are a finding is asked as a report
asks it: they, and those that match directly beside them, need so many words in all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dedup.reports.diff.pairing import ALIKE
from dedup.reports.diff.parts import Likeness
from dedup.reports.diff.sides import paragraph_pairs
from dedup.reports.diff.tokens import SIGN, WORDLESS
from dedup.stages.verify import similarity
from dedup.text.same_text import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dedup.reports.diff.order import Order
    from dedup.reports.diff.parts import Keeps, Part, Verdict
    from dedup.reports.diff.sides import Side
    from dedup.settings import Settings

    Pair = tuple[int, int]


def with_likenesses(
    parts: Iterable[Part], left: Side, right: Side, order: Order, settings: Settings
) -> tuple[Part, ...]:
    """Tell of every part how alike its paragraphs are."""
    partners = _partners(left, right, order)
    words = left.words, right.words
    alike = {
        (p, q): similarity(left.normals[p], right.normals[q])
        for p, some in partners.items()
        for q in some
    }
    matching = {
        pair
        for pair, value in alike.items()
        if (
            min(words[0][pair[0]], words[1][pair[1]]) >= settings.min_words
            and value >= settings.threshold
        )
        or value == 1
    }
    out: list[Part] = []
    for part in parts:
        if part.a is None or part.b is None:
            out.append(part)
            continue
        pairs = [
            (p, q)
            for p in range(part.a.paragraphs[0] - 1, part.a.paragraphs[1])
            for q in partners.get(p, ())
            if part.b.paragraphs[0] <= q + 1 <= part.b.paragraphs[1]
        ]
        if len(pairs) > 1:
            # The lines of wrapped text are not alike one by one, nor are scattered sentences.
            pairs = [pair for pair in pairs if alike[pair] >= ALIKE]
        found = tuple(
            Likeness(
                p + 1,
                q + 1,
                alike[p, q],
                _verdict((p, q), words, matching, settings),
                _keeps(left, right, (p, q)),
            )
            for p, q in pairs
        )
        out.append(replace(part, likenesses=found))
    return tuple(out)


def _partners(left: Side, right: Side, order: Order) -> dict[int, list[int]]:
    """Return the paragraphs of B that share words with each of A, in their order."""
    out: dict[int, list[int]] = {}
    for p, q in paragraph_pairs(left, right, order.a)[0].tolist():
        out.setdefault(p, []).append(q)
    return out


def _verdict(
    pair: Pair, words: tuple[Sequence[int], Sequence[int]], matching: set[Pair], settings: Settings
) -> Verdict:
    """Tell whether a report finds a pair, and if not, why."""
    if pair not in matching:
        few = min(words[0][pair[0]], words[1][pair[1]]) < settings.min_words
        return "short" if few else "below"
    if settings.boilerplate_documents <= 2:
        return "boilerplate"
    # What matches directly before and behind belongs to the same finding.
    total = [words[0][pair[0]], words[1][pair[1]]]
    for step in (-1, 1):
        p, q = pair[0] + step, pair[1] + step
        while (p, q) in matching and min(total) < settings.min_group_words:
            total[0] += words[0][p]
            total[1] += words[1][q]
            p, q = p + step, q + step
    return "finding" if min(total) >= settings.min_group_words else "short"


def _keeps(left: Side, right: Side, pair: Pair) -> Keeps:
    """Tell what differs first between two paragraphs, in the order that a clean asks."""
    one, two = left.normals[pair[0]], right.normals[pair[1]]
    if one != two and numbers(one) != numbers(two):
        return "number"
    keys = [
        side.tokens.keys[slice(*side.paragraphs[number])]
        for side, number in zip((left, right), pair, strict=True)
    ]
    signs = [
        [
            part[0]
            for key in own
            if SIGN in key and key[:1] != WORDLESS
            for part in key.split(SIGN)[1:]
        ]
        for own in keys
    ]
    if signs[0] != signs[1]:
        return "sign"
    return "equal" if one == two else "words"
