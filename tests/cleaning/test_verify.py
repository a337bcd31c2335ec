"""A proof holds for what was written, and for nothing that was touched since."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import strategies
from cleaning.conftest import A, B, C, H, X, contents, every_kind, write

from dedup import cleaning
from dedup.cleaning.ledger import Line, Writer, dump, ledger_lines
from dedup.cleaning.manifest import Manifest, _is_whole
from dedup.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cleaning.conftest import Clean

OUT = Path("out")
LEDGER, MANIFEST = OUT / ".dedup/ledger.jsonl", OUT / ".dedup/manifest.json"


@pytest.fixture
def cleaned(clean: Clean) -> Path:
    """A cleaned corpus: a keeper, a copy, an edited copy, a dropped document."""
    edited = strategies.render("B'")
    files = {
        "a.txt": f"{A}\n{H}\n{B}\n",
        "b.txt": f"{X}\n{A}\n{H}\n{edited}\n{C}\n",
        "c.txt": f"{B}\n",
    }
    write(Path("in"), {name: text.encode() for name, text in files.items()})
    clean("in", remove="near")
    return OUT


def edit_ledger(change: Callable[[list[dict[str, Any]]], object], *, forge: bool) -> None:
    """Change the rows of the ledger; forged, so that manifest and checksums fit again."""
    rows = [json.loads(line) for line in LEDGER.read_bytes().splitlines()]
    change(rows)
    data = b"".join(map(dump, rows))
    if not forge:
        LEDGER.write_bytes(data)
        return
    manifest = Manifest.read(MANIFEST)
    LEDGER.write_bytes(data)
    writer = Writer()
    for line in ledger_lines(LEDGER):
        writer.add(line)
    forged = replace(manifest, ledger_lines=writer.lines, ledger_sha256=writer.sha256)
    MANIFEST.write_bytes(forged.to_json())


def test_what_was_cleaned_is_proved(cleaned: Path) -> None:
    """And counted."""
    proof = cleaning.verify(cleaned)
    assert (proof.files, proof.documents, proof.lines, proof.paragraphs) == (2, 2, 2, 4)
    assert proof.without_keeper == 0
    assert "every keeper is there" in str(proof)


@pytest.mark.parametrize("keep", ["first", "last", "longest"])
@pytest.mark.parametrize("scope", ["all", "within", "across"])
@pytest.mark.parametrize("boilerplate", ["first", "remove"])
def test_every_kind_of_file_is_proved(
    keep: str, scope: str, boilerplate: str, clean: Clean
) -> None:
    """Whatever was kept, whatever was removed; and the proof needs no input."""
    write(Path("in"), every_kind())
    own = {"keep": keep, "scope": scope, "boilerplate": boilerplate, "drop_document_over": 0.7}
    done = clean("in", **own)
    Path("in").rename("moved")
    assert cleaning.verify(OUT).characters == done.removed
    cleaning.restore(OUT, "back")
    assert contents(Path("back")).keys() == contents(Path("moved")).keys()


def test_an_edited_file_is_named(cleaned: Path) -> None:
    """An untouched one, a changed one, one that is gone, one that is a link now."""
    for name in ("a.txt", "b.txt"):
        data = (cleaned / name).read_bytes()
        for tampered in (data + b"\n", data[:-1], b"", None):
            (cleaned / name).unlink()
            if tampered is not None:
                (cleaned / name).write_bytes(tampered)
            with pytest.raises(LedgerError, match=name):
                cleaning.verify(cleaned)
            (cleaned / name).write_bytes(data)
        (cleaned / name).rename(f"moved {name}")
        (cleaned / name).symlink_to(Path(f"moved {name}").resolve())
        with pytest.raises(LedgerError, match=name):
            cleaning.verify(cleaned)
        (cleaned / name).unlink()
        Path(f"moved {name}").rename(cleaned / name)
    cleaning.verify(cleaned)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.pop(),
        lambda rows: rows.reverse(),
        lambda rows: rows.append(rows[-1]),
        lambda rows: rows[0].update(text=rows[0]["text"].swapcase()),
        lambda rows: rows[0].update(start=rows[0]["start"] + 1, text=rows[0]["text"][1:]),
        lambda rows: rows[0].update(end=rows[0]["end"] + 1, text=rows[0]["text"] + "x"),
        lambda rows: rows[0].update(keeper=None),
        lambda rows: rows[0].update(keeper=None, reason="boilerplate"),
        lambda rows: rows[0].update(reason="within"),
        lambda rows: rows[0].update(similarity=1.0),
        lambda rows: rows[0]["keeper"].update(start=1),
        lambda rows: rows[0]["keeper"].update(end=len(A)),
        lambda rows: rows[0]["keeper"].update(document="in/b.txt", start=0, end=len(X)),
        lambda rows: rows[0]["keeper"].update(document="in/c.txt", start=0, end=len(B)),
        lambda rows: rows[0]["keeper"].update(document="in/none.txt"),
        lambda rows: rows[0].update(document="../../etc/passwd"),
        lambda rows: rows[0].update(record="7"),
        lambda rows: rows[0].pop("text"),
        lambda rows: rows[0].update(start="0"),
        lambda rows: rows[0].update(reason="whim"),
    ],
)
@pytest.mark.parametrize("forge", [False, True])
def test_a_tampered_ledger_is_refused(
    change: Callable[[list[dict[str, Any]]], object],
    forge: bool,  # noqa: FBT001 - a parameter of the test
    cleaned: Path,
) -> None:
    """By its checksum; and where that was forged too, by what it says."""
    before = LEDGER.read_bytes(), MANIFEST.read_bytes()
    try:
        edit_ledger(change, forge=forge)
    except LedgerError:
        return  # not even the forger can read it
    assert (LEDGER.read_bytes(), MANIFEST.read_bytes()) != before
    with pytest.raises(LedgerError) as caught:
        cleaning.verify(cleaned)
    assert "\n" not in str(caught.value)


def test_a_forged_group_or_rule_needs_the_checksum(cleaned: Path) -> None:
    """What proves nothing is guarded by the checksum alone."""
    edit_ledger(lambda rows: rows[0].update(group="0" * 16), forge=False)
    with pytest.raises(LedgerError, match="cut or edited"):
        cleaning.verify(cleaned)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(version="9"),
        lambda body: body.update(schema="dedup.clean/2"),
        lambda body: body["settings"].update(threshold=0.5),
        lambda body: body["policy"].update(remove="match"),
        lambda body: body["files"].pop(),
        lambda body: body["files"][0].update(output="../a.txt"),
        lambda body: body["summary"].update(paragraphs=1),
        lambda body: body.pop("sha256"),
    ],
)
def test_a_tampered_manifest_is_refused(
    change: Callable[[dict[str, Any]], object], cleaned: Path
) -> None:
    """Any change of it."""
    body = json.loads(MANIFEST.read_bytes())
    change(body)
    MANIFEST.write_bytes(dump(body))
    for use in (cleaning.verify, lambda out: cleaning.restore(out, "back")):
        with pytest.raises(LedgerError):
            use(cleaned)
    assert not Path("back").exists()


@pytest.mark.parametrize(
    "output", ["../a.txt", "/a.txt", ".dedup/ledger.jsonl", "x/../../a", "x\0", ""]
)
def test_a_path_out_of_the_folder_is_refused(output: str, cleaned: Path) -> None:
    """Even where manifest and checksum agree."""
    manifest = Manifest.read(MANIFEST)
    files = (replace(manifest.files[0], output=output), *manifest.files[1:])
    MANIFEST.write_bytes(replace(manifest, files=files).to_json())
    with pytest.raises(LedgerError, match="outside of its folder"):
        cleaning.restore(cleaned, "back")


def test_a_link_that_leads_out_is_refused(cleaned: Path) -> None:
    """A folder of the corpus that was replaced by a link."""
    manifest = Manifest.read(MANIFEST)
    file = replace(manifest.files[0], output="sub/a.txt")
    MANIFEST.write_bytes(replace(manifest, files=(file, *manifest.files[1:])).to_json())
    Path("elsewhere").mkdir()
    (cleaned / "a.txt").rename("elsewhere/a.txt")
    (cleaned / "sub").symlink_to(Path("elsewhere").resolve())
    with pytest.raises(LedgerError, match=r"sub/a\.txt"):
        cleaning.verify(cleaned)


def test_weaker_settings_do_not_prove_a_stronger_removal(cleaned: Path) -> None:
    """An edited copy, that went with `near`, is no copy with `equal`."""
    manifest = Manifest.read(MANIFEST)
    policy = cleaning.Policy(**asdict(manifest.policy) | {"remove": "equal"})
    MANIFEST.write_bytes(replace(manifest, policy=policy).to_json())
    with pytest.raises(LedgerError, match="not the same text"):
        cleaning.verify(cleaned)


@pytest.mark.parametrize("missing", ["manifest.json", "ledger.jsonl"])
def test_what_is_no_cleaned_corpus_is_refused(missing: str, cleaned: Path) -> None:
    """Without a manifest, or without its ledger."""
    (cleaned / ".dedup" / missing).unlink()
    with pytest.raises(LedgerError, match=missing):
        cleaning.verify(cleaned)
    with pytest.raises(LedgerError):
        cleaning.verify("nowhere")


def test_lines_survive_json() -> None:
    """Any text, any bytes; a lone surrogate as well."""
    from dedup.cleaning.ledger import parse_line

    for text, raw in (("a\ud800b\u2028", None), ("é", b"\xe9"), ("x", b"\\u0078"), ("\0", b"\0\0")):
        line = Line("a\udcff", "7", 0, len(text), text, "across", None, None, None, None, raw)
        assert parse_line(dump(line.to_json())) == line


@pytest.mark.parametrize("counts", [[], [0], [1, 0, 999], [1000, 1001, 2500]])
@pytest.mark.parametrize(
    "record", ["7", "é", "a\ud800", "\u2028", "".join(map(chr, range(127))), "\x7f"]
)
def test_the_checksum_is_that_of_compact_json(counts: list[int], record: str) -> None:
    """Taken in parts, whatever stands in the strings; what is no manifest has none."""
    marks = '"files":[] "entries":[] \\" é \ud800'
    files = [
        {
            "document": marks,
            "entries": [
                {"number": n, "record": record + marks[:-3], "sha256": None, "at": 2**62}
                for n in range(count)
            ],
        }
        for count in counts
    ]
    body = {"schema": marks, "summary": {"files": [], "é": 1}, "files": files, "version": "1"}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    sha256 = hashlib.sha256(text.encode("ascii")).hexdigest()

    assert _is_whole({**body, "sha256": sha256})
    assert not _is_whole({**body, "version": "2", "sha256": sha256})
    for wrong in ({}, {"files": 1}, {"files": [1]}, {"files": [{}]}, {"files": [{"entries": 1}]}):
        assert not _is_whole({**wrong, "sha256": sha256})
