"""Texts that are not one string: lists, several fields, and what a JSON file may be."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from dedup import formats
from dedup.errors import InputError
from dedup.formats.joined import text_of
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

A = "The council voted on Thursday evening to keep the swimming pool open until September."
B = "A second reading of the budget is planned for the middle of November, the auditors say."
BOTH = f"{A}\n\n{B}"
TALK = [{"role": "user", "content": A}, {"role": "assistant", "content": B}]
RECORDS = [
    ({"text": [A, B]}, "text"),
    ({"text": [A, "", None, [B]]}, "text[]"),
    ({"messages": TALK}, "messages"),
    ({"messages": TALK}, "messages.content"),
    ({"messages": TALK}, "messages[].content"),
    ({"c": {"messages": TALK}}, "c.messages[].content"),
    ({"talk": [{"from": "human", "value": A}, {"from": "gpt", "value": B}]}, "talk"),
    ({"messages": [{"content": [{"type": "text", "text": A}]}, {"content": B}]}, "messages"),
    ({"messages": [{"content": A}, {"content": None, "calls": [1]}, {"content": B}]}, "messages"),
    ({"messages": [{"content": A}, {"type": "image"}, {"content": B}]}, "messages"),
    ({"messages": [{"content": A}, {"role": "tool"}, {"content": B}]}, "messages.content"),
    ({"title": A, "body": B}, "title,body"),
    ({"title": A, "more": [{"body": B}], "sub": None}, "title, sub, more[].body"),
]
WRONG = [
    ({"texts": [A]}, "text", "no field 'text'; did you mean 'texts'? (fields: texts)"),
    ({"title": A}, "title,body", "no field 'body' (fields: title)"),
    ({"text": [A, 5]}, "text", "field 'text' holds a number, not a string"),
    ({"text": [{"a": A}]}, "text", "field 'text' holds an object without content, value, text"),
    ({"text": {"content": A}}, "text", "field 'text' is an object, not a string"),
    ({"text": None}, "text", "field 'text' is null, not a string"),
    ({"m": [{"a": 1}]}, "m.content", "no field 'm.content' (fields: m)"),
]


def texts(*paths: str, **given: object) -> list[str]:
    """Read some files."""
    read = formats.read(list(paths), Settings(**given))
    return [text for batch in read for text in batch.text.list()]


@pytest.mark.parametrize(("record", "field"), RECORDS)
def test_strings_are_joined_with_an_empty_line_between(
    record: dict, field: str, corpus: Callable[..., Path]
) -> None:
    """Alike from JSON lines, from JSON and from Parquet."""
    line = json.dumps(record).encode() + b"\n"
    corpus({"a.jsonl": line * 2, "a.json": json.dumps([record, record])})
    for name in ("a.jsonl", "a.json"):
        assert texts(name, text_field=field) == [BOTH, BOTH]
    try:
        table = pa.Table.from_pylist([record, record])
    except pa.ArrowException:
        return  # a list of strings and lists is no column
    parquet.write_table(table, "a.parquet")
    assert texts("a.parquet", text_field=field) == [BOTH, BOTH]


@pytest.mark.parametrize(("record", "field", "why"), WRONG)
def test_what_holds_no_text_says_why(record: dict, field: str, why: str) -> None:
    """With the nearest field, and those that there are."""
    assert str(text_of(record, field, to_cut=False)) == why


def test_lists_may_be_empty_and_deep() -> None:
    """An empty one is a document without paragraphs; no depth is too much."""
    deep = json.loads("[" * 900 + json.dumps(A) + "]" * 900)
    assert text_of({"text": []}, "text", to_cut=False) == ""
    assert text_of({"text": deep}, "text", to_cut=False) == A
    assert text_of({"text": deep}, "text.content", to_cut=True) != A


def test_a_field_of_the_very_name_comes_first(corpus: Callable[..., Path]) -> None:
    """With dots, commas or brackets in it."""
    for name in ("title,body", "a.b", "a[].b"):
        assert text_of({name: A, "title": B, "body": B, "a": [{"b": B}]}, name, to_cut=True) == A
    corpus({"a.csv": f'"title,body",title,body\n"{A}",x,y\n'})
    assert texts("a.csv", text_field="title,body") == [A]


def test_several_columns_of_a_table(corpus: Callable[..., Path]) -> None:
    """Empty cells add nothing."""
    corpus({"a.csv": f'id;title;body\n1;{A};"{B}"\n2;;{B}\n'})
    assert texts("a.csv", text_field="title,body") == [BOTH, B]
    with pytest.raises(InputError, match=r"no column 'titel'; did you mean 'title'\?"):
        texts("a.csv", text_field="titel,body")


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("a.jsonl", json.dumps({"text": [A, A]}), "text"),
        ("a.jsonl", json.dumps({"messages": TALK}), "messages[].content"),
        ("a.json", json.dumps([{"title": A, "body": B}]), "title,body"),
        ("a.csv", f"title,body\n{A},{B}\n".encode(), "title,body"),
    ],
)
def test_a_clean_takes_one_string(
    dedup: Callable, tmp_path: Path, name: str, data: bytes | str, field: str
) -> None:
    """And says so in a line, before anything is written."""
    (tmp_path / name).write_bytes(data.encode() if isinstance(data, str) else data)
    done = dedup("clean", name, "-o", "out", "--text-field", field)
    assert (done.returncode, done.stdout) == (2, "")
    assert "clean takes one field of one string" in done.stderr
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "value",
    [
        {"data": [{"id": 1, "text": A}, {"id": 2, "text": A}, {"id": 3, "text": B}]},
        {"version": 2, "tags": ["a", "b"], "data": [{"text": A}, {"text": A}, {"text": B}]},
        [A, A, B],
        [A, {"text": A}, B],
    ],
)
def test_shapes_of_json_are_read_cleaned_and_restored(
    dedup: Callable, tmp_path: Path, value: object
) -> None:
    """An object with one list of records, and an array of strings."""
    for indent in (None, 2):
        folder = tmp_path / f"of{indent}"
        (folder / "in").mkdir(parents=True)
        data = json.dumps(value, indent=indent)
        (folder / "in/a.json").write_text(data)
        (folder / "in/b.json").write_text(data)
        found = json.loads(dedup("report", f"of{indent}/in/a.json", "--format", "json").stdout)
        assert found["summary"]["documents"] == 3
        assert found["summary"]["groups"] == 0 or found["groups"][0]["kind"] == "across"
        place = f"of{indent}"
        off = ("--max-removed", "100%", "--min-group-words", "5")
        done = dedup("clean", f"{place}/in", "-o", f"{place}/out", *off)
        assert done.returncode == 0, done.stderr
        assert len((folder / "out/a.json").read_text()) < len(data)
        assert dedup("clean", "--verify", f"{place}/out").returncode == 0
        assert dedup("restore", f"{place}/out", "-o", f"{place}/back").returncode == 0
        for name in ("a.json", "b.json"):
            assert (folder / "back" / name).read_text() == data


def test_lists_beside_one_another_are_no_records_to_cut(
    dedup: Callable, corpus: Callable[..., Path]
) -> None:
    """They could not be told apart once one is empty; for reading the one with records counts."""
    corpus({"a.json": json.dumps({"errors": [], "data": [{"text": A}, {"text": A}]})})
    assert texts("a.json") == [A, A]
    done = dedup("clean", "a.json", "-o", "out")
    assert done.returncode == 2
    assert (
        "lists 'errors', 'data' beside one another; give the list of records alone" in done.stderr
    )


def test_tables_without_the_text_are_skipped_in_a_walk(
    dedup: Callable, corpus: Callable[..., Path]
) -> None:
    """Counted and listed, with exit code 0, and not copied; a named one is an error."""
    table = io.BytesIO()
    parquet.write_table(pa.table({"body": [A]}), table)
    others = {
        "package.json": '{"name": "x", "version": 1}',
        "numbers.json": "[1, 2]",
        "prices.csv": "item,price\na,1\n",
        "t.parquet": table.getvalue(),
    }
    here = corpus({"in/a.txt": f"{A}\n", **{f"in/{name}": data for name, data in others.items()}})
    done = dedup("report", "in", "--format", "json")
    assert done.returncode == 0, done.stderr
    skipped = json.loads(done.stdout)["summary"]["skipped"]
    assert [one["path"] for one in skipped] == [f"in/{name}" for name in sorted(others)]
    done = dedup("clean", "in", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (here / "out").iterdir()) == [".dedup", "a.txt"]
    for name in others:
        done = dedup("report", f"in/{name}")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
