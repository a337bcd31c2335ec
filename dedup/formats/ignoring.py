# ruff: noqa: PTH113, PTH118, PTH119, PTH123 - paths are strings, as in `sources`
"""
What `.gitignore` and `.ignore` leave out of a walk.

The rules are those of git: the file nearest to an entry decides, in one file the last pattern that
fits, and in one folder `.ignore` before `.gitignore`. The files of a folder hold for all below it.
Where the PATH lies in a git repository, those of the folders above it hold too, up to the root of
the repository, unless they leave out the PATH itself: what is named is read.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dedup.report import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pathspec import GitIgnoreSpec

NAMES = (".gitignore", ".ignore")
"""The latter has the last word."""
_REPOSITORY = ".git"

Parts = tuple[str, ...]


class Rules(NamedTuple):
    """The patterns of one file."""

    path: str
    """The file, as shown."""
    depth: int
    """The number of parts of the folder in which the file stands."""
    patterns: GitIgnoreSpec


class Ignoring:
    """What is left out of the walk of one folder; a class because it is counted by its reason."""

    def __init__(self, top: str, *, on: bool) -> None:
        """Read what holds from above; nothing is left out where it is not `on`. Raises OSError."""
        self._on = on
        self._lead, self.rules = _above(top) if on else ((), ())
        """The parts that lead to the folder from the root of its repository; the rules there."""
        self._counts: Counter[str] = Counter()

    def inside(self, folder: str, below: Parts, entries: Iterable[str]) -> tuple[Rules, ...]:
        """Read the rules that stand among the entries of a folder of the walk. Raises `OSError`."""
        names = [name for name in NAMES if name in entries] if self._on else []
        depth = len(self._lead) + len(below)
        return tuple(_read(folder, folder.rstrip("/"), names, depth))

    def leaves_out(self, rules: tuple[Rules, ...], below: Parts, *, folder: bool) -> bool:
        """Tell whether an entry of the walk is left out, and count it then."""
        by = _ignored(rules, (*self._lead, *below), folder=folder)
        if by is not None:
            self._counts[by.path] += 1
        return by is not None

    @property
    def skipped(self) -> list[Skipped]:
        """How many entries each file has left out."""
        return [
            Skipped(path, f"leaves out {n:,} {'entry' if n == 1 else 'entries'} (--no-ignore)")
            for path, n in sorted(self._counts.items())
        ]


def is_ignore_file(path: str) -> bool:
    """Tell whether a file holds patterns of what to leave out."""
    return os.path.basename(path) in NAMES


def _ignored(rules: tuple[Rules, ...], parts: Parts, *, folder: bool) -> Rules | None:
    """Return the rules that leave out an entry, `None` where none do; `rules` outermost first."""
    for own in reversed(rules):
        path = "/".join(parts[own.depth :]) + "/" * folder
        verdict = own.patterns.check_file(path).include
        if verdict is not None:
            return own if verdict else None
    return None


def _above(top: str) -> tuple[Parts, tuple[Rules, ...]]:
    """Return the parts from the root of a folder's repository to it, and the rules on the way."""
    # From the folder upwards: where is the root of its repository?
    root, parts = os.path.realpath(top), Parts()
    while not os.path.lexists(os.path.join(root, _REPOSITORY)):
        root, name = os.path.split(root)
        if not name:
            return (), ()
        parts = (name, *parts)
    # From the root downwards: the rules of each folder, unless they leave out the next one.
    rules: tuple[Rules, ...] = ()
    for depth in range(len(parts)):
        folder = os.path.join(root, *parts[:depth])
        shown = top.rstrip("/") + "/.." * (len(parts) - depth)
        rules += tuple(_read(folder, shown, NAMES, depth))
        if _ignored(rules, parts[: depth + 1], folder=True):
            return (), ()
    return parts, rules


def _read(folder: str, shown: str, names: Iterable[str], depth: int) -> Iterator[Rules]:
    for name in names:
        path = os.path.join(folder, name)
        if os.path.isfile(path):  # a pipe of that name would wait for ever
            with open(path, encoding="utf-8-sig", errors="surrogateescape") as stream:
                yield Rules(f"{shown}/{name}", depth, _patterns(stream))


def _patterns(lines: Iterable[str]) -> GitIgnoreSpec:
    """Compile the lines of a file; one that is no pattern fits nothing, as in git."""
    from pathspec import GitIgnoreSpec

    found: list[str] = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line.rstrip("\n")])
        except ValueError:
            continue
        found.append(line.rstrip("\n"))
    return GitIgnoreSpec.from_lines(found)
