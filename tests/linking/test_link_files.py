"""Two tables of persons, or one: which rows are one person, which wait, and what a table can be made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.th.pin import calc_check_digit

from cpms_cli import link_frames, merge
from cpms_cli.errors import UsageError
from tests.conftest import THOROUGH, Cpms, Draw

FIELDS = {
    "first": "given_name",
    "last": "family_name",
    "mother": "mother_name",
    "sex": "sex",
    "born": "birth_date",
    "house": "household_no",
    "village": "village_code",
}
# Four families that share nothing; each row is a child.
CHILDREN: list[dict[str, Any]] = [
    {
        "first": "ละไม",
        "last": "เกาะทองใบ",
        "mother": "สายหยุด",
        "sex": "หญิง",
        "born": "21/03/2559",
        "house": "12",
        "village": "85010501",
    },
    {
        "first": "Aung Ko",
        "last": None,
        "mother": "Daw Khin",
        "sex": "M",
        "born": "2014-07-09",
        "house": "40",
        "village": "85010502",
    },
    {
        "first": "กมล",
        "last": "ศรีสุข",
        "mother": "วันเพ็ญ",
        "sex": "ชาย",
        "born": "5 ม.ค. 2556",
        "house": "7",
        "village": "85030201",
    },
    {
        "first": "Naw Paw",
        "last": "Htoo",
        "mother": "Naw Eh",
        "sex": "female",
        "born": "20171130",
        "house": "88",
        "village": "85030202",
    },
]
# The same children as another office writes them: another order, script, era and form.
AGAIN: list[dict[str, Any]] = [
    {
        "first": "นอพอ",
        "last": "Htoo",
        "mother": "Naw Eh",
        "sex": "ญ",
        "born": "2017-11-30",
        "house": "88",
        "village": "85030202",
    },
    {
        "first": "ด.ญ. ละมัย",
        "last": "เกาะทองใบ",
        "mother": "สายหยุด",
        "sex": None,
        "born": "2016-03-21",
        "house": "12",
        "village": "85010501",
    },
    {
        "first": "Mg Aung Ko",
        "last": None,
        "mother": "Khin",
        "sex": "male",
        "born": "9/7/2014",
        "house": "40",
        "village": "85010502",
    },
    {
        "first": "ศรีสุข",
        "last": "กมล",
        "mother": "วันเพ็ญ",
        "sex": "ชาย",
        "born": "2013-01-05",
        "house": "7",
        "village": "85030201",
    },
]
SAME_CHILD = {(0, 1), (1, 2), (2, 3), (3, 0)}


def _linked(pairs: pd.DataFrame, kind: str = "automatic") -> set[tuple[Any, Any]]:
    chosen = pairs[pairs["kind"] == kind]
    return set(zip(chosen["left"], chosen["right"], strict=True))


def test_children_are_found_in_another_office_s_table(usual: pd.DataFrame) -> None:
    assert _linked(usual) == SAME_CHILD
    assert list(usual.columns) == ["left", "right", "probability", "kind", "agrees", "differs"]
    assert usual["probability"].ge(0.995).all()
    assert str(usual.set_index("left").loc[2, "agrees"]).startswith("same names in another order; same birth date")


@pytest.fixture(scope="module")
def usual() -> pd.DataFrame:
    """The pairs of both tables in their own order."""
    pairs: pd.DataFrame = link_frames(pd.DataFrame(CHILDREN), pd.DataFrame(AGAIN), FIELDS)
    return pairs


@settings(max_examples=20 if THOROUGH else 2, deadline=None)
@given(
    st.permutations(range(4)),
    st.permutations(range(4)),
    st.permutations(list(FIELDS)),
)
def test_the_order_of_rows_and_columns_changes_nothing(
    usual: pd.DataFrame, left: list[int], right: list[int], columns: list[str]
) -> None:
    first, other = pd.DataFrame(CHILDREN).loc[left, columns], pd.DataFrame(AGAIN).loc[right, columns]
    shuffled = link_frames(first, other, {name: FIELDS[name] for name in columns})
    key = ["left", "right"]
    pd.testing.assert_frame_equal(
        usual.sort_values(key, ignore_index=True), shuffled.sort_values(key, ignore_index=True)
    )


@pytest.mark.parametrize("blank", [["sex"], ["mother", "last"]])
def test_what_a_table_does_not_ask_is_no_handicap(blank: list[str]) -> None:
    """Rows alike in all else, without sex or family name in one table or in both."""
    left, without = pd.DataFrame(CHILDREN), pd.DataFrame(CHILDREN).assign(**dict.fromkeys(blank))
    for first, other in ((left, without), (without, without), (left.drop(columns=blank), without)):
        assert _linked(link_frames(first, other, FIELDS)) == {(0, 0), (1, 1), (2, 2), (3, 3)}


# What another row says of a girl instead: a sister, a twin, another child of the house. None is linked silently.
OTHERS: list[dict[str, Any]] = [
    {"first": "ประภา"},
    {"first": "ประภา", "born": "2018-02-03"},
    {"first": "Prapa", "sex": None},
    {"first": None},
    {"sex": "ชาย"},
    {"born": "2011-11-02"},
]


@pytest.mark.parametrize("other", OTHERS if THOROUGH else OTHERS[:1])
def test_names_that_disagree_are_never_linked_silently(other: dict[str, Any]) -> None:
    row = CHILDREN[0]
    assert not _linked(link_frames(pd.DataFrame([row]), pd.DataFrame([{**row, **other}]), FIELDS))
    assert not _linked(link_frames(pd.DataFrame([row, {**row, **other}]), None, FIELDS))


def test_names_that_disagree_are_never_linked_silently_among_other_families() -> None:
    """Each case is of a girl whose mother, family name, house and day of birth no other girl has."""
    girls = [
        {
            **CHILDREN[0],
            "last": f"{CHILDREN[number % 4]['last'] or 'ใจดี'}{'กขคงจช'[number]}",
            "mother": f"{['มะ', 'ลิ', 'ดา', 'นา', 'พร', 'วัน'][number]}{'สายพรวันใจดีเพ็ญ'[number]}",
            "born": f"{3 + number}/0{number + 1}/2559",
            "house": str(100 + 7 * number),
        }
        for number in range(len(OTHERS))
    ]
    others = [{**girl, **other} for girl, other in zip(girls, OTHERS, strict=True)]
    assert not _linked(link_frames(pd.DataFrame(girls), pd.DataFrame(others), FIELDS))
    assert not _linked(link_frames(pd.DataFrame([*girls, *others]), None, FIELDS))
    again = _linked(link_frames(pd.DataFrame(girls), pd.DataFrame(girls), FIELDS))
    assert again == {(number, number) for number in range(len(OTHERS))}, "they are found where nothing disagrees"


def test_a_mother_s_number_does_not_make_brothers_and_sisters_one() -> None:
    fields = {**FIELDS, "number": "person_number"}
    brother = {**CHILDREN[0], "first": "สมหมาย", "sex": None, "born": "2018-09-14", "number": "A-20031"}
    sister = {**CHILDREN[0], "sex": None, "number": "A-20031"}
    mother = {**sister, "first": "สายหยุด", "born": "1990-05-05"}
    for rows in ([sister, brother], [sister, mother], [mother, brother]):
        assert not _linked(link_frames(pd.DataFrame(rows[:1]), pd.DataFrame(rows[1:]), fields))
    assert not _linked(link_frames(pd.DataFrame([sister, brother, mother]), None, fields))


def _national_id(digits: str) -> str:
    return digits + str(calc_check_digit(digits))


def test_two_national_ids_are_two_persons() -> None:
    fields = {**FIELDS, "number": "national_id"}
    first, other = ({**CHILDREN[0], "number": number} for number in map(_national_id, ("110070000001", "110070000002")))
    assert not _linked(link_frames(pd.DataFrame([first]), pd.DataFrame([other]), fields))
    assert _linked(link_frames(pd.DataFrame([first]), pd.DataFrame([first]), fields)) == {(0, 0)}


def test_a_child_that_stands_three_times_in_one_table_has_three_pairs() -> None:
    table = pd.DataFrame([CHILDREN[0], CHILDREN[1], AGAIN[1], {**CHILDREN[0], "house": None}, CHILDREN[3]])
    assert _linked(link_frames(table, None, FIELDS)) == {(0, 2), (0, 3), (2, 3)}


def test_a_row_without_a_name_does_not_join_twins() -> None:
    twins = [CHILDREN[0], {**CHILDREN[0], "first": "ประภา"}, {**CHILDREN[0], "first": "ทารก"}]
    assert not _linked(link_frames(pd.DataFrame(twins), None, FIELDS))


@pytest.mark.parametrize("rows", [0, 1])
def test_tables_with_nothing_in_them_have_no_pairs(rows: int) -> None:
    some, none = pd.DataFrame(CHILDREN), pd.DataFrame(CHILDREN).head(0)
    assert link_frames(some.head(rows), None, FIELDS).empty
    assert link_frames(none, some, FIELDS).empty
    assert link_frames(some, none, FIELDS).empty


def test_index_labels_of_the_tables_come_back() -> None:
    left = pd.DataFrame(CHILDREN, index=["a", "b", "c", "d"])
    right = pd.DataFrame(AGAIN, index=pd.Index([10, 20, 30, 40]))
    assert _linked(link_frames(left, right, FIELDS)) == {("a", 20), ("b", 30), ("c", 40), ("d", 10)}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"first": "given_nam"}, "given_name"),
        ({"first": "colour"}, "It can be: given_name"),
        ({"nowhere": "given_name"}, "there is no column 'nowhere'"),
        ({"first": "given_name", "last": "given_name"}, "several columns hold given_name: first, last"),
        ({"born": "birth_date"}, "no column tells who somebody is"),
        ({"first": "national_id", "last": "person_number"}, "by one number"),
    ],
)
def test_fields_that_do_not_fit_are_refused_with_what_would(fields: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        link_frames(pd.DataFrame(CHILDREN), pd.DataFrame(AGAIN), fields)
    assert message in str(refused.value)


def _csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Two tables under headers that nobody knows, and a map of them."""
    map_ = tmp_path / "map.csv"
    pd.DataFrame({"header": list(FIELDS), "field": list(FIELDS.values())}).to_csv(map_, index=False)
    return _csv(tmp_path / "a.csv", CHILDREN), _csv(tmp_path / "b.csv", AGAIN), map_


