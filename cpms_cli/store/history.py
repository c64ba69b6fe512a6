"""What was done to a store, and the way back: every merge can be undone, exactly, as long as none came after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.errors import UsageError
from cpms_cli.store.audit import current_user, now
from cpms_cli.store.connection import commit
from cpms_cli.store.file import TABLES, identity_column, open_store
from cpms_cli.store.migration import OLDER
from cpms_cli.survey.definition import Survey
from cpms_cli.survey.loading import load_survey
from cpms_cli.survey.relations import quoted


@dataclass(frozen=True)
class Undone:
    """`batches` that are gone, how many rows went with them and how many came back in their place.

    `withdrawn` counts rows of families who withdrew their consent in one of these batches: what they had said before
    was blanked then, and stays so.
    """

    batches: tuple[int, ...]
    removed: int
    restored: int
    withdrawn: int


def note_event(
    connection: duckdb.DuckDBPyConnection, what: str, batch: int | None = None, detail: str = "", who: str = ""
) -> None:
    """Write down what is done to the store; this log is never taken back, by an undo neither."""
    connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?)", [now(), who or current_user(), what, batch, detail])


def next_batch(connection: duckdb.DuckDBPyConnection) -> int:
    """A number that no batch has ever had here, undone ones included."""
    ever = "SELECT batch_id FROM batch UNION ALL SELECT batch_id FROM event"
    return _count(connection, f"SELECT coalesce(max(batch_id), 0) + 1 FROM ({ever})")


def keep_links(connection: duckdb.DuckDBPyConnection) -> None:
    """Remember the links as they are, for `note_link_changes`."""
    for table in TABLES:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table}_link_was AS SELECT * FROM {table}_link")


def note_link_changes(connection: duckdb.DuckDBPyConnection, survey: Survey, merge_id: int) -> None:
    """Store what this merge changed in the links, as it was before; no identifier where there was no link."""
    for table in TABLES:
        key, identity = ", ".join(survey.key(table)), identity_column(survey, table)
        connection.execute(
            f"INSERT INTO {table}_link_before BY NAME"
            f" SELECT {merge_id} AS merge_id, {key}, was.{identity}, was.how"
            f" FROM {table}_link_was was FULL JOIN {table}_link l USING ({key})"
            f" WHERE (was.{identity}, was.how) IS DISTINCT FROM (l.{identity}, l.how)"
        )


def history(store: str | Path, *, schemas: Path | None = None) -> dict[str, pd.DataFrame]:
    """`batches`: who merged what, when, from which file, with which counts; `events`: all else that was done."""
    with open_store(Path(store), load_survey(schemas)) as connection:
        return {
            "batches": connection.execute("SELECT * EXCLUDE (merge_id) FROM batch ORDER BY batch_id").df(),
            "events": connection.execute("SELECT * FROM event ORDER BY done_at, batch_id").df(),
        }


def _merge_of(connection: duckdb.DuckDBPyConnection, batch: int) -> tuple[int, list[int]]:
    """The merge a batch came with, and all its batches. Raises UsageError where it cannot be undone."""
    found = connection.execute("SELECT merge_id FROM batch WHERE batch_id = ?", [batch]).fetchone()
    if found is None:
        raise UsageError("unknown_batch", batch=batch)
    if found[0] == OLDER:
        raise UsageError("undo_too_old", batch=batch)
    later = connection.execute("SELECT batch_id FROM batch WHERE merge_id > ? ORDER BY ALL DESC", [found[0]]).fetchall()
    if later:
        # Later files were read in the light of this one: a family's blanks were filled from it, children recognised.
        raise UsageError("undo_later_first", batch=batch, later=", ".join(str(row[0]) for row in later))
    same = connection.execute("SELECT batch_id FROM batch WHERE merge_id = ? ORDER BY 1", [found[0]]).fetchall()
    return int(found[0]), [int(row[0]) for row in same]


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0


def _restore_rows(connection: duckdb.DuckDBPyConnection, batches: Sequence[int]) -> tuple[int, int]:
    told, removed, restored = ", ".join(map(str, batches)), 0, 0
    for table in TABLES:
        theirs, replaced = f"batch_id IN ({told})", f"superseded_by IN ({told}) AND batch_id NOT IN ({told})"
        removed += _count(connection, f"SELECT count(*) FROM {table}_observation WHERE {theirs}")
        restored += _count(connection, f"SELECT count(*) FROM {table}_observation WHERE {replaced}")
        connection.execute(f"DELETE FROM {table}_observation WHERE {theirs}")
        connection.execute(f"UPDATE {table}_observation SET superseded_by = NULL WHERE superseded_by IN ({told})")
    return removed, restored


def _restore_links(connection: duckdb.DuckDBPyConnection, survey: Survey, merge_id: int) -> None:
    for table in TABLES:
        key, identity = ", ".join(survey.key(table)), identity_column(survey, table)
        before = f"(SELECT * FROM {table}_link_before WHERE merge_id = {merge_id})"
        connection.execute(f"DELETE FROM {table}_link WHERE ({key}) IN (SELECT ({key}) FROM {before})")
        connection.execute(
            f"INSERT INTO {table}_link BY NAME SELECT {key}, {identity}, how FROM {before} WHERE {identity} IS NOT NULL"
        )
        connection.execute(f"DELETE FROM {table}_link_before WHERE merge_id = {merge_id}")


def _withdrawals(connection: duckdb.DuckDBPyConnection, survey: Survey, batches: Sequence[int]) -> int:
    refused = ", ".join(quoted(answer) for answer in survey.no_consent)
    told, key = ", ".join(map(str, batches)), ", ".join(survey.key("household"))
    return _count(
        connection,
        f"SELECT count(*) FROM household_observation o JOIN household_observation n USING ({key})"
        f" WHERE n.batch_id IN ({told}) AND n.{survey.role('consent').name} IN ({refused})"
        f" AND o.superseded_by IN ({told})",
    )


def undo(store: str | Path, batch: int, *, schemas: Path | None = None, who: str | None = None) -> Undone:
    """Bring back the state before a batch, with all that was merged in the same command; in one transaction.

    Raises UsageError for a batch that is not there, or after which others came; StoreError.
    """
    survey = load_survey(schemas)
    with open_store(Path(store), survey, write=True) as connection:
        connection.execute("BEGIN")
        merge_id, batches = _merge_of(connection, batch)
        withdrawn = _withdrawals(connection, survey, batches)
        removed, restored = _restore_rows(connection, batches)
        _restore_links(connection, survey, merge_id)
        connection.execute("DELETE FROM batch WHERE merge_id = ?", [merge_id])
        for one in batches:
            note_event(connection, "undo", one, who=who or "")
        commit(connection)
        return Undone(tuple(batches), removed, restored, withdrawn)
