# ruff: noqa: FBT001, FBT002 - `markdown` is a property of a text, given beside it
"""
The oracle: sections 1 and 2 of the specification as slow, obvious code.

It imports nothing of `dedup`, so that the two can be compared: it normalises with `unicodedata2`
(categories, NFKC, NFKD, NFC) and `regex` (Script; folding of letters newer than Python's own
table), and counts indel distances with rapidfuzz. All else is brute force over all pairs. A
function is named after the clause that it implements, and quotes it where the reading matters.

Documents come as a mapping of path to text or as a list of (path, text), in Order; which path
is that of Markdown `is_markdown` says. A place is (rank of its document from 0, number of its
paragraph from 1).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import combinations, pairwise, product, takewhile
from math import ceil
from typing import Any

import regex  # type: ignore[import-untyped]
import unicodedata2  # type: ignore[import-not-found]
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin
from rapidfuzz.distance import Indel
from regex import _regex

Documents = Mapping[str, str] | Sequence[tuple[str, str]]
Place = tuple[int, int]
Span = tuple[int, int]
Pair = tuple[int, int]
Fields = dict[str, Any]


# --- Normalise ------------------------------------------------------------------------------------

_FOLD = int(regex.FULLCASE | regex.IGNORECASE)
_MARKED = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}]")


@lru_cache(maxsize=1 << 16)
def normalise(t: str) -> str:
    """NFKC, casefold, NFKD; drop marks and format characters; NFC; single spaces; strip."""
    t = unicodedata2.normalize("NFKC", t)
    t = "".join(casefold(c) for c in t)
    t = unicodedata2.normalize("NFKD", t)
    t = unicodedata2.normalize("NFC", without_marks_and_format(t))
    return " ".join("".join(c if category(c)[0] in "LMN" else " " for c in t).split())


@cache
def category(c: str) -> str:
    """General category of one character."""
    return str(unicodedata2.category(c))


@cache
def casefold(c: str) -> str:
    """Full case folding; of letters that Python's table does not know yet, `regex`'s."""
    folded = c.casefold()
    return folded if folded != c or c.isascii() else str(_regex.fold_case(_FOLD, c))


def without_marks_and_format(t: str) -> str:
    """
    Delete the marks (Mn) of Latin, Greek, Cyrillic, Arabic, Hebrew letters, and all format (Cf).

    "Marks (Mn) that follow a letter": also through other Mn and through Cf, else it would not be
    idempotent; not through other marks (Me, Mc).
    """
    out, follows = [], False
    for c in t:
        if category(c) == "Cf" or (category(c) == "Mn" and follows):
            continue
        follows = is_marked_letter(c)
        out.append(c)
    return "".join(out)


@cache
def is_marked_letter(c: str) -> bool:
    """Tell a letter of the five scripts whose marks go."""
    return category(c)[0] == "L" and bool(_MARKED.match(c))


# --- Signs ----------------------------------------------------------------------------------------

_DASHES, _PERCENTS = frozenset("-‐‑‒–−"), frozenset("%‰‱")
_TOLD = dict.fromkeys(_DASHES, "-") | {"٪": "%", "‰": "%", "؉": "%", "؊": "‱"}
_NO_SIGNS = frozenset("|~©®™℗℠") | frozenset(map(chr, range(0x2500, 0x2600)))


def strict(t: str) -> tuple[str, ...]:
    """Words and signs in their order: "the text is cut at its signs, the pieces are normalised"."""
    return tuple(
        item for piece, sign in cut_at_signs(t) for item in (*normalise(piece).split(), *sign)
    )


def signs(t: str) -> tuple[str, ...]:
    """Give the signs alone, in their order."""
    return tuple(c for _, sign in cut_at_signs(t) for c in sign)


def cut_at_signs(t: str) -> Iterator[tuple[str, str]]:
    """
    Yield each stretch of a text without signs with the sign after it, "" at the end.

    The text as written but for format characters (Cf), which normalising deletes first, and but for
    the long solidus (U+0338) after a sign, which is composed ("=" and it are "≠").
    """
    t = "".join(c for c in t if category(c) != "Cf")
    t = regex.sub("(?s).\u0338", lambda pair: composed(pair[0]), t)
    start, before = 0, " "  # a mark counts as what it follows
    for at, c in enumerate(t):
        if is_sign(c, before, t[at + 1 : at + 2] or " "):
            yield t[start:at], told(c)
            start = at + 1
        before = before if category(c)[0] == "M" else c
    yield t[start:], ""


def is_sign(c: str, before: str, after: str) -> bool:
    """Tell a sign by itself and by what stands before and after it."""
    if category(c) in {"No", "Sc", "Sm", "So"}:
        return told(c) not in _NO_SIGNS
    if told(c) == "-":
        return category(after) == "Nd" and category(before)[0] not in "LN"
    if told(c) in set(".,:/٫٬"):
        return category(before) == category(after) == "Nd"
    return told(c) in _PERCENTS or (told(c) == "!" and told(after) == "=")


@cache
def told(c: str) -> str:
    """Tell a sign as NFKC does where that gives one mark of punctuation or one symbol."""
    plain = str(unicodedata2.normalize("NFKC", c))
    c = plain if len(plain) == 1 and category(plain)[0] in "PS" else c
    return _TOLD.get(c, c)


def composed(pair: str) -> str:
    """Compose two characters if they are one in NFKC."""
    one = str(unicodedata2.normalize("NFKC", pair))
    return one if len(one) == 1 else pair


# --- Word -----------------------------------------------------------------------------------------

_UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
    r"|[\p{L}&&[\p{scx=Hiragana}\p{scx=Katakana}]]",
    regex.VERSION1,
)


def unspaced(run: str) -> list[bool]:
    """
    Tell of each character of a run whether it is of a script without spaces.

    By Script; letters that both kana share (the prolonged sound mark) count as kana; "marks
    included": a mark counts as the character that it follows.
    """
    out: list[bool] = []
    for c in run:
        follows = category(c)[0] == "M" and bool(out) and out[-1]
        out.append(follows or is_unspaced(c))
    return out


@cache
def is_unspaced(c: str) -> bool:
    """Tell whether a character, taken alone, is of a script without spaces."""
    return bool(_UNSPACED.match(c))


def units(normalised: str) -> list[tuple[str, int]]:
    """Words with their weight in half words: a character of a script without spaces is one half."""
    out: list[tuple[str, int]] = []
    for run in normalised.split():
        word = ""
        for c, alone in zip(run, unspaced(run), strict=True):
            if not alone:
                word += c
                continue
            out += [(word, 2)] * bool(word) + [(c, 1)]
            word = ""
        out += [(word, 2)] * bool(word)
    return out


@lru_cache(maxsize=1 << 16)
def words(normalised: str) -> int:
    """Count runs of letters, marks, numbers; without spaces two characters, rounded up."""
    return ceil(sum(weight for _, weight in units(normalised)) / 2)


# --- Paragraph ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: number and lines from 1, offsets in code points of the text."""

    no: int
    start: int
    end: int
    line: int
    line_end: int
    text: str
    normal: str
    words: int


def line_spans(text: str) -> list[Span]:
    r"""
    Cut into lines: they end at "\n", "and in a text with more lone "\r" than "\n" at each too".

    A "\r" before a "\n" is white space at the end of its line.
    """
    feeds = [n for n, c in enumerate(text) if c == "\n"]
    alone = [n for n, c in enumerate(text) if c == "\r" and text[n + 1 : n + 2] != "\n"]
    ends = sorted(feeds + alone) if len(alone) > len(feeds) else feeds
    return list(zip([0, *(n + 1 for n in ends)], [*ends, len(text)], strict=True))


