"""Summaries of areas, indicators and rights as cells, and the same summaries again with what is withheld blank."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import duckdb
import pandas as pd

from cpms_cli.disclosure.cells.area_cells import AreaCells
from cpms_cli.disclosure.cells.joined_answers import finished
from cpms_cli.disclosure.cells.report_cells import Same
from cpms_cli.disclosure.cells.summary_cells import SummaryCells
from cpms_cli.disclosure.engine.protection import Protected
from cpms_cli.disclosure.release.area_protection import blanked
from cpms_cli.summaries.area.areas import AreaSummary, area_summary
from cpms_cli.summaries.area.indicator import IndicatorSummary
from cpms_cli.summaries.area.quality import coarse
from cpms_cli.summaries.area.rights import RightsSummary
from cpms_cli.survey.model.definition import Language, Survey

Summary = TypeVar("Summary")
Masked = tuple[SummaryCells, Callable[[Protected], Summary]]
"""The cells of a summary, and what makes the summary to be handed on of the tables once they are protected."""


@dataclass(frozen=True)
class Asked:
    """What a summary is taken apart with; on the connection, the profiles exist."""

    connection: duckdb.DuckDBPyConnection
    survey: Survey
    same: Same
    language: Language

    def sheet(self, code: str | None, round_: int) -> SummaryCells:
        """Cells of an area and round, none so far."""
        return SummaryCells(self.survey, same=self.same, code=code, round=round_)

    def area(self, one: AreaSummary) -> AreaCells:
        """The cells of a whole area, and of the round before, with which its changes compare."""
        cells, before = AreaCells(self.survey), None
        if one.previous is not None:
            before = area_summary(self.connection, self.survey, one.code, one.previous, language=self.language)
            cells.behind(before)
        cells.area(one, before)
        return cells


def mask_area(asked: Asked, one: AreaSummary) -> Masked[AreaSummary]:
    """A community or a province."""
    sheet = asked.sheet(one.code, one.round)
    sheet.take(asked.area(one))
    if one.grouped:
        sheet.levels("levels_by", one.grouped["levels_by"])
        sheet.answers("indicators_by", one.grouped["indicators_by"], one.grouped["indicators_by"]["item"].tolist())

    def masked(found: Protected) -> AreaSummary:
        grouped = {name: finished(asked.survey, found.tables[name]) for name in one.grouped}
        return replace(blanked(one, found.tables, asked.survey), grouped=grouped)

    return sheet, masked


def _counted(asked: Asked, sheet: SummaryCells, counted: Mapping[str, pd.DataFrame]) -> None:
    for name, frame in counted.items():
        sheet.answers(name, frame, frame["item"].tolist())


def _without(asked: Asked, found: Protected, counted: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {name: finished(asked.survey, found.tables[name]) for name in counted}


def mask_indicator(asked: Asked, one: IndicatorSummary) -> Masked[IndicatorSummary]:
    """One indicator."""
    sheet = asked.sheet(one.scope.code, one.scope.round)
    _counted(asked, sheet, one.counted)

    def masked(found: Protected) -> IndicatorSummary:
        counted = _without(asked, found, one.counted)
        unknown = counted["total"]["unknown"]
        return replace(
            one,
            counted=counted,
            open=None if unknown.isna().any() else int(unknown.sum()),
            children=one.children.iloc[:0],
            quality=coarse(one.quality),
        )

    return sheet, masked


def mask_rights(asked: Asked, one: RightsSummary) -> Masked[RightsSummary]:
    """The rights."""
    sheet = asked.sheet(one.scope.code, one.scope.round)
    _counted(asked, sheet, one.counted)

    def masked(found: Protected) -> RightsSummary:
        return replace(
            one, counted=_without(asked, found, one.counted), lacking=one.lacking.iloc[:0], quality=coarse(one.quality)
        )

    return sheet, masked
