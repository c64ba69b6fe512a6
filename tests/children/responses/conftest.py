"""A store whose children wait for a response, and the same store with some of them visited."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cpms_cli import merge
from tests.children.responses.logs import (
    HURT,
    UNKNOWN,
    WORKS,
    ids_by_house,
    write_round,
)

# By house number: what each child's household says in 2025 and in 2026; a round without an entry did not find it.
HOMES: dict[int, tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]] = {
    1: ({}, HURT),
    2: ({}, WORKS),
    3: (HURT, UNKNOWN),
    4: (HURT, {}),
    5: (HURT, None),
    6: ({}, {**HURT, "interview_date": None}),
    7: (HURT, {"drugs": "unknown"}),
    12: ({}, {}),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: dict[str, dict[str, Any]]) -> Path:
    """The store of HOMES, one batch a round; the second round carries the identifiers of the first."""
    folder = tmp_path_factory.mktemp("responses")
    store = folder / "s.duckdb"
    merge(
        [
            write_round(
                folder, base, 2025, {home: answers for home, (answers, _) in HOMES.items() if answers is not None}
            )
        ],
        store,
    )
    known = ids_by_house(store)
    later = {home: {**answers, "cpms_id": known[home]} for home, (_, answers) in HOMES.items() if answers is not None}
    merge([write_round(folder, base, 2026, later)], store)
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "s.duckdb"
    shutil.copy(made, copy)
    return copy


@pytest.fixture(scope="module")
def known(made: Path) -> dict[int, str]:
    """The identifier of the child of each house of HOMES."""
    return ids_by_house(made)
