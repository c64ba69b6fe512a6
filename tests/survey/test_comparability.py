"""What rests on a question that only one of two rounds asked is compared nowhere, and said so."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli import merge
from cpms_cli.store.adopting import adopt_definition
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import THOROUGH, Cpms, Draw, MakeOnce
from tests.definitions import change_file, copy_definition

AREA = "850101"
TOBACCO = "  - name: tobacco\n"


@pytest.fixture
def store(draw: Draw, tmp_path: Path, once: MakeOnce) -> Path:
    """Two rounds of one child, of which the first alone asked about tobacco: it smoked and drank."""
    village = {
        "village_code": f"{AREA}01",
        "tobacco": "yes",
        "alcohol": "yes",
        "drugs": "no",
        "birth_date": "2014-02-01",
    }

    def make(path: Path) -> None:
        own = copy_definition(tmp_path / "own")
        merge([draw(village, name="first.csv")], path)
        change_file(own, "child.yaml", TOBACCO, f"{TOBACCO}    until: 2569\n")
        adopt_definition(path, load_survey(own))
        later = {**village, "round": 2027, "interview_date": "2027-11-15"}
        merge([draw(later, name="second.csv", without=["tobacco"])], path)

    return once(make)


COMMANDS: dict[str, tuple[str, ...]] = {
    "area": ("community", AREA),
    "area for others": ("community", AREA, "--audience", "committee"),
    "area over rounds": ("community", AREA, "--rounds", "2569:2570"),
    "indicator over rounds": ("indicator", "15", "--rounds", "2569:2570"),
    "plan": ("plan", "community", AREA),
}


@pytest.mark.parametrize("command", COMMANDS if THOROUGH else ["area", "indicator over rounds"])
def test_it_is_said_in_thai_where_a_question_was_dropped(cpms: Cpms, store: Path, command: str) -> None:
    ran = cpms(*COMMANDS[command], "--store", store, "--lang", "th")
    assert ran.code == 0, ran.err
    text = "".join(ran.out.split())
    assert "2569→2570:เปรียบเทียบกันไม่ได้" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_it_is_said_where_a_question_was_dropped(cpms: Cpms, store: Path, command: str) -> None:
    ran = cpms(*COMMANDS[command], "--store", store)
    assert ran.code == 0, ran.err
    english = " ".join(ran.out.split())
    assert "Questions: Tobacco or vaping" in english
    named = english.partition("not to be compared")[2].partition("Questions")[0]
    assert "drugs" in named
    assert "No education" not in named


def test_no_change_is_given_of_it_and_of_all_else_one_is(cpms: Cpms, store: Path) -> None:
    document = cpms("community", AREA, "--store", store, "--format", "json").json
    changes = {row["number"]: row["change"] for row in document["indicators"]}
    assert changes[15] is None
    assert changes[2] == 0
    assert [(row["from_round"], row["to_round"], row["item"]) for row in document["not_comparable"]] == [
        (2026, 2027, "i15"),
        (2026, 2027, "level"),  # drugs alone can make a level
    ]


def test_a_report_says_it(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert cpms("report", "community", AREA, "--store", store, "-o", page).code == 0
    assert "not to be compared" in page.read_text("utf-8")


def test_rounds_that_asked_the_same_are_compared(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    path, village = tmp_path / "same.duckdb", {"village_code": f"{AREA}01"}
    rounds = ({**village, "round": year, "interview_date": f"{year}-11-15"} for year in (2026, 2027))
    merge([draw(*rounds)], path)
    ran = cpms("community", AREA, "--store", path)
    assert "not to be compared" not in ran.out
    assert "not_comparable" not in cpms("community", AREA, "--store", path, "--format", "json").json


def test_a_level_that_counts_an_indicator_of_one_round_is_not_compared(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """Tobacco alone is no grave danger, but it counts: at risk in the round that has it, none found after."""
    store, own = tmp_path / "s.duckdb", copy_definition(tmp_path / "own")
    first = {"village_code": f"{AREA}01", "tobacco": "yes", "birth_date": "2014-02-01"}
    merge([draw(first, name="first.csv")], store)
    change_file(own, "indicators.yaml", "  - number: 15\n", "  - number: 15\n    until: 2569\n")
    examples = (own / "examples" / "indicators.yaml").read_text("utf-8").splitlines(keepends=True)
    kept = "".join(line for line in examples if "tobacco alone is at risk" not in line)
    (own / "examples" / "indicators.yaml").write_text(kept, "utf-8")
    adopt_definition(store, load_survey(own))
    merge([draw({**first, "round": 2027, "interview_date": "2027-11-15"}, name="second.csv")], store)
    ran = cpms("community", AREA, "--rounds", "2569:2570", "--store", store)
    assert ran.code == 0, ran.err
    words = "answers changed: Level. Questions: indicator 15 Has used drugs or alcohol, smoking, which belongs to one"
    assert words in " ".join(ran.out.split())


def test_what_looks_at_a_retired_indicator_is_not_compared(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """The measure of who moved in is indicator 8 itself."""
    store, own = tmp_path / "s.duckdb", copy_definition(tmp_path / "own")
    merge([draw({}, name="first.csv")], store)
    change_file(own, "indicators.yaml", "  - number: 8\n", "  - number: 8\n    until: 2569\n")
    adopt_definition(store, load_survey(own))
    merge([draw({"round": 2027, "interview_date": "2027-11-15"}, name="second.csv")], store)
    left_out = cpms("migration", "--store", store, "--format", "json").json["not_comparable"]
    assert [row["item"] for row in left_out] == ["migrated_in"]
