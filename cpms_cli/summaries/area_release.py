"""A report's figures made fit for publication: every count that could tell of a child, and what is computed from it, is
blank.

All tables of a report, and what the same audience was given before, are one problem (see `disclosure`). Its cells have
the ids of `area_cells`, so that reports and figures for other systems fit together. A right or a measure that says of
every child in the store just what an indicator says (or just the opposite) is the same cells as that indicator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.scoring.profiles import CHILD_ROUND, create_profiles, measure_column, right_column
from cpms_cli.store.file import open_store
from cpms_cli.store.release_tables import Release, earlier_releases, note_release
from cpms_cli.summaries.area_cells import ANSWERS, EXEMPT, TELLING, AreaCells, Areas, known_areas
from cpms_cli.summaries.area_figures import AreaFigures, figures_of, severe_levels
from cpms_cli.summaries.disclosure import Cell, Relation
from cpms_cli.summaries.protection import CountTable, protect
from cpms_cli.summaries.shares import area_name
from cpms_cli.survey.definition import Language, Survey
from cpms_cli.survey.loading import load_survey

_OPPOSITE = {"yes": "no", "no": "yes", "unknown": "unknown", "not_applicable": "not_applicable"}
_OF_SHARE = ("share", "low", "high")
_OF_ALL = ("lowest", "highest", "unknown_share")
Same = dict[str, tuple[str, bool]]


@dataclass(frozen=True)
class PublishedFigures:
    """An area's figures with what is withheld missing (counts NA), and sentences that say what was withheld and why."""

    figures: AreaFigures
    notes: tuple[str, ...]


def published_area(
    store: str | Path, code: str, *, round_: int | None = None, audience: str = "public", language: Language = "en",
    schemas: Path | None = None,
) -> PublishedFigures:  # fmt: skip
    """The figures of `area_figures`, protected, for one audience; the store remembers what it was given.

    Raises UsageError for an unknown area or a round without data; StoreError, UnreadableFile.
    """
    survey = load_survey(schemas)
    area_name(survey, code, language)
    with open_store(Path(store), survey, write=True) as connection:
        create_profiles(connection, survey)
        figures = figures_of(connection, survey, code, round_, language)
        earlier = earlier_releases(connection, audience)
        found, notes, release = _protected(survey, figures, _same(connection, survey), audience, earlier, language)
        note_release(connection, release)
    return PublishedFigures(found, notes)


def _same(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Same:
    """Rights and measures that every child's answer shows to be an indicator, or its opposite, under another name."""
    columns = [right_column(one.id) for one in survey.rights]
    columns += [measure_column(one.id) for one in survey.measures if one.of == "child"]
    others = [(one.column, turned) for one in survey.indicators for turned in (False, True)]
    pairs = [(column, other, turned) for column in columns for other, turned in others]
    turned_sql = "CASE {0} WHEN 'yes' THEN 'no' WHEN 'no' THEN 'yes' ELSE {0} END"
    tests = ", ".join(
        f"count(*) FILTER ({column} IS DISTINCT FROM {turned_sql.format(other) if turned else other})"
        for column, other, turned in pairs
    )
    differing = connection.execute(f"SELECT {tests} FROM {CHILD_ROUND}").fetchone() or ()
    found: Same = {}
    for (column, other, turned), count in zip(pairs, differing, strict=True):
        if count == 0:
            found.setdefault(column, (other, turned))
    return found


@dataclass
class _Sheet:
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
            told.append(f"{place}/{name}/{_OPPOSITE[answer] if turned else answer}")
        return told

    def answers(self, name: str, frame: pd.DataFrame, whole: str) -> None:
        """A table of answers with shares; the round before is behind one of its columns."""
        items, counted = list(frame["item"]), {one.column for one in self.survey.indicators if one.counted}
        ids = {answer: self.answer_ids(items, answer, self.place()) for answer in ANSWERS}
        of_share, of_all = (ids["yes"], ids["no"]), (ids["yes"], ids["no"], ids["unknown"])
        derived = {**dict.fromkeys(_OF_SHARE, of_share), **dict.fromkeys(_OF_ALL, of_all)}
        if self.figures.previous is not None:
            before = [self.answer_ids(items, answer, self.place(self.figures.previous)) for answer in ("yes", "no")]
            derived["before"] = tuple(before)
            for answer, names in zip(("yes", "no"), before, strict=True):
                self.unshown |= dict(zip(names, map(Cell, frame[f"before_{answer}"].astype(int)), strict=True))
        self.tables[name] = CountTable(frame, ids, derived)
        for at, item in enumerate(items):
            parts = tuple(ids[answer][at] for answer in ANSWERS)
            telling = (ids[TELLING][at],) if item in counted else ()
            self.relations.append(Relation(whole, parts, telling, (ids[EXEMPT][at],)))

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
                Relation(f"{place}/children", tuple(ids[name][at] for name in names),
                         tuple(f"{place}/level/{name}" for name in severe))
            )  # fmt: skip
        here, response = self.place(), figures.response
        told = [f"{here}/level/{name}" for name in response["level"]]
        could = [f"{here}/could_be/{name}" for name in response["level"]]
        self.tables["response"] = CountTable(response, {"children": told, "could_be": could})
        settled = int(response["children"].sum() - response["could_be"].sum())
        self.rest(f"{here}/children", tuple(could), settled, "settled")

    def rest(self, whole: str, parts: tuple[str, ...], count: int, name: str) -> None:
        """What no table shows of a whole beside these parts."""
        left = f"{whole} {name}"
        self.unshown[left] = Cell(count, shown=False, guarded=False)
        self.relations.append(Relation(whole, (*parts, left)))

    def totals(self) -> None:
        """The key figures."""
        here, figures = self.place(), self.figures
        self.unshown.pop(f"{here}/children", None)
        frame = pd.DataFrame({"children": [figures.children], "homes": [figures.households]})
        self.tables["totals"] = CountTable(frame, {name: [f"{here}/{name}"] for name in ("children", "homes")})

    def parts(self) -> None:
        """Subdistricts or villages by level, and by indicator."""
        parts, here = self.figures.parts, self.place()
        if parts.empty:
            return
        places = [self.place(code=str(code)) for code in parts["area"]]
        levels = [level.id for level in self.survey.levels]
        severe = [level.id for level in severe_levels(self.survey)]
        ids = {"children": [f"{one}/children" for one in places], "severe": [f"{one}/severe" for one in places],
               **{name: [f"{one}/level/{name}" for one in places] for name in levels}}  # fmt: skip
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
                self.rest(f"{place}/children", both, int(sizes[area]) - int(count), f"{one.column} open")
        self.tables["heat_counts"] = CountTable(figures.heat_counts.fillna(0), yes)
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


