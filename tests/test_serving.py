"""`dedup serve`: the answer of the command by HTTP, to programs on this machine only."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

import dedup as library
from dedup import Index, SettingsError
from dedup.serving import AT_ONCE, LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Dedup


def paragraph(name: str, words: int = 30) -> str:
    """Write a paragraph that is like no other one; its words have no digits."""
    return " ".join(f"{name}{chr(97 + n // 26)}{chr(97 + n % 26)}{name}" for n in range(words))


A, B, C, D = (paragraph(name) for name in "abcd")
JSON = {"Content-Type": "application/json"}


@contextmanager
def served(script: Path, folder: Path, *words: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Run the installed command on a free port, and end it."""
    words = ("serve", "--index", "ix", "--port", "0", *words)
    with subprocess.Popen(
        [script, *words], cwd=folder, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            assert line.startswith("ix: asked at http://127.0.0.1:"), line
            yield int(line.partition("127.0.0.1:")[2].partition("/")[0]), process
        finally:
            process.terminate()


def ask(
    port: int,
    body: Any,  # noqa: ANN401 - bytes as they are, or JSON
    path: str = "/check",
    method: str = "POST",
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    """Send one request, and return the status and the JSON of the answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, data, JSON if headers is None else headers)
        answer = connection.getresponse()
        assert answer.headers["Content-Type"] == "application/json"
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
        return answer.status, json.loads(answer.read())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, script: Path) -> Path:
    """A folder with an index of published texts."""
    here = tmp_path_factory.mktemp("served")
    (here / "old").mkdir()
    (here / "old/a.md").write_text(f"{A}\n\n{B}\n")
    (here / "old/day.jsonl").write_text(
        "".join(
            json.dumps({"id": name, "text": text}) + "\n" for name, text in (("1", C), ("2", D))
        )
    )
    (here / "new.md").write_text(f"```\n{C}\n```\n\n{A}\n\n> {B}\n")
    subprocess.run([script, "index", "build", "ix", "old", "-q"], cwd=here, check=True)
    return here


@pytest.fixture(scope="module")
def port(folder: Path, script: Path) -> Iterator[int]:
    """The port of a server of that index."""
    with served(script, folder, "--max-overlap", "40%", "--boilerplate-documents", "3") as (own, _):
        yield own


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("new.md", f"```\n{C}\n```\n\n{A}\n\n> {B}\n"),
        ("-", f"{A}\n{C}\n\n{paragraph('x')}"),
        ("old/a.md", f"{A}\n\n{B}\n\n{C}\n"),
        ("old/b.txt", "\ufeff\u00e9t\u00e9\r\n\r\n"),
    ],
)
def test_the_answer_of_the_command(
    folder: Path, port: int, dedup: Dedup, name: str, text: str
) -> None:
    """To the last value: named as a file, or nameless as the standard input."""
    (folder / name).write_bytes(text.encode())
    words = ("--index", "ix", "--max-overlap", "40%", "--boilerplate-documents", "3")
    check = ("check", name, *words, "--format", "json")
    told = json.loads(dedup(*check, cwd=folder, input=text.encode()).stdout)
    asked = {"text": text} if name == "-" else {"text": text, "document": name}
    assert ask(port, asked) == (200, told)
    assert ask(port, {"documents": [asked]}) == (200, told)


def test_several_documents(port: int) -> None:
    """They are compared with each other too; a record stands for the published one of its id."""
    documents = [
        {"document": "old/day.jsonl", "record": "2", "text": f"{C}\n{D}"},
        {"document": "x.md", "text": D},
    ]
    status, told = ask(port, {"documents": documents})
    assert status == 200
    places = [
        [(place["document"], place["record"]) for place in group["occurrences"]]
        for group in told["groups"]
    ]
    assert places == [
        [("old/day.jsonl", "1"), ("old/day.jsonl", "2")],
        [("old/day.jsonl", "2"), ("x.md", None)],
    ]
    assert told["verdict"]["reasons"] == ["2 findings", "2 documents over the limit of 40%"]


def test_health(port: int, folder: Path) -> None:
    """How much is compared with; an index that is gone is told, and is looked for again."""
    told = {"status": "ok", "version": library.__version__, "documents": 3}
    status, found = ask(port, b"", "/health", "GET", {})
    assert status == 200
    assert found == told | {"characters": found["characters"]}
    (folder / "ix").rename(folder / "away")
    try:
        for path, method in (("/health", "GET"), ("/check", "POST")):
            status, found = ask(port, {"text": A}, path, method)
            assert status == 503
            assert "ix: is no index" in found["error"]
    finally:
        (folder / "away").rename(folder / "ix")
    assert ask(port, {"text": A})[0] == 200


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "not the JSON of a request: "),
        (b"[" * 100_000, 400, "not the JSON of a request: "),
        (b'{"text": "\xff"}', 400, "not the JSON of a request: "),
        ([], 400, "Expected `object`, got `array`"),
        ({"text": 1}, 400, "Expected `str | null`, got `int` - at `$.text`"),
        ({"txt": "x"}, 400, "unknown field `txt`"),
        ({}, 400, "give either `text` or `documents`"),
        ({"text": "x", "documents": []}, 400, "give either `text` or `documents`"),
        ({"documents": []}, 400, "`documents` is empty"),
        ({"documents": [{"text": "x"}, {"text": "y"}]}, 400, "two documents are called '-'"),
        ({"text": "x", "document": ""}, 400, "is empty or no name"),
        ({"text": "x", "document": "a\0b"}, 400, "is empty or no name"),
        ({"text": "x", "document": "a.jsonl"}, 400, "a.jsonl: is a file of records: name the"),
    ],
)
def test_wrong_requests(port: int, body: Any, status: int, said: str) -> None:  # noqa: ANN401
    """One error that names what is wrong, as JSON, with its status; the next one is answered."""
    found, told = ask(port, body)
    assert found == status
    assert list(told) == ["error"]
    assert said in told["error"]
    assert ask(port, {"text": "x"})[0] == 200


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/", "GET", {}, 404),
        ("/check", "GET", {}, 405),
        ("/check", "OPTIONS", {"Origin": "https://example.org"}, 405),
        ("/health", "POST", JSON, 405),
        ("/check", "POST", {"Content-Type": "text/plain"}, 415),
        ("/check", "POST", {}, 415),
        ("/check", "POST", JSON | {"Host": "example.org"}, 403),
        ("/check", "POST", JSON | {"Host": "127.0.0.1.example.org:80"}, 403),
        ("/health", "GET", {"Host": ""}, 403),
        ("/health", "GET", {"Host": "localhost:1"}, 200),
        ("/health", "GET", {"X-Long": "x" * 300_000}, 431),
    ],
)
def test_who_may_ask_and_what(
    port: int, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    """No page in a browser, by whatever name it comes; no other path or method."""
    found, told = ask(port, {"text": "x"} if method == "POST" else b"", path, method, headers)
    assert found == status
    assert ("error" in told) == (status != 200)


@pytest.mark.parametrize("size", [f"Content-Length: {LARGEST + 1}", "Transfer-Encoding: chunked"])
def test_a_body_that_is_too_large(port: int, size: str) -> None:
    """Refused as soon as that is known: by what it says, or by what came in."""
    piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as stream:
        head = f"POST /check HTTP/1.1\r\nHost: localhost\r\n{size}\r\n"
        stream.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode())
        if "chunked" in size:
            for _ in range(LARGEST // 0x100000):
                stream.sendall(piece)
            stream.sendall(b"1\r\n")
        answer = stream.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {
        "error": "Request Entity Too Large: exceeds max_body of 16777216"
    }


def test_only_this_machine(port: int) -> None:
    """No other address is listened to."""
    with socket.socket() as other, pytest.raises(OSError, match=r"refused|unreachable"):
        other.connect(("127.0.0.2", port))


def test_readers_while_the_index_is_added_to(tmp_path: Path, script: Path) -> None:
    """Every answer is that of the index before or after; the last one of what it is then."""
    for number in range(6):
        (tmp_path / f"{number}.txt").write_text(paragraph("pqrstu"[number]))
    index = Index(tmp_path / "ix", root=tmp_path)
    index.build(tmp_path / "0.txt")
    text = "\n".join(paragraph(name) for name in "pqrstu")

    with served(script, tmp_path) as (port, _), ThreadPoolExecutor(AT_ONCE + 1) as pool:
        writing = pool.submit(lambda: [index.add(tmp_path / f"{n}.txt") for n in range(1, 6)])
        seen = []

        def read() -> None:
            while not writing.done():
                status, told = ask(port, {"text": text})
                assert status == 200
                seen.append((told["summary"]["published"], len(told["groups"])))

        for reader in [pool.submit(read) for _ in range(AT_ONCE)]:
            reader.result()
        _, told = ask(port, {"text": text})
    assert {documents for documents, _ in seen} <= set(range(1, 7))
    assert all(documents == groups for documents, groups in seen)
    assert told["summary"]["published"] == 6


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_the_end(folder: Path, script: Path, number: int, code: int) -> None:
    """Ctrl-C ends it as it ends any command, a service manager as what is done; in one line."""
    with served(script, folder) as (port, process):
        assert ask(port, {"text": "x"})[0] == 200
        process.send_signal(number)
        assert process.wait(20) == code
        assert process.stderr is not None
        assert process.stderr.read() == ("dedup: interrupted\n" if code else "")


def test_a_port_that_is_taken(folder: Path, port: int, dedup: Dedup) -> None:
    """One line that names it."""
    done = dedup("serve", "--index", "ix", "--port", port, cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith(f"dedup: port is {port}: cannot be listened on: Address already")
    assert dedup("serve", "--index", "old", cwd=folder).returncode == 2


def test_without_the_extra(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install is named."""
    monkeypatch.setitem(sys.modules, "waitress.server", None)
    with pytest.raises(SettingsError, match=r"pip install 'paradedup\[serve\]'"):
        library.serve(folder / "ix", port=0)
