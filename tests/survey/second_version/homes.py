"""A home with all that the second version asks about it, and cells of a store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

SINCE_2569 = ("house_code", "latitude", "longitude", "phone", "chore_hours_week")


HOME = {"house_code": "99990000017", "latitude": "9.96542", "longitude": "98.63547", "phone": "077001234"}


def read_cells(store: Path, table: str, *names: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(f"SELECT round, {', '.join(names)} FROM current_{table} ORDER BY ALL").fetchall()


def only_child(store: Path) -> str:
    with duckdb.connect(str(store), read_only=True) as connection:
        return str(connection.execute("SELECT min(cpms_id) FROM child_link").fetchone()[0])  # type: ignore[index]
