"""Spark against the local engine, on a cluster of real processes: the same, byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import threading
import time
import warnings
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from engines.cluster import CONF, HOME, cluster
from pyspark import cloudpickle

import dedup
from dedup import model as m
from dedup import spread
from dedup.api import clean_to, verify
from dedup.cleaning import Policy
from dedup.engines.base import as_it_is
from dedup.engines.cluster import spark_engine
from dedup.engines.interface import Beside
from dedup.engines.local import Local
from dedup.errors import InputError, SettingsError
from dedup.stages import boilerplate, candidates, equal_documents
from dedup.stages.normalise import first_places, numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engines.cluster import Cluster

    from dedup.engines.interface import Engine
    from dedup.engines.spark import SparkEngine
    from dedup.report import Report

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")
ROOT = Path(__file__).parents[2]
GOLDEN = json.loads((ROOT / "tests/cases/golden.json").read_text(encoding="utf-8"))
POEM = "la plage bleue\ndort sous la pluie\nle vent se lève\nau bord du chemin\nune voile passe\n"
PATIENCE = 400
"""Seconds for a command that takes twenty where the machine has nothing else to do."""
AS_IT_WENT = ("candidates", "rejected", "buckets_cut")
"""What a report says of the way to it."""


@pytest.fixture(scope="module")
def spark_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A master and two workers."""
    with cluster(tmp_path_factory.mktemp("cluster")) as one:
        yield one


JOB = """
import sys
from pyspark.sql import SparkSession
import dedup
from dedup.engines.spark import SparkEngine

engine = SparkEngine(SparkSession.builder.getOrCreate())
found = dedup.find(sys.argv[1], unit="document", engine=engine).documents

def kernel(_):
    from dedup import kernels
    return kernels.NAME, kernels.__file__

print(len(found), *engine.asked([0], kernel)[0])
"""
SUBMITTED = ("spark.archives=paradedup.zip#paradedup", "spark.executorEnv.PYTHONPATH=paradedup")
"""As docs/spark.md has it."""


