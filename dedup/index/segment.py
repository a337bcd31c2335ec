"""The columns of one segment, by name, and where its numbers begin in the index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dedup.index.packing import Keys
from dedup.model import Strings
from dedup.rows import repeated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from dedup.index.files import Columns
    from dedup.model import I8, I64


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A part of an index that was written at once."""

    columns: Columns
    first_doc: int
    """Number in the index of its first document,"""
    first_text: int
    """and of its first new text."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - an array, or packed numbers
        return self.columns[name]

    def keys(self, name: str) -> Keys:
        """Return the sorted keys of a name."""
        return Keys(self[f"{name}.starts"], self[f"{name}.rest"])

    @property
    def docs(self) -> int:
        """Count its documents."""
        return len(self["doc.line"])

    @property
    def texts(self) -> int:
        """Count the texts that are new in it."""
        return len(self["text.words"])

    def strings(self, name: str, rows: I64) -> Strings:
        """Return some rows of a column of strings."""
        return Strings(self[name], self[name + ".offsets"]).take(rows)

    def texts_in(self, docs: I64) -> I64:
        """Return the numbers of the texts of some documents, by their numbers in the index."""
        own = docs[(docs >= self.first_doc) & (docs < self.first_doc + self.docs)] - self.first_doc
        first, past = (self["doc.first"][own + k] for k in (0, 1))
        row, step = repeated(past - first)
        found: I64 = self["place.text"][first[row] + step]
        return found

    def walls(self, places: I64) -> I8:
        """Return which places were boilerplate when seeds were chosen; at first none was."""
        walls: NDArray[Any] = self.columns.get("seed.wall", np.zeros(0, np.int32))
        if not len(walls):
            return np.zeros(len(places), np.int8)
        at = np.minimum(find(walls, places), len(walls) - 1)
        found: I8 = (walls[at] == places).astype(np.int8)
        return found

    def in_blocks(self, docs: I64) -> Strings:
        """Return the texts of some of its documents."""
        import zstandard

        unpack = zstandard.ZstdDecompressor().decompress
        frames = Strings(self["block"], self["block.offsets"])
        firsts = self["block.first"]
        blocks = np.searchsorted(firsts, docs, "right") - 1
        cuts = {
            int(block): np.append(
                0, np.cumsum(self["doc.bytes"][firsts[block] : firsts[block + 1]])
            )
            for block in np.unique(blocks)
        }
        opened = {block: unpack(frames.raw(block)) for block in cuts}
        texts = []
        for doc, block in zip(docs.tolist(), blocks.tolist(), strict=True):
            row = doc - int(firsts[block])
            texts.append(opened[block][cuts[block][row] : cuts[block][row + 1]])
        return Strings.of(texts)


def find(
    column: NDArray[Any], values: NDArray[np.integer], side: Literal["left", "right"] = "left"
) -> NDArray[np.intp]:
    """
    Return where values stand in a sorted column, or would.

    NOTE: values take the type of the column: the other way round all of it would be read.
    """
    return np.searchsorted(column, values.astype(column.dtype, copy=False), side)


def runs(part: Segment | Mapping[str, Any], name: str, numbers: I64) -> tuple[I64, I64, I64]:
    """Return of the texts that some columns tell something of the row, and its first and last."""
    held = part[f"{name}.text"]
    at = np.minimum(find(held, numbers), max(0, len(held) - 1))
    some = np.flatnonzero(held[at] == numbers) if len(held) else np.zeros(0, np.int64)
    first, past = (part[f"{name}.first"][at[some] + k] for k in (0, 1))
    return some, first, past
