"""Promise 23: every list agrees on who stands at which level. The case of `victim_not_found_again_*.csv`, and homes in
which a date was missed, nothing was heard for long, or a child turned 18."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from cpms_cli import add_response, list_children, merge
from cpms_cli.summaries.area.areas import compute_area_summary
from cpms_cli.summaries.child.children import ChildSelection, select_children
from cpms_cli.summaries.response.due import list_due
from cpms_cli.summaries.response.response_counts import compute_response_summary
from cpms_cli.summaries.response.visits import list_visits
from cpms_cli.summaries.today.today_list import today_of
from cpms_cli.workspace import Workspace
from tests.conftest import ROOT, THOROUGH, Cpms, write_drawn

CASES = ROOT / "tests" / "files" / "cases"
HURT = {"violence_physical": "yes"}


@pytest.fixture(scope="module")
def not_found(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A victim of 2568 whose house nobody surveyed in 2569."""
    path = tmp_path_factory.mktemp("agree") / "s.duckdb"
    merge([CASES / f"victim_not_found_again_{year}.csv" for year in (2568, 2569)], path)
    return path


def test_a_victim_not_found_again_stands_first_in_every_list_marked_so(cpms: Cpms, not_found: Path) -> None:
    words = ("--store", not_found, "--format", "json")
    children = cpms("children", *words).json["children"]
    due = cpms("response", "due", *words).json["due"]
    visits = cpms("visits", *words).json["visits"]
    at_once = cpms("community", "850101", *words).json["response"]
    province = cpms("province", "85", *words).json["response"]
    today = cpms("today", *words).json["tasks"]
    assert (today[0]["cpms_id"], today[0]["level"]) == (children[0]["cpms_id"], "victim")
    assert today[0]["reason"].split("; ")[1] == "not found in 2026"
    for listed in (children, due, visits, at_once, province):
        first = listed[0]
        assert (first["household_no"], first["level"], first["not_found"]) == ("1", "victim", 2026)
        assert first["cpms_id"] == children[0]["cpms_id"]
    for listed in (children, due, at_once, province):
        assert (listed[0]["since"], listed[0]["why"]) == (2025, "13 Victim of violence (Physical violence)")
    assert visits[0]["days_late"] == due[0]["days_late"] > 100
    last = cpms("child", children[0]["cpms_id"], *words).json["levels"][-1]
    assert (last["standing"], last["standing_since"], last["standing_why"]) == ("victim", 2025, "not found in 2026")


@pytest.mark.parametrize(("language", "mark"), [("en", "not found in 2026"), ("th", "ไม่พบในรอบ 2569")])
def test_the_mark_is_in_words_where_people_read(
    cpms: Cpms, not_found: Path, tmp_path: Path, language: str, mark: str
) -> None:
    for words in (["children"], ["today"], ["response", "due"], ["visits"], ["community", "850101"]):
        assert mark in cpms(*words, "--store", not_found, "--lang", language).out, words
    out = tmp_path / "due.xlsx"
    cpms("response", "due", "--store", not_found, "--lang", language, "-o", out)
    assert mark in pd.read_excel(out, engine="calamine").to_string()


# Due again, and due no longer


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """One victim a home, interviewed on 1 March 2026: 1 to 4 visited on 2 March; 5 turns 18 on 10 April 2026; 6 was 17
    by what was said; 7 is high risk, and nobody came."""
    folder = tmp_path_factory.mktemp("again")
    homes: list[dict[str, Any]] = [{"household_no": home, **HURT} for home in range(1, 5)]
    homes += [
        {"household_no": 5, **HURT, "birth_date": "2008-04-10"},
        {"household_no": 6, **HURT, "birth_date": None, "age_years": 17},
        {"household_no": 7, "member_hurt": "yes"},
    ]
    merge(
        [write_drawn(folder / "2026.csv", base, [{**home, "interview_date": "2026-03-01"} for home in homes])],
        folder / "s.duckdb",
    )
    known = list_children(folder / "s.duckdb").set_index("household_no")["cpms_id"]
    planned = {"1": "", "2": "2026-03-10", "3": "2026-03-10", "4": ""}
    for home, next_date in planned.items():
        add_response(folder / "s.duckdb", known[home], "home_visit", "2026-03-02", next_date=next_date)
    add_response(folder / "s.duckdb", known["3"], "monitoring_visit", "2026-03-10")
    add_response(folder / "s.duckdb", known["4"], "closed", "2026-03-05")
    return folder / "s.duckdb"


