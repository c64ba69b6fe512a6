"""The rows of the store as evidence, by their numbers."""

from __future__ import annotations

from functools import cache

import duckdb
import pandas as pd

from cpms_cli.linking.store_rows import as_evidence, child_evidence
from cpms_cli.store.anchors import anchors_now, corrected_anchors
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.survey.identifiers import has_cpms_check_letter
from cpms_cli.survey.model.definition import Survey


def evidence_of_rows(connection: duckdb.DuckDBPyConnection, survey: Survey, ids: pd.Series) -> pd.DataFrame:
    """Return rows of `link_row`, by number, in the order of their keys.

    Columns: those of `evidence.COLUMNS`, `row_id`, `row_key`, `carried` (a CPMS ID whose check letter holds),
    `anchored` and `batch_id`. How many live in a home is right where all rows of the home are asked for.
    """
    connection.register("asked_row", pd.DataFrame({"row_id": ids}))
    moved = connection.execute(corrected_anchors(survey)).fetchone() is not None
    rows = as_evidence(connection.execute(_asked_rows(survey, moved)).df(), survey.linking)
    connection.unregister("asked_row")
    carried = rows["carried"].astype("str")
    return rows.assign(
        carried=carried.where(has_cpms_check_letter(carried)),
        anchored=rows["anchored"].astype("str"),
        row_key=rows["row_key"].astype("str"),
    )


def evidence_of_homes(connection: duckdb.DuckDBPyConnection, survey: Survey, ids: pd.Series) -> pd.DataFrame:
    """Return rows as `evidence_of_rows` does, with all who live with them; numbers that several children have say
    nothing."""
    connection.register("asked_row", pd.DataFrame({"row_id": ids}))
    homes = connection.execute("""
        SELECT row_id, shared
        FROM link_row
        WHERE home IN (SELECT home FROM link_row SEMI JOIN asked_row USING (row_id))""").df()
    connection.unregister("asked_row")
    rows = evidence_of_rows(connection, survey, homes["row_id"])
    return rows.assign(number=rows["number"].mask(rows["row_id"].isin(homes.loc[homes["shared"], "row_id"])))


@cache
def _asked_rows(survey: Survey, moved: bool) -> str:
    """Return a SELECT of the rows `asked_row`; `moved`: an identifier may belong to another row now than it was given
    to."""
    person, key = survey.role("person").name, ", ".join(survey.key("child"))
    reference = row_reference(survey, "child", "o")
    asked = f"""(
            SELECT o.*
            FROM child_observation o
            WHERE superseded_by IS NULL
                AND {reference} IN (SELECT row_key FROM link_row SEMI JOIN asked_row USING (row_id))
        )"""
    homes = "(SELECT * FROM household_observation WHERE superseded_by IS NULL)"
    anchors = f"({anchors_now(survey)})" if moved else "child_anchor"
    return f"""
        WITH evidence AS ({child_evidence(survey, asked, homes)}),
        anchor AS (SELECT row_key, min(identifier) AS anchored FROM {anchors} GROUP BY row_key)
        SELECT e.*, o.{person} AS carried, o.batch_id, l.row_key, l.row_id, anchor.anchored
        FROM evidence e
        JOIN {asked} o USING ({key})
        JOIN link_row l ON l.row_key = {reference}
        LEFT JOIN anchor ON anchor.row_key = l.row_key
        ORDER BY {", ".join(f"e.{name}" for name in survey.key("child"))}"""
