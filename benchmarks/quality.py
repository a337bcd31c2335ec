"""
Quality: what is found, what is missed, what is found wrongly, and what it costs in pairs.

    python benchmarks/quality.py                               what runs anywhere, on generated texts
    python benchmarks/quality.py recall cost                   some parts
    python benchmarks/quality.py recall edits cost curve --corpus news.jsonl.zst --apart 'publie le'
    python benchmarks/quality.py --corpora FOLDER              all parts, on a folder of known corpora
    python benchmarks/quality.py floors --update-floors        raise the floors that the tests hold

Results go to `results/quality-PART.json`, and all of them to `results/quality.md`. README.md says what
each part measures.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measures import (
    alarms,
    articles,
    clutter,
    corpora,
    cost,
    curve,
    documents,
    families,
    floors,
    pan,
    recall,
    segments,
)
from measures.tables import markdown, store

if TYPE_CHECKING:
    from collections.abc import Callable

    from measures.corpora import Corpus
    from measures.tables import Table

HERE = Path(__file__).parent
RESULTS = HERE / "results"
GENERATED = 600
"""Articles that are written where no corpus is given: brute force over them takes a minute."""
DATELINES = "publie le"
NEWS, PAGES = "news-fr.jsonl.zst", "pages-fr.jsonl.zst"
SAMPLE, NEAR = "news-fr.sample-ids.txt", "news-fr.near-documents.tsv"
PASSAGES, PLANTED = "passages-id.tar.zst", "planted-news.tar.zst"


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for."""

    corpus: Path | None
    apart: str
    ids: Path | None
    corpora: Path | None
    articles: int
    edits: int
    recall: str
    cache: Path | None

    def texts(self) -> Corpus:
        """Give the corpus: as given, the news of a folder of corpora, or generated."""
        if self.corpus is not None:
            return corpora.read(self.corpus, self.apart)
        if self.corpora is not None:
            return corpora.read(self.corpora / NEWS, DATELINES)
        return corpora.generated(self.articles)

    def sample(self) -> Corpus:
        """Give as much of it as brute force can take."""
        if self.corpus is not None:
            return corpora.read(self.corpus, self.apart, self.ids)
        if self.corpora is not None:
            return corpora.read(self.corpora / NEWS, DATELINES, self.corpora / SAMPLE)
        return corpora.generated(self.articles)

    def known(self, name: str) -> Path:
        """Give a file of the folder of corpora."""
        if self.corpora is None:
            raise SystemExit(f"{name} is needed: give --corpora FOLDER that holds it")
        return self.corpora / name


def _recall(options: Options) -> tuple[str, list[Table]]:
    corpus = options.sample()
    return corpus.name, recall.real(corpus, options.recall, options.cache)


def _edits(options: Options) -> tuple[str, list[Table]]:
    corpus = options.texts()
    tables = [
        table
        for setting in ("high", "standard", "fast")
        for table in recall.planted(corpus, setting, options.edits)
    ]
    return corpus.name, tables


def _cost(options: Options) -> tuple[str, list[Table]]:
    corpus = options.texts()
    return corpus.name, cost.growth(corpus, RESULTS)


def _curve(options: Options) -> tuple[str, list[Table]]:
    if options.corpus is None and options.corpora is None:
        return "generated paragraphs", curve.curves(None, 60_000)
    corpus = options.texts()
    texts = corpora.long_texts(corpus.documents, corpora.Settings()).normal.list()
    apart = corpus.is_apart(texts)
    some = [text for text, out in zip(texts, apart, strict=True) if not out]
    return corpus.name, curve.curves(some, 60_000)


def _near(options: Options) -> tuple[str, list[Table]]:
    corpus = options.texts()
    return corpus.name, articles.near(corpus, options.known(NEAR))


def _within(options: Options) -> tuple[str, list[Table]]:
    corpus = options.texts()
    return corpus.name, articles.within(corpus)


def _documents(options: Options) -> tuple[str, list[Table]]:
    corpus = options.texts()
    if options.corpus is None and options.corpora is None:
        corpus = documents.planted(corpus)
    return corpus.name, documents.measure(corpus)


def _segments(options: Options) -> tuple[str, list[Table]]:
    corpus = options.texts().first(4000)
    return corpus.name, segments.segments(corpus)


def _floors(_: Options) -> tuple[str, list[Table]]:
    figures = floors.measured()
    return "small generated set", [floors.as_table(floors.load(), figures)]


Part = tuple["Callable[[Options], tuple[str, list[Table]]]", bool]
PARTS: dict[str, Part] = {
    "recall": (_recall, True),
    "edits": (_edits, True),
    "cost": (_cost, True),
    "curve": (_curve, True),
    "scripts": (lambda _: ("made-up Chinese and Korean", curve.scripts(6000)), True),
    "families": (lambda _: ("generated families", families.measure()), True),
    "alarms": (lambda _: ("a generated novel, Python's library", alarms.measure()), True),
    "floors": (_floors, True),
    "documents": (_documents, True),
    "within": (_within, True),
    "segments": (_segments, True),
    "near": (_near, False),
    "planted": (lambda o: ("planted-news", articles.planted(o.known(PLANTED))), False),
    "passages": (lambda o: ("passages-id", pan.measure(o.known(PASSAGES))), False),
    "clutter": (
        lambda o: ("pages-fr", clutter.measure(o.known(PAGES), o.known(NEWS))),
        False,
    ),
}
"""What each part does, and whether it runs on any texts."""


def main() -> int:
    """Measure, print and store."""
    parse = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[1])
    parse.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parse.add_argument("--corpus", type=Path, help="file of records, or folder, to measure on")
    parse.add_argument("--apart", default="", help="regular expression: paragraphs counted apart")
    parse.add_argument("--ids", type=Path, help="records for brute force, one id a line")
    parse.add_argument("--corpora", type=Path, help="folder of the corpora that README.md names")
    parse.add_argument("--articles", type=int, default=GENERATED, help="articles to generate")
    parse.add_argument("--edits", type=int, default=20_000, help="edits to plant")
    parse.add_argument("--recall", default="high", help="setting that brute force is held against")
    parse.add_argument("--cache", type=Path, help="folder for what brute force computed")
    parse.add_argument("--update-floors", action="store_true", help="tighten floors.json")
    parse.add_argument("--allow-lower", action="store_true", help="and loosen it where it must be")
    given = vars(parse.parse_args())
    parts, update, lower = (given.pop(k) for k in ("parts", "update_floors", "allow_lower"))
    unknown = set(parts) - set(PARTS)
    if unknown:
        parse.error(f"no part {', '.join(sorted(unknown))}: there are {', '.join(PARTS)}")
    options = Options(**given)
    if update:
        floors.store(floors.updated(floors.load(), floors.measured(), allow_lower=lower))
        return 0
    anywhere = options.corpora is None
    for name in parts or [n for n, (_, runs) in PARTS.items() if runs or not anywhere]:
        corpus, tables = PARTS[name][0](options)
        store(RESULTS, name, corpus, tables)
        print(f"## {name}: {corpus}\n")
        print("\n".join(map(markdown, tables)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
