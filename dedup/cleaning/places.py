"""
What is cleaned: which files, and where each comes to lie: a folder, the standard output, nowhere.

A folder argument's files lie by their path below it, a file argument by its name; of several
folder arguments each lies under its own name. A dry run writes nothing.
"""

from __future__ import annotations

import contextlib
import glob
import itertools
import os
import shutil
import sys
import tempfile
import unicodedata
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from dedup import distinct, formats
from dedup.atomic import whole
from dedup.cleaning.ledger import dump, rejected
from dedup.cleaning.manifest import known_modes, settings_to_json
from dedup.cleaning.tree import LEDGER, OWN, REJECTS, Tree, is_inside
from dedup.errors import OutputError, SettingsError
from dedup.formats import Watch, is_text_name, silent
from dedup.settings import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import IO

    from dedup.cleaning.manifest import Manifest
    from dedup.cleaning.policy import Policy
    from dedup.formats import PathLike, Reading, Record, Source
    from dedup.settings import Settings


_HELD = 16 << 20
"""Bytes of rejects that are held rather than put into a file."""
_LOOKED_AT = 100
"""Files whose first record is looked at for the names of fields."""
DEEPEST = 201
"""Parts of the path of an output: making and removing folders takes a call within a call each."""
_SHOWN = 60
"""Characters of a path that is too long to be read."""
STDIN = "-"
STDIN_NAMES = {
    "text": "stdin.txt",
    "markdown": "stdin.md",
    "jsonl": "stdin.jsonl",
    "json": "stdin.json",
}


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """What is cleaned, and how: known before anything is read."""

    paths: tuple[str, ...]
    against: tuple[str, ...]
    """The PATHs of what is published: only read, and never less."""
    settings: Settings
    policy: Policy
    modes: Callable[[Source, Record], int] | None
    """Asks for the paragraph mode of a document, where a clean has cut it before."""
    reading: Reading
    names: list[str]
    """Where each source comes to lie below OUT."""
    aside: IO[bytes] | None
    """Takes what is quarantined."""
    watch: Watch

    @property
    def sources(self) -> tuple[Source, ...]:
        """The files that are cleaned."""
        return tuple(source for source in self.reading.sources.files if not source.published)

    @property
    def published(self) -> tuple[Source, ...]:
        """The files that are only read."""
        return tuple(source for source in self.reading.sources.files if source.published)


def scanned(
    paths: Sequence[formats.Given],
    settings: Settings,
    policy: Policy,
    watch: Watch = silent,
    against: Sequence[formats.Given] = (),
) -> Scan:
    """
    Find what is cleaned and say where each file comes to lie; nothing is read yet.

    What is published (`against`) is not cleaned. Raises `InputError` and `SettingsError`.
    """
    if against and policy.scope == "within":
        raise SettingsError(
            "scope is 'within', where nothing is compared with what is published: leave out against"
        )
    settings = replace(settings, passages="off")
    given, published = (
        tuple(os.fspath(path) for path in some if not isinstance(path, formats.Held))
        for some in (paths, against)
    )
    modes = known_modes((*given, *published), settings)
    quarantine = settings.on_error == "quarantine"
    aside = tempfile.SpooledTemporaryFile(_HELD) if quarantine else None  # noqa: SIM115 - for later
    reading = formats.read(
        paths,
        settings,
        against=against,
        watch=watch,
        rejects=_putting(aside) if aside else None,
        modes=modes,
        fields=policy.fields,
        to_cut=True,
    )
    names = outputs([source for source in reading.sources.files if not source.published])
    return Scan(given, published, settings, policy, modes, reading, names, aside, watch)


def check_fields(scan: Scan) -> None:
    """Refuse a field of the policy that no document has. Raises `SettingsError`."""
    for name, values in scan.reading.values.items():
        if any(value is not None for value in values):
            continue
        option = "source_field" if name == scan.policy.source_field else "keep"
        known = [
            field
            for source in scan.sources[:_LOOKED_AT]
            for record in itertools.islice(_records(source, scan.settings), 1)
            for field in record.fields()
        ]
        what = "has a text or number in" if name in known else "has"
        near = nearest(name, known) if name not in known else ""
        raise SettingsError(
            f"{option} is {getattr(scan.policy, option)!r}: no document {what} the field "
            f"{name!r}{near}"
        )


def _records(source: formats.Source, settings: Settings) -> Iterator[formats.Record]:
    return (piece.record for piece in formats.pieces(source, settings) if piece.record is not None)


def _putting(aside: IO[bytes]) -> formats.Rejects:
    """Return what writes rejects down as lines of JSON."""

    def put(data: bytes, path: str, line: int, why: str) -> None:
        aside.write(dump(rejected(data, path, line, why)))

    return put


def outputs(sources: Sequence[Source]) -> list[str]:
    """
    Return the path of each source below OUT, with slashes.

    Raises `OutputError` where two would lie in one place, on some file system or other, and for one
    that would lie too deep.
    """
    folders = {folder_of(source) for source in sources if source.below}
    names = [_output(source, several=len(folders) > 1) for source in sources]
    files: dict[tuple[str, ...], int] = {}
    above: dict[tuple[str, ...], int] = {}
    for number, name in enumerate(names):
        key = tuple(_folded(part) for part in name.split("/"))
        if len(key) > DEEPEST:
            raise OutputError(
                f"{sources[number].path[:_SHOWN]}… lies {len(key) - 1:,} folders deep, a clean "
                f"writes up to {DEEPEST - 1}: give a folder further down as PATH"
            )
        other = files.get(key, above.get(key))
        for depth in range(1, len(key)):
            other = files.get(key[:depth]) if other is None else other
            above.setdefault(key[:depth], number)
        if other is not None:
            raise OutputError(_both(sources[other].path, sources[number].path, names[other], name))
        if key[0] == OWN:
            raise OutputError(f"{sources[number].path} cannot be written: {OWN} is ours in OUT")
        files[key] = number
    return names


