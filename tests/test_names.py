"""File names of any bytes: in data for programs, and through a clean and back."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup import api
from dedup.cleaning import ledger
from dedup.cli.pairs import _csv, _jsonl
from dedup.errors import OutputError
from dedup.escaping import escaped, escaped_bytes, name_from_json, name_to_json, shown_in_csv
from dedup.reports.csv import to_csv
from dedup.reports.json import report_schema, to_json, to_jsonl
from dedup.reports.visible import visible

WORDS = " ".join(f"word{n}" for n in range(30))
ODD = [
    b"bad\xff.txt",
    b"bad\\xff.txt",
    b"line\nend.txt",
    b"tab\tand\x1b[31m.txt",
    b"back\\slash.txt",
    b"c:colon.txt",
    "bidi\u202e.txt".encode(),
    "c1\x9b.txt".encode(),
    b"deep\xfe/in\xfd.md",
    b"same.txt",
]

posix = pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names are texts there")


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files with odd names, each of two paragraphs, the second one in all of them."""
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(ODD):
        path = Path("odd", os.fsdecode(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        own = " ".join(f"own{number}x{n}" for n in range(20))
        path.write_text(f"{own}\n{WORDS}\n")
    return tmp_path


def tree(folder: str) -> dict[bytes, bytes]:
    """Give the files of a folder by their names."""
    found = {}
    for path in Path(folder).rglob("*"):
        if path.is_file():
            found[os.fsencode(path.relative_to(folder))] = path.read_bytes()
    return found


# --- In data --------------------------------------------------------------------------------------


def test_a_name_that_is_no_text_has_its_bytes_beside_it() -> None:
    """And comes back by them; one that is a text stands as it is."""
    name = os.fsdecode(b"caf\xe9.txt")
    row = name_to_json(name)
    assert row == {"document": r"caf\xe9.txt", "document_bytes": "Y2Fm6S50eHQ="}
    assert name_from_json(row) == name
    assert name_to_json(r"caf\xe9.txt", "path") == {"path": r"caf\xe9.txt"}
    assert visible(name) == r"caf\xe9.txt"


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\x7f\x9b\u202e\u2028")))
def test_json_is_escaped_to_the_same_value(text: str) -> None:
    """Whatever the text; nothing in it drives a terminal, as text or as bytes."""
    plain = json.dumps([text], ensure_ascii=False)
    assert json.loads(escaped(plain)) == [text]
    assert escaped_bytes(plain.encode()) == escaped(plain).encode()
    assert not set("\x1b\x7f\x9b\u202e\u2028") & set(escaped(plain))


def test_csv_shows_what_drives_a_terminal() -> None:
    """As the terminal does, but for tabs and line ends; joiners are spelling."""
    assert shown_in_csv("a\tb\r\nc\nd\x1b[31m\x9b\u202e\re\u200d\udcff\ud800") == (
        "a\tb\r\nc\nd^[[31m<U+009B><U+202E>^Me\u200d\\xff<U+D800>"
    )


@posix
def test_reports_and_pairs_are_valid_for_strict_readers(odd: Path) -> None:  # noqa: ARG001 - there
    """Every name comes back from its bytes; the schema holds; CSV shows each name."""
    report = dedup.find(["odd"], dedup.Settings(passages="off"))
    body = orjson.loads(to_json(report).encode())
    jsonschema.validate(body, report_schema())
    found = {name_from_json(p) for g in body["groups"] for p in g["occurrences"]}
    found |= {name_from_json(pair[side]) for pair in body["overlaps"] for side in "ab"}
    assert found <= {f"odd/{os.fsdecode(name)}" for name in ODD}
    assert f"odd/{os.fsdecode(ODD[0])}" in found
    for line in to_jsonl(report).encode().splitlines():
        orjson.loads(line)
    rows = list(csv.reader(io.StringIO(to_csv(report), newline="")))
    assert r"odd/bad\xff.txt" in {row[5] for row in rows}

    pairs = list(dedup.pairs(["odd"]))
    lines = [orjson.loads(line.encode()) for line in _jsonl(iter(pairs))]
    assert [name_from_json(line["b"]) for line in lines] == [pair.b.document for pair in pairs]
    "".join(_csv(iter(pairs))).encode()


@posix
def test_pairs_of_any_names_are_written_as_parquet(odd: Path) -> None:
    """A column of texts holds names as they are shown."""
    from pyarrow import parquet

    command = [sys.executable, "-m", "dedup", "pairs", "odd", "--format", "parquet", "-o", "p"]
    assert subprocess.run(command, check=False, cwd=odd).returncode == 0
    table = parquet.read_table(odd / "p").to_pydict()
    assert r"odd/bad\xff.txt" in {*table["a_document"], *table["b_document"]}


@posix
def test_an_input_that_is_not_read_is_named_whatever_its_name(odd: Path) -> None:
    """In the summary, with its bytes; also where its suffix is no text."""
    (odd / "odd" / os.fsdecode(b"x.b\xffn")).write_text("x")
    body = orjson.loads(to_json(dedup.find(["odd"])).encode())
    [skipped] = body["summary"]["skipped"]
    assert skipped == {
        "path": r"odd/x.b\xffn",
        "path_bytes": base64.b64encode(b"odd/x.b\xffn").decode(),
        "why": r"no text suffix: --include '*.b\xffn' reads it",
    }


# --- Through a clean and back ---------------------------------------------------------------------


@posix
def test_every_name_goes_through_clean_verify_and_restore(odd: Path) -> None:
    """Byte for byte; ledger and manifest are valid for strict readers and drive no terminal."""
    before = tree("odd")
    api.clean_to(["odd"], "out", policy=dedup.Policy(boilerplate="first"))
    kept = [data for data in tree("out").values() if WORDS.encode() in data]
    assert len(kept) == 2  # the keeper, and the ledger
    dedup.verify("out")
    dedup.restore("out", "back")
    assert tree("back") == before == tree("odd")
    for name in ("ledger.jsonl", "manifest.json"):
        data = (odd / "out/.dedup" / name).read_bytes()
        assert not set("\x1b\x7f\x9b\u202e") & set(data.decode())
        for line in data.splitlines():
            orjson.loads(line)
    schema = ledger.ledger_schema()
    documents = set()
    for line in (odd / "out/.dedup/ledger.jsonl").read_bytes().splitlines():
        jsonschema.validate(orjson.loads(line), schema)
        documents.add(ledger.parse_line(line + b"\n").document)
    assert len(documents) == len(ODD) - 1


@posix
def test_ids_of_documents_are_one_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control characters of names are shown, other bytes stand as they are."""
    monkeypatch.chdir(tmp_path)
    Path("c").mkdir()
    for name in (b"a.txt", b"b\n\xff.txt", b"c\t.txt"):
        Path("c", os.fsdecode(name)).write_text(WORDS)
    api.clean_to(["c"], "out", ids="ids")
    assert Path("ids").read_bytes() == b"c/b^J\xff.txt\nc/c^I.txt\n"


@posix
def test_hard_links_come_back_from_a_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both names are read, one is a copy of the other, and restore gives both."""
    monkeypatch.chdir(tmp_path)
    for year in ("2023", "2024"):
        Path("d", year).mkdir(parents=True)
    Path("d/2023/pool.txt").write_text(WORDS)
    os.link("d/2023/pool.txt", "d/2024/pool.txt")
    done = api.clean_to(["d"], "out")
    assert done.documents == 2
    dedup.restore("out", "back")
    assert tree("back") == tree("d")
    report = dedup.check(["d/2024"], ["d/2023"])
    assert [group.kind for group in report.groups] == ["across"]


HOW = "which not every file system keeps: rename one, or leave it out with exclude="
CASE = f"c/A.txt and c/a.txt differ only by case, or dots and spaces at their end, {HOW}'a.txt'"
FORM = (
    "c/cafe\u0301.txt and c/caf\u00e9.txt differ only by Unicode normal form "
    rf"('cafe\u0301.txt', 'caf\xe9.txt'), {HOW}"
    "'caf\u00e9.txt'"
)


@posix
@pytest.mark.parametrize(
    ("names", "message"),
    [(("A.txt", "a.txt"), CASE), (("caf\u00e9.txt", "cafe\u0301.txt"), FORM)],
)
def test_names_that_are_one_on_some_system_are_refused_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, str], message: str
) -> None:
    """Nothing is written; the message tells both names and a way that works."""
    monkeypatch.chdir(tmp_path)
    Path("c").mkdir()
    for name in names:
        Path("c", name).write_text(WORDS)
    with pytest.raises(OutputError) as caught:
        api.clean_to(["c"], "out")
    assert str(caught.value) == message
    assert not Path("out").exists()
    api.clean_to(["c"], "out", dedup.Settings(exclude=(message.split("'")[-2],)))
    assert len(tree("out")) == 3


@posix
def test_folders_of_any_depth_are_read_and_a_clean_of_too_many_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, nothing written; a glob finds the file as well."""
    monkeypatch.chdir(tmp_path)
    Path("c").mkdir()
    os.chdir("c")
    for _ in range(1900):
        Path("d").mkdir()
        os.chdir("d")
    Path("a.txt").write_text(f"{WORDS}\n{WORDS}\n")
    os.chdir(tmp_path)
    assert len(dedup.find(["c"]).groups) == len(dedup.find(["c/**/*.txt"]).groups) == 1
    with pytest.raises(OutputError, match="lies 1,900 folders deep, a clean writes up to 200"):
        api.clean_to(["c"], "out")
    assert not Path("out").exists()
    subprocess.run(["rm", "-r", "c"], check=True)  # pytest's own way calls itself for each level
