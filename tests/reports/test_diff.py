"""Comparison: nothing is lost, what belongs together is paired, changes read well."""

from __future__ import annotations

import doctest
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup.reports.diff
from dedup.reports.diff import Diff, compare
from dedup.reports.diff.tokens import halves, tokens_of
from dedup.reports.visible import cells
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = st.sampled_from(
    [
        *("one", "two", "three", "four", "five", " ", "  ", "\n", "\n\n", "\r\n", ". ", ", "),
        *(
            "漢字",
            "é",
            "e\u0301",
            "3.5",
            "-5 %",
            "$",
            "***",
            "han-\nded",
            "handed",
            "don't",
            "don t",
        ),
        *("l'été", "ภาษา", "น้ำ", "👨\u200d👩\u200d👧", "«", "» "),
    ]
)
SENTENCES = st.sampled_from(
    [
        "The cat sat on the mat by the door. ",
        "A dog came in and went out again. ",
        "Nobody knows the number of things that are here. ",
        "Rain. ",
        "He said 120 people, and 35 more. ",
        "He said 135 people, and 36 more. ",
        "\n",
        "\n\n",
    ]
)
TEXTS = (
    st.lists(WORDS, max_size=60).map("".join)
    | st.lists(SENTENCES, max_size=14).map("".join)
    | st.text(max_size=80)
)
MODES = st.sampled_from(["auto", "line", "blank"])
SAME = {"equal", "respelled"}


def read(a: str, b: str) -> str:
    """Give a comparison as a reader sees it."""
    marks = {"equal": "{0}", "respelled": "{0}", "removed": "[-{0}-]", "added": "{{+{1}+}}"}
    marks["left"] = "[to {2}]"
    pieces = [piece for part in compare(a, b).parts for piece in part.pieces]
    return "".join(marks[piece.mark].format(piece.a, piece.b, piece.move) for piece in pieces)


def kinds(diff: Diff) -> list[str]:
    """Give the kinds of all parts."""
    return [part.kind for part in diff.parts]


@given(TEXTS, TEXTS, MODES, st.booleans())
def test_applied_to_a_it_gives_b(a: str, b: str, paragraphs: str, as_one: bool) -> None:  # noqa: FBT001
    """The B of all pieces is text B; the A of all, in their order, is text A: each word once."""
    diff = compare(a, b, Settings(paragraphs=paragraphs), as_one=as_one)
    pieces = [piece for part in diff.parts for piece in part.pieces]
    assert "".join(piece.b for piece in pieces) == b
    at_a = at_b = 0
    for piece in sorted((piece for piece in pieces if piece.a), key=lambda p: p.start_a):
        assert piece.start_a == at_a
        assert a.startswith(piece.a, at_a)
        at_a += len(piece.a)
    for piece in (piece for piece in pieces if piece.b):
        assert piece.start_b == at_b
        at_b += len(piece.b)
    assert (at_a, at_b) == (len(a), len(b))
    assert diff.differs == (a != b)


@given(TEXTS, TEXTS)
def test_pieces_are_what_they_say(a: str, b: str) -> None:
    """Equal pieces are equal but for white space, the others have one side; every move is told."""
    diff = compare(a, b)
    pieces = [piece for part in diff.parts for piece in part.pieces]
    for piece in pieces:
        if piece.mark == "equal":
            assert piece.a.split() == piece.b.split()
        elif piece.mark != "respelled":
            assert bool(piece.a) == (piece.mark == "removed")
            assert bool(piece.b) == (piece.mark == "added")
    assert [move.number for move in diff.moves] == list(range(1, len(diff.moves) + 1))
    for move in diff.moves:
        assert {"left"} < {piece.mark for piece in pieces if piece.move == move.number}


@given(TEXTS, TEXTS, MODES)
def test_both_directions_tell_the_same(a: str, b: str, paragraphs: str) -> None:
    """The share of the same words is that of B and A."""
    settings = Settings(paragraphs=paragraphs)
    one, two = compare(a, b, settings), compare(b, a, settings)
    assert one.same_words == two.same_words
    assert 0 <= one.same_words <= 1
    assert one.words_moved == two.words_moved
    assert (one.resemblance, one.contained_a) == (two.resemblance, two.contained_b)
    assert one.in_order == two.in_order


