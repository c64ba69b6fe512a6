"""The counts of area summaries as cells and relations.

What is taken as known about the counts of one area and round: levels add up to the children, the answers to each
indicator too, homes by level to all homes; homes with a level are never more than children with it; children whose
highest possible level is another are never more than all children, nor fewer than those with too few answers. An area
is the sum of its parts. Where readers have or get only some of the parts of an area, what is left is a cell that no
table shows, and is guarded like one: it is the difference that anybody can compute. The answers of the round before,
with which `change` compares, are cells too.

Ids: round/area/children, round/area/households, round/area/level|could_be|households/level, round/area/i01/answer; what
has a space in what comes after the area is in no table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from cpms_cli.disclosure.cells.cell_sheet import CellSheet
from cpms_cli.disclosure.engine.problem import Cell, Relation
from cpms_cli.disclosure.engine.protection import CountTable
from cpms_cli.store.tables.release_tables import Release
from cpms_cli.summaries.area.areas import AreaSummary

ANSWERS = ("yes", "no", "unknown", "not_applicable")
TELLING, EXEMPT = "yes", "not_applicable"
SHARE_OF = ("yes", "no")
SHARE, BOUNDS = ("share", "low", "high"), ("lowest", "highest", "unknown_share")
"""What is made of yes and no, and of these and what is unknown."""
_OF_AREA = re.compile(r"(?P<round>\d+)/(?P<code>(?:\d{2,8})?)/(?P<counted>\S+)")
Areas = dict[tuple[int, str], dict[str, int]]


def of(summary: AreaSummary) -> str:
    """What the ids of an area and round begin with."""
    return _area(summary.round, summary.code)


def _area(round_: int, code: str) -> str:
    return f"{round_}/{code}"


class AreaCells(CellSheet):
    """Gathered area by area."""

    def area(self, one: AreaSummary, before: AreaSummary | None) -> None:
        """A summary that is published."""
        here, levels, answers, parts = of(one), self._level_ids(one), _answer_ids(one), self._part_ids(one)
        self.tables[f"{here} totals"] = CountTable(
            pd.DataFrame({"children": [one.children], "households": [one.households]}),
            {"children": [f"{here}/children"], "households": [f"{here}/households"]},
        )
        self.tables[f"{here} levels"] = CountTable(
            one.levels, levels, {"share": (levels["children"], [f"{here}/children"] * len(one.levels))}
        )
        then = _answer_ids(before) if before is not None else None
        now = (answers["yes"], answers["no"])
        known = (*now, then["yes"], then["no"]) if then is not None else now
        blank = one.indicators if then is not None else one.indicators.assign(change=float("nan"))
        made = {**dict.fromkeys(SHARE, now), **dict.fromkeys(BOUNDS, (*now, answers["unknown"])), "change": known}
        self.tables[f"{here} indicators"] = CountTable(blank, answers, made, [f"{here}/children"] * len(blank))
        self.tables[f"{here} parts"] = CountTable(one.parts, parts)
        self._within(one)

    def behind(self, one: AreaSummary) -> None:
        """A summary that is not published itself, but whose shares can be computed from the changes in one that is: the
        answers that make a share are cells of this report like any other. How many children there were is known, and
        with it, how many answers are left."""
        answers = _answer_ids(one)
        for answer, names in answers.items():
            counts = zip(names, one.indicators[answer].astype(int), strict=True)
            self.unshown |= {name: Cell(count, shown=answer in SHARE_OF) for name, count in counts}
        whole = f"{of(one)}/children"
        self.unshown[whole] = Cell(int(one.children or 0), shown=False, guarded=False)
        for parts in zip(*answers.values(), strict=True):
            self.add(Relation(whole, parts))

    def _level_ids(self, one: AreaSummary) -> dict[str, list[str]]:
        columns = {"children": "level", "could_be": "could_be", "households": "households"}
        return {name: [f"{of(one)}/{told}/{level}" for level in one.levels["level"]] for name, told in columns.items()}

    def _part_ids(self, one: AreaSummary) -> dict[str, list[str]]:
        areas = [_area(one.round, str(code)) for code in one.parts["area"]]
        return {
            "children": [f"{area}/children" for area in areas],
            **{level.id: [f"{area}/level/{level.id}" for area in areas] for level in self.survey.levels},
        }

    def _within(self, one: AreaSummary) -> None:
        here, levels = of(one), self._level_ids(one)
        severe = tuple(f"{here}/level/{level.id}" for level in self.survey.rule_levels)
        self.add(Relation(f"{here}/children", tuple(levels["children"]), severe))
        self.add(Relation(f"{here}/households", tuple(levels["households"])))
        more = (one.levels["children"] - one.levels["households"]).astype(int)
        for level, homes, count in zip(levels["children"], levels["households"], more, strict=True):
            self._rest(level, (homes,), count, f"{level}/beyond homes")
        self._open(one)
        answers = _answer_ids(one)
        for place, indicator in enumerate(self.survey.indicators):
            ids = {answer: answers[answer][place] for answer in ANSWERS}
            telling = (ids[TELLING],) if indicator.counted else ()
            self.add(Relation(f"{here}/children", tuple(ids.values()), telling, (ids[EXEMPT],)))
        self._parts(one)

    def _open(self, one: AreaSummary) -> None:
        """Children whose highest possible level is another: of all children, and all those with too few answers."""
        here, ids, could_be = of(one), self._level_ids(one), int(one.levels["could_be"].sum())
        name = f"{here}/level open"
        self.unshown[name] = Cell(could_be, shown=False, guarded=False)
        self.add(Relation(name, tuple(ids["could_be"])))
        self._rest(f"{here}/children", (name,), int(one.children or 0) - could_be, f"{here}/level settled")
        unknown = self.survey.level("open").id
        without = int(one.levels.loc[one.levels["level"] == unknown, "children"].sum())
        self._rest(name, (f"{here}/level/{unknown}",), could_be - without, f"{here}/level known but open")

    def _parts(self, one: AreaSummary) -> None:
        ids = self._part_ids(one)
        if not len(one.parts):
            return
        for place in range(len(one.parts)):
            levels = tuple(ids[level.id][place] for level in self.survey.levels)
            severe = tuple(ids[level.id][place] for level in self.survey.rule_levels)
            self.add(Relation(ids["children"][place], levels, severe))
        for column, names in ids.items():
            whole = "children" if column == "children" else f"level/{column}"
            self.add(Relation(f"{of(one)}/{whole}", tuple(names)))

    def _rest(self, whole: str, parts: tuple[str, ...], count: int, name: str) -> None:
        """What no table shows of a whole beside these parts."""
        if count >= 0:
            self.unshown[name] = Cell(count, shown=False, guarded=False)
            self.add(Relation(whole, (*parts, name)))

    def nested(self, areas: Areas) -> list[Relation]:
        """An area and those directly within it, of which the readers have or get a count: each count of it is the sum
        of theirs, or there is a rest."""
        found: list[Relation] = []
        for (round_, code), counts in areas.items():
            inside = {other: known for (when, other), known in areas.items() if when == round_ and _inside(other, code)}
            with_name: dict[tuple[str, ...], list[str]] = {}
            for name in counts:
                with_name.setdefault(tuple(one for one in inside if name in inside[one]), []).append(name)
            for within, names in with_name.items():
                nearest = [one for one in within if not any(one[:end] in within for end in range(2, len(one), 2))]
                if nearest:
                    found += self._nested(_area(round_, code), counts, {one: inside[one] for one in nearest}, names)
        return found

    def _nested(
        self, whole: str, counts: dict[str, int], inner: dict[str, dict[str, int]], names: Sequence[str]
    ) -> Iterator[Relation]:
        everybody = counts["children"] == sum(known["children"] for known in inner.values())
        around = whole.rpartition("/")[0]
        for name in names:
            parts = tuple(f"{around}/{code}/{name}" for code in inner)
            rest = counts[name] - sum(known[name] for known in inner.values())
            if everybody and rest == 0:
                yield Relation(f"{whole}/{name}", parts)
            elif rest >= 0:
                left = f"{whole}/without {' '.join(inner)}/{name}"
                self.unshown[left] = Cell(rest, shown=False)
                yield Relation(f"{whole}/{name}", (*parts, left))


def known_areas(summaries: Sequence[AreaSummary], earlier: Iterable[Release]) -> Areas:
    """Every count of every area that readers have or get, by round and code of the area, and what it counts."""
    found: Areas = {}
    for release in earlier:
        note_counts(found, ((name, cell.count) for name, cell in release.cells.items()))
    for one in summaries:
        for row in one.parts.to_dict("records"):
            part = {str(name): int(count) for name, count in row.items() if name not in ("area", "name")}
            counts = {name if name == "children" else f"level/{name}": count for name, count in part.items()}
            found.setdefault((one.round, str(row["area"])), {}).update(counts)
        found.setdefault((one.round, one.code), {}).update(_counts(one))
    return dict(sorted(found.items()))


def note_counts(known: Areas, counts: Iterable[tuple[str, int]]) -> None:
    """Add counts by id to those of areas; what is no count of an area is left out."""
    for name, count in counts:
        if named := _OF_AREA.fullmatch(name):
            known.setdefault((int(named["round"]), named["code"]), {})[named["counted"]] = count


def _inside(code: str, around: str) -> bool:
    return code != around and code.startswith(around)


def _answer_ids(one: AreaSummary) -> dict[str, list[str]]:
    return {answer: [f"{of(one)}/i{number:02d}/{answer}" for number in one.indicators["number"]] for answer in ANSWERS}


def _counts(one: AreaSummary) -> dict[str, int]:
    """Every count of an area by what stands after the area in its id."""
    return dict(_named_counts(one))


def _named_counts(one: AreaSummary) -> Iterator[tuple[str, int]]:
    yield "children", int(one.children or 0)
    yield "households", int(one.households or 0)
    for column, told in (("children", "level"), ("could_be", "could_be"), ("households", "households")):
        yield from zip(
            (f"{told}/{level}" for level in one.levels["level"]), one.levels[column].astype(int), strict=True
        )
    for answer in ANSWERS:
        numbers = (f"i{number:02d}/{answer}" for number in one.indicators["number"])
        yield from zip(numbers, one.indicators[answer].astype(int), strict=True)
