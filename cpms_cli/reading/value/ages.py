"""Ages in completed years, as people write them: 3 ปี 2 เดือน, 8 เดือน, ๕ ขวบ, 2y 6m."""

from __future__ import annotations

import re

_YEARS = r"(?:ปี|ขวบ|years?|yrs?\.?|y\.?o\.?|y\.?)"
_MONTHS = r"(?:เดือน|ด\.|months?|mos?\.?)"
_NOT_YET_ONE = r"แรกเกิด|newborn|(?:ไม่ถึง|ยังไม่ถึง|น้อยกว่า|ต่ำกว่า|under|less than|<) ?1? ?(?:ปี|ขวบ|years?)"
_TEN = ("หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า", "สิบ")
_TEENS = tuple(f"สิบ{word}" for word in ("เอ็ด", *_TEN[1:7]))
_NUMBER_WORDS = {word: str(number) for number, word in enumerate((*_TEN, *_TEENS), start=1)}
_WORD = re.compile("|".join(sorted(_NUMBER_WORDS, key=len, reverse=True)))
_AGE = r"(?:อายุ|age)? ?"
_LONG = re.compile(
    rf"{_AGE}(?P<years>\d{{1,3}})(?:[.,]\d{{1,2}})? ?(?:(?P<unit>{_YEARS})(?: ?old)?)?"
    rf"(?: ?(?:กับ|และ|and|,)? ?(?:(?P<months>\d{{1,2}}) ?(?:{_MONTHS}|m\.?)|(?P<half>ครึ่ง|เศษ|กว่า)))?"
)
_PARTS_OF_YEAR = (
    (re.compile(rf"{_AGE}(?P<count>\d{{1,3}}) ?{_MONTHS}(?: ?old)?"), 12),
    (re.compile(rf"{_AGE}(?P<count>\d{{1,3}}) ?(?:สัปดาห์|อาทิตย์|weeks?|wks?)(?: ?old)?"), 53),
    (re.compile(rf"{_AGE}(?P<count>\d{{1,3}}) ?(?:วัน|days?)(?: ?old)?"), 366),
)
_LONGEST = 80
_ZERO = re.compile(f"{_AGE}(?:{_NOT_YET_ONE})")


def completed_years(text: str) -> str | None:
    """The age that a text of 0-9 tells, in completed years; None where it tells none.

    >>> [completed_years(text) for text in ("3 ปี 2 เดือน", "8 เดือน", "5ขวบ", "2y 6m", "11/12", "ห้าขวบ")]
    ['3', '0', '5', '2', None, '5']
    """
    if len(text) > _LONGEST:
        return None
    plain = _WORD.sub(lambda word: _NUMBER_WORDS[word[0]], " ".join(text.lower().split()))
    if _ZERO.fullmatch(plain):
        return "0"
    for form, in_a_year in _PARTS_OF_YEAR:
        part = form.fullmatch(plain)
        if part:
            return str(int(part["count"]) // in_a_year)
    age = _LONG.fullmatch(plain)
    if age is None or ((age["months"] or age["half"]) and not age["unit"]):
        return None
    return str(int(age["years"]) + int(age["months"] or 0) // 12)
