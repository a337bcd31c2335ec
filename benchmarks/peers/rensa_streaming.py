"""rensa: its streaming deduplicator over word 3-grams, a document at a time, as its guide shows."""

from pathlib import Path

import frame
from rensa import RMinHashDeduplicator


def work(corpus: Path, _: Path) -> list[str]:
    """Add each document; what is not added repeats one."""
    seen = RMinHashDeduplicator(
        threshold=frame.THRESHOLD, num_perm=frame.PERMUTATIONS, use_lsh=True
    )
    ids: list[str] = []

    def stream():  # noqa: ANN202 - a generator
        for name, text in frame.records(corpus):
            ids.append(name)
            yield name, frame.word_trigrams(text)

    kept = seen.add_pairs(stream())
    return frame.flagged(ids, [not keep for keep in kept])


if __name__ == "__main__":
    frame.main(work)
