"""
Files in and out: which ones, what texts they hold, and where each character stands in their bytes.

`read` gives the documents of some paths as tables; `sources` and `pieces` give the same files and
records with their bytes, so that cleaning can cut slices out of them, and `packed` compresses what
it writes. A format is one file here, listed in `FORMATS`.
"""

from dedup.formats.compression import packed, unpacked
from dedup.formats.interface import Fault, Format, Piece, Record, Span, Unreadable
from dedup.formats.reading import Reading, Rejects, Watch, pieces, read, silent
from dedup.formats.sources import FORMATS, Source, Sources, fits, sources

__all__ = [
    "FORMATS",
    "Fault",
    "Format",
    "Piece",
    "Reading",
    "Record",
    "Rejects",
    "Source",
    "Sources",
    "Span",
    "Unreadable",
    "Watch",
    "fits",
    "packed",
    "pieces",
    "read",
    "silent",
    "sources",
    "unpacked",
]
