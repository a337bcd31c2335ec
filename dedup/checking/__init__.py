"""
What a check makes of its report: which findings fail, and why the others do not.

All of it is pure: texts and tables in, a verdict out (`report.py`). Files and git are read by
those who call.

    rules.py      what is in force             articles.py   the checked documents, as judging needs
    left_out.py   marks, quotations, sections  allow.py      texts that are known to be repeated
    baseline.py   findings that are known      changed.py    lines that were added or changed
    judge.py      report -> verdict            resembling.py documents that resemble others, whole
"""

from dedup.checking.articles import Article, articles, with_findings
from dedup.checking.changed import parted
from dedup.checking.judge import judged, nothing_changed
from dedup.checking.rules import KINDS, Rules

__all__ = [
    "KINDS",
    "Article",
    "Rules",
    "articles",
    "judged",
    "nothing_changed",
    "parted",
    "with_findings",
]
