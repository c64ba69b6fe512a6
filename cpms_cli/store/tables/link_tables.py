"""What the store remembers about links, beside the links themselves.

- `child_anchor`, `household_anchor`: the row to which each permanent identifier was first given, and the batch
  that said so (NULL where it is not known); it never moves;
- `link_decision`: what people decided about two rows, with the reason; never deleted, the latest of a pair counts;
- `link_pair`: the pairs that the last linking found by names, automatic or doubtful, with how each detail agrees
  (no names: the levels of `schemas/linking.yaml`);
- `link_run`: the parameters of each linking that used other ones than the linking before it.

A row is referred to by its key, the parts joined by the character U+001F.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from cpms_cli.survey.model.definition import Survey, Table


def row_reference(survey: Survey, table: Table, source: str) -> str:
    """SQL for the reference to a row of `source`."""
    return f"concat_ws(chr(31), {', '.join(f'{source}.{name}' for name in survey.key(table))})"


def key_in_reference(survey: Survey, table: Table, reference: str) -> str:
    """SQL for the columns of the key of a row, from the reference to it: rows of the store are found by these without
    putting a reference together for each of them."""
    names = enumerate(survey.key(table), start=1)
    return ", ".join(f"split_part({reference}, chr(31), {place}) AS {name}" for place, name in names)


def link_tables(tables: Iterable[Table]) -> str:
    """Return the statements that make the tables, empty."""
    anchors = "".join(
        f"""
        CREATE TABLE {table}_anchor (identifier VARCHAR PRIMARY KEY, row_key VARCHAR NOT NULL, batch_id INTEGER);"""
        for table in tables
    )
    return f"""{anchors}
        CREATE TABLE link_decision (
            decision_id INTEGER PRIMARY KEY, decided_at TIMESTAMP NOT NULL, decided_by VARCHAR NOT NULL,
            verdict VARCHAR NOT NULL CHECK (verdict IN ('same', 'different')), reason VARCHAR NOT NULL,
            source VARCHAR NOT NULL, row_a VARCHAR NOT NULL, row_b VARCHAR NOT NULL, batch_a INTEGER NOT NULL,
            batch_b INTEGER NOT NULL
        );
        CREATE TABLE link_pair (
            row_a VARCHAR NOT NULL, row_b VARCHAR NOT NULL, verdict VARCHAR NOT NULL, weight DOUBLE NOT NULL,
            probability DOUBLE NOT NULL, levels VARCHAR NOT NULL, PRIMARY KEY (row_a, row_b)
        );
        CREATE TABLE link_run (
            run_id INTEGER PRIMARY KEY, ran_at TIMESTAMP NOT NULL, input VARCHAR NOT NULL, parameters VARCHAR
        );"""


def create_link_tables(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Make the tables in a store of an earlier format, where they are missing, and anchor its identifiers."""
    counted = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'link_decision'").fetchone()
    if counted and counted[0]:
        return
    tables: tuple[Table, ...] = ("child", "household")
    connection.execute(link_tables(tables))
    for table in tables:
        identity = survey.role("person" if table == "child" else "home").name
        reference = row_reference(survey, table, "l")
        connection.execute(
            f"INSERT INTO {table}_anchor SELECT l.{identity}, min({reference}), NULL FROM {table}_link l GROUP BY 1"
        )


def forget_links(connection: duckdb.DuckDBPyConnection, row_keys: list[str]) -> None:
    """Take all that was remembered about links of these child rows (references) out of the store, reasons too."""
    for table, columns in (
        ("child_anchor", ("row_key",)),
        ("link_pair", ("row_a", "row_b")),
        ("link_decision", ("row_a", "row_b")),
    ):
        touched = " OR ".join(f"{column} IN (SELECT unnest(?))" for column in columns)
        connection.execute(f"DELETE FROM {table} WHERE {touched}", [row_keys] * len(columns))
