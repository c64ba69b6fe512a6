"""`cpms link rebuild`: all links anew, which are those that were there."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import Cpms


def test_nobody_is_another_child_after_all_links_were_made_anew(cpms: Cpms, sample_store: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(sample_store, tmp_path / "cpms.duckdb"))
    before = cpms("children", "--store", store, "--identified", "--format", "csv").out
    rebuilt = cpms("link", "rebuild", "--store", store, "--format", "json")
    assert rebuilt.code == 0
    assert rebuilt.json["moved"] == 0
    assert rebuilt.json["rows"] == 902  # 1,066 rows of the samples are stored, 164 of them of households
    assert cpms("children", "--store", store, "--identified", "--format", "csv").out == before


def test_the_history_says_that_it_was_done(cpms: Cpms, sample_store: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(sample_store, tmp_path / "cpms.duckdb"))
    assert "0 of them of another child" in cpms("link", "rebuild", "--store", store).out
    assert "all links made anew by hand" in cpms("history", "--store", store).out
