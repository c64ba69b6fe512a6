"""Words whose meaning is sure under a question's own header, and not under the one that an office has written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from cpms_cli import read
from cpms_cli.checking.drafting.drafted_map import map_bytes
from cpms_cli.checking.drafting.header_map import draft
from cpms_cli.errors import UsageError
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.proposals.unsure_words import is_unsure, perhaps_means, why_unsure

KEY = {"round": "2569", "village_code": "85010101", "household_no": "1"}


@pytest.mark.parametrize(
    ("header", "field", "why"),
    [
        ("สิทธิการรักษา", "health_insurance", None),
        ("บัตรทอง", "health_insurance", "one_answer"),
        ("มีบัตรทองหรือไม่", "health_insurance", "one_answer"),
        ("สิทธิบัตรทอง/ประกันสังคม", "health_insurance", None),
        ("บัตรประชาชน", "id_document", "one_answer"),
        ("พ่อยังมีชีวิต", "father_alive", None),
        ("พ่อเสียชีวิต", "father_alive", "reversed"),
        ("Father died", "father_alive", "reversed"),
        ("เรียนหนังสือหรือไม่", "in_school", None),
        ("เรียนหนังสือ (ใช่/ไม่ใช่)", "in_school", None),
        ("ไม่ได้เรียนหนังสือ", "in_school", "reversed"),
        ("ออกจากโรงเรียน", "in_school", "reversed"),
        ("ดื่มเหล้า", "alcohol", None),
        ("สูบบุหรี่/ดื่มสุรา", "alcohol", "two_subjects"),
        ("พ่อแม่มีชีวิต", "mother_alive", "two_subjects"),
        ("เชื้อชาติ", "nationality", "other_subject"),
        ("ไม่ได้รับการดูแลที่จำเป็น", "needs_unmet", None),
    ],
)
def test_headers_under_which_words_may_say_something_else(
    survey: Survey, header: str, field: str, why: str | None
) -> None:
    assert why_unsure(survey, survey.fields[field], header) == why


@pytest.mark.parametrize(
    ("header", "field", "answer", "unsure", "perhaps"),
    [
        ("บัตรทอง", "health_insurance", "ไม่มี", True, "none"),
        ("บัตรทอง", "health_insurance", "ประกันสังคม", False, "social_security"),
        ("บัตรทอง", "health_insurance", "ไม่ทราบ", False, "unknown"),
        ("พ่อเสียชีวิต", "father_alive", "ใช่", True, "no"),
        ("พ่อเสียชีวิต", "father_alive", "✗", True, "yes"),
        ("ออกจากโรงเรียน", "in_school", "no", True, ""),
        ("ออกจากโรงเรียน", "in_school", "กศน.", False, ""),
        ("สูบบุหรี่/ดื่มสุรา", "alcohol", "มี", True, "yes"),
        ("เชื้อชาติ", "nationality", "ไทย", True, "TH"),
        ("เชื้อชาติ", "nationality", "ไม่ทราบ", False, "unknown"),
    ],
)
def test_which_words_are_asked(
    survey: Survey, header: str, field: str, answer: str, unsure: bool, perhaps: str
) -> None:
    described = survey.fields[field]
    assert is_unsure(survey, described, header, answer) == unsure
    assert perhaps_means(survey, described, header, answer) == perhaps


def _office_file(path: Path) -> Path:
    cells = [("ไม่มี", "ใช่"), ("มี", "ไม่ใช่"), ("ไม่มี", "ใช่")]
    rows = [
        {**KEY, "child_no": str(number), "given_name": "มานี", "บัตรทอง": card, "พ่อเสียชีวิต": dead}
        for number, (card, dead) in enumerate(cells, start=1)
    ]
    pd.DataFrame(rows).to_csv(path, index=False, encoding="utf-8")
    return path


def _values(path: Path, survey: Survey, mapping: Path, field: str) -> list[object]:
    [table] = read(path, survey, mapping=mapping)
    return list(table.cells(field).to_pylist())


def test_a_map_asks_what_they_mean_and_nothing_is_read_before_it_says_so(survey: Survey, tmp_path: Path) -> None:
    path, mapping = _office_file(tmp_path / "a.csv"), tmp_path / "map.xlsx"
    mapping.write_bytes(map_bytes(survey, draft([path], survey), mapping, "en"))
    book = load_workbook(mapping)
    headers, answers = book.worksheets[:2]
    for row in headers.iter_rows(min_row=2):
        row[1].value = {"บัตรทอง": "health_insurance", "พ่อเสียชีวิต": "father_alive"}.get(str(row[0].value), row[1].value)
    meant = {str(row[2].value): row[4] for row in answers.iter_rows(min_row=2) if row[0].value == "บัตรทอง"}
    assert str(meant["ไม่มี"].value).startswith("?")
    meant["ไม่มี"].value, meant["มี"].value = "unknown", "universal"
    book.save(mapping)
    # What yes and no mean of the father is on the map before anybody has said that he is meant.
    with pytest.raises(UsageError) as refused:
        read(path, survey, mapping=mapping)
    assert refused.value.message_id == "map_half_answered"
    # The map of a file without these answers has no line for them.
    for row in answers.iter_rows(min_row=2):
        if row[0].value == "พ่อเสียชีวิต":
            row[2].value = None
    book.save(mapping)
    with pytest.raises(UsageError) as refused:
        read(path, survey, mapping=mapping)
    assert refused.value.message_id == "map_words_unsure"
    assert refused.value.values["answers"] == "'ใช่', 'ไม่ใช่'"
    further = tmp_path / "next.xlsx"
    further.write_bytes(map_bytes(survey, draft([path], survey, mapping=mapping), further, "en"))
    book = load_workbook(further)
    asked = [row for row in book.worksheets[1].iter_rows(min_row=2) if row[0].value == "พ่อเสียชีวิต"]
    assert [str(row[4].value)[:1] for row in asked] == ["?", "?"]
    for row in asked:
        row[4].value = str(row[4].value).removeprefix("?").strip()
    book.save(further)
    assert _values(path, survey, further, "father_alive") == ["no", "yes", "no"]
    assert _values(path, survey, further, "health_insurance") == ["unknown", "universal", "unknown"]


def test_a_map_as_csv_is_refused_where_yes_would_be_read_for_no(survey: Survey, tmp_path: Path) -> None:
    path, mapping = _office_file(tmp_path / "a.csv"), tmp_path / "map.csv"
    mapping.write_text("header,field\nบัตรทอง,leave out\nพ่อเสียชีวิต,father_alive\n", "utf-8")
    with pytest.raises(UsageError, match="may mean something else"):
        read(path, survey, mapping=mapping)


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [(("UC", "บัตรทอง", "ประกันสังคม", "ไม่มีสิทธิ"), "health_insurance"), (("A", "B", "C", "D"), "?health_insurance")],
)
def test_a_header_that_is_nearly_known_is_sure_where_its_cells_are(
    tmp_path: Path, survey: Survey, cells: tuple[str, ...], wanted: str
) -> None:
    path, header = tmp_path / "near.csv", "สิทธิการรักษา"
    rows = [f"2569,85010501,12,{line},มานี{line},7,{cell}" for line, cell in enumerate(cells, start=1)]
    path.write_text("\n".join([f"รอบ,รหัสหมู่บ้าน,บ้านเลขที่,ลำดับเด็ก,ชื่อ,อายุ,{header}", *rows]), encoding="utf-8")
    lines = draft([path], survey).headers
    assert list(lines.loc[lines["header"] == header, "field"]) == [wanted]
