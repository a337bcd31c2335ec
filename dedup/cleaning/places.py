"""Where a clean writes to: a folder, the standard output, or nowhere (a dry run)."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from dedup import distinct
from dedup.atomic import whole
from dedup.cleaning.manifest import settings_to_json
from dedup.cleaning.scan import check
from dedup.cleaning.tree import LEDGER, REJECTS, Tree, is_inside
from dedup.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dedup.cleaning.manifest import Manifest
    from dedup.cleaning.scan import Scan
    from dedup.formats import Source

PathLike = str | os.PathLike[str]
STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything goes."""

    output: str | None
    """As it was given; `None` for a dry run."""
    target: Callable[[str], Path | None]
    """Returns the path to write an output file to, `None` for not at all."""
    ledger: tuple[IO[bytes], ...]
    finish: Callable[[Manifest], None]
    """Lets everything appear."""
    besides: tuple[IO[bytes], ...] = ()
    """Streams of the files that were asked for besides."""


@contextlib.contextmanager
def opened(output: PathLike | None, scan: Scan, *besides: Path) -> Iterator[Place]:
    """
    Take the place that was asked for, and files besides.

    Raises `OutputError` where it cannot be had. What was not finished leaves nothing behind.
    """
    with contextlib.ExitStack() as stack:
        streams = tuple(stack.enter_context(whole(path)) for path in besides)
        if output is None:
            yield Place(None, _nowhere, (), lambda _: None, streams)
        elif os.fspath(output) == STDOUT:
            if len(scan.sources) != 1:
                raise OutputError(f"-o - takes one file, not {len(scan.sources)}: give -o a folder")
            file = Path(stack.enter_context(tempfile.TemporaryDirectory()), "out")
            yield Place(STDOUT, lambda _: file, (), lambda _: _to_stdout(file), streams)
        else:
            yield stack.enter_context(_folder(Path(output), scan, streams))


@contextlib.contextmanager
def _folder(out: Path, scan: Scan, besides: tuple[IO[bytes], ...]) -> Iterator[Place]:
    check(out, scan.sources)
    command = {
        "paths": list(scan.paths),
        "settings": settings_to_json(scan.settings),
        "policy": asdict(scan.policy),
    }
    with Tree(out, command, scan.names) as tree, tree.room(LEDGER).open("xb") as ledger:

        def finish(manifest: Manifest) -> None:
            for stream in (ledger, *besides):
                _to_disk(stream)
            if scan.aside is not None:
                scan.aside.seek(0)
                with tree.room(REJECTS).open("xb") as rejects:
                    shutil.copyfileobj(scan.aside, rejects)
                    _to_disk(rejects)
            tree.commit(manifest.to_json())

        yield Place(str(out), tree.place, (ledger,), finish, besides)


def free(
    paths: Iterable[PathLike | None], output: PathLike | None, sources: Iterable[Source]
) -> list[Path]:
    """
    Return the files to write besides the output, of those that were asked for.

    Raises `OutputError` for one that is an input or another one of them, or lies in the output.
    """
    besides = [Path(path) for path in paths if path is not None]
    for own in besides:
        if output is not None and os.fspath(output) != STDOUT and is_inside(own, Path(output)):
            raise OutputError(f"{own} lies in {output}, which must be empty: give another place")
    distinct.check_apart(besides)
    distinct.check_inputs(besides, (source.path for source in sources))
    return besides


@contextlib.contextmanager
def told(output: PathLike | None) -> Iterator[None]:
    """Turn the fault of a disk into an error that says where. Raises `OutputError`."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        where = os.fsdecode(error.filename) if error.filename else output
        raise OutputError(f"{where}: {error.strerror or error}; the input is as it was") from error


def _nowhere(name: str) -> Path | None:  # noqa: ARG001 - as `Place.target`
    return None


def _to_disk(stream: IO[bytes]) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _to_stdout(file: Path) -> None:
    """Copy what was written to the standard output."""
    if file.exists():
        with file.open("rb") as stream:
            shutil.copyfileobj(stream, sys.stdout.buffer)
        sys.stdout.buffer.flush()
