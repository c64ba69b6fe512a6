"""Christian and Buddhist years, and how the languages write years and dates."""

from __future__ import annotations

import datetime
import re
from typing import Literal, get_args

from cpms_cli.survey.language import FALLBACK, Language
from cpms_cli.survey.speech.languages import traits_of
from cpms_cli.survey.speech.numbers import in_digits
from cpms_cli.survey.speech.traits import Calendar
from cpms_cli.survey.spoken_words import SpokenWords, is_of_translation

Era = Literal["buddhist", "christian"]
ERAS: tuple[Era, ...] = get_args(Era)

BUDDHIST_OFFSET = 543
BUDDHIST_FROM, BUDDHIST_TO = 2400, 2743
CHRISTIAN_FROM, CHRISTIAN_TO = 1900, 2200
# Two digits from here are Buddhist: as Christian ones they would be no child's, 1943 and later being long past.
SHORT_BUDDHIST_FROM = 43


def shown_year(year: int, language: Language) -> str:
    """A Christian year as people write it in this language.

    >>> shown_year(2026, "th"), shown_year(2026, "en")
    ('2569', '2026')
    """
    text = in_digits(str(year + traits_of(language).calendar.years_ahead), language)
    return SpokenWords.of(text, shown_year(year, FALLBACK)) if is_of_translation(language) else text


def counts_buddhist_years(language: Language) -> bool:
    """Whether people count Buddhist years in this language: the only era beside the Gregorian that is read from files.

    >>> counts_buddhist_years("th"), counts_buddhist_years("en")
    (True, False)
    """
    return traits_of(language).calendar.years_ahead == BUDDHIST_OFFSET


def year_to_fill_in(year: int, language: Language) -> str:
    """A Christian year as people are to write it into a form, which is read again: of an era that the reader knows.

    >>> year_to_fill_in(2026, "th"), year_to_fill_in(2026, "en")
    ('2569', '2026')
    """
    return str(year + BUDDHIST_OFFSET if counts_buddhist_years(language) else year)


def shown_date(day: datetime.date, language: Language) -> str:
    """A date as people write it in this language.

    >>> shown_date(datetime.date(2026, 3, 1), "th"), shown_date(datetime.date(2026, 3, 1), "en")
    ('1/3/2569', '2026-03-01')
    """
    return _shown(language, day.year, day.month, day.day)


def shown_moment(moment: datetime.datetime, language: Language) -> str:
    """A day and the time of it, in hours and minutes, as people write them in this language.

    >>> shown_moment(datetime.datetime(2026, 3, 1, 9, 5), "th"), shown_moment(datetime.datetime(2026, 3, 1, 9, 5), "en")
    ('1/3/2569 09:05', '2026-03-01 09:05')
    """
    return f"{shown_date(moment, language)} {in_digits(f'{moment:%H:%M}', language)}"


def _shown(language: Language, year: int, month: int | None = None, day: int | None = None) -> str:
    """A date of which the day, or the month too, may not be known, in this language."""
    if month is None:
        return shown_year(year, language)
    text = _in_numbers(language, year, month, day)
    return SpokenWords.of(text, _in_numbers(FALLBACK, year, month, day)) if is_of_translation(language) else text


def _in_numbers(language: Language, year: int, month: int, day: int | None) -> str:
    calendar = traits_of(language).calendar
    parts = {"y": str(year + calendar.years_ahead), "m": str(month), "mm": f"{month:02}"}
    if day is None:
        return in_digits(calendar.month.format(**parts), language)
    return in_digits(calendar.day.format(**parts, d=day, dd=f"{day:02}"), language)


_AS_STORED = Calendar()
_PARTS_OF_A_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def shown_stored(value: str, language: Language) -> str:
    """A date as it is stored, of which only a part may be known, as people write it; itself where it is none.

    >>> [shown_stored(one, "th") for one in ("2026-03-01", "2026-03", "2026", "unknown")], shown_stored("2026-03", "en")
    (['1/3/2569', '3/2569', '2569', 'unknown'], '2026-03')
    """
    match = _PARTS_OF_A_DATE.fullmatch(value)
    if match is None:
        return value
    if traits_of(language).calendar == _AS_STORED:
        return in_digits(value, language)
    return _shown(language, *(int(part) for part in match.groups() if part))


def era_of(year: int) -> Era | None:
    """The era of a year of four digits; None where it is of neither.

    >>> era_of(2569), era_of(2026), era_of(1569)
    ('buddhist', 'christian', None)
    """
    if BUDDHIST_FROM <= year <= BUDDHIST_TO:
        return "buddhist"
    return "christian" if CHRISTIAN_FROM <= year <= CHRISTIAN_TO else None


def christian_year(year: int, era: Era) -> int:
    """A year of this era, of four digits or two, as a Christian year; two Christian digits are of this century.

    >>> christian_year(2569, "buddhist"), christian_year(69, "buddhist"), christian_year(17, "christian")
    (2026, 2026, 2017)
    """
    if year < 100:
        year += 2500 if era == "buddhist" else 2000
    return year - BUDDHIST_OFFSET if era == "buddhist" else year


def is_stored_date(text: str, partial: bool) -> bool:
    """Whether a text is a date as it is stored: a day of the calendar in a Christian year; with `partial`, a month or a
    year alone is one too.

    >>> [is_stored_date(one, True) for one in ("2017-02-28", "2017-02-30", "2560-02-29", "2017-13", "2017", "0000")]
    [True, False, False, False, True, False]
    """
    match = _PARTS_OF_A_DATE.fullmatch(text)
    if match is None or era_of(int(match[1])) != "christian" or not (partial or match[3]):
        return False
    try:
        datetime.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return False
    return True
