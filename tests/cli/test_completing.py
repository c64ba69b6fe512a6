"""What the shell proposes for an option or a CPMS ID, and that nothing else happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cpms_cli import list_children
from tests.conftest import Cpms, Draw


@pytest.fixture
def proposed(cpms: Cpms, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., list[str]]:
    """Asks as bash does, in an empty folder: the words so far, of which the last is to be completed."""
    monkeypatch.chdir(tmp_path)

    def ask(*words: str) -> list[str]:
        monkeypatch.setenv("_CPMS_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", " ".join(["cpms", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        ran = cpms()
        assert (ran.code, ran.err) == (0, "")
        monkeypatch.delenv("_CPMS_COMPLETE")
        return ran.out.split()

    return ask


def test_levels_indicators_and_areas_need_no_store(proposed: Callable[..., list[str]]) -> None:
    assert proposed("children", "--risk", "v") == ["victim"]
    assert proposed("children", "--indicator", "2") == ["2", "20", "21", "22"]
    assert proposed("indicator", "11") == ["11"]
    # With no more than a province, its districts; below a district, its subdistricts.
    assert "8501" in proposed("children", "--area", "85")
    assert "850105" in proposed("today", "--area", "8501")
    assert proposed("children", "--risk", "nothing") == []


def test_thai_words_are_completed_as_well_as_codes(proposed: Callable[..., list[str]]) -> None:
    assert proposed("children", "--risk", "เสี่ยงส") == ["เสี่ยงสูง"]
    assert proposed("children", "--indicator", "ไม่มีสัญ") == ["ไม่มีสัญชาติไทย"]
    assert proposed("children", "--area", "ระนอ") == ["ระนอง"]
    # A name of two words, as Mueang Ranong, would be two for the shell: only the one of a single word is completed.
    assert proposed("children", "--area", "Mueang") == ["Mueang"]


def test_a_cpms_id_is_completed_from_the_store(proposed: Callable[..., list[str]], cpms: Cpms, draw: Draw) -> None:
    assert proposed("child", "show", "C") == [], "there is no store"
    assert cpms("merge", draw({}, {"household_no": "2"}), "--store", "cpms.duckdb").code == 0
    children = sorted(list_children("cpms.duckdb")["cpms_id"])
    assert proposed("child", "show", "C") == children
    assert proposed("response", "add", children[0][:-1]) == children[:1]
    assert proposed("child", "dispute", "C") == children


def test_rounds_are_those_of_the_store(proposed: Callable[..., list[str]], cpms: Cpms, draw: Draw) -> None:
    assert proposed("children", "--round", "2") == [], "there is no store"
    assert cpms("merge", draw({"round": 2026}), "--store", "cpms.duckdb").code == 0
    assert proposed("children", "--round", "25") == ["2569"]
    assert proposed("children", "--round", "20") == ["2026"]
    Path("cpms.toml").write_text("", "utf-8")
    assert proposed("children", "--round", "25") == ["2569"], "in an office nothing is printed but proposals"
