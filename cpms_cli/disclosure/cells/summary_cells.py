"""The counts of summaries' tables as cells: the same quantity has the same id in whatever summary or report it stands.

See `area_cells` for how ids are made, `spanning` for those of groups of children.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace

import pandas as pd

from cpms_cli.disclosure.cells.area_cells import ANSWERS, BOUNDS, EXEMPT, SHARE, TELLING
from cpms_cli.disclosure.cells.cell_sheet import CellSheet
from cpms_cli.disclosure.cells.report_cells import OPPOSITE, Same
from cpms_cli.disclosure.cells.spanning import place
from cpms_cli.disclosure.engine.importance import is_total
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.disclosure.engine.protection import CountTable
from cpms_cli.summaries.scope import area_groups

_OF_SHARE, _OF_ALL = ("yes", "no"), ("yes", "no", "unknown")
Ids = dict[str, list[str]]


@dataclass
class SummaryCells(CellSheet):
    """Gathered table by table.

    `code`: the area that is summarised, None for the whole store; `round`: its round. A table may have a column `round`
    or `area`, and columns named after groups, which then say of each row which children it counts.
    """

    _: KW_ONLY
    same: Same
    code: str | None
    round: int

    @property
    def shown(self) -> set[str]:
        """The ids of all counts that stand in a table."""
        return {name for table in self.tables.values() for names in table.ids.values() for name in names}

    def places(self, frame: pd.DataFrame) -> list[str]:
        """What the ids of each row begin with: its round, its area, the group of children that it counts."""
        rounds = frame["round"].astype(int).tolist() if "round" in frame else [self.round] * len(frame)
        areas = [self.code or ""] * len(frame)
        for column in ("area", *(group.id for group in area_groups(self.survey))):
            if column in frame:
                # An area asked for within a narrower one is counted only as far as that goes.
                areas = [max(one, str(code), key=len) for one, code in zip(areas, frame[column], strict=True)]
        others = [one.id for one in self.survey.figures.groups if one.digits is None and one.id in frame]
        groups = frame[others].astype("str").to_dict("records")
        return [
            place(when, where, {str(name): code for name, code in told.items()})
            for when, where, told in zip(rounds, areas, groups, strict=True)
        ]

    def answer_ids(self, items: Sequence[str], places: Sequence[str]) -> Ids:
        """Ids of the answers to columns of the profile; what is an indicator in other words has its id."""
        ids: Ids = {answer: [] for answer in ANSWERS}
        for item, at in zip(items, places, strict=True):
            name, turned = self.same.get(item, (item, False))
            for answer in ANSWERS:
                ids[answer].append(f"{at}{name}/{OPPOSITE[answer] if turned else answer}")
        return ids

    def answers(
        self,
        name: str,
        frame: pd.DataFrame,
        items: Sequence[str],
        *,
        wholes: Sequence[str] = (),
        derived: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> Ids:
        """A table of answers with the shares made of them; `items`: the column of the profile that each row counts.

        `wholes`: for each row what its counts add up to, children where nothing else is said; `derived`: further
        columns, and the ids of the counts of which each is made.
        """
        places = self.places(frame)
        ids = self.answer_ids(items, places)
        made = {
            **dict.fromkeys(SHARE, tuple(ids[one] for one in _OF_SHARE)),
            **dict.fromkeys(BOUNDS, tuple(ids[one] for one in _OF_ALL)),
            **(derived or {}),
        }
        wholes = wholes or ["children"] * len(frame)
        totals = [f"{where}{whole}" for where, whole in zip(places, wholes, strict=True)]
        shares = {one: told for one, told in made.items() if one in frame}
        self.tables[name] = CountTable(frame, ids, shares, totals)
        self._add_up(frame, ids, wholes, places)
        for total in filter(is_total, totals):
            # Who adds up a row that is shown has the total.
            self.unshown[total] = replace(self.unshown[total], shown=True)
        return ids

    def behind(
        self,
        frame: pd.DataFrame,
        items: Sequence[str],
        wholes: Sequence[str] = (),
        compared: Iterable[bool] | None = None,
    ) -> Ids:
        """Answers that no table has, but of which shares are made that can be computed from what is published; those of
        every row, or of rows that are `compared`."""
        places = self.places(frame)
        ids = self.answer_ids(items, places)
        computed = list(compared) if compared is not None else [True] * len(frame)
        for answer, names in ids.items():
            for one, count, whether in zip(names, frame[answer].astype(int), computed, strict=True):
                told = whether and answer in _OF_SHARE
                if told or one not in self.unshown:
                    self.unshown[one] = Cell(count, shown=told)
        self._add_up(frame, ids, wholes or ["children"] * len(frame), places)
        return ids

    def _add_up(self, frame: pd.DataFrame, ids: Ids, wholes: Sequence[str], places: Sequence[str]) -> None:
        counted = {one.column for one in self.survey.indicators if one.counted}
        sums = frame[list(ANSWERS)].sum(axis=1).astype(int)
        for at, (where, whole, count) in enumerate(zip(places, wholes, sums, strict=True)):
            parts = tuple(ids[answer][at] for answer in ANSWERS)
            telling = tuple(one for one in parts if one.rsplit("/", 2)[1] in counted and one.endswith(f"/{TELLING}"))
            self.whole(f"{where}{whole}", count)
            self.add(Relation(f"{where}{whole}", parts, telling, (ids[EXEMPT][at],)))

    def whole(self, name: str, count: int) -> None:
        """A total that no table has, or that one has; of a group of children, nobody may find out that it is small."""
        self.unshown.setdefault(name, Cell(count, shown=False, guarded="=" in name or name.endswith("/homes")))

    def levels(self, name: str, frame: pd.DataFrame) -> None:
        """A table of children, and of children by level in a column each."""
        places = self.places(frame)
        levels = [level.id for level in self.survey.levels]
        ids = {
            "children": [f"{one}children" for one in places],
            **{level: [f"{one}level/{level}" for one in places] for level in levels},
        }
        self.tables[name] = CountTable(frame, ids)
        for one in places:
            severe = tuple(f"{one}level/{level.id}" for level in self.survey.rule_levels)
            self.add(Relation(f"{one}children", tuple(f"{one}level/{level}" for level in levels), severe))

    def counts(
        self,
        name: str,
        frame: pd.DataFrame,
        ids: Mapping[str, Sequence[str]],
        derived: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> None:
        """A table of other counts."""
        self.tables[name] = CountTable(frame, ids, derived or {})

    def most(self, whole: str, parts: Sequence[str], count: int, name: str, *, guarded: bool = False) -> None:
        """These parts are never more than the whole: `count` is what is left, in a cell of its own."""
        if count >= 0:
            self.unshown.setdefault(name, Cell(count, shown=False, guarded=guarded))
            self.add(Relation(whole, (*parts, name)))

    def beside(self) -> Iterator[tuple[str, Cell]]:
        """The cells that no table has."""
        shown = self.shown
        yield from ((name, cell) for name, cell in self.unshown.items() if name not in shown)
