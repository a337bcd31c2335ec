"""A run that was interrupted goes on from what it had finished, to the same bytes."""

from __future__ import annotations

import errno
import json
import logging
import random
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import strategies

import dedup
from dedup import formats
from dedup.cleaning.write import Finished
from dedup.engines import checkpoints
from dedup.engines.checkpoints import PREFIX, Checkpoints
from dedup.errors import OutputError
from dedup.reports import json as reports
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BAD = '{"id": "no text"}\n'


def corpus(folder: Path, seed: int = 7, records: int = 60) -> Path:
    """Write records with boilerplate, stories that some of them share, dates, and a bad one."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    lines = [BAD]
    stories = ["".join(dice.choices("abcdefghijk    ", k=200)) for _ in range(records // 3 + 1)]
    for number in range(records):
        text = "\n".join(strategies.render(dice.choice("ABCDEFGHJK")) for _ in range(5))
        text += "\n" + stories[number // 3]
        row = {"id": f"r{number}", "date": f"2020-01-{1 + number % 28:02}", "text": text}
        lines.append(json.dumps(row) + "\n")
    path = folder / "in.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Work in an empty folder, with a work folder in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work").mkdir()
    return Settings(work_dir="work", on_error="skip")


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Interrupt runs once so many tables have been finished; 0 for never."""
    save = Checkpoints.save

    def after(most: int) -> None:
        count = 0

        def counted(self: Checkpoints, *what: object) -> object:
            nonlocal count
            out = save(self, *what)
            count += 1
            if count == most:
                raise KeyboardInterrupt
            return out

        monkeypatch.setattr(Checkpoints, "save", counted if most else save)

    return after


def left(folder: Path) -> list[str]:
    """List what stands in a work folder."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(("memory", "records"), [(0, 60), (1 << 20, 600)])
def test_stopped_after_each_table(
    memory: int,
    records: int,
    settings: Settings,
    stopped: Callable[[int], None],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In memory or on disk: the report is the same, and what was finished is not done again."""
    path = corpus(tmp_path, records=records)
    settings = replace(settings, memory=memory)
    wanted = reports.to_json(dedup.find(path, replace(settings, work_dir=None)))
    for most in range(1, 200, 1 if memory == 0 else 7):
        stopped(most)
        try:
            dedup.find(path, settings)
        except KeyboardInterrupt:
            stopped(0)
        else:
            break
        [folder] = (tmp_path / "work").glob(f"{PREFIX}*")
        caplog.clear()
        with caplog.at_level(logging.INFO, "dedup"):
            again = dedup.find(path, settings)
        assert "continuing from work/dedup-resume-" in caplog.text
        assert "reading" in caplog.text
        assert reports.to_json(again) == wanted
        assert again.summary.skipped[0].why.startswith("1 record skipped")
        del again
        assert left(tmp_path / "work") == []
        assert not folder.exists()
    assert most > 6


