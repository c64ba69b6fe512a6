"""What a linking works with: the rows as the store remembers them, and their details in memory, as they are needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb
import pandas as pd

from cpms_cli.linking.evidence import prepare_more
from cpms_cli.linking.kept.link_rows import numbers
from cpms_cli.linking.pairs.assignment import AUTOMATIC
from cpms_cli.linking.pairs.match_model import Model
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

FACTS_DIFFER, TWICE_IN_A_ROUND = 1, 2
"""What speaks against two children's being one, whatever their names."""


def _no_pairs() -> pd.DataFrame:
    return pd.DataFrame({"first": [], "second": []}, dtype="int64")


@dataclass
class Linking:
    """What a linking works with.

    `rows` has `link_row` and its sister tables; `names` holds, in memory, the details that are compared (`features`).
    `evidence` gives the rows of these numbers, and all who live with them, with the columns of `evidence.COLUMNS` and
    `row_id`. `apart`, `again`: pairs of rows (`first`, `second`, numbers) that a person said are two children, or is to
    be asked about again.
    """

    rows: duckdb.DuckDBPyConnection
    names: duckdb.DuckDBPyConnection
    evidence: Callable[[pd.Series], pd.DataFrame]
    settings: LinkingSettings
    apart: pd.DataFrame = field(default_factory=_no_pairs)
    again: pd.DataFrame = field(default_factory=_no_pairs)
    loaded: set[int] = field(default_factory=set)

    def compare_ready(self, ids: pd.Series) -> None:
        """Make the `features` of these rows, where they are missing."""
        missing = ids[~ids.isin(self.loaded)].drop_duplicates()
        if missing.empty and self.loaded:
            return
        prepare_more(self.names, self.evidence(missing), missing, self.settings, begun=bool(self.loaded))
        self.loaded |= set(missing.tolist())

    def ranks(self, ids: pd.Series) -> pd.Series:
        """Return the place of each of these rows in the order of keys, by number of the row."""
        self.rows.register("asked_row", numbers(ids.drop_duplicates()))
        ranks = self.rows.execute("""
            SELECT row_id, row_number() OVER (ORDER BY row_key) AS rank
            FROM link_row
            SEMI JOIN asked_row USING (row_id)""").df()
        self.rows.unregister("asked_row")
        return ranks.set_index("row_id")["rank"]

    def children_apart(self) -> pd.DataFrame:
        """Return the pairs of children, as they stand, of whom a person said that they are two: child, other_child."""
        if self.apart.empty:
            return pd.DataFrame({"child": [], "other_child": []}, dtype="int64")
        self.rows.register("apart_rows", self.apart)
        apart = self.rows.execute("""
            WITH both_ways AS (
                SELECT first, second FROM apart_rows
                UNION ALL
                SELECT second AS first, first AS second FROM apart_rows
            )
            SELECT DISTINCT l.child, r.child AS other_child
            FROM both_ways b
            JOIN link_row l ON l.row_id = b.first
            JOIN link_row r ON r.row_id = b.second""").df()
        self.rows.unregister("apart_rows")
        return apart


@dataclass(frozen=True)
class RoundModel:
    """The round that is linked, the model by which its pairs are weighed, and how many of the rows of the rounds before
    tell each name (`known`, by comparison; of so many `rounds`). `weight`: how many rows the usual frequency is worth.
    """

    round: int
    model: Model
    rounds: int
    known: dict[str, int]
    weight: float


def children_of(connection: duckdb.DuckDBPyConnection, ids: pd.Series, round_: int) -> pd.DataFrame:
    """Return of each of these rows its child, as it stands before a round is linked, and in which of the rounds before
    that child is: row_id, child, rounds (a bit for each)."""
    connection.register("asked_row", numbers(ids.drop_duplicates()))
    children = connection.execute(f"""
        WITH asked AS (SELECT row_id, child FROM link_row SEMI JOIN asked_row USING (row_id)),
        present AS (
            SELECT child, bit_or(1::BIGINT << ({round_} - round)) AS rounds
            FROM link_row
            SEMI JOIN asked USING (child)
            WHERE round < {round_}
            GROUP BY child
        )
        SELECT row_id, child, coalesce(rounds, 0) AS rounds
        FROM asked
        LEFT JOIN present USING (child)""").df()
    connection.unregister("asked_row")
    return children


