"""Similarity of stretches, asked for together, against rapidfuzz on what is written there."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from dedup.model import Neighbourhoods, Strings
from dedup.settings import Settings
from dedup.stages import stretches
from dedup.stages.lockstep import lockstep
from dedup.stages.stretches import Document, ParagraphColumns, Question, ends, likenesses
from dedup.text.normalising import normalise_text

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import pytest

WRITTEN = st.lists(st.text("aé文\u0301 .1\n", min_size=1), min_size=1, max_size=4)
PASTS = st.lists(st.integers(0, 3), min_size=4, max_size=4)


def cut(documents: Sequence[Sequence[str]]) -> list[Document]:
    """Cut documents out of one table; a line end is what stands between paragraphs."""
    whole = [text + "\n\n" for texts in documents for text in texts]
    sizes = [len(texts) for texts in documents]
    start = [
        sum(len(text) + 2 for text in texts[:n]) for texts in documents for n in range(len(texts))
    ]
    end = [at + len(text) - 2 for at, text in zip(start, whole, strict=True)]
    doc = np.repeat(np.arange(len(documents)), sizes)
    zeros = np.zeros(len(whole), np.int32)
    rows = Neighbourhoods(
        doc,
        doc,
        np.concatenate([np.arange(size) for size in sizes]).astype(np.int32),
        np.array(start),
        np.array(end),
        *(zeros, zeros, Strings.of(whole), np.arange(len(whole)), zeros, zeros.astype(np.int8)),
    )
    made = ParagraphColumns.of(rows, ends(rows), Settings())
    edges = np.cumsum([0, *sizes]).tolist()
    return [Document(made, a, b) for a, b in pairwise(edges)]


def ratio(first: str, second: str) -> float:
    """Give the similarity as the specification has it."""
    length = max(1, len(first) + len(second))
    return (length - Indel.distance(first, second)) * 10_000 // length / 10_000


@given(st.lists(WRITTEN, min_size=2, max_size=5), st.data())
def test_many_stretches_at_once(documents: list[list[str]], data: st.DataObject) -> None:
    """Each answer is rapidfuzz's, whatever else is asked; where it is too low, it is none."""
    made = cut(documents)
    questions = []
    for _ in range(data.draw(st.integers(0, 8))):
        spans = []
        numbers = data.draw(st.tuples(*[st.integers(0, len(made) - 1)] * 2))
        for number in numbers:
            first = data.draw(st.integers(0, len(documents[number]) - 1))
            spans.append((first, data.draw(st.integers(first, len(documents[number]) - 1))))
        threshold = data.draw(st.sampled_from([0.0, 0.5, 0.8, 1.0]))
        questions.append((numbers, spans, threshold))
    answers = list(
        likenesses(
            [
                Question(spans[0], spans[1], (), made[a], made[b], threshold)
                for (a, b), spans, threshold in questions
            ]
        )
    )
    assert len(answers) == len(questions)
    for (numbers, spans, threshold), (value, bound) in zip(questions, answers, strict=True):
        first, second = (
            normalise_text("\n\n".join(documents[number][span[0] : span[1] + 1]))
            for number, span in zip(numbers, spans, strict=True)
        )
        expected = ratio(first, second)
        assert not bound
        assert value == (expected if expected >= threshold else 0.0)


@given(WRITTEN, WRITTEN)
def test_long_stretches_have_a_lower_bound(first: list[str], second: list[str]) -> None:
    """What is the same in the paired paragraphs, of all that is written."""
    there, here = cut([first, second])
    pairs = tuple((n, n) for n in range(min(len(first), len(second))))
    question = Question((0, len(first) - 1), (0, len(second) - 1), pairs, there, here)
    normal = [[normalise_text(text) for text in texts] for texts in (first, second)]
    total = sum(len(text) for texts in normal for text in texts)
    same = sum(
        len(normal[0][i]) + len(normal[1][j]) - Indel.distance(normal[0][i], normal[1][j])
        for i, j in pairs
    )
    if total:
        assert stretches._bounded(question) == same * 10_000 // total / 10_000  # noqa: SLF001


def test_length_tells_which_is_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longer one counts; questions of both kinds keep their places."""
    monkeypatch.setattr(stretches, "BOUND", 5)
    a, b = cut([["abcd", "abcdefgh"], ["abcd", "abcdefgx"]])
    first, second = (((n, n), (n, n), ((n, n),), a, b) for n in (0, 1))
    answers = list(likenesses([Question(*second), Question(*first), Question(*second)]))
    assert answers == [(0.875, True), (1.0, False), (0.875, True)]


def test_choices_in_lockstep() -> None:
    """Each choice gets the answers to its own questions, and asks as often as it likes."""
    asked: list[list[int]] = []

    def counting(number: int) -> Generator[int, int, list[int]]:
        heard: list[int] = []
        while len(heard) < number:
            heard += [(yield 10 * number + len(heard))]
        return heard

    def answered(questions: Sequence[int]) -> list[int]:
        asked.append(list(questions))
        return [-question for question in questions]

    chosen = lockstep(map(counting, (2, 0, 3)), answered)
    assert chosen == [[-20, -21], [], [-30, -31, -32]]
    assert asked == [[20, 30], [21, 31], [32]]
