"""Units, seeds, chains and extension: both kernels alike, and what each of them promises."""

from __future__ import annotations

import random

import numpy as np
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels
from dedup.kernels import reference
from dedup.model import Strings

native = pytest.importorskip("dedup.kernels._native")
BUDGET = (8, 4, 6, 16)


def stream(dice: random.Random) -> tuple[kernels.Units, np.ndarray]:
    """Draw units of few kinds, with walls here and there, and their places."""
    count, kinds = dice.randrange(80), dice.choice([2, 5, 50])
    hashes = np.array([dice.randrange(kinds) for _ in range(count)], np.uint32)
    halves = np.array([dice.choice([1, 2, 2, 3]) for _ in range(kinds)], np.int8)[hashes]
    walls = np.cumsum([200 * (dice.random() < 0.05) for _ in range(count)])
    places = (np.cumsum(halves.astype(np.int64)) - halves + walls).astype(np.int64)
    nothing = np.zeros(count, np.int32)
    return kernels.Units(np.array([0, count]), nothing, nothing, halves, hashes), places


@given(texts=st.lists(strategies.texts(), max_size=4))
def test_units_are_alike(texts: list[str]) -> None:
    """Any text is cut into the same units, with the same hashes."""
    column = Strings.of(texts)
    pairs = zip(
        native.units(column.data, column.offsets),
        reference.units(column.data, column.offsets),
        strict=True,
    )
    for mine, twin in pairs:
        assert mine.dtype == twin.dtype
        assert mine.tolist() == twin.tolist()


@given(texts=st.lists(strategies.texts(), max_size=6), seed=st.integers(0, 2**32))
def test_units_are_laid_alike(texts: list[str], seed: int) -> None:
    """What is left out leaves a wall, and so does the end of a document, with words or without."""
    dice = random.Random(seed)  # noqa: S311
    column = Strings.of(texts)
    units = kernels.Units(*native.units(column.data, column.offsets))
    begin = np.array([dice.randrange(9) for _ in texts], np.int32)
    room = np.array([dice.choice([0, 1, 5, 2**40]) for _ in texts], np.int64)
    documents = np.array([n for n in range(len(texts)) if not n or dice.random() < 0.5], np.int64)
    columns = (tuple(units), begin, room, documents, 180)
    mine, twin = native.lay(*columns), reference.lay(*columns)

    assert [c.dtype for c in mine] == [c.dtype for c in twin]
    assert [c.tolist() for c in mine] == [c.tolist() for c in twin]


@given(seed=st.integers(0, 2**32))
def test_seeds_are_alike_and_never_far_apart(seed: int) -> None:
    """Both kernels choose the same grams, at least one in each window."""
    units, places = stream(random.Random(seed))  # noqa: S311
    for length, window in ((10, 8), (4, 3)):
        columns = (units.hashes, units.halves, places, length, window)
        mine, twin = native.winnow(*columns), reference.winnow(*columns)
        assert [column.tolist() for column in mine] == [column.tolist() for column in twin]
        rows, keys = mine
        assert (keys >= 0).all()
        assert (keys < 2**40).all()
        assert (np.diff(rows) > 0).all()


@given(seed=st.integers(0, 2**32))
def test_chains_are_alike(seed: int) -> None:
    """Both kernels put each seed into the same chain."""
    dice = random.Random(seed)  # noqa: S311
    count = dice.randrange(60)
    group = np.sort([dice.randrange(3) for _ in range(count)]).astype(np.int64)
    source, copy = (
        np.array([dice.randrange(200) for _ in range(count)], np.int64) for _ in range(2)
    )
    order = np.lexsort((source, copy, group))
    same = (group == 1).astype(np.uint8)
    columns = (group, source[order], copy[order], same, 90, 40, 10)
    assert native.chain(*columns).tolist() == reference.chain(*columns).tolist()


@given(seed=st.integers(0, 2**32))
def test_extensions_are_alike_and_stay_within_limits(seed: int) -> None:
    """Both kernels walk as far, never over a limit, and keep one text's stretches apart."""
    dice = random.Random(seed)  # noqa: S311
    units, _ = stream(dice)
    rows, limits = [], []
    for _ in range(8):
        low, a, b, high, lower, c, d, higher = sorted(
            dice.choices(range(len(units.hashes) + 1), k=8)
        )
        rows.append((a, b, c, d))
        limits.append(dice.choice([(low, high, lower, higher), (0, d, b, len(units.hashes))]))
    same = np.array([dice.randrange(2) for _ in rows], np.uint8)
    spans, bounds = np.array(rows, np.int64), np.array(limits, np.int64)
    columns = (units.hashes, units.halves, spans, bounds, same, BUDGET)
    mine = native.extend(*columns)
    assert mine.tolist() == reference.extend(*columns).tolist()
    assert (mine[:, ::2] <= spans[:, ::2]).all()
    assert (mine[:, 1::2] >= spans[:, 1::2]).all()
    assert (mine[:, ::2] >= bounds[:, ::2]).all()
    assert (mine[:, 1::2] <= bounds[:, 1::2]).all()
    assert (mine[same == 1, 1] <= mine[same == 1, 2]).all()


def test_there_is_room_for_the_most_units() -> None:
    """Texts of single letters, of letters between characters without spaces, and of fractions."""
    texts = ["a", "a b c", "a字a字a", "½a½a", "字", "a½", "", "é é"] * 50
    column = Strings.of(texts)
    found = native.units(column.data, column.offsets)
    assert found[0].tolist() == reference.units(column.data, column.offsets)[0].tolist()
    assert len(found[1]) == found[0][-1] <= (len(column.data) + len(texts)) // 2


@pytest.mark.parametrize("letters", [8, 9, 254, 255, 256, 257, 300])
@pytest.mark.parametrize("inside", ["", "\u00ad", "é", "e\u0301", "字", "\u0301", "ǅ"])
def test_long_units_are_alike(letters: int, inside: str) -> None:
    """A word may be longer than a kernel folds at once, and hold what is dropped or no letter."""
    word = "Aa" * (letters // 2) + "z" * (letters % 2)
    texts = [word, inside + word, word[:5] + inside + word[5:], f"{word}{inside} b", f"字{word}"]
    column = Strings.of(texts)
    for one, other in zip(
        native.units(column.data, column.offsets),
        reference.units(column.data, column.offsets),
        strict=True,
    ):
        assert one.tolist() == other.tolist()


def test_units_of_a_sentence(kernel: str) -> None:  # noqa: ARG001 - the fixture chooses it
    """Words lie where they stand, and hash as what they normalise to."""
    column = Strings.of(["«\u200bL\u00adÉté»  d’hier, 3½ km", "漢字 ก\u0e31น か\u3099x"])
    units = kernels.units(column.data, column.offsets)
    texts = column.list()
    rows = np.repeat(np.arange(2), np.diff(units.counts)).tolist()
    shown = [
        texts[row][start:end]
        for row, start, end in zip(rows, units.starts.tolist(), units.ends.tolist(), strict=True)
    ]
    assert shown == [
        *("L\u00adÉté", "d", "hier", "3½", "km"),
        *("漢", "字", "ก\u0e31", "น", "か\u3099", "x"),
    ]
    assert units.halves.tolist() == [2] * 5 + [1, 1, 2, 1, 1, 2]
    plain = Strings.of(["lete D HIER 3½ KM"])
    assert kernels.units(plain.data, plain.offsets).hashes.tolist() == units.hashes[:5].tolist()
