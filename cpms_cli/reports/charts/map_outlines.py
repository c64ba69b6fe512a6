"""A map of a province's subdistricts by their outlines, each shaded by a share."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cpms_cli.reports.charts.chart_style import BLACK, PAPER, QUIET, Spec, picture, place, text_mark, values
from cpms_cli.reports.charts.map_legend import fills, map_legend, short_code
from cpms_cli.reports.documents.document import Chart
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.outlines import CODE, outlines_of

_TALLEST = 620
_LABEL = 10
# An area smaller than this many px is shown by a square as well: its shade is not to be overlooked.
_TOO_SMALL, _SQUARE = 260, 11


def has_outlines(survey: Survey, code: str) -> bool:
    """Whether the outlines of the subdistricts of a province (2 digits) or district (4) are known."""
    known = outlines_of(survey.folder, code[:2])
    return known is not None and any(feature["properties"][CODE].startswith(code) for feature in known["features"])


def outline_source(survey: Survey, province: str, language: Language) -> str:
    """Return where the outlines of a province come from."""
    outlines = outlines_of(survey.folder, province)
    return str(outlines["source"][language]) if outlines else ""


def _rings(feature: dict[str, Any]) -> list[np.ndarray[Any, Any]]:
    shape = feature["geometry"]
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    return [np.asarray(ring, dtype="float64")[:, :2] for polygon in polygons for ring in polygon]


def _size(ring: np.ndarray[Any, Any]) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))) / 2


def _middle(ring: np.ndarray[Any, Any]) -> tuple[float, float]:
    """A place well inside a shape: of points on a grid, the one farthest from its edge."""
    low, high = ring.min(axis=0), ring.max(axis=0)
    grid = np.stack(np.meshgrid(*np.linspace(low, high, 25).T), axis=-1).reshape(-1, 2)
    a, b = ring, np.roll(ring, -1, axis=0)
    (ax, ay), (bx, by) = a.T[:, :, None], b.T[:, :, None]
    x, y = grid.T
    with np.errstate(divide="ignore", invalid="ignore"):
        crossed = ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
        along = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2), 0, 1)
        away = np.nanmin(np.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)), axis=0)
    if not (crossed.sum(axis=0) % 2 == 1).any():
        return float(ring[:, 0].mean()), float(ring[:, 1].mean())
    best = grid[np.argmax(np.where(crossed.sum(axis=0) % 2 == 1, away, -1.0))]
    return float(best[0]), float(best[1])


def area_map(chart: Chart, width: int) -> Spec:
    """Columns area, label, share; the map's code (2 or 4 digits) is `words["map"]`, the folder of its definition
    `words["definition"]`.

    Every subdistrict of the map has an outline, whether it has a row or not.
    """
    code = chart.words["map"]
    known = outlines_of(Path(chart.words["definition"]), code[:2])
    features = [feature for feature in (known or {})["features"] if str(feature["properties"][CODE]).startswith(code)]
    legend, top = map_legend(chart, width)
    points = np.concatenate([ring for feature in features for ring in _rings(feature)])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    # A degree of longitude is shorter than one of latitude by the cosine of the latitude.
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = min((width - 8) / ((east - west) * squeeze), _TALLEST / (north - south))
    shift = (width - (east - west) * squeeze * scale) / 2
    areas = pd.Series([str(feature["properties"][CODE]) for feature in features])
    shapes, labels = [], []
    for area, fill, feature in zip(areas, fills(chart, areas), features, strict=True):
        rings = [
            np.column_stack([shift + (ring[:, 0] - west) * squeeze * scale, top + 4 + (north - ring[:, 1]) * scale])
            for ring in _rings(feature)
        ]
        shape = {"type": "MultiPolygon", "coordinates": [[_wound(ring).round(1).tolist()] for ring in rings]}
        shapes.append({"type": "Feature", "geometry": shape, "fill": fill})
        x, y = _middle(max(rings, key=_size))
        small = sum(map(_size, rings)) < _TOO_SMALL
        labels.append(
            {
                "x": x + (_SQUARE + 6 if small else 0),
                "y": y,
                "label": short_code(area),
                "fill": fill,
                "square": small,
                "left": x - _SQUARE / 2,
                "right": x + _SQUARE / 2,
                "top": y - _SQUARE / 2,
                "bottom": y + _SQUARE / 2,
            }
        )
    return picture([*legend, *_layers(shapes, labels)], width, top + 8 + (north - south) * scale)


def _wound(ring: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The ring clockwise as it is seen: the other way round, a library of maps takes it for all that is outside."""
    x, y = ring[:, 0], ring[:, 1]
    turned = float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) > 0
    return ring[::-1] if turned else ring


def _layers(shapes: list[dict[str, Any]], labels: list[dict[str, Any]]) -> list[Spec]:
    projection = {"type": "identity", "scale": 1, "translate": [0, 0]}
    squares = pd.DataFrame([label for label in labels if label["square"]])
    shown = values(pd.DataFrame(labels))
    # A code may be wider than its area: it stands on a ground of its own.
    layers: list[Spec] = [
        {
            "data": {"values": shapes},
            "projection": projection,
            "mark": {"type": "geoshape", "stroke": QUIET, "strokeWidth": 0.8},
            "encoding": {"fill": {"field": "fill", "type": "nominal", "scale": None}},
        },
        {
            "data": shown,
            "encoding": place(x="x", y="y", text="label"),
            "mark": text_mark(_LABEL, align="center", stroke=PAPER, strokeWidth=3, strokeJoin="round", color=PAPER),
        },
        {
            "data": shown,
            "mark": text_mark(_LABEL, align="center", color=BLACK),
            "encoding": place(x="x", y="y", text="label"),
        },
    ]
    if not squares.empty:
        mark = {"type": "rect", "stroke": BLACK, "strokeWidth": 1}
        layers.append(
            {
                "data": values(squares),
                "mark": mark,
                "encoding": place(x="left", x2="right", y="top", y2="bottom", color="fill"),
            }
        )
    return layers
