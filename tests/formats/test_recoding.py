"""Records in UTF-16 and UTF-32: read, cleaned and restored, byte for byte."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from dedup import formats
from dedup.errors import InputError
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Corpus = Callable[[dict[str, str | bytes]], Path]

WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_records_in_utf_16_are_read_cleaned_and_restored(
    corpus: Corpus, dedup: Callable, encoding: str, mark: str
) -> None:
    """By the mark or by `--encoding`, compressed too, byte for byte, beside UTF-8."""
    long = " ".join(f"mot{n}é😀" for n in range(30))
    made = {
        "a.csv": f'id\ttext\r\n1\t"{long}"\r\n2\t"{long}\n{long} fin"\r\n3\tun\r\n',
        "b.jsonl": f'{{"id": 1, "text": "{long}"}}\n{{"id": 2, "text": "fin"}}\n',
        "c.json": f'[{{"text": "{long}"}}, {{"text": "{long}\\nfin"}}]',
        "d.jsonl": f'{{"text": "{long}"}}\n',
    }
    files: dict[str, str | bytes] = {
        f"in/{name}": (mark + text).encode(encoding) for name, text in made.items()
    }
    files["in/e.csv.gz"] = gzip.compress((mark + made["a.csv"]).encode(encoding), mtime=0)
    files["in/f.csv"] = made["a.csv"]
    here = corpus(files)
    more = () if mark else ("--encoding", encoding)
    given = {} if mark else {"encoding": encoding}
    read = formats.read(["in"], Settings(**given))
    assert sum(text.count(long) for batch in read for text in batch.text.list()) == 13
    done = dedup(
        "clean", "in", "-o", "out", "--max-removed", "100%", "--boilerplate-documents", "99", *more
    )
    assert done.returncode == 0, done.stderr
    kept = (here / "out/a.csv").read_bytes()
    assert kept.startswith((mark + f'id\ttext\r\n1\t"{long}"\r\n').encode(encoding))
    assert len(kept) < len(files["in/a.csv"])
    assert not (here / "out/d.jsonl").exists()
    assert dedup("clean", "--verify", "out").returncode == 0
    done = dedup("restore", "out", "-o", "back")
    assert done.returncode == 0, done.stderr
    for name, data in files.items():
        found = (here / "back" / name.removeprefix("in/")).read_bytes()
        if name.endswith(".gz"):
            assert gzip.decompress(found) == gzip.decompress(data)
        else:
            assert found == (data.encode() if isinstance(data, str) else data)


def test_records_that_are_not_the_utf_16_they_say(corpus: Corpus) -> None:
    """A lone surrogate, and half a character at the end, are named with their place."""
    half = "\ufeffid,text\n1,a\n".encode("utf-16-le")
    corpus({"a.csv": half[:-1], "b.csv": half + b"\x00\xd8\x00\x00"})
    corpus({"c.csv": half[2:]})
    wrong = {
        "a.csv": "a.csv: not UTF-16-LE (truncated data near byte",
        "b.csv": "b.csv: not UTF-16-LE (illegal UTF-16 surrogate near byte",
        "c.csv": "use encoding='utf-16-le'",
    }
    for name, why in wrong.items():
        with pytest.raises(InputError) as error:
            list(formats.read([name], Settings()))
        assert why in str(error.value)
