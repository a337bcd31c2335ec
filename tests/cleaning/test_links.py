"""
Nothing outside of OUT is changed, whatever stands at the names that we write.

The names are learnt from a run; then a link is planted at each of them in turn, before a clean, a
clean that goes on after a kill, a restore, and a clean with a work folder. Beside OUT lies a folder
that must stay as it was, to the bytes, times and numbers of its files.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cleaning.conftest import A, B, X, contents, write
from cleaning.test_faults import DEAD, DONE, child, die, nth

import dedup
from dedup import api, cleaning, locks
from dedup.cleaning.tree import COMMAND, COMPLETE, LOCK, MANIFEST, Tree
from dedup.errors import DedupError, OutputError
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cleaning.conftest import Clean

FILES = {
    "a.txt": f"{A}\n{B}\n".encode(),
    "sub/b.txt": f"{X}\n{A}\n".encode(),
    "sub/c.txt": f"{B}\n".encode(),
    "d.txt": f"{X} and an end\n".encode(),
}
OUTSIDE = {
    name: f"{name} of somebody else\n".encode()
    for name in (
        *("a.txt", "file", "lock", "ledger.jsonl", "command.json", "complete", "sub/b.txt", "0"),
        *("tree/a.txt", "tree/sub/b.txt", "unfinished/tree/a.txt", "unfinished/lock", "read.json"),
    )
}
ROOM = Path("out/.dedup/unfinished")
RANDOM = re.compile(r"-[0-9a-f]{8}\.tmp$|dedup-work-")
"""Names that nobody can know before."""


def state(folder: Path) -> dict[str, tuple[object, ...]]:
    """Give all that can be told of what is in a folder, and of the folder."""
    found: dict[str, tuple[object, ...]] = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        own = path.lstat()
        data = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (own.st_ino, own.st_mode, own.st_size, own.st_mtime_ns, data)
    return found


def to_file(path: Path) -> None:
    """Plant a link to a file."""
    path.symlink_to(Path("outside/file").resolve())


def to_folder(path: Path) -> None:
    """Plant a link to a folder."""
    path.symlink_to(Path("outside").resolve())


def to_nothing(path: Path) -> None:
    """Plant a link to what is not there."""
    path.symlink_to(Path("outside/new").resolve())


def hard(path: Path) -> None:
    """Plant a second name of a file."""
    path.hardlink_to("outside/file")


LINKS = (to_file, to_folder, to_nothing, hard)


def names(work: Callable[[], object]) -> list[str]:
    """Give the names that some work writes, below the working directory."""
    here = Path.cwd()

    def listen() -> None:
        log = os.open("names", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            at = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "open": 0}.get(event)
            if at is None or not isinstance(arguments[at], (str, Path)):
                return
            if event == "open":
                mode, flags = arguments[1], arguments[2]
                writes = isinstance(mode, str) and set(mode) & set("wax+")
                if not writes and not (isinstance(flags, int) and flags & os.O_CREAT):
                    return
            path = Path(os.path.abspath(str(arguments[at])))  # noqa: PTH100 - follows no link
            if path.is_relative_to(here):
                os.write(log, f"{path.relative_to(here)}\n".encode())

        sys.addaudithook(hook)

    assert child(work, listen) == DONE
    found = sorted(set(Path("names").read_text().split("\n")) - {""})
    Path("names").unlink()
    return [name for name in found if not RANDOM.search(name)]


def planted(before: Path, found: list[str]) -> Iterator[str]:
    """Copy a state of things, and plant each link at each name; say what is planted."""
    for name in found:
        for plant in LINKS:
            for folder in ("out", "work"):
                shutil.rmtree(folder, ignore_errors=True)
                if (before / folder).exists():
                    shutil.copytree(before / folder, folder, symlinks=True)
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)
            plant(path)
            yield f"{plant.__name__} at {name}"
            for folder in ("out", "work"):
                if Path(folder).is_symlink() or Path(folder).is_file():
                    Path(folder).unlink()


def stays(work: Callable[[], object], wanted: dict[str, bytes], what: str) -> bool:
    """Tell whether some work was done in spite of a link; else it is one line, of ours."""
    before = {**state(Path("in")), **state(Path("outside"))}
    try:
        work()
    except DedupError as error:
        said = str(error)
    else:
        said = ""
        assert contents(Path("out")) == wanted, what
    assert "\n" not in said, what
    assert {**state(Path("in")), **state(Path("outside"))} == before, what
    return not said


@pytest.fixture
def here(tmp_path: Path, clean: Clean) -> Path:
    """Give the test's own folder, with inputs, a cleaned corpus, and a folder to leave alone."""
    write(Path("in"), FILES)
    write(Path("outside"), OUTSIDE)
    (tmp_path / "before").mkdir()
    clean("in", out="good")
    return tmp_path


