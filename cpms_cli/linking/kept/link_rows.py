"""The names of a row as linking remembers them (`store/tables/link_row_tables.py`): blocks and terms, as digests."""

from __future__ import annotations

from collections.abc import Collection

import duckdb
import pandas as pd
import pyarrow as pa

from cpms_cli.linking.pairs.comparison_levels import CHILDREN, WEIGHED_BY_FREQUENCY

BY_NAMES, BY_HOME = 1, 2
"""The passes of a round: by what the rows say; and by whom the first pass found again in their homes."""


def digest(text: str) -> str:
    """SQL for a text as a number; NULL stays NULL."""
    return f"md5_number_lower({text})"


def note_names(connection: duckdb.DuckDBPyConnection, named: duckdb.DuckDBPyConnection, ids: pd.Series) -> None:
    """Write down blocks and terms of these rows (numbers), which stand in `features` of the other connection."""
    blocks = "\nUNION ALL\n".join(
        f"""
        SELECT {digest(f"'{name}|' || block_{name}")} AS block, id AS row_id, round
        FROM chosen
        WHERE block_{name} IS NOT NULL"""
        for name in CHILDREN.blocks
    )
    terms = "\nUNION ALL\n".join(
        f"""
        SELECT {digest(f"'{name}|' || {column}")} AS term, '{name}' AS kind, id AS row_id, round
        FROM chosen
        WHERE {column} IS NOT NULL"""
        for name, column in WEIGHED_BY_FREQUENCY.items()
    )
    named.register("asked_row", numbers(ids, "id"))
    connection.register("asked_row", numbers(ids))
    connection.execute("""
        DELETE FROM link_block WHERE row_id IN (SELECT row_id FROM asked_row);

        DELETE FROM link_term WHERE row_id IN (SELECT row_id FROM asked_row);

        UPDATE link_row SET named = TRUE WHERE row_id IN (SELECT row_id FROM asked_row)""")
    for table, parts in (("link_block", blocks), ("link_term", terms)):
        rows = named.execute(f"""
            WITH chosen AS (SELECT * FROM features SEMI JOIN asked_row USING (id))
            SELECT * FROM ({parts})""").to_arrow_table()
        connection.register("noted", rows)
        connection.execute(f"INSERT INTO {table} BY NAME SELECT DISTINCT * FROM noted")
        connection.unregister("noted")
    connection.unregister("asked_row")
    named.unregister("asked_row")


def numbers(ids: pd.Series | Collection[int], column: str = "row_id") -> pa.Table:
    """Return numbers of rows as a relation that statements can read.

    The engine takes in a table of Arrow at once; of a data frame it looks at what each column holds first.
    """
    return pa.table({column: pa.array(ids if isinstance(ids, pd.Series) else list(ids), pa.int64())})


def numbers_of(connection: duckdb.DuckDBPyConnection, query: str) -> pd.Series:
    """Return the first column of a query, which holds numbers of rows."""
    (column,) = connection.execute(query).fetchnumpy().values()
    return pd.Series(column, dtype="int64")


def grow(connection: duckdb.DuckDBPyConnection, table: str, statement: str) -> None:
    """Run a statement, which adds rows to a table by those that are in it, until it adds none."""
    size, before = connection.table(table).count("*").fetchone(), None
    while size != before:
        connection.execute(statement)
        size, before = connection.table(table).count("*").fetchone(), size
