"""
Policy: what `clean` may remove, and by the keep rules which document keeps its copy of a text.

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

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Self

import numpy as np

from dedup.errors import SettingsError
from dedup.formats import fits
from dedup.settings import SHARES, check_types, nearest, one_of
from dedup.text import dates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dedup.formats import Source
    from dedup.model import I8, I64, Facts
    from dedup.text.dates import Dates


SCOPES = ("all", "within", "across")
EXACT, EQUAL, NEAR, MATCH = REMOVE = "exact", "equal", "near", "match"
"""What may go, the least first."""
PARAGRAPH, DOCUMENT, BOTH = UNITS = ("paragraph", "document", "both")
"""What goes: paragraphs, whole documents, or whole documents and then paragraphs."""
BOILERPLATE = ("keep", "first", "remove")
PASSAGES = ("off", "on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is removed. Raises `SettingsError` for a value that a field cannot have."""

    keep: str = "first"
    """Keep rules with commas between: which documents keep their copies."""
    scope: str = "all"
    """Copies `within` one document, `across` documents, or all."""
    remove: str = EQUAL
    """What may go for what stays: an `exact` copy, one of `equal` words and signs, a `near` one, or
    any `match`."""
    boilerplate: str = "keep"
    """Boilerplate stays (`keep`), is treated like all else (`first`), or goes (`remove`)."""
    unit: str = PARAGRAPH
    """What goes: paragraphs, whole documents that resemble one that stays, or `both`."""
    passages: str = "off"
    """`on`: whole sentences that are repeated across paragraph borders go too."""
    drop_document_over: Annotated[float, SHARES["drop_document_over"]] | None = None
    """A document of which this share of the characters went is dropped whole."""
    max_removed: Annotated[float, SHARES["max_removed"]] | None = None
    """The guard: the highest share of the characters that may go; `None` for the default."""
    source_field: str | None = None
    """The field that names the source which the guard counts a document to; `None`: its folder."""

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        check_types(self)
        one_of("scope", self.scope, SCOPES)
        one_of("remove", self.remove, REMOVE)
        one_of("boilerplate", self.boilerplate, BOILERPLATE)
        one_of("passages", self.passages, PASSAGES)
        one_of("unit", self.unit, UNITS)
        parse_rules(self.keep)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """
        Build a policy from options as the command line or a configuration file gives them.

        Names may have `-` for `_`, shares may be texts such as `30%`, `None` is the default.
        Raises `SettingsError`.
        """
        known = {f.name: f for f in fields(cls)}
        given: dict[str, Any] = {}
        for key, value in values.items():
            name = key.replace("-", "_")
            if name not in known:
                raise SettingsError(f"unknown key {key!r}{nearest(name, known)}")
            if value is not None:
                given[name] = value
        return cls(**given)

    @property
    def keep_rules(self) -> tuple[Rule, ...]:
        """The keep rules, the first one first; Order (`first`) always is among them."""
        return parse_rules(self.keep)

    @property
    def rules(self) -> tuple[str, ...]:
        """The same as the ledger names them."""
        return tuple(map(str, self.keep_rules))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of records that it looks at."""
        own = (self.source_field,) if self.source_field else ()
        return tuple(dict.fromkeys((*dated_fields(self.keep_rules), *own)))


FIRST, PREFER = "first", "prefer"
PUBLISHED = "published"
"""What the ledger names as the rule where the keeper is published: only read, and kept."""
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
        """Return the rule as the ledger names it."""
        return f"{self.name}:{self.argument}" if self.argument else self.name


@cache
def parse_rules(keep: str) -> tuple[Rule, ...]:
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


def dated_fields(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the fields whose dates the rules compare, each once."""
    return tuple(dict.fromkeys(rule.argument for rule in rules if rule.name in DATED))


def ranks_by(
    rules: Iterable[Rule], facts: Facts, dated: Mapping[str, Dates], sources: Sequence[Source]
) -> list[I64]:
    """
    Rank the documents by each rule; `dated` has the dates of `dated_fields(rules)`.

    What is published ranks before all else by every rule.
    """
    ranks = [_rank(rule, facts, dated, sources) for rule in rules]
    published = facts.published != 0
    if published.any():
        ranks = [np.where(published, rank.min() - 1, rank) for rank in ranks]
        ranks.append(PLAIN[FIRST](facts))
    return ranks


def keep_order(ranks: Sequence[I64]) -> I64:
    """Return the place of each document in keep order, from 0."""
    order = np.lexsort(ranks[::-1])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def deciding_rules(ranks: Sequence[I64], kept: I64, gone: I64, order: int) -> I8:
    """Return the number of the rule that ranked one document before the other; `order` for none."""
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
    """Return the number of the first glob that a document's file fits; their count for none."""
    known = {
        source.path.encode("utf-8", "surrogatepass"): next(
            (n for n, glob in enumerate(globs) if fits(glob, source.path, source.below)), len(globs)
        )
        for source in sources
    }
    return np.fromiter((known[path] for path in facts.path.raws()), np.int64, len(facts))
