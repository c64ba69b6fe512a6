"""The rows of the store as evidence, by their numbers."""

from __future__ import annotations

from functools import cache

import duckdb
import pandas as pd

from cpms_cli.linking.kept.link_rows import numbers
from cpms_cli.linking.store_rows import as_evidence, child_evidence, evidence_columns, home_columns
from cpms_cli.store.tables.link_tables import key_in_reference
from cpms_cli.survey.identifiers import has_cpms_check_letter
from cpms_cli.survey.model.definition import Survey


def evidence_of_rows(connection: duckdb.DuckDBPyConnection, survey: Survey, ids: pd.Series) -> pd.DataFrame:
    """Return rows of `link_row`, by number, in the order of their keys.

    Columns: those of `evidence.COLUMNS`, `row_id`, `row_key`, and `carried` (a CPMS ID whose check letter holds). How
    many live in a home is right where all rows of the home are asked for.
    """
    connection.register("asked_row", numbers(ids))
    rows = as_evidence(connection.execute(_asked_rows(survey)).df(), survey.linking)
    connection.unregister("asked_row")
    carried = rows["carried"].astype("str")
    return rows.assign(carried=carried.where(has_cpms_check_letter(carried)), row_key=rows["row_key"].astype("str"))


def with_anchors(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with `anchored`, the identifier that was given to each."""
    connection.register("asked_row", rows[["row_id"]])
    anchors = connection.execute("""
        SELECT row_key, min(identifier) AS anchored
        FROM standing_anchor
        WHERE row_key IN (SELECT row_key FROM link_row SEMI JOIN asked_row USING (row_id))
        GROUP BY row_key""").df()
    connection.unregister("asked_row")
    by_row = anchors.set_index("row_key")["anchored"].astype("str")
    return rows.assign(anchored=rows["row_key"].map(by_row).astype("str"))


def evidence_of_homes(connection: duckdb.DuckDBPyConnection, survey: Survey, ids: pd.Series) -> pd.DataFrame:
    """Return rows as `evidence_of_rows` does, with all who live with them; numbers that several children have say
    nothing."""
    connection.register("asked_row", numbers(ids))
    homes = connection.execute("""
        SELECT row_id, shared
        FROM link_row
        WHERE home IN (SELECT home FROM link_row SEMI JOIN asked_row USING (row_id))""").df()
    connection.unregister("asked_row")
    rows = evidence_of_rows(connection, survey, homes["row_id"])
    return rows.assign(number=rows["number"].mask(rows["row_id"].isin(homes.loc[homes["shared"], "row_id"])))


@cache
def _asked_rows(survey: Survey) -> str:
    """Return a SELECT of the rows `asked_row`."""
    person, key = survey.role("person").name, ", ".join(survey.key("child"))
    home, of_home = ", ".join(survey.key("household")), ", ".join(home_columns(survey))
    # Of a left join the engine puts the right side into a table of its own: that of all homes would be large.
    homes = f"""(
            SELECT {home}, {of_home}
            FROM household_observation
            SEMI JOIN asked USING ({home})
            WHERE superseded_by IS NULL
        )"""
    answers = ", ".join(f"o.{name}" for name in (*evidence_columns(survey), person))
    return f"""
        WITH sought AS MATERIALIZED (
            SELECT row_id, row_key, {key_in_reference(survey, "child", "row_key")}
            FROM link_row
            SEMI JOIN asked_row USING (row_id)
        ),
        asked AS MATERIALIZED (
            SELECT {answers}, s.row_key, s.row_id
            FROM child_observation o
            JOIN sought s USING ({key})
            WHERE o.superseded_by IS NULL
        ),
        evidence AS ({child_evidence(survey, "asked", homes)})
        SELECT e.*, o.{person} AS carried, o.row_key, o.row_id
        FROM evidence e
        JOIN asked o USING ({key})
        ORDER BY {", ".join(f"e.{name}" for name in survey.key("child"))}"""
