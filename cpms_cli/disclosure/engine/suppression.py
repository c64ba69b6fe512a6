"""Which counts are withheld, so that none of those that must be can be found out.

The method, in three steps; each only ever hides more, so that it ends.
1. Primary: the sensitive cells of `problem.Problem`.
2. Complementary, relation by relation: wherever the hidden members of a relation could be worked out from the others,
   or their sum is itself a small count (Cox's sensitive union, JASA 75 (1980)), one more member is hidden: rather one
   that says little (`importance`), rather a part than a total, rather a small one, rather one whose other relations
   have something hidden already.
3. Audit and repair: every hidden cell is attacked (`audit.py`). Where the promise fails, a linear programme finds the
   cheapest change of counts that the relations allow and that takes the attacked cell where it must be able to go; the
   published cells that it changes are hidden (Kelly, Golden and Assad, Networks 22 (1992); Zayatz, US Bureau of the
   Census RR-92/02). Then step 2 and the audit again.

What fails although nothing more can be hidden, because earlier releases tell it, is named in `exposed`; not so what
only somebody finds out who was told which n.p. stand for small counts: of 8 children published before, 4 are girls.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.engine.attack import Audit
from cpms_cli.disclosure.engine.problem import Counts, Flags, Goal, Problem
from cpms_cli.disclosure.engine.programme import solve

_ZERO_AS = 1000
"""The count that is as dear to hide as a zero."""
_REACHES = ((2, 40), (4, 40), (1000, np.inf))
"""How many relations away from the attacked cell a repair is looked for, and through cells of how many relations at
most; the whole report is the last."""


@dataclass(frozen=True)
class Suppression:
    """Ids of the shown cells that are withheld for their own sake and for others'; of cells that can be worked out all
    the same from what was released before; and of all that readers have, get, or are taken to know."""

    primary: frozenset[CellId]
    secondary: frozenset[CellId]
    exposed: tuple[CellId, ...]
    known: frozenset[CellId] = frozenset()

    @property
    def hidden(self) -> frozenset[CellId]:
        """All that is withheld."""
        return self.primary | self.secondary


def suppress(problem: Problem) -> Suppression:
    """Choose the cells to withhold; the same problem always gives the same answer."""
    work = _Work(problem)
    work.complete(range(len(problem.relations)))
    shown = problem.flags("shown")
    audit = Audit(problem)
    lost = {
        Goal(int(cell), 0, problem.counts[cell]): None for cell in np.flatnonzero(problem.small & problem.known & shown)
    }
    while failed := [goal for goal in audit.unmet(work.hidden) if goal not in lost]:
        before = int(work.hidden.sum()) + len(lost)
        for goal in failed:
            if not audit.surely_met(goal, work.hidden) and not work.repair(goal):
                lost[goal] = None
        if int(work.hidden.sum()) + len(lost) == before:
            # A programme was not solved in time: then all that stands beside the cell is hidden, or nothing can be.
            lost |= {goal: None for goal in failed if not work.hide_beside(goal.cell)}
    exposed = dict.fromkeys(goal.cell for goal in lost if not goal.insider)
    primary = problem.sensitive & shown
    # A count that only stands beside others and that the audience can work out anyway is not withheld for nothing.
    revealed = np.zeros(len(primary), dtype=bool)
    revealed[[cell for cell in exposed if not problem.sensitive[cell]]] = True
    return Suppression(
        frozenset(problem.ids[cell] for cell in np.flatnonzero(primary)),
        frozenset(problem.ids[cell] for cell in np.flatnonzero(work.hidden & shown & ~primary & ~revealed)),
        tuple(problem.ids[cell] for cell in exposed if problem.sensitive[cell]),
        frozenset(problem.ids[cell] for cell in np.flatnonzero(~work.hidden)),
    )


class _Work:
    """What is hidden so far, and the ways to hide more."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.counts = problem, problem.counts
        self.known, self.shown = problem.known, problem.flags("shown")
        self.hidden: Flags = (~self.shown | problem.flags("withheld") | problem.sensitive) & ~self.known
        wholes = np.zeros(len(self.counts))
        np.add.at(wholes, [members[0] for members in problem.members], 1)
        # A hidden zero protects little: it is taken where nothing else is left.
        size = np.where(self.counts == 0, _ZERO_AS, self.counts)
        self.cost: Counts = problem.weights * (1 + np.log2(1 + size)) * (1 + 3 * wholes)

    def hide(self, cells: Iterable[int]) -> None:
        """Hide these, and what must be hidden with them."""
        new = [cell for cell in cells if not self.hidden[cell]]
        self.hidden[new] = True
        self.complete(row for cell in new for row in self.problem.within[cell])

    def hide_beside(self, cell: int) -> bool:
        """Hide every other member of the cell's relations; False where that hides nothing more."""
        beside = {int(neighbour) for row in self.problem.within[cell] for neighbour in self.problem.members[row]}
        free = sorted(neighbour for neighbour in beside if not self.hidden[neighbour] and not self.known[neighbour])
        self.hide(free)
        return bool(free)

    def complete(self, rows: Iterable[int]) -> None:
        """Step 2, for these relations and all that this reaches."""
        waiting = deque(dict.fromkeys(rows))
        while waiting:
            row = waiting.popleft()
            while self._tells(row) and (choice := self._choice(row)) is not None:
                self.hidden[choice] = True
                # Its other relations first: what they need hidden may be what those that wait need as well.
                waiting.extendleft(self.problem.within[choice])

    def _tells(self, row: int) -> bool:
        """Whether a relation gives away what is hidden in it, or that the hidden parts together are a small count."""
        members = self.problem.members[row]
        hidden = members[self.hidden[members]]
        if not self.problem.asked[hidden].any():
            return False
        if hidden.size == 1:
            return True
        parts = hidden[hidden != members[0]]
        small_sum = self.counts[parts].sum() < self.problem.rules.threshold and self.problem.sensitive[parts].any()
        return bool(small_sum) and self._is_revealed(int(members[0]))

    def _is_revealed(self, whole: int) -> bool:
        """Whether a total is published, or is in no table, but all parts of one of its sums are."""
        if not self.hidden[whole] or self.shown[whole]:
            return not self.hidden[whole]
        sums = (self.problem.members[row] for row in self.problem.within[whole])
        return any(row_of_sum[0] == whole and not self.hidden[row_of_sum[1:]].any() for row_of_sum in sums)

    def _choice(self, row: int) -> int | None:
        members = self.problem.members[row]
        free = members[~self.hidden[members] & ~self.known[members]]
        return min(free.tolist(), key=lambda cell: (self._price(cell, row), cell), default=None)

    def _price(self, cell: int, row: int) -> float:
        """Its cost, and what it will cost in relations that have nothing hidden yet."""
        untouched = sum(
            not self.hidden[self.problem.members[other]].any() for other in self.problem.within[cell] if other != row
        )
        return float(self.cost[cell]) + 4 * untouched

    def repair(self, goal: Goal) -> bool:
        """Step 3 for one goal: False where nothing can be hidden that would meet it."""
        ways = [goal.direction] if goal.direction else [1, -1]
        for steps, hub in _REACHES:
            near = self.problem.near(goal.cell, steps, ~self.known, hub)
            changes = [change for way in ways if (change := self._change(goal, way, near)) is not None]
            if changes:
                self.hide(near[min(changes, key=lambda change: change[0])[1]].tolist())
                return True
        return False

    def _change(self, goal: Goal, way: int, near: npt.NDArray[np.intp]) -> tuple[float, npt.NDArray[np.intp]] | None:
        """The cheapest change of the cells near that meets a goal: what it costs, and which of them it changes."""
        count, size = self.counts[near], len(near)
        step = 1.0 if goal.direction == 0 else abs(goal.target - self.counts[goal.cell])
        most = np.full(size, np.inf)
        if goal.insider:
            marked_small = self.problem.small[near] & self.problem.marked[near]
            most = np.where(marked_small, self.problem.rules.threshold - 1 - count, np.inf)
        least = np.zeros(2 * size)
        # Up and down are two variables each, so that a change costs either way.
        limit = np.r_[most, count]
        position = int(np.flatnonzero(near == goal.cell)[0]) + (0 if way > 0 else size)
        if limit[position] < step:
            return None
        least[position] = step
        limit[(position + size) % (2 * size)] = 0
        price = np.tile(np.where(self.hidden[near], 0.001, self.cost[near]), 2)
        part = self.problem.matrix[:, near].tocsr()
        part = part[np.flatnonzero(np.diff(part.indptr))]
        joined = sparse.hstack([part, -part], format="csc")
        change = solve(price, Bounds(least, limit), LinearConstraint(joined, 0, 0) if part.shape[0] else None).values
        if change is None:
            return None
        return float(price @ change), np.flatnonzero(change[:size] - change[size:])
