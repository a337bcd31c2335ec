"""Undoing a clean in part, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cleaning.conftest import A, B, C, X, Y, contents, literal, write

from dedup import cleaning
from dedup.api import clean_to
from dedup.cleaning.undo import before_and_after
from dedup.errors import LedgerError, OutputError, SettingsError

if TYPE_CHECKING:
    from cleaning.conftest import Clean


@pytest.fixture
def cleaned(clean: Clean) -> Path:
    """Copies within a document and across documents, and a document that was dropped."""
    files = {
        "a.txt": f"{A}\n{X}\n{A}\n{B}\n".encode(),
        "b.txt": f"{B}\n{Y}\n{B}\n".encode(),
        "d/c.txt": f"{A}\n".encode(),
        "r.jsonl": f'{{"text": {literal(A)}}}\n{{"text": {literal(C, B)}}}\n'.encode(),
    }
    write(Path("in"), files)
    clean("in")
    return Path("out")


def test_all(cleaned: Path) -> None:
    """Everything comes back, and the counts are those of the clean."""
    done = cleaning.restore(cleaned, "back")
    assert contents(Path("back")) == contents(Path("in"))
    assert (done.files, done.documents, done.lines) == (4, 5, 6)
    assert [path.name for path in Path("back").iterdir() if path.name == ".dedup"] == []
    assert "restored 6 removals in 5 documents" in str(done)


def test_some_documents(cleaned: Path) -> None:
    """Only their files are written, by the path as given or below the corpus."""
    cleaning.restore(cleaned, "back", documents=["in/a.txt", "d/c.txt"])
    whole = contents(Path("in"))
    assert contents(Path("back")) == {name: whole[name] for name in ("a.txt", "d/c.txt")}


def test_some_reasons(cleaned: Path) -> None:
    """All files, with what went for this reason; a dropped document comes back whole or not."""
    cleaning.restore(cleaned, "back", reasons=["within"])
    found = contents(Path("back"))
    assert found["a.txt"].decode() == f"{A}\n{X}\n{A}\n{B}\n"
    assert found["b.txt"] == f"{Y}\n".encode()
    assert found.keys() == {"a.txt", "b.txt", "r.jsonl"}
    cleaning.restore(cleaned, "more", reasons=["across"])
    more = contents(Path("more"))
    assert more["a.txt"].decode() == f"{A}\n{X}\n{B}\n"
    assert more["b.txt"].decode() == f"{B}\n{Y}\n{B}\n"
    assert more.keys() == contents(Path("in")).keys()


def test_some_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the id in the ledger."""
    monkeypatch.chdir(tmp_path)
    files = {"a.txt": A.encode(), "aa.txt": B.encode(), "b.txt": f"{A}\n{X}\n{B}\n".encode()}
    write(Path("in"), files)
    clean_to("in", "out", policy=cleaning.Policy(max_removed=1.0))
    lines = Path("out/.dedup/ledger.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    ids = [json.loads(line)["group"] for line in lines]
    assert len(ids) == 2
    cleaning.restore("out", "back", groups=ids[1:])
    assert Path("back/b.txt").read_text(encoding="utf-8") == f"{X}\n{B}\n"
    with pytest.raises(SettingsError, match="knows no group"):
        cleaning.restore("out", "other", groups=["x"])


def test_what_is_not_there_is_refused(cleaned: Path) -> None:
    """With the nearest name."""
    with pytest.raises(SettingsError, match=r"did you mean 'in/a\.txt'"):
        cleaning.restore(cleaned, "back", documents=["in/b.txt", "in/aa.txt"])
    with pytest.raises(SettingsError, match="reason is 'whithin'"):
        cleaning.restore(cleaned, "back", reasons=["whithin"])
    assert not Path("back").exists()


def test_edited_files_are_listed(cleaned: Path) -> None:
    """All of them, and nothing is written; a selection minds only its own."""
    for name in ("a.txt", "r.jsonl"):
        with (cleaned / name).open("ab") as stream:
            stream.write(b" ")
    with pytest.raises(LedgerError, match=r"a\.txt, r\.jsonl"):
        cleaning.restore(cleaned, "back")
    assert not Path("back").exists()
    cleaning.restore(cleaned, "back", documents=["in/b.txt"])
    assert contents(Path("back")).keys() == {"b.txt"}


@pytest.mark.parametrize("target", ["out", "out/back", ".", "full"])
def test_a_bad_destination_is_refused(target: str, cleaned: Path) -> None:
    """The corpus itself, in it, around it, and a folder that is not empty."""
    write(Path("full"), {"mine.txt": b"mine"})
    before = contents(Path())
    with pytest.raises(OutputError):
        cleaning.restore(cleaned, target)
    assert contents(Path()) == before


def test_what_a_clean_took_from_a_document(cleaned: Path) -> None:
    """The text as it was, and what is left; by record."""
    for document, record, before, after in (
        ("in/b.txt", None, f"{B}\n{Y}\n{B}\n", f"{Y}\n"),
        ("in/d/c.txt", None, f"{A}\n", ""),
        ("r.jsonl", "1", A, ""),
        ("r.jsonl", "2", f"{C}\n{B}", C),
    ):
        assert before_and_after(cleaned, document, record)[:2] == (before, after)
    for name in (("x",), ("r.jsonl",), ("r.jsonl", "9")):
        with pytest.raises(SettingsError):
            before_and_after(cleaned, *name)
    Path(cleaned, "r.jsonl").write_bytes(b"")
    with pytest.raises(LedgerError):
        before_and_after(cleaned, "r.jsonl", "1")
