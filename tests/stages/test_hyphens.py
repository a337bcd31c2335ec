"""Words that a hyphen at a line end breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Settings, find
from dedup.model import Strings
from dedup.stages.hyphens import joined_all, normalised
from dedup.text.hyphens import joined
from dedup.text.normalising import normalise_text
from dedup.text.paragraphs import BLANK, LINE, paragraph_mode

if TYPE_CHECKING:
    from pathlib import Path

PARTS = st.sampled_from(
    [
        "com-",
        "mi",
        "É",
        "é",
        "-",
        "\u2010",
        "\u00ad",
        "\u00ac",
        "\u2e17",
        "A",
        "1",
        "e\u0301-",
        "。",
    ]
)
SPACES = st.sampled_from(
    ["", "-", "\n", "\r\n", "\r", "-\n", "- \n ", "-\r\n", "\u00ad\xa0\n", " "]
)
TEXTS = st.lists(st.tuples(PARTS, SPACES).map("".join), max_size=8).map("".join)

COLUMN = (
    "The members of the com-\nmittee were in agree-\nment that the har-\nbour should be "
    "re-\nstored."
)
WHOLE = "The members of the committee were in agreement that the harbour should be restored."


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("com-\nmittee", "committee"),
        ("com-  \r\n  mittee", "committee"),
        ("COM\u2010\nMITTEE", "COMMITTEE"),
        ("com\u00ad\nmittee com\u00ac\nmittee com\u2e17\rmittee", "committee committee committee"),
        ("de\u0301-\nfait", "de\u0301fait"),
    ],
)
def test_a_hyphen_at_a_line_end_between_two_letters_goes(text: str, whole: str) -> None:
    """Of any kind, with the line end and the space beside it."""
    assert joined(text) == whole


@pytest.mark.parametrize(
    "text",
    ["pages 3-\n5", "a -\nb", "a--\nb", "Saint-\nDenis", "com-\n\nmittee", "com- mittee", "-\na"],
)
def test_what_is_no_broken_word_stays(text: str) -> None:
    """Numbers, dashes, names made of two, paragraphs."""
    assert joined(text) == text


@given(st.lists(TEXTS, max_size=6))
def test_many_texts_are_joined_as_one_and_as_the_oracle(texts: list[str]) -> None:
    """Of each only what counts; the others stay as they are."""
    assert [joined(text) for text in texts] == [naive.joined(text) for text in texts]
    sizes = np.array([max(len(text) - 1, 0) for text in texts], np.int64)
    found, counts = joined_all(Strings.of(texts), sizes)
    for text, size, left, count in zip(texts, sizes, found.list(), counts, strict=True):
        assert left[:count] == joined(text[:size])
    normal = normalised(Strings.of(texts), join_hyphens=True).list()
    assert normal == [normalise_text(joined(text)) for text in texts]


def test_a_broken_word_shows_that_a_text_is_wrapped() -> None:
    """One run of lines is enough then, however narrow the column."""
    assert paragraph_mode(COLUMN) == LINE
    assert paragraph_mode(COLUMN, join_hyphens=True) == BLANK
    assert paragraph_mode("a one-\nline\ntext\nof lines", join_hyphens=True) == LINE


def test_a_narrow_column_is_found(tmp_path: Path) -> None:
    """It has the words of the text that is not broken; its offsets are those of what is written."""
    for name, text in (("a.txt", COLUMN), ("b.txt", WHOLE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert not find([tmp_path], Settings(min_group_words=10)).groups
    (group,) = find([tmp_path], Settings(min_group_words=10, join_hyphens=True)).groups
    assert [(o.start, o.end, o.similarity) for o in group.occurrences] == [
        (0, len(COLUMN), 1.0),
        (0, len(WHOLE), 1.0),
    ]
