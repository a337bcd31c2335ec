"""Cleaning real files: what is written, byte for byte, and what is refused."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import naive
import numpy as np
import pytest
import strategies
from cleaning.conftest import (
    A,
    B,
    C,
    D,
    H,
    M,
    N,
    X,
    Y,
    contents,
    every_kind,
    literal,
    unpacked,
    write,
)
from cleaning.tables import POLICY
from hypothesis import given

from dedup import cleaning
from dedup.errors import DedupError, GuardError, InputError, OutputError, SettingsError

if TYPE_CHECKING:
    from cleaning.conftest import Clean

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "cases" / "golden.json").read_text(encoding="utf-8")
)
CASES = {case["name"]: case for case in GOLDEN if case["command"] == "clean"}


def ledger(out: Path | str = "out") -> list[dict[str, Any]]:
    """Read a ledger."""
    text = Path(out, ".dedup", "ledger.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def manifest(out: Path | str = "out") -> dict[str, Any]:
    """Read a manifest."""
    found: dict[str, Any] = json.loads(Path(out, ".dedup", "manifest.json").read_bytes())
    return found


def where(place: dict[str, Any]) -> tuple[str, int, int]:
    """Give a place as a case names it."""
    return Path(place["document"]).name, place["start"], place["end"]


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, clean: Clean) -> None:
    """The ledger and every byte that stays; then verified, restored, and cleaned again."""
    case = CASES[name]
    write(Path("in"), {n: text.encode() for n, text in case["documents"].items()})
    clean("in", **case["settings"])
    assert contents(Path("out")) == {n: text.encode() for n, text in case["texts"].items()}
    lines = [(*where(r), r["reason"], r["keeper"] and where(r["keeper"])) for r in ledger()]
    assert lines == [
        (*where(r), r["reason"], r["keeper"] and where(r["keeper"])) for r in case["removed"]
    ]
    cleaning.verify("out")
    cleaning.restore("out", "back")
    assert contents(Path("back")) == contents(Path("in"))
    assert clean("out", out="again", **case["settings"]).removed == 0
    assert contents(Path("again")) == contents(Path("out"))


@given(corpus=strategies.cleanings())
def test_agrees_with_the_oracle(corpus: strategies.Corpus, clean: Clean, tmp_path: Path) -> None:
    """Random corpora through real files: ledger, texts, proof, and back."""
    folder = Path(f"{tmp_path}/{len(list(tmp_path.iterdir()))}")
    write(folder / "in", {n: text.encode() for n, text in corpus.documents.items()})
    own = {k: v for k, v in corpus.settings.items() if k in {*POLICY, "paragraphs"}}
    own |= {k: v for k, v in corpus.settings.items() if k.startswith(("min", "thr", "boil"))}
    done = clean(folder / "in", out=folder / "out", **own)
    lines, texts = naive.clean(corpus.documents, **own)
    assert contents(folder / "out") == {n: text.encode() for n, text in texts.items()}
    keys = ("start", "end", "text", "reason", "rule", "similarity")
    found = [
        (*(r[k] for k in keys), r["keeper"] and where(r["keeper"])) for r in ledger(folder / "out")
    ]
    assert found == [(*(r[k] for k in keys), r["keeper"] and where(r["keeper"])) for r in lines]
    proof = cleaning.verify(folder / "out")
    assert (proof.lines, proof.characters) == (len(lines), done.removed)
    cleaning.restore(folder / "out", folder / "back")
    assert contents(folder / "back") == contents(folder / "in")


def test_every_kind_of_file_comes_back(clean: Clean) -> None:
    """Every format, encoding and compression; escapes, odd spacing, empty files, no line end."""
    files = every_kind()
    write(Path("in"), files)
    Path("in/a.txt").chmod(0o640)
    Path("in/n.txt.xz").chmod(0o600)
    done = clean("in", boilerplate="first")
    out = contents(Path("out"))
    assert done.removed > 0
    gone = {"deep/gone.txt", "j.json", "p.txt.gz", "unicode\u2028.txt"}
    assert gone == files.keys() - out.keys()
    for name in ("a.txt", "empty.txt", "n.txt.xz", "o.txt", "q.jsonl"):
        assert out[name] == files[name], name
    assert Path("out/a.txt").stat().st_mode & 0o777 == 0o640
    assert Path("out/n.txt.xz").stat().st_mode & 0o777 == 0o600
    assert json.loads(out["h.json"].decode("utf-8-sig")) == [{"text": D}]
    left = [json.loads(line) for line in out["g.jsonl"].split(b"\n") if line.strip()]
    assert [(one.get("id"), one["text"]) for one in left] == [(7, f"{M}\n{H}"), (7, N), (None, "")]
    cleaning.verify("out")
    back = cleaning.restore("out", "back")
    assert back.characters == done.removed
    found = contents(Path("back"))
    assert found.keys() == files.keys()
    for name, data in files.items():
        assert unpacked(name, found[name]) == unpacked(name, data), name
    assert found["n.txt.xz"] == files["n.txt.xz"]
    assert Path("back/n.txt.xz").stat().st_mode & 0o777 == 0o600
    assert clean("out", out="again", boilerplate="first").removed == 0


def test_untouched_records_are_the_same_bytes(clean: Clean) -> None:
    """Only the slice goes: key order, spacing, numbers and escapes around it stay."""
    kept = f'{{"n":1.50, "text" : {literal(A)},"id" :"x"}}\n'
    cut = f'{{ "text": {literal(X, A)}, "u": "\\u00e9\\/"}}\n'
    write(Path(), {"c.jsonl": (kept + cut).encode()})
    clean("c.jsonl")
    shorter = cut.replace(literal(X, A)[1:-1], literal(X)[1:-1])
    assert Path("out/c.jsonl").read_bytes() == (kept + shorter).encode()
    [line] = ledger()
    assert line["raw"].startswith("\\n")
    assert line["text"] == f"\n{A}"
    assert (line["document"], line["record"]) == ("c.jsonl", "2")
    assert line["keeper"] == {"document": "c.jsonl", "record": "x", "start": 0, "end": len(A)}


def test_a_dropped_record_has_its_whole_line(clean: Clean) -> None:
    """With everything in it, and its line end."""
    gone = f'{{"text": {literal(A)}, "url": "b"}}\r\n'
    write(Path(), {"c.jsonl": f'{{"text": {literal(A)}}}\n{gone}{{"text": "x"}}\n'.encode()})
    done = clean("c.jsonl")
    assert [line["raw"] for line in ledger()] == [gone]
    assert done.not_written == (("c.jsonl", "2"),)
    cleaning.restore("out", "back")
    assert Path("back/c.jsonl").read_bytes() == Path("c.jsonl").read_bytes()


def test_bytes_that_are_no_utf8_are_kept_as_base64(clean: Clean) -> None:
    """In a named encoding."""
    write(Path(), {"a.txt": f"{A}\n".encode("cp1252"), "b.txt": f"{X}\n{A}\n".encode("cp1252")})
    clean("a.txt", "b.txt", encoding="cp1252")
    [line] = ledger()
    assert line["raw"].keys() == {"base64"}
    assert cleaning.verify("out").paragraphs == 1
    cleaning.restore("out", "back")
    assert contents(Path("back")) == {n: Path(n).read_bytes() for n in ("a.txt", "b.txt")}


def test_a_cut_that_could_not_be_read_back_is_refused(clean: Clean) -> None:
    """What stays of a file in a named encoding happens to be UTF-8."""
    text = f"Plain words and Ã©\nÿ {A}\n".encode("cp1252")
    write(Path(), {"a.txt": f"ÿ {A}\n".encode("cp1252"), "b.txt": text})
    with pytest.raises(InputError, match=r"b\.txt: a text in cp1252 cannot be cut"):
        clean("a.txt", "b.txt", encoding="cp1252")
    assert not Path("out").exists()


def test_layout(clean: Clean) -> None:
    """One folder: the paths below it. A file: its name. Several folders: their names."""
    files = {"fr/x/a.txt": A.encode(), "es/b.txt": B.encode(), "c.txt": C.encode()}
    write(Path(), files)
    clean("fr/", "c.txt", out="one")
    assert contents(Path("one")).keys() == {"x/a.txt", "c.txt"}
    clean("fr", "es", "c.txt", out="two")
    assert contents(Path("two")).keys() == files.keys()
    assert [file["document"] for file in manifest("two")["files"]] == [
        "fr/x/a.txt",
        "es/b.txt",
        "c.txt",
    ]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (("d1/a.txt", "d2/a.txt"), ("d1/a.txt", "d2/a.txt")),
        (("d1/a.txt", "d2/A.TXT"), ("d1/a.txt", "d2/A.TXT")),
        (("d1/é.txt", "d2/e\u0301.txt"), ("d1/é.txt", "d2/e\u0301.txt")),
        (("x/d1/a.txt", "y/d1/a.txt"), ("x/d1", "y/d1")),
        (("x/a.txt/b.txt", "a.txt"), ("x", "a.txt")),
    ],
)
def test_two_inputs_for_one_place(
    paths: tuple[str, ...], names: tuple[str, ...], clean: Clean
) -> None:
    """Also where only the letters' case or their composition differs; both are named."""
    write(Path(), {path: A.encode() for path in paths})
    with pytest.raises(OutputError) as caught:
        clean(*names)
    assert all(name in str(caught.value) for name in names)
    assert not Path("out").exists()


