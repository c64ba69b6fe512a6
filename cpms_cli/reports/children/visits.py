"""The list of visits as text and as a workbook to be printed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.console import Console

from cpms_cli.reports.scores import level_labels, names_in_line, shown_dates
from cpms_cli.reports.terminal import Layout, show_table, stacked
from cpms_cli.scoring.compiler.score_columns import HELP
from cpms_cli.summaries.child.standing_today import absence_words
from cpms_cli.summaries.response.visits import VisitList
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.files import write_bytes
from cpms_cli.writing.output_formats import output_format

_WIDE = 140  # in a narrower window, columns are laid below each other


def readable_visits(survey: Survey, visits: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The list with codes in words: columns house, line, child, who, level, due, question, was."""
    house, line, person, sex = (survey.role(role) for role in ("household", "line", "person", "sex"))
    listed = survey.codes(sex)
    labels = {code.code: code.label.in_(language) for code in listed.codes} if listed else {}
    low, high = (visits[name].astype("Int64").astype("str").fillna("") for name in ("age_min", "age_max"))
    age = low.where(low == high, low + "–" + high)
    level = level_labels(survey, language, visits["level"]).fillna("")
    highest = level_labels(survey, language, visits["highest"]).fillna("")
    could = level_labels(survey, language, visits["could_become"]).fillna("")
    could_be = pd.Series([say("visits_could_be", language, level=label) for label in highest], index=visits.index)
    missed = absence_words(visits, language)
    needs = visits[HELP].map({what: say("needs_help", language, what=what) for what in visits[HELP].unique() if what})
    due = shown_dates(visits["due"], language).fillna("")
    late = visits["days_late"].astype("Int64").astype("str").fillna("")
    return visits.assign(
        house=visits[house.name],
        line=visits[line.name].fillna(say("visits_home", language)),
        child=visits[person.name].fillna(""),
        name=names_in_line(survey, visits),
        who=(visits[sex.name].map(labels).fillna("").astype("str") + " " + age).str.strip(),
        level=level.where((highest == level) | (highest == ""), level + " " + could_be)
        + (" (" + missed + ")").where(missed != "", "")
        + ("\n" + needs.astype("str")).fillna(""),
        due=due.where(late == "", due + " (" + late + ")"),
        question=visits["question"].fillna(say("visits_no_question", language)),
        choices=visits["choices"].fillna(""),
        was=visits["was"].fillna(""),
        could=could,
    )


def show_visits(console: Console, survey: Survey, listed: VisitList, language: Language, identified: bool) -> None:
    """Print the list: each child or household once, its questions below each other; and how many left it at 18."""
    visits = listed.visits
    if visits.empty:
        console.print(say("visits_none", language))
    else:
        _show_list(console, survey, visits, language, identified)
    if len(listed.turned_18):
        console.print(say("due_turned_18", language, count=len(listed.turned_18)))


def _show_list(console: Console, survey: Survey, visits: pd.DataFrame, language: Language, identified: bool) -> None:
    village, person = survey.role("village").name, survey.role("person").name
    shown = readable_visits(survey, visits, language).assign(place=visits["village"])
    again = (shown[[village, "house", "line"]] == shown[[village, "house", "line"]].shift()).all(axis=1)
    same_home = (shown[[village, "house"]] == shown[[village, "house"]].shift()).all(axis=1)
    shown[["place", "house"]] = shown[["place", "house"]].mask(same_home, "")
    shown[["line", "child", "name", "who", "level", "due"]] = shown[
        ["line", "child", "name", "who", "level", "due"]
    ].mask(again, "")
    headings = {
        "place": say("col_village", language),
        "house": survey.role("household").label.in_(language),
        "line": say("col_child", language),
        "child": survey.fields[person].label.in_(language),
    }
    if identified:
        headings["name"] = say("col_name", language)
    headings |= {"who": say("col_sex_age", language), "level": say("col_level", language)}
    if visits["due"].notna().any():
        headings["due"] = say("col_due_late", language)
    headings |= {
        "question": say("col_question", language),
        "was": say("col_was", language),
        "could": say("col_could_become", language),
    }
    if console.width < _WIDE:
        who = ("child", "name", "who") if identified else ("child", "who")
        below = {"place": ("house",), "line": who, "question": ("was", "could")}
        if "due" in headings:
            below["level"] = ("due",)
        shown, headings = stacked(shown, headings, below, named=("was", "could"))
    show_table(console, shown, headings, Layout(tight=("line", "child")), title=say("visits_title", language))
    counts = {
        "children": int(visits[person].nunique()),
        "questions": int(visits["field"].notna().sum()),
        "homes": len(visits.drop_duplicates(list(survey.key("household")))),
    }
    console.print(say("visits_sum", language, **counts))
    console.print(say("visits_shown" if identified else "visits_hidden", language))


def write_visits(path: Path, survey: Survey, visits: pd.DataFrame, language: Language, turned_18: int = 0) -> None:
    """Write the list as a workbook to be printed: see `visits_workbook.visits_workbook`."""
    write_bytes(path, output_format("visits", path).write(survey, visits, language, turned_18))