@given(TEXTS, TEXTS)
def test_words_in_the_same_order_are_the_same(a: str, b: str) -> None:
    """Where both have the same words and signs in their order, none is marked."""
    diff = compare(a, b)
    if diff.in_order:
        pieces = [piece for part in diff.parts for piece in part.pieces]
        assert diff.same_words == 1
        assert all(
            piece.mark in SAME or not any(map(str.isalnum, piece.a + piece.b)) for piece in pieces
        )


@given(TEXTS)
def test_equal_texts(text: str) -> None:
    """A text compared with itself has nothing but equal pieces."""
    diff = compare(text, text)
    assert set(kinds(diff)) <= {"equal"}
    assert (diff.same_words, diff.differs, diff.only_space, diff.in_order) == (
        1,
        False,
        False,
        True,
    )


@given(TEXTS)
def test_no_token_ends_inside_a_grapheme(text: str) -> None:
    """Tokens hold the text whole, and part no character from its marks."""
    import regex

    body = text.strip()
    tokens = tokens_of(body, [(0, len(body), 1, 1)] if body else [])
    whole = {found.start() for found in regex.finditer(r"\X", body)} | {len(body)}
    assert set(tokens.edges()) <= whole
    assert tokens.edges()[-1] == len(body)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L'homme d\u2019été, aujourd'hui", ["L'", "homme ", "d\u2019", "été, ", "aujourd'hui"]),
        ("It's (well-known) “so”: 4,500.75", ["It's ", "(well-", "known) ", "“so”: ", "4,500.75"]),
        ("« oui » à 12:30 le 3/5", ["« oui » ", "à ", "12:30 ", "le ", "3/5"]),
        ("-5 % et $500", ["-", "5 ", "% ", "et ", "$", "500"]),
        ("日本の2020年、カナ", ["日", "本", "の", "2020", "年、", "カ", "ナ"]),
        ("น้ำดี", ["น้ำ", "ดี"]),
        ("جملة ١٢٠٫٥ شخصًا", ["جملة ", "١٢٠٫٥ ", "شخصًا"]),
        ("한국어 문장", ["한국어 ", "문장"]),
    ],
)
def test_tokens(text: str, expected: Sequence[str]) -> None:
    """Words of Unicode, numbers, signs, and characters where there are no spaces."""
    tokens = tokens_of(text, [(0, len(text), 1, 1)])
    edges = tokens.edges()
    assert [text[a:b] for a, b in pairwise(edges)] == expected


def test_words_are_counted_as_a_report_does() -> None:
    """Two words a pair of characters that stand alone; none for signs and stars."""
    text = "don't 日本 $5 ***"
    assert sum(map(halves, tokens_of(text, [(0, len(text), 1, 1)]).keys)) == 2 * 4


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("It cost 4.5 million.", "It cost 4.7 million.", "It cost [-4.5-]{+4.7+} million."),
        ("The red and white car", "The old green car", "The [-red and white-]{+old green+} car"),
        ("the big cat", "a big dog", "[-the-]{+a+} big [-cat-]{+dog+}"),
        ("They don't go", "They do not go", "They [-don't-]{+do not+} go"),
        ("東京は日本の首都", "京都は日本の古都", "[-東-]京{+都+}は日本の[-首-]{+古+}都"),
        ("same  words\there", "same words here", "same  words\there"),
        ("", "new", "{+new+}"),
        ("one, two", "One; two", "one, two"),
        ("-5 % in May", "5 % in May", "[---]5 % in May"),
    ],
)
def test_reads_well(a: str, b: str, expected: str) -> None:
    """Changes are words and phrases, not crumbs; punctuation and case are none."""
    assert read(a, b) == expected


def test_a_replaced_phrase_is_one_change() -> None:
    """Few shared words inside a rewritten phrase belong to it."""
    a = "He said the old bridge of dark wood will not be closed for repairs until May."
    b = "He said a new road of pale stone will be opened to traffic until May."
    assert read(a, b) == (
        "He said [-the old bridge of dark wood-]{+a new road of pale stone+} will "
        "[-not -]be [-closed for repairs-]{+opened to traffic+} until May."
    )


def test_repetition_taken_out() -> None:
    """Of a section that stood twice, the second is what is missing."""
    section = [f"Paragraph {n} of the section." for n in (1, 2, 3)]
    diff = compare("\n".join(["Head", *section, *section]), "\n".join(["Head", *section]))
    assert kinds(diff) == ["equal"] * 4 + ["removed"] * 3


