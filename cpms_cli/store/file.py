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
- the table of `store/response_tables.py`: what was done for which child; that of `store/dispute_tables.py`: which
  answers families say are wrong;
- the tables of `store/release_tables.py`: which counts were published to whom; `pseudonym_key`: the store's own key;
- the tables of `store/tables/adoption_tables.py`: which definitions the store followed, and what they renamed;
- `event`: what was done to the store, when and by whom; `audit`: each output that showed whom it is about.

The views of `store/rows_as_read/current_rows.py` have one row per key, with `cpms_id` and `household_id` filled in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from cpms_cli.errors import CpmsError, StoreError, StoreInDoubt, StoreNotOurs, UnreadableFile
from cpms_cli.store.access.birth import clear_place, has_log, is_blank, is_unborn, log_of
from cpms_cli.store.access.connection import (
    SMALL_BLOCK,
    CommitFailed,
    connect,
    lock_settings,
    mark_of,
    reason_of,
    unusable,
    write_log_in,
)
from cpms_cli.store.access.earlier_formats import OLDER, Step, keep_copy, migrate
from cpms_cli.store.access.holding import hold_store
from cpms_cli.store.access.write_outcome import note_stored, times_stored
from cpms_cli.store.definitions.definition_in_use import remember_definition
from cpms_cli.store.definitions.first_adoption import begin_adoptions
from cpms_cli.store.definitions.names_by_meaning import name_by_meaning
from cpms_cli.store.rows_as_read.current_rows import create_current_views, read_as
from cpms_cli.store.tables.adoption_tables import adopted_definition, asked_questions, record_adoption
from cpms_cli.store.tables.dispute_tables import dispute_table
from cpms_cli.store.tables.link_tables import create_link_tables
from cpms_cli.store.tables.pseudonym_key import create_pseudonym_key
from cpms_cli.store.tables.run_tables import keep_definition
from cpms_cli.store.tables.store_tables import HISTORY_TABLES, TABLES, new_in_format_3, store_tables
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.workbench import ONE_PART, SMALL, plan_simply
from cpms_cli.writing.owner_only import for_owner_alone

_ENGINE_STOPS = (
    duckdb.IOException,
    duckdb.TransactionException,
    duckdb.FatalException,
    duckdb.OutOfMemoryException,
)
FORMAT = 6


def _format(connection: duckdb.DuckDBPyConnection, path: Path) -> int | None:
    """The store's format, None where its making was broken off; raises StoreNotOurs where it is another's database."""
    try:
        row = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
    except duckdb.CatalogException:
        if is_blank(connection):
            return None
        row = None
    if row is None:
        raise StoreNotOurs("store_not_ours", store=path.name)
    if int(row[0]) > FORMAT:
        raise StoreNotOurs("store_newer", store=path.name, format=row[0], known=FORMAT)
    return int(row[0])


