"""Much that is nothing: zero bytes and blank lines, in bounded memory and time."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dedup import formats
from dedup.formats import jsonl
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Corpus = Callable[[dict[str, str | bytes]], Path]


def sparse(path: Path, head: bytes, size: int) -> None:
    """Write a file that ends in zero bytes, which take no room on the disk."""
    with path.open("wb") as stream:
        stream.write(head)
        stream.truncate(size)


GOOD_LINE = b'{"text": "a"}\n'


@pytest.mark.parametrize(
    ("name", "head", "why"),
    [
        ("a.jsonl", b"", "a.jsonl: binary (NUL at offset 0)"),
        ("a.jsonl", GOOD_LINE * 3, "a.jsonl:4: not JSON ("),
        ("a.jsonl", GOOD_LINE * 300_000, "a.jsonl:300001: not JSON ("),
        ("a.jsonl", b'{"text": "', "a.jsonl: binary (NUL at offset 10)"),
        ("a.json", b"", "a.json: binary (NUL at offset 0)"),
        ("a.csv", b"", "a.csv: binary (NUL at offset 0)"),
    ],
)
def test_zero_bytes_without_end_are_named_at_once(
    corpus: Corpus, name: str, head: bytes, why: str
) -> None:
    """64 GB of them, in bounded memory: no more is read than tells."""
    here = corpus({})
    sparse(here / name, head, 64 << 30)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30)); "
    run = (
        f"import sys; from dedup.cli import main; sys.argv = ['dedup', 'report', '{name}']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", limit + run], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert why in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_tail_of_zero_bytes_is_one_malformed_record(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Skipped in parts, read in bulk or not; the lines after it count on."""
    data = GOOD_LINE * 2 + b"\0" * (3 << 20) + b"\n\n" + GOOD_LINE
    corpus({"a.jsonl": data})
    source = formats.sources(["a.jsonl"], Settings()).files[0]
    found = list(formats.pieces(source, Settings()))
    assert b"".join(piece.raw for piece in found) == data
    assert [piece.file_line for piece in found if piece.fault] == [3]
    monkeypatch.setattr(jsonl, "SMALL", 0)
    for block in (1, 100, 1 << 20):
        monkeypatch.setattr(jsonl, "BLOCK", block)
        read = formats.read(["a.jsonl"], Settings(on_error="skip"))
        records = [line for one in read for line in one.file_line.tolist()]
        assert records == [1, 2, 5]
        assert [one.why[:34] for one in read.skipped] == ["1 record skipped, line 3: not JSON"]


def test_lines_without_anything_are_counted_past(corpus: Corpus) -> None:
    """Twenty million of them in a second, by the block, for reading and for cutting."""
    blank = b"\n" * (20 << 20)
    corpus({"a.jsonl": GOOD_LINE + blank + b" \r\n" + GOOD_LINE})
    last = 2 + len(blank) + 1
    read = formats.read(["a.jsonl"], Settings())
    assert [line for batch in read for line in batch.file_line.tolist()] == [1, last]
    source = formats.sources(["a.jsonl"], Settings()).files[0]
    assert sum(1 for _ in formats.pieces(source, Settings())) < 1000
