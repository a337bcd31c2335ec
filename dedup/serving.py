"""
HTTP around a check against an index, for programs on the same machine (extra `serve`).

    POST /check     {"text": "..."}, or {"documents": [{"document": "new.md", "text": "..."}]}
    GET /health     whether it can be asked, and how much it compares with

The answer is the report of `dedup check --format json`; an error is `{"error": "..."}`, with its
status. Only this machine is listened to. Pages in a browser are refused: another name that leads
here (`Host`) is none of ours, a body must be declared as JSON, and no answer allows another origin.
"""

from __future__ import annotations

import json
import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from dedup import formats
from dedup.errors import DedupError, InputError, SettingsError
from dedup.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from wsgiref.types import StartResponse, WSGIEnvironment

    from dedup.formats import Held
    from dedup.report import Report

HOST = "127.0.0.1"
LARGEST = 16 << 20
"""Bytes of a request, at most."""
AT_ONCE = 4
"""Requests that are worked on together."""
UNNAMED = "-"
"""What a text without a name is called, as one from the standard input."""
_OURS = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?", re.IGNORECASE)
"""Names under which a program on this machine asks."""


class AskedDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text to check; it stands for the file of its name, which is not opened."""

    text: str
    document: str = UNNAMED
    record: str | None = None


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked: one text, or several documents."""

    text: str | None = None
    document: str = UNNAMED
    record: str | None = None
    documents: list[AskedDocument] | None = None


class RefusedError(Exception):
    """A request that is not answered; a class because an error has a status besides its text."""

    def __init__(self, status: HTTPStatus, why: str, allow: str = "") -> None:
        super().__init__(why)
        self.status = status
        self.allow = allow


class Application:
    """A WSGI application; a class because it is called with what is known of a check."""

    def __init__(
        self, check: Callable[[Sequence[Held]], Report], health: Callable[[], dict[str, object]]
    ) -> None:
        """`check` and `health` raise `DedupError` where the index cannot be asked."""
        self._check = check
        self._health = health

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        status, allow = HTTPStatus.OK, ""
        try:
            body = self._answer(environ)
        except RefusedError as error:
            status, allow, body = error.status, error.allow, error_body(str(error))
        except DedupError as error:
            status, body = HTTPStatus.SERVICE_UNAVAILABLE, error_body(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the next request is answered
            why = f"internal error: {type(error).__name__}: {error}"
            logging.getLogger("dedup").error(why)  # noqa: TRY400 - one line, as all errors
            status, body = HTTPStatus.INTERNAL_SERVER_ERROR, error_body(why)
        headers = [("Content-Length", str(len(body))), *HEADERS]
        start(f"{status.value} {status.phrase}", headers + ([("Allow", allow)] if allow else []))
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> bytes:
        """Return the body of an answer. Raises `RefusedError` and `DedupError`."""
        if not _OURS.fullmatch(environ.get("HTTP_HOST", "")):
            why = f"this is asked as {HOST} or localhost, by no other name"
            raise RefusedError(HTTPStatus.FORBIDDEN, why)
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        wanted = {"/check": "POST", "/health": "GET"}
        if path not in wanted:
            raise RefusedError(HTTPStatus.NOT_FOUND, "there is POST /check and GET /health")
        if method != wanted[path]:
            why = f"{path} takes {wanted[path]}"
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, why, wanted[path])
        if path == "/health":
            return (
                json.dumps({"status": "ok", "version": VERSION, **self._health()}).encode() + b"\n"
            )
        kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            why = "send the header Content-Type: application/json"
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, why)
        return self._check(asked(environ["wsgi.input"].read())).to_json().encode()


HEADERS = [
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]


def error_body(why: str) -> bytes:
    """Return an error as JSON."""
    return json.dumps({"error": why}).encode() + b"\n"


def asked(body: bytes) -> list[Held]:
    """Read the documents of a request. Raises `RefusedError` that names the field."""
    try:
        request = msgspec.json.decode(body, type=Request)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"not the JSON of a request: {error}") from error
    # One text, or documents.
    documents = request.documents
    if (request.text is None) == (documents is None):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "give either `text` or `documents`")
    if documents is None:
        documents = [AskedDocument(request.text or "", request.document, request.record)]
    elif request.document != UNNAMED or request.record is not None:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "name each of `documents` in it")
    # Each has a name of its own.
    names: set[tuple[str, str | None]] = set()
    for one in documents:
        name = one.document, one.record
        if not one.document or "\0" in one.document or one.record == "":
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the name of a document is empty or no name")
        if name in names:
            why = f"two documents are called {one.document!r}: name each of them"
            raise RefusedError(HTTPStatus.BAD_REQUEST, why)
        names.add(name)
    if not documents:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "`documents` is empty: give one")
    try:
        return [formats.document(one.document, one.text, one.record) for one in documents]
    except InputError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, str(error)) from error


def run(application: Application, port: int, listening: Callable[[int], object]) -> None:
    """
    Answer requests until the process is told to end by a signal, or by Ctrl-C.

    `listening` is told the port, which 0 leaves to the system. Raises `SettingsError` where the
    extra is not installed, and for a port that cannot be had.
    """
    try:
        from waitress.channel import HTTPChannel
        from waitress.server import create_server
        from waitress.task import ErrorTask
    except ImportError as error:
        raise SettingsError("serve needs waitress: pip install 'paradedup[serve]'") from error

    # What waitress itself refuses is told as everything else is.
    class Fault(ErrorTask):  # type: ignore[misc]
        """Tells what is wrong with a request as JSON; a class because waitress calls it."""

        def execute(self) -> None:
            fault: Any = self.request.error
            body = error_body(f"{fault.reason}: {fault.body}")
            self.status = f"{fault.code} {fault.reason}"
            self.response_headers += HEADERS
            self.set_close_on_finish()
            self.content_length = len(body)
            self.write(body)

    class Channel(HTTPChannel):  # type: ignore[misc]
        """A connection; a class because waitress makes one of each."""

        error_task_class = Fault

    # The port is taken, then requests are answered.
    try:
        server = create_server(
            application,
            host=HOST,
            port=port,
            threads=AT_ONCE,
            ident="dedup",
            max_request_body_size=LARGEST,
        )
    except OSError as error:
        raise SettingsError(
            f"port is {port}: cannot be listened on: {error.strerror}; give another"
        ) from error
    server.channel_class = Channel
    # That a request waits for another one's answer is nothing to tell.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    listening(server.effective_port)
    try:
        server.run()
    finally:
        server.close()
