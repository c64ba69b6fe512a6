"""Web pages under the name of a spreadsheet, and workbooks in XML, as systems of health and schools export them."""

from __future__ import annotations

from pathlib import Path

from cpms_cli import read, read_cells
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms

TITLE = "ทะเบียนเด็ก หมู่ที่ 2 ตำบลปากน้ำ อำเภอเมืองระนอง ปี 2569"
HEADER = ["บ้านเลขที่", "ชื่อ", "นามสกุล", "เพศ", "วันเกิด"]
CHILDREN = [["5", "แก้ว", "ใจดี", "หญิง", "1 ม.ค. 2560"], ["8/1", "ฟ้า", "มีสุข", "หญิง", "3 เม.ย. 2557"]]
NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"


def page(title: str = f"<h3>{TITLE}</h3>", charset: str = "utf-8") -> str:
    rows = "".join("<TR>" + "".join(f"<TD>{cell}" for cell in row) for row in [HEADER, *CHILDREN])
    return f'<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset={charset}">{title}<TABLE>{rows}</TABLE>'


def test_a_page_of_any_encoding_is_read_as_the_workbook_it_is_called(tmp_path: Path, survey: Survey) -> None:
    for encoding in ("utf-8", "cp874", "utf-16"):
        path = tmp_path / f"{encoding}.xls"
        path.write_bytes(page(charset="windows-874").encode(encoding))
        (table,) = read(path, survey)
        assert table.cells("given_name").to_pylist() == ["แก้ว", "ฟ้า"]
        assert table.cells("village_code").to_pylist() == ["85010502", "85010502"]
        assert table.cells("birth_date").to_pylist() == ["2017-01-01", "2014-04-03"]


def test_a_table_in_the_page_of_a_system_is_found_beside_its_menus(tmp_path: Path) -> None:
    path = tmp_path / "report.xls"
    menu = "<table><tr><td>หน้าแรก</td><td>ออกจากระบบ</td></tr></table>"
    path.write_text(f"<html><head><title>รายงาน</title></head><body>{menu}{page()}</body></html>", encoding="utf-8")
    assert [table.sheet for table in read_cells(path) if table.data.num_rows] == ["2"]


def test_a_row_that_a_page_hides_is_named(tmp_path: Path) -> None:
    path = tmp_path / "page.xls"
    path.write_text(page().replace("<TR><TD>8/1", "<TR style='display: none'><TD>8/1"), encoding="utf-8")
    assert read_cells(path)[0].evidence["hidden_rows"] == "4"


def cell(value: str, kind: str = "String", **attributes: int) -> str:
    written = "".join(f' ss:{name}="{number}"' for name, number in attributes.items())
    return f'<Cell{written}><Data ss:Type="{kind}">{value}</Data></Cell>'


def in_xml(*rows: str, end: str = "") -> str:
    names = f'xmlns="{NAMESPACE}" xmlns:ss="{NAMESPACE}"'
    table = f"<Table>{''.join(rows)}</Table>{end}"
    return f'<?xml version="1.0"?><Workbook {names}><Worksheet ss:Name="เด็ก">{table}</Worksheet></Workbook>'


def test_a_workbook_in_xml_is_read_with_its_types_gaps_and_merged_cells(tmp_path: Path, survey: Survey) -> None:
    path = tmp_path / "school.xls"
    note = f'<Comment><ss:Data xmlns:ss="{NAMESPACE}">ไม่แน่ใจ</ss:Data></Comment>'
    rows = (
        f"<Row>{cell(TITLE, MergeAcross=4)}</Row>",
        f'<Row ss:Index="3">{"".join(map(cell, [*HEADER, "อายุ"]))}</Row>',
        f"<Row>{cell('5', MergeDown=1)}{cell('แก้ว')}{cell('ใจดี')}{cell('หญิง')}"
        f"{cell('2017-01-01T00:00:00.000', 'DateTime')}{cell('9', 'Number')}</Row>",
        f'<Row ss:Hidden="1"><Cell ss:Index="2">{note}<Data ss:Type="String">ก้อง</Data></Cell>'
        f"{cell('ชาย', Index=4)}{cell('#N/A', 'Error')}{cell('7', 'Number')}</Row>",
    )
    path.write_text(in_xml(*rows), encoding="utf-8")
    (table,) = read(path, survey)
    assert table.cells("household_no").to_pylist() == ["5", "5"]
    assert table.cells("given_name").to_pylist() == ["แก้ว", "ก้อง"]
    assert table.cells("sex").to_pylist() == ["female", "male"]
    assert table.cells("age_years").to_pylist() == ["9", "7"]
    assert table.cells("birth_date").to_pylist() == ["2017-01-01", None]
    source = read_cells(path)[0]
    assert source.evidence["hidden_rows"] == "5"
    assert [(fault.check, fault.row, fault.column) for fault in source.faults] == [("excel_error", 5, 4)]


def test_such_files_are_stored_and_marked_as_others_are(tmp_path: Path, cpms: Cpms) -> None:
    path, store, marked = tmp_path / "hdc.xls", tmp_path / "s.duckdb", tmp_path / "marked.xlsx"
    path.write_text(page().replace("3 เม.ย. 2557", "31 เม.ย. 2557"), encoding="utf-8")
    assert cpms("validate", path, "--annotate", marked).code == 1
    assert marked.is_file()
    ran = cpms("merge", path, "--store", store)
    assert "2 rows in = 1 stored + 0 unchanged + 1 set aside" in ran.out
