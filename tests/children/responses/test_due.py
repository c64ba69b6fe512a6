"""`cpms response due`: who waits for a response, in which order, since when, and what answers a level."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from cpms_cli import import_responses, merge
from cpms_cli.scoring.standing import standings
from cpms_cli.store.tables.response_tables import create_known_children
from cpms_cli.survey.model.definition import Survey
from cpms_cli.workspace import Workspace
from tests.children.responses.logs import (
    DAY,
    END,
    HURT,
    WORKS,
    ids_by_house,
    read_due,
    thai_line,
    type_in,
    write_log,
    write_round,
)
from tests.conftest import Cpms


def test_the_most_severe_level_comes_first_then_the_longest_overdue_then_the_undated(cpms: Cpms, store: Path) -> None:
    shown = [
        (child["household_no"], child["level"], child["due_date"], child["days_late"], child["state"])
        for child in read_due(cpms, store)
    ]
    assert shown == [
        ("3", "victim", "2025-03-02", 383, "overdue"),
        ("5", "victim", "2025-03-02", 383, "overdue"),
        ("1", "victim", "2026-03-02", 18, "overdue"),
        ("6", "victim", None, None, "unknown"),
        ("7", "high_risk", "2025-03-04", 381, "overdue"),
        ("2", "high_risk", "2026-03-04", 16, "overdue"),
    ]


def test_each_line_says_why_and_what_the_source_document_asks_for(cpms: Cpms, store: Path) -> None:
    listed = {child["household_no"]: child for child in read_due(cpms, store)}
    assert listed["1"]["why"] == "13 Victim of violence (Physical violence)"
    assert listed["1"]["action"] == "Home visit and safety protection immediately"
    assert listed["2"]["action"].startswith("Home visit, monitoring and safety protection plan")
    assert listed["3"]["why"].startswith("from round 2025; nothing since then says that it is over: 13 Victim")
    assert (listed["3"]["since"], listed["3"]["interview_date"]) == (2025, "2025-03-01")
    assert (listed["1"]["sex"], listed["1"]["age_min"], listed["1"]["age_max"]) == ("female", 9, 9)


@pytest.mark.parametrize(("day", "state", "late"), [("2569-03-02", "open", 0), ("2569-03-03", "overdue", 1)])
def test_the_day_on_which_it_is_due_is_still_in_time(cpms: Cpms, store: Path, day: str, state: str, late: int) -> None:
    ran = cpms("response", "due", "--as-of", day, "--store", store, "--format", "json").json
    (listed,) = [child for child in ran["due"] if child["household_no"] == "1"]
    assert (listed["due_date"], listed["state"], listed["days_late"]) == ("2026-03-02", state, late)


def test_on_a_day_before_the_round_only_what_was_known_counts(cpms: Cpms, store: Path) -> None:
    ran = cpms("response", "due", "--as-of", "2568-03-10", "--store", store, "--format", "json").json
    assert [child["household_no"] for child in ran["due"]] == ["3", "4", "5", "7"]
    assert "Nobody waits" in cpms("response", "due", "--as-of", "2567-01-01", "--store", store).out
    ran = cpms("response", "summary", "--as-of", "2567-01-01", "--store", store, "--format", "json").json
    assert [(row["level"], row["due"]) for row in ran["totals"]] == [("victim", 0), ("high_risk", 0)]


def test_what_answers_a_level(cpms: Cpms, tmp_path: Path, base: dict[str, dict[str, Any]]) -> None:
    shown = [
        (HURT, "home_visit", "2569-03-02", True),
        (HURT, "safety_protection", "2569-03-10", True),
        (HURT, "home_visit", "2569-03-01", True),
        (HURT, "home_visit", "2569-02-28", False),
        (HURT, "monitoring_visit", "2569-03-02", False),
        (HURT, "referral", "2569-03-02", False),
        (HURT, "safety_plan", "2569-03-02", False),
        (WORKS, "monitoring_visit", "2569-03-02", True),
        (WORKS, "safety_plan", "2569-03-02", False),
        (WORKS, "home_visit", "2569-03-20", True),
        (WORKS, "home_visit", "2569-03-21", False),
    ]
    homes = range(1, len(shown) + 1)
    store = tmp_path / "s.duckdb"
    merge(
        [write_round(tmp_path, base, 2026, {home: entry[0] for home, entry in zip(homes, shown, strict=True)})], store
    )
    known = ids_by_house(store)
    rows = [thai_line(known[home], kind, date) for home, (_, kind, date, _) in zip(homes, shown, strict=True)]
    assert import_responses([write_log(tmp_path / "log.csv", *rows)], store).exit_code == 0
    waiting = {int(child["household_no"]) for child in read_due(cpms, store)}
    assert waiting == {home for home, entry in zip(homes, shown, strict=True) if not entry[3]}


def test_where_the_interview_has_no_date_only_what_came_with_or_after_the_file_is_an_answer(
    cpms: Cpms, store: Path
) -> None:
    """The interview was on the day of the merge at the latest, by the clock of the country."""
    with duckdb.connect(str(store)) as connection:
        connection.execute("UPDATE batch SET merged_at = TIMESTAMP '2026-03-05 10:00'")
    type_in(cpms, store, 6, "home_visit", "2569-03-04", "--by", "RAO")
    (listed,) = [child for child in read_due(cpms, store) if child["household_no"] == "6"]
    assert listed["done"] == "2026-03-04 Home visit (RAO)"
    assert listed["note"] == "no interview date: deadline unknown"
    ran = cpms("response", "due", *DAY, "--store", store)
    assert "at once" in ran.out
    assert "find the date on the paper form" in ran.out
    type_in(cpms, store, 6, "safety_protection", "2569-03-05")
    assert "6" not in [child["household_no"] for child in read_due(cpms, store)]


def test_all_lists_those_who_had_their_response_and_what_is_planned(cpms: Cpms, store: Path) -> None:
    type_in(cpms, store, 1, "เยี่ยมบ้าน", "2/3/2569", "--by", "RAO", "--next", "30/3/2569")
    type_in(cpms, store, 1, "ส่งต่อ", "3/3/2569")
    (listed,) = [child for child in read_due(cpms, store, "--all") if child["household_no"] == "1"]
    assert (listed["state"], listed["next_date"]) == ("in_time", "2026-03-30")
    assert listed["done"] == "2026-03-02 Home visit (RAO); 2026-03-03 Referral"


def test_an_area_is_a_part_of_the_list(cpms: Cpms, store: Path) -> None:
    assert len(read_due(cpms, store, "--area", "850105")) == 6
    assert cpms("response", "due", "--area", "8503", "--store", store).code == 2, "an area not surveyed is not well"
    assert cpms("response", "due", "--area", "999999", "--store", store).code == 2


def test_names_are_hidden_and_showing_them_is_logged(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    out = tmp_path / "visits.xlsx"
    assert "ชื่อลับ" not in cpms("response", "due", "-o", out, "--store", store).out
    assert "ชื่อลับ" not in pd.read_excel(out, engine="calamine").to_csv()
    assert "ชื่อลับ1" in cpms("response", "due", *DAY, "--identified", "--store", store).out
    with duckdb.connect(str(store), read_only=True) as connection:
        assert connection.execute("SELECT what, children FROM audit").fetchall() == [("response due", 6)]


def _stand(survey: Survey, store: Path) -> dict[tuple[int, int], tuple[str, str, str]]:
    """By house and round: the level of the answers, the highest that those missing leave open, what stands."""
    with Workspace(survey, store) as workspace:
        create_known_children(workspace.scored(), survey)
        stood = standings(workspace.connection, survey, END)
    houses = zip(stood["household_no"].astype("int64"), stood["year"], strict=True)
    return dict(zip(houses, zip(stood["level"], stood["highest"], stood["standing"], strict=True), strict=True))


def test_answers_that_are_missing_do_not_end_a_case_and_known_ones_do(survey: Survey, made: Path) -> None:
    stand = _stand(survey, made)
    assert stand[3, 2026] == ("not_enough_answers", "victim", "victim")
    assert stand[4, 2026] == ("none_found", "none_found", "none_found")
    assert stand[7, 2026] == ("not_enough_answers", "high_risk", "high_risk")


@pytest.mark.parametrize(("date", "ends"), [("2568-02-28", False), ("2569-03-10", True)])
def test_a_closing_ends_the_case_if_it_comes_after_the_interview(
    cpms: Cpms, store: Path, known: dict[int, str], date: str, ends: bool
) -> None:
    type_in(cpms, store, 3, "closed", date, "--by", "PAO")
    assert ("3" not in [child["household_no"] for child in read_due(cpms, store)]) is ends
    ran = cpms("child", known[3], "--store", store, "--format", "json").json
    assert ran["levels"][1]["standing"] == ("not_enough_answers" if ends else "victim")
    if ends:
        closed = [level for level in ran["levels"] if level["closed_on"]]
        assert [(closing["closed_by"], closing["round"]) for closing in closed] == [
            ("PAO", 2026 if date > "2569" else 2025)
        ]


def test_a_new_round_opens_a_closed_case_again(cpms: Cpms, store: Path) -> None:
    type_in(cpms, store, 1, "closed", "2569-02-01")
    assert "1" in [child["household_no"] for child in read_due(cpms, store)]
    type_in(cpms, store, 1, "closed", "2569-03-05")
    assert "1" not in [child["household_no"] for child in read_due(cpms, store)]
