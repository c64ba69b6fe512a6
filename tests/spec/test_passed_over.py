"""Slips that nothing stumbles over when a definition is read, but a list or a table later on."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Cpms
from tests.definitions import change_file, copy_definition

_TWICE = (
    ("summaries.yaml", "visited: [victim, high_risk]", "visited: [victim, high_risk, victim]"),
    ("rights.yaml", "levels: [victim, high_risk]", "levels: [victim, victim]"),
    ("risk.yaml", "answered_by: [home_visit, safety_protection]", "answered_by: [home_visit, home_visit]"),
    ("activities.yaml", "indicators: [3, 11]", "indicators: [3, 11, 3]"),
)


def test_a_name_twice_in_a_list_and_a_column_of_no_question_are_told_with_their_lines(
    cpms: Cpms, tmp_path: Path
) -> None:
    own = copy_definition(tmp_path / "own")
    places = [f"{file}:{change_file(own, file, old, new)}: " for file, old, new in _TWICE]
    column = change_file(own, "linking.yaml", "family_name: {field: family_name}", "family_name: {field: surname}")
    ran = cpms("schema", "check", own)
    lines = ran.out.splitlines()
    for place in places:
        assert any(line.startswith(place) and "stands twice here" in line for line in lines), (place, ran.out)
    assert f"linking.yaml:{column}: there is no field 'surname'" in lines
