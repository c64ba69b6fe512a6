"""Workbooks as other programs write them, put together by hand from their parts; each is read, or refused by name.

What they write differs within ECMA-376 and ISO 29500: strict namespaces, a prefix before every name, cells and rows
without references, absolute targets, other names of parts, texts in the cell, in runs, with phonetic hints, dates as
text, Thai formats of dates, days counted from 1904.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cpms_cli import CpmsError, read, read_cells, validate
from cpms_cli.reading.source import SourceTable, column_letter
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms
from tests.hostile.test_hostile_workbooks import old_office

LABELS = ["ปีที่สำรวจ", "รหัสหมู่บ้าน", "บ้านเลขที่", "ลำดับเด็ก", "ชื่อ", "เพศ", "วันเกิด", "สัญชาติ"]
NAMES = ["round", "village_code", "household_no", "child_no", "given_name", "sex", "birth_date", "nationality"]
CHILD = ["2569", "85010501", "12", "1", "มะลิ", "หญิง", "5/1/2560", "ไทย"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "xl/worksheets/sheet1.xml"
DAY = 42740  # 5 January 2017, counted from 1900
FROM_1904 = 1462


def number(day: int, style: int = 1) -> str:
    return f'<c @ s="{style}"><v>{day}</v></c>'


def sheet_data(rows: Sequence[Sequence[str]], *, references: bool = True) -> str:
    """Rows of texts, and of cells that are XML already, `@` where their reference belongs."""
    lines = []
    for row, cells in enumerate(rows, start=1):
        written = []
        for column, cell in enumerate(cells):
            whole = cell if cell.startswith("<") else f'<c @ t="inlineStr"><is><t>{cell}</t></is></c>'
            reference = f'r="{column_letter(column)}{row}"' if references else ""
            written.append(whole.replace("@", reference, 1))
        lines.append(f"<row{f' r={chr(34)}{row}{chr(34)}' if references else ''}>{''.join(written)}</row>")
    return "".join(lines)


def prefixed(xml: str, prefix: str) -> str:
    return xml.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:")


def workbook(
    rows: Sequence[Sequence[str]],
    *,
    strict: bool = False,
    prefix: str = "",
    references: bool = True,
    part: str = SHEET,
    target: str = "worksheets/sheet1.xml",
    properties: str = "",
    more: Mapping[str, str] | None = None,
) -> bytes:
    """A workbook with one sheet; `more` are further parts of `xl/`, related to the book by their names."""
    main, office = (STRICT_MAIN, STRICT_OFFICE) if strict else (MAIN, OFFICE)
    named = f"xmlns:{prefix}" if prefix else "xmlns"

    def document(root: str, within: str) -> str:
        whole = f"<{root}>{within}</{root}>"
        opened = prefixed(whole, prefix) if prefix else whole
        return opened.replace(">", f' {named}="{main}" xmlns:r="{office}">', 1)

    related = {f"rId{number}": (name.split(".")[0], name) for number, name in enumerate(more or {}, start=2)}
    related["rId1"] = ("worksheet", target)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": document(
            "workbook", f'{properties}<sheets><sheet name="สำรวจ" sheetId="1" r:id="rId1"/></sheets>'
        ),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="{key}" Type="{office}/{kind}" Target="{name}"/>'
            for key, (kind, name) in related.items()
        )
        + "</Relationships>",
        part: document("worksheet", f"<sheetData>{sheet_data(rows, references=references)}</sheetData>"),
        **{f"xl/{name}": content for name, content in (more or {}).items()},
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return written.getvalue()


def styles(*formats: int | str) -> dict[str, str]:
    """The styles 1, 2, ... of these formats: of a built-in number, or of a code of their own."""
    own: dict[int | str, int | str] = {
        code: 170 + number for number, code in enumerate(formats) if isinstance(code, str)
    }
    codes = "".join(f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for code, number in own.items())
    cells = "".join(f'<xf numFmtId="{own.get(code, code)}" applyNumberFormat="1"/>' for code in formats)
    return {
        "styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><cellXfs><xf numFmtId="0"/>{cells}'
        "</cellXfs></styleSheet>"
    }


def saved(tmp_path: Path, content: bytes, name: str = "a.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def with_cell(column: str, cell: str) -> list[str]:
    return [cell if label == column else plain for label, plain in zip(LABELS, CHILD, strict=True)]


def only_table(path: Path) -> tuple[SourceTable, list[list[Any]]]:
    [table] = read_cells(path)
    return table, [list(row) for row in zip(*(column.to_pylist() for column in table.data.columns), strict=True)]


WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "strict (Excel, Strict Open XML)": {"strict": True},
    "a prefix before every name (SAP, OpenXML SDK)": {"prefix": "x"},
    "without references (DataGrip, Dynamics)": {"references": False},
    "an absolute target": {"target": "/xl/worksheets/sheet1.xml"},
    "a part of another name": {"target": "sheets/blatt.xml", "part": "xl/sheets/blatt.xml"},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_same_cells_are_read_in_whatever_way_they_are_written(tmp_path: Path, way: dict[str, Any]) -> None:
    _, rows = only_table(saved(tmp_path, workbook([LABELS, CHILD], **way)))
    assert rows == [CHILD]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_errors_of_formulas_are_findings_in_whatever_way_they_are_written(tmp_path: Path, way: dict[str, Any]) -> None:
    errors = [with_cell("เพศ", f'<c @ t="e"><v>{error}</v></c>') for error in ("#N/A", "#REF!")]
    unknown = with_cell(
        "สัญชาติ", "<c @><f>VLOOKUP(A1,B:C,2)</f></c>".replace(" @", " @" if way.get("references", 1) else "")
    )
    table, rows = only_table(saved(tmp_path, workbook([LABELS, *errors, CHILD, unknown], **way)))
    assert [(fault.check, fault.row, column_letter(fault.column or 0), fault.value) for fault in table.faults] == [
        ("excel_error", 2, "F", "#N/A"),
        ("excel_error", 3, "F", "#REF!"),
        ("formula_uncalculated", 5, "H", None),
    ]
    assert [row[5] for row in rows] == [None, None, "หญิง", "หญิง"]


def test_a_cell_without_reference_follows_the_one_before_it(tmp_path: Path) -> None:
    data = (
        '<row r="4"><c r="A4" t="inlineStr"><is><t>a</t></is></c><c r="C4" t="inlineStr"><is><t>b</t></is></c>'
        '<c t="e"><v>#DIV/0!</v></c></row><row><c t="inlineStr"><is><t>c</t></is></c><c t="e"><v>#VALUE!</v></c></row>'
    )
    content = workbook([["k", "l", "m", "n"]])
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    parts[SHEET] = parts[SHEET].replace("</sheetData>", data + "</sheetData>")
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as new:
        for name, part in parts.items():
            new.writestr(name, part)
    table, _ = only_table(saved(tmp_path, written.getvalue()))
    assert [(fault.row, fault.column, fault.value) for fault in table.faults] == [(4, 3, "#DIV/0!"), (5, 1, "#VALUE!")]


def test_a_row_of_nothing_but_errors_is_no_blank_row(tmp_path: Path) -> None:
    row = ['<c @ t="e"><v>#REF!</v></c>'] * len(LABELS)
    filled_down = [*[""] * 6, '<c @ t="e"><v>#VALUE!</v></c>', ""]
    findings = validate([saved(tmp_path, workbook([LABELS, CHILD, row, filled_down]))]).findings
    assert set(findings.loc[findings["check"] == "excel_error", "row"]) == {3}


def test_texts_in_runs_are_joined_and_phonetic_hints_left_out(tmp_path: Path) -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><t>มะ</t></r><r><rPr><b/></rPr><t>ลิ</t></r><rPh sb="0" eb="1"><t>mali</t></rPh>'
        "<phoneticPr/></si></sst>"
    )
    child = with_cell("ชื่อ", '<c @ t="s"><v>0</v></c>')
    _, rows = only_table(saved(tmp_path, workbook([LABELS, child], more={"sharedStrings.xml": strings})))
    assert rows == [CHILD]


THAI = (
    "[$-107041E]d mmm yy;@",
    "[$-D07041E]d/m/yyyy",
    "[$-1070000]d/mm/yyyy;@",
    "[$-th-TH,107]d/mm/yyyy",
    "d/m/bbbb",
    "[$-101041E]d mmmm yyyy;@",
    "[$-41E]d mmmm yyyy",
    "[$-187041E]d mmm yy",
    "b2d/m/yyyy",
    "[$-D000000]d/mm/yyyy",
    "d/m/e",
    "ว/ด/ปปปป",
    "[$-D07041E]ว ดดดด ปปปป;@",
    "ว-ดดด-ปป",
)
FORMATS = (*range(14, 18), 22, *range(27, 37), *range(50, 59), 71, 72, 77, 81, *THAI)
NUMBERS = (0, 1, 2, 59, 60, 61, 62, 67, 68)  # formats of numbers: the day is its number


@pytest.mark.parametrize("from_1904", [False, True], ids=["from 1900", "from 1904"])
def test_a_day_in_a_thai_format_is_that_day(tmp_path: Path, survey: Survey, from_1904: bool) -> None:
    day = DAY - FROM_1904 if from_1904 else DAY
    formats = [*FORMATS, *NUMBERS]
    rows = [
        [*CHILD[:3], str(row_number), *CHILD[4:6], number(day, row_number), CHILD[7]]
        for row_number, _ in enumerate(formats, start=1)
    ]
    properties = '<workbookPr date1904="1"/>' if from_1904 else ""
    path = saved(tmp_path, workbook([LABELS, *rows], properties=properties, more=styles(*formats)))
    _, cells = only_table(path)
    days = dict(zip(map(str, formats), (row[6] for row in cells), strict=True))
    assert {days[str(number_format)] for number_format in FORMATS} == {"2017-01-05"}
    assert {days[str(number_format)] for number_format in NUMBERS} == {str(day)}
    born = read(path, survey)[0].cells("birth_date").to_pylist()
    assert set(born) == {"2017-01-05"}


def test_a_house_number_that_became_a_thai_date_is_asked_about(tmp_path: Path) -> None:
    path = saved(tmp_path, workbook([LABELS, with_cell("บ้านเลขที่", number(46093))], more=styles(71)))
    assert "house_number_as_date" in set(validate([path]).findings["check"])


@pytest.mark.parametrize("text", ["2017-01-05", "2017-01-05T00:00:00", "2017-01-05T00:00:00.000"])
def test_a_date_written_as_text_is_that_day(tmp_path: Path, text: str) -> None:
    cell = with_cell("วันเกิด", f'<c @ t="d"><v>{text}</v></c>')
    assert only_table(saved(tmp_path, workbook([LABELS, cell], strict=True)))[1][0][6] == "2017-01-05"


@pytest.mark.parametrize("header", [[LABELS, NAMES], [NAMES, LABELS]], ids=["names below", "labels below"])
def test_a_second_header_row_is_no_child(tmp_path: Path, survey: Survey, header: list[list[str]]) -> None:
    [table] = read(saved(tmp_path, workbook([*header, CHILD])), survey)
    assert (len(table.rows), [row.kind for row in table.source.left_out]) == (1, ["second_header"])


def _zip(*names: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as container:
        for name in names:
            container.writestr(name, b"x")
    return written.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "error", "mend"),
    [
        ("a.xlsb", _zip("[Content_Types].xml", "xl/workbook.bin"), "file_is_xlsb", "Save As"),
        ("a.numbers", _zip("Index/Document.iwa", "Metadata/Properties.plist"), "file_is_numbers", "Export To"),
        ("a.numbers", _zip("Index.zip", "preview.jpg"), "file_is_numbers", "Export To"),
        ("a.gsheet", b'{"url": "https://docs.example/d/1", "doc_id": "1"}', "file_is_link", "download it"),
        ("a.url", b"[InternetShortcut]\r\nURL=https://docs.example/d/1", "file_is_link", "download it"),
        ("a.xlsx", old_office("EncryptedPackage"), "workbook_password", "save a copy"),
        ("a.xlsx", workbook([LABELS, CHILD], target="sheets\\other.xml"), "damaged_workbook", "save it again"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_with_the_mend(
    cpms: Cpms, tmp_path: Path, name: str, content: bytes, error: str, mend: str
) -> None:
    path = saved(tmp_path, content, name)
    with pytest.raises(CpmsError) as refused:
        read_cells(path)
    assert refused.value.message_id == error
    ran = cpms("validate", path)
    assert (ran.code, mend in " ".join(ran.err.split())) == (2, True)
