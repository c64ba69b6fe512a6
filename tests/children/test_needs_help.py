"""With what a child needs help stands beside its level: in every list of children, in summaries and in plans."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from cpms_cli import list_children, merge
from tests.conftest import Cpms, write_drawn
from tests.definitions import change_file, copy_definition

HURT, STATELESS, UNREGISTERED = (
    {"violence_physical": "yes"},
    {"nationality": "stateless"},
    {"birth_registered": "not_registered"},
)
ILL = {"member_chronic_illness": "yes"}
# By house: the answers that are not harmless. Worked out by hand: the ids in the order of risk.yaml.
HOMES: dict[str, Mapping[str, str]] = {
    "1": {**HURT, **STATELESS, **UNREGISTERED},
    "2": HURT,
    "3": {**STATELESS},
    "4": {"nationality": "unknown", "birth_registered": ""},
    "5": {**ILL, "arrived_community": "within_12_months"},
    "6": {**HURT, "nationality": "unknown"},
    "7": {},
}
NEEDED = {
    "1": "birth_registration;nationality",
    "2": "",
    "3": "nationality",
    "4": "",
    "5": "settling_in;family_health",
    "6": "",
    "7": "",
}
BOTH = "birth registration, nationality"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    folder = tmp_path_factory.mktemp("help")
    rows = [
        {
            "household_no": home,
            "child_no": 1,
            "round": 2026,
            "interview_date": "2026-03-01",
            "birth_date": f"2016-06-{int(home):02}",
            "left_alone": "no",
            "given_name": f"ชื่อ{home}",
            **answers,
        }
        for home, answers in HOMES.items()
    ]
    merge([write_drawn(folder / "2026.csv", base, rows)], folder / "s.duckdb")
    return folder / "s.duckdb"


@pytest.mark.parametrize("words", [(), ("--round", "2569")])
def test_children_say_what_their_circumstances_call_for(asked_once: Cpms, store: Path, words: tuple[str, ...]) -> None:
    listed = asked_once("children", *words, "--store", store, "--format", "json").json["children"]
    assert {child["household_no"]: child["needs_help"] for child in listed} == NEEDED
    labels = {child["household_no"]: child["needs_help_label"] for child in listed}
    assert (labels["1"], labels["5"], labels["4"]) == (
        BOTH,
        "settling in the community, health care for a member of the family",
        "",
    )
    shown = asked_once("children", *words, "--store", store).out
    assert "Needs help with" in shown and BOTH in shown
    assert "การแจ้งเกิด, สัญชาติ" in asked_once("children", *words, "--store", store, "--lang", "th").out


def test_a_list_of_whom_nobody_needs_help_has_no_column_for_it(asked_once: Cpms, store: Path) -> None:
    assert "Needs help with" not in asked_once("children", "--risk", "not_enough_answers", "--store", store).out


def test_the_level_does_not_hang_on_it(asked_once: Cpms, store: Path) -> None:
    listed = asked_once("children", "--store", store, "--format", "json").json["children"]
    levels = {child["household_no"]: child["level"] for child in listed}
    assert levels == {
        "1": "victim",
        "2": "victim",
        "3": "at_risk",
        "4": "not_enough_answers",
        "5": "at_risk",
        "6": "victim",
        "7": "none_found",
    }


def test_one_child_its_visit_and_its_case_say_the_same(
    cpms: Cpms, asked_once: Cpms, store: Path, tmp_path: Path
) -> None:
    person = list_children(store).set_index("household_no")["cpms_id"]
    levels = asked_once("child", "show", person["1"], "--store", store, "--format", "json").json["levels"]
    assert [level["needs_help"] for level in levels] == ["birth_registration;nationality"]
    assert BOTH in asked_once("child", "show", person["1"], "--store", store).out
    visits = asked_once("visits", "--store", store, "--format", "json").json["visits"]
    assert {visit["household_no"]: visit["needs_help"] for visit in visits if visit["child_no"]} == {
        home: NEEDED[home] for home in ("1", "2", "4", "6")
    }
    assert f"needs help with: {BOTH}" in " ".join(asked_once("visits", "--store", store).out.split())
    words = ("response", "due", "--as-of", "2026-03-05", "--store", store)
    due = asked_once(*words, "--format", "json").json["due"]
    assert {case["household_no"]: case["needs_help"] for case in due} == {
        home: NEEDED[home] for home in ("1", "2", "6")
    }
    assert BOTH in asked_once(*words).out
    assert cpms(*words, "-o", tmp_path / "due.xlsx").code == 0
    sheet = openpyxl.load_workbook(tmp_path / "due.xlsx").worksheets[0]
    assert ["Needs help with", BOTH] in [[cell.value for cell in column[:2]] for column in sheet.iter_cols()]


def test_the_list_of_visits_is_read_back_with_that_column(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    """A column of our own is no column that an office wrote and that was not read."""
    shutil.copy(store, tmp_path / "s.duckdb")
    listed = tmp_path / "due.xlsx"
    cpms("response", "due", "--as-of", "2026-03-05", "--store", tmp_path / "s.duckdb", "-o", listed)
    frame = pd.read_excel(listed, dtype="str", engine="openpyxl")
    filled_in = frame.assign(**{"Response": "Home visit", "Response date": "2026-03-04"})
    assert list(filled_in) == list(frame), "the list has these columns"
    filled_in.to_excel(listed, index=False)
    ran = cpms("response", "import", listed, "--store", tmp_path / "s.duckdb", "--format", "json")
    assert (ran.code, ran.json["counts"]["stored"]) == (0, 3)
    known = {column["header"]: column["why"] for column in ran.json["columns_not_read"]}
    assert known["Needs help with"] == "own"
    assert set(known.values()) == {"own"}


def test_a_community_counts_who_needs_which_help(asked_once: Cpms, store: Path) -> None:
    summary = asked_once("community", "850105", "--store", store, "--format", "json").json
    assert [(row["id"], row["children"], row["unknown"]) for row in summary["help"]] == [
        ("birth_registration", 1, 1),
        ("nationality", 2, 2),
        ("settling_in", 1, 0),
        ("family_health", 1, 0),
    ]
    # Of seven children, nationality is known of five.
    assert [row["share"] for row in summary["help"]] == pytest.approx([1 / 6, 2 / 5, 1 / 7, 1 / 7])
    plan = asked_once("plan", "community", "850105", "--store", store, "--format", "json").json
    assert plan["help"] == summary["help"]
    for lang, words in (("en", "settling in the community"), ("th", "การเริ่มต้นในชุมชนใหม่")):
        assert words in asked_once("community", "850105", "--store", store, "--lang", lang).out
        assert words in asked_once("plan", "community", "850105", "--store", store, "--lang", lang).out


def test_counts_for_an_audience_are_withheld_as_those_of_the_indicator(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    shutil.copy(store, tmp_path / "s.duckdb")
    words = ("850105", "--audience", "press", "--store", tmp_path / "s.duckdb", "--format", "json")
    for command in (("community",), ("plan", "community")):
        summary = cpms(*command, *words).json
        if command == ("community",):
            of_indicators = {row["number"]: (row["yes"], row["unknown"]) for row in summary["indicators"]}
        handed = [(row["children"], row["unknown"]) for row in summary["help"]]
        assert handed == [of_indicators[row["number"]] for row in summary["help"]]
    assert None in {count for counts in handed for count in counts}, "nothing was withheld: the test shows nothing"


def test_a_definition_says_of_every_circumstance_what_it_calls_for(cpms: Cpms, tmp_path: Path) -> None:
    """Here 8 is left out, and in the place of 18 stands an indicator that is no circumstance."""
    own = copy_definition(tmp_path / "own")
    risk = (own / "risk.yaml").read_text("utf-8")
    settling_in = risk[risk.index("  - id: settling_in") : risk.index("  - id: family_health")]
    change_file(own, "risk.yaml", settling_in, "")
    change_file(own, "risk.yaml", "    indicator: 18\n", "    indicator: 3\n")
    ran = cpms("schema", "check", own)
    assert ran.code == 1
    printed = " ".join(ran.out.split())
    assert "nothing says with what circumstance 8 calls for help" in printed
    assert "indicator 3 is no circumstance (indicators.yaml)" in printed
