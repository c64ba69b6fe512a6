"""Tables to a workbook made to be printed and written on: A4 landscape, one page wide, the header on every page."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from cpms_cli.ooxml.sheet_naming import sheet_names
from cpms_cli.writing.gate import printable
from cpms_cli.writing.new_workbook import new_workbook

_A4 = 9


@dataclass(frozen=True)
class PrintedColumn:
    """One column of a printed sheet: the frame's column, blank to be written in where there is none; its heading; its
    width in characters."""

    name: str | None
    heading: str
    width: float


def _set_up(sheet: Worksheet, columns: Sequence[PrintedColumn], title: str, rows: int) -> None:
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    # In a header & begins a command: doubled, it stands for itself.
    sheet.set_header(f"&L{title.replace('&', '&&')}")
    sheet.set_footer("&C&P / &N")
    sheet.print_area(0, 0, rows, len(columns) - 1)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width)


def printed_workbook(
    sheets: Mapping[str, pd.DataFrame], columns: Sequence[PrintedColumn], groups: Sequence[str], title: str
) -> bytes:
    """Frames as the sheets of one workbook, every cell text; a row in which a column of `groups` differs from the row
    before begins with a strong line. `title` stands at the head of every page, before the sheet's name."""
    stream = io.BytesIO()
    with new_workbook(stream) as book:
        cell = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#A0A0A0", "num_format": "@"}
        head = book.add_format({**cell, "bold": True, "bg_color": "#E8E8E8"})
        plain, first = book.add_format(cell), book.add_format({**cell, "top": 2, "top_color": "#000000"})
        for label, (name, frame) in zip(sheet_names(sheets), sheets.items(), strict=True):
            sheet = book.add_worksheet(label)
            _set_up(sheet, columns, f"{title}  {name}", len(frame))
            begins = (frame[list(groups)] != frame[list(groups)].shift()).any(axis=1).to_numpy()
            for position, column in enumerate(columns):
                sheet.write_string(0, position, column.heading, head)
                cells = frame[column.name] if column.name else pd.Series("", index=frame.index)
                texts = printable(cells.astype("str").fillna(""))
                for row, (text, begin) in enumerate(zip(texts, begins, strict=True), start=1):
                    sheet.write(row, position, text or None, first if begin else plain)
    return stream.getvalue()
