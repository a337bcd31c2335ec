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
        put(tmp_path / "in", one="The door is shut.\n" * 50)
        shown = said(dedup("report", "in").stdout)
        assert shown.startswith(
            "Nothing of 20 words or more is repeated in 1 document; 49 short paragraphs stand "
            "again (--min-words and --min-group-words find them)."
        )
        talk = dedup("report", "in", "--format", "jsonl").stderr
        assert talk.startswith("Nothing of 20 words or more is repeated in 1 document; 49 short")

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
