"""A heat map: a row for each part of an area, a column for each indicator."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from cpms_cli.reports.charts.chart_style import (
    HATCH,
    PAPER,
    QUIET,
    SHADES,
    Spec,
    ink_on,
    legend_layers,
    picture,
    place,
    text_mark,
    text_width,
    values,
)
from cpms_cli.reports.documents.document import Chart

_CELL, _HEAD = 24, 18
_LIMITS = (0.02, 0.05, 0.1, 0.2)  # of the shades: the same in every report, so that two can be laid side by side
_LEAST_FOR_NUMBER = 17


def shade_of(share: float) -> str:
    """The colour of a share; darker is more."""
    return SHADES[sum(share >= limit for limit in _LIMITS)]


def fill_of(share: float, withheld: bool) -> str:
    """The fill of a share: hatched where it is withheld, white where there was nothing to compute it from."""
    if pd.isna(share):
        return HATCH if withheld else PAPER
    return shade_of(share)


def shade_legend() -> list[tuple[str, str]]:
    """The shades and the shares they stand for."""
    edges = [f"{limit * 100:.0f}" for limit in _LIMITS]
    labels = [f"< {edges[0]} %", *(f"{a}–{b} %" for a, b in pairwise(edges)), f"≥ {edges[-1]} %"]
    return list(zip(SHADES, labels, strict=True))


def heat_map(chart: Chart, width: int) -> Spec:
    """The first column names a row, every other is a share under its own name; a missing one is hatched.

    Where the names leave the cells too little room, as on a telephone, each name stands above its row.
    """
    name, *columns = map(str, chart.frame.columns)
    names = [str(value) for value in chart.frame[name]]
    left = max((text_width(name) for name in names), default=0.0) + 10
    above = (width - left) / len(columns) < _LEAST_FOR_NUMBER
    left = 0.0 if above else left
    cell, step = (width - left - 2) / len(columns), _CELL + 18 if above else _CELL
    extra = [(HATCH, chart.words["withheld"])] if chart.withheld else []
    if int(chart.frame[columns].isna().to_numpy().sum()) > len(chart.withheld):
        extra.append((PAPER, chart.words["no_data"]))
    legend, top = legend_layers([*shade_legend(), *extra], width, 2)
    first = top + _HEAD + (18 if above else 0)
    rows = chart.frame[columns].astype("float64").to_numpy()
    cells = pd.DataFrame(
        [
            {
                "x": left + number * cell,
                "y": first + row * step,
                "label": "" if pd.isna(share) else f"{share * 100:.0f}",
                "fill": fill_of(share, (row, columns[number]) in chart.withheld),
            }
            for row, shares in enumerate(rows)
            for number, share in enumerate(shares)
        ]
    )
    cells = cells.assign(
        x2=cells["x"] + cell,
        y2=cells["y"] + _CELL,
        mid=cells["x"] + cell / 2,
        mid_y=cells["y"] + _CELL / 2,
        ink=cells["fill"].map(ink_on),
    )
    middles = [left + (number + 0.5) * cell for number in range(len(columns))]
    heads = pd.DataFrame({"x": middles, "y": top + 8, "label": columns})
    beside = -9 if above else _CELL / 2
    places = [first + number * step + beside for number in range(len(names))]
    shown = pd.DataFrame({"x": 0.0, "label": names, "y": places})
    layers = [
        *legend,
        {
            "data": values(cells),
            "mark": {"type": "rect", "stroke": PAPER, "strokeWidth": 1},
            "encoding": place(x="x", x2="x2", y="y", y2="y2", color="fill"),
        },
        {
            "data": values(cells[cells["label"] != ""]),
            "mark": text_mark(11 if cell >= 18 else 10, align="center"),
            "encoding": place(x="mid", y="mid_y", text="label", color="ink"),
        },
        {
            "data": values(heads),
            "mark": text_mark(11, align="center", color=QUIET, fontWeight="bold"),
            "encoding": place(x="x", y="y", text="label"),
        },
        {"data": values(shown), "mark": text_mark(12 if above else 13), "encoding": place(x="x", y="y", text="label")},
    ]
    return picture(layers, width, first + len(names) * step + 2)
