"""What cleaning promises, through files and the whole pipeline: nothing lost, all of it undone."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import naive
import regex
import strategies
from hypothesis import given
from hypothesis import strategies as st

from dedup import Policy, Settings, clean, restore, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

DIGIT = regex.compile(r"\p{N}")
LONG = [strategies.render(letter) for letter in "ABCD"]
ODD = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("\r\n\t \ufeff\u2028é̈'")),
    max_size=40,
)
LINES = st.lists(st.one_of(st.sampled_from(LONG), ODD), max_size=8)
ENDS = st.sampled_from(["\n", "\r\n", "\n\n", " \n"])
TEXTS = st.builds(lambda lines, end, last: end.join(lines) + last, LINES, ENDS, st.just("") | ENDS)
ANY = Policy(max_removed=1.0)


def files(folder: Path) -> dict[str, bytes]:
    """Give all files below a folder, but for the ledger's."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".dedup" not in path.parts
    }


def ledger(out: Path) -> Iterator[dict[str, Any]]:
    """Read the ledger."""
    for line in (out / ".dedup" / "ledger.jsonl").read_bytes().split(b"\n"):
        if line:
            yield json.loads(line)


def literal(text: str, escape: int) -> str:
    """Write a JSON string with some characters escaped that need not be."""
    out = (
        f"\\u{ord(c):04x}"
        if n % 7 < escape and c.isalpha() and ord(c) < 0x10000
        else json.dumps(c, ensure_ascii=False)[1:-1]
        for n, c in enumerate(text)
    )
    return '"' + "".join(out) + '"'


@given(texts=st.lists(TEXTS, min_size=1, max_size=5))
def test_a_cleaned_folder_comes_back_byte_for_byte(texts: list[str]) -> None:
    """Any text: BOM, CRLF, odd characters, no final line end, empty files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        for number, text in enumerate(texts):
            data = text.replace("\0", "").encode()
            (folder / "in" / f"{number}.txt").write_bytes(data)
        clean(folder / "in", Settings(threads=1), ANY).write(folder / "out")
        verify(folder / "out")
        restore(folder / "out", folder / "back")
        assert files(folder / "back") == files(folder / "in")


@given(
    texts=st.lists(TEXTS, min_size=1, max_size=5),
    escape=st.integers(0, 3),
    space=st.sampled_from(["", " ", "\t ", "  "]),
    last=st.sampled_from([b"", b"\n", b"\n\n"]),
)
def test_cleaned_records_come_back_byte_for_byte(
    texts: list[str], escape: int, space: str, last: bytes
) -> None:
    """Escapes and spacing of the JSON stand; what is not cut is not written anew."""
    lines = [
        f'{{{space}"n": 1.0e3,{space}"text"{space}:{space}{literal(t, escape)}{space}}}'
        for t in texts
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in.jsonl"
        source.write_bytes("\n".join(lines).encode() + last)
        clean(source, Settings(threads=1), ANY).write(folder / "out")
        verify(folder / "out")
        for line in (folder / "out" / "in.jsonl").read_bytes().split(b"\n"):
            assert not line.strip() or json.loads(line)["n"] == 1000
        restore(folder / "out", folder / "back")
        assert (folder / "back" / "in.jsonl").read_bytes() == source.read_bytes()


@given(corpus=strategies.cleanings())
def test_no_number_and_no_run_of_five_words_is_lost(corpus: strategies.Corpus) -> None:
    """What goes by `--remove same` stands beside its keeper, numbers and all; twice is once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        for path, text in corpus.documents.items():
            (folder / "in" / path).write_bytes(text.encode("utf-8", "surrogatepass"))
        settings = Settings(threads=1)
        clean(folder / "in", settings, ANY).write(folder / "out")
        verify(folder / "out")
        originals = {f"{folder}/in/{path}": text for path, text in corpus.documents.items()}
        for line in ledger(folder / "out"):
            keeper = line["keeper"]
            kept = originals[keeper["document"]][keeper["start"] : keeper["end"]]
            gone_words = naive.normalise(line["text"]).split()
            kept_words = naive.normalise(kept).split()
            numbers = (
                Counter(w for w in words if DIGIT.search(w)) for words in (gone_words, kept_words)
            )
            assert next(numbers) == next(numbers)
            known = set(kept_words)
            windows = (gone_words[n : n + 5] for n in range(len(gone_words) - 4))
            assert all(any(word in known for word in window) for window in windows)
        again = clean(folder / "out", settings, ANY).preview()
        assert again.removed == 0
        restore(folder / "out", folder / "back")
        assert files(folder / "back") == files(folder / "in")
        words = Counter(chain.from_iterable(naive.normalise(t).split() for t in originals.values()))
        left = Counter(
            chain.from_iterable(
                naive.normalise(data.decode()).split() for data in files(folder / "out").values()
            )
        )
        assert {w for w in words if DIGIT.search(w)} == {w for w in left if DIGIT.search(w)}
