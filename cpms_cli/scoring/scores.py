"""Scores of every child in every round: every indicator, level, highest possible level, and the reasons."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.scoring.compiler.indicator_sql import household_sql, judged_sql, with_household_levels
from cpms_cli.scoring.compiler.score_columns import explained_columns, plain_columns
from cpms_cli.scoring.compiler.unasked_columns import UNASKED
from cpms_cli.scoring.engines import Engine
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.store.rows_as_read.current_rows import BATCH, unasked_in_store
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.rules.typed_answers import Unasked
from cpms_cli.survey.rules.workbench import open_workbench

JUDGED, SCORE, EXPLAINED, HOUSEHOLD_SCORE = "judged", "score", "explained", "household_score"
_POSITION = "_position"


def carried_columns(survey: Survey) -> tuple[str, ...]:
    """What a score row says of the child besides its scores: its key, identifiers, and what summaries group by."""
    roles = ("person", "home", "sex")
    names = [survey.role(role).name for role in roles]  # type: ignore[arg-type]
    return (*survey.key("child"), *names, "age_min", "age_max")


def create_scores(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create the temporary views `score`, one row per current child row of the store, and `household_score`."""
    judge(connection, survey, "current_child", "current_household", unasked=unasked_in_store(connection, survey))


def batch_columns(unasked: Unasked | None) -> tuple[str, ...]:
    """Return the columns of the store's own that must come along, for what was not asked to be known by them."""
    return (BATCH,) if any(BATCH in condition for _, condition in unasked or ()) else ()


def judge(  # noqa: PLR0913 - what is scored, and what comes along
    connection: Engine,
    survey: Survey,
    child: str,
    household: str,
    along: tuple[str, ...] = (),
    unasked: Unasked | None = None,
) -> None:
    """Create the views for two relations of canonical text that hold one row per key; `along` columns come along.

    `unasked`: what rows were not asked, as `score_sql` says; `score` has it as the column `unasked` beside the answers.

    Rules are worked out once, into the temporary table `judged`; `score` is a view of it in the columns of
    `indicators.explained_sql`, without reasons and answers: only to plan those takes longer than to count a province
    (see `create_explained`). What `household_score` says, as `indicators.household_sql`, is worked out when it is asked
    for: few ask.
    """
    carried = tuple(dict.fromkeys((*carried_columns(survey), *along)))
    further = (*along, *batch_columns(unasked))
    query = judged_sql(survey, child, household, (*carried, *batch_columns(unasked)), further, unasked)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {JUDGED} AS {query}")
    columns = f"{plain_columns(survey, carried)}, {UNASKED}"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {SCORE} AS SELECT {columns} FROM {JUDGED}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {HOUSEHOLD_SCORE} AS {household_sql(survey, JUDGED)}")


def create_explained(connection: Engine, survey: Survey, rows: str = "TRUE", along: tuple[str, ...] = ()) -> None:
    """Create the temporary table `explained`: rows of `score` with their reasons and answers; `judge` must have run.

    `rows` is a condition on the columns of `score`: to explain a row costs many times what it costs to judge it, so
    that a caller asks for what it shows. Columns as `indicators.explained_sql` says.
    """
    carried = tuple(dict.fromkeys((*carried_columns(survey), *along)))
    key = ", ".join(survey.key("child"))
    wanted = JUDGED if rows == "TRUE" else f"{JUDGED} SEMI JOIN (SELECT {key} FROM {SCORE} WHERE {rows}) USING ({key})"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {EXPLAINED} AS SELECT {explained_columns(survey, carried)} FROM {wanted}"
    )


def score(store: str | Path, *, schemas: Path | None = None) -> pd.DataFrame:
    """All scores of a store, a row per child and round, ordered by the row's key.

    Columns as `indicators.score_sql` says. Nothing in it names a child. Raises StoreError, UnreadableFile.
    """
    survey = definition_in_use(store, schemas)
    with open_store(Path(store), survey) as connection:
        create_scores(connection, survey)
        return scores_of(connection, survey)


def scores_of(connection: duckdb.DuckDBPyConnection, survey: Survey) -> pd.DataFrame:
    """Return the columns that `indicators.score_sql` says, ordered by the key of a row; `judge` must have run."""
    create_explained(connection, survey)
    scores = with_household_levels(survey, EXPLAINED, HOUSEHOLD_SCORE, carried_columns(survey))
    return connection.execute(f"{scores} ORDER BY {', '.join(survey.key('child'))}").df()


def score_tables(households: pd.DataFrame, children: pd.DataFrame, *, schemas: Path | None = None) -> pd.DataFrame:
    """Scores of two frames of canonical text (one row per key), without a store; ordered as `children`.

    A question that has no column was not answered. Raises UsageError where a column is none of the survey's, or one of
    the key is not there: a misspelt name must not turn answers into unknowns.
    """
    survey = load_survey(schemas)
    connection = open_workbench(len(children))
    try:
        connection.register("given_child", _canonical(survey, children, "child"))
        connection.register("given_household", _canonical(survey, households, "household"))
        judge(connection, survey, "given_child", "given_household", (_POSITION,))
        create_explained(connection, survey, along=(_POSITION,))
        scores = with_household_levels(survey, EXPLAINED, HOUSEHOLD_SCORE, carried_columns(survey))
        return connection.execute(f"SELECT * EXCLUDE {_POSITION} FROM ({scores}) ORDER BY {_POSITION}").df()
    finally:
        connection.close()


def _canonical(survey: Survey, frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    columns = list(survey.columns(table))
    strange = [str(name) for name in frame if name not in columns]
    lacking = [name for name in survey.key(table) if name not in frame]
    if strange or lacking:
        raise UsageError("columns_of_table", table=table, strange=", ".join(strange), lacking=", ".join(lacking))
    return frame.reindex(columns=columns).astype("str").assign(**{_POSITION: range(len(frame))})
