"""
The library twin of each command: read, run the pipeline, hand back plain values.

    report   find(data) -> Report                clean            clean(data) -> Planned
    check    check(data, against) -> Report      clean --verify   verify(output)
    pairs    pairs(data) -> Pair after Pair      restore          restore(output, destination)
    diff     compare(a, b) -> Diff               serve            serve(index)
    audit    audit(output), precision(output, sheet)

`minhash(text)` gives the signature of a text to those who bring an index of their own.
Nothing here prints. `watch` is told now and then what is being done, how much of it is done, and of
how much (`None` where that is not known); `rejects` takes what `on_error="quarantine"` puts aside.
From what an interrupted run goes on (`Settings.work_dir`) is logged, as information of "dedup".
Every function raises `DedupError`: `InputError` for what cannot be read, or holds nothing to read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from dedup.errors import InputError, SettingsError
from dedup.running import is_spark_frame, run_anywhere
from dedup.settings import Settings, nearest, of_class, typed
from dedup.text.normalising import normalise_text
from dedup.watching import silent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from datasketch import LeanMinHash

    from dedup.checking import Rules
    from dedup.checking.baseline import Baseline
    from dedup.checking.changed import Changes
    from dedup.cleaning import Cleaned, Planned, Policy, Restored, Verified
    from dedup.cleaning.audit import Audit
    from dedup.cleaning.precision import Precision
    from dedup.engines.interface import Engine
    from dedup.formats import Given, Held, Reading, Rejects
    from dedup.group import Name
    from dedup.index.library import Index
    from dedup.index.shared import SharedIndex
    from dedup.report import NearPair, Pair, Report, Skipped
    from dedup.reports.diff import Diff
    from dedup.watching import Watch

PathLike: TypeAlias = str | os.PathLike[str]
Paths: TypeAlias = PathLike | Sequence[PathLike]
Data: TypeAlias = "PathLike | Iterable[PathLike | Held] | Iterable[Mapping[str, Any]] | ArrowStream"
"""What is read: a path or several, or rows that a caller holds (see `find`)."""


class ArrowStream(Protocol):
    """A table that speaks Arrow: of pandas, polars, Arrow itself and others."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return its rows as Arrow's C stream."""
        ...


def normalise(text: str) -> str:
    """
    Return a text as it is compared: its words in one form, a space between them.

    Idempotent; what is kept and what goes is said in docs/spec.md. Raises `SettingsError` for what
    is no text.
    """
    return normalise_text(typed("text", text, str))


def minhash(text: str) -> LeanMinHash:
    """
    Sketch a text for an index of datasketch: what its paragraphs are compared by, of all of it.

    The text is normalised; its signature is over `shingles`, hashed by `shingle_hash`, with 128
    permutations and the scheme "affine32". `datasketch.MinHashLSH(num_perm=128)` and its other
    indexes take it:

        index.query(dedup.minhash("one two three"))
    """
    import numpy as np
    from datasketch import LeanMinHash

    from dedup import kernels

    normal = normalise(text).encode()
    data, offsets = np.frombuffer(normal, np.uint8), np.array([0, len(normal)], np.int64)
    (signature,) = kernels.sketch(data, offsets).view(np.uint32)
    return LeanMinHash(seed=1, scheme="affine32", hashvalues=signature)


def find(  # noqa: PLR0913 - what is read, and whom to tell of it
    data: Data | None = None,
    settings: Settings | None = None,
    *,
    texts: Iterable[str] | None = None,
    text: str | None = None,
    id: str | None = None,  # noqa: A002 - the field is called so
    order: str = "place",
    engine: Engine | None = None,
    watch: Watch = silent,
    rejects: Rejects | None = None,
    **changes: Any,  # noqa: ANN401 - settings by name
) -> Report:
    """
    Find what repeats within and across texts.

    `data` is the path of a file or folder, or several paths; or dicts, or a frame of pandas, polars
    or Arrow, or a dataset, whose field `text` holds the text and whose field `id` names the row.
    Strings are paths: give texts as `texts`. Settings may be given by their names:

        dedup.find(rows, text="body", threshold=0.9)
        dedup.find(texts=["...", "..."])

    In the report texts that were given have the document `texts` or `rows`, and as their record
    their id, or their number from 1. What is called the first is so by `order`: `place`, or
    `oldest:FIELD` by the date in a field. Raises `InputError` and `SettingsError`.

    The work runs on this machine, or on an `engine` of the caller's: in a job on a cluster

        from dedup.engines.spark import SparkEngine
        report = dedup.find(df, text="body", engine=SparkEngine(spark))

    where `df` is a Spark DataFrame, or paths that all workers see.
    """
    from dedup import by_date, pipeline

    settings = _settings(settings, text, id, changes)
    field = by_date.field_of(order)
    if is_spark_frame(data):
        with run_anywhere(data, settings, watch, engine) as (documents, own):
            return pipeline.find(documents, settings, own)
    reading = _read(_given(data, texts), settings, watch, rejects, fields=(field,) if field else ())
    with run_anywhere(reading, settings, watch, engine) as (documents, own):
        if field is None:
            report = pipeline.find(documents, settings, own)
        else:
            ordered = by_date.oldest_first(documents, reading.values[field], order, own)
            report = pipeline.find(own.fetch(ordered.documents), settings, own)
            report = by_date.dated(report, ordered, order, own)
    return report.with_skipped(tuple(reading.skipped))


