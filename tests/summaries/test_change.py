"""Given three rounds of known children, `--rounds` says what became of each case and of each level."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.cells import cell_len
from stdnum.th import pin

from cpms_cli import area_change, merge, summarise_area
from cpms_cli.summaries.rounds.change import AreaChange
from cpms_cli.survey.messages import say
from tests.conftest import NUMBERS, Cpms, write_drawn

VILLAGE, OTHER_VILLAGE = "85010501", "85010502"
GONE = ("", "")
# Chronic illness (indicator 10) and village in 2024, 2025 and 2026; all else known and harmless.
CHILDREN: dict[str, list[tuple[str, str]]] = {
    "resolved at last": [("yes", VILLAGE), ("yes", VILLAGE), ("no", VILLAGE)],
    "new": [("no", VILLAGE), ("yes", VILLAGE), ("yes", VILLAGE)],
    "unknown between": [("yes", VILLAGE), ("unknown", VILLAGE), ("yes", VILLAGE)],
    "came back": [("yes", VILLAGE), ("no", VILLAGE), ("yes", VILLAGE)],
    "lost": [("yes", VILLAGE), GONE, GONE],
    "moved away": [("yes", VILLAGE), ("yes", OTHER_VILLAGE), ("yes", OTHER_VILLAGE)],
    "moved in": [("yes", OTHER_VILLAGE), ("yes", VILLAGE), ("no", VILLAGE)],
    "seen later": [GONE, ("yes", VILLAGE), ("yes", VILLAGE)],
    "grown up": [("yes", VILLAGE), GONE, GONE],
    "left school age": [("no", VILLAGE), ("no", VILLAGE), ("no", VILLAGE)],
}
FURTHER: dict[str, dict[str, str]] = {
    "grown up": {"birth_date": "2007-06-01"},  # 17 in November 2024
    "left school age": {"birth_date": "2009-06-01", "in_school": "none"},  # 15, then 16: indicator 3 asks no more
    "new": {"sex": "male"},
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    folder = tmp_path_factory.mktemp("change")
    files = []
    for round_number, year in enumerate((2024, 2025, 2026)):
        rows = []
        for number, (name, rounds) in enumerate(CHILDREN.items(), start=1):
            ill, village = rounds[round_number]
            digits = f"1999900000{number:02d}"
            own = {
                "sex": "female",
                "left_alone": "no",
                "given_name": f"ชื่อ{'กขคงจฉชซญด'[number - 1]}",
                **FURTHER.get(name, {}),
                "national_id": digits + pin.calc_check_digit(digits),
            }
            dated = {"round": year, "interview_date": f"{year}-11-15", "household_no": number, "child_no": 1}
            if village:
                rows.append({**own, **dated, "village_code": village, "chronic_illness": ill})
        files.append(write_drawn(folder / f"{year}.csv", base, rows))
    merged = merge(files, folder / "s.duckdb")
    assert len(merged.set_aside) == 0
    return folder / "s.duckdb"


@pytest.fixture(scope="module")
def village(store: Path) -> AreaChange:
    change: AreaChange = area_change(store, VILLAGE, 2024, 2026)
    return change


def _of(cases: pd.DataFrame, first: int, last: int, number: int) -> dict[str, int]:
    """The counts that are not zero, of one indicator between two rounds."""
    chosen = cases[(cases["from_round"] == first) & (cases["to_round"] == last) & (cases["number"] == number)]
    assert len(chosen) == 1
    row = chosen.iloc[0].drop(["from_round", "to_round", "number", "name"])
    return {str(name): int(count) for name, count in row.items() if count}


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (
            (2024, 2025),
            {
                "before": 6,
                "now": 4,
                "new": 2,
                "new_not_seen": 1,
                "moved_in": 1,
                "continuing": 1,
                "resolved": 1,
                "unknown_now": 1,
                "lost": 1,
                "turned_18": 1,
                "moved_away": 1,
            },
        ),
        ((2025, 2026), {"before": 4, "now": 4, "continuing": 2, "resolved": 2, "reopened": 1, "found_again": 1}),
        (
            (2024, 2026),
            {
                "before": 6,
                "now": 4,
                "new": 2,
                "new_not_seen": 1,
                "continuing": 2,
                "resolved": 1,
                "lost": 1,
                "turned_18": 1,
                "moved_away": 1,
            },
        ),
    ],
)
def test_cases_of_one_indicator(village: AreaChange, span: tuple[int, int], expected: dict[str, int]) -> None:
    assert _of(village.cases, *span, 10) == expected


def test_a_case_that_age_puts_out_of_the_question_is_not_resolved(village: AreaChange) -> None:
    assert _of(village.cases, 2024, 2025, 3) == {"before": 1, "outgrown": 1}


def test_in_the_province_moving_is_no_loss(store: Path) -> None:
    cases = area_change(store, "85", 2024, 2025).cases
    assert _of(cases, 2024, 2025, 10) == {
        "before": 7,
        "now": 5,
        "new": 2,
        "new_not_seen": 1,
        "continuing": 3,
        "resolved": 1,
        "unknown_now": 1,
        "lost": 1,
        "turned_18": 1,
    }


def test_levels_flow_and_nobody_vanishes(village: AreaChange) -> None:
    flow = village.flow[village.flow["to_round"].eq(2025)]
    rows = flow[["from_level", "to_level", "place", "children"]].itertuples(index=False, name=None)
    assert list(rows) == [
        ("at_risk", "at_risk", "moved_away", 1),
        ("at_risk", "at_risk", "moved_in", 1),
        ("at_risk", "at_risk", "stayed", 1),
        ("at_risk", "not_enough_answers", "stayed", 1),
        ("at_risk", "none_found", "stayed", 2),
        ("at_risk", "not_seen", "stayed", 1),
        ("at_risk", "turned_18", "stayed", 1),
        ("none_found", "at_risk", "stayed", 1),
        ("not_seen", "at_risk", "stayed", 1),
    ]


def test_broken_down_by_a_group(store: Path) -> None:
    cases = area_change(store, VILLAGE, 2024, 2025, by=["sex"]).cases
    ill = cases[cases["number"] == 10].set_index("sex")
    assert (ill.loc["male", "sex_label"], ill.loc["male", "before"], ill.loc["male", "new"]) == ("Male", 0, 1)
    assert (ill.loc["female", "before"], ill.loc["female", "now"]) == (6, 3)


def test_on_the_samples_every_sum_agrees_with_the_rounds_themselves(sample_store: Path) -> None:
    change = area_change(sample_store, "850105", 2024, 2026)
    yes = {round_: summarise_area(sample_store, "850105", round_=round_) for round_ in (2024, 2025, 2026)}
    for (first, last), cases in change.cases.groupby(["from_round", "to_round"]):
        counted = cases.set_index("number")
        for round_, column in ((first, "before"), (last, "now")):
            assert counted[column].tolist() == yes[round_].indicators["yes"].tolist(), (first, last)
        flow = change.flow[(change.flow["from_round"] == first) & (change.flow["to_round"] == last)]
        stayed = flow[(flow["place"] != "moved_away") & ~flow["to_level"].isin(["not_seen", "turned_18"])]
        before = flow[(flow["place"] != "moved_in") & (flow["from_level"] != "not_seen")]
        assert stayed["children"].sum() == yes[last].children
        assert before["children"].sum() == yes[first].children


def test_community_and_province_tell_it_in_every_format(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    ran = cpms("community", VILLAGE, "--rounds", "2567:2568", "--store", store)
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines[0] == "Pak Nam, moo 1 (85010501): change over rounds 2024, 2025"
    # Before, new, moved in, continuing, resolved, no longer applies, unknown now, not seen, turned 18, moved away, now;
    # what no case became has no column.
    assert "10 Health challenges (emotional, physical, intellectual) 6 2 1 1 1 0 1 1 1 1 4" in lines
    assert "1 of them came from another area; their row is the level they had there." in lines
    document = cpms("province", "85", "--rounds", "2567:2569", "--format", "json", "--store", store).json
    assert (document["rounds"], document["area"]) == ([2024, 2025, 2026], "85")
    assert len(document["cases"]) == 3 * len(NUMBERS)
    assert cpms("community", VILLAGE, "--rounds", "2567:2569", "-o", tmp_path / "c.xlsx", "--store", store).code == 0
    sheets = list(pd.read_excel(tmp_path / "c.xlsx", sheet_name=None, engine="openpyxl"))
    assert sheets == ["Cases", "Before and after", "Notes"]
    thai = cpms("community", VILLAGE, "--rounds", "2567:2569", "--by", "sex", "--lang", "th", "--store", store).out
    assert "2567 → 2569  ชาย" in thai


def test_in_a_window_of_80_columns_no_word_is_cut_to_pieces(
    cpms: Cpms, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("community", VILLAGE, "--rounds", "2567:2568", "--store", store)
    wide = set(cpms(*words).out.split())
    monkeypatch.setenv("COLUMNS", "80")
    narrow = cpms(*words).out
    assert max(map(cell_len, narrow.splitlines())) <= 80
    # In lines of their own: "Resolved: 1"; a list of moves instead of the matrix.
    pieces = {word for word in narrow.split() if not set(word) <= set("─")} - wide - {f"{word}:" for word in wide}
    pieces -= set(say("zeros_left_out", "en").split())
    assert pieces <= {"Children", "Levels:"}, pieces


@pytest.mark.parametrize(
    "words",
    [
        ["--rounds", "2569:2567"],
        ["--rounds", "2569"],
        ["--rounds", "2560:2567"],
        ["--rounds", "soon:later"],
        ["--rounds", "2567:2569", "--round", "2569"],
        ["--rounds", "2567:2569", "--by", "sex", "--by", "age_group", "--by", "village"],
        ["--rounds", "2567:2569", "--by", "colour"],
    ],
)
def test_wrong_use_is_told_in_one_sentence(cpms: Cpms, store: Path, words: list[str]) -> None:
    ran = cpms("community", VILLAGE, *words, "--store", store)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
