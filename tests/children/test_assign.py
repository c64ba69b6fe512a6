"""Cases are given to workers, shared by load, and handed over; the list of the day follows."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cpms_cli import add_response, assign_cases, list_children, list_today, merge, summarise_case_work, undo
from cpms_cli.errors import UsageError
from cpms_cli.survey.country_time import country_today
from tests.conftest import Cpms, made_once, write_drawn

HURT = {"violence_physical": "yes"}
NEAR, FAR = "85010501", "85010502"
# By house: village and children. In each house everybody is a victim, but for house 7, where nothing is wrong.
HOMES = {"1": (NEAR, 2), "2": (NEAR, 1), "3": (FAR, 1), "4": (FAR, 2), "7": (NEAR, 1)}
DAY = datetime.date(2026, 3, 10)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """Six victims in four houses of two villages; W1 was with the first child of house 1 on 2 March, next date 8 March,
    and with the child of house 2, whose case was closed on 4 March."""

    def make(store: Path) -> None:
        rows = [
            {
                "household_no": home,
                "village_code": village,
                "child_no": line,
                "given_name": f"{home} {line}",
                "birth_date": f"2013-0{line}-1{home}",
                "interview_date": "2026-03-01",
                "left_alone": "no",
                **(HURT if home != "7" else {}),
            }
            for home, (village, count) in HOMES.items()
            for line in range(1, count + 1)
        ]
        merge([write_drawn(store.with_name("a.csv"), base, rows)], store)
        known = _known(store)
        add_response(store, known["1", 1], "home_visit", "2026-03-02", worker="W1", next_date="2026-03-08")
        add_response(store, known["2", 1], "home_visit", "2026-03-02", worker="W1")
        add_response(store, known["2", 1], "closed", "2026-03-04", worker="W1", closing="safe_now")

    return made_once(tmp_path_factory, "assign", make)


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "s.duckdb"))


def _known(store: Path) -> dict[tuple[str, int], str]:
    """Each child's identifier by house and line."""
    listed = list_children(store)
    return {(str(home), int(line)): name for home, line, name in listed[["household_no", "child_no", "cpms_id"]].values}


def _whose(store: Path, day: datetime.date = DAY) -> dict[tuple[str, int], str | None]:
    """Whose each waiting child is, by the list of the day."""
    tasks = list_today(store, as_of=day).tasks
    tasks = tasks[tasks["cpms_id"].notna()]
    return {
        (str(home), int(line)): None if pd.isna(worker) else worker
        for home, line, worker in tasks[["household_no", "child_no", "worker"]].values
    }


def test_the_cases_of_nobody_in_a_village_go_to_its_worker(store: Path) -> None:
    assigned = assign_cases(store, ["W2"], area=FAR, day=DAY)
    assert list(assigned.cases["household_no"]) == ["3", "4", "4"]
    assert assigned.cases["before"].isna().all()
    assert assigned.load == {"W2": 3}
    assert _whose(store) == {("1", 1): "W1", ("1", 2): None, ("3", 1): "W2", ("4", 1): "W2", ("4", 2): "W2"}


def test_workers_share_by_load_and_a_household_stays_with_whoever_has_it(store: Path) -> None:
    # W1 has one child of house 1 and gets its sibling; then house 4 goes to W2, who has nothing, and house 3 to W1
    # or W2, who have two each: to whom was named first.
    assigned = assign_cases(store, ["W1", "W2"], day=DAY)
    whose = _whose(store)
    assert (whose["1", 1], whose["1", 2]) == ("W1", "W1")
    assert (whose["4", 1], whose["4", 2], whose["3", 1]) == ("W2", "W2", "W1")
    assert assigned.load == {"W1": 3, "W2": 2}


def test_a_village_can_be_kept_together(store: Path) -> None:
    # Village 02 has three cases, village 01 the one of house 1 that is nobody's; W3 has none, nor has W4.
    assigned = assign_cases(store, ["W3", "W4"], together="village", day=DAY)
    assert set(assigned.cases.loc[assigned.cases["village_code"] == FAR, "worker"]) == {"W3"}
    assert set(assigned.cases.loc[assigned.cases["village_code"] == NEAR, "worker"]) == {"W4"}


