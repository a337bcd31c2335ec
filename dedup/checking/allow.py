"""
An allow file: texts that may be repeated, why, and for how long.

    [[allow]]
    text = "Our privacy notice applies to all of our newsletters."
    reason = "asked for by the lawyers"     # optional
    expires = 2027-06-30                    # optional: allowed up to this day

Texts are compared normalised. What an entry covers of a finding does not count as repeated; the
finding is allowed where what is left of it has fewer words than a finding needs.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dedup.errors import SettingsError
from dedup.settings import nearest
from dedup.text.lines import excerpt
from dedup.text.normalising import count_words, normalise_text

_KEYS = ("text", "reason", "expires")
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")
_LONG = 8
"""Fewest words of a paragraph that is allowed without those around it."""
_SHOWN = 60
"""Characters by which a text is named."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """A text that may be repeated."""

    text: str
    reason: str
    expires: date | None
    where: str
    """File and number of the entry."""
    normal: str
    """The whole text, normalised."""
    paragraphs: tuple[str, ...]
    """Its long paragraphs, normalised: each may stand alone."""

    def has_expired(self, today: date) -> bool:
        """Tell whether its last day is over."""
        return self.expires is not None and self.expires < today

    @property
    def shown(self) -> str:
        """The beginning of the text, on one line."""
        return excerpt(self.text, _SHOWN)

    def uncovered(self, normal: str) -> str:
        """
        Return what an entry leaves of a normalised text.

        Nothing is left of a text that the entry holds whole; words of what was taken out do not
        become neighbours.
        """
        if f" {normal} " in f" {self.normal} ":
            return ""
        left = f" {normal} "
        for part in (self.normal, *self.paragraphs):
            left = left.replace(f" {part} ", " | ")
        return left.strip()


def allowed_in(text: str, name: str) -> tuple[Allowed, ...]:
    """Read an allow file. Raises `SettingsError` that names the file, the entry and the key."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}: not TOML: {error}") from error
    for key in table:
        if key != "allow":
            raise SettingsError(f"{name}: unknown key {key!r}{nearest(key, ['allow'])}")
    entries = table.get("allow", [])
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise SettingsError(f"{name}: allow is no list of tables: write [[allow]] before each")
    return tuple(_entry(one, f"{name}: allow {n}") for n, one in enumerate(entries, 1))


def _entry(entry: dict[str, Any], where: str) -> Allowed:
    """Read one entry."""
    for key in entry:
        if key not in _KEYS:
            raise SettingsError(f"{where}: unknown key {key!r}{nearest(key, _KEYS)}")
    text, reason, expires = entry.get("text"), entry.get("reason", ""), entry.get("expires")
    if not isinstance(text, str) or not normalise_text(text):
        raise SettingsError(f"{where}: text is {text!r}: give the text that may be repeated")
    if not isinstance(reason, str):
        raise SettingsError(f"{where}: reason is {reason!r}: give a text")
    if isinstance(expires, datetime):
        expires = expires.date()
    elif isinstance(expires, str):
        try:
            expires = date.fromisoformat(expires)
        except ValueError:
            expires = ...
    if expires is not None and not isinstance(expires, date):
        shown = entry["expires"]
        raise SettingsError(f"{where}: expires is {shown!r}: give a day, such as 2027-06-30")
    pieces = [*text.split("\n"), *_EMPTY_LINE.split(text)]
    normals = {normalise_text(piece) for piece in pieces}
    # Of a short one, such as a title, each word would be allowed wherever it stands.
    long = [normal for normal in normals if count_words(normal) >= _LONG]
    parts = sorted(long, key=lambda part: (-len(part), part))
    return Allowed(text, reason, expires, where, normalise_text(text), tuple(parts))
