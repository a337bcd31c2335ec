"""`clean --ids`: which documents went whole and for which, both ways."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from cleaning.conftest import A, B, C, D
from pyarrow import parquet

import dedup

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = [("a", f"{A}\n{B}"), ("b", f"{A}\n{B}"), ("c", f"{B}\n{A}"), ("d", f"{B}\n{C}"), ("e", D)]
NEAR = ("f", f"{D} at last")
NAME = "in.jsonl"


def name(record: str) -> dict[str, str]:
    """Give a document as it is named."""
    return {"document": NAME, "record": record}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Records of which some are copies of others, whole or in part."""
    monkeypatch.chdir(tmp_path)
    rows = [json.dumps({"id": key, "text": text}) for key, text in (*ROWS, NEAR)]
    (tmp_path / NAME).write_text("\n".join(rows))
    return tmp_path


def rows_of(here: Path) -> list[dict[str, object]]:
    """Read the rows as JSON lines, which are those of Parquet."""
    lines = [json.loads(line) for line in (here / "ids.jsonl").read_text().splitlines()]
    assert parquet.read_table(here / "ids.parquet").to_pylist() == lines
    return lines


def test_each_whole_document_has_its_keeper_and_each_keeper_its_copies(
    dedup: Callable, here: Path
) -> None:
    """In JSON Lines and Parquet; a text file names the documents that went alone."""
    for out in ("ids.jsonl", "ids.parquet", "ids.txt"):
        done = dedup("clean", NAME, "-o", f"out-{out[4:]}-", "--max-removed", "1", "--ids", out)
        assert done.returncode == 0, done.stderr
    copies = {"keeper": None, "copies": [name("b"), name("c")]}
    assert rows_of(here) == [
        {**name("a"), "removed": False, **copies},
        {**name("b"), "removed": True, "keeper": name("a"), "copies": []},
        {**name("c"), "removed": True, "keeper": name("a"), "copies": []},
    ]
    assert (here / "ids.txt").read_text() == f"{NAME}\tb\n{NAME}\tc\n"


def test_documents_that_resemble_and_what_is_published_are_named(here: Path) -> None:
    """A keeper may be published; a document that goes without one has none."""
    (here / "old.txt").write_text(D)
    plan = dedup.clean(NAME, against="old.txt", unit="both", max_removed=1.0, boilerplate="remove")
    for out in ("ids.jsonl", "ids.parquet"):
        plan.write(f"out-{out[4:]}-", ids=out)
    found = {(row["document"], row["record"]): row for row in rows_of(here)}
    assert found[NAME, "f"]["keeper"] == {"document": "old.txt", "record": None}
    assert found["old.txt", None]["copies"] == [name("e"), name("f")]
    assert found["old.txt", None]["removed"] is False


def test_without_copies_there_are_no_rows(here: Path) -> None:
    """And nothing is left behind where the clean is refused."""
    (here / "alone.txt").write_text(A)
    plan = dedup.clean("alone.txt")
    for out in ("ids.jsonl", "ids.parquet"):
        plan.write(f"out-{out[4:]}-", ids=out)
    assert rows_of(here) == []
    with pytest.raises(dedup.GuardError):
        dedup.clean(NAME, max_removed=0.01).write("out", ids="other.jsonl")
    assert not (here / "other.jsonl").exists()
