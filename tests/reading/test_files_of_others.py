"""Files as subdistricts, schools and organisations keep them: a column or a line is easily read for another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from cpms_cli.checking.drafting.drafted_map import map_bytes
from cpms_cli.checking.drafting.header_map import draft
from cpms_cli.checking.proposing.column_proposals import propose
from cpms_cli.errors import NoSurveyTable, UsageError
from cpms_cli.reading.header.headers import field_of, header_spellings, match_headers
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.reading.tables import read
from cpms_cli.reading.value.values import clean
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.typed.area_search import find_areas

Rows = Sequence[Sequence[object]]
LIST = "รายชื่อเด็ก ตำบลหงาว อำเภอเมืองระนอง จังหวัดระนอง ปี 2569"
HEADER = ["ลำดับ", "ชื่อ", "นามสกุล", "บ้านเลขที่", "เพศ", "อายุ"]


def book(path: Path, sheets: Mapping[str, Rows], merged: Sequence[str] = ()) -> Path:
    """A workbook with these rows in its sheets; `merged` are cells of the first one."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        page = workbook.create_sheet(name)
        for row in rows:
            page.append(list(row))
    for cells in merged:
        workbook.worksheets[0].merge_cells(cells)
    workbook.save(path)
    return path


def texts(table: SurveyTable, name: str) -> list[str | None]:
    """What a table says of one field, row by row."""
    return [None if text is None else str(text) for text in table.cells(name).to_pylist()]


def child(number: int) -> list[object]:
    return [number, f"สมชาย{'ก' * number}", "ใจดี", str(number), "ชาย", 5 + number]


def two_villages(path: Path, line: str, *, header_again: bool) -> Path:
    """A list of three children of village 1, and below a line two of another village."""
    again = [HEADER] if header_again else []
    rows: Rows = [[LIST], ["หมู่ที่ 1"], HEADER, child(1), child(2), child(3), [line], *again, child(1), child(2)]
    return book(path, {"เด็ก": rows})


@pytest.mark.parametrize("header_again", [True, False])
@pytest.mark.parametrize("line", ["หมู่ที่ 3 บ้านทุ่งหงาว", "หมู่ ๓", "ม.3", "บ้านทุ่งหงาว หมู่ที่ 3 ตำบลหงาว", "Moo 3"])
def test_a_line_that_names_another_village_heads_the_rows_below_it(
    survey: Survey, tmp_path: Path, line: str, header_again: bool
) -> None:
    (table,) = read(two_villages(tmp_path / "list.xlsx", line, header_again=header_again), survey)
    assert texts(table, "village_code") == ["85010301"] * 3 + ["85010303"] * 2
    assert [note.values["villages"] for note in table.notes if note.message_id == "village_from_sections"] == [
        "85010303 (7)"
    ]


def test_below_a_village_without_a_number_nobody_is_put_into_the_village_above(survey: Survey, tmp_path: Path) -> None:
    """Its rows have no village, and are set aside; unless the village of all rows is given."""
    file = two_villages(tmp_path / "list.xlsx", "บ้านทุ่งหงาว", header_again=True)
    (table,) = read(file, survey)
    assert texts(table, "village_code") == ["85010301"] * 3 + [None] * 2
    (given,) = read(file, survey, village="85010302")
    assert texts(given, "village_code") == ["85010302"] * 5


def test_a_village_that_is_given_against_a_line_is_refused(survey: Survey, tmp_path: Path) -> None:
    file = two_villages(tmp_path / "list.xlsx", "หมู่ที่ 3", header_again=False)
    with pytest.raises(UsageError) as refused:
        read(file, survey, village="85010301")
    assert (refused.value.message_id, refused.value.values["codes"]) == ("village_differs", "85010303")


def test_what_stands_under_the_family_is_not_the_childs(survey: Survey, tmp_path: Path) -> None:
    """ "Drinks" and "fights" are the child's words; under "behaviour in the family" they are about the family."""
    rows: Rows = [
        ["บ้านเลขที่", "พฤติกรรมในครอบครัว", None, "ชื่อเด็ก", "ดื่มสุรา"],
        [None, "ดื่มสุรา", "ทะเลาะวิวาท", None, None],
        ["1", "ใช่", "ใช่", "มานี", "ไม่ใช่"],
        ["2", "ไม่ใช่", "ใช่", "มานะ", "ไม่ใช่"],
    ]
    file = book(tmp_path / "family.xlsx", {"ม.2": rows}, ["B1:C1", "A1:A2", "D1:D2", "E1:E2"])
    headers = draft([file], survey).headers.set_index("header")["field"]
    assert headers["ดื่มสุรา"] == "alcohol"
    assert headers["พฤติกรรมในครอบครัว ดื่มสุรา"] == "?member_alcohol"
    assert headers["พฤติกรรมในครอบครัว ทะเลาะวิวาท"] == "?"


