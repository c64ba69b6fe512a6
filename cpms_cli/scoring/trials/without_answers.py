"""The level of a child as it would be without an answer: as if the question had not been answered."""

from __future__ import annotations

import duckdb
import pandas as pd

from cpms_cli.scoring.compiler.indicator_sql import outcome_sql
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.rules.typed_answers import RecordColumns, quoted, typed_record

_NUMBER = "_number"


def levels_without(connection: duckdb.DuckDBPyConnection, survey: Survey, answers: pd.DataFrame) -> pd.DataFrame:
    """Return `level` and `highest` of the child of each of these answers, had nobody given it.

    `answers`: the key of the child's row, and `field`, a question about the child or about its household. One row for
    each of them, by the same index. A home is scored as a whole: its other children keep what they say.
    """
    line = survey.role("line").name
    asked = answers[[*survey.key("child"), "field"]].astype("str")
    connection.register("left_answer", asked.assign(**{_NUMBER: range(len(asked))}))
    for table in ("child", "household"):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table}_without AS {_rows(survey, table, asked)}")
    record = typed_record(survey, "child_without", "household_without", RecordColumns((_NUMBER,)))
    scored = connection.execute(
        f"""
        SELECT o.level, o.highest
        FROM ({outcome_sql(survey, record, (_NUMBER, line))}) o
        JOIN left_answer a ON a.{_NUMBER} = o.{_NUMBER} AND a.{line} = o.{line}::VARCHAR
        ORDER BY o.{_NUMBER}
        """
    ).df()
    connection.unregister("left_answer")
    connection.execute("DROP TABLE child_without; DROP TABLE household_without")
    return scored.set_index(answers.index)


def _rows(survey: Survey, table: Table, asked: pd.DataFrame) -> str:
    """SELECT of the homes of the answers, each once for an answer, with its number in the place of the house's, so
    that no two copies are one home, and without that answer."""
    house, home = survey.role("household").name, survey.key("household")
    own = {name for name in asked["field"].unique() if name in survey.columns(table)} - set(home)
    of_line = f" AND a.{survey.role('line').name} = r.{survey.role('line').name}" if table == "child" else ""
    cells = [
        f"a.{_NUMBER}::VARCHAR AS {name}"
        if name == house
        else f"CASE WHEN a.field <> {quoted(name)} OR NOT (TRUE{of_line}) THEN r.{name} END AS {name}"
        if name in own
        else f"r.{name}"
        for name in survey.columns(table)
    ]
    number = f", a.{_NUMBER}" if table == "child" else ""
    same = " AND ".join(f"a.{name} = r.{name}" for name in home)
    return f"""
        SELECT {", ".join(cells)}{number}
        FROM left_answer a
        JOIN current_{table} r ON {same}"""
