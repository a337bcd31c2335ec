"""Where a sentence ends, and where only an abbreviation, a number or a quotation does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.text.sentences import beginning, ending, sentences

CASES = {
    "Il pleut encore. Le vent tombe.": ["Il pleut encore.", "Le vent tombe."],
    "Selon M. Dupont, le no. 5 reste.": ["Selon M. Dupont, le no. 5 reste."],
    "Il vient en 2015. Elle aussi.": ["Il vient en 2015.", "Elle aussi."],
    "« Vraiment ? » Elle rit.": ["« Vraiment ? »", "Elle rit."],
    "« Vraiment ? » demande-t-elle.": ["« Vraiment ? » demande-t-elle."],
    "Assez ! (C'est fini.) Il part…  Elle": ["Assez !", "(C'est fini.)", "Il part…", "Elle"],
    "Version 3.14 parue. Et alors": ["Version 3.14 parue.", "Et alors"],
    "他来了。我走了！「好。」然后": ["他来了。", "我走了！", "「好。」", "然后"],
    "كيف حالك؟ بخير۔ شكرا": ["كيف حالك؟", "بخير۔", "شكرا"],
    "वह आया। मैं गया।": ["वह आया।", "मैं गया।"],
    "  Vide autour.  ": ["Vide autour."],
    "": [],
    " \n": [],
}


@pytest.mark.parametrize("text", CASES)
def test_sentences(text: str) -> None:
    """They are found where they are beyond doubt."""
    assert [text[a:b] for a, b in sentences(text)] == CASES[text]


@given(st.text(st.sampled_from("abcD É.!?…»\"')。」؟ \n\u00a0"), max_size=60))
def test_nothing_but_white_space_lies_between(text: str) -> None:
    """They come in order, begin and end with what is no white space, and leave nothing else out."""
    found = sentences(text)
    edges = [0, *(at for span in found for at in span), len(text)]
    assert edges == sorted(edges)
    assert not any(text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True))
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in found)


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("It rained. He said |that all| was well. Then", "He said ", " was well."),
        ("It rained. |That all| was", "", " was"),
        ("« |Vraiment| ? » demande-t-elle. Elle rit.", "« ", " ? » demande-t-elle."),
        ("|Tout| ", "", ""),
        ("他来了。我|走|了！好。", "我", "了！"),
        ("a" * 300 + " |b| " + "c" * 300, "", ""),
        ("a " * 300 + "|b|" + " c" * 300, "a " * 99, " c" * 99),
        ("a" * 300 + "|b|" + "c" * 300, "a" * 200, "c" * 200),
    ],
)
def test_the_rest_of_a_sentence(text: str, before: str, after: str) -> None:
    """It ends where the sentence does, else at a border of words within reach."""
    head, own, tail = text.split("|")
    whole, start, end = head + own + tail, len(head), len(head + own)
    assert whole[beginning(whole, start) : start] == before
    assert whole[end : ending(whole, end)].rstrip() == after.rstrip()
