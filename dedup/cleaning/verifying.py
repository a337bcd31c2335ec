"""
Prove a cleaned corpus from its ledger and its files alone.

Each changed file is put together again, and must be the input that the manifest names by its
SHA-256. Then every removal is judged anew, paragraph by paragraph, by the rules that it was made
by: each paragraph of its keeper stands in the output, and is the same text; of sentences that went
from a passage, those that stay for them.

A plan is proved the same way before anything is written, by its columns alone (`check_plan`): what
that finds is a fault of this program, never of an input, so it raises `RuntimeError`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dedup import formats, kernels
from dedup.cleaning.detection import paragraph_similarity
from dedup.cleaning.ledger import DOCUMENT, PASSAGE, REASONS, by_document, ledger_lines
from dedup.cleaning.manifest import MODES
from dedup.cleaning.passages import Intervals, of_sentences
from dedup.cleaning.policy import MATCH, PARAGRAPH
from dedup.cleaning.results import Verified
from dedup.cleaning.tables import NONE
from dedup.cleaning.tree import LEDGER, OWN
from dedup.cleaning.undo import check_files, cleaned_corpus, published_source, restored
from dedup.errors import LedgerError
from dedup.formats import silent
from dedup.model import ACROSS, WITHIN, Strings
from dedup.stages import resemblance
from dedup.text.hyphens import joined
from dedup.text.normalising import normalise_text
from dedup.text.paragraphs import MODES as ASKED
from dedup.text.paragraphs import paragraphs_of

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from dedup.cleaning.ledger import Line, Name
    from dedup.cleaning.manifest import File, Manifest
    from dedup.cleaning.policy import Policy
    from dedup.cleaning.removals import Decision
    from dedup.cleaning.tables import Plan
    from dedup.formats import Record, Source, Span, Watch
    from dedup.model import I32, I64, Facts
    from dedup.settings import Settings


GramSet = NDArray[np.uint64]
KeptStretch = tuple[int, int, bool]
"""Where a keeper starts and ends, and whether it is sentences rather than paragraphs."""


def verify(out: str | os.PathLike[str], *, watch: Watch = silent) -> Verified:
    """Prove a cleaned corpus, or raise `LedgerError` that names what is wrong."""
    root = Path(out)
    manifest, lines = cleaned_corpus(root)
    check_files(root, manifest.files)
    proof = Proof(manifest, lines, ledger_lines(root / OWN / LEDGER))
    ledger = by_document(ledger_lines(root / OWN / LEDGER))
    for number, file in enumerate(manifest.files):
        watch("verifying", number, len(manifest.files))
        if file.changed or file.document in proof.files:
            with restored(root, manifest, file, ledger) as source:
                proof.read(file, source)
    for file in manifest.published:
        proof.read(file, published_source(file))
    return proof.done()


class Proof:
    """
    What is shown so far; a class because keepers and removals meet in any order.

    Texts are held of keepers only, and of removals whose keeper comes later (`--keep last`).
    """

    def __init__(self, manifest: Manifest, asking: Iterable[Line], lines: Iterable[Line]) -> None:
        """Learn from the ledger which stretches are keepers; `lines` are read a second time."""
        self._manifest = manifest
        self._asked: dict[Name, set[KeptStretch]] = defaultdict(set)
        whole: set[Name] = set()
        for line in asking:
            if line.keeper is not None and line.reason == DOCUMENT:
                whole.add((line.keeper.document, line.keeper.record))
            elif line.keeper is not None:
                name, stretch = _key(line)
                self._asked[name].add(stretch)
        self._near = NearProof(whole, manifest)
        self.files = {document for document, _ in self._asked.keys() | whole}
        """Files that hold a keeper."""
        self._groups = by_document(lines)
        self._next = next(self._groups, None)
        self._kept: dict[tuple[Name, KeptStretch], list[str]] = {}
        self._open: list[tuple[Line, list[str]]] = []
        self._paragraphs: Counter[str] = Counter()
        self._characters: Counter[str] = Counter()
        self._lines = self._documents = self._alone = 0

    def read(self, file: File, source: Source) -> None:
        """Take the documents of one input file."""
        settings = self._manifest.settings
        modes = {entry.number: MODES[entry.paragraphs] for entry in file.entries}
        records = (p.record for p in formats.pieces(source, settings) if p.record is not None)
        for number, record in enumerate(records, 1):
            name = file.document, record.id
            lines: list[Line] = []
            if self._next is not None and self._next[0] == name:
                lines = self._next[1]
                self._next = next(self._groups, None)
            if lines or name in self._asked or name in self._near.keepers:
                mode = modes.get(number, ASKED[settings.paragraphs])
                joins = settings.join_hyphens
                rows = paragraphs_of(record.text, mode, record.markdown, joins)
                self._document(name, record, [(row[0], row[1]) for row in rows], lines)

    def done(self) -> Verified:
        """Return the counts, once nothing is left open. Raises `LedgerError`."""
        if self._next is not None:
            raise LedgerError(f"the ledger names {_shown(self._next[0])}, which is in no file")
        for line, texts in self._open:
            self._judge(line, texts)
        self._near.done()
        summary = self._manifest.summary
        counted = dict(self._paragraphs), dict(self._characters)
        if counted != (summary.get("removed_paragraphs"), summary.get("removed_characters")):
            raise LedgerError("the counts of the manifest are not those of its ledger")
        return Verified(
            files=sum(file.output_sha256 is not None for file in self._manifest.files),
            documents=self._documents,
            lines=self._lines,
            paragraphs=sum(self._paragraphs.values()),
            without_keeper=self._alone,
            characters=sum(self._characters.values()),
        )

    def _document(
        self, name: Name, record: Record, paragraphs: Sequence[Span], lines: Sequence[Line]
    ) -> None:
        """Take what one document holds of keepers, and what went from it."""
        text = record.text
        for stretch in self._asked.get(name, ()):
            start, end, sentences = stretch
            spans = [(a, b) for a, b in paragraphs if start <= a and b <= end]
            if sentences:
                spans = [(start, end)] if end <= len(text) else []
            whole = spans and (spans[0][0], spans[-1][1])
            gone = any(line.start < end and start < line.end for line in lines)
            if whole != (start, end) or gone:
                raise LedgerError(f"the keeper at {start}-{end} of {_shown(name)} is not there")
            texts = [text[slice(*span)] for span in spans]
            self._kept[name, stretch] = texts
        self._near.document(name, [text[slice(*span)] for span in paragraphs], lines)
        self._documents += bool(lines)
        self._lines += len(lines)
        for line in lines:
            if line.text != text[line.start : line.end]:
                raise LedgerError(f"the ledger has another text for {_place(line)}")
            spans = [paragraphs[n] for n in _within(name, paragraphs, line)]
            if line.reason == PASSAGE:
                spans = [(line.start, line.end)]
            self._paragraphs[line.reason] += len(spans)
            self._characters[line.reason] += line.end - line.start
            texts = [text[slice(*span)] for span in spans]
            keeper = line.keeper
            if keeper is not None and line.reason == DOCUMENT:
                continue  # judged as a whole
            if keeper is not None and _key(line) not in self._kept:
                self._open.append((line, texts))
            else:
                self._judge(line, texts)

    def _judge(self, line: Line, texts: list[str]) -> None:
        """Compare a removal with its keeper. Raises `LedgerError`."""
        keeper = line.keeper
        if keeper is None:
            policy = self._manifest.policy
            allowed = {
                "boilerplate": policy.boilerplate == "remove",
                "document": policy.drop_document_over is not None,
                # A whole document goes for its equal, whose boilerplate went.
                "across": policy.boilerplate == "remove" and policy.scope != "within",
            }
            if not allowed.get(line.reason, False):
                raise LedgerError(f"{_place(line)} went without a keeper, and nothing allows it")
            self._alone += len(texts)
            return
        inside = (keeper.document, keeper.record) == (line.document, line.record)
        if line.reason == PASSAGE:
            fits = self._manifest.policy.passages == "on"
        else:
            fits = line.reason == ("within" if inside else "across")
        if not fits:
            raise LedgerError(f"{_place(line)} did not go {line.reason} documents")
        kept = self._kept.get(_key(line))
        if kept is None:
            name = keeper.document, keeper.record
            raise LedgerError(
                f"the keeper at {keeper.start}-{keeper.end} of {_shown(name)} is in no file"
            )
        if len(kept) != len(texts):
            raise LedgerError(f"{_place(line)} and its keeper differ in their paragraphs")
        settings, remove = self._manifest.settings, self._manifest.policy.remove
        remove = of_sentences(remove) if line.reason == PASSAGE else remove
        found = [
            paragraph_similarity(a, b, settings, remove) for a, b in zip(texts, kept, strict=True)
        ]
        if None in found or line.similarity != min(s for s in found if s is not None):
            raise LedgerError(f"{_place(line)} is not the same text as its keeper")


class NearProof:
    """
    Of documents that went for one that they resemble; a class because both meet in any order.

    Each is judged by its whole text and its keeper's, as they were: paragraphs of the keeper may
    have gone for others, which is proved of each.
    """

    def __init__(self, keepers: set[Name], manifest: Manifest) -> None:
        """Take the documents that keep others."""
        self.keepers = keepers
        self._manifest = manifest
        self._sets: dict[Name, GramSet] = {}
        self._open: list[tuple[Line, GramSet]] = []

    def document(self, name: Name, paragraphs: Sequence[str], lines: Sequence[Line]) -> None:
        """Take a document that keeps others, or goes for one."""
        gone = [line for line in lines if line.reason == DOCUMENT and line.keeper is not None]
        if not gone and name not in self.keepers:
            return
        grams = _grams(paragraphs, self._manifest.settings)
        if not gone:
            self._sets[name] = grams
            return
        if len({(line.keeper, line.similarity) for line in gone}) > 1 or len(gone) < len(lines):
            raise LedgerError(f"{_shown(name)} did not go whole for one document")
        if name in self.keepers:
            raise LedgerError(f"{_shown(name)} keeps a document and went itself")
        if self._manifest.policy.unit == PARAGRAPH:
            raise LedgerError(f"{_shown(name)} went for one that it resembles; nothing allows it")
        self._open.append((gone[0], grams))

    def done(self) -> None:
        """Compare each with its keeper. Raises `LedgerError`."""
        for line, grams in self._open:
            keeper = line.keeper
            assert keeper is not None  # noqa: S101 - for the type checker
            kept = self._sets.get((keeper.document, keeper.record))
            if kept is None:
                name = keeper.document, keeper.record
                raise LedgerError(f"{_shown(name)}, which keeps a document, is in no file")
            found = _resemblance(grams, kept)
            if found != line.similarity or found < self._manifest.settings.document_threshold:
                raise LedgerError(f"{_place(line)} does not resemble its keeper as the ledger says")


def _grams(paragraphs: Iterable[str], settings: Settings) -> GramSet:
    """Return the set of word 3-grams of a document's paragraphs, as the pipeline takes it."""
    whole = (joined(text) if settings.join_hyphens else text for text in paragraphs)
    normal = Strings.of([" ".join(filter(None, map(normalise_text, whole)))])
    return kernels.gram_sets(normal.data, normal.offsets, size=resemblance.SIZE)[0]


