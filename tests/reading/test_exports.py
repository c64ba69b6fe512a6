"""Exports of KoboToolbox and ODK, in the layouts that the two projects' own tests and documentation show."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from cpms_cli import CpmsError, merge, read
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.reading.tables import read_files
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, Draw, Ran

FILES = Path(__file__).resolve().parent.parent / "files"
KOBO = FILES / "kobo_repeat_on_own_sheet.xlsx"
FORM, CHILDREN = FILES / "odk_form.csv", FILES / "odk_form-child.csv"


def _key(survey: Survey, table: SurveyTable) -> list[tuple[str | None, ...]]:
    return list(zip(*(table.cells(name).to_pylist() for name in survey.key(table.table)), strict=True))


def _errors(ran: Ran) -> list[dict[str, Any]]:
    return [finding for finding in ran.json["findings"] if finding["severity"] == "error"]


@pytest.fixture
def central(tmp_path: Path) -> Path:
    """What ODK Central hands out: a table for the form, one for its repeat, and a photograph."""
    path = tmp_path / "survey_2569.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(FORM, "survey_2569.csv")
        archive.write(CHILDREN, "survey_2569-child.csv")
        archive.writestr("media/1762150000.jpg", b"\xff\xd8\xff\xe0")
    return path


def test_children_of_a_repeat_group_get_the_key_of_their_household(survey: Survey) -> None:
    household, child = read(KOBO, survey)
    assert _key(survey, household) == [("2026", "85010101", "12/1"), ("2026", "85010101", "14")]
    assert _key(survey, child) == [
        ("2026", "85010101", "12/1", "1"),
        ("2026", "85010101", "12/1", "2"),
        ("2026", "85010101", "14", "1"),
    ]
    assert child.rows.tolist() == [2, 3, 4]
    assert household.ignored == child.ignored == ()
    assert child.place("village_code") == ("place/village_code", ""), "no letter: the child's sheet has no such column"


def test_a_child_put_first_in_a_repeat_group_moves_nobody(cpms: Cpms, tmp_path: Path) -> None:
    """The same submissions, exported again after a forgotten child was put before her brother and sister."""
    sheets = pd.read_excel(KOBO, sheet_name=None, dtype="str", engine="calamine")
    (first, household), (second, child) = sheets.items()
    forgotten = child.iloc[[0]].assign(**{"child/given_name": "ปิติ", "child/birth_date": "2009-06-01"})
    with pd.ExcelWriter(tmp_path / "later.xlsx") as writer:
        household.to_excel(writer, sheet_name=str(first), index=False)
        pd.concat([forgotten, child]).to_excel(writer, sheet_name=str(second), index=False)
    store = tmp_path / "s.duckdb"
    assert cpms("merge", KOBO, "--store", store).code == 0
    assert cpms("merge", tmp_path / "later.xlsx", "--store", store).code == 0
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute(
            "SELECT household_no, child_no, given_name FROM current_child ORDER BY ALL"
        ).fetchall()
    assert rows == [("12/1", "1", "มะลิ"), ("12/1", "2", "ก้อง"), ("12/1", "3", "ปิติ"), ("14", "1", "นวล")]


def test_it_is_said_how_an_export_was_read(cpms: Cpms) -> None:
    ran = cpms("validate", KOBO)
    assert "child: an export of KoboToolbox; the columns that it adds are left out" in ran.out
    assert "joined to their households in แบบสำรวจคุ้มครองเด็กประจำปี 256 by _parent_index" in ran.out
    assert "no column for child_no: children are numbered in their order within the household" in ran.out
    assert "5 rows: 5 can be stored as they are, 0 have errors. 0 errors" in ran.out
    thai = cpms("validate", KOBO, "--lang", "th", "--format", "json")
    assert [note["id"] for note in thai.json["notes"]] == [
        "layout_export",
        "layout_export",
        "layout_joined",
        "layout_counted",
    ]
    assert "ไฟล์ส่งออกจาก KoboToolbox" in thai.json["notes"][0]["message"]


def test_several_answers_in_one_column_by_spaces(survey: Survey) -> None:
    _, child = read(KOBO, survey)
    # Blank and unasked in the last row: no answer, and not "none".
    assert child.cells("services_received").to_pylist() == ["home_visit;counselling", "none", None]


def test_several_answers_in_columns_of_their_own_under_thai_labels(survey: Survey) -> None:
    [table] = read(FILES / "kobo_thai_labels_choices_in_columns.xlsx", survey)
    assert table.cells("services_received").to_pylist() == ["home_visit;counselling", "none", None]
    assert table.cells("sex").to_pylist() == ["female", "male", "female"]
    assert table.cells("birth_date").to_pylist() == ["2016", "2017-03-12", "2018-05"]
    assert table.ignored == ()


def test_questions_with_the_same_words_give_way_to_the_field_that_gathers_them(survey: Survey, tmp_path: Path) -> None:
    asked = survey.fields["birth_date"].question.th
    cells = {
        "ปีที่สำรวจ": "2569",
        "รหัสหมู่บ้าน": "85010101",
        "บ้านเลขที่": "1",
        "ลำดับเด็ก": "1",
        survey.fields["sex"].question.th: "หญิง",
        asked: None,
        f"{asked} ": "2016-05-01",
        "birth_date": "2016-05",
        "_uuid": "f16d9a3f-0892-413e-81d4-758ab188ea0b",
        "_index": "1",
    }
    path = tmp_path / "labels.xlsx"
    pd.DataFrame([cells]).to_excel(path, index=False)
    [table] = read(path, survey)
    assert table.cells("birth_date").to_pylist() == ["2016-05"]
    assert table.cells("sex").to_pylist() == ["female"]
    assert [header.strip() for header in table.ignored] == [asked, asked]


def test_a_moment_with_a_time_zone_is_the_day_it_was_there(survey: Survey) -> None:
    [table] = read(FILES / "kobo_thai_labels_choices_in_columns.xlsx", survey)
    assert table.cells("interview_date").to_pylist() == ["2026-11-03"] * 3


def test_labels_run_together_are_told_apart_by_their_columns_and_a_contradiction_is_a_fault(
    survey: Survey, cpms: Cpms
) -> None:
    path = FILES / "kobo_labels_run_together.csv"
    [table] = read(path, survey)
    assert table.cells("services_received").to_pylist()[0] == "home_visit;legal"
    ran = cpms("validate", path, "--format", "json")
    assert [(_error["rule"], _error["cell"], _error["value"]) for _error in _errors(ran)] == [
        ("code", "I3", "Home visit ≠ home_visit;cash")
    ]


def test_an_answer_that_is_not_on_the_list_is_not_lost_in_columns_of_choices(tmp_path: Path, cpms: Cpms) -> None:
    frame = pd.read_excel(FILES / "kobo_thai_labels_choices_in_columns.xlsx", dtype="str", engine="calamine")
    path = tmp_path / "own_choice.xlsx"
    frame.rename(columns={"เด็ก/บริการที่ได้รับ/ให้คำปรึกษา": "เด็ก/บริการที่ได้รับ/นวดไทย"}).to_excel(path, index=False)
    ran = cpms("validate", path, "--format", "json")
    assert [(_error["rule"], _error["row"], _error["value"]) for _error in _errors(ran)] == [
        ("code", 2, "home_visit;นวดไทย")
    ]


def test_a_child_whose_household_is_missing_is_a_fault_at_its_own_row(cpms: Cpms) -> None:
    ran = cpms("validate", FILES / "kobo_child_without_household.xlsx", "--format", "json")
    assert ran.code == 1
    [error] = _errors(ran)
    assert (error["sheet"], error["row"], error["cell"], error["rule"]) == ("child", 4, "K4", "parent_missing")
    assert "export again with all groups" in error["mend"]


def test_two_households_of_one_number_are_never_chosen_between(survey: Survey) -> None:
    _, child = read(FILES / "kobo_two_exports_in_one_sheet.xlsx", survey)
    assert [key[:3] for key in _key(survey, child)] == [(None, None, None)]
    assert [fault.check for fault in child.source.faults] == ["parent_twice"]


def test_rows_pasted_from_two_exports_are_told_apart_by_the_submission(survey: Survey, tmp_path: Path) -> None:
    sheets = pd.read_excel(KOBO, sheet_name=None, dtype="str", engine="calamine")
    (first, household), (second, child) = sheets.items()
    household["_index"] = "1"
    child["_parent_index"] = "1"
    with pd.ExcelWriter(tmp_path / "pasted.xlsx") as writer:
        household.to_excel(writer, sheet_name=str(first), index=False)
        child.to_excel(writer, sheet_name=str(second), index=False)
    _, read_child = read(tmp_path / "pasted.xlsx", survey)
    assert read_child.cells("household_no").to_pylist() == ["12/1", "12/1", "14"]


def test_a_household_of_another_submission_is_not_the_childs(survey: Survey, tmp_path: Path) -> None:
    sheets = pd.read_excel(KOBO, sheet_name=None, dtype="str", engine="calamine")
    (first, household), (second, child) = sheets.items()
    household["_uuid"] = household["_uuid"].to_numpy()[::-1]
    with pd.ExcelWriter(tmp_path / "swapped.xlsx") as writer:
        household.to_excel(writer, sheet_name=str(first), index=False)
        child.to_excel(writer, sheet_name=str(second), index=False)
    _, read_child = read(tmp_path / "swapped.xlsx", survey)
    assert read_child.cells("household_no").to_pylist() == [None, None, None]
    assert {fault.check for fault in read_child.source.faults} == {"parent_missing"}


def test_row_numbers_of_another_export_are_no_households(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    flat = pd.read_csv(draw({"household_no": "1"}, {"household_no": "2"}), dtype=str)
    homes, children = tmp_path / "monday.csv", tmp_path / "tuesday.csv"
    numbered = flat[["round", "village_code", "household_no", "consent"]].assign(_index=["1", "2"], _uuid=["a", "b"])
    numbered.to_csv(homes, index=False)
    whose = {"_index": ["1", "2"], "_parent_table_name": "form", "_parent_index": ["1", "2"]}
    kept = flat[["child_no", "given_name", "sex"]].assign(**whose)
    kept.assign(_submission__uuid=["a", "b"]).to_csv(children, index=False)
    assert cpms("validate", homes, children).code == 0
    kept.to_csv(children, index=False)
    ran = cpms("validate", homes, children)
    assert ran.code == 2
    assert "_submission__uuid" in ran.err


def test_an_archive_of_odk_central_is_read_as_it_is(survey: Survey, central: Path) -> None:
    household, child = read(central, survey)
    assert (household.source.sheet, child.source.sheet) == ("survey_2569", "survey_2569-child")
    assert _key(survey, child) == [
        ("2026", "85010104", "21", "1"),
        ("2026", "85010104", "21", "2"),
        ("2026", "85010104", "22", "1"),
    ]
    assert child.cells("services_received").to_pylist() == ["home_visit;counselling", "none", None]
    assert household.cells("interview_date").to_pylist() == ["2026-11-03", "2026-11-04"]
    assert household.ignored == child.ignored == ()


@pytest.mark.parametrize("order", [(FORM, CHILDREN), (CHILDREN, FORM)])
def test_two_files_given_together_join_in_either_order(survey: Survey, order: tuple[Path, Path]) -> None:
    tables = read_files(order, survey)
    [child] = [table for table in tables if table.table == "child"]
    assert [key[2:] for key in _key(survey, child)] == [("21", "1"), ("21", "2"), ("22", "1")]


def test_children_alone_say_which_file_is_lacking(cpms: Cpms) -> None:
    ran = cpms("validate", CHILDREN)
    assert ran.code == 2
    assert "PARENT_KEY" in ran.err
    assert "name both files in one command" in ran.err


def test_an_export_is_merged_and_its_row_set_aside_comes_back(cpms: Cpms, tmp_path: Path) -> None:
    store, aside = tmp_path / "cpms.duckdb", tmp_path / "aside.xlsx"
    wrong = tmp_path / "children.csv"
    wrong.write_text(CHILDREN.read_text("utf-8").replace(",male,", ",mlae,"), "utf-8")
    first = merge([FORM, wrong], store, quarantine=aside)
    assert (first.total("rows_in"), first.total("stored"), first.total("quarantined")) == (5, 4, 1)
    sheets = pd.read_excel(aside, sheet_name=None, dtype="str", engine="calamine")
    [(name, frame)] = [sheet for sheet in sheets.items() if sheet[0] != "cpms lists"]
    assert frame["House number"].tolist() == ["21"], "what came from the household's file is written with the row"
    with pd.ExcelWriter(aside) as writer:
        frame.replace("mlae", "male").to_excel(writer, sheet_name=str(name), index=False)
    second = cpms("merge", aside, "--store", store, "--format", "json")
    assert second.json["counts"] == {
        "rows_in": 1,
        "stored": 1,
        "unchanged": 0,
        "quarantined": 0,
        "no_consent": 0,
        "repeated": 0,
    }


def test_an_archive_that_grows_beyond_reason_or_is_broken_is_refused(survey: Survey, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("form.csv", FORM.read_bytes() + b"," * 20_000_000)
    with pytest.raises(CpmsError) as refused:
        read(bomb, survey)
    assert refused.value.message_id == "archive_too_large"
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("form.csv", FORM.read_bytes())
    content = bytearray(broken.read_bytes())
    content[60:90] = b"\0" * 30
    broken.write_bytes(bytes(content))
    with pytest.raises(CpmsError) as refused:
        read(broken, survey)
    assert refused.value.message_id == "archive_damaged"


@pytest.mark.parametrize("kind", ["records", "figures"])
def test_the_file_is_named_in_either_way_and_not_naming_it_is_told(
    cpms: Cpms, draw: Draw, tmp_path: Path, kind: str
) -> None:
    """Every other command takes -o; without a file nothing is written, and the store notes nothing as given away."""
    store = tmp_path / "s.duckdb"
    cpms("merge", draw({}), "--store", store)
    ran = cpms("export", kind, "--store", store)
    assert (ran.code, ran.out) == (2, "")
    assert "Name the file to write; its ending chooses the format (.csv, .xlsx" in ran.err
    assert f"cpms export {kind} {kind}.csv" in ran.err
    assert "โปรดระบุไฟล์" in cpms("export", kind, "--store", store, "--lang", "th").err
    assert cpms("export", kind, "a.csv", "-o", "b.csv", "--store", store).code == 2
    assert cpms("export", kind, "-o", tmp_path / "a.csv", "--store", store).code == 0
    assert cpms("export", kind, tmp_path / "b.csv", "--store", store).code == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
