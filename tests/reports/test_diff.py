"""Comparison: nothing is lost, what belongs together is paired, changes read well."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup.reports.diff
from dedup.reports.diff import Diff, compare
from dedup.reports.diff_align import align
from dedup.reports.diff_words import pieces_of, words_of
from dedup.reports.visible import cells

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = st.sampled_from(
    ["one", "two", "three", "four", " ", "  ", "\n", "\n\n", "\r\n", ".", ", ", "漢字", "é", "3.5"]
)
TEXTS = st.lists(WORDS, max_size=60).map("".join) | st.text(max_size=80)


def sides(diff: Diff) -> tuple[str, str]:
    """Give each side of all pieces."""
    pieces = [piece for row in diff.rows for piece in row.pieces]
    return "".join(piece.a for piece in pieces), "".join(piece.b for piece in pieces)


def read(a: str, b: str) -> str:
    """Give a comparison as a reader sees it."""
    marks = {"equal": "{0}", "delete": "[-{0}-]", "insert": "{{+{1}+}}"}
    pieces = [piece for row in compare(a, b).rows for piece in row.pieces]
    return "".join(marks[piece.kind].format(piece.a, piece.b) for piece in pieces)


@given(TEXTS, TEXTS, st.sampled_from(["auto", "line", "blank"]))
def test_nothing_is_lost(a: str, b: str, paragraphs: str) -> None:
    """The sides of all pieces, joined, are the texts."""
    diff = compare(a, b, paragraphs=paragraphs)
    assert sides(diff) == (a, b)
    assert diff.differs == (a != b)
    assert 0 <= diff.share <= 1


@given(TEXTS, TEXTS)
def test_pieces_are_what_they_say(a: str, b: str) -> None:
    """Equal pieces are equal but for white space, the others have one side."""
    for row in compare(a, b).rows:
        for piece in row.pieces:
            if piece.kind == "equal":
                assert "".join(piece.a.split()) == "".join(piece.b.split()) or row.kind == "space"
            else:
                assert bool(piece.a) == (piece.kind == "delete")
                assert bool(piece.b) == (piece.kind == "insert")


@given(TEXTS)
def test_equal_texts(text: str) -> None:
    """A text compared with itself has nothing but equal pieces."""
    diff = compare(text, text)
    assert {row.kind for row in diff.rows} <= {"same", "space"}
    assert (diff.share, diff.differs, diff.only_space) == (1, False, False)


@given(TEXTS, TEXTS)
def test_order_is_kept(a: str, b: str) -> None:
    """Paragraphs come in the order of both texts, each once."""
    rows = compare(a, b).rows
    for numbers in ([r.a.number for r in rows if r.a], [r.b.number for r in rows if r.b]):
        assert numbers == list(range(1, len(numbers) + 1))


@given(
    st.lists(st.sampled_from("abcde"), max_size=30), st.lists(st.sampled_from("abcde"), max_size=30)
)
def test_every_paragraph_is_aligned_once(a: Sequence[str], b: Sequence[str]) -> None:
    """Alignment is monotone and complete, and pairs only what is equal or alike."""
    pairs = align(a, b)
    assert [i for i, _ in pairs if i is not None] == list(range(len(a)))
    assert [j for _, j in pairs if j is not None] == list(range(len(b)))
    assert all(a[i] == b[j] for i, j in pairs if i is not None and j is not None)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("It cost 4.5 million.", "It cost 4.7 million.", "It cost [-4.5 -]{+4.7 +}million."),
        ("The red and white car", "The old green car", "The [-red and white -]{+old green +}car"),
        ("the big cat", "a big dog", "[-the -]{+a +}big [-cat-]{+dog+}"),
        ("They don't go", "They do not go", "They [-don't -]{+do not +}go"),
        ("東京は日本の首都", "京都は日本の古都", "[-東-]京{+都+}は日本の[-首-]{+古+}都"),
        ("same  words\there", "same words here", "same  words\there"),
        ("", "new", "{+new+}"),
        ("one, two", "one; two", "one[-, -]{+; +}two"),
    ],
)
def test_reads_well(a: str, b: str, expected: str) -> None:
    """Changes are words and phrases, not crumbs."""
    assert read(a, b) == expected


def test_a_replaced_phrase_is_one_change() -> None:
    """Few shared words inside a rewritten phrase belong to it."""
    a = "He said the old bridge of dark wood will not be closed for repairs until May."
    b = "He said a new road of pale stone will be opened to traffic until May."
    assert read(a, b) == (
        "He said [-the old bridge of dark wood -]{+a new road of pale stone +}will "
        "[-not -]be [-closed for repairs -]{+opened to traffic +}until May."
    )


def test_repetition_taken_out() -> None:
    """Of a section that stood twice, the second is what is missing."""
    a = "\n".join(
        ["Head", *(f"Paragraph {n} of the section." for n in (1, 2, 3))]
        + [f"Paragraph {n} of the section." for n in (1, 2, 3)]
    )
    diff = compare(a, "\n".join(a.split("\n")[:4]))
    assert [row.kind for row in diff.rows] == ["same"] * 4 + ["deleted"] * 3


def test_moved() -> None:
    """A paragraph that stands elsewhere is said to have moved, both ways."""
    one, two, three = "The first of all.", "Second thoughts here.", "Third time lucky."
    diff = compare(f"{one}\n{two}\n{three}", f"{three}\n{one}\n{two}")
    moved = [(row.kind, row.moved) for row in diff.rows if row.moved]
    assert moved == [("inserted", 3), ("deleted", 1)]
    assert diff.count("deleted") == 0
    assert diff.count("deleted", moved=True) == 1


def test_alike_paragraphs_are_paired() -> None:
    """Changed paragraphs are paired with what they were, though others came and went."""
    a = "A city council met on Monday.\nNothing else happened.\nThe mayor went home early."
    b = "Breaking!\nThe city council met on Tuesday.\nThe mayor went home very late."
    kinds = [row.kind for row in compare(a, b).rows]
    assert kinds == ["inserted", "changed", "deleted", "changed"]


def test_counts() -> None:
    """Words, shares and paragraphs are counted."""
    diff = compare("One two three four.\nGone for good.", "One two 3 four.")
    assert (diff.words_a, diff.words_b, diff.words_same) == (7, 4, 3)
    assert diff.share == pytest.approx(6 / 11)
    assert (diff.count("changed"), diff.count("deleted"), diff.count("inserted")) == (1, 1, 0)


@pytest.mark.parametrize(
    ("a", "b"), [("a\n", "a"), ("a b", "a\tb"), ("", " \n"), ("a\r\nb", "a\nb"), ("\ufeffa", "a")]
)
def test_white_space_only(a: str, b: str) -> None:
    """Texts that differ in white space only differ, and are said to do so in nothing else."""
    diff = compare(a, b)
    assert (diff.differs, diff.only_space, diff.share) == (True, True, 1)


def test_hard_wrapped_text() -> None:
    """Text that is wrapped elsewhere has the same words."""
    a = "one two three\nfour five six\n\nseven eight"
    b = "one two\nthree four\nfive six\n\nseven eight"
    assert compare(a, b, paragraphs="blank").only_space


def test_long_texts() -> None:
    """Thousands of paragraphs, all changed, take no more than seconds."""
    a = [f"Paragraph number {n} says this and that about {n * n}." for n in range(1500)]
    diff = compare("\n".join(a), "\n".join(line + " Indeed." for line in a))
    assert {row.kind for row in diff.rows} == {"changed"}
    repeated = compare("x y\nz\n" * 3000, "z\nx y\n" * 2000)
    assert sides(repeated) == ("x y\nz\n" * 3000, "z\nx y\n" * 2000)


def test_words_of_nothing() -> None:
    """Two empty texts have no pieces, no words and are the same."""
    assert pieces_of("", "") == ()
    assert words_of(" ., ") == 0
    assert compare("", "").share == 1


def test_example() -> None:
    """The example of the docstring is true."""
    assert doctest.testmod(dedup.reports.diff).failed == 0


@given(st.text())
def test_cells(text: str) -> None:
    """No text has a negative width."""
    assert 0 <= cells(text) <= 2 * len(text)
