"""Commands that list or count, asked for what is not there: they say so, and never show an empty list that reads as if
nobody needed help."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli import load_survey
from cpms_cli.store.file import open_store
from tests.conftest import Cpms

LISTS = (
    "children --risk victim",
    "visits",
    "response due",
    "response summary",
    "rights",
    "overlap",
    "migration",
    "indicator 3",
)


@pytest.mark.parametrize("command", LISTS)
def test_an_area_without_data_is_told(command: str, cpms: Cpms, sample_store: Path) -> None:
    """10 is Bangkok, which is in no sample; 99 is no code, ก no name; nothing at all is no area either."""
    for area, refusal in (
        ("10", "the store has no children of this area"),
        ("99", "has this code"),
        ("ก", "no area is called so"),
        ("", "has this code"),
    ):
        ran = cpms(*command.split(), "--area", area, "--store", sample_store)
        assert ran.code == 2
        assert refusal in ran.err.lower()
        assert ran.out == ""
    ran = cpms(*command.split(), "--area", "850105", "--store", sample_store)
    assert ran.code == 0


@pytest.mark.parametrize("command", ["children", "visits", "indicator 3"])
def test_a_round_that_was_not_merged_is_told(command: str, cpms: Cpms, sample_store: Path) -> None:
    ran = cpms(*command.split(), "--round", "2570", "--store", sample_store, "--lang", "th")
    assert ran.code == 2
    assert "2570" in ran.err
    assert "2567, 2568, 2569" in ran.err


@pytest.mark.parametrize("command", [*LISTS, "export records r.csv", "export figures f.csv"])
def test_an_empty_store_is_told(command: str, cpms: Cpms, tmp_path: Path) -> None:
    """As it is left where every row of the first file was set aside."""
    with open_store(tmp_path / "s.duckdb", load_survey(), write=True, made_by=""):
        pass
    ran = cpms(*command.split(), "--store", tmp_path / "s.duckdb")
    assert ran.code == 2
    assert "no child" in ran.err


@pytest.mark.parametrize("kind", ["records", "figures"])
def test_an_export_of_no_area_is_refused(kind: str, cpms: Cpms, sample_store: Path, tmp_path: Path) -> None:
    for area in ("", "ก", "999999"):
        ran = cpms("export", kind, tmp_path / "x.csv", "--area", area, "--store", sample_store)
        assert ran.code == 2
        assert not (tmp_path / "x.csv").exists()
