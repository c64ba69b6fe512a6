"""The counts of summaries' tables as cells: the same quantity has the same id in every summary and report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace

import pandas as pd

from cpms_cli.disclosure.cell_id import CellId, Population
from cpms_cli.disclosure.cells.area_cells import ANSWERS, BOUNDS, EXEMPT, SHARE, SHARE_OF, TELLING
from cpms_cli.disclosure.cells.cell_sheet import CellSheet
from cpms_cli.disclosure.cells.report_cells import OPPOSITE, Same
from cpms_cli.disclosure.count_table import CountTable
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.summaries.scope import area_groups

_OF_ALL = ("yes", "no", "unknown")
Ids = dict[str, list[CellId]]
"""By column of counts, the ids of its cells, row by row."""


@dataclass
class SummaryCells(CellSheet):
    """The cells of a summary, gathered table by table.

    `code`: the area that is summarised, None for the whole store; `round`: its round. A table may have a column `round`
    or `area`, and columns named after groups, which then say of each row which children it counts.
    """

    _: KW_ONLY
    same: Same
    code: str | None
    round: int

    @property
    def shown(self) -> set[CellId]:
        """The ids of all counts that stand in a table."""
        return {name for table in self.tables.values() for names in table.ids.values() for name in names}

    def populations(self, frame: pd.DataFrame) -> list[Population]:
        """Return the children whom each row counts: of its round, its area, its groups."""
        rounds = frame["round"].astype(int).tolist() if "round" in frame else [self.round] * len(frame)
        areas = [self.code or ""] * len(frame)
        for column in ("area", *(group.id for group in area_groups(self.survey))):
            if column in frame:
                # An area asked for within a narrower one is counted only as far as that goes.
                areas = [max(area, str(code), key=len) for area, code in zip(areas, frame[column], strict=True)]
        names = [group.id for group in self.survey.figures.groups if group.digits is None and group.id in frame]
        groups = frame[names].astype("str").to_dict("records")
        return [
            Population(round_, area, tuple(sorted((str(name), code) for name, code in codes.items())))
            for round_, area, codes in zip(rounds, areas, groups, strict=True)
        ]

    def answer_ids(self, items: Sequence[str], populations: Sequence[Population]) -> Ids:
        """Return the ids of the answers to columns of the profile; what is an indicator in other words has its id."""
        ids: Ids = {answer: [] for answer in ANSWERS}
        for item, population in zip(items, populations, strict=True):
            name, turned = self.same.get(item, (item, False))
            for answer in ANSWERS:
                ids[answer].append(population.cell(name, OPPOSITE[answer] if turned else answer))
        return ids

    def add_answers(
        self,
        name: str,
        frame: pd.DataFrame,
        items: Sequence[str],
        *,
        wholes: Sequence[str] = (),
        derived: Mapping[str, Sequence[Sequence[CellId]]] | None = None,
    ) -> Ids:
        """Add a table of answers with the shares made of them, and return its ids.

        `items`: the column of the profile that each row counts. `wholes`: for each row what its counts add up to,
        children (the default) or homes. `derived`: further columns, and the ids of the counts of which each is made.
        """
        populations = self.populations(frame)
        ids = self.answer_ids(items, populations)
        made = {
            **dict.fromkeys(SHARE, tuple(ids[answer] for answer in SHARE_OF)),
            **dict.fromkeys(BOUNDS, tuple(ids[answer] for answer in _OF_ALL)),
            **(derived or {}),
        }
        wholes = wholes or ["children"] * len(frame)
        totals = [population.cell(whole) for population, whole in zip(populations, wholes, strict=True)]
        shares = {column: sources for column, sources in made.items() if column in frame}
        self.tables[name] = CountTable(frame, ids, shares, totals)
        self._add_up(frame, ids, totals)
        for total in totals:
            # Who adds up a row that is shown has the total.
            if total.is_total:
                self.unshown[total] = replace(self.unshown[total], shown=True)
        return ids

    def add_unpublished_answers(
        self,
        frame: pd.DataFrame,
        items: Sequence[str],
        wholes: Sequence[str] = (),
        compared: Iterable[bool] | None = None,
    ) -> Ids:
        """Add answers that no table has, but of which shares are made that can be computed from what is published:
        those of every row, or of rows that are `compared`. Return their ids."""
        populations = self.populations(frame)
        ids = self.answer_ids(items, populations)
        computed = list(compared) if compared is not None else [True] * len(frame)
        for answer, names in ids.items():
            for name, count, is_computed in zip(names, frame[answer].astype(int), computed, strict=True):
                shown = is_computed and answer in SHARE_OF
                if shown or name not in self.unshown:
                    self.unshown[name] = Cell(count, shown=shown)
        wholes = wholes or ["children"] * len(frame)
        self._add_up(
            frame, ids, [population.cell(whole) for population, whole in zip(populations, wholes, strict=True)]
        )
        return ids

    def _add_up(self, frame: pd.DataFrame, ids: Ids, totals: Sequence[CellId]) -> None:
        counted = {indicator.column for indicator in self.survey.indicators if indicator.counted}
        sums = frame[list(ANSWERS)].sum(axis=1).astype(int)
        for row, (total, count) in enumerate(zip(totals, sums, strict=True)):
            parts = tuple(ids[answer][row] for answer in ANSWERS)
            telling = tuple(part for part in parts if part.quantity.item in counted and part.quantity.value == TELLING)
            self.add_whole(total, count)
            self.add(Relation(total, parts, telling, tuple(ids[answer][row] for answer in EXEMPT)))

    def add_whole(self, name: CellId, count: int) -> None:
        """Add a total that no table has, or that one has; of a group of children, nobody may find out that it is
        small."""
        guarded = bool(name.quantity.groups) or name.quantity.item == "homes"
        self.unshown.setdefault(name, Cell(count, shown=False, guarded=guarded))

    def add_levels(self, name: str, frame: pd.DataFrame) -> None:
        """Add a table of children, and of children by level in a column each."""
        populations = self.populations(frame)
        levels = [level.id for level in self.survey.levels]
        ids = {
            "children": [population.cell("children") for population in populations],
            **{level: [population.cell("level", level) for population in populations] for level in levels},
        }
        self.tables[name] = CountTable(frame, ids)
        for population in populations:
            severe = tuple(population.cell("level", level.id) for level in self.survey.rule_levels)
            every = tuple(population.cell("level", level) for level in levels)
            self.add(Relation(population.cell("children"), every, severe))

    def add_counts(
        self,
        name: str,
        frame: pd.DataFrame,
        ids: Mapping[str, Sequence[CellId]],
        derived: Mapping[str, Sequence[Sequence[CellId]]] | None = None,
    ) -> None:
        """Add a table of other counts."""
        self.tables[name] = CountTable(frame, ids, derived or {})

    def add_most(
        self, whole: CellId, parts: Sequence[CellId], count: int, rest: CellId, *, guarded: bool = False
    ) -> None:
        """Add that these parts are never more than the whole: `count` is what is left, in the cell `rest`."""
        if count >= 0:
            self.unshown.setdefault(rest, Cell(count, shown=False, guarded=guarded))
            self.add(Relation(whole, (*parts, rest)))

    def cells_of_no_table(self) -> Iterator[tuple[CellId, Cell]]:
        """Give the cells that no table has."""
        shown = self.shown
        yield from ((name, cell) for name, cell in self.unshown.items() if name not in shown)