def trim(text: str, span: Span) -> Span:
    """Leave out white space and BOM at both edges; an empty line gives (end, end)."""
    start, end = span
    while start < end and is_white(text[start]):
        start += 1
    while start < end and is_white(text[end - 1]):
        end -= 1
    return start, end


def is_white(c: str) -> bool:
    """White space or BOM."""
    return c.isspace() or c == "\ufeff"


def is_markdown(path: str) -> bool:
    """`.md .markdown .mdx .qmd .Rmd`."""
    return path.lower().endswith((".md", ".markdown", ".mdx", ".qmd", ".rmd"))


def front_matter(lines: list[str]) -> int:
    """Count its lines: from `---` to `---` or `...`, from `+++` to `+++`, or an object of JSON."""
    first = lines[0].lstrip("\ufeff") if lines else ""
    for opening, closing in (("---", ("---", "...")), ("+++", ("+++",))):
        if first.rstrip() == opening:
            ends = [n for n, line in enumerate(lines[1:], 2) if line.rstrip() in closing]
            return ends[0] if ends else 0
    if first.startswith("{"):
        for n in range(1, len(lines) + 1):
            try:
                json.loads("\n".join([first, *lines[1:n]]))
            except ValueError:
                continue
            return n
    return 0


@cache
def commonmark() -> MarkdownIt:
    """Parse CommonMark with tables, footnotes, and the blocks of `other_syntax`."""
    parser = MarkdownIt("commonmark", {"inline_definitions": True, "maxNesting": 60})
    parser.enable("table").use(footnote_plugin, inline=False, move_to_end=False)
    ends = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("reference", "other_syntax", other_syntax, ends)  # type: ignore[arg-type]
    return parser


def other_syntax(state: Any, first: int, last: int, silent: bool) -> bool:  # noqa: ANN401
    r"""
    Take what is no CommonMark and would break if half of it went.

    A directive (`:::`) is a line; a formula goes from a line of `$$` or `\begin{` that does not
    close it to the line that does, at most 100 in all and none of them empty; JavaScript of MDX
    goes on to an empty line and does not end a paragraph.
    """

    def inside(n: int) -> bool:
        return not state.isEmpty(n) and state.sCount[n] >= state.blkIndent

    if state.is_code_block(first):
        return False
    line = state.src[state.bMarks[first] + state.tShift[first] : state.eMarks[first]]
    rest = list(takewhile(inside, range(first + 1, last)))
    size = 0
    for opening, closing in (("$$", "$$"), ("\\begin{", "\\end{")):
        own = line.removeprefix(opening)
        if line != own and "$$" not in own and "\\end{" not in own:
            closes = [closing in state.src[state.bMarks[n] : state.eMarks[n]] for n in rest[:99]]
            size = closes.index(True) + 2 if True in closes else 0
    if line.startswith(":::"):
        size = 1
    elif MODULE.match(line) and not silent:
        size = 1 + len(rest)
    if size and not silent:
        state.push("other_syntax", "", 0).map = [first, first + size]
        state.line = first + size
    return size > 0


MODULE = regex.compile(
    r"""import +(["'{*]|type\s|[\w$]+( *, *[{*].*)?\s+from\b)"""
    r"|export +(default|const|let|var|function|async|class|type|interface)\b"
    r"|export *[{*]|</?[A-Z][\w.]*([\s/>]|$)|<>"
)


def markdown_blocks(text: str) -> list[tuple[str, int, int]]:
    """Give what is not prose: (`front`, `code` or `table`; start, end), without the line end."""
    spans = line_spans(text)
    lines = [text[a:b] for a, b in spans]
    head = front_matter(lines)
    found = [("front", 0, head)] * bool(head)
    source = [""] * head + [line.rstrip("\r").replace("\r", " ") for line in lines[head:]]
    if head < len(source):
        source[head] = source[head].lstrip("\ufeff")
    tokens: list[Any] = []
    commonmark().block.parse("\n".join(source), commonmark(), {}, tokens)
    names = ["fence", "code_block", "html_block"]
    names += ["definition", "footnote_reference_open", "other_syntax"]
    for token in tokens:
        if token.type in [*names, "table_open"] and token.map is not None:
            first, past = token.map
            if all(past <= a or b <= first for _, a, b in found):
                found.append(("table" if token.type == "table_open" else "code", first, past))
    return [
        (kind, spans[a][0], trim(text, (spans[a][0], spans[b - 1][1]))[1]) for kind, a, b in found
    ]


def code(text: str, markdown: bool) -> list[Span]:
    """Give the offsets of what is neither prose nor a table, front matter included."""
    return [(a, b) for kind, a, b in markdown_blocks(text) if kind != "table"] if markdown else []


def tables(text: str, markdown: bool) -> list[Span]:
    """Give the offsets of tables."""
    return [(a, b) for kind, a, b in markdown_blocks(text) if kind == "table"] if markdown else []


def runs_of_lines(text: str, markdown: bool) -> list[list[tuple[int, int, int]]]:
    """Non-empty lines of prose between others (or the edges): (number from 1, start, end)."""
    out: list[list[tuple[int, int, int]]] = [[]]
    blocked = code(text, markdown) + tables(text, markdown)
    for n, span in enumerate(line_spans(text), 1):
        start, end = trim(text, span)
        if start == end or any(a <= start < b for a, b in blocked):
            out.append([])
        else:
            out[-1].append((n, start, end))
    return [run for run in out if run]


def paragraph_mode(text: str, markdown: bool = False, join_hyphens: bool = False) -> str:
    """
    Decide what `auto` is: `blank` or `line`.

    "At least 2 runs of lines with blank lines between, and at least 3 line ends inside runs, and
    >= 80 % of all those are forced. W is the longest line of at most 120 characters (trimmed); a
    line end is forced if its line has at most W characters and line + space + the next line's first
    word has more." Where hyphens are joined a broken word is forced, and one run is enough then.
    """
    runs = runs_of_lines(text, markdown)
    lengths = [end - start for run in runs for _, start, end in run]
    longest = max((n for n in lengths if n <= 120), default=0)
    ends = forced = broken = 0
    for run in runs:
        for (_, start, end), (_, next_start, next_end) in pairwise(run):
            first_word = text[next_start:next_end].split(maxsplit=1)[0]
            breaks = join_hyphens and is_broken(text[start:end], text[next_start:next_end])
            ends += 1
            broken += breaks
            forced += breaks or end - start <= longest < end - start + 1 + len(first_word)
    wrapped = ends >= 3 and forced * 100 >= ends * 80
    return "blank" if wrapped and (len(runs) >= 2 or broken) else "line"


def is_broken(line: str, following: str) -> bool:
    """
    Tell whether a hyphen at a line end stands between two letters of one word.

    A capital after a small letter begins another one ("Saint-", "Denis").
    """
    if line[-1] not in "-\u2010\u00ad\u00ac\u2e17" or len(line) < 2 or not following[0].isalpha():
        return False
    letter = line[-2].isalpha() or category(line[-2])[0] == "M"
    return letter and not (line[-2].islower() and following[0].isupper())


def joined(text: str) -> str:
    """Join the words that a hyphen at a line end breaks, whatever white space is beside it."""
    out = text
    for found in reversed(
        list(regex.finditer(r"(?<=\S)[^\S\r\n]*(\r\n|\n|\r)[^\S\r\n]*(?=\S)", text))
    ):
        if is_broken(text[: found.start()], text[found.end() :]):
            out = out[: found.start() - 1] + out[found.end() :]
    return out


