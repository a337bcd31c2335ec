"""
A corpus of any size made from a real one: new texts, with as much repetition at every size.

    python benchmarks/grow.py news.jsonl big.jsonl --size 1GB
    python benchmarks/grow.py news.jsonl big.jsonl --paragraphs 10000000

An article has the shape of an article of the given corpus: as many paragraphs, each as long. What
stands in ten or more of its documents, digits apart (datelines, menus), stays, with new digits. The
rest is new text: each word is one that follows the two before it somewhere in the corpus, or, one
time in four, the one before it; so letters and words are as unequally common as in real text, and
no two paragraphs are alike by more than chance.

Articles come in sheaves, each of its own seed: so all cores write, and the same seed gives the same
bytes. In a sheaf three in eight are new, one in eight is new with a few paragraphs of another
article, and half are an article again, three in ten of them word for word, the others edited in a
known share of their words. What is taken comes from the same sheaf or from an earlier one, near or
far. So half of the text is distinct, at every size.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count, islice, pairwise
from math import log
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import orjson

from dedup import formats
from dedup.settings import Settings, bytes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

NEW = 200
"""New articles of a sheaf: BORROWERS of them borrow, and AGAIN more are articles again."""
BORROWERS, AGAIN = 50, 200
BUNDLE = 4
"""Sheaves that are written together."""
VERBATIM = 0.3
RATES = (0.02, 0.05, 0.1, 0.15, 0.2)
"""Shares of words that are edited."""
COMMON = 10
"""Documents from which on a paragraph stays as it is, digits apart."""
LONGEST = 400
"""Words of a new paragraph at most."""
LOOSE = 0.25
"""Share of words that follow only the one before."""
DIGIT = re.compile(r"\d")
MOST_READ = 30_000_000
"""Characters of the corpus that are learnt from."""

Article = list[str]


@dataclass(frozen=True, slots=True)
class Followers:
    """For each place in the text, the places whose context is the same: a stretch of `places`."""

    places: NDArray[np.int32]
    first: NDArray[np.int32]
    size: NDArray[np.int32]

    @classmethod
    def of(cls, context: NDArray[np.int64]) -> Followers:
        """Bring places of equal context together."""
        places = np.argsort(context, kind="stable")
        ordered = context[places]
        starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        sizes = np.diff(starts, append=len(context))
        first, size = np.empty_like(context), np.empty_like(context)
        first[places], size[places] = np.repeat(starts, sizes), np.repeat(sizes, sizes)
        return cls(*(column.astype(np.int32) for column in (places, first, size)))

    def draw(self, at: NDArray[np.int32], dice: NDArray[np.float64]) -> NDArray[np.int32]:
        """Give for each place another one of the same context."""
        return self.places[self.first[at] + (dice * self.size[at]).astype(np.int32)]


class Press:
    """Writes sheaves; a class because it keeps what it learnt of the corpus."""

    def __init__(self, documents: list[Article], seed: int) -> None:
        self.seed = seed
        common = Counter(masked for text in documents for masked in {_masked(p) for p in text})
        self.shapes = [
            [p if common[_masked(p)] >= COMMON else min(len(p.split()), LONGEST) for p in text]
            for text in documents
        ]
        words = [
            word
            for text in documents
            for p in text
            if common[_masked(p)] < COMMON
            for word in p.split()
        ]
        if not words:
            raise SystemExit("no text to learn from: every paragraph stands in many documents")
        known: dict[str, int] = {}
        spoken = np.array([known.setdefault(word, len(known)) for word in words], np.int64)
        self.words = np.array(list(known), object)
        self.spoken = spoken.astype(np.int32)
        self.loose = Followers.of(spoken)
        self.close = Followers.of(np.roll(spoken, 1) * len(self.words) + spoken)

    def bundle(self, number: int) -> list[list[Article]]:
        """Write the sheaves of a bundle, which take from the one before or from a far one."""
        dice = Random(f"{self.seed} {number} bundle")  # noqa: S311
        first = number * BUNDLE
        fresh = [self.new(sheaf) for sheaf in range(first, first + BUNDLE)]
        earlier = self.new(dice.randrange(first)) if first else fresh[-1]
        return [
            self.sheaf(new, dice.choice((earlier, before)), dice)
            for before, new in pairwise([earlier, *fresh])
        ]

    def sheaf(self, new: list[Article], earlier: list[Article], dice: Random) -> list[Article]:
        """Write the articles of a sheaf, in the order in which they stand."""
        articles = [self._borrowing(text, earlier, dice) for text in new[:BORROWERS]]
        articles += new[BORROWERS:]
        articles += [
            self._again(dice.choice(dice.choice((new, earlier))), dice) for _ in range(AGAIN)
        ]
        dice.shuffle(articles)
        return articles

    def new(self, number: int) -> list[Article]:
        """Write the new articles of a sheaf."""
        dice = Random(f"{self.seed} {number} new")  # noqa: S311
        shapes = [dice.choice(self.shapes) for _ in range(NEW)]
        lengths = [part for shape in shapes for part in shape if isinstance(part, int)]
        written = iter(self._paragraphs(np.array(lengths, np.int64), dice.getrandbits(32)))
        return [
            [next(written) if isinstance(part, int) else _redated(part, dice) for part in shape]
            for shape in shapes
        ]

    def _paragraphs(self, lengths: NDArray[np.int64], seed: int) -> list[str]:
        """Write paragraphs of so many words, all of them word by word in step."""
        dice = np.random.default_rng(seed)
        order = np.argsort(-lengths, kind="stable")
        left = np.searchsorted(-lengths[order], -np.arange(lengths.max(initial=0)), side="left")
        at = dice.integers(0, len(self.spoken), len(lengths)).astype(np.int32)
        steps = np.zeros((len(left), len(lengths)), np.int32)
        for step, lanes in enumerate(left.tolist()):
            steps[step, :lanes] = at = at[:lanes]
            loose = dice.random(lanes) < LOOSE
            drawn = dice.random(lanes)
            after = np.where(loose, self.loose.draw(at, drawn), self.close.draw(at, drawn))
            at = (after + 1) % len(self.spoken)
        spoken = self.spoken[steps.T[np.arange(len(left)) < lengths[order][:, None]]]
        words = iter(self.words[spoken].tolist())
        texts = [""] * len(lengths)
        for place, size in zip(order.tolist(), lengths[order].tolist(), strict=True):
            texts[place] = " ".join(islice(words, size))
        return texts

    def _borrowing(self, text: Article, others: list[Article], dice: Random) -> Article:
        """Put two to five paragraphs of another article into this one."""
        other = dice.choice(others)
        first = dice.randrange(max(1, len(other) - 1))
        taken = other[first : first + dice.randint(2, 5)]
        place, rate = dice.randint(0, len(text)), dice.choice((0.0, *RATES))
        return [*text[:place], *(self._edited(p, rate, dice) for p in taken), *text[place:]]

    def _again(self, text: Article, dice: Random) -> Article:
        """Give an article again, word for word or edited."""
        if dice.random() < VERBATIM:
            return text
        rate = dice.choice(RATES)
        return [self._edited(p, rate, dice) for p in text]

    def _edited(self, text: str, rate: float, dice: Random) -> str:
        """Drop, replace or insert a word in this share of places."""
        words = text.split(" ")
        if not rate:
            return text
        place = -1
        while (place := place + 1 + int(log(1 - dice.random()) / log(1 - rate))) < len(words):
            other = self.words[self.spoken[int(dice.random() * len(self.spoken))]]
            words[place] = dice.choice(("", other, f"{words[place]} {other}"))
        return " ".join(filter(None, words)) or text


def _masked(text: str) -> str:
    return DIGIT.sub("0", text)


def _redated(text: str, dice: Random) -> str:
    """Draw new digits for all but the first of each number, as in a date or an hour."""
    return re.sub(r"(?<=\d)\d", lambda _: str(dice.randrange(10)), text)


def grown(
    documents: list[Article],
    path: Path,
    *,
    size: float = float("inf"),
    paragraphs: float = float("inf"),
    seed: int = 1,
) -> tuple[int, int, int]:
    """Write so many bytes or paragraphs as JSON Lines; give articles, paragraphs and bytes."""
    articles = lines = written = 0
    with path.open("wb") as out:
        for bundle in _bundles(Press(documents, seed)):
            for paragraphs_of, line in bundle:
                if written >= size or lines >= paragraphs:
                    return articles, lines, written
                written += out.write(line)
                articles += 1
                lines += paragraphs_of
    raise AssertionError("bundles have no end")


def _bundles(press: Press) -> Iterator[list[tuple[int, bytes]]]:
    """Write bundles on all cores, and hand them over in order."""
    global _press  # noqa: PLW0603 - what a worker inherits
    _press = press
    gc.freeze()
    cores = os.cpu_count() or 1
    # NOTE: no `multiprocessing.Pool`: it kills its workers in the end, and waits for ever for the
    # lock of a queue that one of them held.
    pool = ProcessPoolExecutor(cores, multiprocessing.get_context("fork"))
    try:
        waiting = [pool.submit(_bundle, number) for number in range(cores + 2)]
        for number in count(len(waiting)):
            yield waiting.pop(0).result()
            waiting.append(pool.submit(_bundle, number))
    finally:
        pool.shutdown(cancel_futures=True)


def _bundle(number: int) -> list[tuple[int, bytes]]:
    """Give each article of a bundle as its number of paragraphs and its line of JSON."""
    articles = [text for sheaf in _press.bundle(number) for text in sheaf]
    first = number * len(articles)
    return [
        (len(text), orjson.dumps({"id": str(name), "text": "\n".join(text)}) + b"\n")
        for name, text in enumerate(articles, first)
    ]


def learnt(path: Path) -> list[Article]:
    """Read the paragraphs of a corpus, up to what is learnt from."""
    documents: list[Article] = []
    read = 0
    for batch in formats.read([path], Settings()):
        for text in batch.text.list():
            documents.append([line.strip() for line in text.split("\n") if line.strip()])
            read += len(text)
        if read > MOST_READ:
            break
    return [text for text in documents if text]


def main() -> None:
    """Write a corpus, and say how large it is."""
    parse = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[1])
    parse.add_argument("corpus", type=Path, help="file of records, or folder, to learn from")
    parse.add_argument("out", type=Path, help="JSON Lines to write")
    parse.add_argument("--size", type=bytes_of, default=float("inf"), help="such as 1GB")
    parse.add_argument("--paragraphs", type=int, default=float("inf"))
    parse.add_argument("--seed", type=int, default=1)
    args = parse.parse_args()
    if args.size == args.paragraphs:
        parse.error("give --size or --paragraphs")
    articles, lines, size = grown(
        learnt(args.corpus), args.out, size=args.size, paragraphs=args.paragraphs, seed=args.seed
    )
    print(f"{articles:,} articles, {lines:,} paragraphs, {size / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
