# ruff: noqa: FBT001, S311, SIM905 - parameters of tests; no secrets; a list as text
"""Paragraphs: their offsets, lines and mode, and where long ones are cut."""

from __future__ import annotations

import json
import random
import textwrap
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.model import CODE, FRONT, TABLE, Documents, Strings
from dedup.settings import Settings
from dedup.stages.segment import facts_and_paragraphs, segment
from dedup.text.lines import WHITE, Row
from dedup.text.long_paragraphs import LONGEST, REACH
from dedup.text.markdown import Blocks, blocks
from dedup.text.paragraphs import AUTO, BLANK, LINE, MODES, paragraph_mode, paragraphs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

GOLDEN: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "cases" / "golden.json").read_text(encoding="utf-8")
)
CASES = [c for c in GOLDEN if c["command"] == "report"]

PARTS = st.sampled_from(
    "a|bc d|é|\U0001f600|\n|\n|\n\n|\r\n|\r| |\t|\ufeff|\u2028|\x85|\u3000|\xa0|\x0c|»|«|\u200b"
    "|```|~~~~|---|\n---\n|\n...\n|\n```\n|\n   ```x\n|mots et mots et mots\n|-\n|é-\r\n".split("|")
)
MARKS = st.sampled_from(
    [
        *("---\n", "+++\n", '{"a": 1}\n', "\n\n", "\n", "\r\n", "\n    ", "\n\n    ", "\n\t"),
        *("\n> ", "> ", "\n- ", "\n1. ", "- ", "   ", "    ", "```\n", "````\n", "mot et mot "),
        *("a | b\n", "| a | b |\n", "|---|---|\n", "--|:-\n", "<div>\n", "</div>\n", "<!-- "),
        *("-->\n", "<Tab x>\n", "[a]: /u\n", "[a]:\n", "[^1]: ", "[x\n", "]: u\n", "$$\n", "$$x\n"),
        *("\\begin{a}\n", "\\end{a}\n", ":::x\n", "import a from 'b'\n", "export const a =\n"),
        *("Export it\n", "===\n", "# t\n"),
    ]
)
MARKDOWN = st.lists(MARKS, max_size=30).map("".join)
TEXTS = st.lists(st.one_of(PARTS, st.text(max_size=3)), max_size=40).map("".join)
WORDS = st.lists(st.sampled_from(["a", "mot", "paragraphe", "l'été"]), min_size=1, max_size=40)
WRAPPED = st.tuples(
    st.lists(WORDS.map(" ".join), max_size=7), st.sampled_from([20, 40]), st.sampled_from("\n\r")
).map(lambda x: f"{x[2]}\n{x[2]}\n".join(textwrap.fill(p, x[1]) for p in x[0]))


def table(texts: Sequence[str], mode: int = AUTO, *, markdown: bool = False) -> Documents:
    """Make a batch of documents, numbered from 7."""
    zeros = np.zeros(len(texts), np.int8)
    return Documents(
        np.arange(7, 7 + len(texts)),
        Strings.of([f"{n}" for n in range(len(texts))]),
        Strings.of([""] * len(texts)),
        np.zeros(len(texts), np.int64),
        zeros + np.int8(markdown),
        zeros + np.int8(mode),
        zeros,
        Strings.of(list(texts)),
    )


def rows_of(documents: Documents, **settings: object) -> list[list[Row]]:
    """Segment a batch and give the rows of each document."""
    found = segment(documents, Settings(**settings))
    rows: list[list[Row]] = [[] for _ in range(len(documents))]
    columns = (found.doc, found.no, found.start, found.end, found.line, found.line_end)
    for doc, no, *row in zip(*(c.tolist() for c in columns), strict=True):
        assert no == len(rows[doc - 7])
        rows[doc - 7].append((row[0], row[1], row[2], row[3]))
    return rows


def by_the_oracle(text: str, mode: int, *, markdown: bool, joins: bool = False) -> list[Row]:
    """Give the paragraphs as the specification has them."""
    name = {number: name for name, number in MODES.items()}[mode]
    found = naive.paragraphs(text, name, markdown, joins)
    return [(p.start, p.end, p.line, p.line_end) for p in found]


# --- Against the specification --------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_golden_offsets_are_edges_of_paragraphs(case: dict[str, Any]) -> None:
    """Where a block begins and ends, its first and last paragraph do."""
    texts = case["documents"]
    mode = case["settings"].get("paragraphs", "auto")
    rows = dict(zip(texts, rows_of(table(list(texts.values())), paragraphs=mode), strict=True))
    for group in case["groups"]:
        for place in [group["keeper"], *group.get("copies", [])]:
            first, last = place["paragraphs"]
            own = rows[place["document"]]
            assert (own[first - 1][0], own[last - 1][1]) == (place["start"], place["end"])


