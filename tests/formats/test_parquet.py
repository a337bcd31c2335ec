"""Parquet: rows as frames, cut and written anew with the values and types that they had."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from formats.test_records import TEXTS, pieces, records, spans_in, without
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from dedup import cleaning
from dedup.errors import InputError
from dedup.formats import FORMATS, Chunk, Piece, Unreadable, read, writing
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

FORM = FORMATS["parquet"]
LONG = " ".join(f"mot{n}" for n in range(40))

SMALL = st.integers(-9, 9)
INNER: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    (pa.int16(), SMALL),
    (pa.float64(), st.floats(width=32)),
    (pa.bool_(), st.booleans()),
    (pa.string(), TEXTS),
    (pa.binary(), st.binary(max_size=3)),
    (pa.decimal128(7, 2), SMALL.map(lambda n: Decimal(n) / 4)),
    (pa.timestamp("us", "UTC"), st.datetimes(timezones=st.just(dt.UTC))),
    (pa.date32(), st.dates()),
    (pa.large_string(), TEXTS),
    (pa.binary(2), st.binary(min_size=2, max_size=2)),
]
PLAIN = st.sampled_from(INNER)


def listed(one: tuple[pa.DataType, Any]) -> tuple[pa.DataType, Any]:
    """Make a column of lists of values that may be null."""
    return pa.list_(one[0]), st.lists(st.none() | one[1], max_size=3)


def in_struct(one: tuple[pa.DataType, Any]) -> tuple[pa.DataType, Any]:
    """Make a column of structs."""
    fields = {"a": st.none() | one[1], "b": st.none() | SMALL}
    return pa.struct([("a", one[0]), ("b", pa.int32())]), st.fixed_dictionaries(fields)


def mapped(one: tuple[pa.DataType, Any]) -> tuple[pa.DataType, Any]:
    """Make a column of maps."""
    pairs = st.lists(st.tuples(TEXTS, st.none() | one[1]), max_size=2)
    return pa.map_(pa.string(), one[0]), pairs


KINDS = st.one_of(
    PLAIN,
    PLAIN.map(listed),
    PLAIN.map(in_struct),
    PLAIN.map(in_struct).map(listed),
    PLAIN.map(listed).map(in_struct),
    PLAIN.map(mapped),
)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Make a table whose text is among other columns, nested and null."""
    count = draw(st.integers(0, 7))
    columns, fields = [], []
    for number in range(draw(st.integers(0, 3))):
        kind, values = draw(KINDS)
        rows = draw(st.lists(st.none() | values, min_size=count, max_size=count))
        columns.append(pa.array(rows, kind))
        fields.append(pa.field(f"c{number}", kind))
    kind = draw(st.sampled_from([pa.string(), pa.large_string()]))
    kind = draw(st.sampled_from([kind, pa.dictionary(pa.int32(), kind)]))
    texts = draw(st.lists(st.none() | TEXTS, min_size=count, max_size=count))
    at = draw(st.integers(0, len(columns)))
    columns.insert(at, pa.array(texts, pa.string()).cast(kind))
    fields.insert(at, pa.field("text", kind))
    about = draw(st.sampled_from([None, {"by": "hand"}]))
    return pa.Table.from_arrays(columns, schema=pa.schema(fields, about))


def stored(table: pa.Table, **options: object) -> bytes:
    """Write a table."""
    stream = io.BytesIO()
    parquet.write_table(table, stream, **options)
    return stream.getvalue()


def loaded(data: bytes) -> pa.Table:
    """Read a table."""
    return parquet.read_table(io.BytesIO(data))


def put_together(raws: list[bytes]) -> bytes:
    """Make a file of frames."""
    stream = io.BytesIO()
    with writing(stream, "parquet", "") as sink:
        for raw in raws:
            sink.write(raw)
    return stream.getvalue()


def checksum(raws: list[bytes]) -> str:
    """Give the checksum of frames."""
    found = FORM.checksum()
    for raw in raws:
        found.update(raw)
    return found.hexdigest()


