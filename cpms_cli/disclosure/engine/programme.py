"""Linear programmes in whole numbers, since counts are: solved without that demand first, which is quicker by far and
mostly gives whole numbers all the same."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from cpms_cli.disclosure.engine.problem import Counts

SECONDS = 20
"""The longest that one programme may take; what is not proved by then counts as not possible."""
_SOLVED, _IMPOSSIBLE = 0, 2
_NEARLY = 1e-6


class Solved(NamedTuple):
    """Whole numbers, where any were found, and whether they are proved to be the best that there are."""

    values: Counts | None
    proved: bool


def solve(aim: Counts, bounds: Bounds, constraint: LinearConstraint | None) -> Solved:
    """Return the whole numbers within the bounds, that the constraint allows, whose product with `aim` is least."""
    solved = _solve(aim, bounds, constraint, whole=False)
    if solved.status != _IMPOSSIBLE and (solved.x is None or abs(solved.x - np.rint(solved.x)).max() > _NEARLY):
        solved = _solve(aim, bounds, constraint, whole=True)
    return Solved(None if solved.x is None else np.rint(solved.x), solved.status == _SOLVED)


def _solve(aim: Counts, bounds: Bounds, constraint: LinearConstraint | None, *, whole: bool) -> OptimizeResult:
    integrality = np.full(len(aim), int(whole))
    return milp(aim, integrality=integrality, bounds=bounds, constraints=constraint, options={"time_limit": SECONDS})
