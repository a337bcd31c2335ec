r"""
Blocks of JSON lines -> columns, by a kernel, without a Python object a text.

The kernel takes only lines that every parser reads alike; of these only such are taken here whose
text is a string, in the first place where it is sought. All others are for the caller to read one
by one: so a record, its name and a fault are the same either way.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from itertools import pairwise
from typing import IO, TYPE_CHECKING, NamedTuple

import numpy as np

from dedup import kernels
from dedup.formats.text import LARGEST, STEP
from dedup.model import Strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dedup.model import I8, I64, U8

BLOCK = 1 << 20
"""Bytes of a block, up to a line more: it stays in the cache of a core."""
_MOST_ODD = 16
"""Lines of a block that are read one by one among others; of a block with more all are."""


class Columns(NamedTuple):
    """Records on lines that follow one another."""

    ids: list[str | None]
    text: Strings
    values: tuple[list[str | None], ...]
    """Of each field that was asked for."""
    lines: I64
    """The line of each record, from 0."""
    height: int
    """Lines, blank ones included."""


def blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """
    Yield a stream in blocks of whole lines.

    At a line with a zero byte that goes on beyond its block the last one ends, and what is left of
    the stream is for the caller to read: it may be much, and no text.
    """
    while block := stream.read(BLOCK):
        if not block.endswith(b"\n"):
            tail = block.rfind(b"\n") + 1
            block += stream.readline(max(STEP - len(block) + tail, 0))
            if block.find(0, tail) >= 0:
                yield block
                return
            block += b"" if block.endswith(b"\n") else stream.readline(LARGEST)
        yield block


def parsed(block: bytes, names: Sequence[str]) -> Iterator[Columns | bytes]:
    """
    Yield what is on the lines of a block, in order: text, id and other fields by their `names`.

    Lines that are for the caller to read come as they are.
    """
    data = np.frombuffer(block, np.uint8)
    read = kernels.json_lines(data, [way for name in names for way in _ways(name)])
    found = _fields(read, names)

    # Which lines are taken, and which are for the caller to read.
    good = (found[0].kinds == kernels.STRING) & (found[1].kinds != kernels.OTHER)
    kinds = read.lines.copy()
    kinds[kinds == kernels.TAKEN] = np.where(good, kernels.TAKEN, kernels.ODD)
    kinds[np.diff(read.ends, prepend=0) + len(BOM_UTF8) >= LARGEST] = kernels.ODD
    odd = np.flatnonzero(kinds == kernels.ODD)
    if len(odd) > _MOST_ODD:
        yield block
        return

    # The records of all of these lines, and those between two odd ones at a time.
    rows = np.flatnonzero(kinds[read.lines == kernels.TAKEN] == kernels.TAKEN)
    lines = np.flatnonzero(kinds == kernels.TAKEN)
    text, *others = (_strings(data, field, rows) for field in found)
    ids, *values = ([value or None for value in other.list()] for other in others)
    ends = [0, *read.ends.tolist()]
    for before, line in pairwise([-1, *odd.tolist(), len(kinds)]):
        first, stop = np.searchsorted(lines, (before + 1, line)).tolist()
        if line > before + 1:
            yield Columns(
                ids[first:stop],
                text.slice(first, stop),
                tuple(value[first:stop] for value in values),
                lines[first:stop] - (before + 1),
                line - (before + 1),
            )
        if line < len(kinds):
            yield block[ends[line] : ends[line + 1]]


class _Field(NamedTuple):
    """Where the values of a field lie in a block, one a line that the kernel took."""

    starts: I64
    stops: I64
    kinds: I8


def _ways(name: str) -> list[list[bytes]]:
    """Return where a field is sought: under that very name, then, dotted, inside of objects."""
    whole = name.encode("utf-8", "surrogatepass")
    return [[whole], whole.split(b".")] if "." in name else [[whole]]


def _fields(read: kernels.JsonLines, names: Sequence[str]) -> list[_Field]:
    """Return each field by the first of its ways that leads to something other than null."""
    found = iter(map(_Field, read.starts.T, read.stops.T, read.kinds.T))
    return [_first(next(found), next(found)) if "." in name else next(found) for name in names]


def _first(one: _Field, other: _Field) -> _Field:
    """Return the values of one way, or of the other where that leads to nothing."""
    wanted = one.kinds > kernels.NULL
    return _Field(
        np.where(wanted, one.starts, other.starts),
        np.where(wanted, one.stops, other.stops),
        np.where(wanted, one.kinds, other.kinds),
    )


def _strings(data: U8, field: _Field, rows: I64) -> Strings:
    """Return the values of some rows: strings as they are meant, numbers as they are written."""
    return Strings(*kernels.unescaped(data, field.starts[rows], field.stops[rows]))