def _resemblance(one: GramSet, other: GramSet) -> float:
    """Return what both sets have by what either has, 0 to 1, rounded down to 4 digits."""
    shared = np.array([len(np.intersect1d(one, other, assume_unique=True))])
    return float(resemblance.share(shared, len(one) + len(other) - shared)[0])


def _within(name: Name, paragraphs: Sequence[Span], line: Line) -> list[int]:
    """
    Return the numbers of the paragraphs in a removal.

    Raises `LedgerError` where it cuts one, or, of a passage, more than one.
    """
    touched = [n for n, (a, b) in enumerate(paragraphs) if a < line.end and line.start < b]
    if not touched:
        raise LedgerError(f"{_place(line)} holds no paragraph")
    first, last = paragraphs[touched[0]], paragraphs[touched[-1]]
    if line.reason == PASSAGE and len(touched) == 1:
        return touched
    if first[0] < line.start or line.end < last[1]:
        raise LedgerError(f"{_place(line)} cuts through a paragraph of {_shown(name)}")
    return touched


def _key(line: Line) -> tuple[Name, KeptStretch]:
    keeper = line.keeper
    assert keeper is not None  # noqa: S101 - for the type checker
    stretch = keeper.start, keeper.end, line.reason == PASSAGE
    return (keeper.document, keeper.record), stretch


