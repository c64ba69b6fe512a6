"""A definition of people who have no family names, in which nobody is asked who moved in or where from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from cpms_cli.scoring.examples.proving import prove_definition
from cpms_cli.survey.proof.definition_proof import judged
from tests.conftest import Cpms, Draw, in_english
from tests.definitions import ask_for_one_name, ask_nobody_who_moved_in, change_file, copy_definition

NAMES = ("Aung San Win", "Hla Hla")
FAMILY = re.compile(r"[Ff]amily name|นามสกุล")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = copy_definition(tmp_path / "own")
    ask_for_one_name(folder)
    ask_nobody_who_moved_in(folder)
    return folder


def test_it_holds(own: Path) -> None:
    assert [in_english(problem) for problem in prove_definition(own).problems] == []


def test_every_step_has_one_name_and_speaks_of_no_other(own: Path, cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """Whole names are no slip here, and lists, forms and pages have one column for them."""
    store, children = tmp_path / "s.duckdb", ({"given_name": NAMES[0], "tobacco": "unknown"}, {"given_name": NAMES[1]})
    files = [
        draw(
            *({"round": year, "interview_date": f"{year}-11-15", **of} for of in children),
            name=f"{year}.csv",
            without=("family_name",),
        )
        for year in (2025, 2026)
    ]
    checked = cpms("validate", files[0], "--schemas", own)
    assert checked.code == 0, checked.err
    assert cpms("merge", *files, "--store", store, "--schemas", own).code == 0
    listed = cpms("children", "--format", "json", "--round", 2026, "--store", store).json["children"]
    assert len(listed) == 2
    visits, book = tmp_path / "visits.xlsx", tmp_path / "today.xlsx"
    for words in (
        ("children", "--identified"),
        ("find", "Aung", "--identified"),
        ("visits", "--identified"),
        ("visits", "--identified", "-o", visits),
        ("today", "--identified", "-o", book),
        ("today", "--identified"),
        ("response", "due", "--identified"),
        ("review", "export", tmp_path / "review.xlsx", "--identified"),
        ("child", listed[0]["cpms_id"], "--identified"),
        ("report", "child", listed[0]["cpms_id"], "-o", tmp_path / "child.md", "--identified"),
        ("template", "-o", tmp_path / "next.xlsx", "--prefill", "--area", "850105", "--identified"),
        ("link", "report"),
        ("export", "records", tmp_path / "records.csv"),
        ("store", "check"),
    ):
        ran = cpms(*words, "--store", store)
        assert ran.code == 0, (words, ran.err)
        assert FAMILY.search(f"{ran.out}{ran.err}") is None, words
    assert NAMES[0] in (tmp_path / "child.md").read_text("utf-8")
    for path in (visits, book, tmp_path / "next.xlsx"):
        cells = [str(cell.value) for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
        assert path == book or any(NAMES[0] in cell for cell in cells), path
        assert not any(FAMILY.search(cell) for cell in cells), path


def test_migration_says_what_was_not_asked(own: Path, cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """Nobody "moved in" without the question: that is neither a nought nor "nobody is known to have"."""
    store = tmp_path / "s.duckdb"
    first, now = ({"round": year, "interview_date": f"{year}-11-15", "given_name": "Hla"} for year in (2025, 2026))
    files = [
        draw(first, name="2025.csv"),
        draw(now, {**now, "given_name": "Mya", "birth_date": "2012"}, name="2026.csv"),
    ]
    assert cpms("merge", *files, "--store", store, "--schemas", own).code == 0
    shown = cpms("migration", "--store", store)
    assert "This survey does not ask who moved in" in " ".join(shown.out.split())
    assert "Nobody is known" not in shown.out
    assert "ไม่ถามว่าใครย้ายเข้ามา" in cpms("migration", "--store", store, "--lang", "th").out
    told_apart = cpms("migration", "--store", store, "--format", "json").json
    assert ["arrived" in row for row in told_apart["movement"]] == [False]
    assert [row["first_seen"] for row in told_apart["movement"]] == [1]
    assert cpms("migration", "--store", store, "--audience", "committee").code == 0
    assert cpms("migration", "--store", store, "--rounds", "2025:2026").code == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("origin: arrived_from\n", "", "where the survey does not ask it, write origin: false"),
        ("    arrived: true\n", "", "where the survey does not ask it, write origin: false"),
    ],
)
def test_what_was_only_forgotten_is_told(tmp_path: Path, old: str, new: str, words: str) -> None:
    folder = copy_definition(tmp_path / "own")
    change_file(folder, "migration.yaml", old, new)
    assert any(words in in_english(problem) for problem in judged(folder).problems)


def test_who_moved_in_may_be_asked_without_where_from(tmp_path: Path) -> None:
    folder = copy_definition(tmp_path / "own")
    change_file(folder, "migration.yaml", "origin: arrived_from", "origin: false")
    assert judged(folder).problems == []
