"""
Frames: tables that a caller holds, of pandas, polars, Arrow, `datasets` and whoever speaks Arrow.

Rows are taken some at a time, and of these the wanted columns alone, so a frame whose texts do not
lie in memory as Arrow wants them is never there twice. None of these libraries is imported:
`narwhals` speaks with those that the caller has imported.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.errors import SettingsError
from dedup.formats import tables
from dedup.formats.held import BATCH, Held
from dedup.formats.interface import Fault, Unreadable
from dedup.formats.naming import no_column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.formats.interface import Chunk, Piece
    from dedup.settings import Settings


class FrameRows(Protocol):
    """A table of some library."""

    def columns(self) -> list[str]:
        """Return the names of the columns."""
        ...

    def batches(self, columns: list[str]) -> Iterator[pa.Table]:
        """Return these columns, `BATCH` rows at a time; at least once."""
        ...

    def selected(self, rows: list[int], field: str, texts: dict[int, str]) -> Any:  # noqa: ANN401 - a table of that library
        """Return some rows, numbered from 0, with other values in places (of these) of a column."""
        ...


class Frame(Held):
    """A frame; a class because `Held` is one."""

    def __init__(self, name: str, rows: FrameRows) -> None:
        super().__init__(name)
        self._rows = rows

    def documents(  # noqa: PLR0913 - a stream, and what is wanted of it
        self,
        stream: IO[bytes],  # noqa: ARG002 - nothing is opened
        path: str,
        settings: Settings,
        *,
        size: int,  # noqa: ARG002 - likewise
        fields: Sequence[str] = (),
        to_cut: bool = False,
    ) -> Iterator[Piece | Chunk]:
        """Yield the records in columns. Raises `Unreadable`."""
        field, names = settings.text_field, {settings.id_field, *fields}
        names |= {name.partition(".")[0] for name in names}  # a field of a struct
        known = self._rows.columns()
        if not any(tables.leads(name, field) for name in known):
            raise Unreadable(path, no_column(field, known))
        wanted = [name for name in known if name in names or tables.leads(name, field)]
        reader: tables.Reader | None = None
        try:
            for table in self._rows.batches(wanted):
                # A column of nothing but nulls has no type: its nulls are missing texts.
                own = _typed(table, field)
                if reader is None:
                    reader = tables.reader(own.schema, path, settings, to_cut=to_cut)
                for batch in own.to_batches():
                    yield from reader.documents(batch, fields)
        except (pa.ArrowException, TypeError) as error:
            why = f"not a table that Arrow can hold: {' '.join(str(error).split())}"
            raise Unreadable(path, Fault(why, step="give each column one type")) from None

    def selected(self, rows: Sequence[int], texts: Mapping[int, str], settings: Settings) -> Any:  # noqa: ANN401 - a frame
        """
        Return some rows as a frame of the same library.

        Raises `SettingsError` where a text is to be changed that is no column of its own.
        """
        field, known = settings.text_field, self._rows.columns()
        if texts and field not in known:
            raise SettingsError(
                f"{self.name} has its texts inside a column ({field}), where none can be shortened:"
                f" make {field} a column, or look at removals"
            )
        places = {row: place for place, row in enumerate(rows)}
        changed = {places[row]: text for row, text in texts.items() if row in places}
        return self._rows.selected(list(rows), field, changed)


def frame(data: Any, argument: str, name: str) -> Frame | None:  # noqa: ANN401 - what a caller gives
    """Take what is a frame; `None` for all else. Raises `SettingsError` for a lazy one."""
    if hasattr(data, "with_format") and hasattr(data, "select_columns"):
        if isinstance(data, dict):
            splits = ", ".join(map(str, data))
            raise SettingsError(f"{argument} has several splits ({splits}): give one of them")
        if hasattr(data, "__len__"):
            return Frame(name, _Dataset(data))
    import narwhals

    if isinstance(data, pa.Table):
        return Frame(name, _Table(data))
    own = narwhals.from_native(data, eager_only=True, pass_through=True)
    if isinstance(own, narwhals.DataFrame):
        return Frame(name, _DataFrame(own))
    if hasattr(data, "collect") and hasattr(data, "lazy"):
        raise SettingsError(f"{argument} is a lazy frame: give the frame that its collect() gives")
    if hasattr(data, "__arrow_c_stream__"):
        try:
            return Frame(name, _Table(pa.table(data)))
        except pa.ArrowInvalid:  # a stream of one column
            raise SettingsError(
                f"{argument} is a column, not a table: give a frame, or the column as texts"
            ) from None
    return None


class _DataFrame:
    """A frame that narwhals knows; a class because `Rows` is a protocol."""

    def __init__(self, own: Any) -> None:  # noqa: ANN401 - a frame of narwhals
        self._frame = own

    def columns(self) -> list[str]:
        names: list[str] = self._frame.columns
        return names

    def batches(self, columns: list[str]) -> Iterator[pa.Table]:
        wanted = self._frame.select(columns)
        for start in range(0, max(1, len(wanted)), BATCH):
            yield wanted[start : start + BATCH].to_arrow()

    def selected(self, rows: list[int], field: str, texts: dict[int, str]) -> Any:  # noqa: ANN401 - a frame
        own = self._frame[rows]
        if texts:
            own = own.with_columns(own[field].scatter(list(texts), list(texts.values())))
        return own.to_native()


class _Table:
    """A table of Arrow; a class because `Rows` is a protocol."""

    def __init__(self, own: pa.Table) -> None:
        self._table = own

    def columns(self) -> list[str]:
        names: list[str] = self._table.column_names
        return names

    def batches(self, columns: list[str]) -> Iterator[pa.Table]:
        wanted = self._table.select(columns)
        for start in range(0, max(1, len(wanted)), BATCH):
            yield wanted.slice(start, BATCH)

    def selected(self, rows: list[int], field: str, texts: dict[int, str]) -> pa.Table:
        # NOTE: Arrow cannot take rows of views of strings.
        schema = self._table.schema
        views = pa.types.is_string_view
        plain = [one.with_type(pa.large_string()) if views(one.type) else one for one in schema]
        own = self._table.cast(pa.schema(plain)).take(pa.array(rows, pa.int64()))
        if texts:
            number = schema.get_field_index(field)
            column = own.column(number)
            mask = np.zeros(len(own), bool)
            mask[list(texts)] = True
            new = pa.array([texts[place] for place in sorted(texts)], column.type)
            own = own.set_column(number, own.field(number), pc.replace_with_mask(column, mask, new))
        return own.cast(schema)


class _Dataset:
    """A dataset of Hugging Face; a class because `Rows` is a protocol."""

    def __init__(self, own: Any) -> None:  # noqa: ANN401 - a dataset
        self._dataset = own

    def columns(self) -> list[str]:
        names: list[str] = self._dataset.column_names
        return names

    def batches(self, columns: list[str]) -> Iterator[pa.Table]:
        wanted = self._dataset.select_columns(columns).with_format("arrow")
        for start in range(0, max(1, len(wanted)), BATCH):
            yield wanted[start : start + BATCH]

    def selected(self, rows: list[int], field: str, texts: dict[int, str]) -> Any:  # noqa: ANN401 - a dataset
        own = self._dataset.select(rows)
        if not texts:
            return own
        names, kind = own.column_names, own.features[field]
        values = [texts.get(place, text) for place, text in enumerate(own[field])]
        return (
            own.remove_columns(field).add_column(field, values, feature=kind).select_columns(names)
        )


def _typed(table: pa.Table, field: str) -> pa.Table:
    """Type a text column that holds nothing, and so has any type, as strings."""
    number = table.schema.get_field_index(field)
    untyped = number >= 0 and pa.types.is_null(table.schema.field(number).type)
    if number < 0 or not (untyped or not len(table)):
        return table
    return table.set_column(number, field, table.column(number).cast(pa.large_string()))
