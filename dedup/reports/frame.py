"""Report -> Arrow table: each place of each group is a row, for frames of any library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from dedup.escaping import shown

if TYPE_CHECKING:
    from dedup.report import Report

SCHEMA = pa.schema(
    [
        pa.field("group", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("keeper", pa.bool_(), nullable=False),
        pa.field("document", pa.string(), nullable=False),
        pa.field("record", pa.string()),
        pa.field("first_paragraph", pa.int64(), nullable=False),
        pa.field("last_paragraph", pa.int64(), nullable=False),
        pa.field("first_line", pa.int64(), nullable=False),
        pa.field("last_line", pa.int64(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
        pa.field("similarity", pa.float64(), nullable=False),
        pa.field("identical", pa.bool_(), nullable=False),
        pa.field("fingerprint", pa.string()),
        pa.field("text", pa.large_string(), nullable=False),
        pa.field("template", pa.bool_(), nullable=False),
        pa.field("deciding", pa.list_(pa.string()), nullable=False),
    ]
)
"""Numbers of paragraphs and lines count from 1, `start` and `end` are code points from 0."""


def to_frame(report: Report) -> pa.Table:
    """Return the places of all groups in the order of the report, keepers before their copies."""
    # A row a place,
    rows = [
        (
            group.id,
            group.kind,
            group.unit,
            place.keeper,
            shown(place.document),
            place.record,
            *place.paragraphs,
            *place.lines,
            place.start,
            place.end,
            place.similarity,
            place.identical,
            place.fingerprint,
            shown(place.text),
            group.template,
            [shown(word) for word in group.deciding],
        )
        for group in report.groups
        for place in group.occurrences
    ]
    # as columns of the schema.
    columns = zip(*rows, strict=True) if rows else ([] for _ in SCHEMA)
    arrays = [pa.array(list(c), f.type) for c, f in zip(columns, SCHEMA, strict=True)]
    return pa.table(arrays, SCHEMA)