def check(  # noqa: PLR0913 - what is read, and whom to tell of it
    data: Data | None = None,
    against: Data | None = None,
    settings: Settings | None = None,
    *,
    index: Index | SharedIndex | PathLike | None = None,
    texts: Iterable[str] | None = None,
    against_texts: Iterable[str] | None = None,
    text: str | None = None,
    id: str | None = None,  # noqa: A002 - the field is called so
    rules: Rules | None = None,
    since: Changes | None = None,
    watch: Watch = silent,
    rejects: Rejects | None = None,
    **changes: Any,  # noqa: ANN401 - settings by name
) -> Report:
    """
    Find what incoming texts repeat: of themselves, of each other, of the published ones.

        report = dedup.check("drafts", against="articles", rules=dedup.Rules(max_overlap=0.25))
        report.verdict.failed, [finding.why for finding in report.verdict.findings]

    Both sides are given as to `find`; published texts are the document `against`, or those of an
    `index`, which are not read anew: what is found is the same. With `since` only
    the files that were changed are incoming, the others are published. `Report.verdict` says which
    findings fail by the `rules`, and why the others do not. Raises as `find`.
    """
    from dedup import checking, pipeline

    # Both sides; with `since` what was not changed goes to the other one.
    settings = _settings(settings, text, id, changes)
    rules = of_class("rules", rules, checking.Rules)
    published = _published(against, against_texts)
    reading = _read(_given(data, texts, again=True), settings, watch, rejects, published)
    changed = None
    if since is not None:
        reading, changed = checking.parted(reading, since)
        if not changed:
            return checking.nothing_changed(tuple(reading.skipped), settings, rules)
    # Against an index that was built, or against the other side as it is read.
    if index is not None:
        from dedup.index import library

        if published or since is not None:
            raise SettingsError("index: is the published side: leave out against and since")
        if settings.engine != "local":
            raise SettingsError(
                f"index: is read on one machine: leave out engine={settings.engine!r}"
            )
        report = library.at(index).check(reading, settings, watch)
    else:
        with run_anywhere(reading, settings, watch) as (documents, engine):
            report = pipeline.check(documents, settings, engine)
        report = report.with_skipped(tuple(reading.skipped))
    # Only documents with findings are read once more, to judge these.
    names = checking.with_findings(report)
    known = {}
    if names:
        again = reading.of_files({name.document for name in names})
        known = checking.articles(again, names, settings, rules)
    return replace(report, verdict=checking.judged(report, rules, known, changed))


def serve(
    index: Index | SharedIndex | PathLike,
    settings: Settings | None = None,
    *,
    rules: Rules | None = None,
    port: int = 8765,
    listening: Callable[[int], object] | None = None,
    **changes: Any,  # noqa: ANN401 - settings by name
) -> None:
    """
    Answer checks against an index by HTTP on this machine, until Ctrl-C or a signal ends it.

        dedup.serve("published.index", rules=dedup.Rules(max_overlap=0.25))

    What is asked and answered stands in `dedup.serving`; each answer is that of `check`. An index
    that changes is looked at anew. `listening` is told the port once it is listened on. Raises as
    `check` where the index cannot be asked, and `SettingsError` for a port that cannot be had.
    """
    from dedup import serving
    from dedup.index import library

    own = (settings or Settings()).updated(changes)
    # Requests are answered side by side, a core each.
    own = replace(own, threads=own.threads or 1)
    asked = library.at(index)
    asked.size(own)
    serving.run(
        serving.Application(
            lambda texts: check(texts, None, own, index=asked, rules=rules),
            lambda: asdict(asked.size(own)),
        ),
        port,
        listening or (lambda _: None),
    )


