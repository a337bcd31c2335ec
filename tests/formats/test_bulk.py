"""Bulk reading: the same records, names and faults as line by line, whatever the lines hold."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import formats
from dedup.errors import InputError
from dedup.formats import FORMATS, jsonl
from dedup.formats.interface import Chunk, Piece
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DEEP = b"[" * 1100 + b"]" * 1100
HOSTILE = [
    rb'{"text": "\ud800"}',
    rb'{"text": "\udc00", "id": "a"}',
    rb'{"text": "\ud83d\ude00\u0000\ufeff\/\b"}',
    rb'{"x": "\ud800", "text": "a"}',
    b'{"text": "\xff"}',
    b'{"x": "\xff", "text": "a"}',
    b'{"\xff": 1, "text": "a"}',
    b'{"text": "\xed\xa0\x80"}',
    b'{"text": "\xf4\x90\x80\x80"}',
    b'{"text": "a\0"}',
    b'{"text": "a"}\0{"text": "b"}',
    b'{"text": "a"}\0',
    b'{"text": "a\x1f\x7f"}',
    b'{"text": "a", "text": "b"}',
    b'{"text": "a", "te\\u0078t": "b"}',
    b'{"x": 1, "x": 2, "text": "a"}',
    b'{"id": "a", "id": "b", "text": "a"}',
    b'{"id": 17, "text": "a"}',
    b'{"id": 1.50, "text": "a"}',
    b'{"id": 1.5, "text": "a"}',
    b'{"id": 12345678901234567890123, "text": "a"}',
    b'{"id": -0, "text": "a"}',
    b'{"id": 1e3, "text": "a"}',
    b'{"id": null, "text": "a"}',
    b'{"id": "", "text": "a"}',
    b'{"id": true, "text": "a"}',
    b'{"id": [1], "text": "a"}',
    b'{"id": "a#3", "text": "a"}',
    b'{"id": "3", "text": "a"}',
    b'{"id": "a", "text": "a"}',
    b'{"text": "a", "n": 1e999}',
    b'{"text": "a", "n": 1.8e308}',
    b'{"text": "a", "n": 12345E+305}',
    b'{"text": "a", "n": ' + b"9" * 400 + b"}",
    b'{"text": "a", "n": ' + b"9" * 220 + b"e99}",
    b'{"text": "a", "n": [NaN]}',
    b'{"text": "a", "n": -Infinity }',
    b'{"text": "a", "n": Inf}',
    b'{"text": "NaN, Infos: NaN"}',
    b'{"text": "a", "n": 01}',
    b'{"text": "a", "n": ' + DEEP + b"}",
    b'{"text": "' + DEEP + b'"}',
    b'{"text": "a",}',
    b'{"text": "a"} {"text": "b"}',
    b'{"text": "a"}{"text": "b"}',
    b'{"text": "a"},',
    b'[{"text": "a"}]',
    b'{"text":',
    b'"a"}',
    b"{}",
    b'{"text": 1}',
    b'{"text": null}',
    b'{"text": {"b": "a"}}',
    b'{"a": {"b": "c", "text": "d"}, "text": "a"}',
    b'{"a.b": "c", "a": {"b": "d"}, "text": "a"}',
    b'{"a.b": null, "a": {"b": "d"}, "text": "a"}',
    b'{"a": "c", "text": "a"}',
    b'{"a": {"b": 5}, "text": "a"}',
    b'{"a": {"b": "c"}, "a": {"b": "d"}, "text": "a"}',
    b'{"text": "a"}\r',
    b' \t{"text": "a"} ',
    b"\xef\xbb\xbf" + b'{"text": "a"}',
    b"\xff\xfe" + b'{"text": "a"}',
    b"",
    b" \t\r",
    b"\x0b\x0c",
    b'\x0b{"text": "a"}',
    b'{"text": "a"}\x0c',
    b"5",
    b"{}}",
]
GOOD = [b'{"id": "k%d", "text": "t%d", "a": {"b": "c"}}' % (n, n) for n in range(5)]
KEYS = st.sampled_from(["text", "id", "a", "b", "a.b", "n", "é", '"', "\\"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def json_lines(draw: st.DrawFn) -> bytes:
    """Draw an object as one of the usual writers has it; of some a byte is another, or two."""
    members = draw(st.lists(st.tuples(KEYS, VALUES), max_size=4))
    between, ascii_only = draw(st.sampled_from([",", " , ", ",\t"])), draw(st.booleans())
    parts = [
        f"{json.dumps(key, ensure_ascii=ascii_only)}:{json.dumps(value, ensure_ascii=ascii_only)}"
        for key, value in [*members, ("text", draw(st.text()))]
    ]
    line = ("{" + between.join(parts) + "}").encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 3)):
        return line
    at, new = draw(st.integers(0, len(line))), draw(st.binary(max_size=2))
    return line[:at] + new + line[at + draw(st.integers(0, 1)) :]


LINES = json_lines()


def rows(
    data: bytes, *, block: int = 0, fields: tuple[str, ...] = (), **given: str
) -> list[object]:
    """
    Return name, line, text and values of each record, and each fault with its line and bytes.

    They are read in blocks of so many bytes, or line by line.
    """
    settings, out = Settings(**given), list[object]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "BLOCK", block)
        patch.setattr(jsonl, "SMALL", 0)
        stream, form = io.BytesIO(data), FORMATS["jsonl"]
        try:
            for item in (
                form.documents(stream, "x", settings, size=len(data), fields=fields)
                if block
                else form.pieces(stream, "x", settings, to_cut=False)
            ):
                if isinstance(item, Chunk):
                    values = zip(*item.values, strict=True) if fields else [()] * len(item.names)
                    columns = item.names.list(), item.lines.tolist(), item.text.list(), values
                    out += zip(*columns, strict=True)
                elif item.record is not None:
                    r = item.record
                    out.append((r.id, r.file_line, r.text, tuple(map(r.field, fields))))
                elif item.fault is not None:
                    out.append((str(item.fault), item.file_line, item.raw))
        except InputError as error:
            out.append(str(error))
    return out


def items(data: bytes) -> list[Piece | Chunk]:
    """Return what reading yields of some lines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "SMALL", 0)
        stream = io.BytesIO(data)
        return list(FORMATS["jsonl"].documents(stream, "x", Settings(), size=len(data)))


