"""Walks: which files of a folder are read, and what is said of the others."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dedup import formats
from dedup.errors import InputError
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Corpus = Callable[[dict[str, str | bytes]], Path]


def walked(*paths: str, **settings: object) -> list[str]:
    """Give the paths of the files that are read."""
    return [source.path for source in formats.sources(paths, Settings(**settings)).files]


def left_out(*paths: str, **settings: object) -> dict[str, str]:
    """Give what is not read, and why."""
    return {one.path: one.why for one in formats.sources(paths, Settings(**settings)).skipped}


# --- Suffixes -------------------------------------------------------------------------------------


def test_texts_are_known_by_their_suffixes(corpus: Corpus) -> None:
    """Small or capital letters; Markdown is told from plain text."""
    texts = ["a.LOG", "a.adoc", "a.rst", "a.srt", "a.text", "a.txt", "a.vtt"]
    marked = ["b.Rmd", "b.markdown", "b.md", "b.mdx", "b.qmd"]
    corpus(dict.fromkeys([f"c/{name}" for name in texts + marked], "x"))
    got = {s.path: s.format for s in formats.sources(["c"], Settings()).files}
    assert got == {
        **{f"c/{name}": "text" for name in texts},
        **{f"c/{name}": "markdown" for name in marked},
    }


def test_what_is_not_read_is_told_with_the_glob_that_reads_it(corpus: Corpus) -> None:
    """By its suffix, compressed or not, or by its name where it has none."""
    corpus(dict.fromkeys(["c/a.txt", "c/b.html", "c/c.html.gz", "c/LICENSE [1]"], "x"))
    said = left_out("c")
    assert said == {
        "c/b.html": "no text suffix: --include '*.html' reads it",
        "c/c.html.gz": "no text suffix: --include '*.html.gz' reads it",
        "c/LICENSE [1]": "no text suffix: --include 'LICENSE [[]1]' reads it",
    }
    for path, why in said.items():
        assert walked("c", include=(why.split("'")[1],)) == sorted(["c/a.txt", path])


def test_what_is_included_is_read_as_text_or_as_the_settings_say(corpus: Corpus) -> None:
    """A glob of other suffixes adds files."""
    corpus({"c/a.md": "x", "c/b.dat": "x"})
    for form in ("text", "jsonl"):
        found = formats.sources(["c"], Settings(include=("*.dat",), input_format=form)).files
        assert [(s.path, s.format) for s in found] == [("c/a.md", "markdown"), ("c/b.dat", form)]


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        (["*.md"], ["c/a.md", "c/d/b.md"]),
        (["*.md", "*.html"], ["c/a.md", "c/d/b.md", "c/d/c.html"]),
        (["d/*"], ["c/d/b.md", "c/d/c.html", "c/d/e.txt"]),
        (["*.html"], ["c/a.md", "c/b.txt", "c/d/b.md", "c/d/c.html", "c/d/e.txt"]),
    ],
)
def test_a_glob_that_fits_texts_limits_a_walk(
    corpus: Corpus, include: list[str], expected: list[str]
) -> None:
    """What it leaves out is counted; what is named is read all the same."""
    corpus(dict.fromkeys(["c/a.md", "c/b.txt", "c/d/b.md", "c/d/c.html", "c/d/e.txt"], "x"))
    assert walked("c", include=tuple(include)) == expected
    assert walked("c/b.txt", include=tuple(include)) == ["c/b.txt"]
    if include == ["*.md"]:
        assert left_out("c", include=("*.md",))["c"] == "2 files in it that no --include fits"


# --- What is ignored ------------------------------------------------------------------------------


def test_what_gitignore_leaves_out_is_not_walked_and_counted(corpus: Corpus) -> None:
    """Nested files, folders, negation; `.ignore` before `.gitignore`; `no_ignore` reads all."""
    texts = ["a.txt", "build/b.txt", "d/keep.log", "d/x.log", "d/y.txt", "e.md", "f.md", "x.log"]
    corpus(dict.fromkeys([f"c/{name}" for name in texts], "x"))
    corpus(
        {
            "c/.gitignore": "# a comment\r\nbuild/\n*.log\n*.md\n!\n",
            "c/.ignore": "!f.md\n",
            "c/d/.gitignore": "!keep.log\n/y.txt\n",
        }
    )
    assert walked("c") == ["c/a.txt", "c/d/keep.log", "c/f.md"]
    assert left_out("c") == {
        "c/.gitignore": "leaves out 4 entries (--no-ignore)",
        "c/d/.gitignore": "leaves out 1 entry (--no-ignore)",
    }
    assert walked("c", no_ignore=True) == [f"c/{name}" for name in texts]
    assert left_out("c", no_ignore=True) == {}


def test_a_repository_leaves_out_below_its_root(corpus: Corpus) -> None:
    """Rules above the PATH hold up to the root of its repository, and nothing from above that."""
    root = corpus(
        {
            ".ignore": "*.md",
            "r/.gitignore": "*.log\n/docs/old\nbuild/",
            "r/docs/.gitignore": "z.txt",
            "r/docs/old/a.txt": "x",
            "r/docs/new/a.log": "x",
            "r/docs/new/b.md": "x",
            "r/docs/new/z.txt": "x",
            "r/build/a.log": "x",
        }
    )
    assert walked("r/docs/new") == [f"r/docs/new/{n}" for n in ("a.log", "b.md", "z.txt")]
    (root / "r/.git").mkdir()
    assert walked("r/docs") == ["r/docs/new/b.md"]
    assert walked("r/docs/new/") == ["r/docs/new/b.md"]
    assert left_out("r/docs/new")["r/docs/new/../../.gitignore"].startswith("leaves out 1 entry")


def test_what_is_named_is_read_though_it_is_ignored(corpus: Corpus) -> None:
    """A file or folder that a repository leaves out, given as PATH."""
    corpus(
        {"r/.git/x": "", "r/.gitignore": "build/\n*.log", "r/build/s/a.txt": "x", "r/b.log": "x"}
    )
    assert walked("r/build") == ["r/build/s/a.txt"]
    assert walked("r/build/s", "r/b.log") == ["r/build/s/a.txt", "r/b.log"]


def test_a_folder_of_which_all_is_ignored_says_so(corpus: Corpus) -> None:
    """The message names the file and the option."""
    corpus({"c/.gitignore": "*", "c/a.txt": "x"})
    with pytest.raises(InputError, match=r"c/.gitignore leaves out 1 entry \(--no-ignore\)"):
        walked("c")


@pytest.mark.skipif(sys.platform == "win32", reason="names are texts there")
def test_rules_hold_for_names_of_any_bytes(corpus: Corpus) -> None:
    """A pattern that is not UTF-8 fits the name of the same bytes."""
    root = corpus({"c/a.txt": "x", "c/.gitignore": b"bad\xff*\n"})
    (root / os.fsdecode(b"c/bad\xff.txt")).write_text("x")
    assert walked("c") == ["c/a.txt"]


# --- Neither file nor folder ----------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_pipe_named_like_rules_is_not_opened(corpus: Corpus) -> None:
    """Nobody writes it, so that would never end."""
    root = corpus({"c/a.txt": "x"})
    os.mkfifo(root / "c/.gitignore")
    assert walked("c") == ["c/a.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_pipe_that_is_named_says_that_it_waits(tmp_path: Path) -> None:
    """After a moment, on the standard error; once somebody writes it is read as any other."""
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(
        [sys.executable, "-m", "dedup", "report", "pipe"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as job:
        assert job.stderr is not None
        assert job.stdout is not None
        assert job.stderr.readline() == "dedup: pipe: waits for a writer\n"
        (tmp_path / "pipe").write_text("A text.\n")
        assert job.stdout.readline() == "Nothing is repeated in 1 document.\n"
        assert job.wait() == 0


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("c/**/*.txt", ["c/a.txt", "c/d/b.txt", "c/d/e/f.txt"]),
        ("**/d/*.txt", ["c/d/b.txt"]),
        ("c/**/d/**/f.*", ["c/d/e/f.txt"]),
        ("c/d/**", ["c/d/b.txt", "c/d/e/f.txt"]),
        ("**", ["./c/a.txt", "./c/d/b.txt", "./c/d/e/f.txt"]),
    ],
)
def test_a_glob_goes_down_but_not_through_links(
    corpus: Corpus, pattern: str, expected: list[str]
) -> None:
    """`**` stands for visible folders to any depth; loops of links end at once."""
    root = corpus(dict.fromkeys(["c/a.txt", "c/d/b.txt", "c/d/e/f.txt", "c/.h/g.txt"], "x"))
    for name in ("up", "again"):
        (root / "c/d" / name).symlink_to("..")
        (root / "c" / name).symlink_to(".")
    assert walked(pattern) == expected


# --- Published and incoming -----------------------------------------------------------------------


LOOK = "use `dedup report pub --check` to look inside one folder"


@pytest.mark.parametrize(
    ("paths", "step"),
    [
        (["pub"], LOOK),
        (["./pub/a.md", "pub/b.md"], LOOK),
        (["."], f"leave them out of these with exclude='pub', or {LOOK}"),
    ],
)
def test_published_files_that_are_all_new_ones_are_an_error(
    corpus: Corpus, paths: list[str], step: str
) -> None:
    """There is nothing to compare with; the message says what was meant instead."""
    corpus({"pub/a.md": "x", "pub/b.md": "x", "new/c.md": "x"})
    with pytest.raises(InputError) as caught:
        formats.sources(paths, Settings(), against=["pub"])
    assert str(caught.value) == f"pub: all published files are among the new ones; {step}"
    found = formats.sources(["."], Settings(exclude=("pub",)), against=["pub"]).files
    assert [s.path for s in found] == ["pub/a.md", "pub/b.md", "./new/c.md"]