def _both(one: str, two: str, first: str, second: str) -> str:
    """Say of two inputs and their outputs that they would lie in one place."""
    if first.count("/") != second.count("/") or first == second:
        return (
            f"{one} and {two} would both be written to {second}: clean them into different folders"
        )
    same_form = unicodedata.normalize("NFC", first) == unicodedata.normalize("NFC", second)
    how = "Unicode normal form" if same_form else "case, or dots and spaces at their end"
    # Names that look the same are told apart by their code points.
    told = f" ({first!a}, {second!a})" if same_form else ""
    return (
        f"{one} and {two} differ only by {how}{told}, which not every file system keeps: "
        f"rename one, or leave it out with exclude='{glob.escape(second)}'"
    )


def folder_of(source: Source) -> str:
    """Return the folder argument by which a source was reached; of a file its own folder."""
    if not source.below:
        return str(Path(source.path).parent)
    return source.path[: -len("/".join(source.below))].rstrip("/") or "/"


def source_folder(source: Source) -> str:
    """Return the folder that the guard counts a source to: the first one below its argument."""
    if len(source.below) > 1:
        return f"{folder_of(source)}/{source.below[0]}"
    return folder_of(source)


def check_name(out: Path, inside: str) -> None:
    """
    Refuse a folder that is named like a file of texts and is not there yet. Raises `OutputError`.

    Who asks for `cleaned.jsonl` expects that file; `inside` is the one that would lie in it.
    """
    if is_text_name(out.name) and not out.is_dir():
        folder = out.with_name(out.name.partition(".")[0])
        raise OutputError(
            f"{out} is named like a file, and a folder is written: give -o {folder}, "
            f"and {folder / inside} will be the file"
        )


def check_output(out: Path, scan: Scan) -> None:
    """Refuse an OUT that is an input, lies in one, or holds one. Raises `OutputError`."""
    check_name(out, scan.names[0])
    seen: set[str] = set()
    for source in scan.reading.sources.files:
        if source.spooled is not None:
            continue
        given = folder_of(source) if source.below else source.path
        if given in seen:
            continue
        seen.add(given)
        for inner, outer, how in ((out, Path(given), "in"), (Path(given), out, "around")):
            if is_inside(inner, outer):
                raise OutputError(
                    f"{out} lies {how} the input {given}: give a folder apart from the inputs"
                )


def _output(source: Source, *, several: bool) -> str:
    if not source.below:
        if source.path == STDIN:
            return STDIN_NAMES.get(source.format, f"stdin.{source.format}")
        return Path(source.path).name
    if not several:
        return "/".join(source.below)
    folder = folder_of(source)
    name = Path(folder).name
    if name in {"", ".", ".."}:
        name = Path(folder).resolve().name or "root"
    return "/".join((name, *source.below))


def _folded(part: str) -> str:
    """Return what file systems that fold names make of one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", part).casefold()).rstrip(". ")


STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Destination:
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
    attempts: Callable[[], Path] | None = None
    """Returns the folder for what tasks of a cluster write; `None` where they write nothing."""


@contextlib.contextmanager
def destination(output: PathLike | None, scan: Scan, *besides: Path) -> Iterator[Destination]:
    """
    Take the place that was asked for, and files besides.

    Raises `OutputError` where it cannot be had. What was not finished leaves nothing behind.
    """
    with contextlib.ExitStack() as stack:
        streams = tuple(stack.enter_context(whole(path)) for path in besides)
        if output is None:
            yield Destination(None, _nowhere, (), lambda _: None, streams)
        elif os.fspath(output) == STDOUT:
            if len(scan.sources) != 1:
                raise OutputError(f"-o - takes one file, not {len(scan.sources)}: give -o a folder")
            file = Path(stack.enter_context(tempfile.TemporaryDirectory()), "out")
            yield Destination(STDOUT, lambda _: file, (), lambda _: _to_stdout(file), streams)
        else:
            yield stack.enter_context(_folder(Path(output), scan, streams))


@contextlib.contextmanager
def _folder(out: Path, scan: Scan, besides: tuple[IO[bytes], ...]) -> Iterator[Destination]:
    check_output(out, scan)
    command = {
        "paths": list(scan.paths),
        **({"against": list(scan.against)} if scan.against else {}),
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

        yield Destination(str(out), tree.place, (ledger,), finish, besides, tree.attempts)


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
    if besides:
        distinct.check_apart(besides)
        distinct.check_inputs(besides, (source.path for source in sources))
    return besides


@contextlib.contextmanager
def disk_errors(output: PathLike | None) -> Iterator[None]:
    """Turn the fault of a disk into an error that says where. Raises `OutputError`."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        where = os.fsdecode(error.filename) if error.filename else output
        raise OutputError(f"{where}: {error.strerror or error}; the input is as it was") from error


def _nowhere(name: str) -> Path | None:  # noqa: ARG001 - as `Destination.target`
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
