"""The third step: rows that no identifier links, by names, birth date, sex, mother, home, village and household.

How a result that does not depend on the order of merging fits "new rounds are added to children already known": every
merge works out the links of the whole store anew, from the current rows and the decisions people made, taking the
rounds in the order of their years. So the same rows give the same children in whatever order their files came. What
lasts is the identifier, not the computation: it is anchored to the row it was given to (`store/link_tables.py`), stays
with that row whatever the row is linked to later, and a form that carries it leads to that row's child for ever. Where
two children turn out to be one, the earliest row's identifier is shown and the other still finds the child.

A pair over the precision target is linked only if, besides, the given name agrees, neither sex nor birth date
contradicts, the name is not that of a brother or sister in the same home, and both sides agree in their numbers:
with 3 % twins and 20 % siblings the score alone would be wrong in every eighth pair. All else waits for a person,
and counts as a new child until then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.linking.assignment import AUTOMATIC, SettledRows, assign
from cpms_cli.linking.comparison_levels import (
    CHILDREN,
    CONDITIONS,
    FAIR_NAMES,
    REFUSALS,
    STRONG_NAMES,
    UNKNOWN,
    Comparing,
)
from cpms_cli.linking.evidence import drop_large_blocks, in_memory, know_again, prepare
from cpms_cli.linking.match_model import Model, estimate
from cpms_cli.linking.pair_scores import block_pairs, note_frequencies, score_pairs
from cpms_cli.survey.model.linking_settings import LinkingSettings

_FURTHER_PASSES = 2
_SAME_MOTHER = ("exact", "sound", "alike")


@dataclass(frozen=True)
class Linkage:
    """`cluster`: of each row, the position of its first row; `pairs`: id_l, id_r, weight, probability, verdict, and the
    level of each comparison by its name; `parameters` of the model, None where there was nothing to compare."""

    cluster: npt.NDArray[np.int64]
    pairs: pd.DataFrame
    parameters: dict[str, Any] | None


def disagree(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs have no name in common that would do without a person, whatever their score."""
    name = pairs["given"]
    # What is near within one script may be a twin's name: then a nickname must agree as well, which twins do not share.
    own = (name == "other") | (pairs["nickname"] == "exact") | ~pairs["one_script"].fillna(False).astype(bool)
    agrees = name.isin(STRONG_NAMES) | (name.isin(FAIR_NAMES) & (pairs["birth"] == "exact") & own)
    mother_or_home = pairs["mother"].isin(_SAME_MOTHER) | ((pairs["place"] == "home") & (pairs["mother"] == UNKNOWN))
    agrees |= pairs["unnamed"] & mother_or_home
    return ~(agrees | ((pairs["number"] == "exact") & (name != "differs")))


def contradict(pairs: pd.DataFrame) -> pd.Series:
    """Return which pairs speak against each other, so that what else their children are must wait as well."""
    agrees = pd.Series(False, index=pairs.index)
    for comparison, level in REFUSALS.items():
        agrees |= pairs[comparison] == level
    return agrees


def scored(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    settings: LinkingSettings,
    comparing: Comparing = CHILDREN,
    of_pair: str = "l.round <> r.round AND l.node <> r.node",
) -> pd.DataFrame:
    """Return the pairs of `loose` that share a block, as `score_pairs` does; `of_pair` says in SQL which pairs count."""
    note_frequencies(connection, model, settings.weight_of_defaults)
    block_pairs(connection, "loose", comparing, of_pair)
    return score_pairs(connection, model, "loose", comparing)


def find_loose(
    connection: duckdb.DuckDBPyConnection, settings: LinkingSettings, comparing: Comparing = CHILDREN
) -> int:
    """Create `loose`: the rows of children that are not yet in every round; how many rounds they are of."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE loose AS SELECT * FROM features WHERE node IN ("
        " SELECT node FROM features GROUP BY node HAVING count(*) <"
        " (SELECT count(DISTINCT round) FROM features)) ORDER BY id"
    )
    drop_large_blocks(connection, "loose", settings.largest_block, comparing)
    row = connection.execute("SELECT count(DISTINCT round) FROM loose").fetchone()
    return int(row[0]) if row else 0


def _assigned(
    connection: duckdb.DuckDBPyConnection, model: Model, settled: SettledRows, settings: LinkingSettings
) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
    """The clusters, and the pairs that were taken or wait, of what `features` says now."""
    pairs = scored(connection, model, settings)
    pairs["disagrees"], pairs["contradicts"] = disagree(pairs), contradict(pairs)
    if settled.again is not None and len(settled.again):
        asked = pd.MultiIndex.from_frame(settled.again[["id_l", "id_r"]])
        pairs["contradicts"] |= pd.MultiIndex.from_frame(pairs[["id_l", "id_r"]]).isin(asked)
    return assign(settled, pairs, settings)


def link(settled: SettledRows, settings: LinkingSettings) -> Linkage:
    """Link what identifiers and decisions left apart.

    The rows have the columns of `evidence.COLUMNS` as well, and stand in the order of their keys.
    """
    rows = settled.rows
    nothing = Linkage(
        settled.cluster, pd.DataFrame(columns=["id_l", "id_r", "weight", "probability", "verdict", *CONDITIONS]), None
    )
    if rows["round"].nunique() < 2:
        return nothing
    with in_memory() as connection:
        prepare(connection, rows, pd.Series(settled.cluster), settings)
        if find_loose(connection, settings) < 2:
            return nothing
        model = estimate(connection, settings)
        cluster, decided = _assigned(connection, model, settled, settings)
        taken: list[pd.DataFrame] = []
        # Whom one pass finds again tells the next which homes are the same, though the number of the house changed.
        for _ in range(_FURTHER_PASSES):
            linked = decided[decided["verdict"] == AUTOMATIC]
            taken.append(linked)
            know_again(connection, pd.Series(cluster))
            if linked.empty or find_loose(connection, settings) < 2:
                break
            cluster, decided = _assigned(connection, model, replace(settled, cluster=cluster), settings)
        decided = pd.concat([*(part for part in taken if len(part)), decided], ignore_index=True).drop_duplicates(
            ["id_l", "id_r"]
        )
    return Linkage(cluster, decided, model.document())
