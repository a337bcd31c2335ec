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
