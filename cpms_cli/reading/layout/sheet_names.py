"""What the name of a sheet says: the round of the survey, or that cpms itself wrote the sheet to help."""

from __future__ import annotations

import re

import pandas as pd

from cpms_cli.reading.header.headers import spelt
from cpms_cli.reading.source import SourceTable
from cpms_cli.reading.value.digits import ascii_digits
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.era import christian_year, era_of
from cpms_cli.survey.messages import wordings

# A year beside another number is a date, a term or a span of years, and says no round.
_YEAR = re.compile(r"(?<!\d)(?<!\d[-./])(?<!\d[-./] )(\d{4})(?!\d)(?! ?[-./] ?\d)")
_SHORT_YEAR = re.compile(r"(?:ปี|รอบ|พ\.?\s?ศ\.?)\s*['’]?(\d\d)(?!\d)(?! ?[-./] ?\d)")
FIRST_ROUND = 2000
_OWN = ("template_help_sheet", "template_lists_sheet", "template_left_out_sheet", "annotate_sheet", "annotate_changes")
LISTS_SHEET = "cpms lists"


def round_of_name(name: str, latest: int) -> int | None:
    """The round that a sheet's name says, as a Christian year not after `latest`; None where it says none or two.

    >>> [round_of_name(name, 2027) for name in ("2567", "รอบ๒๕๖๘", "ข้อมูลปี 67", "2024")]
    [2024, 2025, 2024, 2024]
    >>> [round_of_name(name, 2027) for name in ("หมู่ 3", "2567-2568", "12-3-2567", "รหัส 85010501")]
    [None, None, None, None]
    """
    text = str(ascii_digits(pd.Series([name], dtype="str")).iat[0])
    written = [int(year) for year in _YEAR.findall(text)]
    years = {christian_year(year, era) for year in written if (era := era_of(year)) is not None}
    years |= {christian_year(int(year), "buddhist") for year in _SHORT_YEAR.findall(text)}
    rounds = {year for year in years if FIRST_ROUND <= year <= latest}
    return rounds.pop() if len(rounds) == 1 else None


def named_round(source: SourceTable) -> int | None:
    """The round that the name of a workbook's sheet says; None for a text file, whose name its sender chose."""
    if source.sheet is None or "encoding" in source.evidence:
        return None
    return round_of_name(source.sheet, country_today().year + 1)


def is_own_sheet(name: str) -> bool:
    """Whether a sheet has the name of one that cpms writes into its forms and marked copies, to help."""
    own = {spelt(wording) for message in _OWN for wording in wordings(message)}
    return spelt(name) in own | {spelt(LISTS_SHEET)}
