"""Summaries of areas, indicators and rights as cells, and the same summaries again with what is withheld blank."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import duckdb
import pandas as pd

from cpms_cli.disclosure.cells.area_cells import AreaCells
from cpms_cli.disclosure.cells.joined_answers import finished
from cpms_cli.disclosure.cells.report_cells import Same
from cpms_cli.disclosure.cells.summary_cells import SummaryCells
from cpms_cli.disclosure.protection import Protected
from cpms_cli.disclosure.release.area_protection import blanked
from cpms_cli.summaries.area.areas import AreaSummary, compute_area_summary
from cpms_cli.summaries.area.country import CountrySummary
from cpms_cli.summaries.area.indicator import IndicatorSummary
from cpms_cli.summaries.area.quality import coarse
from cpms_cli.summaries.area.rights import RightsSummary
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.workspace import Workspace

Summary = TypeVar("Summary")
Masked = tuple[SummaryCells, Callable[[Protected], Summary]]
"""The cells of a summary, and what makes the summary to be handed on of the tables once they are protected."""


@dataclass(frozen=True)
class MaskingContext:
    """What a summary is taken apart with: the store, and which rights and measures are an indicator by another name."""

    workspace: Workspace
    same: Same

    @property
    def survey(self) -> Survey:
        """The definition."""
        return self.workspace.survey

    @property
    def language(self) -> Language:
        """The language of labels."""
        return self.workspace.language

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection to the store, with the tables of `scoring.profiles`."""
        return self.workspace.profiled()

    def sheet(self, code: str | None, round_: int) -> SummaryCells:
        """Return a sheet for the cells of an area and round, without any so far."""
        return SummaryCells(self.survey, same=self.same, code=code, round=round_)

    def area_cells(self, summary: AreaSummary) -> AreaCells:
        """Return the cells of a whole area, and of the round before, with which its changes compare."""
        cells, before = AreaCells(self.survey), None
        if summary.previous is not None:
            before = compute_area_summary(self.workspace, summary.code, round_=summary.previous)
            cells.add_unpublished(before)
        cells.add_published(summary, before)
        return cells

    def finished(self, protected: Protected, names: Iterable[str]) -> dict[str, pd.DataFrame]:
        """Return these protected tables of answers as they are given away."""
        return {name: finished(self.survey, protected.tables[name]) for name in names}


def mask_area(context: MaskingContext, summary: AreaSummary) -> Masked[AreaSummary]:
    """Take a community or a province apart."""
    sheet = context.sheet(summary.code, summary.round)
    sheet.take(context.area_cells(summary))
    if summary.grouped:
        answers = summary.grouped["indicators_by"]
        sheet.add_levels("levels_by", summary.grouped["levels_by"])
        sheet.add_answers("indicators_by", answers, answers["item"].tolist())

    def masked(protected: Protected) -> AreaSummary:
        grouped = context.finished(protected, summary.grouped)
        return replace(blanked(summary, protected.tables, context.survey), grouped=grouped)

    return sheet, masked


def mask_indicator(context: MaskingContext, summary: IndicatorSummary) -> Masked[IndicatorSummary]:
    """Take the summary of an indicator apart."""
    sheet = context.sheet(summary.scope.code, summary.scope.round)
    for name, frame in summary.counted.items():
        sheet.add_answers(name, frame, frame["item"].tolist())

    def masked(protected: Protected) -> IndicatorSummary:
        counted = context.finished(protected, summary.counted)
        unknown = counted["total"]["unknown"]
        return replace(
            summary,
            counted=counted,
            open=None if unknown.isna().any() else int(unknown.sum()),
            children=summary.children.iloc[:0],
            quality=coarse(summary.quality),
        )

    return sheet, masked


def mask_rights(context: MaskingContext, summary: RightsSummary) -> Masked[RightsSummary]:
    """Take the summary of the rights apart."""
    sheet = context.sheet(summary.scope.code, summary.scope.round)
    for name, frame in summary.counted.items():
        sheet.add_answers(name, frame, frame["item"].tolist())

    def masked(protected: Protected) -> RightsSummary:
        counted = context.finished(protected, summary.counted)
        return replace(summary, counted=counted, lacking=summary.lacking.iloc[:0], quality=coarse(summary.quality))

    return sheet, masked


def mask_country(context: MaskingContext, summary: CountrySummary) -> Masked[CountrySummary]:
    """Take the provinces side by side apart; how many homes they have is left out."""
    sheet = context.sheet(None, summary.round)
    for name in ("whole", "provinces"):
        sheet.add_levels(name, summary.tables[name].drop(columns="households"))
    for name in ("total", "indicators"):
        frame = summary.tables[name]
        sheet.add_answers(name, frame, frame["item"].tolist())

    def masked(protected: Protected) -> CountrySummary:
        answers = context.finished(protected, ("total", "indicators"))
        return replace(
            summary,
            whole=protected.tables["whole"],
            provinces=protected.tables["provinces"],
            total=answers["total"],
            indicators=answers["indicators"],
        )

    return sheet, masked
