"""Passages against slow obvious code, on random texts and both engines."""

from __future__ import annotations

import random
import textwrap
from typing import TYPE_CHECKING, Any

import naive_passages
import numpy as np
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels, pipeline
from dedup.engines.local import Local
from dedup.model import (
    Covered,
    Documents,
    Links,
    Neighbourhoods,
    Partners,
    Passages,
    Seeds,
    Shared,
    Strings,
)
from dedup.settings import Settings
from dedup.stages import seeds

if TYPE_CHECKING:
    from dedup.group import Group
    from dedup.report import Report

WORDS = [word for letter in strategies.LONG for word in strategies.letter(letter)]


def documents(texts: dict[str, str], published: int = 0) -> Documents:
    """Make the table that a reader would hand over."""
    count = len(texts)
    zeros = np.zeros(count, np.int64)
    marks = [path.endswith(".md") for path in texts]
    return Documents(
        doc=np.arange(count),
        path=Strings.of(list(texts)),
        record=Strings.of([""] * count),
        file_line=zeros,
        markdown=np.array(marks, np.int8),
        mode=zeros.astype(np.int8),
        published=(np.arange(count) < published).astype(np.int8),
        text=Strings.of(list(texts.values())),
    )


def found(texts: dict[str, str], published: int = 0, **settings: object) -> Report:
    """Find what repeats, with two threads in memory."""
    with Local(threads=2) as engine:
        return pipeline.find([documents(texts, published)], Settings.of(settings), engine)


def passages(texts: dict[str, str], **settings: object) -> list[Group]:
    """Find the groups of passages."""
    return [group for group in found(texts, **settings).groups if group.unit == "passage"]


def corpus(dice: random.Random) -> dict[str, str]:
    """Draw documents that take stretches of each other, edited here and there, in any lines."""
    texts: dict[str, str] = {}
    taken: list[list[str]] = []
    for number in range(2 + dice.randrange(4)):
        words: list[str] = []
        for _ in range(1 + dice.randrange(4)):
            words += dice.choices(WORDS, k=dice.randrange(60))
            if taken and dice.random() < 0.8:
                source = dice.choice(taken)
                first = dice.randrange(len(source))
                words += edited(dice, source[first : first + 10 + dice.randrange(90)])
        taken.append(words := words or ["rien"])
        texts[f"{number}.txt"] = written(dice, words)
    return texts


def edited(dice: random.Random, words: list[str]) -> list[str]:
    """Drop, change and put in words, or do not."""
    rate = dice.choice([0, 0, 0, 0.05, 0.15])
    out = []
    for word in words:
        if dice.random() < rate:
            out += dice.choice([[], [dice.choice(WORDS)], [word, dice.choice(WORDS)]])
        else:
            out.append(word)
    return out


def written(dice: random.Random, words: list[str]) -> str:
    """Write words with other line ends, spaces, capitals and punctuation."""
    out = ""
    ends = dice.choice([1, 1, 8])
    for n, word in enumerate(words):
        shown = dice.choice([word] * 6 + [word.upper(), f"«{word}»", f"{word},", f"{word}\u00ad"])
        between = dice.choice([" "] * 12 + ["\n"] * ends + ["\n\n", " – ", "\u00a0"])
        out += shown + (between if n + 1 < len(words) else "")
    return out


def held(texts: dict[str, str], **settings: object) -> None:
    """Hold a report to what passages promise."""
    published = int(str(settings.pop("published", 0)))
    groups = list(found(texts, published, **settings).groups)
    rules = settings | {"published": published}
    assert naive_passages.faults(texts, groups, **rules) == []
    assert naive_passages.missing(texts, groups, **rules) == []


@given(seed=st.integers(0, 2**32))
def test_every_repeated_stretch_is_found_and_no_rule_broken(seed: int) -> None:
    """Texts of any lines: what stands elsewhere word for word is in a block or a passage."""
    dice = random.Random(seed)  # noqa: S311
    texts = corpus(dice)
    published = dice.choice([0, 0, dice.randrange(len(texts))])
    held(texts, published=published, min_words=1, min_group_words=dice.choice([20, 20, 15, 30]))


