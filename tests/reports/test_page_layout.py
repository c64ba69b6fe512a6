"""What belongs together stays together on paper: a chart and the table under it, in PDF and in Word; a page is printed
whole."""

from __future__ import annotations

import io

import docx
import openpyxl
import pandas as pd
import pymupdf
import pytest
import typst
from docx.oxml.ns import qn
from lxml import html

from cpms_cli.errors import UsageError
from cpms_cli.reports.document import Bullets, Chart, Column, Document, Heading, Paragraph, Part, TableBlock
from cpms_cli.reports.documents.document_cells import cell_texts, column_shares
from cpms_cli.reports.documents.docx_file import docx_bytes
from cpms_cli.reports.documents.html_file import html_bytes
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


def _region(frame: pd.DataFrame) -> tuple[set[str], list[str]]:
    """How a table of texts is laid out on a page, and the kinds of the cells of its first row."""
    block = TableBlock("Caption", frame, tuple(Column(str(name), str(name)) for name in frame))
    page = html.fromstring(html_bytes(Document("Paper", "", "en", (block,))))
    [region] = page.xpath("//div[@role='region']")
    return set(region.get("class").split()), [cell.get("class") for cell in region.xpath(".//tbody/tr[1]/*")]


def test_a_table_of_many_rounds_is_wider_than_the_text_and_fits_the_paper() -> None:
    """The answers of a child in 3, 5 and 10 rounds, each of 17 letters beside a question of 10."""
    layouts = {}
    for rounds in (3, 5, 10):
        answers = {str(2560 + number): "Employers housing" for number in range(rounds)}
        layouts[rounds] = _region(pd.DataFrame([{"Question": "Dwelling of", **answers}]))[0]
    assert layouts == {
        3: {"scroll", "together"},
        5: {"scroll", "together", "broad"},
        10: {"scroll", "together", "broad", "crowded"},
    }


def test_a_short_table_is_not_broken_over_two_pages_and_names_of_rows_not_over_two_lines() -> None:
    short, long = pd.DataFrame({"Area": ["Pak Nam, moo 5"], "What": ["x"]}), "A sentence of more than thirty letters"
    assert _region(short) == ({"scroll", "together"}, ["text short", "text short"])
    assert _region(short.assign(What=long))[0] == {"scroll"}
    assert _region(pd.concat([short] * 40, ignore_index=True))[0] == {"scroll"}


def test_a_column_to_write_into_has_room_on_a_page() -> None:
    frame = pd.DataFrame({"Activity": ["x"], "Who": [""]})
    block = TableBlock("Caption", frame, (Column("Activity", "Activity"), Column("Who", "Who")))
    page = html.fromstring(html_bytes(Document("Paper", "", "en", (block,))))
    assert [head.get("class") for head in page.xpath("//thead//th")] == ["text", "text to-fill"]


def test_a_year_is_not_broken_beside_seven_columns_of_words() -> None:
    """At 9 points four digits need 21 points, the margins of a cell 11: of the 493 that a page is wide."""
    words = [
        "มีความเสี่ยงสูง",
        "ผู้ถูกกระทำ",
        "เหตุผลยาวหลายคำ " * 5,
        "คำตอบอีกหนึ่งข้อ " * 4,
        "การเริ่มต้นในชุมชนใหม่",
        "กิจกรรมป้องกันในชุมชน",
        "ในแผนชุมชนปีนี้",
    ]
    columns = [Column(name, "หัว") for name in "abcdefg"]
    frame = pd.DataFrame({"round": ["2567"], **{name: [text] for name, text in zip("abcdefg", words, strict=True)}})
    block = TableBlock("", frame, (Column("round", "รอบ"), *columns))
    share = column_shares(block, [cell_texts(block, column, "th") for column in block.columns])[0]
    assert share * 493 > 21 + 11


def _printed_styles() -> str:
    """What a page's style sheet says of paper alone."""
    page = html_bytes(Document("Paper", "", "en", (TABLE,))).decode()
    return page.split("@media print {")[1]


def test_a_table_of_a_printed_page_is_smaller_than_its_text() -> None:
    """Tables, headings and notes are sized by the root's letters; of 16 px, tables were larger than the text around
    them, and a community's report took nine sheets instead of six."""
    styles = _printed_styles()
    assert "html { font-size: 9.5pt; }" in styles
    assert not [line for line in styles.splitlines() if line.strip().startswith("body {") and "font-size" in line]


