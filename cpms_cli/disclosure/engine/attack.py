"""The attack on what is about to be published, before somebody else makes it.

For each goal an integer programme asks whether, with every published count and every relation as given, the hidden
counts could be such that the goal is met (the attacker problem of Fischetti and Salazar, Management Science 47 (2001);
integers, because counts are). What hides together is attacked together: hidden cells that no chain of relations joins
tell nothing of one another, since everything between them is published. One solution is a witness for every goal that
it meets, so that few programmes are solved.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from cpms_cli.disclosure.engine.problem import Counts, Flags, Goal, Problem

AT_ONCE = 200
"""About how many cells one programme may have."""
SECONDS = 20
"""The longest that one programme may take; what is not proved by then counts as not met."""


def met(goal: Goal, count: float, value: float) -> bool:
    """Whether this value of the cell meets the goal; `count` is the true one."""
    if goal.direction == 0:
        return value != count
    return (value - goal.target) * goal.direction >= 0


class Audit:
    """Attacks one problem again and again, as more of it is hidden; what has not changed is not attacked again."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._done: dict[bytes, list[Goal]] = {}

    def unmet(self, hidden: Flags) -> list[Goal]:
        """The goals that fail with these cells hidden, in the order of the cells."""
        group = self._groups(hidden)
        by_group: dict[int, list[Goal]] = {}
        for goal in self.problem.goals(hidden):
            by_group.setdefault(int(group[goal.cell]), []).append(goal)
        cells = {number: np.flatnonzero(group == number) for number in by_group}
        new = [number for number in by_group if cells[number].tobytes() not in self._done]
        for pack in _packs(new, cells):
            attack = _Attack(self.problem, np.concatenate([cells[number] for number in pack]))
            failed = attack.failed([goal for number in pack for goal in by_group[number]])
            for number in pack:
                self._done[cells[number].tobytes()] = [goal for goal in failed if group[goal.cell] == number]
        goals = [goal for number in by_group for goal in self._done[cells[number].tobytes()]]
        return sorted(goals, key=lambda goal: (goal.cell, goal.insider, goal.direction))

    def _groups(self, hidden: Flags) -> np.ndarray:
        """The number of the group in which each hidden cell is; -1 for the published."""
        cells = np.flatnonzero(hidden)
        joined = abs(self.problem.matrix[:, cells])
        groups = np.full(len(hidden), -1)
        if cells.size:
            groups[cells] = sparse.csgraph.connected_components(joined.T @ joined, directed=False)[1]
        return groups


def _packs(numbers: list[int], cells: dict[int, np.ndarray]) -> Iterator[list[int]]:
    """Small groups go into one programme together, which costs less than one for each."""
    pack: list[int] = []
    for number in numbers:
        if pack and sum(cells[number_packed].size for number_packed in pack) + cells[number].size > AT_ONCE:
            yield pack
            pack = []
        pack.append(number)
    if pack:
        yield pack


class _Attack:
    """Groups of hidden cells: everything that the published counts leave possible for them."""

    def __init__(self, problem: Problem, cells: np.ndarray) -> None:
        self.cells, self.counts = cells, problem.counts[cells]
        part = problem.matrix[:, cells].tocsr()
        part = part[np.flatnonzero(np.diff(part.indptr))]
        # The published members of each relation are constants, and the true counts solve it.
        self.constraint = LinearConstraint(part, part @ self.counts, part @ self.counts) if part.shape[0] else None
        told_small = problem.small[cells] & problem.marked[cells]
        self.most_inside = np.where(told_small, problem.rules.threshold - 1.0, np.inf)

    def failed(self, goals: list[Goal]) -> list[Goal]:
        """The goals that nothing possible meets: sought together as long as that proves any, then one by one."""
        place = {int(cell): position for position, cell in enumerate(self.cells)}
        left = [(place[goal.cell], goal) for goal in goals]
        for insider in (False, True):
            for direction in (1, -1):
                left = self._together(left, direction, insider)
        failed: list[Goal] = []
        while left:
            first = left[0]
            for direction in (first[1].direction,) if first[1].direction else (1, -1):
                left = self._without(left, self._solved([first], direction, first[1].insider))
            if first in left:
                left.remove(first)
                failed.append(first[1])
        return failed

    def _together(self, left: list[tuple[int, Goal]], direction: int, insider: bool) -> list[tuple[int, Goal]]:
        while tried := [
            pending for pending in left if pending[1].insider == insider and pending[1].direction in (0, direction)
        ]:
            fewer = self._without(left, self._solved(tried, direction, insider))
            if len(fewer) == len(left):
                break
            left = fewer
        return left

    def _without(self, left: list[tuple[int, Goal]], values: Counts | None) -> list[tuple[int, Goal]]:
        """The goals that these possible counts do not meet."""
        if values is None:
            return left
        inside = bool((values <= self.most_inside).all())
        return [
            (position, goal)
            for position, goal in left
            if (goal.insider and not inside) or not met(goal, self.counts[position], values[position])
        ]

    def _solved(self, tried: list[tuple[int, Goal]], direction: int, insider: bool) -> Counts | None:
        """Possible counts in which the cells tried are as far in the direction as their goals need."""
        least, most = np.zeros(len(self.cells)), np.full(len(self.cells), np.inf)
        if insider:
            most = self.most_inside.copy()
        aim = np.zeros(len(self.cells))
        for position, goal in tried:
            target = self.counts[position] + direction if goal.direction == 0 else goal.target
            aim[position] = -direction
            if direction > 0:
                most[position] = max(self.counts[position], min(most[position], target))
            else:
                least[position] = min(self.counts[position], max(0.0, target))
        solved = milp(
            aim,
            integrality=np.ones(len(self.cells)),
            bounds=Bounds(least, most),
            constraints=self.constraint,
            options={"time_limit": SECONDS},
        )
        return None if solved.x is None else np.rint(solved.x)
