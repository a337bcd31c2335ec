"""What the tests of the kernels share: both kernels, and ragged columns."""

from __future__ import annotations

import importlib
import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dedup import kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Column = tuple[NDArray[np.uint8], NDArray[np.int64]]


MODULES = {"native": "_native", "reference": "reference"}


@pytest.fixture(params=MODULES, scope="module")
def kernel(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a test with each kernel that there is."""
    try:
        module = importlib.import_module(f"dedup.kernels.{MODULES[request.param]}")
    except ImportError:
        pytest.skip("the native kernel is not compiled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "_kernel", module)
        yield request.param


@pytest.fixture(scope="session")
def column() -> Callable[[Sequence[str | bytes]], Column]:
    """Make a ragged column of texts."""

    def make(texts: Sequence[str | bytes]) -> Column:
        raw = [text.encode() if isinstance(text, str) else text for text in texts]
        offsets = np.cumsum([0, *map(len, raw)], dtype=np.int64)
        return np.frombuffer(b"".join(raw), np.uint8), offsets

    return make


@pytest.fixture(scope="session")
def texts_of() -> Callable[[NDArray[np.uint8], NDArray[np.int64]], list[str]]:
    """Make texts of a ragged column."""

    def read(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> list[str]:
        raw, places = data.tobytes(), offsets.tolist()
        return [raw[start:end].decode() for start, end in itertools.pairwise(places)]

    return read