def test_marks_above_the_first_letters_of_a_printed_page_have_room() -> None:
    """Without it, a browser prints them at the foot of the page before."""
    assert "h3, figcaption, caption { padding-top:" in _printed_styles()


def test_a_sentence_stays_with_the_list_that_it_leads_to() -> None:
    parts = (Paragraph("Before"), Paragraph("These:"), Bullets(("one", "two")))
    book = docx.Document(io.BytesIO(docx_bytes(Document("Paper", "", "en", parts))))
    stays = {paragraph.text: paragraph.paragraph_format.keep_with_next for paragraph in book.paragraphs}
    assert stays["These:"] and not stays["Before"]
    assert "p:has(+ ul) { break-after: avoid; }" in _printed_styles()


def test_word_leaves_a_cell_the_room_that_its_column_was_reckoned_with() -> None:
    """Of Word's own 0.19 cm on either side, a share as 83.5 % was broken over two lines."""
    book = docx.Document(io.BytesIO(docx_bytes(Document("Paper", "", "en", (TABLE,)))))
    inset = [element.get(qn("w:w")) for element in book.tables[0]._tbl.tblPr.find(qn("w:tblCellMar"))]
    assert inset == ["60", "60"]
    assert {book.styles[name].paragraph_format.line_spacing for name in ("Normal", "List Bullet", "Table Cell")} == {1}


def _rounds_of_a_child(rounds: int) -> TableBlock:
    """A table as that of a child's levels: in each round a long reason between short words."""
    reason = "A reason of many words, the same in every round " * 12
    short = {"Level": "At risk", "Response": "prevention activities in", "By when": "in this year's community"}
    frame = pd.DataFrame([{"Round": str(2560 + number), "Why": reason, **short} for number in range(rounds)])
    return TableBlock("Levels", frame, tuple(Column(str(name), str(name)) for name in frame))


def test_a_short_table_that_is_higher_than_a_page_is_not_cut_at_its_foot_and_leaves_no_heading_alone() -> None:
    """Of a child with four rounds, the last ones were printed below the paper's edge."""
    fonts = typst.Fonts(font_paths=[shipped_fonts()])
    for rounds in range(2, 11):
        parts = (Heading("Before"), TABLE, Heading("Over the rounds"), _rounds_of_a_child(rounds))
        with pymupdf.open(stream=pdf_bytes(Document("Child", "", "en", parts), fonts), filetype="pdf") as document:
            pages = [page.get_text() for page in document]
            lowest = max(word[3] for page in document for word in page.get_text("words"))
        assert lowest <= 842
        assert sum(page.count("same in every round") for page in pages) >= 8 * rounds
        [heading] = [page for page in pages if "Over the rounds" in page]
        assert "2560" in heading


def test_tables_below_each_other_are_not_kept_as_one_in_word_nor_one_that_is_longer_than_half_a_page() -> None:
    """Of a child with four rounds, the title stood alone on the first page, and two tables on the next ones."""
    parts = (TABLE, Heading("Over the rounds"), _rounds_of_a_child(4))
    book = docx.Document(io.BytesIO(docx_bytes(Document("Child", "", "en", parts))))
    kept = [[row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows] for table in book.tables]
    assert kept == [[True] * 10 + [None], [None] * 5]


def test_sentences_take_room_from_shorter_words_beside_them() -> None:
    block = _rounds_of_a_child(1)
    shares = column_shares(block, [cell_texts(block, column, "en") for column in block.columns])
    assert shares[1] > 0.4
    assert min(shares) * 102 >= 6


def test_names_in_letters_that_stand_low_do_not_cross_the_lines_of_a_table() -> None:
    """A Burmese name with letters below letters makes its row of a PDF higher."""
    fonts, heights = typst.Fonts(), list[float]()
    for name in ("Mali", "ကြွယ်ဝဖြိုးဟိန်း"):
        block = TableBlock("Names", pd.DataFrame({"Name": [name] * 3}), (Column("Name", "Name"),))
        try:
            made = pdf_bytes(Document("Paper", "", "en", (block,)), fonts)
        except UsageError:
            pytest.skip("no font of this machine has Burmese letters")
        with pymupdf.open(stream=made, filetype="pdf") as document:
            lines = sorted({round(word[1], 1) for word in document[0].get_text("words")})
            heights.append(lines[-2] - lines[-3])
    assert heights[1] > heights[0] + 3
