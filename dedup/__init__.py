"""
Find repeated paragraphs in texts, show them, check for them, clean them out, and undo it.

    >>> import dedup
    >>> report = dedup.find("seeds")
    >>> [(group.kind, group.keeper.paragraphs) for group in report.groups]
    [('within', (2, 6))]

Every command of `dedup --help` has its twin here. Names are imported on first use, so that
`import dedup` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.api import (
        audit,
        check,
        clean,
        compare,
        document_pairs,
        find,
        minhash,
        pairs,
        precision,
        restore,
        serve,
        verify,
    )
    from dedup.checking import Rules
    from dedup.cleaning import Cleaned, Planned, Policy, Restored, Verified
    from dedup.cleaning.audit import Audit
    from dedup.cleaning.precision import Judged, Precision
    from dedup.cleaning.results import Removal, Stratum
    from dedup.errors import (
        DedupError,
        GuardError,
        InputError,
        LedgerError,
        OutputError,
        RecordError,
        SettingsError,
    )
    from dedup.group import Group, Name, Occurrence, Part
    from dedup.index.library import Index
    from dedup.report import (
        Borderline,
        Extent,
        Incoming,
        NearCopy,
        NearDocuments,
        NearPair,
        Overlap,
        Pair,
        Place,
        Report,
        Seen,
        Skipped,
        Summary,
    )
    from dedup.reports.diff import Diff
    from dedup.settings import Settings
    from dedup.text.shingles import shingle_hash, shingles
    from dedup.verdict import Checked, Finding, Stale, Verdict

    __version__: str

__all__ = [
    "Audit",
    "Borderline",
    "Checked",
    "Cleaned",
    "DedupError",
    "Diff",
    "Extent",
    "Finding",
    "Group",
    "GuardError",
    "Incoming",
    "Index",
    "InputError",
    "Judged",
    "LedgerError",
    "Name",
    "NearCopy",
    "NearDocuments",
    "NearPair",
    "Occurrence",
    "OutputError",
    "Overlap",
    "Pair",
    "Part",
    "Place",
    "Planned",
    "Policy",
    "Precision",
    "RecordError",
    "Removal",
    "Report",
    "Restored",
    "Rules",
    "Seen",
    "Settings",
    "SettingsError",
    "Skipped",
    "Stale",
    "Stratum",
    "Summary",
    "Verdict",
    "Verified",
    "__version__",
    "audit",
    "check",
    "clean",
    "compare",
    "document_pairs",
    "find",
    "minhash",
    "normalise",
    "pairs",
    "precision",
    "restore",
    "serve",
    "shingle_hash",
    "shingles",
    "verify",
]

_PLACES = {
    "Audit": ("dedup.cleaning.audit", "Audit"),
    "Borderline": ("dedup.report", "Borderline"),
    "Checked": ("dedup.verdict", "Checked"),
    "Cleaned": ("dedup.cleaning", "Cleaned"),
    "Diff": ("dedup.reports.diff", "Diff"),
    "Extent": ("dedup.report", "Extent"),
    "Finding": ("dedup.verdict", "Finding"),
    "Group": ("dedup.group", "Group"),
    "Incoming": ("dedup.report", "Incoming"),
    "Index": ("dedup.index.library", "Index"),
    "Judged": ("dedup.cleaning.precision", "Judged"),
    "Name": ("dedup.group", "Name"),
    "NearCopy": ("dedup.report", "NearCopy"),
    "NearDocuments": ("dedup.report", "NearDocuments"),
    "NearPair": ("dedup.report", "NearPair"),
    "Occurrence": ("dedup.group", "Occurrence"),
    "Overlap": ("dedup.report", "Overlap"),
    "Pair": ("dedup.report", "Pair"),
    "Part": ("dedup.group", "Part"),
    "Place": ("dedup.report", "Place"),
    "Planned": ("dedup.cleaning", "Planned"),
    "Policy": ("dedup.cleaning", "Policy"),
    "Precision": ("dedup.cleaning.precision", "Precision"),
    "Removal": ("dedup.cleaning.results", "Removal"),
    "Report": ("dedup.report", "Report"),
    "Restored": ("dedup.cleaning", "Restored"),
    "Rules": ("dedup.checking", "Rules"),
    "Seen": ("dedup.report", "Seen"),
    "Settings": ("dedup.settings", "Settings"),
    "Skipped": ("dedup.report", "Skipped"),
    "Stale": ("dedup.verdict", "Stale"),
    "Stratum": ("dedup.cleaning.results", "Stratum"),
    "Summary": ("dedup.report", "Summary"),
    "Verdict": ("dedup.verdict", "Verdict"),
    "Verified": ("dedup.cleaning", "Verified"),
    "__version__": ("dedup.version", "VERSION"),
    "normalise": ("dedup.api", "normalise"),
    "shingle_hash": ("dedup.text.shingles", "shingle_hash"),
    "shingles": ("dedup.text.shingles", "shingles"),
}
"""Where the names are that are neither an error nor a function of `api`."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import a name of the public surface on first use."""
    if name not in __all__:
        message = f"module 'dedup' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    room = "dedup.errors" if name.endswith("Error") else "dedup.api"
    module, attribute = _PLACES.get(name, (room, name))
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public surface."""
    return __all__
