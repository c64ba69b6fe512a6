"""The sheets that were not read: by name, with why and how much stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from cpms_cli.reading.sheet.sheet_choice import sheet_options
from cpms_cli.reading.source import SheetNotRead
from cpms_cli.reading.survey_table import SurveyTable, sheets_not_read
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language


def _why(sheet: SheetNotRead, language: Language) -> str:
    return say(f"sheet_reason_{sheet.reason}", language, like=sheet.like)


def sheet_records(tables: Sequence[SurveyTable], language: Language) -> list[dict[str, Any]]:
    """All of them, for scripts: `reason` is stable, `why` in words, `row` where another table of the sheet was read."""
    return [
        {
            "file": sheet.file,
            "sheet": sheet.sheet,
            "row": sheet.row,
            "reason": sheet.reason,
            "why": _why(sheet, language),
            "cells": sheet.cells,
            "answers": sheet.answers,
        }
        for sheet in sheets_not_read(tables)
    ]


def show_sheets(console: Console, tables: Sequence[SurveyTable], language: Language) -> None:
    """Print a line for each file with sheets that somebody may miss, and how one says which are to be read."""
    lines: dict[tuple[str, str], list[str]] = {}
    read = {(table.source.path.name, table.source.sheet) for table in tables}
    for sheet in sheets_not_read(tables):
        if not sheet.quiet:
            message = "table_not_read" if (sheet.file, sheet.sheet) in read else "sheet_not_read"
            shown = say(
                message, language, sheet=sheet.sheet, row=sheet.row, reason=_why(sheet, language), cells=sheet.cells
            )
            kind = "sheets_not_asked_for" if sheet.reason == "not_asked_for" else "sheets_not_read"
            lines.setdefault((kind, sheet.file), []).append(shown)
    for (kind, file), shown_sheets in lines.items():
        names = dict.fromkeys(table.source.sheet for table in tables if table.source.path.name == file)
        options = sheet_options(str(name) for name in names if name)
        console.print(say(kind, language, file=file, sheets=", ".join(shown_sheets), options=options))
