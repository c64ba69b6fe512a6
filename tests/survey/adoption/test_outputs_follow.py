"""Reports, lists, figures and forms follow the definition that the store has adopted."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from cpms_cli import merge
from cpms_cli.store.adopting import adopt_definition
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import Cpms, Draw, MakeOnce
from tests.definitions import add_question, change_file
from tests.survey.adoption.adopting import adopt


@pytest.fixture
def adopted(draw: Draw, own: Path, store: Path, once: MakeOnce) -> Path:
    """`store`, which follows a definition of the province's own, with a child of Bangkok."""
    add_question(own, "chores")
    away = draw({"village_code": "10010101", "round": 2026}, name="away.csv")

    def adopt_and_merge(path: Path) -> None:
        adopt(own, path)
        merge([away], path)

    return once(adopt_and_merge)


@pytest.mark.parametrize("area", [("province", "85"), ("province", "10"), ("community", "850105")])
def test_a_report_with_its_map_is_made_under_an_own_definition(
    cpms: Cpms, adopted: Path, tmp_path: Path, area: tuple[str, str]
) -> None:
    """One province has outlines, the other only points: both are files of the definition that the store keeps."""
    made = tmp_path / "report.html"
    ran = cpms("report", *area, "-o", made, "--store", adopted)
    assert ran.code == 0, ran.err
    assert made.stat().st_size > 10_000


def _could_change(cpms: Cpms, store: Path) -> str:
    """What the list of children says could still change their level."""
    listed = cpms("children", "--store", store, "--round", "2570", "--format", "json").json["children"]
    return "; ".join(child["open"] for child in listed)


def test_nobody_is_sent_to_ask_what_is_no_longer_asked(cpms: Cpms, draw: Draw, own: Path, store: Path) -> None:
    """Whether a child of 2570 smokes could make it a child at risk, but nobody asks that in 2570."""
    file = draw({"round": 2027, "interview_date": "2027-11-15", "tobacco": None}, name="next.csv")
    before = cpms("visits", "--store", store, "--format", "json")
    assert cpms("merge", file, "--store", store).code in (0, 1)
    fields = {
        row["field"] for row in cpms("visits", "--store", store, "--round", "2570", "--format", "json").json["visits"]
    }
    assert "tobacco" in fields, before
    tobacco = load_survey().fields["tobacco"].label.en
    assert tobacco in _could_change(cpms, store)
    change_file(own, "child.yaml", "  - name: tobacco\n", "  - name: tobacco\n    until: 2569\n")
    adopt(own, store)
    assert tobacco not in _could_change(cpms, store)
    fields = {
        row["field"] for row in cpms("visits", "--store", store, "--round", "2570", "--format", "json").json["visits"]
    }
    assert "tobacco" not in fields


def test_figures_of_a_round_say_what_it_did_not_ask(
    cpms: Cpms, draw: Draw, own: Path, store: Path, tmp_path: Path
) -> None:
    """Nobody was asked for violence in 2570: that is no reason to visit, and its share is not to be trusted."""
    change_file(own, "child.yaml", "  - name: exploited\n", "  - name: exploited\n    until: 2569\n")
    adopt(own, store)
    file = draw({"round": 2027, "interview_date": "2027-11-15"}, name="next.csv", without=["exploited"])
    assert cpms("merge", file, "--store", store).code == 0
    label = load_survey(own).fields["exploited"].label.en
    names = [indicator.name.en for indicator in load_survey(own).indicators if "exploited" in indicator.when]
    assert names
    for words in (("community", "850105"), ("indicator", 13)):
        ran = cpms(*words, "--store", store)
        assert f"Round 2027 did not ask: {label}" in ran.out.replace("\n", " "), words
        assert "visit and ask" not in ran.out or words[0] == "community"
        earlier = cpms(*words, "--round", "2569", "--store", store)
        assert "did not ask" not in earlier.out
    report = tmp_path / "report.html"
    assert cpms("report", "community", "850105", "-o", report, "--store", store).code == 0
    assert f"Round 2027 did not ask: {label}" in report.read_text("utf-8")


def test_an_indicator_that_is_retired_is_resolved_for_nobody(cpms: Cpms, draw: Draw, own: Path, store: Path) -> None:
    """The child who smoked in 2569 smokes in 2570 as well; the indicator ended with 2569."""
    change_file(own, "indicators.yaml", "  - number: 15\n", "  - number: 15\n    until: 2569\n")
    adopt_definition(store, load_survey(own))
    file = draw({"round": 2027, "interview_date": "2027-11-15", "tobacco": "yes"}, name="next.csv")
    assert cpms("merge", file, "--store", store).code == 0
    ran = cpms("community", "850105", "--rounds", "2569:2570", "--store", store)
    assert "belongs to one of the two rounds only" in ran.out.replace("\n", " ")


def test_an_empty_form_and_its_check_follow_the_store_at_hand(
    cpms: Cpms, draw: Draw, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cpms("merge", draw({}), "--store", "cpms.duckdb").code == 0
    add_question(own, "chores")
    adopt(own, Path("cpms.duckdb"))
    ran = cpms("template", "-o", "form.xlsx")
    assert ran.code == 0
    assert "the definition that cpms.duckdb follows" in ran.err
    headers = [cell.value for cell in next(load_workbook("form.xlsx").worksheets[0].iter_rows(max_row=1))]
    assert any("Hours of chores" in str(header) for header in headers)
    checked = cpms("validate", draw({"chores": 7}, name="next.csv"))
    assert (checked.code, "chores" in checked.out) == (0, False)
    assert "the definition that cpms.duckdb follows" in checked.err
    assert "Hours of chores" in cpms("codebook").out
