"""What families say is wrong: it stays beside the answer, and never takes its place.

- `dispute`: one row for each version of what somebody says of one answer: the child's `identifier` then and the row
  (`row_key`) in which the answer stands, the question (`field`) and the `answer` that is disputed, who says so, when
  and why; and, once it is settled, by whom, when and how. `superseded_by` is the batch whose row took its place.

To whom an identifier leads is asked each time, as of responses. Where that child has no row in the round any more, as
after a split, the dispute stays with the row.
"""

from __future__ import annotations

from cpms_cli.store.tables.anchors import identifiers_now
from cpms_cli.store.tables.link_tables import row_reference
from cpms_cli.store.tables.row_tables import row_columns
from cpms_cli.survey.model.definition import Survey

DISPUTE = "dispute"
DISPUTE_COLUMNS = (
    *("identifier", "row_key", "round", "field", "answer", "disputed_on", "disputed_by", "reason"),
    *("closed_on", "closed_by", "outcome"),
)
DISPUTE_KEY = ("identifier", "row_key", "field", "disputed_on", "disputed_by")
"""What a corrected version has in common with the one whose place it takes."""


def dispute_table() -> str:
    """Return the statement that makes the table."""
    return f"CREATE TABLE {DISPUTE} ({row_columns(DISPUTE_COLUMNS)});"


def disputes_now(survey: Survey) -> str:
    """Return a SELECT of the current disputes, with `person` and `of_row`, the child and the row that each is about now
    (NULL where the store has no such row), `recorded_at` (UTC), `recorded_by` and `batch_id`."""
    person, round_ = survey.role("person").name, survey.role("round").name
    columns = ", ".join(f"d.{name}" for name in DISPUTE_COLUMNS)
    linked = f"(SELECT *, {row_reference(survey, 'child', 'c')} AS reference FROM child_link c)"
    return f"""
        SELECT {columns}, coalesce(own.{person}, placed.{person}) AS person,
            coalesce(own.reference, placed.reference) AS of_row,
            b.merged_at AS recorded_at, b.merged_by AS recorded_by, d.batch_id
        FROM {DISPUTE} d
        JOIN batch b USING (batch_id)
        LEFT JOIN ({identifiers_now(survey)}) i ON i.identifier = d.identifier
        LEFT JOIN {linked} own ON own.{person} = i.person AND own.{round_} = d.round
        LEFT JOIN {linked} placed ON placed.reference = d.row_key
        WHERE d.superseded_by IS NULL"""


def about_no_row(survey: Survey) -> str:
    """Return a SELECT of the identifiers of disputes about an answer in a row that the store does not have now."""
    return f"SELECT identifier FROM ({disputes_now(survey)}) WHERE of_row IS NULL"
