"""An index for datasketch: signatures, in memory and in a real Redis; and a check that asks it."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from datasketch import MinHash, MinHashLSH
from redis import ConnectionPool

import dedup as library
from dedup import Index, InputError, OutputError, Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Dedup

    from dedup.report import Report


def paragraph(name: str, words: int = 30) -> str:
    """Write a paragraph that is like no other one; its words have no digits."""
    return " ".join(f"{name}{chr(97 + n // 26)}{chr(97 + n % 26)}{name}" for n in range(words))


TEXTS = {name: paragraph(name) for name in "abcdefgh"}
A, B, C = (TEXTS[name] for name in "abc")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Redis of its own, from Debian."""
    found = shutil.which("redis-server")
    if found is None:
        pytest.skip("no redis-server: apt-get install redis-server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    words = ("--port", str(number), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    folder = tmp_path_factory.mktemp("redis")
    with subprocess.Popen([found, *words, "--dir", folder], stdout=subprocess.DEVNULL) as process:
        for _ in range(200):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", number)) == 0:
                    break
            time.sleep(0.05)
        try:
            yield number
        finally:
            process.terminate()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    """Published texts: plain ones, records, one paragraph in several, one that was removed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "old/a.md").write_text(f"---\ntitle: x\n---\n{A}\n\n{B}\n\nshort\n")
    (tmp_path / "old/b.txt").write_text(f"{B.upper()}\n{TEXTS['d']}")
    rows = [{"id": name, "text": f"{TEXTS[name]}\n{A}"} for name in "ef"]
    (tmp_path / "old/day.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "old/gone.txt").write_text(TEXTS["g"])
    made = Index("ix")
    made.build("old")
    made.remove("old/gone.txt")
    return made


@pytest.fixture
def pool(port: int) -> Iterator[ConnectionPool]:
    """Connections to that Redis: datasketch closes none of its own."""
    own = ConnectionPool(host="127.0.0.1", port=port)
    yield own
    own.disconnect()


def config(pool: ConnectionPool, base: str = "dedup") -> dict[str, object]:
    """Say to datasketch where Redis is."""
    return {"type": "redis", "basename": base.encode(), "redis": {"connection_pool": pool}}


def test_signatures_are_those_of_minhash(index: Index) -> None:
    """Each long paragraph once, by its first place, and as datasketch itself computes it."""
    found = {(p.document, p.record, p.paragraph): s for p, s in index.signatures()}
    expected = {
        ("old/a.md", None, 1): A,
        ("old/a.md", None, 2): B,
        ("old/b.txt", None, 2): TEXTS["d"],
        ("old/day.jsonl", "e", 1): TEXTS["e"],
        ("old/day.jsonl", "f", 1): TEXTS["f"],
    }
    assert found.keys() == expected.keys()
    for place, text in expected.items():
        own = MinHash(128, scheme="affine32", hashfunc=library.shingle_hash)
        own.update_batch(library.shingles(library.normalise(text)))
        assert found[place].jaccard(own) == 1.0
        assert found[place].jaccard(library.minhash(text)) == 1.0


def test_in_memory(index: Index) -> None:
    """It is an index of datasketch's own, asked with a signature that anyone computes."""
    lsh = index.to_datasketch()
    assert isinstance(lsh, MinHashLSH)
    [place] = lsh.query(library.minhash(B.replace("baab", "other")))
    assert (place.document, place.record, place.paragraph) == ("old/a.md", None, 2)
    lsh.insert("mine", library.minhash(C))
    assert lsh.query(library.minhash(C)) == ["mine"]


def told(report: Report) -> Report:
    """Leave out how many pairs were compared."""
    summary = replace(report.summary, candidates=0, rejected=0, buckets_cut=0)
    return replace(report, summary=summary, evidence=None)


NEW = {
    "copy": f"{C}\n\n{A}\n\n{B.replace('baab', 'other')}\n",
    "records": f"{TEXTS['f']}\n{A}\n{TEXTS['d']}",
    "nothing": f"{C}\n\n{TEXTS['g']}",
}


@pytest.mark.parametrize("text", NEW.values(), ids=NEW)
def test_a_check_asks_it(
    index: Index, port: int, pool: ConnectionPool, tmp_path: Path, text: str
) -> None:
    """What shares a paragraph is found as in the folder: the same report, to the last value."""
    lsh = index.to_datasketch(config(pool))
    [key] = lsh.query(library.minhash(TEXTS["e"]))
    assert json.loads(key) == ["old/day.jsonl", "e", 1]
    (tmp_path / "new.md").write_text(text)
    (tmp_path / "other.txt").write_text(TEXTS["h"])
    incoming = ["new.md", "other.txt", "old/b.txt"]
    found = library.check(incoming, index=f"redis://127.0.0.1:{port}/0")
    assert told(found) == told(library.check(incoming, index=index))
    assert found.summary.published == 3


def test_as_a_command(
    index: Index, port: int, pool: ConnectionPool, dedup: Dedup, tmp_path: Path
) -> None:
    """Under a name of its own; filled anew it is what the index is then."""
    index.to_datasketch(config(pool, "news*"))
    (tmp_path / "new.txt").write_text(A)
    url = f"redis://127.0.0.1:{port}/0?basename=news*"
    words = ("check", "new.txt", "--index", url, "--format", "text")
    done = dedup(*words)
    assert done.returncode == 1
    assert "new.txt:1  repeats old/a.md:4" in done.stdout
    assert "Compared with 4 published documents" in done.stdout
    index.remove(["old/a.md", "old/day.jsonl"])
    index.to_datasketch(config(pool, "news*"))
    done = dedup(*words)
    assert done.returncode == 0
    assert "Compared with 1 published document" in done.stdout


def test_what_is_wrong(
    index: Index, port: int, pool: ConnectionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line that names the address, without its password."""
    for url, said in (
        ("redis://:secret@127.0.0.1:1/0", r"^redis://127\.0\.0\.1:1/0: cannot be asked: "),
        (f"redis://127.0.0.1:{port}/0?basename=none", "holds no index named none: fill one"),
    ):
        with pytest.raises(InputError, match=said) as raised:
            library.check(texts=[A], index=url)
        assert "secret" not in str(raised.value)
    with pytest.raises(SettingsError, match="no address of Redis"):
        library.check(texts=[A], index="redis://127.0.0.1:x/0")
    index.to_datasketch(config(pool, "whole"))
    url = f"redis://127.0.0.1:{port}/0?basename=whole"
    with pytest.raises(SettingsError, match=r"was built with threshold 0\.8, and 0\.9 is in"):
        library.check(texts=[A], index=url, settings=Settings(threshold=0.9))
    with pytest.raises(InputError, match="all published documents are among the new ones"):
        library.check("old", index=url)
    MinHashLSH(storage_config=config(pool, "theirs"), num_perm=128).insert("x", library.minhash(A))
    with pytest.raises(OutputError, match="theirs: other keys begin so: give another basename"):
        index.to_datasketch(config(pool, "theirs"))
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(SettingsError, match=r"pip install 'paradedup\[redis\]'"):
        library.check(texts=[A], index=url)
