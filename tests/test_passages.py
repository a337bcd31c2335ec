"""Reuse that does not respect paragraph borders, in files as people have them."""

from __future__ import annotations

import random
import textwrap
from typing import TYPE_CHECKING

import naive
import pytest
import strategies
from rapidfuzz import fuzz

from dedup import Settings, check, find

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.group import Group
    from dedup.report import Report

A, B, C, D, E, F = (strategies.render(letter) for letter in "ABCDEF")
BODY = [A, B, C, D]


def write(folder: Path, **texts: str) -> Path:
    """Write texts into a folder."""
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def recomputed(report: Report, folder: Path) -> list[Group]:
    """Give the groups, each place cut from its file and compared again."""
    for group in report.groups:
        for place in group.occurrences:
            text = (folder / place.document.rsplit("/", 1)[-1]).read_text(encoding="utf-8")
            assert text[place.start : place.end] == place.text
        for copy in group.copies:
            part = copy.of or group.keeper
            at = part.start - group.keeper.start
            source = group.keeper.text[at : at + part.end - part.start]
            value = fuzz.ratio(naive.normalise(source), naive.normalise(copy.text)) / 100
            assert value >= report.settings["threshold"]
            assert abs(value - copy.similarity) < 1.01e-4
    return list(report.groups)


CHANGED = {
    "merged": " ".join(BODY),
    "split": "\n".join(part for p in BODY for part in textwrap.wrap(p, len(p) // 2)),
    "wrapped": "\n".join(line for p in BODY for line in textwrap.wrap(p, 80)),
}


@pytest.mark.parametrize("how", CHANGED)
def test_text_in_other_paragraphs_is_found(how: str, tmp_path: Path) -> None:
    """Merged, split or wrapped anew, all of it is found on both sides."""
    copy = f"{E}\n{CHANGED[how]}\n{F}"
    write(tmp_path, a="\n".join(BODY), b=copy)
    report = find(tmp_path, Settings(paragraphs="line"))
    groups = recomputed(report, tmp_path)
    found = sum(copy.end - copy.start for group in groups for copy in group.copies)
    assert found >= 0.98 * len(CHANGED[how])
    overlap = report.overlaps[0]
    assert overlap.share_of_a >= 0.98
    first = min(copy.start for group in groups for copy in group.copies)
    last = max(copy.end for group in groups for copy in group.copies)
    assert abs(first - len(E) - 1) <= 3
    assert abs(last - len(E) - 1 - len(CHANGED[how])) <= 3


def test_a_sentence_quoted_in_another_paragraph_is_found(tmp_path: Path) -> None:
    """Twenty words inside a new paragraph, with exact places."""
    quote = " ".join(A.split()[3:25])
    write(tmp_path, a=f"{A}\n{B}", b=f"{C[:-1]} « {quote} » {D}")
    (group,) = recomputed(find(tmp_path), tmp_path)
    assert (group.kind, group.unit) == ("across", "passage")
    assert group.copies[0].text == group.keeper.text == quote
    assert find(tmp_path, Settings(min_group_words=30)).groups == ()


def test_a_teaser_is_the_beginning_of_its_paragraph(tmp_path: Path) -> None:
    """What is cut off with an ellipsis is found in the whole."""
    teaser = " ".join(A.split()[:22])
    write(tmp_path, a=f"{A} {C}\n{B}", b=f"{E}\n{teaser}…")
    (group,) = recomputed(find(tmp_path), tmp_path)
    assert (group.unit, group.keeper.start, group.copies[0].text) == ("passage", 0, teaser)


def test_an_edited_section_that_comes_back_is_one_block(tmp_path: Path) -> None:
    """A changed word, a prefix, a paragraph less and a credit more part no block of fourteen."""
    section = [strategies.render(letter) for letter in strategies.LONG[:14]]
    again = list(section)
    again[2] = again[2].replace(again[2].split()[7], "autrement", 1)
    again[5] = f"- {again[5]}"
    del again[11]
    again.insert(8, "©AFP")
    title, between, end = (strategies.render(letter) for letter in "PQR")
    write(tmp_path, a="\n".join([title, *section, between, *again, end]))
    (block,) = recomputed(find(tmp_path), tmp_path)
    assert (block.kind, block.unit, block.keeper.paragraphs) == ("within", "block", (2, 15))
    assert [copy.paragraphs for copy in block.copies] == [(17, 30)]
    write(tmp_path, b="\n".join([between, *again]))
    blocks = [group for group in recomputed(find(tmp_path), tmp_path) if group.kind == "across"]
    assert [(group.unit, len(group.copies)) for group in blocks] == [("block", 1)]
    assert blocks[0].copies[0].paragraphs == (1, 15)


def test_passages_within_a_document_are_longer(tmp_path: Path) -> None:
    """Journalism repeats its sentences: below fifty words a document may do so."""
    quote = " ".join(A.split()[:24])
    write(tmp_path, a=f"{A}\n{B}\n{C[:-1]} {quote} {D}")
    assert find(tmp_path).groups == ()
    long = f"{A} {E}"
    write(tmp_path, a=f"{long}\n{B}\n{C[:-1]} {long} {D}")
    (group,) = recomputed(find(tmp_path), tmp_path)
    assert (group.kind, group.unit) == ("within", "passage")


def test_published_texts_hold_no_passages(tmp_path: Path) -> None:
    """A check finds what incoming texts take from published ones, not the other way round."""
    quote = " ".join(A.split()[2:26])
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    write(tmp_path / "old", a=f"{C[:-1]} {quote} {D}", b=f"{A}\n{B}")
    write(tmp_path / "new", c=f"{E[:-1]} {quote} {F}")
    report = check(tmp_path / "new", [tmp_path / "old"])
    copies = [copy.document.rsplit("/", 1)[-1] for group in report.groups for copy in group.copies]
    assert copies == ["c.txt"]


def test_boilerplate_makes_no_passages(tmp_path: Path) -> None:
    """What stands in many documents is a class of its own, not a copy too."""
    texts = {
        f"d{n}": f"{strategies.render('ABCDEFGHIJKL'[n])}\n{strategies.render('M')}"
        for n in range(12)
    }
    write(tmp_path, **texts)
    report = find(tmp_path)
    assert {group.kind for group in report.groups} == {"boilerplate"}


@pytest.mark.parametrize("seed", range(4))
def test_engines_give_the_same_passages(seed: int, tmp_path: Path) -> None:
    """In memory and on disk, on one thread and on two."""
    dice = random.Random(seed)  # noqa: S311
    letters = [strategies.render(letter) for letter in strategies.LONG[:12]]
    for number in range(14):
        words = " ".join(dice.choices(letters, k=4)).split()
        start = dice.randrange(40)
        text = " ".join(words[start : start + 70])
        write(tmp_path, **{f"d{number:02}": "\n".join(textwrap.wrap(text, dice.choice([60, 400])))})
    first = find(tmp_path, Settings(threads=1))
    assert any(group.unit == "passage" for group in first.groups)
    assert find(tmp_path, Settings(threads=2, memory=1 << 20)) == first
    recomputed(first, tmp_path)
