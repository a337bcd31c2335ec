"""A passage is shown as one stretch, with the rest of the sentences that it begins and ends in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dedup import Report, find
from dedup.reports.html import to_html
from dedup.reports.json import to_json
from dedup.reports.markdown import to_markdown
from dedup.reports.text import to_text

if TYPE_CHECKING:
    from pathlib import Path

PASSAGE = (
    "the old bridge over the river was closed on Monday after engineers found cracks in two of its"
    " pillars, and the council said that repairs would take at least nine months and cost more than"
    " four million euros, which nobody had put into the budget for this year"
)
OTHERS = [
    "Farmers beyond the hills count their sheep twice a day since wolves came back from the east.",
    "Seven pupils won a prize for a film about rain, which their teacher had called impossible.",
    "Bakers ask for cheaper flour; millers answer that wheat has never been so dear as today.",
    "Nobody could tell why the clock of the station has struck thirteen ever since it was mended.",
    "A choir of retired sailors sings on every second Friday behind the museum of lighthouses.",
    "When the library moved, its readers formed a chain and handed all books from house to house.",
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Two stories that share a passage, changed in one word, in other sentences."""
    folder = tmp_path_factory.mktemp("passages")
    one = f"{' '.join(OTHERS[:3])} The mayor said that {PASSAGE}, as she had feared. It rained."
    two = f"{' '.join(OTHERS[3:])} We hear {PASSAGE.replace('nine', 'twelve')} (so far). It snowed."
    (folder / "one.txt").write_text(f"First.\n\n{one}\n", "utf-8")
    (folder / "two.txt").write_text(f"Second.\n\n{two}\n", "utf-8")
    return find([folder / "one.txt", folder / "two.txt"])


def test_each_place_has_the_rest_of_its_sentences(found: Report) -> None:
    """Of both the keeper and the copy; the JSON says nothing of it."""
    (group,) = found.groups
    assert [(o.before, o.after) for o in group.occurrences] == [
        ("The mayor said that ", ", as she had feared."),
        ("We hear ", " (so far)."),
    ]
    assert "mayor" not in to_json(found)


def test_a_saved_report_keeps_it(found: Report, tmp_path: Path) -> None:
    """It is rendered as the report itself."""
    found.save(tmp_path / "saved.dedup")
    assert Report.load(tmp_path / "saved.dedup").groups == found.groups


def test_it_stands_around_the_passage(found: Report) -> None:
    """At the terminal and in Markdown that of both places, in HTML each at its own."""
    text = " ".join(to_text(found).split())
    assert "\u2026 The mayor said that / \u2026 We hear the old bridge" in text
    assert "this year, as she had feared. \u2026 / (so far). \u2026" in text
    assert "[-nine-]{+twelve+}" in text
    marked = to_markdown(found)
    assert "> <i>\u2026 The mayor said that / \u2026 We hear</i> the old bridge" in marked
    assert "<i>, as she had feared. \u2026 / (so far). \u2026</i>" in marked
    page = to_html(found)
    assert '<span class="rest">\u2026 The mayor said that </span>the old bridge' in page
    assert '<span class="rest"> (so far). \u2026</span>' in page


def test_every_page_tells_the_share_of_the_same_words(found: Report) -> None:
    """And the same one."""
    for told in (" ".join(to_text(found).split()), to_markdown(found), to_html(found)):
        assert "97.9% of the words are the same" in told


def test_equal_copies_stand_in_the_sentence_of_the_first(found: Report) -> None:
    """Where nothing is to be compared, the keeper's text is shown alone."""
    (group,) = found.groups
    keeper, copy = group.occurrences
    copy = replace(copy, text=keeper.text, identical=True)
    report = replace(found, groups=(replace(group, occurrences=(keeper, copy)),))
    text = " ".join(to_text(report).split())
    assert "\u2026 The mayor said that the old bridge" in text
    assert "for this year, as she had feared. \u2026" in text
    assert "<i>\u2026 The mayor said that</i> the old bridge" in to_markdown(report)
    assert '<span class="rest">, as she had feared. \u2026</span>' in to_html(report)
