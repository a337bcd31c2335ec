# ruff: noqa: FBT001 - parameters of tests come by name
"""Records: their texts, ids and lines, and cutting slices out of the bytes that hold them."""

from __future__ import annotations

import io
import json
from itertools import pairwise
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import InputError
from dedup.formats import FORMATS, Piece, Record, Span
from dedup.formats.literal import literal_places, value_span
from dedup.formats.records import JsonRecord
from dedup.formats.text import decoded
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = st.text(
    st.one_of(
        st.sampled_from('ab \t"\\/\b\f\n\r\u2028\u0085\ufeff\U0001f600é'),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


def pieces(data: bytes, form: str, **settings: object) -> list[Piece]:
    """Split some bytes."""
    return list(FORMATS[form].pieces(io.BytesIO(data), "x", Settings(**settings)))


def records(data: bytes, form: str = "jsonl", **settings: object) -> list[Record]:
    """Give the records in some bytes."""
    return [p.record for p in pieces(data, form, **settings) if p.record is not None]


@st.composite
def literals(draw: st.DrawFn, text: str) -> bytes:
    """Write a text as a JSON string, each character in any of the ways there are."""
    out = []
    for c in text:
        code = ord(c)
        units = [code] if code < 0x10000 else list(c.encode("utf-16-be"))
        if code >= 0x10000:
            units = [units[0] << 8 | units[1], units[2] << 8 | units[3]]
        escaped = "".join(f"\\u{u:04x}" for u in units)
        ways = [escaped, escaped.replace("\\u", "\\U").upper().replace("\\U", "\\u")]
        if code >= 0x20 and c not in '"\\':
            ways.append(c)
        short = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
        ways += [short[c]] if c in short else []
        out.append(draw(st.sampled_from(ways)))
    return ('"' + "".join(out) + '"').encode()


@st.composite
def lines(draw: st.DrawFn) -> tuple[bytes, str]:
    """Make a JSON line whose text field hides among others."""
    text = draw(TEXTS)
    blank = st.sampled_from(["", " ", "\t  "])
    other = st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(-2, 2), TEXTS),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)
        ),
        max_leaves=5,
    )
    keys = draw(st.lists(st.sampled_from(["a", "texte", 'te\\"xt', "{", "text"]), max_size=4))
    fields = [(json.dumps(k).encode(), json.dumps(draw(other)).encode()) for k in keys]
    key = draw(st.sampled_from([b'"text"', b'"te\\u0078t"']))
    fields.append((key, draw(literals(text))))
    after = draw(st.lists(st.sampled_from(["b", "Text"]), max_size=2))
    fields += [(json.dumps(k).encode(), json.dumps(draw(other)).encode()) for k in after]
    parts = []
    for name, value in fields:
        gaps = [draw(blank).encode() for _ in range(4)]
        parts.append(gaps[0] + name + gaps[1] + b":" + gaps[2] + value + gaps[3])
    ends = draw(st.sampled_from([b"", b"\n", b"\r\n", b" \n"]))
    return draw(blank).encode() + b"{" + b",".join(parts) + b"}" + ends, text


