"""One way of writing for texts that look the same: characters that are not seen, their order, and what stands for what.

`plain_text` is what is kept of a cell: nothing that is seen is taken out of it. `compared_text` is what two words are
held against each other by; also digits, dashes and apostrophes of all scripts are one there. Everything that reads a
file (answers, headers, code lists, names, maps, response logs, workbooks that come back) goes through these two.

The characters that are not seen are those with Unicode's property Default_Ignorable_Code_Point (in the file
DerivedCoreProperties.txt of Unicode 16), control characters, and the three marks of interlinear annotation.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable

# Soft hyphen, grapheme joiner, Arabic letter mark, Hangul fillers, Khmer inherent vowels, Mongolian selectors, marks of
# no width and of direction, invisible operators, variation selectors, byte order mark, shorthand, musical signs, tags.
IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_CONTROL = "\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufff9-\ufffb\x00"
UNPRINTABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
"""Control characters and those that turn the direction of what follows: they change what a terminal, a page or a
workbook shows, and no Office file may hold the first."""
_UNPRINTABLE = re.compile(UNPRINTABLE)
# Joiners choose the form of a letter in Arabic and in the scripts of India: there they are a part of the name.
_JOINED = "[\u0600-\u08ff\u0900-\u0dff\ufb50-\ufdff]"
_UNSEEN = re.compile(rf"(?!(?<={_JOINED})[\u200c\u200d](?={_JOINED}))[{IGNORABLE}{_CONTROL}]")
# In words that are shown, joiners may also stand behind a letter of Myanmar or Khmer, or show a letter alone; these two
# scripts have no spaces between words, and mark with a space of no width where a line may break.
_UNSPACED = "[\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f]"
_PICTURES = "[\u2190-\u2bff\u3000-\u9fff\U0001f000-\U0001faff]"
UNSEEN_IN_WORDS = re.compile(
    rf"(?!(?<={_JOINED}|{_UNSPACED}|{_PICTURES}|\ufe0f)[\u200c\u200d](?![\u200b-\u200f]))"
    rf"(?!(?<={_UNSPACED})\u200b(?={_UNSPACED}))(?!(?<={_UNSPACED}|{_PICTURES})[\ufe00-\ufe0f])"
    rf"(?:[{IGNORABLE}]|{UNPRINTABLE}|[\u2028\u2029])"
)
"""What nobody sees in words that are shown, but for joiners and the like where a script needs them."""
_BLANKS = re.compile("[\\s\u2800]+")  # the blank of Braille is no space to Unicode, and looks like one

_MOST_TURNS = 6
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_QUOTED = re.compile(r'=\s*"((?:[^"]|"")*)"', re.DOTALL)

# Thai and Lao stand 128 apart. Of each: a tone typed behind the vowel am, am taken apart, am with its ring again, a run
# of marks.
_THAI, _LAO = 0, 0x80
_LONG_VOWEL = re.compile("(?<![ฤฦ])ๅ")
_RING_ON_I = "\u0e34\u0e4d", "\u0e36"


def _marks(script: int) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    def sign(code: int) -> str:
        return chr(code + script)

    tones = f"[{sign(0x0E48)}-{sign(0x0E4B)}]"
    marks = f"{sign(0x0E31)}{sign(0x0E34)}-{sign(0x0E3C)}{sign(0x0E47)}-{sign(0x0E4E)}"
    return (
        re.compile(f"{sign(0x0E33)}({tones}+)"),
        re.compile(f"{sign(0x0E4D)}({tones}*){sign(0x0E32)}"),
        re.compile(f"{sign(0x0E4D)}+({tones}*{sign(0x0E33)})"),
        re.compile(f"[{marks}]{{2,}}"),
    )


_MARKS = {script: _marks(script) for script in (_THAI, _LAO)}
# In which order the marks over and under a letter are written: what lies nearest to it first, a tone behind its vowel.
_WEIGHTS = {0x0E3A: 0, 0x0E3C: 0, 0x0E4D: 2, 0x0E47: 3, **dict.fromkeys(range(0x0E48, 0x0E4C), 4), 0x0E4C: 5, 0x0E4E: 6}
_OF_THAI_OR_LAO = re.compile("[\u0e31-\u0e4e\u0eb1-\u0ece]")

# Burmese: a vowel above is written before one below, the ring before the dot, none of them twice; the digits 0 and 7
# stand for the letters that look like them where they carry a mark.
_UPPER, _LOWER, _RING, _DOT = "\u102d\u102e\u1032", "\u102f\u1030", "\u1036", "\u1037"
_BURMESE_RUN = re.compile(f"[{_UPPER}{_LOWER}]{{2,}}|[{_RING}{_DOT}]{{2,}}")
_BURMESE_LETTERS = tuple(
    (re.compile(f"{digit}(?=[\u102b-\u1032\u1036-\u103e])"), letter)
    for digit, letter in (("\u1040", "\u101d"), ("\u1047", "\u101b"))
)
_OF_BURMESE = re.compile(f"[{_UPPER}{_LOWER}{_RING}{_DOT}\u1040\u1047]")

# What may have something to mend: for Arrow's expressions, over whole columns.
_MARKS_OF_BOTH = (
    ("\u0e31\u0e34-\u0e3a", "\u0e47-\u0e4e", "\u0e33"),
    ("\u0eb1\u0eb4-\u0ebc", "\u0ec7-\u0ece", "\u0eb3"),
)
STRANGE = "|".join(
    (
        "^ | $|  |^=|\\x{00}|เเ|ເເ|[ๅ\u0e4d\u0ecd]",
        f"[\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000\uff01-\uff5e{IGNORABLE}{_CONTROL[:-1]}]",
        *(f"[{above}][{under}{above}]|[{under}]{{2}}|{am}[{above}]" for under, above, am in _MARKS_OF_BOTH),
        f"[{_LOWER}][{_UPPER}{_LOWER}]|[{_UPPER}]{{2}}|{_DOT}[{_RING}{_DOT}]|{_RING}{{2}}|[\u1040\u1047][\u102b-\u103e]",
    )
)

_DASHES = "\u02d7\u058a\u05be\u2010-\u2015\u2043\u207b\u208b\u2212\u2500\u2501\u2e3a\u2e3b\u30fc\ufe58\ufe63\uff70"
_APOSTROPHES = "\u0060\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u2018\u2019\u201a\u201b\u2032\u2035\ua78c"
_QUOTES = "\u201c-\u201f\u2033\u00ab\u00bb"
_SLASHES = "\u2044\u2215\u29f8"
# Letters of Cyrillic and Greek that no eye tells from a Latin one; what they are put for is read in any case.
_LATIN = {
    **dict(zip("аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅ", "aeopcyxijshdqwABEKMHOPCTYXIJS", strict=True)),
    **dict(zip("αοντυιΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aovtuiABEZHIKMNOPTYX", strict=True)),
}


class _Signs(dict[int, str]):
    """What single characters are written as, worked out when they are met: digits of any script are 0-9."""

    def __init__(self, other: Callable[[str], str]) -> None:
        super().__init__()
        self._other = other

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        self[code] = str(unicodedata.decimal(sign)) if sign.isdecimal() else self._other(sign)
        return self[code]


_KINDS = (
    (re.compile(f"[{_DASHES}]"), "-"),
    (re.compile(f"[{_APOSTROPHES}]"), "'"),
    (re.compile(f"[{_QUOTES}]"), '"'),
    (re.compile(f"[{_SLASHES}]"), "/"),
    (re.compile(f"[{IGNORABLE}]"), ""),
)


def _of_ascii(sign: str) -> str:
    return next((plain for kind, plain in _KINDS if kind.match(sign)), _LATIN.get(sign, sign))


_DIGITS, _COMPARED = _Signs(str), _Signs(_of_ascii)


def _in_order(match: re.Match[str]) -> str:
    """A run of marks in the order in which they are written, none of them twice."""
    script = _LAO if match[0] >= "\u0e80" else _THAI
    marks = sorted(dict.fromkeys(match[0]), key=lambda mark: _WEIGHTS.get(ord(mark) - script, 1))
    return "".join(marks)


def _burmese_order(match: re.Match[str]) -> str:
    return "".join(sorted(dict.fromkeys(match[0]), key=lambda mark: mark in _LOWER + _DOT))


def _thai_and_lao(text: str) -> str:
    text = text.replace("เเ", "แ").replace("ເເ", "ແ")
    text = _LONG_VOWEL.sub("า", text)
    for script, (behind, apart, ringed, run) in _MARKS.items():
        text, am = run.sub(_in_order, text), chr(0x0E33 + script)
        text = behind.sub(rf"\1{am}", apart.sub(rf"\1{am}", text))
        text = run.sub(_in_order, ringed.sub(r"\1", text))
    return text.replace(*_RING_ON_I)


def _composed(text: str) -> str:
    """The text with its marks in one order; once more where one change made room for another."""
    for _ in range(_MOST_TURNS):
        before, text = text, unicodedata.normalize("NFC", text)
        if _OF_THAI_OR_LAO.search(text) or "เเ" in text or "ເເ" in text:
            text = _thai_and_lao(text)
        if _OF_BURMESE.search(text):
            text = _BURMESE_RUN.sub(_burmese_order, text)
            for digit, letter in _BURMESE_LETTERS:
                text = digit.sub(letter, text)
        if text == before:
            break
    return text


def plain_text(text: str) -> str:
    """The text as it is kept: what is not seen is taken out, and what looks the same is written in one way.

    Composed as Unicode's form NFC; white space of any kind is one space; full-width letters are plain ones; a vowel of
    Thai or Lao that was typed in parts, or behind its tone mark, is put right; `="0123"`, by which spreadsheets keep a
    zero, is its text.

    >>> plain_text(' ="0123"\u200b'), plain_text("ใ\u2060ช่") == "ใช่", plain_text("น\u0e4d้า") == "น้ำ"
    ('0123', True, True)
    """
    text = _UNSEEN.sub("", text if text.isascii() else text.translate(_WIDE))
    if not text.isascii():
        text = _composed(text)
    text = _BLANKS.sub(" ", text).strip()
    while quoted := _QUOTED.fullmatch(text):
        text = _BLANKS.sub(" ", quoted[1].replace('""', '"')).strip()
    return text


def printable_text(text: str) -> str:
    """The text without UNPRINTABLE: what a file is called, too, may steer a terminal.

    >>> printable_text("\x1b[31m2569.csv")
    '[31m2569.csv'
    """
    return _UNPRINTABLE.sub("", text)


def plain_digits(text: str) -> str:
    """The text with the decimal digits of every script written as 0-9.

    >>> plain_digits("๕/๑/๒๕๖๙"), plain_digits("၂၀၁၇"), plain_digits("٢٠١٧")
    ('5/1/2569', '2017', '2017')
    """
    return text if text.isascii() else text.translate(_DIGITS)


def plain_signs(text: str) -> str:
    """The text with the digits, dashes, apostrophes, quotation marks and slashes of every script as those of ASCII.

    >>> plain_signs("−๕"), plain_signs("5–1–2560")
    ('-5', '5-1-2560')
    """
    return text if text.isascii() and "`" not in text else text.translate(_COMPARED)


def compared_text(text: str) -> str:
    """The text by which it is held against another: plain, signs of all scripts as those of ASCII, in one case.

    >>> compared_text("Don’t  KNOW"), compared_text("'๑")
    ("don't know", '1')
    """
    return plain_signs(plain_text(text)).casefold().removeprefix("'").strip()


def named(sign: str) -> str:
    """A character by its number and Unicode's name for it.

    >>> named("\u200b")
    'U+200B ZERO WIDTH SPACE'
    """
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip()


_NOTHING = frozenset(("Cc", "Cf", "Cn", "Co", "Cs"))


def without_strays(text: str) -> str:
    """The text without what is no letter of any script, and without marks that no letter carries.

    >>> without_strays("\u0e4dใช่\ue000") == "ใช่"
    True
    """
    kept = ""
    for sign in text:
        kind = unicodedata.category(sign)
        if kind not in _NOTHING and not (kind.startswith("M") and not kept.rstrip()):
            kept += sign
    return kept


def differing(written: str, meant: str) -> str:
    """Which characters tell two texts apart that look the same: those written, and what is meant where that is any.

    >>> differing("ใ\u2060ช่", "ใช่")
    'U+2060 WORD JOINER'
    >>> differing("จ\u0e4dา", "จำ")
    'U+0E4D THAI CHARACTER NIKHAHIT, U+0E32 THAI CHARACTER SARA AA → U+0E33 THAI CHARACTER SARA AM'
    """
    changes = difflib.SequenceMatcher(None, written, meant, autojunk=False).get_opcodes()
    shown = [
        " → ".join(filter(None, (_all_named(written[start:end]), _all_named(meant[first:last]))))
        for kind, start, end, first, last in changes
        if kind != "equal"
    ]
    return "; ".join(dict.fromkeys(shown))


def _all_named(signs: str) -> str:
    return ", ".join(dict.fromkeys(map(named, signs)))
