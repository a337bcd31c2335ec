"""Texts that a caller holds, as in a notebook: strings, dicts and frames are read as files are."""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import pyarrow as pa
import pytest

import dedup
from dedup import formats
from dedup.reports.json import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

A, B, C = (" ".join(f"{name}{n}" for n in range(30)) for name in ("first", "other", "third"))
NEAR = A.replace("first7 ", "seventh ")
ROWS = [
    {"body": f"{A}\n{B}", "id": "one", "year": 2020},
    {"body": f"{C}\r\n\r\n{NEAR}\nshort", "id": "two", "year": 2019},
    {"body": "", "id": "three", "year": 2021},
    {"body": f"\u00e9t\u00e9 {B}\n{A}", "id": "four", "year": 2022},
    {"body": f"{C}\n{C}", "id": "five", "year": 2018},
]
BODIES = [row["body"] for row in ROWS]


def frame_of_pandas(rows: list[dict[str, Any]]) -> object:
    """A frame of pandas, its rows numbered in another way."""
    import pandas as pd

    return pd.DataFrame(rows, index=range(100, 100 + len(rows)))


def frame_of_polars(rows: list[dict[str, Any]]) -> object:
    """A frame of polars."""
    import polars as pl

    return pl.DataFrame(rows)


def dataset(rows: list[dict[str, Any]]) -> object:
    """A dataset of Hugging Face, some of whose rows were left out."""
    import datasets

    return datasets.Dataset.from_list([rows[0], *rows]).select(range(1, len(rows) + 1))


class Stream:
    """A table of a library that nobody knows; a class because it has one method of Arrow."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._table = pa.Table.from_pylist(rows)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give the rows as Arrow's C stream."""
        return self._table.__arrow_c_stream__(requested_schema)


KINDS: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "dicts": list,
    "tuple of dicts": tuple,
    "generator of dicts": iter,
    "pandas": frame_of_pandas,
    "polars": frame_of_polars,
    "arrow": pa.Table.from_pylist,
    "views": lambda rows: pa.table(frame_of_polars(rows)),
    "batch": lambda rows: pa.Table.from_pylist(rows).to_batches()[0],
    "reader": lambda rows: pa.Table.from_pylist(rows).to_reader(),
    "stream": Stream,
    "dataset": dataset,
}

pytestmark = pytest.mark.filterwarnings("default")  # of libraries that are not ours


def plain(report: dedup.Report, name: str) -> dict[str, Any]:
    """Give a report as JSON, whatever the file was called and on which line a record stood."""
    text = to_json(report).replace(f'"{name}"', '"X"')
    body = orjson.loads(text)
    verdict = body.get("verdict") or {"findings": []}
    finds = [place for group in body["groups"] for place in group["occurrences"]]
    for place in (*finds, *places_in(verdict["findings"])):
        place.pop("file_line", None)
    assert isinstance(body, dict)
    return body


def places_in(value: object) -> Iterator[dict[str, Any]]:
    """Yield all objects in some JSON."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            yield from places_in(each)


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The rows as a file, in the working directory."""
    monkeypatch.chdir(tmp_path)
    path = Path("rows.jsonl")
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_the_report_is_that_of_the_file(kind: str, records: Path) -> None:
    """Whatever the rows are in; settings by their names."""
    known = {"text_field": "body", "threshold": 0.9}
    wanted = dedup.find(records, dedup.Settings.of(known))
    assert {group.kind for group in wanted.groups} == {"within", "across"}
    report = dedup.find(KINDS[kind](ROWS), text="body", threshold=0.9)
    assert plain(report, "rows") == plain(wanted, "rows.jsonl")
    assert report.groups[0].keeper.document == "rows"
    assert report.groups[0].keeper.record == "one"


