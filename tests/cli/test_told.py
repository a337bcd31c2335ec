"""What a report says where nothing is long enough for a section, and what a clean says it left."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import strategies

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

A, B, C, D, E, F = (strategies.render(letter) for letter in "ABCDEF")
LIMIT = "Inside one text, repeats of fewer than 50 words across paragraphs are not looked for."
ROLLING = """what would you say at the end
of this evening that the people in

2
of this evening that the people in
the room are going to take away

3
the room are going to take away
with them and what will they have
"""


def put(folder: Path, **texts: str) -> None:
    """Write texts, one a file."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def records(path: Path, *texts: str) -> None:
    """Write texts, one a record."""
    lines = (json.dumps({"id": str(number), "text": text}) for number, text in enumerate(texts))
    path.write_text("\n".join(lines), encoding="utf-8")


def said(text: str) -> str:
    """Give a page without its line ends."""
    return " ".join(text.split())


class TestReport:
    """`report` and `check`."""

    def test_short_lines_that_stand_again_are_told(self, dedup: Callable, tmp_path: Path) -> None:
        """They are too short for a section, yet "nothing is repeated" would be false."""
        put(tmp_path / "in", one="The door is shut.\n" * 24)
        shown = said(dedup("report", "in").stdout)
        assert shown.startswith(
            "Nothing of 20 words or more is repeated in 1 document; 23 short paragraphs stand "
            "again (--min-words and --min-group-words find them)."
        )
        talk = dedup("report", "in", "--format", "jsonl").stderr
        assert talk.startswith("Nothing of 20 words or more is repeated in 1 document; 23 short")

    def test_one_line_again(self, dedup: Callable, tmp_path: Path) -> None:
        """One is told as one; signs without a word are none."""
        put(tmp_path / "in", one="The door is shut.\n***\n", two="Rain.\n***\nThe door is shut!\n")
        shown = said(dedup("report", "in").stdout)
        assert "repeated in 2 documents; 1 short paragraph stands again" in shown

    def test_nothing_is_repeated(self, dedup: Callable, tmp_path: Path) -> None:
        """Where no paragraph stands twice; and what was not looked for."""
        put(tmp_path / "in", one=f"{A}\nend\n", two=f"{B}\n***\n", three="***\n")
        shown = said(dedup("report", "in").stdout)
        assert shown.startswith("Nothing is repeated in 3 documents.")
        assert LIMIT in shown
        off = said(dedup("report", "in", "--passages", "off").stdout)
        assert "across the borders of paragraphs are not looked for (--passages on)." in off

    @pytest.mark.parametrize("form", ["text", "jsonl"])
    def test_rolling_captions(self, form: str, dedup: Callable, tmp_path: Path) -> None:
        """What is too short for a passage inside one text is said not to be looked for."""
        put(tmp_path / "in", captions=ROLLING)
        done = dedup("report", "in", "--format", form)
        shown = said(done.stdout + done.stderr)
        assert "Nothing of 20 words or more is repeated in 1 document; 2 short paragraphs" in shown
        assert LIMIT in shown

    def test_documents_that_resemble_each_other_alone(
        self, dedup: Callable, tmp_path: Path
    ) -> None:
        """Too short for a section, but not nothing."""
        lines = ["one two three four five", "six seven eight nine ten"]
        put(tmp_path / "in", a="\n".join([*lines, "last"]), b="\n".join([*lines, "other"]))
        told = dedup("report", "in", cwd=tmp_path).stdout
        said = "No section is repeated; 1 of 2 documents resembles an earlier one, by 70%"
        assert told.startswith(said)
        assert "Nothing" not in told

    def test_boilerplate_alone(self, dedup: Callable, tmp_path: Path) -> None:
        """Boilerplate is repeated, but no section."""
        records(tmp_path / "in.jsonl", *(f"{strategies.render(x)}\nHome" for x in "ABCD"))
        options = ("--boilerplate-documents", 3)
        shown = said(dedup("report", "in.jsonl", *options).stdout)
        assert shown.startswith("Nothing but boilerplate is repeated in 4 documents.")
        texts = (f"{strategies.render(x)}\nHome" for x in "ABCD")
        records(tmp_path / "in.jsonl", *texts, "E news", "F\nE news")
        shown = said(dedup("report", "in.jsonl", *options).stdout)
        assert shown.startswith(
            "Nothing of 20 words or more is repeated in 6 documents, boilerplate apart; "
            "1 short paragraph stands again"
        )

    def test_check_counts_the_new_documents(self, dedup: Callable, tmp_path: Path) -> None:
        """Lines that the published ones repeat are not counted, those that new ones repeat are."""
        put(tmp_path / "old", one=f"{A}\nHome\nHome\n")
        put(tmp_path / "new", two=f"{B}\nHome\nNews\n")
        done = dedup("check", "new", "--against", "old")
        assert done.returncode == 0
        assert "repeated in 1 new document; 1 short paragraph stands again" in said(done.stdout)

    def test_summary(self, dedup: Callable, tmp_path: Path) -> None:
        """How many were compared with, are copies, stay near; how much is boilerplate."""
        near = A.replace(A.split()[3], "otherwise")
        put(tmp_path / "old", one=f"{A}\n{B}\nHome\n", menu=f"{E}\nHome\n")
        put(tmp_path / "new", two=f"{B}\nHome\n", three=f"{C}\n{D}\n{near}\n{near}\n")
        options = ("--format", "json", "--boilerplate-documents", 3)
        summary = self.summary(dedup("check", "new", "--against", "old", *options))
        assert summary["published"] == 2
        assert summary["boilerplate_characters"] == len("Home")
        assert summary["copied_documents"] == 1
        assert summary["near_kept"] == 1
        summary = self.summary(dedup("report", "old", "new", *options))
        assert (summary["published"], summary["boilerplate_characters"]) == (0, 3 * len("Home"))

    def summary(self, done: Any) -> dict[str, int]:  # noqa: ANN401 - a finished process
        """Read the summary of a report."""
        found: dict[str, int] = json.loads(done.stdout)["summary"]
        return found


