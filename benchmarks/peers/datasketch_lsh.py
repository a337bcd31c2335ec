"""datasketch: MinHash of word 3-grams, and MinHashLSH: a document that meets an earlier one."""

from pathlib import Path

import frame
from datasketch import MinHash, MinHashLSH


def work(corpus: Path, _: Path) -> list[str]:
    """Query with each document, then insert it."""
    lsh = MinHashLSH(threshold=frame.THRESHOLD, num_perm=frame.PERMUTATIONS)
    found = []
    for name, text in frame.records(corpus):
        minhash = MinHash(num_perm=frame.PERMUTATIONS)
        minhash.update_batch([gram.encode() for gram in frame.word_trigrams(text)])
        if lsh.query(minhash):
            found.append(name)
        lsh.insert(name, minhash, check_duplication=False)
    return found


if __name__ == "__main__":
    frame.main(work)
