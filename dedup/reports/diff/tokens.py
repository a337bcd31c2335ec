"""
A text -> its tokens: words, signs, and in scripts without spaces characters.

Words are those of Unicode's word segmentation (UAX 29), which the `regex` package knows; after an
elided article ("l'homme") it parts them, as the standard advises for French and Italian. A sign is
what the specification calls one; a number with its points and commas is one token ("4,500.75"), and
no token begins or ends inside a grapheme. Two tokens are equal where their strict forms are: case,
accents, punctuation, white space and normal form play no part. A paragraph without words and signs
is one token that counts nothing.

Every token owns the text from its edge to the next one's: the punctuation and white space behind
it, and the opening punctuation before it. So tokens hold the text whole.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, compress, groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np
import regex

from dedup import kernels
from dedup.text.hyphens import BROKEN, joined
from dedup.text.normalising import normalise_text
from dedup.text.same_text import words_of
from dedup.text.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from dedup.text.lines import Row, Span

_BORDER = regex.compile(r"\b", regex.WORD | regex.VERSION1)
_GRAPHEME = regex.compile(r"\X")
_JOINING = regex.compile(r"[^\x00-\u02ff\u2000-\u200a\u2010-\u2027\u2030-\u205e\u20a0-\u20cf]")
"""Characters that may be inside a grapheme; without one every character is one."""
_ALONE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_WORDLIKE = regex.compile(r"[\p{L}\p{M}\p{N}]")
_PART = regex.compile(r"[\p{L}\p{M}\p{N}\p{Cf}]+")
_ELIDED = regex.compile(
    r"\p{L}{1,2}['\u2019](?=h)|\p{L}+['\u2019](?=[aeiouy\u00e0-\u00ff\u0153])", regex.IGNORECASE
)
"""An elided word before a vowel, or, where it is short, before an h."""
_APOSTROPHE = regex.compile("['\u2019]")
_LEADING = regex.compile(r"(?:[\p{Ps}\p{Pi}\u00a1\u00bf]+|(?<=\s)[\p{Ps}\p{Pi}]\s|(?<=\s)\S+)\Z")
"""Punctuation that opens what follows it."""

_POINTS = ".,:/\u066b\u066c"
"""Signs between two digits."""

SIGN, WORDLESS = "\0", "\1"
"""How the key of a sign begins, and that of a paragraph without words and signs."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text and its tokens, column by column."""

    text: str
    extents: Sequence[Row]
    """Its paragraphs: start, end, first and last line."""
    keys: list[str]
    """What tokens are compared by."""
    starts: list[int]
    ends: list[int]
    paragraph: list[int]
    """The paragraph of each token, from 0."""

    def __len__(self) -> int:
        return len(self.keys)

    def edges(self) -> list[int]:
        """Return where the text of each token begins, and the end of the last one's."""
        edges = [0] if self.keys else []
        for at in range(1, len(self.keys)):
            end, start = self.ends[at - 1], self.starts[at]
            border = self.extents[self.paragraph[at]][0]
            if end <= border:
                edges.append(border)
                continue
            leading = _LEADING.search(self.text[end:start]) if start - end > 1 else None
            edges.append(end + leading.start() if leading else start)
        return [*edges, len(self.text)]

    def sentences(self) -> list[int]:
        """Return the tokens that begin a sentence, and the number of tokens."""
        begins: set[int] = set()
        for start, end, _, _ in self.extents:
            for first, _ in sentences(self.text[start:end]):
                begins.add(bisect_left(self.starts, start + first))
        return sorted(begins | {0, len(self)})

    def fitted(self, vocabulary: Collection[str]) -> Tokens:
        """
        Cut or join the tokens that another text, of this vocabulary, writes in other parts.

        A word that a hyphen breaks at a line's end is joined where the other text has it whole; one
        that punctuation divides ("don't") is cut where the other text does not have it.
        """
        own = set(self.keys)
        divided = {key for key in own if " " in key and key not in vocabulary}
        hyphens = [found.start() for found in BROKEN.finditer(self.text)]
        # Only tokens that may be cut, and those behind a hyphen, are looked at.
        some = [at for at, key in enumerate(self.keys) if key in divided] if divided else []
        some += [at for hyphen in hyphens if (at := bisect_left(self.starts, hyphen)) < len(self)]
        out = Tokens(self.text, self.extents, [], [], [], [])
        done = 0
        for at in sorted(set(some)):
            out._extend(self, done, at)
            out._fit(self, at, vocabulary)
            done = at + 1
        out._extend(self, done, len(self))
        return out

    def _extend(self, other: Tokens, first: int, last: int) -> None:
        """Take over tokens as they are."""
        self.keys.extend(other.keys[first:last])
        self.starts.extend(other.starts[first:last])
        self.ends.extend(other.ends[first:last])
        self.paragraph.extend(other.paragraph[first:last])

    def _fit(self, other: Tokens, at: int, vocabulary: Collection[str]) -> None:
        """Take over a token: joined with the one before it, cut, or as it is."""
        key, start, end = other.keys[at], other.starts[at], other.ends[at]
        if self.keys and start - self.ends[-1] > 1:
            whole = joined(self.text[self.starts[-1] : end])
            if whole.isalpha() and normal(whole) in vocabulary:
                self.keys[-1], self.ends[-1] = normal(whole), end
                return
        words = key.split(" ")
        parts = [found.span() for found in _PART.finditer(self.text, start, end)]
        if key in vocabulary or len(words) != len(parts):
            words, parts = [key], [(start, end)]
        self.keys.extend(words)
        self.starts.extend(first for first, _ in parts)
        self.ends.extend(last for _, last in parts)
        self.paragraph.extend([other.paragraph[at]] * len(parts))