def _to_format_2(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    connection.execute(f"ALTER TABLE batch ADD COLUMN merge_id INTEGER DEFAULT {OLDER}; {HISTORY_TABLES}")
    create_link_tables(connection, survey)


def _to_format_3(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    connection.execute(new_in_format_3(survey))
    create_pseudonym_key(connection, survey)


def _to_format_5(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    del survey
    connection.execute(dispute_table())


STEPS: dict[int, Step] = {2: _to_format_2, 3: _to_format_3, 4: begin_adoptions, 5: _to_format_5, 6: name_by_meaning}


def _brought_up_to_date(
    connection: duckdb.DuckDBPyConnection, survey: Survey, path: Path, write: bool
) -> duckdb.DuckDBPyConnection:
    """The same store in today's format; a copy of what it was is kept beside it."""
    connection.close()
    with hold_store(path):
        with closing(connect(path, read_only=False)) as looked:
            # Another may have done it meanwhile.
            stored_format = _format(looked, path)
            write_log_in(looked, path)
        if stored_format is not None and stored_format != FORMAT:
            keep_copy(path, stored_format)
            with closing(connect(path, read_only=False)) as writing:
                migrate(writing, survey, stored_format, STEPS)
    return connect(path, read_only=not write)


def _create(connection: duckdb.DuckDBPyConnection, survey: Survey, tool_version: str) -> None:
    connection.execute("BEGIN")
    connection.execute(store_tables(survey))
    connection.execute(
        "INSERT INTO meta VALUES ('format', ?), ('made_by', ?), ('definition', ?)",
        [str(FORMAT), tool_version, survey.digest],
    )
    create_pseudonym_key(connection, survey)
    keep_definition(connection, survey)
    record_adoption(connection, survey.digest, 0, [(table, name, True) for table, name in asked_questions(survey)])
    create_current_views(connection, survey)
    connection.execute("COMMIT")


@contextmanager
def open_store(  # noqa: PLR0913 - each by its own keyword
    path: Path,
    survey: Survey,
    *,
    write: bool = False,
    made_by: str | None = None,
    rows: int | None = None,
    one_thread: bool = False,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection to the store, closed at the end; with `made_by` (the version of the tool; and `write`) it is
    made new if it is missing.

    Who writes holds the store meanwhile, and writes its log into its file at the end. `rows` is how many rows are to be
    stored, None where those that are stored may all be worked out anew: with few rows in all, the engine takes simpler
    plans. With `one_thread`, what is asked is about few of its rows. A new store in which nothing was stored is removed
    again. Raises StoreLocked, StoreNotOurs, StoreInDoubt or StoreError, which say what became of the store;
    UnreadableFile where there is none.
    """
    _check_place(path, made_by is not None)
    with hold_store(path) if write else for_owner_alone():
        new = is_unborn(path)
        if new and made_by is None:
            raise UnreadableFile("store_unfinished" if path.exists() else "store_missing", store=str(path))
        if new:
            clear_place(path)
        before = times_stored(path)
        try:
            with _opened(path, survey, write, made_by, rows, one_thread) as connection:
                yield connection
        except StoreInDoubt:
            raise
        except BaseException:
            if new and times_stored(path) == before:
                # Made by this very process, which holds it. Its log too: it would be replayed into the next store.
                for file in (path.resolve(), log_of(path)):
                    file.unlink(missing_ok=True)
            raise


def is_begun(path: Path) -> bool:
    """Whether there is a store in which something may stand: not where its making was broken off."""
    if is_unborn(path):
        return False
    connection = connect(path, read_only=True)
    try:
        return _format(connection, path) is not None
    finally:
        connection.close()


def _check_place(path: Path, create: bool) -> None:
    if path.is_dir():
        raise StoreError("file_is_directory", file=path.name)
    if not create and not path.exists():
        raise UnreadableFile("store_missing", store=str(path))
    if not path.resolve().parent.is_dir():
        raise StoreError("folder_missing", folder=str(path.resolve().parent))


@contextmanager
def _opened(  # noqa: PLR0913 - what `open_store` takes
    path: Path, survey: Survey, write: bool, made_by: str | None, rows: int | None, one_thread: bool
) -> Iterator[duckdb.DuckDBPyConnection]:
    before, new = times_stored(path), is_unborn(path)
    block_size = SMALL_BLOCK if new and rows is not None and rows <= SMALL else None
    connection = connect(path, read_only=not write, locked=False, block_size=block_size)
    try:
        format_ = None if new else _format(connection, path)
        if format_ is None and made_by is None:
            raise UnreadableFile("store_unfinished", store=str(path))
        if rows is not None or not new:
            _settle(connection, rows, 0 if new else rows_stored(connection), one_thread)
        lock_settings(connection)
        if format_ is None:
            _create(connection, survey, made_by or "")
        elif format_ != FORMAT:
            connection = _brought_up_to_date(connection, survey, path, write)
        read_as(connection, survey)
        yield connection
        if write:
            _end(connection, path)
            _remember(connection, path)
    except CommitFailed as failed:
        connection.close()
        raise _after_failed_commit(path, failed) from None
    except _ENGINE_STOPS as error:
        message = unusable(error) if times_stored(path) == before else "store_broke_after"
        raise StoreError(message, store=path.name, reason=reason_of(error)) from None
    finally:
        connection.close()


def _settle(connection: duckdb.DuckDBPyConnection, rows: int | None, stored: int, one_thread: bool) -> None:
    """Set how the engine works where so many rows are to be stored, and so many are."""
    if (rows or 0) + stored <= SMALL:
        plan_simply(connection)
        # Trying out how to pack a few rows takes longer than all else.
        connection.execute("PRAGMA force_compression = 'uncompressed'")
    elif one_thread or (rows == 0 and stored <= ONE_PART):
        connection.execute("SET threads = 1")


def rows_stored(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many rows of children and households a store has, earlier versions counted too."""
    counts = " + ".join(f"(SELECT count(*) FROM {table}_observation)" for table in TABLES)
    try:
        counted = connection.execute(f"SELECT {counts}").fetchone()
    except duckdb.CatalogException:
        return 0  # a store whose making was broken off
    return int(counted[0]) if counted else 0


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


def _remember(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Close a store that was written, and remember what it follows, so that it need not be opened to ask that."""
    try:
        digest = adopted_definition(connection)
    except duckdb.Error:
        return  # as in `_end`
    connection.close()
    remember_definition(path, digest)


def _after_failed_commit(path: Path, failed: CommitFailed) -> StoreError:
    """What became of a store whose commit failed, by opening it again as everybody else will."""
    values: dict[str, object] = {"store": path.name, "reason": failed.reason}
    try:
        connection = connect(path, read_only=True)
    except CpmsError:
        return StoreInDoubt("store_in_doubt", **values)
    try:
        stored = mark_of(connection) == failed.mark
    except duckdb.Error:
        return StoreInDoubt("store_in_doubt", **values)
    finally:
        connection.close()
    if stored:
        note_stored(path)
    return StoreError("store_broke_after" if stored else "store_unusable", **values)
