"""The HTML page: one file that asks for nothing, in which texts and names do nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from dedup import Planned, Policy, SettingsError, api
from dedup.group import Name
from dedup.reports.diff import compare
from dedup.reports.html import diff_to_html, found, plan_to_html, planned, to_html
from dedup.reports.html.pictures import matrix, strips
from dedup.reports.view import View

if TYPE_CHECKING:
    from pathlib import Path
    from types import SimpleNamespace

    from dedup.report import Report

HIDDEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069]")

KEPT = "The first keeper of the house was a widow from the islands in the north of the country."
COPIED = (
    "Her entries for that winter describe a storm of nine days and nights, and a ship that went"
    " down within sight of the lamp with all of her crew and a cargo of salt and oranges."
)
OTHER = "Later keepers added drawings of birds to the margins, and one of them a map of the shore."
OWN = "The last of them gave the books to the library of the county, where nobody has read them."


class Elements(HTMLParser):
    """What a page consists of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: dict[str, str] = {}
        self._tag = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an element."""
        self.tags[tag] += 1
        self.attributes += attrs
        self._tag = tag

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        self._tag = f"after {tag}"

    def handle_data(self, data: str) -> None:
        """Keep a text by the element that it follows."""
        self.texts[self._tag] = self.texts.get(self._tag, "") + data


def test_asks_for_nothing(every: Report) -> None:
    """No element loads anything; every link leads into the page."""
    page = Elements(to_html(every))
    assert not set(page.tags) & {
        "img",
        "link",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
        "audio",
    }
    for name, value in page.attributes:
        assert name != "src"
        assert name != "href" or (value or "").startswith("#")


def test_policy_names_style_and_script(every: Report) -> None:
    """The policy allows this one style and this one script, by their hashes, and nothing else."""
    page = Elements(to_html(every))
    assert (page.tags["style"], page.tags["script"]) == (1, 1)
    policy = next(v for n, v in page.attributes if n == "content" and "default-src" in (v or ""))
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.texts[tag].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in str(policy)
    assert str(policy).startswith("default-src 'none'; ")
    assert "unsafe" not in str(policy)


def test_texts_do_nothing(made: SimpleNamespace) -> None:
    """A hostile report has the elements of a harmless one, and nothing hidden in its text."""
    html = to_html(made.hostile())
    page = Elements(html)
    assert not [n for n, _ in page.attributes if n.startswith("on") or n in {"style", "autofocus"}]
    assert not HIDDEN.search(html)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;/textarea&gt;" in html
    assert "{{ 7 * 7 }}" in html
    harmless = Elements(to_html(made.mixed())).tags
    assert set(page.tags) <= set(harmless) | {"details", "summary"}


def test_printed_names_are_no_style(made: SimpleNamespace) -> None:
    """A name in the margin of a printed page is a string of CSS, whatever it holds."""
    style = Elements(to_html(made.hostile())).texts["style"]
    [name] = re.findall(r'^@page \{ @top-left \{ content: ("[^"\n]*") \} \}$', style, re.MULTILINE)
    assert re.fullmatch(r'"(?:[A-Za-z0-9 ]|\\[0-9a-f]+ )*"', name)


def test_what_is_left_out_is_said(made: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many groups the first have their texts, the next a line, the others a count."""
    monkeypatch.setattr(found, "WHOLE", 10)
    monkeypatch.setattr(found, "LINES", 20)
    html = to_html(made.many(60))
    assert html.count('<li class="group') == 30
    assert html.count('<div class="body">') == 10
    said = " ".join(html.split())
    assert (
        "texts of the first 10 groups, and a line each of the next 20. 30 groups are left" in said
    )
    assert "--group ID" in said
    assert to_html(made.many(60), View(top=60)).count('<div class="body">') == 60
    assert "is left out" not in to_html(made.many(10))


def test_one_group(made: SimpleNamespace) -> None:
    """One group stands alone, whole; one that is not there is an error."""
    html = to_html(made.mixed(), View(group="000000b2"))
    assert html.count('<li class="group') == 1
    assert "<details open>" in html
    assert "Overview" not in html
    with pytest.raises(SettingsError, match="no such group"):
        to_html(made.mixed(), View(group="zz"))


def test_sorted(made: SimpleNamespace) -> None:
    """Groups stand as the view has them."""
    html = to_html(made.many(12), View(sort="words"))
    words = [int(n) for n in re.findall(r'data-words="(\d+)"', html)]
    assert words == sorted(words, reverse=True)


def test_pictures(made: SimpleNamespace) -> None:
    """A strip a document, a bar a place, an arc a repeat inside it; shares both ways."""
    report = made.mixed()
    drawn, left = strips(report, report.groups)
    assert left == 0
    news = next(strip for strip in drawn if strip.name == "news/a.txt")
    assert [bar.sort for bar in news.bars] == ["copy", "first", "first"]
    assert len(news.arcs) == 1
    assert all(0 <= bar.x <= bar.x + bar.width <= 1000 for strip in drawn for bar in strip.bars)
    shares = matrix(report)
    assert shares is not None
    assert shares.names == ("news/a.txt", "wire.jsonl, record 42")
    assert [[cell and cell.share for cell in row] for row in shares.rows] == [
        [None, "50%"],
        ["98.7%", None],
    ]
    assert matrix(made.report()) is None


