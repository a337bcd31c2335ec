"""What `dedup index` says and does: as a command, and to what is on disk."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dedup import Index, InputError, OutputError, Settings, SettingsError, check
from dedup.index import manifest
from dedup.locks import take

if TYPE_CHECKING:
    from conftest import Dedup

FORMATS = Path(__file__).parent / "formats"
"""An index of each format that was released, and of the one that is."""
SHARED = (
    "Ventnt mers vent gare pluient matche train équipe budgets port villes conseils garee routent"
    " trainnt crues mairee écoles ventnt tunnele vente écolent récoltes vente villent."
)
"""A paragraph of 06.txt and 07.txt in these."""
TEXT = " ".join(f"{a}{b}mot" for a in "bcdfg" for b in "aeiouy")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Two published texts and a new one that repeats the first."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.txt").write_text(TEXT)
    (tmp_path / "old" / "b.txt").write_text(TEXT.upper().replace("MOT", "chose"))
    (tmp_path / "new.txt").write_text(TEXT + "\n\nautre")
    return tmp_path


@pytest.mark.usefixtures("here")
def test_the_command(dedup: Dedup) -> None:
    """Built, asked, changed, checked and told of, in a folder of its own."""
    assert dedup("index", "build", "ix", "old").returncode == 0
    found = dedup("check", "new.txt", "--index", "ix", "--format", "json")
    assert found.returncode == 1
    assert json.loads(found.stdout)["groups"][0]["occurrences"][0]["document"] == "old/a.txt"
    expected = dedup("check", "new.txt", "--against", "old", "--format", "json")
    a, b = (json.loads(one.stdout) for one in (found, expected))
    for name in ("candidates", "rejected", "buckets_cut"):
        del a["summary"][name], b["summary"][name]
    assert a == b
    assert dedup("index", "remove", "ix", "old/a.txt").returncode == 0
    assert dedup("check", "new.txt", "--index", "ix").returncode == 0
    assert dedup("index", "add", "ix", "old/a.txt").returncode == 0
    assert dedup("check", "new.txt", "--index", "ix").returncode == 1
    assert dedup("index", "compact", "ix").returncode == 0
    assert "all as they were written" in dedup("index", "verify", "ix").stderr
    told = dedup("index", "info", "ix").stdout
    assert "documents   2 (" in told
    assert "segments    1" in told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("build", "ix"), "index build needs a PATH"),
        (("info", "ix", "old"), "index info takes no PATH"),
        (("bild", "ix", "old"), "action is 'bild'"),
        (("info", "old"), "is no index"),
        (("add", "nowhere", "old"), "is no index"),
        (("build", "old", "new.txt"), "is not empty and no index"),
    ],
)
def test_faults(here: Path, dedup: Dedup, words: tuple[str, ...], message: str) -> None:
    """A fault is one line that names it, exit code 2."""
    done = dedup("index", *words, cwd=here)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_what_does_not_fit(here: Path) -> None:
    """Other settings, another published side, an unknown path and a second build are refused."""
    index = Index(here / "ix")
    index.build(here / "old")
    with pytest.raises(SettingsError, match=r"was built with threshold 0\.8, and 0\.9 is in force"):
        check(here / "new.txt", index=index, threshold=0.9)
    with pytest.raises(SettingsError, match="leave out against"):
        check(here / "new.txt", here / "old", index=index)
    with pytest.raises(InputError, match="holds no x"):
        index.remove("x")
    with pytest.raises(InputError, match="nothing would be left"):
        index.remove(here / "old")
    with pytest.raises(OutputError, match="is an index already"):
        index.build(here / "old")
    with pytest.raises(InputError, match="all published documents are among the new ones"):
        check(here / "old", index=index)


def test_another_writer(here: Path) -> None:
    """A second writer is told who holds the index; a reader needs no lock."""
    index = Index(here / "ix")
    index.build(here / "old")
    with take(here / "ix" / ".lock"):
        with pytest.raises(OutputError, match=f"another run .*pid {os.getpid()}"):
            index.add(here / "new.txt")
        assert check(here / "new.txt", index=index).groups


def test_read_only(here: Path) -> None:
    """A folder that cannot be written is read all the same."""
    index = Index(here / "ix")
    index.build(here / "old")
    for file in (here / "ix").iterdir():
        file.chmod(0o444)
    (here / "ix").chmod(0o555)
    try:
        assert check(here / "new.txt", index=index).groups
        assert index.verify() == 2
    finally:
        (here / "ix").chmod(0o755)


def test_a_moved_checkout(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a root, files are the same in another checkout: a new version is not its own copy."""
    monkeypatch.chdir(here)
    Index("ix").build("old")
    shutil.copytree(here, here / "elsewhere" / "repo", ignore=shutil.ignore_patterns("elsewhere"))
    monkeypatch.chdir(here / "elsewhere" / "repo")
    assert check("old/a.txt", index="ix").groups
    assert not check("old/a.txt", index=Index("ix", root=".")).groups