def paragraphs(
    text: str, mode: str = "auto", markdown: bool = False, join_hyphens: bool = False
) -> list[Paragraph]:
    """Cut a text into paragraphs: its tables, and its non-empty lines or its runs of lines."""
    if mode == "auto":
        mode = paragraph_mode(text, markdown, join_hyphens)
    runs = runs_of_lines(text, markdown)
    if mode == "line":
        runs = [[line] for run in runs for line in run]
    for first, last in tables(text, markdown):
        lines = [(n, *trim(text, span)) for n, span in enumerate(line_spans(text), 1)]
        runs.append([(n, a, b) for n, a, b in lines if a < b and first <= a < last])
    out = []
    for no, run in enumerate(sorted(runs), 1):
        start, end = run[0][1], run[-1][2]
        written = text[start:end]
        normal = normalise(joined(written) if join_hyphens else written)
        lines_of = run[0][0], run[-1][0]
        out.append(Paragraph(no, start, end, *lines_of, written, normal, words(normal)))
    return out


# --- Settings, corpus -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Settings:
    """Options by their long names, and what the specification fixes (for tests to lower)."""

    threshold: float = 0.80
    min_words: int = 8
    min_group_words: int = 20
    max_gap: int = 2
    boilerplate_documents: int = 10
    paragraphs: str = "auto"
    modes: Mapping[str, str] = field(default_factory=dict)
    """Paragraph mode by path, as a manifest keeps it; goes before `paragraphs`."""
    join_hyphens: bool = False
    passages: str = "off"
    published: int = 0
    """So many leading documents are published: they hold no copies."""
    keep: str = "first"
    """`first`, `last`, `longest`, or several with commas between."""
    scope: str = "all"
    remove: str = "equal"
    boilerplate: str = "keep"
    drop_document_over: float | None = None
    unit: str = "paragraph"
    document_threshold: float = 0.7
    places: int = 16
    family: int = 50
    bound_over: int = 50_000


@dataclass(frozen=True)
class Document:
    """A document by its rank in Order."""

    rank: int
    path: str
    text: str
    markdown: bool
    paragraphs: list[Paragraph]


@dataclass
class Corpus:
    """Documents in Order, settings, and what follows from all of them."""

    documents: list[Document]
    settings: Settings
    equal: dict[int, int] = field(default_factory=dict)
    """The documents that are equal to an earlier one, each with the earliest such document."""
    boilerplate: frozenset[Place] = frozenset()
    open: list[list[Place]] = field(default_factory=list)
    """Long paragraphs that are no boilerplate, by document: what runs are made of."""

    def at(self, place: Place) -> Paragraph:
        """Give the paragraph at a place."""
        return self.documents[place[0]].paragraphs[place[1] - 1]

    def places(self) -> list[Place]:
        """Give all places in Order."""
        return [(d.rank, p.no) for d in self.documents for p in d.paragraphs]

    def is_long(self, place: Place) -> bool:
        """Long: at least `min_words` words."""
        return self.at(place).words >= self.settings.min_words

    def between(self, rank: int, first: int, last: int) -> list[Place]:
        """Give the open places of a document from number `first` to `last`."""
        return [place for place in self.open[rank] if first <= place[1] <= last]


def read(documents: Documents, settings: Fields) -> Corpus:
    """
    Cut the documents into paragraphs and find the boilerplate.

    "A published document with the path of an incoming one is left out."
    """
    chosen = Settings(**settings)
    given = list(documents.items() if isinstance(documents, Mapping) else documents)
    incoming = given[chosen.published :]
    paths = {path for path, _ in incoming}
    published = [(path, text) for path, text in given[: chosen.published] if path not in paths]
    corpus = Corpus([], replace(chosen, published=len(published)))
    for rank, (path, text) in enumerate(published + incoming):
        markdown = is_markdown(path)
        mode = chosen.modes.get(path, chosen.paragraphs)
        cut = paragraphs(text, mode, markdown, chosen.join_hyphens)
        corpus.documents.append(Document(rank, path, text, markdown, cut))
    corpus.equal = equal_documents(corpus)
    corpus.boilerplate = boilerplate(corpus)
    corpus.open = [
        [p for p in corpus.places() if p[0] == d.rank and is_open(corpus, p)]
        for d in corpus.documents
    ]
    return corpus


def is_open(corpus: Corpus, place: Place) -> bool:
    """Tell a long paragraph that is no boilerplate."""
    return corpus.is_long(place) and place not in corpus.boilerplate


def whole(corpus: Corpus, text: str) -> str:
    """Join broken words where that is asked for."""
    return joined(text) if corpus.settings.join_hyphens else text


# --- Similarity, match ----------------------------------------------------------------------------


@lru_cache(maxsize=1 << 18)
def distance(a: str, b: str) -> int:
    """Give the indel distance of two normalised texts."""
    return int(Indel.distance(a, b))


def rounded_down(length: int, d: int) -> float:
    """Give (L - d) / L in whole numbers, rounded down to 4 digits; 1 of nothing and nothing."""
    return (length - d) * 10**4 // length / 10**4 if length else 1.0


def similarity(a: str, b: str) -> float:
    """`fuzz.ratio` / 100 of two normalised texts, rounded down to 4 digits."""
    return rounded_down(len(a) + len(b), distance(a, b))


def match(corpus: Corpus, a: Place, b: Place) -> bool:
    """Match two long paragraphs that are similar enough, or two short ones that are equal."""
    p, q = corpus.at(a), corpus.at(b)
    if corpus.is_long(a) and corpus.is_long(b):
        return similarity(p.normal, q.normal) >= corpus.settings.threshold
    return not corpus.is_long(a) and not corpus.is_long(b) and p.normal == q.normal


# --- Equal documents ------------------------------------------------------------------------------


def equal_documents(corpus: Corpus) -> dict[int, int]:
    """
    Give the documents that are equal to an earlier one, each with the earliest such document.

    "Whose paragraphs (short ones too, one after the other) have the normalised texts of an earlier
    document's, and not only empty ones."
    """
    first: dict[tuple[str, ...], int] = {}
    equal = {}
    for document in corpus.documents:
        key = tuple(p.normal for p in document.paragraphs)
        if any(key):
            earliest = first.setdefault(key, document.rank)
            if earliest != document.rank:
                equal[document.rank] = earliest
    return equal


# --- Boilerplate ----------------------------------------------------------------------------------


def boilerplate(corpus: Corpus) -> frozenset[Place]:
    """
    Find the paragraphs that match paragraphs in enough documents, their own included.

    "Documents that are equal to an earlier one do not count", but their paragraphs are flagged as
    all others are.
    """
    counted = [p for p in corpus.places() if p[0] not in corpus.equal]
    leaders = {p: leader(corpus, p) for p in counted}
    beside = company(leaders)
    return frozenset(
        p
        for p in corpus.places()
        if len(holders(corpus, counted, p)) >= boilerplate_limit(corpus, p, counted, beside)
    )


def holders(corpus: Corpus, counted: Sequence[Place], place: Place) -> set[int]:
    """Give the documents that hold a match of a paragraph."""
    return {q[0] for q in counted if match(corpus, place, q)}


def leader(corpus: Corpus, place: Place) -> Place:
    """Give the first place of the first text in Order that a paragraph matches."""
    return next(p for p in corpus.places() if match(corpus, p, place))


Company = dict[tuple[int, Place, Place], set[int]]
"""
The documents in which a paragraph of one leader stands directly before (-1) or after (1) one of
another leader.
"""


def company(leaders: Mapping[Place, Place]) -> Company:
    """Find which leaders' paragraphs stand side by side, and in which documents."""
    out: Company = {}
    for (rank, no), mine in leaders.items():
        for side in (-1, 1):
            other = leaders.get((rank, no - side))
            if other is not None:
                out.setdefault((side, mine, other), set()).add(rank)
    return out


