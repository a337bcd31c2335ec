"""Reading: which documents come, in which order, and what happens to those that cannot."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from dedup import formats
from dedup.errors import InputError, RecordError, SettingsError
from dedup.formats import reading
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Corpus = Callable[[dict[str, str | bytes]], Path]


def names(*paths: str, against: tuple[str, ...] = (), **settings: object) -> list[tuple[str, str]]:
    """Read some paths and give path and record of each document."""
    got = []
    for batch in formats.read(paths, Settings(**settings), against=against):
        got += list(zip(batch.path.list(), batch.record.list(), strict=True))
    return got


def paths_of(*paths: str, **settings: object) -> list[str]:
    """Read some paths and give the path of each document."""
    return [path for path, _ in names(*paths, **settings)]


def message(*paths: str, against: tuple[str, ...] = (), **settings: object) -> str:
    """Read some paths, which must fail, and give the message."""
    with pytest.raises(InputError) as caught:
        names(*paths, against=against, **settings)
    return str(caught.value)


def skipped(*paths: str, **settings: object) -> list[tuple[str, str, bool]]:
    """Read some paths and give what was skipped."""
    read = formats.read(paths, Settings(**settings))
    list(read)
    return [(s.path, s.why, s.fault) for s in read.skipped]


# --- Order ----------------------------------------------------------------------------------------


def test_a_folder_is_read_part_by_part_in_order_of_code_points(corpus: Corpus) -> None:
    """`a/` comes before `a.txt`, capitals before small letters, whatever the file system says."""
    corpus(dict.fromkeys(["c/a.txt", "c/a/z.txt", "c/B.txt", "c/é.md", "c/a-b.txt"], "x"))
    assert paths_of("c") == ["c/B.txt", "c/a/z.txt", "c/a-b.txt", "c/a.txt", "c/é.md"]


def test_arguments_keep_their_place_and_their_spelling(corpus: Corpus) -> None:
    """The place of the PATH argument comes first; only a trailing slash is dropped."""
    corpus({"b/x.txt": "x", "a/y.txt": "y", "z.txt": "z"})
    assert paths_of("b/", "./a//", "z.txt") == ["b/x.txt", "./a/y.txt", "z.txt"]
    assert paths_of(".") == ["./a/y.txt", "./b/x.txt", "./z.txt"]


def test_a_file_is_read_once_however_it_is_reached(corpus: Corpus) -> None:
    """By a second argument, another spelling or a symbolic link; the first in Order counts."""
    root = corpus({"c/b.txt": "x"})
    (root / "a.txt").symlink_to("c/b.txt")
    assert paths_of("a.txt", "c", "c/b.txt", "./c", str(root / "c")) == ["a.txt"]


def test_hard_links_are_files_of_their_own(corpus: Corpus) -> None:
    """Each is read, also beside the others, and published beside an incoming one."""
    root = corpus({"c/b.txt": "x", "new.txt": "y"})
    os.link(root / "c/b.txt", root / "c/d.txt")
    os.link(root / "c/b.txt", root / "e.txt")
    assert paths_of("c", "e.txt") == ["c/b.txt", "c/d.txt", "e.txt"]
    assert names("e.txt", against=("c",))[:2] == [("c/b.txt", ""), ("c/d.txt", "")]


def test_a_walk_follows_no_symbolic_link(corpus: Corpus) -> None:
    """Neither to a file nor to a folder, a loop or nothing; each is counted, none is a fault."""
    root = corpus({"c/a.txt": "x", "other/b.txt": "y"})
    links = {"file.txt": "../other/b.txt", "folder": "../other", "gone.txt": "no", "loop": "../c"}
    for name, target in links.items():
        (root / "c" / name).symlink_to(target)
    assert paths_of("c") == ["c/a.txt"]
    why = "a symbolic link, followed only where it is named"
    assert skipped("c") == [(f"c/{name}", why, False) for name in sorted(links)]
    assert paths_of("c/file.txt", "c/folder") == ["c/file.txt"]
    assert paths_of("c/folder") == ["c/folder/b.txt"]


def test_hidden_entries_are_not_seen(corpus: Corpus) -> None:
    """Neither hidden files nor hidden folders are read or counted."""
    corpus({"c/.a.txt": "x", "c/.dedup/b.txt": "x", "c/c.txt": "x"})
    assert paths_of("c") == ["c/c.txt"]
    assert skipped("c") == []


def test_published_documents_come_first_by_path(corpus: Corpus) -> None:
    """They are sorted by path, not by argument, and marked."""
    corpus({"new.txt": "n", "p/b.txt": "b", "o/c.txt": "c"})
    got = [
        (batch.doc.tolist(), batch.path.list(), batch.published.tolist())
        for batch in formats.read(["new.txt"], Settings(), against=["p", "o"])
    ]
    assert got == [([0, 1, 2], ["o/c.txt", "p/b.txt", "new.txt"], [1, 1, 0])]


def test_an_incoming_file_is_not_its_own_earlier_publication(corpus: Corpus) -> None:
    """A published file that is the same file as an incoming one is left out."""
    corpus({"p/a.txt": "a", "p/b.txt": "b"})
    assert names("p/a.txt", against=("p",)) == [("p/b.txt", ""), ("p/a.txt", "")]


def test_a_glob_that_the_shell_left_alone_is_expanded(corpus: Corpus) -> None:
    """Sorted, and only where no file has that very name."""
    corpus({"c/b.txt": "b", "c/a.txt": "a", "c/x.md": "x", "[z].txt": "z", "z.txt": "-"})
    assert paths_of("c/*.txt") == ["c/a.txt", "c/b.txt"]
    assert paths_of("[z].txt") == ["[z].txt"]
    assert message("c/*.rst") == (
        "c/*.rst: no file or folder matches; check the pattern or use on_error='skip'"
    )


@pytest.mark.parametrize("pattern", ["drafts", "drafts/*", "c/drafts/*", "**/drafts", "d*ts/"])
def test_what_is_excluded_is_neither_read_nor_counted(corpus: Corpus, pattern: str) -> None:
    """A glob is matched with the name, the path below the argument and the path as shown."""
    corpus({"c/a.txt": "a", "c/drafts/b.txt": "b", "c/drafts/c.bin": "c"})
    assert paths_of("c", exclude=(pattern,)) == ["c/a.txt"]
    assert skipped("c", exclude=(pattern,)) == []


def test_batches_are_numbered_through(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch ends when it is full; numbers go on."""
    monkeypatch.setattr(reading, "BATCH_DOCUMENTS", 2)
    corpus({"a.jsonl": '{"text": "x"}\n' * 5})
    read = formats.read(["a.jsonl"], Settings())
    assert [batch.doc.tolist() for batch in read] == [[0, 1], [2, 3], [4]]
    assert [batch.doc.tolist() for batch in read] == [[0, 1], [2, 3], [4]]


