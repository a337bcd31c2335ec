"""Shingles, their hash and signatures: both kernels, held to datasketch."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels
from dedup.kernels import permutations, reference
from dedup.text.normalising import normalise_text
from dedup.text.shingles import shingle_hash, shingles

if TYPE_CHECKING:
    from collections.abc import Callable

LETTERS = "abcdefghijklmnopqrstuvwxyz 0123456789éß漢字かกา한𝔸"
TEXTS = st.text(LETTERS, max_size=40).map(normalise_text)


def datasketch_signature(shingles: list[bytes]) -> np.ndarray:
    """Return the signature that datasketch computes of shingles."""
    datasketch = pytest.importorskip("datasketch")
    minhash = datasketch.MinHash(128, scheme="affine32", hashfunc=shingle_hash)
    if shingles:  # datasketch refuses an empty batch
        minhash.update_batch(shingles)
    values: np.ndarray = minhash.hashvalues
    return values


def test_permutations_are_those_of_datasketch() -> None:
    """The permutations that are shipped are datasketch's default ones."""
    datasketch = pytest.importorskip("datasketch")
    multipliers, addends = datasketch.MinHash(128, scheme="affine32").permutations

    assert tuple(multipliers.tolist()) == permutations.MULTIPLIERS
    assert tuple(addends.tolist()) == permutations.ADDENDS


@given(
    texts=st.lists(TEXTS, max_size=4),
    kind=st.fixed_dictionaries({"size": st.integers(1, 9), "words": st.booleans()}),
    stray=st.binary(),
)
def test_signatures_are_those_of_datasketch(
    kernel: str, column: Callable, texts: list[str], kind: dict, stray: bytes
) -> None:
    """A signature is what datasketch makes of the exported shingles and hash, bit for bit."""
    data, offsets = column([*texts, stray])
    found = kernels.sketch(data, offsets[: len(texts) + 1], **kind)

    assert found.dtype == np.int32
    assert found.shape == (len(texts), 128)
    for text, signature in zip(texts, found, strict=True):
        expected = datasketch_signature(shingles(text, **kind))
        assert expected.tolist() == signature.view(np.uint32).tolist(), kernel


@given(
    texts=st.lists(TEXTS | st.text("abc d", max_size=600), min_size=1, max_size=4),
    kind=st.fixed_dictionaries({"size": st.integers(1, 9), "words": st.booleans()}),
    seed=st.integers(0, 99),
)
def test_keys_and_bits_are_those_of_signatures(
    column: Callable, texts: list[str], kind: dict, seed: int
) -> None:
    """What is kept of some signatures is made of these; both kernels make the same keys."""
    dice = np.random.default_rng(seed)
    rows = dice.integers(0, len(texts), int(dice.integers(0, 80)))
    components = dice.integers(0, 128, (5, 3), dtype=np.int32)
    keys, bits = kernels.sketch_bands(*column(texts), rows, components, **kind)
    twin = reference.sketch_bands(*column(texts), rows, components, **kind)

    assert (bits == kernels.sketch(*column(texts), **kind)[rows].astype(np.int8)).all()
    assert (bits == twin[1]).all()
    assert (keys == twin[0]).all()


def test_keys_depend_on_their_components_alone(column: Callable) -> None:
    """Where one of the components of a band differs its key does."""
    dice = random.Random(3)  # noqa: S311 - no secret
    texts = ["".join(dice.choices("abcd ", k=60)) for _ in range(300)]
    signatures = kernels.sketch(*column(texts))
    components = np.array([[0, 1, 3], [127, 0, 2]], np.int32)
    keys, _ = kernels.sketch_bands(*column(texts), np.arange(300), components)
    for band, own in enumerate(components.tolist()):
        of_key = {}
        for key, part in zip(keys[:, band].tolist(), signatures[:, own].tolist(), strict=True):
            assert of_key.setdefault(key, part) == part
        assert len(of_key) == len({tuple(part) for part in of_key.values()})


def test_long_text(kernel: str, column: Callable) -> None:
    """A text of many more shingles than are kept at once has one signature all the same."""
    source = random.Random(2)  # noqa: S311 - no secret
    text = "".join(source.choices("abcdefé ", k=9_999)).strip()
    expected = datasketch_signature(shingles(text))

    assert expected.tolist() == kernels.sketch(*column([text])).view(np.uint32)[0].tolist(), kernel


