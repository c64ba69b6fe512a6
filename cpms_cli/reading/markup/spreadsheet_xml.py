"""Workbooks in one file of XML, as Excel 2003 and programs of schools write them (SpreadsheetML), as sheets of a book.

Read tag by tag: a document type is refused, and no entity, file or address is ever followed. Source: [MS-OFFXML]
"XML Spreadsheet Reference" of Office 2003.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.book.sheet_part import SheetLook
from cpms_cli.reading.book.sheet_tables import BookSheet
from cpms_cli.reading.header.row_looks import Span
from cpms_cli.reading.size_limits import LIMITS, check_columns, check_extent, check_letters
from cpms_cli.reading.source import CellFault

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_SS = f"{{{NAMESPACE}}}"
_HIDDEN = "{urn:schemas-microsoft-com:office:excel}Visible"
_LAST_ROW = 1_048_576
_CHUNK = 1 << 20


@dataclass
class _Sheet:
    """A sheet that is being read: its cells by row and column, both counted from 0."""

    name: str
    cells: dict[int, dict[int, Any]] = field(default_factory=dict)
    merged: list[Span] = field(default_factory=list)
    look: SheetLook = field(default_factory=SheetLook)
    is_visible: bool = True
    row: int = -1
    column: int = -1
    width: int = 0
    skipped: int = 0


class _Reader:
    """What is kept of the elements of a workbook, as the parser meets them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sheets: list[_Sheet] = []
        self.comments = 0
        self.kind = ""
        self.text: list[str] | None = None
        self.size = 0

    def doctype(self, *_: object) -> None:
        """No spreadsheet has a document type; with one, a few lines may grow to gigabytes."""
        raise UnreadableFile("workbook_doctype", file=self.path.name)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if tag == _SS + "Worksheet":
            self.sheets.append(_Sheet(attributes.get(_SS + "Name", "")))
        elif not self.sheets:
            return
        elif tag == _SS + "Row":
            self._begin_row(self.sheets[-1], attributes)
        elif tag == _SS + "Cell":
            self._begin_cell(self.sheets[-1], attributes)
        elif tag == _SS + "Comment":
            self.comments += 1
        elif (tag == _SS + "Data" and not self.comments) or tag == _HIDDEN:
            self.kind, self.text, self.size = attributes.get(_SS + "Type", "String"), [], 0

    def _begin_row(self, sheet: _Sheet, attributes: Mapping[str, str]) -> None:
        sheet.row = self._place(attributes, sheet.row + 1 + sheet.skipped, _LAST_ROW)
        sheet.column, sheet.skipped = -1, _number(attributes.get(_SS + "Span"))
        if attributes.get(_SS + "Hidden") == "1":
            sheet.look.hidden.append(sheet.row + 1)

    def _begin_cell(self, sheet: _Sheet, attributes: Mapping[str, str]) -> None:
        sheet.column = self._place(attributes, sheet.column + 1, LIMITS.columns)
        across, down = (_number(attributes.get(_SS + name)) for name in ("MergeAcross", "MergeDown"))
        if across or down:
            sheet.merged.append(Span(sheet.row, sheet.column, sheet.row + down, sheet.column + across))
        sheet.cells.setdefault(sheet.row, {})[sheet.column] = ""
        # What is merged into the cell has no elements of its own in this row.
        sheet.column += across
        sheet.width = max(sheet.width, sheet.column + 1)
        check_columns(self.path.name, sheet.width)

    def _place(self, attributes: Mapping[str, str], following: int, limit: int) -> int:
        number = _number(attributes.get(_SS + "Index"))
        place = number - 1 if number else following
        if place >= limit:
            raise UnreadableFile("damaged_workbook", file=self.path.name)
        return place

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == _SS + "Comment":
            self.comments -= 1
        elif self.text is not None and tag in (_SS + "Data", _HIDDEN):
            text, self.text = "".join(self.text), None
            sheet = self.sheets[-1]
            if tag == _HIDDEN:
                sheet.is_visible = text.strip() not in ("SheetHidden", "SheetVeryHidden")
            elif sheet.cells.get(sheet.row):
                column = max(sheet.cells[sheet.row])
                sheet.cells[sheet.row][column] = _value(sheet, column, self.kind, text)

    def data(self, text: str) -> None:
        """Text between tags; the runs of a cell are put together."""
        if self.text is not None:
            self.text.append(text)
            self.size += len(text)
            check_letters(self.path.name, self.sheets[-1].name, self.size)

    def close(self) -> list[_Sheet]:
        """The sheets in their order."""
        return self.sheets


def _number(text: str | None) -> int:
    digits = (text or "").strip()
    return int(digits) if digits.isdecimal() and len(digits) < 8 else 0


def _value(sheet: _Sheet, column: int, kind: str, text: str) -> Any:
    """The cell's value by the type it says; a text where it is not of that type."""
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return datetime.datetime.fromisoformat(text.strip().removesuffix("Z"))
    except ValueError:
        return text
    if kind == "Boolean":
        return text.strip() == "1"
    if kind == "Error":
        sheet.look.faults.append(CellFault("excel_error", sheet.row + 1, column, text))
        return ""
    return text


def workbook_sheets(path: Path, content: bytes) -> Iterator[BookSheet]:
    """Each sheet of a workbook in XML. Raises UnreadableFile where it is damaged, hostile or too large."""
    parser = etree.XMLParser(
        target=_Reader(path), resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        for begins in range(0, len(content), _CHUNK):
            parser.feed(content[begins : begins + _CHUNK])
        sheets: list[_Sheet] = parser.close()
    except (etree.LxmlError, ValueError):
        raise UnreadableFile("damaged_workbook", file=path.name) from None
    extent = 0
    for sheet in sheets:
        height = max(sheet.cells, default=-1) + 1
        extent += sheet.width * height
        check_extent(path.name, sheet.name, extent)
        blank: dict[int, Any] = {}
        cells = [
            [row.get(column, "") for column in range(sheet.width)]
            for row in (sheet.cells.get(index, blank) for index in range(height))
        ]
        yield BookSheet(sheet.name, cells, sheet.merged, sheet.look, is_visible=sheet.is_visible)
