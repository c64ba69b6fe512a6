"""Rows of one table that are one person, any number of them: joined pair by pair, the likeliest first.

Two groups are joined by a pair that is sure, unless some row of the one and some row of the other say that they are two
persons. What is not joined so, though likely, waits for a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd

from cpms_cli.linking.assignment import AUTOMATIC, DOUBTFUL
from cpms_cli.linking.settings import LinkingSettings

_MAX_EXPONENT = 60.0


class _Groups:
    """Groups of rows that grow together; `apart` holds what may never be in one."""

    def __init__(self, size: int, apart: Iterable[tuple[int, int]]) -> None:
        self.group = list(range(size))
        self.rows = {row: [row] for row in range(size)}
        self.apart: dict[int, set[int]] = defaultdict(set)
        for one, other in apart:
            self.apart[one].add(other)
            self.apart[other].add(one)

    def join(self, one: int, other: int) -> bool:
        """Join the groups of two rows; whether they are one now."""
        left, right = sorted((self.group[one], self.group[other]))
        if left == right:
            return True
        if any(self.apart[row].intersection(self.rows[right]) for row in self.rows[left]):
            return False
        for row in self.rows[right]:
            self.group[row] = left
        self.rows[left] += self.rows.pop(right)
        return True


def join_duplicates(rows: pd.DataFrame, pairs: pd.DataFrame, settings: LinkingSettings) -> pd.DataFrame:
    """Return the pairs of rows that are one person, or may be: `pairs` with probability and verdict.

    `pairs`: id_l, id_r, weight, disagrees, contradicts, `clear` and the level of each comparison. Rows that are one
    person by way of a third have a pair too, where they share anything.
    """
    odds = np.exp2(pairs["weight"].clip(upper=_MAX_EXPONENT))
    pairs = pairs.assign(probability=odds / (1 + odds)).sort_values(
        ["weight", "id_l", "id_r"], ascending=[False, True, True], ignore_index=True
    )
    refused = pairs["disagrees"] | pairs["contradicts"]
    two_persons = pairs[refused & ((pairs["given"] == "differs") | pairs["contradicts"])]
    groups = _Groups(len(rows), zip(two_persons["id_l"].tolist(), two_persons["id_r"].tolist(), strict=True))
    sure = pairs[~refused & (pairs["probability"] >= settings.automatic)]
    for one, other in zip(sure["id_l"].tolist(), sure["id_r"].tolist(), strict=True):
        groups.join(one, other)
    group = np.array(groups.group)
    left, right = group[pairs["id_l"].to_numpy(int)], group[pairs["id_r"].to_numpy(int)]
    verdict = np.where(left == right, AUTOMATIC, DOUBTFUL)
    pairs = pairs.assign(verdict=verdict, left=np.minimum(left, right), right=np.maximum(left, right))
    together = pairs[pairs["verdict"] == AUTOMATIC]
    open_ = pairs[(pairs["verdict"] == DOUBTFUL) & (pairs["probability"] >= settings.review)]
    return pd.concat([together, open_.drop_duplicates(["left", "right"])]).sort_values(["id_l", "id_r"])
