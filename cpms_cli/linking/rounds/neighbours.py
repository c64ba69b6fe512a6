"""Who may be whom: the rows that share a block with these, before anything is compared."""

from __future__ import annotations

import duckdb
import pandas as pd

from cpms_cli.linking.kept.link_rows import numbers


def rows_sharing(
    connection: duckdb.DuckDBPyConnection, seekers: pd.Series, round_: int, others: str, largest: int
) -> pd.DataFrame:
    """Return the pairs of `seekers` (numbers of rows) with rows that share a block with them: seeker, other.

    `others` says in SQL which rows `o` are looked at. A block tells nobody apart if up to this round more than
    `largest` rows of one round are in it.
    """
    connection.register("seeking", numbers(seekers))
    pairs = connection.execute(f"""
        WITH sought AS MATERIALIZED (SELECT b.* FROM link_block b SEMI JOIN seeking USING (row_id)),
        sharing AS MATERIALIZED (
            SELECT b.*
            FROM link_block b
            SEMI JOIN sought USING (block)
            WHERE b.round <= {round_}
        ),
        crowded AS (SELECT DISTINCT block FROM sharing GROUP BY block, round HAVING count(*) > {largest}),
        telling AS (FROM sharing ANTI JOIN crowded USING (block))
        SELECT DISTINCT s.row_id AS seeker, o.row_id AS other
        FROM sought s
        JOIN telling t ON t.block = s.block AND t.round <> s.round
        JOIN link_row o ON o.row_id = t.row_id
        WHERE {others}""").df()
    connection.unregister("seeking")
    return pairs
