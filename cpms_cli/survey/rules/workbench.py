"""The engine that rules are worked out in: one in memory, and how it plans what it is asked about few rows."""

from __future__ import annotations

from functools import cache

import duckdb

SMALL = 2_000
"""Rows up to which planning a query costs more than answering it by the simplest plan."""
ONE_PART = 122_880
"""Rows that the engine keeps in one part of a table: one thread reads them, and more threads only cost."""
_SIMPLEST_PLAN = "PRAGMA disable_optimizer"


def open_workbench(rows: int | None = None) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB in memory that can reach neither files nor the network; nobody else sees its temporary tables.

    `rows` is how many rows it will be asked about, None where that is not known.
    """
    small = rows is not None and rows <= SMALL
    connection = _engine(small).cursor()
    try:
        connection.execute(_SIMPLEST_PLAN if small else "PRAGMA enable_optimizer")
    except duckdb.FatalException:
        # An engine that came upon a fault of its own answers nobody any more.
        _engine.cache_clear()
        return open_workbench(rows)
    return connection


@cache
def _engine(small: bool) -> duckdb.DuckDBPyConnection:
    """Return the engine that all workbenches of this process are connections to: a new one takes longer to be made
    than most questions to be answered."""
    connection = duckdb.connect(":memory:", config={"enable_external_access": "false"})
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    if small:
        connection.execute("SET threads = 1")
    connection.execute("SET lock_configuration = true")
    return connection


def plan_simply(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the engine take the simplest plan, in one thread. Its answers are the same; large tables would be slow."""
    connection.execute(f"SET threads = 1; {_SIMPLEST_PLAN}")
