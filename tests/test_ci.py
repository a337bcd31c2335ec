"""What is ready to plug into a CI is really run: the hook by pre-commit, the action's steps."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

HOOKS = ROOT / ".pre-commit-hooks.yaml"
ACTION = ROOT / "action.yml"
BIN = Path(sys.executable).parent
TEXT = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(40))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of one text, and of one that is about to be committed and repeats it."""
    top = tmp_path / "repository"
    top.mkdir()
    run(top, "git", "init", "-q", "-b", "main")
    (top / "a.md").write_text(f"{TEXT}\n")
    commit(top)
    (top / "b.md").write_text(f"{TEXT}\n")
    return top


def environment(**more: object) -> dict[str, str]:
    """Give the environment of a CI, with nobody's configuration of git, and our command."""
    names = {
        key: value for key, value in os.environ.items() if not key.startswith(("GIT", "PRE_C"))
    }
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return names | own | {key: str(value) for key, value in more.items()}


def run(folder: Path, *words: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Run a command."""
    return subprocess.run(
        words, cwd=folder, env=environment(**more), capture_output=True, text=True, check=False
    )


def commit(top: Path) -> None:
    """Commit all there is."""
    run(top, "git", "add", "-A")
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    assert run(top, "git", *who, "commit", "-q", "-m", "x", "--no-verify").returncode == 0


def test_pre_commit_runs_the_hook(repository: Path, tmp_path: Path) -> None:
    """It fails what is about to be committed, and passes it where it repeats nothing."""
    [hook] = yaml.safe_load(HOOKS.read_text())
    assert run(ROOT, sys.executable, "-m", "pre_commit", "validate-manifest", HOOKS).returncode == 0
    # An environment of its own would install the project anew, which takes minutes.
    local = {"repo": "local", "hooks": [hook | {"language": "system"}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [local]}))
    run(repository, "git", "add", "-A")
    words = (sys.executable, "-m", "pre_commit", "run")
    done = run(repository, *words, PRE_COMMIT_HOME=tmp_path / "home")
    assert done.returncode == 1, done.stderr
    assert "b.md:1  repeats ./a.md:1" in done.stdout
    (repository / "b.md").write_text("Something else.\n")
    run(repository, "git", "add", "-A")
    assert run(repository, *words, PRE_COMMIT_HOME=tmp_path / "home").returncode == 0


def steps() -> dict[str, dict[str, Any]]:
    """Give the steps of the action that run a script, by their names."""
    action = yaml.safe_load(ACTION.read_text())
    assert action["runs"]["using"] == "composite"
    found = {step["name"]: step for step in action["runs"]["steps"] if "run" in step}
    for step in found.values():
        assert "${{" not in step["run"], "inputs reach a script by its environment alone"
    return found


def test_the_action_checks(repository: Path, tmp_path: Path) -> None:
    """Annotations on the standard output, SARIF, a summary, and the exit code as an output."""
    output, summary = tmp_path / "output", tmp_path / "summary"
    own = {
        "GITHUB_OUTPUT": output,
        "GITHUB_STEP_SUMMARY": summary,
        "GITHUB_ACTIONS": "true",
        "PATHS": ".\n",
        "ARGUMENTS": "",
        "SINCE": "HEAD",
        "SARIF": "dedup.sarif",
    }
    script = steps()["Check"]["run"]
    done = run(repository, "bash", "-e", "-o", "pipefail", "-c", script, **own)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=b.md,line=1,endLine=1,title=Repeats ./a.md%3A1::")
    assert output.read_text() == "exit-code=1\n"
    assert "b.md" in summary.read_text()
    assert (repository / "dedup.sarif").exists()
    more = own | {"ARGUMENTS": "--against\na.md\n--fail-on=none\n", "PATHS": "b.md"}
    assert run(repository, "bash", "-e", "-c", script, **more).returncode == 0
    assert run(repository, "bash", "-e", "-c", script, **own | {"SINCE": "none"}).returncode == 2


def test_the_action_installs(tmp_path: Path) -> None:
    """Into an environment of its own, whose commands the next steps find."""
    wheel = tmp_path / "stub-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("stub.py", "def main():\n    print('found')\n")
        folder = "stub-1.0.dist-info"
        archive.writestr(f"{folder}/METADATA", "Metadata-Version: 2.1\nName: stub\nVersion: 1.0\n")
        archive.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{folder}/entry_points.txt", "[console_scripts]\ndedup = stub:main\n")
        archive.writestr(f"{folder}/RECORD", "")
    own = {
        "RUNNER_TEMP": tmp_path,
        "GITHUB_PATH": tmp_path / "path",
        "VERSION": wheel,
        "ACTION": ROOT,
    }
    done = run(tmp_path, "bash", "-e", "-c", steps()["Install dedup"]["run"], **own)
    assert done.returncode == 0, done.stderr
    found = Path((tmp_path / "path").read_text().strip())
    assert run(tmp_path, found / "dedup").stdout == "found\n"
