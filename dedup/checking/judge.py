"""
Report -> verdict: each finding's status, each document's share, and what is to be told.

A finding counts unless something takes it out, asked in this order: what is left out of the text
(marks, quotations, sections, paths), allowed texts, lines that were not changed, the baseline. The
first two take out text, not findings: a finding is out where of what it repeats fewer words are
left than a finding needs (`min_group_words`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from dedup import kernels
from dedup.checking.articles import is_left_out
from dedup.checking.baseline import NOTHING, baseline_of, judges, known_findings, stale
from dedup.checking.changed import touches
from dedup.checking.resembling import resembling
from dedup.checking.rules import DOCUMENTS
from dedup.group import Name
from dedup.model import ACROSS, BOILERPLATE, Strings
from dedup.report import Report, Summary
from dedup.text.spans import overlapping, united, without
from dedup.verdict import ALLOWED, IGNORED, KNOWN, NEW, UNTOUCHED, Checked, Finding, Verdict
from dedup.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dedup.checking.allow import Allowed
    from dedup.checking.articles import Article
    from dedup.checking.baseline import Baseline, BaselineEntry
    from dedup.checking.changed import Lines
    from dedup.checking.rules import Rules
    from dedup.group import Group, Occurrence
    from dedup.report import Skipped
    from dedup.settings import Settings
    from dedup.text.lines import Span

TEMPLATE = IGNORED, "of a template: its numbers and names are other ones"
"""The status of what is filled from one template, and why."""


def nothing_changed(skipped: tuple[Skipped, ...], settings: Settings, rules: Rules) -> Report:
    """Return the report of a check that has nothing to look at, judged."""
    summary = Summary(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, skipped)
    report = Report(VERSION, settings.part("detection"), summary, (), (), incoming=())
    return replace(report, verdict=judged(report, rules, {}, {}))


def judged(
    report: Report,
    rules: Rules,
    articles: Mapping[Name, Article],
    changed: Mapping[str, Lines] | None = None,
) -> Verdict:
    """
    Judge the findings of a check.

    `articles` are the checked documents that hold a finding; `changed` the added and changed lines
    of each checked document, `None` where all of them count.
    """
    used: set[str] = set()
    findings = list(_findings(report, rules, articles, used))
    if changed is not None:
        findings = [_if_touched(finding, articles, changed) for finding in findings]
    old = rules.baseline or NOTHING
    counted = [at for at, f in enumerate(findings) if f.status in {NEW, UNTOUCHED}]
    there = known_findings([findings[at] for at in counted], old)
    for place, at in enumerate(counted):
        if place in there and findings[at].status == NEW:
            findings[at] = replace(findings[at], status=KNOWN, why="in the baseline")
    findings = [replace(f, fails=f.status == NEW and f.kind in rules.fail_on) for f in findings]
    judge = _judges(report, rules)
    return Verdict(
        findings=tuple(findings),
        documents=tuple(_documents(report, findings, articles, rules)),
        fail_on=rules.fail_on,
        max_overlap=rules.max_overlap,
        stale=stale([findings[at] for at in counted], old, judge),
        notes=tuple(_notes(rules, articles, used)),
        has_baseline=rules.baseline is not None,
    )


def updated(report: Report, rules: Rules) -> Baseline:
    """Return the baseline by which every finding of a judged report that counts now is known."""
    verdict = report.verdict
    if verdict is None:
        return NOTHING
    kinds = _kinds(rules)
    counted = (NEW, KNOWN, UNTOUCHED)
    findings = [f for f in verdict.findings if f.status in counted and f.kind in kinds]
    return baseline_of(findings, rules.baseline, _judges(report, rules))


def _kinds(rules: Rules) -> tuple[str, ...]:
    """Return the kinds of findings that a baseline is about."""
    return rules.fail_on or ("within", "across")


def _judges(report: Report, rules: Rules) -> Callable[[BaselineEntry], bool]:
    """Return what tells whether this check can judge an entry of the baseline."""
    documents = {one.document for one in report.incoming or ()}
    return judges(documents, rules.gone, _kinds(rules))


def _findings(
    report: Report, rules: Rules, articles: Mapping[Name, Article], used: set[str]
) -> Iterator[Finding]:
    """Yield each finding with what takes its text out; `used` gathers the entries that did."""
    # Which rules hold, and which documents are judged.
    fewest = cast("int", report.settings.get("min_group_words", 1))
    allow = [entry for entry in rules.allow if not entry.has_expired(rules.today)]
    numbers: Counter[str] = Counter()
    incoming = {Name(one.document, one.record) for one in report.incoming or ()}
    whole = resembling(report, articles) if DOCUMENTS in rules.fail_on else ()
    for group in (*report.groups, *whole):
        for copy in _copies(group, incoming):
            # What takes the text of a copy out, if anything does.
            article = articles.get(Name(copy.document, copy.record))
            status, why = TEMPLATE
            if not group.template:
                status, why = _taken_out(group, copy, article, rules, allow, fewest, used)
            # Findings of one fingerprint are numbered.
            boilerplate = group.kind == BOILERPLATE
            fingerprint = group.id if boilerplate else str(copy.fingerprint)
            numbers[fingerprint] += 1
            column, end = _columns(copy, article)
            yield Finding(
                group,
                copy,
                status,
                why,
                fails=False,
                fingerprint=fingerprint,
                number=numbers[fingerprint],
                column=column,
                end_column=end,
            )


def _copies(group: Group, incoming: set[Name]) -> Sequence[Occurrence]:
    """Return the copies of a group; of boilerplate one place, in an incoming document if shown."""
    if group.kind != BOILERPLATE:
        return group.copies
    mine = [o for o in group.occurrences if Name(o.document, o.record) in incoming]
    return [mine[0] if mine else group.occurrences[-1]]


def _columns(copy: Occurrence, article: Article | None) -> Span:
    """Return where a copy begins in its first line, and one past where it, or that line, ends."""
    column = article.column(copy.start) if article else 1
    line = copy.text.split("\n", 1)[0].rstrip("\r")
    return column, column + max(1, len(line))


def _taken_out(  # noqa: PLR0913 - a finding, and all that may take it out
    group: Group,
    copy: Occurrence,
    article: Article | None,
    rules: Rules,
    allow: Sequence[Allowed],
    fewest: int,
    used: set[str],
) -> tuple[str, str]:
    """Say whether what is left out and what is allowed leave too little of a finding, and why."""
    # A path that is left out takes out what is copied from it, too.
    if is_left_out(group.keeper.document, rules.ignore_paths):
        return IGNORED, f"it repeats {group.keeper.document}, whose path is left out"
    spans: list[Span] = [(copy.start, copy.end)]
    kept = spans
    reasons: list[str] = []
    if article is not None:
        spans = article.spans([j for _, j in copy.paired], spans[0])
        kept = without(spans, [(one.start, one.end) for one in article.left_out])
        reasons = [o.why for o in article.left_out if overlapping(spans, (o.start, o.end))]
    if not allow and kept == spans:
        return NEW, ""
    texts = [copy.text[start - copy.start : end - copy.start] for start, end in kept]
    normals, words = _normalised(texts)
    if kept != spans and words < fewest:
        return IGNORED, "; ".join(dict.fromkeys(reasons))
    helped = []
    for entry in allow:
        rest = [entry.uncovered(normal) for normal in normals]
        if rest != normals:
            helped.append(entry)
            normals = rest
    if not helped:
        return NEW, ""
    used.update(entry.where for entry in helped)
    if _normalised(normals)[1] >= fewest:
        return NEW, ""
    why = dict.fromkeys(entry.reason or entry.where for entry in helped)
    return ALLOWED, "; ".join(why)


def _normalised(texts: Sequence[str]) -> tuple[list[str], int]:
    """Normalise texts and count their words."""
    column = Strings.of(texts)
    data, offsets, words = kernels.normalise(column.data, column.offsets)
    return Strings(data, offsets).list(), int(words.sum())


def _if_touched(
    finding: Finding, articles: Mapping[Name, Article], changed: Mapping[str, Lines]
) -> Finding:
    """Set a finding aside whose copy touches no added or changed line."""
    if finding.status != NEW:
        return finding
    copy = finding.copy
    article = articles.get(Name(copy.document, copy.record))
    extent = article.file_lines if article and article.file_lines else copy.lines
    if copy.document in changed and touches(changed[copy.document], extent):
        return finding
    return replace(finding, status=UNTOUCHED, why="it touches no added or changed line")


def _documents(
    report: Report,
    findings: Iterable[Finding],
    articles: Mapping[Name, Article],
    rules: Rules,
) -> Iterator[Checked]:
    """Yield the shares of each incoming document."""
    shared: dict[Name, dict[Name, list[Span]]] = defaultdict(lambda: defaultdict(list))
    counted: dict[Name, list[Span]] = defaultdict(list)
    allowed: dict[Name, list[Span]] = defaultdict(list)
    for finding in findings:
        for name, other, spans in _sides(finding, articles):
            if finding.status == ALLOWED:
                allowed[name] += spans
            elif finding.status != IGNORED and finding.kind == ACROSS:
                shared[name][other] += spans
                if finding.status == NEW:
                    counted[name] += spans
    for one in report.incoming or ():
        name = Name(one.document, one.record)
        article = articles.get(name)
        if article is None:
            yield Checked(one.document, one.record, one.share, one.share, 0.0)
            continue
        out = [(o.start, o.end) for o in article.left_out]
        counts = share_of_article(article, without(counted[name], out))
        there = {
            o: share_of_article(article, without(spans, out)) for o, spans in shared[name].items()
        }
        # Documents of one share stand in the order in which they were found.
        largest = sorted(there.items(), key=lambda pair: -pair[1])
        every = [span for spans in shared[name].values() for span in spans]
        yield Checked(
            one.document,
            one.record,
            share_of_article(article, without(every, out)),
            counts,
            share_of_article(article, out + allowed[name]),
            elsewhere=tuple((other, part) for other, part in largest if part),
            over=rules.max_overlap is not None and counts > rules.max_overlap,
        )


def _sides(
    finding: Finding, articles: Mapping[Name, Article]
) -> Iterator[tuple[Name, Name, list[Span]]]:
    """Yield each checked document of a finding, the other one, and what counts in the first."""
    copy, keeper, source = finding.copy, finding.group.keeper, finding.source
    own, other = Name(copy.document, copy.record), Name(keeper.document, keeper.record)
    if own in articles:
        numbers = [j for _, j in copy.paired]
        yield own, other, articles[own].spans(numbers, (copy.start, copy.end))
    if other in articles:
        numbers = [i for i, _ in copy.paired]
        yield other, own, articles[other].spans(numbers, (source.start, source.end))


def share_of_article(article: Article, spans: Iterable[Span]) -> float:
    """Return the share of the characters of all paragraphs that lie in some stretches."""
    joined = united(spans)
    covered = at = 0
    for start, end, _, _ in article.paragraphs:
        while at < len(joined) and joined[at][1] <= start:
            at += 1
        for low, high in joined[at:]:
            if low >= end:
                break
            covered += min(high, end) - max(low, start)
    return round(covered / max(1, article.characters), 4)


def _notes(rules: Rules, articles: Mapping[Name, Article], used: set[str]) -> Iterator[str]:
    """Say which entries have expired or were of no use, and which marks are open."""
    for entry in rules.allow:
        if entry.has_expired(rules.today):
            yield f"{entry.where} has expired on {entry.expires}: {entry.shown}"
        elif entry.where not in used:
            yield f"{entry.where} allows nothing that was found: {entry.shown}"
    for name, article in sorted(articles.items(), key=lambda pair: pair[0].document):
        if article.open_mark:
            yield (
                f"{name.document}:{article.open_mark}: ignore-start is not closed:"
                " all that follows is left out"
            )
