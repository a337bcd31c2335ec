"""Documents that go whole for one that they resemble: the plan, the ledger, the proof, and back."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import naive
import pytest
import strategies
from cleaning.tables import as_dictionary, plan_of
from hypothesis import given
from hypothesis import strategies as st

from dedup import api, cleaning
from dedup.cleaning.ledger import Writer, dump, ledger_lines
from dedup.cleaning.manifest import Manifest
from dedup.errors import LedgerError, SettingsError
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(200)]
OWN = {"modes", "published", "passages", "places", "family", "bound_over"}


def text(edits: int = 0, seed: int = 0, lines: int = 4) -> str:
    """Write lines of words, some of them replaced."""
    out = list(WORDS)
    for at in random.Random(seed).sample(range(len(out)), edits):  # noqa: S311 - texts
        out[at] = f"new{seed}x{at}"
    size = len(out) // lines
    return "\n".join(" ".join(out[n : n + size]) for n in range(0, len(out), size)) + "\n"


@given(
    corpus=strategies.cleanings(),
    unit=st.sampled_from(["document", "both"]),
    threshold=st.sampled_from([0.5, 0.7]),
)
def test_agrees_with_the_oracle(corpus: strategies.Corpus, unit: str, threshold: float) -> None:
    """Keepers, reasons and what stays, by any keep rule and scope."""
    own: dict[str, Any] = {k: v for k, v in corpus.settings.items() if k not in OWN}
    own |= {"unit": unit, "document_threshold": threshold}
    known = naive.read(corpus.documents, own)
    assert as_dictionary(plan_of(known, own)) == naive.make_plan(known)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A text, an edited one, an equal one, another one, and one that shares a paragraph."""
    monkeypatch.chdir(tmp_path)
    other = " ".join(f"other{n}" for n in range(60))
    texts = {
        "a.txt": text(),
        "b.txt": text(6, 1),
        "c.txt": text(),
        "d.txt": f"{other}\n",
        "e.txt": f"{other}\n{' '.join(f'more{n}' for n in range(90))}\n",
    }
    for name, body in texts.items():
        (tmp_path / name).write_text(body)
    return tmp_path


def cleaned(unit: str, **options: Any) -> dict[str, tuple[str, str | None, float | None]]:  # noqa: ANN401
    """Clean, prove and undo it; give reason, keeper and similarity by document."""
    files = sorted(str(path) for path in Path().glob("*.txt"))
    policy = cleaning.Policy(unit=unit, max_removed=1.0, **options)
    api.clean_to(files, "out", Settings(), policy)
    cleaning.verify("out")
    cleaning.restore("out", "back")
    for name in files:
        assert (Path("back") / name).read_bytes() == Path(name).read_bytes()
    return {
        line.document: (line.reason, line.keeper and line.keeper.document, line.similarity)
        for line in ledger_lines(Path("out/.dedup/ledger.jsonl"))
    }


@pytest.mark.usefixtures("folder")
def test_whole_documents_go_and_nothing_else() -> None:
    """The edited one goes for the first by resemblance, the equal one as an equal."""
    found = cleaned("document")
    reason, keeper, similarity = found.pop("b.txt")
    assert (reason, keeper) == ("document", "a.txt")
    assert similarity == naive.near_pairs({"a": text(), "b": text(6, 1)})[0, 1][0] < 1
    assert found == {"c.txt": ("across", "a.txt", 1.0)}
    assert sorted(path.name for path in Path("out").glob("*.txt")) == ["a.txt", "d.txt", "e.txt"]


@pytest.mark.usefixtures("folder")
def test_paragraphs_go_from_what_stays_with_both() -> None:
    """Documents first, then paragraphs of the others."""
    found = cleaned("both")
    assert {name: reason for name, (reason, *_) in found.items()} == {
        "b.txt": "document",
        "c.txt": "across",
        "e.txt": "across",
    }


@pytest.mark.usefixtures("folder")
def test_the_keep_rule_says_which_document_stays() -> None:
    """With `last` the equal one keeps both others."""
    found = cleaned("document", keep="last")
    assert {name: keeper for name, (_, keeper, _) in found.items()} == {
        "a.txt": "c.txt",
        "b.txt": "c.txt",
    }


@pytest.mark.usefixtures("folder")
def test_nothing_goes_within_one_document() -> None:
    """A whole document never lies in another one's scope."""
    assert cleaned("document", scope="within") == {}


def forged(change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change the ledger so that checksums fit again."""
    path = Path("out/.dedup/ledger.jsonl")
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    change(rows)
    path.write_bytes(b"".join(map(dump, rows)))
    writer = Writer()
    for line in ledger_lines(path):
        writer.add(line)
    manifest = Path("out/.dedup/manifest.json")
    known = Manifest.read(manifest)
    known = replace(known, ledger_lines=writer.lines, ledger_sha256=writer.sha256)
    manifest.write_bytes(known.to_json())


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"similarity": 0.9999}, "does not resemble"),
        ({"keeper": {"document": "d.txt", "record": None, "start": 0, "end": 9}}, "resemble"),
        ({"keeper": {"document": "z.txt", "record": None, "start": 0, "end": 9}}, "no file"),
        ({"keeper": {"document": "b.txt", "record": None, "start": 0, "end": 9}}, "itself"),
    ],
)
def test_a_forged_keeper_is_found_out(values: dict[str, Any], why: str) -> None:
    """The proof counts again what both have in common."""
    cleaned("document")

    def change(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if row["reason"] == "document":
                row.update(values)

    forged(change)
    with pytest.raises(LedgerError, match=why):
        cleaning.verify("out")


def test_a_wrong_unit_is_refused() -> None:
    """By its name."""
    with pytest.raises(SettingsError, match="unit"):
        cleaning.Policy(unit="page")
