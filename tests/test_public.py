"""The public surface: what `import dedup` promises, and what it costs."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import is_dataclass
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

import dedup
from dedup import report

if TYPE_CHECKING:
    from pathlib import Path


def test_the_list_is_sorted_and_every_name_is_there() -> None:
    """`__all__` is the surface."""
    assert dedup.__all__ == sorted(dedup.__all__)
    assert dir(dedup) == dedup.__all__
    for name in dedup.__all__:
        assert getattr(dedup, name) is not None


def test_the_version_is_that_of_the_distribution() -> None:
    """Which has another name."""
    assert metadata.version("paradedup") == dedup.__version__


def test_every_public_name_is_explained() -> None:
    """A docstring each."""
    undocumented = [
        n for n in dedup.__all__ if n != "__version__" and not getattr(dedup, n).__doc__
    ]
    assert undocumented == []


def test_every_function_has_an_example() -> None:
    """One that calls it, but for those of a single string."""
    texts = {"normalise", "shingle_hash", "shingles"}
    functions = [n for n in dedup.__all__ if inspect.isfunction(getattr(dedup, n))]
    without = [n for n in functions if f"dedup.{n}(" not in (getattr(dedup, n).__doc__ or "")]
    assert set(without) == texts


def test_what_is_handed_back_has_a_public_name() -> None:
    """Every value of a report, of a comparison, of a clean."""
    kinds = [kind for kind in vars(report).values() if inspect.isclass(kind)]
    own = {
        kind.__name__ for kind in kinds if is_dataclass(kind) and kind.__module__ == "dedup.report"
    }
    assert own <= set(dedup.__all__)
    assert {"Diff", "Planned", "Cleaned", "Verified", "Restored"} <= set(dedup.__all__)


def test_two_strings_are_compared(tmp_path: Path) -> None:
    """A string is a text, whatever stands in the folder; a path is a file, or a record of one."""
    found = dedup.compare("one two three four five", "one two three four six")
    assert found.same_words == pytest.approx(0.8)
    assert found.resemblance == pytest.approx(0.5)
    assert [part.kind for part in found.parts] == ["changed"]
    assert repr(found) == "<Diff: same_words 0.8000, resemblance 0.5000, parts 1>"
    file = tmp_path / "a.jsonl"
    file.write_text('{"id": "x", "text": "one two"}\n{"id": "y", "text": "one three"}\n')
    assert dedup.compare(str(file), "one two").same_words < 1
    record = tmp_path / "a.jsonl:x"
    assert not dedup.compare(record, "one two").differs
    with pytest.raises(dedup.InputError, match="holds 2 texts"):
        dedup.compare(file, "one two")
    with pytest.raises(dedup.SettingsError, match="of type int: give a string, or the path"):
        dedup.compare(3, "one two")  # type: ignore[arg-type]
    with pytest.raises(dedup.SettingsError, match="unknown key 'paragraph'"):
        dedup.compare("a", "b", paragraph="line")


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As in any module."""
    with pytest.raises(AttributeError, match="module 'dedup' has no attribute 'fnid'"):
        _ = dedup.fnid


def test_importing_costs_nothing() -> None:
    """No array, no console, no table is loaded before it is used."""
    code = "import sys; a = set(sys.modules); import dedup; print(*sorted(set(sys.modules) - a))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"dedup", "__future__", "typing", "re", "collections"} | {
        name for name in done.stdout.split() if name.partition(".")[0] in sys.stdlib_module_names
    }
    assert not {"numpy", "rich", "typer"} & set(done.stdout.split())


def test_a_minhash_is_taken_by_any_index() -> None:
    """By an index of datasketch, beside MinHashes that it made of our shingles itself."""
    from datasketch import LeanMinHash, MinHash, MinHashLSH, MinHashLSHForest

    text = "Le conseil municipal a voté hier soir le budget de la ville pour l'année prochaine."
    sketch = dedup.minhash(text)
    assert isinstance(sketch, LeanMinHash)
    own = MinHash(128, scheme="affine32", hashfunc=dedup.shingle_hash)
    own.update_batch(dedup.shingles(dedup.normalise(text)))
    assert own.hashvalues.tolist() == sketch.hashvalues.tolist()
    assert sketch.jaccard(own) == 1.0

    index, forest = MinHashLSH(threshold=0.7, num_perm=128), MinHashLSHForest(num_perm=128)
    for name, minhash in (("own", own), ("other", dedup.minhash("Rien de tout cela n'est dit."))):
        index.insert(name, minhash)
        forest.add(name, minhash)
    forest.index()
    near = dedup.minhash(text.upper().replace("HIER SOIR", "mardi soir"))
    assert index.query(near) == ["own"]
    assert forest.query(near, 1) == ["own"]


@pytest.mark.parametrize("text", ["", "…", "\ud800", "a"])
def test_a_text_of_next_to_nothing_has_a_minhash(text: str) -> None:
    """Also one that normalises to nothing: it is empty, as datasketch says it."""
    assert dedup.minhash(text).is_empty() is (dedup.normalise(text) == "")


def test_what_is_no_text_is_not_normalised() -> None:
    """One error of ours says what to give."""
    assert dedup.normalise("Où ? Là !") == "ou la"
    with pytest.raises(dedup.SettingsError, match="text is 3: give a text"):
        dedup.normalise(3)  # type: ignore[arg-type]
