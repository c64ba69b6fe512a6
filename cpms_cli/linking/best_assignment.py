"""Who goes to whom where each goes to one: the assignment with the greatest sum of gains.

The method of Kuhn (1955) and Munkres (1957) by shortest augmenting paths. scipy has it too, but takes longer to be
imported than a small file takes to be linked.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


def best_assignment(gain: npt.NDArray[np.float64]) -> tuple[Numbers, Numbers]:
    """Return rows and columns of the pairs that are taken, as many as the shorter side has, by row.

    >>> rows, columns = best_assignment(np.array([[5.0, 4.0], [4.0, 1.0]]))
    >>> rows.tolist(), columns.tolist()
    ([0, 1], [1, 0])
    """
    if gain.shape[0] > gain.shape[1]:
        columns, rows = best_assignment(gain.T)
        order = np.argsort(rows)
        return rows[order], columns[order]
    # The last column is nobody's: each row enters there, and takes the place to which the cheapest path leads.
    owner = np.full(gain.shape[1] + 1, -1)
    of_row, of_column = np.zeros(gain.shape[0]), np.zeros(gain.shape[1] + 1)
    for row in range(gain.shape[0]):
        _place(row, -gain, owner, of_row, of_column)
    placed = np.flatnonzero(owner[:-1] >= 0)
    order = np.argsort(owner[placed])
    return owner[placed][order], placed[order]


def _place(
    row: int,
    cost: npt.NDArray[np.float64],
    owner: Numbers,
    of_row: npt.NDArray[np.float64],
    of_column: npt.NDArray[np.float64],
) -> None:
    """Give a row a column, and those whose columns are taken from them others; the prices of both sides follow."""
    column = len(owner) - 1
    owner[column] = row
    distance, before = np.full(column, np.inf), np.full(column, column)
    reached = np.zeros(column + 1, dtype=bool)
    while owner[column] >= 0:
        reached[column] = True
        free = ~reached[:-1]
        reduced = cost[owner[column]] - of_row[owner[column]] - of_column[:-1]
        nearer = free & (reduced < distance)
        distance[nearer], before[nearer] = reduced[nearer], column
        column = int(np.where(free, distance, np.inf).argmin())
        step = distance[column]
        of_row[owner[reached]] += step
        of_column[reached] -= step
        distance[free] -= step
    while column < len(before):
        owner[column], column = owner[before[column]], before[column]
    owner[-1] = -1