def test_links_before_a_clean(clean: Clean, here: Path) -> None:
    """At each name of OUT."""
    found = names(lambda: clean("in"))
    assert {"out/.dedup", f"{ROOM}", f"{ROOM}/lock", f"{ROOM}/tree/sub/b.txt", "out/sub"} <= {
        *found
    }
    for what in planted(here / "before", found):
        stays(lambda: clean("in"), contents(Path("good")), what)


@pytest.mark.parametrize("name", ["unfinished/complete", ".dedup/ledger.jsonl", "out/sub"])
def test_links_before_a_clean_goes_on(clean: Clean, here: Path, name: str) -> None:
    """What a killed run left is swept, but for what it did not write."""
    found = names(lambda: clean("in"))
    shutil.rmtree("out")
    assert child(lambda: clean("in"), lambda: _dies_at(name)) == DEAD
    shutil.move("out", "before/out")
    assert not (here / "before/out/.dedup/manifest.json").exists()
    done = [
        stays(lambda: clean("in"), contents(Path("good")), what)
        for what in planted(here / "before", found)
    ]
    assert not all(done)


def test_links_before_a_restore(clean: Clean, here: Path) -> None:
    """A restore writes into a folder as a clean does."""
    del clean
    found = names(lambda: cleaning.restore("good", "out"))
    for what in planted(here / "before", found):
        stays(lambda: cleaning.restore("good", "out"), FILES, what)


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_links_in_a_work_folder(here: Path, *, every: bool) -> None:
    """The notes and tables of an interrupted run, whose names can be known, are no links."""
    Path("work").mkdir()
    settings = Settings(work_dir="work", threads=1)

    def work() -> object:
        return api.clean_to("in", "out", settings, dedup.Policy(max_removed=1.0))

    found = [name for name in names(work) if name.startswith("work/")]
    assert {".json", ".text", ".ledger", ".0"} <= {Path(name).suffix for name in found}
    wanted = contents(Path("out"))
    shutil.rmtree("out")
    assert not list(Path("work").iterdir())
    # A run that ends when the corpus is committed leaves every note.
    assert child(work, lambda: _dies_at("complete")) == DEAD
    assert list(Path("work").glob("*/written-*.text"))
    shutil.copytree("work", "before/work")
    if not every:  # one of each kind of name
        found = list({re.sub(r"[0-9]+", "", Path(name).name): name for name in found}.values())
        found = [name for name in found if "band" not in name and "verifying" not in name]
    for what in planted(here / "before", found):
        stays(work, wanted, what)


