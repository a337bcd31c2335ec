"""
Pages and crawls: HTML and WARC, whose texts are taken out of the markup (extra `web`).

Of a page the main text is a document: paragraphs with empty lines between, without menus and
footers. Of a WARC file each response with status 200 that holds HTML or plain text is one, and each
`conversion` record (WET); it is named by its address, its other fields are `url` and `date`. All
other records are no documents. Such a text stands nowhere as bytes, so it cannot be cut out of its
file: a clean refuses it.

`resiliparse` and `fastwarc` do the work; both are imported where a file asks for them.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, cast

from dedup.formats.interface import Fault, Format, Piece, Unreadable
from dedup.formats.naming import Names
from dedup.formats.slices import Sliced
from dedup.formats.text import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fastwarc.warc import WarcRecord

    from dedup.settings import Settings

_PAGES = ("text/html", "application/xhtml+xml")
_PLAIN = "text/plain"
_FOUND = 200


class Html(Format):
    """A page; a class because `Format` is a protocol of several parts."""

    suffixes: tuple[str, ...] = (".html", ".htm", ".xhtml")
    records = False

    def pieces(
        self, stream: IO[bytes], path: str, settings: Settings, *, to_cut: bool = True
    ) -> Iterator[Piece]:
        """Yield the main text of a page. Raises `Unreadable`."""
        _refuse_cutting(path, to_cut=to_cut)
        data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            why = f"a page of more than {LARGEST >> 20} MiB"
            raise Unreadable(path, Fault(why, step="split it"))
        yield Piece(data, _Extracted(data, _main_text(data, path, settings.encoding)))


class Warc(Format):
    """A crawl; a class because `Format` is a protocol of several parts."""

    suffixes: tuple[str, ...] = (".warc",)
    records = True
    as_bytes = False

    def pieces(
        self, stream: IO[bytes], path: str, settings: Settings, *, to_cut: bool = True
    ) -> Iterator[Piece]:
        """Yield the texts of a crawl. Raises `Unreadable` where its records cannot be told."""
        _refuse_cutting(path, to_cut=to_cut)
        try:
            from fastwarc.warc import ArchiveIterator, WarcRecordType
        except ImportError:
            raise _not_installed(path, "WARC") from None
        wanted = WarcRecordType.response | WarcRecordType.conversion
        names, number = Names(), 0
        try:
            counted = cast("IO[bytes]", _Counted(stream))
            for record in ArchiveIterator(counted, record_types=wanted):
                text = _text_of(record, path, settings.encoding)
                if text is not None:
                    number += 1
                    head = record.headers
                    fields = {"url": head.get("WARC-Target-URI"), "date": head.get("WARC-Date")}
                    name = names.new(fields["url"], number)
                    yield Piece(b"", _Extracted(b"", text, name, number, fields))
        except (OSError, ValueError) as error:
            why = f"not WARC: {' '.join(str(error).split())}"
            raise Unreadable(path, Fault(why, step="mend the file")) from None


class _Counted:
    """A stream that knows its place, which `fastwarc` asks for; a class since it counts."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._at = stream, 0

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        data = self._stream.read(size)
        self._at += len(data)
        return data

    def tell(self) -> int:
        """Return the place."""
        return self._at


class _Extracted(Sliced):
    """A text that was taken out of markup; a class because a crawl knows more of it."""

    __slots__ = ("_fields",)

    def __init__(
        self,
        raw: bytes,
        text: str,
        name: str | None = None,
        number: int = 0,
        fields: Mapping[str, str | None] | None = None,
    ) -> None:
        super().__init__(raw, text, name, number)
        self._fields = {key: value for key, value in (fields or {}).items() if value}

    def field(self, name: str) -> str | None:
        """Return the address or the date of a record."""
        return self._fields.get(name)

    def fields(self) -> tuple[str, ...]:
        """Return the names of what is known besides the text."""
        return tuple(self._fields)


def _text_of(record: WarcRecord, path: str, encoding: str | None) -> str | None:
    """Return the text of a record, `None` where it holds none."""
    http = record.http_headers
    if http is not None and http.status_code != _FOUND:
        return None
    kind = (http if http is not None else record.headers).get("Content-Type") or ""
    kind = kind.partition(";")[0].strip().lower()
    if kind not in {*_PAGES, _PLAIN}:
        return None
    data: bytes = record.reader.read()
    charset = encoding or record.http_charset
    return _main_text(data, path, charset) if kind in _PAGES else _decoded(data, path, charset)


def _main_text(data: bytes, path: str, encoding: str | None) -> str:
    """Return the text of a page without what stands around it on every page."""
    try:
        from resiliparse.extract.html2text import extract_plain_text
    except ImportError:
        raise _not_installed(path, "HTML") from None
    text: str = extract_plain_text(_decoded(data, path, encoding), main_content=True)
    return text


def _decoded(data: bytes, path: str, encoding: str | None) -> str:
    """Return bytes as text, as browsers decode them: what is no character becomes U+FFFD."""
    try:
        from resiliparse.parse.encoding import bytes_to_str, detect_encoding
    except ImportError:
        raise _not_installed(path, "WARC") from None
    known = encoding or detect_encoding(data, from_html_meta=True) or "utf-8"
    text: str = bytes_to_str(data, known, errors="replace")
    return text


def _refuse_cutting(path: str, *, to_cut: bool) -> None:
    """Refuse to read what a clean would cut: the file is left out, or is an error where named."""
    if to_cut:
        fault = Fault("a text that was taken out of markup", step="clean it as text or JSON Lines")
        raise Unreadable(path, fault, foreign=True)


def _not_installed(path: str, kind: str) -> Unreadable:
    step = "pip install 'paradedup[web]', or give --input-format text to read it as it is written"
    return Unreadable(path, Fault(f"{kind} needs resiliparse and fastwarc", step=step))
