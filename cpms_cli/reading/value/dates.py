"""Dates as people write them in Thailand, over the distinct texts of one column.

What a text alone does not tell is decided for the whole column, with the evidence stated, or left as a question:
whether day or month comes first, and of which era a year of two digits is. A question is never answered by a guess.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from cpms_cli.reading.value.date_forms import Written, read_form
from cpms_cli.survey.era import SHORT_BUDDHIST_FROM, Era, christian_year, era_of
from cpms_cli.survey.plain_text import plain_signs

ERA, ORDER = "era", "day_month"
TWO_ERAS = "dates_two_eras"
# One slip among many must not put a whole column in doubt: so many times as many cells carry the other order's mark.
_CLEAR_MAJORITY = 10
_ISO_WITH_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\+07:?00)?")
_DAY_LENGTH = len("2026-01-31")
_SIX_DIGITS = re.compile(r"\d{6}")
_SYSTEMS = {"1900": datetime.date(1899, 12, 30), "1904": datetime.date(1904, 1, 1)}


@dataclass(frozen=True)
class Evidence:
    """What decided how a column is read, where that is not the plain case: a sentence's id, and what fills it in.

    `decides` is false where each cell alone would be read the same way.
    """

    id: str
    values: Mapping[str, int | str] = field(default_factory=dict)
    decides: bool = True


@dataclass(frozen=True)
class Bounds:
    """The first and last Christian year in which a date of the column can lie; None where that is not known."""

    first: int | None = None
    last: int | None = None

    def hold(self, year: int) -> bool:
        """Whether the year lies within."""
        return (self.first is None or year >= self.first) and (self.last is None or year <= self.last)


class Dates(NamedTuple):
    """ISO dates (NA where it is none), the check that tells why one could not be decided (NA), and the evidence."""

    iso: pd.Series
    questions: pd.Series
    evidence: tuple[Evidence, ...]


class _Order(NamedTuple):
    """How the numeric dates of a column are read."""

    month_first: bool
    clear: bool


def _order(written: Iterable[Written]) -> tuple[_Order, list[Evidence]]:
    """Whether the month comes first, by the numbers over 12, which are days."""
    numeric = [(date.day, date.month) for date in written if date.either and date.day and date.month]
    day_first = sum(31 >= first > 12 >= second for first, second in numeric)
    month_first = sum(31 >= second > 12 >= first for first, second in numeric)
    open_ = sum(first <= 12 and second <= 12 and first != second for first, second in numeric)
    counts = {"day_first": day_first, "month_first": month_first, "open": open_}
    if month_first and not day_first:
        return _Order(True, True), [Evidence("dates_month_first", counts)]
    if month_first:
        many, few = max(day_first, month_first), min(day_first, month_first)
        clear = many >= _CLEAR_MAJORITY * few
        name = "dates_order_slips" if clear else "dates_order_mixed"
        return _Order(month_first > day_first, clear), [Evidence(name, counts)]
    return _Order(False, True), [Evidence("dates_day_first_assumed", counts, False)] if open_ and not day_first else []


def _in_order(date: Written, order: _Order) -> Written | None:
    """The date with its day and month in the column's order; None where that is a question."""
    if not date.either or date.day is None or date.month is None:
        return date
    day, month = (date.month, date.day) if order.month_first else (date.day, date.month)
    contradicts = 31 >= month > 12 >= day
    open_ = day <= 12 and month <= 12 and day != month
    return None if contradicts or (open_ and not order.clear) else date._replace(day=day, month=month)


def _open_years(written: Iterable[Written]) -> list[int]:
    """The years of two digits of which the text alone does not tell the era."""
    return [date.year for date in written if date.short and date.era is None and date.year < SHORT_BUDDHIST_FROM]


def _has_buddhist(written: Iterable[Written]) -> bool:
    """Whether a year of the column is Buddhist for certain."""
    return any(
        (date.era or (era_of(date.year) if not date.short else None)) == "buddhist"
        or (date.short and date.era is None and date.year >= SHORT_BUDDHIST_FROM)
        for date in written
        if date.serial is None
    )


def _short_christian(written: Sequence[Written], bounds: Bounds) -> str | None:
    """Why years of two digits are Christian, as the id of the sentence that says so; None where they may be Buddhist.

    So they are where no year of the column is Buddhist, and each of them can be that of a child as a Christian year,
    and none as a Buddhist one. Beside Christian years of four digits one that fits neither era is a slip.
    """
    if bounds.first is None or _has_buddhist(written):
        return None
    if any(date.serial is None and (date.era or era_of(date.year) if not date.short else date.era) for date in written):
        return "dates_short_christian"
    return "dates_short_alone" if all(_only_christian(year, bounds) for year in _open_years(written)) else None


def _only_christian(year: int, bounds: Bounds) -> bool:
    """Whether two digits can be a year within the bounds as a Christian one alone."""
    return bounds.hold(christian_year(year, "christian")) and not bounds.hold(christian_year(year, "buddhist"))


def years_in_doubt(texts: Iterable[str]) -> int:
    """How many of these dates have a year of two digits that no round can decide, since others of the column are
    Buddhist: there "12/5/18" is a child of 2018, or a grown-up of 2518.

    >>> years_in_doubt(["12/5/18", "3/4/61"]), years_in_doubt(["12/5/18", "3/4/17"]), years_in_doubt(["3/4/61"])
    (1, 0, 0)
    """
    forms = (read_form(_without_local_time(plain_signs(text))) for text in texts)
    written = [form for form in forms if form is not None]
    return len(_open_years(written)) if _has_buddhist(written) else 0


