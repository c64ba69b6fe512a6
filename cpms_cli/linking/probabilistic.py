"""The third step: rows that no identifier links, by names, birth date, sex, mother, home, village and household.

A pair over the precision target is linked only if, besides, the given name agrees, neither sex nor birth date
contradicts, the name is not that of a brother or sister in the same home, and both sides agree in their numbers:
with 3 % twins and 20 % siblings the score alone would be wrong in every eighth pair. All else waits for a person,
and counts as a new child until then. Here it is done for rows in memory; `store_links` does it for a store.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.linking.evidence import drop_large_blocks, in_memory
from cpms_cli.linking.kept.link_rows import digest
from cpms_cli.linking.pairs.assignment import SettledRows
from cpms_cli.linking.pairs.comparison_levels import CHILDREN, CONDITIONS, Comparing
from cpms_cli.linking.pairs.match_model import Model
from cpms_cli.linking.pairs.pair_scores import block_pairs, score_pairs
from cpms_cli.linking.rounds.all_rounds import link_all_rounds
from cpms_cli.linking.rounds.frequencies import note_frequencies
from cpms_cli.linking.rounds.linking_state import Linking, decided_pairs
from cpms_cli.store.tables.link_row_tables import make_link_rows
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings


@dataclass(frozen=True)
class Linkage:
    """`cluster`: of each row, the position of its first row; `pairs`: id_l, id_r, weight, probability, verdict, and the
    level of each comparison by its name; `parameters` of the model, None where there was nothing to compare."""

    cluster: npt.NDArray[np.int64]
    pairs: pd.DataFrame
    parameters: dict[str, Any] | None


def scored(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    settings: LinkingSettings,
    comparing: Comparing = CHILDREN,
    of_pair: str = "l.round <> r.round AND l.node <> r.node",
) -> pd.DataFrame:
    """Return the pairs of `loose` that share a block, as `score_pairs` does.

    `of_pair` says in SQL which pairs count.
    """
    note_frequencies(connection, model, settings.weight_of_defaults)
    block_pairs(connection, "loose", comparing, of_pair)
    return score_pairs(connection, model, "loose", comparing)


def find_loose(
    connection: duckdb.DuckDBPyConnection, settings: LinkingSettings, comparing: Comparing = CHILDREN
) -> int:
    """Create `loose`: the rows of children that are not yet in every round; how many rounds they are of."""
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE loose AS
        SELECT *
        FROM features
        WHERE node IN (
            SELECT node
            FROM features
            GROUP BY node
            HAVING count(*) < (SELECT count(DISTINCT round) FROM features)
        )
        ORDER BY id""")
    drop_large_blocks(connection, "loose", settings.largest_block, comparing)
    row = connection.execute("SELECT count(DISTINCT round) FROM loose").fetchone()
    return int(row[0]) if row else 0


def link(settled: SettledRows, settings: LinkingSettings) -> Linkage:
    """Link what identifiers and decisions left apart.

    The rows have the columns of `evidence.COLUMNS` as well, and stand in the order of their keys.
    """
    rows = settled.rows.reset_index(drop=True)
    nothing = pd.DataFrame(columns=["id_l", "id_r", "weight", "probability", "verdict", *CONDITIONS])
    if rows["round"].nunique() < 2:
        return Linkage(settled.cluster, nothing, None)
    with in_memory() as connection, in_memory() as names:
        make_link_rows(connection)
        _note_rows(connection, settled)
        linking = Linking(connection, names, partial(_with_mates, rows), settings)
        model = link_all_rounds(linking)
        assert model is not None
        pairs = connection.execute(decided_pairs()).df().drop(columns=["row_a", "row_b"])
        cluster = connection.execute("SELECT child FROM link_row ORDER BY row_id").df()["child"].to_numpy(np.int64)
    levels = pd.DataFrame([json.loads(text) for text in pairs["levels"]], columns=list(CONDITIONS))
    pairs = pd.concat([pairs.drop(columns="levels"), levels], axis=1)
    return Linkage(cluster, pairs.rename(columns={"first_row": "id_l", "second_row": "id_r"}), model.document())


def _note_rows(connection: duckdb.DuckDBPyConnection, settled: SettledRows) -> None:
    """Fill `link_row` with rows that stand in the order of their keys."""
    rows, numbers = settled.rows, np.arange(len(settled.rows))
    facts: dict[str, pd.Series] = {fact: rows[fact] for fact in ("sex", "number") if fact in settled.facts}
    facts |= {"carried": rows["printed"]} if "printed" in settled.facts else {}
    frame = pd.DataFrame(
        {"row_id": numbers, "round": rows["round"], "node": settled.cluster, "home": rows["home"], **facts}
    )
    connection.register("settled_row", frame)
    known = {name: digest(name) if name in facts else "NULL" for name in ("number", "carried")}
    connection.execute(f"""
        INSERT INTO link_row BY NAME
        SELECT
            row_id,
            format('{{:09}}', row_id) AS row_key,
            round,
            {digest("round || '|' || home")} AS home,
            {"sex" if "sex" in facts else "NULL"} AS sex,
            {known["number"]} AS number,
            FALSE AS shared,
            {known["carried"]} AS carried,
            FALSE AS named,
            node,
            node AS child
        FROM settled_row""")
    connection.unregister("settled_row")


def _with_mates(rows: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """Return these rows and all of their homes."""
    place = rows["round"].astype("str") + "|" + rows["home"]
    asked = rows.index.isin(ids) | place.isin(place.loc[ids].dropna())
    return rows[asked].assign(row_id=rows.index[asked])
