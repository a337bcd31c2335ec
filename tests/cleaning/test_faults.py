"""
Whatever fails or is killed at any moment, nothing is torn.

The inputs are as they were, the output is whole or not there, and the same command can run again.
Every file operation of Python is audited (`sys.addaudithook`); a child process makes the n-th one
fail, or dies in it, for every n until the run ends well.
"""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cleaning.conftest import A, B, X, contents, write

from dedup import cleaning
from dedup.errors import DedupError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.conftest import Clean

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.truncate"}
DONE, FAULT, DEAD, UNMOVED = 0, 21, 22, 23

FILES = {
    "a.txt": f"{A}\n{B}\n".encode(),
    "sub/b.txt": f"{X}\n{A}\n".encode(),
    "sub/c.txt": f"{B}\n".encode(),
}


def child(work: Callable[[], object], prepare: Callable[[], list[int] | None]) -> int:
    """
    Do some work in a child process after preparing it; give its exit code.

    `UNMOVED` is success in spite of the fault that was prepared.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        number = os.fork()
    if number == 0:
        code = 99
        try:
            left = prepare()
            work()
            code = UNMOVED if left and left[0] <= 0 else DONE
        except DedupError:
            code = FAULT
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def nth(count: int, act: Callable[[], object]) -> list[int]:
    """From now on, act in the n-th change of the file system; give what counts down to it."""
    left = [count]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        writes = (
            event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
        )
        if event in CHANGES or writes:
            left[0] -= 1
            if left[0] == 0:
                act()

    sys.addaudithook(hook)
    return left


def fail() -> None:
    """Let the operation fail."""
    raise OSError(errno.ENOSPC, "No space left on device")


def die() -> None:
    """Be killed."""
    os._exit(DEAD)


def is_whole(folder: Path, wanted: dict[str, bytes], mark: str | None) -> bool:
    """Tell whether all is there; what is not whole must not look as if it were."""
    if mark is None:
        return contents(folder) == wanted if folder.exists() else False
    if not (folder / mark).exists():
        return False
    assert contents(folder) == wanted
    return True


@pytest.mark.parametrize("act", [fail, die])
@pytest.mark.parametrize("command", ["clean", "restore"])
def test_every_operation(
    act: Callable[[], None], command: str, clean: Clean, tmp_path: Path
) -> None:
    """Fail or die in each one; then look, run the same command again, and look once more."""
    write(Path("in"), FILES)
    clean("in", out="good")
    wanted = contents(Path("good") if command == "clean" else Path("in"))
    out = tmp_path / "new" / "out"
    mark = ".dedup/manifest.json" if command == "clean" else None

    def work() -> object:
        return clean("in", out=out) if command == "clean" else cleaning.restore("good", out)

    count = ended = 0
    while not ended:
        count += 1
        assert count < 500
        code = child(work, lambda: nth(count, act))  # noqa: B023 - called at once
        assert contents(Path("in")) == FILES
        whole = is_whole(out, wanted, mark)
        if code in {DONE, UNMOVED}:
            ended += code == DONE
            assert whole
        elif act is fail:
            assert code == FAULT
            assert not out.exists() or not list(out.iterdir())
        else:
            assert code == DEAD
            if not whole:
                work()
                assert is_whole(out, wanted, mark)
        if out.exists() and command == "clean" and (out / ".dedup/manifest.json").exists():
            cleaning.verify(out)
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
    assert count > 20


def test_dying_while_the_remains_are_swept(clean: Clean) -> None:
    """A fault of the recovery can be recovered from."""
    write(Path("in"), FILES)
    out = Path("out")
    count = ended = 0
    while not ended:
        count += 4
        assert child(lambda: clean("in"), lambda: nth(24, die)) == DEAD
        assert not (out / ".dedup/manifest.json").exists()
        ended = child(lambda: clean("in"), lambda: nth(count, die)) == DONE  # noqa: B023 - now
        if not (out / ".dedup/manifest.json").exists():
            clean("in")
        cleaning.verify(out)
        shutil.rmtree(out)
    assert count > 20


def test_a_full_disk(clean: Clean) -> None:
    """Writing itself fails: one line, and nothing is left."""
    write(Path("in"), FILES)

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))

    assert child(lambda: clean("in"), limit) == FAULT
    assert not Path("out").exists()
    assert contents(Path()).keys() == {f"in/{name}" for name in FILES}


def test_an_interrupt(clean: Clean, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C leaves nothing either."""
    write(Path("in"), FILES)

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dedup.cleaning.planned.cut_file", interrupt)
    with pytest.raises(KeyboardInterrupt):
        clean("in", ledger="ledger.jsonl")
    assert not Path("out").exists()
    assert contents(Path()).keys() == {f"in/{name}" for name in FILES}


def test_an_unfinished_run_of_another_command(clean: Clean) -> None:
    """It is not ours to sweep, and it stays for the one whose it is."""
    write(Path("in"), FILES)
    child(lambda: clean("in"), lambda: nth(14, die))
    before = sorted(Path("out").rglob("*"))
    assert len(before) > 3
    with pytest.raises(OutputError, match="unfinished run of another command"):
        clean("in", keep="last")
    assert sorted(Path("out").rglob("*")) == before
    assert clean("in").removed > 0


def test_two_at_once(clean: Clean) -> None:
    """The second one says who holds the folder, and disturbs nothing."""
    from dedup.cleaning.tree import Tree

    write(Path("in"), FILES)
    with Tree(Path("out"), {}, ["x.txt"]) as tree:
        with pytest.raises(OutputError, match=f"being written by pid {os.getpid()} since"):
            clean("in")
        tree.place("x.txt").write_bytes(b"x")
        tree.commit(b"{}")
    assert contents(Path("out")) == {"x.txt": b"x"}


def test_folders_that_cannot_be_written(clean: Clean) -> None:
    """A file where a folder should be made; nothing changes."""
    write(Path(), FILES | {"file": b""})
    with pytest.raises(OutputError, match="file"):
        clean("a.txt", out="file/out")
    with pytest.raises(OutputError):
        clean("a.txt", ledger="none/ledger.jsonl")
    assert not Path("out").exists()
