"""`clean --annotate`: nothing goes, and every record says what would."""

from __future__ import annotations

import csv
import gzip
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from cleaning.conftest import A, B, C, D
from pyarrow import parquet

import dedup

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = [
    {"id": "a", "text": f"{A}\n{B}", "n": 1},
    {"id": "b", "text": f"{C}\n{B}\n", "n": 2},
    {"id": "c", "text": f"{B}\n{A}", "n": 3},
    {"id": "d", "text": D, "n": 4},
]


def wanted(name: str) -> list[list[dict[str, Any]]]:
    """Give what the records of a file are told, by the plan of a clean."""
    found: dict[str | None, list[dict[str, Any]]] = {row["id"]: [] for row in ROWS}  # type: ignore[misc]
    for line in dedup.clean(name, max_removed=1.0).removals:
        row = line.to_json()
        for key in ("document", "record", "text", "raw", "rule"):
            row.pop(key, None)
        found[line.record].append(row)
    assert [len(own) for own in found.values()] == [0, 1, 2, 0]
    return list(found.values())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_line_of_json_gets_a_field_and_nothing_else(dedup: Callable, here: Path) -> None:
    """The other bytes stay as they are: spaces, escapes, blank and malformed lines."""
    lines = [json.dumps(row).replace(":", " :") for row in ROWS]
    data = f"\ufeff{lines[0]}\r\n\n{lines[1]}\n{{broken\n{lines[2]} \n{lines[3]}"
    (here / "a.jsonl").write_text(data, newline="")
    done = dedup(
        *("clean", "a.jsonl", "--annotate", "-o", "out", "--on-error", "skip", "--ledger", "l")
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("noted 3 paragraphs of 7 (3 across) that would go, 43.7%")
    assert "removed nothing; wrote 1 file to out" in done.stderr
    written = (here / "out/a.jsonl").read_bytes().decode()
    first, *rest = written.split("\n")
    assert first == f'\ufeff{lines[0][:-1]}, "dedup": []}}\r'
    assert (rest[0], rest[2]) == ("", "{broken")
    (here / "a.jsonl").write_text(data.replace("{broken\n", ""), newline="")
    found = [json.loads(rest[at])["dedup"] for at in (1, 3, 4)]
    assert found == wanted("a.jsonl")[1:]
    assert len((here / "l").read_text().splitlines()) == 3
    for words in (["clean", "--verify", "out"], ["restore", "out", "-o", "x"], ["audit", "out"]):
        again = dedup(*words)
        assert again.returncode == 2
        assert "out was annotated and lost nothing" in again.stderr


@pytest.mark.parametrize("name", ["a.json", "a.csv", "a.tsv", "a.parquet", "a.jsonl.gz"])
def test_records_of_every_kind_are_told_the_same(here: Path, name: str) -> None:
    """In arrays, tables and compressed files."""
    path = here / name
    if name == "a.json":
        path.write_text(json.dumps(ROWS, indent=1))
    elif name == "a.parquet":
        parquet.write_table(pa.Table.from_pylist(ROWS), path, compression="zstd", row_group_size=3)
    elif name == "a.jsonl.gz":
        path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in ROWS).encode()))
    else:
        with path.open("w", newline="") as stream:
            delimiter = ";" if name == "a.csv" else "\t"
            writer = csv.DictWriter(stream, ROWS[0], delimiter=delimiter, lineterminator="\n")
            writer.writeheader()
            writer.writerows(ROWS)
    before = path.read_bytes()
    dedup.clean(name).write("out", annotate=True)
    written = here / "out" / name
    if name == "a.json":
        rows = json.loads(written.read_text())
    elif name == "a.parquet":
        rows = parquet.read_table(written).to_pylist()
        assert parquet.read_metadata(written).row_group(0).column(0).compression == "ZSTD"
    elif name == "a.jsonl.gz":
        rows = [json.loads(line) for line in gzip.decompress(written.read_bytes()).splitlines()]
    else:
        with written.open(newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter=delimiter))
        rows = [row | {"n": int(row["n"]), "dedup": json.loads(row["dedup"])} for row in rows]
    assert [row.pop("dedup") for row in rows] == wanted(name)
    assert rows == ROWS
    assert path.read_bytes() == before


def test_texts_without_fields_are_copied(here: Path) -> None:
    """What would go stands in the ledger alone; no guard refuses."""
    (here / "a.txt").write_text(A)
    (here / "b.md").write_text(f"# Title\n\n{A}\n")
    done = dedup.clean(["a.txt", "b.md"], max_removed=0.01).write("out", annotate=True)
    assert (done.annotated, done.files_untouched, done.removed > 0) == (True, 2, True)
    assert (here / "out/b.md").read_bytes() == (here / "b.md").read_bytes()
    (line,) = (here / "out/.dedup/ledger.jsonl").read_text().splitlines()
    assert json.loads(line)["document"] == "b.md"


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.jsonl", '{"text": "x", "dedup": []}', "record 1 has a field 'dedup' already"),
        ("a.json", '["one", "two"]', "record 1 is no object, so it takes no field"),
        ("a.csv", "text,dedup\nx,y\n", "has a column 'dedup' already"),
    ],
)
def test_what_takes_no_field_is_refused(here: Path, name: str, data: str, why: str) -> None:
    """Before anything appears; one whose text says so is fine."""
    (here / name).write_text(data)
    with pytest.raises(dedup.SettingsError, match=why):
        dedup.clean(name).write("out", annotate=True)
    assert not (here / "out").exists()
    (here / "b.jsonl").write_text('{"text": "the word \\"dedup\\" alone", "x": {"dedup": 1}}\n')
    dedup.clean("b.jsonl").write("out", annotate=True)
    assert json.loads((here / "out/b.jsonl").read_text())["dedup"] == []
