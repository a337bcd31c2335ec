"""Same input and settings, same bytes out, however the work is done."""

from __future__ import annotations

import os
import random
import sys
from typing import TYPE_CHECKING, Any

import pytest
import strategies

from dedup import api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VARIANTS: dict[str, tuple[list[str], dict[str, str]]] = {
    "one thread": (["--threads", "1"], {}),
    "two threads": (["--threads", "2"], {}),
    "on disk": (["--memory", "1MiB"], {}),
    "hash seed 0": ([], {"PYTHONHASHSEED": "0"}),
    "hash seed 1": ([], {"PYTHONHASHSEED": "1"}),
    "reference kernel": ([], {"DEDUP_KERNEL": "reference"}),
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of some hundred articles that repeat each other and themselves."""
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(30):
        drawn = strategies.random_corpus(random.Random(number))  # noqa: S311
        for path, text in drawn.documents.items():
            place = folder / f"{number % 4}" / f"{number:03}-{path}"
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(text.encode("utf-8", "surrogatepass"))
    return folder


@pytest.mark.parametrize("command", ["report", "pairs"])
def test_reports_are_the_same_bytes(command: str, corpus: Path, dedup: Callable[..., Any]) -> None:
    """Threads, memory, hash seed and kernel change nothing."""
    outputs = {}
    for name, (options, env) in VARIANTS.items():
        done = dedup(command, corpus, "--format", "jsonl", *options, env=env)
        assert done.returncode == 0, done.stderr
        outputs[name] = done.stdout
    assert outputs["one thread"]
    assert {name for name, out in outputs.items() if out != outputs["one thread"]} == set()


def test_cleaned_corpora_are_the_same_bytes(
    corpus: Path, dedup: Callable[..., Any], tmp_path: Path
) -> None:
    """So do cleaned files, ledger and manifest."""
    trees = {}
    for name, (options, env) in VARIANTS.items():
        out = tmp_path / name
        done = dedup("clean", corpus, "-o", out, "--max-removed", "100%", *options, env=env)
        assert done.returncode == 0, done.stderr
        trees[name] = {
            str(path.relative_to(out)): path.read_bytes()
            for path in sorted(out.rglob("*"))
            if path.is_file()
        }
    for name, tree in trees.items():
        assert tree == trees["one thread"], name


def test_the_order_of_a_folder_is_ours(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In whatever order the file system lists files, documents come in Order."""
    wanted = api.find(corpus)

    class Shuffled:
        def __init__(self, path: str) -> None:
            with os.scandir(path) as entries:
                self.entries = list(entries)
            random.Random(7).shuffle(self.entries)  # noqa: S311

        def __enter__(self) -> Iterator[os.DirEntry[str]]:
            return iter(self.entries)

        def __exit__(self, *_: object) -> None:
            """Nothing is open."""

    calls: list[str] = []

    class Os:
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - stands in for a module
            if name == "scandir":
                calls.append(name)
                return Shuffled
            return getattr(os, name)

    monkeypatch.setattr(sys.modules["dedup.formats.sources"], "os", Os())
    assert api.find(corpus) == wanted
    assert calls, "the walk no longer goes through os.scandir: shuffle it elsewhere"