def test_a_job_is_submitted_with_the_package_in_an_archive(
    spark_cluster: Cluster, tmp_path: Path
) -> None:
    """Workers whose Python does not have it unpack it, and its compiled kernel serves them."""
    with zipfile.ZipFile(tmp_path / "paradedup.zip", "w") as archive:  # what a wheel holds
        for path in (ROOT / "dedup").rglob("*"):
            if path.suffix in {".py", ".so", ".bin", ".json", ".properties"}:
                archive.write(path, path.relative_to(ROOT))
        about = f"Metadata-Version: 2.1\nName: paradedup\nVersion: {dedup.__version__}\n"
        archive.writestr("paradedup.dist-info/METADATA", about)
    (tmp_path / "job.py").write_text(JOB, encoding="utf-8")
    for name in "ab":
        (tmp_path / f"corpus/{name}.txt").parent.mkdir(exist_ok=True)
        (tmp_path / f"corpus/{name}.txt").write_text(POEM * 2, encoding="utf-8")
    # Workers have what the package needs, as clusters do, and not what links to this project.
    others = sysconfig.get_path("purelib")
    conf = [f"{key}={value}" for key, value in CONF.items()]
    conf += [SUBMITTED[0], f"{SUBMITTED[1]}:{others}"]
    words = [word for one in conf for word in ("--conf", one)]
    environment = os.environ | {
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYSPARK_PYTHON": str(Path(sys.executable).resolve()),
        "SPARK_HOME": str(HOME),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    done = subprocess.run(
        [HOME / "bin/spark-submit", "--master", spark_cluster.master, *words, "job.py", "corpus"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found, name, file = done.stdout.split()[-3:]
    assert (found, name) == ("1", "native")
    assert "/paradedup/dedup/kernels/" in file


@pytest.fixture(scope="module")
def engine(spark_cluster: Cluster) -> Iterator[SparkEngine]:
    """An engine on the cluster, of one session for all tests."""
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        conf = [f"{key}={value}" for key, value in CONF.items()]
        own = spark_engine(spark_cluster.master, conf, lambda *_: None)
        yield own
        own.session.stop()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Records with every kind of finding, in three files of two formats, and a text."""
    import pyarrow as pa
    from pyarrow import parquet

    folder = tmp_path_factory.mktemp("corpus")
    records = [
        {"id": f"{case['name']}/{name}", "text": text}
        for case in GOLDEN
        if case["command"] == "report"
        for name, text in case["documents"].items()
    ]
    verses = [{"id": f"poem {n}", "text": f"Page {n}\n{POEM * 2}{n} fin\n"} for n in range(3)]
    third = len(records) // 3
    for name, some in (("b.jsonl", records[:third]), ("a.jsonl", records[third : 2 * third])):
        lines = "".join(json.dumps(one) + "\n" for one in some)
        (folder / name).write_text(lines, encoding="utf-8")
    parquet.write_table(pa.Table.from_pylist(records[2 * third :] + verses), folder / "c.parquet")
    (folder / "d.txt").write_text(records[0]["text"], encoding="utf-8")
    return [folder / name for name in ("b.jsonl", "a.jsonl", "c.parquet", "d.txt")]


def told(report: Report) -> str:
    """Write a report as JSON, without what it says of the way to it."""
    value = json.loads(report.to_json())
    for name in AS_IT_WENT:
        del value["summary"][name]
    return json.dumps(value)


def test_the_corpus_has_every_kind_of_finding(corpus: list[Path]) -> None:
    """So that what follows compares all there is."""
    report = dedup.find(corpus, boilerplate_documents=30)
    found = {(group.kind, group.unit) for group in report.groups}
    assert found >= {
        ("across", "block"),
        ("across", "passage"),
        ("boilerplate", "block"),
        ("within", "block"),
    }
    assert report.documents


def test_a_report_of_a_data_frame_is_that_of_its_rows(engine: SparkEngine) -> None:
    """Ids that come twice, and rows without one, are named as everywhere."""
    texts = list(GOLDEN[11]["documents"].values())
    rows = [{"id": name, "body": text} for name, text in zip("abacc ", texts, strict=True)]
    rows[4]["id"] = None
    frame = engine.session.createDataFrame(rows, "id string, body string").coalesce(1)
    settings = dedup.Settings(text_field="body")
    named = m.Documents.concat(engine.fetch(spread.rows(frame, settings, engine)))
    ids = [named.record[row] for row in np.argsort(named.doc).tolist()]
    assert ids == ["a", "b", "a#3", "c", "5", " "]
    found = dedup.find(frame, text="body", unit="document", engine=engine)
    assert told(found) == told(dedup.find(rows, text="body", unit="document"))
    with pytest.raises(InputError, match="no column 'text'"):
        dedup.find(frame, engine=engine)
    with pytest.raises(SettingsError, match="give engine=SparkEngine"):
        dedup.find(frame, text="body")


def test_the_command_reports_what_it_reports_without_spark(script: Path, tmp_path: Path) -> None:
    """A session of its own on this machine, and nothing of what Spark says by itself."""
    conf = [word for one in CONF.items() for word in ("--spark-conf", "=".join(one))]
    words = ("report", ROOT / "seeds", "--format", "json", "-q")
    on_spark = ("--engine", "spark", "--master", "local[2]", *conf)
    wanted, done = (
        subprocess.run(
            [script, *words, *more],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        for more in ((), on_spark)
    )
    assert (done.returncode, done.stdout) == (0, wanted.stdout), done.stderr
    own = [line for line in done.stderr.splitlines() if "incubator modules" not in line]
    assert own == []


def plain(table: m.Table) -> list[tuple[Any, ...]]:
    """Return the rows of a table."""
    columns = [
        column.raws() if isinstance(column, m.Strings) else column.tolist()
        for column in table.columns().values()
    ]
    return [
        tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row)
        for row in zip(*columns, strict=True)
    ]


def rows(engine: Engine, table: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - a stored table
    """Fetch the rows of a table."""
    return [row for batch in engine.fetch(table) for row in plain(batch)]


def verbs(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Use every verb on random tables; what has no order is sorted."""
    rng = np.random.default_rng(5)
    count = 3000
    forms = m.Forms(
        np.arange(count) // 3,
        (np.arange(count) % 3).astype(np.int32),
        rng.integers(0, 60, count, dtype=np.int32),
        rng.integers(-40, 40, count),
        rng.integers(0, 2, count),
    )
    texts = m.Strings.of([f"é{n}" * (n % 4) for n in range(count)])
    sketches = m.Sketches(
        np.arange(300),
        np.full(300, 90, np.int32),
        rng.integers(0, 50, (300, 4), dtype=np.int32),
        rng.integers(0, 2, (300, 128), dtype=np.int8),
    )
    batches = (forms.slice(at, at + 700) for at in range(0, count, 700))
    stored = engine.map(batches, m.Forms, as_it_is)
    both = engine.map(stored, (m.Forms, m.Editions), of_both)
    kinds = (m.Forms, m.FormsByDigest)
    first, every = engine.by_key(stored, ("digest", "digest2", "doc", "no"), kinds, first_places)
    ranks = engine.rank(stored, ("digest", "doc", "no"), m.Ranks, numbered)
    normals = engine.map([m.Normals(forms.doc, forms.no, texts)], m.Normals, as_it_is)
    places = engine.map([m.Holders(forms.doc, forms.words.astype(np.int64))], m.Holders, as_it_is)
    near = engine.map([m.Neighbours(forms.doc[::7], forms.doc[::-7])], m.Neighbours, as_it_is)
    some = engine.map([sketches], m.Sketches, as_it_is)
    banding = candidates.Banding(4, 3, 40)
    meet = partial(candidates.meet, banding=banding, threshold=0.5)
    signatures = engine.map(some, m.Signatures, candidates.signatures)
    pairs, crowds = engine.by_each(
        *(some, 4, (m.Bands, candidates.band), ("key",), (m.Pairs, m.Crowds), meet),
        pairwise=(
            Beside(signatures, ("a", "b", "text"), m.HalfSigned),
            partial(candidates.alike, equal=64),
        ),
    )
    empty = engine.by_key(
        engine.map([m.Pairs.empty()], m.Pairs, as_it_is), ("a",), m.Pairs, as_it_is
    )
    return {
        "map": rows(engine, stored),
        "map, several": rows(engine, both[0]) + rows(engine, both[1]),
        "by_key": sorted(rows(engine, first)) + sorted(rows(engine, every)),
        "by_key, shared": sorted(
            rows(
                engine,
                engine.by_key(
                    both[1],
                    ("digest", "digest2", "doc"),
                    m.Equals,
                    equal_documents.equals,
                    shared=True,
                ),
            )
        ),
        "rank": rows(engine, ranks),
        "join": sorted(
            rows(
                engine,
                engine.join(
                    near,
                    places,
                    (("other", "text"), ("text", "doc")),
                    m.Holders,
                    boilerplate.around,
                ),
            )
        ),
        "lookup": sorted(
            rows(
                engine,
                engine.lookup(normals, ranks, (("doc", "no"), ("doc", "no")), m.Normals, known),
            )
        ),
        "by_each": sorted(rows(engine, pairs)),
        "crowds": sorted(rows(engine, crowds)),
        "union": sorted(rows(engine, engine.union(near, near))),
        "none": rows(engine, empty),
        "counts": [(engine.count(ranks), engine.count(empty), engine.count(near))],
    }


def of_both(forms: m.Forms) -> tuple[m.Forms, m.Editions]:
    """Return two tables of one."""
    return forms, m.Editions(forms.doc, forms.digest, forms.digest2)


def known(normals: m.Normals, ranks: m.Ranks) -> m.Normals:
    """Keep what is looked up."""
    wanted, there = (some.doc << 32 | some.no for some in (normals, ranks))
    assert np.isin(wanted, there).all()
    return normals


def test_the_verbs_give_what_the_local_engine_gives(engine: SparkEngine) -> None:
    """The rows, and their order where the interface promises one."""
    with Local(threads=1) as local:
        wanted = verbs(local)
    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # no worker has this file
    found = verbs(engine)
    assert {name: found[name] == rows for name, rows in wanted.items()} == dict.fromkeys(
        wanted, True
    )


def test_faults_of_files_are_told_as_on_one_machine(engine: SparkEngine, tmp_path: Path) -> None:
    """The first in Order fails; what is skipped is counted; what cannot be is refused."""
    (tmp_path / "a.jsonl").write_text('{"text": "one two three"}\n', encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "four"}\nno JSON\n', encoding="utf-8")
    for way in ({}, {"on_error": "skip"}):
        said = []
        for one in (None, engine):
            try:
                said.append(
                    dedup.find(tmp_path, unit="document", engine=one, **way).summary.skipped
                )
            except InputError as error:
                said.append(str(error))
        assert said[0] == said[1]
        assert said[0]
    with pytest.raises(SettingsError, match="on_error='quarantine' does not work on engine spark"):
        dedup.find(tmp_path, engine=engine, on_error="quarantine")
    with pytest.raises(SettingsError, match="oldest:FIELD"):
        dedup.find(tmp_path, engine=engine, order="oldest:date")
    (tmp_path / "none").mkdir()
    (tmp_path / "none/c.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="the files hold no records"):
        dedup.find(tmp_path / "none", engine=engine)


def test_every_kind_of_finding_is_reported(engine: SparkEngine, corpus: list[Path]) -> None:
    """In several formats."""
    found = dedup.find(corpus, boilerplate_documents=30, engine=engine)
    assert told(found) == told(dedup.find(corpus, boilerplate_documents=30))


def test_a_clean_is_the_same_where_a_worker_is_killed(
    engine: SparkEngine, spark_cluster: Cluster, corpus: list[Path], tmp_path: Path
) -> None:
    """Texts, ledger and manifest; one of two machines is switched off meanwhile."""
    status = engine.session.sparkContext.statusTracker()
    killed = threading.Event()

    def kill() -> None:
        while not killed.is_set():
            stages = [status.getStageInfo(n) for n in status.getActiveStageIds()]
            if any(stage is not None and stage.numActiveTasks for stage in stages):
                spark_cluster.kill_worker()
                killed.set()
            time.sleep(0.01)

    def watch(step: str, *_: object) -> None:
        if step == "boilerplate":
            killer.start()

    killer = threading.Thread(target=kill, daemon=True)
    settings = dedup.Settings(boilerplate_documents=30)
    policy = Policy(remove="near", boilerplate="remove", keep="longest", max_removed=1.0)
    clean_to(corpus, tmp_path / "local", settings, policy)
    clean_to(corpus, tmp_path / "spark", replace(settings, engine="spark"), policy, watch=watch)
    assert killed.is_set()
    spark_cluster.begin_worker()
    wanted, found = (contents(tmp_path / name) for name in ("local", "spark"))
    assert len(wanted[".dedup/ledger.jsonl"].splitlines()) > 100
    assert found == wanted
    verify(tmp_path / "spark")


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


WITHOUT = "import sys; sys.modules['pyspark'] = None; from dedup.cli import main; sys.argv[1:] = "


def test_without_pyspark_one_line_says_what_to_install() -> None:
    """Exit code 2."""
    code = WITHOUT + "['report', 'seeds', '--engine', 'spark']; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    line = "engine is 'spark': there is no pyspark here; pip install 'paradedup[spark]'"
    assert (done.returncode, done.stderr) == (2, f"dedup: {line}\n")


def test_nothing_else_imports_pyspark() -> None:
    """Neither the package nor a report on this machine."""
    code = (
        "import sys, dedup, dedup.api; dedup.find('seeds');"
        "print([n for n in sys.modules if n.startswith(('pyspark', 'py4j'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("report seeds --engine spark --spark-conf x", "spark_conf is 'x': give KEY=VALUE"),
        (
            "clean seeds -o out --passages on --engine spark",
            "passages is 'on', which engine spark does not do",
        ),
        ("clean seeds --dry-run --document x --engine spark", "engine is 'spark': report, pairs"),
        ("check seeds --index ix --engine spark", "index: "),
    ],
)
def test_what_cannot_be_done_there_is_refused(dedup: Callable, words: str, why: str) -> None:
    """One line, before anything begins."""
    done = dedup(*words.split(), cwd=ROOT, env=dict(os.environ))
    assert done.returncode == 2
    assert done.stderr.startswith(f"dedup: {why}")
    assert done.stderr.count("\n") == 1
