"""
Signs: what changes a meaning without being a word, in a text as written.

A sign is a number that is no digit (category No: ² ½ ①); a symbol (Sc, Sm, So) but for a vertical
bar, a tilde, drawn lines, boxes and bullets (U+2500 to U+25FF) and © ® ™ ℗ ℠; a percent sign; a
dash directly before a digit (Nd) and after neither a letter nor a number; `.` `,` `:` `/` and the
Arabic decimal and thousands separators between two digits; `!` before `=`.

Each is told as one character. That is what NFKC makes of it where this is one mark of punctuation
or one symbol, so wide, small and raised forms are told as the plain one ("＄" as "$", "⁺" as "+");
all else stands for itself, "²" above all. Every dash, the minus sign (U+2212) too, is told as "-",
percent and per mille signs as "%".

Format characters (Cf) are passed over, as normalising deletes them first; a mark counts as the
character that it follows; a sign and the long solidus (U+0338) after it are one, as NFC has it.
"""  # noqa: RUF002 - a wide form is an example

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from dedup.text import unicode_table as table

OVERLAY = "\u0338"


class Sign(NamedTuple):
    """A sign of a text, from code point *start* to *end*, and as what it is told."""

    start: int
    end: int
    told: str


def signs(text: str) -> list[Sign]:
    """Return the signs of *text* in their order."""
    # What is seen: places of all characters but format characters, and behind them the text's end.
    places = [at for at, character in enumerate(text) if _role(character) != table.UNSEEN]
    seen = [text[at] for at in places] + ["", ""]
    found: list[Sign] = []
    before = table.APART
    for number, place in enumerate(places):
        character, after = seen[number], seen[number + 1]
        role = _role(character)
        if _is_sign(role, before, after, seen[number + 2] if after else ""):
            whole = overlaid().get(ord(canonical_sign(character))) if after == OVERLAY else None
            end = places[number + 1] + 1 if whole else place + 1
            found.append(Sign(place, end, chr(whole) if whole else canonical_sign(character)))
        before = before if role == table.JOINED else role
    return found


def canonical_sign(character: str) -> str:
    """Return as what a sign is told."""
    plain = table.sign_entry(ord(character)) >> table.TOLD_SHIFT
    return chr(plain) if plain else character


@cache
def overlaid() -> dict[int, int]:
    """Return what the long solidus after a sign makes of it: code points."""
    rows = table.load().compositions.T.tolist()
    return {first: whole for first, second, whole in rows if second == ord(OVERLAY)}


def _is_sign(role: int, before: int, after: str, later: str) -> bool:
    """Tell a sign by its role, that of what stands before it, and the next two characters."""
    following = _role(after)
    if role == table.DASH:
        is_joined = before in {table.WORD_PART, table.DIGIT, table.NUMBER_SIGN}
        return following == table.DIGIT and not is_joined
    if role == table.POINT:
        return following == before == table.DIGIT
    if role == table.BANG:
        return following == table.SIGN and canonical_sign(after) == "=" and later != OVERLAY
    return role in {table.SIGN, table.NUMBER_SIGN}


@cache
def _role(character: str) -> int:
    """Return the role of a character; what is none, at the end of a text, stands apart."""
    return table.sign_entry(ord(character)) & table.ROLE if character else table.APART