@pytest.mark.parametrize("out", ["in", "in/sub", ".", "in/../in/./new", "link", "link/new"])
def test_an_output_among_the_inputs_is_refused(out: str, clean: Clean) -> None:
    """Equal to an input, in it, or around it; by a link as well."""
    write(Path(), {"in/a.txt": A.encode()})
    Path("link").symlink_to("in")
    with pytest.raises(OutputError):
        clean("in", out=out)
    assert contents(Path("in")) == {"a.txt": A.encode()}


def test_an_output_that_is_not_empty_is_refused(clean: Clean) -> None:
    """A folder with a file, a file, and a finished corpus; all stay as they are."""
    write(Path(), {"in/a.txt": A.encode(), "full/mine.txt": b"mine", "file": b""})
    Path("empty").mkdir()
    for out in ("full", "file"):
        with pytest.raises(OutputError):
            clean("in", out=out)
    assert [p.name for p in Path("full").iterdir()] == ["mine.txt"]
    clean("in", out="empty")
    before = {p: p.read_bytes() for p in Path("empty").rglob("*") if p.is_file()}
    with pytest.raises(OutputError, match="holds a cleaned corpus"):
        clean("in", out="empty")
    assert before == {p: p.read_bytes() for p in Path("empty").rglob("*") if p.is_file()}


