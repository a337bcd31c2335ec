"""Markdown for pull requests: read back by a parser, texts are texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from dedup import SettingsError
from dedup.group import Name
from dedup.reports.markdown import ROOM, escaped, to_markdown
from dedup.reports.view import View

if TYPE_CHECKING:
    from types import SimpleNamespace

    from dedup.report import Report

TAGS = {"details", "summary", "b", "del", "ins"}


def rendered(text: str) -> str:
    """Give the HTML that a site makes of Markdown."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


def test_tags_are_ours(every: Report) -> None:
    """Only our own elements come out of a report, and no link of a text's."""
    html = rendered(to_markdown(every))
    found = {tag.lower() for tag in re.findall(r"<([a-zA-Z][^\s>/]*)", html)}
    known = ["h3", "p", "table", "thead", "tbody", "tr", "th", "td"]
    assert found <= TAGS | {*known, "blockquote", "code", "ul", "li"}
    assert html.count("<details") == html.count("</details>")
    assert " on" not in "".join(re.findall(r"<[a-z]+ [^>]*>", html)).lower()


@pytest.mark.parametrize(
    "text",
    [
        "# no heading",
        "- no item",
        "1. no item",
        "*no* _emphasis_ ~~nor~~ `code`",
        "<b>no tag</b> &amp; no reference",
        "[no](http://link) ![image](x)",
        "a | b",
        "===",
        "$x$ \\alpha",
        "+ no item",
        "> no quotation",
    ],
)
def test_text_is_text(text: str) -> None:
    """What Markdown would read as markup is shown as it stands."""
    html = rendered(escaped(text)).strip()
    assert re.fullmatch(r"<p>[^<]*</p>", html)
    shown = html[3:-4].replace("\u200b", "")
    for reference, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        shown = shown.replace(reference, sign)
    assert shown == text


def test_nobody_is_called() -> None:
    """A person, an issue, an address and an emoji of a text are none on a site that links them."""
    text = escaped("@team #12 https://x.example www.x.example :smile: a@b.example")
    for link in ("@team", "#12", "://", "www.x", ":smile", "@b"):
        assert link not in text


def test_fits_a_comment(made: SimpleNamespace) -> None:
    """What is too long for a comment is left out, with a count; not where N were asked for."""
    text = to_markdown(made.many(400))
    assert len(text.encode()) < ROOM + 1_000
    left = re.search(r"… (\d+) more groups are not shown", text)
    assert left is not None
    assert text.count("<details>") == 400 - int(left[1])
    assert to_markdown(made.many(400), View(top=390)).count("<details>") == 390


def test_whole_story(made: SimpleNamespace) -> None:
    """Overview, places, marks, what was not read."""
    text = to_markdown(made.mixed())
    for part in (
        "### 2 repeated sections in 60 new documents: ",
        "| repeated across documents | 1 | 3 | ",
        "| 82.1% | news/b.txt |",
        "| 3rd | wire.jsonl:43, record 42 | paragraphs 2–3 | identical |",
        "<del>4.5</del>",
        "<ins>4.7</ins>",
        "- y.txt: not UTF-8, perhaps cp1252",
    ):
        assert part in text
    assert "news/a.txt:9" in to_markdown(made.mixed(), View(group="000000b2"))
    with pytest.raises(SettingsError, match="no such group"):
        to_markdown(made.mixed(), View(group="zz"))


def test_documents_that_resemble_each_other(made: SimpleNamespace) -> None:
    """By how much, beside what keeps them, and, where their texts are at hand, how they differ."""
    text = to_markdown(made.resembling())
    assert "2 of 2 documents resemble an earlier one, by 70% of their word 3-grams" in text
    assert "| 81.2% | news/b.txt | news/a.txt |" in text
    assert "<details>" not in text
    one = "The bridge will cost 4.5 million, the mayor said."
    texts = {Name("news/a.txt"): one, Name("news/b.txt"): one.replace("4.5", "<b>4.7")}
    text = to_markdown(made.resembling(), texts=texts)
    assert "news/b.txt beside news/a.txt \u00b7 76.1% of the words are the same" in text
    assert "<del>4.5</del>" in text
    assert "<ins>&#60;b&#62;4.7</ins>" in text
