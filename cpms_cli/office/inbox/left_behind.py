"""What of a file is not in the store although its rows are, in the sentences of `cpms merge`."""

from __future__ import annotations

from cpms_cli.checking.columns_not_read import left_open
from cpms_cli.checking.mending.unread_cells import unread_cell_lines, unread_cells
from cpms_cli.checking.unasked import unasked_lines
from cpms_cli.merging.merge import Merge
from cpms_cli.reading.header.export_layouts import aside_columns
from cpms_cli.reading.header.headers import spelt
from cpms_cli.reading.survey_table import sheets_not_read
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey


def left_behind(survey: Survey, merged: Merge, language: Language) -> list[str]:
    """Return a sentence for the answers and cells of stored rows, and for each sheet, that hold something and are not
    stored: answers that a round did not ask, formulas without a value, sheets on which nobody decided."""
    cells = unread_cells(survey, merged.findings, merged.set_aside, language)
    sheets = [sheet for sheet in sheets_not_read(merged.tables) if sheet.answers]
    return [
        *unasked_lines(survey, merged.tables, language),
        *unread_cell_lines(cells, language),
        *(
            say("office_sheet_left", language, file=sheet.file, sheet=sheet.sheet or "", count=sheet.cells)
            for sheet in sheets
        ),
    ]


def columns_without_text(merged: Merge, language: Language) -> list[str]:
    """Return a sentence for each sheet with columns that have a header of no question and no text in any row: their
    answers may be colours or drawn signs, which nobody but a person can read."""
    lines = []
    for table in merged.tables:
        headers = [
            f"{column.letter} '{column.header.strip()}'"
            for column in table.unread
            if column.why == "unknown" and not column.filled and column.header.strip()
        ]
        if headers:
            place = {"file": table.source.path.name, "sheet": table.source.sheet or ""}
            lines.append(say("office_columns_without_text", language, columns=", ".join(headers), **place))
    return lines


def columns_left(merged: Merge, language: Language) -> list[str]:
    """Return a sentence for each sheet with columns that were not read and on which nobody decided, as remarks; none of
    those that only number the rows."""
    sheets: dict[tuple[str, str], list[str]] = {}
    numbering = {spelt(header) for header in aside_columns().numbering}
    for table, column in left_open(merged.tables):
        if spelt(column.header) in numbering:
            continue  # the rows are numbered by it, and nothing is lost
        place = (table.source.path.name, table.source.sheet or "")
        sheets.setdefault(place, []).append(f"{column.letter} '{column.header.strip()}' ({column.filled})")
    return [
        say("office_columns_left", language, file=file, sheet=sheet, columns=", ".join(columns))
        for (file, sheet), columns in sheets.items()
    ]
