"""How cases are worked on: days to the first response, follow-ups, dates missed, closures and workers, by hand."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest

from cpms_cli import import_responses, merge, summarise_case_work
from tests.conftest import Cpms, made_once, write_drawn

DAY = datetime.date(2026, 3, 31)
HURT, WORKS = {"violence_physical": "yes"}, {"work_hazardous": "yes"}
# By house: what makes the case, and what was done for it, as day of March, kind, worker, reason, next day.
HOMES: dict[str, tuple[dict[str, Any], list[tuple[int, str, str | None, str | None, int | None]]]] = {
    "1": (
        {**HURT, "sex": "female"},
        [(3, "home_visit", "W1", None, None), (10, "monitoring_visit", "W1", None, 20)],
    ),
    "2": (
        {**HURT, "sex": "male"},
        [
            (5, "home_visit", "W1", None, None),
            (8, "referral", "W2", None, None),
            (12, "closed", "W2", "safe_now", None),
        ],
    ),
    "3": ({**HURT, "sex": "male"}, []),
    "4": ({**WORKS, "sex": "female"}, [(4, "referral", None, None, None), (6, "closed", None, None, None)]),
    "5": ({"sex": "female"}, []),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: dict[str, dict[str, Any]]) -> Path:
    def make(path: Path) -> None:
        rows = [
            {
                "round": 2026,
                "interview_date": "2026-03-01",
                "household_no": home,
                "birth_date": f"2013-07-1{home}",
                "left_alone": "no",
                **answers,
            }
            for home, (answers, _) in HOMES.items()
        ]
        merge([write_drawn(path.with_name("survey.csv"), base, rows)], path)
        with duckdb.connect(str(path), read_only=True) as connection:
            known = dict(connection.execute("SELECT household_no, cpms_id FROM child_link").fetchall())
        log = [
            {
                "cpms_id": known[home],
                "response_date": f"2026-03-{day:02}",
                "response_kind": kind,
                "worker": worker,
                "closing_reason": reason,
                "next_date": None if later is None else f"2026-03-{later:02}",
            }
            for home, (_, entries) in HOMES.items()
            for day, kind, worker, reason, later in entries
        ]
        pd.DataFrame(log).to_csv(path.with_name("log.csv"), index=False)
        assert import_responses([path.with_name("log.csv")], path).total("stored") == len(log)

    return made_once(tmp_path_factory, "case-work", make)


def _row(table: pd.DataFrame, **keys: str) -> dict[str, Any]:
    for name, value in keys.items():
        table = table[table[name] == value]
    (row,) = table.to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_first_responses_follow_ups_dates_missed_and_closings_are_counted(store: Path) -> None:
    work = summarise_case_work(store, as_of=DAY)
    victims = _row(work.totals, level="victim")
    assert (victims["case_count"], victims["responded"], victims["closed_cases"]) == (3, 2, 1)
    # Two and four days after the interview; one follow-up each, the closing left out; the visit of the 20th is missed.
    assert (victims["days_to_first"], victims["days_known"], victims["followups"]) == (3.0, 2, 1.0)
    assert victims["date_missed"] == 1
    risk = _row(work.totals, level="high_risk")
    assert (risk["case_count"], risk["responded"], risk["closed_cases"]) == (1, 0, 1)
    assert pd.isna(risk["days_to_first"])


def test_before_the_next_date_nothing_is_missed(store: Path) -> None:
    totals = summarise_case_work(store, as_of=datetime.date(2026, 3, 15)).totals
    assert list(totals["date_missed"]) == [0, 0]


def test_closures_are_counted_by_reason_and_cases_by_worker(store: Path) -> None:
    work = summarise_case_work(store, as_of=DAY)
    closures = [
        (row["level"], None if pd.isna(row["closing_reason"]) else row["closing_reason"], row["closed_cases"])
        for row in work.closures.to_dict("records")
    ]
    assert closures == [("victim", "safe_now", 1), ("high_risk", None, 1)]
    workers = {
        "nobody" if pd.isna(row["worker"]) else row["worker"]: (
            *(row[name] for name in ("open_cases", "waiting_cases", "date_missed", "entries")),
        )
        for row in work.workers.to_dict("records")
    }
    # W2 made the last entry of the second case, which is closed; the third case has no entry at all.
    assert workers == {"W1": (1, 1, 1, 3), "W2": (0, 0, 0, 2), "nobody": (1, 1, 0, 2)}


def test_groups_and_areas_divide_the_same_cases(store: Path) -> None:
    work = summarise_case_work(store, as_of=DAY, by=["sex"])
    girls = _row(work.grouped["by_sex"], sex="female", level="victim")
    assert (girls["case_count"], girls["days_to_first"], girls["date_missed"]) == (1, 2.0, 1)
    assert work.parts["case_count"].sum() == work.totals["case_count"].sum() == 4


def test_it_is_printed_written_and_never_handed_on(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    day = ("--as-of", "2569-03-31", "--store", store)
    ran = cpms("response", "summary", "--work", *day)
    assert ran.code == 0
    assert "For the office only" in ran.out
    assert "safe_now" not in ran.out
    assert "Safe now" in ran.out
    thai = cpms("response", "summary", "--work", "--by", "เพศ", "--lang", "th", *day)
    assert "การปิดกรณีตามเหตุผล" in thai.out
    assert cpms("response", "summary", "--work", "--format", "json", *day).json["totals"][0]["case_count"] == 3
    assert cpms("response", "summary", "--work", "-o", tmp_path / "w.xlsx", *day).code == 0
    assert len(openpyxl.load_workbook(tmp_path / "w.xlsx").sheetnames) >= 4
    refused = cpms("response", "summary", "--work", "--audience", "public", *day)
    assert (refused.code, "cannot be used with --audience" in refused.err) == (2, True)
    assert cpms("response", "summary", "--work", "--rounds", "2568:2569", *day).code == 2


def test_closures_and_the_load_of_workers_stand_by_group_and_by_area(store: Path) -> None:
    """Home 2, a boy hurt, was closed as safe now by W2; home 4, a girl, was closed without a reason. Of the open cases
    home 1, a girl, is W1's; home 3, a boy, is nobody's."""
    work = summarise_case_work(store, as_of=DAY, by=["sex"])
    closures = work.closures_by["by_sex"]
    assert closures[["sex", "level", "closed_cases"]].values.tolist() == [
        ["female", "high_risk", 1],
        ["male", "victim", 1],
    ]
    assert closures["closing_reason"].isna().tolist() == [True, False]
    workers = work.workers_by["by_sex"]
    assert _row(workers, sex="female", worker="W1")["open_cases"] == 1
    assert _row(workers, sex="female", worker="W1")["date_missed"] == 1  # the 20th passed without an entry
    assert _row(workers, sex="male", worker="W1")["open_cases"] == 0
    assert _row(workers, sex="male", worker="W2")["entries"] == 2
    assert work.workers_by["area"]["open_cases"].sum() == work.workers["open_cases"].sum() == 2
    assert work.closures_by["area"]["closed_cases"].sum() == 2
