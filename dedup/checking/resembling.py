"""Documents that resemble an earlier one -> groups, which are judged as other findings are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.checking.rules import DOCUMENTS
from dedup.group import Group, Occurrence
from dedup.stages.identities import identity
from dedup.text.normalising import normalise_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dedup.checking.articles import Article
    from dedup.group import Name
    from dedup.report import NearCopy, Report


def resembling(report: Report, articles: Mapping[Name, Article]) -> Iterator[Group]:
    """
    Make a group of each checked document that resembles an earlier one.

    The copy is the whole document; of its keeper only the name is known.
    """
    for near in report.documents or ():
        for copy in near.copies:
            if copy.name in articles:
                yield _group(near.keeper, copy, articles[copy.name])


def _group(source: Name, near: NearCopy, article: Article) -> Group:
    """Make the group of one document; its id is that of its text."""
    # The keeper is a document that is only named: it has no text here.
    text = article.text
    name = identity(DOCUMENTS, normalise_text(text).encode("utf-8", "surrogatepass"))
    keeper = Occurrence(
        document=source.document,
        record=source.record,
        paragraphs=(1, 1),
        lines=(1, 1),
        start=0,
        end=0,
        similarity=1.0,
        identical=False,
        keeper=True,
        text="",
    )
    # The copy is the article, whole.
    copy = Occurrence(
        document=near.document,
        record=near.record,
        paragraphs=(1, max(1, len(article.paragraphs))),
        lines=(1, max([1, *(row[3] for row in article.paragraphs)])),
        start=0,
        end=len(text),
        similarity=near.resemblance,
        identical=False,
        keeper=False,
        text=text,
        file_line=article.file_lines[0] if article.file_lines else None,
        fingerprint=name,
    )
    words = len(text.split())
    size = len(article.paragraphs), words, len(text)
    return Group(name, DOCUMENTS, "document", *size, near.resemblance, (keeper, copy))
