"""Changes to single cells of a sheet's XML: how they look, what stands in them. The rest stays to the byte.

Rows are found by pattern rather than as a tree: a sheet of a million cells would need more than a gigabyte as one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from xlsxwriter.utility import xl_col_to_name

from cpms_cli.ooxml.package import UnknownLayout

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ENCODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ROW = re.compile(r"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.DOTALL)
_CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_REFERENCE, _STYLE, _TYPE = (re.compile(rf"""\s{name}\s*=\s*["']([^"']*)["']""") for name in "rst")
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,8})")
LONGEST_TEXT = 32_767

Place = tuple[int, int]


@dataclass
class CellEdits:
    """What to do with cells of one sheet, by row (as the sheet counts) and column (from 0).

    `looks` names the look a cell gets, `texts` what shall stand there; `numeric` are columns whose digits are numbers.
    """

    looks: dict[Place, str] = field(default_factory=dict)
    texts: dict[Place, str] = field(default_factory=dict)
    numeric: frozenset[int] = frozenset()


def xml_text(text: str) -> str:
    """Text as it stands between tags of a sheet: nothing in it is markup, a formula or an escape of Excel's."""
    plain = _ENCODED.sub("_x005F_", _ILLEGAL.sub("", text[:LONGEST_TEXT]))
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


@cache
def letters(column: int) -> str:
    """A column's letters, from its place counted from 0."""
    return str(xl_col_to_name(column))


@cache
def column_number(name: str) -> int:
    """A column's place, counted from 0, from its letters."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def text_cell(row: int, column: int, text: str, style: int | str) -> str:
    """A cell that holds text, whatever the text looks like."""
    place = f'<c r="{letters(column)}{row}" s="{style}" t="inlineStr">'
    return f'{place}<is><t xml:space="preserve">{xml_text(text)}</t></is></c>'


def _new_cell(row: int, column: int, text: str, style: str, numeric: bool) -> str:
    if numeric and _WHOLE.fullmatch(text):
        return f'<c r="{letters(column)}{row}" s="{style}"><v>{text}</v></c>'
    return text_cell(row, column, text, style)


def _restyled(attributes: str, row: int, column: int, style: str) -> str:
    plain = _REFERENCE.sub("", _STYLE.sub("", attributes))
    return f'<c r="{letters(column)}{row}" s="{style}"{plain}'


def sheet_text(content: bytes) -> str:
    """A sheet's XML as text. Raises UnknownLayout for one in another encoding or with its names under a prefix."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnknownLayout("encoding") from None
    if "<sheetData" not in text or "</worksheet>" not in text:
        raise UnknownLayout("sheetData")
    return text


def edited(content: bytes, edits: CellEdits, style_of: Callable[[str, str], str]) -> tuple[bytes, set[Place]]:
    """The sheet with its cells changed, and which texts were put in.

    A text goes only where a value stands that no formula made. `style_of` turns a cell's style and a look into a new
    style. Raises UnknownLayout where the sheet names its parts in an unusual way.
    """
    text = sheet_text(content)
    by_row: dict[int, set[int]] = {}
    for row, column in (*edits.looks, *edits.texts):
        by_row.setdefault(row, set()).add(column)
    done: set[Place] = set()
    last = 0

    def changed(match: re.Match[str]) -> str:
        nonlocal last
        reference = _REFERENCE.search(match[1])
        last = int(reference[1]) if reference else last + 1
        if last not in by_row:
            return match[0]
        cells = _cells(match[2] or "")
        for column in by_row[last]:
            place = (last, column)
            cells[column] = _changed_cell(cells.get(column), place, edits, style_of, done)
        return f"<row{match[1]}>{''.join(cells[column][1] for column in sorted(cells))}</row>"

    start = text.index("<sheetData")
    end = text.find("</sheetData>", start)
    if end < 0:
        return content, done
    body = _ROW.sub(changed, text[start:end])
    return (text[:start] + body + text[end:]).encode("utf-8"), done


Cell = tuple[tuple[str, str | None], str]


def _cells(row: str) -> dict[int, Cell]:
    """The cells of a row by column: attributes and content, and the whole as it stood."""
    cells_of_row: dict[int, Cell] = {}
    last = -1
    for cell in _CELL.finditer(row):
        reference = _REFERENCE.search(cell[1])
        last = column_number(reference[1].rstrip("0123456789")) if reference else last + 1
        cells_of_row[last] = ((cell[1], cell[2]), cell[0])
    return cells_of_row


def _changed_cell(
    cell: Cell | None, place: Place, edits: CellEdits, style_of: Callable[[str, str], str], done: set[Place]
) -> Cell:
    row, column = place
    attributes, content = cell[0] if cell else ("", None)
    style_match = _STYLE.search(attributes)
    style = style_match[1] if style_match else "0"
    if place in edits.looks:
        style = style_of(style, edits.looks[place])
    if place in edits.texts and content and "<f" not in content:
        done.add(place)
        return (attributes, content), _new_cell(row, column, edits.texts[place], style, column in edits.numeric)
    head = _restyled(attributes, row, column, style)
    return (attributes, content), f"{head}/>" if content is None else f"{head}>{content}</c>"


def covered(content: str, tag: str) -> set[tuple[int, int, int, int]]:
    """The ranges (first row, first column, last row, last column) to which elements of this name belong."""
    ranges: set[tuple[int, int, int, int]] = set()
    for element in re.finditer(rf"""<{tag}\b[^>]*?\ssqref\s*=\s*["']([^"']*)["']""", content):
        for part in element[1].split():
            first, _, second = part.partition(":")
            ends = [re.fullmatch(r"\$?([A-Za-z]+)\$?(\d+)", end) for end in (first, second or first)]
            if ends[0] and ends[1]:
                ranges.add((int(ends[0][2]), column_number(ends[0][1]), int(ends[1][2]), column_number(ends[1][1])))
    return ranges
