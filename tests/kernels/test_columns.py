"""Columns and pairs of their rows: the native kernel against its twin, and against libraries."""

from __future__ import annotations

import random
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from dedup import kernels
from dedup.kernels import reference
from dedup.model import Strings

pytestmark = pytest.mark.usefixtures("kernel")

ALPHABETS = ["abc", "éàüça", "абвг", "漢字仮名", "한국어", "😀a", "ab cd é漢"]
TEXTS = st.lists(st.sampled_from(ALPHABETS).flatmap(lambda a: st.text(a, max_size=150)), min_size=1)

RATES = st.sampled_from([0.0, 0.01, 0.1, 0.3])


def column(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Make a ragged column."""
    strings = Strings.of(texts)
    return strings.data, strings.offsets


@given(texts=TEXTS, seed=st.integers(0, 999))
def test_indel_is_that_of_rapidfuzz(texts: list[str], seed: int) -> None:
    """In code points, any length, and -1 above the limit."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    texts = [*texts, *("".join(c for c in text if dice.random() < 0.9) for text in texts)]
    a, b = (np.array([dice.randrange(len(texts)) for _ in range(20)]) for _ in "ab")
    limits = np.array([dice.choice([0, 5, 40, 300]) for _ in range(20)])
    distances = [Indel.distance(texts[i], texts[j]) for i, j in zip(a, b, strict=True)]
    wanted = [d if d <= limit else -1 for d, limit in zip(distances, limits, strict=True)]

    assert kernels.indel(column(texts), column(texts), a, b, limits).tolist() == wanted


@given(
    seed=st.integers(0, 9999),
    lengths=st.lists(st.sampled_from([0, 1, 40, 63, 64, 65, 128, 129, 256, 257]), min_size=1),
)
def test_indel_of_one_text_and_many(seed: int, lengths: list[int]) -> None:
    """Many second texts of one first one, shorter and longer, some of them not in ASCII."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    texts = ["".join(dice.choices("abcde ", k=length)) for length in lengths]
    many = [dice.choice(texts) for _ in range(30)]
    many = [text[: dice.randint(0, 300)] + dice.choice(["", "ab", "é"]) for text in many]
    a = np.sort(np.array([dice.randrange(len(texts)) for _ in range(30)]))
    b = np.arange(30)
    distances = [Indel.distance(texts[i], many[j]) for i, j in zip(a, b, strict=True)]
    limits = np.array([max(0, d + dice.choice([-1, 0, 9])) for d in distances])
    wanted = [d if d <= limit else -1 for d, limit in zip(distances, limits, strict=True)]

    assert kernels.indel(column(texts), column(many), a, b, limits).tolist() == wanted


@pytest.mark.parametrize("length", [63, 64, 65, 127, 128, 129, 1000, 70_000])
def test_indel_of_long_texts(length: int) -> None:
    """Around the borders of machine words, and far beyond."""
    dice = random.Random(length)  # noqa: S311 - no secret
    text = "".join(dice.choices("abcdefgh é", k=length))
    other = "".join(c for c in text if dice.random() < 0.97) + "x"
    distance = Indel.distance(text, other)
    rows = np.zeros(1, np.int64)
    for limit, wanted in ((distance, distance), (distance - 1, -1), (2 * length + 2, distance)):
        found = kernels.indel(column([text]), column([other]), rows, rows, np.array([limit]))
        assert found.tolist() == [wanted]


@given(
    seed=st.integers(0, 9999), length=st.integers(200, 1500), cut=st.integers(0, 600), share=RATES
)
def test_indel_follows_what_is_moved_far(seed: int, length: int, cut: int, share: float) -> None:
    """A piece put in or left out at either end moves all behind it; limits around the distance."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    letters = dice.choice(["ab", "abcdefgh é", "漢字仮名かな"])
    text = "".join(dice.choices(letters, k=length))
    at = dice.choice([0, length // 2, length])
    other = text[:at] + "".join(dice.choices(letters, k=cut)) + text[at + dice.choice([0, cut]) :]
    other = "".join(c for c in other if dice.random() > share)
    distance = Indel.distance(text, other)
    limits = np.array([max(0, distance - 1), distance, distance + 1, 2 * distance, length // 3])
    rows = np.zeros(len(limits), np.int64)
    wanted = [distance if distance <= limit else -1 for limit in limits]
    assert kernels.indel(column([text]), column([other]), rows, rows, limits).tolist() == wanted


@given(texts=TEXTS)
def test_digest_characters_and_prefixes(texts: list[str]) -> None:
    """As hashlib, as Python's strings."""
    data, offsets = column(texts)
    first, second = kernels.digest(data, offsets)
    halves = np.stack([first, second], axis=1).astype("<i8").tobytes()
    digests = [blake2b(text.encode(), digest_size=16).digest() for text in texts]
    lengths = np.array([len(text) // 2 for text in texts], np.int64)
    ends = kernels.prefixes(data, offsets, lengths)

    assert halves == b"".join(digests)
    assert kernels.characters(data, offsets).tolist() == [len(text) for text in texts]
    assert [data[a:b].tobytes().decode() for a, b in zip(offsets, ends, strict=False)] == [
        text[: len(text) // 2] for text in texts
    ]


@pytest.mark.parametrize("length", [0, 1, 127, 128, 129, 255, 256, 257, 1000])
def test_digest_around_its_blocks(length: int) -> None:
    """BLAKE2b takes blocks of 128 bytes."""
    data = np.arange(length, dtype=np.uint8)
    first, second = kernels.digest(data, np.array([0, length]))

    wanted = blake2b(data.tobytes(), digest_size=16).digest()
    assert np.array([first[0], second[0]], "<i8").tobytes() == wanted


@given(seed=st.integers(0, 9999))
def test_meetings_agree(seed: int) -> None:
    """Pairs, crowds and counts are those of the twin."""
    dice = np.random.default_rng(seed)
    rows = int(dice.integers(1, 400))
    bands = int(dice.choice([21, 84]))
    band = dice.integers(0, bands, rows) if seed % 2 else np.full(rows, dice.integers(0, bands))
    keys = np.sort(band << 32 | dice.integers(0, dice.choice([3, 30, 300]), rows))
    characters = dice.integers(30, 300, rows).astype(np.int32)
    crowding = (bands, 24, 128, 200)
    crowd = kernels.Crowding(*crowding)
    found = kernels.meet(keys, characters, crowd, threshold=0.8)
    wanted = reference.meet(keys, characters, crowding, 0.8)

    for one in (found, wanted):
        assert len(set(zip(one[0].tolist(), one[1].tolist(), strict=True))) == len(one[0])
    assert {*zip(found[0].tolist(), found[1].tolist(), strict=True)} == {
        *zip(wanted[0].tolist(), wanted[1].tolist(), strict=True)
    }
    assert found[2].tolist() == wanted[2].tolist()
    assert found[3:] == wanted[3:]


@given(seed=st.integers(0, 9999))
def test_signatures_are_alike_as_the_twin_says(seed: int) -> None:
    """A pair is kept from so many equal bytes up; both sides may be the same rows."""
    dice = np.random.default_rng(seed)
    rows, pairs = int(dice.integers(1, 60)), int(dice.integers(0, 300))
    first, second = dice.integers(0, 4, (2, rows, 128)).astype(np.int8)
    a, b = dice.integers(0, rows, (2, pairs))
    for other in (first, second):
        found = kernels.alike(first, other, a, b, equal=32)
        counts = [int((first[i] == other[j]).sum()) for i, j in zip(a, b, strict=True)]
        assert found.tolist() == [count >= 32 for count in counts]
        assert found.tolist() == reference.alike(first, other, a, b, 32).tolist()


def test_signatures_that_are_not_there_are_refused() -> None:
    """Rows must be there, and have 128 bytes."""
    bits, one = np.zeros((2, 128), np.int8), np.ones(1, np.int64)
    with pytest.raises(ValueError, match="row numbers must be 0 to 1"):
        kernels.alike(bits, bits, one + 1, one, equal=1)
    with pytest.raises(ValueError, match="128 components"):
        kernels.alike(bits, bits[:, :64], one, one, equal=1)


WHOLE = st.one_of(st.integers(0, 3), st.integers(-(2**63), 2**63 - 1), st.integers(-300, 300))


@given(rows=st.lists(st.tuples(WHOLE, WHOLE, WHOLE), max_size=50), columns=st.integers(1, 3))
def test_order_is_that_of_sorted(rows: list[tuple[int, int, int]], columns: int) -> None:
    """By all columns, ties in their order, `None` where nothing is to do."""
    table = [np.array([row[k] for row in rows], np.int64) for k in range(columns)]
    wanted = sorted(range(len(rows)), key=lambda n: rows[n][:columns])
    found = kernels.order(table)

    assert (found is None) == (wanted == list(range(len(rows))))
    assert found is None or found.tolist() == wanted
    for most in range(columns + 1):
        again, ordered = kernels.ordered(table, most=most)
        assert (again is None) == (found is None)
        assert again is None or again.tolist() == wanted
        assert [c.tolist() for c in ordered] == [[rows[n][k] for n in wanted] for k in range(most)]


@given(values=st.lists(WHOLE, max_size=50))
def test_no_value_that_recurs_is_left_out(values: list[int]) -> None:
    """Rows rise; of values that stand alone only a few may pass."""
    found = kernels.may_recur(np.array(values, np.int64)).tolist()

    assert found == sorted(set(found))
    assert set(found) <= set(range(len(values)))
    assert {n for n, value in enumerate(values) if values.count(value) > 1} <= set(found)


def test_most_values_that_stand_alone_are_left_out() -> None:
    """One in eight passes at most, of random ones and of numbers in a row."""
    random_ones = np.random.default_rng(1).integers(-(2**63), 2**63 - 1, 100_000)
    for alone in (random_ones, np.arange(100_000), np.arange(100_000) << 32):
        assert len(kernels.may_recur(alone)) <= len(alone) // 8


@pytest.mark.parametrize("shape", [(), (3,), (128,)])
@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64, np.float64])
def test_gather(shape: tuple[int, ...], dtype: type) -> None:
    """Rows of several arrays, in any order; what is not there is refused."""
    dice = np.random.default_rng(1)
    parts = [dice.integers(0, 99, (n, *shape)).astype(dtype) for n in (5, 0, 7)]
    part = dice.choice([0, 2], 30)
    row = dice.integers(0, 5, 30)
    wanted = [parts[p][r].tolist() for p, r in zip(part, row, strict=True)]

    assert kernels.gather(parts, part, row).tolist() == wanted
    for wrong in ((0, 5), (3, 0), (0, -1), (1, 0)):
        with pytest.raises(ValueError, match="rows must be those"):
            kernels.gather(parts, *(np.array([n]) for n in wrong))


@given(texts=st.lists(TEXTS, min_size=1, max_size=4), seed=st.integers(0, 999))
def test_gather_texts(texts: list[list[str]], seed: int) -> None:
    """Texts of several columns, in any order and often; what is not there is refused."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    every = [(n, at) for n, own in enumerate(texts) for at in range(len(own))]
    some = dice.choices(every, k=dice.randrange(20))
    part, row = np.array(some, np.int64).reshape(-1, 2).T
    parts = [column(own) for own in texts]
    found = Strings(*kernels.gather_texts(parts, part, row))

    assert found.list() == [texts[n][at] for n, at in some]
    for wrong in ((0, len(texts[0])), (len(texts), 0), (0, -1), (-1, 0)):
        with pytest.raises(ValueError, match="texts must be those"):
            kernels.gather_texts(parts, *(np.array([n]) for n in wrong))
    for offsets in ([0, 5], [3, 2], [-1, 2]):
        with pytest.raises(ValueError, match="texts must be those"):
            kernels.gather_texts(
                [(np.zeros(4, np.uint8), np.array(offsets))], np.array([0]), np.array([0])
            )


@given(cuts=st.lists(st.integers(0, 50), min_size=2, max_size=20))
def test_pieces(cuts: list[int]) -> None:
    """Stretches come end to end, in any order, overlapping or empty."""
    data = np.arange(50, dtype=np.uint8)
    starts = np.array([min(pair) for pair in pairwise(cuts)])
    ends = np.array([max(pair) for pair in pairwise(cuts)])
    together, offsets = kernels.pieces(data, starts, ends)

    wanted = [data[a:b].tolist() for a, b in zip(starts, ends, strict=True)]
    assert [together[a:b].tolist() for a, b in pairwise(offsets)] == wanted


def test_what_lies_outside_is_refused() -> None:
    """No kernel reads or writes beyond its arrays."""
    data, one = np.zeros(4, np.uint8), np.array([1])
    for start, end in ((-1, 2), (2, 5), (3, 2)):
        with pytest.raises(ValueError, match="stretch"):
            kernels.copy(data, np.array([start]), np.array([end]), np.array([0]), data.copy())
    with pytest.raises(ValueError, match="stretches"):
        kernels.copy(data, one, one + 2, np.array([3]), data.copy())
    texts = column(["a"])
    with pytest.raises(ValueError, match="row numbers"):
        kernels.indel(texts, texts, one, np.array([0]), one)
    with pytest.raises(ValueError, match="components"):
        kernels.sketch_bands(*texts, one - 1, np.array([[128]], np.int32))