def baseline_at(  # noqa: PLR0913 - as `check`, of files
    ref: str,
    paths: Paths,
    against: Paths = (),
    settings: Settings | None = None,
    *,
    rules: Rules | None = None,
    watch: Watch = silent,
) -> Baseline:
    """
    Make the baseline of what was found at a commit, in the same paths, of git's own files.

    Raises `SettingsError` for a path outside of the repository, and where there is no such commit.
    """
    from dedup import checking, git
    from dedup.checking.baseline import NOTHING, moved
    from dedup.checking.judge import updated

    settings, rules = settings or Settings(), rules or checking.Rules()
    incoming, published = ([os.fspath(one) for one in _listed(some)] for some in (paths, against))
    with git.files_of(ref, incoming, published) as places:
        there = [places[path] for path in incoming if path in places]
        if not there:
            return NOTHING
        # A glob that names a path as given must fit it here, too.
        globs = [places.folder + "/" + glob for glob in settings.exclude]
        own = replace(settings, exclude=(*settings.exclude, *globs), on_error="skip")
        bare = replace(rules, baseline=None)
        old = [places[path] for path in published if path in places]
        report = check(there, old, own, rules=bare, watch=watch)
        return moved(updated(report, bare), {place: path for path, place in places.items()})


def pairs(  # noqa: PLR0913 - what is read, and whom to tell of it
    data: Data | None = None,
    settings: Settings | None = None,
    *,
    texts: Iterable[str] | None = None,
    text: str | None = None,
    id: str | None = None,  # noqa: A002 - the field is called so
    watch: Watch = silent,
    rejects: Rejects | None = None,
    skipped: Callable[[Skipped], object] | None = None,
    **changes: Any,  # noqa: ANN401 - settings by name
) -> Iterator[Pair]:
    """
    Yield every verified match of two paragraphs, in Order, of texts given as to `find`.

        for pair in dedup.pairs("articles"):
            print(pair.a.document, pair.a.paragraph, pair.b.document, pair.b.paragraph)

    Similarities are 0 to 1, paragraphs are numbered from 1.
    `skipped` takes what was not read. Raises as `find`, once the first pair is asked for.
    """
    from dedup import pipeline

    settings = _settings(settings, text, id, changes)
    reading = _read(_given(data, texts), settings, watch, rejects)
    with run_anywhere(reading, settings, watch) as (documents, engine):
        yield from pipeline.pairs(documents, settings, engine)
    if skipped is not None:
        for one in reading.skipped:
            skipped(one)


def document_pairs(  # noqa: PLR0913 - what is read, and whom to tell of it
    data: Data | None = None,
    settings: Settings | None = None,
    *,
    texts: Iterable[str] | None = None,
    text: str | None = None,
    id: str | None = None,  # noqa: A002 - the field is called so
    watch: Watch = silent,
    rejects: Rejects | None = None,
    skipped: Callable[[Skipped], object] | None = None,
    **changes: Any,  # noqa: ANN401 - settings by name
) -> Iterator[NearPair]:
    """
    Return every verified pair of documents that resemble each other as a whole, in Order.

    Texts are given as to `find`, `skipped` and what is raised are as in `pairs`:

        dedup.document_pairs(texts=["...", "..."], document_threshold=0.5)
    """
    from dedup import near_documents

    settings = _settings(settings, text, id, changes)
    reading = _read(_given(data, texts), settings, watch, rejects)
    with run_anywhere(reading, settings, watch) as (documents, engine):
        yield from near_documents.pairs(documents, settings, engine)
    if skipped is not None:
        for one in reading.skipped:
            skipped(one)


