"""A heat map: a row for each part of an area, a column for each indicator."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from cpms_cli.reports.charts.chart_style import (
    EMPTY,
    FONT_SIZE,
    HATCH,
    PAPER,
    SHADES,
    Fill,
    text_width,
    widest_text,
)
from cpms_cli.reports.charts.distance_shades import distance_fill, distance_legend, distance_sign
from cpms_cli.reports.charts.svg import Element, Picture, heading, legend, rectangle, words, words_on_patch
from cpms_cli.reports.document import Chart

_CELL, _HEAD, _HEAD_SIZE = 22, 18, 11
_LIMITS = (0.02, 0.05, 0.1, 0.2)  # of the shades: the same in every report, so that two can be laid side by side
_LEAST_FOR_NUMBER = 17
_UPRIGHT_ROOM = 0.85  # of a name's width: what is reckoned for any font is more than upright names need
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
    """The first column names a row, every other is a share under its own name, or its word; a missing one is hatched.

    Where the names leave the cells too little room, as on a telephone, each name stands above its row. Names over
    columns that have no room beside each other stand upright.
    """
    name, *columns = map(str, chart.frame.columns)
    names = [str(value) for value in chart.frame[name]]
    left = widest_text(names) + 10
    above = (width - left) / len(columns) < _LEAST_FOR_NUMBER
    left = 0.0 if above else left
    cell, step = (width - left) / len(columns), _CELL + _ROOM_ABOVE if above else _CELL
    elements, top = legend(_entries(chart, columns), width, 0)
    heads, top = _heads([chart.words.get(column, column) for column in columns], left, cell, top)
    elements += heads
    first = top + (_ROOM_ABOVE if above else 0)
    for position, shares in enumerate(chart.frame[columns].astype("float64").to_numpy()):
        y = first + position * step
        middle, size = (y - _ROOM_ABOVE / 2, _NAME_ABOVE) if above else (y + _CELL / 2, FONT_SIZE)
        elements.append(words((0, middle), names[position], size=size))
        for number, share in enumerate(shares):
            place = (position, columns[number])
            elements += _cell(chart, place, (left + number * cell, y), cell, share)
    return Picture(elements, first + len(names) * step - (_ROOM_ABOVE if above else 0))


def _heads(texts: list[str], left: float, cell: float, top: float) -> tuple[list[Element], float]:
    """The names over the columns, and where the cells begin below them."""
    widest = widest_text(texts, _HEAD_SIZE)
    if widest <= cell:
        middles = [(left + (number + 0.5) * cell, top + 8) for number in range(len(texts))]
        return [
            heading(place, text, "middle", _HEAD_SIZE) for place, text in zip(middles, texts, strict=True)
        ], top + _HEAD
    end = top + widest * _UPRIGHT_ROOM + 4
    elements = []
    for number, text in enumerate(texts):
        x = left + (number + 0.5) * cell
        made = heading((x, end - 4), text, "start", _HEAD_SIZE)
        made.set("transform", f"rotate(-90 {x:.1f} {end - 4:.1f})")
        elements.append(made)
    return elements, end


def _entries(chart: Chart, columns: list[str]) -> list[tuple[Fill, str]]:
    """What the legend says: every shade, and what is withheld and has no data where there is such a cell."""
    if chart.apart is not None:
        *classes, withheld, no_data = distance_legend(chart)
    else:
        classes = shade_legend()
        withheld, no_data = (HATCH, chart.words["withheld"]), (EMPTY, chart.words["no_data"])
    entries = list(classes)
    if chart.withheld:
        entries.append(withheld)
    if int(chart.frame[columns].isna().to_numpy().sum()) > len(chart.withheld):
        entries.append(no_data)
    return entries


def _cell(
    chart: Chart, place: tuple[int, str], corner: tuple[float, float], width: float, share: float
) -> list[Element]:
    """One cell: its share in per cent, and where it compares, the sign of its class."""
    (x, y), withheld = corner, place in chart.withheld
    sign = ""
    if chart.apart is None or pd.isna(share):
        fill = fill_of(share, withheld)
    else:
        fill = distance_fill(chart.apart[place]) if place in chart.apart else EMPTY
        sign = distance_sign(chart.apart.get(place, 0))[:1]
    square = rectangle((x, y, x + width, y + _CELL), fill, PAPER)
    if pd.isna(share):
        return [square]
    text = f"{share * 100:.0f}"
    size = 11 if width >= 18 else 10
    if sign and text_width(text + sign, size) <= width:
        text += sign
    return [square, *words_on_patch((x + width / 2, y + _CELL / 2), text, size, fill, width - 2)]
