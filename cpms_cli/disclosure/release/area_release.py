"""A report's figures made fit for publication: every count that could tell of a child, and what is computed from it, is
blank.

All tables of a report, and what the same audience was given before, are one problem (see `problem`). Its cells have
the ids of `area_cells`, so that reports and figures for other systems fit together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import duckdb
import pandas as pd

from cpms_cli.disclosure.cells.applicability import is_certain
from cpms_cli.disclosure.cells.area_cells import Areas, known_areas, note_counts
from cpms_cli.disclosure.cells.joined_answers import finished, one_below_the_other
from cpms_cli.disclosure.cells.report_cells import ReportCells, Same
from cpms_cli.disclosure.cells.spanning import between_areas
from cpms_cli.disclosure.engine.protection import Protected, protect
from cpms_cli.scoring.profiles import CHILD_ROUND, measure_column, right_column
from cpms_cli.store.tables.release_tables import Release, earlier_releases
from cpms_cli.summaries.area.area_figures import AreaFigures, figures_of
from cpms_cli.summaries.area.quality import coarse
from cpms_cli.summaries.area.shares import area_name
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class PublishedFigures:
    """An area's figures with what is withheld missing (counts NA), and sentences that say what was withheld and why;
    `warning` is for the office alone: that these readers can work out withheld counts all the same."""

    figures: AreaFigures
    notes: tuple[str, ...]
    warning: str | None = None


def published_area(
    workspace: Workspace, code: str, *, round_: int | None = None, audience: str = "public"
) -> PublishedFigures:
    """The figures of `area_figures`, protected, for one audience; the store remembers what it was given.

    Raises UsageError for an unknown area or a round without data; StoreError, UnreadableFile.
    """
    survey, language = workspace.survey, workspace.language
    area_name(survey, code, language)
    connection = workspace.profiled()
    figures = figures_of(connection, survey, code, round_, language)
    earlier = earlier_releases(connection, audience)
    told, found = _protected(survey, figures, same_answers(connection, survey), audience, earlier, language)
    found.remember(connection)
    return PublishedFigures(told, found.notes, found.warning(language))


def same_answers(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Same:
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


def _sheet(survey: Survey, figures: AreaFigures, same: Same) -> ReportCells:
    sheet = ReportCells(survey, figures, same)
    sheet.levels()
    sheet.totals()
    whole = f"{sheet.place()}/children"
    sheet.answers("indicators", figures.indicators, whole)
    sheet.answers("rights", figures.rights, whole)
    of_homes = figures.migration["item"].isin(
        [measure_column(one.id) for one in survey.measures if one.of == "household"]
    )
    sheet.answers("measures", figures.migration[~of_homes], whole)
    sheet.homes(figures.migration[of_homes])
    sheet.parts()
    sheet.flow()
    shown = {name for table in sheet.tables.values() for names in table.ids.values() for name in names}
    sheet.unshown = {name: cell for name, cell in sheet.unshown.items() if name not in shown}
    return sheet


def _areas(sheet: ReportCells, earlier: Sequence[Release]) -> Areas:
    """Every count of every area that readers have or get."""
    found = known_areas([], earlier)
    for table in sheet.tables.values():
        for column, names in table.ids.items():
            counts = zip(names, map(int, table.frame[column]), strict=True)
            note_counts(found, (one for one in counts if "/flow/" not in one[0]))
    note_counts(found, ((name, cell.count) for name, cell in sheet.unshown.items()))
    return {key: counts for key, counts in sorted(found.items()) if "children" in counts}


def _protected(
    survey: Survey, figures: AreaFigures, same: Same, audience: str, earlier: list[Release], language: Language
) -> tuple[AreaFigures, Protected]:
    sheet = _sheet(survey, figures, same)
    spanning, between = between_areas(survey, _areas(sheet, earlier))
    found = protect(
        sheet.tables,
        sheet.relations,
        survey.privacy,
        report=f"report {figures.code}",
        round_=figures.round,
        unshown={**between, **sheet.unshown},
        audience=audience,
        earlier=earlier,
        spanning=spanning,
        language=language,
        certain=partial(is_certain, survey),
    )
    tables = {name: finished(survey, frame) for name, frame in found.tables.items()}
    totals = [None if pd.isna(one) else int(one) for one in tables["totals"].iloc[0]]
    none = pd.DataFrame()
    return (
        replace(
            figures,
            children=totals[0],
            households=totals[1],
            levels=tables["levels"],
            response=tables["response"],
            indicators=tables["indicators"],
            rights=tables["rights"],
            migration=one_below_the_other(tables["measures"], tables["homes"]),
            parts=tables.get("parts", none),
            heat=tables.get("heat", none),
            heat_counts=tables.get("heat_counts", none),
            heat_others=none,
            flow=tables.get("flow", none),
            quality=coarse(figures.quality),
        ),
        found,
    )
