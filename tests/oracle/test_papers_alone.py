"""Promise 29: no level by papers alone. Of twins alike in all but nationality, registration and arrival, no one is
urgent, or could be, where the other is not; 2,000 drawn children, 20,000 with CPMS_THOROUGH=1."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cpms_cli import score_tables
from tests.conftest import ROOT, THOROUGH, Cpms
from tests.oracle.population import population
from tests.oracle.second import second_scores

CASES = ROOT / "tests" / "files" / "cases"
URGENT = ("victim", "high_risk")
PAPERS = {
    "thai": {"nationality": "TH", "birth_registered": "certificate", "arrived_community": "born_here"},
    "stateless": {
        "nationality": "stateless",
        "birth_registered": "not_registered",
        "arrived_community": "within_12_months",
    },
    "unknown": {"nationality": "unknown", "birth_registered": "refused", "arrived_community": ""},
}


@pytest.fixture(scope="module")
def twins() -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """The same drawn homes three times over, alike in all but the papers of their children."""
    households, children = population(29, 20_000 if THOROUGH else 2_000)
    return {name: (households, children.assign(**papers)) for name, papers in PAPERS.items()}


def test_twins_are_equally_urgent_whatever_their_papers(
    twins: dict[str, tuple[pd.DataFrame, pd.DataFrame]],
) -> None:
    scored = {name: score_tables(*tables) for name, tables in twins.items()}
    for column in ("level", "highest", "household_level", "household_highest"):
        urgent = {name: scores[column].where(scores[column].isin(URGENT), "") for name, scores in scored.items()}
        assert urgent["thai"].isin(URGENT).sum() > 100 < (urgent["thai"] == "").sum(), column
        for other in ("stateless", "unknown"):
            differ = urgent["thai"] != urgent[other]
            assert not differ.any(), f"{column}: {differ.sum()} twins differ, as {twins[other][1][differ].iloc[0]}"


def test_papers_still_make_a_child_at_risk(twins: dict[str, tuple[pd.DataFrame, pd.DataFrame]]) -> None:
    """By both scorers: nobody without papers is free of risk, and some with papers are."""
    for scores in (score_tables(*twins["stateless"]), second_scores(*twins["stateless"])):
        assert set(scores["level"]) == {"victim", "high_risk", "at_risk"}
    assert "none_found" in set(score_tables(*twins["thai"])["level"])


@pytest.mark.parametrize("relative", ["member_chronic_illness", "member_disability", "member_mental_health"])
def test_a_relatives_illness_alone_decides_no_visit(
    twins: dict[str, tuple[pd.DataFrame, pd.DataFrame]], relative: str
) -> None:
    households, children = twins["thai"]
    levels = [score_tables(households.assign(**{relative: answer}), children)["level"] for answer in ("yes", "no")]
    ill, well = (level.where(level.isin(URGENT), "") for level in levels)
    assert ill.equals(well)


def test_one_child_with_and_without_papers_has_the_same_urgency(cpms: Cpms, tmp_path: Path) -> None:
    due = {}
    for papers in ("thai", "stateless"):
        store = tmp_path / f"{papers}.duckdb"
        assert cpms("merge", CASES / f"papers_alone_{papers}.csv", "--store", store).code in (0, 1)
        listed = cpms("children", "--store", store, "--format", "json").json["children"]
        due[papers] = [(child["level"], child["highest"]) for child in listed]
        assert cpms("response", "due", "--store", store, "--format", "json").json["due"] == []
    assert due["thai"] == due["stateless"] == [("at_risk", "at_risk")]
