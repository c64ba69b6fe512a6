"""The children of an exercise, without their levels."""

from __future__ import annotations

import pandas as pd
from rich.console import Console

from cpms_cli.reports.terminal import Layout, age_text, show_table
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language


def show_visits(console: Console, visits: pd.DataFrame, language: Language) -> None:
    """Print the children to choose from: a letter, the age, and what is known of each."""
    open_ = say("col_open", language) + ": " + visits["open"]
    known = visits["why"].mask(visits["why"] == "", open_.where(visits["open"] != "", "–"))
    shown = visits.assign(age=age_text(visits), known=known)
    headings = {
        "letter": say("exercise_letter", language),
        "age": say("col_age", language),
        "known": say("exercise_known", language),
    }
    show_table(console, shown, headings, Layout(tight=("letter", "age")))
