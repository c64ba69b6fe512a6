"""What a map of either kind says of its shades, and the shade of each area."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from cpms_cli.reports.charts.chart_heat import fill_of, shade_legend
from cpms_cli.reports.charts.chart_style import EMPTY, HATCH, Fill
from cpms_cli.reports.charts.distance_shades import distance_fill, distance_legend, distance_sign
from cpms_cli.reports.charts.svg import Element, legend
from cpms_cli.reports.document import Chart


def fills(chart: Chart, areas: Iterable[str]) -> list[Fill]:
    """The fill of each of these areas: by its share, hatched where the share is withheld, white without data."""
    shares = chart.frame["share"].astype("float64")
    shades = {
        area: _fill(chart, position, share)
        for position, (area, share) in enumerate(zip(chart.frame["area"], shares, strict=True))
    }
    return [shades.get(area, EMPTY) for area in areas]


def _fill(chart: Chart, row: int, share: float) -> Fill:
    """The fill of a row's area; by its distance where the map compares."""
    place = (row, "share")
    if chart.apart is None or pd.isna(share):
        return fill_of(share, place in chart.withheld)
    return distance_fill(chart.apart[place]) if place in chart.apart else EMPTY


def labels(chart: Chart, areas: Iterable[str]) -> list[str]:
    """What stands in each of these areas: the name, with the sign of its class; of one without data its code.

    Those that are farthest above come first where a map has not room for all: see `label_order`.
    """
    rows = enumerate(zip(chart.frame["area"], chart.frame["label"], strict=True))
    signs = chart.apart or {}
    names = {area: f"{label} {distance_sign(signs.get((row, 'share'), 0))}".strip() for row, (area, label) in rows}
    return [names.get(area, short_code(area)) for area in areas]


def label_order(chart: Chart, areas: Sequence[str]) -> list[int]:
    """In which order areas get their labels: the farthest from the rest first, those without data last."""
    signs = chart.apart or {}
    distances = {area: abs(signs.get((row, "share"), 0)) for row, area in enumerate(chart.frame["area"])}
    return sorted(range(len(areas)), key=lambda number: -distances.get(areas[number], -1))


def map_legend(chart: Chart, width: float) -> tuple[list[Element], float]:
    """Every shade, what is withheld, and what has no data, whether it occurs or not; and the y where the map begins."""
    entries = (
        distance_legend(chart)
        if chart.apart is not None
        else [*shade_legend(), (HATCH, chart.words["withheld"]), (EMPTY, chart.words["no_data"])]
    )
    elements, top = legend(entries, width, 0)
    return elements, top + 4


def short_code(area: str) -> str:
    """What stands in an area: the last four digits of its code, its province being the map's."""
    return area[2:]
