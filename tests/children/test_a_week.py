"""A social worker's week, walked through the commands: visited, a date missed, answers read back, handed over, closed,
disputed. Each step's outcome is worked out by hand from the survey of Sunday, 1 March 2569."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import Cpms, write_drawn

HURT = "violence_physical"


def _fill_in(sheet: Path, house: str, reason: str, cells: Mapping[str, str]) -> None:
    """Write into the row of a house whose reason begins so, under these headings."""
    book = openpyxl.load_workbook(sheet)
    page = book.worksheets[0]
    place = {str(cell.value): number for number, cell in enumerate(page[1], start=1)}
    (row,) = [
        number
        for number in range(2, page.max_row + 1)
        if str(page.cell(number, place["House number"]).value) == house
        and str(page.cell(number, place["Reason"]).value).startswith(reason)
    ]
    for heading, text in cells.items():
        page.cell(row, place[heading], text)
    book.save(sheet)


def test_a_week(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: Mapping[str, Mapping[str, Any]]
) -> None:
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Any:
        ran = cpms(*words)
        assert ran.code == 0, (words, ran.out, ran.err)
        return ran

    def today(day: str, *words: str) -> list[tuple[str, str, str | None]]:
        tasks = run("today", "--as-of", day, "--format", "json", *words).json["tasks"]
        return [(task["household_no"], task["kind"], task["worker"]) for task in tasks]

    # Sunday: three houses. In house 1 a child is hurt, in house 2 one works at a dangerous place, in house 3 nobody
    # answered whether the child is hurt.
    plain = {"interview_date": "2026-03-01", "left_alone": "no", "child_no": 1}
    homes: list[dict[str, Any]] = [
        {"household_no": 1, HURT: "yes", "birth_date": "2013-07-11"},
        {"household_no": 2, "work_hazardous": "yes", "birth_date": "2013-07-12"},
        {"household_no": 3, HURT: None, "birth_date": "2013-07-13"},
    ]
    write_drawn(tmp_path / "survey.csv", base, [{**home, **plain} for home in homes])
    run("merge", "survey.csv")
    children = {row["household_no"]: row["cpms_id"] for row in run("children", "--format", "json").json["children"]}

    # Monday: who waits has nobody yet. W1 gets both cases, and the list is W1's.
    assert today("2026-03-02") == [("1", "open", None), ("2", "open", None), ("3", "ask", None)]
    run("response", "assign", "--to", "W1", "--date", "2569-03-02")
    assert today("2026-03-02", "--worker", "W1") == [("1", "open", "W1"), ("2", "open", "W1")]

    # The sheet is taken along: house 1 is visited, with a next date on Wednesday; house 3 says that the child is hurt.
    run("today", "--as-of", "2026-03-02", "-o", "monday.xlsx")
    visited = {"Response date": "2/3/2569", "Response": "Home visit", "Worker code": "W1", "Next date": "4/3/2569"}
    _fill_in(tmp_path / "monday.xlsx", "1", "first response", visited)
    _fill_in(tmp_path / "monday.xlsx", "3", "An answer", {"Answer": "Yes"})
    back = run("merge", "monday.xlsx").out
    assert "1 response in = 1 stored" in back
    assert "1 answer in = 1 stored" in back

    # Thursday: nobody was there on Wednesday; house 3 is a victim's, overdue since its answer is of Sunday's interview.
    assert today("2026-03-05") == [("3", "overdue", None), ("1", "missed", "W1"), ("2", "overdue", "W1")]

    # Friday: W1 is ill. W2 takes over what W1 has, and house 3, which nobody had. What is missed stays missed.
    run("response", "assign", "--from", "W1", "--to", "W2", "--date", "2569-03-06")
    run("response", "assign", "--to", "W2", "--date", "2569-03-06")
    assert today("2026-03-06", "--worker", "W2") == [
        ("3", "overdue", "W2"),
        ("1", "missed", "W2"),
        ("2", "overdue", "W2"),
    ]
    run("response", "add", children["2"], "--kind", "home_visit", "--date", "2569-03-06", "--worker", "W2")
    run(
        *("response", "add", children["2"], "--kind", "closed", "--date", "2569-03-06"),
        *("--reason", "safe_now", "--worker", "W2"),
    )
    assert [house for house, _, _ in today("2026-03-07")] == ["3", "1"]

    # Saturday: the mother of house 1 says that the answer is wrong. It stays, and is asked again.
    words = ("--field", HURT, "--by", "mother", "--reason", "she fell", "--date", "2569-03-07")
    written = run("child", "dispute", children["1"], *words).out
    assert "Level with this answer: Victim. Without it: Not enough answers" in written
    assert today("2026-03-07") == [("3", "overdue", "W2"), ("1", "missed", "W2"), ("1", "disputed", None)]
    run("today", "--as-of", "2026-03-07", "-o", "saturday.xlsx")
    _fill_in(tmp_path / "saturday.xlsx", "1", "the family says", {"Answer": "No"})
    assert "1 answer in = 1 stored" in run("merge", "saturday.xlsx").out
    run("child", "dispute", children["1"], "--field", HURT, "--close", "--by", "W2", "--reason", "seen together")

    # Sunday: of house 1 nothing is left; house 3 waits for W2. The store is sound.
    assert today("2026-03-08") == [("3", "overdue", "W2")]
    run("store", "check")
    _check_work(run("response", "summary", "--work", "--as-of", "2026-03-08", "--format", "json").json)


def _check_work(work: Any) -> None:
    """What the week came to: one open case of W2, and one that was closed."""
    victims, at_high_risk = work["totals"]
    assert (victims["case_count"], victims["responded"], victims["closed_cases"]) == (1, 0, 0)
    # House 2 had its first visit five days after the interview, and was closed.
    assert (at_high_risk["case_count"], at_high_risk["days_to_first"], at_high_risk["closed_cases"]) == (1, 5.0, 1)
    closures = [(row["level"], row["closing_reason"], row["closed_cases"]) for row in work["closures"]]
    assert closures == [("high_risk", "safe_now", 1)]
    assert [(row["worker"], row["open_cases"]) for row in work["workers"]] == [("W2", 1)]
