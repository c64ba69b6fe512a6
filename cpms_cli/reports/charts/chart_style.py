"""What all charts have in common: sizes, colours and letters, chosen to be told apart without colour."""

from __future__ import annotations

import unicodedata
from typing import Any

import pandas as pd
from rich.cells import cell_len

Spec = dict[str, Any]

# px: a column of text on a screen or on A4, a telephone held upright, and A4 laid across
WIDE, NARROW, ACROSS = 720, 350, 1040
FONT_SIZE = 13
# Letters with Thai first; whoever shows the picture takes the first one there is.
FONT = "Sarabun, 'Noto Sans Thai', 'Leelawadee UI', Thonburi, Loma, Garuda, 'Noto Sans', Tahoma, sans-serif"
# A page may turn ink, quiet and line about in the dark; black and paper, which stand on a colour, stay.
INK, QUIET, LINE = "#1f2933", "#52606d", "#cbd2d9"
BLACK, PAPER = "#111111", "#ffffff"
MARK = "#1b6e8a"
HATCH = "url(#hatch)"  # what is withheld; the pattern is added to the finished picture
HATCH_LINE = "#7b8794"
# The most severe first: dark to light in print without colour, told apart by the colour-blind.
LEVEL_COLOURS = ("#7f1d1d", "#d95f02", "#f0c04a", "#aab2bb", "#d3e5f0", "#1b6e8a")
# Shares from low to high: ColorBrewer's YlOrBr in five classes, safe for the colour-blind and in print.
SHADES = ("#fff5d6", "#fed98e", "#fe9929", "#d95f0e", "#993404")
_WIDTH_OF_CELL = 0.62  # of the font's size: wider than a letter is in any of the fonts above


def text_width(text: str, size: int = FONT_SIZE) -> float:
    """Room that a text needs in px, in whichever font it is drawn; Thai signs above and below take none.

    >>> text_width("ก") == text_width("กี่")
    True
    """
    plain = "".join(sign for sign in text if unicodedata.category(sign) != "Mn")
    return cell_len(plain) * size * _WIDTH_OF_CELL


def ink_on(fill: str) -> str:
    """Black or white, whichever reads better on a colour (relative luminance of WCAG 2)."""
    if not fill.startswith("#"):
        return BLACK
    parts = [int(fill[position : position + 2], 16) / 255 for position in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return PAPER if light < 0.18 else BLACK


def per_cent(value: float | None) -> str:
    """A share as it is written beside a bar; a dash where there is none."""
    return "–" if value is None or pd.isna(value) else f"{value * 100:.1f} %"


def interval_text(share: float, low: float, high: float) -> str:
    """A share with its interval, where it has one."""
    return per_cent(share) + ("" if pd.isna(low) or pd.isna(share) else f" ({low * 100:.1f}–{high * 100:.1f})")


def values(frame: pd.DataFrame) -> Spec:
    """The data of a chart or of a layer: plain records, what is missing null."""
    columns = [
        [None if blank else cell for cell, blank in zip(column.tolist(), column.isna().tolist(), strict=True)]
        for _, column in frame.items()
    ]
    return {"values": [dict(zip(frame, row, strict=True)) for row in zip(*columns, strict=True)]}


def text_mark(size: int = FONT_SIZE, **more: Any) -> Spec:
    """A mark of text that is never cut off."""
    return {"type": "text", "fontSize": size, "baseline": "middle", "align": "left", "color": INK, "limit": 0, **more}


def place(**channels: str) -> Spec:
    """An encoding that takes each channel's value from a column as it is: px, a colour, a text."""
    quantitative = ("x", "x2", "y", "y2", "xOffset", "yOffset")
    return {
        channel: {"field": field}
        if channel in ("x2", "y2")
        else {"field": field, "type": "quantitative", "scale": None, "axis": None}
        if channel in quantitative
        else {"field": field, "type": "nominal", **({} if channel in ("text", "detail") else {"scale": None})}
        for channel, field in channels.items()
    }


def legend_layers(entries: list[tuple[str, str]], width: float, y: float) -> tuple[list[Spec], float]:
    """Squares with words from `y` down, as many on a line as fit; what they need, down to the returned y."""
    rows, x = [], 0.0
    for fill, label in entries:
        needed = 20 + text_width(label) + 14
        if x and x + needed - 14 > width:
            x, y = 0.0, y + 20
        rows.append(
            {"x": x, "x2": x + 13, "y": y, "y2": y + 13, "fill": fill, "label": label, "at": x + 19, "mid": y + 7}
        )
        x += needed
    data = pd.DataFrame(rows)
    square = {"type": "rect", "stroke": QUIET, "strokeWidth": 0.7}
    return [
        {"data": values(data), "mark": square, "encoding": place(x="x", x2="x2", y="y", y2="y2", color="fill")},
        {"data": values(data), "mark": text_mark(), "encoding": place(x="at", y="mid", text="label")},
    ], y + 28


def picture(layers: list[Spec], width: float, height: float) -> Spec:
    """A whole chart of layers that are placed in px from its upper left corner."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": width,
        "height": height,
        "padding": 2,
        "autosize": {"type": "none", "contains": "padding"},
        "background": None,
        "layer": layers,
        "config": {"view": {"stroke": None}, "aria": False, "font": FONT, "text": {"font": FONT}},
    }
