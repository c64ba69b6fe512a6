"""Linear programmes in whole numbers, since counts are: solved without that demand first, which is quicker by far and
mostly gives whole numbers all the same."""

from __future__ import annotations

from hashlib import blake2b
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


_KNOWN: dict[bytes, Solved] = {}
_MOST_KNOWN = 2_000_000
"""Numbers in the answers that are kept, 16 MB of them: then all are forgotten."""


def solve(aim: Counts, bounds: Bounds, constraint: LinearConstraint | None) -> Solved:
    """Return the whole numbers within the bounds, that the constraint allows, whose product with `aim` is least.

    A programme that this process has solved is not solved again: reports of one area ask many that the next one asks.
    """
    programme = _digest(aim, bounds, constraint)
    if programme not in _KNOWN:
        if len(aim) * len(_KNOWN) > _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[programme] = _solved(aim, bounds, constraint)
    return _KNOWN[programme]


def _digest(aim: Counts, bounds: Bounds, constraint: LinearConstraint | None) -> bytes:
    """Return a digest of everything that a programme consists of."""
    parts, form = [aim, bounds.lb, bounds.ub], ""
    if constraint is not None:
        matrix = constraint.A
        parts += [matrix.indptr, matrix.indices, matrix.data, constraint.lb, constraint.ub]
        form = f"{matrix.format} {matrix.shape}"
    digest = blake2b(repr([form, *((part.shape, part.dtype.str) for part in parts)]).encode())
    for part in parts:
        digest.update(part.tobytes())
    return digest.digest()


def _solved(aim: Counts, bounds: Bounds, constraint: LinearConstraint | None) -> Solved:
    solved = _solve(aim, bounds, constraint, whole=False)
    if solved.status != _IMPOSSIBLE and (solved.x is None or abs(solved.x - np.rint(solved.x)).max() > _NEARLY):
        solved = _solve(aim, bounds, constraint, whole=True)
    if solved.x is None:
        return Solved(None, solved.status == _SOLVED)
    values = np.rint(solved.x)
    values.flags.writeable = False  # it is given to whoever asks again
    return Solved(values, solved.status == _SOLVED)


def _solve(aim: Counts, bounds: Bounds, constraint: LinearConstraint | None, *, whole: bool) -> OptimizeResult:
    integrality = np.full(len(aim), int(whole))
    return milp(aim, integrality=integrality, bounds=bounds, constraints=constraint, options={"time_limit": SECONDS})
