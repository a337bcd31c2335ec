"""The atomic writer: a file is whole or as it was."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from dedup.cli.output import check_places, write_output
from dedup.errors import OutputError
from dedup.settings import Settings


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """UTF-8, nothing beside it, readable by whom the umask allows."""
    out = tmp_path / "out.txt"
    mask = os.umask(0o027)
    try:
        write_output(["é", "\udcff\n"], out, data=True)
    finally:
        os.umask(mask)
    assert out.read_bytes() == b"\xc3\xa9\\udcff\n"
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [out]


def test_a_source_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """And no temporary one."""
    out = tmp_path / "out.txt"
    out.write_text("old")

    def parts():  # noqa: ANN202 - a generator
        yield "new"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_output(parts(), out, data=True)
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("call", ["chmod", "fsync", "replace"])
def test_a_failing_system_call_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Each in turn, as on a full disk."""
    out = tmp_path / "out.txt"
    out.write_text("old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OutputError, match="cannot be written: No space left on device"):
        write_output("new", out, data=True)
    monkeypatch.undo()
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_a_full_disk_is_an_error_that_names_the_file() -> None:
    """A device is written to directly."""
    with pytest.raises(OutputError, match=r"^/dev/full: cannot be written: No space left"):
        write_output("x" * 100_000, Path("/dev/full"), data=True)


def test_mode_and_link_are_kept(tmp_path: Path) -> None:
    """The file behind a link is replaced, not the link."""
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to(real)
    write_output("new", link, data=True)
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_places_that_cannot_be_written_are_refused_before_the_work(tmp_path: Path) -> None:
    """A folder, a place in no folder, an input under another name."""
    source, link = tmp_path / "in.txt", tmp_path / "link.txt"
    source.write_text("text")
    link.hardlink_to(source)
    for out, why in (
        (tmp_path, "is a folder; name a file"),
        (tmp_path / "no" / "out", "there is no folder"),
        (link, r"is an input of this command \(.*in.txt\); write to another file"),
        (source, "is an input of this command; write to another file"),
    ):
        with pytest.raises(OutputError, match=why):
            check_places((out,), ["-", str(source)], Settings())
    check_places((None,), [], Settings())
    check_places((tmp_path / "new",), [str(source)], Settings())


def test_a_text_that_stands_in_an_input_folder_is_an_input(tmp_path: Path) -> None:
    """The report of a folder may lie in it, but not over one of its texts."""
    text, other = tmp_path / "a.jsonl", tmp_path / "report.html"
    text.write_text("{}")
    other.write_text("old")
    with pytest.raises(OutputError, match="is an input"):
        check_places((text,), [str(tmp_path)], Settings())
    check_places((other,), [str(tmp_path)], Settings())
    check_places((tmp_path / "new.txt",), [str(tmp_path)], Settings())
