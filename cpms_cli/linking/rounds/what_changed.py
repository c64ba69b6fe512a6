"""What a change took from children, before they are linked; and whose links and pairs may be others, afterwards."""

from __future__ import annotations

import duckdb

from cpms_cli.linking.kept.changed_rows import Changed
from cpms_cli.linking.kept.link_rows import numbers
from cpms_cli.linking.rounds.touched import Trail


def note_what_left(connection: duckdb.DuckDBPyConnection, changed: Changed) -> None:
    """Create `left_node`, the nodes that lost a row, and of which round; `row_of_nodes`, the rows of nodes that have
    other rows now."""
    connection.register("asked_row", numbers(changed.of_nodes))
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE row_of_nodes AS FROM asked_row;

        CREATE OR REPLACE TEMP TABLE left_node AS
        SELECT node, round FROM link_row_gone WHERE node IS NOT NULL
        UNION
        SELECT m.node_before, l.round
        FROM moved_row m
        JOIN link_row l USING (row_id)
        WHERE m.node_before IS NOT NULL""")
    connection.unregister("asked_row")


def old_roots(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    """Return the numbers by which the children went that lost a row, with the round of that row."""
    roots = connection.execute("""
        SELECT root, min(round)
        FROM (
            SELECT row_id AS root, round FROM link_row_gone
            UNION ALL
            SELECT child AS root, round FROM link_row_gone
            UNION ALL
            SELECT node AS root, round FROM left_node
            UNION ALL
            SELECT b.child AS root, n.round
            FROM child_before b
            JOIN link_row l USING (row_id)
            JOIN left_node n ON n.node = l.node
        )
        WHERE root IS NOT NULL
        GROUP BY root""").fetchall()
    return {int(root): int(round_) for root, round_ in roots}


def note_changed_links(connection: duckdb.DuckDBPyConnection, trail: Trail) -> None:
    """Create `changed_link`; and `pair_child`, the children whose pairs may be others now, with their rows
    (`pair_row`)."""
    connection.register("trail_now", numbers(trail.rows))
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE changed_link AS
        SELECT row_id FROM trail_now
        UNION
        SELECT row_id FROM row_of_nodes
        UNION
        SELECT row_id FROM link_row WHERE child IN (SELECT child FROM link_row_gone)
        UNION
        SELECT b.row_id
        FROM child_before b
        JOIN link_row l USING (row_id)
        WHERE b.child IS DISTINCT FROM l.child""")
    connection.unregister("trail_now")
    # A child goes by the number of a row, which goes with it to whatever it is put together with later.
    connection.register("trail_now", numbers(trail.decided))
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE pair_child AS
        SELECT child FROM link_row WHERE row_id IN (SELECT row_id FROM trail_now)
        UNION
        SELECT child FROM link_row SEMI JOIN changed_link USING (row_id)
        UNION
        SELECT b.child
        FROM child_before b
        JOIN link_row l USING (row_id)
        WHERE b.child IS DISTINCT FROM l.child AND b.child IS NOT NULL;

        CREATE OR REPLACE TEMP TABLE pair_row AS
        SELECT row_key FROM link_row WHERE child IN (FROM pair_child)
        UNION
        SELECT row_key FROM link_row_gone""")
    connection.unregister("trail_now")


def forget_gone(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget what is remembered of rows that are not there any more."""
    if connection.execute("FROM link_row_gone LIMIT 1").fetchone() is None:
        return
    for table in ("link_block", "link_term", "link_edge", "link_choice"):
        connection.execute(f"DELETE FROM {table} WHERE row_id NOT IN (SELECT row_id FROM link_row)")