def _place(line: Line) -> str:
    return f"{line.start}-{line.end} of {_shown((line.document, line.record))}"


def _shown(name: Name) -> str:
    path, record = name
    return path if record is None else f"{path}, record {record}"


def check_plan(plan: Plan, facts: Facts, settings: Settings, policy: Policy) -> None:
    """
    Raise `RuntimeError` for a plan that must not be carried out.

    Nothing goes twice; every keeper stays, is like what it stands for, and is where `scope` lets it
    be; only boilerplate goes without one. A whole document is kept by one of which paragraphs may
    go for others, and that does not go whole itself.
    """
    places = _keys(plan.doc, plan.no)
    has = plan.keeper != NONE
    kept = _keys(plan.keeper, plan.keeper_no)
    inside = plan.keeper == plan.doc
    near = plan.reason == REASONS.index(DOCUMENT)
    # Of one strict form, words may be parted otherwise ("10² m", "10 ² m"): these need no likeness.
    least = np.full(len(plan), settings.threshold if policy.remove == MATCH else 0.0)
    least[near] = settings.document_threshold
    at = np.minimum(np.searchsorted(places, kept), max(len(places) - 1, 0))
    goes = places[at] == kept if len(places) else has
    goes = np.where(near, np.isin(plan.keeper, plan.doc[near]), goes)
    wrong = {
        "goes itself": has & goes,
        "is too unlike it": has & ~(plan.similarity >= least),
        "stands where it may not": has
        & ((inside & (policy.scope == "across")) | (~inside & (policy.scope == "within"))),
        "is not what its reason says": has
        & ~near
        & (plan.reason != np.where(inside, REASONS.index(WITHIN), REASONS.index(ACROSS))),
        "is missing": ~has & (policy.boilerplate != "remove"),
    }
    if len(places) and (places[1:] <= places[:-1]).any():
        raise RuntimeError("the plan removes a paragraph twice; nothing was written")
    for what, rows in wrong.items():
        if rows.any():
            row = int(np.flatnonzero(rows)[0])
            doc = int(plan.doc[row])
            raise RuntimeError(
                f"the keeper of paragraph {int(plan.no[row]) + 1} of {facts.path[doc]} "
                f"{facts.record[doc]} {what}; nothing was written"
            )


