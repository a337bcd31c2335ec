"""
A clean from end to end: scan, plan, write, and only then let everything appear.

    paths ─► read, detect ─► plan ─► cut, file by file ─► guard ─► OUT, ledger, manifest
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from dedup import formats
from dedup.cleaning import guard, layout
from dedup.cleaning.apply import Counts, sha256_of, write_file
from dedup.cleaning.atomic import whole
from dedup.cleaning.ledger import Line, Writer, dump, parse, raw_to_json
from dedup.cleaning.manifest import File, Manifest, known_modes, settings_to_json
from dedup.cleaning.parts import Work
from dedup.cleaning.plan import NONE, plan
from dedup.cleaning.policy import KEEP_RULES
from dedup.cleaning.results import Cleaned
from dedup.cleaning.tree import LEDGER, REJECTS, Tree, is_inside
from dedup.errors import GuardError, OutputError, SettingsError
from dedup.formats import Source, Watch, silent

if TYPE_CHECKING:
    from dedup.cleaning.detection import Detection
    from dedup.cleaning.plan import Plan
    from dedup.cleaning.policy import Policy
    from dedup.model import Documents
    from dedup.settings import Settings

PathLike = str | os.PathLike[str]
Detect = Callable[[Iterable["Documents"]], "Detection"]
STDOUT = "-"


def clean(  # noqa: PLR0913 - the options of the command
    paths: list[PathLike],
    output: PathLike | None,
    settings: Settings,
    policy: Policy,
    detect: Detect,
    *,
    dry_run: bool = False,
    ids: PathLike | None = None,
    ledger: PathLike | None = None,
    watch: Watch = silent,
) -> Cleaned:
    """
    Write a corpus anew with one copy of each text, and a ledger that can undo it.

    `output` is a folder, or `-` for one file to the standard output; `ledger` and `ids` (the
    documents of which nothing is left, one a line, a tab before the record) are written besides.
    A dry run writes nothing else and gives the lines of the ledger. Raises `InputError`,
    `OutputError`, `GuardError`; then nothing has appeared.
    """
    settings = replace(settings, passages="off")
    if output is None and not dry_run:
        raise SettingsError("clean needs a folder to write to: give -o OUT, or --dry-run")
    out = Path(output) if output is not None and not dry_run else None
    modes = known_modes([os.fspath(path) for path in paths], settings)
    with contextlib.ExitStack() as stack, _told(output):
        late = _Late()
        reading = formats.read(
            paths, settings, watch=watch, rejects=late if _asides(settings) else None, modes=modes
        )
        sources = reading.sources.files
        names = layout.outputs(sources)
        copies = [
            stack.enter_context(whole(_free(path, out, sources)))
            for path in (ledger, ids)
            if path is not None
        ]
        place = stack.enter_context(_place(out, sources, paths, settings, policy))
        late.stream = place.rejects
        hashes = [sha256_of(source) for source in sources]
        found = detect(reading)
        ranks = [KEEP_RULES[rule](found.facts) for rule in policy.rules]
        todo = plan(found.standing, found.matches, found.normals, ranks, settings, policy)
        if not dry_run:
            _refuse_early(todo, found, policy)
        work = Work.of((settings, policy, modes), found.facts, found.standing, todo, found.report)
        writer = Writer(*place.ledger, *(copies[:1] if ledger is not None else ()))
        counts, files = Counts(), list[File]()
        for number, (source, name) in enumerate(zip(sources, names, strict=True)):
            watch("writing", number, len(sources))
            target = place.target(name)
            file = write_file(work, source, name, hashes[number], target, writer, counts)
            files += [file] if file is not None else []
        refused = guard.refusal(counts.tallies, policy.max_removed)
        if refused is not None and not dry_run:
            raise GuardError(refused)
        result = _result(found, counts, files)
        result = replace(
            result, skipped=tuple(reading.skipped), output=str(out) if out else None, guard=refused
        )
        if ids is not None:
            copies[-1].write(b"".join(map(_id, result.not_written)))
        manifest = Manifest(
            found.report.version,
            settings,
            policy,
            result.counts(),
            writer.lines,
            writer.sha256,
            tuple(files),
            tuple({"path": one.path, "why": one.why} for one in reading.skipped),
        )
        place.finish(manifest)
        return replace(result, lines=place.lines())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where everything goes: a folder, the standard output, or nowhere."""

    target: Callable[[str], Path | None]
    ledger: tuple[IO[bytes], ...]
    rejects: IO[bytes] | None
    finish: Callable[[Manifest], None]
    lines: Callable[[], tuple[Line, ...]] = tuple


