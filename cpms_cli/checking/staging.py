"""The tables of one or more files laid side by side in DuckDB, as canonical text and as rules see them.

`staged_child` and `staged_household` have one row per row read, with `_source` (which table it came from) and `_row`
(its number there). A flat sheet's households are put together from all its rows: an officer often fills in the
family once, on the first child's row. `record` and `home` hold the same rows typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cpms_cli.checking.unasked import unasked_cells
from cpms_cli.checking.values.columns import ColumnFault
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.survey.identifiers import thai_number_sql
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.rules.typed_answers import RecordColumns, quoted, typed_household, typed_record

TABLES: tuple[Table, ...] = ("child", "household")
CARRIED = ("_source", "_row")
Faulty = Mapping[str, npt.NDArray[np.int64]]


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
    return f"""
        SELECT
            {", ".join(key)},
            {first},
            any_value(_source) AS _source,
            min(_row) AS _row,
            list_filter([{differ}], lambda name: name IS NOT NULL) AS _differ
        FROM arriving
        GROUP BY {", ".join(key)}"""


def _arriving(table: SurveyTable, columns: tuple[str, ...], index: int, faulty: Faulty) -> pa.Table:
    relation = table.relation(columns, faulty)
    return relation.append_column("_source", pa.repeat(pa.scalar(index, pa.int32()), relation.num_rows))


def faulty_cells(survey: Survey, faults: Sequence[ColumnFault]) -> Faulty:
    """Positions, by field, of cells whose own error makes them no answer; a row's key is kept as it is."""
    positions: dict[str, npt.NDArray[np.int64]] = {}
    for fault in faults:
        if (
            survey.column_checks[fault.check].severity == "error"
            and not survey.fields[fault.field].constraints.required
        ):
            known = positions.get(fault.field, fault.positions)
            positions[fault.field] = np.union1d(known, fault.positions)
    return positions


def _left_blank(*parts: Faulty) -> Faulty:
    """All positions of several kinds of cells, by field."""
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: np.unique(np.concatenate([part[name] for part in parts if name in part])) for name in names}


def stage(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    tables: Sequence[SurveyTable],
    faults: Sequence[Sequence[ColumnFault]],
) -> None:
    """Create `staged_child`, `staged_household`, `record` and `home` as temporary tables.

    `faults` are those found in the columns of each table: a cell that is wrong by itself is blank to every rule, as is
    one of a round that did not ask its question. The
    rows on which the consent itself is wrong are in `unread_consent` (`_source`, `_row`), the families of whose consent
    rows say different things in `disputed_consent`, by their key: there it is blank to every rule as well.
    """
    connection.execute(_empty_tables(survey))
    consent = survey.role("consent").name
    for index, table in enumerate(tables):
        faulty = _left_blank(faulty_cells(survey, faults[index]), unasked_cells(table))
        connection.register("arriving", _arriving(table, survey.columns(table.table), index, faulty))
        connection.execute(f"INSERT INTO staged_{table.table} BY NAME SELECT * FROM arriving")
        if is_flat(survey, table):
            connection.register("arriving", _arriving(table, survey.columns("household"), index, faulty))
            connection.execute(f"INSERT INTO staged_household BY NAME {_households_of_flat(survey)}")
            _note_differing_consents(connection, survey, index)
        connection.unregister("arriving")
        if consent in faulty:
            _note_unread(connection, index, table.rows[faulty[consent]])
    _note_consents(connection, survey)
    type_staged(connection, survey)


@cache
def _empty_tables(survey: Survey) -> str:
    """Return the statements that make the tables which the files are read into, empty."""
    texts = {table: ", ".join(f"{name} VARCHAR" for name in survey.columns(table)) for table in TABLES}
    key = ", ".join(f"{name} VARCHAR" for name in survey.key("household"))
    return f"""
        CREATE OR REPLACE TEMP TABLE unread_consent (_source INTEGER, _row BIGINT);
        CREATE OR REPLACE TEMP TABLE differing_consent ({key}, answer VARCHAR);
        CREATE OR REPLACE TEMP TABLE staged_child ({texts["child"]}, _source INTEGER, _row BIGINT);
        CREATE OR REPLACE TEMP TABLE staged_household (
            {texts["household"]}, _source INTEGER, _row BIGINT, _differ VARCHAR[]
        )"""


