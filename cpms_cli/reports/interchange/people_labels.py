"""Tables as people read them: a workbook's headers, sheets and cells in the language of the run.

CSV, JSON and Parquet keep the names of fields and columns, for scripts.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from cpms_cli.reports.interchange.people_words import in_words, share_columns, with_dates
from cpms_cli.scoring.judged_columns import right_column
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import knows, say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.speech.languages import traits_of
from cpms_cli.writing.files import Tables, check_writable, plain_table, write_bytes, write_tables
from cpms_cli.writing.workbooks.table_workbook import NumberFormats, workbook_bytes

_WORDS, _BY = "_label", "by_"
_YEAR = re.compile(r"\d{4}")


def definition_labels(survey: Survey, language: Language) -> dict[str, str]:
    """What the definition itself names: fields, levels, groups, indicators by their column of scores."""
    return {
        **{group.id: group.label.in_(language) for group in survey.figures.groups},
        **{field.name: field.label.in_(language) for field in survey.response.fields},
        **{name: field.label.in_(language) for name, field in survey.fields.items()},
        **{right_column(right.id): right.label.in_(language) for right in survey.rights},
        **{level.id: level.label.in_(language) for level in survey.levels},
        **{indicator.column: f"{indicator.number} {indicator.name.in_(language)}" for indicator in survey.indicators},
    }


def column_label(sheet: str, name: str, named: dict[str, str], language: Language) -> str:
    """The words over a column; the name itself where nothing names it."""
    kind = _BY.rstrip("_") if sheet.startswith(_BY) else sheet
    if _YEAR.fullmatch(name):
        return shown_year(int(name), language)
    for known in (f"column_{kind}_{name}", f"column_{name}"):
        if knows(known):
            return say(known, language)
    if name in named:
        return named[name]
    if knows(f"col_{name}"):
        return say(f"col_{name}", language)
    if name.endswith(_WORDS):
        of = column_label(sheet, name.removesuffix(_WORDS), named, language)
        return say("column_words", language, of=of)
    return name


def _labelled(sheet: str, frame: pd.DataFrame, named: dict[str, str], language: Language) -> pd.DataFrame:
    headers: list[str] = []
    for name in map(str, frame.columns):
        label = column_label(sheet, name, named, language)
        # Two columns under one header could not be told apart: the second keeps its name beside it.
        headers.append(label if label not in headers else f"{label} ({name})")
    return frame.set_axis(headers, axis="columns")


def sheet_label(survey: Survey, sheet: str, language: Language) -> str:
    """The name of a sheet in words; one named by the groups that it is broken down by, as by_sex_age_group, tells
    them."""
    if knows(f"sheet_{sheet}"):
        return say(f"sheet_{sheet}", language)
    left, groups = sheet.removeprefix(_BY), []
    for group in sorted(survey.figures.groups, key=lambda known_group: -len(known_group.id)):
        if sheet.startswith(_BY) and group.id in left:
            groups.append((sheet.index(group.id), group.label.in_(language)))
            left = left.replace(group.id, "", 1)
    return say("sheet_by", language, of=", ".join(label for _, label in sorted(groups))) if groups else sheet


def labelled(tables: Tables, survey: Survey, language: Language) -> dict[str, pd.DataFrame]:
    """Tables with their headers and sheet names in a language; the cells stay as they are."""
    named = definition_labels(survey, language)
    return {
        sheet_label(survey, sheet, language): _labelled(sheet, frame, named, language)
        for sheet, frame in tables.items()
    }


def people_workbook(tables: Tables, survey: Survey, language: Language, title: str = "") -> bytes:
    """Return a workbook of tables in words: headers, sheets and cells; with the language's years, true dates, and
    shares in percent. `title` stands at the head of every printed page."""
    worded = {sheet: plain_table(in_words(frame, survey, language)) for sheet, frame in tables.items()}
    sheets = {sheet: with_dates(frame, language) for sheet, frame in labelled(worded, survey, language).items()}
    shares = {sheet: share_columns(frame) for sheet, frame in zip(sheets, worded.values(), strict=True)}
    return workbook_bytes(sheets, numbers=NumberFormats(traits_of(language).calendar.cell, shares, title))


def write_for_people(tables: Tables, path: Path, survey: Survey, language: Language, title: str = "") -> None:
    """Write tables as `write_tables` does, a workbook in the words of the run's language, with its title."""
    if path.suffix.lower() != ".xlsx":
        write_tables(tables, path)
        return
    check_writable(path)
    write_bytes(path, people_workbook(tables, survey, language, title))
