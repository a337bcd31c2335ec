"""What each command does with good input: output, exit code, talk."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from pyarrow import parquet

from dedup.cli import pairs as cli_pairs
from dedup.report import Pair, Place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def paragraph(name: str, words: int = 30) -> str:
    """Write a paragraph that is like no other one; its words have no digits."""
    return " ".join(f"{name}{chr(97 + n // 26)}{chr(97 + n % 26)}{name}" for n in range(words))


A, B, C = (paragraph(name) for name in "abc")
NEAR_A = A.replace("aada", "new")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Published texts, a new one that repeats, a new one that does not."""
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
    (tmp_path / "old/a.txt").write_text(f"{A}\n{B}\n")
    (tmp_path / "old/b.txt").write_text(f"{NEAR_A}\n")
    (tmp_path / "new/copy.txt").write_text(f"{C}\n{B}\n")
    (tmp_path / "new/fresh.txt").write_text(f"{paragraph('x')}\n")
    return tmp_path


@pytest.mark.usefixtures("here")
class TestReport:
    """`dedup report`: a class for the folder that they share."""

    def test_formats(self, dedup: Callable) -> None:
        """The same groups in every format."""
        report = json.loads(dedup("report", "old", "new", "--format", "json").stdout)
        assert report["schema"] == "dedup.report/1"
        assert [g["kind"] for g in report["groups"]] == ["across", "across"]
        lines = dedup("report", "old", "new", "--format", "jsonl")
        assert [json.loads(line) for line in lines.stdout.splitlines()] == report["groups"]
        assert lines.stderr.startswith("2 repeated sections in 4 documents: ")
        rows = list(
            csv.DictReader(io.StringIO(dedup("report", "old", "new", "--format", "csv").stdout))
        )
        assert [row["group"] for row in rows] == [g["id"] for g in report["groups"] for _ in "12"]
        for form in ("text", "terminal"):
            shown = dedup("report", "old", "new", "--format", form).stdout
            assert all(g["id"][:8] in shown for g in report["groups"])

    def test_a_file_holds_what_the_output_would(self, dedup: Callable, here: Path) -> None:
        """And nothing goes to the standard output."""
        shown = dedup("report", "old", "new", "--format", "json").stdout
        done = dedup("report", "old", "new", "--format", "json", "-o", "out.json")
        assert (done.stdout, done.stderr) == ("", "")
        assert (here / "out.json").read_text() == shown

    def test_check_sets_the_exit_code(self, dedup: Callable) -> None:
        """Only with `--check`."""
        assert dedup("report", "old", "new").returncode == 0
        assert dedup("report", "old", "new", "--check").returncode == 1
        assert dedup("report", "old/a.txt", "--check").returncode == 0

    def test_which_groups_are_shown(self, dedup: Callable) -> None:
        """Sorted, the first ones, or one by the beginning of its id."""

        def groups(*words: str) -> list[str]:
            done = dedup("report", "old", "new", "--format", "json", *words)
            report = json.loads(done.stdout)
            assert report["summary"]["groups"] == 2
            return [group["id"] for group in report["groups"]]

        first, second = groups()
        assert groups("--sort", "similarity") == [first, second]
        assert groups("--sort", "similarity", "--top", "1") == [first]
        assert groups("--group", second[:6]) == [second]

    def test_settings_are_explained(self, dedup: Callable, here: Path) -> None:
        """On the standard error, with their sources."""
        (here / "dedup.toml").write_text("max_gap = 1\n")
        done = dedup("report", "old", "--explain-settings", "--threshold", ".9", "--format", "json")
        assert json.loads(done.stdout)["settings"]["threshold"] == 0.9
        assert "  threshold = 0.9 (command line): lowest similarity" in done.stderr
        assert "  max_gap = 1 (dedup.toml): " in done.stderr
        assert "  min_words = 8 (default): " in done.stderr

    def test_the_curve_of_the_setting_in_force_is_printed(self, dedup: Callable) -> None:
        """Bands, and the share of the pairs that they catch from the threshold up."""

        def told(*words: str) -> str:
            done = dedup("report", "old", "--explain-settings", "--format", "json", *words)
            return done.stderr

        either = told()
        assert "(recall = auto: high up to 1,000,000 different paragraphs" in either
        assert "  high: 84 bands of 3 of 128 components" in either
        assert "catches of the pairs 98 % at 0.80, 99.9 % at 0.85, 99.9 % at 0.90" in either
        assert "  standard: 48 bands" in either
        fast = told("--recall", "fast", "--threshold", ".9")
        assert "(recall = fast):" in fast
        assert "catches of the pairs 98.5 % at 0.90, 99.9 % at 0.95" in fast
        assert "high: 84" not in fast
        assert "catches" not in told("--threshold", ".97")

    def test_standard_input(self, dedup: Callable) -> None:
        """Text, or records."""
        done = dedup("report", "-", "--format", "json", input=f"{A}\n{A}\n".encode())
        assert json.loads(done.stdout)["summary"]["groups"] == 1
        line = json.dumps({"id": 7, "body": f"{A}\n{A}"}).encode()
        done = dedup("report", "-", "--text-field", "body", "--format", "json", input=line)
        [group] = json.loads(done.stdout)["groups"]
        assert [o["record"] for o in group["occurrences"]] == ["7", "7"]

    def test_timings(self, dedup: Callable, here: Path) -> None:
        """The seconds and processor seconds of each stage for machines; never over an input."""
        assert dedup("report", "old", "new", "--timings", "timings.json").returncode == 0
        known = json.loads((here / "timings.json").read_text())
        assert {"reading", "verifying", "grouping"} <= known["stages"].keys()
        assert sum(known["stages"].values()) == pytest.approx(known["seconds"], abs=0.01)
        assert known["processor"].keys() == known["stages"].keys()
        assert sum(known["processor"].values()) > 0

        refused = dedup("report", "old", "--timings", "old/a.txt")
        assert refused.returncode == 2
        assert "is an input" in refused.stderr