def clean(  # noqa: PLR0913 - what is read, and whom to tell of it
    data: Data | None = None,
    settings: Settings | None = None,
    policy: Policy | None = None,
    *,
    against: Data | None = None,
    texts: Iterable[str] | None = None,
    against_texts: Iterable[str] | None = None,
    text: str | None = None,
    id: str | None = None,  # noqa: A002 - the field is called so
    watch: Watch = silent,
    **changes: Any,  # noqa: ANN401 - settings and policies by name
) -> Planned:
    """
    Plan a clean and write nothing: what goes can be looked at, narrowed, and then written.

        plan = dedup.clean("articles", keep="longest")
        plan.without(lambda line: line.reason == "within").write("cleaned")

    Texts are given as to `find`. What stays of texts, dicts and frames is `selected`, what goes
    whole `removed`, both as they came in:

        frame = dedup.clean(frame, text="body", remove="near").selected
        lines = dedup.clean(texts=lines).selected

    What is published, `against` which texts are cleaned, is given likewise; it is only read, and
    all of it stays:

        new = dedup.clean(new, against=old, text="body").selected

    Settings and policies may be given by their names. Raises `InputError` and `SettingsError`; what
    may go wrong in writing, `Planned.write` raises.
    """
    from dedup import cleaning

    known = {field.name for field in fields(cleaning.Policy)}
    named = {name: changes.pop(name) for name in known & set(changes)}
    policy = replace(of_class("policy", policy, cleaning.Policy), **named)
    settings = replace(_settings(settings, text, id, changes), unit=policy.unit)
    published = _published(against, against_texts)
    given = _given(data, texts, again=True)
    return cleaning.plan_clean(given, settings, policy, against=published, watch=watch)


def clean_to(  # noqa: PLR0913 - the options of the command
    paths: Paths,
    output: PathLike | None,
    settings: Settings | None = None,
    policy: Policy | None = None,
    *,
    against: Paths = (),
    dry_run: bool = False,
    ids: PathLike | None = None,
    ledger: PathLike | None = None,
    annotate: bool = False,
    watch: Watch = silent,
) -> Cleaned:
    """
    Plan a clean and write it at once; that it can be written is made sure of first.

    `output` is a folder that does not exist or is empty, or `None` for a dry run; the input is
    never changed, and what is published (`against`) only read. `ids` and `ledger` are files to
    write those to besides; with `annotate` nothing goes, and the records say what would. Raises
    `GuardError` where more would go than `policy.max_removed`.
    """
    from dedup import cleaning

    policy = policy or cleaning.Policy()
    settings = replace(settings or Settings(), unit=policy.unit)
    return cleaning.clean(
        _listed(paths),
        output,
        settings,
        policy,
        against=_listed(against),
        dry_run=dry_run,
        ids=ids,
        ledger=ledger,
        annotate=annotate,
        watch=watch,
    )


def verify(output: PathLike, *, watch: Watch = silent) -> Verified:
    """
    Prove a cleaned corpus from its ledger and its files, or raise `LedgerError`.

        dedup.verify("cleaned")
    """
    from dedup import cleaning

    return cleaning.verify(output, watch=watch)


def restore(  # noqa: PLR0913 - the options of the command
    output: PathLike,
    destination: PathLike,
    *,
    documents: str | Sequence[str] | None = None,
    groups: str | Sequence[str] | None = None,
    reasons: str | Sequence[str] | None = None,
    watch: Watch = silent,
) -> Restored:
    """
    Undo a clean: write the texts again as they were, byte for byte.

        dedup.restore("cleaned", "articles-again", reasons="within")

    Only some documents, groups or reasons where they are given. Raises `LedgerError` where the
    cleaned corpus or its ledger was edited since.
    """
    from dedup import cleaning

    return cleaning.restore(
        output,
        destination,
        documents=_several(documents),
        groups=_several(groups),
        reasons=_several(reasons),
        watch=watch,
    )


def audit(output: PathLike, *, count: int = 100, seed: int = 0) -> Audit:
    """
    Draw a sample of what a clean removed, for a person to judge, each beside what stays for it.

        for removal in dedup.audit("cleaned", count=50).removals:
            print(removal.number, removal.line.text, removal.kept)

    Raises `LedgerError` where the cleaned corpus or its ledger was edited since.
    """
    from dedup.cleaning.audit import audit as drawn

    return drawn(output, typed("count", count, int), typed("seed", seed, int))


def precision(output: PathLike, sheet: PathLike) -> Precision:
    """
    Return the share of a clean's removals that was right, from a sheet of `dedup audit`.

        dedup.precision("cleaned", "sheet.csv").low

    Raises `InputError` for a sheet without a verdict or of another clean, `LedgerError` as `audit`.
    """
    from dedup.cleaning.precision import precision as judged

    return judged(output, sheet)


def _settings(
    settings: Settings | None, text: str | None, name: str | None, changes: Mapping[str, Any]
) -> Settings:
    """Put what is given by name in the place of settings. Raises `SettingsError`."""
    fields = {"text_field": text, "id_field": name}
    named = {field: value for field, value in fields.items() if value is not None}
    return of_class("settings", settings, Settings).updated({**changes, **named})


