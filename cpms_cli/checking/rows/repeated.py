"""The very same submission twice: rows of one key that are alike in every answer. One is kept, and it is said.

Submission numbers, times and the row's place are no answers, so they tell no two rows apart; nor does how an answer is
written. Rows of one key that differ in an answer stay, and are an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.checking.rows.row_rules import RuleFault
from cpms_cli.checking.staging import faulty_cells, type_staged
from cpms_cli.checking.values.columns import ColumnFault
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.survey.model.definition import Survey, Table

REPEATED = "repeated_row"
_CHECK = "row_repeated"
_WHERE_READ = ("_source", "_row")


@dataclass(frozen=True)
class _Read:
    """Tables of the survey as they were read, with the faults in the columns of each."""

    survey: Survey
    tables: Sequence[SurveyTable]
    faults: Sequence[Sequence[ColumnFault]]


def drop_repeated(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    tables: Sequence[SurveyTable],
    faults: Sequence[Sequence[ColumnFault]],
    passed: Sequence[int] = (),
) -> list[RuleFault]:
    """Take rows that repeat another from what is staged, into `repeated_row` (`_source`, `_row`); a fault names each.

    `passed` are the tables (`_source`) that change nothing: the row of another is rather kept. What a flat sheet says
    of a household is no row of its own, and goes where the household's own row, or another flat sheet, says it too.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {REPEATED} (_source INTEGER, _row BIGINT)")
    dropped = _drop_echoes(connection, survey)
    named: list[RuleFault] = []
    read = _Read(survey, tables, faults)
    for name in ("household", "child"):
        table: Table = "household" if name == "household" else "child"
        pairs = _pairs(connection, read, table, passed)
        if len(pairs):
            connection.register("repeated_pair", pairs)
            again = "(_source, _row) IN (SELECT (_source, _row) FROM repeated_pair)"
            connection.execute(f"DELETE FROM staged_{table} WHERE {again}")
            connection.execute(f"INSERT INTO {REPEATED} SELECT _source, _row FROM repeated_pair WHERE NOT flat")
            connection.unregister("repeated_pair")
            dropped += len(pairs)
            named += _fault(survey, table, tables, pairs[~pairs["flat"]])
    if dropped:
        type_staged(connection, survey)
    return named


def _drop_echoes(connection: duckdb.DuckDBPyConnection, survey: Survey) -> int:
    """Leave out what a sheet of children says of a household where its own row says the same, or more; how many."""
    key = survey.key("household")
    same = " AND ".join(f"f.{name} = h.{name}" for name in key)
    rest = (name for name in survey.columns("household") if name not in key)
    says_no_more = " AND ".join(f"(f.{name} IS NULL OR f.{name} = h.{name})" for name in rest)
    both = "SELECT bool_or(_differ IS NULL) AND bool_or(len(_differ) = 0) FROM staged_household"
    if not (connection.execute(both).fetchone() or (None,))[0]:
        return 0
    deleted = connection.execute(f"""
        DELETE FROM staged_household f
        WHERE len(f._differ) = 0
            AND EXISTS (SELECT 1 FROM staged_household h WHERE h._differ IS NULL AND {same} AND {says_no_more})
    """).fetchone()
    return int(deleted[0]) if deleted else 0


def _pairs(connection: duckdb.DuckDBPyConnection, read: _Read, table: Table, passed: Sequence[int]) -> pd.DataFrame:
    """Return the rows that repeat another: `_source`, `_row`, `flat`, and `kept_source`, `kept_row`, the row kept."""
    survey = read.survey
    key, columns = ", ".join(survey.key(table)), ", ".join(survey.columns(table))
    flat, whole = "FALSE", "TRUE"
    if table == "household":
        flat, whole = "_differ IS NOT NULL", "coalesce(len(_differ), 0) = 0"
    home = ", ".join(survey.key("household"))
    open_homes = f"SELECT {home} FROM disputed_consent"
    if table == "child":
        # A flat row says something of its household as well: where that is in question, no two rows are alike.
        open_homes = f"""
            {open_homes}
            UNION
            SELECT {home}
            FROM staged_household
            GROUP BY {home}
            HAVING count(*) > 1 OR max(len(_differ)) > 0"""
    whole_key = " AND ".join(f"{name} IS NOT NULL" for name in survey.key(table))
    twice = f"SELECT {key} FROM staged_{table} WHERE {whole_key} GROUP BY {key} HAVING count(*) > 1"
    if connection.execute(f"{twice} LIMIT 1").fetchone() is None:
        return pd.DataFrame()
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE row_alike AS
        SELECT {columns}, _source, _row, {flat} AS flat
        FROM staged_{table}
        SEMI JOIN ({twice}) USING ({key})
        ANTI JOIN ({open_homes}) USING ({home})
        WHERE {whole}""")
    rows = connection.execute("SELECT _source, _row FROM row_alike").df()
    connection.register("unread_text", _unread_cells(read, table, rows))
    later = f"_source IN ({', '.join(map(str, passed))})" if passed else "FALSE"
    pairs = connection.execute(f"""
        WITH numbered AS (
            SELECT
                _source,
                _row,
                flat,
                first_value(_source) OVER same AS kept_source,
                first_value(_row) OVER same AS kept_row
            FROM row_alike
            LEFT JOIN unread_text USING (_source, _row)
            WINDOW same AS (PARTITION BY {columns}, texts ORDER BY {later}, flat, _source, _row)
        )
        FROM numbered
        WHERE (_source, _row) <> (kept_source, kept_row)
        ORDER BY _source, _row""").df()
    connection.unregister("unread_text")
    return pairs


def _unread_cells(read: _Read, kind: Table, rows: pd.DataFrame) -> pd.DataFrame:
    """Of each of these rows (`_source`, `_row`) the cells that are no answer, as they are written: `texts`.

    They are blank where the rows are staged. A household is told by its own cells, a child's row by all.
    """
    survey, tables, faults = read.survey, read.tables, read.faults
    looked_at = survey.columns("household") if kind == "household" else tuple(survey.fields)
    parts: list[pd.DataFrame] = []
    for source, group in rows.groupby("_source"):
        table = tables[int(str(source))]
        positions = table.positions(group["_row"].to_numpy(np.int64))
        for name, wrong in faulty_cells(survey, faults[int(str(source))]).items():
            unread = positions[np.isin(positions, wrong)]
            if name in looked_at and name in table.columns and len(unread):
                written = pd.Series(table.columns[name].written(unread).to_pylist(), dtype="str")
                texts = f"{name}=" + written
                parts.append(pd.DataFrame({"_source": source, "_row": table.rows[unread], "texts": texts}))
    if not parts:
        return rows.head(0).assign(texts=pd.Series(dtype="str"))
    return pd.concat(parts).groupby(list(_WHERE_READ), as_index=False).agg({"texts": "\x1f".join})


def _fault(survey: Survey, table: Table, tables: Sequence[SurveyTable], pairs: pd.DataFrame) -> list[RuleFault]:
    if pairs.empty:
        return []
    names = [f"{table.source.path.name} {table.source.sheet or ''}".strip() for table in tables]
    kept = tuple(f"{names[source]}:{row}" for source, row in zip(pairs["kept_source"], pairs["kept_row"], strict=True))
    field = survey.role("line" if table == "child" else "household").name
    sources, rows = (pairs[name].to_numpy(np.int64) for name in _WHERE_READ)
    return [RuleFault(_CHECK, (field,), sources, rows, kept, open=True)]