@given(corpus=strategies.corpora())
def test_no_rule_is_broken_beside_blocks(corpus: strategies.Corpus) -> None:
    """Corpora made for blocks: boilerplate, repetitions, other scripts, odd line ends."""
    settings = dict(corpus.settings)
    published = int(settings.pop("published", 0))
    groups = list(found(corpus.documents, published, **settings).groups)
    assert naive_passages.faults(corpus.documents, groups, **corpus.settings) == []


class Shuffling(Local):
    """An engine whose batches come in any size, and in any order but where a table is in Order."""

    def by_key(self, table: Any, *rest: Any, **how: Any) -> Any:  # noqa: ANN401 - as the engine's
        """Sort what was shuffled."""
        return super().by_key(self.shuffled(table), *rest, **how)

    def join(self, table: Any, other: Any, *rest: Any, **how: Any) -> Any:  # noqa: ANN401 - likewise
        """Join what was shuffled."""
        return super().join(self.shuffled(table), self.shuffled(other), *rest, **how)

    def shuffled(self, table: Any) -> Any:  # noqa: ANN401 - any table
        """Cut a table into small batches and shuffle them."""
        batches = list(self.fetch(table))
        kinds = (Seeds, Shared, Links, Partners, Neighbourhoods, Passages, Covered)
        if not batches or not isinstance(batches[0], kinds):
            return table
        whole = type(batches[0]).concat(batches)
        parts = [whole.slice(at, at + 7) for at in range(0, len(whole), 7)]
        random.Random(len(whole)).shuffle(parts)  # noqa: S311
        return self.map(parts, type(whole), lambda batch: batch)


@given(seed=st.integers(0, 2**32))
def test_engines_and_batches_make_no_difference(seed: int) -> None:
    """In memory and on disk, one thread or two, batches of any size in any order."""
    table = documents(corpus(random.Random(seed)))  # noqa: S311
    settings = Settings(min_group_words=15)
    reports = []
    for engine, memory, threads in (
        (Local, 2 << 30, 1),
        (Local, 2 << 30, 2),
        (Local, 1 << 20, 1),
        (Local, 1 << 20, 2),
        (Shuffling, 2 << 30, 2),
    ):
        with engine(memory=memory, threads=threads) as local:
            reports.append(pipeline.find([table], settings, local).groups)
    assert reports.count(reports[0]) == len(reports)


def test_a_frequent_seed_points_to_its_earliest_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence that thirty documents quote is found in all of them, from the first."""
    monkeypatch.setattr(seeds, "EARLIEST", 2)
    quote = " ".join(strategies.letter("A"))
    dice = random.Random(1)  # noqa: S311
    texts = {
        f"{n:02}.txt": f"{' '.join(dice.choices(WORDS, k=30))} {quote} "
        f"{' '.join(dice.choices(WORDS, k=30))}"
        for n in range(30)
    }
    (group,) = passages(texts)
    assert group.keeper.document == "00.txt"
    assert [copy.document for copy in group.copies] == list(texts)[1:]


def test_later_documents_change_no_passage() -> None:
    """What a document holds depends on the earlier ones only."""
    texts = corpus(random.Random(11))  # noqa: S311
    fewer = dict(list(texts.items())[:-1])
    last = list(texts)[-1]
    some = [c for group in passages(texts) for c in group.copies if c.document != last]
    assert [(c.document, c.start, c.end) for c in some] == [
        (c.document, c.start, c.end) for group in passages(fewer) for c in group.copies
    ]


@pytest.mark.parametrize("columns", [1, 12, 30])
def test_lines_may_be_short(columns: int) -> None:
    """A poem, a list, a text of a word a line: found like prose, in it, and across its lines."""
    words = list(dict.fromkeys(WORDS))
    lines = textwrap.wrap(" ".join(words[:60]), columns)
    poem, prose = "\n".join(lines), " ".join(lines)
    titled = {"a.txt": f"Titre\n{poem}", "b.txt": f"Tout autre\n\n{poem}\nfin"}
    assert [group.keeper.text for group in passages(titled)] == [poem]
    assert len(passages({"a.txt": poem, "b.txt": f"Selon lui {prose}"})) == 1
    assert len(passages({"a.txt": f"{poem}\n{words[60]}\n{poem}"})) == 1


def test_two_poems_share_a_stanza() -> None:
    """Only what they share is the passage; the chorus of one poem alone is too short for one."""
    words = list(dict.fromkeys(WORDS))
    first, shared, last = ("\n".join(words[n : n + 25]) for n in (0, 25, 50))
    groups = passages({"a.txt": f"{first}\n\n{shared}", "b.txt": f"{shared}\n\n{last}"})
    assert [(group.kind, group.keeper.text) for group in groups] == [("across", shared)]
    assert passages({"a.txt": f"{shared}\n\n{first}\n\n{shared}"}) == []


@pytest.mark.parametrize("cycle", [1, 2, 3, 20, 300])
def test_a_few_lines_over_and_over_are_cheap(cycle: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest repeat is found still, and the chains looked at are few whatever the length."""
    looked_at: list[int] = []
    extend = kernels.extend

    def counted(units: kernels.Units, spans: Any, *rest: Any) -> Any:  # noqa: ANN401
        looked_at.append(len(spans))
        return extend(units, spans, *rest)

    monkeypatch.setattr(kernels, "extend", counted)
    text = "\n".join(f"w{number % cycle}" for number in range(30_000))
    groups = passages({"a.txt": text})
    longest = max(groups, key=lambda group: group.words)
    assert longest.words >= 14_000
    assert sum(looked_at) < 2_500
    again = passages({"a.txt": text, "b.txt": f"{text}\nw0"})
    assert max(group.words for group in again if group.kind == "across") == 30_000


