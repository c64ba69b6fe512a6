"""What was done to a store, and what is needed to take a merge back; `undoing` does it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Literal

import duckdb
import pandas as pd
import pyarrow as pa

from cpms_cli.errors import UsageError
from cpms_cli.store.access.earlier_formats import OLDER
from cpms_cli.store.audit_log import Recorder, current_user, now
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.store.tables.dispute_tables import DISPUTE, about_no_row
from cpms_cli.store.tables.response_tables import RESPONSE, SURVEY, without_child
from cpms_cli.store.tables.store_tables import TABLES
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import quoted

_ANCHORS = """
    SELECT 'child' AS of_table, identifier FROM child_anchor
    UNION ALL
    SELECT 'household' AS of_table, identifier FROM household_anchor"""


BESIDE = (RESPONSE, DISPUTE)
"""The tables of rows that stand beside the survey's, each with batches of its own kind."""
Event = Literal[
    "undo", "review", "split", "join", "rebuild", "forget", "restore", "encrypt", "schema use", "schema undo"
]
"""What can be done to a store besides merging; its name for people is the message `event_`, with `_` for a blank."""


def note_event(
    connection: duckdb.DuckDBPyConnection, what: Event, batch: int | None = None, detail: str = "", who: str = ""
) -> None:
    """Write down what is done to the store; this log is never taken back, by an undo neither."""
    connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?)", [now(), who or current_user(), what, batch, detail])


def next_batch(connection: duckdb.DuckDBPyConnection) -> int:
    """A number that no batch has ever had here, undone ones included."""
    ever = "SELECT batch_id FROM batch UNION ALL SELECT batch_id FROM event"
    return _count(connection, f"SELECT coalesce(max(batch_id), 0) + 1 FROM ({ever})")


def add_batches(
    connection: duckdb.DuckDBPyConnection,
    batches: Mapping[str, Sequence[object]],
    recorder: Recorder,
    definition: str,
    kind: str,
) -> None:
    """Write down what was merged: `batches` has batch_id, file, sha256 and the counts of rows, a value per file."""
    count = len(batches["batch_id"])
    same = {
        "merge_id": recorder.merge_id,
        "merged_at": now(),
        "merged_by": recorder.who,
        "tool_version": recorder.tool_version,
        "definition": definition,
        "kind": kind,
    }
    connection.register("new_batch", pa.table({**batches, **{name: [same[name]] * count for name in same}}))
    connection.execute("INSERT INTO batch BY NAME FROM new_batch")
    connection.unregister("new_batch")