@pytest.mark.usefixtures("here")
class TestPairs:
    """`dedup pairs`."""

    def test_lines(self, dedup: Callable) -> None:
        """One pair a line, as the contract has it."""
        done = dedup("pairs", "old", "new")
        assert (done.returncode, done.stderr) == (0, "")
        pairs = [json.loads(line) for line in done.stdout.splitlines()]
        assert pairs[0]["a"] == {"document": "old/a.txt", "record": None, "paragraph": 1}
        assert pairs[0]["b"] == {"document": "old/b.txt", "record": None, "paragraph": 1}
        assert 0.8 < pairs[0]["similarity"] < 1
        assert pairs[1]["b"] == {"document": "new/copy.txt", "record": None, "paragraph": 2}
        assert pairs[1]["similarity"] == 1

    def test_csv(self, dedup: Callable) -> None:
        """The same rows; the names of the columns also where there are none."""
        rows = list(
            csv.DictReader(io.StringIO(dedup("pairs", "old", "new", "--format", "csv").stdout))
        )
        assert [row["b_document"] for row in rows] == ["old/b.txt", "new/copy.txt"]
        empty = dedup("pairs", "new", "--format", "csv").stdout
        assert empty.startswith("a_document,a_record,a_paragraph,b_document,")
        assert empty.count("\n") == 1

    def test_parquet(self, dedup: Callable, tmp_path: Path) -> None:
        """The same rows as CSV, with types."""
        lines = dedup("pairs", "old", "new", "--format", "csv").stdout
        done = dedup("pairs", "old", "new", "--format", "parquet", "-o", "p.parquet")
        assert (done.returncode, done.stderr) == (0, "")
        table = parquet.read_table(tmp_path / "p.parquet")
        rows = [{k: str(v or "") for k, v in row.items()} for row in table.to_pylist()]
        assert rows == list(csv.DictReader(io.StringIO(lines)))
        assert str(table.schema.field("a_paragraph").type) == "int64"

    @pytest.mark.parametrize("count", [0, 1, 2, 5])
    def test_parquet_in_groups(self, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """The parts, end to end, are one file, however many rows a group has."""
        monkeypatch.setattr(cli_pairs, "_ROWS", 2)
        rows = [Pair(Place("a", None, n), Place("b", str(n), 1), n / 8) for n in range(count)]
        data = b"".join(cli_pairs._LINES["parquet"](iter(rows)))  # noqa: SLF001
        found = parquet.read_table(io.BytesIO(data)).to_pylist()
        assert [(r["a_paragraph"], r["b_record"], r["similarity"]) for r in found] == [
            (n, str(n), n / 8) for n in range(count)
        ]


@pytest.mark.usefixtures("here")
class TestCheck:
    """`dedup check`: exit codes for CI."""

    def test_exit_codes(self, dedup: Callable) -> None:
        """0 nothing, 1 found, and what counts as found can be chosen."""
        assert dedup("check", "new/fresh.txt", "--against", "old").returncode == 0
        done = dedup("check", "new/copy.txt", "--against", "old")
        assert done.returncode == 1
        assert "old/a.txt" in done.stdout
        assert dedup("check", "new", "--against", "old", "--fail-on", "within").returncode == 0
        several = ("--fail-on", "within", "--fail-on", "across")
        assert dedup("check", "new", "--against", "old", *several).returncode == 1

    def test_overlap(self, dedup: Callable) -> None:
        """A share of a new text that is found elsewhere is a reason of its own."""
        words = ("check", "new/copy.txt", "--against", "old", "--fail-on", "boilerplate")
        assert dedup(*words, "--max-overlap", "60%").returncode == 0
        done = dedup(*words, "--max-overlap", ".25")
        assert done.returncode == 1
        assert done.stderr == "new/copy.txt: 50% is found elsewhere, more than 25%\n"

    def test_published_may_be_given_twice(self, dedup: Callable) -> None:
        """Each `--against` takes one value."""
        words = ("check", "new/copy.txt", "--against", "new/fresh.txt", "--against", "old/a.txt")
        assert dedup(*words).returncode == 1

    def test_several_formats(self, dedup: Callable, here: Path) -> None:
        """One to the standard output, the others to files."""
        words = ("--format", "text", "--format", "json=r.json", "--format", "csv=r.csv")
        done = dedup("check", "new", "--against", "old", *words)
        assert done.returncode == 1
        assert "copy.txt" in done.stdout
        report = json.loads((here / "r.json").read_text())
        assert report["summary"]["documents"] == 2
        assert [i["share"] for i in report["incoming"]] == [0.5, 0.0]
        assert (here / "r.csv").read_text().startswith("group,")


@pytest.mark.usefixtures("here")
class TestClean:
    """`dedup clean`, `--verify` and `restore`."""

    def test_round_trip(self, dedup: Callable, here: Path) -> None:
        """Clean, prove, undo; and what is said of it."""
        done = dedup("clean", "old", "new", "-o", "out", "--remove", "near")
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr.startswith("removed 2 paragraphs of 6 (2 across), ")
        assert "\n  across       2 paragraphs, " in done.stderr
        assert "files: 1 changed, 2 untouched, 1 not written" in done.stderr
        assert not (here / "out/old/b.txt").exists()
        assert (here / "out/new/copy.txt").read_text() == f"{C}\n"
        proof = dedup("clean", "--verify", "out")
        assert proof.returncode == 0
        assert proof.stderr.startswith("verified: 2 removed paragraphs")
        done = dedup("restore", "out", "-o", "back")
        assert done.returncode == 0
        assert done.stderr.startswith("restored 2 removals in 2 documents")
        for name in ("old/a.txt", "old/b.txt", "new/copy.txt", "new/fresh.txt"):
            assert (here / "back" / name).read_bytes() == (here / name).read_bytes()

    def test_quiet_and_dry(self, dedup: Callable, here: Path) -> None:
        """Nothing is written, nothing is said."""
        done = dedup("clean", "old", "new", "--dry-run", "--ledger", "l.jsonl", "--quiet")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert not (here / "out").exists()
        assert len((here / "l.jsonl").read_text().splitlines()) == 1

    def test_options_reach_the_policy(self, dedup: Callable, here: Path) -> None:
        """From the command line, or from a file."""
        dedup("clean", "old", "new", "-o", "out", "--keep", "last", "--remove", "equal")
        assert (here / "out/old/a.txt").read_text() == f"{A}\n"
        assert (here / "out/old/b.txt").exists()
        (here / "dedup.toml").write_text('[clean]\nremove = "equal"\ndrop_document_over = "40%"\n')
        dedup("clean", "old", "new", "-o", "out2")
        assert (here / "out2/old/b.txt").exists()
        assert not (here / "out2/new/copy.txt").exists()

    def test_the_guard(self, dedup: Callable, here: Path) -> None:
        """Exit code 3, nothing written; from where most would go is shown, the reason last."""
        done = dedup("clean", "old", "new", "-o", "out", "--max-removed", "5%")
        assert (done.returncode, done.stdout) == (3, "")
        assert "old/a.txt" in done.stderr.split("Of which most goes")[1]
        assert "--max-removed" in done.stderr.splitlines()[-1]
        quiet = dedup("clean", "old", "new", "-o", "out", "--max-removed", "5%", "--quiet")
        assert quiet.returncode == 3
        assert quiet.stderr == done.stderr.splitlines(keepends=True)[-1]
        assert not (here / "out").exists()

    def test_the_guard_by_a_field(self, dedup: Callable, here: Path) -> None:
        """A source that loses more than allowed stops the run, and is named."""
        texts = [("afp", A), ("afp", A), ("afp", A), ("own", B), ("own", C), ("own", B + C)]
        lines = [json.dumps({"text": text, "source": source}) + "\n" for source, text in texts]
        (here / "r.jsonl").write_text("".join(lines))
        how = ("clean", "r.jsonl", "--source-field", "source", "--boilerplate", "first")
        done = dedup(*how, "-o", "out", "--max-removed", "50%")
        assert done.returncode == 3
        assert "afp" in done.stderr.splitlines()[-1]
        assert not (here / "out").exists()
        dry = dedup(*how, "--dry-run").stdout
        assert re.search(r"^afp +\d", dry, re.MULTILINE)

    def test_a_dry_run_of_one_document(self, dedup: Callable, here: Path) -> None:
        """What would go from it is shown; an unknown one is named, with the nearest."""
        done = dedup("clean", "old", "new", "--dry-run", "--document", "new/copy.txt")
        assert done.returncode == 0
        assert B.split()[0] in done.stdout
        wrong = dedup("clean", "old", "new", "--dry-run", "--document", "new/copi.txt")
        assert wrong.returncode == 2
        assert "new/copy.txt" in wrong.stderr
        assert not (here / "out").exists()

    def test_a_dry_run_as_a_page(self, dedup: Callable, here: Path) -> None:
        """A file of HTML, of all documents or of one; nothing is cleaned, no input written over."""
        how = ("clean", "old", "new", "--dry-run", "--format", "html")
        done = dedup(*how, "-o", "plan.html")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        page = (here / "plan.html").read_text("utf-8")
        assert page.startswith("<!DOCTYPE html>")
        assert '<del class="goes">' in page
        assert dedup(*how).stdout == page
        assert (
            "Nothing would go from new/fresh.txt."
            in dedup(*how, "--document", "new/fresh.txt").stdout
        )
        before = (here / "old/a.txt").read_bytes()
        assert dedup(*how, "-o", "old/a.txt").returncode == 2
        assert (here / "old/a.txt").read_bytes() == before

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("-o out --format html", "--format shows what would go: give --dry-run as well"),
            ("--dry-run --format html --ids i", "--ids and --ledger go with --format text"),
            ("--dry-run --format xml", "format is 'xml'"),
        ],
    )
    def test_formats_of_a_dry_run(self, dedup: Callable, here: Path, words: str, said: str) -> None:
        """What cannot be is one line, and nothing is written."""
        done = dedup("clean", "old", "new", *words.split())
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert not {"out", "i"} & {path.name for path in here.iterdir()}

    def test_a_keep_rule_that_is_misspelt(self, dedup: Callable) -> None:
        """Named, with the nearest one."""
        done = dedup("clean", "old", "new", "-o", "out", "--keep", "longst")
        assert done.returncode == 2
        assert "longest" in done.stderr

    def test_a_damaged_corpus_is_not_proven(self, dedup: Callable, here: Path) -> None:
        """Neither verified nor restored: exit code 2."""
        dedup("clean", "old", "new", "-o", "out")
        (here / "out/old/a.txt").write_text("something else\n")
        for words in (("clean", "--verify", "out"), ("restore", "out", "-o", "back")):
            done = dedup(*words)
            assert done.returncode == 2
            assert "out" in done.stderr
            assert done.stderr.count("\n") == 1
        assert not (here / "back").exists()

    def test_restore_in_part(self, dedup: Callable, here: Path) -> None:
        """One document, or one reason."""
        dedup("clean", "old", "new", "-o", "out")
        dedup("restore", "out", "-o", "one", "--document", "new/copy.txt")
        assert [p.name for p in (here / "one").rglob("*.txt")] == ["copy.txt"]
        done = dedup("restore", "out", "-o", "none", "--reason", "wihtin")
        assert done.returncode == 2
        assert "did you mean 'within'?" in done.stderr

    def test_a_pipe(self, dedup: Callable, here: Path) -> None:
        """From the standard input to the standard output, the ledger beside it."""
        text = f"{A}\n{A}\n".encode()
        done = dedup("clean", "-", "-o", "-", "--ledger", "l.jsonl", input=text)
        assert (done.returncode, done.stdout) == (0, f"{A}\n")
        assert len((here / "l.jsonl").read_text().splitlines()) == 1