@given(texts=st.lists(TEXTS, max_size=9))
def test_batches_do_not_show(column: Callable, texts: list[str]) -> None:
    """The reference gives the same signatures, however much it takes at a time."""
    whole = reference.sketch(*column(texts), 5, words=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference, "_BATCH", 7)
        patch.setattr(reference, "_BLOCK", 3)
        assert whole.tolist() == reference.sketch(*column(texts), 5, words=False).tolist()


@given(raw=st.lists(st.binary(max_size=12), max_size=4), words=st.booleans())
def test_kernels_agree_on_any_bytes(*, column: Callable, raw: list[bytes], words: bool) -> None:
    """Bytes that are not UTF-8 do no harm, and both kernels take them alike."""
    native = pytest.importorskip("dedup.kernels._native", exc_type=ImportError)
    one, other = (module.sketch(*column(raw), 2, words=words) for module in (native, reference))

    assert one.tolist() == other.tolist()


def test_no_texts(kernel: str, column: Callable) -> None:
    """No text has no signature; an empty one has all bits set, as in datasketch."""
    assert kernels.sketch(*column([])).shape == (0, 128), kernel
    assert (kernels.sketch(*column([""])) == -1).all()


@pytest.mark.parametrize(
    ("text", "size", "words", "expected"),
    [
        ("", 5, False, []),
        ("été", 5, False, ["été"]),
        ("étés f", 5, False, ["étés ", "tés f"]),
        ("漢字かな", 6, False, ["漢字か", "字かな"]),
        ("a漢字bcd한", 4, False, ["a漢字", "漢字", "字bc", "bcd한"]),
        ("漢字", 6, False, ["漢字"]),
        ("un deux trois", 2, True, ["un deux", "deux trois"]),
        ("un", 2, True, ["un"]),
        ("ab漢字 か", 2, True, ["ab漢", "漢字", "字 か"]),
    ],
)
def test_shingles(text: str, size: int, *, words: bool, expected: list[str]) -> None:
    """Shingles overlap; a Han or kana character is two letters, and a word of its own."""
    found = shingles(text, size=size, words=words)

    assert expected == [shingle.decode() for shingle in found]


def test_no_size() -> None:
    """A shingle has at least one character."""
    with pytest.raises(ValueError, match="at least 1"):
        shingles("abc", size=0)
    with pytest.raises(ValueError, match="at least 1"):
        kernels.sketch(np.zeros(0, np.uint8), np.zeros(1, np.int64), size=0)


def test_hash_has_no_more_collisions_than_chance() -> None:
    """Of 200,000 short strings about 5 share their hash; of 400,000 lines in order about 19."""
    source = random.Random(3)  # noqa: S311 - no secret
    short = {"".join(source.choices(LETTERS, k=5)).encode() for _ in range(200_000)}
    lines = [f"ligne numero {number}".encode() for number in range(400_000)]

    assert len(short) - len(set(map(shingle_hash, short))) < 20
    assert len(lines) - len(set(map(shingle_hash, lines))) < 50


@pytest.mark.parametrize("length", [3, 5, 8, 11, 24])
def test_hash_avalanches(length: int) -> None:
    """One bit more or less changes every bit of the hash about half of the time."""
    source = random.Random(4)  # noqa: S311 - no secret
    trials = 600
    for bit in range(8 * length):
        changed = np.zeros(32)
        for _ in range(trials):
            shingle = source.randbytes(length)
            other = (int.from_bytes(shingle, "little") ^ (1 << bit)).to_bytes(length, "little")
            difference = shingle_hash(shingle) ^ shingle_hash(other)
            changed += (difference >> np.arange(32)) & 1
        # Six standard deviations of a fair coin.
        assert np.abs(changed / trials - 0.5).max() < 6 * 0.5 / trials**0.5


def test_native_kernel_lets_go_of_the_gil(column: Callable) -> None:
    """Another thread gets on with its work during one call."""
    native = pytest.importorskip("dedup.kernels._native", exc_type=ImportError)
    texts = column(["il y a quelque chose de nouveau " * 400_000])
    done, ticks = threading.Event(), [0]

    def tick() -> None:
        while not done.is_set():
            ticks[0] += 1

    thread = threading.Thread(target=tick)
    thread.start()
    before = ticks[0]
    native.sketch(*texts, 5, words=False)
    during = ticks[0] - before
    done.set()
    thread.join()
    assert during > 1_000
