"""A level or a group that is called otherwise is the same one: nobody moves, and what was published is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli.disclosure.cell_id import CellId
from cpms_cli.disclosure.renamed_ids import id_of_today
from cpms_cli.scoring.trials.definition_comparison import compare_definitions
from cpms_cli.survey.comparing.changes import definition_changes
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.proof.definition_proof import proved
from tests.conftest import Cpms
from tests.definitions import change_file, rename_level
from tests.survey.adoption.adopting import adopt


@pytest.fixture
def renamed(own: Path) -> Path:
    """A definition of one's own, with another name for a level and for a group."""
    rename_level(own, "at_risk", "watched")
    change_file(own, "summaries.yaml", "  - id: sex\n", "  - id: gender\n    formerly: sex\n")
    return own


def test_children_at_a_renamed_level_have_not_moved(renamed: Path, store: Path) -> None:
    compared = compare_definitions(store, renamed)
    # The one child of the store smokes: at risk by either name.
    assert compared.flow[["before", "after", "children"]].values.tolist() == [["at_risk", "watched", 1]]
    assert compared.changed.empty


def test_a_definition_compared_with_a_newer_one_knows_its_levels(renamed: Path, store: Path) -> None:
    adopt(renamed, store)
    compared = compare_definitions(store, load_survey())
    assert compared.flow[["before", "after", "children"]].values.tolist() == [["watched", "at_risk", 1]]
    assert compared.changed.empty


def test_what_is_renamed_is_neither_added_nor_retired(renamed: Path) -> None:
    changes = definition_changes(load_survey(), load_survey(renamed))
    assert {change.kind for change in changes} <= {"renamed", "changed", "added", "retired"}
    assert [(change.kind, change.before, change.name) for change in changes if change.part == "level"] == [
        ("renamed", "at_risk", "watched")
    ]
    groups = [change for change in changes if change.name == "summaries.yaml"]
    assert [(change.kind, change.before, change.after) for change in groups] == [("changed", "sex", "gender")]


def test_a_right_for_a_renamed_level_is_the_same_right(own: Path) -> None:
    rename_level(own, "high_risk", "grave")
    changes = definition_changes(load_survey(), load_survey(own))
    assert "grave" in (own / "rights.yaml").read_text("utf-8")
    assert [change for change in changes if change.part == "right"] == []


def test_the_name_of_before_may_still_be_typed(cpms: Cpms, renamed: Path, store: Path) -> None:
    adopt(renamed, store)
    listed = [cpms("children", "--risk", name, "--store", store) for name in ("watched", "at_risk")]
    assert [ran.code for ran in listed] == [0, 0], listed[1].err
    assert listed[0].out == listed[1].out
    assert cpms("community", "850105", "--by", "sex", "--store", store).code == 0


def test_counts_that_were_given_under_another_name_are_known_under_that_of_today(renamed: Path) -> None:
    path = renamed / "codelists/sex.csv"
    heading, female, male, *others = path.read_text("utf-8").splitlines()
    lines = [f"{heading},formerly", f"{female},".replace("female,", "girl,", 1) + "female", f"{male},", *others]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    survey, _ = proved(renamed)
    assert survey is not None
    read, today = CellId.read, id_of_today(survey)
    given = ("2026/850105/level/at_risk", "2026/850105/sex=female/i03/yes", "0/850105/case/at_risk/due")
    assert [str(today(read(text))) for text in given] == [
        "2026/850105/level/watched",
        "2026/850105/gender=girl/i03/yes",
        "0/850105/case/watched/due",
    ]
    # What has not changed is what it was.
    assert str(today(read("2026/850105/sex=male/level/victim"))) == "2026/850105/gender=male/level/victim"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("victim", "'victim' still stands in the same list"),
        ("watched", "'watched' names itself as its former name"),
    ],
)
def test_a_former_name_that_cannot_be_is_told_with_its_line(
    cpms: Cpms, renamed: Path, name: str, sentence: str
) -> None:
    line = change_file(renamed, "risk.yaml", "    formerly: at_risk\n", f"    formerly: {name}\n")
    ran = cpms("schema", "check", renamed)
    assert ran.code == 1
    assert f"risk.yaml:{line}: " in ran.out + ran.err
    assert sentence in (ran.out + ran.err).replace("\n", " ")
