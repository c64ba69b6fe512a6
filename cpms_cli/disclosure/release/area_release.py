"""A report's figures made fit for publication: every count that could tell of a child, and what is computed from it, is
blank.

All tables of a report, and what the same audience was given before, are one problem (see `problem`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import duckdb
import pandas as pd

from cpms_cli.disclosure.cell_id import CellId, Quantity
from cpms_cli.disclosure.cells.applicability import is_certain
from cpms_cli.disclosure.cells.joined_answers import finished, one_below_the_other
from cpms_cli.disclosure.cells.known_counts import KnownCounts, counts_of_tables, known_counts
from cpms_cli.disclosure.cells.report_cells import ReportCells, Same
from cpms_cli.disclosure.cells.reports_together import ReportsTogether, put_together, table_of_area
from cpms_cli.disclosure.cells.spanning import relations_between_areas
from cpms_cli.disclosure.protection import Protected, PublishedTogether, protect
from cpms_cli.disclosure.releases import Publication, earlier_releases
from cpms_cli.scoring.judged_columns import measure_column, right_column
from cpms_cli.scoring.profiles import CHILD_ROUND
from cpms_cli.store.tables.release_tables import Release
from cpms_cli.summaries.area.area_figures import AreaFigures, area_figures
from cpms_cli.summaries.area.quality import coarse
from cpms_cli.survey.model.definition import Survey
from cpms_cli.workspace import Workspace


@dataclass(frozen=True)
class PublishedFigures:
    """An area's figures with what is withheld missing (counts NA), and sentences that say what was withheld and why;
    `warning` is for the office alone: that these readers can work out withheld counts all the same."""

    figures: AreaFigures
    notes: tuple[str, ...]
    warning: str | None = None


@dataclass(frozen=True)
class PublishedAreas:
    """The same of several areas, protected together, in the order in which they came."""

    figures: tuple[AreaFigures, ...]
    notes: tuple[str, ...]
    warning: str | None = None


def published_area(
    workspace: Workspace, code: str, *, round_: int | None = None, audience: str = "public"
) -> PublishedFigures:
    """The figures of `area_figures`, protected, for one audience; the store remembers what it was given.

    Raises UsageError for an unknown area or a round without data; StoreError, UnreadableFile.
    """
    figures = area_figures(workspace, code, round_=round_)
    published = published_areas(workspace, [figures], f"report {figures.code}", audience)
    return PublishedFigures(published.figures[0], published.notes, published.warning)


def published_areas(
    workspace: Workspace, areas: Sequence[AreaFigures], report: str, audience: str = "public"
) -> PublishedAreas:
    """The figures of several areas in one round, protected as one problem, so that nothing withheld of one can be
    worked out from the others; the store remembers them under the name of the report."""
    survey, language = workspace.survey, workspace.language
    connection = workspace.profiled()
    earlier = earlier_releases(connection, survey, audience)
    publication = Publication(report, areas[0].round, audience, earlier, language)
    same = same_answers(connection, survey)
    sheets = [ReportCells(survey, figures, same) for figures in areas]
    protected = _protected(survey, sheets, publication)
    protected.remember(connection)
    blank = tuple(_blank(survey, figures, protected) for figures in areas)
    return PublishedAreas(blank, protected.notes, protected.warning(language))


def same_answers(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Same:
    """Return the rights and measures that every child's answer shows to be an indicator, or its opposite, under another
    name."""
    columns = [right_column(right.id) for right in survey.rights]
    columns += [measure_column(measure.id) for measure in survey.measures if measure.of == "child"]
    others = [(indicator.column, turned) for indicator in survey.indicators for turned in (False, True)]
    names = ", ".join([*columns, *(indicator.column for indicator in survey.indicators)])
    shown = connection.execute(f"SELECT DISTINCT {names} FROM {CHILD_ROUND}").df()
    opposite = {"yes": "no", "no": "yes"}
    answers = {(other, turned): shown[other].replace(opposite) if turned else shown[other] for other, turned in others}
    same: Same = {}
    for column in columns:
        alike = [pair for pair, of_indicator in answers.items() if shown[column].equals(of_indicator)]
        if alike:
            same[column] = alike[0]
    return same


def _known(together: ReportsTogether, earlier: Sequence[Release[CellId]]) -> KnownCounts:
    """Return every count of every area that readers have or get, in areas whose children are counted."""
    counts = counts_of_tables(together.tables, together.unshown)
    known = known_counts(earlier, (pair for pair in counts if pair[0].quantity.item != "flow"))
    return {area: counted for area, counted in sorted(known.items()) if Quantity("children") in counted}


def _protected(survey: Survey, sheets: Sequence[ReportCells], publication: Publication) -> Protected:
    together = put_together(sheets)
    spanning, between = relations_between_areas(survey, _known(together, publication.earlier))
    unshown = {**between, **together.unshown}
    published = PublishedTogether(together.tables, together.relations, unshown, spanning, partial(is_certain, survey))
    return protect(published, survey.privacy, publication)


def _blank(survey: Survey, figures: AreaFigures, protected: Protected) -> AreaFigures:
    """Return an area's figures without what is withheld."""
    start = table_of_area(figures.code, "")
    tables = {
        name.removeprefix(start): finished(survey, frame)
        for name, frame in protected.tables.items()
        if name.startswith(start)
    }
    totals = [None if pd.isna(count) else int(count) for count in tables["totals"].iloc[0]]
    measured = [tables[name] for name in ("measures", "homes") if name in tables]
    none = pd.DataFrame()
    return replace(
        figures,
        children=totals[0],
        households=totals[1],
        levels=tables["levels"],
        response=tables["response"],
        indicators=tables["indicators"],
        rights=tables.get("rights", none),
        migration=one_below_the_other(*measured) if measured else none,
        parts=tables.get("parts", none),
        heat=tables.get("heat", none),
        heat_counts=tables.get("heat_counts", none),
        # Where a share is told, so are both counts of which it is made.
        heat_others=figures.heat_others.mask(tables["heat"].isna()) if "heat" in tables else none,
        flow=tables.get("flow", none),
        quality=coarse(figures.quality),
    )
