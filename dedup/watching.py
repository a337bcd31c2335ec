"""Whoever wants to know how far the work is: told step by step, or nobody."""

from __future__ import annotations

from typing import Protocol


class Watch(Protocol):
    """Told how far the work is."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take note: what is done, and of how much (`None` where that is not known)."""
        ...


def silent(stage: str, done: int, total: int | None) -> None:
    """Take no note."""
