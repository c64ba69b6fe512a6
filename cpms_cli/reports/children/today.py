"""The list of the day, for people: in the terminal, or as a file to take along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from cpms_cli.reports.scores import code_labels, level_labels, names_in_line
from cpms_cli.reports.terminal import Layout, Screen, age_text, show_table
from cpms_cli.summaries.response.cases import OPEN, OVERDUE, UNKNOWN
from cpms_cli.summaries.today.office_work import PAIR, SET_ASIDE
from cpms_cli.summaries.today.task_words import APPOINTMENT, ASKED
from cpms_cli.summaries.today.today_list import MISSED, SILENT, Today
from cpms_cli.survey.era import shown_date, shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.spoken_words import joined_words
from cpms_cli.writing.files import write_bytes, write_tables
from cpms_cli.writing.output_formats import has_format, output_format

SHEETS = ("village", "worker")
"""What a sheet of the workbook can be of."""
_NEXT_QUESTION, _MOST_QUESTIONS = "; ", 6


def not_asked_lines(survey: Survey, not_asked: pd.DataFrame, language: Language) -> list[str]:
    """What nobody of some villages answered in a round (as `Today.not_asked`): a line for the largest set of villages,
    one for all others, and how to ask it."""
    round_, village = survey.role("round").name, survey.role("village").name
    questions: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (year, name), rows in not_asked.groupby([round_, "field"], sort=False):
        questions.setdefault((str(year), tuple(sorted(set(rows[village])))), []).append(str(name))
    lines: list[str] = []
    for year in sorted({year for year, _ in questions}):
        of_year = [(len(villages), fields) for (other, villages), fields in questions.items() if other == year]
        of_year.sort(key=lambda entry: -entry[0])
        lines += _not_asked_in(survey, shown_year(int(year), language), of_year, language)
    return [*lines, say("today_not_asked_step", language)] if lines else []


def _not_asked_in(
    survey: Survey, year: str, sets: Sequence[tuple[int, Sequence[str]]], language: Language
) -> Iterator[str]:
    """The lines of one round: `sets` are how many villages lack which questions, the largest first."""
    labels = [(count, [survey.fields[name].label.in_(language) for name in fields]) for count, fields in sets]
    (villages, of_most), *others = labels
    questions = joined_words(", ", of_most)
    yield say("today_not_asked", language, round=year, villages=villages, count=len(of_most), questions=questions)
    if others:
        listed = [f"{label} ({count})" for count, fields in others for label in fields]
        yield say("today_not_asked_some", language, round=year, count=len(listed), questions=", ".join(listed))


def readable_tasks(survey: Survey, today: Today, language: Language) -> pd.DataFrame:
    """The tasks in words: house, child, name, who, level beside the columns of `Today.tasks`."""
    tasks = today.tasks
    house, line, person, sex = (survey.role(role) for role in ("household", "line", "person", "sex"))
    labels = code_labels(survey, sex, tasks[sex.name], language).fillna("").astype("str")
    return tasks.assign(
        house=tasks[house.name].fillna("").astype("str"),
        line=tasks[line.name].fillna("").astype("str"),
        child=tasks[person.name].fillna("").astype("str"),
        name=names_in_line(survey, tasks),
        who=(labels + " " + age_text(tasks).fillna("").astype("str")).str.strip(),
        level=level_labels(survey, language, tasks["level"]).fillna("").astype("str"),
        at=range(len(tasks)),
        field=None,
        key=None,
        place=tasks["village"].fillna(say("today_office", language)).astype("str"),
    )


def show_today(screen: Screen, today: Today, identified: bool, first: int | None = None) -> None:
    """Print the list: what nobody was asked once at the top, then household by household, and what to type next. With
    `first`, only so many tasks, and how many more there are."""
    console, language = screen.console, screen.language
    day = shown_date(today.as_of, language)
    for line in not_asked_lines(screen.survey, today.not_asked, language):
        console.print(line)
    if today.tasks.empty:
        console.print(say("today_nothing", language, day=day))
    else:
        shown = today if first is None else replace(today, tasks=today.tasks.head(first))
        _show_tasks(screen, shown, identified, say("today_title", language, day=day))
        if len(shown.tasks) < len(today.tasks):
            console.print(say("today_more", language, count=len(today.tasks) - len(shown.tasks)))
        console.print(_sum(screen.survey, today, language))
    if len(today.turned_18):
        console.print(say("due_turned_18", language, count=len(today.turned_18)))
    console.print(say("visits_shown" if identified else "visits_hidden", language))
    console.print(say("today_next", language))


def _show_tasks(screen: Screen, today: Today, identified: bool, title: str) -> None:
    console, survey, language = screen.console, screen.survey, screen.language
    shown = readable_tasks(survey, today, language)
    village, household = (survey.role(role).name for role in ("village", "household"))
    house = survey.role("household").label.in_(language)
    at_home = shown["place"] + ("\n" + house + " " + shown["house"]).where(shown["house"] != "", "")
    office = shown["kind"].isin([PAIR, SET_ASIDE])
    same = (shown[[village, household]] == shown[[village, household]].shift()).all(axis=1) & ~office
    numbered = shown["line"].where(shown["line"] == "", shown["line"] + " · ") + shown["who"]
    lines = [shown["child"], numbered, shown["level"]]
    if identified:
        lines.insert(1, shown["name"])
    of_child = lines[0]
    for line in lines[1:]:
        of_child = of_child + ("\n" + line).where(line != "", "")
    cells = {
        "at": at_home.mask(same, ""),
        "of": of_child,
        "why": shown["reason"],
        "do": _few_questions(shown, language),
    }
    headings = {
        "at": say("col_village", language),
        "of": say("col_child", language),
        "why": say("col_reason", language),
        "do": say("col_next_step", language),
    }
    show_table(console, pd.DataFrame(cells), headings, Layout(tight=("of",)), title=title)


def _few_questions(tasks: pd.DataFrame, language: Language) -> list[str]:
    """The next step of each task; of many questions the first: the sheet that is taken along has all."""
    steps = []
    for step, kind in zip(tasks["next_step"], tasks["kind"], strict=True):
        questions = str(step).split(_NEXT_QUESTION)
        if kind in ASKED and len(questions) > _MOST_QUESTIONS:
            more = say("today_more_questions", language, count=len(questions) - _MOST_QUESTIONS)
            step = _NEXT_QUESTION.join([*questions[:_MOST_QUESTIONS], more])  # noqa: PLW2901 - the same step, shorter
        steps.append(str(step))
    return steps


def _sum(survey: Survey, today: Today, language: Language) -> str:
    tasks = today.tasks
    village, household, person = (survey.role(role).name for role in ("village", "household", "person"))
    of_homes = tasks[tasks[household].notna()]
    counts = {
        "homes": len(of_homes.drop_duplicates([village, household])),
        "children": int(tasks[person].nunique()),
        "overdue": int(tasks["kind"].isin([OVERDUE, UNKNOWN]).sum()),
        "again": int(tasks["kind"].isin([MISSED, SILENT]).sum()),
        "open": int((tasks["kind"] == OPEN).sum()),
        "appointment": int((tasks["kind"] == APPOINTMENT).sum()),
        "ask": int(tasks["kind"].isin(ASKED).sum()),
    }
    return say("today_sum", language, **counts)


def write_today(path: Path, survey: Survey, today: Today, language: Language, by: str = "village") -> None:
    """Write the list to a file: a workbook to take along, a sheet for each village or `by` worker; with any other
    ending the data as it is."""
    if has_format("today", path):
        write_bytes(path, output_format("today", path).write(survey, today, language, by))
    else:
        write_tables({"today": today.tasks, "not_asked": today.not_asked}, path)