def test_a_new_version_of_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left out are the records that come in, by path and record; others of the file stay."""
    monkeypatch.chdir(tmp_path)
    other = TEXT.replace("mot", "chose")

    def put(rows: dict[str, str]) -> None:
        lines = [json.dumps({"id": name, "text": text}) for name, text in rows.items()]
        (tmp_path / "day.jsonl").write_text("\n".join(lines))

    put({"1": TEXT, "2": other, "3": "autre"})
    index = Index("ix")
    index.build("day.jsonl")
    put({"2": other, "4": TEXT})
    found = check("day.jsonl", index=index)
    [group] = found.groups
    assert [(place.document, place.record) for place in group.occurrences] == [
        ("day.jsonl", "1"),
        ("day.jsonl", "4"),
    ]
    assert found.summary.published == 2
    put({"1": TEXT, "2": other, "3": "autre"})
    with pytest.raises(InputError, match="all published documents are among the new ones"):
        check("day.jsonl", index=index)


def test_damage_is_found(here: Path) -> None:
    """A bit that flips in a column is found by verify; a file cut short, by whoever opens it."""
    index = Index(here / "ix")
    index.build(here / "old")
    [segment] = (here / "ix").glob("segment-*")
    data = bytearray(segment.read_bytes())
    data[-64] ^= 1  # where the last column begins
    segment.write_bytes(data)
    with pytest.raises(InputError, match="is damaged"):
        index.verify()
    segment.write_bytes(data[:-64])
    with pytest.raises(InputError, match="is damaged; build the index again"):
        check(here / "new.txt", index=index)


@pytest.mark.parametrize("number", sorted(one.name for one in FORMATS.iterdir()))
def test_each_format_is_read(tmp_path: Path, number: str) -> None:
    """
    An index that an earlier version wrote is asked, verified, added to and compacted.

    Each is of twelve texts in `published`, of which 03.txt was added again and 05.txt removed.
    """
    index = Index(tmp_path / "ix")
    shutil.copytree(FORMATS / number, tmp_path / "ix")
    new = tmp_path / "new.txt"
    other = tmp_path / "other.txt"
    new.write_text(SHARED, "utf-8")
    other.write_text(TEXT)
    assert index.info().documents == 11
    assert index.verify() == 3
    for change in (index.verify, lambda: index.add(other), index.compact):
        change()
        report = check(new, index=index)
        assert {one.occurrences[0].document for one in report.groups} == {"published/06.txt"}


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (manifest.FORMAT + 1, r"written by dedup 9\.9; this one reads format"),
        (1, r"is an index of format 1, .*: build the index again: dedup index build"),
    ],
)
def test_another_format(here: Path, number: int, message: str) -> None:
    """An index of a newer format is refused, and its version named; so is the first format."""
    index = Index(here / "ix")
    index.build(here / "old")
    path = here / "ix" / manifest.NAME
    now = json.loads(path.read_text())
    path.write_text(json.dumps(now | {"format": number, "version": "9.9"}))
    with pytest.raises(InputError, match=message):
        check(here / "new.txt", index=index)


def test_a_manifest_that_does_not_fit(here: Path) -> None:
    """An index of another Unicode version is refused, and a manifest that is damaged."""
    index = Index(here / "ix")
    index.build(here / "old")
    path = here / "ix" / manifest.NAME
    now = json.loads(path.read_text())
    path.write_text(json.dumps(now | {"unicode": "1.1"}))
    with pytest.raises(SettingsError, match=r"Unicode 1\.1, and this is Unicode"):
        check(here / "new.txt", index=index)
    path.write_text("{")
    with pytest.raises(InputError, match="is damaged"):
        index.info()


def test_deterministic(here: Path) -> None:
    """The same texts and settings give the same bytes."""
    for name, threads in (("x", 1), ("y", 2)):
        Index(here / name, root=here).build(here / "old", Settings(threads=threads))
    x, y = ({f.name: f.read_bytes() for f in (here / n).glob("[!.]*")} for n in "xy")
    assert x == y
