"""The words of reports for people: counts, places, likeness, kinds. English, and never jargon."""

from __future__ import annotations

from itertools import pairwise
from math import floor
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from dedup.cleaning.ledger import Keeper
    from dedup.cleaning.ledger import Line as LedgerLine
    from dedup.group import Group, Name, Occurrence, Part
    from dedup.report import Extent, Incoming, Report
    from dedup.verdict import Checked

KINDS = {
    ("within", "block"): "repeated inside one document",
    ("across", "block"): "repeated across documents",
    ("boilerplate", "block"): "boilerplate: a paragraph of many documents",
    ("within", "passage"): "a passage repeated inside one document",
    ("across", "passage"): "a passage repeated across documents",
    ("within", "template"): "a template filled in again inside one document",
    ("across", "template"): "a template filled in again across documents",
}
"""What groups are called, by their kind and by `sort_of`."""

_DECIDING = 12
"""Words that are named of those by which texts of one template differ."""

_NAMED = 8
"""Stretches of paragraphs that are named one by one."""
_WITHIN_WORDS = 50
"""Fewest words of a passage within one document, as `stages/passages.py` has it."""


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number and what it counts: `1 word`, `1,106 characters`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def runs_of_sentences(number: int) -> str:
    """Return what a clean took out of the paragraphs of passages: `3 runs of sentences`."""
    return counted(number, "run of sentences", "runs of sentences")


def percent(share: float) -> str:
    """Return a share with one decimal, rounded down: only all of it is 100%."""
    tenths = floor(share * 1000 + 1e-9)
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths / 10}%"


def ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `3rd`, `4th`."""
    last = 0 if number % 100 in {11, 12, 13} else number % 10
    return f"{number:,}" + {1: "st", 2: "nd", 3: "rd"}.get(last, "th")


def ranged(one: str, extent: tuple[int, int]) -> str:
    """Return `line 3`, or `lines 3 to 6` with a dash."""
    first, last = extent
    return f"{one} {first:,}" if first == last else f"{one}s {first:,}\u2013{last:,}"


def alone_in(group: Group, place: Occurrence) -> str:
    """Name the paragraphs inside a place that are paired with none of its group, if there are."""
    copies = group.copies if place.keeper else (place,)
    if not all(copy.paired for copy in copies):
        return ""
    side = 0 if place.keeper else 1
    paired = {pair[side] for copy in copies for pair in copy.paired}
    first, last = place.paragraphs
    alone = [no for no in range(first, last + 1) if no not in paired]
    if not alone:
        return ""
    breaks = [at for at in range(1, len(alone)) if alone[at] != alone[at - 1] + 1]
    runs = [(alone[a], alone[b - 1]) for a, b in pairwise([0, *breaks, len(alone)])]
    names = [f"{a:,}" if a == b else f"{a:,}\u2013{b:,}" for a, b in runs]
    if len(names) > _NAMED:
        names[_NAMED:] = ["others"]
    said = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"paragraph{'s'[: len(alone) > 1]} {said} stand{'s'[: len(alone) == 1]} only here"


def where(place: Occurrence | Part) -> str:
    """Return the paragraphs of a place, and its lines where they are numbered otherwise."""
    paragraphs = ranged("paragraph", place.paragraphs)
    if place.lines == place.paragraphs:
        return paragraphs
    return f"{paragraphs}, {ranged('line', place.lines)}"


def named(
    name: Checked | Extent | Incoming | Keeper | LedgerLine | Name | Occurrence,
) -> str:
    """Return the document, with its record where it has one."""
    return name.document if name.record is None else f"{name.document}, record {name.record}"


def label_of(group: Group, number: int) -> str:
    """
    Name the place of a group by its number, from 1.

    `first` is said where that is known: inside a document, and by date. Else places are numbered.
    """
    known = group.kind == "within" or bool(group.keeper.date)
    return "first" if number == 1 and known else ordinal(number)


def about(place: Occurrence) -> str:
    """Return the date of a place's document and its first line, of a report by date."""
    if place.date is None:
        return ""
    line = f"\u201c{place.first_line}\u201d" if place.first_line else ""
    return ", ".join(filter(None, (place.date or "no date", line)))


def at(place: Occurrence) -> str:
    """Return a place as `path:line`, a line of the file, which editors and terminals open."""
    if place.record is None:
        return f"{place.document}:{place.lines[0]}"
    line = f":{place.file_line}" if place.file_line else ""
    return f"{place.document}{line}, record {place.record}"


def sort_of(group: Group) -> tuple[str, str]:
    """Return the kind of a group and its unit, of a template `template`."""
    return group.kind, "template" if group.template else group.unit


