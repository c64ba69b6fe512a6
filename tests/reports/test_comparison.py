"""Shares beside others: given counts, when they are compared, then only what is more than chance is said."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cpms_cli import merge, render, report_area
from cpms_cli.disclosure.release.audience import hand_on
from cpms_cli.reports.areas.shares import quality_sentences
from cpms_cli.reports.composing.plan import plan_document
from cpms_cli.reports.composing.share_words import interval_words, position_words, rounds_words
from cpms_cli.reports.document import Chart, Document, TableBlock
from cpms_cli.summaries.area.plans import compute_area_plan
from cpms_cli.summaries.counts.comparison import beside_rest, direction, distance_class
from cpms_cli.workspace import Workspace
from tests.conftest import write_drawn


def test_a_part_stands_beside_the_rest_and_not_beside_itself() -> None:
    """35 of 120 in all. 30 of 60 against 5 of 60: Wilson's interval begins at 37.7 %. 5 of 60 against 30 of 60: it ends
    at 18.1 %. A count that is withheld has no place, nor has what is all of the area."""
    parts = pd.DataFrame({"yes": [30, 5, None, 35], "known": [60, 60, 60, 120]})
    beside = beside_rest(parts, 35, 120, 0.95)
    assert beside["around"].round(3).tolist()[:2] == [0.083, 0.5]
    assert beside[["low", "high"]].round(3).values.tolist()[:2] == [[0.377, 0.623], [0.036, 0.181]]
    assert beside["position"].tolist()[:2] == [1.0, -1.0]
    assert beside["position"].isna().tolist() == [False, False, True, True]
    assert distance_class(beside, 0.1).tolist()[:2] == [2, -2]


def test_few_children_are_like_the_rest_whatever_their_share() -> None:
    """2 of 4 against 20 of 100: half of four is no more than chance."""
    beside = beside_rest(pd.DataFrame({"yes": [2], "known": [4]}), 22, 104, 0.95)
    assert (beside["share"].tolist(), beside["position"].tolist()) == ([0.5], [0.0])


def test_a_change_has_an_arrow_only_where_it_is_more_than_chance() -> None:
    """40 of 100 after 20 of 100: the difference of 20 points has Newcombe's interval 7.2 to 31.9. 22 after 20 may be
    chance. Of the third, nothing is known of the earlier round."""
    now = pd.DataFrame({"yes": [40, 22, 5], "known": [100, 100, 50]})
    then = pd.DataFrame({"yes": [20, 20, 0], "known": [100, 100, 0]})
    trend = direction(now, then, 0.95)
    assert trend.tolist()[:2] == [1.0, 0.0] and trend.isna().tolist() == [False, False, True]
    frame = pd.DataFrame({"earlier": [0.2, 0.2, None], "before": [0.3, 0.21, 0.1], "share": [0.4, 0.22, 0.1]})
    words = rounds_words(frame.assign(trend=trend), {"earlier": 2024, "before": 2025}, "en")
    assert words == ["20.0 · 30.0 · 40.0 ↑", "20.0 · 21.0 · 22.0", "– · 10.0 · 10.0"]


def test_positions_and_intervals_are_words_in_both_languages() -> None:
    places = pd.Series([1.0, 0.0, -1.0, None])
    assert position_words(places, "en") == ["▲ above", "= like", "▼ below", "–"]
    assert position_words(places, "th") == ["▲ สูงกว่า", "= ใกล้เคียง", "▼ ต่ำกว่า", "–"]
    assert interval_words(pd.Series([0.1, None]), pd.Series([0.25, None]), "th") == ["10.0–25.0", "–"]


@pytest.fixture(scope="module")
def village(sample_store: Path) -> Document:
    """A village, for the office."""
    document: Document = report_area(sample_store, "85010501", audience=None)
    return document


def test_a_village_is_compared_with_the_rest_of_its_province(village: Document) -> None:
    bars = next(part for part in village.parts if isinstance(part, Chart) and part.shape == "indicator_bars")
    assert bars.title.startswith("Pak Nam, moo 1: ") and "the rest of Ranong" in bars.title
    distance = (bars.frame["share"] - bars.frame["around"]).dropna()
    assert distance.is_monotonic_decreasing
    table = next(part for part in village.parts if isinstance(part, TableBlock) and "against" in part.frame)
    signs = table.frame["against"].map({"▲ above": 1.0, "= like": 0.0, "▼ below": -1.0})
    assert signs.dropna().tolist() == bars.frame["position"].dropna().tolist()


def test_leading_indicators_are_broken_down_in_the_office_alone(village: Document, sample_store: Path) -> None:
    """Every child is of one sex, one age and one nationality, or of none that is known: each group adds up to all. That
    children of Myanmar are not Thai is no finding."""
    [table] = [part for part in village.parts if isinstance(part, TableBlock) and part.columns[0].heading == "Children"]
    kinds = table.frame.assign(kind=table.frame["label"].str.split(":").str[0]).groupby("kind")["children"].sum()
    assert set(kinds.index) == {"Sex", "Age group", "Nationality"} and kinds.nunique() == 1
    assert "Not Thai" not in table.caption and "No Thai nationality" not in table.caption
    # 13 of 36 against 2 of 24. Of the one child of unknown age 100 % have no permanent address: that is no title.
    assert table.caption.startswith("Nationality Thai: “5 Not with both parents”, 36.1 % against 8.3 %")
    by_nationality = table.frame[table.frame["label"].str.startswith("Nationality: ")]
    assert by_nationality["i01"].unique().tolist() == ["–"]
    assert not table.frame[table.frame["label"].str.startswith("Sex: ")]["i01"].isin(["–"]).any()
    public = report_area(sample_store, "85010501", audience="comparison")
    headings = [part.columns[0].heading for part in public.parts if isinstance(part, TableBlock)]
    assert "Children" not in headings


def test_a_plan_that_is_handed_on_is_compared_as_far_as_its_counts_are_given(
    sample_store: Path, tmp_path: Path
) -> None:
    """Whatever stands beside a share there is what the committee's own plan says, and stands there only where both
    counts of the share do; at least one indicator is compared with the province and with the round before."""
    store = shutil.copy(sample_store, tmp_path / "s.duckdb")
    with Workspace.from_paths(store, writes=True) as workspace:
        plan = compute_area_plan(workspace, "85010501", leading=30)
        handed = hand_on(workspace, plan, "partners").summary
    own, given = (each.leading.set_index("number") for each in (plan, handed))
    for column in ("around", "position", "before", "earlier", "trend"):
        shown = given[column].dropna()
        assert shown.round(3).tolist() == own.loc[shown.index, column].round(3).tolist()
        assert given.loc[shown.index, ["yes", "no"]].notna().to_numpy().all()
    assert given["around"].notna().any() and given["before"].notna().any()
    headings = [
        column.heading
        for part in plan_document(workspace.survey, handed, "en", ()).parts
        if isinstance(part, TableBlock)
        for column in part.columns
    ]
    assert "In the rest of Ranong" in headings


def test_counts_of_the_quality_of_the_data_have_marks_of_thousands() -> None:
    counts = {"households_visited": 1828, "households_known": 2991, "coverage": 0.611, "households_refused": 1006}
    lost = {"unknown_share": 0.05, "children_before": 1486, "children_lost": 1154}
    sentences = " ".join(quality_sentences(pd.DataFrame([{**counts, **lost}]), 2025, "th"))
    assert all(count in sentences for count in ("1,828", "2,991", "1,006", "1,486", "1,154"))


def test_where_no_child_has_anything_that_is_said_instead_of_drawn(
    tmp_path: Path, base: Mapping[str, Mapping[str, Any]]
) -> None:
    merge([write_drawn(tmp_path / "a.csv", base, [{}])], tmp_path / "s.duckdb")
    render(report_area(tmp_path / "s.duckdb", "850105", audience=None), tmp_path / "r.html")
    assert "No child anywhere: " in (tmp_path / "r.html").read_text("utf-8")
