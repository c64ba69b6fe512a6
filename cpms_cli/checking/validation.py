"""Validate files: every fault in one go, and how many rows could be stored as they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.checking.columns_not_read import left_out
from cpms_cli.checking.findings import RowFault, gather
from cpms_cli.checking.interview_years import interview_year_faults
from cpms_cli.checking.missing_columns import fold_into_columns
from cpms_cli.checking.rows.earlier_rounds import EARLIER, Earlier, history_faults, stage_earlier
from cpms_cli.checking.rows.fabrication import pattern_faults
from cpms_cli.checking.rows.houses import StoredRows, houses_written_twice
from cpms_cli.checking.rows.line_numbers import keep_lines
from cpms_cli.checking.rows.repeated import drop_repeated
from cpms_cli.checking.rows.row_rules import (
    RuleFault,
    conflicting_households,
    disputed_consents,
    rule_faults,
    unread_consents,
)
from cpms_cli.checking.staging import stage
from cpms_cli.checking.unasked import asked_alone, holds_unasked, unasked_faults
from cpms_cli.checking.values.columns import ColumnFault, column_faults
from cpms_cli.checking.values.eras import era_faults
from cpms_cli.checking.values.titles import title_faults
from cpms_cli.reading.header.mapping import Maps
from cpms_cli.reading.source import Files, file_paths
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.reading.tables import ReadAs, read_files
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.rules.workbench import open_workbench

Beside = Callable[[duckdb.DuckDBPyConnection, Survey], list[RuleFault]]


@dataclass(frozen=True)
class Validation:
    """What is wrong in some files by a definition. `findings` is a table as `checking.findings` describes it."""

    survey: Survey
    tables: tuple[SurveyTable, ...]
    findings: pd.DataFrame
    rows: int
    rows_with_errors: int

    @property
    def errors(self) -> int:
        """How many findings keep a row from being stored."""
        return int((self.findings["severity"] == "error").sum())

    @property
    def warnings(self) -> int:
        """How many findings somebody should look at."""
        return len(self.findings) - self.errors

    @property
    def storable(self) -> int:
        """How many rows would be stored as they are."""
        return self.rows - self.rows_with_errors

    @property
    def exit_code(self) -> int:
        """0: nothing to mend; 1: something has, or answers, a column or a sheet were left out and nobody decided it."""
        return 1 if self.errors or left_out(self.tables) or holds_unasked(self.tables) else 0


def _faults_of(survey: Survey, table: SurveyTable) -> list[ColumnFault]:
    faults = [*column_faults(survey, table), *title_faults(survey, table), *era_faults(table)]
    return asked_alone(table, faults)


def all_column_faults(survey: Survey, tables: Sequence[SurveyTable]) -> list[list[ColumnFault]]:
    """The faults in the columns of each table."""
    return [_faults_of(survey, table) for table in tables]


@dataclass(frozen=True)
class Against:
    """What tables are compared with.

    `earlier`: the rows of a store. `stored`: the relations of a store's current rows, where the connection is that
    store's. `passed`: the positions of tables that change nothing. `beside`: a check that only later modules know.
    `in_columns`: the faults in the columns of each table, where another process has looked for them already.
    `round_is_sure`: somebody says that the rows are of the round that they name, whatever the years of the interviews.
    """

    earlier: Earlier | None = None
    stored: StoredRows | None = None
    passed: Sequence[int] = ()
    beside: Beside | None = None
    in_columns: Sequence[Sequence[ColumnFault]] | None = None
    round_is_sure: bool = False


NOTHING_ELSE = Against()


def check(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    tables: Sequence[SurveyTable],
    against: Against = NOTHING_ELSE,
    identified: bool = False,
) -> pd.DataFrame:
    """Return all findings about tables that are read, and leave the tables staged on the connection."""
    by_column = against.in_columns or all_column_faults(survey, tables)
    by_rule: list[RowFault] = []
    stage(connection, survey, tables, by_column)
    stored = against.stored
    if against.earlier is not None:
        stage_earlier(connection, survey, against.earlier)
        stored = EARLIER
    by_rule += keep_lines(connection, survey, tables, stored[0] if stored else None)
    by_rule += drop_repeated(connection, survey, tables, by_column, against.passed)
    by_rule += disputed_consents(connection, survey)
    by_rule += [*fold_into_columns(survey, tables, rule_faults(connection, survey))]
    by_rule += conflicting_households(connection, survey)
    by_rule += unread_consents(connection, survey)
    by_rule += pattern_faults(connection, survey)
    by_rule += unasked_faults(tables)
    sure = against.round_is_sure
    by_rule += interview_year_faults(connection, survey, stored, passed=against.passed, round_is_sure=sure)
    if against.earlier is not None:
        by_rule += history_faults(connection, survey)
    by_rule += houses_written_twice(connection, survey, stored, against.passed)
    if against.beside is not None:
        by_rule += against.beside(connection, survey)
    return gather(survey, tables, by_column, by_rule, identified)


def check_columns(survey: Survey, tables: Sequence[SurveyTable], identified: bool = False) -> pd.DataFrame:
    """Return the findings about single cells and columns, without the rules across fields and rows."""
    return gather(survey, tables, all_column_faults(survey, tables), [*unasked_faults(tables)], identified)


def validate(  # noqa: PLR0913 - public: what can be asked, each by its own keyword
    paths: Files,
    *,
    round_: int | None = None,
    schemas: Path | None = None,
    encoding: str | None = None,
    identified: bool = False,
    columns_only: bool = False,
    mapping: Maps | None = None,
    earlier: Earlier | None = None,
    beside: Beside | None = None,
    sheets: Collection[str] | None = None,
    village: str | None = None,
    survey: Survey | None = None,
    round_is_sure: bool | None = None,
) -> Validation:
    """Check survey files against the definition: that of the folder `schemas`, the `survey` given, or the shipped one.

    `round_` is the survey's year (either era is for the caller to convert) where the files have no such column;
    `columns_only` leaves out the rules across fields and rows; `earlier` has the rows of a store to hold them against
    (`validate_against_store` takes the store itself), `beside` finds more there. `mapping` says which headers are which
    fields: a CSV file with the columns header and field, or a mapping, None for a column to be left out. `sheets` are
    the names of the sheets to be read, None for all that hold the survey; `village` is the code of the village, or of
    the subdistrict, of files that do not say it. `round_is_sure` says that the rows are of the round they name, though
    the store has these homes in it and the interviews are of the year after; it is so where `round_` is given, unless
    said otherwise. Values of personal fields are masked unless `identified`.
    Raises UnreadableFile, UsageError or DefinitionError; a fault in the data is a finding instead.
    """
    survey = survey or load_survey(schemas)
    tables = tuple(read_files(file_paths(paths), survey, ReadAs(round_, encoding, mapping, sheets, village)))
    if columns_only:
        findings = check_columns(survey, tables, identified)
    else:
        known = 0 if earlier is None else earlier.child.num_rows + earlier.household.num_rows
        with open_workbench(known + sum(len(table.rows) for table in tables)) as connection:
            sure = round_ is not None if round_is_sure is None else round_is_sure
            against = Against(earlier, beside=beside, round_is_sure=sure)
            findings = check(connection, survey, tables, against, identified)
    rows = sum(int(table.filled.sum()) for table in tables)
    wrong = findings.loc[findings["severity"] == "error", ["source", "row"]].drop_duplicates()
    wrong_rows = [wrong.loc[wrong["source"] == source, "row"].dropna().astype("int64") for source in range(len(tables))]
    of_records = sum(
        int(np.isin(row_numbers, table.rows[table.filled]).sum())
        for row_numbers, table in zip(wrong_rows, tables, strict=True)
    )
    return Validation(survey, tables, _each_cell_once(tables, findings), rows, of_records)


def _each_cell_once(tables: Sequence[SurveyTable], findings: pd.DataFrame) -> pd.DataFrame:
    """The findings; what is wrong with one cell is told once, though tables of several children share it."""
    sheets = [table.sheet_key for table in tables]
    if len(set(sheets)) == len(sheets):
        return findings
    first = findings["source"].map({position: sheets.index(sheet) for position, sheet in enumerate(sheets)})
    again = findings.assign(source=first).duplicated(["source", "cell", "check", "field"]) & findings["cell"].notna()
    return findings[~again].reset_index(drop=True)