@pytest.mark.parametrize("kind", KINDS)
def test_a_check_and_pairs_are_those_of_the_file(kind: str, records: Path) -> None:
    """The published side may be held, too, and is called `against`."""
    make = KINDS[kind]
    settings = dedup.Settings(text_field="body")
    report = dedup.check(make(ROWS[3:]), make(ROWS[:3]), text="body")
    Path("new.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS[3:]))
    Path("old.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS[:3]))
    wanted = dedup.check("new.jsonl", "old.jsonl", settings)
    mine = plain(report, "rows")
    assert orjson.loads(orjson.dumps(mine).replace(b'"against"', b'"old.jsonl"')) == plain(
        wanted, "new.jsonl"
    )
    found = list(dedup.pairs(make(ROWS), text="body"))
    assert [(p.a.record, p.b.record, p.similarity) for p in found] == [
        (p.a.record, p.b.record, p.similarity) for p in dedup.pairs(records, settings)
    ]


@pytest.mark.parametrize("make", [list, tuple, iter, lambda all_: dict.fromkeys(all_).keys()])
def test_strings_are_given_as_texts(make: Callable[[list[str]], Any], tmp_path: Path) -> None:
    """They are named by their numbers, from 1, as records without an id are."""
    path = tmp_path / "texts.jsonl"
    path.write_bytes(b"".join(orjson.dumps({"text": body}) + b"\n" for body in BODIES))
    report = dedup.find(texts=make(BODIES))
    assert plain(report, "texts") == plain(dedup.find(path), str(path))
    checked = dedup.check(texts=make(BODIES[3:]), against_texts=make(BODIES[:3]))
    keepers = {(group.keeper.document, group.keeper.record) for group in checked.groups}
    assert ("against", "1") in keepers


def test_strings_are_paths_and_nothing_else(records: Path) -> None:
    """Also where they could be texts; one that cannot be a path says how texts are given."""
    assert dedup.find(["rows.jsonl"], text="body") == dedup.find(records, text="body")
    with pytest.raises(dedup.InputError, match="no such file"):
        dedup.find([A[:40]])
    with pytest.raises(dedup.SettingsError, match=r"strings are paths: give texts as texts=\[…\]"):
        dedup.find([A * 9])


def test_ids_of_any_plain_type_are_names() -> None:
    """And a missing one is the number of the row."""
    import numpy as np

    key = UUID(int=7)
    ids = [np.int64(4), 2.5, key, None, float("nan"), "4"]
    rows = [{"text": A, "id": value} for value in ids]
    (group,) = dedup.find(rows).groups
    names = [place.record for place in group.occurrences]
    assert names == ["4", "2.5", str(key), "4#4", "5", "4#6"]


def test_a_text_may_be_inside_or_in_several_fields() -> None:
    """As in files, of dicts and of frames."""
    inside = [{"a": {"body": A}, "n": 1}, {"a": {"body": A}, "n": 2}]
    several = [{"title": "One", "body": [{"content": A}]}, {"title": "Two", "body": A}]
    frame = [{"title": "One", "body": A}, {"title": "Two", "body": A}]
    for rows, text in ((inside, "a.body"), (several, "title,body"), (frame, "title,body")):
        assert len(dedup.find(rows, text=text).groups) == 1
    for rows, text in ((inside, "a.body"), (frame, "title,body")):
        for kind in ("polars", "arrow", "dataset"):
            assert len(dedup.find(KINDS[kind](rows), text=text).groups) == 1


def test_a_string_of_any_characters_is_a_text() -> None:
    """Also one that no file of UTF-8 holds."""
    (group,) = dedup.find(texts=[f"\ud800 {A}", f"\ud800 {A}"]).groups
    assert group.keeper.text == f"\ud800 {A}"


GIVE = r"give a path or several, dicts, a frame, or strings as texts=\[…\]"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, rf"data is None: {GIVE}"),
        ({"data": 42}, rf"data is 42 \(int\): {GIVE}"),
        ({"data": b"abc"}, rf"data is b'abc' \(bytes\): {GIVE}"),
        ({"data": {"text": "x"}}, rf"data is .* \(dict\): {GIVE}"),
        ({"data": ["a", 1]}, rf"data\[1\] is 1 \(int\): {GIVE}"),
        ({"texts": "abc"}, r"texts is 'abc' \(str\): give a list of strings"),
        ({"texts": 3}, r"texts is 3 \(int\): give a list of strings"),
        ({"data": ["a"], "texts": ["a"]}, "data and texts are both given"),
        ({"texts": ["a"], "threshold": "x"}, "threshold is 'x': give a share"),
        ({"texts": ["a"], "treshold": 1}, "unknown key 'treshold'; did you mean 'threshold'"),
        ({"data": [{"a": 1}], "text": 5}, "text_field is 5: give a text"),
        ({"texts": ["a"], "settings": 3}, r"settings is 3 \(int\): give dedup.Settings\(…\)"),
        ({"texts": ["a"], "order": 3}, "order is 3: give a text"),
        ({"texts": []}, "no document was read: texts is empty"),
        (
            {"texts": ["a", None]},
            "texts:2: None, not a string; leave it out or use on_error=",
        ),
        ({"texts": [b"a"]}, "texts:1: of type bytes, not a string"),
        ({"data": [{"text": "a"}, "b"]}, "rows:2: of type str, not a dict"),
        ({"data": [{"text": "a", "id": []}]}, "rows:1: field 'id' is of type list, not a string"),
        (
            {"data": [{"body": "a"}]},
            r"rows:1: no field 'text' \(fields: body\); name the text",
        ),
        ({"data": [{"text": 4}]}, "rows:1: field 'text' is a number, not a string"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(given: dict[str, Any], message: str) -> None:
    """By its type, in the library's words."""
    with pytest.raises(dedup.DedupError, match=message) as caught:
        dedup.find(**given)
    assert "\n" not in str(caught.value)
    assert "--" not in str(caught.value)


def test_a_column_is_given_as_texts() -> None:
    """Of any library; as data it is no table."""
    import pandas as pd
    import polars as pl

    for make in (pd.Series, pl.Series, pa.array, lambda texts: pa.chunked_array([texts])):
        assert len(dedup.find(texts=make([A, A])).groups) == 1
    for make in (pd.Series, pl.Series):
        with pytest.raises(dedup.SettingsError, match="data is a column, not a table: give a"):
            dedup.find(make([A, A]))


def test_records_of_another_class_are_refused() -> None:
    """By their type, wherever one is taken."""
    with pytest.raises(dedup.SettingsError, match=r"policy is .* \(dict\): give dedup.Policy"):
        dedup.clean(texts=[A], policy={})  # type: ignore[arg-type]
    with pytest.raises(dedup.SettingsError, match=r"rules is 3 \(int\): give dedup.Rules"):
        dedup.check(texts=[A], rules=3)  # type: ignore[arg-type]
    with pytest.raises(dedup.SettingsError, match="text is 3: give a text"):
        dedup.minhash(3)  # type: ignore[arg-type]
    with pytest.raises(dedup.SettingsError, match="threshold is 'x': give a share"):
        dedup.find(texts=[A]).at_threshold("x")  # type: ignore[arg-type]


def test_frames_that_hold_no_texts_are_refused() -> None:
    """With the columns that there are; rows without a text as those of files."""
    import datasets
    import pandas as pd
    import polars as pl

    frame = pd.DataFrame({"body": ["x", None], "n": [1, 2]})
    with pytest.raises(dedup.InputError, match=r"rows: no column 'text' \(columns: body, n\)"):
        dedup.find(frame)
    with pytest.raises(dedup.InputError, match="column 'n' is int64, not a string"):
        dedup.find(frame, text="n")
    with pytest.raises(dedup.RecordError, match="rows:2: field 'body' is null"):
        dedup.find(frame, text="body")
    report = dedup.find(frame, text="body", on_error="skip")
    assert [one.why for one in report.summary.skipped] == [
        "1 record skipped, line 2: field 'body' is null, not a string"
    ]
    with pytest.raises(dedup.InputError, match=r"not a table that Arrow can hold: .*one type"):
        dedup.find(pd.DataFrame({"text": ["x", 1]}))
    with pytest.raises(dedup.InputError, match="no document was read: rows is empty"):
        dedup.find(pd.DataFrame({"text": []}))
    with pytest.raises(dedup.SettingsError, match=r"data is a lazy frame: give .* collect\(\)"):
        dedup.find(pl.DataFrame({"text": ["x"]}).lazy())
    splits = datasets.DatasetDict(train=datasets.Dataset.from_list(ROWS))
    with pytest.raises(dedup.SettingsError, match=r"data has several splits \(train\)"):
        dedup.find(splits)


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "dataset"])
def test_a_large_frame_is_not_copied_to_be_read(kind: str) -> None:
    """However large: some rows at a time, and those that lie as Arrow wants them not at all."""
    count = 4000
    rows = [{"body": f"{n} {A * 20}", "id": str(n)} for n in range(count)]
    size = sum(len(row["body"]) for row in rows)
    data = KINDS[kind](rows)
    del rows
    gc.collect()
    settings = dedup.Settings(text_field="body")
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    reading = formats.read(formats.given(data, None), settings)
    peak = read = 0
    for batch in _each(reading):
        read += len(batch)
        peak = max(peak, pa.total_allocated_bytes() - before)
    own = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read == count
    # A batch is a quarter of the rows; two of them may be there at a time.
    assert peak + own < size * 0.6


def _each(reading: formats.Reading) -> Iterator[Any]:
    """Give batches, letting go of each before the next one."""
    for batch in reading:
        yield replace(batch)
