"""A number of its own leads to a child again, unless something contradicts it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from cpms_cli import merge
from cpms_cli.survey.identifiers import new_identifier
from tests.conftest import SAMPLES, Draw, MakeOnce


def _rows(store: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_no_two_people_of_the_truth_are_made_one(sample_store: Path) -> None:
    truth = pd.read_csv(SAMPLES / "truth.csv", dtype=str)
    key = ["round", "village_code", "household_no", "child_no"]
    with duckdb.connect(str(sample_store), read_only=True) as connection:
        linked = connection.execute("SELECT * FROM child_link").df()
    both = linked.merge(truth, on=key)
    assert len(both) > 800
    assert (both.groupby("cpms_id")["person_id"].nunique() == 1).all()
    with_id = both[both["how"] == "identified"]
    assert (with_id.groupby("person_id")["cpms_id"].nunique() == 1).all()
    assert with_id["person_id"].nunique() > 150


def _years(draw: Draw, *answers: dict[str, object]) -> list[Path]:
    return [
        draw({"round": year, "interview_date": f"{year}-11-15", **answer}, name=f"{year}.csv")
        for year, answer in zip((2024, 2025, 2026), answers, strict=False)
    ]


VALID_ID = "1999900000013"


@pytest.mark.parametrize(
    ("second", "people"),
    [
        ({"national_id": VALID_ID}, 1),
        ({"national_id": VALID_ID, "village_code": "85010502"}, 1),
        ({"national_id": VALID_ID, "given_name": "อื่น"}, 1),
        ({"national_id": VALID_ID, "birth_date": "2016"}, 1),
        ({"national_id": VALID_ID, "sex": "male"}, 2),
        ({"national_id": VALID_ID, "birth_date": "2012-02-20"}, 2),
        ({"national_id": "1999900000014"}, 1),
        ({"national_id": None}, 1),
    ],
)
def test_a_national_id_links_unless_something_contradicts(
    draw: Draw, once: MakeOnce, second: dict[str, object], people: int
) -> None:
    first, later = _years(draw, {"national_id": VALID_ID}, second)
    store = once(lambda path: merge([first], path))
    merge([later], store)
    assert _rows(store, "SELECT count(DISTINCT cpms_id) FROM child_link") == [(people,)]


def test_an_id_used_by_two_children_of_a_round_links_neither(draw: Draw, tmp_path: Path) -> None:
    merge([draw({"national_id": VALID_ID}, {"national_id": VALID_ID}, name="a.csv")], tmp_path / "s.duckdb")
    merge(
        [draw({"round": 2025, "interview_date": "2025-11-15", "national_id": VALID_ID}, name="b.csv")],
        tmp_path / "s.duckdb",
    )
    assert _rows(tmp_path / "s.duckdb", "SELECT count(DISTINCT cpms_id) FROM child_link") == [(3,)]


def test_a_carried_cpms_id_links_across_everything_else(draw: Draw, tmp_path: Path) -> None:
    own_id = new_identifier("C")
    rows_of_rounds: list[dict[str, object]] = [
        {"cpms_id": own_id},
        {"cpms_id": own_id, "village_code": "85020101", "sex": "male"},
        {},
    ]
    merge(_years(draw, *rows_of_rounds), tmp_path / "s.duckdb")
    rows = _rows(
        tmp_path / "s.duckdb", "SELECT round FROM child_link WHERE cpms_id = ? ORDER BY 1".replace("?", f"'{own_id}'")
    )
    assert rows == [("2024",), ("2025",)]