def test_the_inputs_are_not_parsed_again(
    settings: Settings,
    stopped: Callable[[int], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Their checksums are enough."""
    path = corpus(tmp_path)
    stopped(1)
    with pytest.raises(KeyboardInterrupt):
        dedup.find(path, settings)
    stopped(0)
    monkeypatch.setattr(formats.Reading, "_items", None)
    assert dedup.find(path, settings).groups


def test_a_clean_goes_on_with_its_dates(
    settings: Settings, stopped: Callable[[int], None], tmp_path: Path
) -> None:
    """What the policy asks of the records is kept too; the guard's refusal loses no work."""
    path = corpus(tmp_path)
    policy = dedup.Policy(keep="newest:date", max_removed=1.0)
    plain = replace(settings, work_dir=None)
    dedup.clean(path, plain, policy).write("wanted")
    stopped(3)
    with pytest.raises(KeyboardInterrupt):
        dedup.clean(path, settings, policy)
    stopped(0)
    dedup.clean(path, settings, policy).write("out")
    for name in ("in.jsonl", ".dedup/ledger.jsonl"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "wanted" / name).read_bytes()
    assert left(tmp_path / "work") == []


@pytest.mark.parametrize("stop", [1, 4])
@pytest.mark.parametrize("damage", [False, True])
def test_a_clean_goes_on_with_the_files_it_had_written(
    stop: int,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    damage: bool,
) -> None:
    """Each is taken over whole, with its lines and counts; a damaged one is written anew."""
    for number in range(6):
        (tmp_path / "in" / str(number)).mkdir(parents=True)
        corpus(tmp_path / "in" / str(number), seed=number // 2)
    policy = dedup.Policy(max_removed=1.0, drop_document_over=0.1)
    kept = Finished.keep
    plain = replace(settings, work_dir=None)
    wanted = dedup.api.clean_to("in", "wanted", plain, policy, ids="wanted.ids")
    assert wanted.removed_paragraphs
    assert wanted.not_written

    def stopping(self: Finished, number: int, *what: object) -> None:
        kept(self, number, *what)
        if number == stop:
            raise KeyboardInterrupt

    monkeypatch.setattr(Finished, "keep", stopping)
    with pytest.raises(KeyboardInterrupt):
        dedup.api.clean_to("in", "out", settings, policy, ids="out.ids")
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(Finished, "keep", kept)
    if damage:
        some = min((tmp_path / "work").glob("*/written-*-1.text"))
        some.write_bytes(some.read_bytes()[1:])
    with caplog.at_level(logging.INFO, "dedup"):
        found = dedup.api.clean_to("in", "out", settings, policy, ids="out.ids")
    assert f"{stop + 1} files written" in caplog.messages[0]
    assert ["anew" in line for line in caplog.messages[1:]] == [True] * damage
    assert replace(found, output=wanted.output) == wanted
    assert (tmp_path / "out.ids").read_bytes() == (tmp_path / "wanted.ids").read_bytes()
    assert contents(tmp_path / "out") == contents(tmp_path / "wanted")
    assert all(
        (tmp_path / "out" / name).stat().st_nlink == 1 for name in contents(tmp_path / "out")
    )
    assert dedup.verify("out")
    assert left(tmp_path / "work") == []


def test_a_report_outlives_its_checkpoints(settings: Settings, tmp_path: Path) -> None:
    """Its evidence is read from files that go with it."""
    report = dedup.find(corpus(tmp_path, records=600), replace(settings, memory=1 << 20))
    assert report.at_threshold(0.95).groups
    assert left(tmp_path / "work") != []
    del report
    assert left(tmp_path / "work") == []


def test_other_work_is_not_gone_on_from(
    settings: Settings, stopped: Callable[[int], None], tmp_path: Path
) -> None:
    """Other settings are other work, and stay; other contents make the old work worthless."""
    path = corpus(tmp_path)
    for threshold in (0.8, 0.9):
        stopped(2)
        with pytest.raises(KeyboardInterrupt):
            dedup.find(path, replace(settings, threshold=threshold))
    stopped(0)
    assert len(left(tmp_path / "work")) == 2
    corpus(tmp_path, seed=8)
    wanted = reports.to_json(dedup.find(path, replace(settings, work_dir=None)))
    assert reports.to_json(dedup.find(path, settings)) == wanted
    [other] = left(tmp_path / "work")
    about = json.loads((tmp_path / "work" / other / "key.json").read_bytes())["about"]
    assert about["settings"]["threshold"] == 0.9


def test_two_runs_at_once(settings: Settings, tmp_path: Path) -> None:
    """The second one is told so."""
    path = corpus(tmp_path)
    mine = Checkpoints("work", {"a": 1}, {"b": 2})
    with pytest.raises(OutputError, match="is in use by another run; wait for it"):
        Checkpoints("work", {"a": 1}, {"b": 2})
    mine.leave()
    assert dedup.find(path, settings).groups


def test_a_full_disk(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line; with room again the run goes on."""
    path = corpus(tmp_path)
    file, count = checkpoints.file, 0

    def full(*what: object) -> object:
        nonlocal count
        count += 1
        if count > 6:
            raise OSError(errno.ENOSPC, "No space left on device")
        return file(*what)

    monkeypatch.setattr(checkpoints, "file", full)
    with pytest.raises(OutputError, match=r"cannot keep what is done .No space left on device."):
        dedup.find(path, settings)
    monkeypatch.setattr(checkpoints, "file", file)
    wanted = reports.to_json(dedup.find(path, replace(settings, work_dir=None)))
    assert reports.to_json(dedup.find(path, settings)) == wanted
    assert left(tmp_path / "work") == []


def contents(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def kills(times: int, seed: int, folder: Path, script: Path) -> None:
    """Kill runs at random moments until one is through: the bytes are those of a calm one."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    for number in range(12):
        (folder / "in" / str(number)).mkdir(parents=True)
        corpus(folder / "in" / str(number), seed=number // 2)
    (folder / "work").mkdir()
    how = ["--on-error", "skip", "--max-removed", "100%", "--quiet"]
    command = [script, "clean", "in", "--work-dir", "work", *how, "-o"]
    begin = time.monotonic()
    subprocess.run([script, "clean", "in", *how, "-o", "wanted"], cwd=folder, check=True)
    wanted = contents(folder / "wanted")
    took = time.monotonic() - begin
    for number in range(times):
        with subprocess.Popen([*command, f"out{number}"], cwd=folder) as running:
            time.sleep(dice.uniform(0.3, 1.2) * took)
            running.send_signal(signal.SIGKILL)
        if not (folder / f"out{number}" / ".dedup" / "manifest.json").exists():
            subprocess.run([*command, f"out{number}"], cwd=folder, check=True)
        assert contents(folder / f"out{number}") == wanted
        for name in left(folder / "work"):  # killed when all was written already
            shutil.rmtree(folder / "work" / name)


def test_killed_a_few_times(tmp_path: Path, script: Path) -> None:
    """At each run of the tests."""
    kills(5, random.randrange(2**32), tmp_path, script)  # noqa: S311


@pytest.mark.soak
def test_killed_many_times(tmp_path: Path, script: Path) -> None:
    """Many."""
    kills(100, 1, tmp_path, script)