def test_code_is_a_wall() -> None:
    """No passage reaches over fenced code or into it."""
    a, b = (" ".join(strategies.letter(letter)) for letter in "AB")
    texts = {"a.md": f"{a}\n```\n{b}\n```\n{b}", "b.txt": f"Hier {a} {b} encore"}
    groups = passages(texts)
    assert [group.keeper.text for group in groups] == [a, b]


def test_lines_are_those_that_a_passage_touches() -> None:
    """In wrapped paragraphs too, where a paragraph has several lines."""
    a, b, c, d = (" ".join(strategies.letter(letter)) for letter in "ABCD")
    wrapped = ["\n".join(textwrap.wrap(p, 60)) for p in (f"{a} {b}", f"{c} {d}", f"{d} {c}")]
    quote = " ".join(c.split()[12:] + d.split()[:12])
    texts = {"a.txt": "\n\n".join(wrapped), "b.txt": f"Il dit {quote} hier"}
    (group,) = passages(texts, paragraphs="blank")
    text, keeper = texts["a.txt"], group.keeper
    assert keeper.text.split() == quote.split()
    assert keeper.paragraphs == (2, 2)
    wanted = tuple(text.count("\n", 0, at) + 1 for at in (keeper.start, keeper.end))
    assert keeper.lines == wanted


def test_a_long_stretch_has_a_bound() -> None:
    """Beyond 50,000 characters similarity is a lower bound, and equal texts are equal."""
    dice = random.Random(2)  # noqa: S311
    words = [dice.choice(WORDS) + str(dice.randrange(99)) for _ in range(12_000)]
    source = "\n".join(" ".join(words[n : n + 90]) for n in range(0, len(words), 90))
    changed = [word if n % 31 else "autre" for n, word in enumerate(words)]
    (group,) = passages({"a.txt": source, "b.txt": " ".join(words)})
    assert (group.similarity, group.copies[0].bound) == (1.0, False)
    (group,) = passages({"a.txt": source, "b.txt": " ".join(changed)})
    assert group.copies[0].bound
    assert 0.95 < group.similarity < 1


def test_a_section_with_small_changes_is_one_block() -> None:
    """A word changed here, a dash there, a paragraph missing and a credit more: one block."""
    section = [strategies.render(letter) for letter in strategies.LONG[:14]]
    again = list(section)
    again[2] = again[2].replace(strategies.letter("C")[5], "autrement")
    again[4] = f"- {again[4]}"
    again[9] = strategies.render("J'")
    again.insert(7, "©AFP")
    again.insert(7, "Photo prise hier devant la mairie pendant la réunion publique ©AFP")
    del again[11]
    text = "\n".join(["Préambule à propos de tout autre chose, sans suite.", *section, *again])
    (group,) = found({"a.txt": text}).groups
    assert (group.kind, group.unit) == ("within", "block")
    assert group.keeper.paragraphs == (2, 15)
    assert group.copies[0].paragraphs == (16, 30)
