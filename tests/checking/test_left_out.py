"""What of a text a check leaves out: marks, quotations, sections."""

from __future__ import annotations

import pytest

from dedup.checking.left_out import left_out
from dedup.text.paragraphs import AUTO, paragraphs_of


def out(
    text: str, *, markdown: bool = True, quotations: bool = True, sections: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    """Give the texts that are left out, and why."""
    rows = paragraphs_of(text, AUTO, markdown)
    found, _ = left_out(text, rows, markdown=markdown, quotations=quotations, sections=sections)
    return [(text[start:end].strip(), why) for start, end, why in found]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("one\n\ntwo <!-- dedup: ignore -->\n\nthree\n", ["two <!-- dedup: ignore -->"]),
        ("one\n\n<!-- dedup: ignore -->\n\ntwo\n\nthree\n", ["two"]),
        ("one\n\n<!-- dedup: ignore-next -->\ntwo\n\nthree\n", []),  # HTML goes on to a blank line
        ("one\n\n<!-- dedup: ignore-next -->\n\ntwo\n\nthree\n", ["two"]),
        ("{/* dedup: ignore-next */}\n\ntwo\n\nthree\n", ["two"]),
        ("<!--dedup:ignore-next-->\n\ntwo\n", ["two"]),
        ("one <!-- dedup: ignored -->\n", []),
        ("`<!-- dedup: ignore -->` is a mark\n", []),
        ("```\n<!-- dedup: ignore-next -->\n```\n\ntwo\n", []),
        ("<!-- dedup: ignore-next -->", []),
        ("<!-- dedup: ignore-end -->\n\none\n", []),
    ],
)
def test_marks_in_markdown(text: str, taken: list[str]) -> None:
    """A mark is about the paragraph it stands in, or the next one."""
    found = [piece for piece, _ in out(text)]
    if "-next -->\ntwo" in text:
        # CommonMark lets a comment of one line end at once: the next line is a paragraph.
        assert found == ["two"]
    else:
        assert found == taken


def test_a_stretch() -> None:
    """From start to end; what is not closed goes on to the end, and its line is told."""
    text = (
        "one\n\n<!-- dedup: ignore-start: the law -->\n\ntwo\n\n<!-- dedup: ignore-end -->\n\nx\n"
    )
    [(piece, why)] = out(text)
    assert "two" in piece
    assert "x" not in piece
    assert why == "marked in the text: the law"
    text = text.replace("<!-- dedup: ignore-end -->", "")
    found, line = left_out(text, [], markdown=True, quotations=True, sections=())
    assert (found[0].end, line) == (len(text), 3)


def test_marks_in_plain_text() -> None:
    """A line that is only a mark is about the next line, in it only if it says something else."""
    text = "one\n<!-- dedup: ignore-next -->\ntwo\nthree <!-- dedup: ignore -->\n"
    assert [piece for piece, _ in out(text, markdown=False)] == [
        "two",
        "three <!-- dedup: ignore -->",
    ]


def test_quotations() -> None:
    """Block quotations of Markdown, also in lists; quoted lines of other text; unless off."""
    text = "said:\n\n> one\nlazy\n\n- > two\n\na > b\n"
    assert [piece for piece, _ in out(text)] == ["> one\nlazy", "- > two"]
    assert [piece for piece, _ in out("> one\ntwo\n", markdown=False)] == ["> one"]
    assert out(text, quotations=False) == []


def test_sections() -> None:
    """By their titles, whatever their numbers and case, to the next heading of the level."""
    text = "# Text\n\na\n\n## 7. REFERENCES\n\nb\n\n### Books\n\nc\n\n## End\n\nd\n"
    [(piece, why)] = out(text, sections=("References", "Bibliographie"))
    assert piece.startswith("## 7.")
    assert piece.endswith("c")
    assert why == "in the section 7. REFERENCES"
    [(piece, _)] = out("a\nReferences\nb\nc\n", markdown=False, sections=("references",))
    assert piece == "References\nb\nc"
    assert out("my references are many\n", markdown=False, sections=("references",)) == []


def test_front_matter_is_no_text() -> None:
    """A heading in it is none, and the lines after it keep their places."""
    text = "---\ntitle: References\n---\n\na\n\n> b\n"
    assert [piece for piece, _ in out(text, sections=("References",))] == ["> b"]


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_other_line_ends(ends: str) -> None:
    """Lines are counted as everywhere."""
    text = f"a{ends}{ends}> b{ends}{ends}c{ends}"
    assert [piece for piece, _ in out(text)] == ["> b"]
