"""Questions that nobody of a village answered in a whole round: they are said once, and not for every child."""

from __future__ import annotations

import duckdb
import pandas as pd

from cpms_cli.store.tables.store_tables import TABLES
from cpms_cli.survey.area_widths import SUBDISTRICT
from cpms_cli.survey.model.definition import Survey, Table

_LEAST_HOMES = 2  # of one home alone, nobody can say that the round did not ask


def questions_not_asked(connection: duckdb.DuckDBPyConnection, survey: Survey, questions: pd.DataFrame) -> pd.Series:
    """Return which rows of `questions` are about a question without one answer in its village's round, or in that of
    the whole subdistrict.

    `questions`: the household's key and `field`. "Refused" and "not known" are answers: somebody asked.
    """
    home = survey.key("household")
    round_, village = home[:2]
    # A list of children alone leaves no household's row: its homes are those of the children.
    homes = connection.execute(
        f"""
        SELECT {round_}, {village}, count(*) AS homes
        FROM (
            SELECT {", ".join(home)} FROM current_household
            UNION
            SELECT {", ".join(home)} FROM current_child
        )
        GROUP BY ALL
        """
    ).df()
    answered = [_answered(connection, survey, questions, homes, table) for table in TABLES]
    counts = pd.concat([frame for frame in answered if len(frame)] or [_nothing([round_, village])])
    nobody = pd.Series(False, index=questions.index)
    for digits in (None, SUBDISTRICT):
        areas = (frame.assign(**{village: frame[village].str[:digits]}) for frame in (counts, homes, questions))
        of_areas, homes_of_areas, asked = areas
        sums = of_areas.groupby([round_, village, "field"], as_index=False)["answers"].sum()
        enough = homes_of_areas.groupby([round_, village], as_index=False)["homes"].sum()
        silent = sums[sums["answers"] == 0].merge(enough[enough["homes"] >= _LEAST_HOMES], on=[round_, village])
        keys = pd.MultiIndex.from_frame(asked[[round_, village, "field"]].astype("str"))
        nobody |= keys.isin(pd.MultiIndex.from_frame(silent[[round_, village, "field"]].astype("str")))
    return nobody


def _nothing(place: list[str]) -> pd.DataFrame:
    counts = pd.Series(dtype="int64")
    return pd.DataFrame({name: pd.Series(dtype="str") for name in (*place, "field")}).assign(answers=counts)


def _answered(
    connection: duckdb.DuckDBPyConnection, survey: Survey, questions: pd.DataFrame, homes: pd.DataFrame, table: Table
) -> pd.DataFrame:
    """How many `answers` each question of a table has in each round of a village that has `homes`."""
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
    everywhere = homes[place].merge(counted, on=place, how="left").fillna(dict.fromkeys(asked, 0))
    return everywhere.melt(id_vars=place, var_name="field", value_name="answers")
