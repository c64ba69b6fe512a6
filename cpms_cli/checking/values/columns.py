"""Checks of one column at a time, by pandera, over the distinct values of the column.

A survey column has few distinct values and many rows: each value is judged once, and the verdict is carried to the
rows through the column's codes. A file in which every cell is wrong costs about what a clean one does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.checking.values.doubtful_values import may_fail
from cpms_cli.reading.survey_table import Column, SurveyTable
from cpms_cli.reading.threads import on_each
from cpms_cli.survey.era import is_stored_date
from cpms_cli.survey.model.definition import Survey, folded
from cpms_cli.survey.plain_text import differing, plain_text, without_strays

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


@dataclass(frozen=True)
class TableFault:
    """A fault of one table as a whole: the field that it is about, and JSON of the figures of its sentence."""

    check: str
    field: str
    source: int
    figures: str


def _failures(survey: Survey, column: Column) -> dict[str, npt.NDArray[np.bool_]]:
    """Return by check, in their order, which of the column's distinct values fail it.

    Pandera judges; it takes a millisecond for each check, so that it is only asked about values that may fail.
    """
    doubtful = np.flatnonzero(may_fail(survey, column.field, column.values))
    if not len(doubtful):
        return {}
    from cpms_cli.checking.values.value_checks import checks_of_values, fails  # noqa: PLC0415 - loads pandera

    of_text, of_number = checks_of_values(survey, column.field)
    values = pd.Series(column.values.take(pa.array(doubtful)).to_pandas(), dtype="str")
    failed = {str(check.name): fails(check, values) for check in of_text}
    if of_number is not None:
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
        out_of_range = fails(of_number, numbers[numbers.notna()])
        failed[str(of_number.name)] = out_of_range.reindex(values.index, fill_value=False)
    failures = {}
    for check in sorted(failed):
        if failed[check].any():
            failures[check] = np.zeros(len(column.values), dtype=bool)
            failures[check][doubtful[failed[check].to_numpy()]] = True
    return failures


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
    if column.field.type == "year" or column.field.holds_dates:
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
    known = survey.spellings(column.field)
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
