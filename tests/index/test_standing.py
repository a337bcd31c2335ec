"""What an index stores of boilerplate after a change is what it finds when it counts all anew."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dedup import Index, Settings
from dedup.index import manifest, ordering, spreading

if TYPE_CHECKING:
    from pathlib import Path

LINES = 12


def line(dice: random.Random, number: int) -> str:
    """Write one of a few lines, or one that hardly differs from it."""
    words = [f"{a}{chr(97 + number)}{b}" for a in "bcdfg" for b in "aeiou"]
    words = words[: 8 + 3 * number % 18]
    for at in dice.sample(range(len(words)), dice.randrange(3)):
        words[at] = "".join(dice.choices("xyzqw", k=4))
    return " ".join(words)


def text(dice: random.Random) -> str:
    """Write a text of such lines, and perhaps of two that stand together wherever they stand."""
    lines = [line(dice, dice.randrange(LINES)) for _ in range(dice.randrange(1, 6))]
    company = [line(random.Random(n), n) for n in (5, 11)]  # noqa: S311 - no secrets
    return "\n\n".join(lines + company * (dice.randrange(3) == 0))


@pytest.mark.parametrize("seed", range(4))
def test_a_change_counts_what_it_touches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Texts come, go and are replaced, in any place of Order, some equal to others."""
    monkeypatch.chdir(tmp_path)
    dice = random.Random(seed)  # noqa: S311 - no secrets
    settings = Settings(boilerplate_documents=dice.choice([2, 3, 5]))
    index, there = Index("ix"), set(range(100, 140))
    for number in there:
        (tmp_path / f"{number}.txt").write_text(text(dice))
    index.build([f"{number}.txt" for number in sorted(there)], settings)
    for _ in range(8):
        number = dice.randrange(90, 150)
        if dice.randrange(3) == 0 and number in there and len(there) > 1:
            there.remove(number)
            index.remove(f"{number}.txt")
        else:
            other = tmp_path / f"{dice.choice(sorted(there))}.txt"
            again = dice.randrange(4) == 0
            written = other.read_text() if again else text(dice)
            (tmp_path / f"{number}.txt").write_text(written)
            there.add(number)
            index.add(f"{number}.txt", settings)
        _same(index, settings)


def _same(index: Index, settings: Settings) -> None:
    """Compare what is stored with what is found, of texts that are there."""
    known = ordering.opened(index.folder, manifest.load(index.folder), settings)
    stored = known.standing
    assert stored is not None
    found = spreading.standing(replace(known, standing=None, before=None))
    alive = known.first >= 0
    for name in ("spread", "leader", "flag", "keeper"):
        assert np.array_equal(getattr(stored, name)[alive], getattr(found, name)[alive]), name
    assert np.array_equal(stored.star, found.star)
    for name, column in stored.company.columns().items():
        assert np.array_equal(column, getattr(found.company, name))
    assert (stored.flag[alive] != 0).any()
