"""
Speed: what whole commands take, against a floor, against other tools, against the size.

    python benchmarks/speed.py                               what runs anywhere, on generated texts
    python benchmarks/speed.py whole --corpus news.jsonl     a part, on yours
    python benchmarks/speed.py peers --corpus news.jsonl --cache FOLDER
    python benchmarks/speed.py shapes --scale 0.1 --shape line

Commands that are compared run in turn in one process after another, so that what is slow for a while
hits all; figures are medians and ratios, for machines differ. Results go to
`results/speed-PART.json`, and all of them to `results/speed.md`. README.md says what each part measures.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import generate
import grow
import orjson
from measures.tables import markdown, store
from timing import growth, index, kernels, memory, peers, shapes, stages, whole
from timing.runs import Bench

from dedup import formats
from dedup.settings import Settings, bytes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from measures.tables import Table

HERE = Path(__file__).parent
ARTICLES = 1500
"""Generated articles to learn from, where no corpus is given."""
LINES = {".jsonl", ".ndjson"}


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for."""

    corpus: Path | None
    size: int | None
    scale: float
    bound: int
    recall: str
    shape: str
    cache: Path
    peer: list[str]

    @property
    def name(self) -> str:
        """Name the corpus."""
        return self.corpus.name.partition(".")[0] if self.corpus else "generated texts"

    def articles(self) -> list[grow.Article]:
        """Give the articles that new ones are written after."""
        if self.corpus is not None:
            return grow.learnt(self.corpus)
        return [text.splitlines() for text in generate.corpus(ARTICLES)]

    def lines(self, bench: Bench, size: int) -> Path:
        """Give the corpus as a file of JSON Lines: itself, written so, or generated."""
        path = bench.folder / "corpus.jsonl"
        if self.corpus is None:
            grow.grown(self.articles(), path, size=self.size or size)
        elif self.corpus.suffix in LINES:
            return self.corpus
        else:
            _written(self.corpus, path)
        return path


def _written(corpus: Path, path: Path) -> None:
    with path.open("wb") as out:
        for batch in formats.read([corpus], Settings()):
            names = zip(batch.path.list(), batch.record.list(), batch.text.list(), strict=True)
            for place, record, text in names:
                line = {"id": record or place, "text": text}
                out.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


Result = tuple[str, "list[Table]"]


def _whole(options: Options, bench: Bench) -> Result:
    return options.name, whole.measure(options.lines(bench, 20_000_000), bench)


def _stages(options: Options, bench: Bench) -> Result:
    return options.name, stages.measure(options.lines(bench, 20_000_000), bench)


def _kernels(options: Options, bench: Bench) -> Result:
    return options.name, kernels.measure(options.lines(bench, 20_000_000), bench)


def _growth(options: Options, bench: Bench) -> Result:
    size = options.size or (8_000_000 if options.corpus is None else _size(options, bench))
    return f"grown from {options.name}", growth.measure(options.articles(), size, bench)


def _size(options: Options, bench: Bench) -> int:
    return options.lines(bench, 0).stat().st_size


def _index(options: Options, bench: Bench) -> Result:
    corpus = options.lines(bench, 20_000_000)
    return options.name, index.measure(corpus, options.recall, bench)


def _shapes(options: Options, bench: Bench) -> Result:
    return "generated shapes", shapes.measure(options.scale, bench, options.shape)


def _peers(options: Options, bench: Bench) -> Result:
    corpus = options.lines(bench, 20_000_000)
    return options.name, peers.measure(corpus, options.cache, options.peer, bench)


def _memory(options: Options, bench: Bench) -> Result:
    tables = memory.measure(options.articles(), options.scale, options.bound, bench)
    return f"grown from {options.name}", tables


PARTS: dict[str, tuple[Callable[[Options, Bench], Result], bool]] = {
    "whole": (_whole, True),
    "stages": (_stages, True),
    "kernels": (_kernels, True),
    "growth": (_growth, True),
    "index": (_index, True),
    "shapes": (_shapes, True),
    "peers": (_peers, False),
    "memory": (_memory, False),
}
"""What each part does, and whether it runs unasked: the others install much, or write gigabytes."""


def _cache() -> Path:
    """Give the user's folder for what can be made again."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "dedup-benchmarks"


def _parser() -> argparse.ArgumentParser:
    parse = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[1])
    parse.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parse.add_argument("--corpus", type=Path, help="file of records, or folder, to measure on")
    parse.add_argument("--size", type=bytes_of, help="bytes to generate; in growth, the least size")
    parse.add_argument(
        "--scale", type=float, default=1.0, help="of full size, in shapes and memory"
    )
    parse.add_argument("--bound", type=bytes_of, default=memory.BOUND, help="--memory of memory")
    parse.add_argument("--recall", default="high", help="of index", choices=("high", "standard"))
    parse.add_argument("--shape", default="", help="only shapes with this in their name")
    parse.add_argument(
        "--cache", type=Path, default=_cache(), help="folder for peers' environments"
    )
    parse.add_argument(
        "--peer", action="append", default=[], choices=peers.ALL, help="only this one"
    )
    parse.add_argument("--rounds", type=int, default=5, help="where --minutes allow so many")
    parse.add_argument("--minutes", type=float, default=5.0, help="from which no round begins")
    parse.add_argument("--limit", type=float, default=300.0, help="seconds that a run may take")
    parse.add_argument("--results", type=Path, default=HERE / "results", help="folder for results")
    parse.add_argument("--work", type=Path, help="folder for what is written on the way")
    return parse


def main() -> int:
    """Measure, print and store."""
    parse = _parser()
    args = parse.parse_args()
    unknown = set(args.parts) - set(PARTS)
    if unknown:
        parse.error(f"no part {', '.join(sorted(unknown))}: there are {', '.join(PARTS)}")
    options = Options(**{field.name: getattr(args, field.name) for field in fields(Options)})
    for folder in (args.results, args.work):
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
    for name in args.parts or [name for name, (_, unasked) in PARTS.items() if unasked]:
        with tempfile.TemporaryDirectory(prefix="dedup-speed-", dir=args.work) as folder:
            until = time.perf_counter() + args.minutes * 60
            bench = Bench(Path(folder), args.results, args.rounds, args.limit, until)
            corpus, tables = PARTS[name][0](options, bench)
        store(args.results, name, corpus, tables, "speed")
        print(f"## {name}: {corpus}\n")
        print("\n".join(map(markdown, tables)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
