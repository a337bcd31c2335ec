"""What later stages read of documents and paragraphs once their texts are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.model import Bodies, Docs, Extents, Facts, Totals

if TYPE_CHECKING:
    from dedup.model import I8, Documents, Finds, Paragraphs, Places


def facts(documents: Documents, modes: I8) -> Facts:
    """Return what is known of each document; `modes` are those that it was cut by."""
    return Facts(
        documents.doc,
        documents.path,
        documents.record,
        documents.file_line,
        documents.published,
        kernels.characters(documents.text.data, documents.text.offsets).astype(np.int64),
        modes,
    )


def bodies(paragraphs: Paragraphs, places: Places) -> Bodies:
    """Put the text's rank, words and class beside each paragraph; row for row."""
    return Bodies(
        **paragraphs.columns(),
        text=places.text,
        words=places.words,
        boilerplate=places.boilerplate,
    )


def incoming_bodies(bodies: Bodies, published: int) -> Bodies:
    """Leave out the published documents."""
    return bodies.take(bodies.doc >= published)


def named_docs(finds: Finds) -> Docs:
    """Name the documents that occurrences lie in."""
    return Docs(np.unique(finds.doc))


def extents(docs: Docs, paragraphs: Paragraphs) -> Extents:
    """Keep where the paragraphs of some documents lie; both sorted by `doc`."""
    some = np.isin(paragraphs.doc, docs.doc)
    return Extents(paragraphs.doc[some], paragraphs.start[some], paragraphs.end[some])


def all_extents(paragraphs: Paragraphs) -> Extents:
    """Keep where paragraphs lie."""
    return Extents(paragraphs.doc, paragraphs.start, paragraphs.end)


def totals(bodies: Bodies, published: int) -> Totals:
    """Add up what a report says of all paragraphs of incoming documents."""
    mine = bodies.doc >= published
    flagged = mine & (bodies.boilerplate != 0)
    sums = mine.sum(), bodies.words[mine].sum(), (bodies.end - bodies.start)[flagged].sum()
    return Totals(*(np.array([int(one)]) for one in sums))
