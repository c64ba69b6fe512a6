"""Lists as other offices keep them: a school's, a health volunteer's book, a labour office's. All invented.

Each is read in the fewest steps: `cpms map`, the coloured cells of one workbook, `cpms merge`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from cpms_cli.checking.drafting.drafted_map import Drafted
from cpms_cli.checking.drafting.header_map import draft
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms

Row = Sequence[object]


def _book(path: Path, sheets: Mapping[str, Sequence[Row]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def _fields(drafted: Drafted, header: str) -> list[str]:
    rows = drafted.headers[drafted.headers["header"] == header]
    return [str(field) for field in rows["field"]]


VILLAGE_TITLE = "รพ.สต.บางริ้น ต.บางริ้น อ.เมือง จ.ระนอง ปี 2568"
VOLUNTEER = ["ลำดับ", "เลขที่บ้าน", "ชื่อ-สกุล เด็ก", "ชาย", "หญิง", "อายุ", "อาศัยอยู่กับ", "พิการ", "ในบ้านมีคนดื่มเหล้า", "ถูกทุบตี"]


def _child(number: int, house: str, name: str, *, girl: bool, lives: str, drinks: str = "ไม่มี") -> Row:
    sexes = (None, "✓") if girl else ("✓", None)
    return [number, house, name, *sexes, 7 + number, lives, "ไม่มี", drinks, "ไม่มี"]


@pytest.fixture
def volunteers_book(tmp_path: Path) -> Path:
    """A sheet for each village; who lives with ย่า stands on the second sheet alone."""
    first = [_child(n, f"1{n}/1", f"ด.ช.อนุชา คงทอง{n}", girl=False, lives="พ่อแม่") for n in range(1, 4)]
    second = [_child(n, f"2{n}/2", f"ด.ญ.ธิดา ทองดี{n}", girl=True, lives="ย่า", drinks="มี") for n in range(1, 5)]
    sheets = {
        f"ม.{moo}": [[f"สมุด อสม. หมู่ที่ {moo}"], [VILLAGE_TITLE], VOLUNTEER, *rows]
        for moo, rows in ((1, first), (2, second))
    }
    return _book(tmp_path / "volunteers.xlsx", sheets)


def test_a_book_with_a_sheet_for_each_village_is_one_list(volunteers_book: Path, survey: Survey) -> None:
    drafted = draft([volunteers_book], survey)
    assert drafted.headers["header"].tolist().count("พิการ") == 1
    lives = drafted.answers[drafted.answers["header"] == "อาศัยอยู่กับ"]
    of_mother = lives[lives["field"] == "mother_home"].set_index("answer")
    assert of_mother["count"].to_dict() == {"ย่า": 4, "พ่อแม่": 3}, "of both sheets"


def test_who_is_meant_is_not_guessed(volunteers_book: Path, survey: Survey) -> None:
    drafted = draft([volunteers_book], survey)
    # In a list of children "disabled" is the child, of whom the survey asks otherwise; nobody said it was a member.
    assert _fields(drafted, "พิการ") == ["?"]
    # "In the house somebody drinks" is another member, and never filled in.
    assert _fields(drafted, "ในบ้านมีคนดื่มเหล้า") == ["?member_alcohol"]
    assert _fields(drafted, "ถูกทุบตี") == ["?violence_physical"]


def test_a_whole_name_and_two_columns_of_ticks_need_no_answer(volunteers_book: Path, survey: Survey) -> None:
    drafted = draft([volunteers_book], survey)
    assert _fields(drafted, "ชื่อ-สกุล เด็ก") == ["family_name", "given_name"]
    assert _fields(drafted, "ชาย") == _fields(drafted, "หญิง") == ["sex"]


WHOLE_NAMES = {
    "ด.ญ.ปาริชาติ ณ ระนอง": ("ปาริชาติ", "ณ ระนอง"),
    "อามีนะห์ บินตี ยูซุฟ": ("อามีนะห์", "บินตี ยูซุฟ"),
    "สมชาย ใจดี": ("สมชาย", "ใจดี"),
    "ณ เดช คงทอง": ("ณ เดช", "คงทอง"),
    "ทองดี, ธิดา": ("ธิดา", "ทองดี"),
    "Saw Eh Htoo": ("Saw Eh", "Htoo"),
    "มะลิ": ("มะลิ", None),
}


def test_a_whole_name_is_taken_apart_where_the_family_name_begins(cpms: Cpms, tmp_path: Path) -> None:
    header = [*("ปีที่สำรวจ", "รหัสหมู่บ้าน", "บ้านเลขที่", "ลำดับเด็ก"), "ชื่อ-สกุล เด็ก", "เพศ", "ความยินยอม"]
    rows = [[2568, "85010401", str(home), 1, name, "ชาย", "ยินยอม"] for home, name in enumerate(WHOLE_NAMES, start=1)]
    path, mapping = _book(tmp_path / "names.xlsx", {"a": [header, *rows]}), tmp_path / "map.xlsx"
    assert cpms("map", path, "-o", mapping).code == 0
    store = tmp_path / "s.duckdb"
    assert cpms("merge", path, "--map", mapping, "--store", store).code in (0, 1)
    listed = cpms("children", "--store", store, "--identified", "--format", "json").json["children"]
    names = {child["household_no"]: (child["given_name"], child["family_name"]) for child in listed}
    assert names == {str(home): parts for home, parts in enumerate(WHOLE_NAMES.values(), start=1)}


def test_ticks_under_both_sexes_are_an_error_and_never_one_of_them(cpms: Cpms, tmp_path: Path) -> None:
    rows: list[Row] = [
        [*("ปีที่สำรวจ", "รหัสหมู่บ้าน", "บ้านเลขที่", "ลำดับเด็ก"), "ชื่อ", "นามสกุล", "ชาย", "หญิง", "ความยินยอม"],
        [2568, "85010401", "1", 1, "อนุชา", "คงทอง", "✓", None, "ยินยอม"],
        [2568, "85010401", "2", 1, "ธิดา", "ทองดี", "✓", "✓", "ยินยอม"],
        [2568, "85010401", "3", 1, "ปิยะ", "ใจซื่อ", None, None, "ยินยอม"],
    ]
    path, store = _book(tmp_path / "ticks.xlsx", {"a": rows}), tmp_path / "s.duckdb"
    assert cpms("merge", path, "--store", store).code == 1
    children = cpms("children", "--store", store, "--format", "json").json["children"]
    assert {child["household_no"]: child["sex"] for child in children} == {"1": "male", "3": None}


MIGRANTS = ["No.", "ชื่อ / First name", "สกุล / Family name", "เพศ / Sex", "วันเกิด (DOB)", "สัญชาติ / Nationality"]
PLACES = ["บ้านเลขที่ / House No.", "หมู่ / Moo", "ตำบล / Subdistrict", "ความยินยอม / Consent"]


def test_headers_in_two_languages_and_the_names_of_subdistricts(cpms: Cpms, tmp_path: Path) -> None:
    people = [
        [1, "Aung", "Win", "M", "14/03/2012", "Myanmar", "12/3", 1, "Pak Nam", "ยินยอม"],
        [2, "Su", "Oo", "หญิง", "02/11/2015", "เมียนมา", "7", 4, "ต.บางริ้น", "ยินยอม"],
    ]
    rows: list[Row] = [["รายชื่อบุตรแรงงานข้ามชาติ จังหวัดระนอง"], [*MIGRANTS, *PLACES], *people]
    path, store = _book(tmp_path / "migrants.xlsx", {"children": rows}), tmp_path / "s.duckdb"
    ran = cpms("merge", path, "--round", "2568", "--store", store)
    assert "in the subdistrict that 'ตำบล / Subdistrict' names" in " ".join(ran.out.split())
    children = cpms("children", "--store", store, "--format", "json").json["children"]
    assert {child["village_code"]: child["sex"] for child in children} == {"85010501": "male", "85010404": "female"}


def test_a_subdistrict_of_which_there_are_several_is_asked_about(cpms: Cpms, tmp_path: Path) -> None:
    """There is a Pak Nam in many provinces, and nothing says which."""
    people = [[1, "Aung", "Win", "M", "14/03/2012", "Myanmar", "12/3", 1, "Pak Nam", "ยินยอม"]]
    path = _book(tmp_path / "migrants.xlsx", {"children": [[*MIGRANTS, *PLACES], *people]})
    ran = cpms("merge", path, "--round", "2568", "--store", tmp_path / "s.duckdb")
    assert ran.code == 2 and "--village" in ran.err
    assert cpms("merge", path, "--round", "2568", "--village", "850105", "--store", tmp_path / "s.duckdb").code in (
        0,
        1,
    )


SCHOOL = ["ที่", "ชื่อ - นามสกุล", "อายุ (ปี)", "บ้านเลขที่", "นักเรียนมาโรงเรียนโดย", "เศรษฐกิจครอบครัว", "ความยินยอม"]


def _pupils(tmp_path: Path) -> Path:
    incomes = ["พอใช้", "ไม่พอใช้", "พอใช้และเหลือเก็บ"] * 3
    pupils = [
        [n, f"เด็กหญิงวริศรา  แสงแก้ว{n}", "๙", f"{n}/๑", "เดิน", income, "ยินยอม"]
        for n, income in enumerate(incomes, start=1)
    ]
    title = [["โรงเรียนบ้านบางริ้น ปีการศึกษา ๒๕๖๘ ตำบลบางริ้น อำเภอเมืองระนอง จังหวัดระนอง หมู่ที่ ๑"]]
    return _book(tmp_path / "pupils.xlsx", {"ป.4": [*title, SCHOOL, *pupils]})


def test_what_cells_hold_decides_between_two_questions(tmp_path: Path, survey: Survey) -> None:
    drafted = draft([_pupils(tmp_path)], survey)
    assert _fields(drafted, "เศรษฐกิจครอบครัว")[0].removeprefix("?") == "income_enough"
    means = drafted.answers.set_index("answer")["means"]
    assert means["พอใช้และเหลือเก็บ"] == "saves"  # sure
    assert means["ไม่พอใช้"].startswith("?"), "how often is not said: a person decides"


def test_answers_of_a_question_that_is_chosen_in_the_workbook_are_decided_there_too(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever gives a column another question than was proposed, and leaves its answers as they are, is told of them
    with a map that has them, instead of finding all rows set aside."""
    monkeypatch.chdir(tmp_path)
    assert cpms("init", "office", "--area", "850104", "--round", "2568").code == 0
    inbox, maps = tmp_path / "office" / "inbox", tmp_path / "office" / "maps"
    path = _pupils(inbox)
    chosen = ["", "given_name", "age_years", "household_no", "", "income_enough", "consent"]
    lines = [[header, field] for header, field in zip(SCHOOL, chosen, strict=True)]
    _book(maps / "map.xlsx", {"headers": [["Header", "Field"], *lines]})
    monkeypatch.chdir(tmp_path / "office")
    ran = cpms("run")
    assert ran.code == 1
    assert "the map does not say yet what these answers mean: 'ไม่พอใช้'" in " ".join(ran.out.split())
    (drafted,) = (tmp_path / "office" / "outbox").glob("*/map_*.xlsx")
    book = openpyxl.load_workbook(drafted)
    kept = {row[0].value: str(row[1].value) for row in book.worksheets[0].iter_rows(min_row=2)}
    assert kept["ชื่อ - นามสกุล"].endswith("[given_name]"), "what was decided is kept"
    for row in book.worksheets[1].iter_rows(min_row=2):
        if row[2].value == "ไม่พอใช้":
            row[4].value = "[often_short]"
    book.save(maps / "map_2.xlsx")
    assert path.is_file()
    again = cpms("run", "--format", "json").json
    assert (again["counts"]["rows_in"], again["counts"]["stored"]) == (9, 9)


