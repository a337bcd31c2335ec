"""Which kernel is taken, what importing it takes along, and what is shipped with it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dedup import kernels
from dedup.text import unicode_table as table

HEADER = Path(kernels.__file__).with_name("table.h")


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run *code* in a new interpreter."""
    kept = {name: value for name, value in os.environ.items() if name != "DEDUP_KERNEL"}
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=kept | environment,
        check=False,
    )


def test_reference_on_demand() -> None:
    """The environment may ask for the reference kernel."""
    result = run("from dedup import kernels; print(kernels.NAME)", DEDUP_KERNEL="reference")

    assert result.stdout.strip() == "reference"


def test_reference_where_nothing_was_compiled() -> None:
    """Without the compiled module the reference kernel serves, unless native was asked for."""
    code = (
        "import sys; sys.modules['dedup.kernels._native'] = None;"
        "from dedup import kernels; print(kernels.NAME)"
    )

    assert run(code).stdout.strip() == "reference"
    assert "ModuleNotFoundError" in run(code, DEDUP_KERNEL="native").stderr


def test_unknown_kernel() -> None:
    """A name that is no kernel's is an error that lists those there are."""
    result = run("import dedup.kernels", DEDUP_KERNEL="turbo")

    assert "ValueError" in result.stderr
    assert "'turbo'" in result.stderr
    assert "'reference'" in result.stderr


@pytest.mark.parametrize("kernel", ["", "reference"])
def test_import_is_light(kernel: str) -> None:
    """Neither datasketch and scipy, which take long, nor the rest of dedup come along."""
    code = (
        "import sys, dedup.kernels; from dedup.text.normalising import normalise_text;"
        "normalise_text('é\\u0301か\\u3099');"
        "print([m for m in sys.modules if m.split('.')[0] in {'datasketch', 'scipy', 'regex'}"
        " or m.startswith('dedup.') and not m.startswith(('dedup.kernels', 'dedup.text'))])"
    )

    assert run(code, DEDUP_KERNEL=kernel).stdout.strip() == "[]"


def test_unicode_version() -> None:
    """The version of the table is known without the package that it was built from."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", kernels.UNICODE)


def test_header_repeats_the_table() -> None:
    """The bits of an entry are the same in C and in Python."""
    text = HEADER.read_text()
    numbers = dict(re.findall(r"DEDUP_([A-Z_]+) = ([0-9 <]+)", text))
    numbers |= dict(re.findall(r"#define DEDUP_(PAGE) (\d+)", text))

    assert len(numbers) == 32
    for name, number in numbers.items():
        value, _, shift = number.partition("<<")
        assert getattr(table, name) == int(value) << int(shift or 0), name


def test_damaged_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that is not ours is an error that says what to do."""
    monkeypatch.setattr(table, "__file__", str(tmp_path / "table.py"))
    (tmp_path / table.FILE).write_bytes(b"not a table" * 10)
    with pytest.raises(RuntimeError, match="install it again"):
        table.load.__wrapped__()
