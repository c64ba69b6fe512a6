"""Whose case it is from now on, for people and for scripts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cpms_cli.reports.scores import document
from cpms_cli.reports.terminal import Layout, Screen, show_table
from cpms_cli.summaries.response.assigning import Assigned
from cpms_cli.survey.era import shown_date
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Survey

_COUNTS = ("homes", "case_count")


def assignment_document(assigned: Assigned) -> dict[str, Any]:
    """The JSON document of an assignment."""
    return document({"cases": assigned.cases}, day=assigned.day.isoformat(), load=assigned.load, batch=assigned.batch)


def _by_village(survey: Survey, cases: pd.DataFrame, nobody: str) -> pd.DataFrame:
    """How many homes and cases of each village went from whom to whom."""
    village, household = (survey.role(role).name for role in ("village", "household"))
    named = cases.assign(before=cases["before"].fillna(nobody))
    grouped = named.groupby([village, "village", "before", "worker"], sort=True)
    return grouped.agg(homes=(household, "nunique"), case_count=(household, "size")).reset_index()


def show_assigned(screen: Screen, assigned: Assigned) -> None:
    """Print who gets how many cases in which village, how many each has then, and how it is taken back."""
    console, survey, language = screen.console, screen.survey, screen.language
    if assigned.cases.empty:
        console.print(say("assign_nothing", language))
        return
    worker = survey.response_role("worker").label.in_(language)
    headings = {
        "village": say("col_village", language),
        "before": say("col_worker_before", language),
        "worker": worker,
        "homes": say("col_households", language),
        "case_count": say("column_case_count", language),
    }
    title = say("assign_title", language, day=shown_date(assigned.day, language))
    by_village = _by_village(survey, assigned.cases, say("work_nobody", language))
    show_table(console, by_village, headings, Layout(right=_COUNTS), title=title)
    for name, count in assigned.load.items():
        console.print(say("assign_load", language, worker=name, count=count))
    if assigned.batch is None:
        console.print(say("assign_dry", language, count=len(assigned.cases)))
    else:
        values = {"count": len(assigned.cases), "batch": assigned.batch, "worker": next(iter(assigned.load))}
        console.print(say("assign_done", language, **values))
