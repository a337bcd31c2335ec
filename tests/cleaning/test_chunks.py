"""A file that several processes cut is the same bytes, with the same ledger and manifest."""

from __future__ import annotations

import csv
import io
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
import strategies
from cleaning.conftest import A, B, contents, every_kind, literal, write

from dedup.api import clean_to
from dedup.cleaning import write as writing
from dedup.cleaning.policy import Policy
from dedup.errors import InputError
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "last": {"keep": "last", "remove": "match"},
    "dropping": {"drop_document_over": 0.3, "boilerplate": "remove"},
    "passages": {"passages": "on"},
    "sources": {"source_field": "site", "keep": "longest"},
}


@pytest.fixture
def in_small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut every file of records in chunks of a few documents."""
    monkeypatch.setattr(writing, "LARGE", 0)
    monkeypatch.setattr(writing, "CHUNK", 400)


def records(texts: Sequence[str]) -> list[dict[str, str]]:
    """Give texts as records of three sites, some of them without an id."""
    rows = [{"id": f"r{n}", "site": f"s{n % 3}", "text": text} for n, text in enumerate(texts)]
    for row in rows[::5]:
        del row["id"]
    return rows


def corpus(folder: Path, seed: int) -> None:
    """Write random texts as lines, an array and a table: of the array what comes first is lost."""
    rng = random.Random(seed)  # noqa: S311 - a corpus, no secret
    texts = [t for _ in range(4) for t in strategies.random_corpus(rng).documents.values()]
    texts = [text for text in texts if "\0" not in text]
    rows = records([*texts, *texts[: len(texts) // 3]])
    lines = [json.dumps(row, ensure_ascii=bool(n % 2)) for n, row in enumerate(rows)]
    lines[3:3] = ['{"id": "broken", ', "", f'{{"id": "wild", "text": {literal(A, B)}}}']
    table = io.StringIO()
    writer = csv.DictWriter(table, ["id", "site", "text"], restval="")
    writer.writeheader()
    writer.writerows(rows)
    files = {
        "a.jsonl": "\n".join(lines).encode("utf-8", "surrogatepass"),
        "b.json": json.dumps([{"id": "x", "text": f"{A}\n{B}"}, *rows[::-1]]).encode(),
        "c.csv": table.getvalue().encode("utf-8", "surrogatepass"),
    }
    write(folder, files)
    write(folder / "kinds", every_kind())


def cleaned(folder: Path, out: Path, threads: int, options: dict[str, Any]) -> dict[str, bytes]:
    """Clean a folder, and give all that was written."""
    settings = Settings(threads=threads, memory=2 << 30, on_error="skip")
    policy = Policy.of(options | {"max_removed": 1.0})
    clean_to(folder, out, settings, policy, ledger=out.with_suffix(".ledger"))
    beside = {path.name: path.read_bytes() for path in (out / ".dedup").iterdir()}
    return contents(out) | beside


@pytest.mark.usefixtures("in_small_chunks")
@pytest.mark.parametrize("options", OPTIONS)
def test_chunks_are_the_whole(options: str, tmp_path: Path) -> None:
    """Of lines, arrays and tables, with faults among them and records that are dropped."""
    corpus(tmp_path / "in", sum(options.encode()))
    alone = cleaned(tmp_path / "in", tmp_path / "alone", 1, OPTIONS[options])
    apart = cleaned(tmp_path / "in", tmp_path / "apart", 2, OPTIONS[options])
    assert apart == alone
    assert (tmp_path / "apart.ledger").read_bytes() == (tmp_path / "alone.ledger").read_bytes()
    assert apart["ledger.jsonl"].count(b"\n") > 20


@pytest.mark.usefixtures("in_small_chunks")
def test_a_file_that_changes_meanwhile_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker's error is the one that is raised without."""
    corpus(tmp_path / "in", 7)
    found = writing.chunks

    def later(*arguments: Any) -> Any:  # noqa: ANN401 - handed on
        path = tmp_path / "in" / "a.jsonl"
        rows = path.read_bytes().split(b"\n")
        path.write_bytes(b"\n".join([*rows[:-1], rows[-1].replace(b" ", b"  ")]))
        return found(*arguments)

    monkeypatch.setattr("dedup.cleaning.write.chunks", later)
    with pytest.raises(InputError, match=r"changed while it was being cleaned"):
        cleaned(tmp_path / "in", tmp_path / "out", 2, {})
    assert not (tmp_path / "out").exists()
