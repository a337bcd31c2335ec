"""
Policy: what `clean` may remove and which copy it keeps.

Which documents keep their copies is in the keep rules (`keeping.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any, Self

from dedup.cleaning import keeping
from dedup.cleaning.kinship import EQUAL, REMOVE
from dedup.cleaning.whole import PARAGRAPH, UNITS
from dedup.errors import SettingsError
from dedup.settings import SHARES, check_types, choice, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.cleaning.keeping import Rule

SCOPES = ("all", "within", "across")
BOILERPLATE = ("keep", "first", "remove")
PASSAGES = ("off", "on")


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
    unit: str = PARAGRAPH
    """What goes: paragraphs, whole documents that resemble one that stays, or `both`."""
    passages: str = "off"
    """`on`: whole sentences that are repeated across paragraph borders go too."""
    drop_document_over: Annotated[float, SHARES["drop_document_over"]] | None = None
    """A document of which this share of the characters went is dropped whole."""
    max_removed: Annotated[float, SHARES["max_removed"]] | None = None
    """The guard: the highest share of the characters that may go; `None` for the default."""
    source_field: str | None = None
    """The field that names the source which the guard counts a document to; `None`: its folder."""

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        check_types(self)
        choice("scope", self.scope, SCOPES)
        choice("remove", self.remove, REMOVE)
        choice("boilerplate", self.boilerplate, BOILERPLATE)
        choice("passages", self.passages, PASSAGES)
        choice("unit", self.unit, UNITS)
        keeping.parse(self.keep)

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
                given[name] = value
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
