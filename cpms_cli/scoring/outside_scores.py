"""Answers to indicators of children outside the area whose rows are read, in one round: what an area is compared with.

Indicators look at a child, its home and the other children of the home, all of one round: so one round is enough.
"""

from __future__ import annotations

import duckdb

from cpms_cli.scoring.compiler.indicator_sql import judged_sql
from cpms_cli.scoring.compiler.score_columns import answer_columns
from cpms_cli.scoring.compiler.unasked_columns import UNASKED
from cpms_cli.scoring.scores import batch_columns
from cpms_cli.store.rows_as_read.current_rows import unasked_in_store
from cpms_cli.store.tables.store_tables import TABLES, identity_column
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import quoted

OUTSIDE = "outside_score"


def create_outside_scores(
    connection: duckdb.DuckDBPyConnection, survey: Survey, areas: tuple[str, str], round_: int
) -> None:
    """Create the temporary table `outside_score`: indicators' answers, and what was not asked, of every child of a
    round who is in the first of two areas ("" is everywhere) and not in the second, a part of it.

    Needs `whole_child` and `whole_household`, as `near_rows.read_near` makes them.
    """
    wider, area = areas
    village, year = survey.role("village").name, survey.role("round").name
    for table in TABLES:
        # No rule looks at an identifier: to look them up takes longer than to score the rows.
        identities = {identity_column(survey, of) for of in TABLES} & set(survey.columns(table))
        unknown = "".join(f", NULL::VARCHAR AS {name}" for name in sorted(identities))
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP VIEW outside_{table} AS
            SELECT *{unknown}
            FROM whole_{table}
            WHERE {year} = {quoted(str(round_))}
                AND starts_with({village}, {quoted(wider)})
                AND NOT starts_with({village}, {quoted(area)})
            """
        )
    unasked = unasked_in_store(connection, survey)
    batch = batch_columns(unasked)
    judged = judged_sql(survey, "outside_child", "outside_household", batch, batch, unasked)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {OUTSIDE} AS
        SELECT {answer_columns(survey)}, {UNASKED}
        FROM ({judged})
        """
    )
