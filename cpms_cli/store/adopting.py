"""A store follows another definition from now on, or goes back to the one before; nothing that was answered is lost.

Columns are added for new questions; those that the definition no longer has stay. A question or an answer that goes by
another name keeps its answers under the new one. Each adoption stands in the store's history.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from cpms_cli.errors import DefinitionError, UsageError
from cpms_cli.store.access.connection import commit
from cpms_cli.store.definitions.adoption_plan import (
    AdoptionPlan,
    plan_adoption,
    questions_with_columns,
)
from cpms_cli.store.definitions.definition_in_use import check_is_followed, definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.store.history import Event, note_event
from cpms_cli.store.rows_as_read.column_lineage import stored_answers, table_of_rows
from cpms_cli.store.rows_as_read.current_rows import create_current_views
from cpms_cli.store.tables.adoption_tables import DIGEST, OBSERVED, Renaming, adoptions, record_adoption
from cpms_cli.store.tables.row_tables import rebuild_table, recoded
from cpms_cli.store.tables.run_tables import keep_definition, kept_definition, last_batch
from cpms_cli.survey.model.definition import Survey

ADOPTED: Event = "schema use"
TAKEN_BACK: Event = "schema undo"


def planned_adoption(store: str | Path, after: Survey, *, leave_answers: bool = False) -> AdoptionPlan:
    """Return what would change in a store that follows `after`; the store is only read. `leave_answers` is as for
    `adopt_definition`.

    Raises StoreError, UnreadableFile, DefinitionError.
    """
    before = definition_in_use(store)
    with open_store(Path(store), before) as connection:
        return plan_adoption(connection, before, after, leave_answers=leave_answers)


def adopt_definition(
    store: str | Path, after: Survey, *, who: str | None = None, leave_answers: bool = False
) -> AdoptionPlan:
    """Let a store follow this definition, in one transaction; return what changed. Nothing happens where it does.

    `leave_answers`: answers of rounds that did not ask, by this definition, stay in the store, and no result uses them;
    without it, the store cannot follow such a definition. Raises DefinitionError with the first thing that stands in
    the way; StoreError, UnreadableFile.
    """
    before = definition_in_use(store)
    with open_store(Path(store), before, write=True) as connection:
        check_is_followed(connection, before)
        plan = plan_adoption(connection, before, after, leave_answers=leave_answers)
        if plan.is_followed:
            return plan
        if plan.obstacles:
            raise DefinitionError(plan.obstacles[0].message_id, **plan.obstacles[0].values)
        connection.execute("BEGIN")
        _follow(connection, plan)
        note_event(connection, ADOPTED, detail=f"{before.digest[:DIGEST]} > {after.digest[:DIGEST]}", who=who or "")
        commit(connection)
        return plan


def take_back_adoption(store: str | Path, *, who: str | None = None) -> Survey:
    """Bring back the definition that a store followed before its last adoption; return it.

    Raises UsageError where there was none before, or rows were merged since; StoreError, UnreadableFile.
    """
    with open_store(Path(store), definition_in_use(store), write=True) as connection:
        followed = adoptions(connection)
        if len(followed) == 1:
            raise UsageError("adoption_first")
        last, earlier = followed[-1], followed[-2]
        if last_batch(connection) > last.after_batch:
            raise UsageError("adoption_has_batches", batch=last_batch(connection))
        before = kept_definition(connection, earlier.definition)
        connection.execute("BEGIN")
        _drop_views(connection)
        renamings = [_reversed(change, last.renamings) for change in last.renamings]
        _change_columns(connection, renamings, dropped=_added_by(connection, last.adoption))
        for log in ("adoption", "adopted_question", "renaming"):
            connection.execute(f"DELETE FROM {log} WHERE adoption = ?", [last.adoption])
        create_current_views(connection, before)
        note_event(
            connection, TAKEN_BACK, detail=f"{last.definition[:DIGEST]} > {earlier.definition[:DIGEST]}", who=who or ""
        )
        commit(connection)
        return before


def _follow(connection: duckdb.DuckDBPyConnection, plan: AdoptionPlan) -> None:
    _drop_views(connection)
    _change_columns(connection, plan.renamings, added=plan.added)
    keep_definition(connection, plan.after)
    questions = questions_with_columns(plan.after, plan.added)
    record_adoption(connection, plan.after.digest, last_batch(connection), questions, plan.renamings)
    create_current_views(connection, plan.after)


def _drop_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the views of the current rows: a column that a view reads cannot be renamed."""
    for table in OBSERVED:
        connection.execute(f"DROP VIEW IF EXISTS current_{table}")


def _change_columns(
    connection: duckdb.DuckDBPyConnection,
    renamings: Iterable[Renaming],
    added: Iterable[tuple[str, str]] = (),
    dropped: Iterable[tuple[str, str]] = (),
) -> None:
    """Give columns and codes their new names, add columns, and drop others; each row's content is worked out anew."""
    changes, new, gone = list(renamings), list(added), set(dropped)
    for table, columns in stored_answers(connection).items():
        renamed = {
            change.former: change.name for change in changes if (change.of_table, change.kind) == (table, "field")
        }
        cells = {
            renamed.get(column, column): _recoded(column, table, renamed.get(column, column), changes)
            for column in columns
            if (table, column) not in gone
        }
        cells |= {name: "NULL::VARCHAR" for of_table, name in new if of_table == table}
        if list(cells.items()) != [(column, column) for column in columns]:
            rebuild_table(connection, table_of_rows(table), cells)


def _recoded(column: str, table: str, field: str, changes: list[Renaming]) -> str:
    """Return SQL for the answers in a column, with the codes that this question's answers have from now on."""
    codes = {
        change.former: change.name
        for change in changes
        if (change.of_table, change.kind, change.field) == (table, "code", field)
    }
    return recoded(column, codes) if codes else column


def _reversed(change: Renaming, changes: Iterable[Renaming]) -> Renaming:
    """Return the way back of a renaming; a code's question may have got another name in the same adoption."""
    if change.kind == "field":
        return Renaming(change.of_table, change.kind, change.former, former=change.name, name=change.former)
    same = (other for other in changes if other.kind == "field" and other.of_table == change.of_table)
    former = {other.name: other.former for other in same}.get(change.field, change.field)
    return Renaming(change.of_table, change.kind, former, former=change.name, name=change.former)


def _added_by(connection: duckdb.DuckDBPyConnection, adoption: int) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT of_table, name FROM adopted_question WHERE adoption = ? AND added ORDER BY ALL", [adoption]
    ).fetchall()
