"""How cases are worked on, as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from cpms_cli.reports.areas.shares import group_names
from cpms_cli.reports.scores import code_labels
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
    _show_closures(screen, work.closures, {})
    for closures, keys in _broken_down(screen, work.closures_by):
        _show_closures(screen, closures, keys)
    _show_workers(screen, work.workers, {})
    for workers, keys in _broken_down(screen, work.workers_by):
        _show_workers(screen, workers, keys)
    if console.width < NARROW:
        console.print(say("zeros_left_out", language))
    console.print(say("work_note", language))


def _broken_down(screen: Screen, tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[pd.DataFrame, dict[str, str]]]:
    """The tables by groups, and by areas where there are several, with the headings of what tells rows apart."""
    for name, table in tables.items():
        if name != "area":
            yield table, group_names(screen.survey, table, screen.language)
        elif table["area"].nunique() > 1:
            yield table, {"area": say("col_area", screen.language), "name": ""}


def _show_closures(screen: Screen, closures: pd.DataFrame, keys: Mapping[str, str]) -> None:
    survey, language = screen.survey, screen.language
    if closures.empty:
        return
    reason, shown = survey.response_field("closing"), closures
    headings = {**keys, "label": say("col_level", language)}
    if reason:
        words = code_labels(survey, reason, shown[reason.name], language).fillna(say("work_no_reason", language))
        shown, headings = shown.assign(**{reason.name: words}), {**headings, reason.name: reason.label.in_(language)}
    headings = {**headings, "closed_cases": say("column_closed_cases", language)}
    layout = Layout(right=("closed_cases",))
    show_table(screen.console, shown, headings, layout, title=_by(screen, "work_closures", keys))


def _show_workers(screen: Screen, workers: pd.DataFrame, keys: Mapping[str, str]) -> None:
    worker, language = screen.survey.response_field("worker"), screen.language
    if worker is None or workers.empty:
        return
    names = workers[worker.name].fillna(say("work_nobody", language))
    headings = {**keys, worker.name: worker.label.in_(language)}
    headings |= {name: say(f"column_{name}", language) for name in WORK}
    shown = workers.assign(**{worker.name: names})
    show_table(screen.console, shown, headings, Layout(right=WORK), title=_by(screen, "work_workers", keys))


def _by(screen: Screen, title: str, keys: Mapping[str, str]) -> str:
    groups = " / ".join(filter(None, keys.values()))
    words = say(title, screen.language)
    return f"{words}: {say('figures_by', screen.language, groups=groups)}" if groups else words


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
