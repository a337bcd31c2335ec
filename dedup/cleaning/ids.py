"""
Which documents went whole, and for which: both ways, as lines of text, JSON Lines or Parquet.

    {"document": "a.jsonl", "record": "7", "removed": true, "keeper": {…}, "copies": []}
    {"document": "a.jsonl", "record": "3", "removed": false, "keeper": null, "copies": [{…}, …]}

A document that goes whole has its keeper: the document that keeps the most of its characters, or
none where nothing of it is kept. One that keeps such documents has its copies. In a file that is
named neither `.jsonl` nor `.parquet` stand the documents that went alone, one a line, a tab before
the record.
"""

from __future__ import annotations

import io
import os
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from dedup.cleaning.ledger import dump
from dedup.cleaning.tables import NONE
from dedup.escaping import in_one_line, name_to_json, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dedup.cleaning.removals import Decision

KeeperOf = dict[int, int]
"""The keeper of each document that goes whole, in Order, by number; `NONE` for none."""


def keepers_of(decision: Decision) -> KeeperOf:
    """Return the keeper of each document that goes whole."""
    lost, kept = Counter[int](), defaultdict[int, Counter[int]](Counter)
    for row in decision.removals.rows():
        lost[row.doc] += row.end - row.start
        if row.keeper != NONE:
            kept[row.doc][row.keeper] += row.end - row.start
    characters = decision.facts.characters
    return {
        doc: max(kept[doc].items(), key=lambda one: (one[1], -one[0]), default=(NONE, 0))[0]
        for doc, count in lost.items()
        if count == characters[doc]
    }


def ids_of(decision: Decision, path: str | os.PathLike[str]) -> bytes:
    """Return the documents that go whole, and what keeps them, in the format of a file's name."""
    found = keepers_of(decision)
    suffix = os.path.splitext(os.fspath(path))[1].lower()  # noqa: PTH122 - of a name
    if suffix == ".jsonl":
        return b"".join(dump(row) for row in _rows(decision, found))
    if suffix == ".parquet":
        return _parquet(decision, found)
    names = ("\t".join(map(in_one_line, _parts(decision, doc))) for doc in found)
    return b"".join(f"{name}\n".encode("utf-8", "surrogateescape") for name in names)


def _rows(decision: Decision, found: KeeperOf) -> Iterator[dict[str, Any]]:
    """Yield a row for each document that goes whole or keeps one, in Order."""
    copies = defaultdict(list)
    for doc, keeper in found.items():
        copies[keeper].append(doc)
    copies.pop(NONE, None)
    for doc in sorted({*found, *copies}):
        keeper = found.get(doc, NONE)
        yield {
            **_name(decision, doc),
            "removed": doc in found,
            "keeper": None if keeper == NONE else _name(decision, keeper),
            "copies": [_name(decision, copy) for copy in copies.get(doc, ())],
        }


def _parquet(decision: Decision, found: KeeperOf) -> bytes:
    """Return the rows as a Parquet file; names are as they are shown."""
    import pyarrow as pa
    from pyarrow import parquet

    name = pa.struct([("document", pa.string()), ("record", pa.string())])
    schema = pa.schema(
        [
            *name,
            pa.field("removed", pa.bool_(), nullable=False),
            ("keeper", name),
            ("copies", pa.list_(name)),
        ]
    )
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(list(_rows(decision, found)), schema), out)
    return out.getvalue()


def _name(decision: Decision, doc: int) -> Mapping[str, str | None]:
    path, *record = _parts(decision, doc)
    return {**name_to_json(path), "record": shown(record[0]) if record else None}


def _parts(decision: Decision, doc: int) -> list[str]:
    """Return the path of a document, and its record where it is one of several."""
    facts = decision.facts
    return [part for part in (facts.path[doc], facts.record[doc]) if part]
