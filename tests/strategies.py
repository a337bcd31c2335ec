# ruff: noqa: SIM905, S311 - lists of words as text; random samples, no secrets
"""
Random corpora built from letters, for comparing implementations with `naive`.

A capital is a paragraph of its own text, a small letter a heading, and a sign after it an edit
(`A'` has 4 words changed); a document is a list of them, so a corpus can be read at a glance:

    A a B'' | B F | A C F        three documents, D01.txt to D03.txt

`corpora()` and `cleanings()` are hypothesis strategies; `random_corpus(rng)` and
`random_cleaning(rng)` draw from the same builder with a seeded `random.Random`, for long soaks.
Everything is drawn through `Pick`: `pick(n)` is a number below n, 0 the simplest choice.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

Pick = Callable[[int], int]
Sketch = list[str]
"""A document as letters."""
T = TypeVar("T")


@dataclass(frozen=True)
class Corpus:
    """Texts by path in Order, settings that differ from the defaults, and the letters."""

    documents: dict[str, str]
    settings: dict[str, Any] = field(default_factory=dict)
    sketch: str = ""

    def __repr__(self) -> str:
        """Show the letters first: they are what a reader of a failure needs."""
        return f"Corpus({self.sketch!r}, settings={self.settings!r}, documents={self.documents!r})"


# --- Letters --------------------------------------------------------------------------------------

_DETERMINERS = (
    "le la un une ce cette mon ma ton sa son leur notre votre quelque aucune toute".split()
)
_NOUNS = (
    "rapport plage train rocade loi bibliothèque préfet projet danse route victoire chantier "
    "équipe ville marché conseil maire rivière volcan récolte professeur école crue montagne "
    "journal défaite enquête pêcheur usagère région cheffe arbitre tribunal musique gare commune "
    "grève syndicat forêt banque ministre musée usine théâtre directrice budget climat hôpital"
).split()
_ADJECTIVES = (
    "payant tardif solide discret public ancien bruyant national voisin curieux vigilant fragile "
    "prudent gratuit moderne célèbre rapide local royal provisoire énorme nouveau immense fameux"
).split()
_VERBS = (
    "étudie traverse soutient défend ferme accueille surveille quitte visite finance prépare "
    "observe compare protège invite remplace mesure critique attend organise refuse annonce"
).split()
_LINKS = "depuis après malgré puis sous car vers contre et selon mais donc derrière pendant".split()
_PARTS = (_DETERMINERS, _NOUNS, _ADJECTIVES, _VERBS, _DETERMINERS, _NOUNS, _ADJECTIVES, _LINKS)

LONG = "ABCDEFGHIJKLMNOPQR"
_ODD = {"S": 11, "T": 11, "U": 8, "V": 7, "W": 20, "X": 19, "Ü": 39, "Y": 40, "Z": 47}
LENGTHS = dict.fromkeys(LONG, 30) | _ODD
"""Words of each capital; `V` is short at the default `min_words`."""
HEADINGS = {
    "a": "Contre-offensive en préparation",
    "b": "À lire aussi",
    "c": "Le contexte",
    "d": "Un appel au calme",
    "e": "Publié le 9 février 2015",
    "f": "Quelques chiffres clés de la semaine",
    "z": "* * *",
}
"""Short lines; `z` normalises to nothing."""
UNSPACED = {
    "漢": "市政府昨天宣布将在明年春天之前完成老城区所有街道的改造工程"
    "并且向受到影响的居民提供补偿和临时住房",
    "か": "市は昨日ラーメン通りの工事を来年の春までに終えると発表し"
    "影響を受ける住民には補償を行うと説明した",
    "年": "市政府2024年宣布将在5月之前完成所有街道的改造工程"
    "并且向居民提供补偿学校和医院也将在同一时间开放",
}
"""Paragraphs in scripts without spaces."""
EDITS = (
    *("'", "''", "'''", "=4", "=8", "~", "#17", "#23", "+4", "+5", "-3", "-6", "^"),
    *("$5", "€5", "%5", "$²", "€²", "$x", "#17,23", "#23,17"),
)
"""See `edited`."""


@cache
def letter(name: str) -> tuple[str, ...]:
    """Words (or characters) of a letter, the same in every run and unlike those of the others."""
    if name in HEADINGS:
        return tuple(HEADINGS[name].split())
    if name in UNSPACED:
        return tuple(UNSPACED[name])
    rng = random.Random(f"letter {name}")
    return tuple(rng.choice(_PARTS[n % len(_PARTS)]) for n in range(LENGTHS[name]))


def changed(words: Sequence[str], at: int, count: int) -> list[str]:
    """Change a run of words into others of their kind."""
    new = list(words)
    for n in range(at, min(at + count, len(words))):
        kind = next((part for part in _PARTS if words[n] in part), list(UNSPACED["漢"]))
        new[n] = kind[(kind.index(words[n]) + 5 if words[n] in kind else n) % len(kind)]
    return new


def edited(words: Sequence[str], edit: str) -> list[str]:
    """
    Edit a paragraph.

    `'` `''` `'''` change 4, 7, 10 words in short runs (similarity about .92, .86, .80);
    `=n` changes another run of n; `+n` inserts n words, `-n` drops n; `#n` ends it in a number;
    `$x` `€x` put a sign and x behind the first word, `%x` a minus; `^` swaps its halves; `~` writes
    it in other capitals, accents and punctuation.
    """
    kind, rest = edit[:1], edit[1:]
    out = list(words)
    if kind == "'":
        for n in range(len(edit)):
            out = changed(out, 3 + 8 * n, 3 if n else 4)
    elif kind == "=":
        out = changed(out, 12, int(rest))
    elif kind == "+":
        out[10:10] = "hier encore selon plusieurs témoins cités".split()[: int(rest)]
    elif kind == "-":
        del out[8 : 8 + int(rest)]
    elif kind == "#":
        out += ["en", *rest.split(",")]
    elif kind in ("$", "€", "%"):
        out[1:1] = [f"{'-' if kind == '%' else kind}{rest}"]
    elif kind == "^":
        out = out[len(out) // 2 :] + out[: len(out) // 2]
    elif kind == "~":
        out = [f"«{w}»," if n % 3 else w.upper().replace("E", "É\u00ad") for n, w in enumerate(out)]
    return out


@cache
def render(token: str) -> str:
    """Write out one letter with its edit, as one line."""
    name, edit = token[0], token[1:]
    if name in UNSPACED:
        return "".join(edited(letter(name), "" if edit == "~" else edit))
    text = " ".join(edited(letter(name), edit))
    return text if name in HEADINGS else text[0].upper() + text[1:] + "."


# --- Documents as letters -------------------------------------------------------------------------


def one(pick: Pick, options: Sequence[T]) -> T:
    """Draw one of some options, the first one being the simplest."""
    return options[pick(len(options))]


def chance(pick: Pick, percent: int) -> bool:
    """Be true so often; false is simpler."""
    return pick(100) >= 100 - percent


def maybe_edited(pick: Pick, token: str, percent: int) -> str:
    """Edit a plain letter so often."""
    return token + one(pick, EDITS) if chance(pick, percent) and len(token) == 1 else token


def fresh(pick: Pick) -> str:
    """Draw a capital: mostly one of 30 words."""
    odd = "SSSTTTUVWWXÜYZ漢か年"
    return one(pick, odd) if chance(pick, 20) else one(pick, LONG)


def heading(pick: Pick) -> str:
    """Draw a small letter, the first ones more often."""
    return one(pick, "aaaabbbcdefz")


def plain(pick: Pick, most: int = 8) -> Sketch:
    """Draw different capitals with a heading here and there."""
    out: Sketch = []
    for _ in range(1 + pick(most)):
        if chance(pick, 25):
            out.append(heading(pick))
        token = fresh(pick)
        if token not in out:
            out.append(token)
    return out


def soup(pick: Pick) -> list[Sketch]:
    """Draw documents of few letters in any order: choice among sources, what is paired once."""
    pool = [fresh(pick) for _ in range(2 + pick(3))] + [heading(pick)]
    return [
        [maybe_edited(pick, one(pick, pool), 15) for _ in range(1 + pick(9))]
        for _ in range(1 + pick(4))
    ]


def edit_of(pick: Pick, source: Sketch) -> Sketch:
    """Copy a part of a document with paragraphs changed, put in, dropped, swapped, repeated."""
    first = pick(len(source)) if chance(pick, 30) else 0
    last = len(source) - (pick(len(source) - first) if chance(pick, 30) else 0)
    out: Sketch = []
    for token in source[first:last]:
        action = pick(100)
        if action < 55:
            out.append(maybe_edited(pick, token, 20))
        elif action < 67:
            out += [fresh(pick) for _ in range(1 + pick(3))]
        elif action < 80:
            out += [token, *(fresh(pick) for _ in range(1 + pick(4)))]
        elif action < 86:
            out += [heading(pick), token]
        elif action < 92:
            out.insert(pick(len(out) + 1), token)
        elif action < 95:
            out += [token, token]
    return out or [source[0]]


def edited_copies(pick: Pick) -> list[Sketch]:
    """Draw a document and edited copies of it: gaps, cuts, parts, numbers, insertions."""
    documents = [plain(pick, 10)]
    for _ in range(1 + pick(4)):
        documents.append(edit_of(pick, one(pick, documents)))
    return documents


def pasted(pick: Pick) -> list[Sketch]:
    """Draw a document with a part of itself pasted again, and perhaps copies of that."""
    source = plain(pick, 5)
    around = [heading(pick)] if chance(pick, 40) else []
    gap = plain(pick, 2) if chance(pick, 50) else []
    again = edit_of(pick, source) if chance(pick, 60) else source
    first = [*around, *source, *gap, *around, *again, *around]
    return [first, *(edit_of(pick, first) for _ in range(pick(3)))]


def periods(pick: Pick) -> list[Sketch]:
    """Draw a few letters again and again, and perhaps the same in another document."""
    unit = [fresh(pick) for _ in range(1 + pick(3))]
    if chance(pick, 30):
        unit.insert(pick(len(unit) + 1), heading(pick))
    tokens = unit * (2 + pick(4))
    first = [maybe_edited(pick, token, 8) for token in tokens]
    if chance(pick, 30):
        first.insert(pick(len(first)), fresh(pick))
    return [first, *(edit_of(pick, first) for _ in range(pick(3)))]


def many_places(pick: Pick) -> list[Sketch]:
    """Draw one letter at 14 to 18 places, then with another one behind it: the sixteen places."""
    x, y = fresh(pick), fresh(pick)
    places = 14 + pick(5)
    across = pick(places) if chance(pick, 30) else 0
    documents = [[x] * n for n in (places - across, across) if n]
    if chance(pick, 50):
        documents[0].insert(1 + pick(places - across), maybe_edited(pick, x, 100))
    return [*documents, *([x, y] for _ in range(2 + pick(2)))]


def star_family(pick: Pick) -> list[Sketch]:
    """Draw variants of one letter: stars, sources that are alike, keepers that stay."""
    x = one(pick, [one(pick, LONG), one(pick, LONG), one(pick, "漢年Ü")])
    tokens = [x + edit for edit in ("", "'", "''", "'''", "=4", "=8", "#17", "#23", "+5", "-6")]
    return [
        [one(pick, tokens) for _ in range(1 + pick(3))]
        + ([one(pick, LONG)] if chance(pick, 40) else [])
        for _ in range(2 + pick(5))
    ]


def with_menus(pick: Pick, documents: list[Sketch]) -> list[Sketch]:
    """Put the same lines on top of, under and into documents, and add documents to carry them."""
    menu = [one(pick, [heading(pick), fresh(pick), "Ü"]) for _ in range(1 + pick(2))]
    others = one(pick, [pick(5), pick(5), 6 + pick(5)])
    documents = documents + [[one(pick, LONG)] for _ in range(others)]
    out = []
    for tokens in documents:
        lines = [maybe_edited(pick, token, 12) for token in menu]
        lines = ["Ü+4" if t == "Ü" and chance(pick, 25) else t for t in lines]
        at = one(pick, [len(tokens), 0, pick(len(tokens) + 1)])
        out.append(tokens[:at] + lines + tokens[at:] if chance(pick, 85) else tokens)
    return out


def story(pick: Pick) -> list[Sketch]:
    """Draw papers that print one story, each with a head of its own: what stands in company."""
    told = [one(pick, "ABCSTWÜa") for _ in range(2 + pick(3))]
    own = [[one(pick, LONG[3:])] for _ in range(5 + pick(9))]
    return [
        [*head, *(maybe_edited(pick, token, 5) for token in told)] if chance(pick, 80) else head
        for head in own
    ]


def with_equals(pick: Pick, documents: list[Sketch]) -> list[Sketch]:
    """Put documents in again, as they are, in other capitals, with other signs, or shortened."""
    out = list(documents)
    for _ in range(1 + pick(3)):
        again = list(one(pick, documents))
        how = pick(10)
        if how in (1, 2):
            again = [token + "~" if len(token) == 1 else token for token in again]
        elif how == 3:
            again[0] = again[0][0] + one(pick, ["$5", "€5", "%5"])
        elif how == 4:
            again = again[:-1] or again
        out.insert(pick(len(out) + 1), again)
    return out


def woven(pick: Pick) -> list[Sketch]:
    """Draw two documents and a third that takes from both in turns: what is skipped and paired."""
    first = plain(pick, 8)
    second = [one(pick, [fresh(pick), one(pick, first)]) for _ in range(1 + pick(5))]
    third: Sketch = []
    rest = [list(first), list(second)]
    while rest[0] or rest[1]:
        side = rest[one(pick, [0, 0, 1])]
        third += [side.pop(0)] if side else [rest[0].pop(0)] if rest[0] else [rest[1].pop(0)]
    return [first, second, third]


SHAPES = (
    soup,
    woven,
    edited_copies,
    edited_copies,
    edited_copies,
    pasted,
    pasted,
    periods,
    star_family,
    many_places,
    story,
)


def sketches(pick: Pick) -> list[Sketch]:
    """Draw 1 to 14 documents as letters."""
    documents = one(pick, SHAPES)(pick)
    if chance(pick, 20):
        documents = documents + one(pick, SHAPES[:-2])(pick)
    if chance(pick, 30):
        documents = with_menus(pick, documents)
    if chance(pick, 30):
        documents = with_equals(pick, documents)
    return documents[:14]


# --- Documents as text ----------------------------------------------------------------------------


def wrapped(line: str, width: int) -> list[str]:
    """Break a line at spaces, as an editor with hard line ends does."""
    lines, rest = [], line
    while len(rest) > width and " " in rest[: width + 1]:
        at = rest.rindex(" ", 0, width + 1)
        lines.append(rest[:at])
        rest = rest[at + 1 :]
    return [*lines, rest]


def written(pick: Pick, tokens: Sketch) -> str:
    """Write a document: its line ends, blank lines, indents, hard line ends, edges."""
    end = one(pick, ["\n", "\n", "\n", "\r\n", "\r"])
    blank = one(pick, ["", "", end, end * 2, "  " + end])
    width = one(pick, [0, 0, 0, 0, 60])
    out = one(pick, ["", "", "", "\ufeff", end, " "])
    for n, token in enumerate(tokens):
        line = render(token)
        if width:
            lines = wrapped(line, width)
            if chance(pick, 12):
                lines[:1] = wrapped(lines[0], width // 2)
            line = end.join(lines)
        edge = one(pick, ["", "", "", "", "", "\u00a0", "\t"])
        between = end + (end if width and not blank else blank)
        out += edge + line + edge + (between if n < len(tokens) - 1 else "")
    return out + one(pick, ["", end, end + end, " "])


# --- Settings -------------------------------------------------------------------------------------

DETECTION: dict[str, tuple[Any, ...]] = {
    "threshold": (0.8, 0.8, 0.8, 0.8, 0.7, 0.85, 0.9, 0.95),
    "max_gap": (2, 2, 2, 2, 0, 1, 3),
    "min_group_words": (20, 20, 20, 20, 11, 30, 31, 61),
    "boilerplate_documents": (10, 10, 2, 3, 4, 5),
    "min_words": (8, 8, 8, 8, 5, 12, 31),
    "paragraphs": ("auto", "auto", "auto", "auto", "line", "blank"),
}
CLEANING: dict[str, tuple[Any, ...]] = {
    "keep": ("first", "first", "last", "longest"),
    "scope": ("all", "all", "within", "across"),
    "remove": ("equal", "near", "near", "exact", "match"),
    "boilerplate": ("keep", "first", "remove"),
    "drop_document_over": (None, None, None, 0.3, 0.5, 0.8),
}


def settings(pick: Pick, options: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
    """Draw settings; those that have their default are left out."""
    drawn = {name: one(pick, values) for name, values in options.items()}
    return {name: value for name, value in drawn.items() if value != options[name][0]}


def build(pick: Pick, *, cleaning: bool = False) -> Corpus:
    """Draw a corpus with settings for `report` and `check`, or for `clean`."""
    documents = sketches(pick)
    chosen = settings(pick, DETECTION | CLEANING if cleaning else DETECTION)
    if not cleaning and chance(pick, 15):
        chosen["published"] = pick(len(documents))
    texts = {f"D{n:02}.txt": written(pick, tokens) for n, tokens in enumerate(documents, 1)}
    if chance(pick, 5):
        texts[f"D{len(documents):02}.txt"] = one(pick, ["", "\n", "\ufeff", "\r\n \r\n"])
    return Corpus(texts, chosen, " | ".join(" ".join(tokens) for tokens in documents))


def random_corpus(rng: random.Random) -> Corpus:
    """Draw what `corpora` draws, from a seeded generator."""
    return build(rng.randrange)


def random_cleaning(rng: random.Random) -> Corpus:
    """Draw what `cleanings` draws, from a seeded generator."""
    return build(rng.randrange, cleaning=True)


@st.composite
def corpora(draw: st.DrawFn) -> Corpus:
    """Corpora with settings of `report`; `published` among them makes it a `check`."""
    return build(lambda n: draw(st.integers(0, n - 1)))


@st.composite
def cleanings(draw: st.DrawFn) -> Corpus:
    """Corpora with settings of `clean`."""
    return build(lambda n: draw(st.integers(0, n - 1)), cleaning=True)


def texts() -> st.SearchStrategy[str]:
    """Short texts in which everything that normalising touches is frequent."""
    special = st.sampled_from(
        "aAéÉßſıİ\u0301\u0327\u0345\u20dd\u00ad\u200b\ufeff\u0640\u05b0\u05d0\u0915\u093c漢ー\u3099か"
        "\u1100\u1161\u11a8ﬁ²½'’-_ \n\r\t\u00a0\u2028\x85\x0c1٣๒ก\u0e31Ω"
    )
    return st.text(st.one_of(special, st.characters(codec="utf-8")), max_size=30)


def signed_texts() -> st.SearchStrategy[str]:
    """Short texts in which signs, and what makes signs of some characters, are frequent."""
    special = st.sampled_from(
        "$€＄²½①+<=≠>|~￨●©™✓°%‰％٪-‐–−﹣－.,:/，٫!！＝⁻\u0338\u0338\u0301\u200b\u00ad\ufe0f"
        "0055٣aéか \ufffd"
    )
    return st.text(st.one_of(special, special, st.characters(codec="utf-8")), max_size=30)