def test_what_an_absent_worker_has_is_handed_over_and_taken_back(cpms: Cpms, store: Path) -> None:
    handed = assign_cases(store, ["w2"], held_by="w1", day=DAY)
    assert list(handed.cases["before"]) == ["W1"], "the closed case of house 2 is nobody's work any more"
    assert _whose(store)["1", 1] == "w2"
    shown = cpms("today", "--as-of", "2026-03-10", "--worker", "W2", "--store", store, "--format", "json").json
    assert [task["household_no"] for task in shown["tasks"]] == ["1"]
    assert handed.batch is not None
    undo(store, handed.batch)
    assert _whose(store)["1", 1] == "W1"


def test_an_assignment_is_no_visit(store: Path) -> None:
    before = list_today(store, as_of=DAY).tasks.set_index("household_no").loc["1"]
    assert "missed" in set(before["kind"])
    assign_cases(store, ["W2"], held_by="W1", day=DAY)
    after = list_today(store, as_of=DAY).tasks.set_index("household_no").loc["1"]
    assert list(after["kind"]) == list(before["kind"]), "the next date of 8 March is still missed"
    work = summarise_case_work(store, as_of=DAY)
    victims = work.totals.set_index("level").loc["victim"]
    assert (victims["case_count"], victims["responded"], victims["date_missed"]) == (6, 2, 1)
    by_worker = work.workers.set_index("worker")
    assert list(by_worker.loc["W2", ["open_cases", "date_missed", "entries"]]) == [1, 1, 0]
    assert list(by_worker.loc["W1", ["open_cases", "date_missed", "entries"]]) == [0, 0, 3]


def test_whoever_is_named_last_has_the_case(store: Path) -> None:
    child = _known(store)["1", 1]
    assign_cases(store, ["W2"], children=[child], day=DAY)
    # On the same day the assignment counts, whichever was written down first; on a later one, whoever goes there.
    add_response(store, child, "monitoring_visit", "2026-03-10", worker="W1", next_date="2026-03-11")
    assert _whose(store, datetime.date(2026, 3, 12))["1", 1] == "W2"
    add_response(store, child, "monitoring_visit", "2026-03-12", worker="W5", next_date="2026-03-13")
    assert _whose(store, datetime.date(2026, 3, 14))["1", 1] == "W5"


def test_one_may_think_better_of_it_twice_on_a_day(store: Path) -> None:
    child = _known(store)["4", 1]
    for worker in ("W2", "W3", "W2"):
        assign_cases(store, [worker], children=[child], day=DAY)
    assert _whose(store)["4", 1] == "W2"
    again = assign_cases(store, ["W2"], children=[child], day=DAY)
    assert (len(again.cases), again.batch) == (0, None)


def test_what_cannot_be_assigned_is_refused_and_nothing_is_stored(cpms: Cpms, store: Path) -> None:
    content = store.read_bytes()
    known = _known(store)
    for words, reason in (
        ((known["7", 1], "--to", "W1"), f"No open case: {known['7', 1]}"),
        ((known["1", 1], known["2", 1], "--to", "W9"), f"No open case: {known['2', 1]}"),
        (("--from", "W8", "--to", "W1"), "'W8'. Known: W1."),
        (("--area", "850199", "--to", "W1"), "850199"),
        (("--to", " "), "--to CODE"),
        (("--to", "W1", "--by", "street"), "kept together by one of household, village"),
        (("--to", "W" * 41), "Nothing was recorded"),
        (("--to", "W1", "--date", "2590-01-01"), "date"),
    ):
        ran = cpms("response", "assign", *words, "--store", store)
        assert (ran.code, reason in " ".join(ran.err.split())) == (2, True), (words, ran.err)
    with pytest.raises(UsageError):
        assign_cases(store, ["W1"], day=country_today() + datetime.timedelta(days=1))
    assert store.read_bytes() == content


def test_it_says_what_it_does_and_how_it_is_taken_back(cpms: Cpms, store: Path) -> None:
    words = ("--to", "W2", "--to", "W3", "--date", "10/3/2569", "--store", store)
    content = store.read_bytes()
    tried = cpms("response", "assign", "--dry-run", *words)
    assert "4 cases would be assigned; nothing was stored" in tried.out
    assert store.read_bytes() == content
    done = cpms("response", "assign", *words)
    assert "W2: 2 open cases then" in done.out
    assert "4 cases assigned (batch 5; cpms undo 5 takes it back)" in done.out
    thai = cpms("response", "assign", "--lang", "th", *words)
    assert "ไม่มีกรณีที่ยังเปิดอยู่ให้มอบหมาย" in thai.out
