"""Strict forms: the stage against the oracle, and which texts have one and the same."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import signed_texts

from dedup import kernels
from dedup.model import Paragraphs, StrictForms, Strings
from dedup.settings import Settings
from dedup.stages.normalise import normalise
from dedup.stages.strict import as_written, strict_forms

if TYPE_CHECKING:
    from collections.abc import Sequence

Digest = tuple[int, int]


def paragraphs(texts: Sequence[str], rest: str = "\n$5 \n") -> Paragraphs:
    """Give texts as paragraphs of one document, each followed by what is no part of it."""
    raw = [(text + rest).encode() for text in texts]
    written = Strings(
        np.frombuffer(b"".join(raw), np.uint8), np.cumsum([0, *map(len, raw)], dtype=np.int64)
    )
    number = np.arange(len(texts), dtype=np.int32)
    start = written.offsets[:-1].copy()
    end = start + np.array([len(text) for text in texts], np.int64)
    doc = np.zeros(len(texts), np.int64)
    return Paragraphs(doc, number, start, end, number, number, written)


def digests(texts: Sequence[str]) -> list[tuple[Digest, int]]:
    """Give the digest of each strict form, with or without signs, and the hash of the signs."""
    table = paragraphs(texts)
    forms, _ = normalise(table, Settings())
    strict = strict_forms(table, join_hyphens=False)
    pairs = zip(forms.digest.tolist(), forms.digest2.tolist(), strict=True)
    out = [(pair, 0) for pair in pairs]
    for row in range(len(strict)):
        found = int(strict.strict[row]), int(strict.strict2[row])
        out[int(strict.no[row])] = found, int(strict.signs[row])
    return out


@given(st.lists(signed_texts(), min_size=1, max_size=6))
def test_forms_are_equal_where_the_oracle_says_so(texts: list[str]) -> None:
    """Of each text and what is left of it without its spaces, marks or signs."""
    texts = [*texts, *(t.swapcase() for t in texts), *(t.replace("5", "5 ") for t in texts)]
    found = digests(texts)
    forms = [naive.strict(text) for text in texts]
    signs = [naive.signs(text) for text in texts]
    for a in range(len(texts)):
        assert bool(found[a][1]) == bool(signs[a])
        for b in range(a):
            assert (found[a][0] == found[b][0]) == (forms[a] == forms[b])
            assert (found[a][1] == found[b][1]) == (signs[a] == signs[b])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("il fait -5 °C", "il fait 5 °C"),
        ("$500", "€500"),
        ("<30", ">30"),
        ("+4 %", "4 %"),
        ("10² m", "102 m"),
        ("½ tasse", "1 2 tasse"),
        ("✓ réussi", "✗ réussi"),
        ("1,500", "1.500"),
        ("a == b", "a != b"),
        ("a ≠ b", "a = b"),
        ("+ -5", "- +5"),
        ("de 10:30", "de 10.30"),
    ],
)
def test_what_says_something_else_has_another_form(one: str, other: str) -> None:
    """The faults that users reported, and their kind."""
    (first, _), (second, _) = digests([one, other])
    assert first != second


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10² m", "10 ² m"),
        ("\u22125 \uff05", "-5%"),
        ("\uff04\uff15\uff10\uff10", "$500"),
        ("\uff11\uff0c\uff15", "1,5"),
        ("« Été », dit-il.", '"ete" DIT IL'),
        ("● un point", "• un point"),
        ("Dedup ™", "dedup TM"),
        ("e\u0301-5", "E-5"),
        ("a \u2260 b", "A =\u0338 b"),
        ("prix\u00ad: $5", "Prix: $\u200b5"),
    ],
)
def test_what_is_only_written_differently_has_the_same_form(one: str, other: str) -> None:
    """Case, accents, quotes, spaces, bullets, wide forms, and either normal form."""
    for form in ("NFC", "NFD"):
        first, second = digests([one, unicodedata.normalize(form, other)])
        assert first == second


def test_signs_alone_are_compared_without_the_words() -> None:
    """The same signs in the same order, whatever stands between them."""
    (_, a), (_, b), (_, c) = digests(["a $5 b +6", "x$ y + z", "a +5 b $6"])
    assert a == b != c != 0


def test_both_kernels_give_the_same_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bit for bit."""
    from dedup.kernels import reference

    texts = ["a $5", "", "rien", "10² — ½", "=\u0338 -5 \ud7ff", "é-5", "-5"]
    native = strict_forms(paragraphs(texts), join_hyphens=False).columns()
    monkeypatch.setattr(kernels, "_kernel", reference)
    for name, values in strict_forms(paragraphs(texts), join_hyphens=False).columns().items():
        assert values.tolist() == native[name].tolist()


def test_as_written_tells_every_character_but_what_follows() -> None:
    """From a paragraph's start to its end, spaces inside included; every paragraph has a row."""
    texts = ["a b", "a  b", "A b", "a b", ""]
    one, other = as_written(paragraphs(texts)), as_written(paragraphs(texts, "\n\n"))
    assert isinstance(one, StrictForms)
    assert one.strict.tolist() == other.strict.tolist()
    assert len(set(one.strict.tolist())) == 4
    assert one.strict[0] == one.strict[3]
    assert not one.signs.any()


def test_no_paragraph_has_no_form() -> None:
    """An empty batch, and one in which nothing has signs."""
    assert len(strict_forms(paragraphs([]), join_hyphens=False)) == 0
    assert len(strict_forms(paragraphs(["a", "b"]), join_hyphens=False)) == 0
    assert len(as_written(paragraphs([]))) == 0
