"""What is cut out of a text, with its white space, against the oracle."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import naive
import numpy as np
import pytest
import strategies
from cleaning.tables import detection_of, plan_of, split
from hypothesis import given
from hypothesis import strategies as st

from dedup.cleaning.ledger import REASONS
from dedup.cleaning.removals import Decision
from dedup.cleaning.tables import NONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.cleaning.tables import Plan

LETTERS = "ABCabST"
GAPS = ("\n", "\n\n", "\n \n\n", " \r\n")
CODE = ("```\ncode\n```", "  ~~~\n\nx\n~~~", "```\n```")


def corpus(rng: random.Random) -> dict[str, str]:
    """Write texts and Markdown with front matter, fenced code and odd white space."""
    out = {}
    for number in range(rng.randrange(1, 6)):
        markdown = rng.random() < 0.5
        text = "\ufeff" if rng.random() < 0.1 else ""
        if markdown and rng.random() < 0.3:
            text += "---\ntitle: x\n---" + rng.choice(GAPS)
        for _ in range(rng.randrange(7)):
            code = markdown and rng.random() < 0.2
            block = rng.choice(CODE) if code else strategies.render(rng.choice(LETTERS))
            text += rng.choice(("", "", "", "  ")) + block + rng.choice(GAPS)
        text = text.rstrip() if rng.random() < 0.3 else text
        out[f"D{number}.{'md' if markdown else 'txt'}"] = text
    return out


def cut(
    documents: dict[str, str], own: dict[str, Any], part: Callable[[Plan], Plan] | None = None
) -> tuple[list[Any], dict[str, str]]:
    """Give ledger lines and texts as the oracle does, of all of the plan or a part of it."""
    read = naive.read(documents, own)
    found, (settings, policy) = detection_of(read), split(own)
    decision = Decision.of(found, plan_of(read, own), settings, policy)
    if part is not None:
        decision = decision.with_parts(part(decision.plan), decision.sentences, decision.spared)
    rows = dict(decision.removals.by_document(0, len(found.facts)))
    lines, texts = [], {}
    for document in read.documents:
        left = document.text
        own_rows = rows.get(document.rank, [])
        for one in reversed(own_rows):
            left = left[: one.start] + left[one.end :]
        if left or not document.text:
            texts[document.path] = left
        for one in own_rows:
            kept = one.keeper != NONE
            of = (read.documents[one.keeper].path, one.keeper_start, one.keeper_end)
            place = document.path, one.start, one.end, [one.first + 1, one.last + 1]
            rule = policy.rules[one.rule] if kept else None
            near = one.similarity if kept else None
            lines.append((*place, REASONS[one.reason], near, rule, of if kept else None))
    return lines, texts


def wanted(documents: dict[str, str], own: dict[str, Any]) -> tuple[list[Any], dict[str, str]]:
    """Give what the oracle gives."""
    lines, texts = naive.clean(documents, **own)
    places = [
        (
            *(line["document"], line["start"], line["end"], line["paragraphs"]),
            *(line["reason"], line["similarity"], line["rule"]),
            line["keeper"] and tuple(line["keeper"][k] for k in ("document", "start", "end")),
        )
        for line in lines
    ]
    return places, texts


@given(st.integers(0, 1 << 32), st.sampled_from([None, 0.1, 0.5, 0.8, 1.0]))
def test_agrees_with_the_oracle(seed: int, over: float | None) -> None:
    """Front matter, fenced code, BOM, CRLF, dropped documents."""
    rng = random.Random(seed)  # noqa: S311
    documents = corpus(rng)
    own = {
        "keep": rng.choice(["first", "last", "longest"]),
        "boilerplate": rng.choice(["keep", "first", "remove"]),
        "boilerplate_documents": rng.choice([2, 3, 10]),
        "drop_document_over": over,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.cleaning.removals.BLOCK", rng.choice([1, 5, 1 << 16]))
        assert cut(documents, own) == wanted(documents, own)


def test_fenced_code_is_never_removed() -> None:
    """A document whose paragraphs all went is written for its code; front matter goes with it."""
    text = strategies.render("A")
    code = "```\nx = 1\n```"
    documents = {
        "D1.md": text,
        "D2.md": f"---\na: b\n---\n{text}\n\n{code}\n",
        "D3.md": f"---\na: b\n---\n{text}\n",
    }
    _, texts = cut(documents, {})
    assert texts == {"D1.md": text, "D2.md": f"---\na: b\n---\n{code}\n"}


def options(corpus: strategies.Corpus) -> dict[str, Any]:
    """Leave out what is no option of a plan, and compare by the same text."""
    own = {k: v for k, v in corpus.settings.items() if k not in {"paragraphs", "remove"}}
    return own | {"boilerplate": own.get("boilerplate", "keep").replace("remove", "first")}


@given(strategies.cleanings(), st.integers(0, 1 << 32), st.sampled_from([0.0, 0.3, 0.8, 1.0]))
def test_nothing_is_lost_with_any_part_of_a_plan(
    corpus: strategies.Corpus, seed: int, share: float
) -> None:
    """What goes is the same text as its keeper, which stays; all characters are accounted for."""
    rng = np.random.default_rng(seed)
    parts: list[Plan] = []

    def part(plan: Plan) -> Plan:
        parts.append(plan.only(rng.random(len(plan)) < share))
        return parts[-1]

    own = options(corpus)
    lines, texts = cut(corpus.documents, own, part)
    before = sum(map(len, corpus.documents.values()))
    assert before == sum(map(len, texts.values())) + sum(line[2] - line[1] for line in lines)

    spans = {path: [(line[1], line[2]) for line in lines if line[0] == path] for path in texts}
    for *_, keeper in lines:
        if keeper is not None:
            path, start, end = keeper
            assert corpus.documents[path][start:end] in texts[path]
            assert all(last <= start or end <= first for first, last in spans[path])

    read = naive.read(corpus.documents, own)
    columns = (getattr(parts[0], name).tolist() for name in ("doc", "no", "keeper", "keeper_no"))
    rows = zip(*columns, strict=True)
    for doc, no, of, at in rows:
        gone, kept = read.at((doc, no + 1)), read.at((of, at + 1))
        assert naive.words_with_digits(gone.normal) == naive.words_with_digits(kept.normal)
        assert gone.normal == kept.normal or (
            naive.similarity(gone.normal, kept.normal) >= read.settings.threshold
            and naive.follows_closely(gone.normal, kept.normal)
        )


@given(st.integers(0, 1 << 32))
def test_no_gap_is_new(seed: int) -> None:
    """
    Between what stays stands what stood beside it: no blank line is doubled, none is joined.

    The gaps of the output have, in order, as many lines as gaps of the input; its end is the same.
    """
    rng = random.Random(seed)  # noqa: S311
    documents = corpus(rng)
    _, texts = cut(documents, {"boilerplate": "first", "keep": rng.choice(["first", "last"])})
    for name in texts:
        old, new = (one[name].replace("\ufeff", "") for one in (documents, texts))
        before, after = re.split(r"\S+", old), re.split(r"\S+", new)
        assert after[-1] == before[-1]
        assert is_part([gap.count("\n") for gap in after], [gap.count("\n") for gap in before])
        assert is_part(new.split(), old.split())


def is_part(some: list[Any], every: list[Any]) -> bool:
    """Tell whether some things are among others, in their order."""
    rest = iter(every)
    return all(one in rest for one in some)
