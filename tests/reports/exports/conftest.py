"""A store of one round to export."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cpms_cli import merge
from tests.reports.exports.exported_rounds import Base, write_round


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: Base) -> Path:
    folder = tmp_path_factory.mktemp("export")
    merge([write_round(folder, base, 2026, 12)], folder / "s.duckdb")
    return folder / "s.duckdb"


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "s.duckdb"))