def kind_word(group: Group) -> str:
    """Say what a group is."""
    return KINDS.get(sort_of(group), group.kind)


def told_apart(group: Group) -> str:
    """Say by which words the texts of one template differ."""
    words = ", ".join(group.deciding[:_DECIDING])
    more = ", …" if len(group.deciding) > _DECIDING else ""
    return f"Similar, and no copies: numbers and names differ ({words}{more})."


def likeness_word(copy: Occurrence) -> str:
    """Say how much of a copy is the same."""
    if copy.identical:
        return "identical"
    if copy.similarity == 1:
        return "the same words, written differently"
    return f"{'at least ' if copy.bound else ''}{percent(copy.similarity)} alike"


def short_id(group_id: str) -> str:
    """Return as much of an id as `--group` needs, as long as ids are random."""
    return group_id if "-" in group_id else group_id[:8]


def headline(report: Report) -> str:
    """Say in one sentence what was found; what only lies inside a copy is not counted as one."""
    summary = report.summary
    read = counted(summary.documents, "document" if report.incoming is None else "new document")
    if report.settings.get("unit") == "document":
        return near_documents(report, read)
    # Nothing, or nothing but templates.
    groups = [group for group in report.groups if group.kind != "boilerplate"]
    sections = [group for group in groups if not group.template]
    templates = counted(len(groups) - len(sections), "template")
    if groups and not sections:
        return f"No copies in {read}, but {templates} filled in with other numbers and names."
    if not sections:
        return _nothing(report, read)
    # Sections: a single one by its size, else by what they hold together.
    found = f"{counted(len(sections), 'repeated section')} in {read}"
    if len(sections) == 1:
        [group] = sections
        if not any(alone_in(group, place) for place in group.occurrences):
            return f"{found}: {keeper_length(group)}."
    passages = sum(group.unit == "passage" for group in sections)
    if passages == len(sections):
        return f"{found}, all of them passages: no whole paragraph is a copy."
    share = summary.repeated_characters / summary.characters if summary.characters else 0
    paragraphs = counted(summary.repeated_paragraphs, "paragraph")
    characters = counted(summary.repeated_characters, "character")
    others = [counted(passages, "passage")] * bool(passages)
    others += [templates] * (len(groups) > len(sections))
    besides = f", besides {' and '.join(others)}" if others else ""
    copied = f"{paragraphs} and {characters} are copies"
    return f"{found}: {copied}, {percent(share)} of the text{besides}."


def near_documents(report: Report, read: str) -> str:
    """Say how many of the documents that were `read` resemble an earlier one as a whole."""
    found = sum(len(near.copies) for near in report.documents or ())
    verb = "resembles" if found == 1 else "resemble"
    least = percent(cast("float", report.settings.get("document_threshold", 0)))
    number = f"{found:,}" if found else "None"
    return f"{number} of {read} {verb} an earlier one, by {least} of their word 3-grams and more."


def _nothing(report: Report, read: str) -> str:
    """Say that there are no sections, and what stands again all the same."""
    short, least = report.summary.short_repeats, report.settings.get("min_group_words", 20)
    apart = ", boilerplate apart" if report.groups else ""
    if report.documents:
        return f"No section is repeated{apart}; {near_documents(report, read)}"
    if not short:
        return f"{'Nothing but boilerplate' if apart else 'Nothing'} is repeated in {read}."
    stand = f"{counted(short, 'short paragraph')} {'stands' if short == 1 else 'stand'} again"
    what = f"Nothing of {counted(cast('int', least), 'word')} or more is repeated in {read}{apart}"
    return f"{what}; {stand} (--min-words and --min-group-words find them)."


def not_sought(report: Report) -> str:
    """Say of a report without sections what was not looked for; else nothing."""
    if report.settings.get("unit") == "document":
        return "Paragraphs are not compared (--unit both)."
    if any(group.kind != "boilerplate" for group in report.groups):
        return ""
    if report.settings.get("passages") == "off":
        return "Repeats across the borders of paragraphs are not looked for (--passages on)."
    least = max(_WITHIN_WORDS, cast("int", report.settings.get("min_group_words", 0)))
    return (
        f"Inside one text, repeats of fewer than {counted(least, 'word')} across paragraphs "
        "are not looked for."
    )


def keeper_length(group: Group) -> str:
    """Say how long a group's keeper is."""
    return ", ".join(
        (
            counted(group.paragraphs, "paragraph"),
            counted(group.words, "word"),
            counted(group.characters, "character"),
        )
    )
