"""Which texts are filled from one template, and which are copies that were changed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

import dedup as library
from dedup.text.templates import deciding

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Dedup

DICE = random.Random()  # noqa: S311 - no secret
NAMES = [a + b for a in ("Bar", "Del", "Kor", "Min", "Sav", "Tul") for b in ("dax", "ley", "nos")]
SKIES = ("le soleil", "des averses", "un ciel couvert", "des nuages")


@pytest.fixture(autouse=True)
def _the_same_lines() -> None:
    """Make the same lines whatever ran before."""
    DICE.seed(11)


def number(low: float, high: float) -> str:
    """Return a number with one decimal."""
    return f"{DICE.uniform(low, high):.1f}".replace(".", ",")


def quarter() -> str:
    """Return a company's line."""
    return (
        f"{DICE.choice(NAMES)} {DICE.choice(['SA', 'AG', 'plc'])} : chiffre d'affaires de"
        f" {number(9, 900)} millions d'euros au trimestre, en hausse de {number(1, 30)} %, résultat"
        f" net de {number(1, 90)} millions d'euros, marge de {number(1, 30)} % contre"
        f" {number(1, 30)} % un an plus tôt"
    )


def weather() -> str:
    """Return a town's line."""
    return (
        f"{DICE.choice(NAMES)} : {DICE.choice(SKIES)} toute la journée,"
        f" températures de {DICE.randint(-5, 15)} à {DICE.randint(16, 35)} degrés, vent à"
        f" {DICE.randint(5, 90)} km/h, rafales jusqu'à {DICE.randint(50, 130)} km/h"
    )


def price() -> str:
    """Return an article's line."""
    return (
        f"{DICE.choice(NAMES)}, cagette de {DICE.randint(2, 20)} kg, catégorie I, calibre"
        f" {DICE.randint(50, 90)} millimètres, prix de gros hors taxes {number(1, 9)} euro le kilo,"
        f" évolution {DICE.choice('+-')}{number(0, 9)} % sur la semaine"
    )


def score() -> str:
    """Return a match's line."""
    return (
        f"Journée {DICE.randint(1, 38)}, stade de {DICE.choice(NAMES)}, le score à la mi-temps est"
        f" de {DICE.randint(0, 4)} à {DICE.randint(0, 4)} et à la fin du match de"
        f" {DICE.randint(4, 7)} à {DICE.randint(4, 7)}, avec {DICE.randint(20, 99)}.000 spectateurs"
    )


TABLES = {make.__name__: make for make in (quarter, weather, price, score)}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_two_hundred_lines(name: str) -> None:
    """Every group of it is of a template, and no line of it counts as a copy."""
    lines = dict.fromkeys(TABLES[name]() for _ in range(200))
    report = library.find(texts=["\n".join(lines)])
    assert len(report)
    assert all(group.template and group.deciding for group in report)
    assert report.summary.repeated_paragraphs == report.summary.repeated_characters == 0
    assert report.duplicate_ratio == 0


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("Rome 3 à 9 degrés et vent à 40 km/h", "Oslo 1 à 4 degrés et vent à 75 km/h", True),
        ("de 14.202 à 22.856 cas, dont 9", "de 13.236 à 21.340 cas, dont 8", True),
        # A later count in a story, a name written out, other words: a copy that was changed.
        ("Le bilan est de 12 morts dans la ville de Lyon mardi soir selon la police",
         "Le bilan est de 15 morts dans la ville de Lyon mardi soir selon la police", False),
        ("Jair Bolsonaro a accusé hier Emmanuel Macron", "M. Bolsonaro a accusé M. Macron", False),
        ("la maison rouge du parc", "la villa verte du jardin", False),
        # Of numbers that were left out nothing else is said in their place.
        ("les morts (166.038), puis (105.463)", "les morts, puis encore d'autres", False),
        ("1 2 3", "1 2 3", False),
        ("", "1 2 3", False),
        ("...", "!!!", False),
    ],
)  # fmt: skip
def test_pairs(first: str, second: str, words: bool) -> None:  # noqa: FBT001 - drawn
    """Numbers that differ on both sides, and fewer than half of the 3-grams in common."""
    assert bool(deciding([(first, second)])) == words


def test_the_words_that_differ_are_named_once() -> None:
    """As written, those of the first text first."""
    pairs = [("A 1,5 b 2 c", "A 3 b 4 c"), ("A 1,5 b 2 c", "A 3 b 7 c")]
    assert deciding(pairs) == ["1,5", "2", "3", "4", "7"]


def test_one_copy_among_them_makes_a_group_of_copies() -> None:
    """Then nothing is told as a template: no copy is lost."""
    lines = [quarter() for _ in range(4)]
    report = library.find(texts=["\n".join([*lines, lines[0]])])
    [first] = [g for g in report if any(c.similarity == 1 for c in g.copies)]
    assert not first.template
    assert report.summary.repeated_paragraphs


def test_documents_of_one_template_share_nothing() -> None:
    """Neither a pair of documents nor the share of a new one counts them."""
    texts = ["\n".join(make() for make in TABLES.values()) for _ in range(2)]
    report = library.find(texts=texts)
    assert [group.template for group in report] == [True]
    assert report.overlaps == ()
    assert [extent.copied for extent in report.extents] == [0, 0]
    checked = library.check(texts=texts[:1], against_texts=texts[1:])
    assert checked.incoming is not None
    assert [one.share for one in checked.incoming] == [0]


def test_every_output_says_so(dedup: Dedup, tmp_path: Path) -> None:
    """And which words differ; a report alone is no failure, nor is a check."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("\n".join(make() for make in TABLES.values()))
    shown = "Similar, and no copies: numbers and names differ ("
    for form in ("text", "terminal", "markdown", "html"):
        out = dedup("report", ".", "--format", form, cwd=tmp_path).stdout
        assert shown in " ".join(out.replace("│", " ").replace("\\", "").split())
    group = dedup("report", ".", "--format", "jsonl", cwd=tmp_path).stdout
    assert '"template": true, "deciding": ["' in group
    head, row = dedup("report", ".", "--format", "csv", cwd=tmp_path).stdout.splitlines()[:2]
    assert head.endswith(",template,deciding")
    assert ",true," in row
    assert dedup("report", ".", "--check", cwd=tmp_path).returncode == 0
    check = dedup("check", "a.txt", "--against", "b.txt", cwd=tmp_path)
    assert check.returncode == 0
    assert "of a template: its numbers and names are other ones" in " ".join(check.stdout.split())
