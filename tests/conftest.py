"""
What holds for every test: how many random samples, when a skip is a failure, the installed command.

    pytest                                  10 samples a property; the seed is printed
    pytest --hypothesis-seed=N              the same samples again
    make soak                               thousands of samples, and the tests marked `soak`
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

CI = os.environ.get("CI", "").lower() == "true"
ROOT = Path(__file__).parents[1]

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile("ci", max_examples=10, deadline=None, suppress_health_check=SLOW)
settings.register_profile(
    "soak", max_examples=3000, deadline=None, print_blob=True, suppress_health_check=SLOW
)
settings.register_profile("default", settings.get_profile("ci"))
settings.load_profile("default")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Fix the seed of the random tests, so that it can be printed; declare the markers."""
    if getattr(config.option, "hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(random.SystemRandom().randrange(1 << 32))
    config.addinivalue_line("markers", "soak: takes minutes; deselected unless -m names it")
    config.addinivalue_line(
        "markers", "may_skip(reason): may be skipped in CI, because of `reason`"
    )


def pytest_report_header(config: pytest.Config) -> str:
    """Print the seed."""
    seed = config.option.hypothesis_seed
    return f"random tests: seed {seed} (again with --hypothesis-seed={seed})"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """Print the seed once more where something failed: the header may be far above."""
    if exitstatus:
        terminalreporter.write_line(pytest_report_header(config))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the long ones unless they are asked for."""
    if config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):  # noqa: ANN201 - a hook wrapper
    """Where CI is true, count a skipped test as failed, unless it says why it may be skipped."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        allowed = item.get_closest_marker("may_skip")
        if allowed is None or not (allowed.args or allowed.kwargs):
            report.outcome = "failed"
            report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():  # noqa: ANN201 - a hook wrapper
    """Where CI is true, count a module that skips itself as failed."""
    report = yield
    if CI and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


class Dedup(Protocol):
    """The installed command."""

    def __call__(
        self,
        *arguments: object,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        input: bytes | None = None,  # noqa: A002 - as subprocess.run calls it
    ) -> subprocess.CompletedProcess[str]:
        """Run it and give its exit code, output and talk."""
        ...


@pytest.fixture(scope="session")
def script() -> Path:
    """Give the console script beside this Python."""
    path = Path(sys.executable).with_name("dedup")
    assert path.exists(), f"{path} is not there: install the project first (make test does)"
    return path


@pytest.fixture
def dedup(script: Path, tmp_path: Path) -> Dedup:
    """Run the installed command, in an empty folder unless told otherwise, without a terminal."""
    home = {k: v for k, v in os.environ.items() if k not in TERMINAL}

    def run(
        *arguments: object,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        input: bytes | None = None,  # noqa: A002 - as subprocess.run calls it
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [script, *map(str, arguments)],
            cwd=cwd or tmp_path,
            env=home | dict(env or {}),
            input=input,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return run


TERMINAL = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "DEDUP_KERNEL"}
"""Variables that would make a test depend on who runs it."""
