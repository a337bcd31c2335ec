"""The verbs against plain Python, in memory and with sorted runs on disk."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from engines.pickled import Pickled
from hypothesis import given
from hypothesis import strategies as st

from dedup import locks
from dedup.engines import local, work
from dedup.engines.base import as_it_is
from dedup.engines.interface import Beside
from dedup.engines.local import Local
from dedup.engines.sorted import InOrder
from dedup.errors import OutputError
from dedup.model import I32, I64, Strings, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True, eq=False)
class Rows(Table):
    """A table with a key, a second one, a number and a text."""

    SORTED_BY = ("key", "second")

    key: I64
    second: I32
    number: I64
    word: Strings


Plain = list[tuple[int, int, int, str]]
KEYS = st.one_of(st.integers(0, 5), st.integers(-(2**63), 2**63 - 1))
ROWS = st.lists(st.tuples(KEYS, st.integers(-3, 3), st.text(max_size=3)), max_size=60)


def rows(plain: Plain) -> Rows:
    """Make a table of plain rows."""
    key, second, number, word = list(zip(*plain, strict=True)) or [(), (), (), ()]
    return Rows(
        np.array(key, np.int64),
        np.array(second, np.int32),
        np.array(number, np.int64),
        Strings.of(word),
    )


def plain(table: Rows) -> Plain:
    """Give the rows of a table."""
    columns = (table.key, table.second, table.number)
    return list(zip(*(c.tolist() for c in columns), table.word.list(), strict=True))


def batches(table: Rows, size: int) -> Iterator[Rows]:
    """Cut a table into batches."""
    for at in range(0, len(table), size):
        yield table.slice(at, at + size)


class Narrow(Local):
    """A local engine with batches of a few rows."""

    batch_bytes = 200  # type: ignore[assignment]


@given(data=ROWS, size=st.integers(1, 9))
@pytest.mark.parametrize("memory", [2 << 30, 0], ids=["memory", "disk"])
def test_by_key_sorts_stably_and_splits_no_key(
    data: list[tuple[int, int, str]], size: int, memory: int
) -> None:
    """Rows come sorted by all columns, ties in their order, each key whole in one batch."""
    table = [(key, second, n, word) for n, (key, second, word) in enumerate(data)]
    seen: list[Plain] = []

    def stage(batch: Rows) -> Rows:
        seen.append(plain(batch))
        return batch

    with Narrow(memory=memory, threads=1) as engine:
        stored = engine.map(batches(rows(table), size), Rows, as_it_is)
        held = engine.by_key(stored, ("key", "second"), Rows, stage)
        got = [row for batch in held for row in plain(batch)]
    assert got == sorted(table, key=lambda row: row[:2])
    whole = [row[0] for batch in seen for row in {row[0]: row for row in batch}.values()]
    assert len(whole) == len(set(whole))


@dataclass(frozen=True, slots=True, eq=False)
class Numbers(Table):
    """A table of which the key is all."""

    wide: I64
    narrow: I32


@given(st.lists(st.lists(st.tuples(KEYS, st.integers(-(2**31), 2**31 - 1)), max_size=9)))
def test_rows_that_are_all_key_are_sorted(batches: list[list[tuple[int, int]]]) -> None:
    """Whether they fit in a word each or not, and whatever is the smallest."""
    tables = [
        Numbers(np.array([w for w, _ in rows], np.int64), np.array([n for _, n in rows], np.int32))
        for rows in batches
    ]
    for key in (("wide", "narrow"), ("narrow", "wide")):
        with Local(threads=2) as engine, pytest.MonkeyPatch.context() as patch:
            patch.setattr("dedup.engines.sorted.PACKED", 0)
            held = engine.map(tables, Numbers, as_it_is)
            found = Numbers.concat(engine.by_key(held, key, Numbers, as_it_is))
        columns = [getattr(found, name).tolist() for name in key]
        every = [row if key[0] == "wide" else row[::-1] for rows in batches for row in rows]
        assert list(zip(*columns, strict=True)) == sorted(every)
        assert (found.wide.dtype, found.narrow.dtype) == (np.int64, np.int32)


@given(left=ROWS, right=ROWS, size=st.integers(1, 9))
@pytest.mark.parametrize("memory", [2 << 30, 0], ids=["memory", "disk"])
def test_join_brings_equal_keys_together(
    left: list[tuple[int, int, str]], right: list[tuple[int, int, str]], size: int, memory: int
) -> None:
    """Every row of the left table meets every row of the right one with its key, and once."""
    first = [(key, second, n, word) for n, (key, second, word) in enumerate(left)]
    other = [(key, second, n, word) for n, (key, second, word) in enumerate(right)]
    pairs: list[tuple[int, int]] = []

    def stage(a: Rows, b: Rows) -> Rows:
        pairs.extend((x[2], y[2]) for x in plain(a) for y in plain(b) if x[0] == y[0])
        return a

    with Narrow(memory=memory, threads=1) as engine:
        stored = engine.map(batches(rows(other), size), Rows, as_it_is)
        table = engine.map(batches(rows(first), size), Rows, as_it_is)
        held = engine.join(table, stored, (("key",), ("key",)), Rows, stage)
        assert sorted(row for batch in held for row in plain(batch)) == sorted(first)
    assert sorted(pairs) == sorted((x[2], y[2]) for x in first for y in other if x[0] == y[0])


def test_lookup_shows_every_batch_all_of_a_small_table() -> None:
    """Each row finds the one row that it wants, in the order of the large table."""
    wanted = [(n % 7, 0, n, "") for n in range(1000)]
    found: list[Rows] = []

    def beside(batch: Rows, small: Rows) -> Rows:
        assert small.key.tolist() == list(range(7))
        return replace(batch, word=small.word.take(batch.key))

    with Narrow(threads=2) as engine:
        known = [(n, 0, n, "abcdefg"[n]) for n in range(7)]
        small = engine.map(batches(rows(known), 3), Rows, as_it_is)
        table = engine.map(batches(rows(wanted), 99), Rows, as_it_is)
        found += engine.lookup(table, small, (("key",), ("key",)), Rows, beside)
    assert [row[2:] for batch in found for row in plain(batch)] == [
        (n, "abcdefg"[n % 7]) for n in range(1000)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Couples(Table):
    """Pairs of keys."""

    one: I64
    other: I64


@dataclass(frozen=True, slots=True, eq=False)
class Names(Table):
    """A name a key."""

    key: I64
    name: Strings


@dataclass(frozen=True, slots=True, eq=False)
class HalfNamed(Table):
    """A pair with the name of its first key."""

    one: I64
    other: I64
    name: Strings


@dataclass(frozen=True, slots=True, eq=False)
class Meeting(Table):
    """A key by which pairs are made, and a number."""

    key: I64
    number: I64


ENGINES = {
    "memory": lambda: Narrow(threads=2),
    "disk": lambda: Narrow(memory=0, threads=1),
    "pickled": Pickled,
}


def name_of(names: Names, keys: I64) -> list[str]:
    """Return the name of each key."""
    known = dict(zip(names.key.tolist(), names.name.list(), strict=True))
    assert list(known) == sorted(known)
    assert len(known) == len(names)
    return [known[key] for key in keys.tolist()]


def both_names(couples: Couples, first: Names, second: Names) -> HalfNamed:
    """Put both names of a pair together."""
    words = zip(name_of(first, couples.one), name_of(second, couples.other), strict=True)
    return HalfNamed(couples.one, couples.other, Strings.of(["".join(pair) for pair in words]))


def not_alike(couples: Couples, first: Names, second: Names) -> Couples:
    """Leave out pairs of one name."""
    words = zip(name_of(first, couples.one), name_of(second, couples.other), strict=True)
    return couples.take(np.array([one != other for one, other in words], bool))


def modulo(numbers: Meeting, number: int) -> Meeting:
    """Let numbers meet that leave the same rest."""
    return Meeting(numbers.number % (number + 2), numbers.number)


def in_pairs(met: Meeting, number: int) -> tuple[Couples, Meeting]:
    """Pair each number with the next one of its key."""
    both = np.flatnonzero(met.key[1:] == met.key[:-1])
    pairs = Couples(met.number[both], met.number[both + 1])
    return pairs, Meeting(np.full(1, number), np.full(1, len(pairs)))


@pytest.mark.parametrize("make", ENGINES)
def test_pairwise_shows_both_rows_that_a_pair_wants(
    make: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some pairs at a time, from a table in place or by two joins: what comes out is the same."""
    monkeypatch.setattr(local, "PAIRS_AT_ONCE", 7)
    names = Names(np.arange(7), Strings.of(list("abcdefg")))
    wanted = [(n % 7, n % 5) for n in range(100)]
    couples = Couples(*np.array(wanted).T)

    with ENGINES[make]() as engine:
        known = engine.map([names.slice(0, 3), names.slice(3, 7)], Names, as_it_is)
        table = engine.map([couples.slice(0, 99), couples.slice(99, 100)], Couples, as_it_is)
        beside = Beside(known, ("one", "other", "key"), HalfNamed)
        found = HalfNamed.concat(engine.pairwise(table, beside, HalfNamed, both_names))
    assert sorted(found.name.list()) == sorted("abcdefg"[a] + "abcdefg"[b] for a, b in wanted)


