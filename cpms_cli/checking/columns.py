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

from cpms_cli.reading.tables import Column, SurveyTable
from cpms_cli.survey.definition import Field, Survey
from cpms_cli.survey.era import CHRISTIAN_FROM, CHRISTIAN_TO
from cpms_cli.survey.identifiers import has_cpms_check_letter, has_thai_check_digit

_DATE = r"\d{4}-\d{2}-\d{2}"
_SHORTENED = r"\d(?:[.,]\d+)?E\+?\d+"
# How Excel shows a number like 12/3, in its Thai and English editions, or hands it on as a date.
_MONTH = r"(?:\S{1,3}\.\S{1,2}\.|[A-Z][a-z]{2})"
_EXCEL_DATE = rf"\d{{4}}-\d{{2}}-\d{{2}}(?: .*)?|\d{{1,2}}-{_MONTH}|{_MONTH}-\d{{1,4}}"
_PARTIAL = r"\d{4}(-\d{2}(-\d{2})?)?"


@dataclass(frozen=True)
class ColumnFault:
    """One check that failed in one column: positions of the rows (0-based, within the table).

    `values` are what is told of each where that is not what stands in the column's own cell.
    """

    field: str
    check: str
    positions: npt.NDArray[np.int64]
    values: tuple[str | None, ...] | None = None


def _series_check(name: str, test: Any) -> pandera.Check:
    return pandera.Check(lambda found: pd.Series(test(found), index=found.index, dtype=bool), name=name, error=name)


def _lost_zero(found: pd.Series) -> pd.Series:
    """Which numbers have 12 digits and would be right with a 0 in front, which spreadsheets take off."""
    short = found.str.len() == 12
    right = pd.Series(False, index=found.index)
    right[short] = has_thai_check_digit("0" + found[short])
    return right


def _shortened(found: pd.Series) -> pd.Series:
    """Which numbers a spreadsheet has shortened, as 1.10199E+12."""
    return found.str.contains("E", regex=False) & found.str.fullmatch(_SHORTENED)


def _national_id_checks() -> Iterator[pandera.Check]:
    whole = r"\d{13}"
    yield _series_check(
        "national_id_form", lambda found: found.str.fullmatch(whole) | _lost_zero(found) | _shortened(found)
    )
    yield _series_check("national_id_zero_lost", lambda found: ~_lost_zero(found))
    yield _series_check("number_shortened", lambda found: ~_shortened(found))
    yield _series_check(
        "national_id_check_digit", lambda found: has_thai_check_digit(found) | ~found.str.fullmatch(whole)
    )


def _value_checks(survey: Survey, field: Field) -> Iterator[pandera.Check]:
    limits = field.constraints
    codes = survey.codes(field)
    if codes is not None:
        # What tells a row from others cannot be "don't know".
        legal = [*codes.by_code, *(() if limits.required else survey.missing_words)]
        pattern = "|".join(legal)
        yield (
            pandera.Check.str_matches(rf"^(?:{pattern})(?:;(?:{pattern}))*$", name="code", error="code")
            if field.many else pandera.Check.isin(legal, name="code", error="code")
        )  # fmt: skip
    elif field.type == "integer":
        yield pandera.Check.str_matches(r"^-?\d+$", name="integer", error="integer")
    elif field.type == "year":
        years = [str(year) for year in range(CHRISTIAN_FROM, CHRISTIAN_TO + 1)]
        yield pandera.Check.isin(years, name="year", error="year")
    elif field.type == "date" or field.format == "partial-date":
        form = _DATE if field.type == "date" else _PARTIAL
        yield pandera.Check.str_matches(f"^{form}$", name="date", error="date")
    elif field.format == "thai-id":
        yield from _national_id_checks()
    elif field.format == "cpms-id":
        yield _series_check("cpms_id_form", has_cpms_check_letter)
    if limits.pattern:
        yield pandera.Check.str_matches(f"^(?:{limits.pattern})$", name="pattern", error="pattern")
    if limits.maxLength:
        yield pandera.Check.str_length(max_value=limits.maxLength, name="length", error="length")
    yield from _place_checks(survey, field)


def _place_checks(survey: Survey, field: Field) -> Iterator[pandera.Check]:
    if field.role == "household":
        yield _series_check("house_number_as_date", lambda found: ~found.str.fullmatch(_EXCEL_DATE))
    if field.role == "village":
        known = {code for code in survey.areas if len(code) == 6}
        yield _series_check("area", lambda found: found.str.slice(0, 6).isin(known) | ~found.str.fullmatch(r"\d{8}"))


@lru_cache(maxsize=512)
def column_schema(survey: Survey, field: Field) -> pandera.DataFrameSchema:
    """The pandera schema for the distinct values of a field: `value` is canonical text, `number` the number in it."""
    columns = {"value": pandera.Column(checks=list(_value_checks(survey, field)), nullable=True)}
    limits = field.constraints
    if limits.minimum is not None or limits.maximum is not None:
        within = pandera.Check.in_range(
            -np.inf if limits.minimum is None else limits.minimum,
            np.inf if limits.maximum is None else limits.maximum, name="range", error="range",
        )  # fmt: skip
        columns["number"] = pandera.Column(float, checks=[within], nullable=True)
    return pandera.DataFrameSchema(columns)


def _judged(survey: Survey, column: Column) -> pd.Series:
    """The distinct values that a check can speak of: neither blank nor a reason for having no answer."""
    values = column.values
    if column.field.constraints.required:
        return values[values.notna()]
    return values[values.notna() & ~values.isin(survey.missing_words)]


def _failures(survey: Survey, column: Column) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    values = _judged(survey, column)
    if values.empty:
        return
    schema = column_schema(survey, column.field)
    frame = pd.DataFrame({"value": values})
    if "number" in schema.columns:
        frame["number"] = pd.to_numeric(values, errors="coerce").astype("float64")
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        for name, cases in errors.failure_cases.groupby("check", sort=True):
            bad = np.zeros(len(column.values), dtype=bool)
            bad[cases["index"].to_numpy(dtype=np.int64)] = True
            yield str(name), bad


def column_faults(survey: Survey, table: SurveyTable) -> list[ColumnFault]:
    """Every cell of the table at fault, by field and check; what the reader left open is told as its question."""
    found: list[ColumnFault] = []
    filled = table.filled
    for column in table.columns.values():
        name = column.field.name
        if column.field.constraints.required:
            blank = np.flatnonzero((column.codes < 0) & filled)
            if column.index < 0:
                blank = blank[~np.isin(table.rows[blank], table.without_parent)]
            if len(blank):
                found.append(ColumnFault(name, "required", blank))
        failures = dict(_failures(survey, column))
        if column.questions.notna().any():
            decided = column.questions.isna().to_numpy()
            failures = {check: bad & decided for check, bad in failures.items()}
            for check in column.questions.dropna().unique():
                failures[str(check)] = (column.questions == check).fillna(False).to_numpy(dtype=bool)
        for check, bad in failures.items():
            positions = np.flatnonzero((column.codes >= 0) & bad[column.codes])
            if len(positions):
                found.append(ColumnFault(name, check, positions))
    return found
