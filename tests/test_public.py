"""The public surface: what `import dedup` promises, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import dedup


def test_the_list_is_sorted_and_every_name_is_there() -> None:
    """`__all__` is the surface."""
    assert dedup.__all__ == sorted(dedup.__all__)
    assert dir(dedup) == dedup.__all__
    for name in dedup.__all__:
        assert getattr(dedup, name) is not None


def test_every_public_name_is_explained() -> None:
    """A docstring each."""
    undocumented = [
        n for n in dedup.__all__ if n != "__version__" and not getattr(dedup, n).__doc__
    ]
    assert undocumented == []


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