def _note_unread(connection: duckdb.DuckDBPyConnection, index: int, rows: npt.NDArray[np.int64]) -> None:
    connection.register("unread_row", pa.table({"_row": pa.array(rows)}))
    connection.execute("INSERT INTO unread_consent SELECT ?, _row FROM unread_row", [index])
    connection.unregister("unread_row")


def _note_differing_consents(connection: duckdb.DuckDBPyConnection, survey: Survey, index: int) -> None:
    """Add to `differing_consent` the answers about consent in a flat sheet, of homes whose rows give two answers."""
    key, consent = ", ".join(survey.key("household")), survey.role("consent").name
    homes = f"""
        SELECT {key}
        FROM staged_household
        WHERE _source = {int(index)} AND list_contains(_differ, {quoted(consent)})"""
    if connection.execute(f"{homes} LIMIT 1").fetchone() is None:
        return
    connection.execute(f"""
        INSERT INTO differing_consent
        SELECT DISTINCT {key}, {consent}
        FROM arriving
        SEMI JOIN ({homes}) USING ({key})""")


def _note_consents(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create `unwilling`, the keys of households that did not consent, by one row's word, and `disputed_consent`.

    Answers after which nothing may be stored are one word; any two others disagree, unless one is blank.
    """
    connection.execute(_consent_tables(survey))
    key, consent = ", ".join(survey.key("household")), survey.role("consent").name
    if connection.execute("FROM differing_consent LIMIT 1").fetchone() is not None:
        connection.execute(f"""
            UPDATE staged_household
            SET _differ = list_filter(_differ, lambda name: name <> {quoted(consent)})
            WHERE list_contains(_differ, {quoted(consent)})""")
    if connection.execute("FROM disputed_consent LIMIT 1").fetchone() is not None:
        connection.execute(f"""
            UPDATE staged_household
            SET {consent} = NULL
            WHERE ({key}) IN (SELECT ({key}) FROM disputed_consent)""")


@cache
def _consent_tables(survey: Survey) -> str:
    key, consent = ", ".join(survey.key("household")), survey.role("consent").name
    refused, no = ", ".join(quoted(answer) for answer in survey.no_consent), quoted(survey.no_consent[0])
    return f"""
        CREATE OR REPLACE TEMP TABLE consent_word AS
        SELECT DISTINCT {key}, CASE WHEN answer IN ({refused}) THEN {no} ELSE answer END AS word
        FROM (
            SELECT {key}, {consent} AS answer FROM staged_household
            UNION ALL
            FROM differing_consent
        )
        WHERE answer IS NOT NULL;

        CREATE OR REPLACE TEMP TABLE disputed_consent AS
        SELECT {key}
        FROM consent_word
        GROUP BY {key}
        HAVING count(*) > 1;

        CREATE OR REPLACE TEMP TABLE unwilling AS
        SELECT {key}, TRUE AS no_consent
        FROM consent_word
        ANTI JOIN disputed_consent USING ({key})
        WHERE word = {no}"""


def one_household_each(survey: Survey) -> str:
    """A relation of the staged households, of each the first row."""
    key = ", ".join(survey.key("household"))
    return f"""(
        SELECT * EXCLUDE (_source, _row, _differ)
        FROM staged_household
        QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY _source, _row) = 1
    )"""


def type_staged(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create `record` and `home` from what is staged."""
    connection.execute(_typed_tables(survey))


@cache
def _typed_tables(survey: Survey) -> str:
    # Rules on numbers speak of numbers: two children whose number is "none" do not share one.
    numbers = {
        number: f"CASE WHEN {thai_number_sql(number)} THEN {number} END" for number in survey.names_of("national_id")
    }
    record = typed_record(survey, "staged_child", one_household_each(survey), RecordColumns(CARRIED, instead=numbers))
    home = typed_household(survey, "staged_household", "staged_child", (*CARRIED, "_differ"))
    return f"""
        CREATE OR REPLACE TEMP TABLE record AS {record};
        CREATE OR REPLACE TEMP TABLE home AS {home}"""
