"""
Report -> Markdown for pull requests and wikis: CommonMark with tables, and a few tags of HTML.

What texts and names contain is written so that it is shown as it stands: no markup, no link, no
mention of a person or an issue. A comment takes about 65,000 characters, so groups are left out,
with a count, from `ROOM` bytes on.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dedup.reports.diff_page import diff_headline as headline_of
from dedup.reports.overview import copied_documents, kinds, length_counts, likeness_counts, listed
from dedup.reports.places import lines_of, where_of
from dedup.reports.repeated import difference, either, rest, rests
from dedup.reports.resembling import compared
from dedup.reports.view import View, ordered_groups
from dedup.reports.visible import visible
from dedup.reports.wording import (
    at,
    counted,
    headline,
    keeper_length,
    kind_word,
    label_of,
    named,
    near_documents,
    not_sought,
    ordinal,
    percent,
    ranged,
    told_apart,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dedup.group import Group, Name
    from dedup.report import Report
    from dedup.reports.diff import Diff
    from dedup.reports.places import Where
    from dedup.reports.repeated import Rest

ROOM = 60_000
"""Bytes of a page where nobody said how many groups it is to hold."""
_PLACES = 20
"""Places that are listed of one group."""
_COMPARED = 3
"""Changed copies of one group that are shown."""
_LINES = 60
"""Lines of one text."""
_ROWS = 20
"""Rows of a table."""

_MARKUP = re.compile(r"[\\`*_\[\]<>|~$&^]|[@#](?=\w)|:(?=[^\W\d]|[/+])|(?<=www)\.", re.IGNORECASE)
"""What Markdown reads as markup, and what sites link or draw: people, issues, addresses, emoji."""
_BEGINNING = re.compile(r"^(?=[-+](?:[\s-]|$)|[=#]|[0-9]+[.)](?:\s|$))")
"""Where a line would become a list or a heading."""
_APART = "&#8203;"
"""A space without width."""


def to_markdown(
    report: Report, view: View | None = None, texts: Mapping[Name, str] | None = None
) -> str:
    """
    Return a report as Markdown. Raises `SettingsError` for a group that is not there.

    `texts` are those of documents that resemble each other, to show how they differ.
    """
    view = view or View()
    groups = ordered_groups(report, view)
    if view.group is not None:
        return "\n".join(_group(groups[0], 1, everything=True))
    head = "\n".join((*_head(report), *_resembling(report, texts or {})))
    tail = "\n".join(_skipped(report))
    room = ROOM - len((head + tail).encode())
    shown: list[str] = []
    for number, group in enumerate(groups[: view.top or None], 1):
        text = "\n".join(_group(group, number, everything=False))
        room -= len(text.encode())
        if room < 0 and not view.top:
            break
        shown.append(text)
    if left := len(groups) - len(shown):
        shown.append(
            f"\u2026 {counted(left, 'more group is', 'more groups are')} not shown:"
            " `--top N` shows N of them, `--group ID` one, `--format html` or `csv` all.\n"
        )
    return "\n".join(filter(None, (head, *shown, tail)))


def escaped(text: str) -> str:
    """Write one line so that Markdown shows it as it stands, wherever in a line it comes."""
    return _BEGINNING.sub(_APART, _MARKUP.sub(_harmless, visible(text).strip()))


def _harmless(found: re.Match[str]) -> str:
    """Write markup as a reference to its character; part a sign that links from what follows."""
    sign = found[0]
    return sign + _APART if sign in "@#:." else f"&#{ord(sign)};"


def _head(report: Report) -> Iterator[str]:
    """Yield the overview."""
    summary = report.summary
    yield f"### {escaped(headline(report))}\n"
    read = f"{counted(summary.paragraphs, 'paragraph')}, {counted(summary.words, 'word')} read"
    against = counted(summary.published, "published document")
    yield f"{read}{f'; compared with {against}' if summary.published else ''}.\n"
    if limits := not_sought(report):
        yield f"{escaped(limits)}\n"
    if found := kinds(report):
        rows = [(k.name, f"{k.groups:,}", f"{k.copies:,}", f"{k.words:,}") for k in found]
        yield from _table(("groups by kind", ">groups", ">copies", ">words in copies"), rows)
        if by_length := listed(length_counts(report)):
            yield f"By length: {by_length}. By likeness: {listed(likeness_counts(report))}.\n"
    yield from _documents(report)


def _documents(report: Report) -> Iterator[str]:
    """List the new documents of a check, and the documents that are copies."""
    new = [one for one in report.incoming or () if one.share]
    if new:
        shares = [(percent(one.share), escaped(named(one))) for one in new[:_ROWS]]
        yield from _table((">found elsewhere", "new document"), shares)
        yield from _more(len(new) - len(shares), "more new document")
    copies = copied_documents(report)
    if copies:
        rows = [
            (
                percent(c.extent.copied),
                escaped(named(c.extent)),
                escaped(named(c.source)) if c.source else "",
            )
            for c in copies[:_ROWS]
        ]
        yield from _table((">copied", "document", "most of it from"), rows)
        yield from _more(len(copies) - len(rows), "more document")


def _resembling(report: Report, texts: Mapping[Name, str]) -> Iterator[str]:
    """List the documents that resemble an earlier one, and show how the first of them differ."""
    pairs = compared(report, texts)
    if not pairs:
        return
    if report.settings.get("unit") != "document":
        said = near_documents(report, counted(report.summary.documents, "document"))
        yield f"{escaped(said)}\n"
    rows = [
        (percent(copy.resemblance), escaped(named(copy.name)), escaped(named(keeper)))
        for keeper, copy, _ in pairs[:_ROWS]
    ]
    yield from _table((">resemblance", "document", "kept: the earlier one"), rows)
    yield from _more(len(pairs) - len(rows), "more such document")
    for keeper, copy, found in pairs[:_COMPARED]:
        if found is not None:
            share = f"{percent(found.same_words)} of the words are the same"
            names = f"{escaped(named(copy.name))} beside {escaped(named(keeper))}"
            yield f"<details><summary>{names} \u00b7 {share}</summary>\n"
            yield from _quoted(_marked(_changes(found)), everything=False)
            yield "</details>\n"
    if not any(found for _, _, found in pairs[:_COMPARED]):
        yield "Each pair word by word: `dedup diff A B`, with these names.\n"


def _more(number: int, one: str, many: str = "") -> Iterator[str]:
    """Count what is not shown."""
    if number > 0:
        yield f"\u2026 {counted(number, one, many)}.\n"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield a table of cells that are escaped already; a title after `>` is set flush right."""
    yield f"| {' | '.join(title.removeprefix('>') for title in head)} |"
    yield f"| {' | '.join('---:' if title.startswith('>') else '---' for title in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _group(group: Group, number: int, *, everything: bool) -> Iterator[str]:
    """Yield a group: its places, its text, and what its copies change; folded where a site can."""
    about = f"{kind_word(group)} \u00b7 {keeper_length(group)} \u00b7 {escaped(at(group.keeper))}"
    opened = " open" if everything else ""
    yield f"<details{opened}><summary><b>{number}</b> \u00b7 {about}</summary>\n"
    shown = group.occurrences if everything else group.occurrences[:_PLACES]
    rows = [_row(where_of(group, n, place)) for n, place in enumerate(shown, 1)]
    yield from _table(("", "place", "paragraphs and lines", "alike"), rows)
    yield from _more((group.count or len(group.occurrences)) - len(shown), "more place")
    if group.template:
        yield f"{escaped(told_apart(group))}\n"
    changed = [(n, copy) for n, copy in enumerate(group.copies, 2) if not copy.identical]
    if not (len(changed) == len(group.copies) == 1 and group.copies[0].of is None):
        lines = (escaped(line) for _, line in lines_of(group.keeper) if line.strip())
        text = _within(lines, (rest(group.keeper),))
        yield from _quoted(text, everything=everything)
    for n, copy in changed if everything else changed[:_COMPARED]:
        found = difference(group, copy)
        share = f"{percent(found.same_words)} of the words are the same"
        first = label_of(group, 1)
        yield f"<del>only the {first}</del> <ins>only the {ordinal(n)}</ins> \u00b7 {share}\n"
        around = rests(group, copy)
        yield from _quoted(_within(_marked(found), around), everything=everything)
    if not everything:
        yield from _more(len(changed) - _COMPARED, "more changed copy", "more changed copies")
    yield f"Group `{re.sub('[^0-9A-Za-z-]', '', group.id)}`\n\n</details>\n"


