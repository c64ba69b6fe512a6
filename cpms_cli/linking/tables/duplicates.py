"""Rows of one table that are one person, any number of them: joined pair by pair, the likeliest first.

Two groups are joined by a pair that is sure, unless some row of the one and some row of the other say that they are two
persons: a row without a name would join twins. Names and birth dates say so only to a pair that could be of relatives,
another sex or national ID to any. What is not joined so, though likely, waits for a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from cpms_cli.linking.pairs.assignment import AUTOMATIC, DOUBTFUL
from cpms_cli.linking.pairs.comparison_levels import UNKNOWN
from cpms_cli.linking.pairs.person_levels import PERSONS
from cpms_cli.linking.tables.relatives import NUMBER_AGREES
from cpms_cli.survey.model.settings.linking_settings import LinkingSettings

_MAX_EXPONENT = 60.0


class _Groups:
    """Groups of rows that grow together; of two rows that are `apart`, some may be joined by way of a third."""

    def __init__(self, size: int) -> None:
        self.group = list(range(size))
        self.rows = {row: [row] for row in range(size)}

    def join(self, first: int, second: int, apart: Mapping[int, set[int]]) -> None:
        """Join the groups of two rows where no two rows of them are apart."""
        left, right = sorted((self.group[first], self.group[second]))
        if left == right or any(apart[row].intersection(self.rows[right]) for row in self.rows[left] if row in apart):
            return
        for row in self.rows[right]:
            self.group[row] = left
        self.rows[left] += self.rows.pop(right)


def _apart(pairs: pd.DataFrame) -> dict[int, set[int]]:
    rows: dict[int, set[int]] = defaultdict(set)
    for left, right in zip(pairs["id_l"].tolist(), pairs["id_r"].tolist(), strict=True):
        rows[left].add(right)
        rows[right].add(left)
    return dict(rows)


def join_duplicates(rows: pd.DataFrame, pairs: pd.DataFrame, settings: LinkingSettings) -> pd.DataFrame:
    """Return the pairs of rows that are one person, or may be: `pairs` with probability and verdict.

    `pairs`: id_l, id_r, weight, disagrees, contradicts, `clear` and the level of each comparison. Rows that are one
    person by way of a third have a pair as well; where they share nothing that was looked at, its levels are unknown.
    """
    odds = np.exp2(pairs["weight"].clip(upper=_MAX_EXPONENT))
    pairs = pairs.assign(probability=odds / (1 + odds)).sort_values(
        ["weight", "id_l", "id_r"], ascending=[False, True, True], ignore_index=True
    )
    always = _two_persons(rows, pairs)
    differ = (pairs["given"] == "differs") | (pairs["birth"] == "differs")
    ever = always | (differ & ~pairs["register"].isin(NUMBER_AGREES))
    apart = {True: _apart(pairs[always]), False: _apart(pairs[ever])}
    refused = pairs["disagrees"] | pairs["contradicts"]
    sure = pairs[~refused & (pairs["probability"] >= settings.tables.automatic)]
    groups = _Groups(len(rows))
    for first, second, clear in zip(*(sure[name].tolist() for name in ("id_l", "id_r", "clear")), strict=True):
        groups.join(first, second, apart[clear])
    group = np.array(groups.group)
    left, right = group[pairs["id_l"].to_numpy(int)], group[pairs["id_r"].to_numpy(int)]
    pairs = pairs.assign(left=np.minimum(left, right), right=np.maximum(left, right))
    asked = (left != right) & (pairs["probability"] >= settings.review) & ~_nobody_asks(rows, pairs)
    open_ = pairs[asked].drop_duplicates(["left", "right"])
    together = _together(group, pairs, settings)
    both: pd.DataFrame = pd.concat([together, open_.assign(verdict=DOUBTFUL)])
    return both.sort_values(["id_l", "id_r"], ignore_index=True)


def _other_national_id(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series:
    national = rows["national"].to_numpy()
    left, right = national[pairs["id_l"].to_numpy(int)], national[pairs["id_r"].to_numpy(int)]
    return pd.Series(pd.notna(left) & pd.notna(right) & (left != right), index=pairs.index)


def _two_persons(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series:
    """Which pairs are two persons, whoever else is like both: another sex, or another national ID."""
    two: pd.Series = (pairs["sex"] == "differs") | _other_national_id(rows, pairs)
    return two


def _nobody_asks(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series:
    """Which pairs are brothers and sisters to anybody: another name, with another birth date or national ID."""
    differs = (pairs["birth"] == "differs") & (pairs["register"] != "exact")
    brothers: pd.Series = (pairs["given"] == "differs") & (differs | _other_national_id(rows, pairs))
    return brothers


def _together(group: npt.NDArray[np.int64], pairs: pd.DataFrame, settings: LinkingSettings) -> pd.DataFrame:
    """Every pair of rows of one group, with what is known of it."""
    of_group = pd.DataFrame({"id": range(len(group)), "group": group})
    of_group = of_group[of_group["group"].duplicated(keep=False)]
    both = of_group.merge(of_group, on="group", suffixes=("_l", "_r"))
    both = both.loc[both["id_l"] < both["id_r"], ["id_l", "id_r"]]
    together: pd.DataFrame = both.merge(pairs, on=["id_l", "id_r"], how="left").assign(verdict=AUTOMATIC)
    levels = [name for name in PERSONS.conditions if name in together]
    together[levels] = together[levels].fillna(UNKNOWN)
    together["probability"] = together["probability"].fillna(0).clip(lower=settings.tables.automatic)
    together["weight"] = together["weight"].fillna(together["weight"].min())
    return together
