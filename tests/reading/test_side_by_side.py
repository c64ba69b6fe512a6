"""One row a household, its children side by side: each child is read, and told of at the officer's own cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from cpms_cli import merge, read, validate
from cpms_cli.reading.header.headers import header_spellings
from cpms_cli.reading.header.side_by_side import numbered
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms

CASES = Path(__file__).resolve().parent.parent / "files" / "cases"
HOME = {"round": "2568", "village_code": "85010501", "household_no": "1", "consent": "yes"}
MALI, DAENG = ("มาลี", "หญิง", "2558"), ("แดง", "ชาย", "2560")
FIELDS = ("given_name", "sex", "birth_date")


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    frame = pd.DataFrame(list(rows), dtype="object").fillna("")
    frame.to_csv(path, index=False, encoding="utf-8") if path.suffix == ".csv" else frame.to_excel(path, index=False)
    return path


def _children(survey: Survey, path: Path, mapping: Mapping[str, str] | None = None) -> list[tuple[str | None, ...]]:
    """Every child that is read: number, name, sex and birth date."""
    return [
        child
        for table in read(path, survey, mapping=mapping)
        if table.table == "child"
        for child in zip(*(table.cells(name).to_pylist() for name in ("child_no", *FIELDS)), strict=True)
    ]


BOTH = [("1", "มาลี", "female", "2015"), ("2", "แดง", "male", "2017")]
FORMS = {
    "a number behind": ("{}_1", "{}_2"),
    "brackets": ("{}[1]", "{}[2]"),
    "round brackets": ("{} (1)", "{} (2)"),
    "a point": ("{}.1", "{}.2"),
    "nothing between": ("{}1", "{}2"),
    "two digits": ("{}_01", "{}_02"),
    "counted from 0": ("{}_0", "{}_1"),
    "a word before": ("child1_{}", "child2_{}"),
    "groups of a form": ("child_1/{}", "child_2/{}"),
    "a program's lists": ("children[0].{}", "children[1].{}"),
    "a point between": ("children.1.{}", "children.2.{}"),
    "a word behind": ("{} child 1", "{} child 2"),
    "places as R writes them": ("{}...5", "{}...8"),
    "as pandas repeats headers": ("{}", "{}.1"),
    "the first without a number": ("{}", "{}_2"),
    "as databases repeat headers": ("{}", "{}_1"),
}
THAI = {
    "a child's number in brackets": ("{} (คนที่ 1)", "{} (คนที่ 2)"),
    "Thai digits": ("{}เด็กคนที่ ๑", "{}เด็กคนที่ ๒"),
    "the number first": ("เด็กคนที่ 1 {}", "เด็กคนที่ 2 {}"),
    "with a dash": ("คนที่ 1 - {}", "คนที่ 2 - {}"),
    "sons and daughters": ("{} บุตรคนที่ 1", "{} บุตรคนที่ 2"),
    "a number alone": ("{} 1", "{} 2"),
    "more words before": ("ข้อมูลเด็กคนที่ 1 {}", "ข้อมูลเด็กคนที่ 2 {}"),
}


@pytest.mark.parametrize("form", [*FORMS, *THAI])
def test_children_are_read_however_their_columns_are_numbered(survey: Survey, tmp_path: Path, form: str) -> None:
    names = FIELDS if form in FORMS else ("ชื่อ", "เพศ", "วันเกิด")
    first, second = {**FORMS, **THAI}[form]
    row = {
        **HOME,
        **dict(zip(map(first.format, names), MALI, strict=True)),
        **dict(zip(map(second.format, names), DAENG, strict=True)),
    }
    assert _children(survey, _write(tmp_path / "wide.csv", [row])) == BOTH


@pytest.mark.parametrize("between", [[], [""]], ids=["at once", "behind a blank column"])
def test_two_header_rows_with_each_child_named_above(survey: Survey, tmp_path: Path, between: list[str]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    asked = ("ชื่อ", "เพศ", "วันเกิด")
    first, second = ["เด็กคนที่ 1", "", "", *between], ["เด็กคนที่ 2"]
    sheet.append(["ปีที่สำรวจ", "รหัสหมู่บ้าน", "บ้านเลขที่", "ความยินยอม", *first, *second])
    sheet.append(["", "", "", "", *asked, *between, *asked])
    sheet.append([*HOME.values(), *MALI, *between, *DAENG])
    for cells in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:G1", "I1:K1" if between else "H1:J1"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "wide.xlsx")
    assert _children(survey, tmp_path / "wide.xlsx") == BOTH


def test_the_given_cases_are_stored_as_two_children(cpms: Cpms, tmp_path: Path) -> None:
    for name in ("wide.csv", "wide2.csv"):
        store = tmp_path / f"{name}.duckdb"
        ran = cpms("merge", CASES / name, "--store", store)
        assert ran.code == 0
        assert "3 rows in = 3 stored" in ran.out, "the household and both children"
        assert "2 children were not known before" in ran.out
        assert "read as 1 household and 2 children" in cpms("validate", CASES / name).out


def test_findings_are_at_the_officers_own_cells(tmp_path: Path) -> None:
    rows = [
        {**HOME, "given_name_1": "มาลี", "sex_1": "หญิง", "given_name_2": "แดง", "sex_2": "ชยา"},
        {**HOME, "household_no": "2", "village_code": "8501", "given_name_1": "ดำ", "sex_1": "x", "sex_2": "ชาย"},
    ]
    findings = validate([_write(tmp_path / "wide.csv", rows)]).findings
    errors = findings[findings["severity"] == "error"]
    faults = sorted(zip(errors["check"], errors["cell"], strict=True))
    assert faults == [("code", "F3"), ("code", "H2"), ("pattern", "B3")]


def test_a_repeat_left_blank_is_no_child_and_one_partly_filled_is(survey: Survey, tmp_path: Path) -> None:
    rows = [
        {
            **HOME,
            "child_no_1": "1",
            "given_name_1": "มาลี",
            "sex_1": "หญิง",
            "birth_date_1": "",
            "child_no_2": "2",
            "given_name_2": "-",
            "sex_2": "",
            "birth_date_2": " ",
        },
        {**HOME, "household_no": "2", "child_no_1": "1", "sex_1": "ชาย", "child_no_2": "2", "birth_date_2": "2560"},
    ]
    assert _children(survey, _write(tmp_path / "wide.csv", rows)) == [
        ("1", "มาลี", "female", None),
        ("1", None, "male", None),
        ("2", None, None, "2017"),
    ]


def test_a_childs_number_is_the_columns_where_no_other_says_it(survey: Survey, tmp_path: Path) -> None:
    row = {**HOME, "child_no_1": "3", "given_name_1": "มาลี", "sex_1": "หญิง", "child_no_2": "", "given_name_2": "แดง"}
    assert [child[:2] for child in _children(survey, _write(tmp_path / "w.csv", [row]))] == [("3", "มาลี"), ("2", "แดง")]


@pytest.mark.parametrize("name", ["wide.csv", "flat.csv"])
def test_a_household_that_yields_no_child_is_a_finding_unless_it_says_that_none_lives_there(
    tmp_path: Path, name: str
) -> None:
    suffix = "_1" if name == "wide.csv" else ""
    rows = [
        {
            **HOME,
            "household_no": str(number),
            f"child_no{suffix}": "1" if number == 1 else "",
            f"given_name{suffix}": "ก" * (number == 1),
            f"sex{suffix}": "หญิง" * (number == 1),
            "members_under_18": minors,
        }
        for number, minors in enumerate(["1", "0", "", "2"], start=1)
    ]
    findings = validate([_write(tmp_path / name, rows)]).findings
    childless = findings[findings["check"] == "no_children"]
    assert childless["cell"].tolist() == ["C4", "C5"]
    assert not (findings["severity"] == "error").any(), "a family without children is stored as a family"


def test_families_without_children_are_stored_beside_those_with_children(cpms: Cpms, tmp_path: Path) -> None:
    rows = [
        {**HOME, "dwelling": "own", "child_no": "1", "given_name": "มาลี", "sex": "หญิง"},
        {**HOME, "household_no": "2", "dwelling": "rented", "members_under_18": "0"},
    ]
    report = merge([_write(tmp_path / "flat.csv", rows)], tmp_path / "s.duckdb")
    assert (report.total("rows_in"), report.total("stored"), report.exit_code) == (2, 2, 0)


def test_a_familys_row_above_its_childrens_rows_stays_a_fault_of_its_row(tmp_path: Path) -> None:
    rows = [{**HOME, "dwelling": "own"}, {**HOME, "child_no": "1", "given_name": "มาลี", "sex": "หญิง"}]
    findings = validate([_write(tmp_path / "flat.csv", rows)]).findings
    assert ("required", 2) in set(zip(findings["check"], findings["row"], strict=True))
    assert "household_twice" not in set(findings["check"])


@pytest.mark.parametrize(
    "headers",
    [
        ("given_name", "given_name_2"),
        ("sex", "sex_2"),
        ("services_received_1", "services_received_2"),
        ("chronic_illness_1", "chronic_illness_2"),
    ],
)
def test_where_reading_as_children_is_not_safe_nothing_is_merged(
    cpms: Cpms, tmp_path: Path, headers: tuple[str, str]
) -> None:
    row = {**HOME, "child_no": "1", "other_name": "จุ๋ม", **dict.fromkeys(headers, "ใช่")}
    ran = cpms("merge", _write(tmp_path / "flat.csv", [row]), "--store", tmp_path / "s.duckdb")
    assert ran.code == 2
    assert f"'{headers[1]}' was NOT read: 1 cell, most of them answers of a further child" in ran.err
    assert "Give each child a row of its own" in ran.err


@pytest.mark.parametrize(
    "header", ["1. ชื่อ", "บ้านเลขที่ 1", "วันที่ 1", "ชื่อ", "mother1_name", "Members under 18", "ย้ายมากี่ครั้งใน 12 เดือน", "2568"]
)
def test_other_numbers_in_headers_are_no_childs(survey: Survey, header: str) -> None:
    numbered_headers = numbered(header, header_spellings(survey))
    assert numbered_headers is None or numbered_headers.field == "household_no"


def test_numbers_of_questions_are_not_numbers_of_children(survey: Survey, tmp_path: Path) -> None:
    row = {**HOME, "ลำดับเด็ก": "1", "อายุ": "9", "ชื่อ 1": "มาลี", "เพศ 2": "หญิง", "วันเกิด 3": "2558"}
    assert len(read(_write(tmp_path / "flat.csv", [row]), survey)) == 1


def test_a_map_says_which_column_is_which_childs(survey: Survey, cpms: Cpms, tmp_path: Path) -> None:
    row = {**HOME, "ลูกคนโต": "มาลี", "หญิงหรือชาย ก": "หญิง", "ลูกคนเล็ก": "แดง", "หญิงหรือชาย ข": "ชาย"}
    path = _write(tmp_path / "wide.csv", [row])
    mapping = {"ลูกคนโต": "given_name_1", "หญิงหรือชาย ก": "sex_1", "ลูกคนเล็ก": "ชื่อ 2", "หญิงหรือชาย ข": "sex (2)"}
    assert _children(survey, path, mapping) == [(*child[:3], None) for child in BOTH]
    draft = tmp_path / "map.csv"
    assert cpms("map", CASES / "wide.csv", "-o", draft).code == 0
    assert cpms("validate", CASES / "wide.csv", "--map", draft).code == 0


def test_answers_of_several_children_in_columns_of_their_own_are_kept_apart(survey: Survey, tmp_path: Path) -> None:
    row = {**HOME, "_uuid": "u1", "_index": "1"}
    for number, chosen in ((1, "cash"), (2, "shelter")):
        group = f"children[{number}]"
        row |= {f"{group}/given_name": f"ก{number}", f"{group}/sex": "female"}
        row |= {f"{group}/services_received/{code}": str(int(code == chosen)) for code in ("cash", "shelter")}
    tables = [table for table in read(_write(tmp_path / "kobo.csv", [row]), survey) if table.table == "child"]
    assert [table.cells("services_received").to_pylist() for table in tables] == [["cash"], ["shelter"]]


def test_rows_set_aside_are_mended_and_merged_and_the_copy_to_mend_has_every_row(cpms: Cpms, tmp_path: Path) -> None:
    rows = [
        {
            **HOME,
            "given_name_1": "มาลี",
            "sex_1": "หญิง",
            "birth_date_1": "2558",
            "given_name_2": "แดง",
            "sex_2": "ชยา",
            "birth_date_2": "2560",
        },
        {**HOME, "household_no": "2", "given_name_1": "ดำ", "sex_1": "ชาย", "birth_date_1": "2558"},
    ]
    path, store, aside = _write(tmp_path / "wide.csv", rows), tmp_path / "s.duckdb", tmp_path / "aside.xlsx"
    assert cpms("merge", path, "--store", store, "--quarantine", aside).code == 1
    book = openpyxl.load_workbook(aside)
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[2]][-1] == "wide.csv:2"
    for cell in sheet[2]:
        cell.value = "ชาย" if cell.value == "ชยา" else cell.value
    book.save(aside)
    ran = cpms("merge", aside, "--store", store)
    assert (ran.code, "1 row in = 1 stored" in ran.out) == (0, True)
    copy = tmp_path / "to_mend.xlsx"
    cpms("validate", path, "--fix", copy)
    assert openpyxl.load_workbook(copy)["wide"].max_row == 3
    assert "5 rows" in cpms("validate", copy).out


def test_what_one_column_says_of_all_children_makes_no_child_of_its_own(cpms: Cpms, tmp_path: Path) -> None:
    """The mother's name stands once, and each child has columns with a number: two children in the first home, one in
    the second, none in the third."""
    path = tmp_path / "wide.csv"
    path.write_text(
        "ปีที่สำรวจ,รหัสหมู่บ้าน,บ้านเลขที่,ความยินยอม,ชื่อมารดา,นามสกุล,ชื่อ1,เพศ1,อายุ1,ชื่อ2,เพศ2,อายุ2\n"
        "2568,85010501,1,ใช่,สมศรี,ใจดี,มานะ,ชาย,8,มานี,หญิง,5\n"
        "2568,85010501,2,ใช่,สมใจ,ใจงาม,ปิติ,ชาย,9,,,\n"
        "2568,85010501,3,ใช่,สมร,ใจเย็น,,,,,,\n",
        "utf-8",
    )
    store = tmp_path / "s.duckdb"
    assert cpms("merge", path, "--store", store).code == 0
    with duckdb.connect(str(store), read_only=True) as connection:
        children = connection.execute(
            "SELECT household_no, child_no, given_name, family_name, mother_name FROM child_observation ORDER BY 1, 2"
        ).fetchall()
    assert children == [
        ("1", "1", "มานะ", "ใจดี", "สมศรี"),
        ("1", "2", "มานี", "ใจดี", "สมศรี"),
        ("2", "1", "ปิติ", "ใจงาม", "สมใจ"),
    ]
