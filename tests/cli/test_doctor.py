"""`cpms doctor`: what is sound, what is not, and what to do about it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cpms_cli import load_survey, merge
from tests.conftest import Cpms, Draw, MakeOnce


def _verdicts(printed: str) -> dict[str, str]:
    return {sign["item"]: sign["verdict"] for sign in json.loads(printed)["signs"]}


def test_a_sound_installation_says_so_with_the_hash_of_its_definition(cpms: Cpms) -> None:
    ran = cpms("doctor", "--format", "json")
    results = {sign["item"]: sign["found"] for sign in json.loads(ran.out)["signs"]}
    assert ran.code == 0
    assert results["definition"] == load_survey().digest
    assert "duckdb 1.5.5" in results["packages"]
    assert set(_verdicts(ran.out).values()) <= {"ok", "look"}


@pytest.fixture
def store(draw: Draw, once: MakeOnce) -> Path:
    """Two children."""
    survey = draw({}, {})
    return once(lambda path: merge([survey], path))


def test_a_plain_store_is_healthy_but_can_be_read_by_anybody(cpms: Cpms, store: Path) -> None:
    ran = cpms("doctor", "--store", str(store), "--format", "json")
    verdicts = _verdicts(ran.out)
    assert (ran.code, verdicts["store"], verdicts["invariants"], verdicts["plain"]) == (0, "ok", "ok", "look")
    assert "store encrypt" in cpms("doctor", "--store", str(store)).out


def test_an_encrypted_store_is_sound_with_its_key_and_asks_for_it_without(
    cpms: Cpms, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CPMS_KEY", "a long key of nobody")
    assert cpms("store", "encrypt", "--store", str(store)).code == 0
    assert _verdicts(cpms("doctor", "--store", str(store), "--format", "json").out)["encrypted"] == "ok"
    monkeypatch.delenv("CPMS_KEY")
    ran = cpms("doctor", "--store", str(store))
    assert (ran.code, "CPMS_KEY" in ran.err) == (2, True)


@pytest.mark.parametrize(("lang", "words"), [("en", "not a cpms store"), ("th", "cpms store check")])
def test_a_file_that_is_no_store_is_wrong_in_words(cpms: Cpms, tmp_path: Path, lang: str, words: str) -> None:
    store = tmp_path / "holiday.duckdb"
    store.write_bytes(b"pictures of the sea" * 100)
    ran = cpms("doctor", "--store", str(store), "--lang", lang)
    assert ran.code == 1
    assert words in ran.out
    assert store.read_bytes() == b"pictures of the sea" * 100


def test_a_definition_that_contradicts_itself_is_named_with_its_line(cpms: Cpms, tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parents[2] / "schemas", tmp_path / "schemas")
    file = tmp_path / "schemas" / "rights.yaml"
    file.write_text(file.read_text("utf-8").replace("levels: [victim, high_risk]", "levels: [victims]"), "utf-8")
    ran = cpms("doctor", "--schemas", str(tmp_path / "schemas"))
    assert ran.code == 1
    assert "rights.yaml:" in ran.out
    assert "there is no level 'victims'" in ran.out
