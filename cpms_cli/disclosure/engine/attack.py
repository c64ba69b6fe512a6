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
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint

from cpms_cli.disclosure.engine.problem import Counts, Flags, Goal, Problem
from cpms_cli.disclosure.engine.programme import Solved, solve

AT_ONCE = 200
"""About how many cells one programme may have that is not of one group."""
_STEPS = (2, 4, 6)
"""How many relations away from a cell a witness is looked for, before its whole group is."""
_HUB = 24
Cells = npt.NDArray[np.intp]
_Placed = tuple[int, Goal]


def met(goal: Goal, count: float, value: float) -> bool:
    """Whether this value of the cell meets the goal; `count` is the true one."""
    if goal.direction == 0:
        return value != count
    return (value - goal.target) * goal.direction >= 0


class Audit:
    """Attacks one problem again and again, as more of it is hidden.

    What has not changed is not attacked again, and what was met stays so: more hidden makes nothing impossible.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._met: set[Goal] = set()
        self._failed: dict[bytes, list[Goal]] = {}

    def unmet(self, hidden: Flags) -> list[Goal]:
        """The goals that fail with these cells hidden, in the order of the cells."""
        group = self._groups(hidden)
        by_group: dict[int, list[Goal]] = {}
        for goal in self.problem.goals(hidden):
            if goal not in self._met:
                by_group.setdefault(int(group[goal.cell]), []).append(goal)
        cells = {number: np.flatnonzero(group == number) for number in by_group}
        new = [number for number in by_group if cells[number].tobytes() not in self._failed]
        for pack in _packs(new, cells):
            goals = [goal for number in pack for goal in by_group[number]]
            failed = _Attack(self.problem, np.concatenate([cells[number] for number in pack])).failed(goals)
            self._met.update(set(goals).difference(failed))
            for number in pack:
                self._failed[cells[number].tobytes()] = [goal for goal in failed if group[goal.cell] == number]
        unmet = [goal for number in by_group for goal in self._failed[cells[number].tobytes()]]
        return sorted(unmet, key=lambda goal: (goal.cell, goal.insider, goal.direction))

    def surely_met(self, goal: Goal, hidden: Flags) -> bool:
        """Whether cells near that of the goal show that it is met with these cells hidden."""
        for steps in _STEPS[:2]:
            if goal in self._met:
                break
            near = self.problem.near(goal.cell, steps, hidden, _HUB)
            if _Attack(self.problem, near).best(goal)[0] is not None:
                self._met.add(goal)
        return goal in self._met

    def _groups(self, hidden: Flags) -> Cells:
        """The number of the group in which each hidden cell is; -1 for the published."""
        cells = np.flatnonzero(hidden)
        joined = abs(self.problem.matrix[:, cells])
        groups = np.full(len(hidden), -1)
        if cells.size:
            groups[cells] = sparse.csgraph.connected_components(joined.T @ joined, directed=False)[1]
        return groups


def _packs(numbers: list[int], cells: dict[int, Cells]) -> Iterator[list[int]]:
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
    """Hidden cells, and what is known of them: everything that the published counts leave possible for them."""

    def __init__(self, problem: Problem, cells: Cells, rows: Cells | None = None) -> None:
        """`rows`: the relations that the attacker minds; all, where none are given."""
        self.problem, self.cells, self.counts = problem, cells, problem.counts[cells]
        part = problem.matrix[:, cells].tocsr()
        self.rows = np.flatnonzero(np.diff(part.indptr)) if rows is None else rows
        self.part = part[self.rows]
        # The published members of each relation are constants, and the true counts solve it.
        sums = self.part @ self.counts
        self.constraint = LinearConstraint(self.part, sums, sums) if len(self.rows) else None
        marked_small = problem.small[cells] & problem.marked[cells]
        self.most_inside = np.where(marked_small, problem.rules.threshold - 1.0, np.inf)

    def failed(self, goals: list[Goal]) -> list[Goal]:
        """The goals that nothing possible meets: sought together as long as that proves any, then one by one."""
        place = {int(cell): position for position, cell in enumerate(self.cells)}
        left = [(place[goal.cell], goal) for goal in goals]
        for insider in (False, True):
            for direction in (1, -1):
                left = self._together(left, direction, insider)
        failed: list[Goal] = []
        while left:
            first, *left = left
            values = self._witness(first)
            if values is None:
                failed.append(first[1])
            else:
                left = self._without(left, values)
        return failed

    def _together(self, left: list[_Placed], direction: int, insider: bool) -> list[_Placed]:
        while tried := [
            pending for pending in left if pending[1].insider == insider and pending[1].direction in (0, direction)
        ]:
            fewer = self._without(left, self.solved(tried, direction, insider).values)
            if len(fewer) == len(left):
                break
            left = fewer
        return left

    def _witness(self, placed: _Placed) -> Counts | None:
        """Possible counts that meet one goal, or None: found, or proved not to be, near it if that can be.

        Nearby cells that change while the others keep their counts are possible. What cannot be where only relations
        among nearby cells are minded cannot be at all.
        """
        goal = placed[1]
        for steps in _STEPS if len(self.cells) > AT_ONCE else ():
            near = self._near(goal.cell, steps)
            if len(near) == len(self.cells):
                break
            cells = self.cells[near]
            values, _ = _Attack(self.problem, cells).best(goal)
            if values is not None:
                changed = self.counts.copy()
                changed[near] = values
                return changed
            of_near = self.part[:, near]
            enclosed = self.rows[(np.diff(of_near.indptr) == np.diff(self.part.indptr)) & (np.diff(of_near.indptr) > 0)]
            if _Attack(self.problem, cells, enclosed).best(goal)[1]:
                return None
        return self.best(goal)[0]

    def best(self, goal: Goal) -> tuple[Counts | None, bool]:
        """Possible counts that meet a goal, if these are found, and else whether it is proved that there are none."""
        position, proved = int(np.flatnonzero(self.cells == goal.cell)[0]), True
        for direction in (goal.direction,) if goal.direction else (1, -1):
            solved = self.solved([(position, goal)], direction, goal.insider)
            if not self._without([(position, goal)], solved.values):
                return solved.values, False
            proved &= solved.proved
        return None, proved

    def _near(self, cell: int, steps: int) -> Cells:
        hidden = np.zeros(len(self.problem.counts), dtype=bool)
        hidden[self.cells] = True
        return np.searchsorted(self.cells, self.problem.near(cell, steps, hidden, _HUB))

    def _without(self, left: list[_Placed], values: Counts | None) -> list[_Placed]:
        """The goals that these possible counts do not meet."""
        if values is None:
            return left
        inside = bool((values <= self.most_inside).all())
        return [
            (position, goal)
            for position, goal in left
            if (goal.insider and not inside) or not met(goal, self.counts[position], values[position])
        ]

    def solved(self, tried: list[_Placed], direction: int, insider: bool) -> Solved:
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
        return solve(aim, Bounds(least, most), self.constraint)