ONE = "The first keeper of the house was a widow from the islands."
TWO = "Her entries for that winter describe a storm of nine days."
THREE = "Later keepers added drawings of 12 birds to the margins of it."
FOUR = "The last of them gave the books to the library of the county."


def test_moved() -> None:
    """What leaves the order that keeps the most words has moved, edits inside are marked."""
    edited = THREE.replace("12", "15")
    diff = compare(f"{ONE}\n{TWO}\n{THREE}\n{FOUR}", f"{edited}\n{ONE}\n{TWO}\n{FOUR}")
    assert kinds(diff) == ["moved", "equal", "equal", "left", "equal"]
    [move] = diff.moves
    assert (move.a.paragraphs, move.b.paragraphs, move.up, move.whole) == (
        (3, 3),
        (1, 1),
        True,
        True,
    )
    changed = [(p.mark, p.a, p.b) for p in diff.parts[0].pieces if p.mark not in SAME]
    assert changed == [("removed", "12", ""), ("added", "", "15")]
    assert diff.same_words == pytest.approx(1 - 1 / 48)


def test_merged_and_split() -> None:
    """Paragraphs that were put together or divided are told so, and no word is marked."""
    apart, together = f"{ONE}\n{TWO}\n{THREE}\n{FOUR}", f"{ONE} {TWO}\n{THREE} {FOUR}"
    diff = compare(apart, together)
    assert kinds(diff) == ["merged", "merged"]
    assert [part.a.paragraphs for part in diff.parts if part.a] == [(1, 2), (3, 4)]
    assert diff.in_order
    assert kinds(compare(together, apart)) == ["split", "split"]


def test_a_sentence_moved_into_another_paragraph() -> None:
    """It is shown inside the other, and a pointer stands where it was."""
    a = f"{ONE} {TWO}\n{THREE}\n{FOUR}"
    b = f"{ONE}\n{THREE}\n{FOUR} {TWO}"
    diff = compare(a, b)
    assert kinds(diff) == ["changed", "equal", "changed"]
    assert [(move.whole, move.up) for move in diff.moves] == [(False, False)]
    assert [p.mark for p in diff.parts[0].pieces] == ["equal", "left"]
    assert "".join(p.b for p in diff.parts[2].pieces if p.move == 1).strip() == TWO
    assert diff.same_words == 1
    assert not diff.in_order


def test_wrapped_text_is_the_same() -> None:
    """Line ends, hyphens at them and case are no changes, whichever paragraphs they make."""
    line = f"{ONE} {TWO} {THREE}"
    wrapped = (
        line.replace(" house", "\nhouse").replace("storm", "\nst-\norm").replace("of ", "of\n")
    )
    for a, b in ((line, wrapped), (wrapped, line), (wrapped, line.upper())):
        diff = compare(a, b)
        assert diff.in_order
        assert set(kinds(diff)) == {"equal"}
    assert compare(line, line.replace(" ", "\n")).only_space


def test_a_paragraph_whose_only_word_is_the_end_of_another() -> None:
    """A word that a line end breaks is whole where the other text has it so: no token is left."""
    diff = compare("handed foo", "han-\nded\nx", Settings(paragraphs="line"))
    assert "".join(piece.b for part in diff.parts for piece in part.pieces) == "han-\nded\nx"


def test_moved_paragraphs_with_one_of_the_line_among_them() -> None:
    """What moved into several paragraphs, of which one holds words that stayed, is no whole one."""
    said = {
        "c": "The cat sat on the mat by the door. ",
        "d": "A dog came in and went out again. ",
        "n": "Nobody knows the number of things that are here. ",
        "r": "Rain. ",
        "h": "He said 120 people, and 35 more. ",
        "i": "He said 135 people, and 36 more. ",
        "/": "\n",
    }
    a, b = (
        "".join(map(said.get, letters))  # type: ignore[arg-type]
        for letters in (
            "n//hr/rrcnc/ndh/hnninr//rnrrri/rhcd/cdcnincnhn/",
            "hchni////h/d/cnnd/hhnn",
        )
    )
    diff = compare(a, b, Settings(paragraphs="line"))
    assert "".join(piece.b for part in diff.parts for piece in part.pieces) == b


