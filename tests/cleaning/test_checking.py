"""A plan that was damaged, in every way that it can be, is not carried out."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import naive
import numpy as np
import pytest
import strategies
from cleaning.conftest import write
from cleaning.tables import plan_of, split, tables_of
from cleaning.test_passages import S, planned
from cleaning.test_plan import options

from dedup.cleaning.plan import Plan
from dedup.cleaning.verifying import check_plan, check_sentences

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROW = np.arange(1)


def with_row(plan: Plan, row: int, **columns: object) -> Plan:
    """Give a plan in which one row has other values."""
    own = {name: column.copy() for name, column in plan.columns().items()}
    for name, value in columns.items():
        own[name][row] = value
    return Plan(**own)


DAMAGE: dict[str, Callable[[Plan, int, int], Plan]] = {
    "goes itself": lambda plan, row, other: with_row(
        plan, row, keeper=plan.doc[other], keeper_no=plan.no[other], similarity=1.0
    ),
    "is too unlike it": lambda plan, row, _: with_row(plan, row, similarity=0.5),
    "is not what its reason says": lambda plan, row, _: with_row(
        plan, row, reason=1 - plan.reason[row]
    ),
    "is missing": lambda plan, row, _: with_row(plan, row, keeper=-1),
    "removes a paragraph twice": lambda plan, row, _: plan.take(
        np.sort(np.append(np.arange(len(plan)), row))
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_plan_is_refused(damage: str) -> None:
    """Wherever it is damaged; as it was made it is not."""
    rng = random.Random(3)  # noqa: S311 - samples
    refused = 0
    while refused < 50:
        corpus = strategies.random_cleaning(rng)
        own = options(corpus) | {"boilerplate": "first", "scope": "all", "remove": "match"}
        read = naive.read(corpus.documents, own)
        plan, (settings, policy) = plan_of(read, own), split(own)
        facts = tables_of(read)[-1]
        check_plan(plan, facts, settings, policy)
        if not len(plan):
            continue
        row, other = rng.randrange(len(plan)), rng.randrange(len(plan))
        if damage == "goes itself" and (plan.doc[other] == plan.doc[row]) != (
            plan.keeper[row] == plan.doc[row]
        ):
            continue
        with pytest.raises(RuntimeError, match=f"{damage}.*; nothing was written"):
            check_plan(DAMAGE[damage](plan, row, other), facts, settings, policy)
        refused += 1


@pytest.mark.parametrize(("scope", "other"), [("within", "across"), ("across", "within")])
def test_a_keeper_out_of_scope_is_refused(scope: str, other: str) -> None:
    """A plan that was made for one scope is none for the other."""
    rng = random.Random(4)  # noqa: S311 - samples
    refused = 0
    while refused < 20:
        corpus = strategies.random_cleaning(rng)
        own = options(corpus) | {"boilerplate": "first", "scope": scope}
        read = naive.read(corpus.documents, own)
        plan = plan_of(read, own)
        if len(plan):
            settings, policy = split(own | {"scope": other})
            with pytest.raises(RuntimeError, match="stands where it may not"):
                check_plan(plan, tables_of(read)[-1], settings, policy)
            refused += 1


def test_damaged_sentences_are_refused(tmp_path: Path) -> None:
    """None goes twice, and none that keeps another."""
    write(
        tmp_path / "in",
        {
            "a.txt": f"{S[0]} {S[1]} {S[2]} {S[3]}\n".encode(),
            "b.txt": f"{S[4]} {S[1]} {S[2]} {S[5]}\n".encode(),
        },
    )
    decision = planned(tmp_path / "in").decision
    check_sentences(decision)
    twice = decision.sentences.take(np.repeat(ROW, 2))
    with pytest.raises(RuntimeError, match="goes twice; nothing was written"):
        check_sentences(replace(decision, sentences=twice))
    one = decision.sentences
    itself = replace(one, keeper=one.doc, keeper_start=one.start, keeper_end=one.end)
    with pytest.raises(RuntimeError, match="keeps what goes, and goes itself"):
        check_sentences(replace(decision, sentences=itself))
