"""
How published texts stand: how widely, led by whom, in what company, kept by which of them.

It is all that makes boilerplate of a text, found when an index changes and stored, so that a check
looks it up.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import model as m
from dedup.rows import repeated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

NONE = -1
"""The keeper of a text that is no boilerplate."""


@dataclass(frozen=True, slots=True, eq=False)
class Companions(m.Table):
    """Two leaders that stand side by side, and in how many documents. Sorted by all but these."""

    leader: m.I64
    side: m.I8
    """As in `Beside`."""
    other: m.I64
    words: m.I32
    """Of the other leader."""
    documents: m.I64


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How texts stand: columns by the number of a text."""

    limit: int
    """The documents that make boilerplate of a text."""
    spread: NDArray[Any]
    """The documents that hold it or a match of it, counted up to the limit of long texts."""
    leader: NDArray[Any]
    """The first text in Order that it matches, by number."""
    flag: m.I8
    """By which limit it is boilerplate; 0 where it is none."""
    keeper: NDArray[Any]
    """The text that keeps its group, by number; `NONE` where it is no boilerplate."""
    star: NDArray[Any]
    """All boilerplate, by keeper."""
    company: Companions
    """Of leaders that are widespread, by name."""

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns to store."""
        names = [f.name for f in fields(self) if f.name not in ("limit", "company")]
        return {
            "stands.limit": np.array([self.limit]),
            **{f"stands.{name}": getattr(self, name) for name in names},
            **{f"company.{name}": column for name, column in self.company.columns().items()},
        }

    @classmethod
    def of(cls, columns: Mapping[str, NDArray[Any]]) -> Standing:
        """Return what is stored."""
        company = Companions(*(columns[f"company.{name}"] for name in Companions.names()))
        names = [f.name for f in fields(cls) if f.name not in ("limit", "company")]
        own = {name: columns[f"stands.{name}"] for name in names}
        return cls(int(columns["stands.limit"][0]), **own, company=company)

    def members(self, keepers: m.I64) -> m.I64:
        """Return the texts of some groups; all by number."""
        kept = self.keeper[self.star]
        first, past = (np.searchsorted(kept, keepers, side) for side in ("left", "right"))
        row, step = repeated(past - first)
        found: m.I64 = self.star[first[row] + step].astype(np.int64)
        return found
