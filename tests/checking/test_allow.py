"""The allow file: what it says, and what an entry covers."""

from __future__ import annotations

from datetime import date

import pytest

from dedup.checking.allow import allowed_in
from dedup.errors import SettingsError

LONG = "The council voted on Thursday evening to keep the pool open"


def test_an_entry() -> None:
    """A text, why, and until when, the last day included."""
    text = f'[[allow]]\ntext = "{LONG}"\nreason = "law"\nexpires = 2027-06-30\n'
    [entry] = allowed_in(text, "a.toml")
    assert (entry.reason, entry.expires, entry.where) == (
        "law",
        date(2027, 6, 30),
        "a.toml: allow 1",
    )
    assert not entry.has_expired(date(2027, 6, 30))
    assert entry.has_expired(date(2027, 7, 1))
    [entry] = allowed_in(text.replace("2027-06-30", '"2027-06-30"'), "a.toml")
    assert entry.expires == date(2027, 6, 30)
    assert allowed_in("", "a.toml") == ()


def test_what_it_covers() -> None:
    """All of a text that it holds; of a longer one its own words; its long paragraphs alone."""
    toml = f'[[allow]]\ntext = """\nNote\n{LONG}\n\n{LONG} for a year.\n"""\n'
    [entry] = allowed_in(toml, "a.toml")
    assert entry.uncovered("keep the pool open") == ""
    assert entry.uncovered(f"so {LONG.lower()} again") == "so | again"
    assert entry.uncovered("a note of mine") == "a note of mine"
    assert entry.uncovered("keep the pools open") == "keep the pools open"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[allow]", "a.toml: not TOML: "),
        ("[[alow]]\ntext='x'", "a.toml: unknown key 'alow'; did you mean 'allow'?"),
        ("allow = 3", "a.toml: allow is no list of tables: write [[allow]] before each"),
        ("[[allow]]\nreason='x'", "a.toml: allow 1: text is None: give the text that may be"),
        ("[[allow]]\ntext=' . '", "a.toml: allow 1: text is ' . ': give the text that may be"),
        ("[[allow]]\ntext='x'\nexpire=1", "a.toml: allow 1: unknown key 'expire'; did you mean"),
        ("[[allow]]\ntext='x'\nreason=1", "a.toml: allow 1: reason is 1: give a text"),
        ("[[allow]]\ntext='x'\nexpires='May'", "a.toml: allow 1: expires is 'May': give a day,"),
        ("[[allow]]\ntext='x'\nexpires=3", "a.toml: allow 1: expires is 3: give a day, such as"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    """File, entry, key, and what to give."""
    with pytest.raises(SettingsError) as error:
        allowed_in(text, "a.toml")
    assert str(error.value).startswith(said)
