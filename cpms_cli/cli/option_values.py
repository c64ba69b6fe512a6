"""What the words behind options are turned into: years, days, areas and formats; the store where none is typed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cpms_cli.errors import UsageError
from cpms_cli.survey import area_widths
from cpms_cli.survey.plain_text import plain_digits, plain_text
from cpms_cli.writing.output_formats import PRINTED

STORE = Path("cpms.duckdb")
# Digits of the areas that the commands of these names are for.
COMMUNITY = (area_widths.SUBDISTRICT, area_widths.VILLAGE)
PROVINCE = (area_widths.PROVINCE, area_widths.DISTRICT)


def as_typed(text: str | None) -> str | None:
    """A code in the digits of any script, as in a file."""
    return None if text is None else plain_digits(plain_text(text))


@dataclass(frozen=True)
class AreaAsked:
    """The area, the round (None: its last) and the groups that a command is asked about."""

    code: str
    round: int | None
    by: tuple[str, ...] = ()


def year(text: str | None) -> int | None:
    """A round as a Christian year; raises UsageError where it is no year of either era."""
    if text is None:
        return None
    plain = plain_digits(plain_text(text))
    if not re.fullmatch(r"(19|2[0-6])[0-9]{2}", plain):
        raise UsageError("bad_round", round=text)
    from cpms_cli.survey.era import BUDDHIST_FROM, BUDDHIST_OFFSET

    number = int(plain)
    return number - BUDDHIST_OFFSET if number >= BUDDHIST_FROM else number


def village_code(text: str | None) -> str | None:
    """The code of a village or a subdistrict; raises UsageError where it cannot be one."""
    if text is None:
        return None
    plain = re.sub(r"\s", "", plain_digits(plain_text(text)))
    if not re.fullmatch(r"[0-9]{6}(?:[0-9]{2})?", plain):
        raise UsageError("village_option", value=text)
    return plain


def years(text: str | None) -> tuple[int, int] | None:
    """First and last round of `--rounds`; raises UsageError where it is not two years, the earlier one first."""
    if text is None:
        return None
    first, _, last = text.partition(":")
    span = year(first), year(last or first)
    if span[0] is None or span[1] is None or span[0] > span[1]:
        raise UsageError("bad_rounds", rounds=text)
    return span[0], span[1]


def day(text: str | None) -> datetime.date | None:
    """A date of either era, written as in a spreadsheet; raises UsageError where it is none, or could be two."""
    if text is None:
        return None
    import pandas as pd

    from cpms_cli.reading.value.dates import parse_dates
    from cpms_cli.survey.opening.loading import load_survey

    read = parse_dates(pd.Series([text.strip()], dtype="str"), partial=False).iso.dropna()
    first, last = load_survey().years_of_dates()
    if read.empty or not first <= int(str(read.iat[0])[:4]) <= last:
        raise UsageError("bad_date", date=text)
    return datetime.date.fromisoformat(str(read.iat[0]))


def check_width(code: str, widths: tuple[int, int]) -> None:
    """Raise UsageError for an area that is none of the widths a command is for."""
    if len(code) not in widths:
        raise UsageError("unknown_area", area=code)


def one_of(chosen: str, known: tuple[str, ...] = PRINTED) -> str:
    """A format this command prints; raises UsageError for another."""
    if chosen not in known:
        from cpms_cli.survey.near_words import near

        alike = near(chosen, {name: (name,) for name in known})
        message = "bad_format_near" if alike else "bad_format"
        raise UsageError(message, format=chosen, known=", ".join(known), near=", ".join(alike))
    return chosen


def choice(text: str, known: Sequence[str]) -> str | None:
    """Which of these choices is meant by its name, or by its word in any language; None where none is."""
    from cpms_cli.survey.messages import wordings
    from cpms_cli.survey.near_words import meant

    return meant(text, {name: (name, *wordings(f"choice_{name}")) for name in known})
