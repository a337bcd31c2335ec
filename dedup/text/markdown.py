r"""
Markdown: what of a text is no prose, and where its tables stand, as CommonMark nests them.

Front matter, code, HTML, definitions of links and footnotes are no paragraphs, and nothing is cut
out of them. Nor are formulas between lines of `$$` or `\begin` and `\end`, directives (`:::`), and
what MDX imports, exports and composes: half of such a block would break the page. A table is one
paragraph.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dedup.text.lines import BOM, WHITE, Span, split
from dedup.text.long_paragraphs import LONGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

_PREFIX = r"(?m)(?:^|\r)\ufeff*(?:[ \t>*+-]|\d{1,9}[.)])*"
"""Where a block may begin: after marks of lists and quotes."""
_MAY_OPEN = re.compile(rf"{_PREFIX}(?: {{4}}|\t|`{{3}}|~{{3}}|[<:$\\]|import\b|export\b)")
_MAY_BE_TABLE = re.compile(rf"{_PREFIX}[|:-][-:| \t]*\r?$")

_NESTED = 60
"""Levels of quotes and lists (which count twice) that are looked into; what is deeper is prose."""
_CODE = {
    *("fence", "code_block", "html_block"),
    *("definition", "footnote_reference_open", "syntax"),
}
"""The parser's names for what is no prose."""
_MODULE = re.compile(
    r"""import\s+(?:["'{*]|type\s|[\w$]+(?:\s*,\s*(?:\{|\*).*)?\s+from\b)"""
    r"""|export\s+(?:default|const|let|var|function|async|class|type|interface)\b"""
    r"""|export\s*[{*]|</?[A-Z][\w.]*(?:[\s/>]|$)|<>"""
)
"""A line of JavaScript that begins a block of MDX, which goes on to an empty line."""
_PAIRED = re.compile(r"(\$\$|\\begin\{)(?!.*(?:\$\$|\\end\{))")
_CLOSING = {"$$": "$$", "\\begin{": "\\end{"}
_FORMULA = 100
"""Most lines of a formula."""


class Blocks(NamedTuple):
    """
    What is no prose, in code points.

    A block reaches from the start of its first line (its indentation included) to its last
    character that is not white space.
    """

    front: Span | None = None
    """Front matter."""
    code: Sequence[Span] = ()
    """All other blocks that are no paragraphs."""
    tables: Sequence[Span] = ()


def front_matter(text: str) -> Span | None:
    """Find the front matter: YAML between `---`, TOML between `+++`, or an object of JSON."""
    lead = len(text) - len(text.lstrip(BOM)) if text.startswith(BOM) else 0
    if not text.startswith(("---", "+++", "{"), lead):
        return None
    if text[lead] == "{":
        end = _object_end(text, lead)
        rest = split(text[end:])[0] if end else "x"
        return None if rest.strip() else (0, end)
    lines = split(text)
    mark = lines[0].lstrip(BOM).rstrip()
    closings = {"---": ("---", "..."), "+++": ("+++",)}.get(mark, ())
    at = len(lines[0]) + 1
    for line in lines[1:]:
        if line.rstrip() in closings:
            return 0, at + len(line.rstrip())
        at += len(line) + 1
    return None


def blocks(text: str) -> Blocks:
    """Find the front matter of a Markdown text, what else in it is no prose, and its tables."""
    front = front_matter(text)
    if not _is_parsed(text, front[1] if front else 0):
        return Blocks(front)
    lines = split(text)
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    # The parser sees the lines as we cut them, those of the front matter empty.
    head = sum(start < front[1] for start in starts) if front else 0
    source = [line.rstrip("\r").replace("\r", " ") for line in lines]
    source[:head] = [""] * head
    source[head] = source[head].lstrip(BOM)
    code: list[Span] = []
    tables: list[Span] = []
    past = 0
    for token in _parsed("\n".join(source)):
        kind = "table" if token.type == "table_open" else "code" if token.type in _CODE else ""
        # What lies inside of another block belongs to it.
        if not kind or token.map is None or token.map[0] < past:
            continue
        first, past = token.map
        low, high = starts[first], starts[past - 1] + len(lines[past - 1])
        span = low, low + len(text[low:high].rstrip(WHITE))
        # A long paragraph is cut into pieces, which a table cannot be.
        whole = kind == "table" and span[1] - span[0] <= LONGEST
        (tables if whole else code).append(span)
    return Blocks(front, code, tables)


def _object_end(text: str, at: int) -> int:
    """Return where the object of JSON ends that begins at a place; 0 where none does."""
    try:
        return json.JSONDecoder().raw_decode(text, at)[1]
    except (ValueError, RecursionError):
        return 0


def _is_parsed(text: str, at: int) -> bool:
    """Tell whether from a place on a text has a character that can begin a block or a table."""
    return (
        _MAY_OPEN.search(text, at) is not None
        or text.find("]:", at) >= 0
        or (text.find("|", at) >= 0 and _MAY_BE_TABLE.search(text, at) is not None)
    )


def _parsed(source: str) -> list[Token]:
    """Return the blocks of a text with their lines."""
    parser, tokens = _parser(), list["Token"]()
    parser.block.parse(source, parser, {}, tokens)
    return tokens


@cache
def _parser() -> MarkdownIt:
    """Make the parser, which is imported where a text needs it."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"maxNesting": _NESTED, "inline_definitions": True})
    parser.enable("table").use(footnote_plugin, inline=False, move_to_end=False)
    interrupted = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("reference", "syntax", _syntax, {"alt": interrupted})
    return parser


def _syntax(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: FBT001 - a rule
    """Take a directive, a formula or a block of MDX; `silent` asks whether it ends a paragraph."""
    start = state.bMarks[first] + state.tShift[first]
    if state.src[start : start + 1] not in {":", "$", "\\", "<", "i", "e"}:
        return False
    if state.is_code_block(first):
        return False
    line = state.src[start : state.eMarks[first]]
    past = first + 1
    if paired := _PAIRED.match(line):
        past = _closed(state, first, last, _CLOSING[paired[1]])
    elif not line.startswith(":::"):
        # As HTML of any name, a block of MDX does not end a paragraph.
        if silent or not _MODULE.match(line):
            return False
        while past < last and _goes_on(state, past):
            past += 1
    if past == first:
        return False
    if not silent:
        state.push("syntax", "", 0).map = [first, past]
        state.line = past
    return True


def _closed(state: StateBlock, first: int, last: int, closing: str) -> int:
    """Return the line after that which closes a formula; `first` where none does."""
    last = min(last, first + _FORMULA)
    if state.src.find(closing, state.eMarks[first], state.eMarks[last - 1]) < 0:
        return first
    for line in range(first + 1, last):
        if not _goes_on(state, line):
            break
        if closing in state.src[state.bMarks[line] : state.eMarks[line]]:
            return line + 1
    return first


def _goes_on(state: StateBlock, line: int) -> bool:
    """Tell whether a line belongs to the same list item or quote, and is not empty."""
    return not state.isEmpty(line) and state.sCount[line] >= state.blkIndent
