"""
Quality, against brute force and against labels. Results go to `results/quality*.{json,md}`.

    python benchmarks/quality.py planted                        edits planted in generated articles
    python benchmarks/quality.py planted real --corpus news.jsonl --apart "publie le"
    python benchmarks/quality.py news --archive planted-news.tar.zst
    python benchmarks/quality.py pan --archive passages-id.tar.zst
    python benchmarks/quality.py alarms families
"""

from __future__ import annotations

import argparse
from pathlib import Path

from measures import alarms, articles, corpora, families, pan, recall, tables

PARTS = ("planted", "real", "news", "pan", "alarms", "families")


def main() -> None:
    """Measure what is asked for, print and store it."""
    parse = argparse.ArgumentParser(description=__doc__.split("\n")[1])
    parse.add_argument("parts", nargs="*", choices=[*PARTS, []], default=["planted"])
    parse.add_argument("--corpus", type=Path, help="JSONL (.gz, .zst) or a folder")
    parse.add_argument("--ids", type=Path, help="only the records whose ids this file lists")
    parse.add_argument("--apart", default="", help="expression for lines to count apart")
    parse.add_argument("--archive", type=Path, help="labelled texts, for `news` and `pan`")
    parse.add_argument("--recall", default="high")
    parse.add_argument("--articles", type=int, default=400, help="articles to generate")
    parse.add_argument("--edits", type=int, default=1500, help="edits to plant")
    args = parse.parse_args()
    if args.corpus:
        corpus = corpora.read(args.corpus, args.apart, args.ids)
    else:
        corpus = corpora.generated(args.articles)
    for part in args.parts:
        match part:
            case "planted":
                found = recall.planted(corpus, args.recall, args.edits)
            case "real":
                found = recall.real(corpus, args.recall, None)
            case "news":
                found = articles.planted(args.archive)
            case "pan":
                found = pan.measure(args.archive)
            case "alarms":
                found = alarms.measure()
            case _:
                found = families.measure()
        tables.store(Path(__file__).parent / "results", part, corpus.name, found)
        print("\n".join(tables.markdown(table) for table in found))


if __name__ == "__main__":
    main()
