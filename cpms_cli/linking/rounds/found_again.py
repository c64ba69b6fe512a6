"""Which homes are the same: those whose children are found again, by identifiers or by the first pass of a round."""

from __future__ import annotations

import pandas as pd

from cpms_cli.linking.kept.link_rows import numbers
from cpms_cli.linking.pairs.comparison_levels import of_one_birth
from cpms_cli.linking.rounds.linking_state import Linking, children_of


def note_found_again(linking: Linking, round_: int, in_round: pd.Series) -> str:
    """Create a relation like `features` in which the other children of a home that are found again go by their child
    instead of their name, for the rows of `row_pair`; its name.

    `in_round`: the children, as they stand, who are in the round; those of them are found again who were there before.
    """
    names = linking.names
    names.execute("""
        CREATE OR REPLACE TEMP TABLE mate AS
        WITH asked AS (SELECT id_l AS id FROM row_pair UNION SELECT id_r FROM row_pair)
        SELECT f.id, m.id AS mate_id, m.given_loose
        FROM asked
        JOIN features f USING (id)
        JOIN resident m ON m.round = f.round AND m.home = f.home AND m.id <> f.id""")
    mates: pd.DataFrame = names.execute("SELECT DISTINCT mate_id AS row_id FROM mate").df()
    linking.rows.register("asked_row", mates)
    linking.rows.register("sought_child", numbers(in_round, "child"))
    again = linking.rows.execute(f"""
        SELECT row_id AS mate_id, '#' || child AS again
        FROM link_row r
        SEMI JOIN asked_row USING (row_id)
        SEMI JOIN sought_child USING (child)
        WHERE round < {round_}
            OR EXISTS (SELECT 1 FROM link_row o WHERE o.child = r.child AND o.round < {round_})""").df()
    linking.rows.unregister("asked_row")
    linking.rows.unregister("sought_child")
    names.register("mate_again", again)
    names.execute("""
        CREATE OR REPLACE TEMP TABLE features_again AS
        WITH members_again AS (
            SELECT
                id,
                list(coalesce(again, given_loose) ORDER BY mate_id)
                FILTER (coalesce(again, given_loose) IS NOT NULL) AS members
            FROM mate
            LEFT JOIN mate_again USING (mate_id)
            GROUP BY id
        ),
        asked AS (SELECT id_l AS id FROM row_pair UNION SELECT id_r FROM row_pair)
        SELECT f.* REPLACE (coalesce(a.members, f.members) AS members)
        FROM features f
        SEMI JOIN asked USING (id)
        LEFT JOIN members_again a USING (id)""")
    names.unregister("mate_again")
    return "features_again"


def mates_of(linking: Linking, rows: pd.Series, round_: int) -> pd.DataFrame:
    """Return who lives with the children of these rows, up to a round: child, round, mate (children as they stand now),
    `twin` (the mate may be of the same birth), and `dated`: both days of birth are known, so that it is a twin indeed.
    """
    linking.names.register("asked_row", numbers(rows, "id"))
    mates: pd.DataFrame = linking.names.execute(f"""
        SELECT
            f.id,
            f.round,
            m.id AS mate_id,
            {of_one_birth("f", "m")} AS twin,
            f.low = f.high AND m.low = m.high AS dated
        FROM features f
        SEMI JOIN asked_row USING (id)
        JOIN resident m ON m.round = f.round AND m.home = f.home AND m.id <> f.id""").df()
    linking.names.unregister("asked_row")
    child = children_of(linking.rows, pd.concat([rows, mates["mate_id"]]), round_).set_index("row_id")["child"]
    return mates.assign(child=mates["id"].map(child), mate=mates["mate_id"].map(child))
