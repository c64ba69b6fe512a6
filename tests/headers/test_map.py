"""`cpms map` drafts a map of headers; `--map` reads a file by it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cpms_cli import CpmsError, merge, read, validate
from cpms_cli.survey.model.definition import Survey
from tests.conftest import SAMPLES, Cpms

FILES = Path(__file__).resolve().parent.parent / "files"
NEAR, OWN = FILES / "near_miss_headers.csv", FILES / "own_headers.csv"
OWN_FIELDS = {
    "ปี": "round",
    "หมู่": "village_code",
    "เลขบ้าน": "household_no",
    "วดป เกิด": "birth_date",
    "โทร": None,
}


def _write(path: Path, *lines: str, encoding: str = "utf-8-sig") -> Path:
    path.write_text("\r\n".join(lines) + "\r\n", encoding, newline="")
    return path


def test_a_map_is_drafted_edited_and_used(cpms: Cpms, tmp_path: Path) -> None:
    draft = tmp_path / "map.csv"
    ran = cpms("map", NEAR, "-o", draft)
    assert ran.code == 0
    assert "4 of 8 headers are known, 3 wait for a decision (marked ?), 1 is not read." in ran.err
    assert draft.read_bytes().startswith(b"\xef\xbb\xbf")
    drafted = pd.read_csv(draft, dtype="str", keep_default_na=False)
    assert list(drafted) == ["header", "field", "label", "match", "examples"]
    assert dict(zip(drafted["header"], drafted["field"], strict=True)) == {
        "ปีที่สำรวจ": "round",
        "รหัสหมู่บาน": "?village_code",
        "บ้านเลขที่": "household_no",
        "ลำดับเด็ก": "child_no",
        "ชื่อ": "given_name",
        "เพส": "?sex",
        "วันเกิ": "?birth_date",
        "หมายเหตุ": "",
    }
    undecided = cpms("validate", NEAR, "--map", draft)
    assert undecided.code == 2
    assert "map.csv line 3: 'รหัสหมู่บาน' is not decided yet (?village_code)" in undecided.err

    drafted["field"] = drafted["field"].str.removeprefix("?").replace("", "leave out")
    drafted.to_csv(draft, index=False, encoding="utf-8-sig")
    read_by_it = cpms("validate", NEAR, "--map", draft)
    assert read_by_it.code == 0
    assert "2 rows: 2 can be stored as they are" in read_by_it.out
    assert "หมายเหตุ" not in read_by_it.out, "a column that the map leaves out is no complaint"
    assert "header_near_miss" not in read_by_it.out


def test_examples_show_no_name_and_no_column_that_may_hold_one(cpms: Cpms) -> None:
    ran = cpms("map", OWN, "--format", "json")
    examples = {header["header"]: header["examples"] for header in ran.json["headers"]}
    assert examples["เพศ"] == "หญิง | ชาย"
    assert {examples[header] for header in ("ชื่อ", "โทร", "วดป เกิด")} == {"•••"}
    assert "0810000000" not in ran.out
    assert "เมฆ" not in ran.out


def test_columns_that_an_export_adds_are_named_as_such(cpms: Cpms) -> None:
    ran = cpms("map", FILES / "kobo_repeat_on_own_sheet.xlsx", "--format", "json")
    proposed = {header["header"]: (header["field"], header["match"]) for header in ran.json["headers"]}
    assert proposed["_parent_index"] == ("", "added by KoboToolbox")
    assert proposed["child/services/services_received/counselling"] == ("services_received", "known")


def test_a_draft_that_needs_no_decision_can_be_used_as_it_is(cpms: Cpms, tmp_path: Path) -> None:
    for name in ("kobo_repeat_on_own_sheet.xlsx", "kobo_thai_labels_choices_in_columns.xlsx"):
        draft = tmp_path / f"{name}.csv"
        assert cpms("map", FILES / name, "-o", draft).code == 0
        ran = cpms("validate", FILES / name, "--map", draft)
        assert ran.code == 0, ran.err
        assert "0 errors" in ran.out


def test_a_draft_is_never_written_over_an_edited_one(cpms: Cpms, tmp_path: Path) -> None:
    map_file = _write(tmp_path / "map.csv", "header,field", "x,sex")
    ran = cpms("map", NEAR, "-o", map_file)
    assert ran.code == 2
    assert "Name another" in ran.err
    assert "x,sex" in map_file.read_text("utf-8-sig")
    assert cpms("map", NEAR, "-o", tmp_path / "map.docx").code == 2


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ","), ("utf-8", ";"), ("cp874", ","), ("utf-16", "\t")]
)
def test_a_map_is_read_however_excel_saved_it(survey: Survey, tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = [delimiter.join(("header", "field", "label"))]
    lines += [delimiter.join((header, field or "ไม่นำเข้า", "")) for header, field in OWN_FIELDS.items()]
    [table] = read(OWN, survey, mapping=_write(tmp_path / "map.csv", *lines, encoding=encoding))
    assert table.cells("birth_date").to_pylist() == ["2017-02-01", "2015-04-03"]
    assert table.cells("village_code").to_pylist() == ["85010105"] * 2
    assert table.ignored == ()


def test_a_map_may_say_a_field_by_its_header_and_be_a_mapping(survey: Survey) -> None:
    [table] = read(OWN, survey, mapping={**OWN_FIELDS, "วดป เกิด": "วันเกิด"})
    assert table.cells("birth_date").to_pylist() == ["2017-02-01", "2015-04-03"]
    assert validate([OWN], mapping=OWN_FIELDS).rows == 2


FAULTS = {
    "map_unknown_field": ("header,field", "ปี,round", "หมู่,hamlet"),
    "map_unknown_field_near": ("header,field", "ปี,round", "หมู่,vilage_code"),
    "map_undecided": ("header,field", "ปี,round", "หมู่,?village_code"),
    "map_header_twice": ("header,field", "ปี,round", "ปี,village_code"),
    "map_header_absent": ("header,field", "ปี,round", "ตำบล,village_code"),
    "map_two_headers": ("header,field", "ปี,round", "โทร,sex"),
    "map_columns": ("หัวตาราง,คำถาม", "ปี,round"),
    "map_broken": ("header,field", '"ปี,round'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_map_is_told_with_its_line_and_its_mend(
    cpms: Cpms, survey: Survey, tmp_path: Path, fault: str
) -> None:
    written = _write(tmp_path / "map.csv", *FAULTS[fault])
    with pytest.raises(CpmsError) as refused:
        read(OWN, survey, mapping=written)
    assert refused.value.message_id == fault
    for language in ("en", "th"):
        ran = cpms("validate", OWN, "--map", written, "--lang", language)
        assert ran.code == 2
        assert "map.csv" in ran.err
        assert "{" not in ran.err
        if fault not in {"map_columns", "map_broken"}:
            assert ("line 3" if language == "en" else "บรรทัด 3") in ran.err


def test_a_map_that_is_not_there_or_no_text(cpms: Cpms, tmp_path: Path) -> None:
    assert cpms("validate", OWN, "--map", tmp_path / "none.csv").code == 2
    (tmp_path / "map.csv").write_bytes(b"\xff\xfe\x00")
    ran = cpms("validate", OWN, "--map", tmp_path / "map.csv")
    assert ran.code == 2
    assert "save it as CSV UTF-8" in ran.err


def test_rows_set_aside_of_a_mapped_file_are_merged_without_the_map(cpms: Cpms, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(OWN.read_text("utf-8-sig").replace("ชาย", "ชยา"), "utf-8-sig")
    store, aside = tmp_path / "cpms.duckdb", tmp_path / "aside.xlsx"
    first = merge([own], store, quarantine=aside, mapping=OWN_FIELDS)
    assert (first.total("stored"), first.total("quarantined")) == (1, 1)
    sheets = pd.read_excel(aside, sheet_name=None, dtype="str", engine="calamine")
    [(name, frame)] = [sheet for sheet in sheets.items() if sheet[0] != "cpms lists"]
    assert frame["Birth date"].tolist() == ["3/4/2558"], "the survey's own header stands where the map's stood"
    with pd.ExcelWriter(aside) as writer:
        frame.replace("ชยา", "ชาย").to_excel(writer, sheet_name=str(name), index=False)
    second = cpms("merge", aside, "--store", store, "--format", "json")
    assert second.code == 0
    assert second.json["counts"]["stored"] == 1
    assert not any(column["weighs"] for column in second.json["columns_not_read"])


def test_a_file_of_which_no_header_is_known_can_be_mapped_too(cpms: Cpms, tmp_path: Path, survey: Survey) -> None:
    path = tmp_path / "foreign.csv"
    path.write_text("jahr,dorf,haus,kind,geb\n2569,85010101,12,1,2560\n2569,85010101,13,1,2561\n", "utf-8")
    assert cpms("validate", path).code == 2
    ran = cpms("map", path, "--format", "json")
    assert [(header["header"], header["field"], header["examples"]) for header in ran.json["headers"]] == [
        (header, "", "•••") for header in ("jahr", "dorf", "haus", "kind", "geb")
    ]
    [table] = read(
        path,
        survey,
        mapping={
            "jahr": "round",
            "dorf": "village_code",
            "haus": "household_no",
            "kind": "child_no",
            "geb": "birth_date",
        },
    )
    assert table.cells("birth_date").to_pylist() == ["2017", "2018"]


def test_the_example_of_the_help_runs(cpms: Cpms) -> None:
    ran = cpms("map", SAMPLES / "survey_2568.xlsx", "--lang", "th", "--format", "csv")
    assert ran.code == 0
    assert "รู้จัก" in ran.out