def _due(cpms: Cpms, store: Path, day: str) -> dict[str, tuple[str, str, int]]:
    listed = cpms("response", "due", "--as-of", day, "--store", store, "--format", "json").json["due"]
    return {child["household_no"]: (child["state"], child["note"], child["days_late"]) for child in listed}


def test_a_missed_next_date_is_due_again(cpms: Cpms, made: Path) -> None:
    assert "2" not in _due(cpms, made, "2026-03-10")
    due = _due(cpms, made, "2026-03-11")
    assert due["2"] == ("again", "the next date, 2026-03-10, has passed without a later entry", 1)
    assert not {"1", "3", "4"} & set(due)
    # Most severe first, then the longest overdue: the high risk child of house 7 stands last.
    assert list(due) == ["5", "6", "2", "7"]


def test_thirty_days_without_an_entry_are_due_again_and_a_closed_case_never(cpms: Cpms, made: Path) -> None:
    assert "1" not in _due(cpms, made, "2026-03-31")
    assert _due(cpms, made, "2026-04-01")["1"] == ("again", "no entry since 2026-03-02", 0)
    due = _due(cpms, made, "2026-04-09")
    assert due["3"] == ("again", "no entry since 2026-03-10", 0)
    assert "4" not in due
    visits = cpms("visits", "--as-of", "2026-04-09", "--store", made, "--format", "json").json["visits"]
    assert {visit["household_no"] for visit in visits if visit["level"] == "victim"} == {"1", "2", "3", "5", "6"}
    summary = cpms("response", "summary", "--as-of", "2026-04-09", "--store", made, "--format", "json").json["totals"]
    victims = next(level for level in summary if level["level"] == "victim")
    assert {name: victims[name] for name in ("due", "again", "in_time", "overdue", "turned_18")} == {
        "due": 6,
        "again": 3,
        "in_time": 1,
        "overdue": 2,
        "turned_18": 0,
    }


@pytest.mark.parametrize(
    ("day", "grown"), [("2026-04-09", []), ("2026-04-10", ["5"]), ("2027-02-28", ["5"]), ("2027-03-01", ["5", "6"])]
)
def test_who_turned_18_is_due_no_longer_and_is_counted_apart(
    cpms: Cpms, made: Path, day: str, grown: list[str]
) -> None:
    """By the birth date on the birthday; by a stated age when it surely has."""
    until = datetime.date.fromisoformat(day)
    with Workspace.from_paths(made) as workspace:
        listed = list_due(workspace, as_of=until)
        visits = list_visits(workspace, as_of=until).visits
        summary = compute_response_summary(workspace, as_of=until).totals
        children = select_children(workspace, ChildSelection(), as_of=until)
    turned_18 = zip(listed.turned_18["household_no"], listed.turned_18["level"], strict=True)
    assert list(turned_18) == [(home, "victim") for home in grown]
    assert not set(grown) & set(listed.due["household_no"])
    assert not set(grown) & set(visits["household_no"])
    assert list(summary["turned_18"]) == [len(grown), 0]
    assert set(children.loc[children["turned_18"], "household_no"]) == set(grown)
    ran = cpms("response", "due", "--as-of", day, "--store", made)
    assert ("turned 18" in ran.out) == bool(grown)


# Nothing taken away takes a victim off a list


def _victims(store: Path, day: str) -> list[set[str]]:
    """The identifiers of victims, by each list."""
    until = datetime.date.fromisoformat(day)
    with Workspace.from_paths(store) as workspace:
        due = list_due(workspace, as_of=until).due
        visits = list_visits(workspace, as_of=until).visits
        tasks = today_of(workspace, as_of=until).tasks
        children = select_children(workspace, ChildSelection(levels=("victim",)), as_of=until)
        at_once = compute_area_summary(workspace, "85").response
    lists = [*(listed[listed["level"] == "victim"] for listed in (due, visits, tasks)), children]
    return [set(listed["cpms_id"].dropna()) for listed in (*lists, at_once)]


