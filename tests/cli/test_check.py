"""`dedup check` as a CI runs it: what fails, what does not and why, what is changed, formats."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def paragraph(name: str, words: int = 30) -> str:
    """Write a paragraph that is like no other one; its words have no digits."""
    return " ".join(f"{name}{chr(97 + n // 26)}{chr(97 + n % 26)}{name}" for n in range(words))


A, B, C, E = (paragraph(name) for name in "abce")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A published text of three paragraphs, and a new one that repeats two of them."""
    put(tmp_path, "old/a.md", A, B, E)
    put(tmp_path, "new/n.md", C, A, B)
    return tmp_path


def put(folder: Path, name: str, *paragraphs: str) -> None:
    """Write a text of paragraphs, an empty line between each."""
    (folder / name).parent.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text("\n\n".join(paragraphs) + "\n")


def git(folder: Path, *words: str) -> None:
    """Run git, with nobody's configuration."""
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    name = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(
        ["git", *name, *words], cwd=folder, check=True, capture_output=True, env=os.environ | own
    )


def commit(folder: Path) -> None:
    """Commit all there is."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")


def statuses(done: Any) -> list[str]:  # noqa: ANN401 - a finished process
    """Read the status of each finding from SARIF."""
    results = json.loads(done.stdout)["runs"][0]["results"]
    return [one["properties"]["status"] for one in results if "properties" in one]


CHECK = ("check", "new", "--against", "old")
SARIF = ("--format", "sarif")


@pytest.mark.usefixtures("here")
class TestPage:
    """What a person sees."""

    def test_the_new_place_comes_first(self, dedup: Callable) -> None:
        """As `path:line`, then the published one; and what was compared with."""
        done = dedup(*CHECK)
        assert done.returncode == 1
        assert "The check fails: 1 finding.\n" in done.stdout
        size = len(A + B + E) + 5
        assert f"Compared with 1 published document ({size} characters).\n" in done.stdout
        assert "\nnew/n.md: 66.6% is found elsewhere (66.6% in old/a.md)\n" in done.stdout
        assert "\n  new/n.md:3  repeats old/a.md:1  2 paragraphs, 60 words, ident" in done.stdout

    def test_json_has_the_verdict(self, dedup: Callable, here: Path) -> None:
        """What fails and why, the share of each text, and what the exit code comes from."""
        (here / "new/broken.txt").write_bytes(b"caf\xe9 " * 40)
        done = dedup(*CHECK, "--max-overlap", "50%", "--exit-zero", "--format", "json")
        assert done.returncode == 2
        told = json.loads(done.stdout)
        [finding], [document] = told["verdict"]["findings"], told["verdict"]["documents"]
        copy = told["groups"][0]["occurrences"][1]
        assert finding == {
            "group": told["groups"][0]["id"],
            "kind": "across",
            "document": "new/n.md",
            "record": None,
            "lines": copy["lines"],
            "fingerprint": copy["fingerprint"],
            "number": 1,
            "status": "new",
            "why": "",
            "fails": True,
        }
        assert document["elsewhere"] == [{"document": "old/a.md", "record": None, "share": 0.6667}]
        assert (document["counted"], document["over"]) == (0.6667, True)
        assert told["verdict"]["reasons"] == [
            "1 input could not be read",
            "1 finding",
            "1 document over the limit of 50%",
        ]

    def test_documents_that_resemble_another(self, dedup: Callable, here: Path) -> None:
        """Whole documents fail where they are asked for, and are known as others are."""
        put(here, "new/n.md", A, B, E, "and a few words more")
        words = (*CHECK, "--fail-on", "documents")
        done = dedup(*words)
        assert done.returncode == 1
        assert "new/n.md:1  repeats old/a.md:1  the whole document, 9" in done.stdout
        assert json.loads(dedup(*words, *SARIF).stdout)["runs"][0]["results"][0]["level"] == "error"
        known = (*words, "--baseline", "b.json")
        assert dedup(*known, "--update-baseline").returncode == 0
        assert dedup(*known).returncode == 0
        put(here, "new/n.md", C, A)
        assert dedup(*words).returncode == 0
        done = dedup(*words, "--unit", "paragraph")
        assert done.returncode == 2
        assert "--fail-on documents needs --unit document or both" in done.stderr

    def test_exit_zero(self, dedup: Callable, here: Path) -> None:
        """Findings do not fail in the first weeks; what could not be read still does."""
        done = dedup(*CHECK, "--exit-zero")
        assert done.returncode == 0
        assert "The check fails" in done.stdout
        (here / "new/broken.txt").write_bytes(b"caf\xe9 " * 40)
        assert dedup(*CHECK, "--exit-zero").returncode == 2

    def test_texts_do_not_speak_to_a_log(self, dedup: Callable, here: Path) -> None:
        """In a GitHub workflow commands are off while texts and names are shown."""
        name = "new/::error::x ##[error]y.md"
        put(here, name, f"::error::{A}", B)
        own = {"GITHUB_ACTIONS": "true"}
        done = dedup("check", name, "--against", "old", "--max-overlap", "0", env=own)
        lines = done.stdout.splitlines()
        assert lines[0].startswith("::stop-commands::")
        assert lines[-1] == f"::{lines[0].removeprefix('::stop-commands::')}::"
        assert "::error::x" in done.stderr
        assert "##[" not in done.stderr
        assert not any(line.startswith("::") for line in done.stderr.splitlines())

    def test_nothing_to_compare_with(self, dedup: Callable) -> None:
        """Never green by mistake."""
        done = dedup("check", "new")
        assert done.returncode == 2
        assert done.stderr.startswith("dedup: name what to compare with: --against PATH, --index")


class TestLeftOut:
    """What is left out of the text does not count, and how much that is is told."""

    @pytest.mark.parametrize(
        "text",
        [
            (C, f"> {A}", f"> {B}"),
            (C, "<!-- dedup: ignore-start -->", A, B, "<!-- dedup: ignore-end -->"),
            (C, f"{A} <!-- dedup: ignore -->", "<!-- dedup: ignore-next: asked for -->", B),
            (C, "## References", A, B),
        ],
    )
    def test_all_of_a_finding(self, dedup: Callable, here: Path, text: tuple[str, ...]) -> None:
        """Nothing fails; the share is what is left, the rest is told."""
        put(here, "new/n.md", *text)
        (here / "dedup.toml").write_text('[check]\nignore_sections = ["References"]\n')
        done = dedup(*CHECK, "--max-overlap", "1%")
        assert (done.returncode, done.stderr) == (0, "")
        assert "Not counted: 1 ignored." in done.stdout
        assert "new/n.md: nothing that counts is found elsewhere; 6" in done.stdout
        assert "of it is left" in done.stdout

    def test_a_part_of_a_finding(self, dedup: Callable, here: Path) -> None:
        """What is left of it fails where it is long enough, and counts as found."""
        put(here, "new/n.md", C, f"> {A}", B)
        done = dedup(*CHECK)
        assert done.returncode == 1
        assert "new/n.md: 33.1% is found elsewhere" in done.stdout
        assert dedup(*CHECK, "--min-group-words", "31").returncode == 0

    def test_quotations_may_count(self, dedup: Callable, here: Path) -> None:
        """By the configuration."""
        put(here, "new/n.md", C, f"> {A}", f"> {B}")
        (here / "dedup.toml").write_text("[check]\nignore_quotations = false\n")
        assert dedup(*CHECK).returncode == 1

    @pytest.mark.parametrize("glob", ["n.md", "new/*", "new", "*/n.md", "a.md", "old"])
    def test_paths(self, dedup: Callable, here: Path, glob: str) -> None:
        """Release notes and licences, as copy or as what is copied."""
        (here / "dedup.toml").write_text(f'[check]\nignore_paths = ["{glob}"]\n')
        assert dedup(*CHECK, "--max-overlap", "0").returncode == 0

    def test_an_open_mark_is_told(self, dedup: Callable, here: Path) -> None:
        """What it leaves out may be more than was meant."""
        put(here, "new/n.md", C, "<!-- dedup: ignore-start -->", A, B)
        assert "new/n.md:3: ignore-start is not closed: all that follows" in dedup(*CHECK).stdout

    def test_short_documents_that_are_equal_still_fail(self, dedup: Callable, here: Path) -> None:
        """A finding of few words is not taken for one of which little is left."""
        put(here, "old/s.md", "few words")
        put(here, "new/s.md", "few words")
        (here / "new/n.md").unlink()
        assert dedup(*CHECK).returncode == 1


@pytest.mark.usefixtures("here")
class TestAllow:
    """Texts that may be repeated."""

    def test_allowed_expired_unused(self, dedup: Callable, here: Path) -> None:
        """An entry takes its text out; one that has expired or is of no use is told."""
        entries = [f'[[allow]]\ntext = """\n{A}\n\n{B}\n"""\nreason = "law"\n']
        (here / "a.toml").write_text(entries[0])
        done = dedup(*CHECK, "--allow", "a.toml", *SARIF)
        assert (done.returncode, statuses(done)) == (0, ["allowed"])
        [result] = json.loads(done.stdout)["runs"][0]["results"]
        assert result["suppressions"] == [{"kind": "external", "justification": "law"}]
        (here / "b.toml").write_text(f'{entries[0]}expires = 2001-01-01\n[[allow]]\ntext = "x"\n')
        done = dedup(*CHECK, "--allow", "b.toml")
        assert done.returncode == 1
        assert "b.toml: allow 1 has expired on 2001-01-01: aaaa aaba" in done.stdout
        assert "b.toml: allow 2 allows nothing that was found: x" in done.stdout

    def test_a_part(self, dedup: Callable, here: Path) -> None:
        """One of two paragraphs leaves a finding that is long enough."""
        (here / "a.toml").write_text(f'[[allow]]\ntext = "{A}"\n')
        assert dedup(*CHECK, "--allow", "a.toml").returncode == 1
        (here / "b.toml").write_text(f'[[allow]]\ntext = "{B.upper()}!"\n')
        assert dedup(*CHECK, "--allow", "a.toml", "--allow", "b.toml").returncode == 0

    def test_a_file_that_is_not_there(self, dedup: Callable) -> None:
        """One line, exit code 2."""
        done = dedup(*CHECK, "--allow", "x.toml")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert done.stderr.startswith("dedup: x.toml: cannot read the allow file: No such file")


@pytest.mark.usefixtures("here")
class TestBaseline:
    """Only new findings fail."""

    BASE = (*CHECK, "--baseline", "b.json")

    def test_its_life(self, dedup: Callable, here: Path) -> None:
        """Made; known; moved is quiet; pasted once more is loud; gone is stale."""
        done = dedup(*self.BASE)
        assert done.returncode == 2
        assert "b.json: cannot read the baseline: No such file" in done.stderr
        done = dedup(*self.BASE, "--update-baseline")
        assert (done.returncode, done.stderr) == (0, "b.json: 1 finding is known\n")
        first = (here / "b.json").read_bytes()
        assert dedup(*self.BASE).returncode == 0
        shutil.move(here / "new/n.md", here / "new/moved.md")
        done = dedup(*self.BASE)
        assert done.returncode == 0
        assert "gone" not in done.stdout
        put(here, "new/a-first.md", A, B)
        done = dedup(*self.BASE, *SARIF)
        assert (done.returncode, statuses(done)) == (1, ["new", "known"])
        result = json.loads(done.stdout)["runs"][0]["results"][0]
        assert result["baselineState"] == "new"
        (here / "new/a-first.md").unlink()
        put(here, "new/moved.md", C)
        done = dedup(*self.BASE)
        assert done.returncode == 0
        assert "1 finding of the baseline is gone" in done.stdout
        put(here, "new/n.md", C, A, B)
        (here / "new/moved.md").unlink()
        assert dedup(*self.BASE, "--update-baseline").returncode == 0
        assert (here / "b.json").read_bytes() == first

    def test_the_document_that_is_known_stays_known(self, dedup: Callable, here: Path) -> None:
        """Of two findings of one text the one in the new file is new, also where it is earlier."""
        dedup(*self.BASE, "--update-baseline")
        put(here, "new/a-first.md", A, B)
        done = dedup(*self.BASE, "--format", "gitlab")
        assert [row["location"]["path"] for row in json.loads(done.stdout)] == ["new/a-first.md"]

    def test_a_check_of_one_file_judges_no_other(self, dedup: Callable, here: Path) -> None:
        """Entries of files that were not looked at are neither stale nor lost."""
        put(here, "new/m.md", B, paragraph("m"))
        dedup(*self.BASE, "--update-baseline")
        before = (here / "b.json").read_bytes()
        one = ("check", "new/n.md", "--against", "old", "--baseline", "b.json")
        done = dedup(*one)
        assert done.returncode == 0
        assert "gone" not in done.stdout
        assert dedup(*one, "--update-baseline").returncode == 0
        assert (here / "b.json").read_bytes() == before

    def test_the_share_of_new_findings_counts(self, dedup: Callable) -> None:
        """What is known does not go over the limit."""
        dedup(*self.BASE, "--update-baseline")
        assert dedup(*self.BASE, "--max-overlap", "10%").returncode == 0
        assert dedup(*CHECK, "--fail-on", "none", "--max-overlap", "10%").returncode == 1

    @pytest.mark.parametrize(
        ("text", "said"),
        [("{", "not JSON"), ("[]", "its schema is None"), ('{"schema": "x/9"}', "its schema is")],
    )
    def test_what_is_no_baseline(self, dedup: Callable, here: Path, text: str, said: str) -> None:
        """One line that says what to do."""
        (here / "b.json").write_text(text)
        done = dedup(*self.BASE)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert f"b.json: {said}" in done.stderr
        assert "--update-baseline" in done.stderr

    def test_an_update_after_a_fault_writes_nothing(self, dedup: Callable, here: Path) -> None:
        """What could not be read may hold what is known."""
        (here / "new/broken.txt").write_bytes(b"caf\xe9 " * 40)
        done = dedup(*self.BASE, "--update-baseline")
        assert done.returncode == 2
        assert not (here / "b.json").exists()

    def test_without_a_published_side(self, dedup: Callable, here: Path) -> None:
        """A folder of documents is checked in itself."""
        words = ("check", "old", "new", "--baseline", "b.json")
        assert dedup(*words, "--update-baseline").returncode == 0
        assert dedup(*words).returncode == 0
        put(here, "new/x.md", E)
        assert dedup(*words).returncode == 1


@pytest.mark.usefixtures("here")
class TestGit:
    """Only what was changed."""

    def test_changed_since(self, dedup: Callable, here: Path) -> None:
        """Changed and untracked files are new, the rest published; old lines do not fail."""
        commit(here)
        words = ("check", ".", "--changed-since", "main")
        done = dedup(*words)
        assert done.returncode == 0
        assert done.stderr == "nothing to check: none of these files was changed since main\n"
        put(here, "new/n.md", C, A, B, paragraph("x"))
        done = dedup(*words, *SARIF)
        assert (done.returncode, statuses(done)) == (0, ["untouched"])
        put(here, "new/n.md", E, C, A, B)
        done = dedup(*words, *SARIF)
        assert (done.returncode, statuses(done)) == (1, ["new", "untouched"])
        git(here, "checkout", "-q", "new/n.md")
        put(here, "new/untracked.md", E)
        done = dedup(*words, "--format", "gitlab")
        assert [row["location"]["path"] for row in json.loads(done.stdout)] == ["new/untracked.md"]

    def test_a_branch_is_compared_with_where_it_began(self, dedup: Callable, here: Path) -> None:
        """What main did since is not ours; a renamed file has no added line."""
        commit(here)
        git(here, "checkout", "-q", "-b", "mine")
        git(here, "mv", "new/n.md", "new/renamed.md")
        commit(here)
        git(here, "checkout", "-q", "main")
        put(here, "old/b.md", E, B)
        commit(here)
        git(here, "checkout", "-q", "mine")
        done = dedup("check", "new", "old", "--changed-since", "main", *SARIF)
        assert (done.returncode, statuses(done)) == (0, ["untouched"])

    def test_records(self, dedup: Callable, here: Path) -> None:
        """Of a file of records only those on changed lines fail."""
        rows = [json.dumps({"id": n, "text": text}) for n, text in (("a", A), ("b", C))]
        (here / "new/r.jsonl").write_text("\n".join(rows) + "\n")
        commit(here)
        rows.append(json.dumps({"id": "c", "text": E}))
        (here / "new/r.jsonl").write_text("\n".join(rows) + "\n")
        done = dedup("check", ".", "--changed-since", "HEAD", "--format", "gitlab")
        assert done.returncode == 1
        assert [row["location"]["lines"]["begin"] for row in json.loads(done.stdout)] == [3]

    def test_a_patch(self, dedup: Callable, here: Path) -> None:
        """Without git's history; in a folder that is no repository too."""
        patch = "--- a/new/n.md\n+++ b/new/n.md\n@@ -2,0 +3 @@\n+x\n"
        done = dedup("check", "new", "old", "--diff", "-", *SARIF, input=patch.encode())
        assert (done.returncode, statuses(done)) == (1, ["new"])
        done = dedup(
            "check", "new", "old", "--diff", "-", *SARIF, input=patch.replace("3", "2").encode()
        )
        assert (done.returncode, statuses(done)) == (0, ["untouched"])
        (here / "p.diff").write_text("no patch")
        done = dedup("check", "new", "old", "--diff", "p.diff")
        assert (done.returncode, done.stderr) == (
            2,
            "dedup: p.diff: no patch; give the output of `git diff`\n",
        )

    def test_a_baseline_of_a_commit(self, dedup: Callable, here: Path) -> None:
        """Made of git's own files; what was there does not fail, in whichever file it is now."""
        commit(here)
        words = (*CHECK, "--baseline-from-ref", "HEAD")
        assert dedup(*words).returncode == 0
        git(here, "mv", "new/n.md", "new/z.md")
        assert dedup(*words).returncode == 0
        git(here, "mv", "new/z.md", "new/n.md")
        put(here, "new/a.md", A, B)
        done = dedup(*words, "--format", "gitlab")
        assert [row["location"]["path"] for row in json.loads(done.stdout)] == ["new/a.md"]
        done = dedup("check", "new", "--against", "old", "--baseline-from-ref", "nowhere")
        assert done.returncode == 2
        assert "git knows no such commit; fetch it (in actions/checkout" in done.stderr

    @pytest.mark.parametrize("ref", ["nowhere", "--output=x", "HEAD~5"])
    def test_no_such_commit(self, dedup: Callable, here: Path, ref: str) -> None:
        """One line, and what to do; a name is never an option of git."""
        commit(here)
        done = dedup("check", ".", f"--changed-since={ref}")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert f"changed_since is {ref!r}: git knows no such commit" in done.stderr
        assert not (here / "x").exists()

    def test_no_repository(self, dedup: Callable) -> None:
        """One line."""
        done = dedup("check", ".", "--changed-since", "main")
        assert done.returncode == 2
        assert "this folder is in no git repository" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--changed-since", "x", "--diff", "-"), "both say what was changed: give one"),
        (("--baseline", "b", "--baseline-from-ref", "x"), "both say what is known: give one"),
        (("--diff", "-", "--baseline-from-ref", "x"), "leave out --baseline-from-ref"),
        (("--against", "old", "--update-baseline"), "--update-baseline needs --baseline FILE"),
        (("--against", "old", "--fail-on", "none,within"), "give none alone, or kinds"),
    ],
)
@pytest.mark.usefixtures("here")
def test_options_that_contradict(dedup: Callable, words: tuple[str, ...], said: str) -> None:
    """Refused before anything is read."""
    done = dedup("check", "new", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