class TestClean:
    """`clean` and its dry run."""

    def told(self, dedup: Callable, *arguments: object) -> str:
        """Clean into a new folder and give what is said; the dry run says the same."""
        done = dedup("clean", *arguments, "-o", "out")
        assert done.returncode == 0, done.stderr
        dry = said(dedup("clean", *arguments, "--dry-run").stdout)
        for line in done.stderr.splitlines():
            if "--" in line:
                assert line.strip() in dry
        return said(done.stderr)

    def summary(self, folder: Path) -> dict[str, Any]:
        """Read the summary of a manifest."""
        body = json.loads((folder / "out/.dedup/manifest.json").read_bytes())
        found: dict[str, Any] = body["summary"]
        return found

    @pytest.mark.parametrize(
        ("level", "near", "hint"),
        [
            ("exact", 3, "--remove equal takes those of the same words and signs, match all"),
            ("equal", 2, "--remove near takes those of the same figures and few other words,"),
            ("near", 1, "--remove match)"),
            ("match", 0, ""),
        ],
    )
    def test_near_copies(
        self, level: str, near: int, hint: str, dedup: Callable, tmp_path: Path
    ) -> None:
        """What is alike and stays is counted, with the level that takes it."""
        text = f"{A} and 17 of them"
        put(tmp_path / "in", a=text, b=f"{B}\n{text.upper()}", c=f"{C}\n{text} now")
        put(tmp_path / "in", d=f"{D}\n{text.replace('17', '23')}")
        told = self.told(dedup, "in", "--remove", level)
        assert self.summary(tmp_path)["near_kept"] == near
        if near:
            assert f"{near} near cop{'y stays' if near == 1 else 'ies stay'} ({hint}" in told
        else:
            assert "near cop" not in told

    def test_report_and_clean_count_the_same(self, dedup: Callable, tmp_path: Path) -> None:
        """Near copies and boilerplate, at the defaults."""
        near = [A.replace(A.split()[n], "otherwise") for n in (2, 7)]
        put(tmp_path / "in", a=f"{A}\nHome", b=f"{near[0]}\nHome", c=f"{B}\n{near[1]}\n{A}\nHome")
        put(tmp_path / "in", d="Home\nend")
        own = ("--boilerplate-documents", 4)
        report = json.loads(dedup("report", "in", *own, "--format", "json").stdout)["summary"]
        told = self.told(dedup, "in", *own, "--max-removed", "100%")
        summary = self.summary(tmp_path)
        for name in ("near_kept", "boilerplate_characters"):
            assert report[name] == summary[name] > 0
        assert "2 near copies stay" in told
        assert "of the text is boilerplate" not in told

    def test_the_share_of_boilerplate(self, dedup: Callable, tmp_path: Path) -> None:
        """Where it is much, and only while it is kept."""
        put(tmp_path / "in", a=f"{A}\n{E}", b=f"{B}\n{E}", c=f"{C}\n{E}", d=f"{D}\n{E}")
        own = ("--boilerplate-documents", 4)
        found = len(E) * 4 / sum(len(f"{x}\n{E}") for x in (A, B, C, D))
        told = self.told(dedup, "in", *own)
        assert f"{int(1000 * found) / 10}% of the text is boilerplate (--boilerplate rem" in told
        told = dedup("clean", "in", *own, "-o", "out2", "--boilerplate", "remove").stderr
        assert "is boilerplate" not in told

    def test_short_repeats(self, dedup: Callable, tmp_path: Path) -> None:
        """Equal lines too short to go are counted."""
        put(tmp_path / "in", one="The door is shut.\n" * 24)
        told = self.told(dedup, "in")
        assert "23 repeated paragraphs of fewer than 20 words stay (--min-group-words)" in told
        assert self.summary(tmp_path)["short_kept"] == 23
        done = dedup("clean", "in", "-o", "out2", "--min-group-words", 1)
        assert done.stderr.startswith("removed 23 paragraphs of 24")
        assert "repeated paragraph" not in done.stderr

    def test_a_wrapped_block_stays_and_says_why(self, dedup: Callable, tmp_path: Path) -> None:
        """What the report shows as a block is in lines too short to go; the option named works."""
        words = f"{A} {B}".split()
        wrapped = "\n".join(" ".join(words[n : n + 9]) for n in range(0, len(words), 9))
        ends = ["- one", "- two", "- three", "- four", "- five", "- six"]
        lists = ["\n".join(ends), "\n".join(end.upper() + "!" for end in ends)]
        put(tmp_path / "in", a=f"# A\n\n{lists[0]}\n\n{wrapped}\n", b=f"# B\n\n{wrapped}\n\nend\n")
        shown = said(dedup("report", "in").stdout)
        assert shown.startswith("1 repeated section in 2 documents")
        told = self.told(dedup, "in", "--paragraphs", "line")
        assert told.startswith("removed 0 paragraphs")
        assert (
            "1 repeated section of the report stays: all in paragraphs of fewer than 20 words "
            "(--min-group-words, or --paragraphs blank where lines are wrapped)"
        ) in told
        assert self.summary(tmp_path)["blocks_kept"] == 1
        done = dedup("clean", "in", "-o", "out2", "--paragraphs", "blank", "--max-removed", "90%")
        assert done.stderr.startswith("removed 1 paragraph ")
        assert "repeated section" not in done.stderr

    def test_a_block_that_is_only_alike(self, dedup: Callable, tmp_path: Path) -> None:
        """A section whose paragraphs differ stays; so it does where the keeper's place goes."""
        near = A.replace(A.split()[3], "otherwise")
        put(tmp_path / "in", a=f"{A}\n{C}", b=f"{B}\n{near}", c=f"{D}\n{C}")
        told = self.told(dedup, "in", "--keep", "last")
        assert (
            "1 repeated section of the report stays: alike, not the same (--remove near or match)"
        ) in told
        summary = self.summary(tmp_path)
        assert (summary["blocks_kept"], summary["short_blocks_kept"]) == (1, 0)

    def test_passages(self, dedup: Callable, tmp_path: Path) -> None:
        """What is not looked for is said to stay."""
        put(tmp_path / "in", a=A)
        assert "passages across the borders of paragraphs were not looked for" in self.told(
            dedup, "in"
        )
        done = dedup("clean", "in", "-o", "out2", "--passages", "on")
        assert "not looked for" not in done.stderr

    def test_documents_that_lose_something(self, dedup: Callable, tmp_path: Path) -> None:
        """How many there are, and how many of them are husks."""
        long = f"{A}\n{B}\n{C}\n{D}"
        put(tmp_path / "in", a=long, b=f"By Ann.\n{long}", c=f"{E}\n{F}\n{A}")
        told = self.told(dedup, "in")
        assert (
            "2 documents lose something, 1 of them keeps less than 20% (--drop-document-over 80%)"
        ) in told
        summary = self.summary(tmp_path)
        assert (summary["documents_changed"], summary["husks"]) == (2, 1)
        told = dedup("clean", "in", "-o", "out2", "--drop-document-over", "80%").stderr
        assert "1 document whole" in told
        assert "1 document loses something\n" in told

    def test_a_total_loss_is_warned_of(self, dedup: Callable, tmp_path: Path) -> None:
        """Every text goes: that is said, however few documents there are."""
        put(tmp_path / "in", a=f"{A}\n{B}", b=f"{B}\n{A}", c=f"{A}\n{A}\n{B}")
        own = ("--boilerplate", "remove", "--boilerplate-documents", 3)
        for where in (("--dry-run",), ("-o", "out")):
            done = dedup("clean", "in", *own, *where, "--quiet")
            assert done.returncode == 0
            assert done.stderr.startswith(
                "dedup: warning: 100% of the characters go, all 3 documents: nothing is left"
            )
        assert "warning" not in dedup("clean", "in", "-o", "out2").stderr


