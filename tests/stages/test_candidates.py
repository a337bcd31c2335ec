"""Candidates: which texts meet, what a full bucket costs, and that no engine sees it otherwise."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.process import cdist

from dedup.engines.base import as_it_is
from dedup.engines.local import Local
from dedup.meetings import meetings
from dedup.model import Bands, Pairs, Sketches, Strings, Texts
from dedup.settings import Settings
from dedup.stages import candidates, verify
from dedup.stages.sketch import sketch
from dedup.text.normalising import normalise_text

HIGH = candidates.RECALL["high"]


def texts_of(lines: list[str]) -> Texts:
    """Make the table of distinct texts, in Order."""
    distinct = Strings.of(list(dict.fromkeys(map(normalise_text, lines))))
    count = len(distinct)
    ranks, words = np.arange(count), np.full(count, 20, np.int32)
    return Texts(ranks, ranks, np.zeros(count, np.int32), words, ranks, ranks, distinct)


def log_lines(count: int) -> list[str]:
    """Write lines of a log: all alike, none equal."""
    dice = random.Random(1)  # noqa: S311 - no secret
    return [
        f"2023-11-14 {at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02} INFO "
        f"worker-{dice.randint(1, 64)} finished job {dice.randint(10_000, 999_999)} of queue "
        f"{dice.choice(['mail', 'index', 'thumbs'])} in {dice.randint(3, 4000)} ms status ok"
        for at in range(count)
    ]


def datelines(count: int) -> list[str]:
    """Write datelines of news articles."""
    dice = random.Random(2)  # noqa: S311 - no secret
    months = ["janvier", "mars", "avril", "mai", "juin", "juillet", "septembre", "octobre"]
    agencies = ["AFP", "Reuters", "AFP, avec une agence", "La rédaction, avec AFP"]
    return [
        f"{dice.choice(agencies)}, publié le {dice.choice(['lundi', 'mardi', 'jeudi'])} "
        f"{dice.randint(1, 28)} {dice.choice(months)} {dice.randint(2015, 2021)} à "
        f"{dice.randint(0, 23)}h{dice.randint(0, 59):02}"
        for _ in range(count)
    ]


def notices(count: int) -> list[str]:
    """Write a notice of 60 words, with another date, time and reference each time."""
    dice = random.Random(3)  # noqa: S311 - no secret
    return [
        f"This article was published on {dice.randint(1, 28)} March {dice.randint(2010, 2022)} at "
        f"{dice.randint(0, 23)}:{dice.randint(0, 59):02} and brought up to date by the editors. "
        "Copying it in whole or in part is forbidden without the written consent of the publisher, "
        "as the law on intellectual property provides. For any question about rights please write "
        f"to our legal department and quote the reference {dice.randint(100_000, 999_999)} of it."
        for _ in range(count)
    ]


def cost(sketches: Sketches) -> tuple[float, float]:
    """Count raw meetings and verified pairs a text, at the default setting."""
    raw, pairs = candidates_of(sketches)
    return raw / len(sketches), len(pairs) / len(sketches)


def candidates_of(sketches: Sketches) -> tuple[int, np.ndarray]:
    """Count raw meetings, and give the candidates as a * texts + b."""
    raw, ends = 0, []
    for number in range(HIGH.bands):
        bands = candidates.band(sketches, number)
        bands = bands.take(np.argsort(bands.key, kind="stable"))
        found = candidates.met(bands, number, HIGH, 0.8)
        raw += found.met
        pairs = alike(Pairs(bands.text[found.a], bands.text[found.b]), sketches)
        ends.append(pairs.a * len(sketches) + pairs.b)
    return raw, np.unique(np.concatenate(ends))


def alike(pairs: Pairs, sketches: Sketches) -> Pairs:
    """Keep the pairs whose signatures allow a match."""
    signatures = candidates.signatures(sketches)
    return candidates.alike(pairs, signatures, signatures, HIGH.equal)


@pytest.mark.parametrize("name", candidates.RECALL)
def test_bands_share_at_most_one_component(name: str) -> None:
    """Two bands of a setting have at most one component in common, and none has one twice."""
    banding = candidates.RECALL[name]
    bands = [set(components) for components in banding.components.tolist()]

    assert all(len(band) == banding.rows for band in bands)
    assert max(len(a & b) for a, b in itertools.combinations(bands, 2)) <= 1
    assert set().union(*bands) <= set(range(candidates.COMPONENTS))


@given(
    keys=st.lists(st.integers(0, 2), max_size=90).map(sorted),
    number=st.integers(0, 30),
    crowd=st.integers(1, 6) | st.just(18),
)
def test_meetings(keys: list[int], number: int, crowd: int) -> None:
    """
    A bucket gives all pairs; a full one the first with each, and those n + 1 apart.

    A bucket that begins with a long text is full later, and bands share out the distances to there.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "CROWD", crowd)
        patch.setattr(candidates, "LONG_CROWD", 2 * crowd)
        count = len(keys)
        characters = np.arange(count, dtype=np.int32) % 2 * candidates.LONG
        bands = Bands(np.array(keys, np.int64), np.arange(count), characters)
        banding = candidates.Banding(31, 1, 0)
        a, b, cut, *_ = candidates.met(bands, number, banding, 0.0)
    wanted, full = set(), []
    for key in set(keys):
        rows = [row for row, other in enumerate(keys) if other == key]
        if len(rows) <= crowd * (1 + rows[0] % 2):
            wanted |= set(itertools.combinations(rows, 2))
        else:
            full.append(rows[0])
            wanted |= {(rows[0], row) for row in rows[1:]}
            wanted |= set(zip(rows, rows[number + 1 :], strict=False))
            if rows[0] % 2 and number + 1 + 31 <= 2 * crowd:
                wanted |= set(zip(rows, rows[number + 32 :], strict=False))

    assert set(zip(a.tolist(), b.tolist(), strict=True)) == wanted
    assert cut.tolist() == sorted(full)