def boilerplate_limit(
    corpus: Corpus, place: Place, counted: Sequence[Place], beside: Company
) -> int:
    """
    `boilerplate_documents`, and ten times that for >= 40 words, alone or in company.

    "A text is in company when for some leader U, its own words and those of U are together >= 40,
    and paragraphs with its leader stand directly before (or: directly after) paragraphs with leader
    U in at least `boilerplate_documents` documents, and in at least half of the documents that hold
    a match of the text."
    """
    limit, words_here = corpus.settings.boilerplate_documents, corpus.at(place).words
    held = len(holders(corpus, counted, place))
    mine = leader(corpus, place)
    in_company = any(
        own == mine
        and words_here + corpus.at(other).words >= 40
        and len(documents) >= limit
        and 2 * len(documents) >= held
        for (_, own, other), documents in beside.items()
    )
    return limit * 10 if words_here >= 40 or in_company else limit


def stars(corpus: Corpus, places: Sequence[Place]) -> list[list[Place]]:
    """Gather: "the first one keeps; each later one joins the first keeper that it matches"."""
    out: list[list[Place]] = []
    for p in places:
        star = next((s for s in out if match(corpus, s[0], p)), None)
        if star is None:
            out.append([p])
        else:
            star.append(p)
    return out


# --- Point ----------------------------------------------------------------------------------------


def points(corpus: Corpus, kind: str, copy: int) -> dict[int, list[Pair]]:
    """
    Find the points (i, j) of one document's copies by source document.

    An equal document is no source `across`: the earliest of its equals is, at the same places.
    """
    out: dict[int, list[Pair]] = {}
    for place in corpus.open[copy]:
        earlier = [p for places in corpus.open[:copy] for p in places]
        if kind == "within":
            earlier = [p for p in corpus.open[copy] if p < place]
        sources = [p for p in earlier if match(corpus, p, place)]
        for source in earliest_places(corpus, sources):
            if kind == "within" or source[0] not in corpus.equal:
                out.setdefault(source[0], []).append((source[1], place[1]))
    return out


def earliest_places(corpus: Corpus, places: Sequence[Place]) -> Iterator[Place]:
    """Give the places of which fewer than 16 earlier ones have the same text."""
    seen: Counter[str] = Counter()
    for place in places:
        seen[corpus.at(place).normal] += 1
        if seen[corpus.at(place).normal] <= corpus.settings.places:
            yield place


# --- Run ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """Pairs of paragraph numbers (source, copy), and the stretches once they are widened."""

    kind: str
    source: int
    copy: int
    pairs: tuple[Pair, ...]
    """Long paragraphs; in a widened run also the short ones that it was widened over."""

    @property
    def source_span(self) -> Span:
        """First and last paragraph of the source."""
        return self.pairs[0][0], self.pairs[-1][0]

    @property
    def copy_span(self) -> Span:
        """First and last paragraph of the copy."""
        return self.pairs[0][1], self.pairs[-1][1]


def skipped(corpus: Corpus, rank: int, a: int, b: int) -> int:
    """Count the open paragraphs between numbers `a` and `b`; "paired ones count as skipped"."""
    return sum(a < no < b for _, no in corpus.open[rank])


def grow(corpus: Corpus, start: Run, of_source: Sequence[Pair], taken: set[int]) -> Run:
    """Go on to the nearest next point for as long as there is one."""
    run = start
    while (pair := nearest_next(corpus, run, of_source, taken)) is not None:
        run = replace(run, pairs=(*run.pairs, pair))
    return run


def nearest_next(
    corpus: Corpus, run: Run, of_source: Sequence[Pair], taken: set[int]
) -> Pair | None:
    """
    Find the nearest next point.

    "Of the same source document, further on in both, with at most `max_gap` other long paragraphs
    skipped on either side; nearest is fewest skipped in all, then fewest in the copy. `within`:
    the source never reaches the copy's beginning."
    """
    i, j = run.pairs[-1]
    near = []
    for a, b in of_source:
        if a <= i or b <= j or b in taken or (run.kind == "within" and a >= run.copy_span[0]):
            continue
        in_source, in_copy = skipped(corpus, run.source, i, a), skipped(corpus, run.copy, j, b)
        if max(in_source, in_copy) <= corpus.settings.max_gap:
            near.append((in_source + in_copy, in_copy, (a, b)))
    return min(near)[2] if near else None


def stretch(corpus: Corpus, rank: int, span: Span) -> str:
    """Give the text from the first paragraph's start to the last one's end."""
    return corpus.documents[rank].text[slice(*offsets(corpus, rank, span))]


def offsets(corpus: Corpus, rank: int, span: Span) -> Span:
    """Tell where a span of paragraphs starts and ends."""
    return corpus.at((rank, span[0])).start, corpus.at((rank, span[1])).end


def is_bound(corpus: Corpus, run: Run) -> bool:
    """Tell whether either stretch, as written, has more than 50,000 characters."""
    sides = stretch(corpus, run.source, run.source_span), stretch(corpus, run.copy, run.copy_span)
    return max(map(len, sides)) > corpus.settings.bound_over


def run_similarity(corpus: Corpus, run: Run) -> float:
    """
    Compare the two stretches, or give the lower bound of long ones.

    "1 - (sum of the paired paragraphs' indel distances + lengths of the unpaired ones) / (sum of
    lengths)": of all paragraphs of the stretches, by their normalised texts; short ones that the
    run was widened over are paired.
    """
    if not is_bound(corpus, run):
        return similarity(
            normalise(whole(corpus, stretch(corpus, run.source, run.source_span))),
            normalise(whole(corpus, stretch(corpus, run.copy, run.copy_span))),
        )
    length = d = 0
    for side, rank, span in (
        (0, run.source, run.source_span),
        (1, run.copy, run.copy_span),
    ):
        paired = {pair[side] for pair in run.pairs}
        for n in range(span[0], span[1] + 1):
            length += len(corpus.at((rank, n)).normal)
            d += len(corpus.at((rank, n)).normal) * (n not in paired)
    for i, j in run.pairs:
        d += distance(corpus.at((run.source, i)).normal, corpus.at((run.copy, j)).normal)
    return rounded_down(length, d)


def cut(corpus: Corpus, run: Run) -> Run:
    """Cut until the stretches are similar and no period is left: "until neither changes it"."""
    while True:
        if run_similarity(corpus, run) < corpus.settings.threshold:
            run = cut_at_widest_gap(corpus, run)
        elif (period := one_period(corpus, run)) is not None:
            run = period
        else:
            return run


def cut_at_widest_gap(corpus: Corpus, run: Run) -> Run:
    """Keep the front; widest: "most paragraphs skipped on its wider side; the first of equals"."""
    widths = [
        max(skipped(corpus, run.source, i, a), skipped(corpus, run.copy, j, b))
        for (i, j), (a, b) in pairwise(run.pairs)
    ]
    return replace(run, pairs=run.pairs[: widths.index(max(widths)) + 1])


def one_period(corpus: Corpus, run: Run) -> Run | None:
    """
    Cut to one period, the shortest, or give None.

    "A `within` run whose source is a whole number of repetitions of its beginning (paragraph k
    matches paragraph k mod p)": of all open paragraphs of the source, skipped ones too.
    """
    if run.kind != "within":
        return None
    source = corpus.between(run.source, *run.source_span)
    for p in range(1, len(source)):
        if len(source) % p == 0 and all(
            match(corpus, source[k], source[k % p]) for k in range(p, len(source))
        ):
            return replace(run, pairs=tuple(pair for pair in run.pairs if pair[0] < source[p][1]))
    return None


