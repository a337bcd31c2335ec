"""
Verdicts on a sample of removals -> the precision of a clean: the share that was right to go.

Strata of which a larger part was judged count no more than their share of all removals. The
interval is the stratified one of Yan and Su (2010), "Stratified Wilson and Newcombe confidence
intervals for multiple binomial proportions": Wilson's interval (1927) of each stratum, weighted,
with a quantile so much smaller that all of them together hold the level. The variance in it is that
of Wilson's interval, which is not zero where a stratum is of one verdict; a stratum of which all
was judged is known.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from dedup.cleaning.results import Stratum
from dedup.cleaning.undo import cleaned_corpus
from dedup.errors import InputError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

RIGHT, WRONG = VERDICTS = ("right", "wrong")
VERDICT, NUMBER, START, END = "verdict", "removal", "start", "end"
"""The columns of a sheet that are read back."""
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Judged:
    """What was judged of one stratum."""

    stratum: Stratum
    removals: int
    judged: int
    right: int


@dataclass(frozen=True, slots=True)
class Precision:
    """The share of all removals that were right, estimated from those that were judged."""

    value: float
    low: float
    """The ends of the interval that holds the true share in 95 of 100 audits,"""
    high: float
    """0 to 1."""
    strata: tuple[Judged, ...]
    """The least alike first; also those of which nothing was judged, which the value leaves out."""
    open: int
    """Rows of the sheet without a verdict."""

    def __str__(self) -> str:
        """Say it in one line."""
        judged = sum(one.judged for one in self.strata)
        right = sum(one.right for one in self.strata)
        return (
            f"precision {self.value:.3f} (95% interval {self.low:.3f} to {self.high:.3f}): "
            f"{right:,} of {judged:,} judged removals are right"
        )


def precision(out: str | os.PathLike[str], sheet: str | os.PathLike[str]) -> Precision:
    """
    Read the verdicts of a sheet back, and return what they say of the clean.

    Raises `InputError` for a sheet that cannot be read, is of another clean or holds no verdict,
    `LedgerError` for what is no cleaned corpus.
    """
    path = Path(sheet)
    verdicts, unjudged = _verdicts(path)
    every: dict[Stratum, list[int]] = {}
    for number, line in enumerate(cleaned_corpus(Path(out))[1], 1):
        counts = every.setdefault(Stratum.of(line), [0, 0, 0])
        counts[0] += 1
        if number in verdicts:
            verdict, place, at = verdicts.pop(number)
            if place != (line.start, line.end):
                raise InputError(f"{path}:{at}: removal {number} is another one in {out}")
            counts[1] += 1
            counts[2] += verdict == RIGHT
    if verdicts:
        number, (_, _, at) = next(iter(verdicts.items()))
        raise InputError(f"{path}:{at}: there is no removal {number} in {out}")
    strata = tuple(Judged(stratum, *counts) for stratum, counts in sorted(every.items()))
    judged = [one for one in strata if one.judged]
    if not judged:
        raise InputError(
            f"{path} holds no verdict: write {RIGHT} or {WRONG} into the column {VERDICT}"
        )
    return Precision(*stratified(judged), strata, unjudged)


def stratified(strata: Sequence[Judged]) -> tuple[float, float, float]:
    """Return the share of all that is right, and the ends of its interval."""
    z = NormalDist().inv_cdf((1 + _LEVEL) / 2)
    everything = sum(one.removals for one in strata)
    weights = [one.removals / everything for one in strata]
    value = sum(w * one.right / one.judged for w, one in zip(weights, strata, strict=True))
    spreads = [
        0.0 if one.judged == one.removals else _spread(one.right, one.judged, z) for one in strata
    ]
    parts = [w * spread for w, spread in zip(weights, spreads, strict=True)]
    if not any(parts):
        return value, value, value
    z *= math.hypot(*parts) / sum(parts)
    low = high = 0.0
    for weight, one, spread in zip(weights, strata, spreads, strict=True):
        ends = (one.right / one.judged,) * 2
        if spread:
            middle = (one.right + z * z / 2) / (one.judged + z * z)
            half = z * _spread(one.right, one.judged, z)
            ends = max(0.0, middle - half), min(1.0, middle + half)
        low, high = low + weight * ends[0], high + weight * ends[1]
    return value, min(low, value), max(high, value)


def _spread(right: int, judged: int, z: float) -> float:
    """Return half of Wilson's interval at a quantile, divided by the quantile."""
    share = right / judged
    inner = share * (1 - share) / judged + (z / (2 * judged)) ** 2
    return math.sqrt(inner) / (1 + z * z / judged)


Verdicts = dict[int, tuple[str, tuple[int, int], int]]
"""By the number of a removal: the verdict, where the removal starts and ends, the row."""


def _verdicts(path: Path) -> tuple[Verdicts, int]:
    """Return the verdicts of a sheet, and how many of its rows have none."""
    found: Verdicts = {}
    unjudged = 0
    for at, row in _rows(path):
        verdict = (row[VERDICT] or "").strip().lower()
        if not verdict:
            unjudged += 1
            continue
        if verdict not in VERDICTS:
            raise InputError(f"{path}:{at}: the verdict is {verdict!r}: write {RIGHT} or {WRONG}")
        try:
            number, start, end = (int(row[name]) for name in (NUMBER, START, END))
        except (TypeError, ValueError) as error:
            raise InputError(f"{path}:{at}: {error}: leave the other columns as they are") from None
        if found.setdefault(number, (verdict, (start, end), at))[0] != verdict:
            raise InputError(f"{path}:{at}: removal {number} is judged twice, and otherwise")
    return found, unjudged


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """
    Yield the rows of a sheet with their numbers, the names being row 1.

    A spreadsheet may have written it with other separators, or in an encoding of its own: all that
    is read is in ASCII.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            head = stream.readline()
            separator = max(",;\t", key=head.count)
            names = next(csv.reader([head], delimiter=separator), [])
            if not {VERDICT, NUMBER, START, END} <= set(names):
                raise InputError(
                    f"{path} is no sheet of dedup audit: its first row names no {VERDICT}"
                )
            yield from enumerate(csv.DictReader(stream, names, delimiter=separator), 2)
    except (OSError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{path}: cannot be read: {why}") from error