def test_alike_paragraphs_are_paired() -> None:
    """Changed paragraphs are paired with what they were, though others came and went."""
    a = "A city council met on Monday.\nNothing else happened.\nThe mayor went home early."
    b = "Breaking!\nThe city council met on Tuesday.\nThe mayor went home very late."
    assert kinds(compare(a, b)) == ["added", "changed", "removed", "changed"]


def test_counts() -> None:
    """Words, shares and paragraphs are counted."""
    diff = compare("One two three four.\nGone for good.", "One two 3 four.")
    assert (diff.words_a, diff.words_b, diff.words_equal) == (7, 4, 3)
    assert diff.same_words == pytest.approx(6 / 11)
    assert (diff.count("changed"), diff.count("removed"), diff.count("added")) == (1, 1, 0)


@pytest.mark.parametrize(
    ("a", "b", "verdict", "keeps"),
    [
        (f"{ONE} {TWO}", f"{ONE} {TWO}".upper(), "finding", "equal"),
        (f"{ONE} {THREE}", f"{ONE} {THREE}".replace("12", "15"), "finding", "number"),
        (f"{ONE} {THREE} -5 %", f"{ONE} {THREE} 5 %", "finding", "sign"),
        (f"{ONE} {TWO}", f"{ONE} {TWO}".replace("nine", "ten"), "finding", "words"),
        (ONE, ONE, "short", "equal"),
        ("One two three.", "One two four.", "short", "words"),
        (f"{ONE} {TWO}", f"{ONE} {THREE} Yes.", "below", "number"),
    ],
)
def test_why_a_pair_is_a_finding(a: str, b: str, verdict: str, keeps: str) -> None:
    """Every pair of paragraphs says what a report makes of it, and what a clean would look at."""
    [part] = compare(a, b).parts
    [likeness] = part.likenesses
    assert (likeness.verdict, likeness.keeps) == (verdict, keeps)


def test_boilerplate_is_no_finding() -> None:
    """Where two documents make a paragraph boilerplate, none of both is told."""
    diff = compare(f"{ONE} {TWO}", f"{ONE} {TWO}", Settings(boilerplate_documents=2))
    assert [one.verdict for one in diff.parts[0].likenesses] == ["boilerplate"]


def test_a_passage_is_one_stretch() -> None:
    """It is compared as one, whatever paragraphs it touches."""
    [part] = compare(f"{ONE}\n{TWO}", f"{TWO}\n{ONE}", as_one=True).parts
    assert part.kind == "changed"


def test_equal_passages_in_many_paragraphs_are_paired_in_their_order() -> None:
    """Of repeated paragraphs the one at the same place is the partner, though all are edited."""
    refrain = "And so the river goes on to the sea and nobody asks it why it goes at all."
    a = [part for n in range(8) for part in (f"Verse {n} has words of its own, {n} {n}.", refrain)]
    b = [p.replace("goes on", "runs on") if n % 4 == 1 else p for n, p in enumerate(a)]
    diff = compare("\n".join(a), "\n".join(b))
    assert not diff.moves
    assert diff.count("changed") == 4


@pytest.mark.parametrize(
    ("a", "b"), [("a\n", "a"), ("a b", "a\tb"), ("", " \n"), ("a\r\nb", "a\nb"), ("\ufeffa", "a")]
)
def test_white_space_only(a: str, b: str) -> None:
    """Texts that differ in white space only differ, and are said to do so in nothing else."""
    diff = compare(a, b)
    assert (diff.differs, diff.in_order, diff.same_words) == (True, True, 1)
    assert diff.only_space or "\ufeff" in a


def test_long_texts() -> None:
    """Thousands of paragraphs, all changed or all repeated, take no more than seconds."""
    a = [f"Paragraph number {n} says this and that about {n * n}." for n in range(1500)]
    diff = compare("\n".join(a), "\n".join(line + " Indeed." for line in a))
    assert set(kinds(diff)) == {"changed"}
    repeated = compare("x y\nz\n" * 3000, "z\nx y\n" * 2000)
    assert repeated.same_words == pytest.approx(0.8, abs=0.01)


def test_example() -> None:
    """The example of the docstring is true."""
    assert doctest.testmod(dedup.reports.diff).failed == 0


@given(st.text())
def test_cells(text: str) -> None:
    """No text has a negative width."""
    assert 0 <= cells(text) <= 2 * len(text)
