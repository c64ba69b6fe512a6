"""How cases are worked on, as tables for people."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cpms_cli.reports.areas.shares import group_names
from cpms_cli.reports.children.scores import code_labels
from cpms_cli.reports.terminal import NARROW, Layout, Screen, show_table, stacked
from cpms_cli.summaries.response.case_work import MEASURES, WORK, CaseWork
from cpms_cli.survey.era import shown_date
from cpms_cli.survey.messages import say

_NOT_SHOWN = "days_known"


def show_case_work(screen: Screen, work: CaseWork) -> None:
    """Print the measures by level, group and area, then closures by reason, and the workers."""
    console, survey, language = screen.console, screen.survey, screen.language
    place = f"{work.name} ({work.code})" if work.code else say("responses_everywhere", language)
    console.print(say("work_title", language, place=place, day=shown_date(work.as_of, language)), style="bold")
    level = {"label": say("col_level", language)}
    _show_measures(screen, work.totals, level)
    for grouped in work.grouped.values():
        groups = group_names(survey, grouped, language)
        _show_measures(
            screen, grouped, {**groups, **level}, say("figures_by", language, groups=" / ".join(groups.values()))
        )
    if len(work.parts):
        areas = {"area": say("col_area", language), "name": "", **level}
        _show_measures(screen, work.parts, areas, say("area_parts", language))
    reason, worker = survey.response_field("closing"), survey.response_field("worker")
    if len(work.closures):
        shown, headings = work.closures, level
        if reason:
            words = code_labels(survey, reason, shown[reason.name], language).fillna(say("work_no_reason", language))
            shown, headings = shown.assign(**{reason.name: words}), {**level, reason.name: reason.label.in_(language)}
        headings = {**headings, "closed_cases": say("column_closed_cases", language)}
        show_table(console, shown, headings, Layout(right=("closed_cases",)), title=say("work_closures", language))
    if worker and len(work.workers):
        names = work.workers[worker.name].fillna(say("work_nobody", language))
        headings = {worker.name: worker.label.in_(language)}
        headings |= {name: say(f"column_{name}", language) for name in WORK}
        shown = work.workers.assign(**{worker.name: names})
        show_table(console, shown, headings, Layout(right=WORK), title=say("work_workers", language))
    console.print(say("work_note", language))


def _show_measures(screen: Screen, table: pd.DataFrame, keys: Mapping[str, str], title: str = "") -> None:
    console, language = screen.console, screen.language
    shown = table.assign(
        days_to_first=[_number(value) for value in table["days_to_first"]],
        followups=[_number(value) for value in table["followups"]],
    )
    measures = tuple(name for name in MEASURES if name != _NOT_SHOWN)
    headings = {**keys, **{name: say(f"column_{name}", language) for name in measures}}
    if console.width < NARROW:
        # Side by side they would be cut to pieces; below each other only those that say something.
        shown = shown.assign(**{name: shown[name].astype("str").replace({"0": "", "–": ""}) for name in measures})
        first, *rest = keys
        last = rest[-1] if rest else first
        below = {first: rest[:-1], last: measures} if rest else {first: measures}
        shown, headings = stacked(shown, headings, below, named=measures)
    right = [name for name in measures if name in headings]
    show_table(console, shown, headings, Layout(right=right), title=title)


def _number(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.1f}"
