"""Charts of documents as SVG, drawn by Vega-Lite: words stay words, so that whoever shows the picture draws Thai."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import vl_convert
from lxml import etree

from cpms_cli.reports.charts.chart_bars import indicator_bars, level_bars
from cpms_cli.reports.charts.chart_flow import level_flow
from cpms_cli.reports.charts.chart_heat import heat_map
from cpms_cli.reports.charts.chart_style import FONT_SIZE, HATCH_LINE, PAPER, WIDE, Spec
from cpms_cli.reports.charts.map_outlines import area_map
from cpms_cli.reports.charts.map_tiles import tile_map
from cpms_cli.reports.documents.document import Chart

SHAPES: dict[str, Callable[[Chart, int], Spec]] = {
    "level_bars": level_bars,
    "indicator_bars": indicator_bars,
    "heat_map": heat_map,
    "level_flow": level_flow,
    "area_map": area_map,
    "tile_map": tile_map,
}
_SVG = "{http://www.w3.org/2000/svg}"
_HATCH = (
    f'<pattern xmlns="http://www.w3.org/2000/svg" id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"'
    f' patternTransform="rotate(45)"><rect width="6" height="6" fill="{PAPER}"/>'
    f'<rect width="2" height="6" fill="{HATCH_LINE}"/></pattern>'
)


def chart_svg(chart: Chart, width: int = WIDE) -> str:
    """The chart as one SVG element `width` px wide, with its title and, for who cannot see it, its words.

    Its identifiers differ from those of every other chart, so that many can stand in one page.
    """
    drawn = vl_convert.vegalite_to_svg(SHAPES[chart.shape](chart, width), vl_version="5.21")
    root = etree.fromstring(drawn.encode("utf-8"))
    for node in list(root.iter()):
        for name in ("role", "aria-roledescription", "aria-hidden", "aria-label", "class", "pointer-events"):
            node.attrib.pop(name, None)
    texts = etree.Element(f"{_SVG}title"), etree.Element(f"{_SVG}desc")
    for element, identifier, text in zip(texts, ("title", "desc"), (chart.title, chart.alt), strict=True):
        element.set("id", identifier)
        element.text = text
    defs = etree.Element(f"{_SVG}defs")
    defs.append(etree.fromstring(_HATCH))
    root[:0] = [*texts, defs]
    root.set("role", "img")
    root.set("aria-labelledby", "title desc")
    root.set("font-size", str(FONT_SIZE))
    return _own_identifiers(root)


def _own_identifiers(root: etree._Element) -> str:
    mark = f"c{zlib.crc32(etree.tostring(root)):08x}-"
    for element in root.iter():
        if "id" in element.attrib:
            element.set("id", mark + element.attrib["id"])
        for name, value in element.attrib.items():
            if value.startswith("url(#"):
                element.set(name, f"url(#{mark}{value[5:]}")
    root.set("aria-labelledby", f"{mark}title {mark}desc")
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))
