"""Keys that an office leaves out of its rows: the round and village in a title, the house in a family's first row, and
no number for a child."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from tests.conftest import Cpms

TITLE = "แบบสำรวจเด็ก ประจำปี พ.ศ. ๒๕๖๘"
PLACE = "องค์การบริหารส่วนตำบลปากน้ำ อำเภอเมืองระนอง จังหวัดระนอง หมู่ที่ ๑ บ้านปากน้ำ"
HEADER: list[object] = ["บ้านเลขที่", "รายได้พอใช้หรือไม่", "ชื่อ", "นามสกุล", "เพศ", "วันเกิด", "สัญชาติ"]
CHILDREN: list[list[object]] = [
    ["12/1", "พอใช้", "มานี", "ใจดี", "หญิง", "1/2/2557", "ไทย"],
    ["12/1", "พอใช้", "มานะ", "ใจดี", "ชาย", "3/4/2559", "ไทย"],
    ["15", "พอใช้", "ชูใจ", "รักเรียน", "หญิง", "5/6/2560", "ไทย"],
]


def office_file(
    path: Path, rows: Sequence[Sequence[object]], titles: Sequence[str] = (TITLE, PLACE), sheet: str = "รายชื่อ"
) -> Path:
    """A workbook as an office makes it: titles above a list."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for title in titles:
        page.append([title])
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def stored(store: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(
            "SELECT round, village_code, household_no, child_no, given_name FROM current_child ORDER BY ALL"
        ).fetchall()


def test_round_village_and_numbers_come_from_title_and_order(cpms: Cpms, tmp_path: Path) -> None:
    file, store = office_file(tmp_path / "office.xlsx", [HEADER, *CHILDREN]), tmp_path / "s.duckdb"
    ran = cpms("merge", file, "--store", store)
    assert ran.code == 0, ran.err
    assert stored(store) == [
        ("2025", "85010501", "12/1", "1", "มานี"),
        ("2025", "85010501", "12/1", "2", "มานะ"),
        ("2025", "85010501", "15", "1", "ชูใจ"),
    ]
    for sentence in ("says 85010501", "says 2568 (2025)", "children are numbered in their order within the household"):
        assert sentence in ran.out
    again = cpms("merge", file, "--store", store)
    assert again.code == 0
    assert "3 unchanged" in again.out


def test_a_child_added_in_between_moves_nobody(cpms: Cpms, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    assert cpms("merge", office_file(tmp_path / "first.xlsx", [HEADER, *CHILDREN]), "--store", store).code == 0
    before = stored(store)
    added = ["12/1", "พอใช้", "ปิติ", "ใจดี", "ชาย", "7/8/2565", "ไทย"]
    corrected = ["12/1", "พอใช้", "มานะ", "ใจดี", "ชาย", "4/4/2559", "ไทย"]
    file = office_file(tmp_path / "second.xlsx", [HEADER, added, CHILDREN[0], corrected, CHILDREN[2]])
    ran = cpms("merge", file, "--store", store)
    assert ran.code == 0, ran.out
    assert stored(store) == sorted([*before, ("2025", "85010501", "12/1", "3", "ปิติ")])


def test_two_children_of_one_name_keep_their_lines(cpms: Cpms, tmp_path: Path) -> None:
    same = [["12/1", "พอใช้", "ชลธิชา", "ใจดี", "หญิง", born, "ไทย"] for born in ("11/8/2552", "9/2/2566")]
    store = tmp_path / "s.duckdb"
    assert cpms("merge", office_file(tmp_path / "a.xlsx", [HEADER, *same]), "--store", store).code == 0
    younger = ["12/1", "พอใช้", "ชลธิชา", "ใจดี", "หญิง", "9/2/2567", "ไทย"]  # her year put right
    assert cpms("merge", office_file(tmp_path / "b.xlsx", [HEADER, younger, same[0]]), "--store", store).code == 0
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute("SELECT child_no, birth_date FROM current_child ORDER BY ALL").fetchall()
    assert rows == [("1", "2009-08-11"), ("2", "2024-02-09")]


@pytest.mark.parametrize("header", ["รหัสหมุ่บ้าน", "ลำดับเดก"])
def test_a_header_that_is_nearly_a_key_is_asked_about(cpms: Cpms, tmp_path: Path, header: str) -> None:
    rows = [[*HEADER, header], *([*row, "1"] for row in CHILDREN)]
    ran = cpms("validate", office_file(tmp_path / "a.xlsx", rows))
    assert ran.code == 2
    assert header in ran.err


def test_twins_without_a_number_stay_two(cpms: Cpms, tmp_path: Path) -> None:
    twins = [["12/1", "พอใช้", name, "ใจดี", "หญิง", "1/2/2557", "ไทย"] for name in ("มานี", "มาลี")]
    store = tmp_path / "s.duckdb"
    assert cpms("merge", office_file(tmp_path / "a.xlsx", [HEADER, *twins]), "--store", store).code == 0
    assert cpms("merge", office_file(tmp_path / "b.xlsx", [HEADER, *reversed(twins)]), "--store", store).code == 0
    assert [(row[3], row[4]) for row in stored(store)] == [("1", "มานี"), ("2", "มาลี")]


def test_children_who_cannot_be_told_apart_are_no_more_when_the_list_comes_again(cpms: Cpms, tmp_path: Path) -> None:
    """Twins without a name yet, and two of one name whose birth date nobody knows."""
    twins: list[object] = ["12/1", "พอใช้", None, "ใจดี", "หญิง", "1/2/2568", "ไทย"]
    same: list[object] = ["15", "พอใช้", "มะลิ", "รักเรียน", "หญิง", None, "ไทย"]
    rows, store = [HEADER, twins, twins, same, same], tmp_path / "s.duckdb"
    assert cpms("merge", office_file(tmp_path / "a.xlsx", rows), "--store", store).code == 0
    again = office_file(tmp_path / "b.xlsx", [*rows, CHILDREN[2]])
    assert cpms("merge", again, "--store", store).code == 0
    assert [(row[2], row[3], row[4]) for row in stored(store)] == [
        ("12/1", "1", None),
        ("12/1", "2", None),
        ("15", "1", "มะลิ"),
        ("15", "2", "มะลิ"),
        ("15", "3", "ชูใจ"),
    ]


def test_a_house_in_the_first_row_of_a_family_is_that_of_the_rows_below(cpms: Cpms, tmp_path: Path) -> None:
    rows = [CHILDREN[0], [None, None, *CHILDREN[1][2:]], CHILDREN[2]]
    ran = cpms("validate", office_file(tmp_path / "a.xlsx", [HEADER, *rows]))
    assert ran.code == 0, ran.out
    assert "1 row without a house number is read as of the house above" in ran.out


def test_a_forgotten_house_number_is_an_error(cpms: Cpms, tmp_path: Path) -> None:
    """The row has a family's own answers: it is the first of its family, whichever that is."""
    rows = [CHILDREN[0], [None, "ไม่พอใช้", *CHILDREN[1][2:]], CHILDREN[2]]
    assert cpms("validate", office_file(tmp_path / "a.xlsx", [HEADER, *rows])).code == 1
    second: list[object] = [None, *CHILDREN[1][1:]]
    every: list[list[object]] = [[*HEADER], [*CHILDREN[0]], second, [*CHILDREN[2]]]
    without_home = [[row[0], *row[2:]] for row in every]
    assert cpms("validate", office_file(tmp_path / "b.xlsx", without_home)).code == 1


def test_a_column_of_village_numbers_is_read_with_the_subdistrict(cpms: Cpms, tmp_path: Path) -> None:
    header, rows = [*HEADER, "หมู่ที่"], [[*row, moo] for row, moo in zip(CHILDREN, ("๑", "2", "หมู่ 3"), strict=True)]
    titles = (TITLE, "อบต.ปากน้ำ อ.เมืองระนอง จ.ระนอง")
    store = tmp_path / "s.duckdb"
    assert cpms("merge", office_file(tmp_path / "a.xlsx", [header, *rows], titles), "--store", store).code == 0
    assert [row[1] for row in stored(store)] == ["85010501", "85010502", "85010503"]
    given = cpms(
        "validate",
        office_file(tmp_path / "b.xlsx", [header, *rows], (TITLE,)),
        "--village",
        "850105",
        "--format",
        "json",
    )
    assert given.code == 0


@pytest.mark.parametrize("titles", [(TITLE,), (TITLE, "อบต.ปากน้ำ อ.เมืองระนอง จ.ระนอง")])
def test_a_column_for_village_numbers_may_have_whole_codes(cpms: Cpms, tmp_path: Path, titles: tuple[str, ...]) -> None:
    cells = ("85010501", "๘๕๐๑๐๕๐๒", 85010402)
    rows = [[*row, cell] for row, cell in zip(CHILDREN, cells, strict=True)]
    store = tmp_path / "s.duckdb"
    ran = cpms("merge", office_file(tmp_path / "a.xlsx", [[*HEADER, "หมู่ที่"], *rows], titles), "--store", store)
    assert (ran.code, "'หมู่ที่' has the whole codes of villages" in " ".join(ran.out.split())) == (0, True), ran.err
    assert [row[1] for row in stored(store)] == ["85010402", "85010501", "85010502"]


def test_a_title_of_another_subdistrict_than_all_rows_is_named(cpms: Cpms, tmp_path: Path) -> None:
    header = [*HEADER, "รหัสหมู่บ้าน"]
    for codes, named in ((["85010402"] * 3, True), (["85010402", "85010402", "85010501"], False)):
        rows = [[*row, code] for row, code in zip(CHILDREN, codes, strict=True)]
        ran = cpms("validate", office_file(tmp_path / "a.xlsx", [header, *rows]))
        shown = " ".join(ran.out.split())
        assert ("names the subdistrict 850105, but no row's village lies in it: 85010402;" in shown) is named
        assert ran.code == 0


def test_of_subdistricts_of_one_name_the_title_means_the_one_that_is_given(cpms: Cpms, tmp_path: Path) -> None:
    file, store = (tmp_path / name for name in ("a.xlsx", "s.duckdb"))
    office_file(file, [HEADER, *CHILDREN], (TITLE, "ตำบลปากน้ำ หมู่ที่ 2"))
    ran = cpms("merge", file, "--village", "850105", "--store", store)
    assert (ran.code, "says 85010502" in " ".join(ran.out.split())) == (0, True), ran.err
    assert {row[1] for row in stored(store)} == {"85010502"}
    # A village by its number alone is that of the subdistrict; in a list of another one, nobody's.
    office_file(file, [HEADER, *CHILDREN], (TITLE, "หมู่ที่ 3"))
    assert cpms("merge", file, "--village", "850105", "--store", tmp_path / "t.duckdb").code == 0
    assert {row[1] for row in stored(tmp_path / "t.duckdb")} == {"85010503"}
    numbered = [[*row, moo] for row, moo in zip(CHILDREN, (1, 2, 3), strict=True)]
    for rows in ([HEADER, *CHILDREN], [[*HEADER, "หมู่ที่"], *numbered]):
        office_file(file, rows, (TITLE, "ตำบลบ้านนา หมู่ที่ 3"))
        assert cpms("validate", file, "--village", "850105").code == 2


@pytest.mark.parametrize(
    ("titles", "sheet"),
    [
        ((TITLE,), "รายชื่อ"),  # no place
        ((TITLE, "ตำบลปากน้ำ หมู่ที่ 1"), "รายชื่อ"),  # ten subdistricts have the name
        ((TITLE, "อบต.ปากน้ำ อ.เมืองระนอง หมู่ที่ 1 และหมู่ที่ 2"), "รายชื่อ"),  # two villages
        ((TITLE, "อบต.ปากน้ำ อ.เมืองระนอง หมู่ที่ 1"), "หมู่ 2"),  # title and sheet disagree
    ],
)
def test_a_place_that_may_be_two_is_asked_for(cpms: Cpms, tmp_path: Path, titles: tuple[str, ...], sheet: str) -> None:
    file = office_file(tmp_path / "a.xlsx", [HEADER, *CHILDREN], titles, sheet)
    ran = cpms("validate", file)
    assert ran.code == 2
    assert "--village CODE" in ran.err
    assert cpms("validate", file, "--village", "๘๕๐๑๐๕๐๑").code == 0


@pytest.mark.parametrize(
    ("titles", "year"),
    [
        (("ตามพระราชบัญญัติคุ้มครองเด็ก พ.ศ. 2546", PLACE), None),
        (("รอบปี 2567 และ 2568 ประจำปี 2569", PLACE), None),
        (("ข้อมูล ณ วันที่ 15/7/2568", PLACE), None),
        (("Survey of children, round 2025", PLACE), "2025"),
        (("ข้อมูลเด็ก ปี 68", PLACE), "2025"),
    ],
)
def test_a_year_in_the_title_counts_only_where_it_is_the_surveys(
    cpms: Cpms, tmp_path: Path, titles: tuple[str, ...], year: str | None
) -> None:
    file, store = office_file(tmp_path / "a.xlsx", [HEADER, *CHILDREN], titles), tmp_path / "s.duckdb"
    ran = cpms("merge", file, "--store", store)
    if year is None:
        assert ran.code == 2
        assert "--round YEAR" in ran.err
    else:
        assert {row[0] for row in stored(store)} == {year}


def test_a_given_village_that_the_rows_contradict_is_refused(cpms: Cpms, tmp_path: Path) -> None:
    header, rows = [*HEADER, "รหัสหมู่บ้าน"], [[*row, "85010502"] for row in CHILDREN]
    ran = cpms("validate", office_file(tmp_path / "a.xlsx", [header, *rows]), "--village", "85010501")
    assert ran.code == 2
    assert "85010502" in ran.err
    assert cpms("validate", office_file(tmp_path / "b.xlsx", [header, *rows]), "--village", "Pak Nam").code == 2


def test_a_village_that_is_given_for_several_files_is_that_of_those_which_do_not_say_theirs(
    cpms: Cpms, tmp_path: Path
) -> None:
    header = [*HEADER, "รหัสหมู่บ้าน"]
    own = office_file(tmp_path / "own.xlsx", [header, *[[*row, "85010502"] for row in CHILDREN]], [TITLE])
    titled = office_file(tmp_path / "titled.xlsx", [HEADER, *CHILDREN])
    silent = office_file(tmp_path / "silent.xlsx", [HEADER, *CHILDREN], [TITLE])
    numbered = office_file(tmp_path / "numbered.xlsx", [[*HEADER, "หมู่"], *[[*row, "4"] for row in CHILDREN]], [TITLE])
    files, store = (own, titled, silent, numbered), tmp_path / "s.duckdb"
    ran = cpms("merge", *files, "--village", "85010503", "--store", store)
    assert ran.code == 0, ran.err
    shown = " ".join(ran.out.split())
    assert "silent.xlsx รายชื่อ: there is no column for the village; all rows are of 85010503, as given" in shown
    assert "own.xlsx รายชื่อ: the rows say their own village, 85010502; --village 85010503 was not used" in shown
    assert "titled.xlsx รายชื่อ: the rows say their own village, 85010501" in shown
    assert {row[1] for row in stored(store)} == {"85010501", "85010502", "85010503", "85010504"}
    ran = cpms("validate", own, titled, "--village", "85010503")
    assert ran.code == 2
    assert "all of these files say their own village" in ran.err


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("หมู่ที่", ("1", "2", "2", "3")),
        ("1. หมู่บ้าน", ("หมู่ 1", "หมู่ 2", "หมู่ 2", "หมู่ 3")),
        ("Village", ("Moo 1", "Moo 2", "Moo 2", "Moo 3")),
        ("ชุมชน/หมู่บ้าน", ("๑", "๒", "๒", "๓")),
    ],
)
def test_numbers_of_villages_alone_say_that_the_subdistrict_lacks(
    cpms: Cpms, tmp_path: Path, header: str, cells: tuple[str, ...]
) -> None:
    rows = [[*row, cell] for row, cell in zip(CHILDREN, cells, strict=False)]
    path, other = (office_file(tmp_path / name, [[*HEADER, header], *rows], [TITLE]) for name in ("a.xlsx", "b.xlsx"))
    refused = cpms("validate", path)
    assert refused.code == 2
    assert f"the column '{header}' has the numbers of villages" in refused.err
    for files in ((path,), (path, other)):  # one village of several is no answer, and the right one is said
        refused = cpms("validate", *files, "--village", "85010509")
        assert refused.code == 2
        assert "--village 850105\n" in refused.err
    store = tmp_path / "s.duckdb"
    assert cpms("merge", path, "--village", "850105", "--store", store).code == 0
    assert {row[1] for row in stored(store)} == {
        f"8501050{number}" for number in (1, 2, 3)[: len(set(cells[: len(rows)]))]
    }


def test_names_of_villages_are_no_numbers(cpms: Cpms, tmp_path: Path) -> None:
    rows = [[*row, cell] for row, cell in zip(CHILDREN, ("บ้านหงาว", "2", "2", "3"), strict=False)]
    ran = cpms("validate", office_file(tmp_path / "a.xlsx", [[*HEADER, "หมู่บ้าน"], *rows], [TITLE]))
    assert ran.code == 2
    assert "numbers of villages" not in ran.err


@pytest.mark.parametrize(("name", "code"), [("ปากน้ำ", "850105"), ("pak nam", "850105"), ("Bang Rinn", "850104")])
def test_an_area_is_found_by_its_name(cpms: Cpms, name: str, code: str) -> None:
    ran = cpms("areas", name, "--format", "json")
    assert code in [area["code"] for area in ran.json["areas"]]
    assert cpms("areas", "ไม่มีตำบลนี้แน่นอน").code == 2