def spans_in(draw: st.DataObject, text: str) -> list[Span]:
    """Choose some stretches of a text, in order."""
    places = draw.draw(st.lists(st.integers(0, len(text)), max_size=6))
    ordered = sorted(places[: len(places) // 2 * 2])
    return list(zip(ordered[::2], ordered[1::2], strict=True))


def without(text: str, spans: list[Span]) -> str:
    """Cut stretches out of a text."""
    edges = [0, *(at for span in spans for at in span), len(text)]
    return "".join(text[a:b] for a, b in list(pairwise(edges))[::2])


def check_cut_and_fill(record: Record, again: Callable[[bytes], Record], spans: list[Span]) -> None:
    """Cut gives the text less the stretches; fill gives the very bytes back."""
    whole = record.cut([])
    cut = record.cut(spans)
    cleaned = again(cut)
    assert cleaned.text == without(record.text, spans)
    slices, gone = [], 0
    for first, last in spans:
        slices.append((first - gone, record.raws([(first, last)])[0]))
        gone += last - first
    assert cleaned.insert(slices) == whole


@given(lines(), st.data())
def test_plain_literals_are_measured_as_others_are(
    line: tuple[bytes, str], data: st.DataObject
) -> None:
    """The quick way to a few places gives what the map of all gives, or none."""
    raw, text = line
    offsets = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    (record,) = records(raw)
    found = literal_places(raw, "text", text, offsets)
    assert found in (None, record.starts()[offsets].tolist())  # type: ignore[attr-defined]


@given(TEXTS, st.booleans(), st.booleans(), st.data())
def test_plainly_written_records_are_found_so(
    text: str, ascii_only: bool, orjson_like: bool, data: st.DataObject
) -> None:
    """By the writers of Python and of `orjson`."""
    separators = (",", ":") if orjson_like else (", ", ": ")
    row = {"id": 7, "text": text, "n": [1.5, None]}
    raw = json.dumps(row, ensure_ascii=ascii_only, separators=separators)
    offsets = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    (record,) = records(raw.encode())
    found = literal_places(raw.encode(), "text", text, offsets)
    assert found == record.starts()[offsets].tolist()  # type: ignore[attr-defined]


def test_a_hidden_key_is_not_taken_for_another() -> None:
    """Of the same value, inside an object, or written with an escape."""
    hidden = b'{"te\\u0078t": "abc", "x": {"text":"abc"}}'
    for raw in (hidden, b'{"x": {"text":"abc"}, "text": "abc"}', b'{"text":"abc", "text": "abc"}'):
        assert literal_places(raw, "text", "abc", [1]) is None
        (record,) = records(raw)
        assert records(record.cut([(1, 2)]))[0].text == "ac"


@given(lines(), st.data())
def test_json_lines_are_cut_and_filled_byte_for_byte(
    line: tuple[bytes, str], data: st.DataObject
) -> None:
    """Whatever the escapes, spacing, other fields and doubled keys."""
    raw, text = line
    (record,) = records(raw)
    assert record.text == text
    assert record.cut([]) == raw
    check_cut_and_fill(record, lambda cut: records(cut)[0], spans_in(data, text))


@given(
    TEXTS.map(lambda t: t.replace("\0", "")),
    st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "cp1252", "shift_jis"]),
    st.booleans(),
    st.data(),
)
def test_texts_are_cut_and_filled_byte_for_byte(
    text: str, encoding: str, mark: bool, data: st.DataObject
) -> None:
    """In every encoding, with and without a mark."""
    text = text.lstrip("\ufeff").encode(encoding, "ignore").decode(encoding, "ignore")
    if encoding.startswith("utf") and (mark or encoding != "utf-8"):
        text = "\ufeff" + text
    raw = text.encode(encoding)
    given_name = None if encoding.startswith("utf") else encoding

    def record_of(raw: bytes) -> Record:
        return records(raw, "text", encoding=given_name)[0]

    record = record_of(raw)
    if record.text != text:  # what was written happens to be UTF-8 as well
        text = raw.decode()
    assert record.text == text
    low = 1 if text.startswith("\ufeff") else 0
    spans = [(max(a, low), max(b, low)) for a, b in spans_in(data, text)]
    assert record.cut([]) == raw
    rest = without(text, spans)
    own = decoded(raw, "x", given_name)[1]
    if decoded(rest.encode(own), "x", given_name)[0] != rest:  # it happens to be UTF-8
        with pytest.raises(InputError, match="cannot be cut byte for byte"):
            record.cut(spans)
    else:
        assert record.cut(spans) == rest.encode(own)
        check_cut_and_fill(record, record_of, spans)


@given(st.lists(st.one_of(lines().map(lambda x: x[0]), st.binary(max_size=8)), max_size=5))
def test_pieces_end_to_end_are_the_file(parts: list[bytes]) -> None:
    """Malformed and blank lines included."""
    data = b"\n".join(parts)
    if b"\0" in data.split(b"\n")[0] or data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return
    assert b"".join(p.raw for p in pieces(data, "jsonl")) == data


