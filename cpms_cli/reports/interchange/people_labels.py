"""Tables under the names that people read: a workbook's headers and sheets in the language of the run.

CSV, JSON and Parquet keep the names of fields and columns, for scripts.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cpms_cli.scoring.judged_columns import right_column
from cpms_cli.survey.messages import knows, say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.files import Tables, write_tables

_WORDS, _BY = "_label", "by_"


def _labels(survey: Survey, language: Language) -> dict[str, str]:
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
    named = _labels(survey, language)
    return {
        sheet_label(survey, sheet, language): _labelled(sheet, frame, named, language)
        for sheet, frame in tables.items()
    }


def write_for_people(tables: Tables, path: Path, survey: Survey, language: Language) -> None:
    """Write tables as `write_tables` does, a workbook with headers in the language of the run."""
    write_tables(labelled(tables, survey, language) if path.suffix.lower() == ".xlsx" else tables, path)
