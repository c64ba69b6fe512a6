"""What identifies nobody links nobody: words, fillers and wrong numbers for an ID, "none" for a house or a mother."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from cpms_cli import merge, validate
from cpms_cli.linking.probabilistic import Linkage
from cpms_cli.linking.store_rows import as_evidence, without_shared_numbers
from cpms_cli.survey.identifiers import (
    has_thai_check_digit,
    has_thai_form,
    is_placeholder_number,
    is_thai_id,
    thai_id_sql,
    thai_number_sql,
)
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import THOROUGH, Cpms, Draw
from tests.families import at_home, child, linked, village
from tests.linking.test_twins import children_of_case, merged_case

# Each with a right check digit but the first, as reckoned by hand from the weights 13 to 2.
MADE_UP = ["1234567890121", "0123456789012", "1111111111119", "0000000000001", "1212121212121"]
WORDS = ["ไม่มี", "รอพิสูจน์", "อยู่ระหว่างดำเนินการ", "no card"]
RIGHT, OTHER = "1999900000013", "1999900000021"
MALI: dict[str, Any] = {
    "given_name": "มาลี",
    "family_name": None,
    "other_name": None,
    "mother_name": None,
    "birth_date": "2015",
}


@pytest.mark.parametrize("name", ["phid_blank", "phid_maimi", "phid_zeros", "phid2_nines"])
def test_two_girls_of_one_first_name_are_two_whatever_stands_for_the_number(tmp_path: Path, name: str) -> None:
    rows = children_of_case(merged_case(name, tmp_path / "s.duckdb"))
    assert rows["cpms_id"].nunique() == 2


@pytest.fixture(scope="module")
def numbers() -> pd.Series:
    """30,000 numbers of 13 digits drawn at random, and what people write in their place."""
    drawn = random.Random(13)
    made = ["".join(drawn.choices("0123456789", k=13)) for _ in range(30_000)]
    blocks = [
        "".join(drawn.choices("0123456789", k=size)) * (12 // size) for size in (1, 2, 3, 4, 6) for _ in range(50)
    ]
    filled = [block + last for block in blocks for last in "0123456789"]
    return pd.Series(
        [*made, *filled, *MADE_UP, *WORDS, "0812345678", "+199990000001", "9876543210987", ""], dtype="str"
    )


def test_the_number_in_sql_is_the_number_in_numpy(numbers: pd.Series) -> None:
    with duckdb.connect() as connection:
        connection.register("number_cell", numbers.to_frame("cell"))
        cursor = connection.execute(
            f"SELECT {thai_number_sql('cell')} AS form, {thai_id_sql('cell')} AS valid FROM number_cell"
        ).df()
    assert (cursor["valid"].to_numpy(bool) == is_thai_id(numbers)).all()
    assert (cursor["form"].to_numpy(bool) == (has_thai_form(numbers) & ~is_placeholder_number(numbers))).all()
    assert cursor["valid"].sum() > 2_000


def test_a_filler_is_no_number_though_its_check_digit_fits() -> None:
    numbers = pd.Series([*MADE_UP, *(digit * 13 for digit in "0123456789")], dtype="str")
    assert is_placeholder_number(numbers).all()
    assert not is_thai_id(numbers).any()
    assert has_thai_check_digit(numbers)[[0, 2, 3, 4]].all()
    assert is_thai_id(pd.Series([RIGHT, OTHER, "0999900000015"], dtype="str")).all()


def test_each_kind_of_no_number_has_its_own_words(draw: Draw) -> None:
    checks_by_number = {
        **dict.fromkeys(WORDS, "national_id_words"),
        **dict.fromkeys(MADE_UP, "national_id_placeholder"),
        "9999999999999": "national_id_placeholder",
        "1999900000014": "national_id_check_digit",
        "0812345678": "national_id_form",
    }
    rows = [
        {"national_id": cell, "household_no": str(home), "child_no": 1}
        for home, cell in enumerate([RIGHT, *checks_by_number])
    ]
    findings = validate([draw(*rows)]).findings
    of_number = findings[findings["field"].eq("national_id") & findings["check"].str.startswith("national_id")]
    assert of_number["severity"].eq("warning").all()
    # The file's rows are counted with its header, and the first of them has a right number.
    assert dict(zip(of_number["row"] - 3, of_number["check"], strict=True)) == dict(
        enumerate(checks_by_number.values())
    )


def test_two_children_without_a_number_do_not_share_one(cpms: Cpms, draw: Draw) -> None:
    cells = ["ไม่มี", "ไม่มี", "0000000000000", "0000000000000", RIGHT, RIGHT]
    rows = [{"national_id": cell, "household_no": str(home), "child_no": 1} for home, cell in enumerate(cells)]
    ran = cpms("validate", draw(*rows), "--format", "json")
    assert ran.code == 0
    twice = [finding["row"] for finding in ran.json["findings"] if finding["rule"] == "national_id_twice"]
    assert twice == [6, 7]
    assert "thai_id_of_foreigner" not in {finding["rule"] for finding in ran.json["findings"]}


def test_a_child_is_not_held_against_another_who_has_no_number_either(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    last = {
        "national_id": "ไม่มี",
        "round": 2025,
        "interview_date": "2025-11-15",
        "sex": "male",
        "birth_date": "2010-02-03",
    }
    merge([draw({**last, "village_code": "85030201"}, name="last.csv")], tmp_path / "s.duckdb")
    ran = cpms("validate", draw({"national_id": "ไม่มี"}), "--store", tmp_path / "s.duckdb", "--format", "json")
    assert not [finding for finding in ran.json["findings"] if "changed" in finding["rule"]]


def _evidence(*rows: tuple[int, str, str, str | None]) -> pd.DataFrame:
    """Rows as the store tells them: round, given name, house, number."""
    frame = pd.DataFrame(rows, columns=["round_", "given", "house", "number"])
    evidence = frame.assign(
        home="85010501|" + frame["house"], village="85010501", born="2015-03-04", low=16498.0, high=16498.0
    )
    return as_evidence(evidence.assign(family=None, nickname=None, mother=None, sex="female"), load_survey().linking)


@pytest.mark.parametrize("number", [*WORDS, *MADE_UP, "1999900000014", "0812345678", "9999999999999", "", None])
def test_what_is_no_number_is_not_handed_on(number: str | None) -> None:
    assert _evidence((2025, "มาลี", "1", number))["number"].isna().all()


def test_a_number_that_different_children_have_is_evidence_in_no_round() -> None:
    rows = _evidence(
        (2025, "มานี", "1", RIGHT), (2025, "มานะ", "1", RIGHT), (2026, "มานี", "1", RIGHT), (2026, "ปิติ", "2", OTHER)
    )
    assert without_shared_numbers(rows, ["round"])["number"].dropna().tolist() == [OTHER]


def test_a_number_on_one_child_twice_stays_that_childs() -> None:
    rows = _evidence((2025, "มานี", "1", RIGHT), (2025, "มานี", "2", RIGHT), (2026, "มานี", "1", RIGHT))
    assert without_shared_numbers(rows, ["round"])["number"].notna().all()


def test_a_mothers_number_on_all_her_children_joins_none_of_them() -> None:
    home = at_home(3)
    twins = [child(2025, "มานี", number=RIGHT, **home), child(2025, "มานะ", number=RIGHT, **home)]
    later = [child(2026, "มานะ", number=RIGHT, **home), child(2026, "ปิติ", number=RIGHT, **home)]
    frame = pd.DataFrame([*twins, *later])
    kept = without_shared_numbers(frame, ["round"])["number"]
    rows = [
        {**row, "number": number if isinstance(number, str) else None}
        for row, number in zip([*twins, *later], kept, strict=True)
    ]
    assert list(linked([*rows, *village((2025, 2026))]).cluster[:4]) == [0, 1, 1, 3]


@pytest.mark.parametrize("house", ["0", "000", "-", "ไม่มี", "ไม่มีเลขที่", "N/A", "9999"])
def test_families_without_a_house_number_do_not_share_a_house(house: str) -> None:
    assert _evidence((2025, "มานี", house, None))["home"].isna().all()
    assert _evidence((2025, "มานี", "12/3", None))["home"].notna().all()


def test_a_number_that_a_whole_camp_shares_is_no_house() -> None:
    camp = [(2025, f"มานี{number}", "88", None) for number in range(21)]
    assert _evidence(*camp)["home"].isna().all()
    assert _evidence(*camp[:8])["home"].notna().all()


def test_the_first_of_january_is_a_year() -> None:
    rows = _evidence((2025, "มานี", "1", None), (2025, "มานะ", "1", None)).drop(columns="round").assign(round_=2025)
    evidence = as_evidence(rows.assign(born=["2015-01-01", "2015-01-02"]), load_survey().linking)
    assert evidence["born"].tolist() == ["2015", "2015-01-02"]
    # Days since 1970: 45 years with 11 leap days between, and the year's 364 more.
    assert [evidence["low"].iloc[0], evidence["high"].iloc[0]] == [45 * 365 + 11, 45 * 365 + 11 + 364]


def _linked_with_mother(mother: str | None) -> Linkage:
    """Two rows of one given name and year in two villages, and what is said of the mother in both."""
    far = {"village": "85030201", "home": "85030201|9"}
    rows = [child(2025, "มาลี", mother=mother, born="2015"), child(2026, "มาลี", mother=mother, born="2015", **far)]
    return linked([*rows, *village((2025, 2026))])


@pytest.fixture(scope="module")
def without() -> Linkage:
    return _linked_with_mother(None)


FILLERS = ["ไม่ทราบ", "เสียชีวิต", "ตาย", "-", "unknown", "ไม่มี", "deceased"]


@pytest.mark.parametrize("filler", FILLERS if THOROUGH else ["ไม่ทราบ", "ตาย", "-", "deceased"])
def test_mothers_of_whom_nothing_is_known_are_not_one_mother(without: Linkage, filler: str) -> None:
    with_filler = _linked_with_mother(filler)
    assert with_filler.cluster[1] == without.cluster[1] == 1
    assert np.array_equal(with_filler.pairs["weight"], without.pairs["weight"])


def test_the_number_that_is_written_is_stored_as_it_is(draw: Draw, tmp_path: Path) -> None:
    merge([draw({**MALI, "national_id": "9999999999999"})], tmp_path / "s.duckdb")
    with duckdb.connect(str(tmp_path / "s.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT national_id FROM current_child").fetchall() == [("9999999999999",)]
