"""What later stages read of documents and paragraphs once their texts are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import Bodies, Extents, Facts

if TYPE_CHECKING:
    from dedup.model import I64, Documents, Paragraphs, Places


def facts(documents: Documents) -> Facts:
    """Keep what a report says of each document."""
    return Facts(
        documents.doc,
        documents.path,
        documents.record,
        documents.file_line,
        documents.published,
        kernels.characters(documents.text.data, documents.text.offsets).astype(np.int64),
    )


def bodies(paragraphs: Paragraphs, places: Places) -> Bodies:
    """Put the text's rank, words and class beside each paragraph; rows are in step."""
    return Bodies(
        **paragraphs.columns(),
        text=places.text,
        words=places.words,
        boilerplate=places.boilerplate,
    )


def extents(paragraphs: Paragraphs, docs: I64) -> Extents:
    """Keep where the paragraphs of some documents lie."""
    some = np.isin(paragraphs.doc, docs)
    return Extents(paragraphs.doc[some], paragraphs.start[some], paragraphs.end[some])
