"""The oracle holds the golden cases and the properties that the specification promises."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import naive
import pytest
from hypothesis import given
from strategies import Corpus, cleanings, corpora, random_cleaning, random_corpus, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = json.loads((Path(__file__).parent / "cases" / "golden.json").read_text(encoding="utf-8"))


def cases(command: str) -> list[Any]:
    """Parametrise a test with the cases of one command, by name."""
    return [pytest.param(c, id=c["name"]) for c in CASES if c["command"] == command]


def as_golden(value: dict[str, Any], extra: set[str]) -> dict[str, Any]:
    """Leave out what golden.json does not hold."""
    return {k: v for k, v in value.items() if k not in extra}


@pytest.mark.parametrize("case", cases("report"))
def test_golden_report(case: dict[str, Any]) -> None:
    """Groups, copies, parts and counts are those of the case, in its order."""
    got = naive.report(case["documents"], **case["settings"])
    for group in got:
        copies = [as_golden(copy, {"paired"}) for copy in group["copies"]]
        group["copies"] = [] if group["kind"] == "boilerplate" else copies
    assert got == [{"copies": []} | group for group in case["groups"]]


@pytest.mark.parametrize("case", cases("clean"))
def test_golden_clean(case: dict[str, Any]) -> None:
    """The ledger and the remaining texts are those of the case."""
    removed, remaining = naive.clean(case["documents"], **case["settings"])
    extra = {"text", "rule", "similarity"}
    assert [as_golden(line, extra) for line in removed] == case["removed"]
    assert remaining == case["texts"]


@given(texts())
def test_normalise_is_idempotent(text: str) -> None:
    """Normalising a normalised text changes nothing."""
    once = naive.normalise(text)
    assert naive.normalise(once) == once


@pytest.mark.parametrize(
    ("text", "normal", "count"),
    [
        ("L\u2019\u00c9T\u00c9, d\u00e9j\u00e0\u00a0l\u00e0 !", "l ete deja la", 4),
        ("co\u00ad\u200bop\u00e9ration", "cooperation", 1),
        ("e\u200d\u0301 \u00df \ufb01n", "e ss fin", 3),
        ("\u05e9\u05b8\u05dc\u05d5\u05b9\u05dd", "\u05e9\u05dc\u05d5\u05dd", 1),
        ("\u0915\u094d\u0937\u093f", "\u0915\u094d\u0937\u093f", 1),
        ("***", "", 0),
        ("\u65e5\u672c\u8a9e", "\u65e5\u672c\u8a9e", 2),
        ("\u30e9\u30fc\u30e1\u30f3 2024\u5e74", "\u30e9\u30fc\u30e1\u30f3 2024\u5e74", 4),
        ("\u0e01\u0e49\u0e32\u0e27", "\u0e01\u0e49\u0e32\u0e27", 2),
        ("\u1c89\ua7dc", "\u1c8a\u019b", 1),
    ],
)
def test_normalise_and_words(text: str, normal: str, count: int) -> None:
    """Marks, format characters, folding, and what counts as a word."""
    assert naive.normalise(text) == normal
    assert naive.words(normal) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-5 \u20135 \u22125 \uff0d5", "- 5 - 5 - 5 - 5"),
        ("COVID-19, 2015-2016, x - 5, e\u0301-5, co\u00ad-5", "covid 19 2015 2016 x 5 e 5 co 5"),
        ("a \u2212 b", "a - b"),
        ("$500 \uff04500 \u20ac500", "$ 500 $ 500 \u20ac 500"),
        ("1,500 1.500 10:30 1/2 \uff11\uff0c\uff15", "1 , 500 1 . 500 10 : 30 1 / 2 1 , 5"),
        ("v1. 5, a.b 5.a", "v1 5 a b 5 a"),
        ("10\u00b2 m, 102 m", "10 \u00b2 m 102 m"),
        ("5% 5\uff05 5\u066a 5\u2030", "5 % 5 % 5 % 5 %"),
        ("a==b a!=b a! =b", "a = = b a ! = b a = b"),
        ("a\u2260b a=\u0338b a=\u200b\u0338b", "a \u2260 b a \u2260 b a \u2260 b"),
        ("| ~ \uff5c \uff5e \u2502 \u25cf \u00a9 \u00ae \u2122 \u2022", ""),
        ("\u2713 \u2717", "\u2713 \u2717"),
    ],
)
def test_signs(text: str, expected: str) -> None:
    """What is a sign, where, and as what it is told; "TM" is a word of its sign."""
    assert [i for i in naive.strict(text) if i != "tm"] == expected.split()


def test_code_is_no_paragraph() -> None:
    """Front matter and fenced code have no number, and are never removed from what is written."""
    long = "un texte de plus de vingt mots qui se tient tout seul entre deux morceaux de code "
    text = f"---\ntitle: x\n---\n{long * 2}\n```py\n{long}\n```\nun titre\n~~~\nrest"
    found = naive.paragraphs(text, "line", markdown=True)
    assert [p.text for p in found] == [long.strip() + " " + long.strip(), "un titre"]
    assert [(p.line, p.line_end) for p in found] == [(4, 4), (8, 8)]
    removed, remaining = naive.clean([("a.txt", long * 2), ("b.md", text)])
    assert [line["text"] for line in removed] == [long * 2 + "\n"]
    assert remaining["b.md"] == text.replace(long * 2 + "\n", "", 1)


def test_long_stretches_have_a_bound() -> None:
    """Over the limit of characters the similarity is the lower bound, and marked."""
    texts = {"a.txt": "un deux trois quatre cinq six sept huit\nneuf dix " * 3}
    texts["b.txt"] = texts["a.txt"]
    (exact,) = (g for g in naive.report(texts, min_words=4) if g["kind"] == "across")
    (bound,) = (g for g in naive.report(texts, min_words=4, bound_over=9) if g["kind"] == "across")
    assert "bound" not in exact["copies"][0]
    assert bound["copies"][0]["bound"] is True
    assert bound["copies"][0]["similarity"] <= exact["copies"][0]["similarity"]


def test_a_family_is_paired_with_its_leader_only() -> None:
    """Beyond so many distinct members the output stays linear."""
    words = "publié le {} février par la rédaction avec les agences de presse"
    texts = {f"{n:02}.txt": words.format(n) for n in range(10, 16)}
    assert len(naive.matches(texts)) == 15
    assert len(naive.matches(texts, family=6)) == 15
    leader = [m for m in naive.matches(texts, family=5) if m["a"]["document"] == "10.txt"]
    assert len(leader) == len(naive.matches(texts, family=5)) == 5


# --- Properties of a report -----------------------------------------------------------------------


@given(corpora())
def test_every_copy_is_verified(corpus: Corpus) -> None:
    """A copy stands after its keeper, is as similar as said, and no pair is taken twice."""
    check_copies(corpus)


@pytest.mark.parametrize("seed", [369, 610, 936])
def test_what_one_block_has_taken_no_other_one_pairs(seed: int) -> None:
    """A long paragraph inside a block that equals the one opposite opens its own run."""
    check_copies(random_corpus(random.Random(seed)))  # noqa: S311 - samples


def check_copies(corpus: Corpus) -> None:
    """Hold every copy of a report against what the specification says of one."""
    order = {path: rank for rank, path in enumerate(corpus.documents)}
    least = corpus.settings.get("threshold", 0.8)
    for kind in ("within", "across"):
        paired: list[tuple[str, int]] = []
        for group in naive.report(corpus.documents, **corpus.settings):
            if group["kind"] != kind:
                continue
            keeper = group["keeper"]
            for copy in group["copies"]:
                source = copy.get("of", keeper)
                a = corpus.documents[keeper["document"]][source["start"] : source["end"]]
                b = corpus.documents[copy["document"]][copy["start"] : copy["end"]]
                got = naive.similarity(naive.normalise(a), naive.normalise(b))
                assert copy["similarity"] == got >= least
                assert order[copy["document"]] >= corpus.settings.get("published", 0)
                if kind == "within":
                    assert copy["document"] == keeper["document"]
                    assert source["end"] <= copy["start"]
                else:
                    assert order[keeper["document"]] < order[copy["document"]]
                paired += [(copy["document"], no) for _, no in copy["paired"]]
        longs = [p for p in Counter(paired).items() if p[1] > 1 and is_long(corpus, *p[0])]
        assert not longs


def is_long(corpus: Corpus, path: str, no: int) -> bool:
    """Tell whether a paragraph is long under the settings of a corpus."""
    mode = corpus.settings.get("paragraphs", "auto")
    paragraph = naive.paragraphs(corpus.documents[path], mode)[no - 1]
    return paragraph.words >= int(corpus.settings.get("min_words", 8))


@given(corpora())
def test_within_does_not_depend_on_other_documents(corpus: Corpus) -> None:
    """What repeats within a document is found without the others, boilerplate apart."""
    settings = corpus.settings | {"boilerplate_documents": 99, "published": 0}
    together = [g for g in naive.report(corpus.documents, **settings) if g["kind"] == "within"]
    alone = [g for d in corpus.documents.items() for g in naive.report([d], **settings)]
    assert together == alone


@given(corpora())
def test_a_check_finds_what_a_report_finds(corpus: Corpus) -> None:
    """Published documents hold no copies; those of the others are the same."""
    settings = {k: v for k, v in corpus.settings.items() if k != "published"}
    incoming = list(corpus.documents)[-1]

    def copies(**options: Any) -> list[Any]:  # noqa: ANN401 - options
        groups = naive.report(corpus.documents, **settings, **options)
        found = [
            (g["kind"], c["start"], c["end"], c["similarity"])
            for g in groups
            if g["kind"] != "boilerplate"
            for c in g["copies"]
            if c["document"] == incoming
        ]
        return sorted(found)

    assert copies(published=len(corpus.documents) - 1) == copies()


# --- Properties of a cleaning ---------------------------------------------------------------------


def check_cleaning(corpus: Corpus) -> None:
    """Assert all that section 2 promises of one cleaning."""
    removed, remaining = naive.clean(corpus.documents, **corpus.settings)
    modes = naive.paragraph_modes(corpus.documents, corpus.settings.get("paragraphs", "auto"))
    assert restored(corpus.documents, removed, remaining) == corpus.documents
    assert not [line for line in removed if line["keeper"] and keeper_went(removed, line)]
    if corpus.settings.get("remove") == "match":
        least = corpus.settings.get("threshold", 0.8)
        assert all(line["similarity"] >= least for line in removed if line["keeper"])
    assert not any(same_text_stays(naive.read(corpus.documents, corpus.settings)))
    # Where copies go, what a low limit made boilerplate may be a copy the second time.
    counted = corpus.settings.keys() & {"boilerplate_documents", "drop_document_over"}
    if not counted or corpus.settings.get("boilerplate") == "first":
        again = naive.clean(remaining, **corpus.settings, modes=modes)
        assert again == ([], remaining)


def same_text_stays(read: naive.Corpus) -> Iterator[tuple[naive.Place, naive.Place]]:
    """Give the long texts that stay though one of the two could go, boilerplate apart."""
    gone, fixed = naive.make_plan(read), naive.fixed_by_boilerplate(read)
    stay = [place for place in read.places() if place not in gone and place not in fixed]
    full = [place for place in stay if read.at(place).words >= read.settings.min_group_words]
    for n, b in enumerate(full):
        for a in full[:n]:
            in_scope = read.settings.scope in ("all", naive.reason_of(a, b))
            if in_scope and naive.same_text(read, b, a):
                yield a, b


def restored(
    documents: dict[str, str], removed: list[dict[str, Any]], remaining: dict[str, str]
) -> dict[str, str]:
    """Put back what the ledger holds, in the order of the input."""
    out = {}
    for path in documents:
        text = remaining.get(path, "")
        for line in removed:
            if line["document"] == path:
                text = text[: line["start"]] + line["text"] + text[line["start"] :]
        out[path] = text
    return out


def keeper_went(removed: list[dict[str, Any]], line: dict[str, Any]) -> bool:
    """Tell whether a removal touches the keeper of a line."""
    keeper = line["keeper"]
    return any(
        other["document"] == keeper["document"]
        and other["start"] < keeper["end"]
        and keeper["start"] < other["end"]
        for other in removed
    )


@given(cleanings())
def test_cleaning_keeps_its_promises(corpus: Corpus) -> None:
    """Restorable, every keeper stays, and cleaning twice removes nothing more."""
    check_cleaning(corpus)


def test_cleaning_keeps_its_promises_on_seeded_corpora() -> None:
    """The same on corpora that are alike in every run."""
    rng = random.Random(2)  # noqa: S311 - samples
    for _ in range(300):
        check_cleaning(random_cleaning(rng))


# --- The strategies reach every clause ------------------------------------------------------------


def test_every_clause_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random corpora reach the rare clauses, so that comparing on them means something."""
    acted: Counter[str] = Counter()

    def spy(name: str, acts: Any) -> None:  # noqa: ANN401 - a predicate of any result
        plain = getattr(naive, name)

        def wrapped(*args: Any) -> Any:  # noqa: ANN401 - passed through
            result = plain(*args)
            acted[name] += bool(acts(result, *args))
            return result

        monkeypatch.setattr(naive, name, wrapped)

    spy("cut_at_widest_gap", lambda run, _, before: run != before)
    spy("one_period", lambda run, *_: run is not None)
    spy("counts", lambda enough, *_: not enough)
    spy("widen", lambda run, _, before: run != before)
    spy("gather", lambda groups, *_: any(len(group) > 1 for group in groups))
    spy("block_group", lambda group, *_: any("of" in copy for copy in group["copies"]))
    spy("boilerplate_group", lambda group, *_: group["count"] > 2)
    spy("paragraph_mode", lambda mode, *_: mode == "blank")
    spy("words_with_digits", lambda found, *_: found)
    spy("follows_closely", lambda close, *_: not close)
    spy("beside_before", lambda keeper, *_: keeper)
    spy("beside_after", lambda keeper, *_: keeper)
    spy("fixed_by_boilerplate", lambda fixed, *_: fixed)
    spy("boilerplate_that_goes", lambda gone, *_: gone)
    spy("drop_documents", lambda plan, _, before: plan != before)
    rng = random.Random(1)  # noqa: S311 - samples
    for _ in range(200):
        corpus, cleaning = random_corpus(rng), random_cleaning(rng)
        naive.report(corpus.documents, **corpus.settings)
        naive.clean(cleaning.documents, **cleaning.settings)
    assert min(acted.values()) >= 5, acted
