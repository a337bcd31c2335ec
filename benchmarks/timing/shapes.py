"""
Shapes that make a careless program quadratic, each at half and at full size.

Time may grow with the size and no faster: from half to full the ratio is about 2.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import generate
import orjson
from measures.tables import Table

from timing import runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from timing.runs import Bench

WORDS = 20
"""Words of a line."""
EDITED = 0.05
"""Share of the words that a second version replaces."""
REPEATED_EVERY = 10
"""In the long document, lines that repeat an earlier one."""


def _line(writer: generate.Writer, words: int = WORDS) -> str:
    return " ".join(writer.some(words)).capitalize() + "."


def _family(writer: generate.Writer, size: int) -> Iterator[str]:
    """Write lines that differ in a date and in two words."""
    head, tail = " ".join(writer.some(8)), " ".join(writer.some(8))
    for _ in range(size):
        day, minute = writer.dice.randint(1, 28), writer.dice.randint(0, 59)
        yield f"{head}, {day} juillet à {minute} {' '.join(writer.some(2))} {tail}"


def _long_document(writer: generate.Writer, size: int) -> str:
    lines: list[str] = []
    for number in range(size):
        again = lines and number % REPEATED_EVERY == 0
        lines.append(writer.dice.choice(lines) if again else _line(writer, 18))
    return "\n".join(lines)


def _long_line(writer: generate.Writer, size: int) -> str:
    return " ".join(_line(writer, 15) for _ in range(size))


def _passages(writer: generate.Writer, size: int) -> Iterator[str]:
    """Write a document, and one that has half of each of its lines inside others."""
    lines = [writer.some(60) for _ in range(size)]
    yield "\n".join(" ".join(line) for line in lines)
    writer.dice.shuffle(lines)
    inside = ([*writer.some(35), *line[15:45], *writer.some(35)] for line in lines)
    yield "\n".join(map(" ".join, inside))


def _versions(writer: generate.Writer, size: int) -> Iterator[str]:
    """Write a document, and one with one word in twenty replaced and all paragraphs shuffled."""
    lines = [writer.some(30) for _ in range(size)]
    yield "\n".join(" ".join(line) for line in lines)
    writer.dice.shuffle(lines)
    for line in lines:
        for at in range(len(line)):
            if writer.dice.random() < EDITED:
                line[at] = writer.some(1)[0]
    yield "\n".join(" ".join(line) for line in lines)


def _same(writer: generate.Writer, size: int) -> Iterator[str]:
    line = _line(writer)
    return (line for _ in range(size))


def _short_lines(writer: generate.Writer, size: int) -> str:
    """Write lines of a word, the same few again and again."""
    few = writer.some(3)
    return "\n".join(few[number % len(few)] for number in range(size))


def _small(writer: generate.Writer, size: int) -> Iterator[str]:
    """Write empty documents and documents of one word, in turn."""
    return ("" if number % 2 else writer.words[number % 1000] for number in range(size))


def _one(text: str) -> Iterator[str]:
    yield text


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape of corpus: its texts, for a size."""

    name: str
    size: int
    """Lines, documents or sentences at full size."""
    texts: Callable[[generate.Writer, int], Iterator[str]]
    commands: tuple[str, ...] = ("report", "clean")


SHAPES = (
    Shape("one paragraph in 1,000,000 documents", 1_000_000, _same),
    Shape(
        "one paragraph 1,000,000 times in a document",
        1_000_000,
        lambda w, n: _one("\n".join(_same(w, n))),
    ),
    Shape(
        "50,000 near-identical lines in a document",
        50_000,
        lambda w, n: _one("\n".join(_family(w, n))),
    ),
    Shape("50,000 near-identical documents of a line", 50_000, _family),
    Shape("a line of 50 MB", 490_000, lambda w, n: _one(_long_line(w, n))),
    Shape("1,000,000 empty or one-word documents", 1_000_000, _small),
    Shape("a document of 8 MB in 70,000 lines", 70_000, lambda w, n: _one(_long_document(w, n))),
    Shape("500,000 short lines of three", 500_000, lambda w, n: _one(_short_lines(w, n))),
    Shape("20,000 passages of one document in another", 20_000, _passages),
    Shape("two versions of 1 MB, shuffled, 5 % edited", 5_400, _versions, ("diff",)),
)


def write(shape: Shape, path: Path, size: int) -> None:
    """Write a shape as JSON Lines."""
    writer = generate.Writer()
    writer.dice = random.Random(size)  # noqa: S311
    with path.open("wb") as out:
        for number, text in enumerate(shape.texts(writer, size)):
            out.write(orjson.dumps({"id": str(number), "text": text}) + b"\n")


def measure(scale: float, bench: Bench, some: str = "") -> list[Table]:
    """Report on each shape and clean it, or compare its texts, at half and at full size."""
    rows = []
    path = bench.folder / "shape.jsonl"
    for shape in SHAPES:
        if some not in shape.name:
            continue
        took: dict[str, list[runs.Run]] = {name: [] for name in shape.commands}
        for part in (0.5, 1.0):
            write(shape, path, max(1, int(shape.size * scale * part)))
            for name, done in took.items():
                done.append(_run(name, path, done, bench))
        rows += [(shape.name, name, *_figures(*done)) for name, done in took.items()]
    columns = ("shape", "command", "half, s", "full, s", "full / half")
    columns += ("peak of half, MB", "peak of full, MB")
    note = (
        f"At {scale:g} of the size that the name says, a run each, {runs.machine()}; 2 is in "
        f"proportion. Too long: over {bench.limit:g} s, or no time was left."
    )
    return [Table("Time against size", columns, rows, note)]


def _run(name: str, path: Path, before: list[runs.Run], bench: Bench) -> runs.Run:
    """Run a command; where half the size took too long, or no time is left, it is not run."""
    if not bench.has_time(0) or (before and before[0].code):
        return runs.UNENDED
    out = bench.folder / "cleaned"
    if name == "diff":
        return runs.run(runs.diff(path, bench.folder / "diff.txt"), limit=bench.limit)
    command = runs.report(path) if name == "report" else runs.clean(path, out)
    return runs.run(command, limit=bench.limit)


def _figures(half: runs.Run, full: runs.Run) -> tuple[object, ...]:
    grown = float("nan") if half.code or full.code else full.wall / half.wall
    peaks = (float("nan") if run.code else runs.megabytes(run.peak) for run in (half, full))
    return (_seconds(half), _seconds(full), grown, *peaks)


def _seconds(run: runs.Run) -> float | str:
    return run.said.splitlines()[-1] if run.code and run.said else run.wall
