"""A document as a workbook: a sheet for each table with the words around it, figures as numbers, charts Excel can edit.

Each sheet prints as it stands: A4, one page wide, its header row repeated. No text is ever a formula.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from cpms_cli.ooxml.sheet_naming import sheet_names
from cpms_cli.reports.charts.xlsx_charts import DrawnTable, insert_chart
from cpms_cli.reports.document import (
    BlankLines,
    Bullets,
    Chart,
    Column,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Part,
    TableBlock,
)
from cpms_cli.reports.documents.document_cells import NOT_COMPUTED, as_table, cell_texts, is_blank, widths
from cpms_cli.survey.messages import say
from cpms_cli.survey.speech.languages import traits_of
from cpms_cli.writing.gate import printable
from cpms_cli.writing.workbooks.new_workbook import new_workbook

_A4 = 9
_NARROWEST, _WIDEST, _TO_FILL, _PADDING = 6, 32, 14, 2
_LONG_WORD = 14  # letters of a heading without spaces, as Thai has them, from which it is broken
_BUTTON = 4  # letters that the button of a filter takes from a heading, which is bold
_LEGIBLE = 230  # letters in the width of one page
_ACROSS = 95  # letters: a wider sheet is laid across
_LINE = 15.0  # points of a line of text
# Letters of a line of text on a sheet without a table: two columns, since LibreOffice breaks long lines of Thai in
# merged cells only, and else prints what fits.
_TEXT_WIDTHS = (45, 45)
_FORMS = {"count": "#,##0", "share": "0.0 %", "change": "+0.0;-0.0;0.0"}


@dataclass
class _Sheet:
    """What will stand on one sheet: a table, what stands above it, and below, with more tables of the same columns."""

    name: str
    above: list[Part] = field(default_factory=list)
    block: TableBlock | None = None
    chart: Chart | None = None
    below: list[Part] = field(default_factory=list)

    def add(self, part: Part) -> None:
        """Put a part where it belongs."""
        (self.above if self.block is None else self.below).append(part)

    def takes(self, table: TableBlock) -> bool:
        """Return whether a further table can stand below: it has the headings of the first, which is not drawn."""
        if self.block is None or self.chart is not None:
            return False
        return [column.heading for column in self.block.columns] == [column.heading for column in table.columns]

    def tables(self) -> list[TableBlock]:
        """Return the tables of the sheet, from its top."""
        first = [] if self.block is None else [self.block]
        return first + [part for part in self.below if isinstance(part, TableBlock)]


def _sheets_of(document: Document) -> list[_Sheet]:
    """The document by sheets: a new one for each section, and for each further table of other columns in it."""
    sheets = [_Sheet(document.title)]
    for part in document.parts:
        if isinstance(part, Heading) and part.level <= 2:
            if sheets[-1].above or sheets[-1].block is not None:
                sheets.append(_Sheet(part.text))
            sheets[-1].name = part.text
            sheets[-1].add(part)
        elif isinstance(part, TableBlock) and sheets[-1].takes(part):
            sheets[-1].add(part)
        elif isinstance(part, TableBlock | Chart):
            if sheets[-1].block is not None:
                sheets.append(_Sheet(part.title if isinstance(part, Chart) else part.caption))
            sheets[-1].block = as_table(part) if isinstance(part, Chart) else part
            sheets[-1].chart = part if isinstance(part, Chart) else None
        elif not isinstance(part, PageBreak):
            sheets[-1].add(part)
    sheets[-1].below.extend(Paragraph(note, "note") for note in document.notes)
    return sheets


def xlsx_bytes(document: Document) -> bytes:
    """The document as a workbook, the same bytes from run to run."""
    stream = io.BytesIO()
    planned = _sheets_of(document)
    names = sheet_names(sheet.name for sheet in planned)
    with new_workbook(stream, document.title) as book:
        formats = _formats(book, traits_of(document.language).fonts.office)
        for number, (name, sheet) in enumerate(zip(names, planned, strict=True)):
            _Writer(book, book.add_worksheet(name), document, formats).write(sheet, first=number == 0)
    return stream.getvalue()


def _formats(book: Any, font: str) -> dict[str, Any]:
    plain = {"font_name": font, "font_size": 10, "valign": "top"}
    cell = {**plain, "border": 1, "border_color": "#B0B0B0"}
    kinds: dict[str, dict[str, Any]] = {
        "title": {**plain, "bold": True, "font_size": 16},
        "heading": {**plain, "bold": True, "font_size": 13},
        "subtitle": {**plain, "font_color": "#5A5A5A"},
        "caption": {**plain, "bold": True},
        "plain": {**plain, "text_wrap": True},
        "key": {**plain, "text_wrap": True, "bold": True, "font_size": 11},
        "note": {**plain, "text_wrap": True, "font_color": "#5A5A5A", "font_size": 9},
        "line": {**plain, "bottom": 1, "bottom_color": "#808080"},
        "head": {**cell, "bold": True, "bg_color": "#E8E8E8", "text_wrap": True, "align": "left", "indent": 1},
        "head_number": {**cell, "bold": True, "bg_color": "#E8E8E8", "text_wrap": True, "align": "right"},
        "text": {**cell, "text_wrap": True, "num_format": "@", "align": "left", "indent": 1},
        "no_number": {**cell, "align": "right", "font_color": "#5A5A5A"},
        **{kind: {**cell, "num_format": form} for kind, form in _FORMS.items()},
    }
    return {name: book.add_format(kind) for name, kind in kinds.items()}


def _lines(width: int, room: int) -> int:
    """How many lines a text takes: broken between words, it fills no line to its end."""
    return 1 if width <= room else 1 + math.ceil((width * 1.15 - room) / room)


class _Writer:
    """One sheet being written, from its top."""

    def __init__(self, book: Any, sheet: Any, document: Document, formats: dict[str, Any]) -> None:
        self.book, self.sheet, self.document, self.formats = book, sheet, document, formats
        self.row, self.columns, self.across = 0, [*_TEXT_WIDTHS], 0

    def write(self, planned: _Sheet, first: bool) -> None:
        """Write it all, and say how it is printed."""
        block = planned.block
        if block is not None:
            self.columns = [max(same) for same in zip(*map(self.column_widths, planned.tables()), strict=True)]
        for number, width in enumerate(self.columns):
            self.sheet.set_column(number, number, width)
        if first:
            self.text(self.document.title, "title", _LINE * 1.6)
            self.text(self.document.subtitle, "subtitle")
        for part in planned.above:
            self.part(part)
        if block is not None:
            self.first_table(block)
        if planned.chart is not None and block is not None:
            table = DrawnTable.ending_above(self.sheet, block, self.row)
            rows, self.across = insert_chart(self.book, planned.chart, table, self.row, self.columns)
            self.row += rows
        for part in planned.below:
            self.part(part)
        self.print_setup()

    def column_widths(self, block: TableBlock) -> list[int]:
        """As wide as what stands in them, headings broken between words; what is longer is wrapped."""
        cells = [cell_texts(block, column, self.document.language) for column in block.columns]
        headings = widths(column.heading.split() for column in block.columns)
        return [
            _TO_FILL
            if is_blank(block, column)
            else max(min(width, _WIDEST), min(head, _LONG_WORD) + _BUTTON, _NARROWEST) + _PADDING
            for column, width, head in zip(block.columns, widths(cells), headings, strict=True)
        ]

    def text(self, text: str, form: str, height: float = _LINE) -> None:
        """A line of text over the whole width, as high as it needs; no row of merged cells grows by itself."""
        room = sum(self.columns)
        wanted = widths([[text]])[0]
        safe_text = str(printable(pd.Series([text], dtype="str")).iat[0])
        self.sheet.set_row(self.row, height * _lines(wanted, room))
        self.sheet.write_string(self.row, 0, safe_text, self.formats[form])
        if len(self.columns) > 1 and wanted > self.columns[0]:
            self.sheet.merge_range(self.row, 0, self.row, len(self.columns) - 1, "", self.formats[form])
            self.sheet.write_string(self.row, 0, safe_text, self.formats[form])
        self.row += 1

    def part(self, part: Part) -> None:
        """A part that is no chart."""
        if isinstance(part, Heading):
            self.text(part.text, "heading", _LINE * 1.4)
        elif isinstance(part, Paragraph):
            self.text(part.text, part.style)
        elif isinstance(part, TableBlock):
            self.table(part)
        elif isinstance(part, Bullets):
            for item in part.items:
                self.text(f"• {item}", "plain")
        elif isinstance(part, BlankLines):
            self.row += 1
            self.text(part.label, "caption")
            for _ in range(part.count):
                self.sheet.set_row(self.row, _LINE * 1.7)
                for column in range(len(self.columns)):
                    self.sheet.write_blank(self.row, column, None, self.formats["line"])
                self.row += 1

    def first_table(self, block: TableBlock) -> None:
        """A table whose header is frozen, filtered and repeated on each page."""
        head = self.row + 1  # below the caption
        self.table(block)
        self.sheet.freeze_panes(head + 1, 0)
        self.sheet.repeat_rows(head)
        if len(block.frame):
            self.sheet.autofilter(head, 0, head + len(block.frame), len(block.columns) - 1)

    def table(self, block: TableBlock) -> None:
        """Caption, header, figures as numbers, and the note."""
        self.text(block.caption, "caption")
        head, rows = self.row, len(block.frame)
        for number, column in enumerate(block.columns):
            form = "head" if column.kind == "text" else "head_number"
            self.sheet.write_string(head, number, column.heading, self.formats[form])
            self.column(block, column, head + 1, number)
        self.heights(block, head)
        self.row = head + rows + 1
        if block.note:
            self.text(block.note, "note")
        self.row += 1

    def heights(self, block: TableBlock, head: int) -> None:
        """Each row as high as its longest cell: not every program makes room for what is wrapped."""
        language = self.document.language
        cells = [[column.heading, *cell_texts(block, column, language)] for column in block.columns]
        to_fill = any(is_blank(block, column) for column in block.columns)
        for number, row in enumerate(zip(*cells, strict=True)):
            lines = max(_lines(*pair) for pair in zip(widths([[cell] for cell in row]), self.columns, strict=True))
            self.sheet.set_row(head + number, _LINE * max(lines, 2 if to_fill else 1))

    def column(self, block: TableBlock, column: Column, row: int, position: int) -> None:
        """The cells of one column; where there is no number, it is said in words."""
        language = self.document.language
        if column.kind == "text":
            for index, text in enumerate(cell_texts(block, column, language)):
                self.sheet.write_string(row + index, position, text, self.formats["text"])
            return
        lacking = say("not_published", language) if column.kind == "count" else NOT_COMPUTED
        times = 100 if column.kind == "change" else 1
        for index, value in enumerate(block.frame[column.name]):
            if pd.isna(value):
                self.sheet.write_string(row + index, position, lacking, self.formats["no_number"])
            else:
                self.sheet.write_number(row + index, position, float(value) * times, self.formats[column.kind])

    def print_setup(self) -> None:
        """A4, one page wide, page numbers; across where the sheet is wide."""
        self.sheet.set_paper(_A4)
        if sum(self.columns) > _ACROSS:
            self.sheet.set_landscape()
        # A chart is not cut by the end of a page; what would be too small to read is given more pages.
        pages = math.ceil(sum(self.columns) / _LEGIBLE)
        self.sheet.fit_to_pages(pages, 1 if self.across else 0)
        if pages > 1:
            self.sheet.repeat_columns(0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        if self.document.banner:
            self.sheet.set_header("&C" + self.document.banner.replace("&", "&&"))
        self.sheet.set_footer("&C" + say("page_of", self.document.language, page="&P", pages="&N"))
        self.sheet.print_area(0, 0, max(self.row - 1, 0), max(self.across, len(self.columns)) - 1)
        self.sheet.hide_gridlines(2)
