"""Which rows of two tables, or of one, are one person: scored, weighed against relatives, and put together.

The settings, the comparisons of names, the model and the assignment are those by which merging links children
(`probabilistic`). What a survey has and a table of persons may not have (sex, home, mother) says nothing where it is
blank. No number links by itself: it is compared as everything else is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.linking.carried_ids import same_person
from cpms_cli.linking.evidence import drop_large_blocks, in_memory, know_again, prepare
from cpms_cli.linking.pairs.assignment import AUTOMATIC, SettledRows, assign
from cpms_cli.linking.pairs.comparison_levels import STRONG_NAMES
from cpms_cli.linking.pairs.match_model import Model, estimate
from cpms_cli.linking.pairs.pair_rules import contradict, disagree
from cpms_cli.linking.pairs.person_levels import PERSONS
from cpms_cli.linking.probabilistic import find_loose, scored
from cpms_cli.linking.store_rows import without_shared_numbers
from cpms_cli.linking.tables.duplicates import join_duplicates
from cpms_cli.linking.tables.relatives import cleared, relatives_per_row, weight_against_relatives
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

_PASSES = 3
_LEVELS = list(PERSONS.conditions)


@dataclass(frozen=True)
class PersonPairs:
    """`pairs`: id_l, id_r, weight, probability, verdict (automatic, doubtful), and the level of each comparison;
    `relatives`: how many relatives a row has in a table; `parameters` of the model, None where nothing was compared."""

    pairs: pd.DataFrame
    relatives: float | None
    parameters: dict[str, Any] | None


def pair_persons(rows: pd.DataFrame, settings: LinkingSettings) -> PersonPairs:
    """Pair rows that are one person.

    `rows`: the columns of `person_rows` with `round`, 1 for the left table and 2 for the right one; where all are of
    one round, duplicates within it are looked for. Of two tables, a row of one belongs to one row of the other at most.
    """
    columns = ["id_l", "id_r", "weight", "probability", "verdict", *_LEVELS]
    if len(rows) < 2:
        return PersonPairs(pd.DataFrame(columns=columns), None, None)
    two_tables = rows["round"].nunique() > 1
    if two_tables:
        rows = without_shared_numbers(rows, ["round"])
    with in_memory() as connection:
        prepare(connection, rows, pd.Series(range(len(rows))), settings, PERSONS)
        if not two_tables:
            # Another row of a home may be the same person written twice, and tells nothing of brothers and sisters.
            connection.execute("UPDATE features SET members = NULL, named = NULL, named_said = NULL, twin = FALSE")
        _take_all(connection, settings)
        model = _taught(connection, rows, two_tables, settings)
        every = scored(connection, model, settings, PERSONS, "l.node <> r.node")
        relatives = relatives_per_row(every, len(rows), settings)
        if two_tables:
            pairs = _paired(connection, rows, every, _Weighing(model, relatives, settings))
        else:
            weighing = _Weighing(model, relatives, settings)
            pairs = join_duplicates(rows, _judged(every, weighing), settings)
            # Rows that are one person by then are no relatives.
            one_person = pd.MultiIndex.from_frame(pairs.loc[pairs["verdict"] == AUTOMATIC, ["id_l", "id_r"]])
            others = every[~pd.MultiIndex.from_frame(every[["id_l", "id_r"]]).isin(one_person)]
            relatives = relatives_per_row(others, len(rows), settings)
            pairs = join_duplicates(rows, _judged(every, replace(weighing, relatives=relatives)), settings)
    return PersonPairs(pairs[columns].reset_index(drop=True), relatives, model.document())


def _take_all(connection: duckdb.DuckDBPyConnection, settings: LinkingSettings) -> None:
    """Create `loose` of all rows: they all look for another."""
    connection.execute("CREATE OR REPLACE TEMP TABLE loose AS SELECT * FROM features ORDER BY id")
    drop_large_blocks(connection, "loose", settings.largest_block, PERSONS)


def _taught(
    connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, two_tables: bool, settings: LinkingSettings
) -> Model:
    """The model, taught by the rows that have a number in common and do not contradict each other."""
    identifiers = pd.DataFrame(
        {
            "round": rows["round"] if two_tables else range(len(rows)),
            "carried": pd.Series(None, index=rows.index, dtype="str"),
            "second": rows["number"],
            "sex": rows["sex"],
            "low": rows["low"],
            "high": rows["high"],
        }
    )
    by_number = same_person(identifiers)["group"]
    crowd = by_number.groupby(by_number).transform("size") > settings.largest_home
    know_again(connection, by_number.mask(crowd, pd.Series(range(len(rows)))))
    model = estimate(connection, settings, PERSONS)
    know_again(connection, pd.Series(range(len(rows))))
    if two_tables:
        return model
    prior = min(2 * settings.tables.duplicates / len(rows), 0.5)
    return Model(model.shares, prior, model.sure_pairs, model.random_pairs)


@dataclass(frozen=True)
class _Weighing:
    """By what pairs are weighed; `relatives` is how many relatives a row has in a table."""

    model: Model
    relatives: float
    settings: LinkingSettings


def _judged(pairs: pd.DataFrame, weighing: _Weighing) -> pd.DataFrame:
    """The pairs with `disagrees` and `contradicts`: what a person must look at, whatever the score."""
    weight = weight_against_relatives(pairs, weighing.model, weighing.relatives, weighing.settings)
    clear = cleared(pairs, weight, weighing.settings)
    # Numbers change and are mistyped; but then name and birth date must say who it is.
    surely_named = pairs["given"].isin(STRONG_NAMES) & (pairs["birth"] == "exact")
    contradicts = contradict(pairs) | ((pairs["register"] == "differs") & ~surely_named)
    # A table has no year, by which a row without a name could be known to be a baby's.
    known_by_house = dict.fromkeys(("unnamed", "no_twin", "untold", "parted", "likened"), False)
    disagrees = disagree(pairs.assign(number=pairs["register"], **known_by_house))
    return pairs.assign(disagrees=disagrees & ~clear, contradicts=contradicts & ~clear, clear=clear)


def _paired(
    connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, first_pairs: pd.DataFrame, weighing: _Weighing
) -> pd.DataFrame:
    """The pairs of two tables, one row to one row."""
    cluster: npt.NDArray[np.int64] = np.arange(len(rows), dtype=np.int64)
    pairs, taken, settings = first_pairs, list[pd.DataFrame](), weighing.settings
    decided = pd.DataFrame()
    for number in range(_PASSES):
        settled = SettledRows(rows, cluster, ("sex", "national"))
        cluster, decided = assign(settled, _judged(pairs, weighing), settings)
        linked = decided[decided["verdict"] == AUTOMATIC]
        if linked.empty or number == _PASSES - 1:
            break
        # Whom one pass finds again tells the next which homes are the same.
        taken.append(linked)
        know_again(connection, pd.Series(cluster))
        find_loose(connection, settings, PERSONS)
        pairs = scored(connection, weighing.model, settings, PERSONS)
    return pd.concat([*taken, decided], ignore_index=True).drop_duplicates(["id_l", "id_r"])
