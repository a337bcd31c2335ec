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


def _ends(text: str, found: re.Match[str]) -> bool:
    if found["mark"] != ".":
        return True
    before = at = found.start()
    while before and text[before - 1].isalnum() and at - before < _SHORTEST:
        before -= 1
    return at == before or at - before >= _SHORTEST
