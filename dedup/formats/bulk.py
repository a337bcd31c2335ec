r"""
Blocks of JSON lines -> columns, through Arrow: several at once, without a Python object a text.

Arrow and orjson, which reads small files, must give the same. They differ in what they let pass:
Arrow takes invalid UTF-8, `NaN` and `Infinity`, numbers beyond a double, any depth, several
objects in a line, one object over several lines, and stops at a NUL. So a block that might hold
one of these, one that Arrow refuses, and one with a text that is missing is not taken (`None`): it
is for the caller to read line by line. Then the rest is the same by construction: each line that
is not blank begins with "{" and ends with "}", so no object goes on in the next line ("}" before
"{" stands in no JSON value), and there are as many objects as lines.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
from pyarrow import json as arrow_json

from dedup.formats.joined import member
from dedup.formats.rows import strings
from dedup.formats.text import LARGEST, STEP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

    from dedup.model import I64, U8, Strings
    from dedup.settings import Settings

BLOCK = 1 << 20
"""Bytes of a block, up to a line more: it stays in the cache of a core."""
_DEPTH = 1000
"""Brackets in a line that may be too deep for orjson, which goes to 1024."""
_DIGITS = 200
"""Digits in a row that may be a number beyond a double, without an exponent of three digits."""
_BEYOND = re.compile(rb"[0-9][eE]\+?[0-9]{3,}[ \t\r\n,}\]]")
_NO_NUMBER = re.compile(rb"(?:NaN|Inf(?:inity)?)[ \t\r\n]*[,}\]]")


class Columns(NamedTuple):
    """The records of a block."""

    ids: list[str | None]
    text: Strings
    values: tuple[list[str | None], ...]
    """Of each field that was asked for."""
    lines: I64
    """The line of each record in the block, from 0."""
    height: int
    """Lines of the block, blank ones included."""


def parsed(
    stream: IO[bytes], settings: Settings, fields: Sequence[str] = ()
) -> Iterator[tuple[bytes, Columns | None]]:
    """
    Yield blocks of whole lines in order, each with its columns where they can be trusted.

    At a line with a zero byte that goes on beyond its block the last one ends, and what is left of
    the stream is for the caller to read: it may be much, and no text.
    """
    names = settings.text_field, settings.id_field, *fields
    threads = settings.threads or cpu_count() or 1
    waiting: deque[tuple[bytes, Future[Columns | None]]] = deque()
    with ThreadPoolExecutor(threads, "parse") as pool:
        mark, zero = BOM_UTF8, b""
        while block := stream.read(BLOCK):
            # A block ends with a line; one with a zero byte in its last line ends the walk.
            if not block.endswith(b"\n"):
                tail = block.rfind(b"\n") + 1
                block += stream.readline(max(STEP - len(block) + tail, 0))
                if block.find(0, tail) >= 0:
                    zero = block
                    break
                block += b"" if block.endswith(b"\n") else stream.readline(LARGEST)
            # Blocks are parsed in other threads, and given in order.
            waiting.append((block, pool.submit(columns, block.removeprefix(mark), names)))
            mark = b""
            if len(waiting) > threads + 1:
                first, future = waiting.popleft()
                yield first, future.result()
        for block, future in waiting:
            yield block, future.result()
        if zero:
            yield zero, None


def columns(body: bytes, names: Sequence[str]) -> Columns | None:
    """Parse a block: text, id and other fields by `names`; `None` where it is not to be trusted."""
    data = np.frombuffer(body, np.uint8)
    starts = _starts(body, data)
    if starts is None or not len(starts.of) or _suspicious(body, data, starts.of):
        return None
    try:
        schema = _schema(_first(body, int(starts.of[0])), names)
        table = schema and arrow_json.read_json(
            pa.BufferReader(body),
            arrow_json.ReadOptions(use_threads=False, block_size=len(body) + 1),
            arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        )
    except (orjson.JSONDecodeError, pa.ArrowInvalid):
        return None
    if table is None or table.num_rows != len(starts.of):
        return None
    text, *others = (_column(table, name) for name in names)
    ids, *values = ([_written(value) for value in other.to_pylist()] for other in others)
    found = strings(text)
    if found is None:
        return None
    return Columns(ids, found, tuple(values), starts.lines, starts.height)


class _Starts(NamedTuple):
    """Where the lines begin that are not blank."""

    of: I64
    lines: I64
    height: int


def _starts(body: bytes, data: U8) -> _Starts | None:
    """Find the lines; `None` for too long a one, or one without the braces of one object."""
    ends = np.flatnonzero(data == ord("\n"))
    if not body.endswith(b"\n"):
        ends = np.append(ends, len(body))
    starts = np.append(0, ends[:-1] + 1)
    if (ends - starts).max() + len(BOM_UTF8) + 1 >= LARGEST:
        return None
    last = np.maximum(ends - 1, starts)
    last -= (data[last] == ord("\r")) & (last > starts)
    lines = np.arange(len(ends))
    good = (ends > starts) & (data[np.minimum(starts, len(body) - 1)] == ord("{"))
    good &= data[np.minimum(last, len(body) - 1)] == ord("}")
    blank = ends == starts
    for line in np.flatnonzero(~good & ~blank).tolist():
        own = body[starts[line] : ends[line]].strip()
        if own and not (own.startswith(b"{") and own.endswith(b"}")):
            return None
        blank[line] = not own
    return _Starts(starts[~blank], lines[~blank], len(ends))


def _suspicious(body: bytes, data: U8, starts: I64) -> bool:
    """Tell whether there may be something that only Arrow lets pass."""
    return (
        0 in body
        or not _is_utf8(body)
        or _has_no_number(body, data)
        or _is_deep(data, starts)
        or _holds_huge_number(body, data)
    )


def _is_utf8(body: bytes) -> bool:
    offsets = pa.py_buffer(np.array([0, len(body)], np.int64))
    whole = pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(body)])
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _has_no_number(body: bytes, data: U8) -> bool:
    for word in (b"NaN", b"Inf"):
        at = np.flatnonzero(data[: len(body) - 3] == word[0])
        at = at[(data[at + 1] == word[1]) & (data[at + 2] == word[2])]
        if any(_NO_NUMBER.match(body, place) for place in at.tolist()):
            return True
    return False


def _is_deep(data: U8, starts: I64) -> bool:
    opening = (data | 0x20) == ord("{")  # "[" as well
    if np.count_nonzero(opening) - len(starts) < _DEPTH:
        return False
    return bool((np.add.reduceat(opening, starts, dtype=np.int64) >= _DEPTH).any())


def _holds_huge_number(body: bytes, data: U8) -> bool:
    """Tell whether there may be a number beyond a double: of many digits, or a large exponent."""
    digits = np.flatnonzero((data - ord("0")) < 10)
    if len(digits) >= _DIGITS:
        width = digits[_DIGITS - 1 :] - digits[: len(digits) - _DIGITS + 1]
        if (width == _DIGITS - 1).any():
            return True
    digits = digits[digits < len(body) - 4]
    exponents = digits[(data[digits + 1] | 0x20) == ord("e")]
    return any(_BEYOND.match(body, at) for at in exponents.tolist())


def _schema(first: bytes, names: Sequence[str]) -> pa.Schema | None:
    """
    Choose types by the first record: a string, or a whole number where that one has one.

    Other records with another type make Arrow refuse the block. `None` where two names want one
    field to be two things, and where the text is not a string: it is no column then.
    """
    value = orjson.loads(first)
    if type(member(value, names[0])) is not str:
        return None
    tree: dict[str, Any] = {}
    for place, name in enumerate(names):
        kind = pa.int64() if place and type(member(value, name)) is int else pa.string()
        for way in [[name], name.split(".")][: 1 + ("." in name)]:
            at = tree
            for part in way[:-1]:
                at = at.setdefault(part, {})
                if not isinstance(at, dict):
                    return None
            if at.setdefault(way[-1], kind) != kind:
                return None
    return pa.schema([pa.field(name, _type(inner)) for name, inner in tree.items()])


def _first(body: bytes, at: int) -> bytes:
    end = body.find(b"\n", at)
    return body[at : end if end >= 0 else None]


def _type(inner: Any) -> pa.DataType:  # noqa: ANN401 - a type, or names with their own
    if not isinstance(inner, dict):
        return inner
    return pa.struct([pa.field(name, _type(below)) for name, below in inner.items()])


def _column(table: pa.Table, name: str) -> pa.Array:
    """Return a column by its name, or by its path where it is null."""
    own = table.column(name).combine_chunks()
    if "." in name and own.null_count:
        from pyarrow import compute

        outer, *path = name.split(".")
        inner = compute.struct_field(table.column(outer).combine_chunks(), path)
        own = compute.coalesce(own, inner)
    return own


def _written(value: str | int | None) -> str | None:
    return None if value is None or value == "" else str(value)