@pytest.mark.parametrize(
    ("name", "modes"),
    [
        ("hard-wrapped", {"D1.txt": LINE, "D2.txt": BLANK}),
        ("not hard-wrapped", {"D1.txt": LINE, "D2.txt": LINE}),
        ("--paragraphs blank", {"D1.txt": LINE, "D2.txt": BLANK}),
    ],
)
def test_golden_paragraph_modes(name: str, modes: dict[str, int]) -> None:
    """`auto` asks for two runs of lines whose ends are forced."""
    (case,) = [c for c in GOLDEN if c["name"] == name]
    assert {d: paragraph_mode(text) for d, text in case["documents"].items()} == modes


@given(
    st.lists(st.one_of(TEXTS, WRAPPED, MARKDOWN), max_size=5),
    st.sampled_from([AUTO, LINE, BLANK]),
    st.booleans(),
    st.booleans(),
)
def test_a_batch_is_cut_as_the_oracle_cuts_its_texts(
    texts: list[str], mode: int, markdown: bool, joins: bool
) -> None:
    """All lines at once, one text by itself, and the oracle agree."""
    expected = [by_the_oracle(text, mode, markdown=markdown, joins=joins) for text in texts]
    assert [paragraphs_of(text, mode, markdown, joins) for text in texts] == expected
    assert rows_of(table(texts, mode, markdown=markdown), join_hyphens=joins) == expected


@given(st.one_of(TEXTS, WRAPPED, MARKDOWN), st.booleans(), st.booleans())
def test_the_mode_is_that_of_the_oracle(text: str, markdown: bool, joins: bool) -> None:
    """`auto` decides alike."""
    expected = MODES[naive.paragraph_mode(text, markdown, joins)]
    assert paragraph_mode(text, markdown, joins) == expected


@given(st.one_of(TEXTS, MARKDOWN))
def test_blocks_are_found_as_the_oracle_finds_them(text: str) -> None:
    """Front matter, code and tables, in their order."""
    front, code, tables = blocks(text)
    assert [*([front] if front else []), *code] == naive.code(text, markdown=True)
    assert list(tables) == naive.tables(text, markdown=True)


@given(st.one_of(TEXTS, WRAPPED, MARKDOWN), st.sampled_from([AUTO, LINE, BLANK]), st.booleans())
def test_paragraphs_are_the_text_less_white_space_and_code(
    text: str, mode: int, markdown: bool
) -> None:
    """Their edges are no white space, they are in order and disjoint; the rest is nothing else."""
    rows = paragraphs_of(text, mode, markdown)
    front, code, _ = blocks(text) if markdown else Blocks()
    others = [*([front] if front else []), *code]
    for start, end, line, line_end in rows:
        assert start < end
        assert text[start:end].strip(WHITE) == text[start:end]
        assert 1 <= line <= line_end
    taken = sorted([(a, b) for a, b, _, _ in rows] + others)
    edges = [0, *(at for span in taken for at in span), len(text)]
    assert edges == sorted(edges)
    assert all(not text[a:b].strip(WHITE) for a, b in list(pairwise(edges))[::2])


@given(st.lists(st.one_of(TEXTS, WRAPPED), max_size=5))
def test_written_is_the_text_up_to_the_next_paragraph(texts: list[str]) -> None:
    """The last one's is that to its end."""
    documents = table(texts)
    written = iter(segment(documents, Settings()).written.list())
    for text, rows in zip(texts, rows_of(documents), strict=True):
        cuts = [row[0] for row in rows] + [row[1] for row in rows[-1:]]
        assert [next(written) for _ in rows] == [text[a:b] for a, b in pairwise(cuts)]


@given(
    st.lists(st.one_of(TEXTS, WRAPPED, MARKDOWN), max_size=5),
    st.sampled_from([AUTO, LINE, BLANK]),
    st.booleans(),
)
def test_what_is_learnt_on_the_way_is_told(texts: list[str], mode: int, markdown: bool) -> None:
    """The paragraph mode of each document, and the blocks of Markdown that are no prose."""
    documents = table(texts, mode=mode, markdown=markdown)
    known, _, found = facts_and_paragraphs(documents, Settings())
    assert known.mode.tolist() == [mode or paragraph_mode(text, markdown) for text in texts]

    columns = (found.doc, found.start, found.end, found.kind)
    wanted = []
    for doc, text in enumerate(texts, 7):
        front, code, tables = blocks(text) if markdown else Blocks()
        every = ((FRONT, [front] if front else []), (CODE, code), (TABLE, tables))
        wanted += [(doc, *span, kind) for kind, spans in every for span in spans]
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == wanted


# --- Mode -----------------------------------------------------------------------------------------


def test_a_document_s_own_mode_goes_before_the_setting() -> None:
    """So a cleaned text is cut as it was before it was cleaned."""
    text = "a\nb\n\nc"
    assert len(rows_of(table([text]), paragraphs="blank")[0]) == 2
    assert len(rows_of(table([text], LINE), paragraphs="blank")[0]) == 3
    assert len(rows_of(table([text], BLANK), paragraphs="line")[0]) == 2


