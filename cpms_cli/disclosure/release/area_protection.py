"""Area summaries made fit for publication, all that are published together as one problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from cpms_cli.disclosure.cells.applicability import is_certain
from cpms_cli.disclosure.cells.area_cells import AreaCells, known_areas, of
from cpms_cli.disclosure.cells.joined_answers import finished
from cpms_cli.disclosure.cells.spanning import between_areas
from cpms_cli.disclosure.engine.protection import Protected, protect
from cpms_cli.store.tables.release_tables import Release
from cpms_cli.summaries.area.areas import AreaSummary
from cpms_cli.summaries.area.quality import coarse
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey


@dataclass(frozen=True)
class ProtectedAreas:
    """The summaries in the order they came in; `children` and `households` are None where they are withheld."""

    summaries: tuple[AreaSummary, ...]
    notes: tuple[str, ...]
    protected: Protected


def protect_areas(
    summaries: Sequence[AreaSummary],
    survey: Survey,
    *,
    previous: Sequence[AreaSummary] = (),
    audience: str = "",
    earlier: Iterable[Release] = (),
    report: str = "areas",
    language: Language = "en",
) -> ProtectedAreas:
    """Withhold what must not be found out from these summaries together, whose rounds may differ.

    `previous`: the summaries of the same areas in the rounds that `change` compares with; where one is missing, the
    area's changes are blank, since they tell a share that nobody has looked at. The lists of children are left out.
    Raises ValueError where the summaries contradict one another.
    """
    sheet = AreaCells(survey)
    before = {(one.code, one.round): one for one in previous}
    for one in summaries:
        sheet.area(one, before.get((one.code, one.previous or 0)))
    published = {(one.code, one.round) for one in summaries}
    for one in previous:
        if (one.code, one.round) not in published:
            sheet.behind(one)
    earlier = list(earlier)
    areas = known_areas([*previous, *summaries], earlier)
    spanning, between = between_areas(survey, areas)
    rounds = {one.round for one in summaries}
    found = protect(
        sheet.tables,
        sheet.relations,
        survey.privacy,
        report=report,
        round_=min(rounds) if len(rounds) == 1 else None,
        unshown={**between, **sheet.unshown},
        audience=audience,
        earlier=earlier,
        spanning=spanning,
        language=language,
        certain=partial(is_certain, survey),
    )
    notes = found.notes
    if any(len(one.response) for one in summaries):
        notes += (say("privacy_lists", language),)
    return ProtectedAreas(tuple(blanked(one, found.tables, survey) for one in summaries), notes, found)


def protect_area(
    summary: AreaSummary,
    survey: Survey,
    *,
    previous: AreaSummary | None = None,
    audience: str = "",
    earlier: Iterable[Release] = (),
    language: Language = "en",
) -> ProtectedAreas:
    """One summary, published alone: see `protect_areas`."""
    return protect_areas(
        [summary],
        survey,
        previous=[previous] if previous else [],
        audience=audience,
        earlier=earlier,
        report=f"area {summary.code}",
        language=language,
    )


def blanked(one: AreaSummary, tables: Mapping[str, pd.DataFrame], survey: Survey) -> AreaSummary:
    """A summary with what is withheld blank, without its list of children and its tables by groups."""
    totals = tables[f"{of(one)} totals"].iloc[0]
    children, households = (
        None if pd.isna(count) else int(count) for count in (totals["children"], totals["households"])
    )
    levels, indicators, parts = (tables[f"{of(one)} {name}"] for name in ("levels", "indicators", "parts"))
    return replace(
        one,
        children=children,
        households=households,
        levels=levels,
        indicators=finished(survey, indicators),
        parts=parts,
        response=one.response.iloc[:0],
        quality=coarse(one.quality),
        grouped={},
        standing=one.standing.iloc[:0],
        standing_parts=one.standing_parts.iloc[:0],
    )
