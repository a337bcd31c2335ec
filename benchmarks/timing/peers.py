"""
Other tools at their nearest job on the same file: time, memory, and the share that they find.

Each has a runner in `peers/` and its own environment, made once in the cache from the versions in
`peers/*.txt`. What cannot be installed or ends badly stands in the table with the reason.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from measures.tables import Table

from timing import jaccard, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from timing.runs import Bench

PEERS = Path(__file__).parents[1] / "peers"
UV = "uv==0.13.9"
OURS = "dedup clean"
SLOW = 30
"""Seconds from which a tool runs in one round only."""
NOTHING = float("nan")

Found = tuple[int, int, list[float]]
"""Documents flagged, those of them in no pair, and recall at each level of Jaccard."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A runner, what it needs, and what it does."""

    runner: str
    needs: str
    job: str
    arguments: tuple[str, ...] = ()


ALL = {
    "rensa, streaming": Peer(
        "rensa_streaming", "rensa", "word 3-grams, 128 permutations, .8, document by document"
    ),
    "rensa, rho": Peer("rensa_rho", "rensa", "words, sampled, 128 slots, 8 bands, one batch"),
    "FastSketchLSH": Peer("fastsketchlsh", "fastsketchlsh", "word 3-grams, 128 slots, 16 bands"),
    "datasketch": Peer("datasketch_lsh", "datasketch", "word 3-grams, 128 permutations, .8"),
    "text-dedup": Peer(
        "text_dedup_minhash", "text-dedup", "word 5-grams, 250 permutations, .7: its defaults"
    ),
    "dolma, exact": Peer("dolma_paragraphs", "dolma", "paragraphs seen before; half of a document"),
    "dolma, n-grams": Peer(
        "dolma_paragraphs", "dolma", "paragraphs by 5-grams, .8; half of a document", ("ngram",)
    ),
    "datatrove": Peer(
        "datatrove_minhash", "datatrove", "word 5-grams, 14 buckets of 8 hashes: its defaults"
    ),
}


@dataclass(frozen=True, slots=True)
class Contender:
    """A command that is measured, and how to read what it found at two levels of Jaccard."""

    job: str
    command: Callable[[], Sequence[str]]
    found: Callable[[], Found]


def measure(corpus: Path, cache: Path, names: Sequence[str], bench: Bench) -> list[Table]:
    """Run dedup and its peers in turn on one corpus."""
    near = jaccard.near(corpus)
    unfit: dict[str, str] = {}
    contenders = _ours(corpus, bench.folder, near)
    for name in names or ALL:
        try:
            python = environment(ALL[name].needs, cache)
        except (subprocess.CalledProcessError, OSError) as error:
            unfit[name] = f"not installed: {_last(getattr(error, 'stderr', None) or str(error))}"
        else:
            contenders[name] = _theirs(ALL[name], python, corpus, bench.folder, near)
    took, found, failed = _in_turn(contenders, bench)
    unfit |= failed
    rows = [
        _row(name, contender, took[name], took[OURS], found[name])
        for name, contender in contenders.items()
        if name in found
    ]
    rows += [(name, ALL[name].job, _last(why), *[NOTHING] * 8) for name, why in unfit.items()]
    return [_table(rows, near)]


def _in_turn(
    contenders: dict[str, Contender], bench: Bench
) -> tuple[dict[str, list[runs.Run]], dict[str, Found], dict[str, str]]:
    """Run all in rounds; give what they took and found, and why some ended badly."""
    took: dict[str, list[runs.Run]] = {name: [] for name in contenders}
    found: dict[str, Found] = {}
    failed: dict[str, str] = {}
    for _ in range(bench.rounds):
        for name, contender in contenders.items():
            last = took[name][-1].wall if took[name] else 0.0
            if name in failed or last > SLOW or (last and not bench.has_time(last)):
                continue
            run = runs.run(contender.command(), bench.folder / "found.json", bench.limit)
            if not run.code:
                took[name].append(run)
                found[name] = contender.found()
            elif name in ALL:
                failed[name] = run.said or f"exit code {run.code}"
            else:
                raise SystemExit(f"{name}: exit code {run.code}: {run.said}")
    return took, found, failed


def _row(
    name: str, contender: Contender, took: list[runs.Run], ours: list[runs.Run], found: Found
) -> tuple[object, ...]:
    flagged, alone, recall = found
    return (
        name,
        contender.job,
        runs.median(took, "wall"),
        runs.median(took, "cpu"),
        runs.ratio(*zip(*zip(took, ours, strict=False), strict=True)),
        runs.megabytes(runs.median(took, "peak")),
        flagged,
        alone,
        *recall,
    )


