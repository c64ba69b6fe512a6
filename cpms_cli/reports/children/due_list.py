"""The list of visits to take along: whom, where, why; and blank columns that `cpms response import` reads back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cpms_cli.ooxml.sheet_notes import LIST_PREFIX
from cpms_cli.reports.scores import code_labels, level_labels, shown_dates
from cpms_cli.reports.terminal import age_text
from cpms_cli.scoring.compiler.score_columns import HELP
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field, Language, Survey
from cpms_cli.writing.files import csv_bytes, plain_table, write_bytes, write_tables
from cpms_cli.writing.output_formats import has_format, output_format
from cpms_cli.writing.workbooks.table_workbook import workbook_bytes


def to_fill_in(survey: Survey) -> list[Field]:
    """The fields of a response that the list of visits leaves blank: all but whom it is about."""
    return [field for field in survey.response.fields if field.role != "person"]


def visits_table(survey: Survey, due: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The list in words, under headers in this language, with a blank column for each field of a response."""
    person = survey.response_role("person")
    shown = (survey.role("village"), survey.role("household"), *survey.name_fields, survey.role("sex"))
    columns: dict[str, pd.Series] = {person.label.in_(language): due[survey.role("person").name]}
    columns |= {field.label.in_(language): code_labels(survey, field, due[field.name], language) for field in shown}
    columns |= {
        say("col_age", language): age_text(due),
        say("col_level", language): level_labels(survey, language, due["level"]),
        say("col_why", language): due["why"],
        say("col_needs_help", language): due[HELP],
        say("col_action", language): due["action"],
        say("col_interview", language): shown_dates(due["interview_date"], language),
        say("col_due_date", language): shown_dates(due["due_date"], language),
        say("col_days_late", language): due["days_late"],
        say("col_note", language): due["note"],
        say("col_done", language): due["done"],
        say("col_planned", language): shown_dates(due["next_date"], language),
    }
    blank = pd.Series(None, index=due.index, dtype="str")
    return pd.DataFrame({**columns, **{field.label.in_(language): blank for field in to_fill_in(survey)}})


def write_visits(survey: Survey, due: pd.DataFrame, path: Path, language: Language) -> None:
    """Write the list to a file: a workbook or CSV to be filled in; with any other ending the data as it is."""
    if has_format("due", path):
        write_bytes(path, output_format("due", path).write(survey, due, language))
    else:
        write_tables({"due": due}, path)


def due_csv(survey: Survey, due: pd.DataFrame, language: Language) -> bytes:
    """The list as CSV to be filled in."""
    return csv_bytes({"due": visits_table(survey, due, language)})


def due_workbook(survey: Survey, due: pd.DataFrame, language: Language) -> bytes:
    """The list as a workbook to be filled in, with the kinds of response, and reasons for closing, to choose from."""
    table = visits_table(survey, due, language)
    sheet = say("visits_sheet", language)
    labels, offered = dict[str, list[str]](), dict[int, str]()
    for field in to_fill_in(survey):
        codes = survey.codes(field)
        if codes is not None:
            name = f"{LIST_PREFIX}{field.codelist}"
            labels[name] = [code.label.in_(language) for code in codes.codes]
            offered[list(table.columns).index(field.label.in_(language))] = name
    return workbook_bytes({sheet: plain_table(table)}, {}, labels, {sheet: offered})
