"""Rounds of known children to export."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tests.conftest import Cpms, write_drawn

Base = Mapping[str, Mapping[str, Any]]


PAK_NAM, KAPOE = "85010501", "85030201"


HOSTILE = {"given_name": "=1+1", "family_name": "+66 81 234", "other_name": "@SUM(A1)", "mother_name": "-2+3"}


# By house number: what is not as in the example, where a girl of ten goes to school and nothing is wrong.
GIVEN: dict[int, dict[str, Any]] = {
    1: {"services_received": "home_visit; cash"},
    2: {"in_school": "none"},
    3: {"drugs": "unknown"},
    4: {"drugs": "refused"},
    5: {"drugs": None, "services_received": "unknown"},
    6: HOSTILE,
    7: {"sex": "male"},
    8: {"sex": "male"},
}


def write_round(folder: Path, base: Base, year: int, houses: int, kapoe: int = 0) -> Path:
    """A child in each house; the last `kapoe` houses are in another subdistrict, where nothing is wrong."""
    names = "กขคงจฉชซญฐดตถทธนบปผฝ"
    rows = [
        {
            "round": year,
            "interview_date": f"{year}-11-15",
            "birth_date": f"{year - 10}-06-01",
            "household_no": house,
            "given_name": names[house % 20] * 3,
            "mother_name": names[house // 20] * 2 + names[house % 20],
            "village_code": KAPOE if house > houses else PAK_NAM,
            **GIVEN.get(house, {}),
        }
        for house in range(1, houses + kapoe + 1)
    ]
    return write_drawn(folder / f"{year}-{houses}.csv", base, rows)


def read_export(cpms: Cpms, store: Path, name: str, *options: str) -> pd.DataFrame:
    """Records as an analyst's tool has them."""
    path = store.with_name(name)
    ran = cpms("export", "records", path, "--store", store, *options)
    assert ran.code == 0, ran.err
    return pd.read_csv(path, dtype="str", keep_default_na=False)