OF_RISKS = ["g/risks", "g/risks/alcohol", "g/risks/drugs"]
HOUSES: Rows = [
    ["g/subdistrict", "g/moo", "g/house_no", "consent", *OF_RISKS, "g/tobacco", "_uuid", "_index"],
    ["850104", "2", "11", "yes", "alcohol", 1, 0, "yes", "u-1", 1],
    ["850104", "3", "12", "yes", "drugs", 0, 1, "no", "u-2", 2],
]
KIDS: Rows = [
    ["kids/c_name", "kids/c_sex", "kids/c_svc", "kids/g_wg/c_see", "_index", "_parent_table_name", "_parent_index"],
    ["มานี", "female", "home_visit cash", "no_difficulty", 1, "hh", 1],
    ["มานะ", "male", "none", "no_difficulty", 2, "hh", 1],
    ["ชูใจ", "female", "home_visit cash", "some_difficulty", 3, "hh", 2],
]


def test_an_export_of_a_foreign_form_is_mapped_with_its_repeat_group(survey: Survey, tmp_path: Path) -> None:
    """An answer's own column is no question about the child, nor is what is asked of the family; the children's sheet
    is in the map although none of its headers is known."""
    file = book(tmp_path / "export.xlsx", {"hh": HOUSES, "kids": KIDS})
    headers = draft([file], survey).headers.set_index("header")["field"]
    assert not {"alcohol", "drugs", "tobacco"} & {field.removeprefix("?") for field in headers}
    assert headers["kids/g_wg/c_see"] == "?difficulty_seeing"
    assert {"kids/c_name", "kids/c_sex", "kids/c_svc"} <= set(headers.index)


def test_an_export_of_a_foreign_form_is_read_by_its_map(survey: Survey, tmp_path: Path) -> None:
    """The village is that of the number and of the subdistrict's code; a cell with two answers is two answers."""
    file = book(tmp_path / "export.xlsx", {"hh": HOUSES, "kids": KIDS})
    mapping: dict[str, str | None] = {
        "kids/c_name": "given_name",
        "kids/c_sex": "sex",
        "kids/c_svc": "services_received",
    }
    mapping |= {
        "g/risks/alcohol": "member_alcohol",
        "g/tobacco": None,
        "g/risks": None,
        "g/risks/drugs": "member_drugs",
    }
    homes, children = read(file, survey, round_=2026, mapping=mapping)
    assert texts(homes, "village_code") == ["85010402", "85010403"]
    assert texts(homes, "member_alcohol") == ["yes", "no"]
    assert texts(children, "village_code") == ["85010402", "85010402", "85010403"]
    assert texts(children, "household_no") == ["11", "11", "12"]
    assert texts(children, "child_no") == ["1", "2", "1"]
    assert texts(children, "services_received") == ["home_visit;cash", "none", "home_visit;cash"]


def test_when_a_form_was_filled_in_is_proposed_as_the_interviews_day(survey: Survey, tmp_path: Path) -> None:
    """Once, for the families; not where the form asks the day itself."""
    houses: Rows = [["start", *HOUSES[0]], *(["2026-05-01T09:01:00.000+07:00", *row] for row in HOUSES[1:])]
    drafted = draft([book(tmp_path / "export.xlsx", {"hh": houses, "kids": KIDS})], survey).headers
    assert drafted.loc[drafted["field"] == "?interview_date", "header"].tolist() == ["start"]
    asked: Rows = [["interview_date", *houses[0]], *(["2026-05-01", *row] for row in houses[1:])]
    drafted = draft([book(tmp_path / "asked.xlsx", {"hh": asked, "kids": KIDS})], survey).headers
    assert drafted.set_index("header")["field"]["start"] == ""


def test_a_map_workbook_asks_for_no_meaning_of_several_known_answers(survey: Survey, tmp_path: Path) -> None:
    file = book(tmp_path / "export.xlsx", {"hh": HOUSES, "kids": [*KIDS, *KIDS[1:], *KIDS[1:]]})
    mapping = {"kids/c_name": "given_name", "kids/c_svc": "services_received"}
    drafted = draft([file], survey, mapping=mapping)
    assert not drafted.answers["header"].eq("kids/c_svc").any()
    assert map_bytes(survey, drafted, Path("map.xlsx"), "en").startswith(b"PK")


def test_only_what_is_an_answers_column_is_none(survey: Survey) -> None:
    """A group is no question: behind it the field's own name counts, as before."""
    spellings = header_spellings(survey)
    assert match_headers(["child/alcohol", "_index"], spellings).fields == {0: "alcohol"}
    assert match_headers(["drinks", "drinks/alcohol", "_index"], spellings).fields == {}


