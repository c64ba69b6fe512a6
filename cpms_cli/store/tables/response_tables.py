"""What the store keeps of responses: what was done for which child, when and by whom.

- `response`: one row for each version of a response, every cell as canonical text, under the identifier for which it
  was recorded; `superseded_by` is the batch whose row took its place;
- `batch.kind`: whether a batch holds rows of the survey or responses; who recorded them and when stands there.

To whom an identifier leads is asked each time: after a join, responses of both are the joined child's; after a split
they stay with the child whose identifier it is.
"""

from __future__ import annotations

import duckdb

from cpms_cli.store.tables.anchors import identifiers_now
from cpms_cli.store.tables.area_asked import area_read
from cpms_cli.store.tables.row_tables import row_columns
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import quoted, typed

SURVEY, RESPONSE = "survey", "response"


def response_tables(survey: Survey) -> str:
    """Return the statements that make the table of responses, and call every batch so far one of the survey."""
    return f"""
        ALTER TABLE batch ADD COLUMN kind VARCHAR DEFAULT {quoted(SURVEY)};
        CREATE TABLE response ({row_columns(field.name for field in survey.response.fields)});"""


def create_known_children(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create the temporary table `known_child`: `identifier`, `person` (the identifier now shown for that child) and
    `first_interview`, NULL where no date of an interview is known.

    Where only the rows of an area are read, it has the identifiers for which a response was recorded, and no interview
    of a child of another area.
    """
    person, home = survey.role("person").name, ", ".join(survey.key("household"))
    visited = typed(survey, survey.role("visited"), "h")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE known_child AS
        WITH seen AS (
            SELECT l.{person} AS person, min({visited}) AS first_interview
            FROM child_link l
            LEFT JOIN current_household h USING ({home})
            GROUP BY 1
        )
        SELECT i.identifier, i.person, first_interview
        FROM ({_identifiers(connection, survey)}) i
        LEFT JOIN seen USING (person)""")


def _identifiers(connection: duckdb.DuckDBPyConnection, survey: Survey) -> str:
    """Return a SELECT of the identifiers that are known, and the children that they lead to."""
    if area_read(connection) is None:
        return identifiers_now(survey)
    recorded = f"SELECT {survey.response_role('person').name} AS identifier FROM {RESPONSE}"
    if connection.execute(f"{recorded} LIMIT 1").fetchone() is None:
        return "SELECT NULL::VARCHAR AS identifier, NULL::VARCHAR AS person LIMIT 0"
    return f"SELECT * FROM ({identifiers_now(survey)}) SEMI JOIN ({recorded}) USING (identifier)"


def responses_now(survey: Survey) -> str:
    """SELECT of the current responses, typed, with `of_person`, `recorded_at` (UTC), `recorded_by` and `batch_id`.

    Needs `known_child`; a response whose identifier leads to nobody now has no `of_person`.
    """
    own = ", ".join(f"{typed(survey, field, 'r')} AS {field.name}" for field in survey.response.fields)
    return f"""
        SELECT {own}, k.person AS of_person, b.merged_at AS recorded_at, b.merged_by AS recorded_by, r.batch_id
        FROM current_response r
        JOIN batch b USING (batch_id)
        LEFT JOIN known_child k ON k.identifier = r.{survey.response_role("person").name}"""


def without_child(survey: Survey) -> str:
    """SELECT of identifiers of responses that no child of the store ever had."""
    response_person, person = survey.response_role("person").name, survey.role("person").name
    return f"""
        SELECT {response_person}
        FROM response
        WHERE {response_person} NOT IN (
            SELECT {person} FROM child_link
            UNION
            SELECT identifier FROM child_anchor
            UNION
            SELECT {person} FROM child_observation WHERE {person} IS NOT NULL
        )"""
