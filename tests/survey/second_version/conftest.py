"""A store of the first version of the survey."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A store that the version before these questions made: two children in the rounds 2568 and 2569; a case closed."""
    store = tmp_path / "first.duckdb"
    store.write_bytes(gzip.decompress((ROOT / "tests/stores/first_survey.duckdb.gz").read_bytes()))
    return store
