"""
A baseline: the findings that are known, so that only new ones fail.

A finding is known by its fingerprint, which is that of its text, and by how many there are of it:
a file that moves or is renamed stays quiet, a known text pasted into one more file is loud, and
what is gone is told as stale. The file has one line for each text, sorted by fingerprint, so that
a change shows as few lines; documents and text are there for people.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dedup.errors import SettingsError
from dedup.escaping import escaped, shown
from dedup.text.lines import excerpt
from dedup.verdict import Stale

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from dedup.verdict import Finding

SCHEMA = "dedup.baseline/1"
_SHOWN = 80
"""Characters of a text that people see."""
_AGAIN = "write it anew with --update-baseline"


@dataclass(frozen=True, slots=True)
class BaselineEntry:
    """A text of which some findings are known."""

    fingerprint: str
    kind: str
    count: int
    words: int
    documents: tuple[str, ...]
    """The documents that hold them, sorted."""
    text: str
    """The beginning of the text."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is known, by fingerprint."""

    entries: Mapping[str, BaselineEntry]


NOTHING = Baseline({})


def baseline_in(text: str, name: str) -> Baseline:
    """Read a baseline file. Raises `SettingsError` that names the file and what to do."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{name}: not JSON: {error}; {_AGAIN}") from error
    schema = table.get("schema") if isinstance(table, dict) else None
    if schema != SCHEMA:
        raise SettingsError(f"{name}: its schema is {schema!r}, not {SCHEMA!r}; {_AGAIN}")
    try:
        found = [_entry(one) for one in table["findings"]]
    except (KeyError, TypeError, ValueError) as error:
        why = f"a finding in it lacks something: {error}"
        raise SettingsError(f"{name}: {why}; {_AGAIN}") from error
    return Baseline({one.fingerprint: one for one in found})


def _entry(row: dict[str, Any]) -> BaselineEntry:
    """Read one line. Raises `KeyError`, `TypeError`, `ValueError`."""
    documents = tuple(map(str, row["documents"]))
    numbers = int(row["count"]), int(row["words"])
    return BaselineEntry(
        str(row["fingerprint"]), str(row["kind"]), *numbers, documents, str(row["text"])
    )


def baseline_text(baseline: Baseline) -> str:
    """Write a baseline file."""
    lines = [
        escaped(
            json.dumps(
                {
                    "fingerprint": one.fingerprint,
                    "kind": one.kind,
                    "count": one.count,
                    "words": one.words,
                    "documents": [shown(name) for name in one.documents],
                    "text": one.text,
                },
                ensure_ascii=False,
            )
        )
        for _, one in sorted(baseline.entries.items())
    ]
    inside = ",\n    ".join(lines)
    body = f"\n    {inside}\n  " if lines else ""
    return f'{{\n  "schema": "{SCHEMA}",\n  "findings": [{body}]\n}}\n'


def baseline_of(
    findings: Iterable[Finding], old: Baseline | None, judged: Callable[[BaselineEntry], bool]
) -> Baseline:
    """
    Make the baseline of some findings.

    An entry of the `old` one stays where this check cannot judge it: its documents were not read.
    """
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.fingerprint].append(finding)
    entries = {} if old is None else {f: e for f, e in old.entries.items() if not judged(e)}
    for fingerprint, same in groups.items():
        first = same[0]
        documents = {shown(finding.copy.document) for finding in same}
        kept, count = entries.get(fingerprint), len(same)
        if kept is not None:
            documents.update(kept.documents)
            count = max(count, kept.count)
        entries[fingerprint] = BaselineEntry(
            fingerprint,
            first.kind,
            count,
            len(first.copy.text.split()),
            tuple(sorted(documents)),
            excerpt(first.copy.text, _SHOWN),
        )
    return Baseline(entries)


def moved(baseline: Baseline, names: Mapping[str, str]) -> Baseline:
    """Name the documents of a baseline as `names` has them: files, or folders above them."""
    entries = {
        one.fingerprint: replace(
            one, documents=tuple(sorted(_renamed(name, names) for name in one.documents))
        )
        for one in baseline.entries.values()
    }
    return Baseline(entries)


def _renamed(document: str, names: Mapping[str, str]) -> str:
    """Return the new name of one document."""
    for old, new in names.items():
        if document == old or document.startswith(f"{old}/"):
            return new + document[len(old) :]
    return document


def known_findings(findings: Sequence[Finding], baseline: Baseline) -> set[int]:
    """
    Tell which findings, by their place in the list, the baseline has.

    Where there are more of a fingerprint than it knows, those in documents that it names come
    first, then the earlier ones.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for at, finding in enumerate(findings):
        if finding.fingerprint in baseline.entries:
            places[finding.fingerprint].append(at)
    out: set[int] = set()
    for fingerprint, same in places.items():
        entry = baseline.entries[fingerprint]
        same.sort(key=lambda at: (shown(findings[at].copy.document) not in entry.documents, at))
        out.update(same[: entry.count])
    return out


def judges(
    documents: Collection[str], gone: Callable[[str], bool], kinds: Collection[str]
) -> Callable[[BaselineEntry], bool]:
    """
    Return what tells whether a check can judge an entry of the baseline.

    It can where the kind is one that it looks at, and each document of the entry was checked or
    exists no more.
    """
    names = {shown(name) for name in documents}

    def judge(entry: BaselineEntry) -> bool:
        there = all(name in names or gone(name) for name in entry.documents)
        return entry.kind in kinds and there

    return judge


def stale(
    findings: Iterable[Finding], baseline: Baseline, judged: Callable[[BaselineEntry], bool]
) -> tuple[Stale, ...]:
    """Return the entries that stand for more findings than there are."""
    counts = Counter(finding.fingerprint for finding in findings)
    return tuple(
        Stale(fingerprint, entry.count - counts[fingerprint], entry.documents, entry.text)
        for fingerprint, entry in sorted(baseline.entries.items())
        if entry.count > counts[fingerprint] and judged(entry)
    )
