"""
Shingles and their hash, for one text: what a signature is made of, spelt out.

The hash is 32 bits wide and made for short strings. It takes eight bytes a step, little-endian and
filled up with zeros, begins with the length, and a step is an exclusive or, a multiplication by an
odd constant and high bits onto low ones: the pattern of MurmurHash3's 64-bit finaliser, two more
rounds of which end it. It is no defence against shingles that were chosen to collide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.text import normalising

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 6
"""Letters of a shingle, unless told: measured in `stages/candidates.py`."""
WIDE_BYTES = (0xE3, 0xE9)
"""First bytes of the characters U+3000 to U+9FFF, Han and kana, in UTF-8. Each counts for two
letters: a word has about two of them, and six would be three words, which few edits leave alone."""
MULTIPLIER = 0x9E3779B97F4A7C15
"""2**64 divided by the golden ratio."""
FINAL_MULTIPLIERS = (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53)
"""Those of MurmurHash3's 64-bit finaliser. With one alone some bits changed a third of the time."""
_MASK = (1 << 64) - 1
_SURROGATES = "surrogatepass"


def shingles(text: str, *, size: int = SIZE, words: bool = False) -> list[bytes]:
    """
    Return the n-grams of a normalised text in the order of the text, repeats included, as UTF-8.

    From each character they are *size* letters long, a Han or kana character counting for two, or,
    with *words*, as long as *size* words: from the beginning of the first to the end of the last,
    where a character of a script without spaces is a word. A text that is shorter is one shingle;
    an empty one has none. A *size* below 1 is a `ValueError`.
    """
    if size < 1:
        message = f"a shingle needs at least 1 unit, not {size}"
        raise ValueError(message)
    if words:
        spans = normalising.unit_spans(text)
        pairs = zip(spans, spans[size - 1 :], strict=False)
        found = [text[start:end] for (start, _), (_, end) in pairs]
    else:
        found = list(_letters(text, size))
    return [shingle.encode(errors=_SURROGATES) for shingle in found or [text] if text]


def _letters(text: str, size: int) -> Iterator[str]:
    """Yield from each character the shortest stretch of *size* letters."""
    end = letters = 0
    for start, first in enumerate(text):
        while letters < size:
            if end == len(text):
                return
            letters += _count(text[end])
            end += 1
        yield text[start:end]
        letters -= _count(first)


def _count(character: str) -> int:
    """Return for how many letters a character counts."""
    first, last = WIDE_BYTES
    return 1 + (first <= character.encode(errors=_SURROGATES)[0] <= last)


def shingle_hash(shingle: bytes) -> int:
    """Return the hash of a shingle, 0 to 2**32 - 1: a `hashfunc` for `datasketch.MinHash`."""
    return wide_hash(shingle) & 0xFFFFFFFF


def wide_hash(shingle: bytes) -> int:
    """Return all 64 bits of the hash of a shingle, of which `shingle_hash` is the lower half."""
    mixed = len(shingle)
    for at in range(0, len(shingle), 8):
        mixed ^= int.from_bytes(shingle[at : at + 8], "little")
        mixed = mixed * MULTIPLIER & _MASK
        mixed ^= mixed >> 32
    for multiplier in FINAL_MULTIPLIERS:
        mixed = mixed * multiplier & _MASK
        mixed ^= mixed >> 32
    return mixed