def counts(corpus: Corpus, run: Run) -> bool:
    """Tell whether the paired paragraphs hold `min_group_words` words on each side."""
    least = corpus.settings.min_group_words
    source = sum(corpus.at((run.source, i)).words for i, _ in run.pairs)
    copy = sum(corpus.at((run.copy, j)).words for _, j in run.pairs)
    return source >= least and copy >= least


def widen(corpus: Corpus, run: Run) -> Run:
    """Widen over adjacent matching short paragraphs, the beginning first, then the end."""
    while True:
        pair = run.source_span[0] - 1, run.copy_span[0] - 1
        disjoint = run.kind != "within" or run.source_span[1] < pair[1]
        if not (disjoint and can_widen(corpus, run, pair)):
            break
        run = replace(run, pairs=(pair, *run.pairs))
    while True:
        pair = run.source_span[1] + 1, run.copy_span[1] + 1
        disjoint = run.kind != "within" or pair[0] < run.copy_span[0]
        if not (disjoint and can_widen(corpus, run, pair)):
            return run
        run = replace(run, pairs=(*run.pairs, pair))


def can_widen(corpus: Corpus, run: Run, pair: Pair) -> bool:
    """Tell whether both paragraphs exist, are short, match, and are no boilerplate."""
    places = (run.source, pair[0]), (run.copy, pair[1])
    return (
        all(1 <= no <= len(corpus.documents[rank].paragraphs) for rank, no in places)
        and not any(p in corpus.boilerplate or corpus.is_long(p) for p in places)
        and match(corpus, *places)
    )


def filled(corpus: Corpus, run: Run) -> list[Pair]:
    """
    Give the pairs, and equal paragraphs inside beside a pair: behind it, then before.

    "A paragraph skipped inside a copy is not paired and opens its own run": that is an open one.
    """
    found = list(run.pairs)
    for step in (1, -1):
        for i, j in found:  # it grows
            pair = a, b = i + step, j + step
            inside = run.pairs[0] < pair < run.pairs[-1] and all(
                (a < k and b < m) or (a > k and b > m) for k, m in found
            )
            if not inside or is_open(corpus, (run.copy, b)):
                continue
            if corpus.at((run.source, a)).normal == corpus.at((run.copy, b)).normal:
                found.append(pair)
    return sorted(found)


# --- Choice ---------------------------------------------------------------------------------------


def choose(corpus: Corpus, kind: str, copy: int) -> list[Run]:
    """
    Choose the runs whose copies lie in one document.

    "Left to right, every long paragraph not yet paired in a copy of this kind takes, of the runs
    that begin there and count, the one with the most pairs; of equals the earliest source." An
    equal document is one run `across`, "from its first paragraph to its last, that counts whatever
    its words", and "a copy of nothing else".
    """
    if kind == "across" and copy in corpus.equal:
        pairs = tuple((p.no, p.no) for p in corpus.documents[copy].paragraphs)
        return [Run(kind, corpus.equal[copy], copy, pairs)]
    found = points(corpus, kind, copy)
    taken: set[int] = set()
    chosen = []
    for _, j in corpus.between(copy, 1, len(corpus.documents[copy].paragraphs)):
        if j in taken:
            continue
        runs = [
            cut(corpus, grow(corpus, Run(kind, source, copy, (pair,)), found[source], taken))
            for source in found
            for pair in found[source]
            if pair[1] == j
        ]
        runs = [run for run in runs if counts(corpus, run)]
        if runs:
            best = min(runs, key=lambda run: (-len(run.pairs), run.source, run.pairs[0][0]))
            taken |= {b for _, b in best.pairs}
            chosen.append(widen(corpus, best))
    return chosen


# --- Group ----------------------------------------------------------------------------------------


def gather(corpus: Corpus, runs: Sequence[Run]) -> list[list[Run]]:
    """
    Put the runs of one kind and one source document into groups.

    "Sources without an open paragraph: the same stretch"; they are whole documents.
    """

    def source(run: Run) -> set[Place]:
        return set(corpus.between(run.source, *run.source_span))

    groups: list[list[Run]] = []
    order = [(-len(source(r)), r.source_span, r.copy, r.copy_span, r) for r in runs]
    for *_, run in sorted(order, key=lambda key: key[:-1]):
        for group in groups:
            first = source(group[0])
            same_stretch = run.source_span == group[0].source_span
            if 2 * len(source(run) & first) >= len(first) and (first or same_stretch):
                group.append(run)
                break
        else:
            groups.append([run])
    return groups


def occurrence(corpus: Corpus, rank: int, span: Span) -> Fields:
    """Show a place as a report does."""
    start, end = offsets(corpus, rank, span)
    path = corpus.documents[rank].path
    return {"document": path, "paragraphs": list(span), "start": start, "end": end}


def block_group(corpus: Corpus, runs: Sequence[Run]) -> Fields:
    """Keeper: "the smallest stretch covering these sources"; a copy of only a part names it."""
    rank = runs[0].source
    spans = [run.source_span for run in runs]
    keeper = min(a for a, _ in spans), max(b for _, b in spans)
    copies = []
    for run in sorted(runs, key=lambda run: (run.copy, run.copy_span)):
        copy = occurrence(corpus, run.copy, run.copy_span)
        copy["similarity"] = run_similarity(corpus, run)
        if run.source_span != keeper:
            copy["of"] = occurrence(corpus, rank, run.source_span)
            del copy["of"]["document"]
        if is_bound(corpus, run):
            copy["bound"] = True
        copy["paired"] = [list(pair) for pair in filled(corpus, run)]
        copies.append(copy)
    place = occurrence(corpus, rank, keeper)
    return {"kind": runs[0].kind, "unit": "block", "keeper": place, "copies": copies}


def boilerplate_group(corpus: Corpus, star: Sequence[Place]) -> Fields:
    """`count` places, of which the keeper and the next two are shown."""
    shown = [occurrence(corpus, rank, (no, no)) for rank, no in star[:3]]
    for place, copy in zip(star[1:3], shown[1:], strict=True):
        copy["similarity"] = similarity(corpus.at(star[0]).normal, corpus.at(place).normal)
    group = {"kind": "boilerplate", "unit": "block", "keeper": shown[0], "copies": shown[1:]}
    return group | {"count": len(star)}


def report(documents: Documents, **settings: Any) -> list[Fields]:  # noqa: ANN401 - options
    """
    Give the groups of `report --passages off`, or of `check`.

    It is a check where `published` says how many leading documents hold no copies; then stars of
    boilerplate without an incoming document are left out.
    """
    corpus = read(documents, settings)
    published = corpus.settings.published
    groups = [
        (star[0][0], boilerplate_group(corpus, star))
        for star in stars(corpus, sorted(corpus.boilerplate))
        if star[-1][0] >= published
    ]
    for kind in ("across", "within"):
        copies = range(published, len(corpus.documents))
        runs = [run for copy in copies for run in choose(corpus, kind, copy)]
        for source in range(len(corpus.documents)):
            here = [run for run in runs if run.source == source]
            groups += [(source, block_group(corpus, group)) for group in gather(corpus, here)]
    return [group for _, group in sorted(groups, key=order_of_groups)]


def order_of_groups(ranked: tuple[int, Fields]) -> tuple[Any, ...]:
    """
    Rank by keeper's document, start, kind, end, unit.

    The end counts down: of two that start together the longer one is first (golden case 6). Of
    equals the one that was formed first.
    """
    rank, group = ranked
    keeper = group["keeper"]
    return rank, keeper["start"], group["kind"], -keeper["end"], group["unit"]


# --- Pairs ----------------------------------------------------------------------------------------


