"""The response log held against its own rules and against what the store knows of its children.

`staged_response` has one row per row read, as canonical text, with `_source` (which table it came from) and `_row` (its
number there); `response_record` holds the same rows typed, with the facts that `survey.rules.response_log` names.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cpms_cli.checking.findings import gather
from cpms_cli.checking.rows.row_rules import RuleFault, rows_that_fail
from cpms_cli.checking.staging import CARRIED
from cpms_cli.checking.validation import all_column_faults
from cpms_cli.checking.values.columns import ColumnFault
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.survey.model.checks import ResponseCheck
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.response_log import FACTS, log_vocabulary, response_log, typed_log
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import quoted

RECORD = "response_record"
KNOWN = "known_child"
"""What the store knows, handed in as a relation: `identifier`, `person` (now shown for it), `first_interview`."""


def check_responses(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    tables: Sequence[SurveyTable],
    today: datetime.date,
    identified: bool = False,
) -> pd.DataFrame:
    """All findings about tables of the log, as `checking.findings` describes them; leaves the rows staged.

    The connection must have the relation `known_child`.
    """
    log = response_log(survey)
    by_column = all_column_faults(log, tables)
    _stage(connection, log.response.name, survey, tables, by_column)
    _type(connection, survey, _with_facts(survey, today))
    return gather(log, tables, by_column, list(_rule_faults(connection, survey)), identified)


def _faulty(survey: Survey, faults: Sequence[ColumnFault]) -> Mapping[str, npt.NDArray[np.int64]]:
    """Cells whose own error makes them no answer: a row with one is not stored, and no rule need speak of the cell."""
    faulty: dict[str, npt.NDArray[np.int64]] = {}
    for fault in faults:
        if survey.column_checks[fault.check].severity == "error":
            faulty[fault.field] = np.union1d(faulty.get(fault.field, fault.positions), fault.positions)
    return faulty


def _stage(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    survey: Survey,
    tables: Sequence[SurveyTable],
    faults: Sequence[Sequence[ColumnFault]],
) -> None:
    names = [field.name for field in survey.response.fields]
    columns = ", ".join(f"{name} VARCHAR" for name in names)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE staged_{name} ({columns}, _source INTEGER, _row BIGINT)")
    for index, table in enumerate(tables):
        rows = table.relation(names, _faulty(survey, faults[index]))
        arriving = rows.append_column("_source", pa.repeat(pa.scalar(index, pa.int32()), rows.num_rows))
        connection.register("arriving", arriving)
        connection.execute(f"INSERT INTO staged_{name} BY NAME SELECT * FROM arriving")
        connection.unregister("arriving")


def _with_facts(survey: Survey, today: datetime.date) -> str:
    """The staged rows with what the store and the other rows say of each."""
    key = ", ".join(survey.response.primaryKey)
    answers = ", ".join(f"coalesce({field.name}, chr(0))" for field in survey.response.fields)
    answer = f"concat_ws(chr(31), {answers})"
    return f"""(
        SELECT
            s.*,
            k.person AS known_as,
            k.first_interview,
            {quoted(today.isoformat())}::DATE AS today,
            min({answer}) OVER (PARTITION BY {key}) <> max({answer}) OVER (PARTITION BY {key}) AS told_otherwise
        FROM staged_{survey.response.name} s
        LEFT JOIN {KNOWN} k ON k.identifier = s.{survey.response_role("person").name}
    )"""


def _type(connection: duckdb.DuckDBPyConnection, survey: Survey, source: str) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {RECORD} AS {typed_log(survey, source, CARRIED)}")


def response_condition(survey: Survey, check: ResponseCheck) -> str:
    """A rule's condition in DuckDB's SQL."""
    return rule_sql(check.when, log_vocabulary(survey))


def _rule_faults(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Iterator[RuleFault]:
    for check in survey.responses:
        sources, rows = rows_that_fail(connection, RECORD, response_condition(survey, check))
        if len(rows):
            yield RuleFault(check.id, check.fields, sources, rows)


def stage_drawn_responses(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    base: Mapping[str, Mapping[str, Any]],
    cases: Sequence[Mapping[str, Any]],
) -> None:
    """Stage one row for each case of the definition's own checks: the example's response, with its answers in place.

    Unless a case says otherwise in `_facts`, the store knows the child, who was interviewed when the example's was.
    """
    names = [field.name for field in survey.response.fields]
    drawn = [{**base[survey.response.name], **{k: v for k, v in case.items() if k in names}} for case in cases]
    plain = {
        "known_as": base[survey.response.name][survey.response_role("person").name],
        "first_interview": base[survey.household.name][survey.role("visited").name],
        "today": base[survey.response.name][survey.response_role("responded").name],
        "told_otherwise": "false",
    }
    facts = [{**plain, **case.get("_facts", {})} for case in cases]
    rows = [{**row, **fact} for row, fact in zip(drawn, facts, strict=True)]
    cells = {name: pa.array([str(row[name]) or None for row in rows], pa.string()) for name in (*names, *FACTS)}
    place = {name: pa.array(range(len(rows)), pa.int64()) for name in CARRIED}
    connection.register("drawn_response", pa.table({**cells, **place}))
    typed = ", ".join(f"{name}::{kind} AS {name}" for name, kind in FACTS.items())
    _type(connection, survey, f"(SELECT * REPLACE ({typed}) FROM drawn_response)")
    connection.unregister("drawn_response")