def _table(rows: list[tuple[object, ...]], near: jaccard.Near) -> Table:
    columns = ("tool", "job", "seconds", "processor seconds", f"of the time of {OURS}")
    columns += ("peak, MB", "documents flagged", "of them in no pair")
    columns += tuple(f"recall, Jaccard ≥ {level}" for level in jaccard.LEVELS)
    later = [len(near.later(level)) for level in jaccard.LEVELS]
    note = (
        f"Whole processes, in turn, {runs.machine()}; medians. Recall: of the {later[0]:,} documents with an earlier "
        f"one of a Jaccard of at least {jaccard.LEVELS[0]} ({later[1]:,} of at least "
        f"{jaccard.LEVELS[1]}; word 5-grams, all pairs compared), the share that is flagged, "
        "or whose earlier one is (text-dedup keeps the last of a group); for dedup's reports, that "
        "is in `overlaps` with such an earlier one. In no pair: has no such partner "
        "at all; dedup also names documents that share only a block."
    )
    return Table(f"dedup and its peers on {len(near.ids):,} documents", columns, rows, note)


def _ours(corpus: Path, folder: Path, near: jaccard.Near) -> dict[str, Contender]:
    """Give our own commands; a clean is flagged by its ledger, a report by its overlaps."""
    settings = {"dedup report": (), "dedup report --passages off": ("--passages", "off")}
    json_report = ("--format", "json")

    def overlaps() -> Found:
        pairs = [
            (pair["a"]["record"], pair["b"]["record"])
            for pair in orjson.loads((folder / "found.json").read_bytes())["overlaps"]
        ]
        later = {max(pair, key=near.row.__getitem__) for pair in pairs}
        return len(later), near.alone(later), [near.paired(x, pairs) for x in jaccard.LEVELS]

    def ledger() -> Found:
        lines = (folder / "ledger.jsonl").open("rb")
        gone = {line["record"] for line in map(orjson.loads, lines) if line["reason"] == "across"}
        return len(gone), near.alone(gone), [near.recall(x, gone) for x in jaccard.LEVELS]

    def cleaned(*options: str) -> list[str]:
        (folder / "ledger.jsonl").unlink(missing_ok=True)
        away = ("--ledger", str(folder / "ledger.jsonl"))
        return runs.clean(corpus, folder / "cleaned", *away, *options)

    contenders = {
        name: Contender(
            "paragraphs and passages, verified" if not options else "paragraphs, verified",
            lambda options=options: runs.report(corpus, *json_report, *options),
            overlaps,
        )
        for name, options in settings.items()
    }
    contenders[OURS] = Contender("paragraphs removed, ledger written", cleaned, ledger)
    contenders[f"{OURS} --recall standard"] = Contender(
        "paragraphs removed, ledger written", lambda: cleaned("--recall", "standard"), ledger
    )
    return contenders


def _theirs(peer: Peer, python: Path, corpus: Path, folder: Path, near: jaccard.Near) -> Contender:
    scratch = folder / "scratch"

    def command() -> list[str]:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        runner = str(PEERS / f"{peer.runner}.py")
        return [str(python), runner, str(corpus), str(scratch), *peer.arguments]

    def found() -> Found:
        flagged = json.loads((folder / "found.json").read_bytes())["flagged"]
        recall = [near.recall(level, flagged) for level in jaccard.LEVELS]
        return len(flagged), near.alone(flagged), recall

    return Contender(peer.job, command, found)


def environment(needs: str, cache: Path) -> Path:
    """Give the Python of a peer, after installing what it needs where that is not done."""
    wanted = PEERS / f"{needs}.txt"
    mark = hashlib.sha256(wanted.read_bytes()).hexdigest()
    folder = cache / needs
    python = folder / "bin" / "python"
    done = folder / "installed"
    if done.is_file() and done.read_text(encoding="utf-8") == mark:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    uv = _uv(cache)
    _install([uv, "venv", "--python", sys.executable, str(folder)])
    _install([uv, "pip", "install", "--python", str(python), "-r", str(wanted)])
    done.write_text(mark, encoding="utf-8")
    return python


def _uv(cache: Path) -> str:
    """Give uv, which resolves what pip does not (dolma)."""
    known = shutil.which("uv")
    if known:
        return known
    folder = cache / "uv"
    if not (folder / "bin" / "uv").is_file():
        venv.create(folder, with_pip=True)
        _install([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", UV])
    return str(folder / "bin" / "uv")


def _install(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)


def _last(said: str) -> str:
    """Give the last line of what was said."""
    return next(reversed(said.strip().splitlines()), "no reason given")