@given(tables(), st.integers(1, 8), st.integers(1, 8))
def test_frames_put_together_are_the_table(table: pa.Table, group: int, other: int) -> None:
    """With its schema, in any groups; and they have one checksum."""
    data = stored(table, row_group_size=group)
    was = loaded(data)
    raws = [piece.raw for piece in pieces(data, "parquet")]
    again = put_together(raws)
    back = loaded(again)
    assert back.schema.equals(was.schema, check_metadata=True)
    assert repr(back.to_pylist()) == repr(was.to_pylist())
    assert parquet.read_metadata(io.BytesIO(again)).num_row_groups == max(
        1, -(-len(table) // group)
    )
    regrouped = [piece.raw for piece in pieces(stored(table, row_group_size=other), "parquet")]
    assert checksum(regrouped) == checksum(raws)


@given(tables(), st.data())
def test_another_value_is_another_checksum(table: pa.Table, data: st.DataObject) -> None:
    """Whichever row it is in: what the values look like in Python decides."""
    count = len(table)
    rows = data.draw(st.lists(st.integers(0, max(0, count - 1)), max_size=count)) if count else []
    other = table.take(pa.array(rows, pa.int64()))
    raws = [[p.raw for p in pieces(stored(one), "parquet")] for one in (table, other)]
    same = repr(table.to_pylist()) == repr(other.to_pylist())
    assert (checksum(raws[0]) == checksum(raws[1])) == same


@given(tables())
def test_columns_are_the_records(table: pa.Table) -> None:
    """What is read in columns is what is read row by row, with the same faults."""
    data = stored(table, row_group_size=3)
    own = pieces(data, "parquet")[1:]
    assert [p.record.text if p.record else None for p in own] == table["text"].to_pylist()
    found: list[tuple[str | None, str | None]] = []
    for item in FORM.documents(io.BytesIO(data), "x", Settings(), size=len(data), fields=["c0"]):
        if isinstance(item, Chunk):
            found += zip(item.text.list(), item.values[0], strict=True)
        else:
            assert isinstance(item, Piece)
            found.append(
                (item.record and item.record.text, item.record and item.record.field("c0"))
            )
    assert found == [
        (p.record.text, p.record.field("c0")) if p.record else (None, None) for p in own
    ]


@given(tables(), st.data())
def test_rows_are_cut_and_filled(table: pa.Table, data: st.DataObject) -> None:
    """Only the text is another one."""
    own = pieces(stored(table), "parquet")
    for piece in own[1:]:
        if piece.record is None:
            continue

        spans = spans_in(data, piece.record.text)
        cut = put_together([own[0].raw, piece.record.cut(spans)])
        (cleaned,) = records(cut, "parquet")
        assert cleaned.text == without(piece.record.text, spans)
        slices, gone = [], 0
        for first, last in spans:
            slices.append((first - gone, piece.record.raws([(first, last)])[0]))
            gone += last - first
        filled = cleaned.insert(slices)
        assert checksum([own[0].raw, filled]) == checksum([own[0].raw, piece.raw])
        row = loaded(cut).to_pylist()[0]
        was = table.to_pylist()[piece.record.number - 1]
        assert repr(row | {"text": 0}) == repr(was | {"text": 0})


def round_trip(data: bytes, name: str = "t.parquet", **settings: object) -> tuple[Any, Any]:
    """Clean, verify, restore and clean again; give what is left, and what came back."""
    from cleaning.tables import compared, split

    Path(name).write_bytes(data)
    asked, policy = split({"max_removed": 1.0} | settings)
    cleaning.clean([name], "out", asked, policy, compare=compared)
    cleaning.verify("out")
    cleaning.restore("out", "back")
    again = cleaning.clean([f"out/{name}"], "again", asked, policy, compare=compared)
    assert again.removed == 0
    return Path("out", name).read_bytes(), Path("back", name).read_bytes()


def test_types_compression_and_metadata_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they were: codecs by column, groups, nulls, dictionaries, field ids, old timestamps."""
    monkeypatch.chdir(tmp_path)
    count = 60
    texts = [f"{LONG}\n{n} seul" if n % 3 else LONG for n in range(count)]
    when = [None if n % 4 else dt.datetime(2020, 1, 1 + n % 28) for n in range(count)]  # noqa: DTZ001
    schema = pa.schema(
        [
            pa.field("when", pa.timestamp("ns")),
            pa.field("text", pa.large_string(), nullable=False, metadata={"note": "body"}),
            pa.field("kind", pa.dictionary(pa.int32(), pa.string())),
            pa.field("n", pa.int8()),
            pa.field("tags", pa.list_(pa.field("thing", pa.string()))),
        ],
        metadata={"pandas": '{"a": 1}'},
    )
    kinds = pa.array([None if n % 5 == 0 else "ab"[n % 2] for n in range(count)])
    table = pa.Table.from_arrays(
        [
            pa.array(when, pa.timestamp("ns")),
            pa.array(texts, pa.large_string()),
            kinds.cast(pa.dictionary(pa.int32(), pa.string())),
            pa.array([None if n % 7 else n for n in range(count)], pa.int8()),
            pa.array([["x", None], None, []] * (count // 3), pa.list_(pa.string())).cast(
                pa.list_(pa.field("thing", pa.string()))
            ),
        ],
        schema=schema,
    )
    codecs = {
        "when": "zstd", "text": "gzip", "kind": "snappy", "n": "none", "tags.list.thing": "brotli",
    }  # fmt: skip
    for number, options in enumerate(
        [
            {},
            {"use_deprecated_int96_timestamps": True},
            {"version": "1.0"},
            {"store_schema": False},
            {"use_compliant_nested_type": False},
        ]
    ):
        monkeypatch.chdir(tmp_path)
        Path(f"r{number}").mkdir()
        monkeypatch.chdir(tmp_path / f"r{number}")
        compliant = options.get("use_compliant_nested_type", True)
        own = dict(codecs)
        if compliant:
            own["tags.list.element"] = own.pop("tags.list.thing")
        data = stored(table, row_group_size=25, compression=own, **options)
        left, back = round_trip(data)
        was, now = loaded(data), loaded(back)
        assert now.equals(was, check_metadata=True)
        assert loaded(left).schema.equals(was.schema, check_metadata=True)
        assert len(loaded(left)) == 41
        one, two = (parquet.read_metadata(io.BytesIO(d)) for d in (data, back))
        assert one.num_row_groups == two.num_row_groups == 3
        assert one.format_version == two.format_version
        for column in range(one.num_columns):
            a, b = (m.row_group(0).column(column) for m in (one, two))
            assert (a.compression, a.physical_type) == (b.compression, b.physical_type)


def test_a_text_inside_a_struct(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named by its path; a struct that is null has no text."""
    monkeypatch.chdir(tmp_path)
    rows = [
        {"id": 1, "article": {"body": LONG, "x": 1}},
        {"id": 2, "article": {"body": f"seul\n{LONG}", "x": None}},
        {"id": 3, "article": {"body": None, "x": 3}},
        {"id": 4, "article": None},
    ]
    data = stored(pa.Table.from_pylist(rows))
    left, back = round_trip(data, text_field="article.body", on_error="skip")
    assert loaded(back).equals(loaded(data))
    assert loaded(left).to_pylist() == [
        rows[0],
        rows[1] | {"article": {"body": "seul", "x": None}},
        *rows[2:],
    ]


@pytest.mark.parametrize("rows", [0, 3])
def test_nothing_left_and_nothing_there(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table without rows keeps its schema and its codecs."""
    monkeypatch.chdir(tmp_path)
    texts = pa.table({"text": pa.array([LONG] * rows, pa.string()), "n": pa.array(range(rows))})
    data = stored(texts, compression="zstd")
    Path("a.txt").write_text(LONG, encoding="utf-8")
    Path("t.parquet").write_bytes(data)
    from cleaning.tables import compared, split

    settings, policy = split({"max_removed": 1.0})
    cleaning.clean(["a.txt", "t.parquet"], "out", settings, policy, compare=compared)
    cleaning.verify("out")
    cleaning.restore("out", "back")
    left = Path("out/t.parquet").read_bytes()
    assert loaded(left).schema == texts.schema
    assert len(loaded(left)) == 0
    assert loaded(Path("back/t.parquet").read_bytes()).equals(texts)
    about = parquet.read_metadata("back/t.parquet")
    assert about.row_group(0).column(0).compression == "ZSTD"


def test_ids_and_dates_are_as_json_would_have_them(corpus: Callable[..., Path]) -> None:
    """Numbers as they are written, dates as ISO writes them, an id twice with its number."""
    table = pa.table(
        {
            "id": pa.array([7, None, 7], pa.int64()),
            "text": ["a", "b", "c"],
            "price": [1.5, None, 2.0],
            "day": [dt.date(2021, 5, 4), None, None],
            "tags": [["x"], None, None],
        }
    )
    corpus({"t.parquet": stored(table), "u.parquet": stored(table, row_group_size=1)})
    for name in ("t.parquet", "u.parquet"):
        reading = read([name], Settings(), fields=("price", "day", "tags", "no"))
        (batch,) = list(reading)
        assert batch.record.list() == ["7", "2", "7#3"]
        assert batch.file_line.tolist() == [0, 0, 0]
        assert list(reading.values.values()) == [
            ["1.5", None, "2"], ["2021-05-04", None, None], [None] * 3, [None] * 3,
        ]  # fmt: skip


FAULTS = [
    (b"PAR1 no", "not Parquet that can be read"),
    (b"", "not Parquet that can be read"),
    (
        stored(pa.table({"texte": ["a"]})),
        "no column 'text'; did you mean 'texte'? (columns: texte)",
    ),
    (stored(pa.table({"text": [1]})), "column 'text' is int64, not a string; name the text with"),
    (stored(pa.table({"text": pa.array([b"a"], pa.binary())})), "is binary, not a string"),
]


@pytest.mark.parametrize(("data", "why"), FAULTS)
def test_files_without_a_text(data: bytes, why: str, corpus: Callable[..., Path]) -> None:
    """One line that names the file and the next step."""
    corpus({"t.parquet": data})
    with pytest.raises(Unreadable) as error:
        list(read(["t.parquet"], Settings()))
    assert str(error.value).startswith("t.parquet: ")
    assert why in str(error.value)


def test_a_null_text_is_a_malformed_record(corpus: Callable[..., Path]) -> None:
    """It is counted, and named by its row."""
    corpus({"t.parquet": stored(pa.table({"text": ["a", None, "c", None]}))})
    with pytest.raises(InputError, match=r"t.parquet:2: field 'text' is null, not a string"):
        list(read(["t.parquet"], Settings()))
    reading = read(["t.parquet"], Settings(on_error="skip"))
    (batch,) = list(reading)
    assert batch.record.list() == ["1", "3"]
    assert reading.skipped[0].why.startswith("2 records skipped, first in line 2: field 'text' is")


def test_bytes_that_are_no_text_are_a_malformed_record(corpus: Callable[..., Path]) -> None:
    """Arrow does not look into its strings."""
    wrong = pa.array([b"ok", b"\xe9t\xe9", b"ok too"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 3, wrong.buffers())
    corpus({"t.parquet": stored(pa.table({"text": texts}))})
    with pytest.raises(InputError, match=r"t.parquet:2: not UTF-8 .byte 0xe9 at byte 1"):
        list(read(["t.parquet"], Settings()))


def test_a_damaged_page_is_an_error_of_the_file(corpus: Callable[..., Path]) -> None:
    """Not a traceback."""
    data = bytearray(stored(pa.table({"text": [LONG] * 5}), compression="zstd"))
    data[8:40] = b"\xff" * 32
    corpus({"t.parquet": bytes(data)})
    with pytest.raises(Unreadable, match=r"t.parquet: not Parquet that can be read"):
        list(read(["t.parquet"], Settings()))


@pytest.mark.parametrize("name", ["t.parquet", "t.parquet.zst", "t.parquet.gz", "-"])
def test_through_the_command(name: str, tmp_path: Path, dedup: Callable) -> None:
    """Plain, compressed and through a pipe."""
    import gzip

    import zstandard

    table = pa.table({"id": ["a", "b"], "text": [f"un\n{LONG}", f"{LONG}\ndeux"], "n": [1, None]})
    data = stored(table)
    pack = {".zst": zstandard.compress, ".gz": gzip.compress}.get(
        name[-4:] if "zst" in name else name[-3:], bytes
    )
    piped = ("--input-format", "parquet") if name == "-" else ()
    if name != "-":
        (tmp_path / name).write_bytes(pack(data))
    done = dedup("report", name, "--format", "json", *piped, input=data)
    assert '"record": "b"' in done.stdout
    assert "file_line" not in done.stdout
    done = dedup("clean", name, "-o", "out", "--max-removed", "1", *piped, input=data)
    assert done.returncode == 0, done.stderr
    done = dedup("clean", "--verify", "out")
    assert done.returncode == 0, done.stderr
    done = dedup("restore", "out", "-o", "back")
    assert done.returncode == 0, done.stderr
    (back,) = (tmp_path / "back").iterdir()
    own = back.read_bytes()
    unpack = {
        ".zst": lambda d: zstandard.ZstdDecompressor().decompressobj().decompress(d),
        ".gz": gzip.decompress,
    }
    own = unpack.get(back.suffix, bytes)(own)
    assert loaded(own).equals(table)
