"""Normalising and counting words: both kernels, held to each other and to the definition."""

from __future__ import annotations

import random
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels
from dedup.kernels import reference
from dedup.text import unicode_table as table
from dedup.text.normalising import count_words, has_number, normalise_text

if TYPE_CHECKING:
    from collections.abc import Callable

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
CONTEXTS = [
    ("", ""),
    ("a", "b"),
    ("e", ""),
    ("か", "か"),
    ("か\u0316", "\u0301"),
    ("가", ""),
    ("\u1100", "\u11a8"),
    ("α\u0345", "\u0301"),
    ("ΐ", "\u302e\u0316"),
    ("ก\u0e38", "\u0327"),
    ("क", "\u093c"),
    ("\u0cc6", "\u0cd5"),
    ("\u0f71", "\u0f72"),
    ("<", "\u0338"),
    (" ", "\u0301x"),
]
SAMPLES = {
    "": "",
    " \t«…»\n": "",
    "Être, ou ne PAS être…": "etre ou ne pas etre",
    "L’été coûte 5 € à Œuvre.": "l ete coute 5 a œuvre",
    "STRASSE Straße": "strasse strasse",
    "İstanbul ISPARTA ığdır": "istanbul isparta ıgdır",
    "Ένα ΆΡΘΡΟ ᾳ": "ενα αρθρο αι",
    "Ёлка Йод": "елка иод",
    "مَرْحَبًا": "مرحبا",
    "שָׁלוֹם": "שלום",
    "हिन्दी में": "हिन्दी में",
    "か\u3099 ｶﾞ": "が ガ",
    "\u1112\u1161\u11ab글": "한글",
    "soft\u00adhyphen zero\u200bwidth \ufeffbom": "softhyphen zerowidth bom",
    "a\u200d\u0301b": "ab",
    "½ № ﬁ ①": "1 2 no fi 1",
    "\u0378x\u0379": "x",
}
WORDS = {
    "": 0,
    "un deux trois": 3,
    "漢": 1,
    "漢字": 1,
    "漢字か": 2,
    "abc漢字": 2,
    "漢abc字": 2,
    "2024年": 2,
    "ー": 1,
    "か\u0301k": 2,
    "ภาษาไทย": 4,
    "한글 은": 2,
    "हिन्दी": 1,
}


@cache
def telling() -> list[str]:
    """Return the code points that differ from their neighbours in what the table says of them."""
    found, before = [], -1
    for code_point in CODE_POINTS:
        entry = table.entry(code_point)
        is_bulk = 0xAC00 < code_point < 0xD7A4 and code_point % 101
        if not is_bulk and (entry != before or entry & ~table.KIND):
            found.append(chr(code_point))
        before = entry
    return found


def mixture() -> st.SearchStrategy[str]:
    """Return a strategy of texts in which marks, jamo and format characters meet all scripts."""
    marks = [c for c in telling() if table.entry(ord(c)) & table.MARK]
    jamo = [chr(c) for c in (*range(0x1100, 0x1200), *range(0x3131, 0x3164))]
    odd = [c for c in telling() if table.entry(ord(c)) & (table.HARD | table.SPLIT | table.EXPAND)]
    common = list("aeéÉ1 .<=αΐйاשकก漢かー가각ᾳ")
    parts = st.one_of(
        *(st.sampled_from(group) for group in (telling(), marks, jamo, odd, common)),
        st.sampled_from("\u200d\u00ad\ufeff\u0345\u0301\u0316\u3099\u0338"),
    )
    return st.lists(parts, max_size=9).map("".join)


@pytest.mark.parametrize(("text", "normalised"), SAMPLES.items())
def test_samples(
    kernel: str, column: Callable, texts_of: Callable, text: str, normalised: str
) -> None:
    """A text becomes what the definition says, whichever way it is normalised."""
    data, offsets, _ = kernels.normalise(*column([text]))

    assert [normalised] == texts_of(data, offsets), kernel
    assert normalised == normalise_text(text)


