"""Cleaning Markdown: what is no prose stays as it is, a table goes whole or not at all."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cleaning.conftest import A, B, C, D, X, Y, contents, write

from dedup import Policy, api, cleaning

if TYPE_CHECKING:
    from cleaning.conftest import Clean

CODE = "curl --fail --location https://example.org/install/latest --output tool && " * 4
ROW = "| timeout | number of seconds that the client waits for an answer of the server | {} |"
TABLE = f"| Option | Meaning | Default |\n|---|---|---|\n{ROW.format(30)}\n{ROW.format('{}')}\n"
BLOCKS = [
    f"1. Run One:\n\n    ```bash\n    {CODE}\n    ```\n",
    f"> ```\n> {CODE}\n> ```\n",
    f"Run One:\n\n    {CODE}\n",
    f"<!-- {A}\n\n{B} -->\n",
    f"<div>\n{A}\n</div>\n",
    f"See One.[^1]\n\n[^1]: {A}\n",
    f'[a]: /u\n  "{A}"\n',
    f"$$\n{CODE}\n$$\n",
    f"export const meta = {{\n  about: '{A}',\n}}\n",
]


@pytest.mark.parametrize("block", BLOCKS)
def test_what_is_no_prose_stays(block: str, clean: Clean) -> None:
    """Beside paragraphs that go, in front of them and behind."""
    text = f"# One\n\n{X}\n\n{block}\n{Y}\n"
    write(Path("in"), {"a.md": text.encode(), "b.md": text.replace("One", "Two").encode()})
    assert clean("in").paragraphs >= 4
    left = Path("out/b.md").read_text(encoding="utf-8")
    assert X not in left
    assert Y not in left
    assert block.replace("One", "Two").strip() in left
    cleaning.restore("out", "back")
    assert contents(Path("back")) == contents(Path("in"))


@pytest.mark.parametrize("suffix", [".markdown", ".mdx", ".qmd", ".Rmd"])
def test_suffixes_of_markdown(suffix: str, clean: Clean) -> None:
    """Code in any of them is code."""
    text = f"```\n{A}\n```\n"
    write(Path("in"), {f"a{suffix}": text.encode(), f"b{suffix}": text.encode()})
    clean("in")
    assert contents(Path("out")) == contents(Path("in"))


def test_a_table_goes_whole_or_not_at_all(clean: Clean) -> None:
    """One that differs in a number stays with its header."""
    one, other = TABLE.format(7), TABLE.format(5)
    texts = {"a.md": f"# A\n\n{one}\n{X}\n", "b.md": f"# B\n\n{other}\n{Y}\n"}
    texts["c.md"] = f"# C\n\n{one}\nEnd of C.\n"
    write(Path("in"), {name: text.encode() for name, text in texts.items()})
    clean("in")
    found = {name: data.decode() for name, data in contents(Path("out")).items()}
    assert found == {**texts, "c.md": "# C\n\nEnd of C.\n"}


def test_no_sentence_goes_out_of_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where passages go, a table is whole or not at all too; what only looks like one is not."""
    monkeypatch.chdir(tmp_path)
    table = f"| a | b |\n|---|---|\n| 1 | {B} {A} {X} {C} {D} |\n"
    policy = Policy(passages="on", max_removed=1.0)
    for suffix in ("md", "txt"):
        texts = {"a.md": f"# a\n\n{Y} {A} {X} {C}\n", f"b.{suffix}": table}
        folder = Path(f"in-{suffix}")
        write(folder, {name: text.encode() for name, text in texts.items()})
        api.clean_to([str(folder)], f"out-{suffix}", policy=policy)
    assert contents(Path("out-md")) == contents(Path("in-md"))
    assert A not in Path("out-txt/b.txt").read_text(encoding="utf-8")


def test_a_wrapped_paragraph_between_lists_goes_by_blank_lines(clean: Clean) -> None:
    """Where `auto` takes the lines of a page, `--paragraphs blank` takes its paragraphs."""
    words = A.split()
    wrapped = "\n".join(" ".join(words[n : n + 10]) for n in range(0, len(words), 10))
    pages = {"a.md": f"# A\n\n- x\n- y\n\n{wrapped}\n", "b.md": f"# B\n\n1. z\n2. u\n\n{wrapped}\n"}
    write(Path("in"), {name: text.encode() for name, text in pages.items()})
    clean("in", paragraphs="blank")
    assert Path("out/b.md").read_text(encoding="utf-8") == "# B\n\n1. z\n2. u\n"


def test_a_field_of_front_matter_in_toml_and_json(clean: Clean) -> None:
    """Dates of all three kinds decide which copy stays."""
    texts = {
        "a.md": f"---\ndate: 2020-03-01\n---\n{A}\n{X}\n",
        "b.md": f"+++\ndate = 2020-02-01\n[more]\ndate = 2020-01-01\n+++\n{A}\n{Y}\n",
        "c.md": f'{{"date": "2020-01-01", "more": {{"date": "2021-01-01"}}}}\n{A}\n{C}\n',
    }
    write(Path("in"), {name: text.encode() for name, text in texts.items()})
    clean("in", keep="oldest:date")
    assert [n for n, data in contents(Path("out")).items() if A.encode() in data] == ["c.md"]
    clean("in", keep="oldest:more.date", out="other")
    assert [n for n, data in contents(Path("other")).items() if A.encode() in data] == ["b.md"]


def test_random_markdown_comes_back(clean: Clean) -> None:
    """Whatever is cut out of it: the clean is proved, and undone byte for byte."""
    rng = random.Random(5)  # noqa: S311 - samples
    marks = [
        "\n",
        "\n\n",
        "\n    ",
        "\n\n    ",
        "\n> ",
        "\n- ",
        "\n1. ",
        "\n\t",
        "\n---\n",
        "\r\n\r\n",
    ]
    marks += [
        "\n```\nx\n```\n",
        "\n<!-- x\n\ny -->\n",
        "\n[a]: /u\n\n",
        "\n[^1]: ",
        "\n| a |\n|---|\n",
    ]
    heads = ["", "---\na: b\n---\n", "+++\na = 1\n+++\n", '{"a": 1}\n', "\ufeff", "---\n"]
    for number in range(12):
        files = {}
        for name in "abc":
            parts = (rng.choice(marks) + rng.choice([A, B, C, "short"]) for _ in range(8))
            files[f"{name}.md"] = (rng.choice(heads) + "".join(parts)).encode()
        write(Path(f"in{number}"), files)
        clean(f"in{number}", out=f"out{number}", keep=rng.choice(["first", "last"]))
        cleaning.verify(f"out{number}")
        cleaning.restore(f"out{number}", f"back{number}")
        assert contents(Path(f"back{number}")) == files
