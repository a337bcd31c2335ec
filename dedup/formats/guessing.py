"""
The likely encoding of a text that is not UTF-8, or none: a wrong hint costs more than no hint.

charset-normalizer proposes; what it proposes is believed where the text is long enough to tell, no
other encoding reads it about as well and otherwise, and words look like words (read by a wrong
table, a text is full of capitals and symbols inside them).
"""

from __future__ import annotations

import unicodedata

USUAL = (
    *("cp1252", "shift_jis", "cp932", "euc_jp", "gbk", "gb18030", "big5"),
    *("euc_kr", "cp949", "koi8_r", "koi8_u", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255"),
    *("cp1256", "cp1257", "cp1258", "cp874", "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_8"),
    *("iso8859_9", "iso8859_13", "iso8859_15", "cp437", "cp850", "cp852", "cp866", "cp775"),
    *("mac_roman", "mac_cyrillic"),
)
"""Encodings that are met, the first of those that read a text alike is the one to name."""
WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SAMPLE = 1 << 16
"""Bytes that are looked at."""
_LEAST, _LEAST_HIGH = 100, 8
"""Bytes of lines that are not ASCII, and such bytes in them: fewer do not tell."""
_CHAOS, _COHERENCE = 0.02, 0.03
"""How much worse, by charset-normalizer's two measures, another reading must be."""
_FLAWS = 50
"""Characters for each flaw inside a word, at least."""
_SYMBOLS = {"So", "Sm", "Sc", "Sk", "No", "Po"}


def likely(data: bytes) -> str | None:
    """Guess the encoding of a text that is not UTF-8; `None` where there is too little to tell."""
    sample = _sample(data)
    if len(sample) < _LEAST or sum(byte > 127 for byte in sample) < _LEAST_HIGH:
        return None
    from charset_normalizer import from_bytes

    matches = list(from_bytes(sample, enable_fallback=False))
    if not matches:
        return None
    best, text = matches[0], str(matches[0])
    flaws = _flaws(text)
    if flaws * _FLAWS > len(text):
        return None
    for other in matches[1:]:
        as_good = (
            other.chaos <= best.chaos + _CHAOS
            and other.coherence >= best.coherence - _COHERENCE
            and _flaws(str(other)) <= flaws
        )
        if as_good and str(other) != text and _usual(sample, str(other)):
            return None
    name = _usual(sample, text)
    return name if name is not None and _reads(name, data) else None


def wide(data: bytes) -> str | None:
    """Tell UTF-16 and UTF-32 without a mark by where the zero bytes of its ASCII stand."""
    head = data[:4096]
    columns = [head[place::4].count(0) * 8 > len(head) for place in range(4)]
    shapes = ([0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 1, 1], [1, 1, 1, 0])
    for name, shape in zip(WIDE, shapes, strict=True):
        if columns == [bool(zero) for zero in shape]:
            return name
    return None


def _sample(data: bytes) -> bytes:
    """Return the lines that are not ASCII, each once: the others tell nothing."""
    lines = (line for line in data[: 4 * _SAMPLE].split(b"\n") if not line.isascii())
    return b"\n".join(dict.fromkeys(lines))[:_SAMPLE]


def _usual(data: bytes, text: str) -> str | None:
    """Name the first usual encoding that reads some bytes as this text."""
    return next((name for name in USUAL if _reads(name, data, text)), None)


def _flaws(text: str) -> int:
    """Count capitals that follow a small letter, and symbols between two letters."""
    return sum(
        a.islower() and (b.isupper() or (c.isalpha() and _is_symbol(b)))
        for a, b, c in zip(text, text[1:], text[2:], strict=False)
    )


def _is_symbol(c: str) -> bool:
    return c > "~" and unicodedata.category(c) in _SYMBOLS


def _reads(name: str, data: bytes, text: str | None = None) -> bool:
    """Tell whether an encoding reads some bytes, and as this text."""
    try:
        found = data.decode(name)
    except UnicodeError:
        return False
    return text is None or found == text
