"""`cpms schema check` tells everything that is wrong at once: a fault of one kind hides none of another."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from cpms_cli import prove_definition
from tests.conftest import Cpms
from tests.definitions import change_file, copy_definition


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_definition(tmp_path / "own")


Put = Callable[[str, str, str], str]


@pytest.fixture
def put(folder: Path) -> Put:
    """Puts one text in place of another, and returns the place, as file and line, of the new one."""

    def change(file: str, old: str, new: str) -> str:
        return f"{file}:{change_file(folder, file, old, new)}: "

    return change


# A fault of each kind: the file, what stands there, what is put in its place, and what is said.
FAULTS = {
    "no YAML": ("privacy.yaml", "\nthreshold: ", "\nthreshold: *a\nother: ", "YAML aliases"),
    "a wrong shape": ("summaries.yaml", "confidence: 0.95", "confidence: 95", "confidence: this must be below 1"),
    "a field of no type": (
        "child.yaml",
        "  - name: chronic_illness\n",
        "  - name: chronic_illness\n    kind: x\n",
        "kind: nothing of this name is read here",
    ),
    "no such indicator": ("activities.yaml", "    indicators: [16]\n", "    indicators: [16, 99]\n", "no indicator 99"),
    "no SQL": ("rights.yaml", "    has: i16\n", "    has: i16 AND\n", "the rule breaks off after 'AND'"),
    "an unknown code": (
        "indicators.yaml",
        "    when: nationality <> 'TH'",
        "    when: nationality <> 'XX'",
        "'XX' is not a code",
    ),
    "a limit": ("household.yaml", "maximum: 60}", "maximum: -1}", "is above the maximum"),
    "a label": ("codelists/sex.csv", "\nmale,Male,ชาย,", "\nmale,Male,Male,", "have no Thai letter"),
    "a translation": ("translations/my.yaml", "  tobacco: ", "  smoking: ", "there is no 'smoking' to translate"),
    "an area": ("areas/provinces.csv", "\n85,", "\n58,", "area 58 stands twice"),
}


@pytest.mark.parametrize("kinds", list(combinations(FAULTS, 3))[::20], ids=", ".join)
def test_three_faults_of_three_kinds_are_all_named(folder: Path, put: Put, kinds: tuple[str, ...]) -> None:
    expected = {put(*FAULTS[kind][:3]): FAULTS[kind][3] for kind in kinds}
    problems = prove_definition(folder).lines()
    for place, words in expected.items():
        file, line, _ = place.split(":")
        # A text that begins a line is put in with the end of the one before.
        places = (f"{file}:{line}: ", f"{file}:{int(line) + 1}: ")
        assert any(problem.startswith(places) and words in problem for problem in problems), (place, problems)


def test_the_command_tells_three_at_once(cpms: Cpms, folder: Path, put: Put) -> None:
    """A translation of no question, an activity of no indicator, and an example that expects otherwise."""
    kinds = ("a translation", "no such indicator")
    places = [put(*FAULTS[kind][:3]) for kind in kinds]
    places.append(put("examples/readings.yaml", "  tobacco: [7, 17]", "  tobacco: [8, 17]"))
    ran = cpms("schema", "check", folder)
    assert ran.code == 1
    assert all(place in ran.out for place in places[1:]), ran.out
    assert "there is no 'smoking' to translate" in ran.out
    assert "'tobacco' is asked 7 to 17, not 8 to 17" in ran.out


def test_what_cannot_be_read_is_not_said_to_be_missing(folder: Path, put: Put) -> None:
    """Rules, translations and examples that name a question at fault are not at fault themselves."""
    file, line, _ = put(*FAULTS["a field of no type"][:3]).split(":")
    problems = prove_definition(folder).lines()
    assert problems[0].startswith(f"{file}:{int(line) + 1}: "), problems
    assert problems[1:] == (
        "examples/indicators.yaml:1: no example was run: a file that they need cannot be read in full",
    )


def test_a_file_that_is_gone_hides_no_other_fault(folder: Path, put: Put) -> None:
    (folder / "child.yaml").unlink()
    place = put("activities.yaml", "    indicators: [16]\n", "    indicators: [16, 99]\n")
    problems = prove_definition(folder).lines()
    assert "child.yaml:1: this file is missing; take it from a new copy (cpms schema new)" in problems
    assert any(problem.startswith(place) for problem in problems)
