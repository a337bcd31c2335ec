"""
Remote places: `s3://`, `gs://`, `hf://`, `https://` and what else fsspec knows (extra `remote`).

A PATH with a scheme names a file or a folder there; over HTTP it names a file. Files are streamed
and never copied to disk; what is hidden is left out as in a local folder, `.gitignore` is not
asked.
"""

from __future__ import annotations

import io
import re
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

from dedup.formats.interface import Fault, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fsspec import AbstractFileSystem

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_HTTP = ("http://", "https://")
BUFFER = 1 << 20
"""Bytes that are asked for at once."""


class Remote(NamedTuple):
    """One file of a remote place."""

    below: tuple[str, ...]
    """The parts of its path below the PATH; none where the PATH is the file."""
    size: int
    """Bytes; 0 where the place does not say."""
    path: str
    """As the file system names it."""
    system: AbstractFileSystem
    options: dict[str, Any]
    """What to open it with."""

    def raw(self) -> IO[bytes]:
        """Open it for reading. Raises `OSError`."""
        try:
            stream = self.system.open(self.path, "rb", **self.options)
        except Exception as error:
            raise _as_os_error(error) from error
        return cast("IO[bytes]", io.BufferedReader(_Told(stream), BUFFER))


def is_remote(path: str) -> bool:
    """Tell whether a PATH names a remote place."""
    return _SCHEME.match(path) is not None


def file_name(url: str) -> str:
    """Return the name of the file behind a URL: what stands before a query or a fragment."""
    return re.split(r"[?#]", url, maxsplit=1)[0] if url.startswith(_HTTP) else url


def remote_files(url: str) -> Iterator[Remote]:
    """Yield the files that a PATH stands for, in Order. Raises `Unreadable`."""
    system, path = _opened(url)
    try:
        about = system.info(path)
        if about.get("type") != "directory":
            # An HTTP server that gives no parts of a file is read from beginning to end.
            whole = url.startswith(_HTTP) and not about.get("partial")
            yield Remote(
                (), about.get("size") or 0, path, system, {"block_size": 0} if whole else {}
            )
            return
        files = system.find(path, detail=True)
    except Exception as error:
        raise Unreadable(url, Fault(_why(error), step="check the path")) from error
    top = path.rstrip("/") + "/"
    below = {tuple(name.removeprefix(top).split("/")): name for name in files}
    for parts, name in sorted(below.items()):
        if not any(part.startswith(".") or not part for part in parts):
            yield Remote(parts, files[name].get("size") or 0, name, system, {})


def _opened(url: str) -> tuple[AbstractFileSystem, str]:
    """Return the file system behind a URL, and the path on it. Raises `Unreadable`."""
    scheme = url.partition("://")[0]
    try:
        from fsspec.core import url_to_fs

        system, path = url_to_fs(url)
    except ImportError as error:
        fault = Fault(f"{scheme}:// cannot be read yet: {_why(error)}", step=_INSTALL)
        raise Unreadable(url, fault) from error
    except Exception as error:
        raise Unreadable(url, Fault(_why(error), step="check the path")) from error
    return system, path


_INSTALL = "pip install 'paradedup[remote]'"


class _Told(io.RawIOBase):
    """A remote stream whose faults are those of a file; a class because that is what `io` asks."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - a file of fsspec
        self._stream = stream

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def seekable(self) -> bool:
        """Tell whether a reader can go back."""
        return bool(self._stream.seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to another place."""
        return int(self._stream.seek(offset, whence))

    def tell(self) -> int:
        """Return the place."""
        return int(self._stream.tell())

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        """Read on. Raises `OSError`."""
        try:
            data = self._stream.read(len(buffer))
        except Exception as error:
            raise _as_os_error(error) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Let go of it."""
        if not self.closed:
            self._stream.close()
        super().close()


def _as_os_error(error: Exception) -> OSError:
    """Return the fault of a network or a service as that of a file."""
    return error if isinstance(error, OSError) else OSError(_why(error))


def _why(error: Exception) -> str:
    """Say in one line what went wrong."""
    if isinstance(error, FileNotFoundError):
        return "no such file or folder"
    said = " ".join(str(error).split())
    return said or type(error).__name__
