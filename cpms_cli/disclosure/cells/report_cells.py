"""The counts of one area report as cells, tables and relations.

A right or a measure that says of every child in the store just what an indicator says (or just the opposite) is the
same cells as that indicator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from cpms_cli.disclosure.cell_id import CellId, Population
from cpms_cli.disclosure.cells.answers_elsewhere import answers_elsewhere
from cpms_cli.disclosure.cells.area_cells import ANSWERS, BOUNDS, EXEMPT, SHARE, TELLING
from cpms_cli.disclosure.count_table import CountTable
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.scoring.judged_columns import measure_column
from cpms_cli.summaries.area.area_figures import AreaFigures, severe_levels
from cpms_cli.summaries.area.compared_answers import AROUND, hidden_columns
from cpms_cli.survey.model.definition import Survey

OPPOSITE = {**{answer: answer for answer in ANSWERS}, "yes": "no", "no": "yes"}
Same = dict[str, tuple[str, bool]]
"""By column of the profile, the indicator that it is in other words, and whether it is its opposite."""


def _fullest_row(frame: pd.DataFrame, answers: Sequence[str]) -> int:
    """Return how many are counted in each row; where rows differ, in the fullest."""
    return int(frame[list(answers)].sum(axis=1).max()) if len(frame) else 0


@dataclass
class ReportCells:
    """The cells, tables and relations of one report, gathered section by section."""

    survey: Survey
    figures: AreaFigures
    same: Same
    tables: dict[str, CountTable] = field(default_factory=dict)
    unshown: dict[CellId, Cell] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)

    def gather(self) -> None:
        """Add every section of the report."""
        figures, whole = self.figures, self.population().cell("children")
        self._add_levels()
        self._add_totals()
        self._add_answers("indicators", figures.indicators, whole)
        self._add_answers("rights", figures.rights, whole)
        homes = [measure_column(measure.id) for measure in self.survey.measures if measure.of == "household"]
        of_homes = figures.migration["item"].isin(homes)
        self._add_answers("measures", figures.migration[~of_homes], whole)
        self._add_homes(figures.migration[of_homes])
        self._add_parts()
        self._add_flow()
        shown = {name for table in self.tables.values() for names in table.ids.values() for name in names}
        self.unshown = {name: cell for name, cell in self.unshown.items() if name not in shown}

    def population(self, round_: int | None = None, code: str | None = None) -> Population:
        """Return the children of an area and round, by default the report's."""
        return Population(round_ or self.figures.round, self.figures.code if code is None else code)

    def _answer_ids(self, items: Sequence[str], answer: str, population: Population) -> list[CellId]:
        """Ids of one answer to some columns of the profile; what is an indicator in other words has its id."""
        ids = []
        for item in items:
            name, turned = self.same.get(item, (item, False))
            ids.append(population.cell(name, OPPOSITE[answer] if turned else answer))
        return ids

    def _add_answers(self, name: str, frame: pd.DataFrame, whole: CellId) -> None:
        """A table of answers with shares; the round before is behind one of its columns."""
        if frame.empty:
            return
        items, counted = (
            list(frame["item"]),
            {indicator.column for indicator in self.survey.indicators if indicator.counted},
        )
        ids = {answer: self._answer_ids(items, answer, self.population()) for answer in ANSWERS}
        of_share, of_all = (ids["yes"], ids["no"]), (ids["yes"], ids["no"], ids["unknown"])
        derived = {**dict.fromkeys(SHARE, of_share), **dict.fromkeys(BOUNDS, of_all)}
        trend = list(of_share)
        for column, round_ in self.figures.earlier.items():
            of_round = self._add_elsewhere(frame, column, whole, self.population(round_))
            derived[column] = (of_round["yes"], of_round["no"])
            trend += derived[column]
        derived["trend"] = tuple(trend)
        if AROUND in frame and self.figures.wider is not None:
            around = self._add_elsewhere(frame, AROUND, whole, self.population(code=self.figures.wider.code))
            derived |= dict.fromkeys((AROUND, "position"), (*of_share, around["yes"], around["no"]))
        shown = frame.drop(columns=hidden_columns(frame))
        self.tables[name] = CountTable(shown, ids, derived, [whole] * len(frame))
        # Who adds up a row that is shown has the total.
        self.unshown.setdefault(whole, Cell(_fullest_row(frame, ANSWERS)))
        for row, item in enumerate(items):
            parts = tuple(ids[answer][row] for answer in ANSWERS)
            telling = (ids[TELLING][row],) if item in counted else ()
            self.relations.append(Relation(whole, parts, telling, tuple(ids[answer][row] for answer in EXEMPT)))

    def _add_elsewhere(
        self, frame: pd.DataFrame, column: str, whole: CellId, population: Population
    ) -> dict[str, list[CellId]]:
        """The answers of another round, or of the wider area, of which a share stands in a column: it tells two counts,
        and with them how many are left."""
        whole = population.count(whole.quantity)
        ids = {answer: self._answer_ids(list(frame["item"]), answer, population) for answer in ANSWERS}
        known = self.unshown.get(whole)
        elsewhere = answers_elsewhere(frame, column, ids, whole, known.count if known else None)
        self.unshown |= elsewhere.cells
        self.unshown.setdefault(whole, elsewhere.children)
        self.relations += elsewhere.relations
        return ids

    def _add_levels(self) -> None:
        """Children by level in every round, and how many are open to a higher one."""
        figures, names = self.figures, [level.id for level in self.survey.levels]
        populations = [self.population(int(round_)) for round_ in figures.levels["round"]]
        ids = {name: [population.cell("level", name) for population in populations] for name in names}
        self.tables["levels"] = CountTable(figures.levels, ids)
        severe = [level.id for level in self.survey.rule_levels]
        for row, population in enumerate(populations):
            count = int(figures.levels.loc[figures.levels.index[row], names].sum())
            self.unshown[population.cell("children")] = Cell(count, shown=False, guarded=False)
            self.relations.append(
                Relation(
                    population.cell("children"),
                    tuple(ids[name][row] for name in names),
                    tuple(population.cell("level", name) for name in severe),
                )
            )
        population, response = self.population(), figures.response
        at_level = [population.cell("level", name) for name in response["level"]]
        could_be = [population.cell("could_be", name) for name in response["level"]]
        self.tables["response"] = CountTable(response, {"children": at_level, "could_be": could_be})
        settled = int(response["children"].sum() - response["could_be"].sum())
        self._add_rest(population.cell("children"), tuple(could_be), settled, "settled")
        self._add_open(population.cell("children").left("settled"))

    def _add_open(self, settled: CellId) -> None:
        """Whoever has too few answers could be at a higher level: that is at least some of those who could."""
        population, response = self.population(), self.figures.response
        unknown = self.survey.level("open").id
        rest = int(response["could_be"].sum()) - int(response.loc[response["level"] == unknown, "children"].sum())
        if rest >= 0:
            others = tuple(population.cell("level", level.id) for level in self.survey.levels if level.id != unknown)
            left, with_level = settled.left("though open"), settled.left("level")
            self.unshown[left] = Cell(rest, shown=False, guarded=False)
            self.unshown[with_level] = Cell(self.unshown[settled].count + rest, shown=False, guarded=False)
            self.relations.append(Relation(with_level, others))
            self.relations.append(Relation(with_level, (settled, left)))

    def _add_rest(self, whole: CellId, parts: tuple[CellId, ...], count: int, name: str, guarded: bool = False) -> None:
        """What no table shows of a whole beside these parts."""
        left = whole.left(name)
        self.unshown[left] = Cell(count, shown=False, guarded=guarded)
        self.relations.append(Relation(whole, (*parts, left)))

    def _add_totals(self) -> None:
        """The key figures."""
        population, figures = self.population(), self.figures
        self.unshown.pop(population.cell("children"), None)
        frame = pd.DataFrame({"children": [figures.children], "households": [figures.households]})
        self.tables["totals"] = CountTable(
            frame, {name: [population.cell(name)] for name in ("children", "households")}
        )

    def _add_homes(self, frame: pd.DataFrame) -> None:
        """Measures of households. Those that have a record are those that have children, or there are others too."""
        if frame.empty:
            return
        population = self.population()
        homes = population.cell("homes")
        self._add_answers("homes", frame, homes)
        if self.unshown[homes].count == self.figures.households:
            self.relations.append(Relation(population.cell("households"), (homes,)))

    def _add_parts(self) -> None:
        """Subdistricts or villages by level, and by indicator."""
        parts, area = self.figures.parts, self.population()
        if parts.empty:
            return
        populations = [self.population(code=str(code)) for code in parts["area"]]
        levels = [level.id for level in self.survey.levels]
        severe = [level.id for level in severe_levels(self.survey)]
        ids = {
            "children": [part.cell("children") for part in populations],
            "severe": [part.cell("severe") for part in populations],
            **{name: [part.cell("level", name) for part in populations] for name in levels},
        }
        self.tables["parts"] = CountTable(parts, ids, {"share": (ids["severe"], ids["children"])})
        for part in populations:
            every = tuple(part.cell("level", name) for name in levels)
            telling = tuple(part.cell("level", level.id) for level in self.survey.rule_levels)
            self.relations.append(Relation(part.cell("children"), every, telling))
            self.relations.append(Relation(part.cell("severe"), tuple(part.cell("level", name) for name in severe)))
        for column in ("children", *levels):
            whole = area.cell("children") if column == "children" else area.cell("level", column)
            self.relations.append(Relation(whole, tuple(ids[column])))
        self._add_heat()

    def _add_heat(self) -> None:
        """Each indicator in each part: shares are shown, which tell both counts behind them."""
        figures, area = self.figures, self.population()
        parts = [self.population(code=str(code)) for code in figures.heat["area"]]
        sizes = dict(zip(figures.parts["area"], figures.parts["children"], strict=True))
        yes, no, derived = {}, {}, {}
        for indicator in self.survey.indicators:
            name, column = str(indicator.number), indicator.column
            yes[name] = [part.cell(column, "yes") for part in parts]
            no[name] = [part.cell(column, "no") for part in parts]
            derived[name] = (yes[name], no[name])
            others = figures.heat_others[name].fillna(0).astype(int)
            self.unshown |= dict(zip(no[name], map(Cell, others), strict=True))
            for answer, names in (("yes", yes[name]), ("no", no[name])):
                self.relations.append(Relation(area.cell(column, answer), tuple(names)))
            counts = figures.heat_counts[name].fillna(0).astype(int) + others
            for part, code, count in zip(parts, figures.heat["area"], counts, strict=True):
                both = (part.cell(column, "yes"), part.cell(column, "no"))
                # The share tells both counts, and so how many are in neither: few of them must not be found out.
                open_ = int(sizes[code]) - int(count)
                self._add_rest(part.cell("children"), both, open_, f"{column} open", guarded=True)
        # Hatched is a share of which either count is withheld; white, one that nobody could compute.
        self.tables["heat_counts"] = CountTable(figures.heat_counts.fillna(0), yes, derived)
        self.tables["heat"] = CountTable(figures.heat, {}, derived)

    def _add_flow(self) -> None:
        """Children by their levels in two rounds: rows and columns add up to the levels of each."""
        flow, previous = self.figures.flow, self.figures.previous
        if flow.empty or previous is None:
            return
        now, before = self.population(), self.population(previous)
        ids = [now.cell("flow", f"{a}/{b}") for a, b in zip(flow["from_level"], flow["to_level"], strict=True)]
        self.tables["flow"] = CountTable(flow, {"children": ids})
        known = {level.id for level in self.survey.levels}
        for side, population in (("from_level", before), ("to_level", now)):
            for level in sorted(known & set(flow[side])):
                parts = tuple(name for name, its_level in zip(ids, flow[side], strict=True) if its_level == level)
                self.relations.append(Relation(population.cell("level", level), parts))
