"""What the lines above a sheet's header, and its name, say of all of its rows: the round, the village, the subdistrict.

An office heads its lists with its own name and the year, and leaves both out of the rows. What may mean two things is
left open: a village that is guessed wrongly would put the children of a whole list into another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TypeVar

from cpms_cli.reading.layout.sheet_names import FIRST_ROUND
from cpms_cli.reading.source import SourceTable
from cpms_cli.survey.area_widths import DISTRICT, PROVINCE, SUBDISTRICT
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.era import christian_year, era_of
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.plain_text import plain_digits

_Value = TypeVar("_Value")

_YEAR = re.compile(
    r"(?:ปี|พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|รอบ|year|round|survey)[^\d\n]{0,12}(?<!\d)(\d{4}|\d\d)(?!\d)(?! ?[-./] ?\d)",
    re.IGNORECASE,
)
# A law has a year too, and is often quoted above a list.
_LAW = re.compile(
    r"(?:พระราชบัญญัติ|พ\.?ร\.?บ\.?|กฎหมาย|กฎกระทรวง|ระเบียบ|ประกาศ|\bact\b|\blaw\b)[^\n]{0,60}$", re.IGNORECASE
)
_MOO = re.compile(
    r"(?:หมู่\s*(?:ที่|บ้านที่)?|(?<![ก-๛a-z])ม\.|\bmoo|\bvillage(?:\s+no\.?)?)\s*(\d{1,2})(?!\d)", re.IGNORECASE
)
_WORDS = {
    SUBDISTRICT: r"(?:ตำบล|แขวง|(?<![ก-๛])(?:ต\.|อบต\.?)|เทศบาลเมือง|เทศบาลนคร|\btambon\b|\bsubdistrict(?:\s+of)?\b)",
    DISTRICT: r"(?:อำเภอ|เขต|(?<![ก-๛])อ\.|\bamphoe\b|\bdistrict(?:\s+of)?\b)",
    PROVINCE: r"(?:จังหวัด|(?<![ก-๛])จ\.|\bprovince(?:\s+of)?\b)",
}
VILLAGE_NUMBER = r"(?:หมู่\s*(?:ที่|บ้านที่)?|ม\.|moo|village(?:\s+no\.?)?)\s*"
"""What stands before a village's number at the beginning of a line."""
FAMILY = r"(?:ครอบครัว|ครัวเรือน|หลังคาเรือน|หลัง|household|family)"
"""What stands before a family's number in a line that heads its rows."""
# A line between the rows that heads those below it begins with the village: no note that mentions one is taken.
_SECTION = re.compile(
    r"[\s(*\-–—:]*(?:บ้าน[^\d\n]{1,40}?|(?:ban|village)\s+[a-z][a-z ]{1,40}?)?[\s,(]*"
    rf"{VILLAGE_NUMBER}\d{{1,2}}(?!\d)[^\n]{{0,60}}"
    r"|[\s(*\-–—:]*(?:หมู่บ้าน|บ้าน(?!เลขที่|เช่า|พัก)|ชุมชน)[^\d\n]{2,40}",
    re.IGNORECASE,
)
_AROUND = (("district", DISTRICT), ("province", PROVINCE))
_THAI_LETTER = re.compile("[ก-๛]")
_NEXT_PART = re.compile("อำเภอ|เขต|จังหวัด|หมู่|บ้าน|ปี|ประจำ|รอบ|อ\\.|จ\\.|ม\\.")
_LATIN_BEFORE = {
    SUBDISTRICT: r"([A-Za-z][A-Za-z ]{0,80}?)\s{1,9}(?:subdistrict|tambon)\b",
    DISTRICT: r"([A-Za-z][A-Za-z ]{0,80}?)\s{1,9}(?:district|amphoe)\b",
    PROVINCE: r"([A-Za-z][A-Za-z ]{0,80}?)\s{1,9}province\b",
}
# A line may be as long as a cell: around each word only so much is looked at, or the time would grow as its square.
_LAW_WITHIN, _NAME_WITHIN, _LONGEST_SECTION = 100, 200, 1_000


TITLES, SECTIONS = "titles", "sections"
"""The evidence of a table that was made of a sheet's rows: the lines that stand above these, and between them."""


