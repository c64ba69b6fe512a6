"""What looks the same is written in one way: over any text, and over the characters that are not seen."""

from __future__ import annotations

import unicodedata

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_cli.reading.value.digits import ascii_digits
from cpms_cli.reading.value.values import plain_texts
from cpms_cli.survey.model.definition import Survey, folded, folded_header
from cpms_cli.survey.plain_text import compared_text, plain_digits, plain_text
from tests.conftest import THOROUGH

# Of Unicode's DerivedCoreProperties.txt (16.0), Default_Ignorable_Code_Point, copied from the file.
IGNORABLE = [
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
]
UNSEEN = [chr(code) for first, last in IGNORABLE for code in range(first, last + 1)]
# Characters that mean something to each other: marks, vowels, digits, signs of spreadsheets, spaces, full-width forms.
ODD = st.text(
    st.sampled_from(
        "กนมใไเแาๅฤฦำ\u0e31\u0e34\u0e38\u0e39\u0e3a\u0e47\u0e48\u0e49\u0e4c\u0e4d\u0e4e"
        "ະກາຳເແ\u0eb1\u0eb8\u0ebb\u0ebc\u0ec8\u0ecd"
        "ခငဝရ၀၇\u102b\u102c\u102d\u102e\u102f\u1030\u1031\u1032\u1036\u1037\u1038\u103a\u103b\u103e"
        "aeZ10.,- =\"'\u0301\u0327\u212b\u200b\u200c\u200d\u2060\ufeff\u00ad\u00a0\u3000\u2800\t\n\x00\x1bＡ１－＝＂"
        "سابक्ष"
    ),
    max_size=12,
)
MANY = 3_000 if THOROUGH else 150


@settings(max_examples=MANY, deadline=None)
@given(ODD | st.text(max_size=12))
def test_a_text_that_is_plain_stays_as_it_is(text: str) -> None:
    plain = plain_text(text)
    assert plain_text(plain) == plain
    assert unicodedata.is_normalized("NFC", plain)


@settings(max_examples=MANY, deadline=None)
@given(st.lists(ODD | st.text(max_size=12), min_size=1, max_size=6))
def test_whole_columns_are_read_as_each_text_is(texts: list[str]) -> None:
    assert list(plain_texts(pd.Series(texts, dtype="str"))) == [plain_text(text) for text in texts]
    assert list(ascii_digits(pd.Series(texts, dtype="str"))) == [plain_digits(text) for text in texts]


@settings(max_examples=MANY, deadline=None)
@given(
    st.sampled_from(["ใช่", "ไม่ใช่", "Yes", "น้ำฝน", "ခိုင်", "85010501"]),
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from(UNSEEN)), max_size=4),
)
def test_what_is_not_seen_changes_nothing(word: str, strays: list[tuple[int, str]]) -> None:
    text = word
    for place, sign in strays:
        text = text[:place] + sign + text[place:]
    assert plain_text(text) == word
    assert folded(text) == folded(word)
    assert folded_header(text) == folded_header(word)


def test_every_character_that_is_not_seen_is_left_out() -> None:
    assert {sign for sign in UNSEEN if plain_text(f"ก{sign}ก") != "กก"} == set()


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("น้ำ", ["น\u0e49\u0e4d\u0e32", "น\u0e4d\u0e49\u0e32", "น\u0e33\u0e49"]),
        ("น้ำ", ["น\u0e49\u0e49\u0e33", "น\u0e4d\u0e49\u0e33"]),
        ("จำไม่ได้", ["จ\u0e4d\u0e32ไม่ได้", "จ\u0e33ไม\u0e48\u0e48ได้"]),
        ("ที่", ["ท\u0e48\u0e35", "ท\u0e35\u0e35\u0e48", "ท\u0e35\u200b\u0e48"]),
        ("กู้", ["ก\u0e49\u0e39"]),
        ("สิทธิ์", ["สิทธ\u0e4c\u0e34"]),
        ("แม่", ["เเม่", "\u202dเเม่\u202c"]),
        ("มา", ["มๅ"]),
        ("ຄຳ", ["ຄ\u0ecd\u0eb2"]),
        ("ခိုင်", ["ခ\u102f\u102dင်"]),
        ("ဝိုင်း", ["၀ိုင်း"]),
        ("Aye", ["Ａｙｅ", "\ufeffAye", "  Aye\u00a0"]),
        ("José", ["Jose\u0301"]),
        ("O'Neil 2", ["O'Neil\u3000 2"]),
        ("0123", ['="0123"', '= "0123"', '=" 0123"']),
        ('a"b', ['="a""b"']),
    ],
)
def test_one_word_in_many_ways(plain: str, written: list[str]) -> None:
    assert plain_text(plain) == plain
    assert {plain_text(text) for text in written} == {plain}


def test_letters_keep_their_marks() -> None:
    # Names that differ in a vowel or a mark stay apart, and joiners stay where they choose a letter's form.
    words = ["ခင်", "ခိုင်", "มา", "ม่า", "ฤๅ", "ก็", "กั", "می\u200cخواهم", "က\u1039က", "ကို", "၂၀၁၇"]
    assert [plain_text(word) for word in words] == words
    assert len({folded(word) for word in words}) == len(words)


def test_digits_of_every_script_are_digits() -> None:
    written = ["๒๕๖๙", "၂၅၆၉", "႒႕႖႙", "໒໕໖໙", "២៥៦៩", "٢٥٦٩", "२५६९", "২৫৬৯", "２５６９", "𝟐𝟓𝟔𝟗"]
    assert {plain_digits(text) for text in written} == {"2569"}
    assert {compared_text(text) for text in written} == {"2569"}


def test_letters_of_other_alphabets_that_look_the_same_are_compared_as_the_same() -> None:
    assert folded("yеs") == "yes"
    assert folded("Ѕех") == "sex"
    assert compared_text("Don‘t know") == compared_text("Don't know")
    assert compared_text("1–5") == compared_text("1−5") == "1-5"


def test_the_definitions_own_words_are_plain(survey: Survey) -> None:
    fields = [*survey.fields.values(), *survey.response.fields]
    words = [word for field in fields for word in (field.label.th, field.question.th, *field.headers)]
    words += [word for codes in survey.codelists.values() for code in codes.codes for word in code.spellings]
    words += [title.title for title in survey.titles]
    strange = [word for word in words if plain_text(word) != word and not word.startswith(("\uff0d",))]
    assert strange == []
