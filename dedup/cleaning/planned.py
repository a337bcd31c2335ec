"""
A clean before anything is written: what would go, to be looked at, narrowed, and carried out.

The plan is a table of paragraphs; what goes, line by line of the ledger, is made from it and the
files whenever it is asked for. A plan can only be narrowed: what is taken out of it stays, so every
keeper stays too.

Of what a caller holds (texts, dicts, a frame) what stays and what goes comes back as what came in:
a document that loses a part of its text stays with a shorter one, what goes whole is as it was, and
so is a row that was malformed and skipped.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.cleaning import on_cluster
from dedup.cleaning.annotate import annotate_file
from dedup.cleaning.counts import cleaned, refusal
from dedup.cleaning.cut import parts
from dedup.cleaning.ids import ids_of
from dedup.cleaning.ledger import PASSAGE, REASONS, Writer
from dedup.cleaning.manifest import File, Manifest
from dedup.cleaning.places import destination, disk_errors, free
from dedup.cleaning.results import Collector
from dedup.cleaning.write import copy_file, cut_file
from dedup.errors import GuardError, SettingsError
from dedup.escaping import name_to_json, shown
from dedup.settings import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dedup.cleaning.cut import CutPiece
    from dedup.cleaning.ledger import Line, Name
    from dedup.cleaning.on_cluster import Cluster
    from dedup.cleaning.places import Destination, Scan
    from dedup.cleaning.removals import Decision
    from dedup.cleaning.results import Cleaned, Staying
    from dedup.cleaning.write import Finished
    from dedup.engines.workers import Workers
    from dedup.formats import Held, PathLike, Seen
    from dedup.report import Skipped
    from dedup.text.dates import Dates


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Planned:
    """
    What a clean would do; the inputs must stay as they are until it is written.

    `removals` are lines of the ledger, with `document`, `record`, `text`, `reason`, `rule`,
    `similarity`, `group` and `keeper`; nothing appears before `write`. Of texts, dicts and frames
    `selected` is what stays and `removed` what goes whole, as they came in.
    """

    scan: Scan
    decision: Decision
    seen: list[Seen]
    """What was learnt of the bytes of each file when it was read."""
    version: str
    dated: Mapping[str, Dates]
    staying: Staying
    """What repeats and stays by the plan, before it was narrowed."""

    def __repr__(self) -> str:
        rows, facts = self.decision.removals, self.decision.facts
        own = facts.characters[self.decision.facts.incoming :]
        goes, of = int((rows.end - rows.start).sum()), int(own.sum())
        return (
            f"<Planned: {goes:,} of {of:,} characters of {len(own):,} documents would go, "
            f"in {len(rows):,} piece{'s' * (len(rows) != 1)}>"
        )

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Files that were not read, and why."""
        return tuple(self.scan.reading.skipped)

    @property
    def removals(self) -> Iterator[Line]:
        """What goes, in Order; read from the files anew each time."""
        for part in self._parts():
            yield from part.lines

    @property
    def selected(self) -> Any:  # noqa: ANN401 - as it came in
        """
        What stays of texts, dicts or a frame, as it came in, its texts without the parts that go.

        Raises `SettingsError` for a plan of files.
        """
        stay, _, texts = self._rows()
        return self._held.selected(stay, texts, self.decision.settings)

    @property
    def removed(self) -> Any:  # noqa: ANN401 - as it came in
        """The texts, dicts or rows that go whole, as they came in. Raises as `selected`."""
        return self._held.selected(self._rows()[1], {}, self.decision.settings)

    @property
    def _held(self) -> Held:
        """The texts, dicts or frame that are cleaned. Raises `SettingsError` for files."""
        source = self.scan.sources[0]
        if source.held is None:
            raise SettingsError(
                f"{source.path} is a file: write(OUTPUT) writes what stays, removals says what goes"
            )
        return source.held

    def _rows(self) -> tuple[list[int], list[int], dict[int, str]]:
        """Return the rows that stay, those that go, from 0, and the texts that are shorter now."""
        stay, go, texts = list[int](), list[int](), dict[int, str]()
        # A row of what is held is a piece.
        for row, part in enumerate(parts(self.decision, self.scan.sources[0])):
            (go if part.is_dropped else stay).append(row)
            if part.lines and not part.is_dropped:
                texts[row] = part.left
        return stay, go, texts

    def keep_only(self, wanted: Callable[[Line], bool]) -> Planned:
        """
        Return the plan with only those removals of which `wanted` says yes.

        A document that keeps one of them is not dropped whole.
        """
        plan, sentences, rows = self.decision.plan, self.decision.sentences, self.decision.removals
        refused = rows.take(np.array([not wanted(line) for line in self.removals], bool))
        whole, parts = np.ones(len(plan), bool), np.ones(len(sentences), bool)
        for removal in refused.rows():
            doc = removal.doc
            if REASONS[removal.reason] == PASSAGE:
                first, stop = np.searchsorted(sentences.doc, (doc, doc + 1)).tolist()
                starts = sentences.start[first:stop]
                parts[first:stop] &= (starts < removal.start) | (starts >= removal.end)
            else:
                first, stop = np.searchsorted(plan.doc, (doc, doc + 1)).tolist()
                numbers = plan.no[first:stop]
                whole[first:stop] &= (numbers < removal.first) | (numbers > removal.last)
        plan, sentences = plan.only(whole), sentences.take(parts)
        return replace(self, decision=self.decision.with_parts(plan, sentences, refused.doc))

    def without(self, unwanted: Callable[[Line], bool]) -> Planned:
        """Return the plan without those removals of which `unwanted` says yes."""
        return self.keep_only(lambda line: not unwanted(line))

    def preview(self) -> Cleaned:
        """Count what would go, and show what is worth looking at; nothing is written."""
        with destination(None, self.scan) as place:
            return self.write_to(place)

    def taken(self, document: str) -> list[CutPiece]:
        """
        Return what would go from a document, of a file with records from each that loses something.

        Each piece has its `lines` of the ledger, its `text`, and what is `left` of it.

        It is named by its path, with `:` and the record after it for one of several. Raises
        `SettingsError` for one that was not read.
        """
        paths = {source.path: source for source in self.scan.sources}
        path, record = document, ""
        if path not in paths:
            path, _, record = document.rpartition(":")
        if path not in paths:
            raise SettingsError(f"no document {document!r} was read{nearest(document, paths)}")
        first, stop = self.decision.documents.get(path, (0, 0))
        records = [self.decision.facts.record[doc] for doc in range(first, stop)]
        if record and record not in records:
            raise SettingsError(f"{path} holds no record {record!r}{nearest(record, records)}")
        return [part for part in self._parts(path) if part.lines[0].record == record or not record]

    def write(
        self,
        output: PathLike,
        *,
        ids: PathLike | None = None,
        ledger: PathLike | None = None,
        annotate: bool = False,
    ) -> Cleaned:
        """
        Write what stays, as `dedup.clean` does; or, to `annotate`, all with what would go noted.

        Raises `GuardError` where too much would go, `InputError` where an input has changed,
        `OutputError`, and `SettingsError` for texts that are held; then nothing has appeared.
        """
        every = self.scan.reading.sources.files
        for source in every:
            if source.held is not None:
                raise SettingsError(f"{source.path} is held in memory: take selected and removed")
        with disk_errors(output):
            copies = free((ledger, ids), output, every)
            with destination(output, self.scan, *copies) as place:
                return self.write_to(place, ids=ids, ledger=ledger, annotate=annotate)

    def write_to(  # noqa: PLR0913 - where to, and how
        self,
        place: Destination,
        *,
        ids: PathLike | None = None,
        ledger: PathLike | None = None,
        annotate: bool = False,
        finished: Finished | None = None,
        workers: Workers | None = None,
        cluster: Cluster | None = None,
    ) -> Cleaned:
        """
        Write to a place that was taken; `ids` and `ledger` say what goes besides.

        To `annotate` is to remove nothing, which no guard refuses.
        What `finished` has of an interrupted run is taken over; `workers` cut large files, or the
        tasks of a `cluster` write all files.
        """
        # What goes, and whether that is more than may.
        scan, dry = self.scan, place.output is None
        done = cleaned(self.decision, scan.sources, self.skipped, self.dated, self.staying)
        done = replace(done, output=place.output, annotated=annotate)
        refused = None if annotate else refusal(done)
        if refused is not None and not dry:
            raise GuardError(refused, self.preview())
        # The files, their lines of the ledger, and in a dry run what to look at.
        seen = Collector() if dry else None
        writer = Writer(
            *place.ledger,
            *(place.besides[:1] if ledger is not None else ()),
            watch=seen.add if seen else None,
        )
        if cluster is not None and on_cluster.can_write(scan, place):
            files = list(
                on_cluster.write_files(
                    self.decision, scan, self.seen, place, writer, cluster, annotate
                )
            )
        elif annotate:
            files = list(self._annotated(place, writer))
        else:
            files = list(self._written(place, writer, finished, workers))
        # What became of the files; then all appears at once.
        changed = sum(file.changed for file in files)
        gone = sum(file.output_sha256 is None for file in files)
        done = replace(
            done,
            files_changed=changed - gone,
            files_untouched=len(files) - changed,
            files_not_written=gone,
            guard=refused,
        )
        if ids is not None:
            place.besides[-1].write(ids_of(self.decision, ids))
        published = self._kept() if place.ledger and self.decision.facts.incoming else ()
        place.finish(self._manifest(done, writer, files, published))
        if seen is None:
            return done
        return replace(done, families=seen.families(), doubts=seen.doubts(self.texts))

    def _written(
        self, place: Destination, writer: Writer, finished: Finished | None, workers: Workers | None
    ) -> Iterator[File]:
        """Write file after file, and yield what the manifest says of each."""
        scan, decision = self.scan, self.decision
        for number, (source, name) in enumerate(zip(scan.sources, scan.names, strict=True)):
            scan.watch("writing", number, len(scan.names))
            known, target, file = self.seen[number], place.target(name), None
            if finished is not None and target is not None:
                file = finished.again(number, known.sha256, target, writer)
            if file is not None:
                yield file
                continue
            with finished.lines(number, writer) if finished else nullcontext():
                if source.held is not None:  # there is no file to write
                    for part in parts(decision, source):
                        writer.add(*part.lines)
                elif decision.touches(source):
                    file = cut_file(decision, source, name, known, target, writer, workers)
                else:
                    file = copy_file(decision, source, name, known, target)
            if finished is not None and file is not None and target is not None:
                finished.keep(number, file, target)
            if file is not None:
                yield file

    def _annotated(self, place: Destination, writer: Writer) -> Iterator[File]:
        """Write file after file with what would go, and yield what the manifest says of each."""
        for source, name, known in zip(self.scan.sources, self.scan.names, self.seen, strict=True):
            target = place.target(name)
            file = annotate_file(self.decision, source, name, known, target, writer)
            if file is not None:
                yield file

    def texts(self, wanted: set[Name]) -> dict[Name, str]:
        """Read some documents."""
        from dedup import formats

        found: dict[Name, str] = {}
        paths = {path for path, _ in wanted}
        for source in self.scan.reading.sources.files if wanted else ():
            if source.path in paths:
                for piece in formats.pieces(source, self.scan.settings):
                    record = piece.record
                    if record is not None and (source.path, record.id) in wanted:
                        found[source.path, record.id] = record.text
        return found

    def _parts(self, path: str | None = None) -> Iterator[CutPiece]:
        """Yield the documents that lose something; of one file, where it is named."""
        for source in self.scan.sources:
            if path in {None, source.path} and self.decision.touches(source):
                yield from (part for part in parts(self.decision, source) if part.lines)

    def _kept(self) -> tuple[File, ...]:
        """Return what the manifest says of the published files that keep something."""
        kept = np.unique(self.decision.removals.keeper)
        files = []
        for source in self.scan.published:
            first, stop = self.decision.documents.get(source.path, (0, 0))
            if ((kept >= first) & (kept < stop)).any():
                seen = self.scan.reading.seen[source.path]
                files.append(copy_file(self.decision, source, "", seen, None))
        return tuple(file for file in files if file is not None)

    def _manifest(
        self, done: Cleaned, writer: Writer, files: list[File], published: tuple[File, ...]
    ) -> Manifest:
        return Manifest(
            self.version,
            self.scan.settings,
            self.scan.policy,
            done.counts(),
            writer.lines,
            writer.sha256,
            tuple(files),
            tuple(name_to_json(one.path, "path") | {"why": shown(one.why)} for one in done.skipped),
            published,
        )
