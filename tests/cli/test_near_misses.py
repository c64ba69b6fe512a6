"""What a file may say in Thai, an option may too; and what is nearly right is proposed in the user's language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cpms_cli import merge
from tests.conftest import Cpms, made_once, write_drawn


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: dict[str, dict[str, Any]]) -> Path:
    """A victim and a child without such an answer, in Pak Nam (850105)."""

    def make(path: Path) -> None:
        rows = [{"household_no": "1", "violence_physical": "yes"}, {"household_no": "2"}]
        merge([write_drawn(path.with_name("a.csv"), base, rows)], path)

    return made_once(tmp_path_factory, "near_misses", make)


@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        (["children", "--risk", "เสี่ยงสู"], "เสี่ยงสูง (high_risk)"),
        (["children", "--indicator", "ไม่มีสัญชาต"], "ไม่มีสัญชาติไทย (1)"),
        (["children", "--area", "หงา"], "หงาว, เมืองระนอง, ระนอง (850103)"),
        (["children", "--format", "jsn"], "หมายถึง json หรือไม่"),
        (["rights", "--list", "การศึกษ"], "การศึกษา (education)"),
        (["rights", "--by", "สัญชาด"], "สัญชาติ (nationality)"),
        (["response", "add", "C0000000000T", "--kind", "เยี่ยมบ้า", "--date", "1/11/2569"], "เยี่ยมบ้าน (home_visit)"),
        (["today", "--by", "คน"], "หมู่บ้าน (village)"),
    ],
)
def test_near_misses_are_answered_in_thai(cpms: Cpms, store: Path, words: list[str], proposed: str) -> None:
    ran = cpms(*words, "--store", store, "--lang", "th")
    assert (ran.code, ran.out) == (2, "")
    assert proposed in ran.err


@pytest.mark.parametrize(
    ("thai", "code"),
    [
        (["children", "--risk", "ผู้ถูกกระทำ"], ["children", "--risk", "victim"]),
        (["children", "--indicator", "ไม่มีสัญชาติไทย"], ["children", "--indicator", "1"]),
        # Provinces have several subdistricts of this name; the store has children of one.
        (["children", "--area", "ปากน้ำ"], ["children", "--area", "850105"]),
        (["community", "ตำบลปากน้ำ"], ["community", "850105"]),
        (["rights", "--by", "เพศ", "--list", "การศึกษา"], ["rights", "--by", "sex", "--list", "education"]),
    ],
)
def test_a_thai_word_is_the_code_that_it_stands_for(cpms: Cpms, store: Path, thai: list[str], code: list[str]) -> None:
    printed = [cpms(*words, "--store", store, "--format", "json") for words in (thai, code)]
    assert [ran.code for ran in printed] == [0, 0], printed[0].err
    assert printed[0].json == printed[1].json


def test_a_name_of_several_areas_is_asked_for_by_code(cpms: Cpms, tmp_path: Path) -> None:
    """Where no store says which of them is meant."""
    ran = cpms("template", "--prefill", "--area", "ปากน้ำ", "-o", tmp_path / "x.xlsx", "--store", tmp_path / "none")
    assert ran.code == 2
    assert "several areas are called so" in ran.err and "Pak Nam, Mueang Ranong, Ranong (850105)" in ran.err
