"""
Markdown: where front matter and fenced code stand in a text.

They are no paragraphs, and nothing is cut out of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dedup.stages.lines import BOM, WHITE, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

_OPENING = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")


def code(text: str) -> tuple[Span | None, list[Span]]:
    """
    Find the front matter of a Markdown text, and its fenced code.

    A block reaches from the start of its first line (its indentation included) to its last
    character that is not white space.
    """
    if "```" not in text and "~~~" not in text and not text.lstrip(BOM).startswith("---"):
        return None, []
    lines, starts = _split(text)
    head, fences = _blocks(lines)

    def span(first: int, last: int) -> Span:
        low, high = starts[first], starts[last] + len(lines[last])
        return low, low + len(text[low:high].rstrip(WHITE))

    return (span(0, head - 1) if head else None), [span(*fence) for fence in fences]


def _split(text: str) -> tuple[list[str], list[int]]:
    """Cut a text into lines without their ends; give where each begins."""
    lines = text.split("\n") if "\n" in text else text.split("\r")
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return lines, starts


def _blocks(lines: Sequence[str]) -> tuple[int, list[Span]]:
    """Count the lines of the front matter; give first and last line of each fence, from 0."""
    head = 0
    if lines[0].lstrip(BOM).rstrip() == "---":
        closings = (n for n, line in enumerate(lines[1:], 2) if line.rstrip() in ("---", "..."))
        head = next(closings, 0)
    fences, n = [], head
    while n < len(lines):
        opening = _OPENING.match(lines[n].rstrip())
        if opening:
            mark = opening[1]
            closing = re.compile(rf" {{0,3}}{mark[0]}{{{len(mark)},}}[^\S\x1c-\x1f]*\Z")
            rest = range(n + 1, len(lines))
            last = next((k for k in rest if closing.match(lines[k])), len(lines) - 1)
            fences.append((n, last))
            n = last
        n += 1
    return head, fences
