"""What is ready to plug into a CI is really run: the hook by pre-commit, the action's steps."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import CI, ROOT

HOOKS = ROOT / ".pre-commit-hooks.yaml"
ACTION = ROOT / "action.yml"
BIN = Path(sys.executable).parent
TEXT = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(40))
ONLY_IN_CI = pytest.mark.skipif(not CI, reason="installs the project: half a minute, and a network")


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


@pytest.mark.parametrize("isolated", [False, pytest.param(True, marks=ONLY_IN_CI)])
def test_pre_commit_runs_the_hook(repository: Path, tmp_path: Path, isolated: bool) -> None:  # noqa: FBT001
    """
    It fails what is about to be committed, and passes it where it repeats nothing.

    Isolated, pre-commit clones this repository and installs it into an environment of its own.
    """
    [hook] = yaml.safe_load(HOOKS.read_text())
    assert run(ROOT, sys.executable, "-m", "pre_commit", "validate-manifest", HOOKS).returncode == 0
    source: dict[str, Any] = {"repo": "local", "hooks": [hook | {"language": "system"}]}
    if isolated:
        revision = run(ROOT, "git", "rev-parse", "HEAD").stdout.strip()
        source = {"repo": str(ROOT), "rev": revision, "hooks": [{"id": hook["id"]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [source]}))
    run(repository, "git", "add", "-A")
    words = (sys.executable, "-m", "pre_commit", "run")
    # Nothing is compiled, which takes as long as all the rest.
    own = {"PRE_COMMIT_HOME": tmp_path / "home", "CC": "false"}
    done = run(repository, *words, **own)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "b.md:1  repeats ./a.md:1" in done.stdout
    assert ("Installing environment" in done.stdout + done.stderr) == isolated
    (repository / "b.md").write_text("Something else.\n")
    run(repository, "git", "add", "-A")
    assert run(repository, *words, **own).returncode == 0
    shutil.rmtree(tmp_path / "home")


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


def test_the_action_keeps_an_index(repository: Path, tmp_path: Path) -> None:
    """Named after the published texts, built where the cache has none, and asked."""
    (repository / "old").mkdir()
    (repository / "old/a.md").write_text(f"{TEXT}\n")
    (repository / "old/two words.md").write_text("Something else.\n")
    output = tmp_path / "output"
    own = {"GITHUB_OUTPUT": output, "RUNNER_TEMP": tmp_path, "PUBLISHED": "old\n", "ARGUMENTS": ""}

    def step(name: str, **more: object) -> dict[str, str]:
        """Run one step, and return its outputs."""
        output.write_text("")
        words = ("bash", "-e", "-o", "pipefail", "-c", steps()[name]["run"])
        done = run(repository, *words, **own, **more)
        assert done.returncode == int(name == "Check"), done.stderr
        return dict(line.split("=", 1) for line in output.read_text().splitlines())

    index = step("Name the index")
    assert index == step("Name the index")
    step("Build the index", INDEX=index["folder"])
    asked = {"INDEX": index["folder"], "PATHS": "b.md", "SINCE": "HEAD", "SARIF": "d.sarif"}
    assert step("Check", **asked) == {"exit-code": "1"}
    # What is uploaded is what code scanning reads.
    [finding] = json.loads((repository / "d.sarif").read_text())["runs"][0]["results"]
    [place], [other] = finding["locations"], finding["relatedLocations"]
    uris = [p["physicalLocation"]["artifactLocation"]["uri"] for p in (place, other)]
    assert uris == ["b.md", "old/a.md"]
    (repository / "old/a.md").write_text(f"{TEXT} more\n")
    assert step("Name the index")["key"] != index["key"]


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
