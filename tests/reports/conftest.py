"""Reports made by hand, as the pipeline would give them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dedup.group import Group, Name, Occurrence, Part
from dedup.report import (
    Extent,
    Incoming,
    NearCopy,
    NearDocuments,
    Overlap,
    Report,
    Skipped,
    Summary,
)

ROOT = Path(__file__).parents[2]
SEED = "seeds/003_de5b8be049ad9072.txt"
SETTINGS: dict[str, object] = {"threshold": 0.8, "min_words": 8, "recall": "auto"}

HOSTILE = (
    "[bold]markup[/bold] [/x] :smile: 100% \x1b[31mred\x1b]52;c;eA==\x07 \x9b31m \u202eedoc \u200b"
    "\ud800 ::error::x ##[error] \x00 \r over \u2028 \ufeff {x} [-a-] "
    "<script>alert(1)</script></textarea></style></title>--><img src=x onerror=alert(2)>"
    '<svg onload=alert(3)>\' onmouseover=\'alert(4)" autofocus onfocus="alert(5)" `x` </details>'
    " javascript:alert(6) @team #1 ](http://x.example) {{ 7 * 7 }} {% raw %} "
    f"{'W' * 300}"
)
ONE = (
    "The council met on Monday to discuss the new bridge over the river in the old town.\n"
    "It will cost 4.5 million and be ready by spring, the mayor said on Tuesday."
)
TWO = ONE.replace("4.5 million", "4.7 million").replace("on Tuesday", "late on Tuesday")
MENU = "Home | News | Sport | Contact"


def place(
    document: str,
    text: str,
    first: int = 1,
    keeper: str | None = None,
    similarity: float = 1.0,
    **more: Any,  # noqa: ANN401 - the fields of an Occurrence
) -> Occurrence:
    """Make a place of a group; a copy where its keeper's text is given."""
    last = first + text.count("\n")
    fields: dict[str, Any] = {"record": None, "start": first * 100} | more
    return Occurrence(
        document=document,
        paragraphs=(first, last),
        lines=(first, last),
        end=fields["start"] + len(text),
        similarity=similarity,
        identical=keeper is None or keeper == text,
        keeper=keeper is None,
        text=text,
        fingerprint=None if keeper is None else f"{first:016x}",
        **fields,
    )


def group(kind: str, *places: Occurrence, number: int = 1, count: int | None = None) -> Group:
    """Make a group of a keeper and its copies."""
    first, last = places[0].paragraphs
    return Group(
        id=f"{number:08x}5f0c1a2b",
        kind=kind,
        unit="block",
        paragraphs=last - first + 1,
        words=len(places[0].text.split()),
        characters=len(places[0].text),
        similarity=min(p.similarity for p in places),
        occurrences=places,
        count=count,
    )


def report(*groups: Group, **more: Any) -> Report:  # noqa: ANN401 - the fields of a Summary, a Report
    """Make a report of groups."""
    copies = [c for g in groups if g.kind != "boilerplate" for c in g.copies]
    own = {name: more.pop(name) for name in ("documents", "skipped", "buckets_cut") if name in more}
    if near := more.pop("near", None):
        more["documents"] = near
    summary = Summary(
        **{  # type: ignore[arg-type]
            "documents": 2,
            "paragraphs": 21,
            "characters": 4535,
            "words": 744,
            "groups": len(groups),
            "repeated_paragraphs": sum(c.paragraphs[1] - c.paragraphs[0] + 1 for c in copies),
            "repeated_characters": sum(len(c.text) for c in copies),
            "candidates": 7,
            "rejected": 2,
            "buckets_cut": 0,
            "skipped": (),
        }
        | own
    )
    ends: dict[Name, int] = {}
    for one in (p for g in groups for p in g.occurrences):
        name = Name(one.document, one.record)
        ends[name] = max(one.end, ends.get(name, 0))
    extents = tuple(Extent(n.document, n.record, end + 100, 0.5) for n, end in ends.items())
    return Report(
        "0.1.0", SETTINGS, summary, groups, **({"overlaps": (), "extents": extents} | more)
    )


