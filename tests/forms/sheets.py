"""Columns of a form's sheet."""

from __future__ import annotations

from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from cpms_cli.survey.model.definition import Language, Survey

VILLAGE = "85010501"


def columns_of(sheet: Worksheet) -> dict[str, int]:
    """Header, without the mark of what is required, to column number."""
    return {str(cell.value).removesuffix(" *"): number for number, cell in enumerate(sheet[1], start=1)}


def column_of(survey: Survey, sheet: Worksheet, field: str, language: Language = "th") -> int:
    return columns_of(sheet)[survey.fields[field].label.in_(language)]


def thai(survey: Survey, base: dict[str, dict[str, Any]]) -> dict[str, object]:
    """The example's child in Thai words and Buddhist dates, worked out from the code lists' labels."""
    values: dict[str, object] = {}
    for name, value in {**base["household"], **base["child"], "national_id": ""}.items():
        codes = survey.codes(survey.fields[name])
        values[name] = codes.by_code[str(value)].label.th if codes and value != "" else value
    return {**values, "round": 2569, "interview_date": "15/11/2569", "birth_date": "1/6/2559"}


def fill_in(survey: Survey, sheet: Worksheet, row: int, answers: dict[str, object]) -> None:
    columns = columns_of(sheet)
    for name, value in answers.items():
        if value != "" and survey.fields[name].label.th in columns:
            sheet.cell(row, columns[survey.fields[name].label.th]).value = value  # type: ignore[assignment]
