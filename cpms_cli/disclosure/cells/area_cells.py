"""The counts of area summaries as cells and relations.

What is taken as known about the counts of one area and round: levels add up to the children, the answers to each
indicator too, homes by level to all homes; homes with a level are never more than children with it; children whose
highest possible level is another are never more than all children, nor fewer than those with too few answers. An area
is the sum of its parts. Where readers have or get only some of the parts of an area, what is left is a cell that no
table shows, and is guarded like one: it is the difference that anybody can compute. The answers of the round before,
with which `change` compares, are cells too. How ids are made: `cell_id`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cpms_cli.disclosure.cell_id import BEYOND_HOMES, CellId, Population
from cpms_cli.disclosure.cells.cell_sheet import CellSheet
from cpms_cli.disclosure.count_table import CountTable
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.summaries.area.areas import AreaSummary
from cpms_cli.summaries.counts.shares import COUNTS

ANSWERS = COUNTS
TELLING, EXEMPT = "yes", ("not_applicable", "not_asked")
SHARE_OF = ("yes", "no")
SHARE, BOUNDS = ("share", "low", "high"), ("lowest", "highest", "unknown_share")
"""What is made of yes and no, and of these and what is unknown."""
_ITEM_OF_COLUMN = {"children": "level", "could_be": "could_be", "households": "households"}


def population_of(summary: AreaSummary) -> Population:
    """Return the children whom a summary counts."""
    return Population(summary.round, summary.code)


def table_name(summary: AreaSummary, section: str) -> str:
    """Return the name of a summary's table among all tables of a sheet: of its totals, levels, indicators or parts."""
    return f"{summary.round}/{summary.code} {section}"


def answer_ids(summary: AreaSummary) -> dict[str, list[CellId]]:
    """Return for each answer the ids of its counts, an indicator each, in the summary's order."""
    population = population_of(summary)
    return {
        answer: [population.cell(f"i{number:02d}", answer) for number in summary.indicators["number"]]
        for answer in ANSWERS
    }


def _own_counts(summary: AreaSummary) -> Iterator[tuple[CellId, int]]:
    population = population_of(summary)
    yield population.cell("children"), int(summary.children or 0)
    yield population.cell("households"), int(summary.households or 0)
    for column, item in _ITEM_OF_COLUMN.items():
        ids = (population.cell(item, level) for level in summary.levels["level"])
        yield from zip(ids, summary.levels[column].astype(int), strict=True)
    for answer, names in answer_ids(summary).items():
        yield from zip(names, summary.indicators[answer].astype(int), strict=True)


def summary_counts(summary: AreaSummary) -> Iterator[tuple[CellId, int]]:
    """Give every count of a summary with its id, those of its parts first."""
    for row in summary.parts.to_dict("records"):
        part = Population(summary.round, str(row["area"]))
        for name, count in row.items():
            if name not in ("area", "name"):
                yield part.cell("children") if name == "children" else part.cell("level", str(name)), int(count)
    yield from _own_counts(summary)