def _row(where: Where) -> tuple[str, str, str, str]:
    """Return the row of a place."""
    return where.label, escaped(where.name), where.part, where.alike


def _within(lines: Iterator[str], around: Sequence[Rest]) -> Iterator[str]:
    """Put around lines what stands around a passage in its sentences, at one place or at two."""
    rows = list(lines)
    if rows:
        rows[0] = _piece(either(one.before for one in around), "i") + rows[0]
        rows[-1] += _piece(either(one.after for one in around), "i")
    return iter(rows)


def diff_to_markdown(diff: Diff, names: tuple[str, str]) -> str:
    """Return a comparison of two texts, named so, as Markdown: what is the same is left out."""
    lines = [f"**{escaped(headline_of(diff))}**\n", f"A: {escaped(names[0])}  "]
    lines += [f"B: {escaped(names[1])}\n"]
    changed = _changes(diff)
    if changed.parts:
        lines += _quoted(_marked(changed), everything=True)
    return "\n".join(lines)


def _changes(diff: Diff) -> Diff:
    """Return a comparison without what is the same."""
    return replace(diff, parts=tuple(part for part in diff.parts if part.kind != "equal"))


def _marked(diff: Diff) -> Iterator[str]:
    """Yield the paragraphs of two texts, with what only one of them has marked."""
    tags = {"removed": "del", "added": "ins"}
    for part in diff.parts:
        text = "".join(_piece(p.b or p.a, tags.get(p.mark)) for p in part.pieces)
        if part.kind == "moved" and part.a is not None:
            text = f"(moved from {ranged('paragraph', part.a.paragraphs)}) {text}"
        if text:
            yield text


def _piece(text: str, tag: str | None) -> str:
    """Return a stretch of words, in a tag where it has one; the space around it stays outside."""
    words = " ".join(text.split())
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() and words else ""
    said = escaped(words)
    return f"{before}<{tag}>{said}</{tag}>{after}" if tag and said else f"{before}{said}{after}"


def _quoted(lines: Iterator[str], *, everything: bool) -> Iterator[str]:
    """Yield lines as paragraphs of a quotation; of many only the first."""
    known = list(lines)
    shown = known if everything else known[:_LINES]
    yield "\n>\n".join(f"> {line.rstrip()}" for line in shown) + "\n"
    yield from _more(len(known) - len(shown), "more line")


def _skipped(report: Report) -> Iterator[str]:
    """List what was not read."""
    skipped = report.summary.skipped
    if not skipped:
        return
    yield f"Not read: {counted(len(skipped), 'input')}.\n"
    for one in skipped[:_ROWS]:
        yield f"- {escaped(one.path)}: {escaped(one.why)}"
    yield ""
    yield from _more(len(skipped) - _ROWS, "more input")