@contextlib.contextmanager
def _place(
    out: Path | None,
    sources: tuple[Source, ...],
    paths: Iterable[PathLike],
    settings: Settings,
    policy: Policy,
) -> Iterator[_Place]:
    """Prepare the place that was asked for."""
    if out is None:
        with tempfile.TemporaryFile() as stream:

            def lines() -> tuple[Line, ...]:
                stream.seek(0)
                return tuple(map(parse, stream))

            yield _Place(lambda _: None, (stream,), None, lambda _: None, lines)
    elif str(out) == STDOUT:
        with tempfile.TemporaryDirectory() as folder:
            if len(sources) != 1:
                raise OutputError(f"-o - takes one file, not {len(sources)}: give -o a folder")
            file = Path(folder, "out")
            yield _Place(lambda _: file, (), None, lambda _: _to_stdout(file))
    else:
        layout.check(out, sources)
        command = {
            "paths": [os.fspath(path) for path in paths],
            "settings": settings_to_json(settings),
            "policy": asdict(policy),
        }
        with Tree(out, command) as tree, contextlib.ExitStack() as stack:
            ledger = stack.enter_context(tree.room(LEDGER).open("wb"))
            rejects = None
            if _asides(settings):
                rejects = stack.enter_context(tree.room(REJECTS).open("wb"))

            def finish(manifest: Manifest) -> None:
                for stream in (ledger, rejects):
                    if stream is not None:
                        stream.flush()
                        os.fsync(stream.fileno())
                written = [f.output for f in manifest.files if f.output_sha256 is not None]
                tree.commit(written, manifest.to_json())

            yield _Place(tree.place, (ledger,), rejects, finish)


class _Late:
    """Takes rejects once there is a place for them: a class since reading is set up before."""

    stream: IO[bytes] | None = None

    def __call__(self, data: bytes, path: str, line: int, why: str) -> None:
        """Put one aside."""
        if self.stream is not None:
            row = {"path": path, "line": line or None, "why": why, "raw": raw_to_json(data)}
            self.stream.write(dump(row))


def _asides(settings: Settings) -> bool:
    return settings.on_error == "quarantine"


def _free(path: PathLike, out: Path | None, sources: Iterable[Source]) -> Path:
    """Refuse a file that is an input or lies in OUT. Raises `OutputError`."""
    own = Path(path)
    if out is not None and str(out) != STDOUT and is_inside(own, out):
        raise OutputError(f"{own} lies in {out}, which must be empty: give another place")
    if own.exists() and any(
        own.samefile(source.path) for source in sources if source.spooled is None
    ):
        raise OutputError(f"{own} is an input: give another place")
    return own


def _refuse_early(todo: Plan, found: Detection, policy: Policy) -> None:
    """Stop before anything is written where paragraphs alone are too much for the whole run."""
    tallies = guard.Tallies()
    whole = int(found.facts.characters.sum())
    tallies.run = guard.Tally(len(found.facts), whole, int(todo.characters.sum()))
    has = todo.keeper != NONE
    lost = np.bincount(todo.keeper[has], todo.characters[has])
    if len(lost):
        tallies.keepers[found.facts.path[int(lost.argmax())]] = int(lost.max())
    guard.check(tallies, policy.max_removed)


def _result(found: Detection, counts: Counts, files: list[File]) -> Cleaned:
    changed = sum(file.changed for file in files)
    gone = sum(file.output_sha256 is None for file in files)
    return Cleaned(
        documents=len(found.facts),
        paragraphs=len(found.standing),
        characters=int(found.facts.characters.sum()),
        removed_paragraphs=dict(sorted(counts.paragraphs.items())),
        removed_characters=dict(sorted(counts.characters.items())),
        not_written=tuple(counts.not_written),
        files_changed=changed - gone,
        files_untouched=len(files) - changed,
        files_not_written=gone,
        skipped=(),
        output=None,
    )


def _id(name: tuple[str, str | None]) -> bytes:
    path, record = name
    line = path if record is None else f"{path}\t{record}"
    return line.encode("utf-8", "surrogateescape") + b"\n"


def _to_stdout(file: Path) -> None:
    """Copy what was written to the standard output."""
    if file.exists():
        with file.open("rb") as stream:
            shutil.copyfileobj(stream, sys.stdout.buffer)
        sys.stdout.buffer.flush()


@contextlib.contextmanager
def _told(output: PathLike | None) -> Iterator[None]:
    """Turn the fault of a disk into an error that says where. Raises `OutputError`."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        where = os.fsdecode(error.filename) if error.filename else output
        raise OutputError(f"{where}: {error.strerror or error}; the input is as it was") from error
