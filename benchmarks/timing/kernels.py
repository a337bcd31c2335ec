"""The compiled kernel: its rate, on one thread and on two; its twin; datasketch."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from datasketch import MinHash
from measures.tables import Table

from dedup import formats, kernels
from dedup.kernels import _native as native
from dedup.kernels import reference
from dedup.model import Strings
from dedup.settings import Settings
from dedup.text.shingles import SIZE, shingle_hash, shingles
from timing import runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from timing.runs import Bench

SOME = 400
"""Paragraphs for what is slow to compare with."""
MOST = 100_000
"""Paragraphs at most."""
PART = 2000
"""Paragraphs that a thread takes at once."""


def measure(corpus: Path, bench: Bench) -> list[Table]:
    """Time normalising and sketching, by the bytes of text that went in."""
    texts = _paragraphs(corpus)
    return [_rates(texts, bench.rounds), _twins(Strings.of(texts[:SOME]), bench.rounds)]


def _rates(texts: list[str], rounds: int) -> Table:
    parts = [Strings.of(texts[at : at + PART]) for at in range(0, len(texts), PART)]
    size = runs.megabytes(sum(part.data.nbytes for part in parts))
    folded = [kernels.normalise(part.data, part.offsets)[:2] for part in parts]
    works = {
        "normalising": [partial(kernels.normalise, part.data, part.offsets) for part in parts],
        "sketching": [partial(kernels.sketch, *part) for part in folded],
        "both": [partial(_both, part) for part in parts],
    }
    rows = []
    for name, work in works.items():
        one, two = (median(_rate(work, size, threads) for _ in range(rounds)) for threads in (1, 2))
        rows.append((name, one, two, two / one))
    columns = ("what", "one thread, MB/s", "two threads, MB/s", "two / one")
    note = (
        f"{len(texts):,} paragraphs, {size:,.1f} MB of text in memory; wall clock, {runs.machine()}. "
        "Sketching: 128 permutations, default shingles, from text that is normalised already."
    )
    return Table("Rates of the kernel", columns, rows, note)


def _both(part: Strings) -> None:
    kernels.sketch(*kernels.normalise(part.data, part.offsets)[:2])


def _rate(work: list[Callable[[], object]], size: float, threads: int) -> float:
    with ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        for done in [pool.submit(part) for part in work]:
            done.result()
        return size / (time.perf_counter() - start)


def _twins(few: Strings, rounds: int) -> Table:
    data, offsets, _ = kernels.normalise(few.data, few.offsets)
    shingled = [shingles(text) for text in Strings(data, offsets).list()]

    def datasketch() -> None:
        for some in shingled:
            MinHash(128, scheme="affine32", hashfunc=shingle_hash).update_batch(some)

    def sketch() -> None:
        native.sketch(data, offsets, SIZE, words=False)

    rows = [
        (
            "normalising: twin without a compiler / native",
            _ratio(
                lambda: reference.normalise(few.data, few.offsets),
                lambda: native.normalise(few.data, few.offsets),
                rounds,
            ),
        ),
        (
            "sketching: twin without a compiler / native",
            _ratio(lambda: reference.sketch(data, offsets, SIZE, words=False), sketch, rounds),
        ),
        (
            "sketching: datasketch on ready shingles / native from text",
            _ratio(datasketch, sketch, rounds),
        ),
    ]
    note = f"{len(few)} paragraphs, processor time of one thread, in turn; medians."
    return Table("Ratios to the kernel", ("what", "ratio"), rows, note)


def _ratio(first: Callable[[], object], second: Callable[[], object], rounds: int) -> float:
    second()
    pairs = [(_timed(first), max(_timed(second), 1e-9)) for _ in range(rounds)]
    return float(np.median([a / b for a, b in pairs]))


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _paragraphs(path: Path) -> list[str]:
    lines = (
        line
        for text in chain.from_iterable(b.text.list() for b in formats.read([path], Settings()))
        for line in text.split("\n")
        if line.strip()
    )
    return [line for line, _ in zip(lines, range(MOST), strict=False)]
