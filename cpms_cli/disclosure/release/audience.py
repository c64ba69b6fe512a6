"""Summaries for readers outside the office: what must not be found out is withheld, and the store remembers the rest.

All tables of a summary, and what the same audience was given before, reports included, are one problem (`problem`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeVar

import pandas as pd

from cpms_cli.disclosure.cells.applicability import is_certain
from cpms_cli.disclosure.cells.spanning import spanning_relations
from cpms_cli.disclosure.cells.summary_cells import SummaryCells
from cpms_cli.disclosure.count_table import CountTable
from cpms_cli.disclosure.protection import Protected, PublishedTogether, protect
from cpms_cli.disclosure.release.area_release import same_answers
from cpms_cli.disclosure.release.migration_masks import mask_migration
from cpms_cli.disclosure.release.overlap_masks import mask_overlap
from cpms_cli.disclosure.release.plan_masks import mask_plan
from cpms_cli.disclosure.release.response_masks import mask_responses
from cpms_cli.disclosure.release.summary_masks import (
    Masked,
    MaskingContext,
    mask_area,
    mask_country,
    mask_indicator,
    mask_rights,
)
from cpms_cli.disclosure.releases import Publication, earlier_releases
from cpms_cli.summaries.area.areas import AreaSummary
from cpms_cli.summaries.area.country import CountrySummary
from cpms_cli.summaries.area.indicator import IndicatorSummary
from cpms_cli.summaries.area.plans import AreaPlan
from cpms_cli.summaries.area.rights import RightsSummary
from cpms_cli.summaries.migration.area_migration import MigrationSummary
from cpms_cli.summaries.response.response_counts import ResponseSummary
from cpms_cli.summaries.rounds.overlap import Overlap
from cpms_cli.survey.messages import say
from cpms_cli.workspace import Workspace

Summary = TypeVar("Summary")


@dataclass(frozen=True)
class _Kind:
    """How a kind of summary is remembered and taken apart, which tables are left out, and the messages that say so."""

    name: str
    mask: Callable[[MaskingContext, Any], Masked[Any]]
    lists: tuple[str, ...] = ()
    notes: tuple[str, ...] = ("privacy_lists",)


_KINDS: Mapping[type, _Kind] = {
    AreaSummary: _Kind(
        "area", mask_area, ("response", "standing", "standing_parts"), ("privacy_lists", "privacy_round_only")
    ),
    IndicatorSummary: _Kind("indicator", mask_indicator, ("children",)),
    RightsSummary: _Kind("rights", mask_rights, ("lacking",)),
    MigrationSummary: _Kind("migration", mask_migration),
    CountrySummary: _Kind("country", mask_country),
    AreaPlan: _Kind("plan", mask_plan, ("standing", "standing_parts", "responses"), ("privacy_round_only",)),
    Overlap: _Kind("overlap", mask_overlap, ("triples",), ("privacy_triples",)),
    ResponseSummary: _Kind("responses", mask_responses),
}


@dataclass(frozen=True)
class Handed(Generic[Summary]):
    """A summary as one audience gets it: withheld counts are NA, and so is what is computed from them; `withheld` is
    how many. `lists` are tables that are left out, such as those of single children. `notes` say what was withheld and
    why; `warning` is for the office alone: that these readers can work out withheld counts all the same."""

    summary: Summary
    audience: str
    withheld: int
    lists: tuple[str, ...]
    notes: tuple[str, ...]
    warning: str | None = None

    def about(self) -> dict[str, Any]:
        """What a JSON document says of it."""
        return {"audience": self.audience, "withheld": self.withheld, "notes": list(self.notes)}


def hand_on(workspace: Workspace, summary: Summary, audience: str) -> Handed[Summary]:
    """A summary of this store, just made, for an audience; the store remembers what it was given.

    Raises TypeError for what is no summary; StoreError, UnreadableFile.
    """
    if type(summary) not in _KINDS:
        raise TypeError(f"{type(summary).__name__} is not handed on")
    kind, survey, language = _KINDS[type(summary)], workspace.survey, workspace.language
    connection = workspace.profiled()
    context = MaskingContext(workspace, same_answers(connection, survey))
    sheet, masked = kind.mask(context, summary)
    report = f"{kind.name} {sheet.code or ''}".strip()
    publication = Publication(
        report, sheet.round or None, audience, earlier_releases(connection, survey, audience), language
    )
    protected = _protected(sheet, publication)
    protected.remember(connection)
    notes = protected.notes or (say("privacy_nothing", language),)
    if kind.lists:
        notes += tuple(say(note, language) for note in kind.notes)
    withheld = sum(
        int(protected.tables[name][column].isna().sum()) for name, table in sheet.tables.items() for column in table.ids
    )
    return Handed(masked(protected), audience, withheld, kind.lists, notes, protected.warning(language))


def _protected(sheet: SummaryCells, publication: Publication) -> Protected:
    unshown = dict(sheet.cells_of_no_table())
    tables = {name: _known_only(table) for name, table in sheet.tables.items()}
    spanning, further = spanning_relations(sheet.survey, tables, unshown, publication.earlier)
    together = PublishedTogether(
        tables, sheet.relations, {**further, **unshown}, spanning, partial(is_certain, sheet.survey)
    )
    return protect(together, sheet.survey.privacy, publication)


def _known_only(table: CountTable) -> CountTable:
    """A table without figures of which nobody has said from which counts they are computed."""
    figures = [name for name in table.frame.select_dtypes("float") if name not in {*table.ids, *table.derived}]
    blank = pd.Series(pd.NA, index=table.frame.index, dtype="Float64")
    return replace(table, frame=table.frame.assign(**dict.fromkeys(map(str, figures), blank)))