def check_same(data: bytes, block: int, fields: tuple[str, ...] = (), **given: str) -> None:
    """Hold bulk reading to reading line by line."""
    slow = rows(data, fields=fields, **given)
    assert rows(data, block=block, fields=fields, **given) == slow


@pytest.mark.parametrize("line", HOSTILE)
def test_one_hostile_line_among_good_ones(line: bytes) -> None:
    """First, last, in the middle, alone; with and without a last line end; with dotted names."""
    for before, after in (GOOD[:2], GOOD[2:]), ([], GOOD), (GOOD, []), ([], []):
        for end in (b"", b"\n"):
            data = b"\n".join([*before, line, *after]) + end
            check_same(data, 1 << 20)
            check_same(data, 60)
            check_same(data, 1 << 20, ("id", "a.b"))
            check_same(data, 1 << 20, text_field="a.b")
            check_same(data, 1 << 20, id_field="a.b")


@given(
    st.lists(st.sampled_from(HOSTILE + GOOD * 20), max_size=12),
    st.sampled_from([b"\n", b"\r\n", b"\n\n"]),
    st.sampled_from([1, 50, 200, 1 << 20]),
    st.sampled_from(["id", "a.b", "none", "text", "n"]),
)
def test_any_lines_in_any_blocks(lines: list[bytes], end: bytes, block: int, field: str) -> None:
    """Numbers, names and line numbers go on from block to block, read one way or the other."""
    check_same(end.join(lines), block, ("a.b", "n"), id_field=field)


@given(
    st.lists(st.sampled_from(HOSTILE[:-3] + GOOD * 20), max_size=12),
    st.sampled_from([b"\n", b"\r\n", b"\n\n", b"\0" * 70 + b"\n"]),
    st.sampled_from([1, 50, 200, 1 << 20]),
    st.sets(st.integers(0, 11)),
)
def test_some_lines_are_those_of_all(
    lines: list[bytes], end: bytes, block: int, some: set[int]
) -> None:
    """What lies between is not read, and not lost either, wherever blocks end."""
    data, form, settings = end.join(lines), FORMATS["jsonl"], Settings()
    try:
        every = [p for p in form.pieces(io.BytesIO(data), "x", settings) if p.record is not None]
    except InputError:
        return
    wanted = [piece for number, piece in enumerate(every) if number in some]
    numbers = [piece.record.file_line for piece in wanted if piece.record]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "BLOCK", block)
        found = list(form.on_lines(io.BytesIO(data), "x", settings, numbers))
    assert b"".join(piece.raw for piece in found) == data
    records = [piece for piece in found if piece.record is not None]
    assert [(p.raw, p.record.text) for p in records] == [(p.raw, p.record.text) for p in wanted]
    assert [p.record.file_line for p in records] == numbers


