"""Shades of shares by how far they are from what they are compared with: more above is darker and warm, below is ruled.

Only what is above or below by more than chance has a shade; signs say the same without colour.
"""

from __future__ import annotations

from cpms_cli.reports.charts.chart_style import BELOW_FILL, EMPTY, FAR_BELOW_FILL, HATCH, SHADES, Fill
from cpms_cli.reports.document import Chart

LIKE_FILL = SHADES[0]
_CLASSES = {
    2: (SHADES[4], "▲▲", "far_above"),
    1: (SHADES[2], "▲", "above"),
    0: (LIKE_FILL, "", "like"),
    -1: (BELOW_FILL, "▼", "below"),
    -2: (FAR_BELOW_FILL, "▼▼", "far_below"),
}


def distance_fill(distance: int) -> Fill:
    """Return the fill of a share by its class, from 2, far above, to -2, far below."""
    return _CLASSES[distance][0]


def distance_sign(distance: int) -> str:
    """Return the sign of a share by its class; "" where it is like the rest.

    >>> distance_sign(1), distance_sign(-2), distance_sign(0)
    ('▲', '▼▼', '')
    """
    return _CLASSES[distance][1]


def distance_legend(chart: Chart) -> list[tuple[Fill, str]]:
    """Return every class with its words, and what is withheld or has no data."""
    classes = [(fill, f"{sign} {chart.words[word]}".strip()) for fill, sign, word in _CLASSES.values()]
    return [*classes, (HATCH, chart.words["withheld"]), (EMPTY, chart.words["no_data"])]
