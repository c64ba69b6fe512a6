"""`cpms score fairness` and `cpms score validate` on eight children, worked out by hand."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from cpms_cli import list_children, merge
from cpms_cli.summaries.fairness.level_gaps import Fairness
from cpms_cli.summaries.scope import Scope
from tests.conftest import ROOT, Cpms, write_drawn

HURT, NOT_TOLD, HAZARD = {"violence_physical": "yes"}, {"violence_physical": "unknown"}, {"work_hazardous": "yes"}
MYANMAR = {"nationality": "MM"}
# By house: what is said of its child in 2025 and in 2026 apart from answers of which none is a risk; None: not found.
HOMES: dict[str, tuple[Mapping[str, str], Mapping[str, str] | None]] = {
    "1": (HURT, HURT),
    "2": ({**HAZARD, **MYANMAR}, MYANMAR),
    "3": ({}, HURT),
    "4": ({}, NOT_TOLD),
    "5": ({}, None),
    "6": ({}, {}),
    "7": ({**HURT, **MYANMAR}, None),
    "8": ({"village_code": "85010502"}, None),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    folder = tmp_path_factory.mktemp("judged")
    path = folder / "s.duckdb"

    def rows(year: int, known: Mapping[str, str]) -> list[dict[str, Any]]:
        return [
            {
                "household_no": home,
                "child_no": 1,
                "round": year,
                "interview_date": f"{year}-03-01",
                "village_code": "85010501",
                "birth_date": f"2014-06-{int(home):02}",
                "left_alone": "no",
                "given_name": f"ชื่อ{home}",
                "cpms_id": known.get(home),
                **answers,
            }
            for home, by_round in HOMES.items()
            if (answers := by_round[year - 2025]) is not None
        ]

    merge([write_drawn(folder / "2025.csv", base, rows(2025, {}))], path)
    listed = list_children(path)
    merge(
        [
            write_drawn(
                folder / "2026.csv", base, rows(2026, dict(zip(listed["household_no"], listed["cpms_id"], strict=True)))
            )
        ],
        path,
    )
    return path


def _rule_of_papers(folder: Path, at_least: int = 20) -> Path:
    """A definition in which a foreign nationality alone makes high risk."""
    shutil.copytree(ROOT / "schemas", folder)
    for name, old, new in (
        ("risk.yaml", "      OR dangers >= $dangers_from", "      OR dangers >= $dangers_from\n      OR i01"),
        ("fairness.yaml", "at_least: 20", f"at_least: {at_least}"),
    ):
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), "utf-8")
    return folder


def test_levels_and_the_gap_by_nationality(cpms: Cpms, store: Path) -> None:
    compared = cpms("score", "fairness", "--round", "2568", "--store", store, "--format", "json").json
    assert (compared["internal"], compared["round"], compared["gaps_beyond"]) == (True, 2025, None)
    levels = {row["part"]: row for row in compared["levels"] if row["group"] == "nationality"}
    assert {
        part: (row["children"], row["victim"], row["high_risk"], row["severe"]) for part, row in levels.items()
    } == {
        "TH": (6, 1, 0, 1),
        "MM": (2, 1, 1, 2),
    }
    (gap,) = [row for row in compared["gaps"] if row["group"] == "nationality"]
    assert (gap["part"], gap["reference_label"], gap["severe"], gap["reference_severe"]) == ("MM", "Thai", 2, 1)
    assert gap["gap"] == pytest.approx(1 - 1 / 6)
    # Wilson of 2/2: 0.3424 to 1; of 1/6: 0.0301 to 0.5635. 5/6 less the root of 0.6576² + 0.3968², and no more than 1.
    assert (gap["low"], gap["high"]) == pytest.approx((0.0653, 0.9699), abs=2e-3)
    assert gap["judged"] is False
    rules = {
        (row["part"], row["reason"]): row["children"] for row in compared["rules"] if row["group"] == "nationality"
    }
    assert rules == {("TH", "victim.1"): 1, ("MM", "victim.1"): 1, ("MM", "high_risk.4"): 1}


def test_papers_alone_move_no_twin_by_the_shipped_rules(cpms: Cpms, store: Path) -> None:
    ran = cpms("score", "fairness", "--round", "2568", "--fail-on-gap", "0.1", "--store", store, "--format", "json")
    assert (ran.code, ran.json["exit_code"], ran.json["gaps_beyond"]) == (0, 0, 0)
    twins = {row["twin"]: row for row in ran.json["twins"]}
    assert {(row["lifted"], row["lowered"], row["children"]) for row in twins.values()} == {(0, 0, 8)}
    # Without papers, the five of whom nothing else is found are at risk; both who are visited stay where they are.
    assert twins["no_papers"]["level_differs"] == 5


def test_a_rule_on_papers_is_seen_in_twins_and_fails(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    words = ("score", "fairness", "--round", "2568", "--store", store, "--format", "json", "--fail-on-gap", "0.5")
    ran = cpms(*words, "--schemas", _rule_of_papers(tmp_path / "papers"))
    twins = {row["twin"]: row for row in ran.json["twins"]}
    assert (twins["no_papers"]["lifted"], twins["no_papers"]["share"]) == (5, 5 / 8)
    assert (twins["thai_papers"]["lifted"], twins["thai_papers"]["lowered"]) == (0, 0)
    assert (ran.code, ran.json["exit_code"], ran.json["gaps_beyond"]) == (1, 1, 1)
    assert "1 gap larger than 50 points" in ran.err


def test_gaps_of_large_enough_parts_are_held_against_the_limit(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    schemas = tmp_path / "judged"
    shutil.copytree(ROOT / "schemas", schemas)
    text = (schemas / "fairness.yaml").read_text("utf-8")
    (schemas / "fairness.yaml").write_text(text.replace("at_least: 20", "at_least: 2"), "utf-8")
    words = ("score", "fairness", "--round", "2568", "--store", store, "--schemas", schemas)
    assert cpms(*words, "--fail-on-gap", "0.5").code == 1
    assert cpms(*words, "--fail-on-gap", "0.9").code == 0
    refused = cpms(*words, "--fail-on-gap", "10")
    assert (refused.code, "fraction from 0 to 1" in refused.err) == (2, True)


@pytest.mark.parametrize(("limit", "code"), [("0.62", 1), ("0.625", 0), ("0.63", 0)])
def test_a_share_of_twins_fails_above_the_limit_and_not_on_it(
    cpms: Cpms, store: Path, tmp_path: Path, limit: str, code: int
) -> None:
    """By a rule on papers, 5 of the 8 children would be at a higher level without papers: 0.625."""
    words = ("score", "fairness", "--round", "2568", "--store", store, "--format", "json", "--fail-on-gap", limit)
    ran = cpms(*words, "--schemas", _rule_of_papers(tmp_path / "papers"))
    assert (ran.code, ran.json["exit_code"], ran.json["gaps_beyond"]) == (code, code, code)


@pytest.mark.parametrize(
    ("at_least", "limit", "code"), [(2, "0.8333", 1), (2, "0.8334", 0), (3, "0.8333", 0), (2, "0", 1)]
)
def test_a_gap_between_groups_fails_above_the_limit_where_both_are_large_enough(
    cpms: Cpms, store: Path, tmp_path: Path, at_least: int, limit: str, code: int
) -> None:
    """Two of two children of Myanmar, and one of six Thai ones, are visited: a gap of 5/6, 0.8333 and a bit. A group
    of two is judged from two on."""
    schemas = tmp_path / "judged"
    shutil.copytree(ROOT / "schemas", schemas)
    text = (schemas / "fairness.yaml").read_text("utf-8")
    (schemas / "fairness.yaml").write_text(text.replace("at_least: 20", f"at_least: {at_least}"), "utf-8")
    ran = cpms("score", "fairness", "--round", "2568", "--store", store, "--schemas", schemas, "--fail-on-gap", limit)
    assert ran.code == code, ran.err


def test_a_gap_that_is_just_as_large_as_the_limit_is_not_larger() -> None:
    """8 of 10 less 7 of 10: ten points, though 0.8 - 0.7 is 0.10000000000000009 as the machine counts."""
    nothing = pd.DataFrame()
    gaps = pd.DataFrame({"gap": [0.8 - 0.7, 0.7 - 0.8, 0.9], "judged": [True, True, False]})
    compared = Fairness(Scope("85", "", 2026, None, (2026,)), nothing, gaps, nothing, pd.DataFrame({"share": [0.1]}))
    assert compared.beyond(0.1) == 0
    assert compared.beyond(0.0999) == 3


def _row(rows: list[dict[str, Any]], **keys: str) -> dict[str, Any]:
    (row,) = [row for row in rows if all(row[name] == value for name, value in keys.items())]
    return row


def test_a_rounds_levels_against_the_round_after_it(cpms: Cpms, store: Path) -> None:
    foretold = cpms("score", "validate", "--store", store, "--format", "json").json
    assert (foretold["internal"], foretold["round"], foretold["later_rounds"]) == (True, 2025, [2026])
    counts = ("children", "yes", "no", "unknown", "not_applicable", "not_found", "not_surveyed")
    by_level = {
        level: tuple(_row(foretold["levels"], outcome="violence", level=level)[name] for name in counts)
        for level in ("victim", "high_risk", "at_risk", "none_found")
    }
    assert by_level == {
        "victim": (2, 1, 0, 0, 0, 1, 0),
        "high_risk": (1, 0, 1, 0, 0, 0, 0),
        "at_risk": (0,) * 7,
        "none_found": (5, 1, 1, 1, 0, 1, 1),
    }
    everybody = _row(foretold["figures"], outcome="violence", of="all", group="all")
    assert (everybody["sensitivity"], everybody["specificity"], everybody["visits_per_harm"]) == (0.5, 0.5, 2)
    # Wilson of 1/2: 0.0945 to 0.9055; one over its ends are the visits.
    assert (everybody["sensitivity_low"], everybody["sensitivity_high"]) == pytest.approx((0.0945, 0.9055), abs=1e-4)
    assert (everybody["visits_per_harm_low"], everybody["visits_per_harm_high"]) == pytest.approx(
        (1.104, 10.58), abs=1e-2
    )
    # Of houses 4, 5 and 8 nothing is known and nobody went there; of house 7 nothing is known, and it was visited.
    assert (everybody["visited_not_known"], everybody["others_not_known"]) == (1, 3)
    assert (everybody["sensitivity_least"], everybody["sensitivity_most"]) == pytest.approx((1 / 5, 2 / 3))
    new = _row(foretold["figures"], outcome="violence", of="new", group="all")
    assert (new["visited_harmed"], new["missed"], new["sensitivity"], new["visits_per_harm"]) == (0, 1, 0, None)
    thai = _row(foretold["figures"], outcome="violence", of="all", group="nationality", part="TH")
    assert (thai["visited_harmed"], thai["missed"], thai["left_alone"], thai["others_not_known"]) == (1, 1, 1, 3)


def test_nothing_can_be_said_of_the_last_round(cpms: Cpms, store: Path) -> None:
    ran = cpms("score", "validate", "--round", "2569", "--store", store)
    assert (ran.code, "no round of this area" in ran.err, "2025, 2026" in ran.err) == (2, True, True)


@pytest.mark.parametrize("command", ["fairness", "validate"])
def test_both_are_for_the_office_in_every_form(cpms: Cpms, store: Path, tmp_path: Path, command: str) -> None:
    words = ("score", command, "--round", "2568", "--store", store)
    assert "For the office's own use" in cpms(*words).out
    assert "สำหรับใช้ภายในสำนักงานเท่านั้น" in cpms(*words, "--lang", "th").out
    first = {"fairness": "group,group_label,part", "validate": "outcome,outcome_label,of"}[command]
    assert cpms(*words, "--format", "csv").out.startswith(first)
    written = cpms(*words, "-o", tmp_path / "judged.xlsx")
    assert (written.code, "For the office's own use" in written.err) == (0, True)
    sheets = openpyxl.load_workbook(tmp_path / "judged.xlsx").sheetnames
    assert sheets[0] == "Levels" and len(sheets) == {"fairness": 4, "validate": 2}[command]


def test_score_alone_is_still_what_it_was(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    shutil.copy(store, tmp_path / "s.duckdb")
    alone, named = (cpms(*words, "--store", tmp_path / "s.duckdb") for words in (("score",), ("score", "show")))
    assert alone.out == named.out and "Victim" in alone.out
    before = cpms("score", "--store", tmp_path / "s.duckdb", "fairness")
    assert before.code == 2, "an option before the command is refused, not dropped"
