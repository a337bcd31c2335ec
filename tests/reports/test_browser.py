"""The HTML page in Chromium: it asks for nothing, works with and without script, and prints."""

from __future__ import annotations

import io
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest

from dedup import api
from dedup.group import Name
from dedup.reports.diff import compare
from dedup.reports.html import diff_to_html, plan_to_html, to_html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import SimpleNamespace

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SERIOUS = {"serious", "critical"}
OPENS_IN = 3.0
"""Seconds."""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:  # noqa: ANN401
    """Open pages; whatever one asks for, or complains of, fails the test."""
    asked: list[str] = []
    said: list[str] = []
    contexts: list[Any] = []

    def opened(html: str, fragment: str = "", **context: Any) -> Any:  # noqa: ANN401
        file = tmp_path / f"{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(**context))
        page = contexts[-1].new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
        page.goto(file.as_uri() + fragment)
        return page

    yield opened
    assert [url for url in asked if not url.startswith("file:///")] == []
    assert len(asked) == len(contexts)
    assert said == []
    for context in contexts:
        context.close()


@pytest.fixture
def plan(tmp_path: Path) -> str:
    """Draw what a clean would take from six documents, with one text in all of them."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    copied = "A council met on Monday to speak of the bridge over the river in the old town. " * 2
    for n in range(6):
        own = "".join(f"Line {k} of {n}, which nobody repeats.\n\n" for k in range(n + 1))
        (folder / f"{n}.txt").write_text(f"{own}{copied}\n\n{n} ends.\n", encoding="utf-8")
    return plan_to_html(api.clean([folder]))


TEXTS = {Name("news/a.txt"): "It cost 4.5 million.", Name("news/b.txt"): "It cost 4.7 million."}


def shown(page: Any) -> list[str]:  # noqa: ANN401 - a page of playwright
    """Give the ids of the groups that are shown, in order."""
    ids: list[str] = page.eval_on_selector_all(
        "#list > li:not([hidden])", "items => items.map(item => item.id)"
    )
    return ids


def hidden(page: Any, number: int) -> None:  # noqa: ANN401
    """Wait until so many groups are hidden."""
    from playwright.sync_api import expect

    expect(page.locator("#list > li[hidden]")).to_have_count(number)


def test_filter(opened: Callable, made: SimpleNamespace) -> None:
    """Words, documents and kinds leave the groups that have them."""
    page = opened(to_html(made.mixed()))
    assert len(shown(page)) == 3
    page.get_by_label("Filter").fill("wire.jsonl")
    hidden(page, 2)
    assert shown(page) == ["g-000000a15f0c1a2b"]
    assert page.get_by_role("status").inner_text() == "1 of 3 shown"
    page.get_by_label("Filter").fill("")
    hidden(page, 0)
    page.get_by_label("Kind").select_option("repeated inside one document")
    assert shown(page) == ["g-000000b25f0c1a2b"]


def test_sort(opened: Callable, made: SimpleNamespace) -> None:
    """The longest first, and back."""
    page = opened(to_html(made.many(30)))
    before = shown(page)
    page.get_by_label("Sort").select_option("longest")
    assert shown(page) == before[::-1]
    page.get_by_label("Sort").select_option("as they stand")
    assert shown(page) == before


def test_fold(opened: Callable, made: SimpleNamespace) -> None:
    """All at once, or one by the keyboard."""
    page = opened(to_html(made.many(12)))
    count = "document.querySelectorAll('#list > li > details[open]').length"
    assert page.evaluate(count) == 5
    page.get_by_role("button", name="Unfold all").click()
    assert page.evaluate(count) == 12
    page.get_by_role("button", name="Fold all", exact=True).click()
    assert page.evaluate(count) == 0
    page.locator("#list > li > details > summary").nth(2).focus()
    page.keyboard.press("Enter")
    assert page.evaluate(count) == 1


def test_link_to_a_group(opened: Callable, made: SimpleNamespace) -> None:
    """A link unfolds its group, brings it into sight, and overrules a filter."""
    group = made.many(30).groups[20].id
    page = opened(to_html(made.many(30)), f"#g-{group}")
    item = page.locator(f"#g-{group}")
    assert item.locator("details").first.get_attribute("open") is not None
    assert 0 <= item.bounding_box()["y"] < 300
    page.get_by_label("Filter").fill("0003.txt")
    hidden(page, 29)
    page.evaluate("location.hash = ''")
    page.evaluate(f"location.hash = 'g-{group}'")
    hidden(page, 0)


def test_without_script(opened: Callable, made: SimpleNamespace) -> None:
    """All is there to be read; what needs the script is not."""
    page = opened(to_html(made.mixed()), java_script_enabled=False)
    text = page.locator("body").inner_text()
    assert "It will cost 4.5 million" in text
    assert "repeated across documents" in text
    assert not page.locator("#tools").is_visible()
    assert not page.locator("#theme").is_visible()


def test_dark_and_light(opened: Callable, made: SimpleNamespace) -> None:
    """As the system has it, and the other by a button."""
    page = opened(to_html(made.mixed()), color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_role("button", name="Dark or light").click()
    light = page.evaluate(ground)
    assert sum(map(int, dark[4:-1].split(", "))) < 150
    assert sum(map(int, light[4:-1].split(", "))) > 600


def test_hostile_text_does_nothing(opened: Callable, made: SimpleNamespace) -> None:
    """No element, no dialog, no wider page: what is shown is the text."""
    page = opened(to_html(made.hostile()), viewport={"width": 400, "height": 800})
    page.get_by_role("button", name="Unfold all").click()
    assert page.locator("img, textarea").count() == 0
    assert page.locator("script").count() == 1
    assert "<script>alert(1)</script></textarea>" in page.locator("#list").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_right_to_left(opened: Callable, made: SimpleNamespace) -> None:
    """An Arabic text stands at the right, with its line number before it."""
    arabic = "أعلنت السلطات المحلية يوم الاثنين أن مئة شخص أصيبوا"
    keeper = made.place("a.txt", arabic)
    report = made.report(made.group("across", keeper, made.place("b.txt", arabic, 1, arabic)))
    page = opened(to_html(report))
    text = page.locator(".text .cell p").bounding_box()
    assert page.locator(".text .cell .line").bounding_box()["x"] > text["x"]
    assert page.locator(".text .cell p").evaluate("e => getComputedStyle(e).direction") == "rtl"


def test_plan(opened: Callable, plan: str) -> None:
    """What a clean would take is sorted, filtered and folded as a report is."""
    page = opened(plan)
    assert shown(page) == ["d-1", "d-2", "d-3", "d-4", "d-5"]
    assert page.locator("#list del.goes").first.inner_text().startswith("A council met")
    page.get_by_label("Filter").fill("corpus/3.txt")
    hidden(page, 4)
    assert shown(page) == ["d-3"]
    page.get_by_label("Filter").fill("")
    hidden(page, 0)
    page.get_by_label("Sort").select_option("most that goes")
    assert len(shown(page)) == 5
    page.get_by_role("button", name="Fold all", exact=True).click()
    assert page.locator("#list details[open]").count() == 0


def test_documents_side_by_side(opened: Callable, made: SimpleNamespace) -> None:
    """Documents that resemble each other are unfolded by a click, word by word."""
    page = opened(to_html(made.resembling(), texts=TEXTS))
    assert not page.locator("ins").first.is_visible()
    page.get_by_text("news/b.txt beside").click()
    assert page.locator("ins").first.inner_text().strip() == "4.7"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_accessible(
    opened: Callable, made: SimpleNamespace, plan: str, scheme: str, width: int
) -> None:
    """Axe finds no serious fault, with everything unfolded: roles, names, contrast."""
    from axe_playwright_python.sync_playwright import Axe

    pages = [
        to_html(made.mixed()),
        to_html(made.resembling(), texts=TEXTS),
        plan,
        diff_to_html(compare("One two three.\nA b c.", "One too three.\nB"), ("a.txt", "b.txt")),
    ]
    for html in pages:
        page = opened(html, color_scheme=scheme, viewport={"width": width, "height": 900})
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        faults = Axe().run(page).response["violations"]
        assert [
            (fault["id"], [node["html"] for node in fault["nodes"]])
            for fault in faults
            if fault["impact"] in SERIOUS
        ] == []


def test_many_groups_open_at_once(opened: Callable, made: SimpleNamespace) -> None:
    """A page of 50,000 groups opens in less than three seconds."""
    groups = [
        made.group(
            "across",
            made.place(f"corpus/{n // 9:05}.txt", f"Text {n} of {'many words ' * 12}", n % 9 + 1),
            made.place(f"wire/{n // 9:05}.txt", "An edit", 3, "Text", 0.9),
            number=n,
        )
        for n in range(50_000)
    ]
    html = to_html(made.report(*groups))
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        page = opened(html)
        taken.append(time.perf_counter() - began)
    assert min(taken) < OPENS_IN
    assert "47,800 groups are left out" in page.locator(".notice").inner_text()


@pytest.mark.parametrize(("paper", "height"), [("A4", 841.9), ("Letter", 792)])
def test_prints(opened: Callable, made: SimpleNamespace, paper: str, height: float) -> None:
    """Every page has its number, every sheet the name of its document, no text is folded."""
    from pypdf import PdfReader

    page = opened(to_html(made.many(12)))
    pages = PdfReader(io.BytesIO(page.pdf(format=paper))).pages
    texts = [one.extract_text() for one in pages]
    assert abs(float(pages[0].mediabox.height) - height) < 1
    for number, text in enumerate(texts, 1):
        assert f"{number} / {len(pages)}" in text
    for name in ("0001.txt", "0012.txt"):
        # The name stands in the margin besides in each of the places.
        assert any(text.count(name) > text.count(f"{name}:") for text in texts)
    assert "".join(texts).count("paragraph 1 kept") == 12
    assert "Filter" not in "".join(texts)
