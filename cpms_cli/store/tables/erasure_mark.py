"""The mark of a store from which somebody was removed, until its file is written anew.

What was deleted stays in the free space of the file, and in its log, until then. Whoever is killed in between leaves
the mark, by which `store check` says so.
"""

from __future__ import annotations

import duckdb

_NAME = "unerased"
FURTHER_META = f"name <> '{_NAME}'"
"""A condition on `meta` that holds of all but the mark: a store is the same with and without it."""
MARKED = f"SELECT 1 FROM meta WHERE name = '{_NAME}'"
"""A SELECT that finds the mark."""


def put_mark(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the mark into the store, in the transaction that removes somebody."""
    connection.execute(f"INSERT OR REPLACE INTO meta VALUES ('{_NAME}', 'yes')")


def take_mark(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Take the mark out of a database that was written anew; `database` is the name by which it is attached."""
    connection.execute(f"DELETE FROM {database}.meta WHERE name = '{_NAME}'")