def matches(documents: Documents, **settings: Any) -> list[Fields]:  # noqa: ANN401 - options
    """
    Give what `pairs` gives, by a then b.

    Of each long text the first place with every other, and near pairs of these first places. A
    family is a star of more than 50 distinct texts, its leader counted; a member other than the
    leader is paired (nearly) with the leader and with nothing else.
    """
    corpus = read(documents, settings)
    first: dict[str, Place] = {}
    pairs: list[tuple[Place, Place]] = []
    for place in filter(corpus.is_long, corpus.places()):
        earlier = first.setdefault(corpus.at(place).normal, place)
        if earlier != place:
            pairs.append((earlier, place))
    distinct = sorted(first.values())
    leader = {
        member: star[0]
        for star in stars(corpus, distinct)
        if len(star) > corpus.settings.family
        for member in star[1:]
    }
    pairs += [
        (a, b)
        for n, b in enumerate(distinct)
        for a in distinct[:n]
        if match(corpus, a, b) and leader.get(a, b) == b and leader.get(b, a) == a
    ]

    def side(place: Place) -> Fields:
        return {"document": corpus.documents[place[0]].path, "paragraph": place[1]}

    return [
        {
            "a": side(a),
            "b": side(b),
            "similarity": similarity(corpus.at(a).normal, corpus.at(b).normal),
        }
        for a, b in sorted(pairs)
    ]


# --- Near-duplicate documents ---------------------------------------------------------------------


def grams(normalised: str) -> frozenset[str]:
    """Give the runs of 3 units of a text, each from its first unit to its last."""
    spans, at = [], 0
    for unit, _ in units(normalised):
        start = normalised.index(unit, at)
        at = start + len(unit)
        spans.append((start, at))
    runs = [normalised[a:b] for (a, _), _, (_, b) in zip(spans, spans[1:], spans[2:], strict=False)]
    return frozenset(runs or filter(None, [normalised]))


def share(part: int, of: int) -> float:
    """Give a share in whole numbers, rounded down to 4 digits."""
    return part * 10**4 // of / 10**4


def near_pairs(documents: Documents, **settings: Any) -> dict[Pair, list[float]]:  # noqa: ANN401
    """Give the ranks of documents that resemble each other, with resemblance and containment."""
    return resemblances(read(documents, settings))


def resemblances(corpus: Corpus) -> dict[Pair, list[float]]:
    """Give the same of a corpus."""
    least = corpus.settings.document_threshold
    texts = [
        " ".join(filter(None, (p.normal for p in document.paragraphs)))
        for document in corpus.documents
    ]
    sets = [grams(text) for text in texts]
    found = {}
    for a, b in combinations(range(len(sets)), 2):
        both = len(sets[a] & sets[b])
        if both and share(both, len(sets[a] | sets[b])) >= least:
            of = (len(sets[a] | sets[b]), len(sets[a]), len(sets[b]))
            found[a, b] = [share(both, size) for size in of]
    return found


def near_documents(documents: Documents, **settings: Any) -> list[Fields]:  # noqa: ANN401
    """
    Give `documents` of a report: "stars in Order: every copy is verified against its keeper".

    Published documents hold no copies, so every one of them keeps.
    """
    published = settings.get("published", 0)
    pairs = near_pairs(documents, **settings)
    paths = [path for path, _ in documents.items()] if isinstance(documents, Mapping) else []
    keepers: list[int] = []
    copies: dict[int, list[Fields]] = {}
    for b in range(len(paths)):
        keeper = next((a for a in keepers if (a, b) in pairs), None)
        if keeper is None or b < published:
            keepers.append(b)
            continue
        resemblance, contains, contained = pairs[keeper, b]
        copies.setdefault(keeper, []).append(
            {
                "document": paths[b],
                "resemblance": resemblance,
                "contained": contained,
                "contains": contains,
            }
        )
    return [{"keeper": paths[a], "copies": copies[a]} for a in sorted(copies)]


# --- What is removed: rules 1 and 2 ---------------------------------------------------------------


@dataclass(frozen=True)
class Gone:
    """Why a paragraph goes, and what stays in its place."""

    reason: str
    keeper: Place | None


Plan = dict[Place, Gone]


def same_text(corpus: Corpus, a: Place, b: Place) -> bool:
    """
    Rule 1: tell whether one of the two may be deleted.

    "`exact`: the same characters. `equal`: the same strict form. `near`: equal, or a match that has
    the same words with digits in the same order, the same signs in the same order, and of whose
    words some common subsequence skips fewer than 5 words at a time on either side. `match`: any
    match."
    """
    p, q, level = corpus.at(a), corpus.at(b), corpus.settings.remove
    if level == "exact":
        return p.text == q.text
    if level == "match":
        return match(corpus, a, b)
    if strict(p.text) == strict(q.text):
        return True
    return (
        level == "near"
        and match(corpus, a, b)
        and words_with_digits(p.normal) == words_with_digits(q.normal)
        and signs(p.text) == signs(q.text)
        and follows_closely(p.normal, q.normal)
    )


def words_with_digits(normalised: str) -> tuple[str, ...]:
    """Give the whole words (between spaces, in every script) with a character of class N."""
    return tuple(w for w in normalised.split() if any(category(c)[0] == "N" for c in w))


@lru_cache(maxsize=1 << 16)
def follows_closely(a: str, b: str) -> bool:
    """
    Tell whether some common subsequence skips fewer than 5 words at a time on either side.

    Also before its first and after its last word. `reached` holds the pairs of equal words that
    such a subsequence can end in.
    """
    left, right = units(a), units(b)
    common = [(i, j) for i, x in enumerate(left) for j, y in enumerate(right) if x == y]
    reached = [(-1, -1)]
    for i, j in [*common, (len(left), len(right))]:
        if any(
            x < i and y < j and halves(left[x + 1 : i]) < 10 and halves(right[y + 1 : j]) < 10
            for x, y in reversed(reached)
        ):
            reached.append((i, j))
    return reached[-1] == (len(left), len(right))


def halves(skipped_words: Sequence[tuple[str, int]]) -> int:
    """Weigh words in half words."""
    return sum(weight for _, weight in skipped_words)


def keep_key(rule: str, document: Document) -> int:
    """Rank of a document under one rule; the least keeps."""
    return {"first": document.rank, "last": -document.rank, "longest": -len(document.text)}[rule]


def keep_order(corpus: Corpus) -> list[Place]:
    """Rule 2. Documents by the keep rules, then Order; paragraphs as they stand."""
    rules = corpus.settings.keep.split(",")
    documents = sorted(corpus.documents, key=lambda d: ([keep_key(r, d) for r in rules], d.rank))
    return [(d.rank, p.no) for d in documents for p in d.paragraphs]


def deciding_rule(corpus: Corpus, keeper: int, gone: int) -> str:
    """Give the keep rule that ranked the keeper first; `first` where none did."""
    for rule in corpus.settings.keep.split(","):
        keys = [keep_key(rule, corpus.documents[rank]) for rank in (keeper, gone)]
        if keys[0] != keys[1]:
            return rule
    return "first"


# --- Rules 3 to 5: the plan -----------------------------------------------------------------------


