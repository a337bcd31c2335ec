"""CSV and TSV: read as Python's own reader reads them, and cut byte for byte."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from formats.test_records import TEXTS, check_cut_and_fill, pieces, records, spans_in
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import InputError
from dedup.formats import Record, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CELLS = TEXTS.map(lambda text: text.replace("\0", ""))


@st.composite
def tables(draw: st.DrawFn) -> tuple[bytes, list[list[str]], str]:
    """Write a table in one of the ways that writers have; with its rows, and a format."""
    form, delimiter = draw(st.sampled_from([("csv", d) for d in ",;\t|"] + [("tsv", "\t")]))
    columns = draw(st.permutations(["id", "text", "note"]))
    width = draw(st.integers(1 + columns.index("text"), 3))
    if width == 1 and form == "csv":
        delimiter = ","  # the first one, where the header has none
    row = st.lists(CELLS, min_size=width, max_size=width)
    rows = [columns[:width], *draw(st.lists(row, max_size=5))]
    out = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    # Python's writer puts "\r" into quotes only where it ends lines with it.
    end = draw(st.sampled_from(["\r\n"] if quoting == csv.QUOTE_MINIMAL else ["\n", "\r\n"]))
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    body = draw(st.sampled_from(["", "\ufeff"])) + out.getvalue()
    if draw(st.booleans()):
        body = body.removesuffix(end)
    return body.encode(), rows, form


@given(tables())
def test_it_reads_what_pythons_own_reader_reads(table: tuple[bytes, list[list[str]], str]) -> None:
    """Texts, ids and bytes: nothing lost, nothing added."""
    data, (header, *rows), form = table
    found = pieces(data, form)
    assert b"".join(piece.raw for piece in found) == data
    own = [piece.record for piece in found if piece.record is not None]
    rows = [row for row in rows if row]
    assert [record.text for record in own] == [row[header.index("text")] for row in rows]
    for number, (record, row) in enumerate(zip(own, rows, strict=True), 1):
        cells = dict(zip(header, row, strict=True))
        assert record.number == number
        assert record.field("note") == (cells.get("note") or None)
        assert (record.id or "").startswith(cells.get("id") or str(number))
    assert len({record.id for record in own}) == len(own)


@given(tables(), st.data())
def test_rows_are_cut_and_filled_byte_for_byte(
    table: tuple[bytes, list[list[str]], str], data: st.DataObject
) -> None:
    """Or refused, where the rest would be read as something else."""
    raw, (header, *_), form = table
    first, *others = pieces(raw, form) or [None]
    for piece in others:
        if piece.record is None:
            continue

        def again(cut: bytes) -> Record:
            return records(first.raw + cut, form)[0]

        try:
            check_cut_and_fill(piece.record, again, spans_in(data, piece.record.text))
        except InputError as error:
            # A column alone that is empty now is a blank line, which is no record.
            assert b'"' in piece.raw or len(header) == 1
            assert "cannot be cut byte for byte" in str(error)  # noqa: PT017


def test_a_field_that_would_begin_with_a_quote_is_not_cut() -> None:
    """The rest would be read as a field in quotes."""
    (record,) = records(b'id,text\n1,one "two" three\n', "csv")
    assert record.cut([(4, 9)]) == b"1,one  three\n"
    with pytest.raises(InputError, match="line 2 cannot be cut byte for byte"):
        record.cut([(0, 4)])


@pytest.mark.parametrize("encoding", ["cp1252", "shift_jis", "gb18030"])
def test_rows_in_other_encodings(encoding: str) -> None:
    """Each row is UTF-8, or what was asked for."""
    text = {"cp1252": 'été «"quoted"» œuf', "shift_jis": '表示"ソ"一覧', "gb18030": '中"文"字'}
    own = text[encoding]
    quoted = '"' + own.replace('"', '""') + '"'
    data = b"id|text\n" + f"a|{quoted}\n".encode(encoding) + f"b|{quoted}\n".encode()
    found = records(data, "csv", encoding=encoding)
    assert [record.text for record in found] == [own, own]
    at = own.index('"')
    for record in found:
        end = own.rindex('"') + 1
        kept = records(b"id|text\n" + record.cut([(at, end)]), "csv", encoding=encoding)[0].text
        assert kept == own[:at] + own[end:]


def test_rows_with_other_fields_than_the_header_are_faults() -> None:
    """With a reason; the rows after them are read."""
    data = b'id,text\n1,a,b\n2\n3,c\n4,"d"e\n\n5,\xe9\n6,f\n'
    found = pieces(data, "csv")
    assert b"".join(piece.raw for piece in found) == data
    assert [record.id for record in records(data, "csv")] == ["3", "6"]
    faults = [(piece.file_line, str(piece.fault)) for piece in found if piece.fault is not None]
    assert faults == [
        (2, "not the 2 fields of the header (it has 3)"),
        (3, "not the 2 fields of the header (it has 1)"),
        (5, "not CSV (',' expected after '\"')"),
        (7, "not UTF-8 (byte 0xe9 at column 3)"),
    ]
    (open_quote,) = [p for p in pieces(b'id,text\n1,"a\n2,b\n', "csv") if p.fault]
    assert open_quote.raw == b'1,"a\n2,b\n'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"id,texte\n1,a\n", "no column 'text'; did you mean 'texte'?"),
        (b"text,text\n1,a\n", "has 2 columns 'text'; rename one"),
        ("id,text\n".encode("utf-16-le"), "use encoding='utf-16-le'"),
        (b"id,\0text\n", "binary"),
        (b"id,t\xe9xt\n", "not UTF-8"),
        (b"id,text\r1,a\r2,b\r", "lines end at carriage returns alone"),
    ],
)
def test_headers_that_say_nothing(data: bytes, why: str) -> None:
    """A header must name the text, once."""
    with pytest.raises(Unreadable) as error:
        pieces(data, "csv")
    assert why in str(error.value)


def test_a_long_field_and_blank_lines() -> None:
    """Longer than Python's own limit; blank lines are no records, before the header or after."""
    long = "mot " * 100_000
    data = f'\n\nid,text\n\n1,"{long}"\n\n2,b'.encode()
    found = records(data, "csv")
    assert [(record.id, record.file_line) for record in found] == [("1", 5), ("2", 7)]
    assert found[0].text == long


def test_clean_and_restore_a_table_from_the_standard_input(tmp_path: Path, dedup: Callable) -> None:
    """With its format named, since a pipe has no suffix."""
    article = " ".join(f"mot{n}" for n in range(40))
    data = f'id;text\r\na;"{article}"\r\nb;"un autre\n{article}"\r\nc;fin\r\n'.encode()
    done = dedup(
        "clean", "-", "-o", "out", "--input-format", "csv", "--max-removed", "1", input=data
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/stdin.csv").read_bytes() == (
        f'id;text\r\na;"{article}"\r\nb;"un autre"\r\nc;fin\r\n'.encode()
    )
