"""A store that was never finished: its making was broken off before anything was in it."""

from __future__ import annotations

from pathlib import Path

import duckdb

from cpms_cli.errors import StoreError
from cpms_cli.writing.outputs import is_database

# The engine's file begins with three blocks of 4,096 bytes; behind them are the tables.
_HEADERS = 3 * 4096


def log_of(store: Path) -> Path:
    """The engine's log of a store, which belongs to it: what is committed may stand there alone."""
    place = store.resolve()
    return place.with_name(f"{place.name}.wal")


def has_log(store: Path) -> bool:
    """Whether something stands in a store's log alone."""
    log = log_of(store)
    return log.exists() and log.stat().st_size > 0


def is_unborn(store: Path) -> bool:
    """Whether there is no file, or no more of one than an engine that was killed at once leaves behind."""
    if not store.exists():
        return True
    size = store.stat().st_size
    return size == 0 or (size < _HEADERS and is_database(store))


def is_blank(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a database holds nothing of anybody: no table, view, sequence, type or schema."""
    row = connection.execute("""
        SELECT count(*)
        FROM (
            SELECT database_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary
            UNION ALL
            SELECT database_name FROM duckdb_views() WHERE NOT internal AND NOT temporary
            UNION ALL
            SELECT database_name FROM duckdb_sequences() WHERE NOT temporary
            UNION ALL
            SELECT database_name FROM duckdb_types() WHERE NOT internal
            UNION ALL
            SELECT database_name FROM duckdb_schemas() WHERE NOT internal
        )
        WHERE database_name = current_database()""").fetchone()
    return row is not None and not row[0]


def clear_place(store: Path) -> None:
    """Make room for a new store where one was never finished; whoever calls it holds the store.

    Raises StoreError where a log lies there without its store: the engine would throw away what it holds.
    """
    if has_log(store):
        raise StoreError("store_log_alone", store=store.name, log=log_of(store).name)
    store.resolve().unlink(missing_ok=True)
