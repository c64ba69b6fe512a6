"""A document as DOCX, to be edited before the committee meets: real headings, header rows that repeat, ruled lines.

Thai is complex script to Word: font, size, weight and language stand a second time for it in every style, or Word
falls back to a font of its own (ECMA-376 part 1, 17.3.2).
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Length, Pt

from cpms_cli.reports.charts.pictures import as_png, chart_picture, picture_width
from cpms_cli.reports.document import (
    BlankLines,
    Bullets,
    Chart,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Part,
    TableBlock,
)
from cpms_cli.reports.documents.document_cells import (
    cell_texts,
    column_shares,
    count_lines,
    is_blank,
    stays_together,
)
from cpms_cli.reports.documents.docx_styles import CAPTION, CELL, HEAD, set_styles
from cpms_cli.survey.messages import say
from cpms_cli.survey.speech.languages import traits_of

_A4 = (Cm(21), Cm(29.7))
_MARGIN, _CLOSE_MARGIN = Cm(1.6), Cm(1.3)
_EDGE, _CLOSE_EDGE = Cm(0.8), Cm(0.5)
_INSET = "60"  # twentieths of a point: between a cell's text and its border, on either side, as in a PDF
_LINE_HEIGHT, _CLOSE_LINE_HEIGHT, _ROW_TO_FILL = Cm(0.95), Cm(0.75), Cm(1.1)
_HALF_A_PAGE = 30  # lines of a table
_SHADE = "E8E8E8"
_STYLES = {"plain": "Normal", "key": "Intense Quote", "note": "Caption"}


def docx_bytes(document: Document) -> bytes:
    """The document as DOCX, the same bytes from run to run."""
    written = _Writer(document)
    for part, following in zip_longest(document.parts, document.parts[1:]):
        written.add(part, following)
    for note in document.notes:
        written.book.add_paragraph(note, style="Caption")
    stream = io.BytesIO()
    written.book.save(stream)
    return _without_times(stream.getvalue())


def _element(tag: str, **attributes: str) -> Any:
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def _set_inset(table: Any) -> None:
    """Leave little room between text and border, so that a figure is not broken in a narrow column."""
    margins = _element("tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(side, w=_INSET, type="dxa"))
    # The schema wants them before what a table looks like.
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _without_times(content: bytes) -> bytes:
    """The same package without the time at which each part was written."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in given.infolist():
            timeless = zipfile.ZipInfo(entry.filename)
            made.writestr(timeless, given.read(entry), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


class _Writer:
    """One document being written."""

    def __init__(self, document: Document) -> None:
        self.document, self.language = document, document.language
        self.book = docx.Document()
        set_styles(self.book, self.language, close=document.close)
        self.broken = False
        self._set_page()
        self._set_properties()
        self._set_footer()
        self._set_header()
        self.book.add_heading(document.title, level=0)
        self.book.add_paragraph(document.subtitle, style="Subtitle")

    def _set_page(self) -> None:
        section = self.book.sections[0]
        section.page_width, section.page_height = _A4
        margin = _CLOSE_MARGIN if self.document.close else _MARGIN
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = margin
        section.header_distance = section.footer_distance = _CLOSE_EDGE if self.document.close else _EDGE
        self.width: Length = Emu(section.page_width - 2 * margin)

    def _set_properties(self) -> None:
        properties, made = self.book.core_properties, datetime.datetime(2000, 1, 1)
        properties.title, properties.author, properties.comments = self.document.title, "cpms", ""
        properties.language = traits_of(self.language).tag
        properties.created = properties.modified = made

    def _set_footer(self) -> None:
        paragraph = self.book.sections[0].footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        fields = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
        for piece in say("page_of", self.language).replace("{", "\0{").replace("}", "}\0").split("\0"):
            if piece in fields:
                field = _element("fldSimple", instr=fields[piece])
                shown = paragraph.add_run("1")
                field.append(shown._r)
                paragraph._p.append(field)
            else:
                paragraph.add_run(piece)

    def _set_header(self) -> None:
        """The banner at the head of every page, where there is one."""
        if self.document.banner:
            paragraph = self.book.sections[0].header.paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.add_run(self.document.banner).bold = True

    def add(self, part: Part, following: Part | None) -> None:
        """Write one part below what is there; a chart stays on a page with a short table that follows."""
        if isinstance(part, Heading):
            made = self.book.add_heading(part.text, level=part.level - 1)
            made.paragraph_format.page_break_before = self.broken or None
            self.broken = False
        elif isinstance(part, Paragraph):
            leads = isinstance(following, Bullets) or None
            self.book.add_paragraph(part.text, style=_STYLES[part.style]).paragraph_format.keep_with_next = leads
        elif isinstance(part, Bullets):
            for item in part.items:
                self.book.add_paragraph(item, style="List Bullet")
        elif isinstance(part, TableBlock):
            self.add_table(part)
        elif isinstance(part, Chart):
            self.add_chart(part, isinstance(following, TableBlock) and stays_together(following))
        elif isinstance(part, BlankLines):
            self.add_lines(part)
        elif isinstance(part, PageBreak):
            self.broken = True

    def caption(self, text: str) -> None:
        """A line that stays with what follows it."""
        self.book.add_paragraph(text, style=CAPTION).paragraph_format.keep_with_next = True

    def add_chart(self, chart: Chart, stays: bool) -> None:
        """The chart as a picture with its words for those who cannot see it; whether it stays with what follows."""
        svg = chart_picture(chart, self.language)
        self.caption(chart.title)
        picture = self.book.add_picture(io.BytesIO(as_png(svg)), width=Cm(picture_width(svg)))
        picture._inline.docPr.set("descr", chart.alt)
        self.book.paragraphs[-1].paragraph_format.keep_with_next = stays or bool(chart.note) or None
        if chart.note:
            self.book.add_paragraph(chart.note, style="Caption").paragraph_format.keep_with_next = stays or None

    def add_lines(self, lines: BlankLines) -> None:
        """A label, and below it ruled lines."""
        self.caption(lines.label)
        for _ in range(lines.count):
            paragraph = self.book.add_paragraph(style="Normal")
            borders = _element("pBdr")
            # Two paragraphs with one border would be drawn as one box: `between` rules each of them.
            for side in ("bottom", "between"):
                borders.append(_element(side, val="single", sz="4", space="1", color="808080"))
            # The schema wants borders before spacing, which goes to its own place.
            paragraph._p.get_or_add_pPr().append(borders)
            paragraph.paragraph_format.line_spacing = _CLOSE_LINE_HEIGHT if self.document.close else _LINE_HEIGHT
            paragraph.paragraph_format.space_after = Pt(0)

    def add_table(self, block: TableBlock) -> None:
        """A table whose first row is repeated on each page, and no row is broken between pages."""
        self.caption(block.caption)
        cells = [cell_texts(block, column, self.language) for column in block.columns]
        table = self.book.add_table(rows=1 + len(block.frame), cols=len(cells), style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
        _set_inset(table)
        to_fill, shares = any(is_blank(block, column) for column in block.columns), column_shares(block, cells)
        together = stays_together(block) and count_lines(cells, shares) <= _HALF_A_PAGE
        for column, texts, drawn, share in zip(block.columns, cells, table.columns, shares, strict=True):
            drawn.width = Emu(int(self.width * share))
            self._fill(drawn, [column.heading, *texts], column.kind != "text", together)
        if together and not block.note:
            # Kept with what follows, two tables below each other would be one that no page has room for.
            for cell in table.rows[-1].cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = None
        for number, row in enumerate(table.rows):
            row._tr.get_or_add_trPr().append(_element("cantSplit" if number else "tblHeader"))
            if number and to_fill:
                row.height = _ROW_TO_FILL
        if block.note:
            self.book.add_paragraph(block.note, style="Caption")

    def _fill(self, drawn: Any, texts: Sequence[str], numeric: bool, together: bool) -> None:
        for number, (cell, text) in enumerate(zip(drawn.cells, texts, strict=True)):
            # Word takes the width of each cell, LibreOffice that of the grid.
            cell.width = drawn.width
            paragraph = cell.paragraphs[0]
            paragraph.style = CELL if number else HEAD
            paragraph.add_run(text)
            paragraph.paragraph_format.keep_with_next = together or None
            if numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if not number:
                cell._tc.get_or_add_tcPr().append(_element("shd", val="clear", color="auto", fill=_SHADE))