def test_no_documents_have_no_paragraphs() -> None:
    """Nor has an empty one."""
    assert rows_of(table([])) == []
    assert rows_of(table(["", " \n\ufeff\n"])) == [[], []]


def test_wide_margins_are_trimmed() -> None:
    """However wide they are, and whatever they are made of."""
    margin = "\u3000 \xa0\ufeff" * 50
    text = f"{margin}é{margin}\n{margin}\n{margin}b"
    assert rows_of(table([text])) == [[(200, 201, 1, 1), (803, 804, 3, 3)]]


# --- Markdown -------------------------------------------------------------------------------------


def test_front_matter_and_fenced_code_are_no_paragraphs() -> None:
    """They keep their line numbers."""
    text = "---\ntitle: x\n---\nOne.\n\n  ```py\ncode\n  ```\nTwo.\n~~~\nto the end\n"
    assert rows_of(table([text], markdown=True)) == [[(17, 21, 4, 4), (42, 46, 9, 9)]]
    assert blocks(text) == ((0, 16), [(23, 41), (47, 61)], [])
    assert len(rows_of(table([text]))[0]) == 10


def test_code_parts_runs_of_lines() -> None:
    """As an empty line does."""
    assert paragraphs_of("a\n```\nb\n```\nc\nd", BLANK, markdown=True) == [
        (0, 1, 1, 1),
        (12, 15, 5, 6),
    ]


# --- Long paragraphs ------------------------------------------------------------------------------


def prose(seed: int, characters: int, end: str = ". ") -> str:
    """Write a long line of sentences."""
    rng = random.Random(seed)
    out, size = [], 0
    while size < characters:
        words = [rng.choice("abcdefghij") * rng.randint(1, 9) for _ in range(rng.randint(4, 25))]
        out.append(" ".join(words) + end)
        size += len(out[-1])
    return "".join(out).strip()


def cut(text: str, mode: int = LINE) -> list[str]:
    """Give the paragraphs as texts, after checking what holds for all."""
    rows = paragraphs_of(text, mode)
    assert rows_of(table(["x", text, "y"], mode))[1] == rows
    assert all(end - start <= LONGEST for start, end, _, _ in rows)
    return [text[start:end] for start, end, _, _ in rows]


def test_a_line_of_up_to_ten_thousand_characters_is_whole() -> None:
    """White space at its edges does not count."""
    line = prose(1, LONGEST + 100)[: LONGEST - 1] + "x"
    assert cut(f"  {line}  \nb") == [line, "b"]
    assert len(cut(f"{line}y")) > 1


def test_a_long_line_is_cut_at_sentence_ends() -> None:
    """Its pieces share the line and are all of it."""
    line = prose(2, 60_000)
    text = f"a\n{line}\nb"
    pieces = cut(text)
    assert " ".join(pieces[1:-1]) == line
    assert all(piece.endswith(".") for piece in pieces[1:-1])
    assert min(map(len, pieces[1:-1])) >= REACH - 2
    assert {row[2:] for row in paragraphs_of(text, LINE)[1:-1]} == {(2, 2)}


def test_the_same_text_is_cut_alike_wherever_it_stands() -> None:
    """Apart from its first and last stretch, which hold the neighbours' edges."""
    common = prose(3, 60_000)
    a = cut(f"{prose(4, 7_000)} {common} {prose(5, 3_000)}")
    b = cut(f"{prose(6, 23_456)} {common}")
    whole = set(cut(common))
    assert len(whole & set(a)) >= len(whole) - 4
    assert len(set(a) & set(b)) >= len(whole) - 4


def test_spacing_and_case_do_not_move_the_cuts() -> None:
    """Nor do line ends, where blank lines part paragraphs."""
    line = prose(7, 40_000)
    wrapped = "\n".join(textwrap.wrap(line, 70)).upper()
    assert [" ".join(p.split()) for p in cut(wrapped, BLANK)] == [p.upper() for p in cut(line)]
    rows = paragraphs_of(wrapped, BLANK)
    for start, end, first, last in rows:
        assert first == wrapped.count("\n", 0, start) + 1
        assert last == wrapped.count("\n", 0, end) + 1


@pytest.mark.parametrize("end", [" ", "。", ""])
def test_a_line_without_sentences_is_cut_at_spaces_or_anywhere(end: str) -> None:
    """Nothing gets lost."""
    line = prose(8, 50_000, end)
    line = line.replace(" ", "") if end != " " else line
    pieces = cut(line)
    assert len(pieces) > 4
    assert (" " if end == " " else "").join(pieces) == line


def test_repeats_of_one_sentence_are_cut_too() -> None:
    """All places are equal; pieces stay within bounds."""
    line = "Toujours la même phrase. " * 4000
    pieces = cut(line)
    assert " ".join(pieces) == line.strip()
