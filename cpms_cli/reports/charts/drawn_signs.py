"""Signs for above and below as shapes, in pictures that are drawn for paper.

Where a text's font lacks a letter, what draws text in a picture (usvg) takes all of the text that it can from the font
that has the letter: beside ▲ the figures came from a font of symbols, wide apart and over the edge of their cell.
"""

from __future__ import annotations

import re

from lxml import etree

from cpms_cli.reports.charts.chart_style import text_width
from cpms_cli.reports.charts.svg import BASELINE, Element, element

_SIGNED = re.compile(r"([▲▼]*) ?(.*?) ?([▲▼]*)")
# As parts of the letters' size: how wide and high a sign is, and the gaps between signs and before the text.
_WIDE, _HIGH, _STEP, _GAP = 0.68, 0.64, 0.76, 0.22
_COLOURS = ("fill", "stroke", "stroke-width", "stroke-linejoin")


def with_drawn_signs(svg: str) -> str:
    """The same picture with each ▲ and ▼ of its texts drawn as a triangle: before a text that begins at its place,
    behind one that is centred there."""
    if "▲" not in svg and "▼" not in svg:
        return svg
    root = etree.fromstring(svg.encode("utf-8"), etree.XMLParser(resolve_entities=False, no_network=True))
    for line in list(root.iter("{*}text")):
        signed = _SIGNED.fullmatch(line.text or "")
        if signed and (signs := signed[1] + signed[3]):
            line.addprevious(_moved(line, signs, signed[2]))
    return str(etree.tostring(root, encoding="unicode"))


def _moved(line: Element, signs: str, text: str) -> Element:
    """The signs of a line of text as a shape; the line keeps its other text, moved as far as they need."""
    size, x, y = (float(line.get(name)) for name in ("font-size", "x", "y"))
    room = (len(signs) * _STEP + (_GAP if text else 0.0)) * size
    left = x
    if line.get("text-anchor") == "middle":
        end = x + (text_width(text, size) + room) / 2
        left = end - len(signs) * _STEP * size
        line.set("text-anchor", "end")
        line.set("x", f"{end - room:.2f}")
    else:
        line.set("x", f"{x + room:.2f}")
    line.text = text
    middle = y - size * BASELINE
    path = "".join(_triangle(left + number * _STEP * size, middle, size, sign) for number, sign in enumerate(signs))
    return element("path", d=path, **{name.replace("-", "_"): line.get(name) for name in _COLOURS if line.get(name)})


def _triangle(left: float, middle: float, size: float, sign: str) -> str:
    half = size * _HIGH / 2 * (1 if sign == "▲" else -1)
    foot, tip = middle + half, middle - half
    return f"M{left:.2f},{foot:.2f}h{size * _WIDE:.2f}L{left + size * _WIDE / 2:.2f},{tip:.2f}Z"