def test_log_lines_do_not_cost_their_square() -> None:
    """Each of 50,000 near-identical lines meets a few hundred others, as each of 5,000 does."""
    few, many = (cost(sketch(texts_of(log_lines(n)), Settings(), HIGH)) for n in (5_000, 50_000))

    assert few[0] < 300
    assert few[1] < 150
    assert many[0] < 1.6 * few[0]
    assert many[1] < 1.6 * few[1]


def test_datelines_do_not_cost_their_square() -> None:
    """Of thousands of datelines each meets a few hundred others."""
    raw, verified = cost(sketch(texts_of(datelines(8_000)), Settings(), HIGH))

    assert raw < 400
    assert verified < 150


@pytest.mark.parametrize("count", [110, 150, 300, 1_000])
def test_long_families_are_known_as_boilerplate(count: int) -> None:
    """Each of more than 100 notices with other dates meets 99 others: enough from 40 words on."""
    sketches = sketch(texts_of(notices(count)), Settings(), HIGH)
    _, pairs = candidates_of(sketches)
    ends = np.concatenate([pairs // len(sketches), pairs % len(sketches)])

    assert np.bincount(ends, minlength=len(sketches)).min() >= 99


def test_families_that_are_cut_keep_a_match_for_every_text() -> None:
    """Each dateline that has a match by brute force has one among its candidates."""
    texts = texts_of(datelines(1_500))
    _, pairs = candidates_of(sketch(texts, Settings(), HIGH))
    normal = texts.normal.list()
    near = np.triu(cdist(normal, normal, score_cutoff=80) > 0, 1)
    found = np.zeros_like(near)
    found[pairs // len(normal), pairs % len(normal)] = True
    have = near.any(axis=0) | near.any(axis=1)
    kept = (near & found).any(axis=0) | (near & found).any(axis=1)

    assert have.sum() > 1_000
    assert kept[have].all()


@pytest.mark.parametrize("published", [20, 200])
def test_what_comes_in_makes_no_crowd_of_the_published(published: int) -> None:
    """Published texts meet each other as they do without those that come in."""
    sketches = sketch(texts_of(datelines(400)), Settings(), HIGH)
    for number in range(HIGH.bands):
        bands = candidates.band(sketches, number)
        old = bands.take(bands.text < published)
        pairs, crowds = candidates.meet(bands, number, HIGH, 0.8, published)
        expected, _ = candidates.meet(old, number, HIGH, 0.8)
        every, cut = candidates.meet(bands, number, HIGH, 0.8)
        mine = pairs.b < published
        assert pairs.take(mine).a.tolist() == expected.a.tolist()
        assert pairs.take(mine).b.tolist() == expected.b.tolist()
        assert pairs.take(~mine).a.tolist() == every.take(every.b >= published).a.tolist()
        assert crowds.text.tolist() == cut.text.tolist()


@pytest.mark.parametrize("memory", [2 << 30, 1 << 20], ids=["memory", "disk"])
@pytest.mark.parametrize("rows", [170, 5000], ids=["small batches", "one batch"])
def test_engines_and_batches_cut_alike(memory: int, rows: int) -> None:
    """Full buckets are cut in Order: batches, memory and threads do not show."""
    sketches = sketch(texts_of(log_lines(1_200)), Settings(), HIGH)
    wanted: set[tuple[int, int]] = set()
    for number in range(HIGH.bands):
        bands = candidates.band(sketches, number)
        order = np.argsort(bands.key, kind="stable")
        pairs, _ = candidates.meet(bands.take(order), number, HIGH, 0.8)
        pairs = alike(pairs, sketches)
        wanted |= set(zip(pairs.a.tolist(), pairs.b.tolist(), strict=True))
    with Local(memory=memory, threads=2) as engine:
        parts = (sketches.slice(at, at + rows) for at in range(0, len(sketches), rows))
        stored = engine.map(parts, Sketches, as_it_is)
        found, _ = meetings(stored, HIGH, 0.8, engine, name="meeting")
        met = Pairs.concat(engine.fetch(found))

    assert len(met) == len(wanted)
    assert set(zip(met.a.tolist(), met.b.tolist(), strict=True)) == wanted


@given(
    a=st.text("ab c", min_size=1, max_size=30),
    b=st.text("ab c", min_size=1, max_size=30),
    threshold=st.sampled_from([0.5, 0.8, 0.95, 1.0]),
)
def test_lengths_leave_out_no_match(a: str, b: str, threshold: float) -> None:
    """A pair whose lengths do not fit is below the threshold."""
    texts = texts_of([a, b])
    if len(texts) == 2:
        everything = candidates.Banding(1, 1, 0)
        sketches = sketch(texts, Settings(), everything)
        bands = replace(candidates.band(sketches, 0), key=np.zeros(2, np.int64))
        fitting = candidates.met(bands, 0, everything, threshold).a
        assert len(fitting) or verify.similarity(*texts.normal.list()) < threshold


def test_settings_are_explained() -> None:
    """The curve begins at the threshold, rises, and is that of the setting in force."""
    high = candidates.explain(Settings(recall="high", threshold=0.8), 10)

    assert [similarity for similarity, _ in high] == [0.8, 0.85, 0.9, 0.95]
    assert candidates.explain(Settings(threshold=0.8), 10) == high
    assert candidates.explain(Settings(threshold=0.8), 2_000_000) < high
    for name, banding in candidates.RECALL.items():
        shares = [share for _, share in candidates.explain(Settings(recall=name), 10)]
        assert shares == sorted(shares)
        assert len(banding.caught) == len(candidates.CAUGHT_AT)
