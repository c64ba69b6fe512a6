"""Given these files, `cpms validate --annotate` writes the officer's own workbook with what is wrong in it."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tests.conftest import SAMPLES, Cpms, Draw

ERROR, WARNING = "FFFF9C9C", "FFFFF2AB"


def _column(sheet: Worksheet, header: str, row: int = 1) -> str:
    return next(str(cell.column_letter) for cell in sheet[row] if cell.value == header)


def _listed(sheet: Worksheet) -> list[dict[str, object]]:
    head = next(row for row in sheet.iter_rows() if row[0].value == "Severity")
    names = [str(cell.value) for cell in head]
    first = int(str(head[0].row)) + 1
    return [dict(zip(names, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=first)]


def test_the_wrong_cell_is_coloured_commented_and_listed(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    ran = cpms("validate", draw({}, {"sex": "Femal"}, name="survey.xlsx"), "--annotate", out)
    assert ran.code == 1
    assert "1 cell coloured, 1 line on the sheet 'To mend'" in ran.err
    book = openpyxl.load_workbook(out)
    assert book.sheetnames[:2] == ["To mend", "survey"]
    sheet = book["survey"]
    place = f"{_column(sheet, 'sex')}3"
    cell = sheet[place]
    assert cell.value == "Femal"
    assert cell.fill.fgColor.rgb == ERROR
    assert cell.comment is not None
    assert cell.comment.text.startswith("cpms:\nerror: 'Femal' is not an answer to Sex\n→ write one of: Female, Male")
    assert "Is it 'Female'?" in cell.comment.text
    [line] = _listed(book["To mend"])
    assert (line["Severity"], line["Sheet"], line["Cell"], line["Value"]) == ("error", "survey", place, "Femal")
    assert (line["Proposal"], line["Rule"]) == ("Female", "code")
    [link] = [cell.hyperlink for row in book["To mend"].iter_rows() for cell in row if cell.hyperlink]
    assert link.location == f"'survey'!{place}"
    coloured = [
        cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb in (ERROR, WARNING)
    ]
    assert coloured == [place]


def test_the_list_is_filtered_and_its_header_stays_in_sight(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    cpms("validate", draw({"sex": "x"}, {"sex": "y"}, name="survey.xlsx"), "--annotate", tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0]
    top = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Severity")
    assert sheet.auto_filter.ref == f"A{top}:I{top + 2}"
    assert sheet.freeze_panes == f"A{top + 1}"
    assert sheet.sheet_view.tabSelected


def test_a_cell_with_an_answer_list_offers_it_in_the_users_language(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    cpms("validate", draw({"sex": "x"}, name="survey.xlsx"), "--annotate", tmp_path / "out.xlsx", "--lang", "th")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    [rule] = book["survey"].data_validations.dataValidation
    assert rule.type == "list"
    assert str(rule.sqref) == f"{_column(book['survey'], 'sex')}2"
    sheet, cells = next(iter(book.defined_names[rule.formula1].destinations))
    offered = [row[0].value for row in book[sheet][cells]]
    assert offered[:2] == ["หญิง", "ชาย"]
    assert book[sheet].sheet_state == "hidden"


def test_everything_else_of_the_workbook_is_kept(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({"sex": "x"}, {}, name="survey.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["survey"]
    sheet.column_dimensions["C"].width = 33
    sheet["B2"].number_format = "0000"
    sheet["A1"].comment = Comment("ของเจ้าหน้าที่", "เจ้าหน้าที่")
    wrong = f"{_column(sheet, 'sex')}2"
    sheet[wrong].comment = Comment("ถามแม่อีกครั้ง", "เจ้าหน้าที่")
    sheet.add_data_validation(DataValidation(type="list", formula1='"a,b"', sqref="D2:D9"))
    notes = book.create_sheet("งาน 'อื่น'", 0)
    notes.merge_cells("A1:C1")
    notes["A2"] = "=1+1"
    chart = BarChart()
    chart.add_data(Reference(notes, min_col=1, min_row=1, max_row=2))
    notes.add_chart(chart, "E5")
    book.defined_names["mine"] = openpyxl.workbook.defined_name.DefinedName("mine", attr_text="survey!$A$1")
    notes.print_title_rows = "1:1"
    book.save(path)
    out = tmp_path / "out.xlsx"
    cpms("validate", path, "--annotate", out)
    kept = openpyxl.load_workbook(out)
    assert kept.sheetnames == ["To mend", "งาน 'อื่น'", "survey", "cpms lists"]
    after = kept["survey"]
    assert after.column_dimensions["C"].width == 33
    assert after["B2"].number_format == "0000"
    assert after["A1"].comment.text == "ของเจ้าหน้าที่"
    assert after[wrong].comment.text.startswith("ถามแม่อีกครั้ง\ncpms:\nerror: ")
    assert {str(rule.sqref) for rule in after.data_validations.dataValidation} == {"D2:D9", wrong}
    assert str(kept["งาน 'อื่น'"].merged_cells) == "A1:C1"
    assert kept["งาน 'อื่น'"].print_title_rows == "$1:$1"
    assert kept["งาน 'อื่น'"]["A2"].value == "=1+1"
    assert "mine" in kept.defined_names
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(out) as written:
        assert written.read("xl/charts/chart1.xml") == before.read("xl/charts/chart1.xml")


def test_a_csv_becomes_a_workbook_with_the_same_rows_as_text(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({"household_no": "007", "national_id": "0123456789012"}, {"sex": "x"})
    ran = cpms("validate", path, "--annotate", tmp_path / "out.xlsx")
    assert "survey.csv is no XLSX workbook" in ran.err
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    sheet = book["survey"]
    written = pd.read_csv(path, dtype=str, header=None, keep_default_na=False)
    texts = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert texts == written.to_numpy().tolist()
    assert {cell.number_format for row in sheet.iter_rows() for cell in row if cell.value} == {"@"}
    assert sheet[f"{_column(sheet, 'sex')}3"].fill.fgColor.rgb == ERROR


def test_an_ods_is_written_as_text_and_said_so(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    frame = pd.read_csv(draw({}, {"sex": "x"}), dtype=str)
    pytest.importorskip("odf", reason="the ODS is drawn with odfpy")
    with pd.ExcelWriter(tmp_path / "survey.ods", engine="odf") as book:
        frame.to_excel(book, index=False, sheet_name="เด็ก")
    ran = cpms("validate", tmp_path / "survey.ods", "--annotate", tmp_path / "out.xlsx")
    assert "survey.ods is no XLSX workbook" in ran.err
    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["เด็ก"].max_row == 3


def test_several_findings_about_a_cell_are_one_comment(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({"birth_date": "no date", "age_years": None}, name="survey.xlsx")
    cpms("validate", path, "--annotate", tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["survey"]
    cell = sheet[f"{_column(sheet, 'birth_date')}2"]
    assert cell.comment is not None
    assert "is not a date" in cell.comment.text
    assert "no age can be told" in cell.comment.text
    assert cell.fill.fgColor.rgb == ERROR


def test_a_blank_cell_and_a_row_without_a_cell_are_marked_too(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({"child_no": None}, name="survey.xlsx")
    cpms("validate", path, "--annotate", tmp_path / "blank.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "blank.xlsx")["survey"]
    assert sheet[f"{_column(sheet, 'child_no')}2"].fill.fgColor.rgb == ERROR
    long_row = draw({}, {}, {}, name="long.csv")
    long_row.write_text(long_row.read_text("utf-8").rstrip("\n") + ",more\n", "utf-8")
    cpms("validate", long_row, "--annotate", tmp_path / "long.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "long.xlsx")["long"]
    assert sheet["A4"].fill.fgColor.rgb == WARNING


def test_personal_values_are_hidden_in_the_list_not_in_the_cell(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({"birth_date": "32/13/2560"}, name="survey.xlsx")
    for extra, shown in ([], "•••"), (["--identified"], "32/13/2560"):
        out = tmp_path / f"out{len(extra)}.xlsx"
        cpms("validate", path, "--annotate", out, *extra)
        book = openpyxl.load_workbook(out)
        [line] = [line for line in _listed(book["To mend"]) if line["Rule"] == "date"]
        assert line["Value"] == shown
        assert book["survey"][str(line["Cell"])].value == "32/13/2560"
        heading_texts = [row[0].value for row in book["To mend"].iter_rows(max_row=5)]
        assert any("hidden in this list" in str(text) for text in heading_texts) is (not extra)


def test_mended_and_annotated_again_the_marks_are_gone(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    cpms("validate", draw({"sex": "x"}, {"distress": "often"}, name="survey.xlsx"), "--annotate", first)
    book = openpyxl.load_workbook(first)
    place = f"{_column(book['survey'], 'sex')}2"
    book["survey"][place].value = "หญิง"
    book.save(first)
    assert cpms("validate", first, "--annotate", second).code == 1
    sheet = openpyxl.load_workbook(second)["survey"]
    assert sheet[place].comment is None
    assert sheet[place].fill.fgColor.rgb not in (ERROR, WARNING)
    commented = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment]
    assert commented == [f"{_column(sheet, 'distress')}3"]
    assert openpyxl.load_workbook(second).sheetnames == ["To mend", "survey", "cpms lists"]
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == commented


def test_the_annotated_workbook_is_checked_and_merged_as_it_is(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    cpms("validate", draw({"sex": "x"}, {}), "--annotate", out)
    ran = cpms("merge", out, "--store", tmp_path / "s.duckdb")
    assert "2 rows in = 1 stored + 0 unchanged + 1 set aside" in ran.out


def test_comments_are_limited_colours_and_the_list_are_not(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    alike = ({"household_no": str(number), "child_no": 1, "distress": "often"} for number in range(130))
    path = draw(*alike, without=["interviewer"])  # no volunteer, whose work could be called invented
    ran = cpms("validate", path, "--annotate", tmp_path / "out.xlsx")
    assert "only the first cells carry a comment, 100 at most (100 of 130)" in ran.err
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    cells = [cell for row in book["survey"].iter_rows() for cell in row]
    assert sum(cell.comment is not None for cell in cells) == 100
    assert sum(cell.fill.fgColor.rgb == ERROR for cell in cells) == 130
    assert len(_listed(book["To mend"])) == 130
    assert any("100 of 130" in str(row[0].value) for row in book["To mend"].iter_rows(max_row=6))


def test_the_file_that_was_read_is_never_written_over(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({"sex": "x"}, name="survey.xlsx")
    before = path.read_bytes()
    ran = cpms("validate", path, "--annotate", path)
    assert ran.code == 2
    assert "never written over" in ran.err
    assert path.read_bytes() == before
    for words in (
        ["--annotate", tmp_path / "out.csv"],
        ["--annotate", tmp_path / "out.xlsm"],
        ["--annotate", tmp_path / "a.xlsx", "--fix", tmp_path / "b.xlsx"],
        [SAMPLES / "survey_2567.csv", "--annotate", tmp_path / "a.xlsx"],
    ):
        assert cpms("validate", path, *words).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["survey.xlsx"]


def test_a_line_of_the_list_is_as_high_as_its_longest_text(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """A row without a height keeps that of one line in LibreOffice, and long texts lie upon one another."""
    rows = ({"birth_date": "ไม่แน่ชัด"}, {"sex": "x", "household_no": "2"})
    out = tmp_path / "out.xlsx"
    cpms("validate", draw(*rows, name="survey.xlsx"), "--annotate", out)
    sheet = openpyxl.load_workbook(out)["To mend"]
    rules = {str(sheet.cell(row, 9).value): row for row in range(4, sheet.max_row + 1)}
    heights = {rule: sheet.row_dimensions[row].height for rule, row in rules.items()}
    assert heights["date"] == 3 * 15, "over a hundred letters, in a column of 52"
    assert heights["code"] is None


def test_a_copy_that_may_be_half_mended_is_never_written_over(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path, out = draw({"sex": "x"}, name="survey.xlsx"), tmp_path / "to_mend.xlsx"
    assert cpms("validate", path, "--annotate", out).code == 1
    before = out.read_bytes()
    for option in ("--annotate", "--fix"):
        ran = cpms("validate", path, option, out, "--format", "json")
        assert (ran.code, ran.json["error"]["id"], ran.json["exit_code"]) == (2, "output_exists", 2)
    assert out.read_bytes() == before


def test_findings_are_not_written_over_the_survey_nor_over_its_map(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path, mapping = draw({"sex": "x"}, name="survey.xlsx"), tmp_path / "map.csv"
    assert cpms("map", path, "-o", mapping).code == 0
    for out in (path, mapping):
        before = out.read_bytes()
        ran = cpms("validate", path, "--map", mapping, "-o", out)
        assert (ran.code, "never written over" in ran.err, out.read_bytes() == before) == (2, True, True)


@pytest.mark.parametrize("text", ["=1+1", "a\x0bb & <c>", "_x0041_", " ช่องว่าง "])
def test_hostile_texts_stay_texts(cpms: Cpms, draw: Draw, tmp_path: Path, text: str) -> None:
    cpms("validate", draw({"interviewer": text, "sex": text}), "--annotate", tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["survey"]
    cell = sheet[f"{_column(sheet, 'interviewer')}2"]
    assert cell.data_type in {"s", "inlineStr"}
    assert str(cell.value).replace("_x005F_", "_") == text.replace("\x0b", "")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_libreoffice_opens_it_and_keeps_what_it_shows(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    cpms("validate", draw({"sex": "x"}, {"distress": "often"}, name="survey.xlsx"), "--annotate", out)
    office = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", office, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "lo"), str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    book = openpyxl.load_workbook(tmp_path / "lo" / "out.xlsx")
    sheet = book["survey"]
    cell = sheet[f"{_column(sheet, 'sex')}2"]
    assert cell.fill.fgColor.rgb == ERROR
    assert cell.comment is not None and "is not an answer to Sex" in cell.comment.text
    [first, *_] = [cell.hyperlink for row in book["To mend"].iter_rows() for cell in row if cell.hyperlink]
    assert str(first.location).replace("'", "") == f"survey!{cell.coordinate}"
