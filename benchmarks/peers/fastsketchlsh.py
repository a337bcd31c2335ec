"""FastSketchLSH: batch sketches of word 3-grams, and its one-shot flags."""

from pathlib import Path

import frame
from FastSketchLSH import LSH, FastSimilaritySketch

BANDS = 16


def work(corpus: Path, _: Path) -> list[str]:
    """Sketch all documents at once, and ask for those that share a band."""
    ids, tokens = [], []
    for name, text in frame.records(corpus):
        ids.append(name)
        tokens.append(frame.word_trigrams(text))
    sketches = FastSimilaritySketch(size=frame.PERMUTATIONS).batch(tokens)
    flags = LSH(num_perm=frame.PERMUTATIONS, num_bands=BANDS).insert_and_query_duplicates(sketches)
    return frame.flagged(ids, flags)


if __name__ == "__main__":
    frame.main(work)
