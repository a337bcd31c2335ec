"""The lines of texts: both kernels find those that Python's own functions do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels
from dedup.text.lines import WHITE

if TYPE_CHECKING:
    from collections.abc import Callable

EDGES = "".join(
    sorted({*WHITE, "\u0084", "\u2027", "\u2030", "\u3001", "\ufefe", "\u0a85", "\u20a0"})
)
TEXTS = st.text(st.sampled_from("\n\n\n aé" + EDGES + "\U0001f600") | st.characters(), max_size=40)


@given(st.lists(TEXTS, max_size=6), st.integers(0, 3))
def test_lines_are_those_of_python(kernel: str, texts: list[str], before: int) -> None:
    """Of any characters, white or not, of one to four bytes; whatever lies before all texts."""
    assert kernel
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.cumsum([before, *map(len, raw)], dtype=np.int64)
    data = np.frombuffer(b"\n" * before + b"".join(raw), np.uint8)
    found = kernels.lines(data, offsets)

    expected = []
    for number, text in enumerate(texts):
        at = 0
        for line, own in enumerate(text.split("\n"), 1):
            start = at + len(own) - len(own.lstrip(WHITE))
            if body := own.strip(WHITE):
                expected.append((number, start, start + len(body), line, body))
            at += len(own) + 1
    bodies = [
        (*row, data[first:last].tobytes().decode("utf-8", "surrogatepass"))
        for *row, first, last in zip(*(one.tolist() for one in found[:-1]), strict=True)
    ]
    assert bodies == expected
    assert found.ends.tolist() == [text.count("\n") for text in texts]


def test_wide_margins(kernel: str, column: Callable[..., tuple[np.ndarray, np.ndarray]]) -> None:
    """However wide; a text of nothing else has no line."""
    assert kernel
    found = kernels.lines(*column([" " * 100 + "\u3000a\ufeff" + "\t" * 100, "\n \n\u00a0", ""]))
    assert [value.tolist() for value in found[:4]] == [[0], [101], [102], [1]]
