"""The counts of one area report as cells, tables and relations, with the ids of `area_cells`.

A right or a measure that says of every child in the store just what an indicator says (or just the opposite) is the
same cells as that indicator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from cpms_cli.disclosure.cells.area_cells import ANSWERS, BOUNDS, EXEMPT, SHARE, TELLING
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.disclosure.engine.protection import CountTable
from cpms_cli.summaries.area.area_figures import AreaFigures, severe_levels
from cpms_cli.survey.model.definition import Survey

OPPOSITE = {"yes": "no", "no": "yes", "unknown": "unknown", "not_applicable": "not_applicable"}
Same = dict[str, tuple[str, bool]]


def _asked(frame: pd.DataFrame, answers: Sequence[str]) -> int:
    """How many are counted in each row; where rows differ, in the fullest."""
    return int(frame[list(answers)].sum(axis=1).max()) if len(frame) else 0


@dataclass
class ReportCells:
    """The cells, tables and relations of one report, gathered section by section."""

    survey: Survey
    figures: AreaFigures
    same: Same
    tables: dict[str, CountTable] = field(default_factory=dict)
    unshown: dict[str, Cell] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)

    def place(self, round_: int | None = None, code: str | None = None) -> str:
        """What ids of an area and round begin with."""
        return f"{round_ or self.figures.round}/{code or self.figures.code}"

    def answer_ids(self, items: Sequence[str], answer: str, place: str) -> list[str]:
        """Ids of one answer to some columns of the profile; what is an indicator in other words has its id."""
        told = []
        for item in items:
            name, turned = self.same.get(item, (item, False))
            told.append(f"{place}/{name}/{OPPOSITE[answer] if turned else answer}")
        return told

    def answers(self, name: str, frame: pd.DataFrame, whole: str) -> None:
        """A table of answers with shares; the round before is behind one of its columns."""
        items, counted = list(frame["item"]), {one.column for one in self.survey.indicators if one.counted}
        ids = {answer: self.answer_ids(items, answer, self.place()) for answer in ANSWERS}
        of_share, of_all = (ids["yes"], ids["no"]), (ids["yes"], ids["no"], ids["unknown"])
        derived = {**dict.fromkeys(SHARE, of_share), **dict.fromkeys(BOUNDS, of_all)}
        if self.figures.previous is not None:
            before = self.before(frame, whole)
            derived["before"] = (before["yes"], before["no"])
        shown = frame.drop(columns=[f"before_{answer}" for answer in ANSWERS])
        self.tables[name] = CountTable(shown, ids, derived, [whole] * len(frame))
        # Who adds up a row that is shown has the total.
        self.unshown.setdefault(whole, Cell(_asked(frame, ANSWERS)))
        for at, item in enumerate(items):
            parts = tuple(ids[answer][at] for answer in ANSWERS)
            telling = (ids[TELLING][at],) if item in counted else ()
            self.relations.append(Relation(whole, parts, telling, (ids[EXEMPT][at],)))

    def before(self, frame: pd.DataFrame, whole: str) -> dict[str, list[str]]:
        """The answers of the round before: a share of then tells two counts, and with them how many are left."""
        place = self.place(self.figures.previous)
        whole = f"{place}/{whole.rpartition('/')[2]}"
        ids = {answer: self.answer_ids(list(frame["item"]), answer, place) for answer in ANSWERS}
        before = [f"before_{answer}" for answer in ANSWERS]
        counts = frame[before].set_axis(list(ANSWERS), axis=1).astype(int)
        for answer, names in ids.items():
            shown = answer in ("yes", "no")
            self.unshown |= {name: Cell(count, shown) for name, count in zip(names, counts[answer], strict=True)}
        self.unshown.setdefault(whole, Cell(_asked(frame, before), shown=False, guarded=False))
        complete = counts.sum(axis=1) == self.unshown[whole].count
        for at in [at for at, whether in enumerate(complete) if whether]:
            self.relations.append(Relation(whole, tuple(ids[answer][at] for answer in ANSWERS)))
        return ids

    def levels(self) -> None:
        """Children by level in every round, and how many are open to a higher one."""
        figures, names = self.figures, [level.id for level in self.survey.levels]
        places = [self.place(int(one)) for one in figures.levels["round"]]
        ids = {name: [f"{place}/level/{name}" for place in places] for name in names}
        self.tables["levels"] = CountTable(figures.levels, ids)
        severe = [level.id for level in self.survey.rule_levels]
        for at, place in enumerate(places):
            count = int(figures.levels.loc[figures.levels.index[at], names].sum())
            self.unshown[f"{place}/children"] = Cell(count, shown=False, guarded=False)
            self.relations.append(
                Relation(
                    f"{place}/children",
                    tuple(ids[name][at] for name in names),
                    tuple(f"{place}/level/{name}" for name in severe),
                )
            )
        here, response = self.place(), figures.response
        told = [f"{here}/level/{name}" for name in response["level"]]
        could = [f"{here}/could_be/{name}" for name in response["level"]]
        self.tables["response"] = CountTable(response, {"children": told, "could_be": could})
        settled = int(response["children"].sum() - response["could_be"].sum())
        self.rest(f"{here}/children", tuple(could), settled, "settled")
        self.open(f"{here}/children settled")

    def open(self, settled: str) -> None:
        """Whoever has too few answers could be at a higher level: that is at least some of those who could."""
        here, response = self.place(), self.figures.response
        unknown = self.survey.level("open").id
        rest = int(response["could_be"].sum()) - int(response.loc[response["level"] == unknown, "children"].sum())
        if rest >= 0:
            others = tuple(f"{here}/level/{level.id}" for level in self.survey.levels if level.id != unknown)
            left = f"{settled} though open"
            self.unshown[left] = Cell(rest, shown=False, guarded=False)
            self.unshown[f"{settled} level"] = Cell(self.unshown[settled].count + rest, shown=False, guarded=False)
            self.relations.append(Relation(f"{settled} level", others))
            self.relations.append(Relation(f"{settled} level", (settled, left)))

    def rest(self, whole: str, parts: tuple[str, ...], count: int, name: str, guarded: bool = False) -> None:
        """What no table shows of a whole beside these parts."""
        left = f"{whole} {name}"
        self.unshown[left] = Cell(count, shown=False, guarded=guarded)
        self.relations.append(Relation(whole, (*parts, left)))

    def totals(self) -> None:
        """The key figures."""
        here, figures = self.place(), self.figures
        self.unshown.pop(f"{here}/children", None)
        frame = pd.DataFrame({"children": [figures.children], "households": [figures.households]})
        self.tables["totals"] = CountTable(frame, {name: [f"{here}/{name}"] for name in ("children", "households")})

    def homes(self, frame: pd.DataFrame) -> None:
        """Measures of households. Those that have a record are those that have children, or there are others too."""
        here = self.place()
        self.answers("homes", frame, f"{here}/homes")
        if self.unshown[f"{here}/homes"].count == self.figures.households:
            self.relations.append(Relation(f"{here}/households", (f"{here}/homes",)))

    def parts(self) -> None:
        """Subdistricts or villages by level, and by indicator."""
        parts, here = self.figures.parts, self.place()
        if parts.empty:
            return
        places = [self.place(code=str(code)) for code in parts["area"]]
        levels = [level.id for level in self.survey.levels]
        severe = [level.id for level in severe_levels(self.survey)]
        ids = {
            "children": [f"{one}/children" for one in places],
            "severe": [f"{one}/severe" for one in places],
            **{name: [f"{one}/level/{name}" for one in places] for name in levels},
        }
        self.tables["parts"] = CountTable(parts, ids, {"share": (ids["severe"], ids["children"])})
        for place in places:
            every = tuple(f"{place}/level/{name}" for name in levels)
            telling = tuple(f"{place}/level/{level.id}" for level in self.survey.rule_levels)
            self.relations.append(Relation(f"{place}/children", every, telling))
            self.relations.append(Relation(f"{place}/severe", tuple(f"{place}/level/{name}" for name in severe)))
        for column in ("children", *levels):
            whole = f"{here}/children" if column == "children" else f"{here}/level/{column}"
            self.relations.append(Relation(whole, tuple(ids[column])))
        self.heat()

    def heat(self) -> None:
        """Each indicator in each part: shares are shown, which tell both counts behind them."""
        figures, here = self.figures, self.place()
        places = [self.place(code=str(code)) for code in figures.heat["area"]]
        sizes = dict(zip(figures.parts["area"], figures.parts["children"], strict=True))
        yes, no, derived = {}, {}, {}
        for one in self.survey.indicators:
            name = str(one.number)
            yes[name] = [f"{place}/{one.column}/yes" for place in places]
            no[name] = [f"{place}/{one.column}/no" for place in places]
            derived[name] = (yes[name], no[name])
            others = figures.heat_others[name].fillna(0).astype(int)
            self.unshown |= dict(zip(no[name], map(Cell, others), strict=True))
            for answer, names in (("yes", yes[name]), ("no", no[name])):
                self.relations.append(Relation(f"{here}/{one.column}/{answer}", tuple(names)))
            counts = figures.heat_counts[name].fillna(0).astype(int) + others
            for place, area, count in zip(places, figures.heat["area"], counts, strict=True):
                both = (f"{place}/{one.column}/yes", f"{place}/{one.column}/no")
                # The share tells both counts, and so how many are in neither: few of them must not be found out.
                self.rest(f"{place}/children", both, int(sizes[area]) - int(count), f"{one.column} open", guarded=True)
        # Hatched is a share of which either count is withheld; white, one that nobody could compute.
        self.tables["heat_counts"] = CountTable(figures.heat_counts.fillna(0), yes, derived)
        self.tables["heat"] = CountTable(figures.heat, {}, derived)

    def flow(self) -> None:
        """Children by their levels in two rounds: rows and columns add up to the levels of each."""
        flow, previous = self.figures.flow, self.figures.previous
        if flow.empty or previous is None:
            return
        here, then = self.place(), self.place(previous)
        ids = [f"{here}/flow/{a}/{b}" for a, b in zip(flow["from_level"], flow["to_level"], strict=True)]
        self.tables["flow"] = CountTable(flow, {"children": ids})
        known = {level.id for level in self.survey.levels}
        for side, place in (("from_level", then), ("to_level", here)):
            for level in sorted(known & set(flow[side])):
                parts = tuple(name for name, told in zip(ids, flow[side], strict=True) if told == level)
                self.relations.append(Relation(f"{place}/level/{level}", parts))