@pytest.mark.parametrize(("text", "words"), WORDS.items())
def test_words(kernel: str, column: Callable, text: str, words: int) -> None:
    """Runs count, and characters of scripts without spaces count half."""
    assert kernels.normalise(*column([text]))[2].tolist() == [words], kernel


def test_lone_surrogates_are_separators() -> None:
    """What cannot be UTF-8 does no harm."""
    assert normalise_text("a\ud800b\udfff") == "a b"


@pytest.mark.parametrize(("before", "after"), CONTEXTS)
def test_kernels_agree_on_telling_code_points(
    column: Callable, texts_of: Callable, before: str, after: str
) -> None:
    """The native kernel gives what the reference gives, in every context, and twice is once."""
    agree([before + c + after for c in telling()], column, texts_of)


@pytest.mark.soak
@pytest.mark.parametrize(("before", "after"), CONTEXTS)
def test_kernels_agree_on_all_code_points(
    column: Callable, texts_of: Callable, before: str, after: str
) -> None:
    """The same for every code point there is."""
    agree([before + chr(c) + after for c in CODE_POINTS], column, texts_of)


def test_kernels_agree_on_pairs(column: Callable, texts_of: Callable) -> None:
    """The same for random pairs of code points that differ from their neighbours."""
    source = random.Random(1)  # noqa: S311 - no secret
    agree(["".join(source.choices(telling(), k=2)) for _ in range(20_000)], column, texts_of)


def agree(texts: list[str], column: Callable, texts_of: Callable) -> None:
    """Hold both kernels to each other, and to their own result."""
    native = pytest.importorskip("dedup.kernels._native", exc_type=ImportError)
    one, other = native.normalise(*column(texts)), reference.normalise(*column(texts))

    assert texts_of(*one[:2]) == texts_of(*other[:2])
    assert one[2].tolist() == other[2].tolist()
    again = native.normalise(*one[:2])
    assert again[0].tobytes() == one[0].tobytes()
    assert again[2].tolist() == one[2].tolist()


@given(texts=st.lists(mixture(), max_size=4))
def test_kernels_agree_on_mixtures(column: Callable, texts_of: Callable, texts: list[str]) -> None:
    """The same for texts in which everything meets."""
    agree(texts, column, texts_of)


@given(raw=st.lists(st.binary(max_size=12), max_size=4))
def test_kernels_agree_on_bytes_that_are_not_utf_8(
    column: Callable, texts_of: Callable, raw: list[bytes]
) -> None:
    """Invalid bytes are separators, and never read past."""
    agree(raw, column, texts_of)


@given(text=mixture())
def test_definition(text: str) -> None:
    """The result is the definition's, read aloud with another package's data."""
    source = pytest.importorskip("unicodedata2")
    if source.unidata_version != kernels.UNICODE or any(map(is_new, text)):
        return
    assert literally(text) == normalise_text(text)


@cache
def is_new(character: str) -> bool:
    """Tell whether the interpreter's own data, which fold case here, are older than a character."""
    import unicodedata2

    is_known = unicodedata.category(character) != "Cn"
    return not is_known and unicodedata2.category(character) != "Cn"


def literally(text: str) -> str:
    """Return *text* normalised, with unicodedata2 and the interpreter's case folding."""
    import regex
    import unicodedata2

    scripts = ("Latin", "Greek", "Cyrillic", "Arabic", "Hebrew")
    letter = "".join(rf"\p{{Script={script}}}" for script in scripts)
    text = regex.sub(r"\p{Cf}", "", text)
    text = unicodedata2.normalize("NFKC", text).casefold()
    text = unicodedata2.normalize("NFKD", text)
    text = regex.sub(rf"([[{letter}]&&\p{{L}}])\p{{Mn}}+", r"\1", text, flags=regex.V1)
    text = unicodedata2.normalize("NFC", text)
    return regex.sub(r"[^\p{L}\p{M}\p{N}]+", " ", text).strip()