def make_plan(corpus: Corpus) -> Plan:
    """Decide what goes, before whole documents are dropped."""
    order = keep_order(corpus)
    near = near_that_go(corpus)
    copies = equal_that_go(corpus)
    # "A whole document that goes for its equal has reason `across`", one by resemblance `document`.
    near = {rank: keeper for rank, keeper in near.items() if copies.get(rank) != keeper}
    copies = {rank: first for rank, first in copies.items() if rank not in near}
    plan = {} if corpus.settings.unit == "document" else boilerplate_that_goes(corpus, copies)
    plan = {place: gone for place, gone in plan.items() if place[0] not in near}
    fixed = fixed_by_boilerplate(corpus) | set(plan)
    free = [
        place
        for place in order
        if place not in fixed and place[0] not in copies and place[0] not in near
    ]
    if corpus.settings.unit == "document":
        free = []
    full = [place for place in free if corpus.at(place).words >= corpus.settings.min_group_words]
    staying: list[Place] = []
    for place in full:
        keeper = first_same(corpus, staying, place)
        if keeper is None:
            staying.append(place)
        else:
            plan[place] = Gone(reason_of(keeper, place), keeper)
    may_keep = {place: n for n, place in enumerate(order) if place in set(free)}
    for place in (p for p in free if p not in set(full)):
        keeper = beside_before(corpus, plan, may_keep, place)
        keeper = keeper or beside_after(corpus, plan, may_keep, place)
        if keeper is not None:
            plan[place] = Gone(reason_of(keeper, place), keeper)
    plan = with_equal(corpus, plan, copies)
    whole = [(rank, p.no) for rank in near for p in corpus.documents[rank].paragraphs]
    plan |= dict.fromkeys(whole, Gone("document", None))
    if corpus.settings.unit != "document":
        plan = without_equal_rest(corpus, plan, copies)
    return plan | {place: Gone("document", (near[place[0]], 1)) for place in whole}


def near_that_go(corpus: Corpus) -> dict[int, int]:
    """Give the documents that resemble one that stays, each with the first such in keep order."""
    if corpus.settings.unit == "paragraph" or corpus.settings.scope == "within":
        return {}
    pairs = resemblances(corpus)
    out: dict[int, int] = {}
    keepers: list[int] = []
    for rank in dict.fromkeys(rank for rank, _ in keep_order(corpus)):
        near = (k for k in keepers if tuple(sorted((k, rank))) in pairs)
        keeper = next(near, None)
        if keeper is None:
            keepers.append(rank)
        else:
            out[rank] = keeper
    return out


# --- Rule 6: equal documents ----------------------------------------------------------------------


def equal_that_go(corpus: Corpus) -> dict[int, int]:
    """
    Give the documents that go whole for an equal one, each with the first of its equals.

    "A document whose paragraphs are, one by one, of the same strict form (`exact`: the same
    characters) as those of one that ranks before it in keep order, and not all without words."
    """
    return same_sequence(corpus, {d.rank: list(d.paragraphs) for d in corpus.documents})


def same_sequence(corpus: Corpus, left: Mapping[int, Sequence[Paragraph]]) -> dict[int, int]:
    """Give the documents whose paragraphs are those of one that ranks before, with the first."""
    first: dict[tuple[Any, ...], int] = {}
    out: dict[int, int] = {}
    if corpus.settings.scope == "within":
        return out
    for rank in dict.fromkeys(rank for rank, _ in keep_order(corpus)):
        exact = corpus.settings.remove == "exact"
        key = tuple(p.text if exact else strict(p.text) for p in left[rank])
        if any(p.words for p in left[rank]):
            before = first.setdefault(key, rank)
            if before != rank:
                out[rank] = before
    return out


def with_equal(corpus: Corpus, plan: Plan, copies: Mapping[int, int]) -> Plan:
    """
    Let equal documents go whole.

    "Each paragraph's keeper is the one of the same number there, or that one's own keeper (or none)
    where it goes."
    """
    out = dict(plan)
    for rank, first in copies.items():
        for p in corpus.documents[rank].paragraphs:
            there = plan.get((first, p.no))
            out[rank, p.no] = Gone("across", (first, p.no) if there is None else there.keeper)
    return out


def without_equal_rest(corpus: Corpus, plan: Plan, copies: Mapping[int, int]) -> Plan:
    """
    Ask the same of what is left.

    "Where the paragraphs left of two documents are the same, those of the later one go too, and
    what they kept for others is kept by their equals (unless the scope forbids that: then they
    stay)."
    """
    left = {
        d.rank: [p for p in d.paragraphs if (d.rank, p.no) not in plan] for d in corpus.documents
    }
    moved: dict[Place, Place] = {}
    for rank, first in same_sequence(corpus, left).items():
        pairs = {
            (rank, mine.no): (first, there.no)
            for mine, there in zip(left[rank], left[first], strict=True)
        }
        allowed = all(
            corpus.settings.scope in ("all", reason_of(pairs[gone.keeper], place))
            for place, gone in plan.items()
            if gone.keeper in pairs
        )
        if allowed:
            moved |= pairs
    out = {place: Gone("across", keeper) for place, keeper in moved.items()}
    for place, gone in plan.items():
        keeper = moved.get(gone.keeper, gone.keeper) if gone.keeper else None
        whole = place[0] in copies or gone.reason == "boilerplate"
        reason = gone.reason if whole or keeper is None else reason_of(keeper, place)
        out[place] = Gone(reason, keeper)
    return out


def first_same(corpus: Corpus, staying: Sequence[Place], place: Place) -> Place | None:
    """Rule 3. Give the first of those that stay that is the same text and in scope."""
    for keeper in staying:
        in_scope = corpus.settings.scope in ("all", reason_of(keeper, place))
        if in_scope and same_text(corpus, keeper, place):
            return keeper
    return None


def first_choice(corpus: Corpus) -> list[Place]:
    """
    Rule 3 by its outcome: which full paragraphs stay, by trying all choices, first ones first.

    No two that stay are the same text (in scope), and each that goes is the same text as one that
    stays. Of all such choices it is the first in keep order: the one whose first paragraph stays
    if any has it stay, and so on. Only for a few paragraphs.
    """
    copies = equal_that_go(corpus)
    fixed = fixed_by_boilerplate(corpus) | set(boilerplate_that_goes(corpus, copies))
    full = [
        place
        for place in keep_order(corpus)
        if place not in fixed
        and place[0] not in copies
        and corpus.at(place).words >= corpus.settings.min_group_words
    ]
    same = {
        (a, b)
        for a in full
        for b in full
        if a != b and corpus.settings.scope in ("all", reason_of(a, b)) and same_text(corpus, a, b)
    }
    for choice in product((True, False), repeat=len(full)):
        staying = [place for place, stays in zip(full, choice, strict=True) if stays]
        going = [place for place, stays in zip(full, choice, strict=True) if not stays]
        if not any((a, b) in same for a in staying for b in staying) and all(
            any((a, b) in same for a in staying) for b in going
        ):
            return staying
    raise AssertionError(full)


def reason_of(keeper: Place, place: Place) -> str:
    """`within` one document, or `across`."""
    return "within" if keeper[0] == place[0] else "across"


def beside_before(
    corpus: Corpus, plan: Plan, may_keep: Mapping[Place, int], place: Place
) -> Place | None:
    """Rule 4. Follow the paragraph before: give the one after its keeper."""
    before = plan.get((place[0], place[1] - 1))
    if before is None or before.keeper is None:
        return None
    keeper = before.keeper[0], before.keeper[1] + 1
    return keeper if can_keep(corpus, plan, may_keep, keeper, place) else None


def beside_after(
    corpus: Corpus, plan: Plan, may_keep: Mapping[Place, int], place: Place
) -> Place | None:
    """
    Rule 4. Follow the paragraph after: give the one before its keeper.

    The one after goes already, or is as short and goes in its turn by this same rule.
    """
    after = place[0], place[1] + 1
    if after in plan:
        keeper = plan[after].keeper
    elif after in may_keep and corpus.at(after).words < corpus.settings.min_group_words:
        keeper = beside_after(corpus, plan, may_keep, after)
    else:
        keeper = None
    if keeper is None:
        return None
    keeper = keeper[0], keeper[1] - 1
    return keeper if can_keep(corpus, plan, may_keep, keeper, place) else None


