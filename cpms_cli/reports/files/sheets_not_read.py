"""The sheets that were not read: by name, with why and how much stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from cpms_cli.reading.sheet.sheet_choice import sheet_options
from cpms_cli.reading.source import SheetNotRead
from cpms_cli.reading.tables import SurveyTable, sheets_not_read
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language


def _why(sheet: SheetNotRead, language: Language) -> str:
    return say(f"sheet_reason_{sheet.reason}", language, like=sheet.like)


def sheet_records(tables: Sequence[SurveyTable], language: Language) -> list[dict[str, Any]]:
    """All of them, for scripts: `reason` is stable, `why` in words, `row` where another table of the sheet was read."""
    return [
        {
            "file": one.file,
            "sheet": one.sheet,
            "row": one.row,
            "reason": one.reason,
            "why": _why(one, language),
            "cells": one.cells,
            "answers": one.answers,
        }
        for one in sheets_not_read(tables)
    ]


def show_sheets(console: Console, tables: Sequence[SurveyTable], language: Language) -> None:
    """Print a line for each file with sheets that somebody may miss, and how one says which are to be read."""
    lines: dict[tuple[str, str], list[str]] = {}
    read = {(table.source.path.name, table.source.sheet) for table in tables}
    for one in sheets_not_read(tables):
        if not one.quiet:
            message = "table_not_read" if (one.file, one.sheet) in read else "sheet_not_read"
            shown = say(message, language, sheet=one.sheet, row=one.row, reason=_why(one, language), cells=one.cells)
            kind = "sheets_not_asked_for" if one.reason == "not_asked_for" else "sheets_not_read"
            lines.setdefault((kind, one.file), []).append(shown)
    for (kind, file), shown_sheets in lines.items():
        names = dict.fromkeys(table.source.sheet for table in tables if table.source.path.name == file)
        options = sheet_options(str(name) for name in names if name)
        console.print(say(kind, language, file=file, sheets=", ".join(shown_sheets), options=options))
