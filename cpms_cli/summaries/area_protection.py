"""Area summaries made fit for publication, all that are published together as one problem.

What is taken as known about the counts of one area and round: levels add up to the children, the answers to each
indicator too, homes by level to all homes; homes with a level are never more than children with it; children whose
highest possible level is another are never more than all children. An area is the sum of its parts. Where only some of
the parts of an area are published, what is left is a cell that no table shows, and is guarded like one: it is the
difference that anybody can compute. The counts of the round before, which `change` compares with, are such cells too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from cpms_cli.store.release_tables import Release
from cpms_cli.summaries.areas import AreaSummary
from cpms_cli.summaries.disclosure import Cell, Relation
from cpms_cli.summaries.protection import CountTable, Protected, protect
from cpms_cli.survey.definition import Language, Survey
from cpms_cli.survey.messages import say

ANSWERS = ("yes", "no", "unknown", "not_applicable")
TELLING, EXEMPT = "yes", "not_applicable"
Areas = dict[tuple[int, str], dict[str, int]]


@dataclass(frozen=True)
class ProtectedAreas:
    """The summaries in the order they came in; `children` and `households` are None where they are withheld."""

    summaries: tuple[AreaSummary, ...]
    notes: tuple[str, ...]
    protected: Protected


def protect_areas(
    summaries: Sequence[AreaSummary], survey: Survey, *, previous: Sequence[AreaSummary] = (), audience: str = "",
    earlier: Iterable[Release] = (), report: str = "areas", language: Language = "en",
) -> ProtectedAreas:  # fmt: skip
    """Withhold what must not be found out from these summaries together, whose rounds may differ.

    `previous`: the summaries of the same areas in the rounds that `change` compares with; where one is missing, the
    area's changes are blank, since they tell a share that nobody has looked at. The lists of children are left out.
    Raises ValueError where the summaries contradict one another.
    """
    sheet = _Sheet(survey)
    before = {(one.code, one.round): one for one in previous}
    for one in summaries:
        sheet.area(one, before.get((one.code, one.previous or 0)))
    published = {(one.code, one.round) for one in summaries}
    for one in previous:
        if (one.code, one.round) not in published:
            sheet.behind(one)
    earlier = list(earlier)
    spanning = sheet.nested(_areas([*previous, *summaries], earlier))
    rounds = {one.round for one in summaries}
    found = protect(
        sheet.tables, sheet.relations, survey.privacy, report=report, round_=min(rounds) if len(rounds) == 1 else None,
        unshown=sheet.unshown, audience=audience, earlier=earlier, spanning=spanning,
        language=language,
    )  # fmt: skip
    notes = found.notes
    if any(len(one.response) for one in summaries):
        notes += (say("privacy_lists", language),)
    return ProtectedAreas(tuple(_published(one, found.tables) for one in summaries), notes, found)


def protect_area(
    summary: AreaSummary, survey: Survey, *, previous: AreaSummary | None = None, audience: str = "",
    earlier: Iterable[Release] = (), language: Language = "en",
) -> ProtectedAreas:  # fmt: skip
    """One summary, published alone: see `protect_areas`."""
    return protect_areas(
        [summary], survey, previous=[previous] if previous else [], audience=audience, earlier=earlier,
        report=f"area {summary.code}", language=language,
    )  # fmt: skip


def _of(summary: AreaSummary) -> str:
    return _area(summary.round, summary.code)


def _area(round_: int, code: str) -> str:
    return f"{round_}/{code}"


def _published(one: AreaSummary, tables: Mapping[str, pd.DataFrame]) -> AreaSummary:
    totals = tables[f"{_of(one)} totals"].iloc[0]
    children, households = (
        None if pd.isna(count) else int(count) for count in (totals["children"], totals["households"])
    )
    return replace(
        one, children=children, households=households, response=one.response.iloc[:0],
        **{name: tables[f"{_of(one)} {name}"] for name in ("levels", "indicators", "parts")},
    )  # fmt: skip


@dataclass
class _Sheet:
    """Tables, cells and relations as they are gathered."""

    survey: Survey
    tables: dict[str, CountTable] = field(default_factory=dict)
    unshown: dict[str, Cell] = field(default_factory=dict)
    added: dict[Relation, None] = field(default_factory=dict)

    @property
    def relations(self) -> list[Relation]:
        """Each once, in the order in which they were added."""
        return list(self.added)

    def area(self, one: AreaSummary, before: AreaSummary | None) -> None:
        """A summary that is published."""
        here, levels, answers, parts = _of(one), self._level_ids(one), _answer_ids(one), self._part_ids(one)
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
        self.tables[f"{here} indicators"] = CountTable(blank, answers, {"share": now, "change": known})
        self.tables[f"{here} parts"] = CountTable(one.parts, parts)
        self._within(one)

    def behind(self, one: AreaSummary) -> None:
        """A summary that is not published itself, but whose shares can be computed from the changes in one that is: the
        answers that make a share are cells of this report like any other."""
        counts, answers = _counts(one), _answer_ids(one)
        shown = {*answers["yes"], *answers["no"]}
        named = {f"{_of(one)}/{name}": count for name, count in counts.items()}
        for column, names in self._part_ids(one).items():
            named |= dict(zip(names, one.parts[column].astype(int), strict=True))
        self.unshown |= {name: Cell(count, shown=name in shown) for name, count in named.items()}
        self._within(one)

    def _level_ids(self, one: AreaSummary) -> dict[str, list[str]]:
        columns = {"children": "level", "could_be": "could_be", "households": "households"}
        return {name: [f"{_of(one)}/{told}/{level}" for level in one.levels["level"]] for name, told in columns.items()}

    def _part_ids(self, one: AreaSummary) -> dict[str, list[str]]:
        areas = [_area(one.round, str(code)) for code in one.parts["area"]]
        return {"children": [f"{area}/children" for area in areas],
                **{level.id: [f"{area}/level/{level.id}" for area in areas] for level in self.survey.levels}}  # fmt: skip

    def _within(self, one: AreaSummary) -> None:
        here, levels = _of(one), self._level_ids(one)
        severe = tuple(f"{here}/level/{level.id}" for level in self.survey.rule_levels)
        self._add(Relation(f"{here}/children", tuple(levels["children"]), severe))
        self._add(Relation(f"{here}/households", tuple(levels["households"])))
        for level, row in zip(levels["children"], one.levels.itertuples(index=False), strict=True):
            homes = level.replace("/level/", "/households/")
            self._rest(level, (homes,), int(row.children) - int(row.households), f"{level}/beyond homes")  # type: ignore[attr-defined, arg-type]
        settled = int(one.children or 0) - int(one.levels["could_be"].sum())
        self._rest(f"{here}/children", tuple(levels["could_be"]), settled, f"{here}/level settled")
        answers = _answer_ids(one)
        for place, indicator in enumerate(self.survey.indicators):
            ids = {answer: answers[answer][place] for answer in ANSWERS}
            telling = (ids[TELLING],) if indicator.counted else ()
            self._add(Relation(f"{here}/children", tuple(ids.values()), telling, (ids[EXEMPT],)))
        self._parts(one)

    def _parts(self, one: AreaSummary) -> None:
        ids = self._part_ids(one)
        if not len(one.parts):
            return
        for place in range(len(one.parts)):
            levels = tuple(ids[level.id][place] for level in self.survey.levels)
            severe = tuple(ids[level.id][place] for level in self.survey.rule_levels)
            self._add(Relation(ids["children"][place], levels, severe))
        for column, names in ids.items():
            whole = "children" if column == "children" else f"level/{column}"
            self._add(Relation(f"{_of(one)}/{whole}", tuple(names)))

    def _add(self, relation: Relation) -> None:
        if relation.whole not in relation.parts:
            self.added[relation] = None

    def _rest(self, whole: str, parts: tuple[str, ...], count: int, name: str) -> None:
        """What no table shows of a whole beside these parts."""
        if count >= 0:
            self.unshown[name] = Cell(count, shown=False, guarded=False)
            self._add(Relation(whole, (*parts, name)))

    def nested(self, areas: Areas) -> list[Relation]:
        """An area and those directly within it, of which the readers have or get a count: each count of it is the sum of
        theirs, or there is a rest."""
        found = []
        for (round_, code), counts in areas.items():
            inside = {other: known for (when, other), known in areas.items() if when == round_ and _inside(other, code)}
            for partial in (True, False):
                within = inside if partial else {one: known for one, known in inside.items() if "households" in known}
                nearest = [one for one in within if not any(_inside(one, between) for between in within)]
                if nearest:
                    names = [
                        name
                        for name in counts
                        if _in_parts(name) == partial and all(name in within[one] for one in nearest)
                    ]
                    found += self._nested(_area(round_, code), counts, {one: within[one] for one in nearest}, names)
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


def _areas(summaries: Sequence[AreaSummary], earlier: Iterable[Release]) -> Areas:
    """Every count of every area that readers have or get, by round and code of the area, and what it counts."""
    found: Areas = {}
    for release in earlier:
        for name, cell in release.cells.items():
            round_, code, counted = name.split("/", 2)
            if " " not in counted:
                found.setdefault((int(round_), code), {})[counted] = cell.count
    for one in summaries:
        for row in one.parts.to_dict("records"):
            part = {str(name): int(count) for name, count in row.items() if name not in ("area", "name")}
            counts = {name if name == "children" else f"level/{name}": count for name, count in part.items()}
            found.setdefault((one.round, str(row["area"])), {}).update(counts)
        found.setdefault((one.round, one.code), {}).update(_counts(one))
    return dict(sorted(found.items()))


def _in_parts(name: str) -> bool:
    """Whether the table of an area's parts has this count too."""
    return name == "children" or name.startswith("level/")


def _inside(code: str, around: str) -> bool:
    return code != around and code.startswith(around)


def _answer_ids(one: AreaSummary) -> dict[str, list[str]]:
    return {answer: [f"{_of(one)}/i{number:02d}/{answer}" for number in one.indicators["number"]] for answer in ANSWERS}


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
