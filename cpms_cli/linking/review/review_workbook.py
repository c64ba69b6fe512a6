"""The review workbook: one pair a row, what differs between its sides in colour, a list to choose the decision from."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pandas as pd

from cpms_cli.survey.plain_text import compared_text
from cpms_cli.writing.gate import printable
from cpms_cli.writing.workbooks.new_workbook import new_workbook
from cpms_cli.writing.workbooks.page_setup import row_height, set_up_width

_WIDTHS = (18, 14, 24, 12, 48, 40)
_SIDE_WIDTH = 16


def review_bytes(sheet: str, table: pd.DataFrame, decision: int, choices: Sequence[str], apart: int = 2) -> bytes:
    """The table as a workbook; from the seventh column on, each two neighbours are the two sides of one field, the
    first `apart` columns the rounds and whatever else is two whoever it is.

    `decision` is the column, counted from 0, in which one of `choices` is to be chosen. All cells are text.
    """
    stream = io.BytesIO()
    with new_workbook(stream) as book:
        page = book.add_worksheet(sheet)
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        marked = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "bg_color": "#FFEB9C"})
        asked = book.add_format(
            {"text_wrap": True, "valign": "top", "num_format": "@", "bg_color": "#DDEBF7", "border": 1}
        )
        first = len(_WIDTHS)
        for column, heading in enumerate(table.columns):
            page.write_string(0, column, str(heading), bold)
            page.set_column(column, column, _WIDTHS[column] if column < first else _SIDE_WIDTH)
            cells = printable(table[heading].astype("str").fillna(""))
            twin = first + ((column - first) ^ 1) if column >= first + apart else column
            for row, (cell, other) in enumerate(
                zip(cells, table.iloc[:, twin].astype("str").fillna(""), strict=True), start=1
            ):
                style = asked if column == decision else marked if _contradict(cell, other) else plain
                page.write_string(row, column, cell, style)
        page.data_validation(1, decision, max(len(table), 1), decision, {"validate": "list", "source": list(choices)})
        page.freeze_panes(1, decision + 1)
        page.autofilter(0, 0, len(table), len(table.columns) - 1)
        widths = [*_WIDTHS, *(_SIDE_WIDTH for _ in table.columns[first:])]
        for row, texts in enumerate([tuple(table), *table.astype("str").fillna("").itertuples(index=False)]):
            page.set_row(row, row_height(map(str, texts), widths))
        set_up_width(page, sheet, len(table), widths)
    return stream.getvalue()


def _contradict(cell: str, other: str) -> bool:
    """Whether two sides say different things: a side that says nothing says nothing else, and a list of names only does
    where it shares none with the other."""
    sides = [{name for name in compared_text(text).split(", ") if name} for text in (cell, other)]
    return bool(sides[0] and sides[1]) and not sides[0] & sides[1]
