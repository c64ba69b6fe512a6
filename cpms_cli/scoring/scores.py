"""Scores of every child in every round: 22 indicators, level, highest possible level, and the reasons."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.scoring.indicators import score_sql
from cpms_cli.store.file import open_store
from cpms_cli.survey.definition import Survey
from cpms_cli.survey.loading import load_survey
from cpms_cli.survey.relations import typed_record

SCORE = "score"


def carried_columns(survey: Survey) -> tuple[str, ...]:
    """What a score row says of the child besides its scores: its key, identifiers, and what summaries group by."""
    roles = ("person", "home", "sex")
    names = [survey.role(role).name for role in roles]  # type: ignore[arg-type]
    return (*survey.key("child"), *names, "age_min", "age_max")


def create_scores(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create the temporary table `score`, one row per current child row of the store."""
    record = typed_record(survey, "current_child", "current_household")
    query = score_sql(survey, record, carried_columns(survey))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {SCORE} AS {query}")


def score(store: str | Path, *, schemas: Path | None = None) -> pd.DataFrame:
    """All scores of a store, a row per child and round, ordered by the row's key.

    Columns as `indicators.score_sql` says. Nothing in it names a child. Raises StoreError, UnreadableFile.
    """
    survey = load_survey(schemas)
    with open_store(Path(store), survey) as connection:
        create_scores(connection, survey)
        return connection.execute(f"SELECT * FROM {SCORE} ORDER BY {', '.join(survey.key('child'))}").df()


def score_tables(households: pd.DataFrame, children: pd.DataFrame, *, schemas: Path | None = None) -> pd.DataFrame:
    """Scores of two frames of canonical text (one row per key), without a store; ordered as `children`."""
    survey = load_survey(schemas)
    connection = duckdb.connect(":memory:", config={"enable_external_access": "false"})
    try:
        numbered = children.assign(_position=range(len(children)))
        for name, frame in (("arrived_child", numbered), ("arrived_household", households)):
            connection.register(name, frame.astype("str") if len(frame) else frame.astype("object"))
        for table in ("child", "household"):
            columns = survey.columns("child" if table == "child" else "household")
            extra = (", _position",) if table == "child" else ("",)
            texts = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in columns)
            connection.execute(f"CREATE TABLE given_{table} AS SELECT {texts}{extra[0]} FROM arrived_{table}")
        record = typed_record(survey, "given_child", "given_household", ("_position",))
        query = score_sql(survey, record, (*carried_columns(survey), "_position"))
        found = connection.execute(f"SELECT * FROM ({query}) ORDER BY _position::BIGINT").df()
        return found.drop(columns="_position")
    finally:
        connection.close()
