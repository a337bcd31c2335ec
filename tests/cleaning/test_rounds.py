"""The choice in rounds gives what one pass in keep order gives."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pytest
from cleaning.tables import matches_of
from engines.pickled import Pickled
from hypothesis import given
from hypothesis import strategies as st

from dedup.cleaning import plan as one_pass
from dedup.cleaning import rounds
from dedup.cleaning.detection import RemovableMatches
from dedup.engines.local import Local

if TYPE_CHECKING:
    from dedup.engines.interface import Engine
    from dedup.model import I64, Matches


def graph(size: int, pairs: set[tuple[int, int]]) -> Matches:
    """Return pairs of different texts as matches."""
    return matches_of([(min(p), max(p), 0.9) for p in pairs if p[0] != p[1] and max(p) < size])


def both(text: I64, published: int, pairs: Matches, engine: Engine) -> tuple[list[int], list[int]]:
    """Return both choices; each unit is a document, the first ones are published."""
    doc = np.arange(len(text))
    relations = RemovableMatches(pairs, len(text))
    passed = one_pass._one_by_one(text.tolist(), doc.tolist(), relations, "all", published)  # noqa: SLF001 - its twin
    chosen = rounds.chosen_in_rounds(text, doc < published, pairs, engine)
    own = passed.copy()
    own[:published] = rounds.NONE
    return own.tolist(), chosen.tolist()


@given(
    st.permutations(range(24)),
    st.sets(st.tuples(st.integers(0, 23), st.integers(0, 23)), max_size=60),
    st.integers(0, 4),
    st.sampled_from([0, 1, rounds.ROUNDS]),
    st.booleans(),
)
def test_rounds_choose_what_one_pass_chooses(
    order: list[int],
    pairs: set[tuple[int, int]],
    published: int,
    most: int,
    pickled: bool,  # noqa: FBT001 - drawn
) -> None:
    """On random graphs, all rounds or few; on both engines."""
    with pytest.MonkeyPatch.context() as patch, Pickled() if pickled else Local(threads=1) as own:
        patch.setattr(rounds, "ROUNDS", most)
        passed, chosen = both(np.array(order), published, graph(24, pairs), own)
    assert chosen == passed


def test_a_long_chain_is_finished_by_one_task(caplog: pytest.LogCaptureFixture) -> None:
    """Where each is the same text as the next, two rounds decide three; their number is logged."""
    text = np.arange(100)
    with caplog.at_level(logging.INFO, "dedup"), Local(threads=1) as engine:
        pairs = graph(100, {(n, n + 1) for n in range(99)})
        passed, chosen = both(text, 0, pairs, engine)
    assert chosen == passed
    assert chosen[:4] == [-1, 0, -1, 2]
    assert f"in {rounds.ROUNDS} rounds, and of 79 pairs in one task" in caplog.text
