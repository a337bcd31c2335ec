"""The version: that of the distribution, which has another name."""

from __future__ import annotations

from importlib.metadata import version

VERSION = version("paradedup")


def version_line() -> str:
    """Say which version this is, which kernel is active, and the number of the Unicode table."""
    from dedup import kernels

    return f"dedup {VERSION} ({kernels.NAME} kernel, Unicode {kernels.UNICODE})"
