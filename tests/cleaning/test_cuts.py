"""What is cut out of a text, with its white space, against the oracle."""

from __future__ import annotations

import random
from typing import Any

import naive
import strategies
from cleaning.tables import plan_of, split
from hypothesis import given
from hypothesis import strategies as st

from dedup.cleaning.cuts import cuts_of
from dedup.cleaning.plan import NONE, rows_of

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


def cut(documents: dict[str, str], own: dict[str, Any]) -> tuple[list[Any], dict[str, str]]:
    """Give ledger lines and texts as the oracle does."""
    read = naive.read(documents, own)
    plan, policy = plan_of(read, own), split(own)[1]
    keepers = set(plan.keeper.tolist()) - {NONE}
    lines, texts = [], {}
    for document in read.documents:
        over = None if document.rank in keepers else policy.drop_document_over
        found = cuts_of(
            document.text,
            [(p.start, p.end) for p in document.paragraphs],
            rows_of(plan, document.rank),
            policy.rules,
            markdown=document.markdown,
            drop_over=over,
        )
        left = document.text
        for one in reversed(found.cuts):
            left = left[: one.start] + left[one.end :]
        if found.written or not document.paragraphs:
            texts[document.path] = left
        for one in found.cuts:
            keeper = one.keeper and (read.documents[one.keeper[0]].path, *one.keeper[1:])
            place = document.path, one.start, one.end, [one.first + 1, one.last + 1]
            lines.append((*place, one.reason, one.similarity, one.rule, keeper))
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
