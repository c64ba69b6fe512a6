"""Area summaries made fit for publication, all that are published together as one problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from cpms_cli.disclosure.cells.applicability import is_certain
from cpms_cli.disclosure.cells.area_cells import AreaCells, summary_counts, table_name
from cpms_cli.disclosure.cells.joined_answers import finished
from cpms_cli.disclosure.cells.known_counts import known_counts
from cpms_cli.disclosure.cells.spanning import relations_between_areas
from cpms_cli.disclosure.protection import Protected, PublishedTogether, protect
from cpms_cli.disclosure.releases import Publication
from cpms_cli.summaries.area.areas import AreaSummary
from cpms_cli.summaries.area.quality import coarse
from cpms_cli.summaries.counts.help_counts import counted_again
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Survey


@dataclass(frozen=True)
class ProtectedAreas:
    """The summaries in the order they came in; `children` and `households` are None where they are withheld."""

    summaries: tuple[AreaSummary, ...]
    notes: tuple[str, ...]
    protected: Protected


def protect_areas(
    summaries: Sequence[AreaSummary],
    survey: Survey,
    publication: Publication,
    previous: Sequence[AreaSummary] = (),
) -> ProtectedAreas:
    """Withhold what must not be found out from these summaries together, whose rounds may differ.

    `previous`: the summaries of the same areas in the rounds that `change` compares with; where one is missing, the
    area's changes are blank, since they tell a share that nobody has looked at. The lists of children are left out.
    Raises ValueError where the summaries contradict one another.
    """
    sheet = AreaCells(survey)
    before = {(summary.code, summary.round): summary for summary in previous}
    for summary in summaries:
        sheet.add_published(summary, before.get((summary.code, summary.previous or 0)))
    published = {(summary.code, summary.round) for summary in summaries}
    for summary in previous:
        if (summary.code, summary.round) not in published:
            sheet.add_unpublished(summary)
    counts = (count for summary in (*previous, *summaries) for count in summary_counts(summary))
    known = dict(sorted(known_counts(publication.earlier, counts).items()))
    spanning, between = relations_between_areas(survey, known)
    together = PublishedTogether(
        sheet.tables, sheet.relations, {**between, **sheet.unshown}, spanning, partial(is_certain, survey)
    )
    protected = protect(together, survey.privacy, publication)
    notes = protected.notes
    if any(len(summary.response) for summary in summaries):
        notes += (say("privacy_lists", publication.language),)
    blank = tuple(blanked(summary, protected.tables, survey) for summary in summaries)
    return ProtectedAreas(blank, notes, protected)


def blanked(summary: AreaSummary, tables: Mapping[str, pd.DataFrame], survey: Survey) -> AreaSummary:
    """Return a summary with what is withheld blank, without its list of children and its tables by groups."""
    totals = tables[table_name(summary, "totals")].iloc[0]
    children, households = (
        None if pd.isna(count) else int(count) for count in (totals["children"], totals["households"])
    )
    levels, indicators, parts = (tables[table_name(summary, name)] for name in ("levels", "indicators", "parts"))
    answers = finished(survey, indicators)
    return replace(
        summary,
        children=children,
        households=households,
        levels=levels,
        indicators=answers,
        help=counted_again(summary.help, answers),
        parts=parts,
        response=summary.response.iloc[:0],
        quality=coarse(summary.quality),
        grouped={},
        standing=summary.standing.iloc[:0],
        standing_parts=summary.standing_parts.iloc[:0],
    )
