"""
Every error that dedup raises on purpose.

    DedupError                 never raised directly; exit code 2
    ├── SettingsError          a setting that does not exist or cannot have that value
    ├── InputError             a named input that cannot be read, decoded or parsed
    │   └── RecordError        one record of it: names the line
    ├── OutputError            a place that cannot or must not be written
    ├── LedgerError            a ledger, manifest or file that does not prove a cleaned corpus
    └── GuardError             `clean` would remove more than it may; exit code 3

The message is one line that names the file, the place and the next step. Settings are named in it
as a caller of the library writes them (`on_error='skip'`, `text_field=…`); `as_options` turns them
into the command's options. A caller writes

    try:
        report = dedup.find(["corpus/"])
    except dedup.DedupError as error:
        print(error)
"""

from __future__ import annotations

import re

SKIPPING = "on_error='skip'"
"""How a caller goes on where an input cannot be used."""
_GLOBS = ("exclude", "include")
_OTHERS = "dry_run|encoding|id_field|max_removed|memory|on_error|text_field|work_dir"
_NAMED = re.compile(rf"\b({'|'.join(_GLOBS)}|{_OTHERS})=(?:'([^']*)'|…)")


def as_options(message: str) -> str:
    """Say a message with the command's options: `--on-error skip` for `on_error='skip'`."""

    def option(found: re.Match[str]) -> str:
        name, value = found.groups()
        given = f"'{value}'" if name in _GLOBS else value
        return f"--{name.replace('_', '-')}" + (f" {given}" if value is not None else "")

    return _NAMED.sub(option, message)


class DedupError(Exception):
    """The root of the tree; `exit_code` is what the command returns."""

    exit_code = 2


class SettingsError(DedupError, ValueError):
    """A setting that does not exist, or a value it cannot have."""


class InputError(DedupError):
    """An input that cannot be read: missing, not text, undecodable, damaged."""


class RecordError(InputError):
    """One record of an input that cannot be used."""


class OutputError(DedupError):
    """An output that cannot or must not be written."""


class LedgerError(DedupError):
    """A ledger, manifest or cleaned file that is missing, damaged or was edited."""


class GuardError(DedupError):
    """A clean that would remove more than `max_removed` allows."""

    exit_code = 3

    def __init__(self, message: str, preview: object = None) -> None:
        super().__init__(message)
        self.preview = preview
        """What a dry run would say: a `Cleaned`, or `None` where there is none to show."""
