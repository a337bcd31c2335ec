"""Remote places: the same report as from a disk, over a server and in memory."""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import threading
from typing import TYPE_CHECKING

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import dedup
from dedup import formats
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Dedup

A, B = (" ".join(f"{name}{n}" for n in range(30)) for name in ("first", "other"))
LINES = b"".join(
    json.dumps({"id": str(n), "text": text}).encode() + b"\n"
    for n, text in enumerate([f"{A}\n{B}", A, B])
)
FILES = {
    "a.txt": f"{A}\n{B}\n".encode(),
    "below/b.txt": A.encode(),
    "below/rows.jsonl.gz": gzip.compress(LINES),
    "below/.hidden.txt": A.encode(),
    "below/c.bin": b"x",
}
pytestmark = pytest.mark.filterwarnings("default")  # of libraries that are not ours


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files on a disk."""
    for name, data in FILES.items():
        path = tmp_path / "c" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    pq.write_table(pa.table({"text": [A, B]}), tmp_path / "c" / "t.parquet")
    return tmp_path / "c"


@pytest.fixture
def memory(folder: Path) -> Iterator[str]:
    """The same in the memory of fsspec."""
    system = fsspec.filesystem("memory")
    system.put(str(folder), "/c", recursive=True)
    yield "memory://c"
    system.rm("/c", recursive=True)


@pytest.fixture
def server(folder: Path) -> Iterator[str]:
    """The same on a server that gives whole files only."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def plain(report: dedup.Report, top: str) -> str:
    """Return a report as JSON, whatever its place is called."""
    return report.to_json().replace(top, "TOP")


def test_a_folder_in_memory_is_one_on_a_disk(folder: Path, memory: str) -> None:
    """Names, order, what is skipped; with globs."""
    assert plain(dedup.find(memory), memory) == plain(dedup.find(folder), str(folder))
    only = Settings(include=("*.jsonl.gz",), exclude=("a.*",))
    assert plain(dedup.find(memory, only), memory) == plain(dedup.find(folder, only), str(folder))
    checked = dedup.check(f"{memory}/below/b.txt", against=f"{memory}/a.txt")
    assert checked.groups[0].keeper.document == f"{memory}/a.txt"


@pytest.mark.parametrize("name", ["a.txt", "below/rows.jsonl.gz"])
def test_a_file_on_a_server_is_one_on_a_disk(name: str, folder: Path, server: str) -> None:
    """Packed ones, too; what stands behind the name does not matter."""
    there = dedup.find(f"{server}/{name}")
    assert plain(there, server) == plain(dedup.find(folder / name), str(folder))
    query = f"{server}/{name}?token=1"
    assert formats.sources([query], Settings()).files[0].format == (
        "text" if name == "a.txt" else "jsonl"
    )
    assert len(dedup.find(query)) == len(there)


def test_parquet_is_read_in_its_place(memory: str) -> None:
    """By its parts."""
    assert dedup.find([f"{memory}/t.parquet", f"{memory}/a.txt"]).summary.documents == 3


def test_a_clean_of_remote_files_is_written_here(folder: Path, memory: str, tmp_path: Path) -> None:
    """The same bytes as of a disk; nothing is written there."""
    dedup.clean(memory).write(tmp_path / "remote")
    dedup.clean(folder).write(tmp_path / "local")
    read = [
        {
            str(file.relative_to(out)): file.read_bytes()
            for file in out.rglob("*")
            if file.is_file() and ".dedup" not in file.parts
        }
        for out in (tmp_path / "remote", tmp_path / "local")
    ]
    assert read[0] == read[1]
    assert fsspec.filesystem("memory").cat("/c/a.txt") == FILES["a.txt"]


def test_what_is_not_there_is_told_in_one_line(dedup: Dedup, server: str) -> None:
    """A file, a scheme, a service that does not answer."""
    done = dedup("report", f"{server}/nothing.txt")
    assert done.returncode == 2
    assert done.stderr.startswith(f"dedup: {server}/nothing.txt: no such file or folder; check")
    done = dedup("report", "nosuch://a/b.txt")
    assert done.returncode == 2
    assert "dedup: nosuch://a/b.txt: " in done.stderr
    done = dedup("report", "http://127.0.0.1:9/a.txt")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    done = dedup("report", "memory://nothing/here")
    assert done.stderr.startswith("dedup: memory://nothing/here: no such file or folder")


def test_what_is_missing_is_named(dedup: Dedup) -> None:
    """With the way to install it."""
    done = dedup("report", "gs://bucket/a.txt")
    assert done.returncode == 2
    if "gs:// needs" in done.stderr:
        assert "pip install 'paradedup[remote]'" in done.stderr
