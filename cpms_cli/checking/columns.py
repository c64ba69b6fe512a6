"""Checks of one column at a time, by pandera, over the distinct values of the column.

A survey column has few distinct values and many rows: each value is judged once, and the verdict is carried to the
rows through the column's codes. A file in which every cell is wrong costs about what a clean one does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

from cpms_cli.checking.doubtful_values import legal_answers, may_fail
from cpms_cli.reading.tables import Column, SurveyTable
from cpms_cli.reading.threads import on_each
from cpms_cli.survey.era import CHRISTIAN_FROM, CHRISTIAN_TO, is_stored_date
from cpms_cli.survey.identifiers import (
    has_cpms_check_letter,
    has_thai_check_digit,
    has_thai_form,
    is_placeholder_number,
)
from cpms_cli.survey.model.definition import Field, Survey, folded
from cpms_cli.survey.plain_text import differing, plain_text, without_strays

_SHORTENED = r"\d(?:[.,]\d+)?E\+?\d+"
# How Excel shows a number like 12/3, in its Thai and English editions, or hands it on as a date.
_MONTH = r"(?:\S{1,3}\.\S{1,2}\.|[A-Z][a-z]{2})"
_EXCEL_DATE = rf"\d{{4}}-\d{{2}}-\d{{2}}(?: .*)?|\d{{1,2}}-{_MONTH}|{_MONTH}-\d{{1,4}}"
_ONE_DIGIT = "|".join(f"{digit}+" for digit in range(10))
DATE_RANGE = "date_range"


@dataclass(frozen=True)
class ColumnFault:
    """One check that failed in one column: positions of the rows (0-based, within the table).

    `values` are what is told of each where that is not what stands in the column's own cell.
    """

    field: str
    check: str
    positions: npt.NDArray[np.int64]
    values: tuple[str | None, ...] | None = None


def _options(name: str) -> dict[str, Any]:
    """How pandera names a check, and that one case of its failure is told in words: all are in its output."""
    return {"name": name, "error": name, "n_failure_cases": 1}


def _series_check(name: str, test: Any) -> pandera.Check:
    return pandera.Check(lambda values: pd.Series(test(values), index=values.index, dtype=bool), **_options(name))


def _lost_zero(numbers: pd.Series) -> pd.Series:
    """Which numbers have 12 digits and would be right with a 0 in front, which spreadsheets take off."""
    short = numbers.str.len() == 12
    right = pd.Series(False, index=numbers.index)
    right[short] = has_thai_check_digit("0" + numbers[short])
    return right


def _shortened(numbers: pd.Series) -> pd.Series:
    """Which numbers a spreadsheet has shortened, as 1.10199E+12."""
    return _also(numbers.str.contains("E", regex=False), numbers, _SHORTENED)


def _has_digit(texts: pd.Series) -> pd.Series:
    """Which texts are not words alone."""
    return texts.str.contains("[0-9]", regex=True)


def _also(likely: pd.Series, numbers: pd.Series, pattern: str) -> pd.Series:
    """Which of the likely ones match, too; of a million identifiers hardly any is likely."""
    matching = likely.copy()
    matching[likely] = numbers[likely].str.fullmatch(pattern)
    return matching


def _national_id_checks() -> Iterator[pandera.Check]:
    yield _series_check("national_id_words", _has_digit)
    yield _series_check(
        "national_id_form",
        lambda numbers: (
            has_thai_form(numbers) | _lost_zero(numbers) | _shortened(numbers) | ~_has_digit(numbers) | _filler(numbers)
        ),
    )
    yield _series_check("national_id_placeholder", lambda numbers: ~_filler(numbers))
    yield _series_check("national_id_zero_lost", lambda numbers: ~_lost_zero(numbers))
    yield _series_check("number_shortened", lambda numbers: ~_shortened(numbers))
    yield _series_check(
        "national_id_check_digit",
        lambda numbers: has_thai_check_digit(numbers) | ~has_thai_form(numbers) | _filler(numbers),
    )


def _filler(numbers: pd.Series) -> pd.Series:
    """Which numbers are typed where a number must stand: made up, or one digit alone or repeated."""
    return numbers.str.fullmatch(_ONE_DIGIT) | is_placeholder_number(numbers)


def _value_checks(survey: Survey, field: Field) -> Iterator[pandera.Check]:
    limits = field.constraints
    if (legal := legal_answers(survey, field)) is not None:
        pattern = "|".join(legal)
        yield (
            pandera.Check.str_matches(rf"^(?:{pattern})(?:;(?:{pattern}))*$", **_options("code"))
            if field.many
            else pandera.Check.isin(legal, **_options("code"))
        )
    elif field.type == "integer":
        yield pandera.Check.str_matches(r"^-?\d+$", **_options("integer"))
    elif field.type == "year":
        years = [str(year) for year in range(CHRISTIAN_FROM, CHRISTIAN_TO + 1)]
        yield pandera.Check.isin(years, **_options("year"))
    elif field.type == "date" or field.format == "partial-date":
        partial = field.type != "date"
        yield _series_check("date", lambda values: values.map(lambda text: is_stored_date(text, partial)))
    elif field.format == "thai-id":
        yield from _national_id_checks()
    elif field.format == "cpms-id":
        yield _series_check("cpms_id_form", has_cpms_check_letter)
    if limits.pattern:
        yield pandera.Check.str_matches(f"^(?:{limits.pattern})$", **_options("pattern"))
    if limits.maxLength:
        yield pandera.Check.str_length(max_value=limits.maxLength, **_options("length"))
    yield from _place_checks(survey, field)


def _excel_date(texts: pd.Series) -> pd.Series:
    """Which house numbers a spreadsheet has made a date of."""
    return _also(texts.str.contains("-", regex=False), texts, _EXCEL_DATE)


def _place_checks(survey: Survey, field: Field) -> Iterator[pandera.Check]:
    if field.role == "household":
        yield _series_check("house_number_as_date", lambda texts: ~_excel_date(texts))
    if field.role == "village":
        known = {code for code in survey.areas if len(code) == 6}
        yield _series_check("area", lambda codes: codes.str.slice(0, 6).isin(known) | ~codes.str.fullmatch(r"\d{8}"))


@lru_cache(maxsize=512)
def _checks(survey: Survey, field: Field) -> tuple[tuple[pandera.Check, ...], pandera.Check | None]:
    """Return pandera's checks for the distinct values of a field: of the canonical text, and of the number in it."""
    limits = field.constraints
    of_text = tuple(_value_checks(survey, field))
    if limits.minimum is None and limits.maximum is None:
        return of_text, None
    low = -np.inf if limits.minimum is None else limits.minimum
    high = np.inf if limits.maximum is None else limits.maximum
    return of_text, pandera.Check.in_range(low, high, **_options("range"))


