"""Where an identifier belongs now: with the child it was given to, also where a corrected file moved that child's row.

A row is found by its key, and a file that was sorted anew puts another child under the same key. So an anchor is held
against what its row said when the identifier was given; if the row now says something else, it follows to that row of
the same home and round which says it. Where nobody there does, the identifier stays with nobody.
"""

from __future__ import annotations

import duckdb

from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.survey.model.definition import Role, Survey

_TELLING: tuple[Role, ...] = ("given_name", "sex", "born", "mother")
# So many of the telling details may have been corrected since; more is another child.
MAY_DIFFER = 1
# In the row's own place, if nobody else's identifier belongs there: a name and a date put right together.
MAY_DIFFER_IN_PLACE = 2


def changed_details(survey: Survey, stored: str, other: str) -> str:
    """SQL for how many of the details that tell children apart differ between two versions of rows."""
    names = survey.names_of(*_TELLING)
    return " + ".join(f"({stored}.{name} IS DISTINCT FROM {other}.{name})::INTEGER" for name in names)


def corrected_anchors(survey: Survey) -> str:
    """Return a SELECT of the anchors whose row says something else since: another file has corrected it."""
    return f"""
        SELECT a.*
        FROM child_anchor a
        JOIN child_observation o ON a.row_key = {row_reference(survey, "child", "o")}
        WHERE o.superseded_by IS NULL AND o.batch_id <> a.batch_id"""


def anchors_now(survey: Survey) -> str:
    """Return a SELECT of identifier and row_key, the current row with which each child's identifier stands now.

    Where there are no `corrected_anchors`, these are the anchors as they are.
    """
    same_home = " AND ".join(f"n.{name} = t.{name}" for name in survey.key("household"))
    differ = changed_details(survey, "n", "t")
    return f"""
        WITH every_row AS (SELECT {row_reference(survey, "child", "o")} AS row_key, o.* FROM child_observation o),
        now AS (SELECT * FROM every_row WHERE superseded_by IS NULL),
        corrected AS ({corrected_anchors(survey)}),
        t AS (
            SELECT c.identifier, e.*
            FROM corrected c
            JOIN every_row e ON e.row_key = c.row_key AND e.batch_id = c.batch_id
        ),
        near AS (
            SELECT t.identifier, n.row_key, {differ} AS _differ, n.row_key <> t.row_key AS _elsewhere
            FROM t
            JOIN now n ON {same_home}
            WHERE _differ <= IF(_elsewhere, {MAY_DIFFER}, {MAY_DIFFER_IN_PLACE})
        ),
        best AS (
            SELECT *
            FROM near
            QUALIFY row_number() OVER (PARTITION BY identifier ORDER BY _differ, _elsewhere, row_key) = 1
        ),
        followed AS (
            SELECT *
            FROM best
            QUALIFY row_number() OVER (PARTITION BY row_key ORDER BY _differ, identifier) = 1
        )
        SELECT identifier, row_key FROM followed
        UNION ALL
        SELECT identifier, row_key FROM child_anchor ANTI JOIN t USING (identifier)"""


def note_standing_anchors(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create `standing_anchor`, the rows of `anchors_now`: where no file corrected any row, the anchors as they are."""
    corrected = connection.execute(corrected_anchors(survey)).fetchone() is not None
    anchors = anchors_now(survey) if corrected else "SELECT identifier, row_key FROM child_anchor"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE standing_anchor AS {anchors}")


def identifiers_now(survey: Survey) -> str:
    """Return a SELECT of `identifier` and `person`: to whom each identifier leads now that was ever given to a child,
    or that a form carried for one; `person` is the identifier shown for that child. One row per identifier.
    """
    person, key = survey.role("person").name, ", ".join(survey.key("child"))
    return f"""
        WITH leads AS (
            SELECT {person} AS identifier, {person} AS person, 0 AS trust FROM child_link
            UNION ALL
            SELECT a.identifier, l.{person}, 1
            FROM ({anchors_now(survey)}) a
            JOIN child_link l ON a.row_key = {row_reference(survey, "child", "l")}
            UNION ALL
            SELECT o.{person}, l.{person}, 2
            FROM child_observation o
            JOIN child_link l USING ({key})
            WHERE o.{person} IS NOT NULL
        )
        SELECT identifier, person
        FROM leads
        QUALIFY row_number() OVER (PARTITION BY identifier ORDER BY trust, person) = 1"""
