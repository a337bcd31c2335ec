r"""
What of a text a check leaves out: marked paragraphs, quotations, sections.

A mark is a comment of HTML, in text and Markdown alike (of MDX also `{/* dedup: ignore */}`), and
may give a reason after it:

    <!-- dedup: ignore -->         in a paragraph: this one; on a line of its own: the next one
    <!-- dedup: ignore-next -->    the next paragraph
    <!-- dedup: ignore-start -->   from here to the next ignore-end, or to the end of the text

Marks in fenced and indented code, and in backticks, are examples and mark nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from dedup.text.lines import split
from dedup.text.markdown import front_matter
from dedup.text.normalising import normalise_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it import MarkdownIt

    from dedup.text.lines import Row, Span

MARKED = "marked in the text"
QUOTED = "a quotation"
SECTION = "in the section {}"
PATH = "its path is left out"

_WORD = (
    r"dedup:\s*ignore(?P<{0}>-next|-start|-end|)(?!\w|-\w)"
    r"\s*(?:[:,\u2013\u2014]|-(?!->))?\s*(?P<{0}_why>"
)
_MARK = re.compile(
    rf"<!--\s*{_WORD.format('html')}(?:(?!-->).)*?)\s*-->"
    rf"|\{{/\*\s*{_WORD.format('mdx')}(?:(?!\*/).)*?)\s*\*/\}}",
    re.DOTALL,
)
_QUOTED_LINE = re.compile(r"[ \t]{0,3}>")
_MAY_QUOTE = re.compile(r"(?:^|[\n\r])[ \t*+\d.)-]*>")


class LeftOut(NamedTuple):
    """A stretch of a text that is left out, in code points, and why."""

    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What of a text's lines matters here, as ranges of lines from 0, half-open."""

    code: tuple[Span, ...] = ()
    """Fenced and indented code."""
    quotations: tuple[Span, ...] = ()
    sections: tuple[tuple[int, int, str], ...] = ()
    """Sections by their titles, each to the next heading of its level."""


def left_out(
    text: str,
    paragraphs: Sequence[Row],
    *,
    markdown: bool,
    quotations: bool,
    sections: Iterable[str],
) -> tuple[list[LeftOut], int]:
    """
    Find what is left out of a text that is cut into `paragraphs`.

    The second value is the line of an `ignore-start` that nothing closes; 0 where there is none.
    """
    # Most texts hold nothing of the kind.
    titles = frozenset(map(_title, sections))
    marked = "dedup:" in text
    quotations = quotations and ">" in text and _MAY_QUOTE.search(text) is not None
    if not (marked or quotations or titles):
        return [], 0
    # Lines, and what of them is code, a quotation or a section.
    lines = split(text)
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    layout = _of_markdown(lines, text) if markdown else _of_text(lines, titles)

    def spans(ranges: Iterable[Span]) -> list[Span]:
        """Turn ranges of lines into code points."""
        return [(starts[first], min(starts[past], len(text))) for first, past in ranges]

    out: list[LeftOut] = []
    open_line = 0
    if marked:
        found, opened = _marked(text, paragraphs, spans(layout.code))
        out += found
        open_line = text.count("\n", 0, opened) + 1 if opened is not None else 0
    if quotations:
        out += [LeftOut(start, end, QUOTED) for start, end in spans(layout.quotations)]
    for first, past, title in layout.sections:
        if _title(title) in titles:
            [(start, end)] = spans([(first, past)])
            out.append(LeftOut(start, end, SECTION.format(title)))
    return out, open_line


def _title(title: str) -> str:
    """Return a title as it is compared: normalised, without the numbers before it."""
    words = normalise_text(title).split(" ")
    while len(words) > 1 and words[0].isdecimal():
        del words[0]
    return " ".join(words)


def _marked(
    text: str, paragraphs: Sequence[Row], code: Sequence[Span]
) -> tuple[list[LeftOut], int | None]:
    """Find what marks take out, and where an `ignore-start` stands that nothing closes."""
    out: list[LeftOut] = []
    opened: int | None = None
    reason = MARKED
    for mark in _MARK.finditer(text):
        # An example of a mark is none.
        in_code = any(start <= mark.start() < end for start, end in code)
        in_ticks = text.startswith("`", mark.start() - 1) and text.startswith("`", mark.end())
        if in_code or in_ticks:
            continue
        word = mark["html"] if mark["mdx"] is None else mark["mdx"]
        said = " ".join((mark["html_why"] or mark["mdx_why"] or "").split())
        why = f"{MARKED}: {said}" if said else MARKED
        if word == "-start" and opened is None:
            opened, reason = mark.start(), why
        elif word == "-end" and opened is not None:
            out.append(LeftOut(opened, mark.end(), reason))
            opened = None
        elif word in {"", "-next"}:
            row = _paragraph_of(mark, text, paragraphs, only_next=word == "-next")
            if row is not None:
                out.append(LeftOut(row[0], row[1], why))
    if opened is not None:
        out.append(LeftOut(opened, len(text), reason))
    return out, opened


def _paragraph_of(
    mark: re.Match[str], text: str, paragraphs: Sequence[Row], *, only_next: bool
) -> Row | None:
    """Return the paragraph that a mark is about."""
    for row in paragraphs:
        start, end = row[:2]
        if start <= mark.start() < end:
            beside = _MARK.sub("", text[start:end]).strip()
            if beside and not only_next:
                return row
        elif start >= mark.end():
            return row
    return None


def _of_text(lines: Sequence[str], titles: frozenset[str]) -> Layout:
    """Find quoted lines, and sections: from a line that says only their title to the end."""
    quoted = [n for n, line in enumerate(lines) if _QUOTED_LINE.match(line)]
    sections: list[tuple[int, int, str]] = []
    longest = max(map(len, titles), default=0)
    for number, line in enumerate(lines if titles else ()):
        # A line that is much longer than every title is none, and is not normalised.
        if 0 < len(line) <= 2 * longest + 16 and _title(line) in titles:
            sections.append((number, len(lines), line.strip()))
            break
    return Layout((), tuple((n, n + 1) for n in quoted), tuple(sections))


def _of_markdown(lines: Sequence[str], text: str) -> Layout:
    """Find code, block quotations and sections as CommonMark has them."""
    front = front_matter(text)
    source = [line.rstrip("\r").replace("\r", " ") for line in lines]
    if front is not None:
        head = text.count("\n", 0, front[1]) + 1
        source[:head] = [""] * head
    code: list[Span] = []
    quotations: list[Span] = []
    headings: list[tuple[int, int, str]] = []
    tokens = _parser().parse("\n".join(source))
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.map is None:
            continue
        span = (token.map[0], token.map[1])
        if token.type in {"fence", "code_block"}:
            code.append(span)
        elif token.type == "blockquote_open":
            quotations.append(span)
        elif token.type == "heading_open" and token.level == 0 and following is not None:
            headings.append((span[0], int(token.tag[1:]), following.content))
    return Layout(tuple(code), tuple(quotations), tuple(_sections(headings, len(lines))))


def _sections(
    headings: Sequence[tuple[int, int, str]], lines: int
) -> Iterator[tuple[int, int, str]]:
    """Let each heading's section go on to the next heading of its level or a higher one."""
    for at, (first, level, title) in enumerate(headings):
        ends = (line for line, other, _ in headings[at + 1 :] if other <= level)
        yield first, next(ends, lines), title


@cache
def _parser() -> MarkdownIt:
    """Make the parser, which is imported where a text needs it."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").disable(["inline", "text_join"], ignoreInvalid=True)
