"""Office files of kinds that nobody had seen: what a person must say is asked once, and what is read is told."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from tests.conftest import Cpms

Written = Callable[..., Path]
_KEY = ("รอบ", "รหัสหมู่บ้าน", "บ้านเลขที่", "ลำดับเด็ก")


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes a list of children of round 2569, one in each house, with these columns beside their keys."""

    def write(header: Sequence[str], *rows: Sequence[str], name: str = "list.csv") -> Path:
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as stream:
            lines = csv.writer(stream)
            lines.writerow([*_KEY, *header])
            lines.writerows([["2569", "85010501", str(house), "1", *row] for house, row in enumerate(rows, start=1)])
        return tmp_path / name

    return write


def _sheet(path: Path, number: int) -> list[tuple[str, ...]]:
    """The lines of one sheet of a map's workbook, without its headings."""
    rows = openpyxl.load_workbook(path).worksheets[number].iter_rows(min_row=2, values_only=True)
    return [tuple("" if cell is None else str(cell) for cell in row) for row in rows]


def _answer(path: Path, fields: dict[str, str], meanings: dict[str, str] | None = None) -> None:
    """Write into a map's workbook what these headers are, and what these answers mean."""
    book = openpyxl.load_workbook(path)
    for sheet, given, key, column in zip(book.worksheets, (fields, meanings or {}), (0, 2), (1, 4), strict=False):
        for row in sheet.iter_rows(min_row=2):
            if str(row[key].value) in given:
                row[column].value = given[str(row[key].value)]
    book.save(path)


