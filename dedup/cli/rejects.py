r"""
Where `--on-error quarantine` puts what could not be read: one JSON line each, with its bytes.

    {"path": "a.jsonl", "line": 7, "why": "not JSON", "raw": "{\"text\": "}
"""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.cli.output import atomic_output
from dedup.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.formats import Rejects


@contextlib.contextmanager
def kept(file: Path | None, on_error: str) -> "Iterator[Rejects | None]":
    """Yield what takes rejected bytes, if that was asked for. Raises `SettingsError`."""
    if on_error != "quarantine":
        if file is not None:
            raise SettingsError(f"rejects without --on-error quarantine: {file} would stay empty")
        yield None
        return
    if file is None:
        raise SettingsError("on_error is 'quarantine': name a file for it with --rejects FILE")
    from dedup.cleaning.ledger import dump, rejected

    with atomic_output(file) as put:

        def take(data: bytes, path: str, line: int, why: str) -> None:
            put(dump(rejected(data, path, line, why)))

        yield take
