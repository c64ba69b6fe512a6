"""What a map of either kind says of its shades, and the shade of each area."""

from __future__ import annotations

from collections.abc import Iterable

from cpms_cli.reports.charts.chart_heat import fill_of, shade_legend
from cpms_cli.reports.charts.chart_style import EMPTY, HATCH, Fill
from cpms_cli.reports.charts.svg import Element, legend
from cpms_cli.reports.documents.document import Chart


def fills(chart: Chart, areas: Iterable[str]) -> list[Fill]:
    """The fill of each of these areas: by its share, hatched where the share is withheld, white without data."""
    rows = enumerate(zip(chart.frame["area"], chart.frame["share"].astype("float64"), strict=True))
    shades = {area: fill_of(share, (position, "share") in chart.withheld) for position, (area, share) in rows}
    return [shades.get(area, EMPTY) for area in areas]


def map_legend(chart: Chart, width: float) -> tuple[list[Element], float]:
    """Every shade, what is withheld, and what has no data, whether it occurs or not; and the y where the map begins."""
    entries = [*shade_legend(), (HATCH, chart.words["withheld"]), (EMPTY, chart.words["no_data"])]
    elements, top = legend(entries, width, 0)
    return elements, top + 4


def short_code(area: str) -> str:
    """What stands in an area: the last four digits of its code, its province being the map's."""
    return area[2:]
