"""
Keep rules: which document keeps its copy of a text that stands in several.

    first, last          the first, the last one in Order
    longest              the one of most characters
    oldest:FIELD         the one of the earliest, newest:FIELD of the latest date in a field;
    newest:FIELD         those without a date that can be read rank last
    prefer:GLOB,GLOB     files that fit the first glob, then the second, then all others

Rules stand with commas between, each decides where those before it do not, and Order at the end.
Commas stand between globs too: an item that is no rule goes on with the `prefer` before it, so a
glob with the name of a rule is written `[f]irst`.

A rule gives every document a rank, the lowest first. Rules look at documents only, never at
paragraphs, so that the choice is one order of the documents.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.cleaning import dates
from dedup.errors import SettingsError
from dedup.formats import fits
from dedup.settings import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dedup.cleaning.dates import Dates
    from dedup.formats import Source
    from dedup.model import I8, I64, Facts

FIRST, PREFER = "first", "prefer"
PLAIN: dict[str, Callable[[Facts], I64]] = {
    FIRST: lambda facts: np.arange(len(facts), dtype=np.int64),
    "last": lambda facts: -np.arange(len(facts), dtype=np.int64),
    "longest": lambda facts: -facts.characters,
}
"""The rank of each document by rules without an argument."""
DATED = {"oldest": 1, "newest": -1}
FORMS = (*PLAIN, *(f"{name}:FIELD" for name in DATED), "prefer:GLOB")


class Rule(NamedTuple):
    """One rule."""

    name: str
    argument: str = ""
    """The field, or the globs with commas between."""

    def __str__(self) -> str:
        """Give the rule as the ledger names it."""
        return f"{self.name}:{self.argument}" if self.argument else self.name


@cache
def parse(keep: str) -> tuple[Rule, ...]:
    """Read keep rules; Order (`first`) always is among them. Raises `SettingsError`."""
    rules: list[Rule] = []
    for item in (part.strip() for part in keep.split(",")):
        name, _, argument = item.partition(":")
        if name in DATED or name == PREFER:
            if not argument:
                form = next(form for form in FORMS if form.startswith(name))
                raise SettingsError(f"keep is {keep!r}: write {form}")
            rules.append(Rule(name, argument))
        elif item in PLAIN:
            rules.append(Rule(item))
        elif item and rules and rules[-1].name == PREFER:
            rules[-1] = Rule(PREFER, f"{rules[-1].argument},{item}")
        else:
            near = nearest(name, [*PLAIN, *DATED, PREFER])
            raise SettingsError(f"keep is {item!r}: give rules of {', '.join(FORMS)}{near}")
    return tuple(rules) if Rule(FIRST) in rules else (*rules, Rule(FIRST))


def fields(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Give the fields whose dates the rules compare, each once."""
    return tuple(dict.fromkeys(rule.argument for rule in rules if rule.name in DATED))


def ranks(
    rules: Iterable[Rule], facts: Facts, dated: Mapping[str, Dates], sources: Sequence[Source]
) -> list[I64]:
    """Rank the documents by each rule; `dated` has the dates of `fields(rules)`."""
    return [_rank(rule, facts, dated, sources) for rule in rules]


def places(ranks: Sequence[I64]) -> I64:
    """Give each document its place in keep order, from 0."""
    order = np.lexsort(ranks[::-1])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def decided(ranks: Sequence[I64], kept: I64, gone: I64, order: int) -> I8:
    """Give the number of the rule that ranked one document before the other; `order` for none."""
    rule = np.full(len(kept), order, np.int8)
    for number in reversed(range(len(ranks))):
        rule[ranks[number][kept] < ranks[number][gone]] = number
    return rule


def _rank(rule: Rule, facts: Facts, dated: Mapping[str, Dates], sources: Sequence[Source]) -> I64:
    if rule.name in DATED:
        stamps = dated[rule.argument].stamps
        return np.where(stamps == dates.NONE, dates.LAST, stamps * DATED[rule.name])
    if rule.name == PREFER:
        return _preferred(rule.argument.split(","), facts, sources)
    return PLAIN[rule.name](facts)


def _preferred(globs: Sequence[str], facts: Facts, sources: Sequence[Source]) -> I64:
    """Give the number of the first glob that a document's file fits; their count for none."""
    known = {
        source.path.encode("utf-8", "surrogatepass"): next(
            (n for n, glob in enumerate(globs) if fits(glob, source.path, source.below)), len(globs)
        )
        for source in sources
    }
    return np.fromiter((known[path] for path in facts.path.raws()), np.int64, len(facts))
