"""The elements of a picture in SVG, placed in px from the upper left corner, and the legend that charts share.

Words stay words, so that whoever shows the picture draws Thai.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree

from cpms_cli.reports.charts.chart_style import FONT_SIZE, INK, PAPER, QUIET, Fill, text_width

_SVG = "http://www.w3.org/2000/svg"
_NAMES = {None: _SVG}
# From the middle of a line of letters down to the line they stand on, as a part of their size.
BASELINE = 0.35
_SQUARE, _LEGEND_LINE = 13, 20
_CLEAR = 4  # px: beside a text on a patch

Element = Any  # lxml publishes no types
Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]
Corners = tuple[float, float, float, float]
"""Two points: x, y and x, y."""


@dataclass(frozen=True)
class Picture:
    """What a chart draws, the hindmost first, and how high it is in px."""

    elements: Sequence[Element]
    height: float


def element(tag: str, **attributes: str | float) -> Element:
    """Return an SVG element; `_` in an attribute's name stands for `-`, a number is rounded to a hundredth of a px."""
    texts = {
        name.replace("_", "-"): value if isinstance(value, str) else f"{round(value, 2):g}"
        for name, value in attributes.items()
    }
    return etree.Element(f"{{{_SVG}}}{tag}", texts, nsmap=_NAMES)


def text_element(tag: str, text: str, **attributes: str | float) -> Element:
    """Return an SVG element that holds a text, escaped."""
    made = element(tag, **attributes)
    made.text = text
    return made


def rectangle(corners: Corners, fill: Fill, line: str = "none", thick: float = 1) -> Element:
    """Return a rectangle between two corners, ruled in the colour `line`."""
    x, y, x2, y2 = corners
    sides = {"x": x, "y": y, "width": x2 - x, "height": y2 - y}
    return element("rect", **sides, fill=fill.paint, stroke=line, stroke_width=thick)


def rule(ends: Corners, colour: str = INK, thick: float = 1.4) -> Element:
    """Return a straight line between two points."""
    x, y, x2, y2 = ends
    return element("line", x1=x, y1=y, x2=x2, y2=y2, stroke=colour, stroke_width=thick)


def outline(
    rings: Iterable[Iterable[tuple[float, float]]], fill: Fill, line: str, thick: float, **more: float
) -> Element:
    """Return a shape of one or more closed rings of points."""
    path = "".join("M" + "L".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in ring) + "Z" for ring in rings)
    return element("path", d=path, fill=fill.paint, stroke=line, stroke_width=thick, **more)


def words(place: Point, text: str, anchor: Anchor = "start", size: int = FONT_SIZE, colour: str = INK) -> Element:
    """Return a line of text; `place` is where its middle stands, and where it starts, is centred or ends."""
    x, y = place
    return text_element("text", text, x=x, y=y + size * BASELINE, text_anchor=anchor, font_size=size, fill=colour)


def heading(place: Point, text: str, anchor: Anchor, size: int) -> Element:
    """Return a quiet, bold line of text, over a column or a side."""
    made = words(place, text, anchor, size, QUIET)
    made.set("font-weight", "bold")
    return made


def words_on_patch(place: Point, text: str, size: int, fill: Fill, room: float = math.inf) -> list[Element]:
    """Return a centred line of text on a fill; where the fill has signs, on a patch without them, that is no wider than
    `room`: a line that ends at a figure would be its minus."""
    line, (x, y) = words(place, text, "middle", size, fill.ink), place
    if not fill.signs:
        return [line]
    half = min(text_width(text, size) / 2 + _CLEAR, room / 2)
    return [rectangle((x - half, y - size * 0.6, x + half, y + size * 0.6), Fill(fill.colour)), line]


def words_on_white(x: float, y: float, text: str, size: int, colour: str) -> list[Element]:
    """Return a centred line of text with a white edge, so that it can be read wherever it stands."""
    edge = words((x, y), text, "middle", size, PAPER)
    for name, value in (("stroke", PAPER), ("stroke-width", "3"), ("stroke-linejoin", "round")):
        edge.set(name, value)
    return [edge, words((x, y), text, "middle", size, colour)]


def legend(entries: Sequence[tuple[Fill, str]], width: float, y: float) -> tuple[list[Element], float]:
    """Squares with words from `y` down, as many on a line as fit; what they need, down to the returned y."""
    elements: list[Element] = []
    x = 0.0
    for fill, label in entries:
        needed = _SQUARE + 7 + text_width(label) + 14
        if x and x + needed - 14 > width:
            x, y = 0.0, y + _LEGEND_LINE
        elements.append(rectangle((x, y, x + _SQUARE, y + _SQUARE), fill, QUIET, 0.7))
        elements.append(words((x + _SQUARE + 6, y + _SQUARE / 2), label))
        x += needed
    return elements, y + _SQUARE + 15
