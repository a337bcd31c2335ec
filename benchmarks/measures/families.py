"""
Dense families: near-identical lines by the thousand, which must not cost their square.

Counted are pairs, not seconds; and what is left of recall: texts that have a match found, and
texts whose first match in Order is found (the one that becomes their keeper).
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np

from dedup.settings import Settings
from dedup.stages import candidates
from dedup.stages.sketch import sketch
from measures import truth
from measures.corpora import compare, long_texts, table
from measures.cost import counted
from measures.recall import edited
from measures.tables import Table, share

if TYPE_CHECKING:
    from collections.abc import Callable

LINE = (
    "2023-11-{day:02} {hour:02}:{minute:02}:{second:02} INFO worker-{worker} finished job {job} of "
    "queue {queue} in {took} ms status {status}"
)
NOTICE = (
    "This article was published on {day} {month} {year} at {hour}:{minute:02} and brought up to date by "
    "the editors. Copying it in whole or in part is forbidden without the written consent of the "
    "publisher, as the law on intellectual property provides. For any question about rights please "
    "write to our legal department and quote the reference {job} of this article."
)


def log_lines(count: int, seed: int = 1) -> list[str]:
    """Write lines of a log."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    return [
        LINE.format(
            day=1 + at * 30 // count,
            hour=dice.randint(0, 23),
            minute=dice.randint(0, 59),
            second=dice.randint(0, 59),
            worker=dice.randint(1, 64),
            job=dice.randint(10_000, 999_999),
            queue=dice.choice(["mail", "index", "thumbs", "billing"]),
            took=dice.randint(3, 4000),
            status=dice.choice(["ok", "ok", "ok", "retry"]),
        )
        for at in range(count)
    ]


def notices(count: int, seed: int = 1) -> list[str]:
    """Write a notice of more than 40 words with other dates and numbers each time."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    months = "January February March April May June July August".split()
    return [
        NOTICE.format(
            day=dice.randint(1, 28),
            month=dice.choice(months),
            year=dice.randint(2010, 2022),
            hour=dice.randint(0, 23),
            minute=dice.randint(0, 59),
            job=dice.randint(100_000, 999_999),
        )
        for _ in range(count)
    ]


def edited_copies(size: int, families: int, rate: float = 0.05, seed: int = 1) -> list[str]:
    """Write families of edited copies of generated paragraphs, shuffled."""
    import generate

    writer = generate.Writer(seed)
    out = []
    for _ in range(families):
        text = " ".join(writer.some(writer.dice.randint(20, 70)))
        words = writer.some(400)
        out += [edited(text, rate, "dri", words, writer.dice) for _ in range(size)]
    writer.dice.shuffle(out)
    return out


MADE: dict[str, tuple[int, Callable[[int], list[str]]]] = {
    "log lines": (5_000, log_lines),
    "log lines, ten times as many": (50_000, log_lines),
    "notices of 64 words": (2_000, notices),
    "edited copies, 12 of each": (1_200, lambda count: edited_copies(12, count // 12)),
    "edited copies, 30 of each": (1_200, lambda count: edited_copies(30, count // 30)),
    "edited copies, 200 of each": (1_200, lambda count: edited_copies(200, count // 200)),
}
MOST_COMPARED = 5_000
"""Lines up to which brute force is asked too."""


def measure() -> list[Table]:
    """Count what families cost, and what is found of them."""
    rows = []
    for name, (count, make) in MADE.items():
        lines = make(count)
        documents = table(["\n".join(lines)])
        texts, high = long_texts(documents, Settings()), candidates.RECALL["high"]
        found = counted(sketch(texts, Settings(), high), high, 0.8)
        recall = (
            _recall([*dict.fromkeys(texts.normal.list())], lines)
            if count <= MOST_COMPARED
            else (float("nan"),) * 3
        )
        cost = (found["raw meetings"], found["verified pairs"])
        rows.append((name, len(texts), *cost, *recall))
    columns = ("family", "texts", "raw meetings a text", "verified pairs a text")
    columns += ("pairs found", "texts with a match found", "first matches found")
    return [Table("Dense families, --recall high", columns, rows)]


def _recall(texts: list[str], lines: list[str]) -> tuple[float, float, float]:
    """Compare with brute force: pairs, texts that have any match, first matches in Order."""
    exact = truth.pairs(texts, 0.8)
    result = compare(table(["\n".join(lines)]), Settings(recall="high"))
    assert result.texts.normal.list() == texts  # noqa: S101 - the same rows
    wanted = exact.a * len(texts) + exact.b
    hit = np.isin(wanted, result.matches.a * len(texts) + result.matches.b)
    _, first = np.unique(exact.b[np.lexsort((exact.a, exact.b))], return_index=True)
    leading = np.lexsort((exact.a, exact.b))[first]
    ends = np.unique(np.concatenate([exact.a, exact.b]))
    have = np.unique(np.concatenate([exact.a[hit], exact.b[hit]]))
    return share(hit.sum(), len(hit)), share(len(have), len(ends)), float(hit[leading].mean())
