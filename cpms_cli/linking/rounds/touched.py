"""Whom a change touches: the children of a round who may be put to another child now than at the last linking.

Every question here may be answered with a few children too many, which costs time, never with one too few.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pandas as pd

from cpms_cli.linking.kept.link_rows import BY_HOME, BY_NAMES, numbers, numbers_of
from cpms_cli.linking.rounds.linking_state import conflicts, rows_of_children
from cpms_cli.linking.rounds.neighbours import rows_sharing
from cpms_cli.linking.rounds.round_links import Pass


@dataclass
class Trail:
    """What has changed so far: `rows`, those of children who are others now; `roots`, the numbers by which such
    children went before or go now, each with the first round in which it may matter; `decided`, the numbers of the
    children who were decided anew."""

    rows: set[int]
    roots: dict[int, int]
    decided: set[int]

    def roots_of(self, round_: int) -> set[int]:
        """Return the numbers that matter in a round."""
        return {root for root, since in self.roots.items() if since <= round_}


def touched_first(connection: duckdb.DuckDBPyConnection, of: Pass, trail: Trail) -> pd.Series:
    """Return the rows of a round whose children must be decided anew by the first pass."""
    round_ = of.of_round.round
    connection.register("in_round", numbers(of.in_round, "child"))
    connection.register("trail_row", numbers(trail.rows))
    connection.register("trail_root", numbers(trail.roots_of(round_)))
    changed = numbers_of(
        connection,
        f"""
        SELECT DISTINCT child
        FROM link_row
        WHERE (round < {round_} AND row_id IN (SELECT row_id FROM trail_row))
            OR node IN (SELECT node FROM left_node WHERE round <= {round_})""",
    )
    connection.register("changed_child", numbers(changed))
    lefts = numbers_of(
        connection,
        f"""
        SELECT row_id FROM link_row WHERE round < {round_} AND child IN (SELECT row_id FROM changed_child)""",
    )
    connection.register("beside", numbers(_rows_beside(connection, of, lefts)))
    touched = numbers_of(
        connection,
        f"""
        WITH arrived AS (
            SELECT child FROM link_row WHERE round = {round_} AND row_id IN (SELECT row_id FROM trail_row)
        ),
        sought_child AS (
            SELECT row_id AS child FROM changed_child
            UNION
            SELECT child FROM link_row WHERE row_id IN (SELECT row_id FROM beside)
            UNION
            SELECT child FROM arrived
        )
        SELECT row_id FROM link_row WHERE round = {round_} AND child IN (SELECT child FROM sought_child)
        UNION
        SELECT row_id
        FROM link_edge
        WHERE round = {round_}
            AND pass = {BY_NAMES}
            AND choice IN (
                SELECT row_id FROM changed_child
                UNION
                SELECT row_id FROM trail_root
                UNION
                SELECT child FROM arrived
            )
        UNION
        SELECT row_id FROM ({_swung(round_)})""",
    )
    touched = pd.concat([touched, contradicted_now(connection, round_, BY_NAMES)])
    return with_rivals(connection, round_, BY_NAMES, touched)


def _rows_beside(connection: duckdb.DuckDBPyConnection, of: Pass, lefts: pd.Series) -> pd.Series:
    """Return the rows of children of the round that share a block with these rows of children who are not in it."""
    round_ = of.of_round.round
    lefts = lefts[~lefts.isin(rows_of_children(connection, of.in_round, round_ - 1))]
    others = f"o.round <= {round_} AND o.child IN (SELECT child FROM in_round)"
    return rows_sharing(connection, lefts, round_, others, of.linking.settings.largest_block)["other"]


def _swung(round_: int) -> str:
    """Return a SELECT of the rows of a round whose child has a block or a name that became common, or is no more."""
    return f"""
        SELECT y.row_id
        FROM link_row y
        WHERE y.round = {round_}
            AND y.child IN (
                SELECT o.child
                FROM link_row o
                JOIN link_block b USING (row_id)
                JOIN swung_block s ON s.block = b.block
                WHERE o.round <= {round_} AND s.round <= {round_}
                UNION
                SELECT o.child
                FROM link_row o
                JOIN link_term t USING (row_id)
                JOIN swung_term s ON s.term = t.term
                WHERE o.round <= {round_} AND s.round = {round_}
            )"""


def contradicted_now(
    connection: duckdb.DuckDBPyConnection, round_: int, pass_: int, rows: str = "link_row"
) -> pd.Series:
    """Return the rows of a round against whose choice in a pass something speaks now that did not, or not any more.

    `rows` names the relation that says how rows are put together.
    """
    chosen = connection.execute(f"""
        WITH changed AS (SELECT DISTINCT child FROM {rows} WHERE row_id IN (SELECT row_id FROM row_of_nodes))
        SELECT row_id, seeker, choice, conflict
        FROM link_choice
        WHERE round = {round_}
            AND pass = {pass_}
            AND (seeker IN (SELECT child FROM changed) OR choice IN (SELECT child FROM changed))""").df()
    if chosen.empty:
        return chosen["row_id"].astype("int64")
    now = conflicts(connection, chosen[["seeker", "choice"]].drop_duplicates(), rows)
    both = chosen.merge(now, on=["seeker", "choice"], how="left", suffixes=("", "_now"))
    return both.loc[both["conflict"] != both["conflict_now"], "row_id"].astype("int64")


def touched_again(
    connection: duckdb.DuckDBPyConnection, of: Pass, trail: Trail, reached: pd.Series, moved: set[int]
) -> pd.Series:
    """Return the rows of a round whose children must be decided anew by the second pass.

    `reached`: the children whom the first pass decided; `moved`: the numbers of those whom it put together otherwise
    than before.
    """
    round_ = of.of_round.round
    connection.register("in_round", numbers(of.in_round, "child"))
    connection.register("trail_row", numbers(trail.rows))
    connection.register("trail_root", numbers(trail.roots_of(round_) | moved))
    connection.register("reached_child", numbers(reached))
    connection.register("moved_child", numbers(moved))
    mates = numbers_of(
        connection,
        f"""
            WITH changed AS (
                SELECT child FROM link_row WHERE row_id IN (SELECT row_id FROM moved_child)
                UNION
                SELECT child FROM link_row WHERE round = {round_} AND row_id IN (SELECT row_id FROM trail_row)
                UNION
                SELECT child FROM link_row WHERE node IN (SELECT node FROM left_node WHERE round <= {round_})
            ),
            at_home AS (
                SELECT home FROM link_row WHERE round <= {round_} AND child IN (SELECT child FROM changed)
            )
            SELECT row_id
            FROM link_row
            WHERE round <= {round_}
                AND (home IN (SELECT home FROM at_home) OR child IN (SELECT child FROM changed))""",
    )
    connection.register("mate_row", numbers(mates))
    lefts = numbers_of(
        connection,
        f"""
        SELECT row_id FROM link_row WHERE round < {round_} AND row_id IN (SELECT row_id FROM mate_row)""",
    )
    connection.register("beside", numbers(_rows_beside(connection, of, lefts)))
    touched = numbers_of(
        connection,
        f"""
        WITH sought_child AS (
            SELECT child FROM link_row WHERE row_id IN (SELECT row_id FROM reached_child)
            UNION
            SELECT child FROM link_row WHERE row_id IN (SELECT row_id FROM mate_row)
            UNION
            SELECT child FROM link_row WHERE row_id IN (SELECT row_id FROM beside)
        )
        SELECT row_id FROM link_row WHERE round = {round_} AND child IN (SELECT child FROM sought_child)
        UNION
        SELECT row_id
        FROM link_edge
        WHERE round = {round_} AND pass = {BY_HOME} AND choice IN (
                SELECT row_id FROM trail_root
                UNION
                SELECT child FROM link_row WHERE round = {round_} AND row_id IN (SELECT row_id FROM trail_row)
            )""",
    )
    touched = pd.concat([touched, contradicted_now(connection, round_, BY_HOME)])
    return with_rivals(connection, round_, BY_HOME, touched)


def with_rivals(connection: duckdb.DuckDBPyConnection, round_: int, pass_: int, touched: pd.Series) -> pd.Series:
    """Return rows of a round with those whose children competed with theirs, or with rows that went, in a pass."""
    connection.register("touched_row", numbers(touched))
    return numbers_of(
        connection,
        f"""
        WITH competing AS (
            SELECT DISTINCT choice
            FROM link_edge
            WHERE round = {round_}
                AND pass = {pass_}
                AND row_id IN (SELECT row_id FROM touched_row UNION SELECT row_id FROM link_row_gone)
        )
        SELECT row_id FROM touched_row
        UNION
        SELECT row_id
        FROM link_edge
        WHERE round = {round_} AND pass = {pass_} AND choice IN (SELECT choice FROM competing)""",
    )
