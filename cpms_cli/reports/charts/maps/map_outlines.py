"""A map of a province's subdistricts by their outlines, each shaded by a share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from cpms_cli.reports.charts.chart_style import BLACK, QUIET, text_width
from cpms_cli.reports.charts.maps.map_legend import fills, label_order, labels, map_legend
from cpms_cli.reports.charts.svg import Element, Picture, outline, rectangle, rule, words_on_white
from cpms_cli.reports.document import Chart
from cpms_cli.survey.area_widths import PROVINCE
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.outlines import CODE, outlines_of

_Box = tuple[float, float, float, float]  # left, top, right, bottom, in px
_Ring = np.ndarray[Any, Any]  # points as rows of x and y

_TALLEST = 620
_LABEL = 10
# An area smaller than this many px is shown by a square as well: its shade is not to be overlooked.
_TOO_SMALL, _SQUARE = 260, 11
# How far a code may stand aside, right and down, in steps of so many px: the nearest first.
_ASIDE, _REACH = 4, 30
_STEPS = sorted(product(range(-_REACH, _REACH + 1), repeat=2), key=lambda step: step[0] ** 2 + step[1] ** 2)
_LED = 14  # px: a label that stands farther aside is joined to its area by a line


def has_outlines(survey: Survey, code: str) -> bool:
    """Whether the outlines of the subdistricts of a province (2 digits) or district (4) are known."""
    known = outlines_of(survey.folder, code[:PROVINCE])
    return known is not None and any(feature["properties"][CODE].startswith(code) for feature in known["features"])


def outline_source(survey: Survey, province: str, language: Language) -> str:
    """Return where the outlines of a province come from."""
    outlines = outlines_of(survey.folder, province)
    return str(outlines["source"][language]) if outlines else ""


def _rings(feature: dict[str, Any]) -> list[_Ring]:
    shape = feature["geometry"]
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    return [np.asarray(ring, dtype="float64")[:, :2] for polygon in polygons for ring in polygon]


def _size(ring: _Ring) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))) / 2


def _middle(ring: _Ring) -> tuple[float, float]:
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


@dataclass(frozen=True)
class _Projection:
    """Degrees to px: a degree of longitude is shorter than one of latitude by the cosine of the latitude."""

    west: float
    north: float
    across: float
    down: float
    left: float
    top: float

    def ring(self, degrees: _Ring) -> _Ring:
        """Return a ring of longitudes and latitudes in px."""
        x = self.left + (degrees[:, 0] - self.west) * self.across
        return np.column_stack([x, self.top + (self.north - degrees[:, 1]) * self.down])


def area_map(chart: Chart, width: float) -> Picture:
    """Columns area, label, share; the map's code (2 or 4 digits) is `words["map"]`, the folder of its definition
    `words["definition"]`.

    Every subdistrict of the map has an outline, whether it has a row or not.
    """
    code = chart.words["map"]
    known = outlines_of(Path(chart.words["definition"]), code[:PROVINCE])
    features = [feature for feature in (known or {})["features"] if str(feature["properties"][CODE]).startswith(code)]
    elements, top = map_legend(chart, width)
    points = np.concatenate([ring for feature in features for ring in _rings(feature)])
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = min((width - 8) / ((east - west) * squeeze), _TALLEST / (north - south))
    left = (width - (east - west) * squeeze * scale) / 2
    projection = _Projection(west, north, squeeze * scale, scale, left, top)
    areas = [str(feature["properties"][CODE]) for feature in features]
    shapes = [[projection.ring(ring) for ring in _rings(feature)] for feature in features]
    shades = fills(chart, areas)
    elements += [outline(rings, fill, QUIET, 0.8) for rings, fill in zip(shapes, shades, strict=True)]
    middles = [_middle(max(rings, key=_size)) for rings in shapes]
    small = [sum(map(_size, rings)) < _TOO_SMALL for rings in shapes]
    half = _SQUARE / 2
    squares = [
        (x - half, y - half, x + half, y + half) for (x, y), is_small in zip(middles, small, strict=True) if is_small
    ]
    fills_of_squares = [fill for fill, is_small in zip(shades, small, strict=True) if is_small]
    elements += [rectangle(square, fill, BLACK) for square, fill in zip(squares, fills_of_squares, strict=True)]
    wanted = [(x + (_SQUARE + 10 if is_small else 0), y) for (x, y), is_small in zip(middles, small, strict=True)]
    texts, order = labels(chart, areas), label_order(chart, areas)
    placed = [(texts[number], *wanted[number]) for number in order]
    places = _label_places(placed, squares, (0.0, top, width, top + (north - south) * scale))
    for number, place in zip(order, places, strict=True):
        if place is not None:
            elements += _label(texts[number], middles[number], place)
    return Picture(elements, top + (north - south) * scale)


def _label(text: str, middle: tuple[float, float], place: tuple[float, float]) -> list[Element]:
    """A label at its place; where that is aside, a line to the middle of its area. It may be wider than its area, and
    has a ground of its own."""
    x, y = place
    led = math.dist(middle, place) > max(_LED, text_width(text, _LABEL) / 2)
    line = [rule((*middle, x, y), QUIET, 0.8)] if led else []
    return [*line, *words_on_white(x, y, text, _LABEL, BLACK)]


def _label_places(
    wanted: list[tuple[str, float, float]], squares: list[_Box], page: _Box
) -> list[tuple[float, float] | None]:
    """Where each label stands: as near to where it is wanted as it is on the page and meets neither a square nor a
    label before it. One for which there is no room has no place: the table names it."""
    occupied = list(squares)
    places: list[tuple[float, float] | None] = []
    for text, x, y in wanted:
        tried = ((x + right * _ASIDE, y + down * _ASIDE) for right, down in _STEPS)
        boxes = ((place, _label_box(text, *place)) for place in tried)
        fitting = (
            (place, box)
            for place, box in boxes
            if _holds(page, box) and not any(_meet(box, other) for other in occupied)
        )
        place, box = next(fitting, (None, None))
        if box is not None:
            occupied.append(box)
        places.append(place)
    return places


def _label_box(text: str, x: float, y: float) -> _Box:
    half, high = text_width(text, _LABEL) / 2, _LABEL * 0.75
    return x - half, y - high, x + half, y + high


def _holds(page: _Box, box: _Box) -> bool:
    return page[0] <= box[0] and page[1] <= box[1] and box[2] <= page[2] and box[3] <= page[3]


def _meet(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