def _year(date: Written, bounds: Bounds, short_christian: bool, chosen: Era | None) -> int | None:
    """The Christian year; None where its era is a question. A year of no era is 0, which is no date's."""
    if date.era is not None:
        agrees = date.short or era_of(date.year) == date.era
        return christian_year(date.year, date.era) if agrees else None
    if not date.short:
        era = era_of(date.year)
        return christian_year(date.year, era) if era else 0
    buddhist, christian = (christian_year(date.year, era) for era in ("buddhist", "christian"))
    if date.year >= SHORT_BUDDHIST_FROM:
        return buddhist if bounds.last is None or buddhist <= bounds.last else None
    if chosen is not None:
        return buddhist if chosen == "buddhist" else christian
    return christian if short_christian and _only_christian(date.year, bounds) else None


def _iso(date: Written, year: int) -> str | None:
    if date.month == 0 and date.day:
        return None  # a day of no month
    try:
        day = datetime.date(year, date.month or 1, date.day or 1) + datetime.timedelta(days=date.shift)
    except ValueError:
        return None
    return day.isoformat()[: 10 if date.day else 7 if date.month else 4]


def _serial(days: int, system: str, bounds: Bounds) -> str | None:
    day = _SYSTEMS[system] + datetime.timedelta(days=days)
    return day.isoformat() if bounds.last is not None and bounds.hold(day.year) else None


def _two_eras(written: Iterable[Written]) -> list[Evidence]:
    eras: list[Era | None] = [
        date.era or era_of(date.year) for date in written if date.serial is None and not date.short
    ]
    buddhist, christian = eras.count("buddhist"), eras.count("christian")
    counts = {"buddhist": buddhist, "christian": christian}
    return [Evidence(TWO_ERAS, counts, False)] if buddhist and christian else []


def _decided(
    texts: Sequence[str], bounds: Bounds, system: str, chosen: Era | None
) -> tuple[list[str | None], list[str | None], tuple[Evidence, ...]]:
    forms = [read_form(text) for text in texts]
    written = [form for form in forms if form is not None]
    order, evidence = _order(written)
    short_christian = _short_christian(written, bounds)
    # 040160 whose first 0 was lost looks like a day number.
    serials = not any(_SIX_DIGITS.fullmatch(text) for text in texts)
    counted = {"serial": 0, "short": 0}

    def decide(form: Written | None) -> tuple[str | None, str | None]:
        if form is None:
            return None, None
        if form.serial is not None:
            read = _serial(form.serial, system, bounds) if serials else None
            counted["serial"] += read is not None
            return read, None
        date = _in_order(form, order)
        if date is None:
            return None, ORDER
        year = _year(date, bounds, short_christian is not None, chosen)
        if year is None:
            return None, ERA
        read = _iso(date, year) if year else None
        counted["short"] += read is not None and date.short and date.era is None and date.year < SHORT_BUDDHIST_FROM
        return read, None

    decided = [decide(form) for form in forms]
    if counted["short"] and short_christian is not None and chosen is None:
        evidence.append(Evidence(short_christian, {"count": counted["short"]}))
    if counted["serial"]:
        evidence.append(Evidence("dates_serial", {"count": counted["serial"], "system": system}))
    evidence += _two_eras(written)
    return [iso for iso, _ in decided], [question for _, question in decided], tuple(evidence)


def parse_dates(texts: pd.Series, partial: bool, bounds: Bounds | None = None, system: str = "1900") -> Dates:
    """Distinct texts to ISO dates, indexed as `texts`; NA where it is no date or cannot be decided.

    With `partial`, a month (2016-03) or a year (2016) alone is a date of that precision; nothing is invented.
    `system` is the workbook's date system, 1900 or 1904, for dates that came as day numbers.
    """
    iso, questions, evidence = read_dates(texts.to_list(), partial, bounds or Bounds(), system)
    as_columns = pd.DataFrame({"iso": iso, "question": questions}, index=texts.index, dtype="str")
    return Dates(as_columns["iso"], as_columns["question"], evidence)


def read_dates(
    texts: Sequence[str], partial: bool, bounds: Bounds, system: str, chosen: Era | None = None
) -> tuple[list[str | None], list[str | None], tuple[Evidence, ...]]:
    """Return the same as `parse_dates`, as lists in the order of the texts: None in place of NA. `chosen` is the era of
    years of two digits that could be of either, where somebody said it."""
    plain = [_without_local_time(plain_signs(text)) for text in texts]
    distinct = list(dict.fromkeys(plain))
    iso, questions, evidence = _decided(distinct, bounds, system, chosen)
    decided = {
        text: (day if day and (partial or len(day) == _DAY_LENGTH) else None, question)
        for text, day, question in zip(distinct, iso, questions, strict=True)
    }
    return [decided[text][0] for text in plain], [decided[text][1] for text in plain], evidence


def _without_local_time(text: str) -> str:
    moment = _ISO_WITH_TIME.fullmatch(text)
    return moment[1] if moment else text
