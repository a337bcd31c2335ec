"""
Speed, as ratios within one run: machines differ and are noisy, ratios less so.

    python benchmarks/speed.py                        on articles that it generates
    python benchmarks/speed.py --corpus news.jsonl    on yours
    python benchmarks/speed.py --rounds 9             for a quieter median

Every figure is the median of pairs measured in turn (A B A B …), in CPU time of the process where
one thread works. Results go to `results/speed.json` and `results/speed.md`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import generate
import numpy as np
from datasketch import MinHash

from dedup import api, kernels
from dedup.kernels import native, reference
from dedup.kernels.shingle import SIZE
from dedup.model import Strings
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
SOME = 400
"""Paragraphs for what is slow to compare with."""


def main() -> None:
    """Measure, print and store."""
    parse = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parse.add_argument("--corpus", type=Path, help="JSONL (.gz, .zst) or a folder")
    parse.add_argument("--articles", type=int, default=1500, help="articles to generate")
    parse.add_argument("--rounds", type=int, default=5)
    args = parse.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.corpus or _generated(Path(folder), args.articles)
        texts = _paragraphs(path)
        rows = [*kernel_rows(texts, args.rounds), *command_rows(path, args.rounds)]
    name = args.corpus.name if args.corpus else f"{args.articles} generated articles"
    _store(name, rows)


def kernel_rows(texts: list[str], rounds: int) -> list[dict[str, Any]]:
    """Compare the compiled kernel with its twin and with datasketch, one thread each."""
    many = Strings.of(texts)
    few = Strings.of(texts[:SOME])
    size = many.data.nbytes / 1e6
    data, offsets, _ = kernels.normalise(few.data, few.offsets)
    shingled = [kernels.shingles(text) for text in Strings(data, offsets).list()]

    def datasketch() -> None:
        for shingles in shingled:
            MinHash(128, scheme="affine32", hashfunc=kernels.shingle_hash).update_batch(shingles)

    folded = native.normalise(many.data, many.offsets)
    alone = _cpu(lambda: native.normalise(many.data, many.offsets), rounds)
    sketching = _cpu(lambda: native.sketch(folded[0], folded[1], SIZE, words=False), rounds)
    return [
        _row("normalise, native, MB/s", size / alone),
        _row("sketch, native, ns a character", sketching / len(folded[0]) * 1e9),
        _ratio(
            "normalise: twin / native",
            lambda: reference.normalise(few.data, few.offsets),
            lambda: native.normalise(few.data, few.offsets),
            rounds,
        ),
        _ratio(
            "sketch: twin / native",
            lambda: reference.sketch(data, offsets, SIZE, words=False),
            lambda: native.sketch(data, offsets, SIZE, words=False),
            rounds,
        ),
        _ratio(
            "sketch: datasketch on ready shingles / native from text",
            datasketch,
            lambda: native.sketch(data, offsets, SIZE, words=False),
            rounds,
        ),
    ]


def command_rows(path: Path, rounds: int) -> list[dict[str, Any]]:
    """Compare whole runs: threads, passages, and the start of the command."""
    size = (
        path.stat().st_size / 1e6
        if path.is_file()
        else sum(f.stat().st_size for f in path.rglob("*") if f.is_file()) / 1e6
    )
    blocks = Settings(passages="off", threads=1)
    once = _cpu(lambda: api.find(path, blocks), max(1, rounds // 2))
    python = [sys.executable, "-c", "import typer, rich.console"]
    command = [str(Path(sys.executable).with_name("dedup")), "--help"]
    return [
        _row("report, blocks only, MB of input a CPU second", size / once),
        _ratio(
            "report: with passages / blocks only",
            lambda: api.find(path, Settings(threads=1)),
            lambda: api.find(path, blocks),
            max(1, rounds // 2),
        ),
        _ratio(
            "dedup --help / python -c 'import typer, rich.console' (wall)",
            lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True),
            lambda: subprocess.run(python, check=True),
            rounds * 2,
            clock=time.perf_counter,
        ),
    ]


def _cpu(work: Callable[[], object], rounds: int) -> float:
    return statistics.median(_timed(work, time.process_time) for _ in range(rounds))


def _timed(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start


def _ratio(
    name: str,
    first: Callable[[], object],
    second: Callable[[], object],
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, Any]:
    first()
    second()
    pairs = [(_timed(first, clock), max(_timed(second, clock), 1e-9)) for _ in range(rounds)]
    return _row(name, statistics.median(a / b for a, b in pairs))


def _row(name: str, value: float) -> dict[str, Any]:
    return {"what": name, "value": float(f"{value:.3g}")}


def _generated(folder: Path, articles: int) -> Path:
    path = folder / "generated.jsonl"
    lines = [
        json.dumps({"id": number, "text": text}, ensure_ascii=False)
        for number, text in enumerate(generate.corpus(articles))
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _paragraphs(path: Path, most: int = 50_000) -> list[str]:
    from dedup import formats

    texts: list[str] = []
    for batch in formats.read([path], Settings()):
        for text in batch.text.list():
            texts += [line for line in text.split("\n") if line.strip()]
        if len(texts) > most:
            break
    return texts[:most]


def _store(name: str, rows: list[dict[str, Any]]) -> None:
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    body = {"corpus": name, "kernel": kernels.NAME, "numpy": np.__version__, "rows": rows}
    (results / "speed.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    table = [f"Speed on {name}", "", "| what | value |", "| --- | ---: |"]
    table += [f"| {row['what']} | {row['value']:g} |" for row in rows]
    (results / "speed.md").write_text("\n".join(table) + "\n", encoding="utf-8")
    print("\n".join(table))


if __name__ == "__main__":
    main()