def check_sentences(decision: Decision) -> None:
    """
    Raise `RuntimeError` for sentences that must not go.

    None goes twice, and none of a keeper goes, be it with a paragraph or by itself.
    """
    gone: defaultdict[int, Intervals] = defaultdict(Intervals)
    plan, sentences = decision.plan, decision.sentences
    for table in (plan, sentences):
        for doc, start, end in zip(
            *(c.tolist() for c in (table.doc, table.start, table.end)), strict=True
        ):
            if gone[doc].touches(start, end):
                raise RuntimeError(_said(decision, doc, start, "goes twice"))
            gone[doc].add(start, end)
    # What keeps a whole document may lose paragraphs.
    for table in (plan.take(plan.reason != REASONS.index(DOCUMENT)), sentences):
        kept = table.keeper, table.keeper_start, table.keeper_end
        for doc, start, end in zip(*(c.tolist() for c in kept), strict=True):
            if doc != NONE and gone[doc].touches(start, end):
                raise RuntimeError(_said(decision, doc, start, "keeps what goes, and goes itself"))


def _said(decision: Decision, doc: int, start: int, what: str) -> str:
    path, record = decision.facts.path[doc], decision.facts.record[doc]
    return f"the text at {start} of {path} {record} {what}; nothing was written"


def _keys(doc: I64, no: I32) -> I64:
    """Pack document and paragraph number into one number."""
    keys: I64 = (doc << 32) | no.astype(np.int64)
    return keys
