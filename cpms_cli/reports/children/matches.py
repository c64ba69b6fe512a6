"""Children who were searched for, as a table for people."""

from __future__ import annotations

import pandas as pd

from cpms_cli.reports.scores import code_labels
from cpms_cli.reports.terminal import Layout, Screen, show_table, stacked
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Role

_NARROW = 120


def show_matches(screen: Screen, listed: pd.DataFrame, identified: bool) -> None:
    """Print who was found and by what, and the command that shows the first of them."""
    console, survey, language = screen.console, screen.survey, screen.language
    if listed.empty:
        console.print(say("found_nobody", language))
        return
    roles: tuple[Role, ...] = ("person", "round", "village", "household", "given_name", "sex")
    person, round_, village, household, given, sex = (survey.role(role) for role in roles)
    numbers = tuple(survey.names_of("national_id"))
    shown = listed.copy()
    shown[round_.name] = [shown_year(int(year), language) for year in listed[round_.name]]
    shown[sex.name] = code_labels(survey, sex, listed[sex.name], language)
    names = [*survey.name_fields, *(survey.fields[number] for number in numbers)] if identified else []
    headings = {
        person.name: person.label.in_(language),
        **{field.name: field.label.in_(language) for field in names},
        round_.name: say("col_last_seen", language),
        village.name: village.label.in_(language),
        household.name: household.label.in_(language),
        sex.name: sex.label.in_(language),
        "matched": say("column_matched", language),
    }
    if identified and console.width < _NARROW:
        below = {
            person.name: numbers,
            given.name: tuple(survey.names_of("family_name")),
            village.name: (household.name,),
        }
        shown, headings = stacked(shown, headings, below)
    show_table(console, shown, headings, Layout(tight=(person.name, round_.name, village.name)))
    console.print(say("children_sum_identified" if identified else "children_sum", language, count=len(listed)))
    console.print(say("found_next", language, id=listed[person.name].iat[0]))
