"""
A batch on disk: its columns end to end in one file, read back a few rows at a time.

Nothing is mapped into memory, so what is read counts as what it is, and a bound on memory holds.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from dedup.errors import OutputError
from dedup.model import Strings, Table

if TYPE_CHECKING:
    from io import FileIO

    from numpy.typing import NDArray

    from dedup.model import I64

T = TypeVar("T", bound=Table)
Layout = tuple[tuple[str, str, tuple[int, ...], int, int], ...]
"""Of each array in the file: name, type, shape of a row, offset and number of rows."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Filed(Generic[T]):
    """Rows of a table in a file."""

    kind: type[T]
    path: Path
    rows: int
    nbytes: int
    layout: Layout

    def __len__(self) -> int:
        return self.rows

    def load(self, start: int = 0, stop: int | None = None) -> T:
        """Read the rows from `start` up to `stop`."""
        stop = self.rows if stop is None else stop
        columns: dict[str, Any] = {}
        arrays = {entry[0]: entry for entry in self.layout}
        with self.path.open("rb", buffering=0) as stream:
            for field in fields(self.kind):
                if field.name in arrays:
                    columns[field.name] = _read(stream, arrays[field.name], start, stop)
                    continue
                offsets = _read(stream, arrays[f"{field.name}.offsets"], start, stop + 1)
                edges = int(offsets[0]), int(offsets[-1])
                data = _read(stream, arrays[f"{field.name}.data"], *edges)
                columns[field.name] = Strings(data, offsets - offsets[0])
        return self.kind(**columns)

    def column(self, name: str, start: int = 0, stop: int | None = None) -> I64:
        """Read some rows of one column of whole numbers."""
        entry = next(entry for entry in self.layout if entry[0] == name)
        with self.path.open("rb", buffering=0) as stream:
            rows = _read(stream, entry, start, self.rows if stop is None else stop)
        whole: I64 = rows.astype(np.int64, copy=False)
        return whole


def file(table: T, path: Path) -> Filed[T]:
    """Write a table to a new file. Raises `OSError`."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, column in table.columns().items():
        if isinstance(column, Strings):
            arrays[f"{name}.offsets"], arrays[f"{name}.data"] = column.offsets, column.data
        else:
            arrays[name] = column
    layout, at = [], 0
    with path.open("xb") as stream:
        for name, array in arrays.items():
            stream.write(np.ascontiguousarray(array).data.cast("B") if array.size else b"")
            layout.append((name, array.dtype.str, array.shape[1:], at, len(array)))
            at += array.nbytes
    return Filed(type(table), path, len(table), table.nbytes, tuple(layout))


def _read(
    stream: FileIO, entry: tuple[str, str, tuple[int, ...], int, int], start: int, stop: int
) -> NDArray[Any]:
    _, dtype, shape, offset, _ = entry
    rows = np.empty((stop - start, *shape), dtype)
    if rows.size:
        room = rows.data.cast("B")
        stream.seek(offset + start * (rows.nbytes // len(rows)))
        while room:
            count = stream.readinto(room)
            if not count:
                raise OutputError(
                    f"{stream.name} is shorter than it was written: "
                    f"remove {Path(stream.name).parent} and run the command again"
                )
            room = room[count:]
    return rows
