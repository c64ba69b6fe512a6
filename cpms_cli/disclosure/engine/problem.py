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
- a count that differs by less than the threshold from one released before to the same audience (SDC Handbook 5.2,
  differencing).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from cpms_cli.disclosure.engine.importance import weight
from cpms_cli.survey.model.privacy import PrivacyRules

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """One count. `shown`: it stands in a table to be published. `guarded`: it counts people, and a small count of it
    must not be found out. `known`: the audience has it already; `withheld`: it was withheld from it before. `before`:
    what it was in the last release that gave another count. `certain`: it is zero by the definition, as anybody knows.
    """

    count: int
    shown: bool = True
    guarded: bool = True
    known: bool = False
    withheld: bool = False
    before: int | None = None
    certain: bool = False


@dataclass(frozen=True)
class Relation:
    """One count is the sum of others. If all who are counted are in one of the `telling` parts, those who are in an
    `exempt` part left out, that part tells about everybody."""

    whole: str
    parts: tuple[str, ...]
    telling: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()


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

    cells: Mapping[str, Cell]
    relations: Sequence[Relation]
    rules: PrivacyRules

    def __post_init__(self) -> None:
        for one in self.relations:
            missing = [name for name in (one.whole, *one.parts) if name not in self.cells]
            if missing:
                raise ValueError(f"{one.whole}: there is no cell {missing[0]}")
            if self.cells[one.whole].count != sum(self.cells[part].count for part in one.parts):
                raise ValueError(f"{one.whole} is not the sum of its parts")
        if any(cell.count < 0 for cell in self.cells.values()):
            raise ValueError("a count is below zero")

    @cached_property
    def ids(self) -> list[str]:
        """The cells' ids, in the order in which arrays have them."""
        return list(self.cells)

    @cached_property
    def at(self) -> dict[str, int]:
        """The place of each cell in arrays."""
        return {name: place for place, name in enumerate(self.cells)}

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
        return [np.array([self.at[name] for name in (one.whole, *one.parts)]) for one in self.relations]

    @cached_property
    def within(self) -> list[list[int]]:
        """The relations in which each cell is."""
        found: list[list[int]] = [[] for _ in self.cells]
        for row, members in enumerate(self.members):
            for cell in dict.fromkeys(members.tolist()):
                found[cell].append(row)
        return found

    @cached_property
    def matrix(self) -> sparse.csc_array:
        """Relations by cells: 1 for the whole, -1 for each part, so that the matrix times the counts is nothing."""
        rows = np.repeat(np.arange(len(self.members)), [len(one) for one in self.members])
        signs = [np.r_[1.0, -np.ones(len(one) - 1)] for one in self.members]
        columns = np.concatenate(self.members) if self.members else np.array([], dtype=int)
        values = np.concatenate(signs) if signs else np.array([])
        return sparse.csc_array((values, (rows, columns)), shape=(len(self.members), len(self.cells)))

    @cached_property
    def small(self) -> Flags:
        """The cells that hold less than the threshold and must not be found out; telling zeros among them."""
        threshold, counts = self.rules.threshold, self.counts
        found = (counts < threshold) & ((counts > 0) | (self.rules.zeros == "hidden"))
        if self.rules.zeros == "telling":
            found[[self.at[part] for _, empty in self._everybody for part in empty]] = True
        return found & self.flags("guarded")

    @cached_property
    def telling(self) -> Flags:
        """The cells that hold everybody, where that must not be known."""
        found = np.zeros(len(self.cells), dtype=bool)
        if self.rules.zeros != "shown":
            found[[self.at[part] for part, _ in self._everybody]] = True
        return found & self.flags("guarded") & ~self.small

    @cached_property
    def _everybody(self) -> list[tuple[str, list[str]]]:
        """Every telling part that holds all of its whole, and the parts that are empty for it."""
        found = []
        for one in self.relations:
            here = {part: self.cells[part].count for part in one.parts if part not in one.exempt}
            filled = [part for part, count in here.items() if count]
            if len(filled) == 1 and filled[0] in one.telling:
                empty = [part for part in here if part != filled[0] and not self.cells[part].certain]
                found += [(filled[0], empty)] if empty else []
        return found

    @cached_property
    def changed(self) -> Flags:
        """The cells whose difference from an earlier release is a small count."""
        if self.rules.differences == "shown":
            return np.zeros(len(self.cells), dtype=bool)
        return np.array(
            [
                one.before is not None and 0 < abs(one.count - one.before) < self.rules.threshold and one.guarded
                for one in self.cells.values()
            ],
            dtype=bool,
        )

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
        threshold - 1); a changed count could be what it was; any other withheld count could be at least one other. To
        somebody who even knows which n.p. stand for small counts: at least one other.
        """
        found: list[Goal] = []
        before = [cell.before for cell in self.cells.values()]
        for cell in np.flatnonzero(hidden & self.asked & ~self.known).tolist():
            count, told = self.counts[cell], before[cell]
            if self.small[cell]:
                found += [Goal(cell, 0, count, insider=True)] if self.marked[cell] else []
                found += [Goal(cell, 1, self.rules.threshold - 1)] if count < self.rules.threshold - 1 else []
                found += [Goal(cell, -1, 1)] if count > 1 else []
            if self.changed[cell] and told is not None:
                found.append(Goal(cell, 1 if told > count else -1, told))
            if not (self.small[cell] or self.changed[cell]):
                found.append(Goal(cell, 0, count))
        return found
