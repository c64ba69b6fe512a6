"""A definition of another province: nobody plays some of the parts, and rows have other keys."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cpms_cli.scoring.examples.proving import prove_definition
from tests.conftest import Cpms, Draw, MakeOnce
from tests.definitions import change_file, copy_definition

OPTIONAL = {"child.yaml": ("nickname", "mother", "nationality", "national_id"), "household.yaml": ("interviewer",)}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A definition in which nobody asks for nickname, mother, nationality, ID number or interviewer."""
    folder = copy_definition(tmp_path / "own")
    for file, roles in OPTIONAL.items():
        for role in roles:
            change_file(folder, file, f"    role: {role}\n", "")
    # A case of a child whose CPMS ID is blank now, and who is known by the number.
    change_file(folder, "checks.yaml", ', {sex: male, cpms_id: "", _before: {cpms_id: C00000000010}}]', "]")
    return folder


def test_the_definition_holds(own: Path) -> None:
    assert prove_definition(own).problems == ()


def test_every_step_goes_without_these_parts(own: Path, cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """Names in brackets, twins, links, searches and rows for others ask for a nickname or a mother's name elsewhere."""
    store, children = tmp_path / "s.duckdb", ({"given_name": "มะลิ (ต้น)"}, {"given_name": "บุญมี", "sex": "male"})
    files = [
        draw(*({"round": year, "interview_date": f"{year}-11-15", **child} for child in children), name=f"{year}.csv")
        for year in (2025, 2026)
    ]
    assert cpms("validate", files[0], "--schemas", own).code == 0
    assert cpms("merge", *files, "--store", store, "--schemas", own).code == 0
    assert len(cpms("children", "--format", "json", "--round", 2026, "--store", store).json["children"]) == 2
    for words in (
        ("find", "บุญมี"),
        ("find", "บุญมี", "--identified"),
        ("children", "--identified", "--area", "85"),
        ("today",),
        ("review", "export", tmp_path / "review.xlsx", "--identified"),
        ("export", "records", tmp_path / "records.csv"),
        ("store", "check"),
    ):
        ran = cpms(*words, "--store", store)
        assert ran.code == 0, (words, ran.err)
    report = cpms("link", "report", "--store", store)
    assert report.code == 0
    # Nobody was asked: that is no group of children of whom it is not known.
    assert "by sex" in report.out
    assert "by nationality" not in report.out


def test_what_is_typed_next_has_the_definition_that_was_named(
    own: Path, cpms: Cpms, draw: Draw, tmp_path: Path
) -> None:
    """Without it, the file would be stored in a new store that follows the shipped definition."""
    file = draw({})
    assert f"cpms merge {file} --schemas {own}" in " ".join(cpms("validate", file, "--schemas", own).err.split())
    copied = cpms("validate", file, "--schemas", own, "--annotate", tmp_path / "copy.xlsx")
    assert f"copy.xlsx --schemas {own}" in " ".join(copied.err.split())


def test_a_store_is_not_read_by_a_definition_with_another_key(
    cpms: Cpms, draw: Draw, once: MakeOnce, tmp_path: Path
) -> None:
    from cpms_cli import merge

    store = once(lambda path: merge([draw({})], path))
    other = copy_definition(tmp_path / "other")
    for path in [*other.glob("*.yaml"), other / "examples" / "indicators.yaml"]:
        if path.name not in ("limits.yaml", "linking.yaml"):
            path.write_text(path.read_text("utf-8").replace("child_no", "row_in_home"), "utf-8")
    shutil.rmtree(other / "translations")
    for words in (("children",), ("score", "--compare")):
        refused = cpms(*words, "--store", store, "--schemas", other)
        assert refused.code == 2
    assert "tells rows, children or homes apart by row_in_home" in " ".join(
        cpms("children", "--store", store, "--schemas", other).err.split()
    )
