"""
What goes, and what repeats and stays, counted; and the guard, by which a clean is refused.

A clean that would remove more than it may is refused before anything is written. Off below 20
documents unless a limit was given; by default 30 % of the characters of the run and 60 % of each
source of 20 documents or more. A source is the first folder below a PATH, else the PATH, or what
stands in the field that was named. A limit that was given replaces both, and holds whatever the
size.

A clean removes less than a report shows: near copies, paragraphs of few words and boilerplate stay
unless they are asked for. What is not told would be missed, so each is counted from the tables at
hand, and named with the option that takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup import kernels
from dedup.cleaning.boilerplate import fixed_texts
from dedup.cleaning.ledger import REASONS
from dedup.cleaning.places import source_folder
from dedup.cleaning.policy import keep_order
from dedup.cleaning.results import Cleaned, Staying, Tally, Undated
from dedup.cleaning.tables import NONE
from dedup.model import BLOCK, BOILERPLATE, KINDS, UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from dedup.cleaning.detection import Detection
    from dedup.cleaning.removals import Decision
    from dedup.cleaning.tables import ParagraphTable
    from dedup.formats import Source
    from dedup.model import I64
    from dedup.report import Skipped
    from dedup.text.dates import Dates

    Mask = NDArray[np.bool_]


LEAST_DOCUMENTS = 20
RUN, FOLDER = 0.30, 0.60
HUSK = 0.2
"""Of a document of which less than this share is left, only a husk is."""


def cleaned(
    decision: Decision,
    sources: Sequence[Source],
    skipped: tuple[Skipped, ...],
    dated: Mapping[str, Dates],
    left: Staying,
) -> Cleaned:
    """Count what goes from each document, by reason and by source; nothing is written yet."""
    facts, rows, published = decision.facts, decision.removals, decision.facts.incoming
    lengths = rows.end - rows.start
    lost = np.zeros(len(facts), np.int64)
    np.add.at(lost, rows.doc, lengths)
    dropped = (lost > 0) & (lost == facts.characters)
    written = (lost > 0) & ~dropped
    husks = written & (facts.characters - lost < HUSK * facts.characters)

    # By reason.
    paragraphs, characters = np.zeros((2, len(REASONS)), np.int64)
    np.add.at(paragraphs, rows.reason, rows.last - rows.first + 1)
    np.add.at(characters, rows.reason, lengths)
    there = sorted((REASONS[reason], reason) for reason in np.unique(rows.reason).tolist())

    # By source, in the order in which they come.
    names, number = _sources(decision, sources)
    tallies = np.zeros((3, len(names)), np.int64)
    for column, values in zip(tallies, (np.ones_like(lost), facts.characters, lost), strict=True):
        np.add.at(column, number[published:], values[published:])
    return Cleaned(
        documents=len(facts) - published,
        paragraphs=int((decision.paragraphs.doc >= published).sum()),
        characters=int(facts.characters[published:].sum()),
        removed_paragraphs={name: int(paragraphs[reason]) for name, reason in there},
        removed_characters={name: int(characters[reason]) for name, reason in there},
        not_written=tuple(
            (facts.path[doc], facts.record[doc] or None) for doc in np.flatnonzero(dropped).tolist()
        ),
        documents_changed=int(written.sum()),
        husks=int(husks.sum()),
        staying=left,
        sources=tuple(
            Tally(name, *own) for name, own in zip(names, tallies.T.tolist(), strict=True)
        ),
        most_kept=_most_kept(decision, lengths),
        skipped=skipped,
        settings=decision.settings,
        policy=decision.policy,
        published=published,
        undated=tuple(
            Undated(field, dates.missing, dates.unreadable, dates.example)
            for field, dates in dated.items()
        ),
    )


def _sources(decision: Decision, sources: Sequence[Source]) -> tuple[list[str], I64]:
    """Return the names of the sources, and the number of that which each document is counted to."""
    names: dict[str, int] = {}
    number = np.zeros(len(decision.facts), np.int64)
    without = f"(no {decision.policy.source_field})"
    for source in sources:
        first, stop = decision.documents.get(source.path, (0, 0))
        if decision.labels is None:
            number[first:stop] = names.setdefault(source_folder(source), len(names))
            continue
        for doc in range(first, stop):
            number[doc] = names.setdefault(decision.labels[doc] or without, len(names))
    return list(names), number


def _most_kept(decision: Decision, lengths: I64) -> tuple[str, int] | None:
    """Return the file whose copies make the most characters that go; of several the first."""
    keeper = decision.removals.keeper
    kept = np.flatnonzero(keeper != NONE)
    if not len(kept):
        return None
    files = list(decision.documents)
    begins = np.array([first for first, _ in decision.documents.values()], np.int64)
    file = np.searchsorted(begins, keeper[kept], "right") - 1
    removed = np.zeros(len(files), np.int64)
    np.add.at(removed, file, lengths[kept])
    most = file[int((removed[file] == removed.max()).argmax())]
    return files[most], int(removed[most])


def refusal(found: Cleaned) -> str | None:
    """Say why the guard refuses, if it does."""
    limit = found.policy.max_removed
    for tally, default in ((_run(found), RUN), *((one, FOLDER) for one in found.sources)):
        if limit is None and tally.documents < LEAST_DOCUMENTS:
            continue
        most = default if limit is None else limit
        if tally.share > most:
            whose = ""
            if found.most_kept is not None:
                document, count = found.most_kept
                whose = f"; {count / found.removed:.0%} of it are copies of {document}"
            return (
                f"clean would remove {tally.share:.1%} of the characters of {tally.name}, "
                f"more than {100 * most:g}%{whose}: look with dry_run=…, "
                f"allow it with max_removed='{allowing(found)}%'"
            )
    return None


def _run(found: Cleaned) -> Tally:
    """Return what the run loses as a whole."""
    return Tally("the run", found.documents, found.characters, found.removed)


def allowing(found: Cleaned) -> int:
    """Return the lowest limit, in whole per cents, that lets the run and each source pass."""
    every = (_run(found), *found.sources)
    return max(-(-100 * tally.removed // max(1, tally.characters)) for tally in every)


def staying(found: Detection, decision: Decision, ranks: Sequence[I64]) -> Staying:
    """Count what stays of what was `found`, once it is known what goes."""
    places, policy = found.paragraphs, decision.policy
    gone = np.zeros(len(places), bool)
    gone[np.searchsorted(places.doc, decision.plan.doc) + decision.plan.no] = True
    large = places.words >= decision.settings.min_group_words
    flagged = places.boilerplate != 0

    # Large paragraphs that stay, but for what boilerplate fixes.
    fixed = np.zeros(len(places), bool)
    if policy.boilerplate == "keep" and flagged.any():
        fixed = fixed_texts(places, found.matches(), _texts(places))[places.text]
    near = _near(found, np.flatnonzero(large & ~gone & ~fixed), keep_order(ranks))
    own = places.doc >= found.facts.incoming

    # Blocks from which nothing goes, no sentence either.
    touched = gone.copy()
    touched[np.searchsorted(places.doc, decision.sentences.doc) + decision.sentences.no] = True
    blocks, short_blocks = _blocks(found, touched, large, policy.scope)

    small = ~gone & ~large & ~flagged & (places.words > 0)
    mine, known = np.unique(places.strict[small & own]), np.unique(places.strict[small & ~own])
    again = int((small & own).sum()) - len(np.setdiff1d(mine, known, assume_unique=True))
    flagged &= own
    lengths = places.end[flagged] - places.start[flagged]
    return Staying(near, blocks, short_blocks, again, int(lengths.sum()))


def _near(found: Detection, rows: I64, rank: I64) -> int:
    """Count the rows, a strict form once, that match an earlier one in keep order."""
    places = found.paragraphs
    order = kernels.order([rank[places.doc[rows]]])
    rows = rows if order is None else rows[order]
    _, once = np.unique(places.strict[rows], return_index=True)
    rows = rows[np.sort(once)]
    text = places.text[rows]
    number = np.arange(len(text))
    first = np.full(_texts(places), len(text))
    np.minimum.at(first, text, number)
    earliest = first.copy()
    for batch in found.matches():
        np.minimum.at(earliest, batch.a, first[batch.b])
        np.minimum.at(earliest, batch.b, first[batch.a])
    return int(((earliest[text] < number) & (places.doc[rows] >= found.facts.incoming)).sum())


def _blocks(found: Detection, touched: Mask, large: Mask, scope: str) -> tuple[int, int]:
    """Count the blocks of which nothing was touched, and those of them of small paragraphs only."""
    copied = found.copied
    wanted = (copied.unit == UNITS.index(BLOCK)) & (copied.kind != KINDS.index(BOILERPLATE))
    if scope != "all":
        wanted &= copied.kind == KINDS.index(scope)
    copied = copied.take(wanted)
    if not len(copied):
        return 0, 0
    mine = _rows(found.paragraphs, copied.doc, copied.start, copied.end)
    theirs = _rows(found.paragraphs, copied.source, copied.source_start, copied.source_end)
    stays = (_count(touched, mine) == 0) & (_count(touched, theirs) == 0)
    return int(stays.sum()), int((stays & (_count(large, mine) == 0)).sum())


def _rows(places: ParagraphTable, doc: I64, start: I64, end: I64) -> tuple[I64, I64]:
    """Return the paragraphs that begin in each stretch: the first one, and the last one + 1."""
    wide = int(max(places.end.max(initial=0), end.max(initial=0))) + 1
    keys = places.doc * wide + places.start
    return np.searchsorted(keys, doc * wide + start), np.searchsorted(keys, doc * wide + end)


def _count(mask: Mask, rows: tuple[I64, I64]) -> I64:
    """Count the marked rows of each range."""
    before = np.append(0, np.cumsum(mask))
    counts: I64 = before[rows[1]] - before[rows[0]]
    return counts


def _texts(places: ParagraphTable) -> int:
    return int(places.text.max(initial=-1)) + 1