def test_files_are_linked_by_a_map_and_shown_by_row_numbers_only(
    cpms: Cpms, files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    words = ("link", "files", files[0], files[1], "--map", files[2], "--lang", "en")
    ran = cpms(*words)
    assert cpms(*words, "-o", tmp_path / "pairs.csv").code == ran.code == 0, ran.err
    assert "4 pairs are one person; 0 may be" in " ".join(ran.out.split())
    assert "a.csv: 0 of 4 rows are in no pair." in " ".join(ran.out.split())
    assert "ละไม" not in ran.out
    written = pd.read_csv(tmp_path / "pairs.csv")
    # The header is row 1 of the sheet.
    assert _linked(written) == {(left + 2, right + 2) for left, right in SAME_CHILD}
    thai = cpms("link", "files", files[0], files[1], "--map", files[2], "--lang", "th")
    assert "คนเดียวกัน 4 คู่" in thai.out


def test_identified_shows_the_cells_of_both_rows(cpms: Cpms, files: tuple[Path, Path, Path]) -> None:
    ran = cpms("link", "files", files[0], files[1], "--map", files[2], "--format", "json", "--identified")
    document = json.loads(ran.out)
    assert {(pair["left first"], pair["right first"]) for pair in document["pairs"]} == {
        (CHILDREN[left]["first"], AGAIN[right]["first"]) for left, right in SAME_CHILD
    }


def test_one_file_alone_is_looked_through_for_duplicates(cpms: Cpms, tmp_path: Path) -> None:
    table = _csv(tmp_path / "a.csv", [*CHILDREN, AGAIN[1]])
    options = [word for header, field in FIELDS.items() for word in ("--field", f"{field}={header}")]
    document = cpms("link", "files", table, *options, "--format", "json").json
    assert [(pair["left"], pair["right"]) for pair in document["pairs"]] == [(2, 6)]
    assert document["without_pair"] == [3]


def test_headers_of_the_survey_need_no_map_and_cells_that_cannot_be_read_are_counted(
    cpms: Cpms, tmp_path: Path
) -> None:
    headers = {
        "first": "ชื่อ",
        "last": "นามสกุล",
        "mother": "ชื่อมารดา",
        "sex": "เพศ",
        "born": "วันเกิด",
        "village": "รหัสหมู่บ้าน",
        "house": "บ้านเลขที่",
    }
    table = pd.DataFrame(CHILDREN).rename(columns=headers).assign(หมายเหตุ="-")
    table.loc[3, "วันเกิด"] = "ปลายปี"
    for name in ("a.csv", "b.csv"):
        table.to_csv(tmp_path / name, index=False)
    document = cpms("link", "files", tmp_path / "a.csv", tmp_path / "b.csv", "--format", "json")
    assert document.code == 1
    assert document.json["automatic"] == 4
    assert document.json["not_looked_at"] == ["หมายเหตุ"]
    assert document.json["unread"] == [
        {"file": "a.csv", "header": "วันเกิด", "cells": 1},
        {"file": "b.csv", "header": "วันเกิด", "cells": 1},
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--field", "given_name"), "given_name=HEADER"),
        (("--field", "given_name=nowhere"), "there is no column 'nowhere'"),
        (("--map", "none.yaml"), "none.yaml"),
        ((), "no column tells who somebody is"),
    ],
)
def test_what_cannot_be_linked_is_refused_without_a_traceback(
    cpms: Cpms, files: tuple[Path, Path, Path], words: tuple[str, ...], message: str
) -> None:
    ran = cpms("link", "files", files[0], files[1], *words, "--lang", "en")
    assert ran.code == 2
    assert message in ran.err
    assert "Traceback" not in ran.err