@pytest.mark.parametrize(
    "text",
    [
        "Le président s’est exprimé à l’Élysée, où « tout » est prêt.",
        "Đây là một văn bản tiếng Việt.",
        "ภาษาไทยเป็นภาษาที่มีระดับเสียงของคำแน่นอน น้ำ ผู้ใหญ่",
        "हिन्दी विश्व की एक प्रमुख भाषा है, ज़रूर।",
        "ಕನ್ನಡ ಭಾಷೆ ಮತ್ತು ಕೀಲಿ",
        "বাংলা ভাষা তেমন কৌশল",
        "漢字とカタカナ、ひらがな。データ",
        "한국어 텍스트입니다. 가ㅠㅠ",
        "הַכֹּל בְּסֵדֶר",
        "النَّصُّ العَرَبِيُّ",
    ],
)
def test_ordinary_text_is_folded_natively(column: Callable, text: str) -> None:
    """Composed text of living languages does not need the exact path, marks and all."""
    native = pytest.importorskip("dedup.kernels._native", exc_type=ImportError)
    data, offsets = column([unicodedata.normalize("NFC", text)])
    _, _, words = native.fold(data, offsets[:-1], offsets[1:])

    assert count_words(normalise_text(text)) == words[0]


def test_texts_that_grow(kernel: str, column: Callable, texts_of: Callable) -> None:
    """A result may be eleven times as long as its text, and others after it."""
    texts = ["\ufdfa" * 1000, "a", "か\u0301\u0316", "\ufdfa"] * 3
    data, offsets, _ = kernels.normalise(*column(texts))

    assert [normalise_text(text) for text in texts] == texts_of(data, offsets), kernel


def test_no_texts(kernel: str, column: Callable) -> None:
    """No text and empty texts are fine."""
    data, offsets, words = kernels.normalise(*column([]))
    assert (len(data), offsets.tolist(), words.tolist()) == (0, [0], []), kernel

    data, offsets, words = kernels.normalise(*column(["", "."]))
    assert (len(data), offsets.tolist(), words.tolist()) == (0, [0, 0, 0], [0, 0])
    assert (data.dtype, offsets.dtype, words.dtype) == (np.uint8, np.int64, np.int32)


def test_part_of_a_column(kernel: str, column: Callable, texts_of: Callable) -> None:
    """Offsets may begin after the beginning of the data and end before its end."""
    data, offsets = column(["Un", "DEUX", "か\u0301\u0316", "Trois"])
    data, offsets, _ = kernels.normalise(data, offsets[1:4])

    assert texts_of(data, offsets) == ["deux", "か\u0316\u0301"], kernel


def test_strided_and_read_only_arrays(kernel: str, column: Callable) -> None:
    """Arrays need not be contiguous or writable."""
    data, offsets = column(["Un", "DEUX"])
    spread = np.repeat(data, 2)[::2]
    spread.flags.writeable = False

    result = kernels.normalise(spread, np.repeat(offsets, 3)[::3])
    assert result[0].tobytes() == b"undeux", kernel


@pytest.mark.parametrize("offsets", [[], [-1, 2], [0, 3], [2, 1], [0, 2, 1, 2]])
def test_invalid_offsets(offsets: list[int]) -> None:
    """Offsets that do not rise within the data are refused."""
    with pytest.raises(ValueError, match="offsets"):
        kernels.normalise(np.zeros(2, np.uint8), np.array(offsets, np.int64))


def test_invalid_types() -> None:
    """Arrays of another type or shape are refused, not converted."""
    with pytest.raises(TypeError, match="int32"):
        kernels.normalise(np.zeros(2, np.uint8), np.zeros(2, np.int32))
    with pytest.raises(ValueError, match="dimensions"):
        kernels.normalise(np.zeros((2, 2), np.uint8), np.zeros(2, np.int64))


@pytest.mark.parametrize(
    ("word", "expected"), [("abc", False), ("a1", True), ("½", True), ("٣", True), ("Ⅷ", True)]
)
def test_has_number(word: str, *, expected: bool) -> None:
    """Every character of category N is a number."""
    assert has_number(word) is expected
