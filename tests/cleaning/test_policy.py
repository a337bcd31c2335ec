"""Keep rules: how they are written, whom they prefer, and which of them decided."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cleaning.conftest import A, B, C, X, Y, contents, write
from cleaning.test_clean import ledger
from hypothesis import given
from hypothesis import strategies as st

from dedup import cleaning
from dedup.cleaning import Policy
from dedup.cleaning.policy import parse_rules
from dedup.cleaning.results import Undated
from dedup.errors import SettingsError
from dedup.text import dates

if TYPE_CHECKING:
    from cleaning.conftest import Clean


@pytest.mark.parametrize(
    ("keep", "rules"),
    [
        ("first", ("first",)),
        ("longest", ("longest", "first")),
        ("longest, last", ("longest", "last", "first")),
        ("prefer:afp/*,oldest:date,first", ("prefer:afp/*", "oldest:date", "first")),
        ("prefer:afp/*,reuters/*, a:b", ("prefer:afp/*,reuters/*,a:b", "first")),
        ("prefer:a,prefer:b,c", ("prefer:a", "prefer:b,c", "first")),
        ("prefer:a,longest,newest:meta.date", ("prefer:a", "longest", "newest:meta.date", "first")),
        ("prefer:first,last", ("prefer:first", "last", "first")),
        ("prefer:a,[l]ast", ("prefer:a,[l]ast", "first")),
    ],
)
def test_rules(keep: str, rules: tuple[str, ...]) -> None:
    """An item that is no rule goes on with the `prefer` before it, and with nothing else."""
    assert Policy(keep=keep).rules == rules


@pytest.mark.parametrize(
    ("keep", "why"),
    [
        ("", "give rules of first, last, longest, oldest:FIELD, newest:FIELD, prefer:GLOB"),
        ("oldset:date", "did you mean 'oldest'?"),
        ("oldest", "write oldest:FIELD"),
        ("prefer:a,newest", "write newest:FIELD"),
        ("prefer:", "write prefer:GLOB"),
        ("afp/*", "keep is 'afp/\\*'"),
        ("longest,afp/*", "keep is 'afp/\\*'"),
        ("prefer:a,,b", "keep is ''"),
    ],
)
def test_what_is_no_rule(keep: str, why: str) -> None:
    """It is named, with what is missing or meant."""
    with pytest.raises(SettingsError, match=why):
        Policy(keep=keep)


@given(rules=st.lists(st.sampled_from(["first", "last", "oldest:d", "prefer:a", "prefer:a,b*"])))
def test_rules_read_what_they_write(rules: list[str]) -> None:
    """What the ledger and the manifest hold is the same policy again."""
    written = ",".join(map(str, parse_rules(",".join(rules or ["last"]))))
    assert ",".join(map(str, parse_rules(written))) == written


def stamp(*moment: int, zone: int = 0) -> int:
    """Give microseconds since 1970."""
    when = datetime(*moment, tzinfo=UTC) - timedelta(hours=zone)  # type: ignore[misc,arg-type]
    return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-07-02", stamp(2020, 7, 2)),
        (" 20200702\n", stamp(2020, 7, 2)),
        ("2020-W27-4", stamp(2020, 7, 2)),
        ("2020-07-02T19:09:00Z", stamp(2020, 7, 2, 19, 9)),
        ("2020-07-02 19:09:00.5+02:00", stamp(2020, 7, 2, 19, 9, 0, 500_000, zone=2)),
        ("Thu, 02 Jul 2020 19:09:00 +0200", stamp(2020, 7, 2, 19, 9, zone=2)),
        ("2 Jul 2020 19:09:00 GMT", stamp(2020, 7, 2, 19, 9)),
        ("1593716940", stamp(2020, 7, 2, 19, 9)),
        ("1593716940000", stamp(2020, 7, 2, 19, 9)),
        ("July 2, 2020", stamp(2020, 7, 2)),
        ("2 juillet 2020", stamp(2020, 7, 2)),
        ("jeudi 02 juillet 2020 à 19h09", stamp(2020, 7, 2, 19, 9)),
        ("1er août 2019", stamp(2019, 8, 1)),
        ("15/07/2020", stamp(2020, 7, 15)),
        ("07/15/2020", stamp(2020, 7, 15)),
        ("3/3/2020", stamp(2020, 3, 3)),
        ("2020", stamp(2020, 1, 1)),
        ("2020-07", stamp(2020, 7, 1)),
        ("juillet 2020", stamp(2020, 7, 1)),
        ("0001-01-01T00:00+12:00", stamp(1, 1, 1) - 12 * 3_600_000_000),
    ],
)
def test_dates(text: str, moment: int) -> None:
    """ISO 8601, RFC 2822, seconds since 1970, English and French."""
    assert dates.timestamp(text) == moment


NO_DATES = """n/a|02/07/2020|2020-02-30|0000-00-00|yesterday|il y a 2 jours|3 months ago|Friday
    |12:30|16 mars|May 14|10|99999999999999|02-Jul-20|"""


@pytest.mark.parametrize("text", NO_DATES.split("|"))
def test_what_is_no_date(text: str) -> None:
    """Nor is what can be read in two ways, lacks a year, or depends on today."""
    assert dates.timestamp(text) == dates.NONE


@given(text=st.text(max_size=40) | st.from_regex(r"[0-9/:T. +Z-]{1,20}", fullmatch=True))
def test_any_text_is_a_date_or_none(text: str) -> None:
    """Whatever a scraper left there."""
    assert isinstance(dates.timestamp(text), int)


RECORDS = [
    ("new", "2021-05-01", A),
    ("none", None, A),
    ("bad", "bald", A),
    ("old", "1 mars 2019", A),
    ("late", 1_700_000_000, A),
]


def jsonl(rows: list[tuple[str, object, str]]) -> bytes:
    """Write records with an id, a nested date and a text."""
    lines = [
        json.dumps({"id": name, "meta": {"date": date}, "text": text}) for name, date, text in rows
    ]
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("keep", "kept", "rules"),
    [
        ("oldest:meta.date", "old", {"oldest:meta.date"}),
        ("newest:meta.date", "late", {"newest:meta.date"}),
        ("longest", "new", {"first"}),
    ],
)
def test_dates_decide(keep: str, kept: str, rules: set[str], clean: Clean) -> None:
    """What has no date that can be read ranks last either way; the ledger says what decided."""
    write(Path(), {"in.jsonl": jsonl(RECORDS)})
    clean("in.jsonl", keep=keep, boilerplate="first")
    assert {line["keeper"]["record"] for line in ledger()} == {kept}
    assert {line["rule"] for line in ledger()} == rules
    cleaning.verify("out")
    assert clean("out", out="again", keep=keep).removed == 0


def test_dates_that_are_missing_or_unreadable_are_counted(clean: Clean) -> None:
    """With an example; in the manifest too."""
    other = json.dumps({"other": "2020-01-01", "meta": {"date": "2020"}, "text": B}).encode()
    write(Path(), {"in.jsonl": jsonl(RECORDS) + b"\n" + other})
    done = clean("in.jsonl", keep="oldest:meta.date,newest:other")
    assert done.undated == (
        Undated("meta.date", 1, 1, "bald"),
        Undated("other", 5, 0, None),
    )
    manifest = json.loads(Path("out/.dedup/manifest.json").read_bytes())
    assert manifest["summary"]["undated"][0]["example"] == "bald"


def test_front_matter_has_dates(clean: Clean) -> None:
    """Of Markdown; a plain text has none."""
    files = {
        "a.txt": f"date: 1999-01-01\n{A}\n",
        "b.md": f'---\ntitle: x: y\ndate: "2020-01-01"\n---\n{A}\n',
        "c.md": f"---\ndate: 2019-12-31\n---\n{A}\n{B}\n",
    }
    write(Path("in"), {name: text.encode() for name, text in files.items()})
    clean("in", keep="oldest:date")
    assert {line["keeper"]["document"] for line in ledger()} == {"in/c.md"}


def test_preferred_files(clean: Clean) -> None:
    """The first glob before the second, both before the rest; then the next rule."""
    files = {
        "blog/a.txt": f"{A}\n{B}\n{C}\n",
        "reuters/b.txt": f"{X}\n{B}\n{A}\n",
        "afp/2020/c.txt": f"{Y}\n{A}\n",
        "reuters/z.txt": f"{B}\n",
    }
    write(Path("in"), {name: text.encode() for name, text in files.items()})
    clean("in", keep="prefer:afp/*,reuters/*,last")
    rule = "prefer:afp/*,reuters/*"
    found = {(r["document"], r["keeper"]["document"], r["rule"]) for r in ledger()}
    assert found == {
        ("in/blog/a.txt", "in/afp/2020/c.txt", rule),
        ("in/blog/a.txt", "in/reuters/z.txt", rule),
        ("in/reuters/b.txt", "in/afp/2020/c.txt", rule),
        ("in/reuters/b.txt", "in/reuters/z.txt", "last"),
    }
    assert contents(Path("out"))["reuters/z.txt"] == f"{B}\n".encode()
    cleaning.verify("out")


NOT_DATED = (None, "bald", "")
DAYS = (
    "2019-03-01",
    "1 mars 2019",
    "2021-05-01T10:00:00+02:00",
    "2021-05-01T08:00:00Z",
    1_500_000_000,
)
RULES = ("first", "last", "longest", "oldest:date", "newest:date", "prefer:afp/*,reuters/*")


@given(
    records=st.lists(
        st.tuples(
            st.sampled_from(["afp", "reuters", "blog"]),
            st.sampled_from([*NOT_DATED, *DAYS]),
            st.sampled_from(["", X, f"{Y}\n{X}"]),
        ),
        min_size=2,
        max_size=6,
    ).filter(lambda records: any(date not in (None, "") for _, date, _ in records)),
    rules=st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True),
)
def test_rules_agree_with_the_oracle(
    records: list[tuple[str, object, str]], rules: list[str], clean: Clean, tmp_path: Path
) -> None:
    """The one that stays is the least by all rules, each written as a key to sort by."""
    folder = tmp_path / str(len(list(tmp_path.iterdir())))
    files = {}
    for number, (source, date, more) in enumerate(records):
        record = {"id": str(number), "date": date, "text": f"{A}\n{more}".strip()}
        files[f"{source}/{number}.jsonl"] = json.dumps(record).encode()
    write(folder / "in", files)
    moments = dict(zip(DAYS, (17956, 17956, 18748 + 1 / 3, 18748 + 1 / 3, 17361), strict=True))
    order = sorted(files)

    def key(name: str) -> tuple[float, ...]:
        source, date, more = records[int(name.split("/")[1].split(".", maxsplit=1)[0])]
        place = order.index(name)
        moment = None if date in NOT_DATED else moments[date]
        by = {
            "first": place,
            "last": -place,
            "longest": -len(f"{A}\n{more}".strip()),
            "oldest:date": float("inf") if moment is None else moment,
            "newest:date": float("inf") if moment is None else -moment,
            "prefer:afp/*,reuters/*": ["afp", "reuters", "blog"].index(source),
        }
        return (*(by[rule] for rule in rules), place)

    clean(folder / "in", out=folder / "out", keep=",".join(rules), boilerplate="first")
    best, *others = sorted(order, key=key)
    lines = [line for line in ledger(folder / "out") if line["text"].startswith(A[:40])]
    keepers = {line["keeper"]["document"].split("/in/")[1] for line in lines}
    assert keepers == {best}
    assert {line["document"].split("/in/")[1] for line in lines} == set(others)
    for line in lines:
        own = line["document"].split("/in/")[1]
        decided = [*rules, "first"]
        pairs = zip(key(best), key(own), strict=True)
        assert line["rule"] == next(
            rule for rule, (a, b) in zip(decided, pairs, strict=True) if a != b
        )
