"""A survey of three children in one village, as stores of data sets and of servers begin with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.conftest import write_drawn

RANONG, PHUKET = "85010501", "83010101"
Base = Mapping[str, Mapping[str, Any]]


def write_three_children(folder: Path, base: Base, village: str, year: int, **answers: object) -> Path:
    """Three children of three houses, the first with these answers; the birth date of the last is known to the year."""
    rows = [
        {
            "round": year,
            "interview_date": f"{year}-03-01",
            "village_code": village,
            "household_no": str(number),
            "given_name": name,
            "birth_date": "2014" if number == 3 else f"2014-06-{10 + number}",
            **(answers if number == 1 else {}),
        }
        for number, name in enumerate(("ก้อง", "ข้าว", "ไข่มุก"), start=1)
    ]
    return write_drawn(folder / f"{village}_{year}.csv", base, rows)
