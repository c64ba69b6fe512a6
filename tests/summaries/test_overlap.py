"""Given ten known children, `cpms overlap` says which indicators occur together, with bounds for what is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cpms_cli import merge, overlap
from cpms_cli.summaries.rounds.overlap import Overlap
from tests.conftest import Cpms, write_drawn

FOREIGN, UNREGISTERED, ARRIVED = 1, 2, 8


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """Ten children, each alone in a home; the first is a boy."""
    foreign, unregistered = {"nationality": "MM"}, {"birth_registered": "not_registered"}
    answers: list[dict[str, Any]] = [
        {**foreign, **unregistered, "arrived_community": "within_12_months", "sex": "male"},
        {**foreign, **unregistered},
        {**foreign, "birth_registered": "unknown"},
        foreign,
        unregistered,
        {"nationality": None},
        {},
        {},
        {},
        {},
    ]
    folder = tmp_path_factory.mktemp("overlap")
    rows = [
        {"sex": "female", **entry, "household_no": number, "child_no": 1}
        for number, entry in enumerate(answers, start=1)
    ]
    merge([write_drawn(folder / "2026.csv", base, rows)], folder / "s.duckdb")
    return folder / "s.duckdb"


@pytest.fixture(scope="module")
def summary(store: Path) -> Overlap:
    summary: Overlap = overlap(store)
    return summary


def test_children_by_number_of_indicators_with_bounds(summary: Overlap) -> None:
    """The third child has one or two, the sixth none or one."""
    assert summary.children == 10
    assert summary.numbers.to_dict("list") == {
        "number": [0, 1, 2, 3],
        "certain": [5, 3, 1, 1],
        "possible": [4, 3, 2, 1],
        "at_least": [10, 5, 2, 1],
        "at_most": [10, 6, 3, 1],
    }


@pytest.mark.parametrize(
    ("number", "expected"),
    [(FOREIGN, (4, 2, 1, 1, 0, 0.75)), (UNREGISTERED, (3, 1, 1, 1, 0, 1.0)), (ARRIVED, (1, 0, 0, 1, 0, 2.0))],
)
def test_how_many_others_a_child_with_one_indicator_has(
    summary: Overlap, number: int, expected: tuple[float, ...]
) -> None:
    row = summary.single.set_index("number").loc[number].drop("name")
    assert tuple(row) == expected


def test_pairs_are_shares_of_children_of_whom_both_are_known(summary: Overlap) -> None:
    """1 and 2: known of 8, 3 and 3 of them have each: 9/8 expected. 1 and 8: of 9, 4 and 1. 2 and 8: of 9, 3 and 1."""
    columns = [
        "first",
        "second",
        "children",
        "known",
        "possible",
        "share",
        "expected",
        "lift",
        "second_of_first",
        "first_of_second",
    ]
    expected = [
        (1, 2, 2, 8, 3, 2 / 8, 9 / 8, 16 / 9, 2 / 3, 2 / 3),
        (1, 8, 1, 9, 1, 1 / 9, 4 / 9, 9 / 4, 1 / 4, 1.0),
        (2, 8, 1, 9, 1, 1 / 9, 3 / 9, 3.0, 1 / 3, 1.0),
    ]
    rows = list(summary.pairs[columns].itertuples(index=False, name=None))
    assert [pytest.approx(row) for row in expected] == rows


def test_triples(summary: Overlap) -> None:
    """Known of 8, of whom 3, 3 and 1 have each: 9/64 expected."""
    [row] = summary.triples.to_dict("records")
    assert (row["first"], row["second"], row["third"], row["children"], row["known"]) == (1, 2, 8, 1, 8)
    assert (row["expected"], row["lift"]) == (pytest.approx(9 / 64), pytest.approx(64 / 9))


def test_by_group_each_group_is_counted_alone(store: Path) -> None:
    by_sex = overlap(store, by=["sex"]).numbers
    boys = by_sex[by_sex["sex"] == "male"]
    assert boys[["sex_label", "number", "certain"]].to_numpy().tolist()[-1] == ["Male", 3, 1]
    assert by_sex["certain"].sum() == 10


def test_a_triple_of_which_an_answer_is_unknown_now_has_not_ceased(
    cpms: Cpms, tmp_path: Path, base: Mapping[str, Mapping[str, Any]]
) -> None:
    """Two of three children have all of 1, 2 and 8; a year later one is registered, and of one it is not known."""
    having = {"nationality": "MM", "arrived_community": "within_12_months"}
    for year, registered in ((2025, ("not_registered", "not_registered")), (2026, ("certificate", "unknown"))):
        answers: list[dict[str, Any]] = [*({**having, "birth_registered": answer} for answer in registered), {}]
        rows = [
            {**entry, "household_no": number, "child_no": 1, "round": year, "interview_date": f"{year}-03-01"}
            for number, entry in enumerate(answers, start=1)
        ]
        merge([write_drawn(tmp_path / f"{year}.csv", base, rows)], tmp_path / "s.duckdb")
    words = ("overlap", "--rounds", "2568:2569", "--store", tmp_path / "s.duckdb")
    document = cpms(*words, "--format", "json").json
    columns = ("round", "first", "second", "third", "children", "possible", "known", "share", "expected")
    assert [tuple(row[name] for name in columns) for row in document["triples"]] == [
        (2025, 1, 2, 8, 2, 2, 3, pytest.approx(2 / 3), pytest.approx(8 / 9)),
        (2026, 1, 2, 8, 0, 1, 2, 0, 0),
    ]
    pairs = {
        (row["round"], row["first"], row["second"]): (row["children"], row["possible"]) for row in document["pairs"]
    }
    assert pairs == {
        (2025, 1, 2): (2, 2),
        (2025, 1, 8): (2, 2),
        (2025, 2, 8): (2, 2),
        (2026, 1, 8): (2, 2),
        (2026, 1, 2): (0, 1),
        (2026, 2, 8): (0, 1),
    }
    lines = [" ".join(line.split()) for line in cpms(*words).out.splitlines()]
    names = "1 No Thai nationality 2 No birth registration 8 Migrated into community (child)"
    assert f"{names} 2 (66.7 %) 0 – 1 (0.0 %)" in lines


def test_in_every_format_and_in_thai(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    lines = [" ".join(line.split()) for line in cpms("overlap", "--top", "1", "--store", store).out.splitlines()]
    assert lines[0] == "The whole store, round 2026: indicators that occur together in 10 children"
    pair = "1 No Thai nationality 2 No birth registration 2 25.0 % 3 1.1 1.8 66.7 % 66.7 %"
    assert pair in lines
    assert sum(line.startswith("1 No Thai nationality") for line in lines) == 3  # itself, one pair, one triple
    document = cpms("overlap", "--area", "850105", "--format", "json", "--store", store).json
    assert (document["children_total"], document["area"], len(document["pairs"])) == (10, "850105", 3)
    assert cpms("overlap", "-o", tmp_path / "o.xlsx", "--store", store).code == 0
    sheets = pd.read_excel(tmp_path / "o.xlsx", sheet_name=None, engine="openpyxl")
    assert list(sheets) == ["How many indicators", "Each indicator", "Pairs", "Triples", "Notes"]
    thai = cpms("overlap", "--lang", "th", "--by", "sex", "--store", store).out
    assert {word for word in thai.split() if word.isascii() and word.isalpha()} == set()


@pytest.mark.parametrize(
    "words",
    [
        ["--area", "840101"],
        ["--area", "85010502"],
        ["--round", "2560"],
        ["--by", "sex", "--by", "village", "--by", "age_group"],
    ],
)
def test_wrong_use_is_told_in_one_sentence(cpms: Cpms, store: Path, words: list[str]) -> None:
    ran = cpms("overlap", *words, "--store", store)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
