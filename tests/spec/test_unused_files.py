"""A folder of one's own: every file in it is used, or `schema check` and every command say that it is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cpms_cli import prove_definition
from tests.conftest import ROOT, Cpms, Draw


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "schemas", tmp_path / "own"))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("exports.yaml", "name: ", "name: X"),
        ("messages/errors.yaml", "there is no such file", "no file is there"),
        ("messages/checking.yaml", 'th: "', 'th: "ใหม่ '),
    ],
)
def test_a_change_that_would_not_hold_is_a_problem_with_its_line(
    cpms: Cpms, folder: Path, file: str, old: str, new: str
) -> None:
    _replace(folder / file, old, new)
    ran = cpms("schema", "check", folder)
    assert ran.code == 1
    assert f"{file}:" in ran.out
    assert "would not hold" in ran.out


STRANGE = ["indicator.yaml", "risk.yml", "codelists/sex.xlsx", "areas/villages.csv", "a/risk.yaml"]


@pytest.mark.parametrize("file", STRANGE)
def test_a_file_that_nobody_reads_is_a_problem(cpms: Cpms, draw: Draw, folder: Path, file: str) -> None:
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text("levels: []\n", "utf-8")
    ran = cpms("schema", "check", folder)
    assert ran.code == 1
    assert f"{file}:1: cpms reads no file of this name" in ran.out
    used = cpms("validate", draw({}), "--schemas", folder)
    assert used.code == 2
    assert file in used.err


def test_notes_for_people_and_comments_are_no_problem(cpms: Cpms, folder: Path) -> None:
    (folder / "README.md").write_text("our own rules\n", "utf-8")
    (folder / ".DS_Store").write_bytes(b"\0")
    _replace(folder / "exports.yaml", "layouts:", "# as shipped\nlayouts:")
    assert cpms("schema", "check", folder).code == 0


@pytest.mark.parametrize("file", ["examples/figures.yaml", "examples/indicators.yaml", "examples/readings.yaml"])
@pytest.mark.parametrize("text", ["", "- a", "x: 1"])
def test_a_file_of_examples_of_the_wrong_shape_is_named(tmp_path: Path, file: str, text: str) -> None:
    folder = tmp_path / "schemas"
    shutil.copytree(ROOT / "schemas", folder)
    (folder / file).write_text(text, encoding="utf-8")
    problems = prove_definition(folder).problems
    assert problems
    assert all(problem.file.startswith("examples/") and problem.line >= 1 for problem in problems)
