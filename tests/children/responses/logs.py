"""What tests of responses share: logs written by hand, and what the store and the list of who is due say."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from tests.conftest import Cpms

DAY, END = ("--as-of", "2569-03-20"), datetime.date(2026, 3, 20)


HURT, UNKNOWN, WORKS = {"violence_physical": "yes"}, {"violence_physical": "unknown"}, {"work_hazardous": "yes"}


def write_round(
    folder: Path, base: Mapping[str, Mapping[str, Any]], year: int, homes: Mapping[int, Mapping[str, Any]]
) -> Path:
    """A flat survey file of one round, interviewed on the first of March, a child in each house."""
    plain = {**base["household"], **base["child"], "left_alone": "no", "round": year, "interview_date": f"{year}-03-01"}
    rows = [
        {
            **plain,
            "household_no": str(home),
            "national_id": None,
            "given_name": f"ชื่อลับ{home}",
            "birth_date": f"2016-06-{home:02}",
            **answers,
        }
        for home, answers in homes.items()
    ]
    path = folder / f"{year}-{len(homes)}.csv"
    pd.DataFrame(rows).astype("object").to_csv(path, index=False)
    return path


def ids_by_house(store: Path) -> dict[int, str]:
    """The identifier of the child of each house."""
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute("SELECT DISTINCT household_no::INTEGER, cpms_id FROM child_link").fetchall()
    return {int(home): str(identifier) for home, identifier in rows}


def write_log(path: Path, *rows: Mapping[str, Any]) -> Path:
    frame = pd.DataFrame(rows).astype("object")
    if path.suffix == ".csv":
        frame.to_csv(path, index=False, encoding="utf-8")
    else:
        frame.to_excel(path, index=False, sheet_name="response")
    return path


def thai_line(identifier: str, kind: str, date: str, outcome: str = "") -> dict[str, str]:
    cells = {"รหัสเด็ก": identifier, "วันที่ดำเนินการ": date, "การดำเนินการ": kind}
    return {**cells, "หน่วยงาน": "พมจ", "ผลการดำเนินการ": outcome}


def read_due(cpms: Cpms, store: Path, *words: object) -> list[dict[str, Any]]:
    ran = cpms("response", "due", *DAY, *words, "--store", store, "--format", "json")
    due: list[dict[str, Any]] = ran.json["due"]
    return due


def type_in(cpms: Cpms, store: Path, home: int, kind: str, date: str, *words: object) -> None:
    ran = cpms("response", "add", ids_by_house(store)[home], "--kind", kind, "--date", date, *words, "--store", store)
    assert ran.code == 0, ran.err
