"""Markdown: what is no prose, as CommonMark nests it, and tables."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from dedup.text.markdown import blocks, front_matter
from dedup.text.paragraphs import BLANK, LINE, paragraphs_of


def prose(text: str, mode: int = LINE) -> list[str]:
    """Give the paragraphs of a Markdown text."""
    return [text[start:end] for start, end, _, _ in paragraphs_of(text, mode, markdown=True)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("~~~ py\na\n```\nb\n~~~\nt", ["t"]),
        ("````\n```\na\n```\n````\nt", ["t"]),
        ("t\n```\na\n\nb", ["t"]),
        ("1. t\n\n    ```sh\n    a\n\n    b\n    ```\n\n2. u", ["1. t", "2. u"]),
        ("- t\n\n\t```\n\ta\n\t```\n- u", ["- t", "- u"]),
        ("> t\n> ```\n> a\n> ```\n> u", ["> t", "> u"]),
        ("- > ```\n  > a\n  > ```\n  > u", ["> u"]),
        ("```\r\na\r\n```\r\nt\r\n", ["t"]),
        ("\ufeff```\na\n```\nt", ["t"]),
        ("t ``` u\na", ["t ``` u", "a"]),
    ],
)
def test_fenced_code(text: str, left: list[str]) -> None:
    """Of tildes, longer than those inside, not closed, in lists and quotes; CRLF and BOM."""
    assert prose(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("t\n\n    a\n\n    b\n\nu", ["t", "u"]),
        ("t\n\n\ta", ["t"]),
        ("t\n    u", ["t", "u"]),
        ("- t\n\n    u", ["- t", "u"]),
        ("- t\n\n      a", ["- t"]),
        (">     a\n> t", ["> t"]),
        ("# t\n    a", ["# t"]),
    ],
)
def test_indented_code(text: str, left: list[str]) -> None:
    """Not what goes on with a paragraph or belongs to an item of a list."""
    assert prose(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<!-- a\n\nb -->\nt", ["t"]),
        ("<!-- a --> t\nu", ["u"]),
        ("- t\n  <!-- a\n\n  b -->\n- u", ["- t", "- u"]),
        ("<details>\n<summary>a</summary>\n\nt\n\n</details>\nu", ["t"]),
        ("<pre>\na\n\nb\n</pre>\nt", ["t"]),
        ("t <b>u</b>", ["t <b>u</b>"]),
    ],
)
def test_html(text: str, left: list[str]) -> None:
    """Comments go over empty lines; between empty lines inside an element there is text."""
    assert prose(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('[a]: /u\n[b]: </v>\n  "w"\nt', ["t"]),
        ("> [a]: /u\n> t", ["> t"]),
        ("t\n[a]: /u", ["t", "[a]: /u"]),
        ("t[^1]\n\n[^1]: a\n    b\n\n    c\n\nu", ["t[^1]", "u"]),
        ("[a] t\n- [ ] u", ["[a] t", "- [ ] u"]),
    ],
)
def test_definitions(text: str, left: list[str]) -> None:
    """Of links, and of footnotes with all that belongs to them."""
    assert prose(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("import A from 'a'\nexport const m = {\n  t: 'u',\n}\n\nt", ["t"]),
        ("import the files from the folder\nexport them", None),
        ('<Tabs\n  a="b"\n  c={[1]}\n>\n\nt\n\n</Tabs>', ["t"]),
        ("t\n$$\na\n$$\nu", ["t", "u"]),
        ("$$a$$ t\nu\n$$ v", None),
        ("\\begin{align}\na\n\\end{align}\nt", ["t"]),
        ("::: note\nt\n:::\nu", ["t", "u"]),
    ],
)
def test_what_would_break_by_half(text: str, left: list[str] | None) -> None:
    """Modules and elements of MDX, formulas, directives; not prose that begins alike."""
    assert prose(text) == (text.split("\n") if left is None else left)


@pytest.mark.parametrize("mode", [LINE, BLANK])
@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("t\n| a | b |\n|---|:-:|\n| c | d |\n\nu", ["t", "| a | b |\n|---|:-:|\n| c | d |", "u"]),
        ("a | b\n--|--\nc | d\n\nu", ["a | b\n--|--\nc | d", "u"]),
        ("- t\n\n  | a |\n  |---|\n  | b |\n\nu", ["- t", "| a |\n  |---|\n  | b |", "u"]),
        ("> | a |\r\n> |---|\r\n\r\nu", ["> | a |\r\n> |---|", "u"]),
        ("a | b\n\nc | d", ["a | b", "c | d"]),
    ],
)
def test_a_table_is_one_paragraph(text: str, left: list[str], mode: int) -> None:
    """From its first line to its last, in either mode, in lists and quotes too."""
    assert prose(text, mode) == left


def test_a_long_table_is_no_paragraph() -> None:
    """It would be cut into pieces, of which one may go."""
    table = "| a | b |\n|---|---|\n" + "| some words | others |\n" * 500
    assert prose(f"t\n\n{table}\nu") == ["t", "u"]
    assert len(blocks(table).code) == 1


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("---\na: b\n---\nt", 12),
        ("\ufeff---\r\na: b\r\n...\r\nt", 15),
        ("+++\na = 1\n+++\nt", 13),
        ('{\n "a": {"b": "}"}\n}\n\nt', 20),
        ("---\na: b\n\nt", None),
        ("+++\na\n---\nt", None),
        ('{"a": 1} t', None),
        ("{a}\nt", None),
        ("t\n---\na: b\n---", None),
        ("----\na\n----", None),
        ('{"a":' * 100_000, None),
    ],
)
def test_front_matter(text: str, end: int | None) -> None:
    """At the very beginning only, and only where it is closed."""
    assert front_matter(text) == (None if end is None else (0, end))


def test_hostile_text_takes_no_longer_than_its_size() -> None:
    """Deep nesting, definitions and formulas that never end."""
    some = [">" * 10_000, "1. " * 10_000, "[" * 10_000, "[a\n" * 10_000, "$$x\n" * 10_000]
    some += [
        "[^a]: " * 10_000,
        "<div\n\n" * 3_000,
        "\\begin{a}\n" * 3_000,
        " " * 100_000,
        "```\n" * 5_000,
    ]
    begin = time.process_time()
    for text in some:
        paragraphs_of(f"{text}\n\nt", LINE, markdown=True)
    assert time.process_time() - begin < 10


def test_plain_prose_is_not_parsed() -> None:
    """The parser is not even imported for what cannot hold a block or a table."""
    code = (
        "import sys; from dedup.text.markdown import blocks;"
        "blocks('# t\\n\\n- a *b* [c](d)\\n  e\\n1. f | g\\n' * 99);"
        "assert 'markdown_it' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
