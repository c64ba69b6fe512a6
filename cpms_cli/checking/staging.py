"""The tables of one or more files laid side by side in DuckDB, as canonical text and as rules see them.

`staged_child` and `staged_household` have one row per row read, with `_source` (which table it came from) and `_row`
(its number there). A flat sheet's households are put together from all its rows: an officer often fills in the
family once, on the first child's row. `record` and `home` hold the same rows typed.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from cpms_cli.reading.tables import SurveyTable
from cpms_cli.survey.definition import Survey
from cpms_cli.survey.relations import quoted, typed_household, typed_record

CARRIED = ("_source", "_row")


def open_workbench() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that can reach neither files nor the network."""
    connection = duckdb.connect(":memory:", config={"enable_external_access": "false"})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET lock_configuration = true")
    return connection


def is_flat(survey: Survey, table: SurveyTable) -> bool:
    """Whether a child table repeats the household's questions on its rows."""
    shared = set(survey.child.shared)
    asked = (field.name for field in survey.household.fields if field.name not in shared)
    return table.table == "child" and any(name in table.columns for name in asked)


def _households_of_flat(survey: Survey) -> str:
    key = survey.key("household")
    rest = [name for name in survey.columns("household") if name not in key]
    first = ", ".join(f"arg_min({name}, _row) AS {name}" for name in rest)
    differ = ", ".join(f"CASE WHEN min({name}) <> max({name}) THEN {quoted(name)} END" for name in rest)
    return (
        f"SELECT {', '.join(key)}, {first}, any_value(_source) AS _source, min(_row) AS _row,"
        f" list_filter([{differ}], lambda name: name IS NOT NULL) AS _differ FROM arriving GROUP BY {', '.join(key)}"
    )


def _arriving(survey: Survey, table: SurveyTable, columns: tuple[str, ...], index: int) -> pa.Table:
    relation = table.relation(columns)
    return relation.append_column("_source", pa.repeat(pa.scalar(index, pa.int32()), relation.num_rows))


def stage(connection: duckdb.DuckDBPyConnection, survey: Survey, tables: Sequence[SurveyTable]) -> None:
    """Create `staged_child`, `staged_household`, `record` and `home` as temporary tables."""
    for name, more in (("child", ""), ("household", ", _differ VARCHAR[]")):
        columns = ", ".join(f"{column} VARCHAR" for column in survey.columns("child" if name == "child" else "household"))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE staged_{name} ({columns}, _source INTEGER, _row BIGINT{more})")
    for index, table in enumerate(tables):
        connection.register("arriving", _arriving(survey, table, survey.columns(table.table), index))
        connection.execute(f"INSERT INTO staged_{table.table} BY NAME SELECT * FROM arriving")
        if is_flat(survey, table):
            connection.register("arriving", _arriving(survey, table, survey.columns("household"), index))
            connection.execute(f"INSERT INTO staged_household BY NAME {_households_of_flat(survey)}")
        connection.unregister("arriving")
    _note_consents(connection, survey)
    type_staged(connection, survey)


def _note_consents(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create `unwilling`: the keys of households that did not consent, by one row's word."""
    key = ", ".join(survey.key("household"))
    refused = ", ".join(quoted(answer) for answer in survey.no_consent)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE unwilling AS SELECT DISTINCT {key}, TRUE AS no_consent"
        f" FROM staged_household WHERE {survey.role('consent').name} IN ({refused})"
    )


def type_staged(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create `record` and `home` from what is staged."""
    key = ", ".join(survey.key("household"))
    one_each = (
        "(SELECT * EXCLUDE (_source, _row, _differ) FROM staged_household"
        f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY _source, _row) = 1)"
    )
    record = typed_record(survey, "staged_child", one_each, CARRIED)
    home = typed_household(survey, "staged_household", "staged_child", (*CARRIED, "_differ"))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE record AS {record}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE home AS {home}")
