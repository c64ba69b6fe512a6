"""What is to be done today: on the screen, and as a workbook to take along and fill in, which `cpms merge` reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd

from cpms_cli.checking.mending.repairs import legal_labels
from cpms_cli.checking.validation import Validation
from cpms_cli.merging.today_answers import AnswersRead
from cpms_cli.reading.answer_cells import Question
from cpms_cli.reports.children.due_list import to_fill_in
from cpms_cli.reports.children.scores import code_labels, level_labels
from cpms_cli.reports.files.validation import show_findings
from cpms_cli.reports.terminal import Layout, Screen, age_text, show_table
from cpms_cli.summaries.child.children import MASK
from cpms_cli.summaries.response.cases import OPEN, OVERDUE, UNKNOWN
from cpms_cli.summaries.today.office_work import PAIR, SET_ASIDE
from cpms_cli.summaries.today.task_words import APPOINTMENT, ASKED, DISPUTED
from cpms_cli.summaries.today.today_list import MISSED, SILENT, Today
from cpms_cli.survey.era import shown_date, shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Role, Survey
from cpms_cli.writing.files import write_bytes, write_tables
from cpms_cli.writing.output_formats import has_format, output_format
from cpms_cli.writing.printing import PrintedColumn, printed_workbook

SHEETS = ("village", "worker")
"""What a sheet of the workbook can be of."""
_NAMES: tuple[Role, ...] = ("given_name", "family_name")


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
    questions = ", ".join(of_most)
    yield say("today_not_asked", language, round=year, villages=villages, count=len(of_most), questions=questions)
    if others:
        listed = [f"{label} ({count})" for count, fields in others for label in fields]
        yield say("today_not_asked_some", language, round=year, count=len(listed), questions=", ".join(listed))


def _readable(survey: Survey, today: Today, language: Language) -> pd.DataFrame:
    """The tasks in words: house, child, name, who, level beside the columns of `Today.tasks`."""
    tasks = today.tasks
    house, line, person, sex = (survey.role(role) for role in ("household", "line", "person", "sex"))
    given, family = (tasks[survey.role(role).name].fillna("").astype("str") for role in _NAMES)
    labels = code_labels(survey, sex, tasks[sex.name], language).fillna("").astype("str")
    return tasks.assign(
        house=tasks[house.name].fillna("").astype("str"),
        line=tasks[line.name].fillna("").astype("str"),
        child=tasks[person.name].fillna("").astype("str"),
        name=(given + " " + family).str.strip(),
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
    shown = _readable(survey, today, language)
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


def today_workbook(survey: Survey, today: Today, language: Language, by: str = "village") -> bytes:
    """The list as a workbook: A4 landscape, one page wide, with blanks for what was done, and the answers to choose
    from. Rows without a child have no identifier: what is written there is refused when the workbook is read."""
    shown = _readable(survey, today, language)
    person = survey.response_role("person")
    columns = [
        PrintedColumn("house", survey.role("household").label.in_(language), 9, again=True),
        PrintedColumn("line", say("col_child", language), 6, again=True),
        PrintedColumn("child", person.label.in_(language), 14, again=True),
        *([PrintedColumn("name", say("col_name", language), 16)] if _names_shown(survey, today) else []),
        PrintedColumn("who", say("col_sex_age", language), 10),
        PrintedColumn("level", say("col_level", language), 14),
        PrintedColumn("reason", say("col_reason", language), 38),
        PrintedColumn("next_step", say("col_next_step", language), 38),
    ]
    for field in to_fill_in(survey):
        codes = survey.codes(field)
        choices = tuple(code.label.in_(language) for code in codes.codes) if codes else ()
        columns.append(PrintedColumn(None, field.label.in_(language), 14, choices))
    codes_of = {name: survey.fields[name].codelist for name in today.questions["field"].unique()}
    columns.insert(-len(to_fill_in(survey)), PrintedColumn(None, say("col_answer", language), 14, offers="codes"))
    columns.append(PrintedColumn("key", say("today_key", language), 0))
    shown = pd.concat([shown[~shown["kind"].isin(ASKED)], _question_rows(survey, today, shown, language)])
    shown = shown.sort_values("at", kind="stable", ignore_index=True)
    shown = shown.assign(codes=shown["field"].map(codes_of))
    lists = {
        str(survey.fields[name].codelist): legal_labels(survey, survey.fields[name], language)
        for name, codes in codes_of.items()
        if codes
    }
    sheets = _with_not_asked(survey, today.not_asked, _sheets(survey, shown, language, by), language)
    title = say("today_title", language, day=shown_date(today.as_of, language))
    return printed_workbook(sheets, columns, ["house"], title, lists)


def _question_rows(survey: Survey, today: Today, shown: pd.DataFrame, language: Language) -> pd.DataFrame:
    """A row per question at the place of its household's task, with the key by which its answer is read back. A family
    that did not consent is asked for that first: its answers come on a form, and the row has no key."""
    home = list(survey.key("household"))
    line, person = survey.role("line").name, survey.role("person").name
    tasks = shown.loc[shown["kind"].isin(ASKED), [*home, "village", "place", "worker", "kind", "house", "at"]]
    rows = today.questions.drop(columns=["village"]).merge(tasks, on=[*home, "kind"])
    child = rows[person].fillna("").astype("str")
    number = rows[line].fillna("").astype("str")
    could = level_labels(survey, language, rows["could_become"]).fillna("")
    choices = (" (" + rows["choices"].fillna("") + ")").where(rows["choices"].fillna("") != "", "")
    keys = [
        Question(tuple(map(str, places)), about, who, str(field)).as_key()
        for *places, about, who, field in zip(
            *(rows[name] for name in home), number, child.where(number != "", ""), rows["field"], strict=True
        )
    ]
    labels = code_labels(survey, survey.role("sex"), rows[survey.role("sex").name], language).fillna("").astype("str")
    return rows.assign(
        line=number,
        child=child,
        name="",
        who=(labels + " " + age_text(rows).fillna("").astype("str")).str.strip(),
        level="",
        reason=[
            say("today_disputed_row", language, answer=was)
            if kind == DISPUTED
            else say("today_could", language, level=level)
            for level, was, kind in zip(could, rows["was"], rows["kind"], strict=True)
        ],
        next_step=rows["question"] + choices,
        key=pd.Series(keys, index=rows.index, dtype="str").mask(rows["field"] == survey.role("consent").name),
    )


def _names_shown(survey: Survey, today: Today) -> bool:
    names = today.tasks[survey.role("given_name").name].dropna()
    return bool(len(names)) and not (names == MASK).all()


def _sheets(survey: Survey, shown: pd.DataFrame, language: Language, by: str) -> dict[str, pd.DataFrame]:
    """The tasks by village or worker, in the order of the most urgent in each; what waits at the office last."""
    village = survey.role("village").name
    office = shown["kind"].isin([PAIR, SET_ASIDE])
    if by == "worker":
        sheet = shown["worker"].fillna(say("today_no_worker", language)).astype("str")
    else:
        sheet = shown[village].astype("str") + " " + shown["village"].astype("str")
    sheet = sheet.mask(office, say("today_office", language))
    parts = {str(name): part for name, part in shown.groupby(sheet, sort=False)}
    return parts or {say("today_office", language): shown}


def _with_not_asked(
    survey: Survey, not_asked: pd.DataFrame, sheets: dict[str, pd.DataFrame], language: Language
) -> dict[str, pd.DataFrame]:
    """The sheets, at the top of each what nobody of its own villages was asked: a sheet is handed out by itself. What
    is of no sheet's village stands on the first."""
    village = survey.role("village").name
    everywhere = {code for part in sheets.values() for code in part[village].dropna()}
    whole = {}
    for place, (name, part) in enumerate(sheets.items()):
        own = not_asked[village].isin(part[village].dropna())
        if place == 0:
            own |= ~not_asked[village].isin(everywhere)
        lines = pd.DataFrame({"reason": not_asked_lines(survey, not_asked[own], language)})
        whole[name] = pd.concat([lines, part], ignore_index=True)
    return whole


def show_answers(screen: Screen, read: AnswersRead) -> None:
    """Print what became of the answers on a list: each that was refused with its cell, value and mend; the counts."""
    console, language = screen.console, screen.language
    for refused in read.refused:
        console.print(say("today_refused", language, **asdict(refused)))
    counts = {name: getattr(read, name) for name in ("answers", "stored", "unchanged", "set_aside")}
    console.print(say("today_answers_sum", language, **counts, refused=len(read.refused)))
    if read.merged is not None and read.merged.quarantine is not None:
        validation = Validation(screen.survey, read.merged.tables, read.merged.findings, read.answers, read.set_aside)
        show_findings(console, screen.survey, validation, language)
        console.print(say("merge_set_aside", language, file=read.merged.quarantine))


def answers_record(read: AnswersRead) -> dict[str, Any]:
    """What became of the answers, for scripts."""
    merged = read.merged
    return {
        **{name: getattr(read, name) for name in ("answers", "stored", "unchanged", "set_aside")},
        "refused": [asdict(refused) for refused in read.refused],
        "quarantine": str(merged.quarantine) if merged is not None and merged.quarantine else None,
    }
