"""`cpms history` and `cpms undo`: every merge can be taken back, and the store is then what it was, to the byte."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cpms_cli import check_store, merge, undo
from cpms_cli.store.content import dump
from tests.conftest import THOROUGH, Cpms, Draw, MakeOnce


def test_undo_gives_back_the_state_before_to_the_byte(cpms: Cpms, grown_stores: Sequence[Path], tmp_path: Path) -> None:
    store = shutil.copy(grown_stores[2], tmp_path / "s.duckdb")
    for batch, before in ((3, dump(grown_stores[1])), (2, dump(grown_stores[0]))):
        assert cpms("undo", batch, "--store", store).code == 0
        assert dump(store) == before
    assert check_store(store)["violations"].sum() == 0


def test_a_corrected_file_undone_brings_the_earlier_row_back(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    cpms("merge", draw({"national_id": "1999900000013"}, {}), "--store", store)
    before = dump(store)
    corrected = draw({"sex": "male"}, {}, name="corrected.csv")
    assert "1 stored" in cpms("merge", corrected, "--store", store).out
    ran = cpms("undo", 2, "--store", store)
    assert "1 row is gone, 1 earlier row is back" in ran.out
    assert dump(store) == before


def test_an_undone_file_can_be_merged_again_under_a_new_number(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store, file = tmp_path / "s.duckdb", draw({}, {})
    cpms("merge", file, "--store", store)
    cpms("undo", 1, "--store", store)
    assert "2 rows in = 2 stored + 0 unchanged + 0 set aside" in cpms("merge", file, "--store", store).out
    document = cpms("history", "--store", store, "--format", "json").json
    assert [batch["batch_id"] for batch in document["batches"]] == [2]
    assert [(event["what"], event["batch_id"]) for event in document["events"]] == [("undo", 1)]


def test_history_says_who_merged_what_with_which_counts(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    merge([draw({}, {"sex": "x"})], store, who="somying")
    ran = cpms("history", "--store", store)
    (line,) = [line for line in ran.out.splitlines() if "survey.csv" in line]
    assert "somying" in line
    assert line.split()[-4:] == ["2", "1", "0", "1"]


@pytest.mark.parametrize(
    ("batch", "expected"), [(1, "batches 2 were merged after it"), (9, "no batch has this number")]
)
def test_what_cannot_be_undone_is_said(cpms: Cpms, draw: Draw, once: MakeOnce, batch: int, expected: str) -> None:
    files = [draw({}), draw({}, {}, name="more.csv")]

    def make(store: Path) -> None:
        for file in files:
            merge([file], store)

    store = once(make)
    before = dump(store)
    ran = cpms("undo", batch, "--store", store)
    assert ran.code == 2
    assert expected in ran.err
    assert dump(store) == before


def test_withdrawn_consent_is_not_undone(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    cpms("merge", draw({"given_name": "มะลิลา"}), "--store", store)
    assert "มะลิลา" in dump(store)
    cpms("merge", draw({"consent": "no"}, name="refused.csv"), "--store", store)
    ran = cpms("undo", 2, "--store", store)
    assert "withdrew consent" in ran.out
    assert "มะลิลา" not in dump(store)


ANSWERS = st.fixed_dictionaries(
    {
        "household_no": st.sampled_from(["1", "2"]),
        "sex": st.sampled_from(["female", "male", "?"]),
        "national_id": st.sampled_from([None, "1999900000013", "1999900000021"]),
        "dwelling": st.sampled_from(["own", "rented"]),
    }
)


@settings(
    max_examples=4 if THOROUGH else 2, derandomize=not THOROUGH, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(files=st.lists(st.lists(ANSWERS, min_size=1, max_size=3), min_size=2, max_size=3))
def test_any_merges_are_undone_one_by_one(files: list[list[dict[str, str]]], draw: Draw, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    store = tmp_path_factory.mktemp("any") / "s.duckdb"
    numbers, states = itertools.count(), []
    for rows in files:
        merge([draw(*rows, name=f"file{next(numbers)}.csv")], store)
        states.append(dump(store))
        assert check_store(store)["violations"].sum() == 0
    for batch in range(len(files), 1, -1):
        undo(store, batch)
        assert dump(store) == states[batch - 2]


@pytest.mark.parametrize("width", [60, 74, 80])
@pytest.mark.parametrize("language", ["en", "th"])
def test_in_a_narrow_window_no_name_of_a_file_and_no_heading_is_broken(
    cpms: Cpms, sample_store: Path, monkeypatch: pytest.MonkeyPatch, width: int, language: str
) -> None:
    words = ("history", "--store", sample_store, "--lang", language)
    wide = set(cpms(*words).out.split())
    monkeypatch.setenv("COLUMNS", str(width))
    narrow = cpms(*words).out
    assert max(map(cell_len, narrow.splitlines())) <= width
    pieces = {word.removesuffix(":") for word in narrow.split() if not set(word) <= set("─")} - wide
    assert pieces == set(), pieces
    assert narrow.count("survey_2568.xlsx") == 1