@given(
    st.lists(lines(), max_size=4), st.sampled_from([b",", b" ,\n", b"\n, "]), st.sampled_from(" \n")
)
def test_json_arrays_are_split_at_their_records(
    many: list[tuple[bytes, str]], comma: bytes, blank: str
) -> None:
    """End to end the pieces are the file; without the first record no comma is left behind."""
    gap = blank.encode()
    data = b"\xef\xbb\xbf[" + gap + comma.join(line for line, _ in many) + gap + b"]\n"
    got = pieces(data, "json")
    assert b"".join(p.raw for p in got) == data
    mine = [p for p in got if p.record is not None]
    assert [p.record.text for p in mine if p.record] == [text for _, text in many]
    for keep in range(len(mine)):
        rest = mine[keep:]
        kept = [rest[0].raw[rest[0].lead :], *(p.raw for p in rest[1:])]
        left = orjson.loads(b"".join([got[0].raw, *kept, got[-1].raw])[3:])
        assert [item["text"] for item in left] == [text for _, text in many[keep:]]


def test_lines_of_a_json_array_are_counted() -> None:
    """A record's line is that of its brace."""
    data = b'[\n {"text":\n "a"},\n\n {"text": "b"}, 5]'
    got = pieces(data, "json")
    assert [(r.file_line, r.number) for r in records(data, "json")] == [(2, 1), (5, 2)]
    assert [(p.file_line, str(p.fault)) for p in got if p.fault] == [
        (5, "not an object but a number")
    ]


def test_one_json_record_is_a_file() -> None:
    """Its pieces are one."""
    (record,) = records(b' {"text": "a\\nb", "id": 7}\n', "json")
    assert (record.text, record.id) == ("a\nb", "7")
    assert record.cut([(1, 3)]) == b' {"text": "a", "id": 7}\n'


def test_broken_json_names_its_line() -> None:
    """As of JSON lines, a malformed record passes through."""
    (piece,) = pieces(b'{"text":\n\n ]', "json")
    assert piece.file_line == 3
    assert str(piece.fault).startswith("not JSON (")


@pytest.mark.parametrize(
    ("ids", "names"),
    [
        (["null", '""', '"a"'], ["1", "2", "a"]),
        (["7", "7.50", "1e3", "-0"], ["7", "7.50", "1e3", "0"]),
        (["12345678901234567890123", "true"], ["12345678901234567890123"]),
        (['"a"', '"b"', '"a"', '"a"'], ["a", "b", "a#3", "a#4"]),
        (['"2"', "null", '"2"'], ["2", "2#2", "2#3"]),
        (["null", "null", '"2"', "null", '"4"'], ["1", "2", "2#3", "4", "4#5"]),
        (['"a#2"', '"a"', '"a"', '"a#2"'], ["a#2", "a", "a#3", "a#2#4"]),
    ],
)
def test_ids_are_texts_and_differ(ids: list[str], names: list[str]) -> None:
    """Numbers as they are written; a repeated id gets its record number."""
    data = "\n".join(f'{{"text": "x", "id": {own}}}' for own in ids).encode()
    assert [r.id for r in records(data)] == names


def test_fields_have_the_names_that_were_asked_for() -> None:
    """And only at the top level."""
    data = b'{"meta": {"body": "no", "key": "no"}, "body": "yes", "key": "k"}'
    (record,) = records(data, text_field="body", id_field="key")
    assert (record.text, record.id) == ("yes", "k")


@pytest.mark.parametrize(
    ("raw", "text", "cut"),
    [
        (b'{"a": {"b": "xy"}}', "xy", b'{"a": {"b": "y"}}'),
        (b'{"a.b": "xy", "a": {"b": "z"}}', "xy", b'{"a.b": "y", "a": {"b": "z"}}'),
        (b'{"a.b": null, "a": {"b": "xy"}}', "xy", b'{"a.b": null, "a": {"b": "y"}}'),
        (b'{"a": {"b": "z"}, "a": { "b":"xy"}}', "xy", b'{"a": {"b": "z"}, "a": { "b":"y"}}'),
        (b'{"a": {"c": {}, "b": "\\u0078y"}}', "xy", b'{"a": {"c": {}, "b": "y"}}'),
    ],
)
def test_a_dotted_name_is_a_key_or_a_path(raw: bytes, text: str, cut: bytes) -> None:
    """A key of that very name wins, unless it is null."""
    (record,) = records(raw, text_field="a.b")
    assert record.text == text
    assert record.cut([(0, 1)]) == cut


