"""
Policy: what `clean` may remove and which copy it keeps.

A keep rule gives every document a rank; the lowest ranks first, and of equals the next rule, in
the end Order, decides. Rules look at documents only, never at paragraphs, so a new one (by date,
by source) is one function in `KEEP_RULES`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from dedup.errors import SettingsError
from dedup.settings import choice, nearest, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dedup.model import I64, Facts

SCOPES = ("all", "within", "across")
REMOVE = ("same", "equal", "match")
BOILERPLATE = ("keep", "first", "remove")
SHARES = ("drop_document_over", "max_removed")


def _first(facts: Facts) -> I64:
    return np.arange(len(facts), dtype=np.int64)


def _last(facts: Facts) -> I64:
    return -np.arange(len(facts), dtype=np.int64)


def _longest(facts: Facts) -> I64:
    return -facts.characters


KEEP_RULES: dict[str, Callable[[Facts], I64]] = {
    "first": _first,
    "last": _last,
    "longest": _longest,
}
"""Rank of each document, lowest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is removed. Raises `SettingsError` for a value that a field cannot have."""

    keep: str = "first"
    """Keep rules with commas between: which documents keep their copies."""
    scope: str = "all"
    """Copies `within` one document, `across` documents, or all."""
    remove: str = "same"
    """What may go: the `same` text, only an `equal` one, or any `match`."""
    boilerplate: str = "keep"
    """Boilerplate stays (`keep`), is treated like all else (`first`), or goes (`remove`)."""
    drop_document_over: float | None = None
    """A document of which this share of the characters went is dropped whole."""
    max_removed: float | None = None
    """The guard: the highest share of the characters that may go; `None` for the default."""

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        choice("scope", self.scope, SCOPES)
        choice("remove", self.remove, REMOVE)
        choice("boilerplate", self.boilerplate, BOILERPLATE)
        for rule in self.rules:
            choice("keep", rule, tuple(KEEP_RULES))
        if self.drop_document_over is not None and not 0 < self.drop_document_over <= 1:
            raise SettingsError(
                f"drop_document_over is {self.drop_document_over:g}: "
                "give a share above 0 and up to 1, such as 0.8 or 80%"
            )
        if self.max_removed is not None and not 0 <= self.max_removed <= 1:
            raise SettingsError(
                f"max_removed is {self.max_removed:g}: give a share from 0 to 1, such as 0.3 or 30%"
            )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """
        Build a policy from options as the command line or a configuration file gives them.

        Names may have `-` for `_`, shares may be texts such as `30%`, `None` is the default.
        Raises `SettingsError`.
        """
        known = {f.name: f for f in fields(cls)}
        given: dict[str, Any] = {}
        for key, value in values.items():
            name = key.replace("-", "_")
            if name not in known:
                raise SettingsError(f"unknown key {key!r}{nearest(name, known)}")
            if value is not None:
                given[name] = share(value, name) if name in SHARES else value
                kind = float if name in SHARES else str
                given[name] = typed(name, given[name], kind)
        return cls(**given)

    @property
    def rules(self) -> tuple[str, ...]:
        """The keep rules, the first one first; Order (`first`) always decides last."""
        given = tuple(rule.strip() for rule in self.keep.split(","))
        return given if "first" in given else (*given, "first")


def share(value: str | float, name: str) -> float:
    """Read a share such as `30%`, `.3` or `1`. Raises `SettingsError` that names the option."""
    try:
        text = str(value).strip()
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise SettingsError(f"{name} is {value!r}: give a share such as 30% or .3") from None