def test_a_file_that_changes_in_between_is_named(
    clean: Clean, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it loses something or not; nothing is written."""
    for name in ("a.txt", "b.txt"):
        write(Path(), {"in/a.txt": f"{A}\n".encode(), "in/b.txt": f"{X}\n{A}\n".encode()})
        real = cleaning.corpus.plan  # type: ignore[attr-defined]

        def meanwhile(*args: Any, name: str = name, real: Any = real) -> Any:  # noqa: ANN401
            with Path("in", name).open("ab") as stream:
                stream.write(b"more\n")
            return real(*args)

        with monkeypatch.context() as patch:
            patch.setattr("dedup.cleaning.corpus.plan", meanwhile)
            with pytest.raises(InputError, match=f"in/{name} changed"):
                clean("in")
        assert not Path("out").exists()


def test_guard(clean: Clean) -> None:
    """Off below 20 documents, 30 % of the run and 60 % of a folder, or what was given."""
    few = {f"few/{n:02}.txt": f"{A}\n".encode() for n in range(19)}
    many = {f"many/{n:02}.txt": f"{A}\n".encode() for n in range(20)}
    letters = [strategies.render(f"{name}#{n}") for n in range(30) for name in "ABCDEFGHIJ"]
    folder = {f"both/a/{n:03}.txt": f"{text}\n".encode() for n, text in enumerate(letters[:100])}
    folder |= {f"both/b/{n:03}.txt": f"{text}\n".encode() for n, text in enumerate(letters[80:120])}
    write(Path(), few | many | folder)
    clean("few", out="a", boilerplate="first", max_removed=None)
    with pytest.raises(GuardError, match=r"95\.0% .* more than 30%.*many/00\.txt"):
        clean("many", out="b", boilerplate="first", max_removed=None)
    clean("both", out="c", boilerplate="first", max_removed=None)
    with pytest.raises(GuardError, match="more than 10%"):
        clean("both", out="d", boilerplate="first", max_removed=0.1)
    with pytest.raises(GuardError, match="both/b"):
        clean("both", out="d", boilerplate="first", max_removed=0.2)
    with pytest.raises(GuardError):
        clean("few", out="d", boilerplate="first", max_removed=0.5)
    assert not Path("b").exists()
    assert not Path("d").exists()
    assert GuardError.exit_code == 3
    dry = clean("many", out=None, dry_run=True, boilerplate="first", max_removed=None)
    assert dry.guard is not None
    assert "would be refused" in str(dry)


def test_dry_run(clean: Clean) -> None:
    """The same figures and lines, and nothing written but what was asked for."""
    write(Path("in"), every_kind())
    before = contents(Path())
    dry = clean("in", dry_run=True, ledger="ledger.jsonl", boilerplate="first")
    assert contents(Path()).keys() - before.keys() == {"ledger.jsonl"}
    real = clean("in", ledger="again.jsonl", ids="ids.txt", boilerplate="first")
    assert dry.counts() == real.counts()
    assert Path("ledger.jsonl").read_bytes() == Path("out/.dedup/ledger.jsonl").read_bytes()
    assert Path("again.jsonl").read_bytes() == Path("ledger.jsonl").read_bytes()
    ids = Path("ids.txt").read_text(encoding="utf-8").split("\n")[:-1]
    assert ids == ["\t".join(filter(None, name)) for name in real.not_written]
    assert "in/deep/gone.txt" in ids
    assert "in/g.jsonl\tgone" in ids


@pytest.mark.parametrize("name", ["out/ledger.jsonl", "in/a.txt"])
def test_a_ledger_never_lands_on_an_input_or_in_the_output(name: str, clean: Clean) -> None:
    """Both are refused before anything is read."""
    write(Path(), {"in/a.txt": A.encode()})
    with pytest.raises(OutputError):
        clean("in", ledger=name)
    assert Path("in/a.txt").read_bytes() == A.encode()
    assert not Path("out").exists()


def test_standard_output(clean: Clean, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file in a pipe; with two there is no saying which."""
    write(Path(), {"a.txt": f"{A}\n{B}\n{A}\n".encode(), "b.txt": B.encode()})
    sink = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", sink)
    clean("a.txt", out="-", ledger="ledger.jsonl")
    assert sink.buffer.getvalue() == f"{A}\n{B}\n".encode()  # type: ignore[attr-defined]
    assert Path("ledger.jsonl").read_text(encoding="utf-8").count("\n") == 1
    assert not Path("-").exists()
    with pytest.raises(OutputError, match="takes one file"):
        clean("a.txt", "b.txt", out="-")


def test_skipped_records_pass_through(clean: Clean) -> None:
    """Byte for byte, and back; what is put aside lies beside the ledger."""
    bad = '{"text": 3}\n{nope\n'
    data = f'{{"text": {literal(A)}}}\n{bad}{{"text": {literal(A, Y)}}}\n'.encode()
    write(
        Path(), {"in/c.jsonl": data, "in/x.bin": b"\0", "in/y.txt": b"\xff\xff", "in/z.txt": b"z"}
    )
    skip = clean("in", on_error="skip")
    assert bad.encode() in Path("out/c.jsonl").read_bytes()
    assert contents(Path("out")).keys() == {"c.jsonl", "z.txt"}
    assert {one.path for one in skip.skipped} == {"in/c.jsonl", "in/x.bin", "in/y.txt"}
    assert [one["path"] for one in manifest()["skipped"]] == [one.path for one in skip.skipped]
    cleaning.verify("out")
    cleaning.restore("out", "back")
    assert Path("back/c.jsonl").read_bytes() == data
    clean("in", out="aside", on_error="quarantine")
    rejects = Path("aside/.dedup/rejects.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["path"] for line in rejects] == [
        "in/c.jsonl",
        "in/c.jsonl",
        "in/y.txt",
    ]
    assert json.loads(rejects[0])["raw"] == '{"text": 3}\n'
    with pytest.raises(InputError):
        clean("in", out="fail")
    assert not Path("fail").exists()


def test_group_is_the_one_that_covers(clean: Clean, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the reason's kind first; null where no copy covers the line."""
    from cleaning import tables

    from dedup.model import KINDS, Copied

    one, none = np.ones(3, np.int64), np.zeros(3, np.int64)
    kind = np.array([KINDS.index(of) for of in ("within", "across", "across")], np.int8)
    end = np.array([9999, 9, len(A)])
    small = none.astype(np.int8)
    rows = Copied(one, none, end, kind, small, np.arange(3), none, none, end)
    monkeypatch.setattr(tables, "copied", lambda _: (["w", "short", "x"], rows))
    write(Path("in"), {"a.txt": A.encode(), "b.txt": f"{A}\n{X}".encode(), "c.txt": A.encode()})
    clean("in")
    assert [(line["document"], line["group"]) for line in ledger()] == [
        ("in/b.txt", "x"),
        ("in/c.txt", None),
    ]


def test_paragraph_modes_are_remembered(clean: Clean) -> None:
    """What was cut as wrapped text is read as wrapped text again, where `auto` would not."""
    wrapped = ["\n".join(strategies.wrapped(strategies.render(letter), 44)) for letter in "ABCDEF"]
    whole = "\n\n".join(wrapped) + "\n"
    write(Path("in"), {"a.txt": "\n\n".join(wrapped[:5]).encode() + b"\n", "b.txt": whole.encode()})
    clean("in")
    left = Path("out/b.txt").read_text(encoding="utf-8")
    assert left == "\n\n".join(wrapped[5:]) + "\n"
    assert (naive.paragraph_mode(whole), naive.paragraph_mode(left)) == ("blank", "line")
    assert clean("out", out="again").paragraphs == 5 + 1
    again = manifest("again")["files"][1]
    assert (again["paragraphs"], again["changed"]) == ("blank", False)
    assert clean("again", out="third").paragraphs == 5 + 1
    assert clean("out/b.txt", out="one").paragraphs == 1
    assert clean("out", out="line", paragraphs="line").paragraphs > 6


def test_manifest_holds_hash_and_mode_of_every_file(clean: Clean) -> None:
    """Of what was read and of what was written."""
    import hashlib

    write(Path("in"), every_kind())
    clean("in", boilerplate="first")
    files = manifest()["files"]
    assert len(files) == len(every_kind())
    for file in files:
        data = Path("in", file["output"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(data).hexdigest()
        out = Path("out", file["output"])
        written = hashlib.sha256(out.read_bytes()).hexdigest() if out.exists() else None
        assert file["output_sha256"] == written
        records = any(suffix in file["output"] for suffix in (".json", ".csv", ".tsv", ".parquet"))
        assert file["paragraphs"] == ("auto" if records else "line")


def test_output_is_asked_for(clean: Clean) -> None:
    """Without a folder only a dry run makes sense."""
    write(Path(), {"a.txt": A.encode()})
    with pytest.raises(SettingsError):
        clean("a.txt", out=None)


def test_errors_are_one_line(clean: Clean) -> None:
    """Whatever went wrong."""
    with pytest.raises(DedupError) as caught:
        clean("nothing here")
    assert "\n" not in str(caught.value)