SCHOOL = ["ชื่อ", "นามสกุล", "เพศ", "บ้านเลขที่", "หมู่", "ตำบล", "อำเภอ", "จังหวัด"]


def test_a_schools_list_says_its_villages_by_district_and_province(survey: Survey, tmp_path: Path) -> None:
    """Several provinces have a subdistrict called Pak Nam: the columns beside it say which is meant."""
    assert len([area for area in find_areas(survey, "ปากน้ำ") if area.th == "ปากน้ำ"]) > 1
    rows = [SCHOOL, ["มานี", "ใจดี", "ญ", "1", "2", "ปากน้ำ", "เมืองระนอง", "ระนอง"]]
    rows.append(["มานะ", "ใจดี", "ช", "5", "2", "ปากน้ำ", "หลังสวน", "ชุมพร"])
    (table,) = read(book(tmp_path / "dmc.xlsx", {"DMC": rows}), survey, round_=2026)
    village, other = texts(table, "village_code")
    assert village == "85010502"
    assert other is not None and other.startswith("86")
    without = [[*row[:6]] for row in rows]
    with pytest.raises(NoSurveyTable) as refused:
        read(book(tmp_path / "without.xlsx", {"DMC": without}), survey, round_=2026)
    assert refused.value.values["fields"] == "village_code (รหัสหมู่บ้าน)", "children are counted by themselves"


def test_whole_names_are_told_and_the_map_asks_about_the_family_name(survey: Survey, tmp_path: Path) -> None:
    rows: list[list[object]] = [["รหัสหมู่บ้าน", "บ้านเลขที่", "ชื่อเด็ก", "อายุ"], ["85010501", "1", "ด.ช.มานะ ใจดี", 7]]
    rows.append(["85010501", "2", "ด.ญ.มานี ณ ระนอง", 9])
    file = book(tmp_path / "names.xlsx", {"เด็ก": rows})
    (table,) = read(file, survey, round_=2026)
    assert [note.values for note in table.notes if note.message_id == "name_whole"] == [
        {"column": "ชื่อเด็ก", "count": "2"}
    ]
    headers = draft([file], survey).headers
    assert headers.loc[headers["header"] == "ชื่อเด็ก", "field"].tolist() == ["given_name", "?family_name"]
    single: Rows = [rows[0], ["85010501", "1", "ด.ช.มานะ", 7], ["85010501", "2", "มานี", 9]]
    (told_nothing,) = read(book(tmp_path / "single.xlsx", {"เด็ก": single}), survey, round_=2026)
    assert not [note for note in told_nothing.notes if note.message_id == "name_whole"]


def test_few_numbers_under_a_proposed_number_may_be_codes(survey: Survey, tmp_path: Path) -> None:
    """ "work" with 1 and 2 may be hours, and rather is a yes and a no: the map asks what the numbers mean."""
    rows: list[list[object]] = [["รหัสหมู่บ้าน", "บ้านเลขที่", "child1_name", "child1_work", "child2_name", "child2_work"]]
    rows += [["85010501", str(house), "มานี", 1 + house % 2, "มานะ", 2] for house in range(1, 13)]
    answers = draft([book(tmp_path / "work.xlsx", {"เด็ก": rows})], survey).answers
    work = answers[answers["header"] == "child1_work"]
    assert sorted(zip(work["answer"], work["count"], strict=True)) == [("1", 6), ("2", 6)]


@pytest.mark.parametrize(
    ("line", "header", "means"),
    [
        ("1=ใช่ 2=ไม่ใช่ 9=ไม่ทราบ", "มีหนี้นอกระบบ", ["yes", "no", "unknown"]),
        ("คำชี้แจง (๑ = ใช่, ๒ = ไม่ใช่)", "มีหนี้นอกระบบ", ["yes", "no", ""]),
        ("1=ใช่ 2=ไม่ใช่; 1=ไม่ใช่ 2=ใช่", "มีหนี้นอกระบบ", ["", "", ""]),
        ("1=ชาย 2=หญิง", "มีหนี้นอกระบบ", ["", "", ""]),
        ("1=ไม่ใช่ 2=ใช่", "มีหนี้นอกระบบ (1=ใช่ 2=ไม่ใช่)", ["yes", "no", ""]),
    ],
)
def test_a_legend_says_what_the_numbers_mean(
    survey: Survey, tmp_path: Path, line: str, header: str, means: list[str]
) -> None:
    """The header's own goes before the one above the list; one that says two things says nothing."""
    rows: list[list[object]] = [[line], ["รหัสหมู่บ้าน", "บ้านเลขที่", "ชื่อ", "อายุ", header]]
    rows += [["85010501", str(house), "มานี", 7, (1, 2, 9)[house % 3]] for house in range(1, 13)]
    answers = draft([book(tmp_path / "legend.xlsx", {"เด็ก": rows})], survey).answers.set_index("answer")["means"]
    assert [answers[number].removeprefix("?") for number in ("1", "2", "9")] == means


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("DOB (dd/mm/yy)", "birth_date"),
        ("วันเกิด (วว/ดด/ปปปป)", "birth_date"),
        ("วันเกิด", "birth_date"),
        ("(dd/mm/yy)", None),
    ],
)
def test_how_a_day_is_written_is_no_part_of_the_header(survey: Survey, header: str, field: str | None) -> None:
    assert field_of(header, header_spellings(survey)) == field