class AreaCells(CellSheet):
    """The cells of area summaries, gathered area by area."""

    def add_published(self, summary: AreaSummary, previous: AreaSummary | None) -> None:
        """Add a summary that is published; `previous`: that of the round with which its changes compare."""
        population, levels, answers = population_of(summary), self._level_ids(summary), answer_ids(summary)
        children = population.cell("children")
        self.tables[table_name(summary, "totals")] = CountTable(
            pd.DataFrame({"children": [summary.children], "households": [summary.households]}),
            {"children": [children], "households": [population.cell("households")]},
        )
        self.tables[table_name(summary, "levels")] = CountTable(
            summary.levels, levels, {"share": (levels["children"], [children] * len(summary.levels))}
        )
        before = answer_ids(previous) if previous is not None else None
        share_of = (answers["yes"], answers["no"])
        change_of = (*share_of, before["yes"], before["no"]) if before is not None else share_of
        frame = summary.indicators if before is not None else summary.indicators.assign(change=float("nan"))
        derived = {
            **dict.fromkeys(SHARE, share_of),
            **dict.fromkeys(BOUNDS, (*share_of, answers["unknown"])),
            "change": change_of,
        }
        self.tables[table_name(summary, "indicators")] = CountTable(frame, answers, derived, [children] * len(frame))
        self.tables[table_name(summary, "parts")] = CountTable(summary.parts, self._part_ids(summary))
        self._relate(summary)

    def add_unpublished(self, summary: AreaSummary) -> None:
        """Add a summary that is not published itself, but whose shares can be computed from the changes in one that is.

        The answers that make a share are cells of this report like any other. How many children there were is known,
        and with it, how many answers are left.
        """
        answers = answer_ids(summary)
        for answer, names in answers.items():
            counts = zip(names, summary.indicators[answer].astype(int), strict=True)
            self.unshown |= {name: Cell(count, shown=answer in SHARE_OF) for name, count in counts}
        whole = population_of(summary).cell("children")
        self.unshown[whole] = Cell(int(summary.children or 0), shown=False, guarded=False)
        for parts in zip(*answers.values(), strict=True):
            self.add(Relation(whole, parts))

    def _level_ids(self, summary: AreaSummary) -> dict[str, list[CellId]]:
        population = population_of(summary)
        return {
            column: [population.cell(item, level) for level in summary.levels["level"]]
            for column, item in _ITEM_OF_COLUMN.items()
        }

    def _part_ids(self, summary: AreaSummary) -> dict[str, list[CellId]]:
        parts = [Population(summary.round, str(code)) for code in summary.parts["area"]]
        return {
            "children": [part.cell("children") for part in parts],
            **{level.id: [part.cell("level", level.id) for part in parts] for level in self.survey.levels},
        }

    def _relate(self, summary: AreaSummary) -> None:
        population, levels = population_of(summary), self._level_ids(summary)
        children = population.cell("children")
        severe = tuple(population.cell("level", level.id) for level in self.survey.rule_levels)
        self.add(Relation(children, tuple(levels["children"]), severe))
        self.add(Relation(population.cell("households"), tuple(levels["households"])))
        more_children = (summary.levels["children"] - summary.levels["households"]).astype(int)
        for level, homes, count in zip(levels["children"], levels["households"], more_children, strict=True):
            self._add_rest(level, (homes,), count, level.left(BEYOND_HOMES))
        self._relate_possible_levels(summary)
        answers = answer_ids(summary)
        for row, indicator in enumerate(self.survey.indicators):
            ids = {answer: answers[answer][row] for answer in ANSWERS}
            telling = (ids[TELLING],) if indicator.counted else ()
            self.add(Relation(children, tuple(ids.values()), telling, tuple(ids[answer] for answer in EXEMPT)))
        self._relate_parts(summary)

    def _relate_possible_levels(self, summary: AreaSummary) -> None:
        """Children whose highest possible level is another: of all children, and all those with too few answers."""
        population, ids = population_of(summary), self._level_ids(summary)
        could_be = int(summary.levels["could_be"].sum())
        children, level = population.cell("children"), population.cell("level")
        open_ = level.left("open")
        self.unshown[open_] = Cell(could_be, shown=False, guarded=False)
        self.add(Relation(open_, tuple(ids["could_be"])))
        self._add_rest(children, (open_,), int(summary.children or 0) - could_be, level.left("settled"))
        unknown = self.survey.level("open").id
        without_answers = int(summary.levels.loc[summary.levels["level"] == unknown, "children"].sum())
        parts = (population.cell("level", unknown),)
        self._add_rest(open_, parts, could_be - without_answers, level.left("known but open"))

    def _relate_parts(self, summary: AreaSummary) -> None:
        ids, population = self._part_ids(summary), population_of(summary)
        if not len(summary.parts):
            return
        for row in range(len(summary.parts)):
            levels = tuple(ids[level.id][row] for level in self.survey.levels)
            severe = tuple(ids[level.id][row] for level in self.survey.rule_levels)
            self.add(Relation(ids["children"][row], levels, severe))
        for column, parts in ids.items():
            whole = population.cell("children") if column == "children" else population.cell("level", column)
            self.add(Relation(whole, tuple(parts)))

    def _add_rest(self, whole: CellId, parts: tuple[CellId, ...], count: int, rest: CellId) -> None:
        """Add what no table shows of a whole beside these parts."""
        if count >= 0:
            self.unshown[rest] = Cell(count, shown=False, guarded=False)
            self.add(Relation(whole, (*parts, rest)))
