"""Charts as pictures: drawn as SVG by `reports.charts.charts`, turned into PNG where a format takes no SVG."""

from __future__ import annotations

import re
from functools import cache

import typst
from lxml import etree

from cpms_cli.reports.charts.chart_style import WIDE
from cpms_cli.reports.charts.charts import chart_svg
from cpms_cli.reports.charts.drawn_signs import with_drawn_signs
from cpms_cli.reports.document import Chart
from cpms_cli.survey.language import Language
from cpms_cli.survey.speech.languages import programme_languages
from cpms_cli.writing.fonts import families_of, shipped_fonts

_SHEET = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 16cm)"""
_SARA_AM = re.compile("([\u0e48-\u0e4b]?)\u0e33")
_DOTS_PER_INCH = 200.0
# Centimetres: no picture is wider than an upright page, nor higher than what a page has left under a heading.
_WIDEST, _HIGHEST = 17.0, 21.0


@cache
def drawing_fonts() -> typst.Fonts:
    """Return the fonts of this machine; where none of them has the letters of the survey's own language, also the one
    that is installed with the package."""
    own = typst.Fonts()
    has_letters = families_of(programme_languages().headed, [font.family for font in own.fonts()])
    return own if has_letters else typst.Fonts(font_paths=[shipped_fonts()])


def chart_picture(chart: Chart, language: Language) -> str:
    """The chart as SVG in a language, for a page of paper."""
    return with_drawn_signs(without_sara_am(chart_svg(chart, WIDE, language)))


def without_sara_am(svg: str) -> str:
    """The same letters with each sara am written as the two signs it is made of, in the order in which they are drawn.

    What draws text in a picture (usvg) takes the two signs that shaping makes of it for one letter, and lays the next
    one over it.

    >>> [f"{ord(sign):x}" for sign in without_sara_am("น้ำ")]
    ['e19', 'e4d', 'e49', 'e32']
    """
    return _SARA_AM.sub("\u0e4d\\1\u0e32", svg)


def picture_width(svg: str) -> float:
    """How wide the picture is to be on A4, in centimetres, so that all of it stands on one page."""
    root = etree.fromstring(svg.encode("utf-8"), etree.XMLParser(resolve_entities=False, no_network=True))
    width, height = (float(str(root.get(name)).removesuffix("px")) for name in ("width", "height"))
    return min(_WIDEST, _HIGHEST * width / height)


def as_png(svg: str) -> bytes:
    """An SVG as PNG, 16 cm wide."""
    fonts = drawing_fonts()
    return bytes(typst.compile(_SHEET, font_paths=fonts, sys_inputs={"svg": svg}, format="png", ppi=_DOTS_PER_INCH))
