"""
The files that an interrupted clean had written: taken over by the run that goes on from it.

Each is kept in the work folder, by a link where that is possible, with its lines of the ledger.
A file that is not what was noted (edited, damaged) is written anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from dedup.atomic import fresh
from dedup.cleaning.manifest import File, file_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dedup.cleaning.ledger import Writer
    from dedup.cleaning.policy import Policy
    from dedup.engines.checkpoints import Checkpoints

NAME = "written"


class Finished:
    """What is written of one clean; a class for where that is kept, and under which names."""

    def __init__(self, notes: Checkpoints, policy: Policy) -> None:
        """Name the run's work folder, and what is decided by besides what that is named for."""
        key = json.dumps(asdict(policy), sort_keys=True, default=str)
        self._notes = notes
        self._name = f"{NAME}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"

    def again(self, number: int, sha256: str | None, target: Path, ledger: Writer) -> File | None:
        """Take over what was written of an input with this checksum, if it is still that."""
        noted = self._notes.noted(f"{self._name}-{number}")
        if noted is None:
            return None
        file = File.of(noted["file"])
        text, lines = self._path(number, "text"), self._path(number, "ledger")
        if (file.sha256, file.output_sha256, noted["ledger"]) != (
            sha256,
            None if file.output_sha256 is None else file_sha256(text),
            file_sha256(lines),
        ):
            logging.getLogger("dedup").info("%s was changed: writing %s anew", text, file.output)
            return None
        if file.output_sha256 is not None:
            _linked(text, target)
        with lines.open("rb") as stream:
            for line in stream:
                ledger.write(line)
        return file

    @contextmanager
    def lines(self, number: int, ledger: Writer) -> Iterator[None]:
        """Keep the lines that are written meanwhile."""
        with fresh(self._path(number, "ledger")) as stream, ledger.beside(stream):
            yield

    def keep(self, number: int, file: File, target: Path) -> None:
        """Keep a file that was written."""
        if file.output_sha256 is not None:
            _linked(target, self._path(number, "text"))
        noted = {
            "file": asdict(file),
            "ledger": file_sha256(self._path(number, "ledger")),
        }
        self._notes.note(f"{self._name}-{number}", noted)

    def _path(self, number: int, what: str) -> Path:
        return self._notes.folder / f"{self._name}-{number}.{what}"


def _linked(path: Path, beside: Path) -> None:
    """Let a file stand in a second place; copied where it cannot be linked."""
    beside.unlink(missing_ok=True)
    with suppress(OSError):
        # NOTE: the output must not share its bytes with a file that is somebody else's.
        if path.lstat().st_nlink == 1:
            os.link(path, beside)
            return
    with path.open("rb") as stream, fresh(beside) as out:
        shutil.copyfileobj(stream, out)
    shutil.copymode(path, beside)
