"""A plan as cells, and the same plan again with what is withheld blank.

It shows a part of what a summary of the area would, and is protected as one. Which indicators lead, and in what order,
is chosen among the counts that are shown.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cpms_cli.disclosure.cells.area_cells import of
from cpms_cli.disclosure.cells.joined_answers import finished
from cpms_cli.disclosure.cells.summary_cells import SummaryCells
from cpms_cli.disclosure.engine.problem import Relation
from cpms_cli.disclosure.engine.protection import Protected
from cpms_cli.disclosure.release.summary_masks import Asked, Masked
from cpms_cli.summaries.area.areas import area_summary
from cpms_cli.summaries.area.plans import (
    AreaPlan,
    leading_indicators,
    leading_of_parts,
    part_indicators,
    unknown_quality,
)
from cpms_cli.summaries.area.quality import coarse


def mask_plan(asked: Asked, plan: AreaPlan) -> Masked[AreaPlan]:
    """A plan of a community or a province."""
    sheet = asked.sheet(plan.code, plan.round)
    one = area_summary(asked.connection, asked.survey, plan.code, plan.round, language=asked.language)
    sheet.take(asked.area(one))
    parts = part_indicators(asked.connection, asked.survey, plan.code, plan.round, asked.language)
    if len(parts):
        sheet.answers("by_part", parts, parts["item"].tolist())
    activities = pd.concat([plan.activities, plan.idle], ignore_index=True)
    _activities(asked, sheet, activities, one.indicators)

    def masked(found: Protected) -> AreaPlan:
        tables = {name: found.tables[f"{of(one)} {name}"] for name in ("totals", "levels", "indicators", "parts")}
        return _blank(asked, plan, tables, found)

    return sheet, masked


def _activities(asked: Asked, sheet: SummaryCells, activities: pd.DataFrame, answers: pd.DataFrame) -> None:
    """Children whom an activity concerns: all who have one of its indicators, and nobody else."""
    [at] = sheet.places(pd.DataFrame({"x": [0]}))
    yes = dict(zip(answers["number"], answers["yes"].astype(int), strict=True))
    columns = {one.number: one.column for one in asked.survey.indicators}
    meant = {one.id: one.indicators for one in asked.survey.activities}
    ids = []
    for activity, count in zip(activities["id"], activities["children"].astype(int), strict=True):
        numbers = meant[activity]
        names = [f"{at}{columns[number]}/yes" for number in numbers]
        if len(numbers) == 1:
            ids += names
            continue
        name = f"{at}activity/{activity}"
        ids.append(name)
        for one, number in zip(names, numbers, strict=True):
            sheet.most(name, [one], count - yes[number], f"{name} without {number}", guarded=True)
        together = f"{name} counted apart"
        sheet.whole(together, sum(yes[number] for number in numbers))
        sheet.add(Relation(together, tuple(names)))
        sheet.most(together, [name], sheet.unshown[together].count - count, f"{name} counted twice")
    sheet.counts("activities", activities, {"children": ids})


def _blank(asked: Asked, plan: AreaPlan, tables: dict[str, pd.DataFrame], found: Protected) -> AreaPlan:
    survey, levels = asked.survey, tables["levels"].set_index("level")
    counted = {one.number for one in survey.indicators if one.counted}
    indicators = finished(survey, tables["indicators"])
    indicators = indicators[indicators["number"].isin(counted)].reset_index(drop=True)
    order = ["own", "children"]
    activities = found.tables["activities"].sort_values("id", kind="stable")
    activities = activities.sort_values(order, ascending=[False, False], kind="stable", ignore_index=True)
    idle = activities["children"].eq(0).fillna(False).astype(bool)
    asked_for = indicators[["yes", "no", "unknown"]]
    by_part = found.tables.get("by_part")
    return replace(
        plan,
        children=_one(tables["totals"], "children"),
        households=_one(tables["totals"], "households"),
        unknown_share=float("nan")
        if asked_for.isna().any(axis=None)
        else float(asked_for["unknown"].sum() / asked_for.sum().sum()),
        coverage=coarse(plan.coverage),
        levels=plan.levels.assign(
            **{
                name: levels[name].reindex(plan.levels["level"]).array
                for name in ("children", "share", "could_be", "households")
            }
        ),
        leading=leading_indicators(indicators, len(plan.leading)),
        parts=tables["parts"],
        activities=activities[~idle].reset_index(drop=True),
        idle=activities[idle].reset_index(drop=True),
        leading_by_part=plan.leading_by_part if by_part is None else leading_of_parts(survey, by_part, asked.language),
        quality=unknown_quality(indicators),
        grouped={},
        standing=plan.standing.iloc[:0],
        standing_parts=plan.standing_parts.iloc[:0],
    )


def _one(totals: pd.DataFrame, name: str) -> int | None:
    count = totals[name].iloc[0]
    return None if pd.isna(count) else int(count)