def test_progress_is_told_in_bytes(corpus: Corpus) -> None:
    """The last word is that all bytes are read."""
    corpus({"c/a.txt": "12345", "c/b.txt": "123"})
    told: list[tuple[str, int, int | None]] = []
    list(formats.read(["c"], Settings(), watch=lambda *args: told.append(args)))
    assert told[-1] == ("reading", 8, 8)


def test_a_paragraph_mode_can_be_asked_for(corpus: Corpus) -> None:
    """The caller says which mode a document has."""
    corpus({"c/a.txt": "a", "c/b.txt": "b"})
    read = formats.read(["c"], Settings(), modes=lambda source, _: 2 * (source.path == "c/b.txt"))
    assert [batch.mode.tolist() for batch in read] == [[0, 2]]


# --- Standard input, pipes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "form", "records"),
    [
        (b'\n {"text": "x"}\n{"text": "y"}', "auto", ["1", "2"]),
        (b'["no object"]\n', "auto", [""]),
        (b"plain", "auto", [""]),
        (b"", "auto", [""]),
        (b'{"text": "x"}', "text", [""]),
        (b'[{"text": "x", "id": "k"}]', "json", ["k"]),
    ],
)
def test_stdin_is_what_its_first_line_says(
    monkeypatch: pytest.MonkeyPatch, data: bytes, form: str, records: list[str]
) -> None:
    """It is JSON lines if that line is an object, else text, unless `input_format` says more."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    read = formats.read(["-", "-"], Settings(input_format=form))
    for _ in range(2):  # it can be read again, for the cleaned output
        got = [(p, r) for b in read for p, r in zip(b.path.list(), b.record.list(), strict=True)]
        assert got == [("-", record) for record in records]


def test_a_named_pipe_is_read_and_one_in_a_walk_is_not(corpus: Corpus) -> None:
    """`<(command)` works; a pipe met in a folder would wait for ever."""
    root = corpus({"c/a.txt": "a"})
    os.mkfifo(root / "c/pipe.txt")
    assert skipped("c") == [("c/pipe.txt", "a named pipe, read only where it is named", False)]
    out, into = os.pipe()
    os.write(into, b"text")
    os.close(into)
    assert paths_of(f"/dev/fd/{out}") == [f"/dev/fd/{out}"]
    os.close(out)


# --- What cannot be read --------------------------------------------------------------------------


def test_a_missing_file_is_named(corpus: Corpus) -> None:
    """And can be skipped."""
    corpus({"a.txt": "a"})
    assert message("a.txt", "b.txt") == (
        "b.txt: no such file or folder; check the path or use on_error='skip'"
    )
    assert skipped("a.txt", "b.txt", on_error="skip") == [
        ("b.txt", "no such file or folder", False)
    ]
    assert "b.txt" in message("a.txt", "b.txt", on_error="quarantine")


def test_a_folder_without_texts_is_an_error(corpus: Corpus) -> None:
    """It is named, with what is in it and what could be."""
    corpus({"c/a.png": b"\x89PNG", "d/.x": ""})
    suffixes = (
        "give files of .txt .text .log .srt .vtt .rst .adoc .md .markdown .mdx .qmd .rmd "
        ".jsonl .ndjson .json .csv .tsv .parquet or use on_error='skip'"
    )
    assert message("c") == (
        "c: no texts in it (1 other file, such as c/a.png: no text suffix: "
        f"--include '*.png' reads it); {suffixes}"
    )
    assert message("d") == f"d: no texts in it; {suffixes}"
    corpus({"e/.gitignore": "*.txt\n", "e/a.txt": "x", "e/b.txt": "x"})
    assert message("e") == (
        f"e: no texts in it (e/.gitignore leaves out 2 entries (--no-ignore)); {suffixes}"
    )
    assert message("e", include=("c*",), no_ignore=True) == (
        "e: no texts in it (2 files that no --include fits, such as e/a.txt); "
        "give a glob that fits one or use on_error='skip'"
    )


def test_a_binary_file_is_skipped_in_a_walk_and_an_error_by_name(corpus: Corpus) -> None:
    """A NUL byte is what tells."""
    corpus({"c/a.txt": b"\xff\xd8\xff\x00JFIF", "c/b.txt": "b", "c/c.jsonl": b"PAR1\0"})
    assert skipped("c") == [
        ("c/a.txt", "binary (NUL at offset 3)", False),
        ("c/c.jsonl", "binary (NUL at offset 4)", False),
    ]
    assert message("c/a.txt") == (
        "c/a.txt: binary (NUL at offset 3); give a text or use on_error='skip'"
    )


def test_utf_16_without_a_mark_is_guessed(corpus: Corpus) -> None:
    """It looks binary; the message says what else it may be."""
    corpus({"a.txt": "Bonjour à tous".encode("utf-16-le")})
    assert message("a.txt") == (
        "a.txt: binary, or UTF-16-LE (NUL at offset 1); "
        "use encoding='utf-16-le' or use on_error='skip'"
    )
    assert paths_of("a.txt", encoding="utf-16-le") == ["a.txt"]


def test_what_does_not_decode_names_place_and_likely_encoding(corpus: Corpus) -> None:
    """By name it is an error; in a walk a fault, at the end; to `skip` it is neither."""
    corpus({"c/a.txt": "Un café".encode("cp1252"), "c/b.txt": "b", "l.txt": b"\x81\xe9"})
    assert message("c/a.txt") == (
        "c/a.txt: not UTF-8 (byte 0xe9 at offset 6); "
        "its encoding is not known: give encoding='NAME' or use on_error='skip'"
    )
    assert "likely" not in message("l.txt")
    why = "not UTF-8 (byte 0xe9 at offset 6)"
    assert skipped("c") == [("c/a.txt", why, True)]
    assert skipped("c", on_error="skip") == [("c/a.txt", why, False)]
    assert paths_of("c", encoding="cp1252") == ["c/a.txt", "c/b.txt"]


def test_an_encoding_must_exist(corpus: Corpus) -> None:
    """And be one of texts."""
    corpus({"a.txt": "a"})
    for encoding in ("cp99", "hex", "a\0b"):
        with pytest.raises(SettingsError, match="give one such as cp1252 or utf-16-le"):
            names("a.txt", encoding=encoding)


def test_broken_json_names_its_line(corpus: Corpus) -> None:
    """Line, column, reason, next step; blank lines count as lines."""
    corpus({"c/a.jsonl": '{"text": "x"}\n\n' * 3 + '{"text": }\n'})
    assert message("c") == (
        "c/a.jsonl:7: not JSON (unexpected character, expected a JSON value at column 10); "
        "mend the line or use on_error='skip'"
    )


BAD_LINES = [
    ('{"body": "x"}', "no field 'text' (fields: body)", "name the text with text_field=…"),
    ('{"text": null}', "field 'text' is null, not a string", "mend the line"),
    ('{"text": 5}', "field 'text' is a number, not a string", "mend the line"),
    ('["x"]', "not an object but a list", "mend the line"),
    ('{"text": "x", "id": [1]}', "field 'id' is a list", "name the id with id_field=…"),
    ("[" * 200_000, "not JSON (depth limit exceeded at column 1026)", "mend the line"),
    (
        '{"text": "x", "n": ' + "9" * 5000 + "}",
        "not JSON (number is infinity when parsed as double at column 20)",
        "mend the line",
    ),
    ('{"text": "\\ud800"}', "not JSON (no low surrogate in string at column 11)", "mend the line"),
    (
        '{"text": NaN}',
        "not JSON (unexpected character, expected a JSON value at column 10)",
        "mend the line",
    ),
    (
        b'{"text": "caf\xe9"}',
        "not UTF-8 (byte 0xe9 at column 14)",
        "convert the file to UTF-8",
    ),
]


@pytest.mark.parametrize(("line", "why", "step"), BAD_LINES)
def test_a_malformed_record_is_an_error_with_its_line(
    corpus: Corpus, line: str | bytes, why: str, step: str
) -> None:
    """Never a traceback, never silently another text."""
    data = line if isinstance(line, bytes) else line.encode()
    corpus({"a.jsonl": b'{"text": "x"}\n' + data + b'\r\n{"text": "y"}'})
    with pytest.raises(RecordError) as caught:
        names("a.jsonl")
    assert str(caught.value) == f"a.jsonl:2: {why}; {step} or use on_error='skip'"
    reason = why.partition(" (")[0]
    assert skipped("a.jsonl", on_error="skip") == [
        ("a.jsonl", f"1 record skipped, line 2: {reason}", False)
    ]
    assert names("a.jsonl", on_error="skip") == [("a.jsonl", "1"), ("a.jsonl", "3")]


def test_skipped_records_are_counted_by_reason(corpus: Corpus) -> None:
    """One entry for a file and reason, with the first line."""
    corpus({"a.jsonl": '{}\n{"text": "x"}\n{\n{"text": 1}\n{}\n[\n'})
    assert skipped("a.jsonl", on_error="skip") == [
        ("a.jsonl", "2 records skipped, first in line 1: no field 'text'", False),
        ("a.jsonl", "2 records skipped, first in line 3: not JSON", False),
        ("a.jsonl", "1 record skipped, line 4: field 'text' is a number, not a string", False),
    ]


def test_quarantine_puts_the_bytes_aside(corpus: Corpus) -> None:
    """Of a record its line, of a file all of it; a binary file in a walk is no reject."""
    corpus({"c/a.jsonl": '{"text": "x"}\n{\r\n', "c/b.txt": b"\xe9", "c/c.txt": b"\0"})
    put: list[tuple[bytes, str, int, str]] = []
    read = formats.read(
        ["c"], Settings(on_error="quarantine"), rejects=lambda *args: put.append(args)
    )
    list(read)
    assert [(data, path, line) for data, path, line, _ in put] == [
        (b"{\r\n", "c/a.jsonl", 2),
        (b"\xe9", "c/b.txt", 0),
    ]
    assert [s.fault for s in read.skipped] == [False] * 3


def test_nothing_read_is_an_error(corpus: Corpus) -> None:
    """Empty JSON lines, everything skipped, everything excluded, no published document."""
    corpus({"e.jsonl": "\n", "c/a.txt": b"\xe9", "b.txt": "b"})
    assert message("e.jsonl") == "no document was read: the files hold no records; give others"
    assert message("c") == (
        "no document was read: c/a.txt: not UTF-8 (byte 0xe9 at offset 0) (1 skipped in all)"
    )
    assert message("b.txt", exclude=("*.txt",)) == (
        "no document was read: every file is excluded; give others"
    )
    assert message("b.txt", against=("e.jsonl",)).startswith("the published side has no document")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs users as Unix has them")
@pytest.mark.may_skip(reason="there are no such permissions elsewhere")
def test_a_folder_without_permission_is_a_fault_and_the_rest_is_read(corpus: Corpus) -> None:
    """As another user, since root may read everything."""
    root = corpus({"c/a/x.txt": "x", "c/b.txt": "b", "c/no.txt": "n"})
    (root / "c/a").chmod(0)
    (root / "c/no.txt").chmod(0)
    got = as_nobody(
        root,
        lambda: [skipped("c"), skipped("c", on_error="skip"), message("c/a"), message("c/no.txt")],
    )
    (root / "c/a").chmod(0o755)
    why = "permission denied"
    assert got == [
        [["c/a", why, True], ["c/no.txt", why, True]],
        [["c/a", why, False], ["c/no.txt", why, False]],
        "c/a: permission denied; mend that or use on_error='skip'",
        "c/no.txt: permission denied; mend that or use on_error='skip'",
    ]


def as_nobody(folder: Path, do: Callable[[], object]) -> object:
    """Run something in a child that may not read everything, and give its JSON."""
    for parent in [folder, *folder.parents][:3]:
        if os.getuid() == 0:
            parent.chmod(parent.stat().st_mode | 0o055)
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if os.getuid() == 0:
                os.setuid(65534)
            os.write(into, json.dumps(do()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    return json.loads(data)


def test_an_empty_text_is_a_document(corpus: Corpus) -> None:
    """Empty, blank or nothing but a mark: a document without paragraphs."""
    corpus({"c/a.txt": "", "c/b.txt": " \n", "c/c.txt": "\ufeff"})
    assert len(paths_of("c")) == 3


def test_a_file_with_an_unknown_suffix_is_text_by_name(corpus: Corpus) -> None:
    """In a walk it is skipped; `input_format` may say what it is."""
    corpus({"c/a.dat": '{"text": "x"}', "c/b.TXT": "b"})
    assert names("c/a.dat") == [("c/a.dat", "")]
    assert names("c/a.dat", input_format="jsonl") == [("c/a.dat", "1")]
    assert names("c/a.dat", input_format="markdown") == [("c/a.dat", "")]
    assert names("c") == [("c/b.TXT", "")]
    assert skipped("c") == [("c/a.dat", "no text suffix: --include '*.dat' reads it", False)]


def test_names_that_are_no_utf_8_are_read(corpus: Corpus) -> None:
    """And keep their bytes."""
    root = corpus({"a.txt": "a"})
    name = os.fsdecode(b"caf\xe9\n.txt")
    (root / "a.txt").rename(root / name)
    assert paths_of(".") == [f"./{name}"]
