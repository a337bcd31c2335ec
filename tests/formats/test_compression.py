# ruff: noqa: FBT001 - parameters of tests come by name
"""Compressed files: read in full or not at all, written the same each time."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from typing import TYPE_CHECKING

import pytest
import zstandard

from dedup import formats
from dedup.errors import InputError
from dedup.formats import compression
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
LINES = b"".join(b'{"text": "%d paragraphs of text"}\n' % n for n in range(20_000))


def unpack(data: bytes, suffix: str) -> bytes:
    """Read some compressed bytes to their end."""
    with compression.unpacked(io.BytesIO(data), suffix, f"x{suffix}") as stream:
        return stream.read()


@pytest.mark.parametrize("suffix", PACK)
def test_several_members_are_one_file(suffix: str) -> None:
    """With zero bytes between and after them as padding."""
    pack = PACK[suffix]
    data = pack(LINES) + bytes(8) + pack(b"") + pack(LINES) + bytes(512)
    assert unpack(data, suffix) == LINES * 2
    assert unpack(pack(b""), suffix) == b""


@pytest.mark.parametrize("suffix", PACK)
@pytest.mark.parametrize("large", [False, True])
def test_a_cut_file_is_an_error_wherever_it_was_cut(suffix: str, large: bool) -> None:
    """Never a short read; the place is named."""
    data = PACK[suffix](LINES if large else b"abc")
    cuts = range(1, len(data), max(1, len(data) // 40))
    for cut in [*cuts, len(data) - 1]:
        with pytest.raises(InputError) as caught:
            unpack(data[:cut], suffix)
        assert str(caught.value) == (
            f"x{suffix}: cut short {suffix[1:]} data (it ends at byte {cut}); "
            "get the file again or use on_error='skip'"
        )
    with pytest.raises(InputError, match=f"x{suffix}: empty {suffix[1:]} data; get the file again"):
        unpack(b"", suffix)


@pytest.mark.parametrize("suffix", PACK)
def test_garbage_is_an_error(suffix: str) -> None:
    """After the data, instead of it, and in it."""
    data = PACK[suffix](LINES)
    middle = len(data) // 2
    flipped = data[:middle] + bytes([data[middle] ^ 0x55]) + data[middle + 1 :]
    for bad in (data + b"garbage", b"plain text", flipped if suffix != ".zst" else b"\x28\xb5\x2f"):
        with pytest.raises(InputError, match=f"(damaged|cut short) {suffix[1:]} data"):
            unpack(bad, suffix)


@pytest.mark.parametrize("suffix", PACK)
def test_a_bomb_is_refused(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Output is limited by what went in."""
    monkeypatch.setattr(compression, "FREE_OUTPUT", 1 << 20)
    data = PACK[suffix](bytes(64 << 20))
    with pytest.raises(InputError) as caught:
        unpack(data, suffix)
    assert str(caught.value) == (
        f"x{suffix}: it expands to more than 200 times its size; "
        "unpack it first or use on_error='skip'"
    )


def test_a_window_of_gibibytes_is_refused() -> None:
    """A zstd frame may ask for as much memory as it likes."""
    asked = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=asked)
    writer = packer.compressobj()
    data = writer.compress(LINES) + writer.flush()
    with pytest.raises(InputError, match="damaged zst data"):
        unpack(data, ".zst")


@pytest.mark.parametrize("suffix", PACK)
def test_what_is_written_is_the_same_each_time(suffix: str) -> None:
    """No name, no time of day; it reads back."""

    def write() -> bytes:
        raw = io.BytesIO()
        with compression.packed(raw, suffix) as stream:
            stream.write(LINES)
        return raw.getvalue()

    assert write() == write()
    assert unpack(write(), suffix) == LINES


@pytest.mark.parametrize("suffix", PACK)
def test_compressed_files_are_read_by_suffix(corpus: Callable[..., Path], suffix: str) -> None:
    """Texts and records, in a walk and by name."""
    pack = PACK[suffix]
    corpus({f"c/a.txt{suffix}": pack(b"text"), f"c/b.jsonl{suffix}": pack(LINES)})
    read = formats.read(["c", f"c/a.txt{suffix}"], Settings())
    texts = [text for batch in read for text in batch.text.list()]
    assert len(texts) == 20_001
    assert texts[0] == "text"
    source = read.sources.files[1]
    assert b"".join(p.raw for p in formats.pieces(source, Settings())) == LINES


def test_a_damaged_file_is_never_read_in_part(
    corpus: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name it is an error; in a walk all of it is left out, as a fault."""
    corpus({"c/a.jsonl.gz": gzip.compress(LINES)[:-9], "c/b.txt": "b"})
    for held in (1 << 30, 1 << 10):
        monkeypatch.setattr(formats.reading, "_HELD", held)
        read = formats.read(["c"], Settings())
        assert [path for batch in read for path in batch.path.list()] == ["c/b.txt"]
        assert [(s.path, s.fault) for s in read.skipped] == [("c/a.jsonl.gz", True)]
    with pytest.raises(InputError, match=r"c/a.jsonl.gz: cut short gz data \(it ends at byte"):
        list(formats.read(["c/a.jsonl.gz"], Settings()))
