"""Same text: against a search of all common subsequences, and the edges of the limit."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels
from dedup.text.normalising import normalise_text
from dedup.text.same_text import same_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Column = tuple[NDArray[np.uint8], NDArray[np.int64]]
    Texts = Callable[[Sequence[str | bytes]], Column]

WORDS = [f"mot{n}" for n in range(40)]
TEXT = " ".join(WORDS)


def oracle(a: str, b: str) -> bool:
    """Say what the oracle says of two texts that match."""
    return a == b or (
        naive.words_with_digits(a) == naive.words_with_digits(b) and naive.follows_closely(a, b)
    )


def words(count: int) -> str:
    """Give words without digits."""
    return " ".join("abcdefghijklmnopqrstuvwxyz"[n % 26] * (1 + n // 26) for n in range(count))


SOUP = st.lists(
    st.sampled_from(["le", "la", "un", "17", "23", "x1", "漢字", "漢", "ก", "1漢", "mot"]),
    max_size=14,
)


@given(SOUP, SOUP)
def test_agrees_with_the_oracle_on_soup(first: list[str], second: list[str]) -> None:
    """Few words, many repetitions: where subsequences are many."""
    a, b = " ".join(first), " ".join(second)
    assert same_text(a, b) == oracle(a, b)


@given(SOUP, st.integers(0, 14), st.integers(0, 6), SOUP)
def test_agrees_with_the_oracle_on_edits(
    first: list[str], at: int, dropped: int, new: list[str]
) -> None:
    """A run replaced by another one, near the limit."""
    second = first[:at] + new[:6] + first[at + dropped :]
    a, b = " ".join(first), " ".join(second)
    assert same_text(a, b) == oracle(a, b)


@given(SOUP, SOUP)
def test_is_symmetric(first: list[str], second: list[str]) -> None:
    """Neither side is the keeper by nature."""
    a, b = " ".join(first), " ".join(second)
    assert same_text(a, b) == same_text(b, a)


@pytest.mark.parametrize(("count", "same"), [(4, True), (5, False)])
def test_five_words_that_only_one_side_has_are_a_fact(count: int, same: bool) -> None:  # noqa: FBT001
    """At the beginning, in the middle and at the end."""
    text = words(30).split()
    more = ["neu"] * count
    for at in (0, 15, 30):
        assert same_text(" ".join(text), " ".join(text[:at] + more + text[at:])) is same


def test_replaced_words_count_on_both_sides() -> None:
    """Four words become four others; with five the text is another one."""
    text = words(30).split()
    for count, same in ((4, True), (5, False)):
        other = text[:10] + [f"{w}q" for w in text[10 : 10 + count]] + text[10 + count :]
        assert same_text(" ".join(text), " ".join(other)) is same


def test_numbers_are_facts() -> None:
    """One figure differs, or stands once more, or two have changed places."""
    assert not same_text("a b c 17 d e", "a b c 23 d e")
    assert not same_text("a b c 17 d e", "a b c 17 d 17 e")
    assert not same_text("17 a b 23 c", "23 a b 17 c")
    assert same_text("17 a b 23 c", "17 b a 23 c")
    assert not same_text("a b ½ c", "a b c")


def test_a_character_without_spaces_is_half_a_word() -> None:
    """Nine characters may differ, ten may not."""
    text = "市政府昨天宣布将在明年春天之前完成老城区所有街道的改造工程并且向受到影响的居民提供补偿"
    assert same_text(text, text[:10] + "甲乙丙丁戊己庚辛壬" + text[19:])
    assert not same_text(text, text[:10] + "甲乙丙丁戊己庚辛壬癸" + text[20:])


def test_long_texts_take_no_time() -> None:
    """A text of 10,000 words with an edit every 30 words."""
    text = [f"w{'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]}" for n in range(10_000)]
    other = ["neu" if n % 30 == 0 else w for n, w in enumerate(text)]
    assert same_text(" ".join(text), " ".join(other))


def all_pairs(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair every row with every row, itself included."""
    a, b = np.divmod(np.arange(count * count), max(1, count))
    return a, b


def edited(rng: random.Random, units: list[str]) -> list[str]:
    """Replace, drop, double or move a short run, near the limit."""
    at, length = rng.randrange(len(units) + 1), rng.randrange(1, 12)
    run, rest = units[at : at + length], units[at + length :]
    new = rng.choice([[], run + run, run[::-1], rng.choices(units or ["x"], k=length)])
    return units[:at] + new + rest


