"""What may be published is data: `privacy.yaml` is read and checked like the rest of the definition."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.proof.definition_proof import proved
from tests.conftest import ROOT, in_english


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "schemas", tmp_path / "schemas"))


def test_five_is_the_threshold_as_shipped(survey: Survey) -> None:
    assert (survey.privacy.threshold, survey.privacy.zeros, survey.privacy.differences) == (5, "telling", "hidden")


@pytest.mark.parametrize(
    ("line", "wrong", "expected"),
    [
        ("threshold: 5", "threshold: 2", "this must be 3 or more"),
        ("threshold: 5", "threshold: five", "a whole number"),
        ("threshold: 5", "treshold: 5", "this is missing"),
        ("zeros: telling", "zeros: shown sometimes", "'shown', 'telling', 'hidden'"),
        ("differences: hidden", "differences: telling", "'shown', 'hidden'"),
        ("k: 5", "k: 1", "this must be 2 or more"),
        ("k: 5", "k: 5\nl: 3", "nothing of this name is read here"),
        ("k: 5", "k: 5\nk: 5", "stands twice"),
    ],
)
def test_a_mutant_is_found_where_it_stands(folder: Path, line: str, wrong: str, expected: str) -> None:
    path = folder / "privacy.yaml"
    text = path.read_text("utf-8")
    assert f"\n{line}\n" in text
    path.write_text(text.replace(f"\n{line}\n", f"\n{wrong}\n"), "utf-8")
    line_number = text[: text.index(f"\n{line}\n") + 1].count("\n") + 1 + wrong.count("\n")
    problems = [problem for problem in proved(folder)[1] if problem.file == "privacy.yaml"]
    assert any(expected in in_english(problem) and problem.line in (line_number, 1) for problem in problems), problems


def test_a_definition_without_the_file_is_refused(folder: Path) -> None:
    (folder / "privacy.yaml").unlink()
    problems = proved(folder)[1]
    assert [(problem.file, in_english(problem)) for problem in problems] == [
        ("privacy.yaml", "this file is missing; take it from a new copy (cpms schema new)")
    ]


def test_a_threshold_of_ones_own_holds(folder: Path) -> None:
    path = folder / "privacy.yaml"
    path.write_text(path.read_text("utf-8").replace("threshold: 5", "threshold: 10"), "utf-8")
    assert load_survey(folder).privacy.threshold == 10
