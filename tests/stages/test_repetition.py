"""What stands again and again in one place: the same as the oracle says, for a bounded cost."""

from __future__ import annotations

import random
import tracemalloc
from typing import TYPE_CHECKING, Any

import naive
import numpy as np
import pytest
import strategies
from test_pipeline import BLOCKS, as_golden, documents

from dedup import pipeline
from dedup.engines.local import Local
from dedup.model import Firsts, Meetings
from dedup.settings import Settings
from dedup.stages import groups, points, runs, seeds

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.model import Seeds, Shared
    from dedup.report import Report

UNITS = ("A", "A B", "A a B", "S", "S A", "A A'", "A A' B", "S S=4", "A B C B", "A z", "A#17")
"""Letters that are repeated: alone, with others, with a heading, with near copies."""


def found(texts: dict[str, str], **settings: Any) -> Report:  # noqa: ANN401 - settings by name
    """Find what repeats."""
    with Local(threads=1) as engine:
        return pipeline.find([documents(texts)], Settings.of(settings), engine)


def repetitive(rng: random.Random) -> dict[str, str]:
    """Write a document of one unit that is repeated up to 22 times, and one that is disturbed."""
    unit = rng.choice(UNITS).split()
    other = rng.choice(([], ["C"], ["a"], ["V"], ["A#23"]))
    tokens = unit * (22 // len(unit)) + other + unit * rng.randint(1, 4)
    sketches = [tokens, *([unit * rng.randint(1, 6) + other] if rng.random() < 0.5 else [])]
    rng.shuffle(sketches)
    return {
        f"{number}.txt": "\n".join(map(strategies.render, sketch))
        for number, sketch in enumerate(sketches)
    }


@pytest.mark.parametrize("seed", range(12))
def test_repetitions_are_those_of_the_oracle(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that are known from an equal place come out as if they were looked for."""
    monkeypatch.setattr(points, "EARLIEST", 4)
    texts = repetitive(random.Random(seed))  # noqa: S311
    assert as_golden(found(texts, **BLOCKS)) == naive.report(texts, places=4)


def counted(monkeypatch: pytest.MonkeyPatch, where: object, name: str) -> list[Any]:
    """Remember what a function gave, each time that it was called."""
    results: list[Any] = []
    real: Callable[..., Any] = getattr(where, name)

    def work(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - any function
        results.append(real(*arguments, **options))
        return results[-1]

    monkeypatch.setattr(where, name, work)
    return results


@pytest.mark.parametrize("unit", ["A", "A B", "S A a"])
@pytest.mark.parametrize("before", ["", "A B C S"])
def test_a_thousand_copies_are_looked_for_once(
    monkeypatch: pytest.MonkeyPatch, unit: str, before: str
) -> None:
    """No more runs are grown for twice as many copies, within one document and across."""
    grown = counted(monkeypatch, runs, "extend_chain")
    counts = []
    for times in (500, 1000):
        tokens = unit.split() * times
        texts = {"a.txt": before, "b.txt": " ".join(tokens)}
        lines = {
            path: "\n".join(map(strategies.render, text.split())) for path, text in texts.items()
        }
        report = found(lines, **BLOCKS)
        assert sum(len(group.copies) for group in report.groups) >= times - 1
        counts.append(len(grown))
        grown.clear()
    assert counts[0] == counts[1] < 3000


def test_seeds_of_blocks_are_shared_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a block copy covers gives no place of a passage, however often it stands there."""
    shared: list[Shared] = counted(monkeypatch, seeds, "share")
    sown: list[Seeds] = counted(monkeypatch, seeds, "choose_seeds")
    counts = []
    for times in (500, 1000):
        found({"a.txt": "\n".join([strategies.render("A")] * times)})
        counts.append(sum(map(len, shared)))
        assert sum(map(len, sown)) >= times
        shared.clear()
        sown.clear()
    assert counts[0] == counts[1]


def test_a_place_costs_its_points_and_little_more() -> None:
    """Where a text stands over and over in one document no pair of its places is made in vain."""
    rows, one = np.arange(20_000), np.zeros(20_000, np.int64)
    meet = Meetings(one, rows.astype(np.int32), one, one, np.full(20_000, 30, np.int32))
    firsts = Firsts(one[:16], one[:16], rows[:16].astype(np.int32))
    tracemalloc.start()
    try:
        assert not len(points.across(meet, firsts, one[:0]))
        assert tracemalloc.get_traced_memory()[1] < 100 * len(meet)
        tracemalloc.reset_peak()
        found = points.within(meet)
        assert len(found) == 16 * len(meet) - 136
        assert tracemalloc.get_traced_memory()[1] < 2 * found.nbytes
        assert points.enough(found, Settings()) is found
    finally:
        tracemalloc.stop()


def test_groups_are_held_against_those_over_the_same_paragraphs_only() -> None:
    """Sources that lie apart make a group each, equal ones one; a long one takes half of itself."""
    first = np.array([0, 10, 0, 4, 10, 20, 22])
    past = np.array([8, 12, 8, 8, 12, 30, 25])
    ones = np.zeros(len(first), np.int64)
    assert groups.grouped(ones, ones, first, past).tolist() == [1, 3, 1, 1, 3, 0, 2]
    many = np.arange(100_000)
    assert groups.grouped(many * 0, many * 0, many, many + 1).tolist() == many.tolist()
