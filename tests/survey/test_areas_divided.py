"""A village that became two is another one since: it is not held against the whole of earlier years."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli import merge
from cpms_cli.store.adopting import adopt_definition
from cpms_cli.summaries.area.areas import summarise_area
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import Cpms, Draw, MakeOnce
from tests.definitions import copy_definition

WHOLE, NEW = "85010501", "85010512"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    own = copy_definition(tmp_path / "own")
    (own / "areas/changes.csv").write_text(f"code,since,formerly\n{NEW},2570,{WHOLE}\n", "utf-8")
    return own


@pytest.fixture
def store(draw: Draw, own: Path, once: MakeOnce) -> Path:
    """Two children of a village in 2569; in 2570 one of them lives in the village that was made of a part of it."""
    first = draw({}, {}, name="first.csv")
    stays = draw({"round": 2027, "interview_date": "2027-11-15"}, name="stays.csv")
    leaves = draw({"round": 2027, "interview_date": "2027-11-15", "village_code": NEW}, name="leaves.csv")

    def merged(path: Path) -> None:
        merge([first], path)
        adopt_definition(path, load_survey(own))
        merge([stays, leaves], path)

    return once(merged)


def test_what_is_left_of_a_village_is_not_held_against_the_whole(cpms: Cpms, store: Path) -> None:
    left_out = summarise_area(store, WHOLE).not_comparable
    assert set(left_out["because"]) == {"area"}
    assert len(left_out) == 23  # 22 indicators, and the level
    ran = cpms("community", WHOLE, "--store", store)
    printed = " ".join(ran.out.split())
    assert "2026 → 2027: not to be compared, since the area is another one: since round 2027" in printed
    assert "moo 12 has been made of" in printed
    assert cpms("report", "community", WHOLE, "--store", store, "-o", store.parent / "r.html").code == 0
    document = (store.parent / "r.html").read_text("utf-8")
    assert "the area is another one" in document


def test_an_area_that_has_both_parts_is_the_same_one(store: Path) -> None:
    assert summarise_area(store, "850105").not_comparable.empty


def test_parts_of_an_area_are_not_held_against_what_they_were(cpms: Cpms, store: Path) -> None:
    asked = ("indicator", "17", "--area", "850105", "--rounds", "2569:2570", "--by", "village", "--store", store)
    ran = cpms(*asked, "--format", "json")
    assert ran.code == 0, ran.err
    changes = [row["change"] for row in ran.json["shares"] if row["round"] == 2027 and "village" in row]
    assert changes == [None, None]


def test_a_change_of_areas_that_cannot_be_is_told_with_its_line(cpms: Cpms, own: Path) -> None:
    (own / "areas/changes.csv").write_text(
        f"code,since,formerly\n{NEW},2570,850105\n99999901,2570,{WHOLE}\n{NEW},soon,{WHOLE}\n", "utf-8"
    )
    lines = cpms("schema", "check", own).out.splitlines()
    assert [line.partition(": ")[0] for line in lines if line.startswith("areas/")] == [
        "areas/changes.csv:2",
        "areas/changes.csv:3",
        "areas/changes.csv:4",
    ]
