"""
What every runner does: read the corpus, have the peer work, print what it flagged as JSON.

A runner is called with a file of JSON Lines (`id`, `text`) and a folder for what the peer writes,
under the peer's own Python. `seconds` are those of its work, reading included, imports left out.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Records = Iterator[tuple[str, str]]

THRESHOLD = 0.8
PERMUTATIONS = 128


def records(path: Path) -> Records:
    """Give the ids and texts of a corpus."""
    with path.open("rb") as lines:
        for line in lines:
            record = orjson.loads(line)
            yield str(record["id"]), record["text"]


def word_trigrams(text: str) -> list[str]:
    """Give the runs of three words of a text, or the text where it has fewer."""
    words = text.lower().split()
    return [" ".join(three) for three in zip(words, words[1:], words[2:], strict=False)] or [text]


def flagged(ids: Iterable[str], flags: Iterable[object]) -> list[str]:
    """Give the ids whose flag is set."""
    return [name for name, flag in zip(ids, flags, strict=True) if flag]


def main(work: Callable[[Path, Path], list[str]], **notes: object) -> None:
    """Have a peer name the documents that repeat another one."""
    corpus, scratch = map(Path, sys.argv[1:3])
    start = time.perf_counter()
    found = work(corpus, scratch)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "flagged": found, **notes}))