def test_fields_that_cannot_be_columns_of_one_table() -> None:
    """A name that is a text here and an object there."""
    data = b'{"a": "t", "text": "u"}\n{"a": {"b": "i"}, "text": "t"}\n'
    check_same(data, 1 << 20, text_field="a", id_field="a.b")
    check_same(data, 1 << 20, id_field="a.b", fields=("a",))


def test_good_lines_are_read_in_columns() -> None:
    """Of any ids, escapes, numbers and spacing; so are those around an odd one."""
    many = [
        b"\n".join(GOOD),
        b'{"id": 1, "text": "a"}\r\n\r\n {"text": "\\ud83d\\ude00", "id": 2} \n',
        b'{"text": "NaN Infos [1e99]", "n": [1e99, -2, {}]}\n{"text": "b", "id": null}',
        b'{"x": {"te\\u0078t": [{"text": 1}]}, "text": "", "id": -1.5E-07, "text2": true}',
    ]
    for data in many:
        (chunk,) = items(data)
        assert isinstance(chunk, Chunk)
        check_same(data, 1 << 20)
    found = items(b"\n".join([*GOOD, b"5", *GOOD]))
    assert [len(one.names) if isinstance(one, Chunk) else one.raw for one in found] == [
        5,
        b"5\n",
        5,
    ]


@given(st.lists(LINES, max_size=8), st.sampled_from([1, 30, 200, 1 << 20]))
def test_any_json_lines(lines: list[bytes], block: int) -> None:
    """Whatever the objects hold, and with a byte missing, added or replaced."""
    check_same(b"\n".join(lines), block, ("a.b", "n"))


def test_a_very_long_line_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the same line, in a block or beyond its end."""
    monkeypatch.setattr(jsonl, "LARGEST", 100)
    long = b'{"text": "%s"}' % (b"x" * 100)
    for data in (b"\n".join([*GOOD, long, *GOOD]), b"\n".join([*GOOD, long])):
        check_same(data, 1 << 20)
        check_same(data, 10)
    assert rows(data, block=jsonl.BLOCK)[-1] == (
        "x: line 6 has more than 0 MiB; split the record or use on_error='skip'"
    )


def test_large_files_are_read_in_bulk(
    corpus: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents are numbered through, batches are bounded, and values tally."""
    monkeypatch.setattr(jsonl, "BLOCK", 1000)
    monkeypatch.setattr(jsonl, "SMALL", 100)
    monkeypatch.setattr(formats.reading, "BATCH_DOCUMENTS", 7)
    lines = b"".join(b'{"text": "text %d", "date": "d%d"}\n' % (n, n) for n in range(100))
    data = {"a.jsonl": lines, "b.jsonl": b'{"text": "b", "date": 5}', "c.txt": b"c"}
    corpus(data)
    read = formats.read(["a.jsonl", "b.jsonl", "c.txt"], Settings(), fields=("date",))
    for _ in range(2):
        batches = list(read)
        assert [d for b in batches for d in b.doc.tolist()] == list(range(102))
        assert max(map(len, batches)) == 7
        assert [t for b in batches for t in b.text.list()][98:] == ["text 98", "text 99", "b", "c"]
        assert read.values == {"date": [*(f"d{n}" for n in range(100)), "5", None]}


def test_arrow_is_not_loaded(corpus: Callable[..., Path]) -> None:
    """Loading it takes longer than reading many files of lines."""
    corpus({"a.jsonl": b'{"text": "a"}\n' * 100_000})
    script = """if True:
        import sys
        from dedup import formats
        from dedup.settings import Settings
        print(sum(map(len, formats.read(["a.jsonl"], Settings()))), "pyarrow" in sys.modules)
    """
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.split() == [b"100000", b"False"]