def tokens_of(text: str, extents: Sequence[Row]) -> Tokens:
    """Cut the paragraphs of a text into tokens."""
    found = Tokens(text, extents, [], [], [], [])
    signs = _signs(text, extents)
    at = 0
    for number, (start, end, _, _) in enumerate(extents):
        own = []
        while at < len(signs) and signs[at][0] < end:
            own.append((signs[at][0] - start, signs[at][1] - start, signs[at][2]))
            at += 1
        before = len(found)
        cuts, keys = _cut(text[start:end], own)
        found.keys.extend(filter(None, keys))
        found.starts.extend(start + cut for cut in compress(cuts, keys))
        found.ends.extend(start + cut for cut in compress(cuts[1:], keys))
        if len(found) == before:
            found.keys.append(WORDLESS + "".join(text[start:end].split()))
            found.starts.append(start)
            found.ends.append(end)
        found.paragraph.extend([number] * (len(found) - before))
    return found


@lru_cache(maxsize=1 << 16)
def normal(word: str) -> str:
    """Normalise a word."""
    return normalise_text(word)


@lru_cache(maxsize=1 << 16)
def halves(key: str) -> int:
    """Count the halves of words in a token: two a word, one a character that stands alone."""
    if key.startswith(WORDLESS):
        return 0
    if SIGN in key:
        # Of a number with its points the digits are words of their own.
        return sum(halves(part[1:]) for part in (SIGN + " " + key).split(SIGN)[1:] if part[1:])
    return sum(size for _, size in words_of(key))


def _signs(text: str, extents: Sequence[Row]) -> list[tuple[int, int, str]]:
    """Find the signs of all paragraphs: where each begins and ends, and what tells it."""
    raw = text.encode("utf-8", "surrogatepass")
    data = np.frombuffer(raw, np.uint8)
    leads = np.append(np.flatnonzero((data & 0xC0) != 0x80), len(data))
    spans = np.array([row[:2] for row in extents], np.int64).reshape(-1, 2)
    found = kernels.signs(data, leads[spans[:, 0]], leads[spans[:, 1]])
    starts, ends = (np.searchsorted(leads, side) for side in (found.starts, found.ends))
    told = map(chr, found.told.tolist())
    return list(zip(starts.tolist(), ends.tolist(), told, strict=True))


def _cut(body: str, signs: Sequence[tuple[int, int, str]]) -> tuple[list[int], list[str]]:
    """Cut a paragraph: where its parts begin and the last one ends, and a key for each token."""
    cuts = [0, *accumulate(map(len, _BORDER.split(body)))]
    more = [at for sign in signs for at in sign[:2]]
    more += _alone(body, cuts) if _ALONE.search(body) else ()
    more += _elided(body, cuts) if "'" in body or "\u2019" in body else ()
    cuts = sorted({*cuts, *more}) if more else cuts
    if _JOINING.search(body):
        whole = {found.start() for found in _GRAPHEME.finditer(body)} | {len(body)}
        cuts = [cut for cut in cuts if cut in whole]
    # A point or comma between two digits joins what stands on either side of it.
    points = {at for start, end, told in signs if told in _POINTS for at in (start, end)}
    cuts = [cut for cut in cuts if cut not in points] if points else cuts
    keys = [normal(body[start:end]) for start, end in pairwise(cuts)]
    for at, inner in groupby(signs, key=lambda sign: bisect_right(cuts, sign[0]) - 1):
        keys[at] = _key(body, cuts[at], cuts[at + 1], inner)
    return cuts, keys


def _key(body: str, start: int, end: int, signs: Iterable[tuple[int, int, str]]) -> str:
    """Return the strict form of a stretch: its words, and its signs behind a mark."""
    key, at = "", start
    for first, last, told in signs:
        key += normal(body[at:first]) + SIGN + told
        at = last
    return key + normal(body[at:end])


def _alone(body: str, borders: Sequence[int]) -> Iterator[int]:
    """Yield the borders of characters that stand alone."""
    for start, end in pairwise(borders):
        if _ALONE.search(body, start, end):
            yield from (found.start() for found in _GRAPHEME.finditer(body, start, end))


def _elided(body: str, borders: Sequence[int]) -> Iterator[int]:
    """Yield the ends of elided words."""
    for found in _APOSTROPHE.finditer(body):
        start = borders[bisect_right(borders, found.start()) - 1]
        end = borders[bisect_right(borders, found.start())]
        if elided := _ELIDED.match(body, start, end):
            yield elided.end()


def spans_of(tokens: Tokens) -> list[Span]:
    """Return the first and the last token, half-open, of each paragraph."""
    firsts = [bisect_left(tokens.paragraph, n) for n in range(len(tokens.extents) + 1)]
    return list(pairwise(firsts))
