"""Texts in which nothing, or next to nothing, is repeated: what is found there must be defensible."""

from __future__ import annotations

import ast
import random
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import generate

from measures.articles import find
from measures.corpora import table
from measures.tables import Table

if TYPE_CHECKING:
    from dedup.report import Report

CHAPTERS, CHAPTER = 40, 120
SPOKEN = (
    "— Oui, dit-il.",
    "— Non, dit-elle sans lever les yeux.",
    "— Je ne sais pas, répondit-il après un long silence.",
    "Il ne répondit pas.",
    "* * *",
)
SHOWN = 40
WORDS = 160


def novel(seed: int = 3) -> str:
    """Write a long text of chapters, paragraphs and dialogue, in which short lines come again."""
    writer = generate.Writer(seed)
    out = []
    for chapter in range(1, CHAPTERS + 1):
        out.append(f"Chapitre {chapter}")
        for _ in range(CHAPTER):
            spoken = writer.dice.random() < 1 / 3
            out.append(writer.dice.choice(SPOKEN) if spoken else writer.paragraph())
    return "\n".join(out) + "\n"


def library() -> tuple[list[str], list[str]]:
    """Give the docstrings of each module of Python's library, and its manual's topics."""
    root = Path(sysconfig.get_paths()["stdlib"])
    names, texts = [], []
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        if {"site-packages", "test", "tests", "idlelib", "lib2to3"} & set(inside.parts):
            continue
        found = _docstrings(path)
        if found:
            names.append(inside.as_posix())
            texts.append("\n\n".join(found))
    from pydoc_data import topics

    for name, text in sorted(topics.topics.items()):
        names.append(f"topics/{name}")
        texts.append(text)
    return names, texts


def _docstrings(path: Path) -> list[str]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError):
        return []
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    documented = (node for node in ast.walk(tree) if isinstance(node, kinds))
    return [text for text in map(ast.get_docstring, documented) if text]


def measure() -> list[Table]:
    """Look for repeats in both."""
    names, texts = library()
    rows, shown = [], []
    for name, report in (
        ("a generated novel", find(table([novel()], ["novel.txt"]))),
        ("Python's docstrings and manual topics", find(table(texts, names))),
    ):
        summary = report.summary
        counts = [sum(g.kind == kind for g in report.groups) for kind in KINDS]
        rows.append((name, summary.documents, summary.words, *counts))
        shown += _shown(report)
    columns = ("text", "documents", "words", *KINDS)
    head = Table("Groups where little or nothing is repeated", columns, rows)
    columns = ("kind", "unit", "words", "similarity", "where", "text")
    return [head, Table(f"A sample of {SHOWN} of these groups", columns, shown)]


KINDS = ("within", "across", "boilerplate")


def _shown(report: Report) -> list[tuple[object, ...]]:
    """Choose groups to read."""
    dice = random.Random(1)  # noqa: S311 - no secret
    some = dice.sample(report.groups, min(SHOWN, len(report.groups)))
    rows = []
    for group in sorted(some, key=lambda g: (g.similarity, g.words)):
        first, second = group.occurrences[:2]
        where = f"{first.document}:{first.lines[0]} / {second.document}:{second.lines[0]}"
        text = " ".join(second.text.split())[:WORDS].replace("|", "/")
        rows.append((group.kind, group.unit, group.words, group.similarity, where, text))
    return rows
