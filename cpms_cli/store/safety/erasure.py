"""A person's data removed for good: from every round, from what was superseded, from the file's own free space."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cpms_cli.errors import StoreError, UsageError
from cpms_cli.store.access.connection import commit
from cpms_cli.store.access.holding import hold_store
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.store.history import note_event
from cpms_cli.store.identifier_search import identifier_meant, plain_identifier
from cpms_cli.store.logs.record_releases import forget_lines
from cpms_cli.store.safety.copies import compact
from cpms_cli.store.tables.anchors import identifiers_now
from cpms_cli.store.tables.dispute_tables import DISPUTE
from cpms_cli.store.tables.erasure_mark import MARKED, put_mark
from cpms_cli.store.tables.link_row_tables import forget_link_rows
from cpms_cli.store.tables.link_tables import forget_links, row_reference
from cpms_cli.store.tables.store_tables import identity_column
from cpms_cli.survey.model.definition import Survey


@dataclass(frozen=True)
class Erased:
    """How many rows of how many rounds are gone, and how many responses (earlier versions counted too)."""

    rows: int
    rounds: int
    responses: int


def _find(connection: duckdb.DuckDBPyConnection, survey: Survey, identifier: str) -> list[tuple[str, ...]]:
    """The rows of a child by reference, and their keys as the temp table `forgotten`."""
    identity = identity_column(survey, "child")
    connection.execute(
        f"""
        CREATE TEMP TABLE forgotten AS
        SELECT DISTINCT {", ".join(survey.key("child"))}
        FROM child_link
        WHERE {identity} IN (
            SELECT l.{identity}
            FROM child_link l
            LEFT JOIN child_anchor a ON a.row_key = {row_reference(survey, "child", "l")}
            WHERE ? IN (l.{identity}, a.identifier)
        )""",
        [identifier],
    )
    references = connection.execute(f"SELECT {row_reference(survey, 'child', 'f')} FROM forgotten f").fetchall()
    if not references:
        raise UsageError("unknown_child", id=identifier)
    return references


def check_known(store: str | Path, identifier: str, *, schemas: Path | None = None) -> str:
    """Return the whole identifier that this is or begins, before anybody is asked whether to remove a child.

    Raises UsageError where nobody has this identifier, or several children's begin so, and StoreError where somebody
    was removed before, and is in the free space of the file still.
    """
    survey = definition_in_use(store, schemas)
    with open_store(Path(store), survey) as connection:
        try:
            _find(connection, survey, plain_identifier(identifier))
        except UsageError:
            if connection.execute(MARKED).fetchone():
                # It may be the child of whom a removal was broken off: nobody must think that nothing is left of it.
                raise _not_compacted(Path(store), "stopped") from None
            return identifier_meant(connection, survey, identifier)
    return plain_identifier(identifier)


def forget(store: str | Path, identifier: str, *, schemas: Path | None = None, who: str | None = None) -> Erased:
    """Remove a child from the store and its history; the log says that it was done, not about whom.

    Earlier versions of the child's rows and all that was done for it go as well, and the file is written anew, so that
    nothing is left in it. The family's own answers stay while the household does. Backups, bundles and survey files are
    not reached: whoever keeps them must be told. Raises UsageError where nobody has this identifier.
    """
    survey, path = definition_in_use(store, schemas), Path(store)
    with ExitStack() as held:
        if path.exists():
            held.enter_context(hold_store(path))
        erased = _erase(path, survey, identifier, who)
        try:
            compact(path, schemas=schemas)
        except StoreError as error:
            raise _not_compacted(path, error.message_id) from None
    return erased


def _not_compacted(store: Path, why: str) -> StoreError:
    """What is said where somebody is out of the tables, and not yet out of the file's free space."""
    return StoreError("forgotten_not_compacted", store=store.name, why=why)


def _erase(path: Path, survey: Survey, identifier: str, who: str | None) -> Erased:
    key, identity = ", ".join(survey.key("child")), identity_column(survey, "child")
    with open_store(path, survey, write=True) as connection:
        connection.execute("BEGIN")
        references = _find(connection, survey, identifier)
        of_forgotten = f"""
            SELECT identifier
            FROM ({identifiers_now(survey)}) i
            SEMI JOIN (
                SELECT {identity} AS person
                FROM child_link
                WHERE ({key}) IN (FROM forgotten)
            ) f USING (person)"""
        responses = connection.execute(f"""
            DELETE FROM response
            WHERE {survey.response_role("person").name} IN ({of_forgotten})""").fetchone()
        connection.execute(
            f"""
            DELETE FROM {DISPUTE}
            WHERE list_contains(?, row_key) OR identifier IN ({of_forgotten})
            """,
            [[str(row[0]) for row in references]],
        )
        deleted = connection.execute(f"DELETE FROM child_observation WHERE ({key}) IN (FROM forgotten)").fetchone()
        connection.execute(f"DELETE FROM child_link WHERE ({key}) IN (FROM forgotten)")
        connection.execute("DELETE FROM anchor_added WHERE identifier = ?", [identifier])
        connection.execute("DELETE FROM child_anchor WHERE identifier = ?", [identifier])
        forget_links(connection, [str(row[0]) for row in references])
        forget_link_rows(connection)
        forget_lines(connection, identifier, [str(row[0]) for row in references])
        put_mark(connection)
        note_event(connection, "forget", who=who or "")
        commit(connection)
    return Erased(int(deleted[0]) if deleted else 0, len(references), int(responses[0]) if responses else 0)
