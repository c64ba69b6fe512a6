"""Charts of documents as SVG: a module for each kind draws, this one makes whole pictures of what they draw."""

from __future__ import annotations

import copy
import re
import zlib
from collections.abc import Callable

from lxml import etree

from cpms_cli.reports.charts.chart_bars import indicator_bars
from cpms_cli.reports.charts.chart_flow import level_flow
from cpms_cli.reports.charts.chart_heat import heat_map
from cpms_cli.reports.charts.chart_levels import level_bars
from cpms_cli.reports.charts.chart_style import FONT, PATTERNS, TILE, WIDE, Fill
from cpms_cli.reports.charts.maps.map_outlines import area_map
from cpms_cli.reports.charts.maps.map_tiles import tile_map
from cpms_cli.reports.charts.svg import Element, Picture, element, text_element
from cpms_cli.reports.document import Chart
from cpms_cli.survey.language import FALLBACK, Language
from cpms_cli.survey.speech.numbers import shown_number

SHAPES: dict[str, Callable[[Chart, float], Picture]] = {
    "level_bars": level_bars,
    "indicator_bars": indicator_bars,
    "heat_map": heat_map,
    "level_flow": level_flow,
    "area_map": area_map,
    "tile_map": tile_map,
}
_FIGURE = re.compile(r"[-+]?[0-9][-+0-9.,% ()–]*")
_MARGIN = 2  # px, so that a line at the edge is drawn whole


def chart_svg(chart: Chart, width: int = WIDE, language: Language = FALLBACK) -> str:
    """The chart as one SVG element `width` px wide, with its title and, for who cannot see it, its words; its figures
    in the digits of the language.

    Its identifiers differ from those of every other chart, so that many can stand in one page.
    """
    picture = SHAPES[chart.shape](chart, width - 2 * _MARGIN)
    height = round(picture.height) + 2 * _MARGIN
    view = f"0 0 {width} {height}"
    root = element("svg", width=width, height=height, viewBox=view, role="img", font_family=FONT)
    drawn = element("g", transform=f"translate({_MARGIN},{_MARGIN})")
    drawn.extend(picture.elements)
    for text in drawn.iter("{*}text"):
        if text.text and _FIGURE.fullmatch(text.text):
            text.text = shown_number(text.text, language)
    _underlay(drawn)
    root.extend(
        [
            text_element("title", chart.title, id="title"),
            text_element("desc", chart.alt, id="desc"),
            *_definitions(drawn),
            drawn,
        ]
    )
    return _own_identifiers(root)


def _definitions(drawn: Element) -> list[Element]:
    """Return the patterns that a picture is filled with."""
    used = {shape.get("fill") for shape in drawn.iter()}
    patterns = [_pattern(fill) for fill in PATTERNS.values() if fill.paint in used]
    if not patterns:
        return []
    definitions = element("defs")
    definitions.extend(patterns)
    return [definitions]


def _pattern(fill: Fill) -> Element:
    made = element("pattern", id=fill.name, width=TILE, height=TILE, patternUnits="userSpaceOnUse")
    made.extend(etree.fromstring(f'<g xmlns="{made.nsmap[None]}">{fill.signs}</g>'))
    return made


def _underlay(drawn: Element) -> None:
    """Put a shape of the plain colour below each that has signs: between the squares of a pattern, programs leave
    seams, through which the paper would be seen."""
    colours = {fill.paint: fill.colour for fill in PATTERNS.values()}
    for shape in list(drawn.iter()):
        if shape.get("fill") in colours:
            plain = copy.copy(shape)
            plain.set("fill", colours[shape.get("fill")])
            plain.set("stroke", "none")
            shape.addprevious(plain)


def _own_identifiers(root: Element) -> str:
    mark = f"c{zlib.crc32(etree.tostring(root)):08x}-"
    for node in root.iter():
        if "id" in node.attrib:
            node.set("id", mark + node.get("id"))
        if node.get("fill", "").startswith("url(#"):
            node.set("fill", node.get("fill").replace("url(#", f"url(#{mark}"))
    root.set("aria-labelledby", f"{mark}title {mark}desc")
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))
