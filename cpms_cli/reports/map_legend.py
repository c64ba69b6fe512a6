"""What a map of either kind says of its shades, and the shade of each area."""

from __future__ import annotations

import pandas as pd

from cpms_cli.reports.chart_heat import shade_legend, shade_of
from cpms_cli.reports.chart_style import HATCH, PAPER, Spec, legend_layers
from cpms_cli.reports.documents import Chart


def fills(chart: Chart, areas: pd.Series) -> pd.Series:
    """The fill of each of these areas: by its share, hatched where the share is withheld, white without data."""
    shares = chart.frame.set_index("area")["share"].astype("float64")
    shades = {area: HATCH if pd.isna(share) else shade_of(share) for area, share in shares.items()}
    return areas.map(shades).fillna(PAPER).astype("str")


def map_legend(chart: Chart, width: float) -> tuple[list[Spec], float]:
    """Every shade, what is withheld, and what has no data, whether it occurs or not."""
    entries = [*shade_legend(), (HATCH, chart.words["withheld"]), (PAPER, chart.words["no_data"])]
    return legend_layers(entries, width, 2)


def short_code(area: str) -> str:
    """What stands in an area: the last four digits of its code, its province being the map's."""
    return area[2:]
