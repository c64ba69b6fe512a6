"""Tables to a workbook made to be printed and written on: A4 landscape, the header on every page."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from cpms_cli.ooxml.sheet_naming import sheet_names
from cpms_cli.ooxml.sheet_notes import LIST_PREFIX
from cpms_cli.writing.gate import printable
from cpms_cli.writing.workbooks.new_workbook import new_workbook
from cpms_cli.writing.workbooks.page_setup import pages_across, row_height, set_up_page
from cpms_cli.writing.workbooks.table_workbook import add_lists


@dataclass(frozen=True)
class PrintedColumn:
    """One column of a printed sheet: the frame's column, blank to be written in where there is none; its heading; its
    width in characters (0 hides it); the `choices` that a blank offers, or the frame's column `offers` that names for
    each row one of the lists of `printed_workbook`. `again`: it leads the sheet and stands on every page, where the
    columns need several beside each other."""

    name: str | None
    heading: str
    width: float
    choices: tuple[str, ...] = ()
    offers: str | None = None
    again: bool = False


def _set_up(sheet: Worksheet, columns: Sequence[PrintedColumn], title: str, rows: int) -> None:
    again = [column.width for column in columns if column.again]
    pages = pages_across(sum(column.width for column in columns), sum(again))
    set_up_page(sheet, title, (rows, sum(column.width > 0 for column in columns) - 1), pages_wide=pages)
    if pages > 1 and again:
        sheet.repeat_columns(0, len(again) - 1)
    sheet.freeze_panes(1, 0)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width, None, {} if column.width else {"hidden": True})


def _add_choices(sheet: Worksheet, columns: Sequence[PrintedColumn], frame: pd.DataFrame) -> None:
    def offer(first: int, last: int, position: int, name: str) -> None:
        rule = {"validate": "list", "source": f"={name}", "error_type": "warning"}
        sheet.data_validation(first, position, last, position, rule)

    for position, column in enumerate(columns):
        if column.choices and len(frame):
            offer(1, len(frame), position, _list_name(position))
        if column.offers:
            for row, name in enumerate(frame[column.offers].tolist(), start=1):
                if isinstance(name, str):
                    offer(row, row, position, f"{LIST_PREFIX}{name}")


def _list_name(position: int) -> str:
    return f"{LIST_PREFIX}list_{position}"


def printed_workbook(
    sheets: Mapping[str, pd.DataFrame],
    columns: Sequence[PrintedColumn],
    groups: Sequence[str],
    title: str,
    lists: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """Frames as the sheets of one workbook, every cell text and every row as high as its text; a row in which a column
    of `groups` differs from the row before begins with a strong line. `title` stands at the head of every page, before
    the sheet's name; `lists` are answers to choose from, by name."""
    stream = io.BytesIO()
    with new_workbook(stream) as book:
        cell = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#A0A0A0", "num_format": "@"}
        head = book.add_format({**cell, "bold": True, "bg_color": "#E8E8E8"})
        plain, first = book.add_format(cell), book.add_format({**cell, "top": 2, "top_color": "#000000"})
        labels = sheet_names(sheets)
        for label, (name, frame) in zip(labels, sheets.items(), strict=True):
            written: list[list[str]] = []
            sheet = book.add_worksheet(label)
            _set_up(sheet, columns, f"{title}  {name}", len(frame))
            begins = (frame[list(groups)] != frame[list(groups)].shift()).any(axis=1).to_numpy()
            for position, column in enumerate(columns):
                sheet.write_string(0, position, column.heading, head)
                cells = frame[column.name] if column.name else pd.Series("", index=frame.index)
                texts = printable(cells.astype("str").fillna(""))
                for row, (text, begin) in enumerate(zip(texts, begins, strict=True), start=1):
                    sheet.write(row, position, text or None, first if begin else plain)
                written.append(list(texts))
            headings = [column.heading for column in columns]
            for row, texts_of_row in enumerate([headings, *zip(*written, strict=True)]):
                sheet.set_row(row, row_height(texts_of_row, [column.width for column in columns]))
            _add_choices(sheet, columns, frame)
        offered = {_list_name(place): column.choices for place, column in enumerate(columns) if column.choices}
        offered |= {f"{LIST_PREFIX}{name}": tuple(choices) for name, choices in (lists or {}).items()}
        add_lists(book, offered, labels)
    return stream.getvalue()
