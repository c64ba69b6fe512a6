"""A column that is not read is named, asked about, and never lost in silence while it holds answers."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from cpms_cli import CpmsError, merge, read
from cpms_cli.errors import AnswersNotRead
from cpms_cli.forms.phone.xlsform import xlsform
from cpms_cli.reading.sheet.unread import UnreadColumn
from cpms_cli.survey.model.definition import Survey
from tests.conftest import SAMPLES, Cpms, Draw

CASES = Path(__file__).resolve().parent.parent / "files" / "cases"
UNKNOWN = CASES / "unknown_columns.csv"
FIVE = {
    "ถูกล่วงละเมิด": "violence_sexual",
    "เลขบัตร ปชช.": "national_id",
    "ถูกทำร้าย": "violence_physical",
    "ผู้ดูแล": "carer",
    "ดื่มเหล้าหรือไม่": "alcohol",
}
HOME = {"round": "2568", "village_code": "85010501", "consent": "yes"}


def _file(path: Path, header: str, cells: Sequence[str], **further: Sequence[str]) -> Path:
    """A flat file of one child in each house, with one more column of these cells."""
    rows = [
        {
            **HOME,
            "household_no": str(number),
            "child_no": "1",
            "given_name": f"ก{number}",
            "sex": "หญิง",
            "birth_date": "2558",
            **{name: column[number - 1] for name, column in further.items()},
            header: cell,
        }
        for number, cell in enumerate(cells, start=1)
    ]
    pd.DataFrame(rows).to_csv(path, index=False, encoding="utf-8")
    return path


def _unread(survey: Survey, path: Path, mapping: Any = None) -> dict[str, UnreadColumn]:
    return {column.header: column for table in read(path, survey, mapping=mapping) for column in table.unread}


def test_validate_names_every_column_in_its_findings_and_last_lines(cpms: Cpms) -> None:
    ran = cpms("validate", UNKNOWN)
    assert ran.code == 1
    assert "answers_not_read" in ran.out
    last = ran.out[ran.out.index("have errors") :]
    for header in FIVE:
        assert f"'{header}' was NOT read: 1 cell" in last
    assert "most of them ID numbers" in last
    assert f"cpms map {UNKNOWN} -o map" in last.replace("\n", " ")


def test_validate_says_them_in_json_and_in_thai(cpms: Cpms) -> None:
    document = cpms("validate", UNKNOWN, "--format", "json").json
    assert [column["header"] for column in document["columns_not_read"]] == list(FIVE)
    assert {column["looks_like"] for column in document["columns_not_read"]} == {"yes_no", "id_number", "carer"}
    assert [column["column"] for column in document["columns_not_read"]] == list("IJKLM")
    assert sum(finding["rule"] == "answers_not_read" for finding in document["findings"]) == 5
    assert "ไม่ได้อ่านคอลัมน์ I 'ถูกล่วงละเมิด'" in cpms("validate", UNKNOWN, "--lang", "th").out


def test_merge_stops_until_a_map_says_what_they_are(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = cpms("merge", UNKNOWN, "--store", "s.duckdb")
    assert ran.code == 2
    assert not Path("s.duckdb").exists()
    for header in FIVE:
        assert f"'{header}'" in ran.err
    assert "1234567890121" not in ran.err, "what stands in the cells is told by its kind alone"
    write, again = (line.partition(": ")[2] for line in ran.err.splitlines()[-2:])
    assert again == f"cpms merge {UNKNOWN} --map map.xlsx --store s.duckdb"
    write, again = write.replace(".xlsx", ".csv"), again.replace(".xlsx", ".csv")
    assert cpms(*write.split()[1:]).code == 0
    assert cpms(*again.split()[1:]).code == 2, "the draft waits for decisions"
    drafted = pd.read_csv("map.csv", dtype="str", keep_default_na=False)
    fields = dict(zip(drafted["header"], drafted["field"], strict=True))
    assert fields["ถูกทำร้าย"].startswith("?"), "hurt in which way: what is not sure waits for a person"
    assert all(fields[header] in (field, f"?{field}") for header, field in FIVE.items() if header != "ถูกทำร้าย")
    drafted["field"] = drafted["header"].map(FIVE).fillna(drafted["field"])
    drafted.to_csv("map.csv", index=False, encoding="utf-8-sig")
    assert cpms(*again.split()[1:]).code == 0
    [child] = cpms("children", "--store", "s.duckdb", "--format", "json").json["children"]
    assert child["level"] == "victim"


def test_a_merge_that_stops_leaves_the_store_as_it_was_and_says_all_in_json(
    cpms: Cpms, draw: Draw, tmp_path: Path
) -> None:
    store = tmp_path / "s.duckdb"
    merge([draw({})], store)
    before = store.read_bytes()
    ran = cpms("merge", UNKNOWN, "--store", store, "--format", "json")
    assert (ran.code, ran.json["error"]["id"]) == (2, "answers_not_read")
    assert [column["header"] for column in ran.json["columns_not_read"]] == list(FIVE)
    assert store.read_bytes() == before
    with pytest.raises(AnswersNotRead) as stopped:
        merge([UNKNOWN], store)
    assert isinstance(stopped.value, CpmsError)
    assert len(stopped.value.columns) == 5


ANSWERS = {
    "yes and no": (["ใช่", "ไม่ใช่", "ใช่", ""], "yes_no"),
    "ticks here and there": (["✓", "", "", ""], "yes_no"),
    "1 and 0": (["1", "0", "0", "0"], "yes_no"),
    "1 here and there": (["", "1", "", ""], "yes_no"),
    "1 and 2, whichever is yes": (["1", "2", "2", "1"], "yes_no"),
    "Thai digits": (["๑", "๐", "๐", "๑"], "yes_no"),
    "unknown beside yes": (["ใช่", "ไม่ทราบ", "ไม่ทราบ", "ไม่ทราบ"], "yes_no"),
    "answers of a list": (["ยาย", "แม่", "บิดา", "แม่"], "carer"),
    "days": (["12/3/2560", "1 ม.ค. 2561", "2560-01-05", ""], "date"),
    "ID numbers": (["1234567890121", "1-1037-00123-45-6", "", ""], "id_number"),
    "children's codes": (["C0000000000T", "", "", ""], "id_number"),
}
OTHERS = {
    "free text": ["ย้ายบ้านเมื่อปีก่อน", "", "อยู่กับป้า", ""],
    "counts": ["3", "0", "2", "1"],
    "sums of money": ["15000", "9000", "12000", "300"],
    "postal codes": ["85000", "85000", "85110", "85000"],
    "phone numbers": ["0812345678", "0812345679", "", ""],
    "one number throughout": ["1", "1", "1", "1"],
    "the rows' own numbers": ["1", "2", "3", "4"],
    "years": ["2561", "2562", "2561", "2560"],
    "addresses": ["12/3", "14", "15/1", "7"],
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_holds_answers_is_told_by_the_definitions_own_readers(survey: Survey, tmp_path: Path, kind: str) -> None:
    cells, looks_like = ANSWERS[kind]
    column = _unread(survey, _file(tmp_path / "f.csv", "ข้อ ก", cells))["ข้อ ก"]
    assert (column.holds_answers, column.looks_like) == (True, looks_like)
    assert column.filled == sum(map(bool, cells))


@pytest.mark.parametrize("kind", OTHERS)
def test_other_columns_are_named_and_stop_nothing(survey: Survey, tmp_path: Path, kind: str) -> None:
    column = _unread(survey, _file(tmp_path / "f.csv", "ข้อ ก", OTHERS[kind]))["ข้อ ก"]
    assert (column.holds_answers, column.weighs) == (False, True)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("หมายเหตุ", ["ไม่มี", "ไม่มี", "ไม่มี", "ย้ายออก"]),
        ("ลำดับที่", ["1", "2", "1", "2"]),
        ("จำนวนพี่น้อง", ["1", "2", "1", "1"]),
        ("No.", ["1", "2", "1", "2"]),
        ("Total", ["1", "0", "1", "0"]),
    ],
)
def test_remarks_numbers_of_rows_and_counts_are_no_answers(
    survey: Survey, tmp_path: Path, header: str, cells: list[str]
) -> None:
    column = _unread(survey, _file(tmp_path / "f.csv", header, cells))[header]
    assert (column.holds_answers, column.weighs) == (False, True)


def test_another_column_counts_once_and_not_after_the_map_leaves_it_out(cpms: Cpms, tmp_path: Path) -> None:
    path = _file(tmp_path / "f.csv", "หมายเหตุ", ["ย้ายออก", ""])
    ran = cpms("merge", path, "--store", tmp_path / "s.duckdb")
    assert ran.code == 1
    assert "column I 'หมายเหตุ' was NOT read: 1 cell" in ran.out
    for word in ("leave out", "ไม่นำเข้า", "Leave Out"):
        map_ = tmp_path / "map.csv"
        map_.write_text(f"header,field\nหมายเหตุ,{word}\n", "utf-8")
        assert cpms("validate", path, "--map", map_).code == 0
        ran = cpms("merge", path, "--map", map_, "--store", tmp_path / "s.duckdb", "--format", "json")
        assert ran.code == 0
        [column] = ran.json["columns_not_read"]
        assert (column["why"], column["filled"], column["weighs"]) == ("left_out", 1, False)


def test_a_blank_line_of_a_map_decides_nothing(survey: Survey, cpms: Cpms, tmp_path: Path) -> None:
    path = _file(tmp_path / "f.csv", "หมายเหตุ", ["ย้ายออก", ""])
    (tmp_path / "map.csv").write_text("header,field\nหมายเหตุ,\n", "utf-8")
    assert cpms("validate", path, "--map", tmp_path / "map.csv").code == 1
    assert _unread(survey, path, {"หมายเหตุ": ""})["หมายเหตุ"].weighs
    assert not _unread(survey, path, {"หมายเหตุ": None})["หมายเหตุ"].weighs


def test_a_further_map_keeps_what_was_decided(cpms: Cpms, tmp_path: Path) -> None:
    first = tmp_path / "map.csv"
    lines = [f"{header},{field}" for header, field in list(FIVE.items())[:4]]
    first.write_text("\n".join(["header,field", *lines]), "utf-8")
    ran = cpms("map", UNKNOWN, "--map", first, "--format", "json")
    decided = {header["header"]: header["field"] for header in ran.json["headers"]}
    assert {header: decided[header] for header in FIVE} == FIVE


def test_columns_not_read_are_carried_in_the_workbook_of_rows_set_aside(cpms: Cpms, tmp_path: Path) -> None:
    path = _file(tmp_path / "f.csv", "ประวัติ", ["ใช่", "ไม่ใช่"], หมายเหตุ=["บ้านปิด", ""], dwelling=["hut", "own"])
    store, aside, map_ = tmp_path / "s.duckdb", tmp_path / "aside.xlsx", tmp_path / "map.csv"
    map_.write_text("header,field\nประวัติ,leave out\n", "utf-8")
    assert cpms("merge", path, "--map", map_, "--store", store, "--quarantine", aside).code == 1
    book = openpyxl.load_workbook(aside)
    sheet = book.worksheets[0]
    header, row = ([cell.value for cell in line] for line in sheet.iter_rows(max_row=2))
    cells_by_header = dict(zip(header, row, strict=True))
    assert (cells_by_header["not read: หมายเหตุ"], cells_by_header["not read: ประวัติ"]) == ("บ้านปิด", "ใช่")
    sheet.cell(2, header.index("dwelling") + 1).value = "own"
    book.save(aside)
    ran = cpms("merge", aside, "--store", store, "--format", "json")
    assert (ran.code, ran.json["counts"]["stored"]) == (0, 1)
    assert {column["why"] for column in ran.json["columns_not_read"]} == {"carried", "own"}


def test_a_family_that_did_not_consent_has_no_such_column_carried(cpms: Cpms, tmp_path: Path) -> None:
    path = _file(tmp_path / "f.csv", "หมายเหตุ", ["ชื่อลับ", "ชื่อลับ"])
    path.write_text(path.read_text("utf-8").replace(",yes,", ",no,").replace(",1,ก1", ",99,ก1"), "utf-8")
    aside = tmp_path / "aside.xlsx"
    cpms("merge", path, "--store", tmp_path / "s.duckdb", "--quarantine", aside)
    sheets = openpyxl.load_workbook(aside).worksheets
    cells = [cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert "99" in cells
    assert "ชื่อลับ" not in cells


def test_a_split_question_whose_marks_cannot_be_read_is_a_question(cpms: Cpms, tmp_path: Path) -> None:
    path = _file(tmp_path / "f.csv", "services_received/cash", ["chosen", "", "", ""])
    ran = cpms("merge", path, "--store", tmp_path / "s.duckdb")
    assert ran.code == 1
    assert "1 set aside" in ran.out
    assert "'cash=chosen' is not an answer" in cpms("validate", path).out


def test_technical_columns_of_an_export_stop_nothing_and_are_in_json(cpms: Cpms) -> None:
    kobo = CASES.parent / "kobo_repeat_on_own_sheet.xlsx"
    ran = cpms("validate", kobo, "--format", "json")
    assert ran.code == 0
    reasons = {column["header"]: column["why"] for column in ran.json["columns_not_read"]}
    assert reasons["_uuid"] == reasons["start"] == reasons["_submission_time"] == reasons["__version__"] == "added"
    assert not any(column["weighs"] for column in ran.json["columns_not_read"])


def test_technical_names_are_known_without_the_rest_of_an_export_unless_they_hold_answers(
    survey: Survey, tmp_path: Path
) -> None:
    path = _file(tmp_path / "f.csv", "start", ["2026-11-03T09:12:00.000+07:00"], deviceid=["collect:abc"])
    assert {column.why for column in _unread(survey, path).values()} == {"added"}
    answers = _unread(survey, _file(tmp_path / "g.csv", "Status", ["ใช่", "ไม่ใช่"]))["Status"]
    assert answers.holds_answers


def test_every_question_of_our_own_form_for_phones_is_known_in_its_export(survey: Survey, tmp_path: Path) -> None:
    for known in (None, "known_children"):
        form = xlsform(survey, round_=2026, language="en", known=known).survey
        asked = form[~form["type"].str.startswith(("begin", "end")) & ~form["name"].isin(list(survey.fields))]
        answers = {f"child/about/{name}": ["2016-05-01"] for name in asked["name"]}
        path = _file(tmp_path / "f.csv", "_uuid", ["u1"], _index=["1"], **answers)
        assert {column.why for column in _unread(survey, path).values()} == {"own", "added"}


@pytest.mark.parametrize("name", ["survey_2567.csv", "survey_2568.xlsx", "survey_2569.xlsx"])
def test_the_samples_have_no_column_that_is_not_read(survey: Survey, name: str) -> None:
    assert [table.unread for table in read(SAMPLES / name, survey) if table.unread] == []


def test_the_form_and_the_list_of_visits_are_read_back_without_complaint(
    cpms: Cpms, sample_store: Path, tmp_path: Path
) -> None:
    form, visits = tmp_path / "form.xlsx", tmp_path / "visits.xlsx"
    store = tmp_path / "s.duckdb"
    store.write_bytes(sample_store.read_bytes())
    asked = ("--prefill", "--area", "85", "--identified", "--store", store)
    assert cpms("template", "-o", form, *asked).code == 0
    assert [
        column for column in cpms("validate", form, "--format", "json").json["columns_not_read"] if column["weighs"]
    ] == []
    assert cpms("response", "due", "-o", visits, "--store", store, "--as-of", "2570-01-15").code == 0
    ran = cpms("response", "import", visits, "--store", store, "--format", "json")
    assert ran.code == 0
    assert {column["why"] for column in ran.json["columns_not_read"]} == {"own"}
    book = openpyxl.load_workbook(visits)
    sheet = book.worksheets[0]
    sheet.cell(1, sheet.max_column + 1).value = "บันทึกของ อสม."
    sheet.cell(2, sheet.max_column).value = "ไม่อยู่บ้าน"
    codes = [str(cell.value) for cell in sheet[1]]
    for label, cell in (("Response date", "1/1/2569"), ("Response", "home_visit")):
        sheet.cell(2, codes.index(label) + 1).value = cell
    book.save(visits)
    ran = cpms("response", "import", visits, "--store", store)
    assert ran.code == 1
    assert "'บันทึกของ อสม.' was NOT read: 1 cell" in ran.out


def test_records_that_were_exported_are_read_back_without_complaint(
    survey: Survey, cpms: Cpms, sample_store: Path, tmp_path: Path
) -> None:
    for name in ("records.csv", "records.xlsx"):
        store = tmp_path / "s.duckdb"
        store.write_bytes(sample_store.read_bytes())
        assert cpms("export", "records", tmp_path / name, "--identified", "--store", store).code == 0
        columns = [column for table in read(tmp_path / name, survey) for column in table.unread]
        assert {column.why for column in columns} == {"own"}


def test_cells_under_no_header_and_repeated_headers_are_not_lost(cpms: Cpms, tmp_path: Path) -> None:
    path = _file(tmp_path / "f.csv", "ข้อ ก", ["ใช่", "ไม่ใช่"])
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
    rows[0][-1] = ""
    path.write_text("\n".join(map(",".join, rows)), "utf-8")
    ran = cpms("merge", path, "--store", tmp_path / "s.duckdb")
    assert ran.code == 2
    assert "column I has no header above it and was not read: 2 cells" in ran.err
    rows[0][-1] = "เพศ"
    path.write_text("\n".join(map(",".join, rows)), "utf-8")
    assert cpms("validate", path).code == 2, "two columns claim one field"
