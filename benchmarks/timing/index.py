"""
An index: what a check of one article takes beside it, adding one, building it, and the disk.

The sizes are beginnings of one corpus. An article of about `PARAGRAPHS` paragraphs is taken out of
it, and asked and added. All are processes of their own, run in turn; ratios are of processor time.
A size that would take longer than what is left of the part's time is left out.
"""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING

import orjson
from measures.tables import Table

from dedup import Index
from timing import runs
from timing.growth import beginning

if TYPE_CHECKING:
    from pathlib import Path

    from timing.runs import Bench

PARAGRAPHS = 30
SIZES = (1, 9)
"""Ninths of the corpus: 2,000 and 18,000 of the news articles."""
RISE = 2.2
"""What twice the size is expected to take, at most."""
START = [sys.executable, "-c", "import numpy, typer, rich.console"]
START_NAME = "`python -c 'import numpy, typer, rich.console'`"


def measure(corpus: Path, recall: str, bench: Bench) -> list[Table]:
    """Build an index of each size, and ask it and add to it."""
    article = bench.folder / "article.txt"
    rest = _taken_out(corpus, article)
    rows = []
    index = bench.folder / "published.index"
    last = 0.0
    for ninths in SIZES:
        start = time.perf_counter()
        if rows and start + last * RISE > bench.until:
            break
        part = rest.with_name("published.jsonl")
        beginning(rest, part, rest.stat().st_size * ninths // SIZES[-1])
        rows.append(_measured(part, article, index, recall, bench))
        last = time.perf_counter() - start
    return [_table(rows, recall), _parts(index)]


def _taken_out(corpus: Path, article: Path) -> Path:
    """Write the article that is asked for, and all others."""
    lines = corpus.read_bytes().splitlines(keepends=True)
    texts = [orjson.loads(line)["text"] for line in lines]
    lengths = [sum(not row.isspace() for row in text.splitlines()) for text in texts]
    chosen = min(range(len(texts)), key=lambda n: (abs(lengths[n] - PARAGRAPHS), n))
    article.write_text(texts[chosen], encoding="utf-8")
    rest = article.with_name("rest.jsonl")
    rest.write_bytes(b"".join(lines[:chosen] + lines[chosen + 1 :]))
    return rest


Row = tuple[object, ...]


def _measured(part: Path, article: Path, index: Path, recall: str, bench: Bench) -> Row:
    """Measure one size."""
    options = ("--recall", recall, "--quiet")

    def build() -> list[str]:
        shutil.rmtree(index, ignore_errors=True)
        return [runs.DEDUP, "index", "build", str(index), str(part), *options]

    report = runs.report(part, "--recall", recall)
    once = runs.in_turn({"build": build, "report": lambda: report}, bench)
    copy = index.with_name("grown.index")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(index, copy)
    check = [runs.DEDUP, "check", str(article), "--index", str(index), "--exit-zero", *options]
    add = [runs.DEDUP, "index", "add", str(copy), str(article), *options]
    took = runs.in_turn({"start": lambda: START, "check": lambda: check, "add": lambda: add}, bench)
    held = Index(index).info()
    text = sum(len(orjson.loads(line)["text"].encode()) for line in part.open("rb"))
    return (
        held.documents,
        runs.megabytes(text),
        held.bytes / text,
        1 / runs.ratio(once["build"], once["report"], "cpu"),
        runs.median(took["check"], "cpu"),
        runs.ratio(took["check"], took["start"], "cpu"),
        runs.ratio(took["add"], took["check"], "cpu"),
        runs.megabytes(max(run.peak for run in took["check"])),
    )


def _table(rows: list[Row], recall: str) -> Table:
    least = float(str(rows[0][5]))
    told = [(*row[:6], float(str(row[5])) / least, *row[6:]) for row in rows]
    columns = ("documents", "text, MB", "on disk, of the text", "building, of report's speed")
    columns += ("a check, seconds", "of the start", "growth of that", "adding, of a check")
    note = (
        f"`check ARTICLE --index INDEX` at `--recall {recall}`, one article of about {PARAGRAPHS} "
        f"paragraphs, a new process each; the start is {START_NAME}. Processor time, medians and "
        f"medians of ratios, {runs.machine()}."
    )
    return Table("Index", (*columns, "a check's peak, MB"), told, note)


def _parts(index: Path) -> Table:
    held = Index(index).info()
    parts = sorted(held.parts.items(), key=lambda part: -part[1])
    rows = [(name, runs.megabytes(size), size / held.bytes) for name, size in parts]
    return Table("Its parts", ("part", "MB", "share"), rows, "Of the largest index above.")
