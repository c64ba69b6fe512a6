"""Questions that nobody of a village answered in a whole round: they are said once, and not for every child."""

from __future__ import annotations

import duckdb
import pandas as pd

from cpms_cli.survey.model.definition import Survey, Table

_LEAST_HOMES = 2  # of one home alone, nobody can say that the round did not ask


def questions_not_asked(connection: duckdb.DuckDBPyConnection, survey: Survey, questions: pd.DataFrame) -> pd.Series:
    """Return which rows of `questions` are about a question without one answer in its village's round.

    `questions`: the household's key and `field`. "Refused" and "not known" are answers: somebody asked.
    """
    home = survey.key("household")
    place = list(home[:2])
    answered = {table: _answered(connection, survey, questions, table) for table in ("child", "household")}
    homes = connection.execute(f"SELECT {', '.join(place)}, count(*) AS homes FROM current_household GROUP BY ALL").df()
    silent = pd.concat([frame[frame["answers"] == 0] for frame in answered.values() if len(frame)] or [_nothing(place)])
    silent = silent.merge(homes[homes["homes"] >= _LEAST_HOMES], on=place)
    keys = pd.MultiIndex.from_frame(questions[[*place, "field"]].astype("str"))
    nobody = pd.MultiIndex.from_frame(silent[[*place, "field"]].astype("str"))
    return pd.Series(keys.isin(nobody), index=questions.index)


def _nothing(place: list[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str") for name in (*place, "field")})


def _answered(
    connection: duckdb.DuckDBPyConnection, survey: Survey, questions: pd.DataFrame, table: Table
) -> pd.DataFrame:
    """How many `answers` each question of a table has in each round of a village."""
    own = set(survey.columns(table)) - set(survey.key(table))
    asked = [name for name in questions["field"].dropna().unique() if name in own]
    if not asked:
        return pd.DataFrame()
    place = list(survey.key("household")[:2])
    counted = connection.execute(
        f"""
        SELECT {", ".join(place)}, {", ".join(f"count({name}) AS {name}" for name in asked)}
        FROM current_{table}
        GROUP BY ALL
        """
    ).df()
    return counted.melt(id_vars=place, var_name="field", value_name="answers")
