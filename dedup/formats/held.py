"""
Texts that a caller holds: strings, dicts and frames (`frames`), read as the records of a file are.

What is held stands beside the paths of files and goes through the same reading. It is a layout of
its own, whose records are numbered from 1 and named by their ids.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from dedup.formats.interface import Chunk, Fault, Format, Piece
from dedup.formats.joined import MISSING, member, text_of
from dedup.formats.naming import Names
from dedup.formats.slices import Sliced, utf8_starts
from dedup.model import Strings

if TYPE_CHECKING:
    from dedup.model import I64
    from dedup.settings import Settings

BATCH = 1024
"""Records that are put into columns at once."""
BATCH_CHARACTERS = 1 << 22
"""Characters of such a batch, the last text apart."""
_LEAVE = "leave it out"


class Held(Format):
    """Texts that are held, as a layout; a class because each kind of them derives from it."""

    suffixes = ()
    records = True
    as_bytes = False

    def __init__(self, name: str) -> None:
        """`name` stands where a path would: in reports and messages."""
        self.name = name

    def pieces(
        self, stream: IO[bytes], path: str, settings: Settings, *, to_cut: bool = True
    ) -> Iterator[Piece]:
        """Yield each record. Raises `Unreadable`."""
        number = 0
        for item in self.documents(stream, path, settings, size=0, to_cut=to_cut):
            if isinstance(item, Piece):
                number += 1
                yield item
                continue
            for raw, name in zip(item.text.raws(), item.names.list(), strict=True):
                number += 1
                yield Piece(raw, _Text(raw, raw.decode("utf-8", "surrogatepass"), name, number))

    def extent(self, raw: bytes) -> int:  # noqa: ARG002 - whatever the piece holds
        """
        Return how far a piece moves the place of the next one.

        That is one, so records count from 1.
        """
        return 1

    @abstractmethod
    def selected(self, rows: Sequence[int], texts: Mapping[int, str], settings: Settings) -> Any:  # noqa: ANN401 - as it came in
        """Return the records `rows`, numbered from 0, as what came in, with these texts changed."""


class HeldDocument(Held):
    """One text under the name of a file, or of a record in one; a class because `Held` is one."""

    def __init__(self, name: str, text: str, record: str | None, *, markdown: bool) -> None:
        """With `markdown` front matter, code and HTML are no paragraphs."""
        super().__init__(name)
        self._text = text
        self._record = record
        self._markdown = markdown

    def documents(  # noqa: PLR0913 - as the protocol has it
        self,
        stream: IO[bytes],  # noqa: ARG002 - nothing is opened
        path: str,  # noqa: ARG002 - likewise
        settings: Settings,  # noqa: ARG002 - a text has no fields
        *,
        size: int,  # noqa: ARG002 - nothing is opened
        fields: Sequence[str] = (),  # noqa: ARG002 - a text has none
        to_cut: bool = False,  # noqa: ARG002 - it is one string
    ) -> Iterator[Piece | Chunk]:
        """Yield the text."""
        raw = self._text.encode("utf-8", "surrogatepass")
        yield Piece(raw, _Text(raw, self._text, self._record, 1, markdown=self._markdown))

    def selected(
        self,
        rows: Sequence[int],
        texts: Mapping[int, str],
        settings: Settings,  # noqa: ARG002 - a text has no fields
    ) -> list[str]:
        """Return the text, if it is among the rows."""
        return [texts.get(row, self._text) for row in rows]


class _Text(Sliced):
    """A text that is held; a class because `Sliced` asks where its code points begin."""

    __slots__ = ()

    def _find_starts(self) -> I64:
        return utf8_starts(self._bytes)


class _Values(Held):
    """Values that come one by one; a class because strings and dicts derive from it."""

    def __init__(self, name: str, values: Iterable[Any], *, again: bool) -> None:
        """With `again` the values are read more than once: a generator is read into a list."""
        super().__init__(name)
        self._values = values
        if again and not isinstance(values, Sequence):
            self._values = list(values)

    def documents(  # noqa: PLR0913 - a stream, and what is wanted of it
        self,
        stream: IO[bytes],  # noqa: ARG002 - nothing is opened
        path: str,  # noqa: ARG002 - likewise
        settings: Settings,
        *,
        size: int,  # noqa: ARG002 - likewise
        fields: Sequence[str] = (),
        to_cut: bool = False,
    ) -> Iterator[Piece | Chunk]:
        """Yield the records in columns, around those that are malformed."""
        names, batch = Names(), _Columns(fields)
        for number, value in enumerate(self._values, 1):
            text = self._text(value, settings, to_cut=to_cut)
            own = self._field(value, settings.id_field)
            if isinstance(own, Fault):
                text, own = text if isinstance(text, Fault) else own, None
            if isinstance(text, Fault):
                if len(batch):
                    yield batch.taken()
                yield Piece(repr(value).encode("utf-8", "surrogatepass"), None, text, number)
                continue
            others = [self._field(value, name) for name in fields]
            batch.add(names.new(own, number), text, others)
            if len(batch) >= BATCH or batch.characters >= BATCH_CHARACTERS:
                yield batch.taken()
        if len(batch):
            yield batch.taken()

    @abstractmethod
    def _text(self, value: Any, settings: Settings, *, to_cut: bool) -> str | Fault:  # noqa: ANN401 - any value
        """Return the text of a value."""

    @abstractmethod
    def _field(self, value: Any, name: str) -> str | Fault | None:  # noqa: ANN401 - any value
        """Return another field as a text."""


class _Columns:
    """Records to be put into columns; a class because they come one by one."""

    def __init__(self, fields: Sequence[str]) -> None:
        self.characters = 0
        self._names: list[str] = []
        self._texts: list[str] = []
        self._values: tuple[list[str | None], ...] = tuple([] for _ in fields)

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, name: str, text: str, values: Sequence[str | Fault | None]) -> None:
        """Take a record."""
        self.characters += len(text)
        self._names.append(name)
        self._texts.append(text)
        for column, value in zip(self._values, values, strict=True):
            column.append(None if isinstance(value, Fault) else value)

    def taken(self) -> Chunk:
        """Return all records so far, and begin anew."""
        lines = np.zeros(len(self), np.int64)
        chunk = Chunk(Strings.of(self._names), lines, Strings.of(self._texts), self._values)
        self.characters, self._names, self._texts = 0, [], []
        self._values = tuple([] for _ in self._values)
        return chunk


class Texts(_Values):
    """Strings; a class because `Held` is one."""

    def selected(
        self,
        rows: Sequence[int],
        texts: Mapping[int, str],
        settings: Settings,  # noqa: ARG002 - strings have no fields
    ) -> list[str]:
        """Return some of the strings."""
        wanted = set(rows)
        each = enumerate(self._values)
        return [texts.get(row, text) for row, text in each if row in wanted]

    def _text(self, value: object, settings: Settings, *, to_cut: bool) -> str | Fault:  # noqa: ARG002 - a string
        value = value.as_py() if hasattr(value, "as_py") else value  # of a column of Arrow
        if isinstance(value, str):
            return str(value)
        return Fault(f"{_kind(value)}, not a string", step=_LEAVE)

    def _field(self, value: object, name: str) -> None:  # noqa: ARG002 - a string has none
        return None


class Records(_Values):
    """Dicts, or other mappings with a text; a class because `Held` is one."""

    def selected(
        self, rows: Sequence[int], texts: Mapping[int, str], settings: Settings
    ) -> list[dict[str, Any]]:
        """Return some of the dicts; one whose text has changed as a copy."""
        wanted = set(rows)
        return [
            _with_text(value, settings.text_field, texts[row]) if row in texts else value
            for row, value in enumerate(self._values)
            if row in wanted
        ]

    def _text(self, value: object, settings: Settings, *, to_cut: bool) -> str | Fault:
        if not isinstance(value, Mapping):
            return Fault(f"{_kind(value)}, not a dict", step=_LEAVE)
        return text_of(dict(value), settings.text_field, to_cut=to_cut)

    def _field(self, value: object, name: str) -> str | Fault | None:
        own = member(value, name) if isinstance(value, Mapping) else MISSING
        if own is MISSING or own is None or (isinstance(own, float) and math.isnan(own)):
            return None
        own = own.item() if isinstance(own, np.generic) else own
        if isinstance(own, (str, int, float, Decimal, UUID)) and not isinstance(own, bool):
            return str(own) or None
        if isinstance(own, date):
            return own.isoformat()
        return Fault(f"field {name!r} is {_kind(own)}, not a string or number", step=_LEAVE)


def _with_text(value: Mapping[str, Any], field: str, text: str) -> dict[str, Any]:
    """Return a copy of a record with another text, also of one inside an object."""
    own = dict(value)
    if own.get(field) is not None or "." not in field:
        return own | {field: text}
    key, _, rest = field.partition(".")
    return own | {key: _with_text(own[key], rest, text)}


def _kind(value: object) -> str:
    """Name the type of a value, `None` by itself."""
    return "None" if value is None else f"of type {type(value).__name__}"
