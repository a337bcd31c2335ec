"""Pages and crawls: the text without its markup, as a document."""

from __future__ import annotations

import contextlib
import gzip
import random
import sys
from typing import TYPE_CHECKING

import pytest

import dedup
from dedup import formats
from dedup.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Dedup

STORY = [
    " ".join(f"{name}{n}" for n in range(30))
    for name in ("premier", "second\u00e9", "troisi\u00e8me")
]
MENU = "<nav><ul><li><a href='/'>Accueil</a></li><li><a href='/x'>Sport</a></li></ul></nav>"


def page(*paragraphs: str, charset: str = "utf-8") -> bytes:
    """Return a page with a menu and a footer around its text."""
    body = "".join(f"<p>{one} <b>gras</b>.</p>" for one in paragraphs)
    html = (
        f"<!DOCTYPE html><html><head><meta charset='{charset}'><title>T</title>"
        f"<style>p {{ color: red }}</style></head><body>{MENU}<article><h1>Titre</h1>{body}"
        "</article><footer>© 2024 <a href='/y'>Mentions</a></footer><script>x()</script></body>"
    )
    return html.encode(charset)


def record(kind: str, url: str, block: bytes, content: str) -> bytes:
    """Return a record of a WARC file."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: 2024-05-0{len(url) % 9 + 1}T00:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:12345678-1234-1234-1234-123456789abc>\r\n"
        f"Content-Type: {content}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def response(url: str, body: bytes, *, status: str = "200 OK", kind: str = "text/html") -> bytes:
    """Return a response as a crawler keeps it."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return record("response", url, head.encode() + body, "application/http; msgtype=response")


CRAWL = [
    record("warcinfo", "", b"software: x\r\n", "application/warc-fields"),
    response("https://a.example/1", page(*STORY)),
    record("request", "https://a.example/1", b"GET /1 HTTP/1.1\r\n\r\n", "application/http"),
    response("https://a.example/gone", page(*STORY), status="404 Not Found"),
    response("https://a.example/p.png", b"\x89PNG", kind="image/png"),
    response("https://b.example/2", page(*STORY[1:], charset="iso-8859-1")),
    response("https://a.example/1", STORY[0].encode(), kind="text/plain; charset=utf-8"),
    record("conversion", "https://c.example/wet", STORY[2].encode(), "text/plain"),
]


def texts(path: Path, **settings: object) -> list[tuple[str, str]]:
    """Return name and text of each document."""
    read = formats.read([path], Settings.of(settings))
    return [pair for b in read for pair in zip(b.record.list(), b.text.list(), strict=True)]


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_a_page_that_is_named_is_its_main_text(charset: str, tmp_path: Path) -> None:
    """Without menu, footer, script and style; in the encoding that it names."""
    (tmp_path / "a.html").write_bytes(page(*STORY, charset=charset))
    [(name, text)] = texts(tmp_path / "a.html")
    assert name == ""
    assert text.split("\n\n") == ["Titre", *(f"{one} gras." for one in STORY)]


def test_a_walk_reads_pages_where_they_are_included(tmp_path: Path) -> None:
    """They are no texts by their suffix; other texts are read besides."""
    (tmp_path / "a.html").write_bytes(page(STORY[0]))
    (tmp_path / "b.txt").write_text(STORY[0])
    found = formats.sources([tmp_path], Settings()).files
    assert [source.format for source in found] == ["text"]
    found = formats.sources([tmp_path], Settings(include=("*.html",))).files
    assert [source.format for source in found] == ["html", "text"]
    as_written = Settings(include=("*.html",), input_format="text")
    assert {source.format for source in formats.sources([tmp_path], as_written).files} == {"text"}
    assert texts(tmp_path / "a.html", input_format="text")[0][1].startswith("<!DOCTYPE")


@pytest.mark.parametrize("packed", [False, True])
def test_a_crawl_is_its_pages(packed: bool, tmp_path: Path) -> None:  # noqa: FBT001 - drawn
    """By their addresses; what was not found, requests and pictures are no documents."""
    path = tmp_path / ("crawl.warc.gz" if packed else "crawl.warc")
    path.write_bytes(b"".join(gzip.compress(one) if packed else one for one in CRAWL))
    found = texts(path)
    assert [name for name, _ in found] == [
        "https://a.example/1",
        "https://b.example/2",
        "https://a.example/1#3",
        "https://c.example/wet",
    ]
    assert found[1][1].split("\n\n") == ["Titre", *(f"{one} gras." for one in STORY[1:])]
    assert [text for _, text in found[2:]] == [STORY[0], STORY[2]]
    report = dedup.find(path)
    copies = {(c.record, c.file_line) for group in report for c in group.copies}
    assert copies >= {("https://b.example/2", None)}
    with gzip.open(path) if packed else path.open("rb") as stream:
        layout = formats.FORMATS["warc"]
        pieces = [p.record for p in layout.pieces(stream, "x", Settings(), to_cut=False)]
    assert pieces[0] is not None
    assert pieces[0].fields() == ("url", "date")
    assert pieces[0].field("date") == "2024-05-02T00:00:00Z"


def test_a_clean_says_that_it_cannot_cut_them(dedup: Dedup, tmp_path: Path) -> None:
    """In one line; what a walk meets is left out and told."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.html").write_bytes(page(*STORY))
    (tmp_path / "in/b.txt").write_text(STORY[0])
    done = dedup("clean", "in/a.html", "-o", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "dedup: in/a.html: a text that was taken out of markup;"
        " clean it as text or JSON Lines or use --on-error skip\n"
    )
    done = dedup("clean", "in", "--include", "*.html", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0
    assert "a text that was taken out of markup" in done.stdout + done.stderr
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [".dedup", "b.txt"]


def test_what_is_no_crawl_is_an_error(tmp_path: Path) -> None:
    """A file that holds nothing of the kind has no document; a broken one is told."""
    (tmp_path / "a.warc").write_bytes(b"no crawl at all\n" * 9)
    with pytest.raises(dedup.InputError, match=r"a\.warc|no document"):
        dedup.find(tmp_path / "a.warc")
    packed = b"".join(gzip.compress(one) for one in CRAWL)
    (tmp_path / "b.warc.gz").write_bytes(packed[:-20])
    with pytest.raises(dedup.InputError, match=r"b\.warc\.gz: "):
        dedup.find(tmp_path / "b.warc.gz")


@pytest.mark.parametrize("seed", range(30))
def test_a_crawl_of_any_bytes_is_read_or_refused(seed: int, tmp_path: Path) -> None:
    """Nothing but our errors comes of it."""
    dice = random.Random(seed)  # noqa: S311
    data = bytearray(b"".join(CRAWL))
    for _ in range(dice.randint(1, 9)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    (tmp_path / "a.warc").write_bytes(data[: dice.randrange(len(data))] if seed % 2 else data)
    with contextlib.suppress(dedup.InputError):
        texts(tmp_path / "a.warc")


@pytest.mark.parametrize(("name", "kind"), [("a.html", "HTML"), ("a.warc", "WARC")])
def test_without_the_extra_it_is_named(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the way around it."""
    for module in ("fastwarc.warc", "resiliparse.extract.html2text", "resiliparse.parse.encoding"):
        monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / name).write_bytes(page(*STORY) if kind == "HTML" else b"".join(CRAWL))
    with pytest.raises(dedup.InputError, match=rf"{kind} needs .*pip install 'paradedup\[web\]'"):
        dedup.find(tmp_path / name)
