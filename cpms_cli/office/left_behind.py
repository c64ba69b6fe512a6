"""What of a file is not in the store although its rows are, in the sentences of `cpms merge`."""

from __future__ import annotations

from cpms_cli.checking.columns_not_read import column_words, left_open
from cpms_cli.checking.mending.unread_cells import unread_cell_lines, unread_cells
from cpms_cli.checking.unasked import unasked_lines
from cpms_cli.merging.merge import Merge
from cpms_cli.reading.survey_table import sheets_not_read
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey


def left_behind(survey: Survey, merged: Merge, language: Language) -> list[str]:
    """Return a sentence for each cell, column and sheet that holds something and is not stored: answers that a round
    did not ask, formulas without a value, columns and sheets on which nobody decided."""
    cells = unread_cells(survey, merged.findings, merged.set_aside, language)
    columns = left_open(merged.tables)
    lines = [
        *unasked_lines(merged.tables, language),
        *unread_cell_lines(cells, language),
        *(column_words(survey, table, column, language) for table, column in columns),
    ]
    if columns:
        lines.append(say("office_columns_left", language))
    sheets = [sheet for sheet in sheets_not_read(merged.tables) if sheet.answers]
    return lines + [
        say("office_sheet_left", language, file=sheet.file, sheet=sheet.sheet or "", count=sheet.cells)
        for sheet in sheets
    ]
