"""The list of the day as a workbook to take along; its libraries are loaded where one is written."""

from __future__ import annotations

import pandas as pd

from cpms_cli.checking.mending.repairs import legal_labels
from cpms_cli.reading.answer_cells import Question
from cpms_cli.reports.children.due_list import to_fill_in
from cpms_cli.reports.children.today import not_asked_lines, readable_tasks
from cpms_cli.reports.scores import code_labels, level_labels
from cpms_cli.reports.terminal import age_text
from cpms_cli.summaries.child.children import MASK
from cpms_cli.summaries.today.office_work import PAIR, SET_ASIDE
from cpms_cli.summaries.today.task_words import ASKED, DISPUTED
from cpms_cli.summaries.today.today_list import Today
from cpms_cli.survey.era import shown_date
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.workbooks.printing import PrintedColumn, printed_workbook


def today_workbook(survey: Survey, today: Today, language: Language, by: str = "village") -> bytes:
    """The list as a workbook: A4 landscape, one page wide, with blanks for what was done, and the answers to choose
    from. Rows without a child have no identifier: what is written there is refused when the workbook is read."""
    shown = readable_tasks(survey, today, language)
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
