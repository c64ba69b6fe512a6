"""Each child again with other papers, and the level that it would have then: what papers alone decide."""

from __future__ import annotations

import duckdb

from cpms_cli.scoring.compiler.indicator_sql import outcome_sql
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.model.settings.fairness import Twin
from cpms_cli.survey.rules.typed_answers import quoted, typed_record

TWIN_SCORE = "twin_score"


def create_twin_scores(connection: duckdb.DuckDBPyConnection, survey: Survey, twin: Twin, condition: str) -> None:
    """Create the temporary table `twin_score`: the columns of `outcome_sql` for every child that meets a condition on
    its key, with the twin's answers in the place of its own; its household and the other children of its home have
    them too, all else is the same."""
    tables: tuple[Table, ...] = ("child", "household")
    for table in tables:
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP VIEW twin_{table} AS
            SELECT * {_replaced(survey, table, twin)}
            FROM current_{table}
            WHERE {condition}
            """
        )
    record = typed_record(survey, "twin_child", "twin_household")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {TWIN_SCORE} AS {outcome_sql(survey, record, survey.key('child'))}"
    )


def _replaced(survey: Survey, table: Table, twin: Twin) -> str:
    own = survey.columns(table)
    answers = [
        f"{quoted(answer) if answer else 'NULL'} AS {name}" for name, answer in twin.answers.items() if name in own
    ]
    return f"REPLACE ({', '.join(answers)})" if answers else ""
