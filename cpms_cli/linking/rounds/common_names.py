"""Which blocks and names became common enough with the last change to weigh otherwise, or rare enough."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cpms_cli.linking.pairs.match_model import Model
from cpms_cli.linking.rounds.frequencies import half_steps
from cpms_cli.linking.rounds.linking_state import Linking


def note_swings(linking: Linking, model: Model, rounds: list[int]) -> None:
    """Create `swung_block` (block, and the round that is too full or not any more) and `swung_term` (term, and the
    round that is linked by another frequency)."""
    connection, largest = linking.rows, linking.settings.largest_block
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE swung_block AS
        WITH changed AS (
            SELECT block, round, 1 AS more FROM link_block WHERE row_id IN (SELECT row_id FROM renamed_row)
            UNION ALL
            SELECT block, round, -1 FROM block_before
        ),
        net AS (SELECT block, round, sum(more) AS more FROM changed GROUP BY block, round HAVING sum(more) <> 0),
        now AS (SELECT block, round, count(*) AS rows FROM link_block SEMI JOIN net USING (block, round) GROUP BY ALL)
        SELECT block, round
        FROM net
        LEFT JOIN now USING (block, round)
        WHERE (coalesce(rows, 0) > {largest}) <> (coalesce(rows, 0) - more > {largest})""")
    swung = _swung_terms(linking, model, rounds)
    connection.register("swung_now", swung.astype({"term": "uint64", "round": "int64"}))
    connection.execute("CREATE OR REPLACE TEMP TABLE swung_term AS FROM swung_now")
    connection.unregister("swung_now")


def _swung_terms(linking: Linking, model: Model, rounds: list[int]) -> pd.DataFrame:
    """Return the terms that have another frequency now: term, and the round that is linked by it."""
    nothing = pd.DataFrame({"term": [], "round": []})
    net = linking.rows.execute("""
        WITH changed AS (
            SELECT term, kind, round, 1 AS more FROM link_term WHERE row_id IN (SELECT row_id FROM renamed_row)
            UNION ALL
            SELECT term, kind, round, -1 FROM term_before
        )
        SELECT term, kind, round, sum(more)::BIGINT AS more
        FROM changed
        GROUP BY term, kind, round
        HAVING sum(more) <> 0""").df()
    later = [round_ for round_ in rounds if len(net) and round_ > net["round"].min()]
    if not later:
        return nothing
    linking.rows.register("net_term", net[["term"]].drop_duplicates())
    now = linking.rows.execute("""
        SELECT term, round, count(*) AS rows
        FROM link_term
        WHERE term IN (SELECT term FROM net_term)
        GROUP BY term, round""").df()
    linking.rows.unregister("net_term")
    usual = {name: model.shares[name]["exact"][1] * linking.settings.weight_of_defaults for name in model.weighed}
    swung = [nothing]
    for round_ in later:
        more = net[net["round"] < round_].groupby(["term", "kind"], as_index=False)["more"].sum()
        rows = more["term"].map(now[now["round"] < round_].groupby("term")["rows"].sum()).fillna(0)
        before = rounds.index(round_)
        weight = more["kind"].map(usual)
        after, earlier = (half_steps(count / before + weight) for count in (rows, rows - more["more"]))
        differ = ~np.isclose(after, earlier)
        swung.append(more.loc[differ, ["term"]].assign(round=round_))
    return pd.concat([part for part in swung if len(part)] or [nothing])
