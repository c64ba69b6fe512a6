"""What linking remembers of each current row, so that a merge costs what its file costs.

- `link_row`: a row of a child: what it was made from (`input`), the identifiers in it, the `node` into which
  identifiers and decisions put it, and the `child` it is;
- `link_block`: the blocks in which its details are looked for; `link_term`: its names, to count how common they are;
- `link_edge`: with which children of the rounds before the row's child competes; `link_choice`: which of them it takes;
- `link_home`: a home in a round, and its identifiers;
- `link_model`: by what the rounds were linked.

All of it follows from the rows, the identifiers once given and people's decisions: without these tables the next
linking makes them anew. Names stand in them as digests. A node or a child goes by the number of its first row, by key.
"""

from __future__ import annotations

import duckdb

LINK_ROW_TABLES = ("link_row", "link_block", "link_term", "link_edge", "link_choice", "link_model", "link_home")


def make_link_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, empty, where they are missing."""
    connection.execute("""
        CREATE TABLE IF NOT EXISTS link_row (
            row_id INTEGER NOT NULL, row_key VARCHAR NOT NULL, round INTEGER NOT NULL, input VARCHAR,
            home UBIGINT, sex VARCHAR, number UBIGINT, shared BOOLEAN NOT NULL, carried UBIGINT, anchored UBIGINT,
            named BOOLEAN NOT NULL, how VARCHAR, node INTEGER, child INTEGER
        );

        CREATE TABLE IF NOT EXISTS link_block (block UBIGINT NOT NULL, row_id INTEGER NOT NULL, round INTEGER NOT NULL);

        CREATE TABLE IF NOT EXISTS link_term (
            term UBIGINT NOT NULL, kind VARCHAR NOT NULL, row_id INTEGER NOT NULL, round INTEGER NOT NULL
        );

        CREATE TABLE IF NOT EXISTS link_edge (
            round INTEGER NOT NULL, row_id INTEGER NOT NULL, pass UTINYINT NOT NULL, choice INTEGER NOT NULL
        );

        CREATE TABLE IF NOT EXISTS link_choice (
            round INTEGER NOT NULL, row_id INTEGER NOT NULL, pass UTINYINT NOT NULL, seeker INTEGER NOT NULL,
            choice INTEGER NOT NULL, conflict UTINYINT NOT NULL, first_row INTEGER NOT NULL,
            second_row INTEGER NOT NULL, verdict VARCHAR, weight DOUBLE NOT NULL, probability DOUBLE NOT NULL,
            levels VARCHAR NOT NULL
        );

        CREATE TABLE IF NOT EXISTS link_home (
            row_key VARCHAR NOT NULL, carried VARCHAR, anchored VARCHAR
        );

        CREATE TABLE IF NOT EXISTS link_model (round INTEGER NOT NULL, parameters VARCHAR NOT NULL)""")


def forget_link_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty the tables, where they are: the next linking makes all links anew."""
    known = connection.execute("SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, 'link_')")
    for name in {str(row[0]) for row in known.fetchall()} & set(LINK_ROW_TABLES):
        connection.execute(f"DELETE FROM {name}")
