"""A store of two rounds worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from stdnum.th.pin import calc_check_digit

from cpms_cli import merge
from tests.summaries.figures.two_rounds import KAPOE, PAK_NAM

# a to j: where each child lives in 2025 and 2026, and when it was born. c turns 18; d is not found again; the family of
# e refuses in 2026; f moves to Kapoe; g is born; h migrates in from Myanmar; i and j are seen for the first time.
BORN = {
    "a": "2016-06-01",
    "b": "2018-02-03",
    "c": "2008-06-01",
    "d": "2015-01-20",
    "e": "2017-09-09",
    "f": "2014-04-11",
    "g": "2026-03-01",
    "h": "2012-12-12",
    "i": "2013-07-30",
    "j": "2011-05-05",
}


THEN = {
    "a": (PAK_NAM, 1),
    "b": (PAK_NAM, 1),
    "c": (PAK_NAM, 2),
    "d": (PAK_NAM, 3),
    "e": (PAK_NAM, 4),
    "f": (PAK_NAM, 5),
}


NOW = {
    "a": (PAK_NAM, 1),
    "b": (PAK_NAM, 1),
    "g": (PAK_NAM, 1),
    "e": (PAK_NAM, 4),
    "h": (PAK_NAM, 6),
    "i": (PAK_NAM, 7),
    "f": (KAPOE, 1),
    "j": (KAPOE, 2),
}


ANSWERS: dict[str, dict[str, str]] = {
    "e": {"consent": "no"},
    "f": {"chronic_illness": "unknown"},
    "h": {
        "nationality": "MM",
        "id_document": "none",
        "health_insurance": "none",
        "in_school": "none",
        "arrived_community": "within_12_months",
        "arrived_from": "MM",
        "birth_registered": "unknown",
    },
}


def _rows(base: Mapping[str, Mapping[str, Any]], year: int, homes: Mapping[str, tuple[str, int]]) -> pd.DataFrame:
    rows = []
    for letter, (village, home) in homes.items():
        position = list(BORN).index(letter)
        number = f"19999{position:07d}"
        rows.append(
            {
                **base["household"],
                **base["child"],
                "round": year,
                "interview_date": f"{year}-11-15",
                "village_code": village,
                "household_no": home,
                "child_no": position + 1,
                "members_under_18": 1,
                "national_id": number + calc_check_digit(number),
                "given_name": f"ชื่อ{'กขคงจฉชซญฐ'[position] * 3}",
                "birth_date": BORN[letter],
                "sex": "male" if letter == "f" else "female",
                **(ANSWERS.get(letter, {}) if year == 2026 else {}),
            }
        )
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    for year, homes in ((2025, THEN), (2026, NOW)):
        _rows(base, year, homes).to_csv(folder / f"{year}.csv", index=False, encoding="utf-8")
    merge([folder / "2025.csv", folder / "2026.csv"], folder / "s.duckdb")
    return folder / "s.duckdb"
