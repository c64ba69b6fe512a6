"""Documents in each format, opened again: what stands in them, and how they print."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pandas as pd
import pypdf
import pypdfium2
import pytest
import typst
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_cli.errors import UsageError
from cpms_cli.reports.charts.pictures import as_png, drawing_fonts, picture_width, without_sara_am
from cpms_cli.reports.composing.codebook import codebook
from cpms_cli.reports.composing.plan import plan_document
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
from cpms_cli.reports.documents.markdown_file import markdown_text
from cpms_cli.reports.documents.pdf_file import pdf_bytes
from cpms_cli.reports.documents.rendering import render
from cpms_cli.reports.documents.xlsx_report import xlsx_bytes
from cpms_cli.summaries.area.plans import plan_area
from cpms_cli.survey.model.definition import Survey
from cpms_cli.writing.fonts import families_of, shipped_fonts
from tests.conftest import THAI_FONT


@pytest.fixture(scope="module")
def thai_plan(sample_store: Path, survey: Survey) -> Document:
    return plan_document(survey, plan_area(sample_store, "850105", language="th"), "th")


@pytest.fixture(scope="module")
def english_plan(sample_store: Path, survey: Survey) -> Document:
    return plan_document(survey, plan_area(sample_store, "85"), "en")


def _table(**columns: Any) -> TableBlock:
    kinds = {"children": "count", "share": "share", "change": "change"}
    table_columns = tuple(Column(name, name.title(), kinds.get(name, "text")) for name in columns)  # type: ignore[arg-type]
    return TableBlock("Caption", pd.DataFrame(columns), table_columns, "Note")


def _document(*parts: Part) -> Document:
    return Document("Title", "Subtitle", "en", parts, ("Source",))


EVERYTHING = _document(
    Heading("First section"),
    Paragraph("Plain"),
    Paragraph("Key", "key"),
    Paragraph("Small", "note"),
    Bullets(("one", "two")),
    _table(
        area=["A", "B"],
        children=pd.array([12, None], dtype="Int64"),
        share=[0.125, None],
        change=[-0.05, None],
        decision=["", ""],
    ),
    Chart(
        "indicator_bars",
        "Bars",
        pd.DataFrame({"label": ["x", "y"], "share": [0.5, 0.25], "low": [0.4, 0.2], "high": [0.6, 0.3]}),
        "Two bars",
        words={"label": "Indicator"},
    ),
    PageBreak(),
    Heading("Second section"),
    Heading("Below", 3),
    BlankLines("Decided", 3),
)


def _word(document: Document, path: Path) -> Any:
    render(document, path)
    return docx.Document(str(path))


def _cells(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_docx_has_real_headings_and_header_rows_that_repeat(thai_plan: Document, tmp_path: Path) -> None:
    book = _word(thai_plan, tmp_path / "plan.docx")
    headings = [paragraph.text for paragraph in book.paragraphs if paragraph.style.name == "Heading 1"]
    assert headings[0] == "สิ่งที่ต้องทำก่อน"
    assert headings == [part.text for part in thai_plan.parts if isinstance(part, Heading)]
    assert len(book.tables) >= 4
    for table in book.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows[1:])
    proposals = next(table for table in book.tables if "กิจกรรม" in table.rows[0].cells[0].text)
    assert [cell.text for cell in proposals.rows[0].cells][-4:] == ["มติ", "ผู้รับผิดชอบ", "ภายในวันที่", "งบประมาณ"]
    assert {cell.text for row in proposals.rows[1:] for cell in row.cells[-4:]} == {""}


def test_docx_names_font_size_and_language_of_complex_script(thai_plan: Document, tmp_path: Path) -> None:
    book = _word(thai_plan, tmp_path / "plan.docx")
    for name in ("Normal", "Title", "Heading 1", "Table Cell", "Table Head", "Caption"):
        properties = book.styles[name].element.rPr
        assert properties.find(qn("w:rFonts")).get(qn("w:cs")) == properties.find(qn("w:rFonts")).get(qn("w:ascii")), (
            name
        )
        assert properties.find(qn("w:szCs")).get(qn("w:val")) == properties.find(qn("w:sz")).get(qn("w:val")), name
        assert not [key for key in properties.find(qn("w:rFonts")).attrib if key.lower().endswith("theme")]
    language = book.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert (language.get(qn("w:val")), language.get(qn("w:bidi"))) == ("th-TH", "th-TH")


def test_docx_is_a4_with_page_numbers_and_ruled_lines(english_plan: Document, tmp_path: Path) -> None:
    book = _word(english_plan, tmp_path / "plan.docx")
    section = book.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    fields = [element.get(qn("w:instr")) for element in section.footer._element.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    ruled = [paragraph for paragraph in book.paragraphs if paragraph._p.find(f".//{qn('w:pBdr')}") is not None]
    assert len(ruled) == sum(part.count for part in english_plan.parts if isinstance(part, BlankLines))


def test_docx_says_what_is_withheld_and_what_cannot_be_computed(tmp_path: Path) -> None:
    book = _word(EVERYTHING, tmp_path / "all.docx")
    assert _cells(book.tables[0]) == [
        ["Area", "Children", "Share", "Change", "Decision"],
        ["A", "12", "12.5 %", "-5.0", ""],
        ["B", "n.p.", "–", "–", ""],
    ]
    assert [paragraph.text for paragraph in book.paragraphs if paragraph.style.name == "List Bullet"] == ["one", "two"]
    assert book.sections[0].page_height > book.sections[0].page_width


def _book(document: Document) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(document)))


def _head(sheet: Any) -> int:
    return int(sheet.freeze_panes[1:]) - 1


def test_xlsx_holds_figures_as_numbers(english_plan: Document) -> None:
    sheet = _book(english_plan)["Indicators with most children,"]
    head = _head(sheet)
    assert [cell.value for cell in sheet[head]][:3] == ["Indicator", "Children", "Share"]
    first = sheet[head + 1]
    assert (first[1].value, first[1].number_format) == (98, "#,##0")
    assert (first[2].data_type, first[2].number_format) == ("n", "0.0 %")
    # 98 of 293 known answers, as `cpms province 85` counts them.
    assert first[2].value == pytest.approx(98 / 293)
    # The sheet of the chart has the round before as a figure too.
    drawn = _book(english_plan)["Leading indicators"]
    assert drawn[_head(drawn)][-1].value == "Share 2025" and drawn[_head(drawn) + 1][-1].number_format == "0.0 %"


def test_tables_of_one_kind_share_a_sheet_each_below_its_own_heading(survey: Survey) -> None:
    """A codebook of 22 indicators and 29 lists of answers is no workbook of 51 sheets."""
    book = _book(codebook(survey, "en"))
    assert book.sheetnames[1:6] == ["Household", "Child", "Response", "Answers", "Indicators"]
    column = [str(row[0]) for row in book["Indicators"].iter_rows(values_only=True)]
    for indicator in survey.indicators:
        heading = column.index(f"{indicator.number} {indicator.name.in_('en')}")
        assert column[heading + 2 : heading + 4] == [indicator.column, "Rule"], "what it means, then its own table"


def test_every_sheet_of_an_xlsx_prints_on_a4_and_none_has_a_formula(thai_plan: Document) -> None:
    book = _book(thai_plan)
    sheets: list[Any] = list(book.worksheets)
    for sheet in sheets:  # one page high is what a sheet is without being told
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, None if sheet._charts else 0)
        assert sheet.print_area
        assert sheet.oddFooter.center.text == "หน้า &P จาก &N"
        assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
        if sheet.freeze_panes:
            assert sheet.print_title_rows == f"${_head(sheet)}:${_head(sheet)}"
            assert sheet.auto_filter.ref.startswith(f"A{_head(sheet)}:")
    tables = [sheet.title for sheet in book.worksheets if sheet.freeze_panes]
    assert len(tables) >= 5
    assert {"กิจกรรมที่เสนอ", "เด็กที่ต้องได้รับการช่วยเหลือ"} <= set(tables)


def test_xlsx_charts_are_excels_own_and_drawn_from_their_sheet(english_plan: Document) -> None:
    sheets: list[Any] = list(_book(english_plan).worksheets)
    charts = {sheet.title: sheet._charts[0] for sheet in sheets if sheet._charts}
    stacked, bars = charts["Children who stand at each leve"], charts["Leading indicators"]
    assert stacked.grouping == "stacked"
    assert len(stacked.series) == 5
    assert all(
        series_drawn.val.numRef.f.startswith("'Children who stand at each leve'!") for series_drawn in stacked.series
    )
    assert bars.series[0].errBars is not None


def test_xlsx_says_what_is_withheld(tmp_path: Path) -> None:
    sheet = _book(EVERYTHING)["First section"]
    second = sheet[_head(sheet) + 2]
    assert [cell.value for cell in second][:4] == ["B", "n.p.", "–", "–"]


def test_columns_are_as_wide_as_thai_is_seen() -> None:
    """Nine letters of which four stand above or below the others take the room of five."""
    low, seen = "กรุงเทพฯ" * 3, "กรงเทพฯ" * 3
    wide = _book(_document(_table(area=[low])))["Title"].column_dimensions["A"].width
    assert wide == _book(_document(_table(area=[seen])))["Title"].column_dimensions["A"].width


def test_a_table_too_wide_for_a_page_goes_on_beside_it_with_its_names_repeated() -> None:
    sheet: Any = _book(_document(_table(**{f"ตัวชี้วัดที่มีชื่อยาวมาก{number}": [0.5] for number in range(30)})))["Title"]
    assert sheet.page_setup.fitToWidth == 3
    assert sheet.print_title_cols == "$A:$A"


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_no_text_of_a_document_is_a_formula_in_excel(texts: list[str]) -> None:
    texts = ["=1+1", "+66", "@SUM(A1)", "{=1}", "http://a.b", *texts]
    sheet = _book(_document(_table(area=texts)))["Title"]
    cells = [sheet.cell(_head(sheet) + 1 + number, 1) for number in range(len(texts))]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert [cell.value for cell in cells[:5]] == texts[:5]
    assert all(cell.hyperlink is None for cell in cells)


needs_thai = pytest.mark.skipif(not THAI_FONT, reason="no font with Thai letters is installed")


@needs_thai
def test_pdf_in_thai_is_a4_upright_with_its_font_in_it(thai_plan: Document, tmp_path: Path) -> None:
    render(thai_plan, tmp_path / "plan.pdf")
    read: Any = pypdf.PdfReader(tmp_path / "plan.pdf")
    assert 3 <= len(read.pages) <= 9
    assert [round(float(side) / 72 * 2.54, 1) for side in read.pages[0].mediabox[2:]] == [21.0, 29.7]
    assert read.metadata.title == "แผนคุ้มครองเด็ก ตำบลปากน้ำ"
    assert str(read.trailer["/Root"]["/Lang"]).startswith("th")
    fonts = [font.get_object() for page in read.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(inner)
        assert "/ToUnicode" in font


def test_pdf_holds_every_part_and_needs_no_thai_font_for_english() -> None:
    bare = typst.Fonts(include_system_fonts=False)
    read = pypdf.PdfReader(io.BytesIO(pdf_bytes(EVERYTHING, bare)))
    text = " ".join(page.extract_text() for page in read.pages)
    words = (
        "Title",
        "Subtitle",
        "First section",
        "Second section",
        "Below",
        "Plain",
        "Key",
        "Small",
        "one",
        "two",
        "Caption",
        "12.5 %",
        "n.p.",
        "-5.0",
        "Decided",
        "Source",
        "Page 1 of 2",
        "Page 2 of 2",
    )
    assert [word for word in words if word not in text] == []


def test_pdf_without_a_thai_font_says_what_to_install(thai_plan: Document) -> None:
    with pytest.raises(UsageError) as refusal:
        pdf_bytes(thai_plan, typst.Fonts(include_system_fonts=False))
    assert refusal.value.message_id == "pdf_needs_font"


def test_the_font_that_is_installed_with_the_package_sets_thai_where_no_other_font_can(thai_plan: Document) -> None:
    ours = typst.Fonts(include_system_fonts=False, font_paths=[shipped_fonts()])
    assert families_of("th", [font.family for font in ours.fonts()]) == ["Noto Sans Thai"]
    text = pypdfium2.PdfDocument(pdf_bytes(thai_plan, ours))[0].get_textpage().get_text_range()
    assert "สิ่งที่ต้องทำ" in text.replace(" ", "")
    families = [font.family for font in drawing_fonts().fonts()]
    assert families_of("th", families), "charts never draw boxes"


def test_text_of_a_document_is_never_read_as_markup_of_the_pdf() -> None:
    text = '#panic("no") $x$ @ref *bold* </a> \\ "'
    read = pypdf.PdfReader(io.BytesIO(pdf_bytes(_document(Paragraph(text), _table(area=[text])))))
    assert read.pages[0].extract_text().count('#panic("no") $x$ @ref *bold* </a> \\ "') == 2


@pytest.mark.parametrize("ending", [".docx", ".xlsx", ".pdf"])
def test_the_same_document_is_the_same_file(ending: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}{ending}" for name in ("one", "two")]
    for path in paths:
        render(EVERYTHING, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_pictures_are_drawn_whole_on_one_page() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}"><text y="20">น้ำ</text></svg>'
    assert picture_width(svg.format(720, 300)) == 17
    # 2,640 px of height on the 21 cm that an upright page has left.
    assert picture_width(svg.format("720px", "2640px")) == pytest.approx(21 * 720 / 2640)
    assert as_png(svg.format(720, 300))[:8] == b"\x89PNG\r\n\x1a\n"


def test_sara_am_in_a_picture_is_the_two_signs_it_is_drawn_as() -> None:
    """Nikhahit stands below a tone mark: น้ำ is no nu, nikhahit, mai tho, sara aa; คำ has no tone."""
    fitted = without_sara_am("น้ำ คำ มา")
    assert [f"{ord(sign):x}" for sign in fitted] == [
        "e19",
        "e4d",
        "e49",
        "e32",
        "20",
        "e04",
        "e4d",
        "e32",
        "20",
        "e21",
        "e32",
    ]


def test_markdown_shows_cells_in_words_as_other_documents_do() -> None:
    """A withheld count was a blank cell, and a share had all its digits."""
    frame = pd.DataFrame({"a": ["x|y"], "n": pd.array([None], dtype="Int64"), "s": [0.3023255]})
    columns = (Column("a", "Area"), Column("n", "Children", "count"), Column("s", "Share", "share"))
    document = Document("Title", "2026", "en", (TableBlock("Caption", frame, columns),))
    table = [line for line in markdown_text(document).splitlines() if line.startswith("|")]
    assert table == ["| Area | Children | Share |", "| --- | ---: | ---: |", r"| x\|y | n.p. | 30.2 % |"]