def showcase() -> Report:
    """Make the report of `seeds/`: one article holds its paragraphs 2 to 6 again as 7 to 11."""
    text = (ROOT / SEED).read_text("utf-8")
    lines = text.split("\n")
    first, again = "\n".join(lines[1:6]), "\n".join(lines[6:11])
    start = text.index(first)
    keeper = place(SEED, first, 2, start=start)
    paired = tuple((n, n + 5) for n in range(2, 7))
    copy = place(SEED, again, 7, first, start=text.index(again, start + 1), paired=paired)
    return report(replace(group("within", keeper, copy, number=0x5F0C77AA), words=176))


def mixed() -> Report:
    """Make a report with every kind of group, overlaps and inputs that were not read."""
    keeper = place("news/a.txt", ONE, 3)
    edited = place("news/b.txt", TWO, 1, ONE, 0.9481)
    record = place("wire.jsonl", ONE, 2, ONE, record="42", file_line=43)
    cost = ONE.split("\n")[1]
    start = keeper.start + ONE.index(cost)
    part = place("c.txt", cost, 8, cost, of=Part((4, 4), (4, 4), start, start + len(cost)))
    again = place("news/a.txt", TWO, 9, ONE, 0.9481, bound=True)
    return report(
        group("across", keeper, edited, record, part, number=0xA1),
        group("within", keeper, again, number=0xB2),
        group(
            "boilerplate",
            place("a.txt", MENU),
            place("b.txt", MENU, 9, MENU),
            number=0xC3,
            count=57,
        ),
        documents=60,
        overlaps=(Overlap(Name("news/a.txt"), Name("wire.jsonl", "42"), 0.5, 0.98765),),
        skipped=(
            Skipped("x.bin", "binary"),
            Skipped("y.txt", "not UTF-8, perhaps cp1252", fault=True),
        ),
        incoming=(Incoming("news/b.txt", None, 0.8216), Incoming("wire.jsonl", "42", 0.0)),
    )


def hostile() -> Report:
    """Make a report whose texts and names do all they can."""
    text = f"{HOSTILE}\n{'one word, another word. ' * 2_500}\n\n{HOSTILE} end"
    copy = place(f"b{HOSTILE}\n.txt", text.replace("end", "End"), 7, text, 0.91, record=HOSTILE)
    keeper = place(f"a{HOSTILE}.txt", text)
    return report(
        group("across", keeper, copy),
        group("across", keeper, copy, place("c\tc", HOSTILE, 1, text, 0.81), number=2),
        group("boilerplate", keeper, number=3, count=12),
        overlaps=(Overlap(Name(keeper.document), Name(copy.document, HOSTILE), 0.123, 1.0),),
        skipped=(Skipped(HOSTILE, HOSTILE),),
    )


def resembling(unit: str = "both") -> Report:
    """Make a report of documents that resemble each other, by names that do all they can."""
    found = NearDocuments(
        Name("news/a.txt"),
        (
            NearCopy("news/b.txt", None, 0.8124, 0.9, 0.8991),
            NearCopy(f"w{HOSTILE}.jsonl", HOSTILE, 1.0, 1.0, 1.0),
        ),
    )
    made = report(near=(found,))
    return replace(made, settings=made.settings | {"unit": unit, "document_threshold": 0.7})


def many(number: int) -> Report:
    """Make a report of many sections, each longer than the one before."""
    return report(
        *(
            group(
                "across",
                place(f"{n:04}.txt", "word " * n),
                *(place(f"{n:04}.txt", "word " * n, 5 + m, "word " * n) for m in range(1 + n % 3)),
                number=n,
            )
            for n in range(1, number + 1)
        )
    )


@pytest.fixture
def made() -> SimpleNamespace:
    """Give the makers of this module."""
    return SimpleNamespace(
        place=place,
        group=group,
        report=report,
        showcase=showcase,
        mixed=mixed,
        many=many,
        resembling=resembling,
        hostile=hostile,
    )


EVERY = {
    "showcase": showcase,
    "mixed": mixed,
    "hostile": hostile,
    "many": lambda: many(60),
    "resembling": resembling,
    "documents alone": lambda: resembling("document"),
    "nothing": report,
}


@pytest.fixture(params=EVERY)
def every(request: pytest.FixtureRequest) -> Report:
    """Give each kind of report in turn."""
    return EVERY[request.param]()
