"""Promise 10, its other half: what is no day of the calendar of these times is an error, and is never stored.

Three numbers, whether there is such a day or not, in every spelling, in both eras and in every kind of date.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_cli import load_survey, validate
from cpms_cli.checking.validation import all_column_faults
from cpms_cli.cli.option_values import day as day_of_option
from cpms_cli.errors import UsageError
from cpms_cli.reading.response_log import read_responses
from cpms_cli.reading.value.dates import Bounds
from cpms_cli.reading.value.values import clean
from cpms_cli.survey.era import is_stored_date
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.response_log import response_log
from tests.conftest import THOROUGH
from tests.property.test_dates import THAI, Day, _digits, _iso, _questions


@cache
def _survey() -> Survey:
    changed_survey: Survey = load_survey()
    return changed_survey


def _in_thai_digits(text: str) -> str:
    return _digits(text, "๐")


# As three numbers and an era, whether there is such a day or not; one text for each way of writing them.
SPELLINGS: dict[str, Callable[[int, int, int], str]] = {
    "iso": lambda y, m, d: f"{y:04}-{m:02}-{d:02}",
    "iso with a time": lambda y, m, d: f"{y:04}-{m:02}-{d:02} 00:00:00",
    "iso with a zone": lambda y, m, d: f"{y:04}-{m:02}-{d:02}T00:00:00+07:00",
    "iso, short": lambda y, m, d: f"{y:04}-{m}-{d}",
    "iso, slashes": lambda y, m, d: f"{y:04}/{m:02}/{d:02}",
    "iso, Thai digits": lambda y, m, d: _in_thai_digits(f"{y:04}-{m:02}-{d:02}"),
    "eight digits": lambda y, m, d: f"{y:04}{m:02}{d:02}",
    "slashes": lambda y, m, d: f"{d}/{m}/{y:04}",
    "dashes of a typesetter": lambda y, m, d: f"{d}–{m}–{y:04}",
    "Thai month": lambda y, m, d: f"{d} {THAI[(m - 1) % 12]} {y:04}",
    "kept as text": lambda y, m, d: f'="{d}/{m}/{y:04}"',
    "not seen": lambda y, m, d: f"{y:04}-{m:02}\u200b-{d:02}\ufeff",
}
NAMED_MONTH = "Thai month"
TO_COME = ("2150-01-01", "2693-01-01", "31/12/2699")
MANY = 2_000 if THOROUGH else 100


def _meant(year: int, month: int, day: int) -> str | None:
    """The day of the calendar that three numbers are: from 2400 on the year is Buddhist; None where there is none."""
    christian = year - 543 if 2400 <= year <= 2743 else year if 1900 <= year <= 2200 else 0
    try:
        return Day(christian, month, day).isoformat()
    except ValueError:
        return None


@settings(max_examples=MANY, deadline=None)
@given(
    st.integers(0, 9999) | st.sampled_from([2559, 2560, 2564, 2016, 2017, 2100, 2443, 1900, 9999, 0]),
    st.integers(0, 13) | st.just(99),
    st.integers(0, 32) | st.sampled_from([28, 29, 30, 31, 99]),
    st.sampled_from(sorted(SPELLINGS)),
)
def test_three_numbers_are_stored_as_their_day_or_not_at_all(year: int, month: int, day: int, spelling: str) -> None:
    if spelling == NAMED_MONTH and not 1 <= month <= 12:
        return
    text = SPELLINGS[spelling](year, month, day)
    survey = _survey()
    for field, partial in ((survey.role("born"), True), (survey.role("visited"), False)):
        read = clean(survey, field, pd.Series([text], dtype="str"))
        value = None if read.values.isna().iat[0] else str(read.values.iat[0])
        if value is not None and is_stored_date(value, partial):
            # 00 stands for what is not known: then the month or the year alone is told.
            known = f"{year - 543 if year >= 2400 else year:04}"
            allowed = {_meant(year, month, day), known if not month or not day else None}
            allowed |= {f"{known}-{month:02}"} if month and not day else set()
            # A day over 12 shows that the month comes first.
            allowed |= {_meant(year, day, month)} if day <= 12 and month > 12 else set()
            assert value in allowed - {None}, (text, value)


@pytest.mark.parametrize(
    "text",
    [
        "2017-02-30",
        "2560-13-01",
        "9999-99-99",
        "0000-00-00",
        "2560-02-29",
        "2564-02-29",
        "3000-01-01",
        "1753-01-01",
        "2017-13",
        "2560-99",
        "0000",
        "9999",
        "2560-02-30 00:00:00",
        "๒๕๖๐-๐๒-๓๐",
        "2150-01-01",
        "2693-01-01",
        "31/12/2699",
        "1899-12-31",
    ],
)
def test_what_is_no_day_of_these_times_is_an_error_in_every_kind_of_date(tmp_path: Path, text: str) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(
        f"round,village_code,household_no,child_no,interview_date,birth_date\n2569,85010101,1,1,{text},{text}\n",
        encoding="utf-8",
    )
    findings = validate([path]).findings
    errors = findings[findings["severity"] == "error"]
    assert {"interview_date", "birth_date"} <= set(errors["field"].astype(str)), text
    log = tmp_path / "log.csv"
    lines = "cpms_id,response_date,response_kind,next_date", f"C0000000000T,{text},home_visit,{text}"
    log.write_text("\n".join(lines), encoding="utf-8")
    log_survey = response_log(load_survey())
    [table] = read_responses([log], load_survey())
    faults = {fault.field for faults in all_column_faults(log_survey, [table]) for fault in faults}
    # Of a response still to come a rule of its own speaks.
    assert faults >= ({"next_date"} if text in TO_COME else {"next_date", "response_date"}), text


def test_days_of_one_era_only() -> None:
    assert _iso(["2559-02-29"], Bounds()) == ["2016-02-29"]
    assert _iso(["29/2/2559", "29/2/2560"], Bounds()) == ["2016-02-29", None]
    assert _iso(["2560-02-29", "29 ก.พ. 2560", "25600229"], Bounds()) == [None, None, None]
    assert _iso(["1/0/2560", "00/01/2560", "01/00/2560"], Bounds()) == [None, "2017-01", None]
    assert _questions(["29/2/2560 ค.ศ.", "ค.ศ. 2560"], Bounds()) == ["era", "era"]


def test_a_round_of_another_time_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    lines = "round,village_code,household_no,child_no", "2190,85010101,1,1", "2733,85010101,1,2"
    path.write_text("\n".join(lines), encoding="utf-8")
    findings = validate([path], columns_only=True).findings
    assert list(findings["check"].astype(str)) == ["date_range", "date_range"]


@pytest.mark.parametrize("text", ["2017-02-30", "2560-02-29", "9999-99-99", "2150-01-01", "3000-01-01"])
def test_an_option_takes_no_such_day_either(text: str) -> None:
    with pytest.raises(UsageError):
        day_of_option(text)


def test_a_date_cell_of_a_workbook_is_held_against_the_calendar_too(tmp_path: Path) -> None:
    # Excel has a 29 February 2560 of its own, of the Christian year 2560; the child was born on no such day.
    path = tmp_path / "cells.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "d/m/yyyy"})
        sheet.write_row(0, 0, ["round", "village_code", "household_no", "child_no", "birth_date"])
        for row, born_on in enumerate([Day(2560, 2, 29), Day(2560, 2, 28), Day(2017, 2, 28)], start=1):
            sheet.write_row(row, 0, [2569, 85010101, 1, row])
            sheet.write_datetime(row, 4, datetime.datetime(born_on.year, born_on.month, born_on.day), form)
    validation = validate([path], columns_only=True)
    assert validation.tables[0].cells("birth_date").to_pylist()[1:] == ["2017-02-28", "2017-02-28"]
    errors = validation.findings[validation.findings["severity"] == "error"]
    assert list(zip(errors["row"], errors["check"].astype(str), strict=True)) == [(2, "date")]
