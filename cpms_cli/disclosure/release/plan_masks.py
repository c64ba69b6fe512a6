"""A plan as cells, and the same plan again with what is withheld blank.

It shows a part of what a summary of the area would, and is protected as one. Which indicators lead, and in what order,
is chosen among the counts that are shown.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cpms_cli.disclosure.cells.area_cells import table_name
from cpms_cli.disclosure.cells.cell_id import Population
from cpms_cli.disclosure.cells.joined_answers import finished
from cpms_cli.disclosure.cells.summary_cells import SummaryCells
from cpms_cli.disclosure.engine.problem import Relation
from cpms_cli.disclosure.engine.protection import Protected
from cpms_cli.disclosure.release.summary_masks import Masked, MaskingContext
from cpms_cli.summaries.area.areas import compute_area_summary
from cpms_cli.summaries.area.help_counts import counted_again
from cpms_cli.summaries.area.plans import (
    AreaPlan,
    above_of_parts,
    leading_indicators,
    part_indicators,
    unknown_quality,
)
from cpms_cli.summaries.area.quality import coarse


def mask_plan(context: MaskingContext, plan: AreaPlan) -> Masked[AreaPlan]:
    """Take a plan of a community or a province apart."""
    sheet = context.sheet(plan.code, plan.round)
    summary = compute_area_summary(context.workspace, plan.code, round_=plan.round)
    sheet.take(context.area_cells(summary))
    parts = part_indicators(context.connection, context.survey, plan.code, plan.round)
    if len(parts):
        sheet.add_answers("by_part", parts, parts["item"].tolist())
    activities = pd.concat([plan.activities, plan.idle], ignore_index=True)
    _add_activities(context, sheet, activities, summary.indicators)

    def masked(protected: Protected) -> AreaPlan:
        sections = ("totals", "levels", "indicators", "parts")
        tables = {section: protected.tables[table_name(summary, section)] for section in sections}
        return _blank(context, plan, tables, protected)

    return sheet, masked


def _add_activities(
    context: MaskingContext, sheet: SummaryCells, activities: pd.DataFrame, answers: pd.DataFrame
) -> None:
    """Children whom an activity concerns: all who have one of its indicators, and nobody else."""
    population = Population(sheet.round, sheet.code or "")
    yes = dict(zip(answers["number"], answers["yes"].astype(int), strict=True))
    columns = {indicator.number: indicator.column for indicator in context.survey.indicators}
    indicators_of = {activity.id: activity.indicators for activity in context.survey.activities}
    ids = []
    for activity, count in zip(activities["id"], activities["children"].astype(int), strict=True):
        numbers = indicators_of[activity]
        names = [population.cell(columns[number], "yes") for number in numbers]
        if len(numbers) == 1:
            ids += names
            continue
        concerned = population.cell("activity", activity)
        ids.append(concerned)
        for name, number in zip(names, numbers, strict=True):
            rest = concerned.left(f"without {number}")
            sheet.add_most(concerned, [name], count - yes[number], rest, guarded=True)
        together = concerned.left("counted apart")
        sheet.add_whole(together, sum(yes[number] for number in numbers))
        sheet.add(Relation(together, tuple(names)))
        sheet.add_most(together, [concerned], sheet.unshown[together].count - count, concerned.left("counted twice"))
    sheet.add_counts("activities", activities, {"children": ids})


def _blank(context: MaskingContext, plan: AreaPlan, tables: dict[str, pd.DataFrame], protected: Protected) -> AreaPlan:
    survey, levels = context.survey, tables["levels"].set_index("level")
    counted = {indicator.number for indicator in survey.indicators if indicator.counted}
    indicators = finished(survey, tables["indicators"])
    needed = counted_again(plan.help, indicators)
    indicators = indicators[indicators["number"].isin(counted)].reset_index(drop=True)
    order = ["own", "children"]
    activities = protected.tables["activities"].sort_values("id", kind="stable")
    activities = activities.sort_values(order, ascending=[False, False], kind="stable", ignore_index=True)
    idle = activities["children"].eq(0).fillna(False).astype(bool)
    answered = indicators[["yes", "no", "unknown"]]
    by_part = protected.tables.get("by_part")
    return replace(
        plan,
        children=_count(tables["totals"], "children"),
        households=_count(tables["totals"], "households"),
        unknown_share=float("nan")
        if answered.isna().any(axis=None)
        else float(answered["unknown"].sum() / answered.sum().sum()),
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
        above_by_part=plan.above_by_part
        if by_part is None
        else above_of_parts(survey, by_part, indicators, context.language),
        quality=unknown_quality(indicators),
        help=needed,
        grouped={},
        standing=plan.standing.iloc[:0],
        standing_parts=plan.standing_parts.iloc[:0],
        responses=plan.responses.iloc[:0],
    )


def _count(totals: pd.DataFrame, name: str) -> int | None:
    count = totals[name].iloc[0]
    return None if pd.isna(count) else int(count)