def test_two_tables_beside_each_other_are_named_with_their_columns(tmp_path: Path, cpms: Cpms) -> None:
    path, header = tmp_path / "beside.xlsx", ["บ้านเลขที่", "ชื่อ", "เพศ", "อายุ"]
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["หมู่ที่ 1"], [*header, None, *header], ["1", "อาท", "ชาย", 5, None, "9", "กบ", "ชาย", 6]):
        sheet.append(row)
    book.save(path)
    for words in (("validate", path), ("map", path, "-o", tmp_path / "map.xlsx")):
        ran = cpms(*words)
        assert ran.code == 2
        assert "row 2 has the same headers more than once (A–D, F–I)" in " ".join(ran.err.split())


@pytest.mark.parametrize("title", ["", "หมู่ 1,,,,,หมู่ 2,,,\n"])
def test_tables_beside_each_other_in_text_are_refused_by_map_too(tmp_path: Path, cpms: Cpms, title: str) -> None:
    path = tmp_path / "two.csv"
    header, rows = "บ้านเลขที่,ชื่อ,เพศ,อายุ,,บ้านเลขที่,ชื่อ,เพศ,อายุ", ["1,ก้อง,ชาย,9,,2,ดาว,หญิง,8"] * 3
    path.write_text("\n".join([title + header, *rows]), encoding="utf-8")
    for command in ("validate", "map"):
        ran = cpms(command, path)
        assert ran.code == 2
        assert f"row {2 if title else 1} has the same headers more than once (A–D, F–I)" in ran.err
