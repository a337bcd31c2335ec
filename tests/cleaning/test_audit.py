"""`dedup audit`: a fair sample of what went, a sheet that a person fills in, and what it says."""

from __future__ import annotations

import csv
import io
import json
import random
from typing import TYPE_CHECKING

import pytest
from cleaning.conftest import contents

import dedup
from dedup.cleaning.audit import sample_sizes
from dedup.cleaning.precision import Judged, stratified
from dedup.cleaning.results import Stratum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def near(number: int, changed: int) -> str:
    """Give a text of which so many words are others."""
    chance = random.Random(number)  # noqa: S311 - any words
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(43)]
    return " ".join([*words[changed:40], *words[40 : 40 + changed]])


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of 40 texts and, of each, a copy that is more or less like it, cleaned."""
    folder = tmp_path_factory.mktemp("audit")
    texts = [near(number, 0) for number in range(40)]
    texts += [near(number, (0, 1, 1, 3)[number % 4]) for number in range(40)]
    texts[-1] = f"=1+1 {texts[39]}"
    rows = [json.dumps({"id": f"=n{n}", "text": text}) for n, text in enumerate(texts)]
    (folder / "a.jsonl").write_text("\n".join(rows))
    plan = dedup.clean(folder / "a.jsonl", remove="match", max_removed=1.0)
    plan.write(folder / "out")
    return folder / "out"


def rows_of(text: str) -> list[dict[str, str]]:
    """Read a sheet as a spreadsheet does."""
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def filled(sheet: Path, verdict: Callable[[dict[str, str]], str], separator: str = ",") -> None:
    """Fill a sheet in and save it as a spreadsheet may."""
    rows = rows_of(sheet.read_bytes().decode())
    for row in rows:
        row["verdict"] = verdict(row)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0], delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    sheet.write_bytes(out.getvalue().encode("latin-1" if separator == ";" else "utf-8"))


def test_a_sample_is_stratified_and_fixed_by_its_seed(cleaned: Path) -> None:
    """As many of each step of similarity; each beside what stays for it."""
    drawn = dedup.audit(cleaned, count=8)
    every = dedup.audit(cleaned, count=1000)
    assert len(every.removals) == sum(every.sizes.values()) == 40
    assert [str(stratum) for stratum in every.sizes] == [
        "paragraphs, similarity 0.90 to 0.95",
        "paragraphs, similarity 0.95 to 1.00",
        "paragraphs, similarity 1",
    ]
    assert [sum(one.stratum == own for one in drawn.removals) for own in drawn.sizes] == [3, 3, 2]
    assert dedup.audit(cleaned, count=8) == drawn
    assert dedup.audit(cleaned, count=8, seed=1) != drawn
    ledger = [
        json.loads(line)
        for line in (cleaned / ".dedup/ledger.jsonl").read_text().split("\n")
        if line
    ]
    for one in drawn.removals:
        assert ledger[one.number - 1]["text"] == one.line.text
        assert one.kept == near(int((one.line.record or "").removeprefix("=n")) - 40, 0)
    assert repr(drawn) == "<Audit: 8 of 40 removals>"


def test_shares_run_out() -> None:
    """What a small stratum does not have the others give."""
    sizes = {Stratum(18, "paragraphs"): 2, Stratum(19, "paragraphs"): 50, Stratum(20, "x"): 50}
    assert list(sample_sizes(sizes, 11).values()) == [2, 5, 4]
    assert list(sample_sizes(sizes, 1000).values()) == [2, 50, 50]


def test_a_sheet_is_filled_in_and_read_back(dedup: Callable, cleaned: Path, tmp_path: Path) -> None:
    """Also where a spreadsheet saved it with its own separator and encoding."""
    before = contents(cleaned)
    done = dedup("audit", cleaned, "-o", "sheet.csv", "--count", 12)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "12 removals to judge: then give --verdicts sheet.csv\n"
    sheet = tmp_path / "sheet.csv"
    rows = rows_of(sheet.read_bytes().decode())
    assert {row["verdict"] for row in rows} == {""}
    assert all(row["record"].startswith("'=n") for row in rows)
    again = dedup("audit", cleaned, "-o", "sheet.csv")
    assert again.returncode == 2
    assert "may hold verdicts: name another file" in again.stderr
    filled(sheet, lambda row: "Wrong" if float(row["similarity"]) < 0.95 else "right", ";")
    done = dedup("audit", cleaned, "--verdicts", "sheet.csv")
    assert (done.returncode, done.stderr) == (0, "")
    head, *strata = done.stdout.splitlines()
    # Of all removals nine of forty are below .95, whatever their share of the sample.
    assert head.startswith("precision 0.775 (95% interval 0.")
    assert head.endswith("8 of 12 judged removals are right")
    assert strata == [
        "  paragraphs, similarity 0.90 to 0.95: 0 of 4 judged are right, 0.000; 9 removals",
        "  paragraphs, similarity 0.95 to 1.00: 4 of 4 judged are right, 1.000; 21 removals",
        "  paragraphs, similarity 1: 4 of 4 judged are right, 1.000; 10 removals",
    ]
    assert contents(cleaned) == before


def test_the_page_is_the_same_sample(dedup: Callable, cleaned: Path) -> None:
    """Each removal by its number, with the words marked that only one side has."""
    rows = rows_of(dedup("audit", cleaned, "--count", 5).stdout)
    page = dedup("audit", cleaned, "--count", 5, "--format", "html").stdout
    for row in rows:
        assert f'id="r-{row["removal"]}"' in page
    assert "<ins>" in page
    assert page.count("<section") == 5


def test_what_was_not_judged_is_told(cleaned: Path, tmp_path: Path) -> None:
    """Rows without a verdict, and strata of which none has one."""
    from dedup.reports.audit_sheet import audit_to_csv, precision_lines

    sheet = tmp_path / "sheet.csv"
    sheet.write_text(audit_to_csv(dedup.audit(cleaned, count=40)), newline="")
    filled(sheet, lambda row: "right" if float(row["similarity"]) == 1 else "")
    found = dedup.precision(cleaned, sheet)
    assert (found.value, found.low, found.high, found.open) == (1.0, 1.0, 1.0, 30)
    assert list(precision_lines(found))[-2:] == [
        "30 rows of the sheet have no verdict",
        "30 removals lie where nothing was judged: the precision does not speak of them",
    ]


def broken() -> Iterator[tuple[str, str]]:
    """Give sheets that cannot be read back, and what is said of each."""
    head = "verdict,removal,start,end\n"
    yield "a,b\nright,1\n", "is no sheet of dedup audit"
    yield head, "holds no verdict: write right or wrong into the column verdict"
    yield head + "maybe,1,0,10\n", ":2: the verdict is 'maybe': write right or wrong"
    yield head + "right,x,0,10\n", ":2: invalid literal"
    yield head + "right,1\n", ":2: "
    yield head + "right,1,5,6\n", ":2: removal 1 is another one"
    yield head + "\nright,4000,5,6\n", "there is no removal 4000"
    yield head + "right,1,0,1\nwrong,1,0,1\n", ":3: removal 1 is judged twice, and otherwise"


@pytest.mark.parametrize(("text", "message"), list(broken()))
def test_a_sheet_that_says_nothing_is_refused(
    cleaned: Path, tmp_path: Path, text: str, message: str
) -> None:
    """With its row, in one line."""
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(text)
    with pytest.raises(dedup.InputError, match=r"^[^\n]*$") as caught:
        dedup.precision(cleaned, sheet)
    assert message in str(caught.value)


def test_what_is_no_cleaned_corpus_is_refused(tmp_path: Path) -> None:
    """And one of which nothing went; and a sheet that is not there."""
    with pytest.raises(dedup.LedgerError, match="give a folder that `dedup clean` wrote"):
        dedup.audit(tmp_path)
    (tmp_path / "a.txt").write_text("alone")
    dedup.clean(tmp_path / "a.txt").write(tmp_path / "out")
    with pytest.raises(dedup.SettingsError, match="nothing was removed, so there is nothing"):
        dedup.audit(tmp_path / "out")
    with pytest.raises(dedup.SettingsError, match="count is 0"):
        dedup.audit(tmp_path / "out", count=0)
    with pytest.raises(dedup.InputError, match="cannot be read: No such file"):
        dedup.precision(tmp_path / "out", tmp_path / "sheet.csv")


def test_equal_strata_are_one_sample() -> None:
    """Then the interval is Wilson's of all of them."""
    strata = [Judged(Stratum(n, "paragraphs"), 1000, 20, 20) for n in range(5)]
    value, low, high = stratified(strata)
    assert (value, high) == (1.0, 1.0)
    assert low == pytest.approx(100 / (100 + 1.959964**2))


def test_the_interval_holds_the_true_share() -> None:
    """In about 95 of 100 audits, and hardly ever in fewer than 93."""
    chance = random.Random(7)  # noqa: S311 - a simulation
    sizes, truth = (5000, 500, 100), (0.995, 0.9, 0.6)
    share = sum(size * p for size, p in zip(sizes, truth, strict=True)) / sum(sizes)
    inside = 0
    for _ in range(2000):
        strata = [
            Judged(Stratum(n, "x"), size, 33, sum(chance.random() < p for _ in range(33)))
            for n, (size, p) in enumerate(zip(sizes, truth, strict=True))
        ]
        _, low, high = stratified(strata)
        inside += low <= share <= high
    assert inside / 2000 > 0.93
