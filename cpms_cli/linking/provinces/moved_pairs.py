"""Children last seen in one store who may be children first seen in another, in a later round.

The comparisons, the model and the assignment are those by which merging links (`probabilistic`); but villages say
nothing of somebody who moved away, and only strong evidence makes a pair sure: a number that nobody else has, or the
full name, the day of birth, the sex, and the mother or a brother or sister. All else that is likely waits for a person.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd

from cpms_cli.linking.evidence import COLUMNS, drop_large_blocks, in_memory, prepare
from cpms_cli.linking.pairs.assignment import SettledRows, assign
from cpms_cli.linking.pairs.comparison_levels import BLOCKS, WITHOUT_HOMES, Comparing
from cpms_cli.linking.pairs.match_model import Model, Taught, estimate
from cpms_cli.linking.pairs.pair_rules import contradict
from cpms_cli.linking.probabilistic import scored
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

MOVED = Comparing(
    WITHOUT_HOMES,
    {
        **{name: BLOCKS[name] for name in ("birth_given", "birth_mother", "given_mother", "mother_family", "whole")},
        "number": BLOCKS["number"],
        "identifier": "identifier",
    },
    ("identifier",),
)
"""Blocks that hold over provinces: what is shared within a village only would join half the country."""
BY_ID, BY_NUMBER, BY_MOTHER, BY_MEMBERS, BY_LIKENESS = "id", "number", "mother", "members", "likeness"
"""Why a pair is told: one CPMS ID, one number, names and birth with the mother or with the home's other children, or
no more than likeness, which is never sure."""

_FULL_NAME, _SOUNDS = ("exact", "sound", "whole"), ("exact", "sound")
_NEARLY = ("alike", "other", "near")
_BIRTH_AGREES = ("exact", "month", "year")
_OF_PAIR = "l.round < r.round AND l.last AND r.first AND l.person <> r.person"
_PAIR_COLUMNS = ["id_l", "id_r", "probability", "verdict", "why", *WITHOUT_HOMES]


def pair_moved(rows: pd.DataFrame, settings: LinkingSettings) -> pd.DataFrame:
    """Pair children of one store with those of another: id_l the position of the earlier row, id_r of the later one.

    `rows`, by round: `evidence.COLUMNS`, `store`, `person` (the position of the child's first row), `identifier`, and
    `first` and `last`: whether the child may have come with this row, or gone after it. The rows between these, and
    those of brothers and sisters, have neither. Further columns: probability, verdict, `why`, the level of each
    comparison. No child is paired with two of one round, nor with one of a round in which it was seen itself.
    """
    asked = rows["first"] | rows["last"]
    if rows["store"].nunique() < 2 or not (rows["first"].any() and rows["last"].any()):
        return pd.DataFrame(columns=_PAIR_COLUMNS)
    with in_memory() as connection:
        prepare(
            connection, rows[[*COLUMNS, "identifier"]].assign(village=_nowhere(rows)), rows["person"], settings, MOVED
        )
        known = rows.loc[asked, ["store", "person", "first", "last"]]
        connection.register("may_move", known.rename_axis("id").reset_index())
        connection.execute("""
            CREATE TEMP TABLE loose AS
            SELECT features.*, m.store, m.person, m.first, m.last
            FROM features
            JOIN may_move m USING (id)
            ORDER BY id""")
        connection.unregister("may_move")
        drop_large_blocks(connection, "loose", settings.largest_block, MOVED)
        pairs = scored(connection, _model(connection, rows, settings), settings, MOVED, _OF_PAIR)
        twins = connection.execute("SELECT id FROM loose WHERE twin").df()["id"]
    pairs = _judged(_with_identifiers(pairs, rows), rows, twins)
    _, decided = assign(SettledRows(rows, rows["person"].to_numpy(np.int64), ("sex", "number")), pairs, settings)
    return decided.loc[~decided["at_home"], _PAIR_COLUMNS].reset_index(drop=True)


def _nowhere(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(None, index=rows.index, dtype="str")


def _model(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, settings: LinkingSettings) -> Model:
    """The model, taught by children seen twice in one store; how many moved is as the definition expects."""
    largest = max(int(rows["first"].sum()), int(rows["last"].sum()), 1)
    return estimate(connection, settings, MOVED, Taught("loose", min(settings.moved / largest, 0.5)))


def _with_identifiers(pairs: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The pairs with `one_id`: a form of the one store, with the child's CPMS ID, was filled in in the other."""
    left, right = (rows["identifier"].to_numpy()[pairs[side].to_numpy(int)] for side in ("id_l", "id_r"))
    return pairs.assign(one_id=pd.Series(left == right, index=pairs.index, dtype=bool))


def _judged(pairs: pd.DataFrame, rows: pd.DataFrame, twins: pd.Series) -> pd.DataFrame:
    """The pairs with `why`, `disagrees`, `contradicts`, `identical` and `certain`, as `assign` takes them."""
    store = rows["store"].to_numpy()
    at_home = pd.Series(
        store[pairs["id_l"].to_numpy(int)] == store[pairs["id_r"].to_numpy(int)], index=pairs.index, dtype=bool
    )
    against = contradict(pairs)
    # A name that is said nearly alike may be a twin's: then it must be the very name.
    of_twins = pairs["id_l"].isin(twins) | pairs["id_r"].isin(twins)
    named = pairs["given"].isin(_FULL_NAME) | ((pairs["given"] == "alike") & ~of_twins)
    born = pairs["birth"] == "exact"
    key = pairs["one_id"] | (pairs["number"] == "exact")
    # A number or an ID says who it is where the name agrees too; of a child without a name, the day of birth must.
    by_key = key & ~against & (pairs["birth"] != "slip")
    nearly = (pairs["given"].isin(_NEARLY) & ~of_twins) | ((pairs["given"] == "unknown") & (pairs["sex"] == "same"))
    by_key &= (named & pairs["birth"].isin(_BIRTH_AGREES)) | (nearly & born)
    full = named & born & (pairs["sex"] == "same") & (pairs["family"] != "differs") & (pairs["mother"] != "differs")
    full &= ~pairs["number"].isin(["differs", "slip"])
    by_mother, by_members = full & pairs["mother"].isin(_SOUNDS), full & pairs["members"].isin(["all", "some"])
    why = pd.Series(BY_LIKENESS, index=pairs.index, dtype="str")
    for reason, holds in ((BY_MEMBERS, by_members), (BY_MOTHER, by_mother)):
        why = why.mask(holds & ~key, reason)
    why = why.mask(key, BY_NUMBER).mask(pairs["one_id"], BY_ID)
    strong = by_key | (~key & (by_mother | by_members))
    return pairs.assign(
        why=why,
        at_home=at_home,
        disagrees=~strong,
        # What a store itself left apart stays apart here, though it is a rival.
        contradicts=against | at_home,
        identical=(by_key | (pairs["identical"] & born)) & ~at_home,
        certain=by_key & ~at_home,
    )
