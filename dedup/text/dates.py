"""
Dates as records have them -> moments that can be compared.

ISO 8601 and RFC 2822 are read as they are defined; seconds and milliseconds since 1970 by their
ten and thirteen digits; all else by `dateparser`, in English and French, if it names a year with
four digits. What can be read in two ways (03/04/2020) and what depends on today (`yesterday`) is no
date. A month or a year stands for its first day, a time without a zone is UTC.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dateparser.date import DateDataParser
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]

NONE = np.iinfo(np.int64).min
"""Stands for a date that is not there or cannot be read."""
LAST = np.iinfo(np.int64).max
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RFC_2822 = re.compile(r"(?:[A-Z][a-z]{2}, *)?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d\b")
_NUMERIC = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2\d{4}\b")
_FOUR_DIGITS = re.compile(r"\d{4}")
_YEAR = re.compile(r"(\d{4})(?:-(\d\d))?")
_LANGUAGES = ["en", "fr"]


@dataclass(frozen=True, slots=True, eq=False)
class Dates:
    """The dates in one field."""

    stamps: I64
    """One a document: microseconds since 1970, or `NONE`."""
    missing: int
    """Documents without the field, or with nothing in it."""
    unreadable: int
    """Documents with something in it that is no date."""
    example: str | None
    """The first such value."""


def read_dates(values: Sequence[str | None]) -> Dates:
    """Read a column of dates."""
    known: dict[str | None, int] = {None: NONE}
    stamps = np.empty(len(values), np.int64)
    missing = unreadable = 0
    example = None
    for at, value in enumerate(values):
        stamp = known.get(value)
        if stamp is None:
            assert value is not None  # noqa: S101 - for the type checker
            stamp = known[value] = timestamp(value)
        if stamp == NONE:
            empty = value is None or not value.strip()
            missing += empty
            unreadable += not empty
            example = value if example is None and not empty else example
        stamps[at] = stamp
    return Dates(stamps, missing, unreadable, example)


def timestamp(value: str) -> int:
    """Return the microseconds since 1970 of a date, or `NONE`."""
    text = value.strip()
    moment = _moment(text) if text else None
    if moment is None:
        return NONE
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND


def _moment(text: str) -> datetime | None:
    if text.isascii() and text.isdigit() and len(text) in {10, 13}:
        return _EPOCH + int(text.ljust(13, "0")) * 1000 * _MICROSECOND
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    with suppress(ValueError):
        if part := _YEAR.fullmatch(text):
            return datetime.fromisoformat(f"{part[1]}-{part[2] or '01'}-01")
        if _RFC_2822.match(text):
            return parsedate_to_datetime(text)
        return _in_words(text)
    return None


def _in_words(text: str) -> datetime | None:
    numeric = _NUMERIC.match(text)
    if not _FOUR_DIGITS.search(text) or (numeric and _is_open(numeric[1], numeric[3])):
        return None
    with suppress(OverflowError):
        found: datetime | None = _parser().get_date_data(text).date_obj
        return found
    return None


def _is_open(one: str, two: str) -> bool:
    """Tell whether nobody can say which of two numbers is the day, which the month."""
    return one.lstrip("0") != two.lstrip("0") and int(one) <= 12 and int(two) <= 12


@cache
def _parser() -> DateDataParser:
    from dateparser.date import DateDataParser

    return DateDataParser(
        languages=_LANGUAGES,
        settings={
            "PARSERS": ["absolute-time"],
            "REQUIRE_PARTS": ["year"],
            "PREFER_DAY_OF_MONTH": "first",
            "PREFER_MONTH_OF_YEAR": "first",
            "RELATIVE_BASE": datetime(2000, 1, 1),  # noqa: DTZ001 - never shown
            "TIMEZONE": "UTC",
        },
    )
