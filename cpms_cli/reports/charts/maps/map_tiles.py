"""A map of equal squares, one for each subdistrict, near where the subdistrict lies; for provinces without outlines."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cpms_cli.reports.charts.chart_style import QUIET, widest_text
from cpms_cli.reports.charts.maps.map_legend import fills, map_legend, short_code
from cpms_cli.reports.charts.svg import Element, Picture, rectangle, words, words_on_patch
from cpms_cli.reports.document import Chart

_LOOSE = 1.35  # squares of the grid for each area: room for the shape of the province
_LARGEST, _SMALLEST_WITH_CODE, _GAP = 46, 28, 2
_NAME_SIZE, _NAME_LINE, _ABOVE_NAMES = 11, 17, 10


def _points(code: str, definition: Path) -> pd.DataFrame:
    """code, x, y (degrees, y to the south) of the subdistricts of an area; one without a point lies in the middle of
    its district, or of the area."""
    path = definition / "areas" / "subdistricts.csv"
    table = pd.read_csv(path, dtype="str", encoding="utf-8")
    code_, district = table.columns[0], table.columns[1]
    table = table[table[code_].str.startswith(code)]
    y, x = -pd.to_numeric(table["latitude"]), pd.to_numeric(table["longitude"])
    x, y = (
        value.fillna(value.groupby(table[district]).transform("mean")).fillna(value.mean()).fillna(0.0)
        for value in (x, y)
    )
    return pd.DataFrame({"area": table[code_], "x": x, "y": y}).reset_index(drop=True)


def tiles(code: str, definition: Path) -> pd.DataFrame:
    """area, column, row: a square of a grid for each subdistrict of an area, together as near to their points as can
    be (an assignment of least squared distance)."""
    # Heavy, and most provinces have outlines.
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    points = _points(code, definition)
    x, y = (points[name] - points[name].min() for name in ("x", "y"))
    wide, high = max(float(x.max()), 0.01), max(float(y.max()), 0.01)
    columns = max(1, round(math.sqrt(len(points) * _LOOSE * wide / high)))
    rows = math.ceil(len(points) * _LOOSE / columns)
    across, down = np.meshgrid(np.arange(columns), np.arange(rows))
    places: Any = np.column_stack([x / wide * (columns - 1), y / high * (rows - 1)])
    squares: Any = np.column_stack([across.ravel(), down.ravel()])
    _, chosen = linear_sum_assignment(((places[:, None, :] - squares[None, :, :]) ** 2).sum(axis=2))
    placed = pd.DataFrame({"area": points["area"], "column": squares[chosen, 0], "row": squares[chosen, 1]})
    return placed.assign(column=placed["column"] - placed["column"].min(), row=placed["row"] - placed["row"].min())


def tile_map(chart: Chart, width: float) -> Picture:
    """Columns area, label, share; `words` as of `map_outlines.area_map`. Squares have codes, which are named below."""
    placed = tiles(chart.words["map"], Path(chart.words["definition"]))
    elements, top = map_legend(chart, width)
    columns, rows = int(placed["column"].max()) + 1, int(placed["row"].max()) + 1
    side = min(_LARGEST, width / columns)
    left = (width - side * columns) / 2
    shades = fills(chart, placed["area"])
    for area, column, row, fill in zip(placed["area"], placed["column"], placed["row"], shades, strict=True):
        x, y, square = left + column * side, top + row * side, side - _GAP
        elements.append(rectangle((x, y, x + square, y + square), fill, QUIET, 0.8))
        if side >= _SMALLEST_WITH_CODE:
            elements += words_on_patch((x + square / 2, y + square / 2), short_code(area), 10, fill)
    names, bottom = _names(chart, width, top + side * rows + _ABOVE_NAMES)
    return Picture([*elements, *names], bottom)


def _names(chart: Chart, width: float, top: float) -> tuple[list[Element], float]:
    """Which code is whose, in columns from `top` down; and where they end."""
    rows = sorted(zip(chart.frame["area"], chart.frame["label"], strict=True))
    texts = [f"{short_code(str(area))} {label}" for area, label in rows]
    wide = widest_text(texts, _NAME_SIZE) + 2 * _GAP + _NAME_SIZE
    columns = max(1, int(width // wide))
    high = math.ceil(len(texts) / columns)
    drawn = [
        words(((number // high) * wide, top + (number % high + 0.5) * _NAME_LINE), text, size=_NAME_SIZE)
        for number, text in enumerate(texts)
    ]
    return drawn, top + high * _NAME_LINE
