"""A saved report is the report, and nothing but one that this program knows is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import zstandard

from dedup import InputError, OutputError, Report, SettingsError
from dedup.reports.html import to_html
from dedup.reports.json import to_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import SimpleNamespace


def test_round_trip(every: Report, tmp_path: Path) -> None:
    """Every value comes back, also names that are no UTF-8; every rendering is the same."""
    path = tmp_path / "r.dedup"
    every.save(path)
    loaded = Report.load(path)
    assert loaded == every
    assert to_json(loaded) == to_json(every)
    assert to_html(loaded) == to_html(every)


def test_same_bytes(made: SimpleNamespace, tmp_path: Path) -> None:
    """The same report is the same file, which says what it is in plain text."""
    for name in ("a.dedup", "b.dedup"):
        made.mixed().save(tmp_path / name)
    data = (tmp_path / "a.dedup").read_bytes()
    assert data == (tmp_path / "b.dedup").read_bytes()
    assert data.startswith(b"dedup saved report, format 1\n")


def test_matches_are_left_out(made: SimpleNamespace, tmp_path: Path) -> None:
    """What needs the matches says so."""
    made.mixed().save(tmp_path / "r.dedup")
    with pytest.raises(SettingsError, match="stored without its matches"):
        Report.load(tmp_path / "r.dedup").borderline()


def test_newer_format(tmp_path: Path) -> None:
    """A format of the future is refused in one line that says what to do."""
    path = tmp_path / "r.dedup"
    path.write_bytes(b"dedup saved report, format 2\nwhatever")
    with pytest.raises(InputError, match=r"by a newer dedup, in format 2; this one reads format 1"):
        Report.load(path)


@pytest.mark.parametrize("cut", [40, 200, -4])
def test_cut_file(made: SimpleNamespace, tmp_path: Path, cut: int) -> None:
    """A file that lost its end is damaged, wherever it was cut."""
    path = tmp_path / "r.dedup"
    made.many(60).save(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InputError, match=r"r\.dedup: this saved report is damaged"):
        Report.load(path)


def edited(path: Path, change: Callable[[list[dict]], object]) -> None:
    """Change the JSON lines of a saved report."""
    head, _, data = path.read_bytes().partition(b"\n")
    text = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    lines = [json.loads(line) for line in text.splitlines()]
    change(lines)
    out = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    path.write_bytes(head + b"\n" + zstandard.compress(out))


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[0].pop("summary"),
        lambda lines: lines[0].update(overlaps={"a": 1}),
        lambda lines: lines[1].update(words="many"),
        lambda lines: lines[1].update(occurrences=[]),
        lambda lines: lines[1]["occurrences"][0].update(lines=[1]),
        lambda lines: lines[1]["occurrences"][0].update(text=None),
        lambda lines: lines.pop(),
        lambda lines: lines.__setitem__(0, [1]),
        lambda lines: lines.clear(),
    ],
)
def test_wrong_values(
    made: SimpleNamespace, tmp_path: Path, change: Callable[[list[dict]], object]
) -> None:
    """What was edited into something else is damaged, never a surprise later."""
    path = tmp_path / "r.dedup"
    made.mixed().save(path)
    edited(path, change)
    with pytest.raises(InputError, match="is damaged"):
        Report.load(path)


def test_no_saved_report(tmp_path: Path) -> None:
    """Any other file is told from one."""
    (tmp_path / "r.dedup").write_text("An article.\n" * 100)
    with pytest.raises(InputError, match="is not a saved report"):
        Report.load(tmp_path / "r.dedup")
    with pytest.raises(InputError, match="cannot be read"):
        Report.load(tmp_path / "none.dedup")
    with pytest.raises(OutputError, match="cannot be written"):
        Report.save(Report("", {}, None, (), ()), tmp_path / "no" / "r.dedup")  # type: ignore[arg-type]
