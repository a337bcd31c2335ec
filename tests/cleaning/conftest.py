"""A small corpus of every kind of file, and a clean of it by brute force."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pytest
import strategies
import zstandard
from cleaning.tables import compared, split
from pyarrow import parquet

from dedup import cleaning

if TYPE_CHECKING:
    from pathlib import Path

A, B, C, D, E = (strategies.render(letter) for letter in "ABCDE")
X, Y, F, J, K, L, M, N, P, Q, R = (strategies.render(letter) for letter in "FGHJKLMNPQR")
H = strategies.render("a")


def literal(*lines: str) -> str:
    """Write lines as a JSON string, with every escape that a scraper might have used."""
    out = json.dumps("\n".join(lines), ensure_ascii=False)[1:-1]
    out = out.replace("/", "\\/").replace("e", "\\u0065", 3).replace("é", "\\u00E9", 2)
    return f'"{out}"'


class Clean(Protocol):
    """`cleaning.clean` with options by their names."""

    def __call__(
        self,
        *paths: object,
        out: object = "out",
        **options: Any,  # noqa: ANN401 - options
    ) -> cleaning.Cleaned:
        """Clean paths of the test's folder."""
        ...


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clean:
    """Clean in the test's own folder; without a guard unless it says so."""
    monkeypatch.chdir(tmp_path)

    def run(*paths: object, out: object = "out", **options: Any) -> cleaning.Cleaned:  # noqa: ANN401
        own = {"dry_run", "ids", "ledger"}
        besides = {name: options.pop(name) for name in own & options.keys()}
        settings, policy = split({"max_removed": 1.0} | options)
        target = None if out is None else str(out)
        return cleaning.clean(
            [str(p) for p in paths],
            target,
            settings,
            policy,
            **besides,
            compare=compared,
        )

    return run


def contents(folder: Path) -> dict[str, bytes]:
    """Give all files of a folder, but for ours."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".dedup" not in path.parts
    }


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write files, their folders made."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def every_kind() -> dict[str, bytes]:
    """Give files of every format, encoding and compression, with something to remove in most."""
    copy = f"{X}\n{A}\n{B}\n"
    records = [
        f'{{"id": 7, "text": {literal(M, A, H)}, "tags": [1.50, null]}}\r\n',
        f'  {{ "extra" : {{"text": "no"}}, "text" :{literal(B, N)} , "id":7}}\n',
        "\n",
        f'{{"text": {literal(A)}, "id": "gone"}}\n',
        f'{{"text": {literal()}}}\n',
        f'{{"id": null, "text": {literal(C, B, "")}}}',
    ]
    array = (
        f'\ufeff[\n {{"text": {literal(A)}}} ,\n\t{{"text": {literal(B)}}},'
        f'{{"text":{literal(D, A)}}},  {{"text":{literal(C)}}} ]\n'
    )
    rows = [["id", "text", "n"], ["x", f"{A}\n{B}", "1.50"], ["x", f"{P}\n{A}", '"'], ["y", C, ""]]
    table = io.StringIO()
    csv.writer(table).writerows([*rows, ["", "", "last"]])
    columns = {"text": [A, f"{R}\n{B}", C], "id": [3, None, 3], "n": [None, 2.5, None]}
    parquets = io.BytesIO()
    parquet.write_table(pa.table(columns), parquets, row_group_size=2)
    return {
        "a.txt": f"{A}\n\n{B}\n\n{C}\n".encode(),
        "b.txt": copy.encode(),
        "c crlf.txt": f"\ufeff{A}\r\n{Y}\r\n\r\n{B}".encode(),
        "deep/er/utf16.txt": f"\ufeff{Y}\n{C}\n😀 {H}\n".encode("utf-16-le"),
        "deep/gone.txt": f"{A}\n{C}\n".encode(),
        "deep/utf32.txt": f"\ufeff{C}\nend\n".encode("utf-32-be"),
        "empty.txt": b"",
        "e.csv": table.getvalue().encode(),
        "f.tsv.gz": gzip.compress(f'text\tid\n{A}\tu\n"{Q}\n{B}"\tv'.encode()),
        "form\u0301.md": f"---\nt: 1\n---\n{A}\n```\n{A}\n```\n{E}\n\n{B}\n".encode(),
        "g.jsonl": "".join(records).encode(),
        "h.json": array.encode(),
        "i.json": f'{{"text": {literal(A, L, C)}}}'.encode(),
        "j.json": f'{{"text": {literal(A)}}}\n'.encode(),
        "k.txt.gz": gzip.compress(f"{F}\n{A}\n{J}\n".encode()),
        "l.jsonl.zst": zstandard.compress("".join(records).encode()),
        "m.txt.bz2": bz2.compress(f"{B}\n{K}".encode()),
        "n.txt.xz": lzma.compress(b"nothing to remove here\n"),
        "o.txt": b" \n\t\n",
        "p.txt.gz": gzip.compress(f"{A}\n".encode()),
        "q.jsonl": b"",
        "r.parquet": parquets.getvalue(),
        "unicode\u2028.txt": f"{A}\u2028\u0085 \x0c\nend\n".encode(),
    }


def unpacked(name: str, data: bytes) -> bytes:
    """Give the decompressed bytes; of Parquet its values, schema and codecs."""
    if name.endswith(".parquet"):
        table = parquet.read_table(io.BytesIO(data))
        group = parquet.read_metadata(io.BytesIO(data)).row_group(0)
        codecs = [group.column(number).compression for number in range(group.num_columns)]
        return repr((table.schema.to_string(), table.to_pylist(), codecs)).encode()
    for suffix, unpack in (
        (".gz", gzip.decompress),
        (".zst", lambda raw: zstandard.ZstdDecompressor().decompressobj().decompress(raw)),
        (".bz2", bz2.decompress),
        (".xz", lzma.decompress),
    ):
        if name.endswith(suffix):
            return unpack(data)
    return data
