"""Given these files, `cpms validate` says this."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cpms_cli import validate
from tests.conftest import ROUNDS, SAMPLES, Cpms, Draw


def test_a_clean_file_needs_no_mending(cpms: Cpms, draw: Draw) -> None:
    ran = cpms("validate", draw({}, {}))
    assert ran.code == 0
    assert "2 rows: 2 can be stored as they are, 0 have errors." in ran.out
    assert "Nothing to mend." in ran.out


@pytest.mark.parametrize("name", ["survey.csv", "survey.xlsx"])
def test_a_wrong_cell_is_named_as_excel_names_it(cpms: Cpms, draw: Draw, name: str) -> None:
    path = draw({}, {"sex": "ชยา"}, name=name)
    frame = pd.read_csv(path) if name.endswith("csv") else pd.read_excel(path, engine="calamine")
    column = frame.columns.get_loc("sex")
    assert isinstance(column, int)
    letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column - 26]
    ran = cpms("validate", path, "--format", "json")
    assert ran.code == 1
    [finding] = ran.json["findings"]
    assert finding["sheet"] == (None if name.endswith("csv") else "survey")
    assert (finding["row"], finding["column"], finding["cell"]) == (3, "sex", f"A{letter}3")
    assert (finding["rule"], finding["severity"], finding["value"]) == ("code", "error", "ชยา")
    assert finding["message"] == "'ชยา' is not an answer to Sex"
    assert finding["mend"] == "write one of: Female, Male"


def test_one_mistake_made_often_is_one_line(cpms: Cpms, draw: Draw) -> None:
    ran = cpms(
        "validate", draw(*({"household_no": str(number), "child_no": 1, "distress": "often"} for number in range(400)))
    )
    lines = [line for line in ran.out.splitlines() if "often" in line]
    assert len(lines) == 1
    assert lines[0].split()[:2] == ["error", "400"]


def test_the_json_document_says_so_when_the_run_fails(cpms: Cpms, tmp_path: Path) -> None:
    ran = cpms("validate", tmp_path / "nothing.csv", "--format", "json")
    assert ran.code == 2
    assert ran.json["schema_version"] == 1
    assert ran.json["error"]["id"] == "file_missing"
    assert ran.json["findings"] == []
    assert ran.json["counts"] is None
    assert "nothing.csv" in ran.err


def test_findings_as_csv_and_as_a_workbook(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({"sex": "x"}, {"age_years": "300", "birth_date": ""})
    out = tmp_path / "findings.xlsx"
    ran = cpms("validate", path, "--format", "csv", "-o", out)
    assert ran.out.splitlines()[0] == "file,sheet,row,column,cell,rule,severity,value,message,mend"
    assert list(pd.read_excel(out, engine="calamine")["Rule"]) == [
        line.split(",")[5] for line in ran.out.splitlines()[1:]
    ]


def test_personal_values_are_hidden_unless_asked_for(cpms: Cpms, draw: Draw) -> None:
    path = draw({"birth_date": "32/13/2560"})
    assert "32/13/2560" not in cpms("validate", path).out
    assert "32/13/2560" in cpms("validate", path, "--identified").out


def test_thai_is_thai(cpms: Cpms, draw: Draw) -> None:
    ran = cpms("validate", draw({"sex": "x"}), "--lang", "th")
    assert "'x' ไม่ใช่คำตอบของเพศ" in ran.out
    assert "หญิง, ชาย" in ran.out


@pytest.mark.parametrize("path", ROUNDS, ids=lambda path: path.name)
def test_every_planted_mistake_of_the_samples_is_found(path: Path) -> None:
    planted = pd.read_csv(SAMPLES / "mistakes.csv", dtype=str).query("file == @path.name")
    assert len(planted) > 5
    findings = validate([path]).findings
    sheets = {"child": "children", "household": "households"} if path.name == "survey_2568.xlsx" else {}
    for _, cell in planted.iterrows():
        of_cell = findings[(findings["row"] == int(cell["row"]) + 2) & (findings["field"].astype(str) == cell["field"])]
        if sheets:
            of_cell = of_cell[of_cell["sheet"] == sheets[cell["table"]]]
        assert len(of_cell) >= 1, dict(cell)


def test_the_two_sheets_of_a_workbook_are_checked_against_each_other(cpms: Cpms, tmp_path: Path, draw: Draw) -> None:
    flat = pd.read_csv(draw({}, {"household_no": "7"}), dtype=str)
    key = ["round", "village_code", "household_no"]
    path = tmp_path / "two.xlsx"
    with pd.ExcelWriter(path) as book:
        flat[[*key, "interview_date", "consent", "members_total", "members_under_18"]].head(1).to_excel(
            book, sheet_name="homes", index=False
        )
        flat[[*key, "child_no", "sex", "birth_date", "nationality"]].to_excel(book, sheet_name="kids", index=False)
    rules = {
        (finding["sheet"], finding["row"], finding["rule"])
        for finding in json.loads(cpms("validate", path, "--format", "json").out)["findings"]
    }
    assert ("kids", 3, "no_household") in rules
    assert ("kids", 2, "no_household") not in rules


def test_round_may_be_given_in_either_era(cpms: Cpms, draw: Draw) -> None:
    path = draw({}, without=["round"])
    assert cpms("validate", path).code == 2
    assert cpms("validate", path, "--round", "2569").code == 0
    assert cpms("validate", path, "--round", "2026").code == 0
    assert cpms("validate", path, "--round", "69").code == 2


def test_a_file_that_says_another_round_is_refused(cpms: Cpms, draw: Draw) -> None:
    ran = cpms("validate", draw({}), "--round", "2568")
    assert ran.code == 2
    assert "2026" in ran.err


def test_what_stands_under_no_header_is_said(cpms: Cpms, draw: Draw) -> None:
    path = draw({}, name="long.csv")
    path.write_text(path.read_text("utf-8").rstrip("\n") + ",more\n", "utf-8")
    letters = len(path.read_text("utf-8").splitlines()[0].split(","))
    column = chr(ord("A") + letters // 26 - 1) + chr(ord("A") + letters % 26)
    assert f"column {column} has no header above it and was not read" in cpms("validate", path).out


def test_names_moved_into_other_columns_by_a_comma_are_masked(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path = draw({"household_no": "1"}, {"household_no": "2", "given_name": "สมชาย"})
    lines = path.read_text("utf-8").splitlines()
    header, cells = lines[0].split(","), lines[2].split(",")
    position = header.index("given_name")
    moved = [*cells[:position], "ด.ช.", "สมชาย", "0999900000517", *cells[position + 2 :]]
    path.write_text("\n".join([*lines[:2], ",".join(moved)]) + "\n", "utf-8")
    book, mapped = tmp_path / "to_mend.xlsx", tmp_path / "map.csv"
    warnings = [
        cpms("validate", path, "--format", "json").out,
        cpms("validate", path).out,
        cpms("map", path, "-o", mapped).out + mapped.read_text("utf-8-sig"),
    ]
    cpms("validate", path, "--annotate", book)
    listed = openpyxl.load_workbook(book).worksheets[0]
    warnings.append(" ".join(str(cell.value) for row in listed.iter_rows() for cell in row))
    for text in warnings:
        assert "สมชาย" not in text
        assert "0999900000517" not in text
    assert "'สมชาย' is not an answer to" in cpms("validate", path, "--identified").out


def test_an_id_in_a_column_of_answers_is_masked_and_a_wrong_word_is_shown(cpms: Cpms, draw: Draw) -> None:
    ran = cpms("validate", draw({"id_document": "0-9999-00000-51-7", "sex": "ชยา"}))
    assert "0-9999" not in ran.out
    assert "'ชยา' is not an answer to Sex" in ran.out


def test_a_thai_console_of_windows_shows_thai_and_an_arrow_it_lacks_as_another_sign(draw: Draw, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "cp874", "CPMS_LANG": "th", "COLUMNS": "80"}
    words = [sys.executable, "-m", "cpms_cli", "validate", str(draw({"sex": "ชยา"}))]
    ran = subprocess.run(words, check=False, capture_output=True, timeout=60, env=environment, cwd=SAMPLES.parent)
    shown = ran.stdout.decode("cp874")
    assert (ran.returncode, len(ran.stderr.decode("cp874").splitlines())) == (1, 1), "the next command, in its letters"
    assert "'ชยา' ไม่ใช่คำตอบของเพศ" in shown
    assert "> เลือกเขียนอย่างใดอย่างหนึ่ง: หญิง, ชาย" in shown
    assert "?" not in shown
