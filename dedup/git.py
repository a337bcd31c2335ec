"""
Git, asked by its own command: what was changed since a commit, and the files of a commit.

This is the one place that runs it; what it says of lines is read by `checking/changed.py`.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dedup.checking.changed import Changes, patched
from dedup.errors import InputError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_DIFF = (
    *("-c", "core.quotePath=false", "diff", "--no-color", "--no-ext-diff", "--no-textconv"),
    *("--no-relative", "--unified=0", "--find-renames", "--ignore-submodules", "--diff-filter=d"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)
_FETCH = "fetch it (in actions/checkout: fetch-depth: 0), or give the patch with --diff"


def root(folder: str = os.curdir) -> str | None:
    """Return the real path of the repository that a folder lies in; `None` outside of one."""
    try:
        found = _git("rev-parse", "--show-toplevel", folder=folder)
    except InputError:
        return None
    return os.path.realpath(os.fsdecode(found.rstrip(b"\r\n")))


def changes(ref: str) -> Changes:
    """
    Tell what differs in the working tree from where `ref` and the current commit parted.

    Files that git does not track are new, unless it ignores them. Raises `SettingsError` where
    there is no repository or no such commit.
    """
    top = root()
    if top is None:
        raise SettingsError(f"changed_since is {ref!r}: this folder is in no git repository")
    commit = _commit(ref, "changed_since")
    try:
        base = _git("merge-base", commit, "HEAD").decode().strip()
    except InputError:
        why = "its history and that of the current commit do not meet here"
        raise SettingsError(f"changed_since is {ref!r}: {why}; {_FETCH}") from None
    patch = os.fsdecode(_git(*_DIFF, base, "--", folder=top))
    files = patched(patch, "git diff")
    others = _git("ls-files", "--others", "--exclude-standard", "-z", folder=top)
    files |= dict.fromkeys(map(os.fsdecode, others.split(b"\0")[:-1]))
    return _real(files, top, ref)


def patch_changes(patch: str, name: str) -> Changes:
    """
    Tell what a patch changes.

    Its names are those below the top of the repository, or below the working directory where that
    is in none. Raises `InputError` for what is no patch.
    """
    return _real(patched(patch, name), root() or os.getcwd(), "the patch")  # noqa: PTH109 - a text


def _real(files: Mapping[str, tuple[tuple[int, int], ...] | None], top: str, since: str) -> Changes:
    """Turn names below a folder into real paths."""
    return Changes(since, {os.path.realpath(os.path.join(top, n)): v for n, v in files.items()})  # noqa: PTH118 - names are texts


class RefPlaces(dict[str, str]):
    """Where the files of a commit stand, by PATH as given; a class for the folder beside them."""

    folder: str


@contextmanager
def files_of(ref: str, incoming: Iterable[str], published: Iterable[str]) -> Iterator[RefPlaces]:
    """
    Write what a commit has of some paths into a folder that goes afterwards, and say where.

    A path that the commit has not is not among them; a published one outside of the repository
    stands for itself. Raises `SettingsError` for an incoming one there.
    """
    top = root()
    if top is None:
        raise SettingsError(f"baseline_from_ref is {ref!r}: this folder is in no git repository")
    commit = _commit(ref, "baseline_from_ref")
    wanted, places = list(incoming), RefPlaces()
    inside = {path: _below(path, top) for path in (*wanted, *published)}
    for path, name in inside.items():
        if name is None and path in wanted:
            why = f"{path} is not in the repository {top}"
            raise SettingsError(f"baseline_from_ref is {ref!r}: {why}")
    with tempfile.TemporaryDirectory(prefix="dedup-") as made:
        places.folder = os.path.realpath(made)
        _check_out(commit, top, places.folder, [name for name in inside.values() if name])
        for path, name in inside.items():
            place = path if name is None else os.path.join(places.folder, name)  # noqa: PTH118 - names are texts
            if os.path.exists(place):  # noqa: PTH110 - likewise
                places[path] = place
        yield places


def _below(path: str, top: str) -> str | None:
    """Return a path as git names it, from the top of its repository; `None` for one outside."""
    name = os.path.relpath(os.path.realpath(path), top)
    return None if name == os.pardir or name.startswith(f"{os.pardir}{os.sep}") else name


def _check_out(commit: str, top: str, folder: str, names: Iterable[str]) -> None:
    """Write what a commit has of some names into a folder, with the rules of what is ignored."""
    index = os.path.join(folder, ".git")  # noqa: PTH118 - as above
    os.mkdir(index)  # noqa: PTH102 - its presence says where rules of .gitignore end
    own = {"GIT_INDEX_FILE": os.path.join(index, "index")}  # noqa: PTH118 - as above
    _git("read-tree", commit, folder=top, own=own)
    rules = (":(top,glob)**/.gitignore", ":(top,glob)**/.ignore")
    wanted = [":(top)" if name == os.curdir else f":(top,literal){name}" for name in names]
    found = _git("ls-files", "-z", "--", *wanted, *rules, folder=top, own=own)
    prefix = f"--prefix={folder}/"
    _git("checkout-index", "-z", "--stdin", prefix, folder=top, own=own, given=found)


def _commit(ref: str, name: str) -> str:
    """Return the number of a commit. Raises `SettingsError` that says how to get it."""
    try:
        found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    except InputError:
        raise SettingsError(f"{name} is {ref!r}: git knows no such commit; {_FETCH}") from None
    return found.decode().strip()


def _git(
    *arguments: str,
    folder: str = os.curdir,
    own: Mapping[str, str] | None = None,
    given: bytes = b"",
) -> bytes:
    """Run git and give what it writes. Raises `InputError` with what it says."""
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", **(own or {})}
    try:
        done = subprocess.run(  # noqa: S603 - arguments of ours; a ref is read by rev-parse alone
            ["git", *arguments],  # noqa: S607 - found by name, as everybody's git is
            cwd=folder,
            env=environment,
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise InputError(f"git cannot be run: {error.strerror}; install it") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise InputError(f"git {arguments[0]}: {said.removeprefix('fatal: ')}")
    return done.stdout
