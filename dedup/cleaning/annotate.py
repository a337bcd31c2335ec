"""
What would go, written into the records themselves: nothing is removed.

Every record gets a last field `dedup`, a list of what would go from its text:

    [{"start": 0, "end": 842, "reason": "across", "group": "5f0c…", "similarity": 1.0,
      "keeper": {"document": "a.jsonl", "record": "3", "start": 0, "end": 842}}]

In JSON and JSON Lines it is put in behind the last field and nothing else is touched; in CSV and
TSV it is JSON in a column of its own; in Parquet a column of structs. Texts without fields (plain
text, Markdown) are copied as they are: what would go stands in the ledger alone, as it does of all.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any, TypeAlias, cast

import orjson

from dedup import formats
from dedup.cleaning.cut import parts
from dedup.cleaning.ledger import dump
from dedup.cleaning.manifest import file_sha256
from dedup.cleaning.write import copy_file
from dedup.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dedup.cleaning.ledger import Line, Writer
    from dedup.cleaning.manifest import File
    from dedup.cleaning.removals import Decision
    from dedup.formats import Piece, Seen, Source
    from dedup.formats.csv import Csv

FIELD = "dedup"
JSON, TABLES, PARQUET = ("json", "jsonl"), ("csv", "tsv"), "parquet"
"""The formats of records, by how a field is put into one."""
Note: TypeAlias = dict[str, Any]
"""A removal, as a record is told of it."""


def annotate_file(  # noqa: PLR0913 - one file: what is known, where from, where to
    decision: Decision, source: Source, output: str, seen: Seen, target: Path | None, ledger: Writer
) -> File | None:
    """
    Write a file with what would go in each of its records, and that to the ledger.

    Returns what the manifest says of it. Raises `InputError` where it changed meanwhile, and
    `SettingsError` where a record cannot take the field.
    """
    takes = source.format in {*JSON, *TABLES, PARQUET}
    # What the manifest says of it, but for what is written.
    file = copy_file(decision, source, output, seen, None if takes else target)
    if file is None:
        return None
    notes = [[_note(line) for line in lines] for lines in _lines(decision, source, ledger)]
    if not takes or target is None:
        return file
    with target.open("xb") as stream:
        if source.format == PARQUET:
            _write_parquet(source, notes, stream)
        else:
            form = source.format, source.compression, seen.charset
            with formats.writing(cast("IO[bytes]", stream), *form) as sink:
                for raw in _annotated(decision, source, notes):
                    sink.write(raw)
    target.chmod(file.permissions)
    return replace(file, output_sha256=file_sha256(target), changed=True)


def _lines(decision: Decision, source: Source, ledger: Writer) -> Iterator[tuple[Line, ...]]:
    """Yield what would go from each piece of a file, noted in the ledger."""
    for part in parts(decision, source):
        ledger.add(*part.lines)
        yield part.lines


def _annotated(decision: Decision, source: Source, notes: list[list[Note]]) -> Iterator[bytes]:
    """Yield the bytes of each piece of a file of text, with the field. Raises `SettingsError`."""
    pieces = zip(formats.pieces(source, decision.settings), notes, strict=True)
    if source.format in JSON:
        for piece, own in pieces:
            yield piece.raw if piece.record is None else _with_field(piece, own, source.path)
        return
    delimiter = b""
    for piece, own in pieces:
        row = piece.raw.rstrip(b"\r\n")
        value = dump(own).rstrip(b"\n").replace(b'"', b'""')
        cell = b'"' + value + b'"'
        if not delimiter and row.strip():  # the header
            names, delimiter = cast("Csv", source.layout).header(
                row, source.path, decision.settings
            )
            if FIELD in names:
                raise SettingsError(f"{source.path} has a column {FIELD!r} already: take it out")
            cell = FIELD.encode()
        elif piece.record is None:
            yield piece.raw
            continue
        yield row + delimiter + cell + piece.raw[len(row) :]


def _with_field(piece: Piece, notes: list[Note], path: str) -> bytes:
    """Return an object of JSON with one more field. Raises `SettingsError` where it has it."""
    where = f"{path}: record {piece.record.id if piece.record else None}"
    at = piece.raw.rfind(b"}")
    if at < 0:
        raise SettingsError(f"{where} is no object, so it takes no field: leave out annotate")
    if f'"{FIELD}"'.encode() in piece.raw:
        body = piece.raw[piece.lead :].removeprefix(BOM_UTF8).strip()
        if FIELD in orjson.loads(body):
            raise SettingsError(f"{where} has a field {FIELD!r} already: take it out first")
    field = f', "{FIELD}": '.encode() + dump(notes).rstrip(b"\n")
    return piece.raw[:at] + field + piece.raw[at:]


def _write_parquet(source: Source, notes: list[list[Note]], out: IO[bytes]) -> None:
    """Write all rows with one more column. Raises `SettingsError` where there is one so called."""
    import pyarrow as pa
    from pyarrow import parquet

    name = [("document", pa.string()), ("record", pa.string())]
    span = [("start", pa.int64()), ("end", pa.int64())]
    about = [("reason", pa.string()), ("group", pa.string()), ("similarity", pa.float64())]
    kind = pa.list_(pa.struct([*span, *about, ("keeper", pa.struct([*name, *span]))]))
    with source.raw() as stream, parquet.ParquetFile(stream) as file:
        schema = file.schema_arrow
        if FIELD in schema.names:
            raise SettingsError(f"{source.path} has a column {FIELD!r} already: take it out first")
        codec = file.metadata.row_group(0).column(0).compression if len(notes) > 1 else "snappy"
        codec = "none" if codec == "UNCOMPRESSED" else codec
        at = 1  # the first piece is the header
        with parquet.ParquetWriter(
            out, schema.append(pa.field(FIELD, kind)), compression=codec
        ) as to:
            for batch in file.iter_batches():
                column = pa.array(notes[at : at + len(batch)], kind)
                to.write_batch(batch.append_column(pa.field(FIELD, kind), column))
                at += len(batch)


def _note(line: Line) -> Note:
    """Return what a record is told of one removal."""
    row = line.to_json()
    return {name: row[name] for name in ("start", "end", "reason", "group", "similarity", "keeper")}
