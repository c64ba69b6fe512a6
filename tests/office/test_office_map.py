"""An office's own list: one workbook to answer, and then every file of its kind is merged by one command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from cpms_cli.checking.proposing.answer_proposals import propose_answer
from cpms_cli.checking.proposing.column_proposals import is_filled_in, propose
from cpms_cli.office.inbox.maps_tried import fitting_map
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import Cpms

OFFICE = Path(__file__).resolve().parent.parent / "files" / "office"
LIST, SECOND = OFFICE / "office_village_1_2568.xlsx", OFFICE / "office_village_1_2569.xlsx"
FIRST_DECISIONS = {"ถูกทำร้าย": "violence_physical", "หมายเหตุ": "leave out", "น้ำหนัก (กก.)": "ไม่นำเข้า"}
SECOND_MEANINGS = {"พ่อแม่": "mother", "ได้รับทุน": "cash"}


def _answer(path: Path, fields: dict[str, str] | None = None, meanings: dict[str, str] | None = None) -> int:
    """Agree with every proposal of a map as an officer does in Excel, save for what is given; how many it took."""
    book = load_workbook(path)
    headers, answers = book.worksheets[:2]
    agreed = 0
    for sheet, given, column in ((headers, fields or {}, 1), (answers, meanings or {}, 4)):
        for row in sheet.iter_rows(min_row=2):
            key, cell = str(row[0].value if sheet is headers else row[2].value), row[column]
            text = str(cell.value or "")
            if key in given:
                cell.value, agreed = given[key], agreed + 1
            elif text.startswith("?"):
                cell.value, agreed = text.removeprefix("?").strip(), agreed + 1
    book.save(path)
    return agreed


def _columns(path: Path) -> dict[str, list[str]]:
    """The field that a map's workbook has for each header, or several."""
    fields: dict[str, list[str]] = {}
    for header, field, *_ in load_workbook(path).worksheets[0].iter_rows(min_row=2, values_only=True):
        fields.setdefault(str(header), []).append(str(field or ""))
    return fields


