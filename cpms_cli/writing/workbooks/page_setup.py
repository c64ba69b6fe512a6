"""How a sheet prints on A4, and how high a row is that shows all its text."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from xlsxwriter.worksheet import Worksheet

_A4 = 9
_LINE, _MARKED_LINE = 15.0, 18.0  # points: a line of the usual letters, and one of letters with marks
_HIGHEST = 409.0  # points: the highest row of Excel
_FULL = 0.9  # how full a line is that was broken between words
_UPRIGHT, _ACROSS = 95.0, 200.0  # letters: up to here a sheet stays upright; what one page across still holds


def set_up_page(
    sheet: Worksheet, title: str, area: tuple[int, int] | None, *, pages_wide: int = 1, upright: bool = False
) -> None:
    """Print a sheet on A4, so many pages wide, its first row on each, with a title above and page numbers below.

    `area`: its last row and its last column, counted from 0; None where what is filled in is to be printed.
    """
    sheet.set_paper(_A4)
    if upright:
        sheet.set_portrait()
    else:
        sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.fit_to_pages(pages_wide, 0)
    sheet.repeat_rows(0)
    # In a header & begins a command: doubled, it stands for itself.
    sheet.set_header(f"&L{title.replace('&', '&&')}")
    sheet.set_footer("&C&P / &N")
    if area is not None:
        sheet.print_area(0, 0, *area)


def pages_across(width: float, again: float = 0) -> int:
    """Return on how many pages beside each other columns of so many letters can be read, if columns of `again` letters
    stand on each of them.

    >>> pages_across(200), pages_across(241, 29), pages_across(371, 29)
    (1, 2, 2)
    """
    if width <= _ACROSS:
        return 1
    return math.ceil((width - again) / (_ACROSS - again))


def set_up_width(sheet: Worksheet, title: str, rows: int, widths: Sequence[float], again: int = 1) -> None:
    """As `set_up_page`, upright where the columns fit; where they would be too small to read, on several pages, each
    with as many of the first columns as `again` says."""
    width = sum(widths)
    pages = pages_across(width, sum(widths[:again]) if again > 1 else 0)
    set_up_page(sheet, title, (rows, max(len(widths) - 1, 0)), pages_wide=pages, upright=width <= _UPRIGHT)
    if pages > 1:
        sheet.repeat_columns(0, again - 1)


def row_height(texts: Iterable[str], widths: Iterable[float]) -> float:
    """The height in points of a row that shows all its text: Excel does not make rows higher that are read as they are.

    Marks above and below letters take no room in a line, and make it higher; a line breaks between words, so that it is
    seldom full.
    """
    lines, line_height = 1, _LINE
    for text, width in zip(texts, widths, strict=True):
        if not width:
            continue
        room = max(width * _FULL, 1)
        line_height = _MARKED_LINE if cell_width(text) < len(text) else line_height
        lines = max(lines, sum(max(1, math.ceil(cell_width(line) / room)) for line in text.split("\n")))
    return min(lines * line_height, _HIGHEST)


@lru_cache(maxsize=100_000)
def cell_width(text: str) -> int:
    """How many letters wide a text is: marks that stand above or below a letter take no room.

    >>> cell_width("ที่นี่")
    2
    """
    return sum(unicodedata.category(letter) not in ("Mn", "Me", "Cf") for letter in text)