def plan(folder: Path, texts: dict[str, str], **policy: Any) -> Planned:  # noqa: ANN401 - options
    """Plan a clean of some texts, by their names."""
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return api.clean([folder], policy=Policy(**policy))


def test_plan_of_a_clean(tmp_path: Path) -> None:
    """What goes is struck inside its text, beside what stays for it, with the reason."""
    texts = {
        "a.txt": f"{KEPT}\n{COPIED}\n",
        "b.txt": f"{OTHER}\n\n{COPIED.replace(' and ', ' AND ').replace('nine', 'ten')}\n{OWN}\n",
        "c.txt": f"{COPIED}\n",
    }
    page = plan_to_html(plan(tmp_path, texts, remove="match"))
    assert "2 of 6 paragraphs in 3 documents would go" in page
    assert "<b>goes whole</b> \u00b7 1 removal" in page
    assert '<del class="goes"><b>ten</b></del>' in page
    assert "<ins>nine</ins>" in page
    assert OWN in page
    assert OTHER in page
    assert re.search(r'stays: <span class="name" dir="auto">[^<]*a\.txt:2</span>', page)
    assert "a copy of another document: identical" in page
    assert "alike" in page
    # Of one document only, and of one that loses nothing.
    alone = plan_to_html(plan(tmp_path, texts, remove="match"), f"{tmp_path}/b.txt")
    assert alone.count('<li class="group') == 1
    assert "Overview" not in alone
    assert "Nothing would go from" in plan_to_html(plan(tmp_path, texts), f"{tmp_path}/a.txt")


def test_plan_of_hostile_texts(tmp_path: Path, made: SimpleNamespace) -> None:
    """They do nothing, and what they hide is shown."""
    hostile = (
        made.hostile().groups[0].keeper.text.split("\n")[0].replace("\ud800", "").replace("\0", "")
    )
    name = "<img src=x onerror=alert(1)>.txt"
    page = plan_to_html(
        plan(tmp_path, {"a.txt": f"{hostile}\n{OWN}\n{hostile}", name: f"{hostile}\n\n"})
    )
    elements = Elements(page)
    assert not set(elements.tags) & {"img", "svg", "textarea"}
    assert (elements.tags["script"], elements.tags["style"]) == (1, 1)
    assert not [n for n, _ in elements.attributes if n.startswith("on") or n == "style"]
    assert not HIDDEN.search(page)
    assert "&lt;img src=x onerror=alert(1)&gt;.txt" in page


def test_long_plans_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many documents the first stand with their texts, then a line each; the rest is counted."""
    monkeypatch.setattr(planned, "WHOLE", 3)
    monkeypatch.setattr(planned, "LINES", 4)
    texts = {f"{n:02}.txt": f"Document {n}: {OWN} {n}\n{COPIED}\n" for n in range(9)}
    page = plan_to_html(plan(tmp_path, texts, boilerplate="first"))
    assert page.count('<li class="group') == 7
    assert page.count('<div class="body plan">') == 3
    assert "1 document is left out" in " ".join(page.split())


def test_comparison() -> None:
    """Two texts side by side, what only one has marked; hostile names do nothing."""
    one = "The council met on Monday.\nIt will cost 4.5 million and be ready by spring."
    two = one.replace("4.5", "4.7")
    html = diff_to_html(compare(one, two), ("<script>a", "b\x1b.txt"))
    assert "<del>4.5" in html
    assert "<ins>4.7" in html
    assert Elements(html).tags["script"] == 1
    assert "&lt;script&gt;a" in html
    assert "b^[.txt" in html
    assert "alike, no finding: too short)" in html
    apart, together = f"{KEPT}\n\n{COPIED}\n", f"{KEPT} {COPIED}\n"
    assert "2 paragraphs put together" in diff_to_html(compare(apart, together), ("a", "b"))
    assert "divided into 2 paragraphs" in diff_to_html(compare(together, apart), ("a", "b"))
    assert "The texts are the same." in diff_to_html(compare(one, one), ("a", "b"))


def test_documents_that_resemble_each_other(made: SimpleNamespace) -> None:
    """By how much, beside what keeps them, and, where their texts are at hand, side by side."""
    html = to_html(made.resembling())
    assert '<td class="number">81.2%</td>' in html
    assert "Each pair word by word" in html
    texts = {Name("news/a.txt"): "It cost 4.5 million.", Name("news/b.txt"): "It cost <b> million."}
    html = to_html(made.resembling("document"), texts=texts)
    assert "<del>4.5" in html
    assert "<ins>&lt;b&gt;" in html
    assert "The other pairs word by word" in html
    assert "of the text are copies" not in html
