"""The store: one DuckDB file that holds every round, and nothing in it is overwritten, save where consent is withdrawn.

Tables
- `meta`: the store's format and what made it;
- `batch`: one merged file each: its SHA-256, name, when, by whom, with which definition, and the counts;
- `child_observation`, `household_observation`: what a round says about one child or home, every cell as canonical
  text; `superseded_by` is the batch whose row took its place;
- `child_link`, `household_link`: which person or home each current observation belongs to;
- the tables of `store/link_tables.py`: anchors of identifiers, decisions about links, doubtful pairs, parameters;
- `anchor_added`: which identifiers a merge was the first to give, for `undo`;
- the tables of `store/run_tables.py`: definitions used, and each scoring;
- the table of `store/response_tables.py`: what was done for which child;
- the tables of `store/release_tables.py`: which counts were published to whom; `pseudonym_key`: the store's own key;
- `event`: what was done to the store, when and by whom; `audit`: each output that showed whom it is about.

Views `current_child` and `current_household` have one row per key, with `cpms_id` and `household_id` filled in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from cpms_cli.errors import CpmsError, StoreError, StoreInDoubt, StoreNotOurs, UnreadableFile
from cpms_cli.store.connection import CommitFailed, connect, mark_of, reason_of, write_log_in
from cpms_cli.store.safety.birth import clear_place, has_log, is_blank, is_unborn, log_of
from cpms_cli.store.safety.earlier_formats import OLDER, Step, keep_copy, migrate
from cpms_cli.store.safety.holding import hold_store
from cpms_cli.store.safety.write_outcome import note_stored, times_stored
from cpms_cli.store.tables.link_tables import create_link_tables
from cpms_cli.store.tables.pseudonym_key import create_pseudonym_key
from cpms_cli.store.tables.release_tables import create_release_tables
from cpms_cli.store.tables.response_tables import create_response_tables
from cpms_cli.store.tables.run_tables import create_run_tables
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.writing.owner_only import for_owner_alone

_ENGINE_STOPS = (
    duckdb.IOException,
    duckdb.TransactionException,
    duckdb.FatalException,
    duckdb.OutOfMemoryException,
)
FORMAT = 3
TABLES: tuple[Table, ...] = ("child", "household")
OF_THE_STORE = ("batch_id", "sheet", "row_number")
"""What the views `current_...` say of a row beside its answers."""


def _format(connection: duckdb.DuckDBPyConnection, path: Path) -> int | None:
    """The store's format, None where its making was broken off; raises StoreNotOurs where it is another's database."""
    try:
        found = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
    except duckdb.CatalogException:
        if is_blank(connection):
            return None
        found = None
    if found is None:
        raise StoreNotOurs("store_not_ours", store=path.name)
    if int(found[0]) > FORMAT:
        raise StoreNotOurs("store_newer", store=path.name, format=found[0], known=FORMAT)
    return int(found[0])


def _link_table(survey: Survey, table: Table) -> str:
    key = survey.key(table)
    columns = ", ".join(f"{name} VARCHAR NOT NULL" for name in key)
    return (
        f"CREATE TABLE {table}_link ({columns}, {identity_column(survey, table)} VARCHAR NOT NULL,"
        f" how VARCHAR NOT NULL, PRIMARY KEY ({', '.join(key)}))"
    )


def _current_view(survey: Survey, table: Table) -> str:
    identities = {
        identity_column(survey, "household"): "h",
        **({identity_column(survey, "child"): "c"} if table == "child" else {}),
    }
    shown = ", ".join(f"{identities.get(name, 'o')}.{name}" for name in survey.columns(table))
    home = f"LEFT JOIN household_link h USING ({', '.join(survey.key('household'))})"
    person = f"LEFT JOIN child_link c USING ({', '.join(survey.key('child'))})" if table == "child" else ""
    return (
        f"CREATE VIEW current_{table} AS SELECT {shown}, {', '.join(f'o.{name}' for name in OF_THE_STORE)}"
        f" FROM {table}_observation o {home} {person} WHERE o.superseded_by IS NULL"
    )


def _create_history(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE event (done_at TIMESTAMP NOT NULL, who VARCHAR NOT NULL, what VARCHAR NOT NULL, batch_id INTEGER,"
        " detail VARCHAR)"
    )
    connection.execute(
        "CREATE TABLE anchor_added (merge_id INTEGER NOT NULL, of_table VARCHAR NOT NULL, identifier VARCHAR NOT NULL)"
    )


def _to_format_2(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    connection.execute(f"ALTER TABLE batch ADD COLUMN merge_id INTEGER DEFAULT {OLDER}")
    _create_history(connection)
    create_link_tables(connection, survey)


def _new_in_format_3(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    for create in (create_run_tables, create_response_tables, create_release_tables, create_pseudonym_key):
        create(connection, survey)


STEPS: dict[int, Step] = {2: _to_format_2, 3: _new_in_format_3}


def _brought_up_to_date(
    connection: duckdb.DuckDBPyConnection, survey: Survey, path: Path, write: bool
) -> duckdb.DuckDBPyConnection:
    """The same store in today's format; a copy of what it was is kept beside it."""
    connection.close()
    with hold_store(path):
        with closing(connect(path, read_only=False)) as looked:
            # Another may have done it meanwhile.
            found = _format(looked, path)
            write_log_in(looked, path)
        if found is not None and found != FORMAT:
            keep_copy(path, found)
            with closing(connect(path, read_only=False)) as writing:
                migrate(writing, survey, found, STEPS)
    return connect(path, read_only=not write)


