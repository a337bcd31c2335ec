"""
Copies whose paragraphs are others: merged, split by sentence, wrapped, quoted.

What no finding covers is told apart: white space and punctuation between findings and at the ends
of a text; stretches under 20 words, which are too short to be a passage; and what is neither.
"""

from __future__ import annotations

import random
import re
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.text.normalising import normalise_text
from measures.articles import MOST, find
from measures.corpora import Corpus, table
from measures.tables import Table, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dedup.group import Group, Occurrence, Part
    from dedup.report import Report

WRAP, QUOTED, COPIED, CUT = 80, 20, 200, 600
CLOSE = 3
"""Characters by which an end may be off."""
SENTENCE = re.compile(r"(?<=[.!?…])\s+")
BEFORE, BEHIND = (
    "Il a ensuite déclaré devant les journalistes : « ",
    " », avant de quitter la salle.",
)


def wrapped(text: str) -> str:
    """Wrap paragraphs, with blank lines between."""
    return "\n\n".join(textwrap.fill(line, WRAP) for line in text.split("\n") if line.strip())


FORMS: dict[str, Callable[[str], str]] = {
    "merged into one line": lambda text: " ".join(text.split("\n")),
    "split by sentence": lambda text: "\n".join(SENTENCE.split(text.replace("\n", " "))),
    "wrapped at 80 columns": wrapped,
}
"""How the second copy is written."""
KINDS = ("no word", f"fewer than {QUOTED} words in a row", f"{QUOTED} words or more")


class Side(NamedTuple):
    """One copy of an article, and which of its characters are in a finding with the other one."""

    text: str
    mark: np.ndarray


def segments(corpus: Corpus) -> list[Table]:
    """Cut the second copy of articles up anew, quote a sentence: is it found, and how exactly?"""
    dice = random.Random(1)  # noqa: S311 - no secret
    texts = [text for text in map(corpus.bare, corpus.documents.text.list()) if len(text) > CUT]
    unlike = _unlike(texts)
    dice.shuffle(unlike)
    some, hosts = unlike[:COPIED], unlike[COPIED : 2 * COPIED]
    rows, left = [], []
    for name, change in FORMS.items():
        second = [change(text) for text in some]
        names = [f"{kind}{at:04}" for kind in "ab" for at in range(len(some))]
        pairs, pieces = _marked(find(table([*some, *second], names)), some, second)
        rows.append((name, len(some), *_figures(pairs), share(pieces, len(pairs))))
        left.append((name, *_uncovered(pairs)))
    columns = ("second copy", "articles", "found", "characters of both sides")
    columns += ("letters and digits of both sides", "off at the ends", "ends within 3 characters")
    return [
        Table("Copies cut up anew, default settings", (*columns, "pieces"), rows),
        Table("What no finding covers, share of all characters", ("second copy", *KINDS), left),
        _quotes(some, hosts, dice),
    ]


def _unlike(texts: list[str]) -> list[str]:
    """Leave out the texts that share something with another one: their copies would have a choice."""
    report = find(table(texts, [str(at) for at in range(len(texts))]))
    shared = {name.document for pair in report.overlaps for name in (pair.a, pair.b)}
    return [text for at, text in enumerate(texts) if str(at) not in shared]


def _copies(report: Report) -> Iterator[tuple[Group, Part | Occurrence, Occurrence]]:
    """Give what is found across documents: group, part of the keeper, copy."""
    for group in report.groups:
        for copy in group.copies if group.kind == "across" else ():
            yield group, copy.of or group.keeper, copy


def _marked(
    report: Report, first: list[str], second: list[str]
) -> tuple[list[tuple[Side, Side]], int]:
    """Mark what findings cover on both sides of each pair, and count them."""
    sides = [[Side(t, np.zeros(len(t), bool)) for t in texts] for texts in (first, second)]
    pieces = 0
    for group, part, copy in _copies(report):
        source, target = group.keeper.document, copy.document
        if source[0] == "a" and target[0] == "b" and source[1:] == target[1:]:
            at = int(source[1:])
            sides[0][at].mark[part.start : part.end] = True
            sides[1][at].mark[copy.start : copy.end] = True
            pieces += 1
    return list(zip(*sides, strict=True)), pieces


