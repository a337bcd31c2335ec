"""
Files in and out: which ones, what texts they hold, and where each character stands in their bytes.

`read` gives the documents of some paths as tables; `sources` and `pieces` give the same files and
records with their bytes, so that cleaning can cut slices out of them, and `writing` makes a file of
what is left. A format is one file here, listed in `FORMATS`.
"""

from dedup.formats.giving import given
from dedup.formats.held import Held
from dedup.formats.interface import Chunk, Fault, Format, Piece, Record, Span, Unreadable
from dedup.formats.reading import (
    Reading,
    Rejects,
    pieces,
    read,
    refuse_foreign,
)
from dedup.formats.sources import (
    FORMATS,
    Given,
    PathLike,
    Source,
    Sources,
    document,
    fits,
    is_text_name,
    sources,
)
from dedup.formats.streams import Seen, writing
from dedup.watching import Watch, silent

__all__ = [
    "FORMATS",
    "Chunk",
    "Fault",
    "Format",
    "Given",
    "Held",
    "PathLike",
    "Piece",
    "Reading",
    "Record",
    "Rejects",
    "Seen",
    "Source",
    "Sources",
    "Span",
    "Unreadable",
    "Watch",
    "document",
    "fits",
    "given",
    "is_text_name",
    "pieces",
    "read",
    "refuse_foreign",
    "silent",
    "sources",
    "writing",
]