def can_keep(
    corpus: Corpus, plan: Plan, may_keep: Mapping[Place, int], keeper: Place, place: Place
) -> bool:
    """Rule 4. The keeper "has the same normalised text, is the same text, ranks before, stays"."""
    return (
        keeper in may_keep
        and may_keep[keeper] < may_keep[place]
        and keeper not in plan
        and corpus.at(keeper).normal == corpus.at(place).normal
        and same_text(corpus, keeper, place)
    )


def fixed_by_boilerplate(corpus: Corpus) -> set[Place]:
    """Rule 5, `keep`: "boilerplate and what matches it neither goes nor serves as keeper"."""
    if corpus.settings.boilerplate != "keep":
        return set()
    return {p for p in corpus.places() if any(match(corpus, p, b) for b in corpus.boilerplate)}


def boilerplate_that_goes(corpus: Corpus, copies: Mapping[int, int]) -> Plan:
    """
    Rule 5, `remove`: what stands as the same text in so many documents goes.

    Documents that are equal to an earlier one do not count here either; those that go whole
    (`copies`) go for their equals.
    """
    if corpus.settings.boilerplate != "remove":
        return {}
    counted = [p for p in corpus.places() if p[0] not in corpus.equal]
    beside = company({p: leader(corpus, p) for p in counted})
    return {
        b: Gone("boilerplate", None)
        for b in corpus.boilerplate
        if b[0] not in copies
        and len({p[0] for p in counted if same_text(corpus, b, p)})
        >= boilerplate_limit(corpus, b, counted, beside)
    }


# --- Rule 6: whole documents ----------------------------------------------------------------------


def is_written(document: Document, plan: Plan) -> bool:
    """
    Tell whether something stays.

    "A document whose paragraphs all went is not written; one without paragraphs is written as it
    is." Fenced code is never removed, so a document that holds some is written too.
    """
    stays = any((document.rank, p.no) not in plan for p in document.paragraphs)
    return stays or not document.paragraphs or bool(fenced(document))


def fenced(document: Document) -> list[Span]:
    """Offsets of fenced code (front matter goes with its document)."""
    text = document.text
    return [s for s in code(text, document.markdown) if not is_front_matter(text, s)]


def is_front_matter(text: str, span: Span) -> bool:
    """Tell front matter from fenced code."""
    return span[0] == 0 and text[: span[1]].lstrip("\ufeff").startswith("---")


def drop_documents(corpus: Corpus, plan: Plan) -> Plan:
    """Drop those of which enough went, "unless one of its paragraphs is a keeper"."""
    least = corpus.settings.drop_document_over
    keepers = {gone.keeper[0] for gone in plan.values() if gone.keeper is not None}
    dropped = dict(plan)
    for document in corpus.documents:
        if least is None or document.rank in keepers or not document.text or fenced(document):
            continue
        went = sum(end - start for start, end in removals(document, plan).values())
        if went and went / len(document.text) >= least:
            for p in document.paragraphs:
                dropped.setdefault((document.rank, p.no), Gone("document", None))
    return dropped


# --- Rule 7: white space, ledger ------------------------------------------------------------------


def removals(document: Document, plan: Plan) -> dict[int, Span]:
    """
    Give what is cut out with each paragraph that goes.

    "The white space up to the next paragraph (or fenced code); after the last paragraph that
    stays, each takes the white space before it instead." Where no paragraph stays and the document
    is written for its code, the last code counts as the last that stays.
    """
    blocks = [(p.start, p.end) for p in document.paragraphs]
    blocks = sorted(blocks + code(document.text, document.markdown))
    stay = [p.start for p in document.paragraphs if (document.rank, p.no) not in plan]
    whole = not is_written(document, plan)
    last_stay = max(stay or [start for start, _ in fenced(document)], default=len(document.text))
    out = {}
    for p in document.paragraphs:
        if (document.rank, p.no) not in plan:
            continue
        if p.start < last_stay:
            after = [start for start, _ in blocks if start >= p.end]
            out[p.no] = p.start, min(after, default=len(document.text))
        else:
            out[p.no] = max(end for _, end in blocks if end <= p.start), p.end
    if whole:
        first, last = min(out), max(out)
        out[first] = 0, out[first][1]
        out[last] = out[last][0], len(document.text)
    return out


def ledger(corpus: Corpus, document: Document, plan: Plan) -> list[Fields]:
    """One line per contiguous removal with one reason and one contiguous keeper."""
    spans = removals(document, plan)
    lines: list[list[int]] = []
    for no in sorted(spans):
        if lines and continues(document, plan, spans, lines[-1][-1], no):
            lines[-1].append(no)
        else:
            lines.append([no])
    return [ledger_line(corpus, document, plan, spans, line) for line in lines]


def continues(
    document: Document, plan: Plan, spans: Mapping[int, Span], last: int, no: int
) -> bool:
    """Tell whether two removals touch, for one reason, with neighbouring keepers (or none)."""
    a, b = plan[document.rank, last], plan[document.rank, no]
    keepers = (
        a.keeper is None and b.keeper is None
        if a.keeper is None or b.keeper is None
        else b.keeper == (a.keeper[0], a.keeper[1] + 1)
    )
    return last + 1 == no and spans[last][1] == spans[no][0] and a.reason == b.reason and keepers


def ledger_line(
    corpus: Corpus, document: Document, plan: Plan, spans: Mapping[int, Span], line: Sequence[int]
) -> Fields:
    """Write the line of some paragraphs; without keeper it has no rule and no similarity."""
    start, end = spans[line[0]][0], spans[line[-1]][1]
    pairs = [((document.rank, no), plan[document.rank, no].keeper) for no in line]
    keepers = [keeper for _, keeper in pairs if keeper is not None]
    near = [
        similarity(corpus.at(place).normal, corpus.at(keeper).normal)
        for place, keeper in pairs
        if keeper is not None
    ]
    keeper, rule = None, None
    if keepers:
        rank = keepers[0][0]
        keeper = occurrence(corpus, rank, (keepers[0][1], keepers[-1][1]))
        rule = deciding_rule(corpus, rank, document.rank)
    return {
        "document": document.path,
        "paragraphs": [line[0], line[-1]],
        "start": start,
        "end": end,
        "text": document.text[start:end],
        "reason": plan[document.rank, line[0]].reason,
        "rule": rule,
        "similarity": min(near, default=None),
        "keeper": keeper,
    }


def remaining(document: Document, plan: Plan) -> str:
    """Give the text without what went."""
    text = document.text
    for start, end in sorted(removals(document, plan).values(), reverse=True):
        text = text[:start] + text[end:]
    return text


def clean(
    documents: Documents,
    **settings: Any,  # noqa: ANN401 - options
) -> tuple[list[Fields], dict[str, str]]:
    """
    Give the ledger, by document and start, and the texts that are written, by path.

    `modes` (see `paragraph_modes`) gives a cleaned corpus the modes that it was cleaned with.
    """
    corpus = read(documents, settings)
    plan = drop_documents(corpus, make_plan(corpus))
    lines = [line for document in corpus.documents for line in ledger(corpus, document, plan)]
    written = [document for document in corpus.documents if is_written(document, plan)]
    return lines, {document.path: remaining(document, plan) for document in written}


def paragraph_modes(documents: Documents, mode: str = "auto") -> dict[str, str]:
    """Give the mode of each document by path, as a manifest keeps it."""
    given = documents.items() if isinstance(documents, Mapping) else documents
    return {p: paragraph_mode(t, is_markdown(p)) if mode == "auto" else mode for p, t in given}
