"""Responses for people and for scripts: what became of an import, who is due, how much was done in time."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from rich.cells import cell_len

from cpms_cli.reports.areas.change import below_each_other, show_title
from cpms_cli.reports.areas.handed import mark_withheld_counts
from cpms_cli.reports.areas.shares import group_names
from cpms_cli.reports.scores import code_labels, level_labels, shown_dates
from cpms_cli.reports.terminal import NARROW, Layout, Screen, age_text, show_table, stacked
from cpms_cli.scoring.compiler.score_columns import HELP
from cpms_cli.summaries.response.cases import IN_TIME, LATE, OPEN, OVERDUE, STATES, UNKNOWN
from cpms_cli.summaries.response.response_counts import ROUND_STATES, ResponseChange, ResponseSummary
from cpms_cli.survey.era import shown_date
from cpms_cli.survey.messages import say

_BETWEEN = 3  # blanks between two columns
_USUAL = (IN_TIME, LATE, OPEN, OVERDUE)


def show_due(screen: Screen, due: pd.DataFrame, as_of: str, identified: bool) -> None:
    """Print the list of visits; names only when they were asked for."""
    console, survey, language = screen.console, screen.survey, screen.language
    if due.empty:
        console.print(say("due_nobody", language, day=as_of))
        return
    person, village = survey.response_role("person"), survey.role("village")
    household, sex = survey.role("household"), survey.role("sex")
    undated = due["interview_date"].isna()
    no_deadline = undated & due["due_date"].isna()
    shown = due.assign(
        age=age_text(due),
        level=level_labels(survey, language, due["level"]),
        sex_=code_labels(survey, sex, due[sex.name], language),
        interview=shown_dates(due["interview_date"], language).mask(undated, say("due_undated", language)),
        due_=shown_dates(due["due_date"], language).mask(no_deadline, say("due_at_once", language)),
        next_=shown_dates(due["next_date"], language),
        state_=[say(f"state_{state}", language) for state in due["state"]],
    )
    names = survey.name_fields if identified else ()
    headings = {
        survey.role("person").name: person.label.in_(language),
        **{name.name: name.label.in_(language) for name in names},
        village.name: village.label.in_(language),
        household.name: household.label.in_(language),
        "sex_": sex.label.in_(language),
        "age": say("col_age", language),
        "level": say("col_level", language),
        "why": say("col_why", language),
        HELP: say("col_needs_help", language),
        "action": say("col_action", language),
        "interview": say("col_interview", language),
        "due_": say("col_due_date", language),
        "days_late": say("col_days_late", language),
        "state_": say("col_state", language),
        "note": "",
        "done": say("col_done", language),
        "next_": say("col_planned", language),
    }
    below = {
        survey.role("person").name: (village.name, household.name, *(name.name for name in names), "sex_", "age"),
        "level": ("why", HELP, "action"),
        "due_": ("days_late", "interview", "state_", "note"),
        "done": ("next_",),
    }
    named = (household.name, "age", HELP, "action", "days_late", "interview", "next_")
    shown, headings = stacked(shown, headings, below, named=named)
    show_table(console, shown, headings, Layout(tight=(survey.role("person").name,)))
    console.print(say("children_sum_identified" if identified else "children_sum", language, count=len(due)))
    if (due["state"] == UNKNOWN).any():
        console.print(say("due_undated_note", language))


def _any_due(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of which not nobody is due: a withheld count is somebody."""
    return frame[frame["due"].ne(0).fillna(True)]


def show_summary(screen: Screen, summary: ResponseSummary) -> None:
    """Print how many were due by level, and the same by area."""
    console, survey, language = screen.console, screen.survey, screen.language
    place = f"{summary.name} ({summary.code})" if summary.code else say("responses_everywhere", language)
    console.print(say("responses_title", language, place=place, day=shown_date(summary.as_of, language)), style="bold")
    level = {"label": say("col_level", language)}
    left_out = _show_states(screen, mark_withheld_counts(summary.totals, language), level, STATES)
    for grouped in summary.grouped.values():
        groups = group_names(survey, grouped, language)
        title = say("figures_by", language, groups=" / ".join(groups.values()))
        counts = mark_withheld_counts(_any_due(grouped), language)
        left_out |= _show_states(screen, counts, {**groups, **level}, STATES, title)
    parts = mark_withheld_counts(_any_due(summary.parts), language)
    if len(parts):
        areas = {"area": say("col_area", language), "name": "", **level}
        left_out |= _show_states(screen, parts, areas, STATES, say("area_parts", language))
    if left_out:
        console.print(say("zeros_left_out", language))
    if summary.unplaced:
        console.print(say("responses_unplaced", language, count=summary.unplaced))


def show_response_change(screen: Screen, change: ResponseChange) -> None:
    """Print what became of the cases of each round, rounds below each other."""
    console, survey, language = screen.console, screen.survey, screen.language
    day = shown_date(change.as_of, language)
    show_title(screen, change.span, say("over_responses", language, day=day))
    groups = group_names(survey, change.cases, language)
    shown = below_each_other(change.cases, [*groups, "level"], language)
    if groups:
        shown = shown[shown.groupby([*groups, "level"])["due"].transform("sum") > 0]
    states = [state for state in ROUND_STATES if state in _USUAL or shown[state].any()]
    keys = {**groups, "label": say("col_level", language), "rounds_": say("col_round", language)}
    if _show_states(screen, shown, keys, states, say("over_responses_cases", language)):
        console.print(say("zeros_left_out", language))
    console.print(say("over_responses_note", language))


def _show_states(
    screen: Screen, cases: pd.DataFrame, keys: dict[str, str], states: Sequence[str], title: str = ""
) -> bool:
    """Counts of cases by state, behind the columns `keys`; in a narrow window states stand in lines below the last, and
    it is returned that zeros are left out."""
    console, language = screen.console, screen.language
    headings = {
        **keys,
        "due": say("col_cases", language),
        **{state: say(f"state_{state}", language) for state in states},
    }
    is_narrow = console.width < max(NARROW, sum(cell_len(heading) + _BETWEEN for heading in headings.values()))
    if is_narrow:
        cases = cases.assign(**{state: cases[state].astype("str").replace("0", "") for state in states})
        first, *rest = keys
        *between, last = rest or [first]
        below = {first: between, last: states} if rest else {first: states}
        cases, headings = stacked(cases, headings, below, named=states)
    right = [name for name in ("due", *states) if name in headings]
    show_table(console, cases, headings, Layout(right=right), title=title)
    return is_narrow