@pytest.mark.parametrize(
    ("header", "cells", "field"),
    [
        ("House #", ["11", "12"], "household_no"),
        ("เกิด พ.ศ.", ["2560", "2561"], "birth_date"),
        ("Mother", ["Alive", "Dead"], "mother_alive"),
        ("วันที่เกิดเหตุ", ["1/2/2568", "3/4/2568"], None),
        ("BIRTH", ["20150321", "20160412"], "birth_date"),
        ("အမိအမည်", ["ဒေါ်မြ", "ဒေါ်လှ"], "mother_name"),
        ("အဘအမည်", ["ဦးဘ", "ဦးလှ"], None),
        ("Staff name", ["Su", "Aye"], None),
        ("ในรอบ 12 เดือน เด็กเคยถูกทำร้ายร่างกาย", ["ใช่", "ไม่ใช่"], "violence_physical"),
        ("Does anyone in the household have problems with gambling?", ["Yes", "No"], "member_gambling"),
    ],
)
def test_what_a_header_of_others_is_proposed_as(
    survey: Survey, header: str, cells: list[str], field: str | None
) -> None:
    assert next((proposal.field for proposal in propose(survey, header, cells * 8)), None) == field


def test_an_area_is_found_by_its_name_and_the_province_it_is_in(survey: Survey) -> None:
    assert [area.code for area in find_areas(survey, "ปากน้ำ ระนอง")] == ["850105"]
    assert [area.code for area in find_areas(survey, "Pak Nam Ranong")] == ["850105"]
    assert find_areas(survey, "ปากน้ำ เชียงใหม่") == []
    assert [area.code for area in find_areas(survey, "Bang Rin")] == ["850104"]


def test_a_repeat_group_asks_nothing_of_the_household(survey: Survey, tmp_path: Path) -> None:
    """Mother, grandparents and other are answers to who answered as well: that is asked once, of the household."""
    cells = ("mother", "grandparents", "other")
    kids = [[*row, answer] for row, answer in zip(KIDS, ("kids/c_livewith", *cells), strict=True)]
    headers = draft([book(tmp_path / "export.xlsx", {"hh": HOUSES, "kids": kids})], survey).headers
    fields = {name.removeprefix("?") for name in headers.set_index("header").loc[["kids/c_livewith"], "field"]}
    assert not fields & {field.name for field in survey.household.fields}


def test_one_answer_of_a_question_that_is_proposed_is_decided_with_it(survey: Survey, tmp_path: Path) -> None:
    asked = "ในรอบปีที่ผ่านมาเด็กได้รับความช่วยเหลืออะไรบ้าง"
    options = ("เยี่ยมบ้าน", "เงินช่วยเหลือ", "ไม่ได้รับ")
    header = ["หมู่ที่", "บ้านเลขที่", "ชื่อเด็ก", asked, *(f"{asked}/{option}" for option in options), "_uuid", "_index"]
    rows = [["1", "1", "มานี", "เยี่ยมบ้าน เงินช่วยเหลือ", 1, 1, 0, "u1", 1], ["1", "2", "มานะ", "ไม่ได้รับ", 0, 0, 1, "u2", 2]]
    headers = draft([book(tmp_path / "export.xlsx", {"hh": [header, *rows]})], survey).headers.set_index("header")
    assert headers.loc[asked, "field"] == "?services_received"
    assert [headers.loc[f"{asked}/{option}", "field"] for option in options] == ["", "", ""]


@pytest.mark.parametrize("written", ["2568,0", "2568.0", "๒๕๖๘", "พ.ศ. 2568", "ปี 2568", "2025,00"])
def test_a_round_is_a_year_however_it_is_written(survey: Survey, written: str) -> None:
    assert clean(survey, survey.fields["round"], pd.Series([written], dtype="str")).values.tolist() == ["2025"]
