"""Plain text: what a newcomer, a file, a narrow terminal and an old console get to see."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dedup.errors import SettingsError
from dedup.reports.diff import compare
from dedup.reports.text import diff_to_text, to_text
from dedup.reports.view import View, ordered_groups, viewed
from dedup.reports.visible import cells

if TYPE_CHECKING:
    from types import SimpleNamespace

    from dedup.report import Report

WIDTHS = (20, 39, 40, 80, 200)
CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)

SHOWCASE = """\
1 repeated section in 2 documents: 5 paragraphs, 176 words, 1,110 characters.
21 paragraphs, 744 words read.

repeated inside one document (5f0c77aa)
  first  seeds/003_de5b8be049ad9072.txt:2, paragraphs 2–6
  again  seeds/003_de5b8be049ad9072.txt:7, paragraphs 7–11, identical

  2  Les combattants kurdes soutenus par la coalition internationale conduite
     par les Etats-Unis ont repris du terrain aux djihadistes et « se sont
     emparés de trois postes avancés sur la rive gauche du Tigre au nord de
     Mossoul », précise le commandement américain interarmées qui dirige les
     raids contre l'EI (CJTF-OIR).
  3  L'assaut kurde a été soutenu par quatre raids de la coalition entre
     vendredi et dimanche, a-t-il ajouté. Des conseillers militaires de la
     coalition ont aussi fourni aux Kurdes « une aide en matière de
     renseignements ».
  4  CONTRE-OFFENSIVE EN PRÉPARATION
  5  Mossoul est considérée comme une ville cruciale pour une éventuelle
     contre-offensive des soldats irakiens et des combattants kurdes contre l'EI
     en préparation.
  6  « Il y aura une contre-offensive terrestre majeure en Irak », a en effet
     annoncé le coordinateur américain de la coalition, John Allen, à l'agence
     jordanienne Petra. « Dans les prochaines semaines, quand les forces
     irakiennes commenceront la campagne terrestre pour reprendre l'Irak, la
     coalition fournira une puissance de feu importante en soutien (à
     l'opération) », a-t-il précisé.
"""


def test_showcase(made: SimpleNamespace) -> None:
    """The first thing that a newcomer sees."""
    assert to_text(made.showcase()) == SHOWCASE


@pytest.mark.parametrize("width", WIDTHS)
def test_fits(every: Report, width: int) -> None:
    """No line is wider than asked for, none ends in spaces."""
    for line in to_text(every, width=width).split("\n"):
        assert cells(line) <= width
        assert line == line.rstrip(" ")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_hidden(every: Report, width: int) -> None:
    """No control character, no character that hides or reorders text reaches the output."""
    assert not CONTROL.search(to_text(every, width=width))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1", "utf-8", "no-such"])
def test_encodes(every: Report, encoding: str) -> None:
    """What an encoding cannot take has a plain form, within the width."""
    text = to_text(every, width=60, encoding=encoding)
    text.encode(encoding if encoding != "no-such" else "ascii")
    assert all(cells(line) <= 60 for line in text.split("\n"))


def test_plain_signs(made: SimpleNamespace) -> None:
    """A dash is a hyphen, dots are dots, where the encoding has no others."""
    text = to_text(made.showcase(), encoding="ascii")
    assert "txt:2, paragraphs 2-6" in text
    assert r"CONTRE-OFFENSIVE EN PR\xc9PARATION" in text
    assert "paragraphs 2–6" in to_text(made.showcase(), encoding="cp1252")


def test_text_is_data(made: SimpleNamespace) -> None:
    """Markup, emoji codes and escape sequences are shown as they are."""
    text = to_text(made.hostile(), width=200)
    assert "[bold]markup[/bold] [/x] :smile: 100% ^[[31mred^[]52;c;eA==^G <U+009B>31m" in text
    assert "<U+202E>edoc <U+200B><U+D800>" in text
    assert "b[bold]" in text
    assert "^J.txt" in text


def test_whole_story(made: SimpleNamespace) -> None:
    """Each kind of finding is told in plain words."""
    text = to_text(made.mixed(), width=200)
    for part in (
        "2 repeated sections in 60 new documents: 7 paragraphs and 562 characters are copies",
        "82.1%  of news/b.txt appears elsewhere",
        "1 of 2 · repeated across documents (000000a1)",
        "1st  news/a.txt:3, paragraphs 3–4",
        "2nd  news/b.txt:1, paragraphs 1–2, 94.8% alike",
        "3rd  wire.jsonl:43, record 42, paragraphs 2–3, ident",
        "4th  c.txt:8, paragraph 8, identical; repeats only paragraph 4 of the 1st",
        "What the 2nd changes",
        "… 1 paragraph the same …",
        "~ 4  It will cost [-4.5-]{+4.7+} million and be ready by spring, the mayor said",
        "at least 94.8% alike",
        "000000c3      57  Home | News | Sport | Contact",
        "50%  news/a.txt  98.7%  wire.jsonl, record 42",
        "Not read: 2 inputs",
        "1  not UTF-8, perhaps cp1252: y.txt",
        "2 inputs not read, see the end",
    ):
        assert part in text


def test_passages_are_no_paragraphs(made: SimpleNamespace) -> None:
    """Passages are counted beside the paragraphs that are copies, and alone where none is."""
    report = made.mixed()
    first, *others = report.groups
    groups = (replace(first, unit="passage"), *others)
    assert "% of the text, besides 1 passage.\n" in to_text(
        replace(report, groups=groups), width=200
    )
    groups = tuple(replace(group, unit="passage") for group in report.groups)
    told = "2 repeated sections in 60 new documents, all of them passages: no whole paragraph is a"
    assert told in to_text(replace(report, groups=groups), width=200)


def test_nothing_found(made: SimpleNamespace) -> None:
    """Nothing is said in words too."""
    assert to_text(made.report()).startswith("Nothing is repeated in 2 documents.\n")


def test_buckets_cut(made: SimpleNamespace) -> None:
    """That not all was compared with all is said."""
    assert "3 crowds of very similar" in to_text(made.report(buckets_cut=3))


def test_long_text_is_cut_in_the_middle(made: SimpleNamespace) -> None:
    """Of a long text the beginning and the end are shown, the lines between counted."""
    report = made.report(made.group("within", made.place("a", "word " * 10_000 + "end")))
    cut = to_text(report, width=72)
    whole = to_text(report, View(group="00000001"), width=72)
    [left_out] = re.findall(r"… ([\d,]+) lines left out …", cut)
    assert whole.count("word ") + whole.count("word\n") == 10_000
    body = [line for line in cut.split("\n") if "word word" in line]
    assert len(body) + int(left_out.replace(",", "")) == whole.count("\n") - 4
    assert "end" in cut


def test_many_groups(made: SimpleNamespace) -> None:
    """Ten are shown in full, thirty as a table, the others counted."""
    text = to_text(made.many(60))
    assert "10 of 60 · " in text
    assert "11 of 60 · " not in text
    assert "50 more sections:" in text
    assert "… 20 more sections are not shown." in text
    assert "12 of 60 · " in to_text(made.many(60), View(top=12))
    assert "not shown" not in to_text(made.many(20))


def test_sorted(made: SimpleNamespace) -> None:
    """Groups stand in the order asked for."""
    report = made.many(12)

    def first(sort: str) -> str:
        return re.findall(r"1 of 12 · .*\((.*)\)", to_text(report, View(sort=sort)))[0]

    assert first("place") == "00000001"
    assert first("words") == "0000000c"
    assert first("copies") == "00000002"
    assert first("repeated") == "0000000b"
    assert first("similarity") == "00000001"


def test_one_group(made: SimpleNamespace) -> None:
    """One group is shown whole, by its id or its beginning, and alone."""
    report = made.mixed()
    assert to_text(report, View(group="000000b2")) == to_text(
        report, View(group=report.groups[1].id)
    )
    assert "What the copy changes" not in to_text(report, View(group="000000b2"))
    assert "Not read" not in to_text(report, View(group="000000b2"))
    assert "… and 55 more places" in to_text(report, View(group="000000c3"))
    for wrong in ("", "0", "nothing"):
        with pytest.raises(SettingsError, match=r"^group is '"):
            to_text(report, View(group=wrong))


def test_many_places(made: SimpleNamespace) -> None:
    """Of many places some are shown, the others counted."""
    places = [made.place(f"{n}.txt", "x", 1, "x") for n in range(20)]
    text = to_text(made.report(made.group("across", made.place("a.txt", "x"), *places)))
    assert "… and 13 more places" in text


def test_lines_keep_their_numbers(made: SimpleNamespace) -> None:
    """Line numbers count empty lines and both line ends; of several empty lines one is shown."""
    keeper = made.place("a", "one\r\n\r\n\r\ntwo\x85still", 9)
    text = to_text(made.report(made.group("within", keeper)))
    assert re.search(r" 9  one\n\n +12  two<U\+0085>still\n", text)


def test_diff() -> None:
    """A comparison is told in one column, what is the same folded."""
    a = "One is here.\nTwo.\nThree.\nFour.\nFive was old.\nSix.\nA paragraph that only A has."
    b = "One is here.\nTwo.\nThree.\nFour.\nFive is new.\nA paragraph that moved.\nSix."
    assert diff_to_text(compare(a, b), ("a.txt", "b\x1b.txt")) == (
        "A  a.txt\n"
        "B  b^[.txt\n"
        "73.3% of the words are the same; 2 paragraphs changed, 1 moved.\n"
        "\n"
        "[-only in A-] {+only in B+}  numbers are lines of A\n"
        "\n"
        "     … 3 paragraphs the same …\n"
        "  4  Four.\n"
        "~ 5  Five [-was old-]{+is new+}.  (60.8% alike, no finding: too short)\n"
        "  6  [\u2193 to 7]\n"
        "~ 7  A paragraph that [-only A has-]{+moved+}.  (73.4% alike, no finding: too\n"
        "     short)\n"
        "     \u2193 from 6  Six.\n"
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_diff_fits(made: SimpleNamespace, width: int) -> None:
    """A comparison of hostile texts fits and hides nothing."""
    keeper, copy = made.hostile().groups[0].occurrences
    changed = copy.text.replace("End", "Ending")
    text = diff_to_text(compare(keeper.text, changed), ("a", copy.document), width=width)
    assert all(cells(line) <= width for line in text.split("\n"))
    assert not CONTROL.search(text)
    assert "{+Ending" in text


def test_diff_of_equal_texts() -> None:
    """Equal texts, and those that differ in white space only, are said to be so."""
    assert "The texts are the same." in diff_to_text(compare("a", "a"), ("a", "b"))
    assert "only white space differs" in diff_to_text(compare("a b", "a  b\n"), ("a", "b"))


def test_what_repeats_most_comes_first_in_a_big_report(made: SimpleNamespace) -> None:
    """On pages, unless somebody asked for another order; not in what programs read."""
    small, big = made.many(100), made.many(101)
    said = "What repeats most words comes first (--sort place: as it stands)."
    assert said not in to_text(small)
    assert said in to_text(big)
    assert said not in to_text(big, View(sort="place"))
    assert ordered_groups(big, View()) == ordered_groups(big, View(sort="repeated"))
    assert ordered_groups(small, View()) == small.groups
    assert viewed(big, View()).groups == big.groups
