"""The version, of the distribution too: written here, since its metadata takes time to read."""

from __future__ import annotations

VERSION = "0.1.0"


def version_line() -> str:
    """Say which version this is, which kernel is active, and the number of the Unicode table."""
    from dedup import kernels

    return f"dedup {VERSION} ({kernels.NAME} kernel, Unicode {kernels.UNICODE})"