def _records(cpms: Cpms, store: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """The stored rows by the number of the house."""
    out = folder / "records.csv"
    assert cpms("export", "records", out, "--store", store, "--round", "2569", "--identified").code == 0
    rows = pd.read_csv(out, dtype="str", keep_default_na=False)
    return {str(row["household_no"]): dict(row) for _, row in rows.iterrows()}


_DATES = [("ก้อย", "12/5/18"), ("เก่ง", "13/5/61"), ("ขวัญ", "2/6/2560"), ("จอย", "30/1/20"), ("ดาว", "1/2/19")]


def test_years_of_two_digits_beside_buddhist_ones_are_one_question_of_the_map(
    cpms: Cpms, written: Written, tmp_path: Path
) -> None:
    file, chart, store = written(("ชื่อ", "วันเกิด"), *_DATES), tmp_path / "map.xlsx", tmp_path / "s.duckdb"
    assert cpms("map", file, "-o", chart).code == 0
    (line,) = _sheet(chart, 1)
    assert (line[0], line[3], line[4]) == ("วันเกิด", "3", ""), "one line for the three dates"
    refused = cpms("merge", file, "--map", chart, "--store", store)
    assert refused.code == 2
    assert line[2] in refused.err, "it waits for an answer"
    _answer(chart, {}, {line[2]: "ค.ศ. (20..) / Christian (20..) [christian]"})
    assert cpms("merge", file, "--map", chart, "--store", store).code in (0, 1)
    born = {house: row["birth_date"] for house, row in _records(cpms, store, tmp_path).items()}
    assert born == {"1": "2018-05-12", "2": "2018-05-13", "3": "2017-06-02", "4": "2020-01-30", "5": "2019-02-01"}


def test_a_run_waits_for_the_era_and_says_why(
    cpms: Cpms, written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "office"
    assert cpms("init", folder, "--area", "850105", "--lang", "en").code == 0
    written(("ชื่อ", "วันเกิด"), *_DATES).rename(folder / "inbox" / "list.csv")
    monkeypatch.chdir(folder)
    (file,) = cpms("run", "--format", "json").json["files"]
    assert (file["state"], file["map"]) == ("left_out", "map_list.xlsx")
    assert "'วันเกิด'" in file["messages"][0]


def test_years_of_two_digits_alone_are_read_and_it_is_told_how(cpms: Cpms, written: Written) -> None:
    shown = cpms("validate", written(("ชื่อ", "วันเกิด"), ("ก้อย", "22/5/18"), ("จอย", "30/1/20")))
    words = " ".join(shown.out.split())
    assert "2 of the dates have a year of two digits, read as Christian (20..)" in words
    assert "2 can be stored as they are" in words


def test_a_nickname_in_brackets_is_the_other_name(cpms: Cpms, written: Written, tmp_path: Path) -> None:
    header = ("ชื่อ - นามสกุล (ชื่อเล่น)", "เพศ")
    rows = [("ดช.สมชาย ใจดี (ต้น)", "ชาย"), ("ด.ญ.มาลี ณ ระนอง", "หญิง"), ("ดญ.พิมพ์ใจ\nทองมา\n(ฝน)", "หญิง")]
    file, chart, store = written(header, *rows), tmp_path / "map.xlsx", tmp_path / "s.duckdb"
    assert cpms("map", file, "-o", chart).code == 0
    fields = [line[1].rpartition("[")[2].rstrip("]") for line in _sheet(chart, 0) if line[0] == header[0]]
    assert sorted(fields) == ["family_name", "given_name"], "surely both names, and no nickname"
    merged = cpms("merge", file, "--map", chart, "--store", store)
    assert "brackets" in " ".join(merged.out.split())
    named = [
        (row["given_name"], row["family_name"], row["other_name"])
        for _, row in sorted(_records(cpms, store, tmp_path).items())
    ]
    assert named == [("สมชาย", "ใจดี", "ต้น"), ("มาลี", "ณ ระนอง", ""), ("พิมพ์ใจ", "ทองมา", "ฝน")]


def test_a_remark_behind_a_name_is_no_nickname_and_is_told(cpms: Cpms, written: Written, tmp_path: Path) -> None:
    rows = [("สมชาย (ย้ายออก)",), ("มาลี (ลูกปัด)",), ("พิมพ์ใจ (พิการ)",), ("Naw Paw (moved away)",)]
    file, store = written(("ชื่อ",), *rows), tmp_path / "s.duckdb"
    merged = cpms("merge", file, "--store", store)
    words = " ".join(merged.out.split())
    assert "remarks in brackets (ย้าย, พิการ, moved), row 2, 4, 5" in words
    named = [(row["given_name"], row["other_name"]) for _, row in sorted(_records(cpms, store, tmp_path).items())]
    assert named == [
        ("สมชาย (ย้ายออก)", ""),
        ("มาลี", "ลูกปัด"),
        ("พิมพ์ใจ (พิการ)", ""),
        ("Naw Paw (moved away)", ""),
    ]


def test_the_columns_of_single_answers_go_with_their_question(cpms: Cpms, written: Written, tmp_path: Path) -> None:
    header = ("svc", "svc/home_visit", "svc/cash", "risks", "risks/fire", "risks/flood", "_uuid", "_id", "_index")
    rows = [
        ("home_visit cash", "1", "1", "fire", "1", "0", "a", "1", "1"),
        ("cash", "0", "1", "fire flood", "1", "1", "b", "2", "2"),
        ("home_visit", "1", "0", "", "0", "0", "c", "3", "3"),
    ]
    file, chart, store = written(header, *rows), tmp_path / "map.xlsx", tmp_path / "s.duckdb"
    assert cpms("map", file, "-o", chart).code == 0
    lines = {line[0]: line for line in _sheet(chart, 0)}
    assert lines["svc"][1].endswith("[services_received]"), "its columns are answers of that question"
    waiting = [name for name, line in lines.items() if line[1].startswith("?")]
    assert waiting == ["svc", "risks"], "one line for each question, none for its answers"
    assert "'risks'" in lines["risks/fire"][3]
    _answer(chart, {"svc": "services_received", "risks": "leave out"})
    merged = cpms("merge", file, "--map", chart, "--store", store)
    assert merged.code in (0, 1), merged.err
    services = [row["services_received"] for _, row in sorted(_records(cpms, store, tmp_path).items())]
    assert services == ["home_visit;cash", "cash", "home_visit"]


def test_yes_and_no_of_a_column_that_waits_are_listed_and_need_no_answer(
    cpms: Cpms, written: Written, tmp_path: Path
) -> None:
    header = ("ชื่อ", "เด็กอยู่ในโรงเรียน", "พิการ")
    file = written(header, *[(name, school, "ไม่มี") for name, school in zip("กขคง", ("ใช่", "ไม่") * 2, strict=True)])
    chart, store = tmp_path / "map.xlsx", tmp_path / "s.duckdb"
    assert cpms("map", file, "-o", chart).code == 0
    assert {(line[0], line[2]) for line in _sheet(chart, 1)} >= {("เด็กอยู่ในโรงเรียน", "ใช่"), ("เด็กอยู่ในโรงเรียน", "ไม่")}
    fields = {"เด็กอยู่ในโรงเรียน": "in_school", "พิการ": "chronic_illness"}
    _answer(chart, fields, {"ใช่": "formal", "ไม่": "none"})
    assert cpms("merge", file, "--map", chart, "--store", store).code in (0, 1), "one workbook, answered once"
    rows = _records(cpms, store, tmp_path).values()
    assert [(row["in_school"], row["chronic_illness"]) for row in rows] == [("formal", "no"), ("none", "no")] * 2


def test_a_run_does_not_store_children_without_the_names_that_the_file_has(
    cpms: Cpms, written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "office"
    assert cpms("init", folder, "--area", "850105", "--lang", "en").code == 0
    rows = [("ด.ช.สมชาย ใจดี", "ชาย"), ("ด.ญ.มาลี ทองมา", "หญิง"), ("ด.ญ.ฝน บุญมี", "หญิง")]
    written(("ชื่อ-สกุล", "เพศ"), *rows).rename(folder / "inbox" / "list.csv")
    monkeypatch.chdir(folder)
    (file,) = cpms("run", "--format", "json").json["files"]
    assert (file["state"], file["map"], "'ชื่อ-สกุล'" in file["messages"][0]) == ("left_out", "map_list.xlsx", True)
    (drafted,) = (folder / "outbox").glob("*/map_list.xlsx")
    drafted.rename(folder / "maps" / "list.xlsx")  # it is filled in already: to save it is to say yes
    assert cpms("run", "--format", "json").json["files"][0]["state"] == "stored"
    assert _records(cpms, folder / "cpms.duckdb", tmp_path)["2"]["family_name"] == "ทองมา"


def test_answers_that_most_rows_have_and_nobody_knows_are_asked_once(
    cpms: Cpms, written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "office"
    assert cpms("init", folder, "--area", "850105", "--lang", "en").code == 0
    rows = [(name, school) for name, school in zip("กขคง", ("เรียน", "เรียน", "เรียน", "ไม่เรียน"), strict=True)]
    written(("ชื่อ", "การศึกษา"), *rows).rename(folder / "inbox" / "list.csv")
    monkeypatch.chdir(folder)
    (file,) = cpms("run", "--format", "json").json["files"]
    assert (file["state"], file["map"], "Schooling" in file["messages"][0]) == ("left_out", "map_list.xlsx", True)


def _visits(folder: Path, *rows: Sequence[str | None]) -> Path:
    """A list of visits with two rows of headers, as it is printed in Word: groups above, and answers below them."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["บ้านในวง หมู่ที่ 5 ตำบลในวงใต้ อำเภอละอุ่น จังหวัดระนอง ปี 2569"])
    sheet.append(["ชื่อ", "บ้าน\nเลขที่", "เพศ", None, "การศึกษา", None, None, "ถูก\nทำร้าย\nร่างกาย", None])
    sheet.append([None, None, "ช", "ญ", "ใน\nระบบ", "นอก\nระบบ", "ไม่ได้\nเรียน", "ใช่", "ไม่ใช่"])
    for merged in ("A2:A3", "B2:B3", "C2:D2", "E2:G2", "H2:I2"):
        sheet.merge_cells(merged)
    for row in rows:
        sheet.append(list(row))
    book.save(folder / "visits.xlsx")
    return folder / "visits.xlsx"


def test_answers_below_the_name_of_their_question_are_one_question_however_they_are_marked(
    cpms: Cpms, tmp_path: Path
) -> None:
    file = _visits(
        tmp_path,
        ("สมชาย", "1", "✓", None, "✓", None, None, None, "✓"),
        ("มาลี", "2", None, "●", None, "●", None, "●", None),
        ("ฝน", "3", None, "x", None, None, "X", None, None),
    )
    store = tmp_path / "s.duckdb"
    assert cpms("merge", file, "--store", store).code in (0, 1)
    rows = [row for _, row in sorted(_records(cpms, store, tmp_path).items())]
    read = [(row["sex"], row["in_school"], row["violence_physical"]) for row in rows]
    # Nobody marked whether the third child was hurt: that is no answer, and no "no".
    assert read == [("male", "formal", "no"), ("female", "non_formal", "yes"), ("female", "none", "")]


def test_a_cross_beside_a_tick_in_one_row_may_deny_and_is_asked_about(cpms: Cpms, tmp_path: Path) -> None:
    file = _visits(
        tmp_path,
        ("สมชาย", "1", "✓", "x", "✓", "x", "x", "x", "✓"),
        ("มาลี", "2", "x", "✓", "✓", "x", "x", "x", "✓"),
    )
    refused = cpms("merge", file, "--store", tmp_path / "s.duckdb")
    assert refused.code == 2
    assert "ใน ระบบ" in refused.err


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_list_turned_by_a_quarter_says_how_it_is_turned_back_and_no_name(
    cpms: Cpms, tmp_path: Path, ending: str
) -> None:
    """What stands where headers do are the names of children: a map of them would list these."""
    file, book = tmp_path / f"turned.{ending}", openpyxl.Workbook()
    rows = [("ชื่อ", "สมชาย", "มาลี"), ("เพศ", "ชาย", "หญิง"), ("บ้านเลขที่", "1", "2"), ("สัญชาติ", "ไทย", "ไทย")]
    for row in rows:
        book.worksheets[0].append(row)
    book.save(file) if ending == "xlsx" else file.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    for command in ("validate", "map"):
        refused = cpms(command, file)
        assert (refused.code, "Transpose" in refused.err) == (2, True), command
        assert "สมชาย" not in refused.out + refused.err


def test_a_column_that_is_nearly_the_given_name_may_have_the_family_name_too(
    cpms: Cpms, written: Written, tmp_path: Path
) -> None:
    file = written(("Child name", "Sex"), ("Somchai Jaidee", "M"), ("Malee Thongma", "F"), ("Fon Boonmee", "F"))
    assert cpms("map", file, "-o", tmp_path / "map.xlsx").code == 0
    fields = [line[1].rpartition("[")[2] for line in _sheet(tmp_path / "map.xlsx", 0) if line[0] == "Child name"]
    assert fields == ["given_name]", "family_name]"]


def test_a_column_that_numbers_the_rows_is_no_news_and_one_without_text_is(
    cpms: Cpms, written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "office"
    assert cpms("init", folder, "--area", "850105", "--lang", "en").code == 0
    header = ("ลำดับ", "ชื่อ", "หมายเหตุ", "สถานะ (สี)")
    written(header, ("1", "สมชาย", "ย้ายมา", ""), ("2", "มาลี", "", "")).rename(folder / "inbox" / "list.csv")
    monkeypatch.chdir(folder)
    words = " ".join(cpms("run", "--format", "json").json["files"][0]["messages"])
    assert ("'หมายเหตุ' (1)" in words, "'ลำดับ'" in words) == (True, False)
    assert "'สถานะ (สี)'. Colours and drawn signs cannot be read" in words


def test_a_run_tells_how_names_and_dates_were_read_and_which_rows_are_totals(
    cpms: Cpms, written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "office"
    assert cpms("init", folder, "--area", "850105", "--lang", "en").code == 0
    file = written(("ชื่อ", "วันเกิด"), ("สมชาย (ต้น)", "22/5/18"), ("มาลี", "30/1/20"))
    file.write_text(f"{file.read_text('utf-8')}รวมทั้งสิ้น,,2,,,\n", "utf-8")
    file.rename(folder / "inbox" / "list.csv")
    monkeypatch.chdir(folder)
    words = " ".join(" ".join(cpms("run", "--format", "json").json["files"][0]["messages"]).split())
    assert "was read as the other name (1 row)" in words
    assert "2 of the dates have a year of two digits, read as Christian (20..)" in words
    assert "total" in words