def keep_anchors(connection: duckdb.DuckDBPyConnection) -> None:
    """Remember which identifiers there are, for `note_new_anchors`."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE anchor_before AS {_ANCHORS}")


def note_new_anchors(connection: duckdb.DuckDBPyConnection, merge_id: int) -> None:
    """Store which identifiers this merge was the first to give."""
    connection.execute(f"""
        INSERT INTO anchor_added
        SELECT {int(merge_id)}, of_table, identifier
        FROM ({_ANCHORS})
        ANTI JOIN anchor_before USING (of_table, identifier)""")


def history(store: str | Path, *, schemas: Path | None = None) -> dict[str, pd.DataFrame]:
    """`batches`: who merged what, when, from which file, with which counts; `runs`: who scored, with which definition,
    up to which batch; `events`: all else that was done."""
    with open_store(Path(store), definition_in_use(store, schemas)) as connection:
        return {
            "batches": connection.execute("SELECT * EXCLUDE (merge_id) FROM batch ORDER BY batch_id").df(),
            "runs": connection.execute("SELECT * FROM score_run ORDER BY run").df(),
            "events": connection.execute("SELECT * FROM event ORDER BY done_at, batch_id").df(),
        }


def rounds_stored(store: str | Path, survey: Survey) -> list[int]:
    """Return the rounds of which a store has a household or a child, the earliest first."""
    round_ = survey.role("round").name
    with open_store(Path(store), survey) as connection:
        rows = connection.execute(
            f"""
            SELECT {round_}
            FROM current_household
            UNION
            SELECT {round_}
            FROM current_child
            ORDER BY ALL
            """
        ).fetchall()
    return [int(row[0]) for row in rows]


def audit_log(store: str | Path, *, schemas: Path | None = None) -> pd.DataFrame:
    """Each output that showed whom it is about, the oldest first: `shown_at` (UTC), `who` ran it, `what` command,
    how many `children`. Raises StoreError, UnreadableFile."""
    with open_store(Path(store), definition_in_use(store, schemas)) as connection:
        return connection.execute("SELECT shown_at, who, what, children FROM audit ORDER BY shown_at").df()


def merge_of(connection: duckdb.DuckDBPyConnection, batch: int) -> tuple[int, list[int]]:
    """The merge a batch came with, and all its batches. Raises UsageError where it cannot be undone."""
    row = connection.execute("SELECT merge_id FROM batch WHERE batch_id = ?", [batch]).fetchone()
    if row is None:
        raise UsageError("unknown_batch", batch=batch)
    if row[0] == OLDER:
        raise UsageError("undo_too_old", batch=batch)
    # Of the survey, all that came later rests on it; of responses and disputes, only what corrects one.
    later = connection.execute(
        """
        WITH corrected AS (
            SELECT batch_id, superseded_by
            FROM response
            UNION ALL
            SELECT batch_id, superseded_by
            FROM dispute
        )
        SELECT batch_id
        FROM batch
        WHERE merge_id > $1 AND kind = $2 AND EXISTS (FROM batch WHERE merge_id = $1 AND kind = $2)
        UNION
        SELECT c.superseded_by
        FROM corrected c
        JOIN batch b USING (batch_id)
        JOIN batch l ON l.batch_id = c.superseded_by
        WHERE b.merge_id = $1 AND l.merge_id > $1
        ORDER BY ALL DESC
        """,
        [row[0], SURVEY],
    ).fetchall()
    if later:
        # Later files were read in the light of this one: a family's blanks were filled from it, children recognised.
        raise UsageError("undo_later_first", batch=batch, later=", ".join(str(row[0]) for row in later))
    same = connection.execute("SELECT batch_id FROM batch WHERE merge_id = ? ORDER BY 1", [row[0]]).fetchall()
    return int(row[0]), [int(row[0]) for row in same]


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def restore_rows(connection: duckdb.DuckDBPyConnection, merge_id: int, batches: Sequence[int]) -> tuple[int, int]:
    """Take the rows of these batches out, bring back those they took the place of, and forget the identifiers that this
    merge gave; how many rows went and came."""
    batch_list, removed, restored = ", ".join(map(str, batches)), 0, 0
    theirs, replaced = (
        f"batch_id IN ({batch_list})",
        f"superseded_by IN ({batch_list}) AND batch_id NOT IN ({batch_list})",
    )
    for rows in (*(f"{table}_observation" for table in TABLES), *BESIDE):
        removed += _count(connection, f"SELECT count(*) FROM {rows} WHERE {theirs}")
        restored += _count(connection, f"SELECT count(*) FROM {rows} WHERE {replaced}")
        connection.execute(f"DELETE FROM {rows} WHERE {theirs}")
        connection.execute(f"UPDATE {rows} SET superseded_by = NULL WHERE superseded_by IN ({batch_list})")
    for table in TABLES:
        connection.execute(f"""
            DELETE FROM {table}_anchor
            WHERE identifier IN (
                SELECT identifier
                FROM anchor_added
                WHERE merge_id = {merge_id} AND of_table = {quoted(table)}
            )""")
    connection.execute("DELETE FROM anchor_added WHERE merge_id = ?", [merge_id])
    connection.execute("DELETE FROM batch WHERE merge_id = ?", [merge_id])
    return removed, restored


def of_survey(connection: duckdb.DuckDBPyConnection, merge_id: int) -> bool:
    """Whether rows of the survey came with this merge."""
    return _count(connection, f"SELECT count(*) FROM batch WHERE merge_id = {merge_id} AND kind = {quoted(SURVEY)}") > 0


def check_responses_stay(connection: duckdb.DuckDBPyConnection, survey: Survey, batch: int) -> None:
    """Raise UsageError where responses are recorded for children whom an undo is about to make unknown."""
    lost = connection.execute(f"SELECT DISTINCT * FROM ({without_child(survey)}) ORDER BY ALL").fetchall()
    if lost:
        raise UsageError("undo_has_responses", batch=batch, ids=", ".join(str(row[0]) for row in lost))


def disputes_of_no_row(connection: duckdb.DuckDBPyConnection, survey: Survey) -> set[str]:
    """Return the identifiers of disputes about an answer in a row that the store does not have."""
    return {str(row[0]) for row in connection.execute(about_no_row(survey)).fetchall()}


def check_disputes_stay(
    connection: duckdb.DuckDBPyConnection, survey: Survey, batch: int, before: Collection[str]
) -> None:
    """Raise UsageError where answers are disputed that an undo is about to take out; `before`: of no row before it."""
    lost = sorted(disputes_of_no_row(connection, survey) - set(before))
    if lost:
        raise UsageError("undo_has_disputes", batch=batch, ids=", ".join(lost))


def withdrawals(connection: duckdb.DuckDBPyConnection, survey: Survey, batches: Sequence[int]) -> int:
    """How many earlier rows are of families who withdrew their consent in these batches."""
    refused = ", ".join(quoted(answer) for answer in survey.no_consent)
    batch_list, key = ", ".join(map(str, batches)), ", ".join(survey.key("household"))
    return _count(
        connection,
        f"""
        SELECT count(*)
        FROM household_observation o
        JOIN household_observation n USING ({key})
        WHERE n.batch_id IN ({batch_list})
            AND n.{survey.role("consent").name} IN ({refused})
            AND o.superseded_by IN ({batch_list})""",
    )