class TestGuard:
    """One share for one thing, and the value that lets it pass."""

    def test_every_output_names_one_share(self, dedup: Callable, tmp_path: Path) -> None:
        """Refusal, page, dry run and manifest; white space counts in all of them."""
        gap = "\n" * 40
        texts = {"a": f"{A}{gap}{B}", "b": f"{C}{gap}{A}{gap}{B}{gap}end"}
        put(tmp_path / "in", **texts)
        refused = dedup("clean", "in", "-o", "out", "--max-removed", "12.5%")
        assert refused.returncode == 3
        size = sum(map(len, texts.values()))
        gone = len(f"{A}{gap}{B}{gap}")
        share = f"{gone / size:.1%} of the characters"
        assert f"{share} of the run, more than 12.5%;" in said(refused.stderr)
        assert said(refused.stderr).startswith(
            f"2 of 6 paragraphs in 2 documents would go: {share}"
        )
        value = refused.stderr.rpartition("--max-removed ")[2].strip()
        assert value == f"{-(-100 * gone // size)}%"
        assert share in said(dedup("clean", "in", "--dry-run").stdout)
        less = f"{int(value[:-1]) - 1}%"
        assert dedup("clean", "in", "-o", "out", "--max-removed", less).returncode == 3
        passed = dedup("clean", "in", "-o", "out", "--max-removed", value)
        assert passed.returncode == 0
        assert share in passed.stderr
        summary = json.loads((tmp_path / "out/.dedup/manifest.json").read_bytes())["summary"]
        assert summary["removed_share"] == round(gone / size, 4)

    def test_the_value_lets_every_source_pass(self, dedup: Callable, tmp_path: Path) -> None:
        """A given limit holds for each folder too, so the value is that of the worst one."""
        put(tmp_path / "in", a=f"{A}\n{B}\n{C}\n{D}")
        put(tmp_path / "in/deep", b=f"{A}\n{B}\n{E}")
        refused = dedup("clean", "in", "-o", "out", "--max-removed", "5%")
        assert refused.returncode == 3
        value = refused.stderr.rpartition("--max-removed ")[2].strip()
        assert int(value[:-1]) > 60
        assert dedup("clean", "in", "-o", "out", "--max-removed", value).returncode == 0

    def test_a_whole_per_cent_passes(self, dedup: Callable, tmp_path: Path) -> None:
        """29 of 100 characters are 29 %, whatever they are as binary numbers."""
        text = A[:28].strip().ljust(28, "x")
        put(tmp_path / "in", a=f"{text}\n{text}\n".ljust(100, "y"))
        done = dedup("clean", "in", "-o", "out", "--max-removed", "29%", "--min-group-words", 1)
        assert done.returncode == 0, done.stderr
        assert "29.0% of the characters" in done.stderr


