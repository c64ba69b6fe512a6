"""A heat map: a row for each part of an area, a column for each indicator."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from cpms_cli.reports.charts.chart_style import EMPTY, FONT_SIZE, HATCH, PAPER, SHADES, Fill, widest_text
from cpms_cli.reports.charts.svg import Element, Picture, heading, legend, rectangle, words
from cpms_cli.reports.documents.document import Chart

_CELL, _HEAD = 24, 18
_LIMITS = (0.02, 0.05, 0.1, 0.2)  # of the shades: the same in every report, so that two can be laid side by side
_LEAST_FOR_NUMBER = 17
_NAME_ABOVE, _ROOM_ABOVE = 12, 18  # the size of a name above its row, and its room


def fill_of(share: float, withheld: bool) -> Fill:
    """The fill of a share, darker for more; hatched where it is withheld, white where there was nothing to compute
    it from."""
    if pd.isna(share):
        return HATCH if withheld else EMPTY
    return SHADES[sum(share >= limit for limit in _LIMITS)]


def shade_legend() -> list[tuple[Fill, str]]:
    """The shades and the shares they stand for."""
    edges = [f"{limit * 100:.0f}" for limit in _LIMITS]
    labels = [f"< {edges[0]} %", *(f"{a}–{b} %" for a, b in pairwise(edges)), f"≥ {edges[-1]} %"]
    return list(zip(SHADES, labels, strict=True))


def heat_map(chart: Chart, width: float) -> Picture:
    """The first column names a row, every other is a share under its own name; a missing one is hatched.

    Where the names leave the cells too little room, as on a telephone, each name stands above its row.
    """
    name, *columns = map(str, chart.frame.columns)
    names = [str(value) for value in chart.frame[name]]
    left = widest_text(names) + 10
    above = (width - left) / len(columns) < _LEAST_FOR_NUMBER
    left = 0.0 if above else left
    cell, step = (width - left) / len(columns), _CELL + _ROOM_ABOVE if above else _CELL
    elements, top = legend(_entries(chart, columns), width, 0)
    elements += [
        heading((left + (number + 0.5) * cell, top + 8), head, "middle", 11) for number, head in enumerate(columns)
    ]
    first = top + _HEAD + (_ROOM_ABOVE if above else 0)
    for position, shares in enumerate(chart.frame[columns].astype("float64").to_numpy()):
        y = first + position * step
        middle, size = (y - _ROOM_ABOVE / 2, _NAME_ABOVE) if above else (y + _CELL / 2, FONT_SIZE)
        elements.append(words((0, middle), names[position], size=size))
        for number, share in enumerate(shares):
            fill = fill_of(share, (position, columns[number]) in chart.withheld)
            elements += _cell(left + number * cell, y, cell, share, fill)
    return Picture(elements, first + len(names) * step - (_ROOM_ABOVE if above else 0))


def _entries(chart: Chart, columns: list[str]) -> list[tuple[Fill, str]]:
    """What the legend says: every shade, and what is withheld and has no data where there is such a cell."""
    entries = shade_legend()
    if chart.withheld:
        entries.append((HATCH, chart.words["withheld"]))
    if int(chart.frame[columns].isna().to_numpy().sum()) > len(chart.withheld):
        entries.append((EMPTY, chart.words["no_data"]))
    return entries


def _cell(x: float, y: float, width: float, share: float, fill: Fill) -> list[Element]:
    square = rectangle((x, y, x + width, y + _CELL), fill, PAPER)
    if pd.isna(share):
        return [square]
    size = 11 if width >= 18 else 10
    return [square, words((x + width / 2, y + _CELL / 2), f"{share * 100:.0f}", "middle", size, fill.ink)]
