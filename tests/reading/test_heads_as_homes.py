"""A list without house numbers: a home is known by the name of its head, and two heads of one name are told."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.conftest import Cpms
from tests.reading.test_row_keys import CHILDREN, office_file

HEADER: list[object] = ["ชื่อหัวหน้าครัวเรือน", "รายได้พอใช้หรือไม่", "ชื่อ", "นามสกุล", "เพศ", "วันเกิด", "สัญชาติ"]
MANEE, MANA, CHUJAI = (row[1:] for row in CHILDREN)
ROWS: list[list[object]] = [["นายสมชาย ใจดี", *MANEE], ["สมชาย  ใจดี", *MANA], ["นางสี รักเรียน", *CHUJAI]]


def _homes(store: Path) -> dict[str, list[tuple[str, str]]]:
    """The children of each home, as line and name."""
    homes: dict[str, list[tuple[str, str]]] = {}
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute(
            "SELECT household_no, child_no, given_name FROM current_child ORDER BY ALL"
        ).fetchall()
    for home, line, name in rows:
        homes.setdefault(home, []).append((line, name))
    return homes


def test_children_of_one_head_are_one_home_and_the_name_is_nowhere(cpms: Cpms, tmp_path: Path) -> None:
    file, store = office_file(tmp_path / "a.xlsx", [HEADER, *ROWS]), tmp_path / "s.duckdb"
    ran = cpms("merge", file, "--store", store)
    assert ran.code == 0, ran.out + ran.err
    homes = _homes(store)
    assert sorted(homes.values()) == [[("1", "ชูใจ")], [("1", "มานี"), ("2", "มานะ")]]
    assert all(home.startswith("H-") and len(home) == 10 for home in homes)
    words = " ".join(ran.out.split())
    assert "a home is known by its head's name in 'ชื่อหัวหน้าครัวเรือน'" in words and "(2 homes)" in words
    assert "สมชาย" not in ran.out + ran.err

    # The list comes again, sorted otherwise and with a child more: nobody moves.
    more: list[object] = ["นางสี รักเรียน", "พอใช้", "ปิติ", "รักเรียน", "ชาย", "7/8/2562", "ไทย"]
    again = office_file(tmp_path / "b.xlsx", [HEADER, more, ROWS[2], ROWS[1], ROWS[0]])
    assert cpms("merge", again, "--store", store).code == 0
    joined = {
        home: [*children, ("2", "ปิติ")] if children == [("1", "ชูใจ")] else children for home, children in homes.items()
    }
    assert _homes(store) == joined


def test_a_house_number_counts_before_a_heads_name(cpms: Cpms, tmp_path: Path) -> None:
    header, rows = [*HEADER, "บ้านเลขที่"], [[*row, number] for row, number in zip(ROWS, ("1", "2", "3"), strict=True)]
    store = tmp_path / "s.duckdb"
    cpms("merge", office_file(tmp_path / "a.xlsx", [header, *rows]), "--store", store)
    assert sorted(_homes(store)) == ["1", "2", "3"]


def test_one_name_that_stands_apart_is_told(cpms: Cpms, tmp_path: Path) -> None:
    ran = cpms("validate", office_file(tmp_path / "a.xlsx", [HEADER, ROWS[0], ROWS[2], ROWS[1]]))
    assert ran.code == 0
    # Two titles and the header come first: the head's rows are 4 and 6.
    assert "the head of rows 4, 6 has one name, and the rows stand apart" in " ".join(ran.out.split())


def test_heads_of_one_name_whose_families_differ_are_not_one_family(cpms: Cpms, tmp_path: Path) -> None:
    header = [*HEADER, "เบอร์โทรศัพท์"]
    rows = [[*row, phone] for row, phone in zip(ROWS, ("081 111 1111", "082 222 2222", "083 333 3333"), strict=True)]
    store = tmp_path / "s.duckdb"
    ran = cpms("merge", office_file(tmp_path / "a.xlsx", [header, *rows]), "--store", store)
    assert ran.code == 1
    assert "the head of rows 4, 5 has one name, but they say different things" in " ".join(ran.out.split())
    assert list(_homes(store).values()) == [[("1", "ชูใจ")]], "the others wait for a house number"


def test_a_name_in_the_first_row_of_a_family_begins_a_family_each_time(cpms: Cpms, tmp_path: Path) -> None:
    below: list[object] = [None, None, *MANA[1:]]
    other: list[object] = ["นายสมชาย ใจดี", "พอใช้", "ปิติ", "ใจดี", "ชาย", "7/8/2562", "ไทย"]
    file = office_file(tmp_path / "a.xlsx", [HEADER, ROWS[0], below, other, ROWS[2]])
    ran = cpms("validate", file)
    assert ran.code == 0, ran.out
    assert "the head of rows 4, 5, 6 has one name" in " ".join(ran.out.split())


def test_a_second_file_with_other_children_of_the_name_is_asked_about(cpms: Cpms, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    cpms("merge", office_file(tmp_path / "a.xlsx", [HEADER, ROWS[0], ROWS[2]]), "--store", store)
    ran = cpms("validate", office_file(tmp_path / "b.xlsx", [HEADER, ROWS[1]]), "--store", store, "--format", "json")
    assert "has other children in this round: is it the same family?" in ran.out
    both = office_file(tmp_path / "c.xlsx", [HEADER, ROWS[1], ROWS[0]])
    assert "has other children in this round" not in cpms("validate", both, "--store", store, "--format", "json").out


def test_a_column_about_the_head_that_has_no_names_is_no_home(cpms: Cpms, tmp_path: Path) -> None:
    rows = [["ใช่", *row[1:]] for row in ROWS]
    ran = cpms("validate", office_file(tmp_path / "a.xlsx", [["หัวหน้าครัวเรือน", *HEADER[1:]], *rows]))
    assert ran.code == 2
