"""
Policy: what `clean` may remove and which copy it keeps.

Which documents keep their copies is in the keep rules (`keeping.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

from dedup.cleaning import keeping
from dedup.cleaning.kinship import EQUAL, REMOVE
from dedup.errors import SettingsError
from dedup.settings import choice, nearest, typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.cleaning.keeping import Rule

SCOPES = ("all", "within", "across")
BOILERPLATE = ("keep", "first", "remove")
PASSAGES = ("off", "on")
SHARES = ("drop_document_over", "max_removed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is removed. Raises `SettingsError` for a value that a field cannot have."""

    keep: str = "first"
    """Keep rules with commas between, as in `keeping.py`: which documents keep their copies."""
    scope: str = "all"
    """Copies `within` one document, `across` documents, or all."""
    remove: str = EQUAL
    """What may go for what stays: an `exact` copy, one of `equal` words and signs, a `near` one, or
    any `match`."""
    boilerplate: str = "keep"
    """Boilerplate stays (`keep`), is treated like all else (`first`), or goes (`remove`)."""
    passages: str = "off"
    """`on`: whole sentences that are repeated across paragraph borders go too."""
    drop_document_over: float | None = None
    """A document of which this share of the characters went is dropped whole."""
    max_removed: float | None = None
    """The guard: the highest share of the characters that may go; `None` for the default."""
    source_field: str | None = None
    """The field that names the source which the guard counts a document to; `None`: its folder."""

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        choice("scope", self.scope, SCOPES)
        choice("remove", self.remove, REMOVE)
        choice("boilerplate", self.boilerplate, BOILERPLATE)
        choice("passages", self.passages, PASSAGES)
        keeping.parse(self.keep)
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
    def keep_rules(self) -> tuple[Rule, ...]:
        """The keep rules, the first one first; Order (`first`) always is among them."""
        return keeping.parse(self.keep)

    @property
    def rules(self) -> tuple[str, ...]:
        """The same as the ledger names them."""
        return tuple(map(str, self.keep_rules))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of records that it looks at."""
        own = (self.source_field,) if self.source_field else ()
        return tuple(dict.fromkeys((*keeping.fields(self.keep_rules), *own)))


def share(value: str | float, name: str) -> float:
    """Read a share such as `30%`, `.3` or `1`. Raises `SettingsError` that names the option."""
    try:
        text = str(value).strip()
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise SettingsError(f"{name} is {value!r}: give a share such as 30% or .3") from None
