"""
Cleaning: what is removed from a corpus, the ledger of it, and how to undo and to prove it.

    places ─► detection ─► plan, passages ─► removals ─► counts ─► cut ─► write ─► tree
                 (corpus: all of it, in order; planned: what it is before anything is written)
    manifest, ledger ─► undo, verifying

`tables.py` comes first. `plan` and `removals` are pure: tables in, tables out. Names are imported
on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.cleaning.corpus import clean, plan_clean
    from dedup.cleaning.manifest import known_modes
    from dedup.cleaning.planned import Planned
    from dedup.cleaning.policy import Policy
    from dedup.cleaning.results import Cleaned, Restored, Verified
    from dedup.cleaning.undo import restore
    from dedup.cleaning.verifying import verify

_MODULES = {
    "Cleaned": "results",
    "Planned": "planned",
    "Policy": "policy",
    "Restored": "results",
    "Verified": "results",
    "clean": "corpus",
    "known_modes": "manifest",
    "plan_clean": "corpus",
    "restore": "undo",
    "verify": "verifying",
}

__all__ = [
    "Cleaned",
    "Planned",
    "Policy",
    "Restored",
    "Verified",
    "clean",
    "known_modes",
    "plan_clean",
    "restore",
    "verify",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import a name on first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