class TestWholeStories:
    """Texts that stand in many documents, and documents that are equal."""

    def test_a_story_in_twelve_papers(self, dedup: Callable, tmp_path: Path) -> None:
        """Six paragraphs of 30 words are one section, fail a check, and stay once."""
        story = f"{A}\n{B}\n{C}\n{D}\n{E}\n{F}"
        for n, name in enumerate("GHIJKLMNOPQR"):
            paper = f"{strategies.render(name)}\n{story}\nBy reporter {n}.\n"
            put(tmp_path / "in", **{f"paper{n:02}": paper})
        shown = said(dedup("report", "in").stdout)
        assert shown.startswith("1 repeated section in 12 documents: 6 paragraphs")
        assert dedup("check", "in/paper11.txt", "--against", "in").returncode == 1
        done = dedup("clean", "in", "-o", "out", "--max-removed", "100%")
        assert done.stderr.startswith("removed 66 paragraphs of 96 (66 across)")
        assert "11 documents lose something" in done.stderr
        left = [p.read_text("utf-8") for p in sorted((tmp_path / "out").glob("*.txt"))]
        assert [story in text for text in left] == [True] + 11 * [False]

    def test_an_equal_document_of_short_lines(self, dedup: Callable, tmp_path: Path) -> None:
        """It is found, and goes whole, though no line of it has 20 words."""
        lines = '"Where were you?" she asked.\n"On the river," he said.\n"All day?"\n'
        put(tmp_path / "in", one=lines, two=lines)
        assert said(dedup("report", "in").stdout).startswith("1 repeated section in 2 documents")
        done = dedup("clean", "in", "-o", "out")
        assert done.stderr.startswith("removed 3 paragraphs of 6 (3 across), 1 document whole")
        assert "stay" not in done.stderr

    @pytest.mark.parametrize("boilerplate", ["keep", "first", "remove"])
    def test_twelve_equal_records(self, boilerplate: str, dedup: Callable, tmp_path: Path) -> None:
        """They are repeated, and one of them stays whatever becomes of boilerplate."""
        records(tmp_path / "in.jsonl", *[A] * 12)
        assert said(dedup("report", "in.jsonl").stdout).startswith("1 repeated section in 12")
        done = dedup("clean", "in.jsonl", "-o", "out", "--boilerplate", boilerplate)
        assert done.stderr.startswith("removed 11 paragraphs of 12 (11 across), 11 documents whole")
        assert (tmp_path / "out/in.jsonl").read_text("utf-8").count("\n") == 1
        assert "warning" not in done.stderr