def test_what_is_not_at_the_end_of_a_path_is_missing() -> None:
    """As a field that is not there."""
    data = b'{"a": "x"}\n{"a": {"b": 5}}\n{"a": {}, "a.b": null}'
    found = pieces(data, "jsonl", text_field="a.b")
    assert [str(p.fault) for p in found] == [
        "no field 'a.b' (fields: a)",
        "field 'a.b' is a number, not a string",
        "field 'a.b' is null, not a string",
    ]


def test_other_fields_are_texts_as_they_are_written() -> None:
    """What is no string or number, or empty, is none."""
    data = b'{"text": "x", "a": {"b": 1.50}, "c": 7, "d": "", "e": true, "f": "g", "a.h": 1e2}'
    (record,) = records(data)
    got = {name: record.field(name) for name in ("a.b", "c", "d", "e", "f", "a.h", "z", "a")}
    assert got == dict.fromkeys("deza") | {"a.b": "1.50", "c": "7", "f": "g", "a.h": "1e2"}


def test_the_last_of_two_equal_keys_counts() -> None:
    """As it does for the parser, and it is the one that is cut."""
    raw = b'{"text": "first", "text": "second"}'
    (record,) = records(raw)
    assert record.text == "second"
    assert record.cut([(0, 3)]) == b'{"text": "first", "text": "ond"}'


def test_lines_end_at_line_feeds_only() -> None:
    """Not at U+2028, U+0085 or a carriage return, and the last one needs none."""
    data = '{"text": "a\u2028b\u0085c"}\r\n\n \r\n{"text": "d"}'.encode()
    assert [(r.text, r.file_line, r.number) for r in records(data)] == [
        ("a\u2028b\u0085c", 1, 1),
        ("d", 4, 2),
    ]


def test_a_wrong_literal_is_an_error_not_a_wrong_cut() -> None:
    """Should scanner and parser ever disagree."""
    record = JsonRecord(b'{"text": "ab"}', "abc", "1", 1, 1, "text", {"text": "abc"})
    with pytest.raises(InputError, match="was not found as it was parsed"):
        record.cut([(0, 1)])
    assert value_span(b'{"a": 1}', "text") is None


def test_a_byte_order_mark_before_json_lines_is_left_alone() -> None:
    """It is no part of the first record's object, but of its bytes."""
    data = b'\xef\xbb\xbf{"text": "ab"}\n'
    (record,) = records(data)
    assert record.cut([(0, 1)]) == b'\xef\xbb\xbf{"text": "b"}\n'


@pytest.mark.parametrize(
    ("data", "encoding", "span"),
    [
        ("あい b".encode("iso-2022-jp"), "iso-2022-jp", (0, 1)),
        ("Ã©\n\xe9".encode("cp1252"), "cp1252", (2, 4)),
    ],
)
def test_what_would_be_read_differently_is_not_cut(data: bytes, encoding: str, span: Span) -> None:
    """An encoding with shifts; a rest that happens to be UTF-8."""
    (record,) = records(data, "text", encoding=encoding)
    with pytest.raises(InputError, match="cannot be cut byte for byte; convert it to UTF-8"):
        record.cut([span])


@pytest.mark.parametrize(
    ("data", "encoding", "text", "own"),
    [
        (b"\xef\xbb\xbfa", None, "\ufeffa", "utf-8"),
        (b"\xff\xfea\0", None, "\ufeffa", "utf-16-le"),
        (b"\xfe\xff\0a", "cp1252", "\ufeffa", "utf-16-be"),
        (b"\xff\xfe\0\0a\0\0\0", None, "\ufeffa", "utf-32-le"),
        (b"caf\xc3\xa9", "cp1252", "café", "utf-8"),
        (b"caf\xe9", "latin-1", "café", "iso8859-1"),
        (b'\x1b$B$"\x1b(B', "iso-2022-jp", "あ", "iso2022_jp"),
        (b"a\r\nb\rc", None, "a\r\nb\rc", "utf-8"),
    ],
)
def test_texts_are_decoded(data: bytes, encoding: str | None, text: str, own: str) -> None:
    """By their mark, as UTF-8, else by the encoding that was given; line ends are left alone."""
    assert decoded(data, "x", encoding) == (text, own)
