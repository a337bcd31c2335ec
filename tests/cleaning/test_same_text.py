"""Same text: against a search of all common subsequences, and the edges of the limit."""

from __future__ import annotations

import naive
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cleaning.same_text import same_text

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
    """One figure differs, or stands once more; their order does not matter."""
    assert not same_text("a b c 17 d e", "a b c 23 d e")
    assert not same_text("a b c 17 d e", "a b c 17 d 17 e")
    assert same_text("17 a b 23 c", "23 a b 17 c")
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