def _failures(survey: Survey, column: Column) -> dict[str, npt.NDArray[np.bool_]]:
    """Return by check, in their order, which of the column's distinct values fail it.

    Pandera judges; it takes a millisecond for each check, so that it is only asked about values that may fail.
    """
    of_text, of_number = _checks(survey, column.field)
    if not of_text and of_number is None:
        return {}
    doubtful = np.flatnonzero(may_fail(survey, column.field, column.values))
    if not len(doubtful):
        return {}
    values = pd.Series(column.values.take(pa.array(doubtful)).to_pandas(), dtype="str")
    failed = {str(check.name): _fails(check, values) for check in of_text}
    if of_number is not None:
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
        out_of_range = _fails(of_number, numbers[numbers.notna()])
        failed[str(of_number.name)] = out_of_range.reindex(values.index, fill_value=False)
    failures = {}
    for check in sorted(failed):
        if failed[check].any():
            failures[check] = np.zeros(len(column.values), dtype=bool)
            failures[check][doubtful[failed[check].to_numpy()]] = True
    return failures


def _fails(check: pandera.Check, values: pd.Series) -> pd.Series:
    """Return which values fail a check, indexed as they are."""
    if values.empty:
        return pd.Series(False, index=values.index)
    fails: pd.Series = ~check(values).check_output.astype(bool)
    return fails


