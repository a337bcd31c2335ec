"""Versions of ten texts: the marks are those that an editor made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import versions

from dedup.reports.diff import Diff, compare
from dedup.reports.diff.tokens import halves, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from versions import Versions


def words(texts: Iterable[str]) -> list[str]:
    """Give the words and signs of some texts as they are written."""
    out: list[str] = []
    for text in texts:
        if body := text.strip():
            tokens = tokens_of(body, [(0, len(body), 1, 1)])
            ends = zip(tokens.keys, tokens.starts, tokens.ends, strict=True)
            out += [body[start:end] for key, start, end in ends if key[0] != "\1"]
    return out


def weight(text: str) -> float:
    """Count the words of a text as a report does."""
    return sum(map(halves, tokens_of(text, [(0, len(text), 1, 1)]).keys)) / 2 if text else 0


def marked(diff: Diff, mark: str) -> list[str]:
    """Give the words of one mark."""
    pieces = [piece for part in diff.parts for piece in part.pieces if piece.mark == mark]
    return words(piece.a or piece.b for piece in pieces)


@pytest.fixture(params=versions.ALL, ids=lambda one: one.name)
def pair(request: pytest.FixtureRequest) -> Versions:
    """Two versions of a text."""
    one: Versions = request.param
    return one


def test_the_marks_are_the_editors(pair: Versions) -> None:
    """Every changed word is marked, numbers too, and no equal one is."""
    diff = compare(pair.a, pair.b)
    assert marked(diff, "removed") == words([pair.removed])
    assert marked(diff, "added") == words([pair.added])


def test_paragraphs_belong_together_as_the_editor_says(pair: Versions) -> None:
    """What moved, what was put together and what was divided is told."""
    diff = compare(pair.a, pair.b)
    assert [part.kind for part in diff.parts] == pair.kinds.split()
    moved = [part for part in diff.parts if part.kind == "moved"]
    assert len(moved) == len(pair.moved)
    for part, beginning in zip(moved, pair.moved, strict=True):
        assert "".join(piece.b for piece in part.pieces).startswith(beginning)


def test_the_share_is_that_of_a_count_by_hand(pair: Versions) -> None:
    """The share of the same words is within .02 of what the marks leave."""
    changed = weight(pair.removed) + weight(pair.added)
    total = weight(pair.a) + weight(pair.b)
    for one, two in ((pair.a, pair.b), (pair.b, pair.a)):
        assert compare(one, two).same_words == pytest.approx(1 - changed / total, abs=0.02)
