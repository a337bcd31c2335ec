# ruff: noqa: E501 - texts in many languages, a line each
"""Hints at an encoding: following one gives the right text, or there is none."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from dedup.formats.guessing import likely, wide

TEXTS = {
    "fr": "Le conseil a voté jeudi soir pour garder la piscine ouverte jusqu’à la fin de l’été, même si le chauffage sera réduit de deux degrés dès lundi. Les élus ont rappelé que la décision coûte 12 000 € par mois.",
    "de": "Der Gemeinderat beschloss am Donnerstag, das Schwimmbad bis Ende September geöffnet zu lassen, obwohl die Heizung um zwei Grad gesenkt wird. Für die Bürger ändert sich dadurch nichts, müssen aber größere Beiträge zahlen.",
    "es": "El ayuntamiento decidió el jueves por la noche mantener abierta la piscina hasta el final del año, aunque la calefacción bajará dos grados. ¿Qué dirán los niños y los señores mañana?",
    "pl": "Rada miejska zdecydowała w czwartek wieczorem, że basen pozostanie otwarty do końca września, chociaż ogrzewanie zostanie obniżone o dwa stopnie. Mieszkańcy są zadowoleni, lecz źle się dzieje.",
    "cs": "Městská rada ve čtvrtek večer rozhodla, že bazén zůstane otevřený až do konce září, přestože topení bude sníženo o dva stupně. Obyvatelé jsou spokojeni a příští týden přijdou.",
    "hu": "A városi tanács csütörtök este úgy döntött, hogy az uszoda szeptember végéig nyitva marad, bár a fűtést két fokkal csökkentik. A lakosok örülnek, hogy a költségek nem nőnek.",
    "tr": "Belediye meclisi perşembe akşamı yüzme havuzunun eylül sonuna kadar açık kalmasına karar verdi, ancak ısıtma iki derece düşürülecek. Şehir sakinleri çok mutlu olduğunu söyledi.",
    "ru": "Городской совет в четверг вечером решил оставить бассейн открытым до конца сентября, хотя отопление будет снижено на два градуса. Жители города довольны этим решением.",
    "uk": "Міська рада у четвер увечері вирішила залишити басейн відкритим до кінця вересня, хоча опалення буде знижено на два градуси. Мешканці міста задоволені цим рішенням.",
    "el": "Το δημοτικό συμβούλιο αποφάσισε την Πέμπτη το βράδυ να κρατήσει ανοιχτή την πισίνα μέχρι το τέλος Σεπτεμβρίου, αν και η θέρμανση θα μειωθεί κατά δύο βαθμούς.",
    "he": "מועצת העיר החליטה ביום חמישי בערב להשאיר את הבריכה פתוחה עד סוף ספטמבר, אף שהחימום יופחת בשתי מעלות. התושבים מרוצים מההחלטה.",
    "ar": "قرر مجلس المدينة مساء الخميس إبقاء المسبح مفتوحا حتى نهاية سبتمبر رغم أن التدفئة ستنخفض بدرجتين. السكان راضون عن هذا القرار.",
    "ja": "本日の会議では、来年度の予算案について詳しい説明が行われ、出席者から多くの質問が寄せられた。これに議長は次回の日程を発表した。",
    "zh": "市议会周四晚上投票决定让游泳池开放到九月底，尽管水温将下降两度，以节省能源和支出。参加会议的居民提出了建议。",
    "tw": "市議會週四晚上投票決定讓游泳池開放到九月底，儘管水溫將下降兩度，以節省能源和支出。參加會議的居民提出了建議。",
    "ko": "시의회는 목요일 저녁 수영장을 구월 말까지 개방하기로 결정했지만 난방은 이도 낮아질 것이다. 주민들은 이 결정에 만족하고 있다.",
    "th": "สภาเทศบาลมีมติเมื่อวันพฤหัสบดีให้เปิดสระว่ายน้ำจนถึงสิ้นเดือนกันยายน แม้ว่าจะลดความร้อนลงสององศา ชาวเมืองพอใจกับการตัดสินใจนี้",
}
SURE = [
    ("fr", "cp1252"),
    ("de", "cp1252"),
    ("es", "cp1252"),
    ("tr", "cp1254"),
    ("ru", "cp1251"),
    ("ru", "koi8_r"),
    ("ru", "cp866"),
    ("ru", "iso8859_5"),
    ("uk", "cp1251"),
    ("uk", "koi8_u"),
    ("el", "cp1253"),
    ("el", "iso8859_7"),
    ("he", "cp1255"),
    ("ar", "cp1256"),
    ("ja", "shift_jis"),
    ("ja", "euc_jp"),
    ("zh", "gbk"),
    ("zh", "gb18030"),
    ("tw", "big5"),
    ("ko", "euc_kr"),
    ("th", "cp874"),
    ("pl", "cp1250"),
]
MORE = [
    *[
        (language, encoding)
        for language in ("fr", "de", "es")
        for encoding in ("cp850", "mac_roman")
    ],
    *[
        (language, encoding)
        for language in ("pl", "cs", "hu")
        for encoding in ("cp1250", "iso8859_2")
    ],
    ("ru", "mac_cyrillic"),
]


@pytest.mark.parametrize(("language", "encoding"), SURE)
def test_a_paragraph_tells_its_encoding(language: str, encoding: str) -> None:
    """By a name that reads it as it was written, also among lines of ASCII."""
    data = f"Title\n{TEXTS[language]}\n\nEnd\n".encode(encoding, "ignore")
    guess = likely(data)
    assert guess is not None
    assert data.decode(guess) == data.decode(encoding)


@pytest.mark.parametrize(("language", "encoding"), [*SURE, *MORE])
def test_a_hint_is_right_or_there_is_none(language: str, encoding: str) -> None:
    """Of every length: from a word to a paragraph three times over."""
    for length in (1, 5, 10, 20, 40, 80, 120, 160, 200, 600):
        text = (TEXTS[language] * 3)[:length]
        data = text.encode(encoding, "ignore")
        guess = None if data.isascii() else likely(data)
        assert guess is None or data.decode(guess) == data.decode(encoding)


@pytest.mark.parametrize("data", [b"", b"Un caf\xe9", b"ab\xff\xfe\x80cd\n", b"\xe9" * 1000])
def test_too_little_tells_nothing(data: bytes) -> None:
    """Eight bytes that are not ASCII, in lines of a hundred that differ, are the least."""
    assert likely(data) is None


def test_bytes_that_are_no_text() -> None:
    """Noise, and a program, read as no encoding."""
    assert [likely(os.urandom(3000)) for _ in range(5)] == [None] * 5


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_characters_without_a_mark(encoding: str) -> None:
    """Told by where the zero bytes stand."""
    assert wide(TEXTS["fr"].encode(encoding)) == encoding
    assert wide(b"\x7fELF\2\1\1" + b"\0" * 9 + os.urandom(300)) is None


def test_only_a_wrong_encoding_loads_the_guesser() -> None:
    """Start-up does not wait for it."""
    script = "import sys, dedup.formats; print('charset_normalizer' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