@pytest.mark.usefixtures("here")
class TestDiff:
    """`dedup diff`."""

    def test_words(self, dedup: Callable) -> None:
        """The word that changed is marked, without colours."""
        done = dedup("diff", "old/a.txt", "old/b.txt")
        assert (done.returncode, done.stderr) == (0, "")
        assert "[-aada-]" in done.stdout
        assert "{+new+}" in done.stdout

    def test_check(self, dedup: Callable) -> None:
        """1 where they differ."""
        assert dedup("diff", "old/a.txt", "old/b.txt", "--check").returncode == 1
        assert dedup("diff", "old/a.txt", "old/a.txt", "--check").returncode == 0

    def test_sides(self, dedup: Callable) -> None:
        """Side by side where there is room."""
        words = ("diff", "old/a.txt", "old/b.txt", "--format", "terminal", "--color", "never")
        wide = dedup(*words, "--width", "150").stdout
        narrow = dedup(*words, "--width", "70").stdout
        assert len(wide.splitlines()) < len(narrow.splitlines())
        assert max(map(len, wide.splitlines())) > 100

    def test_what_a_clean_took(self, dedup: Callable) -> None:
        """Named as the ledger has it."""
        dedup("clean", "old", "new", "-o", "out")
        done = dedup("diff", "--cleaned", "out", "new/copy.txt")
        assert done.returncode == 0
        assert "[-" in done.stdout
        assert "baab" in done.stdout
        assert "{+" not in done.stdout.partition("\n\n")[2].partition("numbers")[2]
        done = dedup("diff", "--cleaned", "out", "new/cop.txt")
        assert done.returncode == 2
        assert "did you mean 'new/copy.txt'?" in done.stderr

    def test_two_records(self, dedup: Callable, here: Path) -> None:
        """Each is named by its file and its id, which may hold a colon."""
        rows = [{"id": "x:1", "text": "It cost 4 francs."}, {"id": 2, "text": "It cost 5 francs."}]
        (here / "r.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        done = dedup("diff", "r.jsonl:x:1", "r.jsonl:2")
        assert "It cost [-4-]{+5+} francs." in done.stdout
        done = dedup("diff", "r.jsonl:x:1", "r.jsonl:2", "--format", "json")
        told = json.loads(done.stdout)
        assert (told["a"], told["b"]["record"]) == ({"document": "r.jsonl", "record": "x:1"}, "2")
        assert told["same_words"] == 0.75
        assert {"resemblance", "contained_a", "contained_b"} < set(told)
        assert told["parts"][0]["pieces"][1:3] == [
            {"mark": "removed", "a": [8, 9]},
            {"mark": "added", "b": [8, 9]},
        ]
        for wrong, why in (("r.jsonl", "holds 2 texts; name one of them"), ("r.jsonl:3", "'3'")):
            done = dedup("diff", wrong, "r.jsonl:2")
            assert done.returncode == 2
            assert why in done.stderr

    def test_the_same_words(self, dedup: Callable, here: Path) -> None:
        """A text that was wrapped anew passes; one in which a word or sign changed does not."""
        text = "The price rose by 5 % in May, and nobody knew why it did."
        (here / "a.txt").write_text(text)
        (here / "b.txt").write_text(text.replace(" ", "\n").upper())
        (here / "c.txt").write_text(text.replace("5", "-5").replace("nobody", "somebody"))
        assert dedup("diff", "a.txt", "b.txt", "--assert-same-words").returncode == 0
        done = dedup("diff", "a.txt", "c.txt", "--assert-same-words")
        assert done.returncode == 1
        assert "c.txt:1: The price rose by {+-+}5 % in May, and [-nobody-]" in done.stdout

    def test_formats(self, dedup: Callable) -> None:
        """Pages for a browser and for a pull request."""
        done = dedup("diff", "old/a.txt", "old/b.txt", "--format", "markdown")
        assert "<del>aada</del>" in done.stdout
        assert dedup("diff", "old/a.txt", "old/b.txt", "--format", "html").stdout.startswith("<!")

    def test_shares_are_those_of_pairs(self, dedup: Callable, here: Path) -> None:
        """Resemblance and containment of two texts are what `pairs` says of two documents."""
        (here / "p").mkdir()
        for name, more in (("a.txt", "น้ำ and 日本 "), ("b.txt", "the end of it, ")):
            (here / "p" / name).write_text(f"{A} {more}{B} {C}\n")
        found = dedup("pairs", "p", "--unit", "document", "--format", "jsonl").stdout
        [pair] = map(json.loads, found.splitlines())
        told = json.loads(dedup("diff", "p/a.txt", "p/b.txt", "--format", "json").stdout)
        names = ("resemblance", "contained_a", "contained_b")
        assert {name: told[name] for name in names} == {name: pair[name] for name in names}
        assert 0.7 < told["resemblance"] < 1


class TestConfig:
    """`dedup config`, and files in force."""

    def test_values_and_sources(self, dedup: Callable, tmp_path: Path) -> None:
        """The text is a configuration file that says the same."""
        (tmp_path / "dedup.toml").write_text('threshold = 0.9\n[clean]\nkeep = "last"\n')
        inner = tmp_path / "a" / "b"
        inner.mkdir(parents=True)
        done = dedup("config", "--max-gap", "0", "--memory", "512MiB", cwd=inner)
        lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
        file = tmp_path / "dedup.toml"
        assert lines[0] == f"# {file}"
        assert f"threshold = 0.9 # {file}" in lines
        assert "max_gap = 0 # command line" in lines
        assert 'memory = "512MiB" # command line' in lines
        assert "min_words = 8 # default" in lines
        assert f'keep = "last" # {file}' in lines
        (inner / ".dedup.toml").write_text(done.stdout)
        again = dedup("config", cwd=inner)
        assert again.returncode == 0
        assert "threshold = 0.9             # .dedup.toml" in again.stdout

    def test_the_file_is_in_force(self, dedup: Callable, tmp_path: Path) -> None:
        """For every command; the command line wins."""
        (tmp_path / "a.txt").write_text(f"{A}\n{NEAR_A}\n")
        (tmp_path / "pyproject.toml").write_text("[tool.dedup]\nthreshold = 1.0\n")
        assert dedup("report", "a.txt", "--check").returncode == 0
        assert dedup("report", "a.txt", "--check", "--threshold", ".8").returncode == 1
        (tmp_path / "other.toml").write_text("threshold = 0.8\n")
        assert dedup("report", "a.txt", "--check", "--config", "other.toml").returncode == 1

    def test_a_wrong_key(self, dedup: Callable, tmp_path: Path) -> None:
        """One line, exit code 2."""
        (tmp_path / "dedup.toml").write_text("\ntreshold = 1.0\n")
        done = dedup("report", "a.txt")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            "dedup: dedup.toml:2: unknown key 'treshold'; did you mean 'threshold'?\n"
        )