def _figures(pairs: list[tuple[Side, Side]]) -> tuple[int, float, float, float, float]:
    """Measure what is covered, and where it ends."""
    sides = [side for pair in pairs for side in pair]
    letters = [np.array([c.isalnum() for c in side.text]) for side in sides]
    covered = sum(int(side.mark.sum()) for side in sides)
    words = sum(int((side.mark & of).sum()) for side, of in zip(sides, letters, strict=True))
    off = [edge for side in sides if side.mark.any() for edge in _edges(side)]
    return (
        sum(bool(pair[1].mark.any()) for pair in pairs),
        share(covered, sum(len(side.text) for side in sides)),
        share(words, sum(int(of.sum()) for of in letters)),
        float(np.mean(off)) if off else float("nan"),
        share(sum(edge <= CLOSE for edge in off), len(off)),
    )


def _edges(side: Side) -> tuple[int, int]:
    """Give how far the first and the last covered character are from the text's ends."""
    inside = np.flatnonzero(side.mark)
    left, right = len(side.text) - len(side.text.lstrip()), len(side.text.rstrip())
    return abs(int(inside[0]) - left), abs(right - 1 - int(inside[-1]))


def _uncovered(pairs: list[tuple[Side, Side]]) -> list[float]:
    """Give the share of the characters that no finding covers, by the words in a row."""
    sizes = [0] * len(KINDS)
    sides = [side for pair in pairs for side in pair]
    for side in sides:
        edges = np.flatnonzero(np.diff(side.mark, prepend=True, append=True))
        for start, end in list(pairwise(edges.tolist()))[::2]:
            words = len(normalise_text(side.text[start:end]).split())
            sizes[0 if not words else 1 if words < QUOTED else 2] += end - start
    total = sum(len(side.text) for side in sides)
    return [share(size, total) for size in sizes]


def _quotes(some: list[str], hosts: list[str], dice: random.Random) -> Table:
    """Put 20 words of one article into a paragraph of another, in quotes."""
    quoting, places, of = [], [], []
    for at, (text, host) in enumerate(zip(some, hosts, strict=False)):
        lines = text.split("\n")
        cut = (_stretch(line, dice) for line in dice.sample(lines, len(lines)))
        quote = next(filter(None, cut), None)
        if quote is not None:
            title, _, rest = host.partition("\n")
            head = f"{title}\n{BEFORE}"
            quoting.append(f"{head}{quote}{BEHIND}\n{rest}")
            places.append((len(head), len(head) + len(quote)))
            of.append(f"a{at:04}")
    names = [f"a{at:04}" for at in range(len(some))] + [f"b{at:04}" for at in range(len(quoting))]
    report = find(table([*some, *quoting], names))
    found: dict[int, str] = {}
    close = set()
    for group, _, copy in _copies(report):
        at = int(copy.document[1:])
        if copy.document[0] == "a" or group.keeper.document != of[at]:
            continue
        start, end = places[at]
        if min(end, copy.end) - max(start, copy.start) >= (end - start) * MOST:
            found[at] = group.unit
            if abs(copy.start - start) <= CLOSE and abs(copy.end - end) <= CLOSE:
                close.add(at)
    passages = [at for at, unit in found.items() if unit == "passage"]
    return Table(
        "A sentence of 20 words quoted in another article",
        ("quotes", "found", "share", "as a passage", "its ends within 3 characters"),
        [
            (
                *(len(quoting), len(found), share(len(found), len(quoting)), len(passages)),
                share(len(close & set(passages)), len(passages)),
            )
        ],
        "The others are found as blocks, since their paragraph as a whole is similar enough.",
    )


def _stretch(line: str, dice: random.Random) -> str | None:
    """Take 20 words, as they are counted, out of a line that has more."""
    tokens = line.split()
    first = dice.randrange(max(1, len(tokens) - QUOTED))
    for last in range(first + 1, len(tokens) + 1):
        stretch = " ".join(tokens[first:last])
        if len(normalise_text(stretch).split()) >= QUOTED:
            return stretch
    return None