def _children(cpms: Cpms, store: Path, year: str, folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    out = folder / f"records_{year}.csv"
    assert cpms("export", "records", out, "--store", store, "--round", year, "--identified").code == 0
    rows = pd.read_csv(out, dtype="str", keep_default_na=False)
    keys = zip(rows["household_no"], rows["child_no"], strict=True)
    return {key: dict(row) for key, (_, row) in zip(keys, rows.iterrows(), strict=True)}


def test_two_files_of_an_office_are_stored_in_two_commands_and_a_workbook_each(cpms: Cpms, tmp_path: Path) -> None:
    store, first, second = tmp_path / "s.duckdb", tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    commands = [
        ("map", LIST, "-o", first),
        ("merge", LIST, "--map", first, "--store", store),
        ("map", SECOND, "-o", second),
        ("merge", SECOND, "--map", second, "--store", store),
    ]
    assert cpms(*commands[0]).code == 0
    assert _answer(first, FIRST_DECISIONS) <= 20
    assert cpms(*commands[1]).code in (0, 1)
    assert cpms(*commands[2]).code == 0
    _answer(second, meanings=SECOND_MEANINGS)
    # Two homes say yes and no to consent, and five interviews are dated 31 June: these rows are set aside.
    assert cpms(*commands[3]).code == 1

    children = _children(cpms, store, "2568", tmp_path)
    assert len(children) == 28
    # Row 7 of the list: ด.ช. ศุภกร ศรีสุวรรณ, แจ้งแล้ว, เรียน, บัตรทอง มี, หอบหืด, both parents alive, อยู่กับ พ่อแม่.
    expected = {
        "given_name": "ศุภกร",
        "family_name": "ศรีสุวรรณ",
        "sex": "male",
        "birth_date": "2014-10-02",
        "birth_registered": "registered",
        "in_school": "formal",
        "health_insurance": "universal",
        "chronic_illness": "yes",
        "father_alive": "yes",
        "mother_alive": "yes",
        "mother_home": "yes",
        "father_home": "yes",
        "income_enough": "enough",
    }
    assert {name: children["39/1", "1"][name] for name in expected} == expected
    # ซอ มิน has no card and is not registered; the second child of 97 has a tick under ถูกทำร้าย; the first of 181/8 has
    # lost the father and lives with the mother; the second of 139/5 lives with a grandmother.
    assert children["55/4", "1"]["health_insurance"] == "none"
    assert children["55/4", "1"]["birth_registered"] == "not_registered"
    assert children["97", "2"]["violence_physical"] == "yes"
    assert children["181/8", "1"]["father_alive"] == "no"
    assert (children["181/8", "1"]["mother_home"], children["181/8", "1"]["father_home"]) == ("yes", "no")
    assert (children["139/5", "2"]["mother_home"], children["139/5", "2"]["father_home"]) == ("no", "no")

    # A second file of the same kind is one command, and of both kinds together too.
    again = cpms("merge", LIST, SECOND, "--map", first, "--map", second, "--store", store)
    assert "28" in again.out
    assert len(_children(cpms, store, "2568", tmp_path)) == 28


def test_a_map_is_filled_in_as_far_as_it_is_sure(cpms: Cpms, tmp_path: Path) -> None:
    path = tmp_path / "map.xlsx"
    assert cpms("map", LIST, "-o", path).code == 0
    fields = _columns(path)
    assert fields["แจ้งเกิด"] == ["การแจ้งเกิด / Birth registration [birth_registered]"]
    assert fields["พ่อยังมีชีวิต"] == ["บิดายังมีชีวิตอยู่ / Father alive [father_alive]"]
    assert fields["บัตรทอง"][0].startswith("? ") and fields["บัตรทอง"][0].endswith("[health_insurance]")
    assert [field.rpartition("[")[2] for field in fields["อยู่กับ"]] == ["mother_home]", "father_home]"]
    assert fields["ชื่อหัวหน้าครัวเรือน"] == [""], "the head's name is no child's"
    texts = {str(cell.value) for sheet in load_workbook(path).worksheets for row in sheet for cell in row}
    assert not any("ศรีสุวรรณ" in text or "1-1661" in text for text in texts), "nobody is named"
    rules = load_workbook(path).worksheets[1].data_validations.dataValidation
    assert any("INDIRECT" in str(rule.formula1) for rule in rules), "each answer has the list of its question"


def test_a_map_half_answered_is_refused_with_its_lines(cpms: Cpms, tmp_path: Path) -> None:
    path = tmp_path / "map.xlsx"
    cpms("map", LIST, "-o", path)
    ran = cpms("merge", LIST, "--map", path, "--store", tmp_path / "s.duckdb")
    assert ran.code == 2
    assert "are not answered yet" in ran.err and "'บัตรทอง'" in ran.err
    assert not (tmp_path / "s.duckdb").exists()


def test_two_maps_half_answered_are_each_named_with_their_own_lines(cpms: Cpms, tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    cpms("map", LIST, "-o", first)
    cpms("map", SECOND, "-o", second)
    ran = cpms("merge", LIST, SECOND, "--map", first, "--map", second, "--store", tmp_path / "s.duckdb")
    assert ran.code == 2
    assert "first.xlsx:" in ran.err
    assert "second.xlsx:" in ran.err
    assert ran.err.count("are not answered yet") == 2


def test_of_an_offices_maps_the_one_of_this_kind_of_file_is_named(cpms: Cpms, tmp_path: Path) -> None:
    first, second = tmp_path / "a_first.xlsx", tmp_path / "b_second.xlsx"
    cpms("map", LIST, "-o", first)
    cpms("map", SECOND, "-o", second)
    for file, own in ((LIST, first), (SECOND, second)):
        best, broken = fitting_map(load_survey(), [first, second], file)
        assert best is None
        assert [error.values["file"] for error in broken] == [own.name]


def test_a_map_of_another_kind_of_file_is_refused(cpms: Cpms, tmp_path: Path) -> None:
    path = tmp_path / "map.xlsx"
    cpms("map", LIST, "-o", path)
    _answer(path, FIRST_DECISIONS)
    ran = cpms("validate", SECOND, "--map", path)
    assert ran.code == 2
    assert "of another kind of file" in ran.err and "cpms map FILE -o map.xlsx" in ran.err


def test_two_headers_of_one_question_and_an_answer_of_another_list_are_said(cpms: Cpms, tmp_path: Path) -> None:
    path = tmp_path / "map.xlsx"
    cpms("map", LIST, "-o", path)
    _answer(path, {**FIRST_DECISIONS, "น้ำหนัก (กก.)": "tobacco"})
    ran = cpms("validate", LIST, "--map", path)
    assert ran.code == 2
    assert "is to be tobacco, and so is another column" in ran.err
    other = tmp_path / "other.xlsx"
    cpms("map", LIST, "-o", other)
    _answer(other, FIRST_DECISIONS, {"เรียน": "universal"})
    ran = cpms("validate", LIST, "--map", other)
    assert ran.code == 2
    assert "'เรียน' is to mean 'universal', which is no answer to in_school" in ran.err


def test_a_workbook_that_is_no_map_is_refused(cpms: Cpms) -> None:
    ran = cpms("validate", LIST, "--map", SECOND)
    assert ran.code == 2
    assert "this workbook is no map" in ran.err


# The header, what its cells hold, and the field that is filled in; None where a person is asked or nothing is proposed.
PROPOSED = [
    ("มีชีวิตอยู่หรือไม่ (บิดา)", ["ใช่", "ไม่ใช่"] * 9, "father_alive"),
    ("อาชีพบิดา", ["ประมง", "ค้าขาย"] * 9, None),
    ("แม่เสียชีวิต", ["ใช่", "ไม่ใช่"] * 9, None),
    ("คนในบ้านดื่มสุรา", ["ใช่", "ไม่ใช่"] * 9, None),
    ("ความยินยอมให้ข้อมูล", ["ใช่", "ไม่ใช่"] * 9, None),
    ("น้ำหนัก", ["12", "14"] * 9, None),
    ("สิทธิรักษาพยาบาล", ["12", "14"] * 9, None),
    ("ชื่อ (บังคับ)", ["สมชาย", "มานี"] * 9, "given_name"),
    ("Is (name's) natural mother alive?", ["Yes", "No"] * 9, "mother_alive"),
    ("Does (name's) natural father live in this household?", ["Yes", "No"] * 9, "father_home"),
    ("จำนวนพี่ชาย", ["1", "2"] * 9, None),
    ("อายุ (เดือน)", ["30", "45"] * 9, None),
    ("Date of birth (CMC)", ["1234", "1250"] * 9, None),
    ("Household size in 2010", ["4", "5"] * 9, None),
    ("เบอร์โทรนักเรียน", ["0812345678", "0898765432"] * 9, None),
    ("Last interview date", ["2025-01-02", "2025-03-04"] * 9, None),
    ("จำนวนสมาชิกในครัวเรือน (ชาย)", ["2", "3"] * 9, None),
]


# Headers that have a word in common with a question, and no more: nobody is asked about them.
NOTHING_ALIKE = [
    ("การเดินทาง", ["เดิน", "รถจักรยานยนต์"] * 9),
    ("จำนวนน้องสาว", ["1", "2"] * 9),
    ("สาเหตุความพิการ", ["แต่กำเนิด", "อุบัติเหตุ"] * 9),
    ("Alternative phone number", ["0812345678", "0898765432"] * 9),
    ("ကုမ္ပဏီအမည်", ["ရွှေ", "ငွေ"] * 9),
]


@pytest.mark.parametrize(("header", "cells"), NOTHING_ALIKE, ids=[case[0] for case in NOTHING_ALIKE])
def test_a_word_in_common_is_no_proposal(survey: Survey, header: str, cells: list[str]) -> None:
    assert propose(survey, header, cells) == ()


@pytest.mark.parametrize(("header", "cells", "field"), PROPOSED, ids=[case[0] for case in PROPOSED])
def test_only_what_is_sure_is_filled_in(survey: Survey, header: str, cells: list[str], field: str | None) -> None:
    proposals = propose(survey, header, cells)
    assert (proposals[0].field if is_filled_in(survey, proposals) else None) == field


def test_an_answer_that_denies_is_never_taken_for_one_that_does_not(survey: Survey) -> None:
    for name in ("income_enough", "in_school", "birth_registered", "father_alive"):
        for text in ("ไม่พอใช้", "ไม่ได้ไปโรงเรียนแล้ว", "ยังไม่มีสูติบัตร", "เสียชีวิต"):
            proposal = propose_answer(survey, survey.fields[name], text)
            assert proposal is None or proposal.code in ("often_short", "none", "not_registered", "no"), (name, text)