def _create(connection: duckdb.DuckDBPyConnection, survey: Survey, tool_version: str) -> None:
    connection.execute("BEGIN")
    connection.execute("CREATE TABLE meta (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)")
    connection.execute(
        "INSERT INTO meta VALUES ('format', ?), ('made_by', ?), ('definition', ?)",
        [str(FORMAT), tool_version, survey.digest],
    )
    connection.execute(
        "CREATE TABLE batch (batch_id INTEGER PRIMARY KEY, merge_id INTEGER NOT NULL, sha256 VARCHAR NOT NULL,"
        " file VARCHAR NOT NULL, merged_at TIMESTAMP NOT NULL, merged_by VARCHAR NOT NULL,"
        " tool_version VARCHAR NOT NULL, definition VARCHAR NOT NULL, rows_in BIGINT NOT NULL,"
        " rows_stored BIGINT NOT NULL, rows_unchanged BIGINT NOT NULL, rows_quarantined BIGINT NOT NULL,"
        " CHECK (rows_in = rows_stored + rows_unchanged + rows_quarantined))"
    )
    connection.execute(
        "CREATE TABLE audit (shown_at TIMESTAMP NOT NULL, who VARCHAR NOT NULL, what VARCHAR NOT NULL, children BIGINT)"
    )
    _create_history(connection)
    for table in TABLES:
        columns = ", ".join(f"{name} VARCHAR" for name in survey.columns(table))
        connection.execute(
            f"CREATE TABLE {table}_observation ({columns}, content VARCHAR NOT NULL, batch_id INTEGER NOT NULL,"
            " sheet VARCHAR, row_number BIGINT NOT NULL, superseded_by INTEGER)"
        )
        connection.execute(_link_table(survey, table))
    create_link_tables(connection, survey)
    for table in TABLES:
        connection.execute(_current_view(survey, table))
    _new_in_format_3(connection, survey)
    connection.execute("COMMIT")


def identity_column(survey: Survey, table: Table) -> str:
    """The name of the permanent identifier of a child or a household."""
    return survey.role("person" if table == "child" else "home").name


@contextmanager
def open_store(
    path: Path, survey: Survey, *, write: bool = False, create: bool = False, tool_version: str = ""
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the store, closed at the end; with `create` (and `write`) it is made new if it is missing.

    Who writes holds the store meanwhile, and writes its log into its file at the end. A new store in which nothing was
    stored is removed again. Raises StoreLocked, StoreNotOurs, StoreInDoubt or StoreError, which say what became of the
    store; UnreadableFile where there is none.
    """
    _check_place(path, create)
    with hold_store(path) if write else for_owner_alone():
        new = is_unborn(path)
        if new and not create:
            raise UnreadableFile("store_unfinished" if path.exists() else "store_missing", store=str(path))
        if new:
            clear_place(path)
        before = times_stored(path)
        try:
            with _opened(path, survey, write, create, tool_version) as connection:
                yield connection
        except StoreInDoubt:
            raise
        except BaseException:
            if new and times_stored(path) == before:
                # Made by this very process, which holds it. Its log too: it would be replayed into the next store.
                for one in (path.resolve(), log_of(path)):
                    one.unlink(missing_ok=True)
            raise


def _check_place(path: Path, create: bool) -> None:
    if path.is_dir():
        raise StoreError("file_is_directory", file=path.name)
    if not create and not path.exists():
        raise UnreadableFile("store_missing", store=str(path))
    if not path.resolve().parent.is_dir():
        raise StoreError("folder_missing", folder=str(path.resolve().parent))


@contextmanager
def _opened(
    path: Path, survey: Survey, write: bool, create: bool, tool_version: str
) -> Iterator[duckdb.DuckDBPyConnection]:
    before = times_stored(path)
    connection = connect(path, read_only=not write)
    try:
        found = _format(connection, path)
        if found is None and not create:
            raise UnreadableFile("store_unfinished", store=str(path))
        if found is None:
            _create(connection, survey, tool_version)
        elif found != FORMAT:
            connection = _brought_up_to_date(connection, survey, path, write)
        yield connection
        if write:
            _end(connection, path)
    except CommitFailed as failed:
        connection.close()
        raise _after_failed_commit(path, failed) from None
    except _ENGINE_STOPS as error:
        message = "store_unusable" if times_stored(path) == before else "store_broke_after"
        raise StoreError(message, store=path.name, reason=reason_of(error)) from None
    finally:
        connection.close()


def _end(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Give up what was not committed, and write the log into the file."""
    try:
        connection.execute("ROLLBACK")
    except duckdb.TransactionException:
        pass  # nothing was begun
    except duckdb.Error:
        return  # the log could not be written in after a commit, which was said; the engine does nothing more
    if has_log(path):
        write_log_in(connection, path)


def _after_failed_commit(path: Path, failed: CommitFailed) -> StoreError:
    """What became of a store whose commit failed, by opening it again as everybody else will."""
    told: dict[str, object] = {"store": path.name, "reason": failed.reason}
    try:
        connection = connect(path, read_only=True)
    except CpmsError:
        return StoreInDoubt("store_in_doubt", **told)
    try:
        stored = mark_of(connection) == failed.mark
    except duckdb.Error:
        return StoreInDoubt("store_in_doubt", **told)
    finally:
        connection.close()
    if stored:
        note_stored(path)
    return StoreError("store_broke_after" if stored else "store_unusable", **told)
