"""
Every error that dedup raises on purpose.

    DedupError                 never raised directly; exit code 2
    ├── SettingsError          a setting that does not exist or cannot have that value
    ├── InputError             a named input that cannot be read, decoded or parsed
    │   └── RecordError        one record of it: names the line
    ├── OutputError            a place that cannot or must not be written
    ├── LedgerError            a ledger, manifest or file that does not prove a cleaned corpus
    └── GuardError             `clean` would remove more than it may; exit code 3

The message is one line that names the file, the place and the next step. A caller writes

    try:
        report = dedup.find(["corpus/"])
    except dedup.DedupError as error:
        print(error)
"""

from __future__ import annotations


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
