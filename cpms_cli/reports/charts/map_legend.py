"""What a map of either kind says of its shades, and the shade of each area."""

from __future__ import annotations

import pandas as pd

from cpms_cli.reports.charts.chart_heat import fill_of, shade_legend
from cpms_cli.reports.charts.chart_style import HATCH, PAPER, Spec, legend_layers
from cpms_cli.reports.documents.document import Chart


def fills(chart: Chart, areas: pd.Series) -> pd.Series:
    """The fill of each of these areas: by its share, hatched where the share is withheld, white without data."""
    rows = enumerate(zip(chart.frame["area"], chart.frame["share"].astype("float64"), strict=True))
    shades = {area: fill_of(share, (position, "share") in chart.withheld) for position, (area, share) in rows}
    return areas.map(shades).fillna(PAPER).astype("str")


def map_legend(chart: Chart, width: float) -> tuple[list[Spec], float]:
    """Every shade, what is withheld, and what has no data, whether it occurs or not."""
    entries = [*shade_legend(), (HATCH, chart.words["withheld"]), (PAPER, chart.words["no_data"])]
    return legend_layers(entries, width, 2)


def short_code(area: str) -> str:
    """What stands in an area: the last four digits of its code, its province being the map's."""
    return area[2:]
