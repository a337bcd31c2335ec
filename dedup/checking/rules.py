"""Rules: what decides whether a finding fails a check, in one frozen, validated record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from dedup.errors import SettingsError
from dedup.settings import SHARES, one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dedup.checking.allow import Allowed
    from dedup.checking.baseline import Baseline

DOCUMENTS = "documents"
"""Documents that resemble an earlier one, whole."""
KINDS = ("within", "across", "boilerplate", DOCUMENTS)
"""The kinds of findings that can fail a check."""
NONE = "none"


def _never(path: str) -> bool:  # noqa: ARG001 - what is asked about
    """Say that a file is still there."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is in force. Raises `SettingsError` for a value that a field cannot have."""

    fail_on: tuple[str, ...] = ("within", "across")
    """Kinds of findings that fail."""
    max_overlap: float | None = None
    """Share of a document above which the check fails, whatever the kinds."""
    ignore_quotations: bool = True
    """Lines that begin with `>` (of Markdown: block quotations) are left out."""
    ignore_sections: tuple[str, ...] = ()
    """Titles of sections that are left out."""
    ignore_paths: tuple[str, ...] = ()
    """Globs of documents that are left out."""
    allow: tuple[Allowed, ...] = ()
    """Texts that may be repeated."""
    baseline: Baseline | None = None
    """Findings that are known."""
    gone: Callable[[str], bool] = _never
    """Tells whether a document that the baseline names exists no more."""
    today: date = field(default_factory=date.today)
    """The day by which entries of the allow file expire."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for kind in self.fail_on:
            one_of("fail_on", kind, KINDS)
        if self.max_overlap is not None:
            SHARES["max_overlap"].read("max_overlap", self.max_overlap)


def failing(given: Sequence[str]) -> tuple[str, ...]:
    """Read the kinds of `--fail-on`, several with commas; `none` stands alone and for no kind."""
    kinds = [
        one_of("fail_on", kind.strip(), (*KINDS, NONE)) for one in given for kind in one.split(",")
    ]
    if NONE in kinds and set(kinds) != {NONE}:
        raise SettingsError(f"fail_on is {','.join(kinds)!r}: give {NONE} alone, or kinds")
    return tuple(kind for kind in kinds if kind != NONE)