@pytest.mark.parametrize("make", ENGINES)
def test_pairs_of_several_tables_are_a_set_and_are_looked_up(make: str) -> None:
    """What meets in two tables is one pair, and what its stage leaves out does not come."""
    numbers = Meeting(np.zeros(40, np.int64), np.arange(40))
    names = Names(np.arange(40), Strings.of([str(n % 3) for n in range(40)]))
    wanted = {(n, n + step) for step in range(2, 6) for n in range(40 - step) if step % 3}

    with ENGINES[make]() as engine:
        known = engine.map([names], Names, as_it_is)
        table = engine.map([numbers.slice(0, 9), numbers.slice(9, 40)], Meeting, as_it_is)
        pairs, counts = engine.by_each(
            *(table, 4, (Meeting, modulo), ("key", "number"), (Couples, Meeting), in_pairs),
            pairwise=(Beside(known, ("one", "other", "key"), HalfNamed), not_alike),
        )
        found = Couples.concat(pairs)
        assert {int(n) for batch in counts for n in batch.key} == set(range(4))
    assert len(found) == len(wanted)
    assert set(zip(found.one.tolist(), found.other.tolist(), strict=True)) == wanted


@given(data=ROWS.filter(bool), size=st.integers(1, 9), ordered=st.booleans())
@pytest.mark.parametrize("memory", [2 << 30, 0], ids=["memory", "disk"])
def test_what_is_in_order_is_a_run_already(
    data: list[tuple[int, int, str]], size: int, memory: int, *, ordered: bool
) -> None:
    """A table knows that its batches follow one another by key, and is read as one run."""
    key = ("key", "second")
    table = [(key, second, n, word) for n, (key, second, word) in enumerate(data)]
    wanted = sorted(table, key=lambda row: row[:2])
    table = wanted if ordered else table
    with Narrow(memory=memory, threads=1) as engine:
        stored = engine.map(batches(rows(table), size), Rows, as_it_is)
        is_sorted = [row[:2] for row in table] == [row[:2] for row in wanted]
        assert stored.sorted_by == (key if is_sorted else ())
        run = InOrder(stored.batches, "key")
        for start in range(len(table) + 1):
            for stop in (start, (start + len(table)) // 2, len(table)):
                past = max(start, stop)
                assert plain(run.rows(start, past)) == table[start:past]
                assert run.keys(start, past).tolist() == [row[0] for row in table[start:past]]
        held = engine.by_key(stored, key, Rows, as_it_is)
        assert [row for batch in held for row in plain(batch)] == wanted


def test_rows_are_numbered_in_the_order_of_a_key() -> None:
    """The number of a row is the count of rows before it, over all batches."""
    table = [(n * 7 % 100, 0, n, "") for n in range(100)]
    with Narrow(threads=2) as engine:
        stored = engine.map(batches(rows(table), 9), Rows, as_it_is)
        ranked = engine.rank(
            stored, ("key",), Rows, lambda batch, number: replace(batch, number=number)
        )
        got = [row for batch in ranked for row in plain(batch)]
    assert got == [(n, 0, n, "") for n in range(100)]


def test_a_stage_may_give_several_tables_and_tables_be_one() -> None:
    """Batches of each go to their table; a union has the rows of all."""
    table = rows([(n, 0, n, "") for n in range(10)])
    with Narrow(threads=2) as engine:
        small, large = engine.map(
            [table], (Rows, Rows), lambda batch: (batch.slice(0, 3), batch.slice(3, 10))
        )
        assert (engine.count(small), engine.count(large)) == (3, 7)
        both = Rows.concat(engine.fetch(engine.union(large, small)))
        assert sorted(both.key.tolist()) == list(range(10))


def test_who_watches_is_told_how_many_rows_are_done() -> None:
    """The first and the last of a named step; what has no name is not told."""
    told: list[tuple[str, int, int | None]] = []
    with Local(threads=1, watch=lambda *step: told.append(step)) as engine:
        stored = engine.map([rows([(1, 1, 1, "a")] * 4)], Rows, as_it_is, name="reading")
        engine.by_key(stored, ("key",), Rows, as_it_is, name="sorting")
        engine.map(stored, Rows, as_it_is)
    assert told == [("reading", 0, None), ("sorting", 0, 4), ("sorting", 4, 4)]


def test_what_does_not_fit_goes_to_disk_and_is_removed(tmp_path: Path) -> None:
    """A small bound spills; leaving the engine leaves nothing behind."""
    table = rows([(n % 7, 0, n, "x" * 50) for n in range(20_000)])
    with Local(memory=1 << 16, threads=2, work_dir=str(tmp_path)) as engine:
        stored = engine.map(batches(table, 500), Rows, as_it_is)
        held = engine.by_key(stored, ("key",), Rows, as_it_is)
        del stored
        assert len(held) == len(table)
        assert sum(path.stat().st_size for path in tmp_path.rglob("*")) > table.nbytes
    assert sum(len(batch) for batch in held) == len(table)
    del held
    assert not any(tmp_path.iterdir())


def test_what_a_killed_run_left_goes_and_nothing_else(tmp_path: Path) -> None:
    """A folder with our mark that nobody has locked; one of a living run and others stay."""
    left, foreign = (tmp_path / f"{work.PREFIX}{name}" for name in ("left", "foreign"))
    for folder, mark in ((left, locks.MARK), (foreign, b"mine")):
        folder.mkdir()
        (folder / work.LOCK).write_bytes(mark)
        (folder / "0").write_bytes(b"rows")
    living, other = (work.WorkFolder(str(tmp_path)) for _ in range(2))
    first = living.file(rows([(1, 1, 1, "a")]))
    second = other.file(rows([(2, 2, 2, "b")]))

    assert not left.exists()
    assert (foreign / "0").read_bytes() == b"rows"
    assert plain(first.load()) == [(1, 1, 1, "a")]
    assert plain(second.load()) == [(2, 2, 2, "b")]
    for folder in (living, other):
        folder.leave()
    del first, second
    assert [path.name for path in tmp_path.iterdir()] == [foreign.name]


def test_a_work_dir_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """The error names the folder and what to do."""
    missing = tmp_path / "missing"
    table = rows([(n, 0, n, "x" * 50) for n in range(5_000)])
    with (
        Local(memory=0, threads=1, work_dir=str(missing)) as engine,
        pytest.raises(OutputError, match=r"missing: cannot keep .*work_dir=…"),
    ):
        engine.map([table], Rows, as_it_is)


def test_an_error_in_a_stage_reaches_the_caller() -> None:
    """Nothing is swallowed by the threads."""

    def fail(_: Rows) -> Rows:
        raise ZeroDivisionError

    with Narrow(threads=2) as engine, pytest.raises(ZeroDivisionError):
        engine.map(batches(rows([(1, 1, 1, "a")] * 10), 1), Rows, fail)


def test_what_goes_on_beside_a_failure_ends_with_the_engine() -> None:
    """Of two things at once the other one makes no more tables once the engine is left."""
    begun, left, ended = (threading.Event() for _ in range(3))
    found: list[BaseException] = []
    engine = Local(threads=2)

    def go_on() -> None:
        begun.set()
        assert left.wait(30)
        try:
            engine.map([rows([(1, 1, 1, "a")])], Rows, as_it_is)
        except RuntimeError as error:
            found.append(error)
        ended.set()

    def fail() -> None:
        assert begun.wait(30)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), engine:
        engine.together(fail, go_on)
    left.set()
    assert ended.wait(30)
    assert found
    with engine:
        assert len(engine.map([rows([(1, 1, 1, "a")])], Rows, as_it_is)) == 1
