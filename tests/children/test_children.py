"""`cpms children`: without a round, each child as it stands; with one, what that round says."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cpms_cli import add_response, due_responses, list_children, merge
from cpms_cli.errors import UsageError
from tests.conftest import Cpms, Draw, write_drawn

HURT, NOT_TOLD = {"violence_physical": "yes"}, {"violence_physical": "unknown"}
OUT, NOT_SAID = {"in_school": "none"}, {"in_school": "unknown"}
MOVED = {"village_code": "85010502"}
# By house: what is said of its child in 2025 and in 2026, apart from answers of which none is a risk.
HOMES: dict[str, tuple[Mapping[str, Any], Mapping[str, Any] | None]] = {
    "1": ({}, HURT),
    "2": (HURT, NOT_TOLD),
    "3": (HURT, {}),
    "4": (HURT, None),
    "5": (HURT, NOT_TOLD),  # and closed in April 2026
    "6": (HURT, {**NOT_TOLD, **MOVED}),
    "7": (OUT, NOT_SAID),
    "8": (OUT, {}),
    "9": ({}, {}),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    folder = tmp_path_factory.mktemp("children")
    path = folder / "s.duckdb"

    def rows(year: int, known: Mapping[str, str]) -> list[dict[str, Any]]:
        answers = {home: answers_by_round[year - 2025] for home, answers_by_round in HOMES.items()}
        return [
            {
                "household_no": home,
                "child_no": 1,
                "round": year,
                "interview_date": f"{year}-03-01",
                "village_code": "85010501",
                "birth_date": f"2016-06-{int(home):02}",
                "left_alone": "no",
                "in_school": "formal",
                "given_name": f"ชื่อ{home}",
                "cpms_id": known.get(home),
                **entry,
            }
            for home, entry in answers.items()
            if entry is not None
        ]

    merge([write_drawn(folder / "2025.csv", base, rows(2025, {}))], path)
    listed = list_children(path)
    known = dict(zip(listed["household_no"], listed["cpms_id"], strict=True))
    merge([write_drawn(folder / "2026.csv", base, rows(2026, known))], path)
    add_response(path, known["5"], "closed", "2026-04-10")
    return path


def _homes(cpms: Cpms, store: Path, *words: object) -> list[str]:
    ran = cpms("children", *words, "--store", store, "--format", "json")
    assert ran.code == 0, ran.err
    return sorted(child["household_no"] for child in ran.json["children"])


def test_a_victim_is_listed_until_a_later_round_or_a_closing_says_otherwise(cpms: Cpms, store: Path) -> None:
    assert _homes(cpms, store, "--risk", "victim") == ["1", "2", "4", "6"]


def test_nobody_is_listed_at_a_level_that_is_past(cpms: Cpms, store: Path) -> None:
    assert _homes(cpms, store, "--risk", "none_found") == ["3", "8", "9"]
    assert _homes(cpms, store, "--risk", "not_enough_answers") == ["5"]


def test_each_child_has_one_row_of_its_last_round_with_the_reasons_of_the_round_that_gave_the_level(
    store: Path,
) -> None:
    listed = list_children(store).set_index("household_no")
    assert sorted(listed.index) == sorted(HOMES)
    standing = {home: (int(row["round"]), row["level"], int(row["since"])) for home, row in listed.iterrows()}
    assert standing["1"] == (2026, "victim", 2026)
    assert standing["2"] == (2026, "victim", 2025)
    assert standing["4"] == (2025, "victim", 2025)
    assert standing["5"] == (2026, "not_enough_answers", 2026)
    assert listed.loc["1", "why"] == "13 Victim of violence (Physical violence)"
    assert listed.loc["2", "why"] == (
        "from round 2025; nothing since then says that it is over: 13 Victim of violence (Physical violence)"
    )
    assert listed.loc["2", "open"] == "one question could still change this: Physical violence"


def test_a_child_that_moved_is_listed_where_it_lives_now(cpms: Cpms, store: Path) -> None:
    assert _homes(cpms, store, "--risk", "victim", "--area", "85010502") == ["6"]
    assert _homes(cpms, store, "--risk", "victim", "--area", "85010501") == ["1", "2", "4"]


def test_an_answer_stands_until_another_is_given(cpms: Cpms, store: Path) -> None:
    (child,) = cpms("children", "--indicator", "3", "--store", store, "--format", "json").json["children"]
    assert (child["household_no"], child["round"], child["answered_in"]) == ("7", 2026, 2025)
    ran = cpms("children", "--indicator", "3", "--store", store, "--lang", "th")
    assert "รอบที่ตอบ" in ran.out
    assert "2568" in ran.out


def test_with_a_round_the_list_is_what_that_round_says(cpms: Cpms, store: Path) -> None:
    assert _homes(cpms, store, "--risk", "victim", "--round", "2568") == ["2", "3", "4", "5", "6"]
    assert _homes(cpms, store, "--risk", "victim", "--round", "2569") == ["1"]
    assert _homes(cpms, store, "--indicator", "3", "--round", "2568") == ["7", "8"]


def test_as_of_a_day_only_what_was_known_counts(cpms: Cpms, store: Path) -> None:
    assert _homes(cpms, store, "--risk", "victim", "--as-of", "2568-12-31") == ["2", "3", "4", "5", "6"]
    ran = cpms("children", "--as-of", "2568-12-31", "--round", "2568", "--store", store)
    assert (ran.code, "--as-of" in ran.err) == (2, True)
    with pytest.raises(UsageError):
        list_children(store, round_=2025, as_of=datetime.date(2025, 12, 31))


def test_the_workbook_says_in_words_since_when(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    cpms("children", "--indicator", "3", "--store", store, "-o", tmp_path / "c.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "c.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]][-5:] == [
        "Not found in the round",
        "Family did not consent in the round",
        "Turned 18",
        "Closed on",
        "Answered in round",
    ]


def test_why_of_a_round_says_too_where_the_child_stands(cpms: Cpms, store: Path) -> None:
    identifier = str(list_children(store, levels=["victim"]).set_index("household_no").loc["2", "cpms_id"])
    document = cpms("child", identifier, "--why", "--store", store, "--format", "json").json
    assert (document["round"], document["level"], document["standing"]) == (2026, "not_enough_answers", "victim")
    assert "Stands at: Victim, from round 2025: this round's answers leave it possible" in " ".join(
        cpms("child", identifier, "--why", "--store", store).out.split()
    )
    then = cpms("child", identifier, "--why", "--round", "2568", "--store", store, "--format", "json").json
    assert (then["level"], then["standing"], then["standing_why"]) == ("victim", "victim", "")


def test_who_is_due_a_response_is_who_stands_at_a_level_that_asks_for_one(sample_store: Path) -> None:
    """Two ways to the same children, at the same levels, of the same rounds, for the same reasons."""
    listed = list_children(sample_store, levels=["victim", "high_risk"])
    due = due_responses(sample_store, everybody=True)
    columns = ["cpms_id", "level", "since", "why"]
    first, other = (set(frame[columns].itertuples(index=False, name=None)) for frame in (listed, due))
    assert len(first) > 50
    assert first == other


def test_a_case_that_was_closed_says_so_and_is_visited_at_once_no_more(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "closed.duckdb"
    cpms("merge", draw({"violence_physical": "yes"}), "--store", store)
    listed = ("children", "--risk", "victim", "--store", store, "--as-of", "2026-11-28")
    [child] = cpms(*listed, "--format", "json").json["children"]
    assert child["closed_on"] is None
    at_once = ("community", child["village_code"][:6], "--store", store, "--format", "json")
    assert [listed_child["cpms_id"] for listed_child in cpms(*at_once).json["response"]] == [child["cpms_id"]]
    cpms("response", "add", child["cpms_id"], "--kind", "closed", "--date", "2026-11-27", "--store", store)
    [child] = cpms(*listed, "--format", "json").json["children"]
    assert child["closed_on"] == "2026-11-27"
    assert "case closed on 2026-11-27" in " ".join(cpms(*listed).out.split())
    assert cpms(*at_once).json["response"] == []
