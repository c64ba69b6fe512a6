"""Stores of a few rounds with a girl in each, and what is asked of them about links."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from cpms_cli import merge
from tests.conftest import Draw


def query_store(store: Path, query: str) -> pd.DataFrame:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(query).df()


Row = dict[str, Any]
LAMAI: Row = {
    "given_name": "ละไม",
    "family_name": "เกาะทองใบ",
    "mother_name": "สายหยุด",
    "birth_date": "2016-03-21",
    "sex": "female",
}


def draw_rounds(draw: Draw, *rounds: list[Row]) -> list[Path]:
    """A file a list: the rounds from 2024 on."""
    files = []
    for year, rows in enumerate(rounds, start=2024):
        evidence_rows = [{"round": year, "interview_date": f"{year}-11-15", "other_name": None, **row} for row in rows]
        files.append(draw(*evidence_rows, name=f"{year}.csv"))
    return files


def merge_rounds(draw: Draw, tmp_path: Path, *rounds: list[Row]) -> Path:
    """A store with a round a list, from 2024 on."""
    merge(draw_rounds(draw, *rounds), tmp_path / "s.duckdb")
    return tmp_path / "s.duckdb"


def count_children(store: Path) -> int:
    return int(query_store(store, "SELECT count(DISTINCT cpms_id) AS n FROM child_link")["n"].iloc[0])


def count_waiting(store: Path) -> int:
    return len(query_store(store, "SELECT * FROM link_pair WHERE verdict = 'doubtful'"))
