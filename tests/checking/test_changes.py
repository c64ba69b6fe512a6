"""`cpms validate --show-changes`: everything that was read otherwise than written, and why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from cpms_cli import changes, load_survey, read
from tests.conftest import Cpms

KEY = {"round": "2569", "village_code": "85010101", "household_no": "1"}
CHILDREN = (
    {"given_name": "ด.ญ. มาลี", "birth_date": "5/6/2560", "sex": "หญิง", "age_years": "9 ปี 5 เดือน"},
    {"given_name": "ด.ญ. สุดา", "birth_date": "2017-06-13", "sex": "ด.ญ.", "work_hours_week": "๘"},
    {"given_name": "มาลี", "birth_date": "2017-06-13", "sex": "ญ", "chronic_illness": "-", "tobacco": "ไม่รู้"},
    {"household_no": " 12", "village_code": "85-01-01-01", "sex": "ญ", "national_id": "'0999900000015"},
)


def _written(folder: Path, *children: Mapping[str, str]) -> Path:
    path = folder / "survey.csv"
    lines = [{**KEY, "child_no": str(number), **child} for number, child in enumerate(children, start=1)]
    pd.DataFrame(lines).to_csv(path, index=False, encoding="utf-8")
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return _written(tmp_path, *CHILDREN)


def _read_as(path: Path, identified: bool = True) -> dict[tuple[str, str, str], tuple[int, int, str]]:
    changed = changes(read(path, load_survey()), identified=identified)
    return {
        (field, written, read_as): (row, count, reason)
        for field, written, read_as, row, count, reason in changed[
            ["field", "written", "read", "row", "count", "reason"]
        ].itertuples(index=False, name=None)
    }


def test_each_change_has_its_first_row_its_count_and_its_reason(path: Path) -> None:
    read_as = _read_as(path)
    assert read_as["birth_date", "5/6/2560", "2017-06-05"] == (2, 1, "era")
    assert read_as["given_name", "ด.ญ. มาลี", "มาลี"] == (2, 1, "title")
    assert read_as["sex", "หญิง", "female"] == (2, 1, "label")
    assert read_as["sex", "ญ", "female"] == (4, 2, "spelling")
    assert read_as["age_years", "9 ปี 5 เดือน", "9"] == (2, 1, "age_form")
    assert read_as["work_hours_week", "๘", "8"] == (3, 1, "digits")
    assert read_as["chronic_illness", "-", ""] == (4, 1, "blank")
    assert read_as["tobacco", "ไม่รู้", "unknown"] == (4, 1, "missing")
    assert read_as["household_no", " 12", "12"] == (5, 1, "spaces")
    assert read_as["village_code", "85-01-01-01", "85010101"] == (5, 1, "spaces")
    assert read_as["national_id", "'0999900000015", "0999900000015"] == (5, 1, "text_sign")


def test_what_is_read_as_written_is_no_change(path: Path) -> None:
    read_as = _read_as(path)
    assert not [key for key in read_as if key[1] == key[2]]
    assert ("birth_date", "2017-06-13", "2017-06-13") not in read_as


@pytest.mark.parametrize(
    ("written", "reason"),
    [("2560-06-05", "era"), ("5/6/2017", "date_form"), ("42891", "serial"), ("๒๕๖๐", "era"), ("၂၀၁၇", "digits")],
)
def test_dates_tell_what_was_done(tmp_path: Path, written: str, reason: str) -> None:
    read_as = _read_as(_written(tmp_path, {"birth_date": written}))
    assert [value[2] for key, value in read_as.items() if key[0] == "birth_date"] == [reason]


def test_names_and_numbers_are_hidden_unless_asked_for(cpms: Cpms, path: Path) -> None:
    for form in ("text", "json", "csv"):
        hidden = cpms("validate", path, "--show-changes", "--format", form).out
        assert "มาลี" not in hidden
        assert "0999900000015" not in hidden
        assert "5/6/2560" not in hidden
        assert "มาลี" in cpms("validate", path, "--show-changes", "--identified", "--format", form).out
    read_as = _read_as(path, identified=False)
    assert read_as["given_name", "•••", "•••"] == (2, 2, "title")


def test_the_officer_sees_them_grouped(cpms: Cpms, path: Path) -> None:
    ran = cpms("validate", path, "--show-changes")
    [line] = [line for line in ran.out.splitlines() if "another spelling" in line and line.split()[0] == "sex"]
    assert line.split()[1] == "3"
    assert "ญ → female, ด.ญ. → female" in line
    assert "- → (blank)" in ran.out
    assert "Read otherwise" not in cpms("validate", path).out
    assert "ที่เขียน → ที่อ่าน" in cpms("validate", path, "--show-changes", "--lang", "th").out


def test_a_file_read_as_it_is_written_says_so(cpms: Cpms, tmp_path: Path) -> None:
    path = _written(tmp_path, {"round": "2026", "sex": "female"})
    assert "Every value was read as it is written." in cpms("validate", path, "--show-changes").out


def test_scripts_get_the_same_table(cpms: Cpms, path: Path, tmp_path: Path) -> None:
    out = tmp_path / "found.xlsx"
    ran = cpms("validate", path, "--show-changes", "--format", "json", "-o", out)
    changes = ran.json["changes"]
    assert {
        "file": "survey.csv",
        "sheet": None,
        "column": "sex",
        "field": "sex",
        "row": 4,
        "count": 2,
        "written": "ญ",
        "read": "female",
        "reason": "spelling",
    } in changes
    assert "changes" not in cpms("validate", path, "--format", "json").json
    assert len(pd.read_excel(out, sheet_name="Read otherwise than written", engine="calamine")) == len(changes)
    lines = cpms("validate", path, "--show-changes", "--format", "csv").out.splitlines()
    assert lines[0] == "file,sheet,column,field,row,count,written,read,reason"
    assert len(lines) == len(changes) + 1


def test_what_was_written_like_a_formula_stays_harmless(cpms: Cpms, tmp_path: Path) -> None:
    ran = cpms("validate", _written(tmp_path, {"household_no": "=1+๑"}), "--show-changes", "--format", "csv")
    [line] = [line for line in ran.out.splitlines() if ",household_no," in line]
    assert "'=1+๑" in line
