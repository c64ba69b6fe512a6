"""Figures in a window of 80 columns, in Thai, and asked for amiss."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.conftest import Cpms


@pytest.mark.parametrize(
    "words",
    [
        ["indicator", "10", "--by", "sex", "--by", "nationality"],
        ["rights", "--list", "education"],
        ["migration", "--by", "village", "--by", "district"],
        ["migration", "--by", "sex", "--by", "age_group"],
        ["province", "85", "--by", "sex", "--by", "age_group"],
    ],
)
def test_a_window_of_80_columns_holds_it(
    cpms: Cpms, store: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ran = cpms(*words, "--store", store)
    assert ran.code == 0
    assert max(map(cell_len, ran.out.splitlines())) <= 80
    assert "quality" in ran.out


@pytest.mark.parametrize("words", [["indicator", "1"], ["rights"], ["migration"], ["province", "85", "--by", "sex"]])
def test_thai_shows_no_english_but_codes(cpms: Cpms, store: Path, words: list[str]) -> None:
    out = cpms(*words, "--store", store, "--lang", "th").out
    assert "2569" in out
    codes = {
        "list",
        "identified",
        "rights",
        "xlsx",
        "legal_status",
        "birth_registration",
        "education",
        "health_insurance",
        "protection_services",
        "audience",
    }
    assert {word for word in re.findall(r"[A-Za-z_]{4,}", out) if not word.isupper()} <= codes


@pytest.mark.parametrize(
    "words",
    [
        ["indicator", "23"],
        ["indicator", "1", "--by", "shoes"],
        ["indicator", "1", "--area", "840101"],
        ["rights", "--list", "flying"],
        ["rights", "--by", "sex", "--by", "village", "--by", "age_group"],
        ["migration", "--by", "village", "--by", "district", "--by", "sex"],
        ["migration", "--round", "2500"],
        ["community", "850105", "--by", "nothing"],
    ],
)
def test_wrong_use_is_told_in_one_sentence(cpms: Cpms, store: Path, words: list[str]) -> None:
    ran = cpms(*words, "--store", store)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
