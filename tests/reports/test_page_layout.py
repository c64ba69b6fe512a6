"""What belongs together stays together on paper: a chart and the table under it, in PDF and in Word."""

from __future__ import annotations

import io

import docx
import openpyxl
import pandas as pd
import pymupdf
import typst

from cpms_cli.reports.documents.document import Chart, Column, Document, Paragraph, Part, TableBlock
from cpms_cli.reports.documents.docx_file import docx_bytes
from cpms_cli.reports.documents.pdf_file import pdf_bytes
from cpms_cli.reports.documents.xlsx_report import xlsx_bytes
from cpms_cli.writing.fonts import shipped_fonts

LABELS = [f"Indicator {number}" for number in range(10)]
CHART = Chart(
    "indicator_bars",
    "Title of the chart",
    pd.DataFrame({"label": LABELS, "share": 0.5, "low": 0.4, "high": 0.6}),
    "Bars",
    words={"label": "Indicator", "share": "Share", "low": "From", "high": "To"},
)
TABLE = TableBlock(
    "Caption of the table",
    pd.DataFrame({"label": LABELS, "share": 0.5}),
    (Column("label", "Indicator"), Column("share", "Share", "share")),
)


def test_a_chart_and_its_table_stand_on_one_page_of_a_pdf() -> None:
    """Wherever on a page the text before them ends: after 0 to 40 lines."""
    fonts = typst.Fonts(font_paths=[shipped_fonts()])
    for lines in range(0, 41, 5):
        parts: tuple[Part, ...] = (*(Paragraph(f"Line {line}") for line in range(lines)), CHART, TABLE)
        with pymupdf.open(stream=pdf_bytes(Document("Paper", "", "en", parts), fonts), filetype="pdf") as document:
            pages = [page.get_text() for page in document]
        assert [CHART.title in page for page in pages] == [TABLE.caption in page for page in pages]


def test_a_chart_stays_with_its_table_in_word() -> None:
    book = docx.Document(io.BytesIO(docx_bytes(Document("Paper", "", "en", (CHART, TABLE)))))
    [picture] = [paragraph for paragraph in book.paragraphs if paragraph._p.xpath(".//w:drawing")]
    assert picture.paragraph_format.keep_with_next
    alone = docx.Document(io.BytesIO(docx_bytes(Document("Paper", "", "en", (CHART,)))))
    [picture] = [paragraph for paragraph in alone.paragraphs if paragraph._p.xpath(".//w:drawing")]
    assert not picture.paragraph_format.keep_with_next


def test_a_long_line_of_a_sheet_without_a_table_is_merged_so_that_it_is_wrapped_when_printed() -> None:
    """LibreOffice cuts Thai at the end of the page that is broken in no merged cell."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(Document("Paper", "", "th", (Paragraph("คำ" * 60),)))))
    [merged] = book.worksheets[0].merged_cells.ranges
    assert merged.size == {"columns": 2, "rows": 1}
