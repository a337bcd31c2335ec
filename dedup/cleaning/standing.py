"""The paragraphs of a corpus: what stands where."""

from __future__ import annotations

from dataclasses import dataclass

from dedup.model import I8, I32, I64, Table

NONE = -1
"""The keeper of what stays, or goes without one."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing(Table):
    """One row a paragraph, sorted by `doc`, `no`, none left out: what stands where."""

    doc: I64
    no: I32
    start: I32 | I64
    end: I32 | I64
    text: I32 | I64
    strict: I32 | I64
    """Equal for paragraphs of one strict form (with `--remove exact`: of the same characters)."""
    same: I32 | I64
    """Equal for paragraphs that are the same text whatever else is compared: `strict`, or wider."""
    words: I32
    boilerplate: I8
