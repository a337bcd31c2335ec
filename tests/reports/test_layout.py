"""Lines: where they break, and that nothing of a text is lost or hidden."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.reports.layout import Sheet, fold, lay, wrap
from dedup.reports.page import Card, Grid, Line, Rows, Span, span
from dedup.reports.visible import cells, encodable, visible

TEXTS = st.text("ab é漢ก\u0301«» !\u202f", max_size=80)


@given(TEXTS, st.integers(4, 30), st.integers(0, 2))
def test_fold(text: str, width: int, hang: int) -> None:
    """Lines fit, and lose nothing but spaces."""
    lines = [text[a:b] for a, b in fold(text, width, hang)]
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cells(line) <= width - (hang if n else 0) for n, line in enumerate(lines))


@given(st.lists(TEXTS, max_size=5), st.integers(2, 30))
def test_wrap_keeps_roles(texts: list[str], width: int) -> None:
    """Spans are cut, never mixed."""
    spans = tuple(Span(text, "name" if n % 2 else "") for n, text in enumerate(texts))
    lines = wrap(spans, Sheet(width))
    for role in ("", "name"):
        shown = "".join(s.text for line in lines for s in line if s.role == role)
        whole = "".join(s.text for s in spans if s.role == role)
        assert shown.replace(" ", "") == whole.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one two", 80, ["one two"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("ab cdefgh", 4, ["ab", "cdef", "gh"]),
        ("東京は日本の首都", 6, ["東京は", "日本の", "首都"]),
        ("il dit « oui » !", 9, ["il dit", "« oui » !"]),
        ("", 5, [""]),
        ("👍🏽👍🏽👍🏽", 4, ["👍🏽👍🏽", "👍🏽"]),
        ("❤\ufe0f❤\ufe0f", 3, ["❤\ufe0f", "❤\ufe0f"]),
    ],
)
def test_breaks(text: str, width: int, lines: list[str]) -> None:
    """Lines break at spaces, in scripts without spaces anywhere, in words only where they must."""
    assert [text[a:b] for a, b in fold(text, width)] == lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[0m\x00\x7f\x9b", "^[[0m^@^?<U+009B>"),
        ("a\tb", "a    b"),
        (
            "\u202e\u2066\u200b\u00ad\ufeff\u2028\ud800",
            "<U+202E><U+2066><U+200B><U+00AD><U+FEFF><U+2028><U+D800>",
        ),
        ("a\u200db", "a<U+200D>b"),
        ("👩\u200d👧 می\u200cخواهم", "👩\u200d👧 می\u200cخواهم"),
        ("« oui » é e\u0301 \ufffd", "« oui » é e\u0301 \ufffd"),
        ("\u3164\U000e0041", "<U+3164><U+E0041>"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    """What drives a terminal, hides or reorders is shown; what a script needs stays."""
    assert visible(text) == shown
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        *(("abc", 3), ("été", 3), ("東京", 4), ("e\u0301", 1), ("😀", 2), ("", 0)),
        *(("👩\u200d👧", 2), ("❤\ufe0f", 2), ("🇫🇷", 2), ("👍🏽", 2)),
    ],
)
def test_cells(text: str, columns: int) -> None:
    """Columns are counted as terminals do."""
    assert cells(text) == columns


def test_encodable() -> None:
    """A sign has a plain form only where the encoding lacks it."""
    assert encodable("é…–“x”", "latin-1") == 'é...-"x"'
    assert encodable("é…", "ascii") == r"\xe9..."
    assert encodable("é…", "utf-8") == "é…"


def test_narrow_table_is_stacked() -> None:
    """A table too wide for its sheet is told row by row."""
    grid = Grid(("words", "document"), ((span("7"), span("a/long/name.txt")),), (0,), (1,))
    assert text(grid, 40) == ["words  document", "    7  a/long/name.txt"]
    assert text(grid, 16) == ["words 7 ·", "  document", "  a/long/name.tx", "  t"]


def test_wide_margin_stands_above() -> None:
    """A label too wide for its margin gets a line of its own."""
    rows = Rows(((Span("a label that is long"), span("text")), (Span("b"), span("more"))))
    assert text(rows, 24) == ["a label that is long", "         text", "b        more"]


def test_card() -> None:
    """A card is a box where there are boxes and room, else a title above its body."""
    card = Card(span("Title"), "tag", (Line(span("body")),))
    assert text(card, 40, boxes=True) == [
        "╭─ Title " + "─" * 24 + " tag ─╮",
        "│ body" + " " * 33 + "│",
        "╰" + "─" * 38 + "╯",
    ]
    assert text(card, 40) == ["Title (tag)", "  body"]
    assert text(card, 20, boxes=True) == ["Title (tag)", "body"]


def text(block: Card | Grid | Rows, width: int, *, boxes: bool = False) -> list[str]:
    """Give the lines of a block without roles."""
    lines = lay([block], Sheet(width, boxes=boxes))
    return ["".join(s.text for s in line).rstrip() for line in lines]