def test_a_map_may_be_yaml_and_leave_headers_out(cpms: Cpms, files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    lines = [f"{header}: {field}" for header, field in FIELDS.items() if header != "sex"]
    (tmp_path / "map.yaml").write_text("\n".join([*lines, "sex: leave out"]), encoding="utf-8")
    ran = cpms("link", "files", files[0], files[1], "--map", tmp_path / "map.yaml", "--format", "json")
    assert ran.json["automatic"] == 4
    assert "sex" in ran.json["not_looked_at"]


BLANK: dict[str, Any] = {"sex": None, "nationality": None}


@pytest.mark.parametrize("rounds", [({}, {}), ({}, BLANK), (BLANK, {}), (BLANK, BLANK)])
def test_in_a_store_too_a_blank_sex_and_nationality_are_no_handicap(
    draw: Draw, tmp_path: Path, rounds: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """A girl alike in all else, without an ID, in two rounds."""
    import duckdb

    girl = {"given_name": "ละไม", "family_name": "เกาะทองใบ", "mother_name": "สายหยุด", "birth_date": "2016-03-21"}
    usual = {**girl, "sex": "female", "national_id": None, "other_name": None}
    files = [
        draw({"round": year, "interview_date": f"{year}-11-15", **usual, **answers}, name=f"{year}.csv")
        for year, answers in zip((2024, 2025), rounds, strict=True)
    ]
    merge(files, tmp_path / "s.duckdb")
    with duckdb.connect(str(tmp_path / "s.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT cpms_id) FROM child_link").fetchone() == (2, 1)