SCRIPTS = (
    "le la les un une de des et mot ville 17 2024 n° ½ x1",
    "город в на и школа 17 ٣ ٤٥ дом",
    "مدينة في من إلى ٣ ١٧ بيت",
    "市 政 府 宣布 三 3 〇 ㊀ か゚ ドイツ 2024年",
    "ก่อน ที่ กรุง ๓ เมือง က် မြန် ၃",
    "नगर में के ३ विद्यालय 서울 시는 삼 3",
)


@pytest.mark.parametrize("words", SCRIPTS)
def test_pairs_agree_with_one_by_one(kernel: str, column: Texts, words: str) -> None:  # noqa: ARG001
    """All pairs of a batch, in every script, with many repetitions and edits near the limit."""
    rng = random.Random(words)  # noqa: S311 - samples
    for joint in (" ", " ", ""):
        texts = [rng.choices(words.split(), k=rng.randrange(40))]
        texts += [edited(rng, texts[rng.randrange(len(texts))]) for _ in range(12)]
        normals = [normalise_text(joint.join(text)) for text in [*texts, []]]
        a, b = all_pairs(len(normals))
        found = kernels.same_text_at(*column(normals), a, b)
        assert found.tolist() == [
            oracle(normals[x], normals[y]) for x, y in zip(a.tolist(), b.tolist(), strict=True)
        ]


@given(st.lists(st.text(max_size=40), max_size=6))
def test_pairs_agree_on_any_text(column: Texts, texts: list[str]) -> None:
    """Whatever normalising may leave, in the order of the pairs as they come."""
    normals = [normalise_text(text) for text in texts]
    a, b = all_pairs(len(normals))
    found = kernels.same_text_at(*column(normals), b, a)
    assert found.tolist() == [
        same_text(normals[x], normals[y]) for x, y in zip(a.tolist(), b.tolist(), strict=True)
    ]


@pytest.mark.parametrize("period", [1, 7, 61, 1700])
def test_long_pairs_agree_with_the_twin(column: Texts, period: int) -> None:
    """Texts of many 64-bit words, at and beside their edges, with an edit now and then."""
    rng = random.Random(period)  # noqa: S311 - samples
    for length in (31, 32, 33, 63, 64, 65, 127, 128, 1700):
        texts = [["abcdefghij"[n % period % 10] * (1 + n % period // 10) for n in range(length)]]
        for _ in range(8):
            texts.append(edited(rng, texts[rng.randrange(len(texts))]))
        normals = [" ".join(text) for text in texts]
        a, b = all_pairs(len(normals))
        found = kernels.same_text_at(*column(normals), a, b)
        assert found.tolist() == [
            same_text(normals[x], normals[y]) for x, y in zip(a.tolist(), b.tolist(), strict=True)
        ]
        assert found.any()


def test_pairs_in_any_order_and_none(kernel: str, column: Texts) -> None:  # noqa: ARG001
    """A row that comes back after others, no pair, no text, and an empty one."""
    data, offsets = column(["a b 1", "a c 1", "a b 2", ""])
    a, b = np.array([0, 2, 0, 3, 3]), np.array([1, 0, 1, 3, 0])
    assert kernels.same_text_at(data, offsets, a, b).tolist() == [True, False, True, True, False]
    none = np.zeros(0, np.int64)
    assert kernels.same_text_at(data, offsets, none, none).tolist() == []
    assert kernels.same_text_at(*column([]), none, none).tolist() == []
    assert kernels.same_text_at(*column(["", ""]), none, none).tolist() == []
    assert kernels.same_text_at(*column(["", ""]), np.array([0]), np.array([1])).tolist() == [True]


def test_rows_that_are_not_there_are_refused(column: Texts) -> None:
    """Before anything is read."""
    data, offsets = column(["a", "b"])
    for a, b in (([0], [2]), ([-1], [0]), ([0, 1], [0])):
        with pytest.raises(ValueError, match="row"):
            kernels.same_text_at(data, offsets, np.array(a), np.array(b))
    with pytest.raises(TypeError):
        kernels.same_text_at(data, offsets, np.array([0], np.int32), np.array([1], np.int32))


def test_a_line_of_one_word_takes_no_time(column: Texts) -> None:
    """10,000 characters, all alike but a few: where subsequences are most."""
    text = "一" * 10_000
    normals = [text, text[:5000] + "二三四" + text[5003:], text[:5000] + "二" * 10 + text[5010:]]
    began = time.perf_counter()
    found = kernels.same_text_at(*column(normals), np.array([0, 0]), np.array([1, 2]))
    assert found.tolist() == [True, False]
    assert time.perf_counter() - began < 2
