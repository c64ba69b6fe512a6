"""The forms in which people write dates, one text at a time: which parts it has, before anything is decided."""

from __future__ import annotations

import re
from typing import NamedTuple

from cpms_cli.survey.country_time import MINUTES_AHEAD
from cpms_cli.survey.era import Era

_MONTH_NAMES: tuple[tuple[str, ...], ...] = (
    ("มกราคม", "มกรา", "มค", "january", "jan"),
    ("กุมภาพันธ์", "กุมภาพันธ", "กุมภา", "กพ", "february", "feb"),
    ("มีนาคม", "มีนา", "มีค", "march", "mar"),
    ("เมษายน", "เมษา", "เมย", "april", "apr"),
    ("พฤษภาคม", "พฤษภา", "พค", "may"),
    ("มิถุนายน", "มิถุนา", "มิย", "june", "jun"),
    ("กรกฎาคม", "กรกฏาคม", "กรกฎา", "กรกฏา", "กค", "july", "jul"),
    ("สิงหาคม", "สิงหา", "สค", "august", "aug"),
    ("กันยายน", "กันยา", "กย", "september", "sept", "sep"),
    ("ตุลาคม", "ตุลา", "ตค", "october", "oct"),
    ("พฤศจิกายน", "พฤศจิกา", "พย", "november", "nov"),
    ("ธันวาคม", "ธันวา", "ธค", "december", "dec"),
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names}

_ERAS: tuple[tuple[Era, re.Pattern[str]], ...] = (
    ("buddhist", re.compile(r"พุทธศักราช|พ\.? ?ศ(?:\.|(?=[ \d]|$))|(?<![a-z])b\.?e\.?(?![a-z])")),
    ("christian", re.compile(r"คริสต์?ศักราช|ค\.? ?ศ(?:\.|(?=[ \d]|$))|(?<![a-z])(?:a\.?d|c\.?e)\.?(?![a-z])")),
)
_WORDS = re.compile(r"วัน(?:อาทิตย์|จันทร์|อังคาร|พุธ|พฤหัสบดี|พฤหัส|ศุกร์|เสาร์)?(?:ที่)?|เดือน|ปี")
_TIME = re.compile(
    r"(?P<date>.*\d),?[ t]+(?:เวลา ?)?(?P<hour>\d{1,2})(?::|\.(?=\d\d ?น))(?P<minute>\d{2})"
    r"(?::\d{2}(?:[.,]\d+)?)?"
    r" ?(?:น\.?|(?P<half>[ap])\.?m\.?|(?P<thai_half>ก่อน|หลัง)เที่ยง)? ?"
    r"(?:(?P<zone>z)|(?:gmt|utc)?(?P<sign>[+-])(?P<off_hour>\d{1,2})(?::?(?P<off_minute>\d{2}))?)?"
)
_NAME = r"(?P<name>[^\d\s.\-/,][^\d]*?)"
_GAP = r"[ .,\-/]*"
_YEAR = r"(?P<y>\d{4}|\d{2})"
_SEP = r" ?[-/. ] ?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<y>\d{{4}}){_SEP}(?P<m>\d{{1,2}}){_SEP}(?P<d>\d{{1,2}})",
        rf"(?P<first>\d{{1,2}}){_SEP}(?P<second>\d{{1,2}}){_SEP}{_YEAR}",
        r"(?P<y>\d{4})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])",
        r"(?P<first>\d{2})(?P<second>\d{2})(?P<y>\d{4})",
        rf"(?P<y>\d{{4}}){_SEP}(?P<m>\d{{1,2}})",
        rf"(?P<m>\d{{1,2}}){_SEP}(?P<y>\d{{4}})",
        r"(?P<y>\d{4})",
        rf"(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?{_GAP})?{_NAME}{_GAP}{_YEAR}",
        rf"{_NAME}[ .]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})",
        rf"(?P<y>\d{{4}}){_GAP}{_NAME}{_GAP}(?P<d>\d{{1,2}})",
    )
)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NUMBERS_ONLY = re.compile(r"[\d ./\-]*")
_SHORT_YEAR = re.compile(r"(?P<y>\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_AFTER_NOON = ("p", "หลัง")
_DAY = 24 * 60
# No date is longer in any of its forms; a page of text pasted into a cell is not worth the search.
_LONGEST = 80


class Written(NamedTuple):
    """The parts of a date as written. `month` and `day` are None where they are not told.

    `either` says that day and month are two numbers whose order the text does not tell; they stand here as day first.
    `era` is told only where the text names it. `shift` is how many days later the moment was in Thailand. A date
    that is a spreadsheet's day number has only `serial`.
    """

    year: int = 0
    short: bool = False
    month: int | None = None
    day: int | None = None
    era: Era | None = None
    either: bool = False
    shift: int = 0
    serial: int | None = None


def _without_time(text: str) -> tuple[str, int]:
    """The date's own text, and how many days later that moment was in Thailand, where a time zone is told."""
    moment = _TIME.fullmatch(text)
    if moment is None:
        return text, 0
    offset = None
    if moment["zone"]:
        offset = 0
    elif moment["sign"]:
        offset = (int(moment["off_hour"]) * 60 + int(moment["off_minute"] or 0)) * (-1 if moment["sign"] == "-" else 1)
    if offset is None:
        return moment["date"], 0
    hour = int(moment["hour"])
    half = moment["half"] or moment["thai_half"]
    if half:
        hour = hour % 12 + (12 if half in _AFTER_NOON else 0)
    minute = hour * 60 + int(moment["minute"]) - offset + MINUTES_AHEAD
    return moment["date"], minute // _DAY


def _era(text: str) -> tuple[str, Era | None]:
    for era, pattern in _ERAS:
        without_era, count = pattern.subn(" ", text)
        if count:
            return without_era, era
    return text, None


def _from(form: re.Match[str], era: Era | None, shift: int) -> Written | None:
    parts = form.groupdict()
    year, short = int(parts["y"]), len(parts["y"]) == 2
    if parts.get("first"):
        first, second = int(parts["first"]), int(parts["second"])
        if first == 0 and second <= 12:
            # Registers write 00 for what is not known.
            return Written(year, short, second or None, None, era, shift=shift)
        return Written(year, short, second, first, era, either=True, shift=shift)
    name = parts.get("name")
    month_of_name = _MONTHS.get(re.sub(r"[.\s]", "", name)) if name else None
    if name and month_of_name is None:
        return None
    month = month_of_name if name else int(parts["m"]) if parts.get("m") else None
    day = int(parts["d"]) if parts.get("d") else None
    return Written(year, short, month, day or None if month else None, era, shift=shift)


def read_form(text: str) -> Written | None:
    """The parts of one text, whose digits are 0-9; None where it has no form of a date."""
    if len(text) > _LONGEST:
        return None
    iso = _ISO.fullmatch(text)
    if iso and "00" not in iso.groups():
        return Written(int(iso[1]), month=int(iso[2]), day=int(iso[3]))
    plain, shift, era = " ".join(text.lower().split()), 0, None
    if not _NUMBERS_ONLY.fullmatch(plain):
        plain, shift = _without_time(plain)
        plain, era = _era(plain)
        plain = " ".join(_WORDS.sub(" ", plain).split())
    serial = _SERIAL.fullmatch(plain)
    if serial and era is None:
        return Written(serial=int(serial[1]))
    for form in _FORMS:
        match = form.fullmatch(plain)
        written = _from(match, era, shift) if match else None
        if written:
            return written
    alone = _SHORT_YEAR.fullmatch(plain) if era else None
    return Written(int(alone["y"]), True, era=era) if alone else None
