"""
A paragraph -> its sentences, in code points, without the white space between them.

Only a border that is beyond doubt counts: text is removed between two of them. So a full stop after
fewer than four letters or digits ends no sentence, for it may be that of an abbreviation or of a
number, and none ends before a small letter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.text.lines import Span

_END = re.compile(
    r"(?P<mark>[.!?…؟۔।]+)(?:\s?»|[\"'”’)\]])*(?=\s)|[。！？]+[」』”’）]*"  # noqa: RUF001
)
_SPACE = re.compile(r"\s+")
REACH = 200
"""Characters of a sentence that are shown before and behind a part of it."""
_SHORTEST = 4
"""Letters and digits before a full stop that is no abbreviation's."""


def sentences(text: str) -> list[Span]:
    """Return the sentences of one paragraph, in order; together they hold all but white space."""
    out: list[Span] = []
    start = len(text) - len(text.lstrip())
    for found in _END.finditer(text):
        end = found.end()
        following = end + len(text[end:]) - len(text[end:].lstrip())
        if following == len(text):
            break
        if _ends(text, found) and not text[following].islower():
            out.append((start, end))
            start = following
    last = len(text.rstrip())
    return [*out, (start, last)] if start < last else out


def beginning(text: str, at: int) -> int:
    """
    Find where the sentence begins that a character of a paragraph belongs to.

    Of a long one it is a border of words, `REACH` characters before at most.
    """
    low = max(0, at - REACH)
    *before, own = sentences(text[low : at + 1]) or [(at - low, at - low)]
    if low and not before:
        gap = _SPACE.search(text, low, at)
        return gap.end() if gap else low
    return min(low + own[0], at)


def ending(text: str, at: int) -> int:
    """Find where the sentence ends that the character before `at` belongs to; as `beginning`."""
    low, high = max(0, at - _SHORTEST * 2), min(len(text), at + REACH)
    past = next((low + end for _, end in sentences(text[low:high]) if low + end >= at), at)
    if high < len(text) and past >= len(text[:high].rstrip()):
        gaps = [gap.start() for gap in _SPACE.finditer(text, at, high)]
        return gaps[-1] if gaps else high
    return past


def _ends(text: str, found: re.Match[str]) -> bool:
    if found["mark"] != ".":
        return True
    before = at = found.start()
    while before and text[before - 1].isalnum() and at - before < _SHORTEST:
        before -= 1
    return at == before or at - before >= _SHORTEST
