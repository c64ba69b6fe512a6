"""A plan as cells, and the same plan again with what is withheld blank.

It shows a part of what a summary of the area would, and is protected as one. Which indicators lead, and in what order,
is chosen among the counts that are shown.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cpms_cli.disclosure.cell_id import CellId, Population
from cpms_cli.disclosure.cells.answers_elsewhere import answers_elsewhere
from cpms_cli.disclosure.cells.area_cells import SHARE_OF, table_name
from cpms_cli.disclosure.cells.joined_answers import finished
from cpms_cli.disclosure.cells.summary_cells import SummaryCells
from cpms_cli.disclosure.engine.problem import Relation
from cpms_cli.disclosure.protection import Protected
from cpms_cli.disclosure.release.summary_masks import Masked, MaskingContext
from cpms_cli.summaries.area.areas import compute_area_summary
from cpms_cli.summaries.area.compared_answers import AROUND, compared_answers, earlier_rounds
from cpms_cli.summaries.area.plans import (
    AreaPlan,
    above_of_parts,
    leading_indicators,
    part_indicators,
    unknown_quality,
)
from cpms_cli.summaries.area.quality import coarse
from cpms_cli.summaries.counts.help_counts import counted_again
from cpms_cli.summaries.counts.shares import COUNTS
from cpms_cli.summaries.scope import scope_of

COMPARED = "compared"
"""The table of shares beside those of the rounds before and of the rest of the wider area."""


def mask_plan(context: MaskingContext, plan: AreaPlan) -> Masked[AreaPlan]:
    """Take a plan of a community or a province apart."""
    sheet = context.sheet(plan.code, plan.round)
    summary = compute_area_summary(context.workspace, plan.code, round_=plan.round)
    sheet.take(context.area_cells(summary))
    parts = part_indicators(context.connection, context.survey, plan.code, plan.round)
    if len(parts):
        sheet.add_answers("by_part", parts, parts["item"].tolist())
    _add_compared(context, sheet, plan)
    activities = pd.concat([plan.activities, plan.idle], ignore_index=True)
    _add_activities(context, sheet, activities, summary.indicators)

    def masked(protected: Protected) -> AreaPlan:
        sections = ("totals", "levels", "indicators", "parts")
        tables = {section: protected.tables[table_name(summary, section)] for section in sections}
        return _blank(context, plan, tables, protected)

    return sheet, masked


def _add_compared(context: MaskingContext, sheet: SummaryCells, plan: AreaPlan) -> None:
    """The counted indicators beside the rounds before and the rest of the wider area, in a table of shares alone.

    What stands beside a share tells the counts behind both; where there is nothing to compare with, it tells no more
    than the share itself.
    """
    survey = context.survey
    columns = {indicator.column: "" for indicator in survey.indicators if indicator.counted}
    scope = scope_of(context.workspace, plan.code, plan.round)
    frame = compared_answers(context.workspace, columns, scope, plan.wider)
    items, own = frame["item"].tolist(), Population(plan.round, plan.code)
    of_share = {answer: [own.cell(item, answer) for item in items] for answer in SHARE_OF}
    rounds = earlier_rounds(plan.round, scope.rounds)
    behind: dict[str, list[list[CellId]]] = {}
    others = {name: Population(round_, plan.code) for name, round_ in rounds.items()}
    if plan.wider is not None:
        others[AROUND] = Population(plan.round, plan.wider.code)
    for name, population in others.items():
        known = frame[name].notna()
        _add_population(sheet, frame[known], name, population)
        behind[name] = [
            [
                population.cell(item, answer) if is_known else own_cell
                for item, is_known, own_cell in zip(items, known, of_share[answer], strict=True)
            ]
            for answer in SHARE_OF
        ]
    own_counts = list(of_share.values())
    derived = {name: [*own_counts, *cells] for name, cells in behind.items()}
    derived["trend"] = [*own_counts, *(cells for name in rounds for cells in behind[name])]
    if AROUND in derived:
        derived["position"] = derived[AROUND]
    shown = frame[["item", *derived]]
    sheet.add_counts(COMPARED, shown, {}, derived)


def _add_population(sheet: SummaryCells, frame: pd.DataFrame, name: str, population: Population) -> None:
    """Add the counts behind a column of shares: of another round, or of the wider area."""
    ids = {answer: [population.cell(str(item), answer) for item in frame["item"]] for answer in COUNTS}
    whole = population.cell("children")
    known = sheet.unshown.get(whole)
    elsewhere = answers_elsewhere(frame, name, ids, whole, known.count if known else None)
    sheet.unshown |= elsewhere.cells
    sheet.unshown.setdefault(whole, elsewhere.children)
    for relation in elsewhere.relations:
        sheet.add(relation)


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
    compared = finished(survey, protected.tables[COMPARED])
    compared["number"] = compared["item"].map({indicator.column: indicator.number for indicator in survey.indicators})
    indicators = indicators.merge(compared.drop(columns="item"), on="number", how="left")
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