def _unmarked(survey: Survey, frame: pd.DataFrame) -> pd.DataFrame:
    """A mark for many unknown answers tells how many there are: it goes with the share of which it speaks."""
    if "marked" not in frame:
        return frame
    return frame.assign(marked=(frame["unknown_share"] > survey.figures.many_unknown).fillna(False).astype(bool))


def _sheet(survey: Survey, figures: AreaFigures, same: Same) -> _Sheet:
    sheet = _Sheet(survey, figures, same)
    sheet.levels()
    sheet.totals()
    whole = f"{sheet.place()}/children"
    sheet.answers("indicators", figures.indicators, whole)
    sheet.answers("rights", figures.rights, whole)
    of_homes = figures.migration["item"].isin(
        [measure_column(one.id) for one in survey.measures if one.of == "household"]
    )
    sheet.answers("measures", figures.migration[~of_homes], whole)
    sheet.answers("homes", figures.migration[of_homes], f"{sheet.place()}/homes")
    sheet.parts()
    sheet.flow()
    shown = {name for table in sheet.tables.values() for names in table.ids.values() for name in names}
    sheet.unshown = {name: cell for name, cell in sheet.unshown.items() if name not in shown}
    return sheet


def _areas(sheet: _Sheet, earlier: Sequence[Release]) -> Areas:
    """Every count of every area that readers have or get."""
    found = known_areas([], earlier)
    for table in sheet.tables.values():
        for column, names in table.ids.items():
            for name, count in zip(names, table.frame[column], strict=True):
                round_, code, told = name.split("/", 2)
                if not told.startswith("flow/"):
                    found.setdefault((int(round_), code), {})[told] = int(count)
    for name, cell in sheet.unshown.items():
        round_, code, told = name.split("/", 2)
        if " " not in told and (told == "children" or told.endswith("/no")):
            found.setdefault((int(round_), code), {})[told] = cell.count
    return {key: counts for key, counts in sorted(found.items()) if "children" in counts}


def _protected(
    survey: Survey, figures: AreaFigures, same: Same, audience: str, earlier: list[Release], language: Language
) -> tuple[AreaFigures, tuple[str, ...], Release]:
    sheet = _sheet(survey, figures, same)
    nested = AreaCells(survey)
    spanning = nested.nested(_areas(sheet, earlier))
    found = protect(
        sheet.tables, sheet.relations, survey.privacy, report=f"report {figures.code}", round_=figures.round,
        unshown={**nested.unshown, **sheet.unshown}, audience=audience, earlier=earlier, spanning=spanning,
        language=language,
    )  # fmt: skip
    tables = {name: _unmarked(survey, frame) for name, frame in found.tables.items()}
    totals = [None if pd.isna(one) else int(one) for one in tables["totals"].iloc[0]]
    none = pd.DataFrame()
    return (
        replace(
            figures, children=totals[0], households=totals[1], levels=tables["levels"], response=tables["response"],
            indicators=tables["indicators"], rights=tables["rights"],
            migration=pd.concat([tables["measures"], tables["homes"]], ignore_index=True),
            parts=tables.get("parts", none), heat=tables.get("heat", none),
            heat_counts=tables.get("heat_counts", none), heat_others=none, flow=tables.get("flow", none),
        ),
        found.notes, found.release,
    )  # fmt: skip
