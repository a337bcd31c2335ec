"""A report by date: what is called the first is the oldest, whatever stands first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

import dedup as library

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Dedup

A, B = (" ".join(f"{name}{n}" for n in range(30)) for name in ("first", "other"))
ROWS = [
    {"id": "late", "text": f"The later one\n{A}\n{B}", "date": "2021-05-01"},
    {"id": "none", "text": f"Without a date\n{B}", "date": None},
    {"id": "early", "text": f"The earlier one\r\n{A}", "date": "2019"},
    {"id": "words", "text": f"Unreadable\n{B}", "date": "yesterday"},
]


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """The rows as a file."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in ROWS))
    return path


def test_the_oldest_is_the_first(records: Path) -> None:
    """With its date as written and the first line; what has none comes last, as it stands."""
    for given in (ROWS, records):
        report = library.find(given, order="oldest:date", memory=1 << 20)
        places = [[(o.record, o.date, o.first_line) for o in g.occurrences] for g in report]
        assert places == [
            [("early", "2019", "The earlier one"), ("late", "2021-05-01", "The later one")],
            [
                ("late", "2021-05-01", "The later one"),
                ("none", "", "Without a date"),
                ("words", "", "Unreadable"),
            ],
        ]
        assert report.settings["order"] == "oldest:date"
        assert report.to_dict()["groups"][0]["occurrences"][0]["date"] == "2019"
        assert (report.overlaps[0].a.record, report.overlaps[0].b.record) == ("early", "late")


def test_it_is_the_report_of_documents_that_stand_so(records: Path) -> None:
    """But for the dates."""
    by_date = library.find(records, order="oldest:date").to_dict()
    rows = [ROWS[number] for number in (2, 0, 1, 3)]
    records.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    stands = library.find(records).to_dict()
    for report in (by_date, stands):
        report.pop("settings")
        for group in report["groups"]:
            for place in group["occurrences"]:
                place.pop("date", None)
                place.pop("file_line")
    assert by_date == stands


def test_a_front_matter_has_a_date_too(tmp_path: Path) -> None:
    """Of Markdown."""
    (tmp_path / "a.md").write_text(f"---\ndate: 2022-01-01\n---\n\nNew\n\n{A}\n")
    (tmp_path / "b.md").write_text(f"---\ndate: 2020-01-01\n---\n\nOld\n\n{A}\n")
    [group] = library.find(tmp_path, order="oldest:date")
    assert group.keeper.document.endswith("b.md")


def test_pages_say_first_where_it_is_known(dedup: Dedup, records: Path) -> None:
    """By date, and inside a document; else places are numbered."""
    shown = dedup("report", records, "--order", "oldest:date", cwd=records.parent)
    assert shown.returncode == 0
    assert "2 of 4 documents have no date that can be read, such as 'yesterday'" in shown.stderr
    text = " ".join(shown.stdout.split())
    assert "first " in text
    assert ", 2019, “The earlier one”" in text.replace("; 2019", ", 2019")
    assert "no date, “Unreadable”" in text
    plain = dedup("report", records, cwd=records.parent).stdout
    assert "1st  " in plain
    assert "first  " not in plain
    for form in ("markdown", "html"):
        page = dedup("report", records, "--order", "oldest:date", "--format", form).stdout
        assert "2019, “The earlier one”" in page


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ("oldest:dates", "order is 'oldest:dates': no document has the field 'dates'"),
        ("newest:date", "order is 'newest:date': give place or oldest:FIELD"),
        ("oldest:", "order is 'oldest:': give place or oldest:FIELD"),
    ],
)
def test_what_is_no_order_is_told(dedup: Dedup, records: Path, order: str, message: str) -> None:
    """In one line."""
    done = dedup("report", records, "--order", order)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