def _given(
    data: Data | None, texts: Iterable[str] | None, argument: str = "data", *, again: bool = False
) -> Sequence[Given]:
    from dedup import formats

    return formats.given(data, texts, argument=argument, again=again)


def _published(against: Data | None, texts: Iterable[str] | None) -> Sequence[Given]:
    """Return the published side; one that is not there is none, so that all may be incoming."""
    none = against is None or (isinstance(against, list) and not against)
    return () if none and texts is None else _given(against, texts, "against")


def _read(  # noqa: PLR0913 - as `formats.read`
    given: Sequence[Given],
    settings: Settings,
    watch: Watch,
    rejects: Rejects | None,
    against: Sequence[Given] = (),
    fields: Sequence[str] = (),
) -> Reading:
    from dedup import formats

    return formats.read(
        given, settings, against=against, watch=watch, rejects=rejects, fields=fields
    )


def _several(names: str | Sequence[str] | None) -> Sequence[str] | None:
    """Take one name for a list of one: it would be read letter by letter."""
    return [names] if isinstance(names, str) else names


def _listed(paths: Paths) -> list[PathLike]:
    return [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)


def compare(
    a: PathLike,
    b: PathLike,
    settings: Settings | None = None,
    **changes: Any,  # noqa: ANN401 - settings by name
) -> Diff:
    """
    Compare two texts, paragraph by paragraph, word by word.

    A string is a text. A `PathLike` is a file that holds one text, or a record of a file, as
    `Path("FILE:ID")`. Settings may be given by their names:

        found = dedup.compare("one two three", "one too three", paragraphs="line")
        found.same_words, found.resemblance, found.parts

    Raises `InputError` for a file that cannot be read or holds several texts.
    """
    from dedup.reports import diff

    own = of_class("settings", settings, Settings).updated(changes)
    one, two = (text if isinstance(text, str) else _text(text, own) for text in (a, b))
    return diff.compare(one, two, own)


def file_and_record(name: PathLike) -> tuple[str, str | None]:
    """Part the name of a text into that of its file and, behind a colon, that of its record."""
    path = os.fspath(name)
    if os.path.exists(path):  # noqa: PTH110 - the name as given is what decides
        return path, None
    at = path.find(":")
    while at > 0:
        if os.path.isfile(path[:at]):  # noqa: PTH113 - likewise
            return path[:at], path[at + 1 :]
        at = path.find(":", at + 1)
    return path, None


def compare_cleaned(output: PathLike, document: str, record: str | None = None) -> Diff:
    """
    Compare a document of a cleaned corpus as it was with what the clean left of it.

    Raises `SettingsError` for one that the corpus does not hold, `LedgerError` where it was edited.
    """
    from dedup.cleaning.undo import before_and_after
    from dedup.reports import diff

    before, after, mode = before_and_after(output, document, record)
    return diff.compare(before, after, Settings(paragraphs=mode))


def _text(name: os.PathLike[str], settings: Settings) -> str:
    """Return one text: of a file, or of a record. Raises `InputError` where there are several."""
    from dedup import formats

    if not isinstance(name, os.PathLike):
        raise SettingsError(f"of type {type(name).__name__}: give a string, or the path of a file")
    path, record = file_and_record(name)
    found: dict[str, str] = {}
    texts: list[str] = []
    for batch in formats.read([path], settings):
        texts += batch.text.list()
        found |= zip(batch.record.list(), batch.text.list(), strict=True)
    if record is not None:
        if record not in found:
            near = nearest(record, [own for own in found if own])
            raise InputError(f"{path} holds no record {record!r}{near}")
        return found[record]
    if len(texts) != 1:
        raise InputError(f"{path} holds {len(texts)} texts; name one of them: {path}:ID")
    return texts[0]


def texts_of(names: Collection[Name], settings: Settings | None = None) -> dict[Name, str]:
    """Read documents of a report again, by name; those that cannot be read are left out."""
    from dedup import formats
    from dedup.group import Name

    found: dict[Name, str] = {}
    paths = {name.document for name in names if os.path.isfile(name.document)}  # noqa: PTH113 - as given
    if not paths:
        return found
    lenient = replace(settings or Settings(), on_error="skip")
    for batch in formats.read(sorted(paths), lenient):
        for row in zip(batch.path.list(), batch.record.list(), batch.text.list(), strict=True):
            if (name := Name(row[0], row[1] or None)) in names:
                found[name] = row[2]
    return found
