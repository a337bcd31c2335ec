"""
Report -> what a notebook shows of it: a headline and the first groups, as a small table.

The page around it has its own colours, light or dark: nothing here sets one but greys that can be
read on both. All texts and names are escaped, and what would hide in them is shown.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from dedup.reports.visible import visible
from dedup.reports.wording import counted, kind_word, named, percent, ranged
from dedup.text.lines import excerpt

if TYPE_CHECKING:
    from dedup.group import Group
    from dedup.report import Report

_SHOWN = 5
"""Groups in the table."""
_EXCERPT = 100
"""Characters of a group's text."""
_CELL = "text-align:left;vertical-align:top;padding:.3em .8em .3em 0;background:none;"
_NUMBER = _CELL.replace("left", "right", 1)
_LINE = "border-bottom:1px solid rgba(128,128,128,.35)"
_SOFT = "opacity:.7"


def summary(report: Report) -> str:
    """Say in a few words what is in a report."""
    kinds = Counter("template" if group.template else group.kind for group in report.groups)
    each = ", ".join(f"{kinds[kind]:,} {kind}" for kind in sorted(kinds))
    groups = counted(len(report.groups), "group") + (f" ({each})" if each else "")
    read = counted(
        report.summary.documents, "document" if report.incoming is None else "new document"
    )
    return f"{groups} in {read}, {percent(report.duplicate_ratio)} of the text are copies"


def notebook_html(report: Report) -> str:
    """Return a headline, and a table of the groups with most words."""
    # What was found, in one sentence.
    shown = sorted(report.groups, key=lambda group: -group.words)[:_SHOWN]
    said = summary(report)
    parts = [
        f'<p style="margin:.2em 0"><strong>{escape(said[:1].upper() + said[1:])}.</strong></p>'
    ]
    # A table of the groups with most words.
    if shown:
        heads = "".join(
            f'<th style="{style}{_LINE}">{head}</th>'
            for head, style in (
                ("kind", _CELL),
                ("words", _NUMBER),
                ("places", _NUMBER),
                ("alike", _NUMBER),
                ("kept place", _CELL),
                ("text", _CELL),
            )
        )
        rows = "".join(map(_row, shown))
        parts.append(
            '<table style="border-collapse:collapse;border:none">'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )
    # What the table leaves out.
    left = len(report.groups) - len(shown)
    more = f"{counted(left, 'more group')}: " if left else ""
    hint = f"{more}<code>.groups</code> has them all, <code>.to_frame()</code> each place as a row."
    if shown:
        parts.append(f'<p style="margin:.2em 0;{_SOFT}">{hint}</p>')
    return f"<div>{''.join(parts)}</div>"


def _row(group: Group) -> str:
    """Return a group as a row."""
    keeper = group.keeper
    places = group.count or len(group.occurrences)
    where = f"{named(keeper)}, {ranged('paragraph', keeper.paragraphs)}"
    cells = (
        (kind_word(group).partition(":")[0], _CELL, ""),
        (f"{group.words:,}", _NUMBER, ""),
        (f"{places:,}", _NUMBER, ""),
        (percent(group.similarity), _NUMBER, ""),
        (where, _CELL, ""),
        (excerpt(keeper.text, _EXCERPT), _CELL, ' dir="auto"'),
    )
    return (
        "<tr>"
        + "".join(
            f'<td style="{style}{_LINE}"{more}>{escape(visible(text))}</td>'
            for text, style, more in cells
        )
        + "</tr>"
    )
