"""A definition of another country: other areas, other names of them, another help line, own names of groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli.survey.proof.definition_proof import judged
from tests.conftest import Cpms, Draw, in_english
from tests.definitions import change_file, copy_definition

HELP_LINE = 'in_danger: {en: "If a child is in danger now, call 116.", th: หากมีเด็กตกอยู่ในอันตรายขณะนี้ โทร. 116}\n'


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Subdistricts are wards, villages have no moo, province 85 is another country; nobody says whom to call."""
    folder = copy_definition(tmp_path / "own")
    change_file(folder, "summaries.yaml", "  - id: subdistrict\n", "  - id: ward\n")
    change_file(folder, "areas/provinces.csv", "85,Ranong,ระนอง", "85,Kwale,คเวล")
    for file, beginning in (("summaries.yaml", "    numbered:"), ("risk.yaml", "in_danger:")):
        lines = (folder / file).read_text("utf-8").splitlines(keepends=True)
        (folder / file).write_text("".join(line for line in lines if not line.startswith(beginning)), "utf-8")
    return folder


def test_families_are_given_no_number_of_another_country(cpms: Cpms, own: Path, tmp_path: Path) -> None:
    """Nobody in Kwale answers 1300: the leaflet says nothing until the definition says whom to call."""
    page = tmp_path / "leaflet.md"
    assert cpms("report", "leaflet", "-o", page, "--schemas", own).code == 0
    assert "1300" not in page.read_text("utf-8")
    change_file(own, "risk.yaml", "\nlevels:\n", f"\n{HELP_LINE}levels:\n")
    other = copy_definition(tmp_path / "other", own)
    assert cpms("report", "leaflet", "-o", page, "--schemas", other, "--overwrite").code == 0
    assert "If a child is in danger now, call 116." in page.read_text("utf-8")


def test_a_copy_from_before_has_the_number_that_it_had(cpms: Cpms, tmp_path: Path) -> None:
    """Stores and folders that an earlier version made say nothing of it; their provinces are those of Thailand."""
    folder, page = copy_definition(tmp_path / "before"), tmp_path / "leaflet.md"
    lines = (folder / "risk.yaml").read_text("utf-8").splitlines(keepends=True)
    (folder / "risk.yaml").write_text("".join(line for line in lines if not line.startswith("in_danger")), "utf-8")
    assert cpms("report", "leaflet", "-o", page, "--schemas", folder).code == 0
    assert "call 1300" in page.read_text("utf-8")


def test_figures_and_names_follow_it(cpms: Cpms, draw: Draw, own: Path, tmp_path: Path) -> None:
    store = tmp_path / "own.duckdb"
    assert cpms("merge", draw({}), "--store", store, "--schemas", own).code == 0
    assert cpms("export", "figures", tmp_path / "figures.csv", "--store", store).code == 0
    assert "\n2026,850105," in (tmp_path / "figures.csv").read_text("utf-8")
    assert "Pak Nam, village 1 (85010501)" in cpms("community", "85010501", "--store", store).out


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("risk.yaml", "- id: none_found\n", "- id: children\n", "'children' is a word of SQL or of cpms itself"),
        ("summaries.yaml", "- id: age_group\n", "- id: area\n", "'area' is a word of SQL or of cpms itself"),
        (
            "summaries.yaml",
            '"{area}, moo {village}"',
            '"{area}, a village"',
            "{area} and {village} must stand in these",
        ),
    ],
)
def test_what_tables_could_not_tell_apart_is_refused(tmp_path: Path, file: str, old: str, new: str, words: str) -> None:
    """A level or a group has a column of its own in tables of figures; villages of one name are one village."""
    folder = copy_definition(tmp_path / "own")
    line = change_file(folder, file, old, new)
    named = [problem for problem in judged(folder).problems if words in in_english(problem)]
    assert [(problem.file, problem.line) for problem in named] == [(file, line)]


def test_samples_of_any_definition_pass_through(cpms: Cpms, own: Path, tmp_path: Path) -> None:
    """Drawn from lists and limits, with its own children found again; who is asked what, the definition says."""
    made, store = tmp_path / "made", tmp_path / "own.duckdb"
    ran = cpms("samples", made, "--schemas", own, "--rounds", "2025:2026", "--children", 12, "--seed", 3)
    assert ran.code == 0, ran.err
    files = sorted(made.iterdir())
    assert [file.name for file in files] == ["survey_2025.csv", "survey_2026.csv"]
    checked = cpms("validate", *files, "--schemas", own, "--format", "json")
    assert [finding for finding in checked.json["findings"] if finding["severity"] == "error"] == []
    assert {finding["rule"] for finding in checked.json["findings"]}.isdisjoint({"tobacco_or_alcohol_not_asked"})
    assert cpms("merge", *files, "--store", store, "--schemas", own).code == 0
    again = tmp_path / "again"
    assert cpms("samples", again, "--schemas", own, "--rounds", "2025:2026", "--children", 12, "--seed", 3).code == 0
    assert [file.read_bytes() for file in sorted(again.iterdir())] == [file.read_bytes() for file in files]
    assert cpms("samples", tmp_path / "no", "--schemas", own, "--subdistrict", "999999").code == 2
