"""Signs: both kernels against the oracle, and what is at the edges of a stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import signed_texts

from dedup import kernels
from dedup.text import signs as of_one
from dedup.text import unicode_table as table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Texts = Callable[[Sequence[str | bytes]], tuple[NDArray[np.uint8], NDArray[np.int64]]]


def found(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> list[list[tuple[str, bytes]]]:
    """Give the signs of each text: as what it is told, and its bytes."""
    signs = kernels.signs(data, offsets[:-1], offsets[1:])
    raw = data.tobytes()
    every = [
        (chr(told), raw[start:end])
        for start, end, told in zip(
            signs.starts.tolist(), signs.ends.tolist(), signs.told.tolist(), strict=True
        )
    ]
    return [every[a:b] for a, b in zip(signs.counts[:-1], signs.counts[1:], strict=True)]


@given(st.lists(signed_texts(), max_size=5))
def test_signs_are_those_of_the_oracle(kernel: str, column: Texts, texts: list[str]) -> None:  # noqa: ARG001
    """On texts in which signs, and what decides whether they are some, are frequent."""
    batch = found(*column([text.encode("utf-8", "surrogatepass") for text in texts]))
    assert [tuple(told for told, _ in signs) for signs in batch] == list(map(naive.signs, texts))


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_any_bytes_have_the_same_signs(column: Texts, texts: list[bytes]) -> None:
    """What is not UTF-8 parts words, byte by byte, and is no sign."""
    batch = found(*column(texts))
    for raw, signs in zip(texts, batch, strict=True):
        text = raw.decode(errors="surrogateescape")
        alone = of_one.signs(text)
        assert [told for told, _ in signs] == [one.told for one in alone]
        assert [part for _, part in signs] == [
            text[one.start : one.end].encode(errors="surrogateescape") for one in alone
        ]


def test_each_code_point_has_the_role_of_the_oracle() -> None:
    """Signs alone, before a digit, between digits, and before an equals sign; some of the rest."""
    for code_point in range(0x110000):
        c = chr(code_point)
        is_sign = table.sign_entry(code_point) & table.ROLE >= table.SIGN
        if (not is_sign and code_point % 41) or 0xD800 <= code_point < 0xE000:
            continue
        for text in (c, f" {c}5", f"5{c}5", f"x{c}-5", f"{c}=", f"={c}", f"5.{c}", f"{c}\u0338"):
            assert tuple(one.told for one in of_one.signs(text)) == naive.signs(text), text


def test_what_stands_around_a_stretch_does_not_count(kernel: str, column: Texts) -> None:  # noqa: ARG001
    """Neither the digit after it nor the one before it."""
    data, _ = column(["5,5 x-5 a!=b"])
    starts, ends = np.array([0, 1, 5, 5, 10, 9]), np.array([2, 3, 7, 6, 11, 11])
    signs = kernels.signs(data, starts, ends)
    assert np.diff(signs.counts).tolist() == [0, 0, 1, 0, 1, 2]
    assert "".join(map(chr, signs.told.tolist())) == "-=!="


def test_more_signs_than_there_was_room_for(kernel: str, column: Texts) -> None:  # noqa: ARG001
    """Texts of nothing but signs."""
    texts = ["+" * 500, "", "$" * 3000, "a"]
    assert [len(signs) for signs in found(*column(texts))] == [500, 0, 3000, 0]
    assert found(*column([])) == []
    assert found(*column(["", ""])) == [[], []]


def test_stretches_that_are_not_there_are_refused(column: Texts) -> None:
    """Before anything is read."""
    data, _ = column(["abc"])
    for start, end in ((-1, 2), (0, 4), (2, 1)):
        with pytest.raises(ValueError, match="stretch"):
            kernels.signs(data, np.array([start]), np.array([end]))