def _out_of_time(survey: Survey, table: SurveyTable, column: Column) -> npt.NDArray[np.bool_]:
    """Which of a column's distinct values are dates, or years, of a time of which nobody writes."""
    first, last = survey.years_of_dates()
    # Rules of their own say it better of an interview outside the file's rounds, and of a response still to come.
    ruled_elsewhere = column.field.role == "visited" and _last_round(survey, table) < last
    partial = column.field.type != "date"
    return np.array(
        [
            isinstance(value, str)
            and is_stored_date(value, partial)
            and (
                value[:4] < str(first)
                or (value[:4] > str(last) and not (ruled_elsewhere or column.field.role == "responded"))
            )
            for value in column.values.to_pylist()
        ],
        dtype=bool,
    )


def _last_round(survey: Survey, table: SurveyTable) -> int:
    rounds = table.cells(survey.role("round").name).dictionary.to_pylist()
    return max((int(year) for year in rounds if year and is_stored_date(year, True)), default=0)


def _blank(table: SurveyTable, column: Column) -> npt.NDArray[np.int64]:
    """Where a cell that must be filled in is blank."""
    blank = np.flatnonzero((column.codes < 0) & table.filled)
    return blank if column.index >= 0 else blank[~np.isin(table.rows[blank], table.without_parent)]


def _faults(survey: Survey, table: SurveyTable, column: Column) -> list[ColumnFault]:
    failures = _failures(survey, column)
    if column.field.type in ("date", "year") or column.field.format == "partial-date":
        failures[DATE_RANGE] = _out_of_time(survey, table, column)
    if column.questions is not None:
        failures = {check: bad & column.decided for check, bad in failures.items()}
        for check in column.questions.drop_null().unique().to_pylist():
            failures[check] = column.asked(check)
    alike = _look_alikes(survey, column, failures["code"]) if "code" in failures else {}
    if alike:
        failures["code"] = failures["code"] & ~np.isin(np.arange(len(column.values)), list(alike))
    # The last verdict is that on a blank cell, whose code is -1.
    places = {check: np.flatnonzero(np.append(bad, False)[column.codes]) for check, bad in failures.items()}
    if column.field.constraints.required:
        places = {"required": _blank(table, column), **places}
    faults = [ColumnFault(column.field.name, check, positions) for check, positions in places.items() if len(positions)]
    stray_positions = np.flatnonzero(np.isin(column.codes, list(alike)))
    if len(stray_positions):
        strays = tuple(alike[int(code)] for code in column.codes[stray_positions])
        faults.append(ColumnFault(column.field.name, "code_look_alike", stray_positions, strays))
    return faults


def _look_alikes(survey: Survey, column: Column, bad: npt.NDArray[np.bool_]) -> dict[int, str]:
    """Which distinct texts that are no answer would be one without a character that is hardly seen, and which it is."""
    codes = survey.codes(column.field)
    known = {*(codes.by_spelling if codes else ()), *survey.codelists["missing"].by_spelling}
    strays = {}
    for code in np.flatnonzero(bad):
        text = plain_text(column.texts[int(code)].as_py())
        plain = without_strays(text)
        if plain != text and folded(plain) in known:
            strays[int(code)] = differing(text, plain)
    return strays


def column_faults(survey: Survey, table: SurveyTable) -> list[ColumnFault]:
    """Every cell of the table at fault, by field and check; what the reader left open is told as its question."""
    faults_of_columns = on_each(lambda column: _faults(survey, table, column), table.columns.values(), len(table.rows))
    return [fault for faults in faults_of_columns for fault in faults]
