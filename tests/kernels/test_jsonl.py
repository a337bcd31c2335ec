"""JSON lines by the kernel: what it takes is what a parser reads, and it reads no further."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels
from dedup.kernels import BLANK, LITERAL, ODD, STRING, TAKEN

WAYS = [[b"text"], [b"a", b"b"], [b"id"]]


def column(data: bytes) -> np.ndarray:
    """Make an array of bytes."""
    return np.frombuffer(data, np.uint8)


@given(st.lists(st.text(), max_size=6), st.booleans())
def test_both_kernels_unescape_alike(kernel: str, texts: list[str], ascii_only: bool) -> None:  # noqa: FBT001 - drawn
    """What any writer has written."""
    assert kernel
    parts = [json.dumps(text, ensure_ascii=ascii_only).encode() for text in texts]
    ends = np.cumsum([0, *map(len, parts)], dtype=np.int64)
    data, offsets = kernels.unescaped(column(b"".join(parts)), ends[:-1] + 1, ends[1:] - 1)
    raw = [data[a:b].tobytes().decode() for a, b in pairwise(offsets)]
    assert raw == texts


@pytest.mark.parametrize(
    "literal", [rb"\x", rb"\u12", rb"\u12g4", rb"\ud800", rb"\udc00", rb"\ud800\u0041", b"\\"]
)
def test_what_is_no_escape_is_an_error(kernel: str, literal: bytes) -> None:
    """Also where the string ends within one."""
    assert kernel
    ends = np.array([len(literal)], np.int64)
    with pytest.raises(ValueError, match="JSON strings"):
        kernels.unescaped(column(literal), ends * 0, ends)


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b'{"text":"a","a":{"b":1}}', b" "])))
def test_both_kernels_find_the_same_lines(kernel: str, parts: list[bytes]) -> None:
    """The kernel in Python takes none of them, the other one none that is not JSON."""
    data = b"\n".join(parts)
    read = kernels.json_lines(column(data), WAYS)
    assert len(read.starts) == len(read.stops) == len(read.kinds) == (read.lines == TAKEN).sum()
    lines = data.split(b"\n")[: -1 if data.endswith(b"\n") or not data else None]
    assert read.ends.tolist()[:-1] == np.cumsum([len(line) + 1 for line in lines]).tolist()[:-1]
    for line, kind in zip(lines, read.lines.tolist(), strict=True):
        assert kind in ({TAKEN, BLANK, ODD} if kernel == "native" else {ODD})
        if kind == TAKEN:
            assert isinstance(orjson.loads(line), dict)
        if kind == BLANK:
            assert not line or line.isspace()


def test_where_values_lie(kernel: str) -> None:
    """Strings without their quotes, numbers as they are; in objects inside of objects."""
    inner = b'{"c": {"b": 1}, "b": "\xc3\xa9"}'
    data = b' {"x": [{"id": 0}], "text" : "a\\"", "id": -1.5e3, "a": %s}' % inner
    read = kernels.json_lines(column(data), WAYS)
    if kernel == "reference":
        assert read.lines.tolist() == [ODD]
        return
    assert read.kinds.tolist() == [[STRING, STRING, LITERAL]]
    found = [data[a:b] for a, b in zip(read.starts[0], read.stops[0], strict=True)]
    assert found == [b'a\\"', b"\xc3\xa9", b"-1.5e3"]
    with pytest.raises(ValueError, match="at least one key"):
        kernels.json_lines(column(data), [[]])
