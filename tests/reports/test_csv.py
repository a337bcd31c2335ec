"""CSV: a row an occurrence, read back by the standard reader."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from dedup.escaping import shown_in_csv
from dedup.reports.csv import COLUMNS, to_csv

if TYPE_CHECKING:
    from types import SimpleNamespace

    from dedup.report import Report


def rows(report: Report) -> list[dict[str, str]]:
    """Read the rows back."""
    return list(csv.DictReader(io.StringIO(to_csv(report), newline=""), strict=True))


def test_one_row_an_occurrence(every: Report) -> None:
    """Every occurrence is a row; its text comes back, what drives a terminal shown."""
    if every.documents is not None:
        return  # these have rows of their own
    places = [place for group in every.groups for place in group.occurrences]
    assert [(row["document"], row["text"]) for row in rows(every)] == [
        (shown_in_csv(place.document), shown_in_csv(place.text)) for place in places
    ]


def test_columns(made: SimpleNamespace) -> None:
    """The first line names the columns; what does not apply is empty."""
    first, second = rows(made.showcase())
    assert tuple(first) == COLUMNS
    assert (first["keeper"], first["fingerprint"], first["record"]) == ("true", "", "")
    assert (second["keeper"], second["identical"], second["similarity"]) == ("false", "true", "1.0")
    assert (second["paragraph_first"], second["line_last"]) == ("7", "11")
    assert to_csv(made.report()) == ",".join(COLUMNS) + "\r\n"


def test_documents_that_resemble_each_other(made: SimpleNamespace) -> None:
    """Each is a row behind the groups, its keeper before it; alone they have their own columns."""
    found = rows(made.resembling())
    assert [(r["group"], r["kind"], r["keeper"], r["similarity"]) for r in found] == [
        ("document-1", "documents", "true", "1.0"),
        ("document-1", "documents", "false", "0.8124"),
        ("document-1", "documents", "false", "1.0"),
    ]
    assert found[1]["document"] == "news/b.txt"
    alone = rows(made.resembling("document"))
    assert [r["keeper_document"] for r in alone] == ["news/a.txt", "news/a.txt"]
    assert (alone[0]["resemblance"], alone[0]["contains"]) == ("0.8124", "0.8991")


def test_spreadsheets_calculate_nothing(made: SimpleNamespace) -> None:
    """With the mark of a spreadsheet's CSV a formula in a text or a name becomes a text."""
    formulas = ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\uff1d1", "\n=1"]
    for formula in formulas:
        found = made.report(made.group("within", made.place(formula, formula)))
        text = to_csv(found, spreadsheet=True)
        assert text.startswith("\ufeffgroup,")
        [row] = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        assert (row["document"], row["text"]) == (f"'{formula}", f"'{formula}")
        assert row["similarity"] == "1.0"
    plain = made.report(made.group("within", made.place("a.txt", "1 = 1")))
    assert "'" not in to_csv(plain, spreadsheet=True)


def test_no_formula_is_defused(made: SimpleNamespace) -> None:
    """Text is written as it is: this is for programs."""
    [row] = rows(made.report(made.group("within", made.place("=a", "=1+1"))))
    assert (row["document"], row["text"]) == ("=a", "=1+1")
