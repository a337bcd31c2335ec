"""What comes back to a notebook: a report is short, a table, a frame, plain values."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

import dedup

if TYPE_CHECKING:
    from collections.abc import Callable

A, B = (" ".join(f"{name}{n}" for n in range(30)) for name in ("first", "other"))
EVIL = f"<script>alert(1)</script>\u202e {A}"

pytestmark = pytest.mark.filterwarnings("default")  # of libraries that are not ours


@pytest.fixture(scope="module")
def report() -> dedup.Report:
    """A section within a text, and one across."""
    return dedup.find(texts=[f"{A}\n{B}\n{B}", f"{A}\nalone", "nothing"])


def test_a_report_is_short_where_it_is_printed(report: dedup.Report) -> None:
    """Counts, and no text."""
    assert repr(report) == (
        "<Report: 2 groups (1 across, 1 within) in 3 documents, "
        f"{int(report.duplicate_ratio * 1000) / 10:g}% of the text are copies>"
    )
    assert repr(dedup.find(texts=[A])) == (
        "<Report: 0 groups in 1 document, 0% of the text are copies>"
    )


def test_a_report_is_a_sequence_of_groups(report: dedup.Report) -> None:
    """With a length; one without groups is still a report."""
    assert len(report) == len(report.groups) == 2
    assert tuple(report) == report.groups
    assert dedup.find(texts=[A])
    assert report.duplicate_ratio == pytest.approx(
        report.summary.repeated_characters / report.summary.characters
    )


def test_a_report_is_plain_values(report: dedup.Report) -> None:
    """Those of the JSON that the command writes."""
    assert report.to_dict() == json.loads(report.to_json())
    assert report.to_dict()["schema"] == "dedup.report/1"


def test_a_report_comes_back_from_plain_values() -> None:
    """All of it but its texts: groups, documents, shares, names that are no text."""
    rows = [{"id": "a", "text": f"{A}\n{B}\n{B}"}, {"id": "b", "text": f"{A}\n{B}\n{B}"}]
    found = dedup.find(rows, unit="both")
    checked = dedup.check(texts=[A, A], against_texts=[f"{A} {B}", A])
    strange = replace(checked.groups[0].copies[0], document="caf\udce9.txt")
    groups = (replace(checked.groups[0], occurrences=(checked.groups[0].keeper, strange)),)
    assert found.documents
    for report in (found, checked, replace(checked, groups=groups), dedup.find(texts=[A])):
        again = dedup.Report.from_dict(json.loads(report.to_json()))
        assert again.to_dict() == replace(report, verdict=None).to_dict()
        assert again.duplicate_ratio == report.duplicate_ratio
        assert [g.keeper.paragraphs for g in again] == [g.keeper.paragraphs for g in report]
    assert again.documents == report.documents


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report.clear(),
        lambda report: report.update(schema="dedup.report/9"),
        lambda report: report.pop("groups"),
        lambda report: report["summary"].update(words="many"),
        lambda report: report["groups"][0].pop("kind"),
        lambda report: report["groups"][0]["occurrences"].clear(),
        lambda report: report["groups"][0]["occurrences"][0].update(document_bytes="=="),
    ],
)
def test_what_is_no_report_is_refused(report: dedup.Report, change: Callable) -> None:
    """In one line; so is what is no dict."""
    value = report.to_dict()
    change(value)
    with pytest.raises(dedup.InputError, match=r"^this .*: give what to_dict gave$"):
        dedup.Report.from_dict(value)
    with pytest.raises(dedup.InputError, match="is no report of the schema"):
        dedup.Report.from_dict([])  # type: ignore[arg-type]


def test_a_report_is_a_frame_of_any_library(report: dedup.Report) -> None:
    """A row a place, the keeper of a group before its copies; also without a row."""
    import pandas as pd
    import polars as pl

    frame = report.to_frame()
    assert isinstance(frame, pa.Table)
    assert len(frame) == sum(len(group.occurrences) for group in report)
    rows = frame.to_pylist()
    first = report.groups[0].keeper
    assert rows[0]["group"] == report.groups[0].id
    assert rows[0]["keeper"] is True
    assert (rows[0]["document"], rows[0]["record"]) == ("texts", "1")
    assert (rows[0]["first_paragraph"], rows[0]["last_paragraph"]) == first.paragraphs
    assert rows[0]["text"] == first.text
    assert pl.DataFrame(frame).rows(named=True) == rows
    assert list(frame.to_pandas().columns) == frame.column_names
    assert isinstance(frame.to_pandas(), pd.DataFrame)
    assert dedup.find(texts=[A]).to_frame().schema == frame.schema


def test_a_text_in_a_notebook_is_data() -> None:
    """Nothing of it is markup, nothing is hidden, no colour is set."""
    page = dedup.find(texts=[EVIL, EVIL])._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;U+202E&gt;" in page
    assert page.count("<tr>") == 2
    assert "color:" not in page.replace("rgba(128,128,128", "")


def test_a_notebook_shows_the_longest_groups_and_counts_the_others() -> None:
    """Five of them."""
    texts = [" ".join(f"w{k}x{n}" for n in range(30 + k)) for k in range(7)]
    page = dedup.find(texts=texts * 2)._repr_html_()
    assert page.count("<tr>") == 6
    assert "2 more groups" in page
    assert "7 groups (7 across) in 14 documents" in page
    assert "0 groups in 1 document" in dedup.find(texts=["x"])._repr_html_()
