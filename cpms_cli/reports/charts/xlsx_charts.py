"""Charts of a workbook, drawn by Excel itself from the cells of their sheet, so that they can be edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cpms_cli.reports.charts.chart_style import LEVEL_FILLS, MARKED, Fill, level_fill
from cpms_cli.reports.document import Chart, TableBlock, mostly

# What Excel calls the signs that the pictures of other formats have over a colour.
_EXCEL_PATTERNS = {
    "falling": "wide_downward_diagonal",
    "dots": "percent_30",
    "points": "percent_10",
    "holes": "dotted_grid",
    "upright": "narrow_vertical",
    "cross": "small_grid",
    "ring": "sphere",
    "square": "small_checker",
    "cross_ring": "large_grid",
    "cross_square": "large_checker",
    "ring_square": "solid_diamond",
    "cross_ring_square": "plaid",
}
_LEAST_WIDTH, _ROW_HEIGHT, _LEAST_HEIGHT = 640, 30, 260
_PIXELS_OF_ROW, _PIXELS_OF_LETTER, _PIXELS_OF_COLUMN = 20, 7, 64


@dataclass(frozen=True)
class DrawnTable:
    """A table in a sheet of XlsxWriter; `first` is the row of its first line of figures, counted from 0."""

    sheet: Any
    block: TableBlock
    first: int

    @classmethod
    def ending_above(cls, sheet: Any, block: TableBlock, row: int) -> DrawnTable:
        """Return the table that is written above `row`, with an empty row and, where it has one, its note between."""
        return cls(sheet, block, row - 1 - bool(block.note) - len(block.frame))


def insert_chart(book: Any, chart: Chart, table: DrawnTable, row: int, columns: Sequence[int]) -> tuple[int, int]:
    """Put the chart below its table, at `row`; the table's columns are so many letters wide.

    Returns how many rows and columns the chart covers, (0, 0) where Excel draws no such chart. Excel has no heat map:
    the cells of the table are coloured instead.
    """
    sheet, block = table.sheet, table.block
    if chart.shape == "heat_map":
        _colour_cells(table)
        return 0, 0
    if chart.shape == "level_bars":
        drawn = _stacked(book, table)
    elif chart.shape == "indicator_bars":
        drawn = _bars(book, chart, table)
    else:
        return 0, 0
    height = max(_LEAST_HEIGHT, _ROW_HEIGHT * _drawn(chart, block) + 110)
    drawn.set_title({"name": chart.title, "name_font": {"size": 12}, "overlay": False})
    drawn.set_y_axis({"reverse": True, "crossing": "max", "num_font": {"size": 9}})
    across = sum(columns) * _PIXELS_OF_LETTER
    width = max(_LEAST_WIDTH, across)
    drawn.set_size({"width": width, "height": height})
    sheet.insert_chart(row, 0, drawn, {"description": chart.alt, "object_position": 2})
    beside = -(-(width - across) // _PIXELS_OF_COLUMN)
    return height // _PIXELS_OF_ROW + 2, len(columns) + beside


def _drawn(chart: Chart, block: TableBlock) -> int:
    """How many rows the chart shows: where most are withheld, those before the last that is not."""
    rows = len(block.frame)
    if chart.shape != "indicator_bars" or not mostly(len(chart.withheld), rows):
        return rows
    return max(number for number in range(rows) if (number, "share") not in chart.withheld) + 1


def _of_kind(block: TableBlock, *kinds: str) -> list[int]:
    return [number for number, column in enumerate(block.columns) if column.kind in kinds]


def _series(table: DrawnTable, position: int, fill: Fill, rows: int) -> dict[str, Any]:
    """Return a series for XlsxWriter: the column at `position`, its first `rows` rows."""
    sheet, block, first = table.sheet, table.block, table.first
    last = first + rows - 1
    label = next(iter(_of_kind(block, "text")), 0)
    return {
        "name": [sheet.get_name(), first - 1, position],
        **_filled(fill),
        "gap": 45,
        "categories": [sheet.get_name(), first, label, last, label],
        "values": [sheet.get_name(), first, position, last, position],
    }


def _filled(fill: Fill) -> dict[str, Any]:
    # Beyond the colours that there are, a fill has the number of its colour behind its signs.
    pattern = _EXCEL_PATTERNS.get(fill.name.rstrip("_0123456789"))
    if pattern:
        return {"pattern": {"pattern": pattern, "fg_color": fill.ink, "bg_color": fill.colour}}
    return {"fill": {"color": fill.colour}}


def _stacked(book: Any, table: DrawnTable) -> Any:
    block = table.block
    drawn = book.add_chart({"type": "bar", "subtype": "stacked"})
    for index, number in enumerate(_of_kind(block, "count")):
        drawn.add_series(_series(table, number, level_fill(index), len(block.frame)))
    drawn.set_legend({"position": "bottom"})
    drawn.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    return drawn


def _errors(block: TableBlock) -> dict[str, Any]:
    """The interval around each share, where the table has one."""
    frame = block.frame
    if not {"share", "low", "high"} <= set(frame.columns):
        return {}
    minus, plus = (
        pd.Series(part).fillna(0.0).astype("float64").clip(lower=0).tolist()
        for part in (frame["share"] - frame["low"], frame["high"] - frame["share"])
    )
    return {"y_error_bars": {"type": "custom", "plus_values": plus, "minus_values": minus}}


def _bars(book: Any, chart: Chart, table: DrawnTable) -> Any:
    block = table.block
    drawn = book.add_chart({"type": "bar"})
    drawn_columns = _of_kind(block, "share") or _of_kind(block, "count")
    for position in drawn_columns[:1]:
        rows = _drawn(chart, block)
        drawn.add_series({**_series(table, position, MARKED, rows), **_errors(block)})
    drawn.set_legend({"none": True})
    form = "0 %" if block.columns[drawn_columns[0]].kind == "share" else "#,##0"
    drawn.set_x_axis({"min": 0, "num_format": form, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    return drawn


def _colour_cells(table: DrawnTable) -> None:
    sheet, block, first = table.sheet, table.block, table.first
    for position in _of_kind(block, "share", "count"):
        rule = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": LEVEL_FILLS[1].colour}
        sheet.conditional_format(first, position, first + len(block.frame) - 1, position, rule)
