"""What all charts have in common: sizes, letters, colours and patterns, chosen to be told apart without colour."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd
from rich.cells import cell_len

from cpms_cli.survey.language import FALLBACK, Language
from cpms_cli.survey.speech.numbers import shown_share

# px: a column of text on a screen or on A4, and a telephone held upright
WIDE, NARROW = 720, 350
FONT_SIZE = 13
# Letters with Thai first; whoever shows the picture takes the first one there is.
FONT = "Sarabun, 'Noto Sans Thai', 'Leelawadee UI', Thonburi, Loma, Garuda, 'Noto Sans', Tahoma, sans-serif"
# A page may turn ink, quiet and mark about in the dark; black and paper, which stand on a colour, stay.
INK, QUIET = "#1f2933", "#52606d"
BLACK, PAPER = "#111111", "#ffffff"
MARK = "#1b6e8a"
TILE = 8  # px: the side of the square that a pattern repeats
_WIDTH_OF_CELL = 0.62  # of the font's size: wider than a letter is in any of the fonts above


@dataclass(frozen=True)
class Fill:
    """A colour, and the SVG of the signs that are repeated over it, in squares of `TILE` px; `name` is the pattern's
    identifier in a picture."""

    colour: str
    name: str = ""
    signs: str = ""

    @property
    def paint(self) -> str:
        """Return the value of an SVG `fill`."""
        return f"url(#{self.name})" if self.name else self.colour

    @property
    def luminance(self) -> float:
        """Return how light the colour is, from 0 to 1 (relative luminance of WCAG 2)."""
        parts = [int(self.colour[position : position + 2], 16) / 255 for position in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    @property
    def ink(self) -> str:
        """Return black or white, whichever reads better on the colour."""
        return PAPER if self.luminance < 0.18 else BLACK


def _lines(path: str, colour: str) -> str:
    return f'<path d="{path}" stroke="{colour}" stroke-width="1.2" fill="none"/>'


def _dots(colour: str, radius: float, *middles: tuple[int, int]) -> str:
    return "".join(f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"/>' for x, y in middles)


HATCH = Fill(PAPER, "hatch", '<path d="M-2,2l4,-4M0,8l8,-8M6,10l4,-4" stroke="#7b8794" stroke-width="2.2"/>')
EMPTY, MARKED = Fill(PAPER), Fill(MARK)
# The most severe first: dark to light in print without colour, told apart by the colour-blind. Signs tell apart those
# that one grey may stand for; none of them slants as the hatching of what is withheld does.
_OWN_FILLS = (
    Fill("#7f1d1d"),
    Fill("#d95f02", "falling", _lines("M-2,6l4,4M0,0l8,8M6,-2l4,4", "#7a3300")),
    Fill("#f0c04a"),
    Fill("#aab2bb", "dots", _dots("#3e4c59", 1.2, (2, 2), (6, 6))),
    Fill("#d3e5f0", "points", _dots("#5b7c8d", 0.9, (4, 4))),
    Fill("#1b6e8a", "holes", _dots("#ffffff", 1.3, (4, 4))),
    Fill("#52606d", "upright", _lines("M4,0v8", "#ffffff")),
)
# Beyond these, the same colours again under signs that none of them has: a cross, a ring, a square, or several.
_FURTHER_SIGNS = (
    ("cross", '<path d="M4,1v6M1,4h6" stroke="{ink}" stroke-width="1.6" fill="none"/>'),
    ("ring", '<circle cx="4" cy="4" r="3" stroke="{ink}" stroke-width="1.2" fill="none"/>'),
    ("square", '<path d="M0,0h3v3h-3z" fill="{ink}"/>'),
)
# Under one sign stand a light and a dark colour (their places above): in grey, a third could not be told from both.
_LIGHT_AND_DARK = ((4, 5), (2, 6), (4, 0), (2, 5), (4, 6), (2, 0), (4, 5))


def _further(fill: Fill, colour: int, signs: Sequence[tuple[str, str]]) -> Fill:
    name = "_".join((*(sign for sign, _ in signs), str(colour)))
    return Fill(fill.colour, name, "".join(drawn.format(ink=fill.ink) for _, drawn in signs))


_FURTHER = [signs for count in (1, 2, 3) for signs in combinations(_FURTHER_SIGNS, count)]
LEVEL_FILLS = (
    *_OWN_FILLS,
    *(
        _further(_OWN_FILLS[colour], colour, signs)
        for signs, colours in zip(_FURTHER, _LIGHT_AND_DARK, strict=True)
        for colour in colours
    ),
)
# Shares from low to high: ColorBrewer's YlOrBr in five classes, safe for the colour-blind and in print.
SHADES = tuple(map(Fill, ("#fff5d6", "#fed98e", "#fe9929", "#d95f0e", "#993404")))
# Below what a share is compared with: ruled lines, which no other fill has.
BELOW_FILL = Fill("#d6e6f2", "ruled", _lines("M0,4h8", "#6b8ba4"))
FAR_BELOW_FILL = Fill("#4f86b5", "closely_ruled", _lines("M0,2h8M0,6h8", "#ffffff"))
PATTERNS = {fill.name: fill for fill in (HATCH, *LEVEL_FILLS, BELOW_FILL, FAR_BELOW_FILL) if fill.name}


def level_fill(position: int) -> Fill:
    """Return the fill of a level, by its position from the most severe; of more than 21 levels some look alike."""
    return LEVEL_FILLS[position % len(LEVEL_FILLS)]


def text_width(text: str, size: float = FONT_SIZE) -> float:
    """Room that a text needs in px, in whichever font it is drawn; Thai signs above and below take none.

    >>> text_width("ก") == text_width("กี่")
    True
    """
    plain = "".join(sign for sign in text if unicodedata.category(sign) != "Mn")
    return cell_len(plain) * size * _WIDTH_OF_CELL


def widest_text(texts: list[str], size: int = FONT_SIZE) -> float:
    """Return the room that the widest of some texts needs in px; 0 where there are none."""
    return max((text_width(text, size) for text in texts), default=0.0)


def per_cent(value: float | None, language: Language = FALLBACK) -> str:
    """A share as it is written beside a bar; a dash where there is none."""
    return "–" if value is None or pd.isna(value) else shown_share(value, language)


def interval_text(share: float, low: float, high: float) -> str:
    """A share with its interval, where it has one."""
    return per_cent(share) + ("" if pd.isna(low) or pd.isna(share) else f" ({low * 100:.1f}–{high * 100:.1f})")
