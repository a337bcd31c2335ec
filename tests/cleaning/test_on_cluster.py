"""Files written by tasks that fail, are run twice and are killed: the output of one machine."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cleaning.conftest import A, B, C, D, X, write

from dedup import cleaning, spread
from dedup.cleaning.corpus import decide
from dedup.cleaning.places import destination, scanned
from dedup.engines.local import Local
from dedup.errors import InputError, OutputError
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

POLICY = cleaning.Policy(max_removed=1.0, keep="longest", source_field="from")
SETTINGS = Settings(text_field="text", on_error="skip")


def lines(*texts: str) -> bytes:
    """Write texts as records with another field."""
    rows = ({"text": text, "from": "x"} for text in texts)
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


FILES = {
    "in/a.jsonl": lines(f"{A}\n{B}", A, f"{C}\n{D}") + b"no JSON\n" + lines(B),
    "in/b.md": f"{A}\n\n```\ncode\n```\n\n{X}\n".encode(),
    "in/c/d.txt": f"{X}\n{C}\n".encode(),
    "in/c/e.txt": f"{X}\n{C}\n".encode(),
    "in/c/f.jsonl.gz": gzip.compress(lines(D, f"{X}\nnew"), mtime=0),
    "in/g.txt": b"\xff\xfe\x00not a text",
}


class Unreliable:
    """A cluster whose tasks fail, and are run twice; a class since that is what an engine is."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self._meanwhile = meanwhile

    def asked(self, parts: Sequence[Any], question: Callable[[Any], Any]) -> list[Any]:
        """Ask each part three times, torn, whole and too late, and return the second answer."""
        answers = []
        for part in parts:
            sent = pickle.dumps((question, part))
            torn, answer, late = (asked(sent) for _ in range(3))
            for path in Path(question.keywords["folder"]).glob(f"*-{torn.attempt}.*"):
                path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            assert len({torn.attempt, answer.attempt, late.attempt}) == 3
            answers.append(answer)
            self._meanwhile()
        return answers


def asked(sent: bytes) -> Any:  # noqa: ANN401 - whatever is asked
    """Ask a part, as a worker does."""
    question, part = pickle.loads(sent)  # noqa: S301 - of this test
    return question(part)


def clean(out: str, cluster: Unreliable | None, *, annotate: bool = False) -> None:
    """Clean `in`, the files written by a cluster or here."""
    scan = scanned(["in"], SETTINGS, POLICY)
    with destination(out, scan) as place, Local(threads=1) as engine:
        planned = decide(scan, scan.reading, engine)
        planned.write_to(place, cluster=cluster, annotate=annotate)


def tree(folder: str) -> dict[str, tuple[int, bytes]]:
    """Return all files of a folder, ours as well, with their modes."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes())
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file()
    }


def unpacked(path: Path) -> bytes:
    """Return what is in a file: packed anew it may be other bytes."""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


@pytest.fixture(autouse=True)
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of several formats, a task each; one cannot be read."""
    monkeypatch.chdir(tmp_path)
    write(Path(), FILES)
    Path("in/c/d.txt").chmod(0o640)
    monkeypatch.setattr(spread, "PART_BYTES", 600)


@pytest.mark.parametrize("annotate", [False, True])
def test_torn_and_late_attempts_leave_nothing(annotate: bool) -> None:  # noqa: FBT001 - a parameter
    """Texts, ledger and manifest are those of one machine, and can be verified and undone."""
    clean("wanted", None, annotate=annotate)
    clean("out", Unreliable(), annotate=annotate)
    assert tree("out") == tree("wanted")
    assert not Path("out/.dedup/unfinished").exists()
    if not annotate:
        assert len(tree("out")) < len(FILES) + 2
        cleaning.verify("out")
        cleaning.restore("out", "again")
        for name in FILES.keys() - {"in/g.txt"}:
            assert unpacked(Path("again", name.removeprefix("in/"))) == unpacked(Path(name))


def test_a_killed_caller_leaves_what_the_next_run_sweeps() -> None:
    """The same command; what is none of ours stays in the way."""
    clean("wanted", None)
    number = os.fork()
    if number == 0:
        clean("out", Unreliable(lambda: os.kill(os.getpid(), signal.SIGKILL)))
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(number, 0)[1]) == signal.SIGKILL
    left = list(Path("out/.dedup/unfinished/attempts").iterdir())
    assert left
    assert not Path("out/.dedup/manifest.json").exists()
    stranger = left[0].with_name("notes.txt")
    stranger.touch()
    with pytest.raises(OutputError, match=r"notes\.txt is not of dedup"):
        clean("out", Unreliable())
    stranger.unlink()
    clean("out", Unreliable())
    assert tree("out") == tree("wanted")


def test_a_file_that_changes_meanwhile_ends_the_clean() -> None:
    """The error is the one of one machine, and nothing has appeared."""

    def change() -> None:
        Path("in/c/f.jsonl.gz").write_bytes(gzip.compress(lines(D, A), mtime=0))

    with pytest.raises(InputError, match=r"in/c/f\.jsonl\.gz changed while it was being cleaned"):
        clean("out", Unreliable(change))
    assert not Path("out").exists()
