"""The very same submission twice is kept once; one house number in two writings is a question."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from cpms_cli import merge, validate
from tests.conftest import Cpms, Draw

CASES = Path(__file__).parent.parent / "files" / "cases"
CHILD: dict[str, Any] = {"given_name": "กานดา", "birth_date": "2014-05-06", "violence_physical": "yes"}


def _children(store: Path) -> int:
    with duckdb.connect(str(store), read_only=True) as connection:
        row = connection.execute("SELECT count(DISTINCT cpms_id) FROM current_child").fetchone()
    return int(row[0]) if row else 0


def _faults(*paths: Path, check: str) -> set[tuple[str, int, str | None]]:
    findings = validate(paths).findings
    rows = findings[findings["check"] == check]
    return set(zip(rows["file"].astype("str"), rows["row"].astype("int64"), rows["value"], strict=True))


def test_the_same_row_twice_is_kept_once_and_both_places_are_named(cpms: Cpms, tmp_path: Path) -> None:
    case = CASES / "exact_dup.csv"
    assert _faults(case, check="row_repeated") == {
        ("exact_dup.csv", 7, "exact_dup.csv:2"),
        ("exact_dup.csv", 8, "exact_dup.csv:3"),
    }
    ran = cpms("merge", case, "--store", tmp_path / "s.duckdb", "--format", "json")
    assert ran.json["counts"] == {
        "rows_in": 7,
        "stored": 5,
        "unchanged": 2,
        "quarantined": 0,
        "no_consent": 0,
        "repeated": 2,
    }
    assert (ran.code, _children(tmp_path / "s.duckdb")) == (0, 5)
    text = cpms("merge", case, "--store", tmp_path / "t.duckdb").out
    assert "2 rows say the very same as another row of these files" in text


WAYS_OF_WRITING: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"birth_date": "6/5/2557"}, {"birth_date": "2014-05-06"}),
    ({"given_name": "กานดา"}, {"given_name": " กานดา\u200b"}),
    ({"dwelling": "own"}, {"dwelling": "บ้านของตนเอง"}),
    ({"round": 2026}, {"round": "๒๕๖๙"}),
]


def test_ways_of_writing_make_no_difference(draw: Draw) -> None:
    """Of each home three rows: a child, the same in another writing, and another child."""
    rows = []
    for home, (first, again) in enumerate(WAYS_OF_WRITING, start=1):
        of_home = {**CHILD, "household_no": str(home), "child_no": 1}
        rows += [{**of_home, **first}, {**of_home, **again}, {**of_home, "child_no": 2}]
    path = draw(*rows)
    assert "child_twice" not in set(validate([path]).findings["check"])
    repeated = range(3, 3 + len(rows), 3)
    assert _faults(path, check="row_repeated") == {("survey.csv", row, f"survey.csv:{row - 1}") for row in repeated}


@pytest.mark.parametrize(
    "other",
    [{"violence_physical": "no"}, {"violence_physical": None}, {"dwelling": "rented"}, {"consent": "no"}, {"sex": "x"}],
)
def test_rows_of_one_key_that_differ_are_an_error_as_ever(draw: Draw, other: dict[str, Any]) -> None:
    path = draw({**CHILD, "child_no": 1}, {**CHILD, "child_no": 1, **other})
    validation = validate([path])
    assert validation.storable == 0
    assert "row_repeated" not in set(validation.findings["check"])
    assert "child_twice" in set(validation.findings["check"])


def test_cells_that_cannot_be_read_are_compared_as_they_are_written(draw: Draw) -> None:
    wrong = {**CHILD, "child_no": 1, "sex": "x"}
    assert _faults(draw(wrong, wrong), check="row_repeated") == {("survey.csv", 3, "survey.csv:2")}
    assert _faults(draw(wrong, {**wrong, "sex": "y"}), check="row_repeated") == set()


def test_over_files_and_sheets_of_one_merge_and_one_after_another(draw: Draw, tmp_path: Path) -> None:
    first = draw({**CHILD, "child_no": 1}, name="a.csv")
    more = draw(
        {**CHILD, "child_no": 1},
        {**CHILD, "child_no": 2, "given_name": "มาลี"},
        name="b.xlsx",
        without=["members_under_18"],
    )
    same = draw({**CHILD, "child_no": 1}, name="c.xlsx")
    with pd.ExcelWriter(tmp_path / "two.xlsx") as writer:
        for sheet in ("ม.1", "ม.1 อีกครั้ง"):
            pd.read_csv(first, dtype=str).to_excel(writer, sheet_name=sheet, index=False)
    # A sheet that is a copy of another as a whole is left out by its name.
    for paths, rows in (([first, same], (1, 1, 0, 1)), ([tmp_path / "two.xlsx"], (1, 0, 0, 0))):
        merged = merge(paths, tmp_path / f"{len(paths)}.duckdb")
        assert tuple(merged.total(name) for name in ("stored", "unchanged", "quarantined", "repeated")) == rows
    # What differs in the household stays an error.
    assert merge([first, more], tmp_path / "3.duckdb").total("quarantined") > 0
    merge([first], tmp_path / "4.duckdb")
    assert merge([same], tmp_path / "4.duckdb").total("unchanged") == 1


def test_a_household_that_two_files_tell_alike_goes_with_the_child_that_can_be_stored(
    draw: Draw, tmp_path: Path
) -> None:
    wrong = draw({**CHILD, "child_no": 1, "sex": "x", "members_under_18": 2}, name="a.csv")
    right = draw({**CHILD, "child_no": 2, "given_name": "มาลี", "members_under_18": 2}, name="b.csv")
    merged = merge([wrong, right], tmp_path / "s.duckdb")
    assert tuple(merged.total(name) for name in ("stored", "unchanged", "quarantined")) == (1, 0, 1)
    with duckdb.connect(str(tmp_path / "s.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT consent FROM current_household").fetchall() == [("yes",)]


def test_a_household_sent_twice_from_a_phone(base: Mapping[str, Mapping[str, Any]], tmp_path: Path) -> None:
    """Two submissions of one form, with numbers and times of their own, and a repeat group for the children."""
    home = {**base["household"]}
    sent = [
        {"start": f"2026-11-15T0{position}:00", "_uuid": f"uuid-{position}", "_index": position, **home}
        for position in (1, 2)
    ]
    children = [
        {
            **base["child"],
            "child_no": line,
            "given_name": f"ชื่อ{line}",
            "national_id": None,
            "_index": 10 * position + line,
            "_parent_index": position,
            "_submission__uuid": f"uuid-{position}",
        }
        for position in (1, 2)
        for line in (1, 2)
    ]
    with pd.ExcelWriter(tmp_path / "kobo.xlsx") as writer:
        pd.DataFrame(sent).to_excel(writer, sheet_name="form", index=False)
        pd.DataFrame(children).to_excel(writer, sheet_name="child", index=False)
    merged = merge([tmp_path / "kobo.xlsx"], tmp_path / "s.duckdb")
    counts = {name: merged.total(name) for name in ("rows_in", "stored", "unchanged", "quarantined", "repeated")}
    assert counts == {"rows_in": 6, "stored": 3, "unchanged": 3, "quarantined": 0, "repeated": 3}


def test_house_001_and_house_1_with_one_child_are_a_question(cpms: Cpms, tmp_path: Path) -> None:
    files = [CASES / "hh_zero_2568.csv", CASES / "hh_zero_2569.csv"]
    faults = _faults(*files, check="house_written_twice")
    assert faults == {("hh_zero_2568.csv", 2, "001, 1"), ("hh_zero_2569.csv", 2, "001, 1")}
    ran = cpms("merge", *files, "--store", tmp_path / "s.duckdb", "--format", "json")
    assert (ran.code, ran.json["counts"]["quarantined"]) == (1, 2)
    # One after another: the second is asked about, and the store has the child once.
    store = tmp_path / "t.duckdb"
    assert cpms("merge", files[0], "--store", store).code == 0
    assert cpms("merge", files[1], "--store", store).code == 1
    assert cpms("validate", files[1], "--store", store).code == 1
    assert _children(store) == 1
    # Mended, the two rows are one.
    mended = pd.read_excel(tmp_path / "s-set-aside-1.xlsx", sheet_name=None, dtype=str, engine="openpyxl")
    rows = pd.concat(mended.values()).assign(**{"บ้านเลขที่": "1"})
    rows.to_excel(tmp_path / "mended.xlsx", index=False)
    assert cpms("merge", tmp_path / "mended.xlsx", "--store", tmp_path / "s.duckdb").code == 0
    assert _children(tmp_path / "s.duckdb") == 1


WRITINGS = [
    ("1/2", "01/2"),
    ("12/3", "12/03"),
    ("๑", "001"),
    ("5", "เลขที่ 5"),
    ("5", "No. 5"),
    ("1 / 2", "1/2"),
    ("7ก", "007 ก"),
]


def test_one_number_in_two_writings(draw: Draw) -> None:
    """Each in a village of its own."""
    path = draw(
        *(
            {**CHILD, "village_code": f"850105{village:02}", "household_no": number, "child_no": 1}
            for village, numbers in enumerate(WRITINGS, start=1)
            for number in numbers
        )
    )
    faults = _faults(path, check="house_written_twice")
    assert {row for _, row, _ in faults} == {*range(2, 2 + 2 * len(WRITINGS))}


@pytest.mark.parametrize(
    ("other", "check"),
    [
        ({"given_name": "กัลยา"}, "house_written_twice"),  # of one sex, born on one day
        ({"birth_date": None, "age_years": 12}, "house_written_twice"),  # as old as people say
        ({"birth_date": "2014"}, "house_written_twice"),
        ({"given_name": "มาลี", "birth_date": "2016-01-01"}, "house_written_otherwise"),
        ({"sex": "male"}, "house_written_otherwise"),
        ({"birth_date": "2011-01-01"}, "house_written_otherwise"),
        ({"given_name": None, "birth_date": None}, "house_written_otherwise"),
        ({"village_code": "85010502"}, None),
        ({"round": 2025, "interview_date": "2025-11-15"}, None),
        ({"household_no": "10"}, None),
        ({"household_no": "1/1"}, None),
    ],
)
def test_what_makes_two_children_alike(draw: Draw, other: dict[str, Any], check: str | None) -> None:
    path = draw({**CHILD, "household_no": "1", "child_no": 1}, {**CHILD, "household_no": "001", "child_no": 1, **other})
    findings = validate([path]).findings
    named = findings.loc[findings["check"].isin(["house_written_twice", "house_written_otherwise"]), "check"]
    assert set(named) == ({check} if check else set())
