"""A clean of texts that a caller holds: what stays and what goes, as they came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pytest
from test_held import KINDS, ROWS

import dedup

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

A, B, C = (" ".join(f"{name}{n}" for n in range(30)) for name in ("first", "other", "third"))
pytestmark = pytest.mark.filterwarnings("default")  # of libraries that are not ours


def rows_of(given: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - dicts or a frame
    """Return rows as dicts, whatever they are in."""
    if isinstance(given, list):
        return given
    rows: list[dict[str, Any]] = (
        pa.table(given).to_pylist()
        if hasattr(given, "__arrow_c_stream__")
        else [dict(row) for row in given]
    )
    return [{name: row[name] for name in ROWS[0]} for row in rows]


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Clean the rows as a file, and read what was written."""

    def clean(**policy: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as `Policy` has it
        path = tmp_path / "rows.jsonl"
        path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
        out = tmp_path / "out"
        dedup.clean(path, text="body", **policy).write(out)
        return [orjson.loads(line) for line in (out / path.name).read_bytes().splitlines()]

    return clean


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("policy", [{}, {"keep": "newest:year"}, {"remove": "match"}])
def test_what_stays_is_what_a_clean_of_the_file_writes(
    kind: str, policy: dict[str, str], written: Callable[..., list[dict[str, Any]]]
) -> None:
    """Row by row, other fields too; what goes whole is the rest."""
    wanted = written(**policy)
    plan = dedup.clean(KINDS[kind](ROWS), text="body", **policy)
    assert rows_of(plan.selected) == wanted
    stay = [row["id"] for row in wanted]
    assert rows_of(plan.removed) == [row for row in ROWS if row["id"] not in stay]
    assert len(wanted) < len(ROWS)
    assert {line.record for line in plan.removals} >= {row["id"] for row in rows_of(plan.removed)}


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "dataset"])
def test_a_frame_comes_back_as_one_of_its_library(kind: str) -> None:
    """With its columns and their types."""
    frame = KINDS[kind](ROWS)
    plan = dedup.clean(frame, text="body")
    for half in (plan.selected, plan.removed):
        assert type(half) is type(frame)
        names = "column_names" if kind in {"arrow", "dataset"} else "columns"
        assert list(getattr(half, names)) == list(getattr(frame, names))


def test_strings_come_back_as_strings() -> None:
    """What loses a part is shorter; a generator is read once."""
    texts = [f"{A}\n{B}", f"{B}\nalone", f"{A}\n{B}", C]
    plan = dedup.clean(texts=iter(texts))
    assert plan.selected == [texts[0], "alone", C]
    assert plan.removed == [texts[2]]
    assert plan.preview().removed == len(B) + 1 + len(texts[2])
    kept = plan.without(lambda line: line.record == "3")
    assert kept.selected == [texts[0], "alone", texts[2], C]
    assert kept.removed == []


def test_nothing_goes_and_everything_goes() -> None:
    """An end that is empty is an empty one of its kind."""
    assert dedup.clean(texts=[A, B]).removed == []
    import polars as pl

    frame = pl.DataFrame({"text": [A, B]})
    plan = dedup.clean(frame)
    assert plan.selected.equals(frame)
    assert plan.removed.schema == frame.schema
    assert len(plan.removed) == 0


def test_a_text_inside_an_object_is_shortened_there() -> None:
    """The object around it is a copy, and what was given is as it was."""
    rows = [{"doc": {"body": f"{A}\n{B}", "n": 1}}, {"doc": {"body": f"{B}\nx", "n": 2}}]
    plan = dedup.clean(rows, text="doc.body")
    assert plan.selected == [rows[0], {"doc": {"body": "x", "n": 2}}]
    assert rows[1]["doc"] == {"body": f"{B}\nx", "n": 2}
    table = pa.Table.from_pylist(rows)
    with pytest.raises(dedup.SettingsError, match=r"rows has its texts inside a column \(doc.body"):
        _ = dedup.clean(table, text="doc.body").selected
    assert dedup.clean(table.slice(0, 1), text="doc.body").selected.to_pylist() == rows[:1]


def test_what_is_malformed_stays() -> None:
    """Where it is skipped."""
    rows = [{"text": A}, {"title": "no text"}, {"text": A}]
    plan = dedup.clean(rows, on_error="skip")
    assert plan.selected == rows[:2]
    assert plan.removed == rows[2:]
    with pytest.raises(dedup.RecordError, match="rows:2: "):
        dedup.clean(rows)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    """Held texts are not written, files are not handed back; names are checked."""
    with pytest.raises(dedup.SettingsError, match="texts is held in memory: take selected"):
        dedup.clean(texts=[A, A]).write(tmp_path / "out")
    (tmp_path / "a.txt").write_text(A)
    for half in ("selected", "removed"):
        with pytest.raises(dedup.SettingsError, match=r"a.txt is a file: write\(OUTPUT\)"):
            getattr(dedup.clean(tmp_path), half)
    with pytest.raises(dedup.SettingsError, match="no document has the field 'date'"):
        dedup.clean([{"text": A}], keep="oldest:date")
    with pytest.raises(dedup.SettingsError, match="did you mean 'near'"):
        dedup.clean(texts=[A], remove="nea")


def test_a_plan_says_what_it_would_do() -> None:
    """In one line, where a notebook shows it."""
    plan = dedup.clean(texts=[A, B, f"{A}\n{C}"])
    assert repr(plan) == "<Planned: 230 of 917 characters of 3 documents would go, in 1 piece>"