@pytest.fixture(scope="module")
def two_rounds(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """Victims of 2025 (houses 1, 2), of 2026 (3), of both (4), and a child of whom nothing is wrong (5)."""
    folder = tmp_path_factory.mktemp("rounds")
    hurt = {2025: {1, 2, 4}, 2026: {3, 4}}
    named = {home: {"given_name": f"ชื่อ{home}", "birth_date": f"2016-0{home}-11"} for home in range(1, 6)}
    answers: dict[tuple[int, int], dict[str, Any]] = {
        (2026, 1): {"violence_physical": None},
        (2026, 2): {"violence_sexual": "refused"},
    }
    store = folder / "s.duckdb"
    for year, victims in hurt.items():
        known = {} if year == 2025 else list_children(store).set_index("household_no")["cpms_id"].to_dict()
        rows = [
            {
                "household_no": home,
                "round": year,
                "interview_date": f"{year}-03-01",
                "national_id": None,
                **named[home],
                "cpms_id": known.get(str(home)),
                **(HURT if home in victims else {}),
                **answers.get((year, home), {}),
            }
            for home in named
        ]
        merge([write_drawn(folder / f"{year}.csv", base, rows)], store)
    return store


def test_all_lists_name_the_same_victims(two_rounds: Path) -> None:
    known = list_children(two_rounds).set_index("household_no")["cpms_id"]
    assert _victims(two_rounds, "2026-06-01") == [set(known[["1", "2", "3", "4"]])] * 5


TAKEN = {
    "the row of a victim in the last round": "DELETE FROM {child} WHERE round = '2026' AND household_no = '1'",
    "the house of a victim in the last round": "DELETE FROM {child} WHERE round = '2026' AND household_no = '2'",
    "the last round of all but one": "DELETE FROM {child} WHERE round = '2026' AND household_no <> '5'",
    "an answer of the last round": """
        UPDATE {child}
        SET violence_physical = NULL
        WHERE round = '2026' AND household_no = '4'""",
    "the date of the interview": """
        UPDATE {household}
        SET interview_date = NULL
        WHERE round = '2026' AND household_no = '3'""",
    "the birth date": "UPDATE {child} SET birth_date = NULL WHERE household_no = '3'",
}


@pytest.mark.parametrize("taken", list(TAKEN) if THOROUGH else list(TAKEN)[:4])
def test_taking_a_row_a_round_or_an_answer_away_takes_no_victim_off_a_list(
    two_rounds: Path, tmp_path: Path, taken: str
) -> None:
    """Whoever was a victim by an earlier round stays one on every list; house 3 is one by the last round alone."""
    store = tmp_path / "s.duckdb"
    shutil.copy(two_rounds, store)
    with duckdb.connect(str(store)) as connection:
        identifiers = "SELECT DISTINCT household_no, cpms_id FROM child_link"
        known = connection.execute(identifiers).df().set_index("household_no")["cpms_id"]
        connection.execute(TAKEN[taken].format(child="child_observation", household="household_observation"))
    still = set(known[["1", "2", "4"]]) if "all but one" in taken else set(known[["1", "2", "3", "4"]])
    assert _victims(store, "2026-06-01") == [still] * 5


def test_reasons_of_an_earlier_round_say_so_where_a_milder_level_stands(
    base: Mapping[str, Mapping[str, Any]], tmp_path: Path
) -> None:
    """A victim of 2025; in 2026 violence is answered no, and whether work is hazardous is not: at most high risk."""
    store = tmp_path / "s.duckdb"
    merge([write_drawn(tmp_path / "2025.csv", base, [{"round": 2025, "interview_date": "2025-03-01", **HURT}])], store)
    known = list_children(store)["cpms_id"].iat[0]
    later = {"round": 2026, "interview_date": "2026-03-01", "cpms_id": known, "work_hazardous": None}
    merge([write_drawn(tmp_path / "2026.csv", base, [later])], store)
    with Workspace.from_paths(store) as workspace:
        listings = [list_children(store), list_due(workspace).due]
    assert [(entry["level"].iat[0], entry["since"].iat[0]) for entry in listings] == [("high_risk", 2025)] * 2
    assert {entry["why"].iat[0] for entry in listings} == {
        "Victim in round 2025; later answers leave at most High risk possible;"
        " no longer so by later answers: 13 Victim of violence (Physical violence);"
        " 2 questions could still change this: Left alone, Hazardous work"
    }