@dataclass(frozen=True)
class SaidPlace:
    """The place that a title names, as the code of a subdistrict, and the number of the village in it, if any."""

    subdistrict: str
    moo: int | None

    @property
    def village(self) -> str | None:
        """The code of the village; None where only the subdistrict is named."""
        return None if self.moo is None else f"{self.subdistrict}{self.moo:02d}"


def titles_of(source: SourceTable) -> list[str]:
    """The lines above the header, in their order, and the name of a workbook's sheet."""
    if TITLES in source.evidence:
        return source.evidence[TITLES].split("\n")
    lines = [row.text for row in source.left_out if row.kind == "title" and row.row < source.header_row]
    is_text = source.sheet is None or "encoding" in source.evidence
    return [plain_digits(line) for line in (*lines, *([] if is_text else [source.sheet or ""]))]


def sections_of(source: SourceTable) -> list[tuple[int, str]]:
    """The lines between a sheet's rows that name the village of the rows below them, each with its row."""
    if SECTIONS in source.evidence:
        kept = (line.partition("\t") for line in source.evidence[SECTIONS].split("\n"))
        return [(int(row), text) for row, _, text in kept]
    below = [row for row in source.left_out if row.kind in ("title", "note") and row.row > source.header_row]
    lines = ((row.row, " ".join(plain_digits(row.text).split())) for row in below)
    return [(row, text) for row, text in lines if len(text) <= _LONGEST_SECTION and _SECTION.fullmatch(text)]


def round_in_titles(source: SourceTable) -> int | None:
    """The round that the lines above a header say, as a Christian year; None where they say none, or several."""
    latest = country_today().year + 1
    return _only({year for line in titles_of(source) for year in _years(line) if FIRST_ROUND <= year <= latest})


def _years(line: str) -> Iterator[int]:
    """The years that a line says of itself.

    >>> list(_years("แบบสำรวจเด็ก ประจำปี พ.ศ. 2568")), list(_years("ตามพระราชบัญญัติคุ้มครองเด็ก พ.ศ. 2546"))
    ([2025], [])
    """
    for match in _YEAR.finditer(line):
        if _LAW.search(line, max(0, match.start() - _LAW_WITHIN), match.start()):
            continue
        number = int(match[1])
        era = "buddhist" if number < 100 else era_of(number)
        if era is not None:
            yield christian_year(number, era)


def place_in_titles(survey: Survey, source: SourceTable, given: str | None = None) -> SaidPlace | None:
    """The place that the lines above a header and the sheet's name say; None where they name none, or may mean two.

    Of subdistricts of one name it is the `given` one, and where they name none too.
    """
    lines = titles_of(source)
    named = {width: {code for line in lines for code in _named(survey, line, width)} for width in _WORDS}
    subdistricts = {
        code
        for code in named[SUBDISTRICT] or ({given} if given else ())
        if all(not named[width] or code[:width] in named[width] for width in (DISTRICT, PROVINCE))
    }
    subdistricts = {given} if given in subdistricts else subdistricts
    subdistrict = _only(subdistricts)
    if subdistrict is None:
        return None
    villages = {int(match[1]) for line in lines for match in _MOO.finditer(line)} - {0}
    return SaidPlace(subdistrict, _only(villages))


def title_names_other(survey: Survey, source: SourceTable, subdistrict: str) -> bool:
    """Whether the lines above a header name subdistricts, and this one is none of them."""
    named = {code for line in titles_of(source) for code in _named(survey, line, SUBDISTRICT)}
    return bool(named) and subdistrict not in named


def place_of_section(survey: Survey, line: str, around: str | None) -> str | None:
    """The code of the village that such a line names, in the subdistrict that it names itself or else `around` it;
    None where that is not known, or two villages are named.

    >>> from cpms_cli.survey.opening.loading import load_survey
    >>> place_of_section(load_survey(), "หมู่ที่ 3 บ้านทุ่งหงาว", "850103")
    '85010303'
    """
    named = {
        code for code in _named(survey, line, SUBDISTRICT) if around is None or code[:DISTRICT] == around[:DISTRICT]
    }
    subdistrict = _only(named) if named else around
    moo = _only({int(match[1]) for match in _MOO.finditer(line)} - {0})
    return None if subdistrict is None or moo is None else f"{subdistrict}{moo:02d}"


