"""
Sample of removals -> the sheet that a person judges: CSV for a spreadsheet, or a page to read.

The page says the same with the words marked that only one side has; verdicts go into the CSV.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from dedup.cleaning.precision import END, NUMBER, START, VERDICT
from dedup.escaping import shown_in_csv
from dedup.reports.csv import defused
from dedup.reports.diff import compare
from dedup.reports.html.compared import stretches
from dedup.reports.html.page import page
from dedup.reports.wording import counted, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.cleaning.audit import Audit
    from dedup.cleaning.precision import Precision
    from dedup.cleaning.results import Removal

COLUMNS = (
    VERDICT,
    NUMBER,
    "goes",
    "stays",
    "reason",
    "similarity",
    "document",
    "record",
    START,
    END,
    "keeper_document",
    "keeper_record",
)
_LONGEST = 10_000
"""Characters of a text in a cell: a spreadsheet takes 32,767, a person reads fewer."""


def audit_to_csv(audit: Audit) -> str:
    """Return the sheet as CSV for a spreadsheet: a removal a row, its verdict still to be given."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for removal in audit.removals:
        writer.writerow(map(defused, _row(removal)))
    return "\ufeff" + out.getvalue()


def _row(removal: Removal) -> Iterator[object]:
    line, keeper = removal.line, removal.line.keeper
    yield from ("", removal.number, _text(line.text), _text(removal.kept or ""))
    yield from (line.reason, line.similarity)
    yield from (shown_in_csv(line.document), shown_in_csv(line.record or ""), line.start, line.end)
    yield from map(shown_in_csv, (keeper.document, keeper.record or "") if keeper else ("", ""))


def _text(text: str) -> str:
    """Return a text for a cell, its middle left out where it is very long."""
    text = text.strip()
    if len(text) > _LONGEST:
        half = _LONGEST // 2
        text = f"{text[:half]}\n[…]\n{text[-half:]}"
    return shown_in_csv(text)


def audit_to_html(audit: Audit) -> str:
    """Return the same sample as one HTML file, what goes beside what stays, word by word."""
    removals = [
        {
            "number": removal.number,
            "stratum": str(removal.stratum),
            "similarity": removal.line.similarity,
            "document": named(removal.line),
            "keeper": named(removal.line.keeper) if removal.line.keeper else "",
            "stretches": stretches(compare(removal.line.text.strip(), removal.kept or "")),
        }
        for removal in audit.removals
    ]
    return page(
        "audit.html",
        ["dedup audit"],
        said=f"{len(audit.removals):,} of {counted(sum(audit.sizes.values()), 'removal')}",
        removals=removals,
        strata=[(str(stratum), size) for stratum, size in audit.sizes.items()],
    )


def precision_lines(found: Precision) -> Iterator[str]:
    """Yield what the verdicts say, a line each: of all, then of each stratum."""
    yield str(found)
    for one in found.strata:
        share = f", {one.right / one.judged:.3f}" if one.judged else ""
        yield (
            f"  {one.stratum}: {one.right:,} of {one.judged:,} judged are right{share}; "
            f"{counted(one.removals, 'removal')}"
        )
    if found.open:
        yield f"{counted(found.open, 'row of the sheet has', 'rows of the sheet have')} no verdict"
    left_out = sum(one.removals for one in found.strata if not one.judged)
    if left_out:
        what = counted(left_out, "removal lies", "removals lie")
        yield f"{what} where nothing was judged: the precision does not speak of them"
