"""rensa: its batch path `rho`, which samples words of whole documents, as in its own benchmark."""

from pathlib import Path

import frame
from rensa import RMinHash, RMinHashLSH

BANDS = 8


def work(corpus: Path, _: Path) -> list[str]:
    """Sketch all documents at once, and ask for those that share a band."""
    ids, words = [], []
    for name, text in frame.records(corpus):
        ids.append(name)
        words.append(text.split())
    matrix = RMinHash.digest_matrix_from_token_sets_rho(words, frame.PERMUTATIONS, 42)
    lsh = RMinHashLSH(threshold=frame.THRESHOLD, num_perm=frame.PERMUTATIONS, num_bands=BANDS)
    return frame.flagged(ids, lsh.query_duplicate_flags_matrix_one_shot(matrix))


if __name__ == "__main__":
    frame.main(work)