def subdistrict_of(
    survey: Survey, source: SourceTable, text: str, given: str | None, beside: Mapping[str, str] = MappingProxyType({})
) -> str | None:
    """The code of the subdistrict that a cell names, by its code, or with or without the word for it: the only one of
    this name, or the only one in the area that is `given`, that the lines above the header name, or that cells of its
    row name (`beside`: "district" and "province"); None where it may be several."""
    line = plain_digits(text).strip()
    codes = {line} if len(line) == SUBDISTRICT and line in survey.areas else _cell_names(survey, line, SUBDISTRICT)
    around = {
        code for width in (DISTRICT, PROVINCE) for title in titles_of(source) for code in _named(survey, title, width)
    }
    of_row = [_cell_names(survey, plain_digits(beside.get(area, "")).strip(), width) for area, width in _AROUND]
    area = given[:DISTRICT] if given else None
    within = {
        code
        for code in codes
        if (area is None or code.startswith(area))
        and (not around or any(map(code.startswith, around)))
        and all(not named or any(map(code.startswith, named)) for named in of_row)
    }
    return _only(within)


def _cell_names(survey: Survey, line: str, width: int) -> set[str]:
    """The codes of the areas of a width that a cell names, with or without the word for it."""
    return _named(survey, line, width) or set(_names(survey, width).get(line.casefold(), frozenset()))


def village_in_subdistrict(text: str, subdistrict: str) -> str | None:
    """The code of a village that a cell names by its number alone; None where it does not.

    >>> [village_in_subdistrict(text, "850105") for text in ("หมู่ที่ ๓", "3", "85010503")]
    ['85010503', '85010503', None]
    """
    plain = plain_digits(text).strip()
    match = _MOO.fullmatch(plain) or re.fullmatch(r"0?(\d{1,2})(?:\.0)?", plain)
    return f"{subdistrict}{int(match[1]):02d}" if match and int(match[1]) else None


def are_village_numbers(texts: Iterable[str]) -> bool:
    """Whether each of some cells names a village by its number alone, and there are some."""
    numbers = {village_in_subdistrict(text, "") for text in texts}
    return bool(numbers) and None not in numbers


def _named(survey: Survey, line: str, width: int) -> set[str]:
    """The codes of the areas of a width that a line names behind, or in English before, the word for it."""
    names = _names(survey, width)
    codes: set[str] = set()
    behind = (line[word.end(1) :][:_NAME_WITHIN].casefold() for word in _words(width).finditer(line))
    for rest in dict.fromkeys(behind):
        longest = next((name for name in _lengths(names) if rest[:name] in names and not _goes_on(rest, name)), 0)
        codes |= names.get(rest[:longest], frozenset())
    for before in re.finditer(_LATIN_BEFORE[width], line):
        words = before[1].casefold().split()
        tails = (" ".join(words[first:]) for first in range(len(words)))
        codes |= next((names[tail] for tail in tails if tail in names), frozenset())
    return codes


@cache
def _words(width: int) -> re.Pattern[str]:
    """What finds the word for an area of a width, and as its first group all that stands before the name."""
    return re.compile(f"({_WORDS[width]}[ :]*)", re.IGNORECASE)


def _goes_on(rest: str, length: int) -> bool:
    """Whether a name that ends there is only the beginning of a word: in Latin letters, or before a mark."""
    following = rest[length:]
    if rest[:length].isascii():
        return following[:1].isascii() and following[:1].isalnum()
    # Thai puts no space between words: what may follow is the next part of the place, and no other letter.
    return bool(_THAI_LETTER.match(following)) and not _NEXT_PART.match(following)


def _lengths(names: dict[str, frozenset[str]]) -> Iterable[int]:
    return range(max(map(len, names), default=0), 1, -1)


@lru_cache(maxsize=16)
def _names(survey: Survey, width: int) -> dict[str, frozenset[str]]:
    """The codes of the areas of one width by their names, in small letters."""
    codes: dict[str, set[str]] = {}
    for code, area in survey.areas.items():
        if len(code) == width:
            for name in {area.en.casefold(), area.th}:
                codes.setdefault(name, set()).add(code)
    return {name: frozenset(of) for name, of in codes.items()}


def _only(values: set[_Value]) -> _Value | None:
    return next(iter(values)) if len(values) == 1 else None
