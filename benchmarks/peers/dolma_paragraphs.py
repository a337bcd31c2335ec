"""
dolma: paragraphs seen before, by its Bloom filter; exact, or with the argument `ngram` by 5-grams.

It flags paragraphs; a document counts as flagged when they are half of its characters.
"""

import json
import subprocess
import sys
from pathlib import Path

import frame
import orjson

HALF = 0.5
FALSE = 1e-4
"""Share of false alarms of the Bloom filter, sized for a word every five bytes of the corpus."""
NGRAMS = {"ngram_length": 5, "stride": 0, "overlap_threshold": 0.8, "skip_short_paragraphs": True}


def work(corpus: Path, scratch: Path) -> list[str]:
    """Run `dolma dedupe`, and read the spans that it wrote."""
    documents = scratch / "documents" / "corpus.jsonl.gz"
    documents.parent.mkdir()
    documents.symlink_to(corpus.resolve())
    paragraphs: dict[str, object] = {"attribute_name": "seen"}
    if sys.argv[3:] == ["ngram"]:
        paragraphs["by_ngram"] = NGRAMS
    config = {
        "documents": [str(documents)],
        "dedupe": {"name": "seen", "paragraphs": paragraphs, "skip_empty": True},
        "bloom_filter": {
            "file": str(scratch / "bloom.bin"),
            "read_only": False,
            "estimated_doc_count": corpus.stat().st_size // 5,
            "desired_false_positive_rate": FALSE,
        },
        "compression": {"input": "", "output": ""},
        "processes": 2,
    }
    (scratch / "config.json").write_text(json.dumps(config), encoding="utf-8")
    dolma = Path(sys.executable).with_name("dolma")
    command = [str(dolma), "-c", str(scratch / "config.json"), "dedupe"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    found = []
    attributes = (scratch / "attributes" / "seen" / documents.name).open("rb")
    for (name, text), line in zip(frame.records(corpus), attributes, strict=True):
        spans = orjson.loads(line)["attributes"]["seen"]
        covered = sum(end - start for start, end, seen in spans if seen)
        if text and covered >= HALF * len(text):
            found.append(name)
    return found


if __name__ == "__main__":
    frame.main(work)