def rows_of_children(connection: duckdb.DuckDBPyConnection, children: pd.Series, last: int) -> pd.Series:
    """Return the rows of these children, as they stand, of rounds up to `last`."""
    connection.register("sought_child", numbers(children, "child"))
    rows: pd.Series = connection.execute(f"""
        SELECT row_id
        FROM link_row
        SEMI JOIN sought_child USING (child)
        WHERE round <= {last}
        ORDER BY row_key""").df()["row_id"]
    connection.unregister("sought_child")
    return rows


def conflicts(connection: duckdb.DuckDBPyConnection, chosen: pd.DataFrame, rows: str = "link_row") -> pd.DataFrame:
    """Return what speaks against each pair of children (seeker, choice) in all rounds, later ones too: `conflict`.

    TWICE_IN_A_ROUND; FACTS_DIFFER: another sex, number or identifier on their forms; 0: nothing. `rows` names the
    relation that says how rows are put together.
    """
    connection.register("chosen_pair", chosen)
    differ = " OR ".join(
        f"""coalesce(NOT list_has_any(
                list({fact}) FILTER (seeks AND {fact} IS NOT NULL),
                list({fact}) FILTER (NOT seeks AND {fact} IS NOT NULL)
            ), FALSE)"""
        for fact in ("sex", "number", "carried")
    )
    against = connection.execute(f"""
        WITH side AS (
            SELECT seeker, choice, seeker AS child, TRUE AS seeks FROM chosen_pair
            UNION ALL
            SELECT seeker, choice, choice AS child, FALSE AS seeks FROM chosen_pair
        ),
        member AS (
            SELECT seeker, choice, seeks, round, sex, carried, IF(shared, NULL, number) AS number
            FROM side
            JOIN {rows} USING (child)
        )
        SELECT
            seeker,
            choice,
            CASE
                WHEN len(list_distinct(list(round))) < count(*) THEN {TWICE_IN_A_ROUND}
                WHEN {differ} THEN {FACTS_DIFFER}
                ELSE 0
            END AS conflict
        FROM member
        GROUP BY seeker, choice""").df()
    connection.unregister("chosen_pair")
    return against


def note_joined(connection: duckdb.DuckDBPyConnection, rounds: str) -> None:
    """Create `joined`: the children that the passes of these rounds (SQL of `c.round`) put together; the later one
    (`loser`) goes by the number of the earlier one (`winner`)."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE joined AS
        SELECT
            c.round,
            c.pass,
            IF(a.row_key < b.row_key, c.choice, c.seeker) AS loser,
            IF(a.row_key < b.row_key, c.seeker, c.choice) AS winner
        FROM link_choice c
        JOIN link_row a ON a.row_id = c.seeker
        JOIN link_row b ON b.row_id = c.choice
        WHERE c.verdict = '{AUTOMATIC}' AND c.round {rounds}""")


def join_children(connection: duckdb.DuckDBPyConnection, round_: int, pass_: int, rows: str = "link_row") -> None:
    """Let the children of `rows` that a pass of a round put together, as `joined` says, be one."""
    connection.execute(f"""
        UPDATE {rows} r
        SET child = j.winner
        FROM joined j
        WHERE j.round = {round_} AND j.pass = {pass_} AND r.child = j.loser""")


def decided_pairs(of_children: str = "TRUE") -> str:
    """Return a SELECT of the pairs of rows that were taken or wait: by key (row_a, row_b) and by number (first_row,
    second_row).

    Of two children that wait for a person the likeliest pair stands for all. `of_children` says in SQL which children
    (`a.child`, `b.child`) are looked at; of two, all their pairs are or none.
    """
    return f"""
        WITH shown AS (
            SELECT c.*, a.child AS child, b.child AS other_child, a.row_key AS row_a, b.row_key AS row_b
            FROM link_choice c
            JOIN link_row a ON a.row_id = c.first_row
            JOIN link_row b ON b.row_id = c.second_row
            WHERE c.verdict IS NOT NULL AND (c.verdict = '{AUTOMATIC}' OR a.child <> b.child) AND ({of_children})
        )
        SELECT row_a, row_b, first_row, second_row, verdict, weight, probability, levels
        FROM shown
        QUALIFY row_number() OVER (PARTITION BY row_a, row_b ORDER BY verdict, round, pass) = 1
            AND (
                verdict = '{AUTOMATIC}'
                OR row_number() OVER (
                    PARTITION BY verdict, least(child, other_child), greatest(child, other_child)
                    ORDER BY probability DESC, row_a, row_b, round, pass
                ) = 1
            )
        ORDER BY row_a, row_b"""