def _dies_at(name: str) -> None:
    """Die when something is renamed to a path that ends like that."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "os.rename" and str(arguments[1]).endswith(name):
            die()

    sys.addaudithook(hook)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "other JSON": lambda _: b'[{"a": "out"}]',
    "other names": lambda _: b'{"../outside/file": [1, 2], "kept.txt": [5, 0]}',
    "no JSON": lambda _: b"\xff\x00",
    "deep": lambda _: b"[" * 100_000,
}


@pytest.mark.parametrize("damage", [*DAMAGES, "a folder", "not readable"])
@pytest.mark.parametrize("name", [COMMAND, COMPLETE, LOCK])
def test_damaged_notes(clean: Clean, here: Path, name: str, damage: str) -> None:
    """One line says what to do, and what is there stays."""
    assert child(lambda: clean("in"), lambda: _dies_at(MANIFEST)) == DEAD
    del here
    path = ROOM / name
    if not path.exists():  # killed before it was written
        path.write_bytes(b"{}")
    if damage in DAMAGES:
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
    elif damage == "a folder":
        path.unlink()
        write(path, {"kept.txt": b"kept"})
    else:
        path.chmod(0)
    Path("out/kept.txt").write_bytes(b"kept")
    before = {**contents(Path("out")), **state(Path("outside"))}
    with pytest.raises(OutputError, match=r"remove|give|move it away") as caught:
        clean("in")
    assert "\n" not in str(caught.value)
    assert {**contents(Path("out")), **state(Path("outside"))} == before


def test_a_file_that_is_not_of_dedup(clean: Clean, here: Path) -> None:
    """It is named, and stays, wherever it lies in what a killed run left."""
    del here
    assert child(lambda: clean("in"), lambda: nth(16, die)) == DEAD
    for place in (ROOM / "mine", ROOM / "tree/mine.txt", ROOM / "tree/sub/mine.txt"):
        write(place.parent, {place.name: b"mine"})
        with pytest.raises(OutputError, match=f"{place} is not of dedup: move it away"):
            clean("in")
        assert place.read_bytes() == b"mine"
        place.unlink()
    clean("in")
    assert contents(Path("out")) == contents(Path("good"))


def test_an_edited_file_of_a_killed_run(clean: Clean, here: Path) -> None:
    """What was moved already is ours as long as nobody has written to it since."""
    del here
    assert child(lambda: clean("in"), lambda: _dies_at(".dedup/ledger.jsonl")) == DEAD
    path = Path("out/a.txt")
    path.write_bytes(b"edited by hand")
    with pytest.raises(OutputError, match=r"out is not empty \(a.txt\)"):
        clean("in")
    assert path.read_bytes() == b"edited by hand"


def test_what_comes_into_out_meanwhile(clean: Clean, here: Path) -> None:
    """A file that somebody puts into OUT while a clean works is not written over."""
    del here, clean
    with Tree(Path("out"), {}, ["a.txt"]) as tree:
        tree.place("a.txt").write_bytes(b"ours")
        Path("out/a.txt").write_bytes(b"mine")
        with pytest.raises(OutputError, match="not empty"):
            tree.commit(b"{}")
        tree.place("a.txt").unlink()
        shutil.rmtree(tree.room("tree"))
    assert contents(Path("out")) == {"a.txt": b"mine"}
    assert [path.name for path in Path("out").iterdir()] == ["a.txt"]


def test_what_cannot_be_removed_in_the_end(
    clean: Clean, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The corpus is complete, which is not success while `unfinished` stays."""
    del here
    remove = Path.unlink

    def unlink(path: Path, *, missing_ok: bool = False) -> None:
        if path.name == COMMAND:
            raise PermissionError(1, "Operation not permitted", str(path))
        remove(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    with pytest.raises(OutputError, match=r"out is complete, but .*unfinished stays: remove"):
        clean("in")
    assert cleaning.verify("out")


def test_a_lock_of_somebody_else(here: Path) -> None:
    """It is not emptied, whatever it is; the beginning of our own mark is ours."""
    lock = here / "lock"
    lock.write_bytes(b"mine")
    with pytest.raises(OutputError, match="is no lock of dedup"):
        locks.take(lock)
    assert lock.read_bytes() == b"mine"
    lock.write_bytes(locks.MARK[:7])
    with locks.take(lock):
        assert lock.read_bytes().startswith(locks.MARK + b"pid ")
        with pytest.raises(locks.HeldError, match=f"pid {os.getpid()} since "):
            locks.take(lock)
    with locks.abandoned(lock) as left:
        assert left
