"""Published counts as one problem: which cells there are, how they add up, and what must not be found out.

A whole report is one problem: a count that stands in several tables is one cell with one id, and everything that an
outsider knows about how cells add up is a relation. An inequality is a relation too: where homes with a level are
never more than children with it, `homes + the rest = children`, and the rest is a cell that no table shows.

What is sensitive
- a count of 1 to threshold - 1 (the rule of minimum frequency: SDC Handbook, chapter 5, "unsafe cells"; CMS cell size
  suppression policy: "no cell containing a value of 1 to 10 can be reported");
- a zero, as the rules say: `shown` never (CMS: "a value of zero does not violate the minimum cell size policy");
  `telling` where it tells that everybody has what a telling part counts (group attribute disclosure; SDC Handbook 5.2:
  "it is essential to introduce ambiguity in the zeros"); `hidden` always. Any zero may be withheld beside another
  count, so that "n.p." never says "not zero";
- a count that differs by less than the threshold from any released before to the same audience (SDC Handbook 5.2,
  differencing).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.engine.importance import weight
from cpms_cli.survey.model.settings.privacy import PrivacyRules

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """One count. `shown`: it stands in a table to be published. `guarded`: it counts people, and a small count of it
    must not be found out. `known`: the audience has it already; `withheld`: it was withheld from it before. `before`:
    the other counts that earlier releases gave for it. `certain`: it is zero by the definition, as anybody knows.
    """

    count: int
    shown: bool = True
    guarded: bool = True
    known: bool = False
    withheld: bool = False
    before: tuple[int, ...] = ()
    certain: bool = False


@dataclass(frozen=True)
class Relation:
    """One count is the sum of others. If all who are counted are in one of the `telling` parts, those who are in an
    `exempt` part left out, that part tells about everybody."""

    whole: CellId
    parts: tuple[CellId, ...]
    telling: tuple[CellId, ...] = ()
    exempt: tuple[CellId, ...] = ()


@dataclass(frozen=True)
class Goal:
    """What must stay possible for one cell: that it is `target` or further in `direction`; where there is no direction,
    that it is anything but what it is. `insider`: to somebody who knows which n.p. are small counts."""

    cell: int
    direction: int
    target: float
    insider: bool = False


@dataclass(frozen=True)
class Problem:
    """Cells and relations, checked: raises ValueError where a relation names no cell or does not add up."""

    cells: Mapping[CellId, Cell]
    relations: Sequence[Relation]
    rules: PrivacyRules

    def __post_init__(self) -> None:
        for relation in self.relations:
            missing = [name for name in (relation.whole, *relation.parts) if name not in self.cells]
            if missing:
                raise ValueError(f"{relation.whole}: there is no cell {missing[0]}")
            if self.cells[relation.whole].count != sum(self.cells[part].count for part in relation.parts):
                raise ValueError(f"{relation.whole} is not the sum of its parts")
        if any(cell.count < 0 for cell in self.cells.values()):
            raise ValueError("a count is below zero")

    @cached_property
    def ids(self) -> list[CellId]:
        """The cells' ids, in the order in which arrays have them."""
        return list(self.cells)

    @cached_property
    def positions(self) -> dict[CellId, int]:
        """The position of each cell in arrays."""
        return {name: position for position, name in enumerate(self.cells)}

    @cached_property
    def counts(self) -> Counts:
        """The true counts."""
        return np.array([cell.count for cell in self.cells.values()], dtype=float)

    def flags(self, name: str) -> Flags:
        """One attribute of every cell that is true or false."""
        return np.array([getattr(cell, name) for cell in self.cells.values()], dtype=bool)

    @cached_property
    def known(self) -> Flags:
        """What readers know before they see these tables."""
        return self.flags("known") | self.flags("certain")

    @cached_property
    def weights(self) -> Counts:
        """How much each cell says to its readers, by what it counts."""
        return np.array([weight(self.rules, name) for name in self.cells])

    @cached_property
    def marked(self) -> Flags:
        """The cells that stand in a table, now or earlier: where they are withheld, there is an n.p. in their place."""
        return self.flags("shown") | self.flags("withheld")

    @cached_property
    def members(self) -> list[npt.NDArray[np.intp]]:
        """The cells of each relation, the whole first."""
        positions = self.positions
        return [
            np.array([positions[relation.whole], *(positions[part] for part in relation.parts)])
            for relation in self.relations
        ]

    @cached_property
    def within(self) -> list[list[int]]:
        """The relations in which each cell is."""
        rows_of_cells: list[list[int]] = [[] for _ in self.cells]
        for row, members in enumerate(self.members):
            for cell in dict.fromkeys(members.tolist()):
                rows_of_cells[cell].append(row)
        return rows_of_cells

    @cached_property
    def matrix(self) -> sparse.csc_array:
        """Relations by cells: 1 for the whole, -1 for each part, so that the matrix times the counts is nothing."""
        rows = np.repeat(np.arange(len(self.members)), [len(members) for members in self.members])
        signs = [np.r_[1.0, -np.ones(len(members) - 1)] for members in self.members]
        columns = np.concatenate(self.members) if self.members else np.array([], dtype=int)
        values = np.concatenate(signs) if signs else np.array([])
        return sparse.csc_array((values, (rows, columns)), shape=(len(self.members), len(self.cells)))

    @cached_property
    def _joins(self) -> sparse.csr_array:
        """Relations by cells: 1 for each member."""
        return abs(self.matrix).tocsr()

    def near(self, cell: int, steps: int, free: Flags, hub: float) -> npt.NDArray[np.intp]:
        """Return the `free` cells that chains of so many relations join to this one, itself among them. A cell of more
        relations than `hub`, such as all children of an area, is not gone through to what is beyond it."""
        passable = free & (self._degrees <= hub)
        reached = np.zeros(len(free), dtype=bool)
        reached[cell] = passable[cell] = True
        for _ in range(steps):
            rows = self._joins @ (reached & passable) > 0
            reached = (self._joins.T @ rows > 0) & free
        return np.flatnonzero(reached)

    @cached_property
    def _degrees(self) -> npt.NDArray[np.intp]:
        """In how many relations each cell is."""
        degrees: npt.NDArray[np.intp] = np.diff(self.matrix.indptr)
        return degrees

    @cached_property
    def small(self) -> Flags:
        """The cells that hold less than the threshold and must not be found out; telling zeros among them."""
        threshold, counts = self.rules.threshold, self.counts
        small = (counts < threshold) & ((counts > 0) | (self.rules.zeros == "hidden"))
        if self.rules.zeros == "telling":
            small[[self.positions[part] for _, empty in self._everybody for part in empty]] = True
        return small & self.flags("guarded")

    @cached_property
    def telling(self) -> Flags:
        """The cells that hold everybody, where that must not be known."""
        telling = np.zeros(len(self.cells), dtype=bool)
        if self.rules.zeros != "shown":
            telling[[self.positions[part] for part, _ in self._everybody]] = True
        return telling & self.flags("guarded") & ~self.small

    @cached_property
    def _everybody(self) -> list[tuple[CellId, list[CellId]]]:
        """Every telling part that holds all of its whole, and the parts that are empty for it."""
        full_and_empty = []
        for relation in self.relations:
            counts = {part: self.cells[part].count for part in relation.parts if part not in relation.exempt}
            filled = [part for part, count in counts.items() if count]
            if len(filled) == 1 and filled[0] in relation.telling:
                empty = [part for part in counts if part != filled[0] and not self.cells[part].certain]
                full_and_empty += [(filled[0], empty)] if empty else []
        return full_and_empty

    @cached_property
    def changed(self) -> Flags:
        """The cells whose difference from an earlier release is a small count."""
        return np.array([bool(counts) for counts in self._nearly], dtype=bool)

    @cached_property
    def _nearly(self) -> list[list[int]]:
        """Of each cell the counts given before from which it differs by a small one, and must not be told apart."""
        hidden, threshold = self.rules.differences != "shown", self.rules.threshold
        return [
            [count for count in cell.before if hidden and cell.guarded and 0 < abs(cell.count - count) < threshold]
            for cell in self.cells.values()
        ]

    @cached_property
    def sensitive(self) -> Flags:
        """The cells that must be hidden for their own sake."""
        return self.small | self.changed | self.telling

    @cached_property
    def asked(self) -> Flags:
        """The cells that must not be found out once they are hidden: all but those that stand in no table and count
        nobody who needs to be guarded."""
        return self.marked | self.sensitive

    def goals(self, hidden: Flags) -> list[Goal]:
        """The promise, for these hidden cells.

        To somebody who has every released table: a small count could be each of 1 to threshold - 1 (a telling zero 0 to
        threshold - 1); a changed count could be each that it was; any other withheld count could be at least one other.
        To somebody who even knows which n.p. stand for small counts: at least one other.
        """
        goals: list[Goal] = []
        for cell in np.flatnonzero(hidden & self.asked & ~self.known).tolist():
            count = self.counts[cell]
            if self.small[cell]:
                goals += [Goal(cell, 0, count, insider=True)] if self.marked[cell] else []
                goals += [Goal(cell, 1, self.rules.threshold - 1)] if count < self.rules.threshold - 1 else []
                goals += [Goal(cell, -1, 1)] if count > 1 else []
            goals += [Goal(cell, 1 if earlier > count else -1, earlier) for earlier in self._nearly[cell]]
            if not (self.small[cell] or self.changed[cell]):
                goals.append(Goal(cell, 0, count))
        return goals
