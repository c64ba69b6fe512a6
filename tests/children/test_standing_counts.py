"""Promise 23, the counts: how many stand at each level today is said beside what the round's own answers say, the same
in every summary and document, and only in the office."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest

from cpms_cli import list_children, merge
from tests.conftest import THAI_FONT, Cpms, write_drawn

HURT = {"violence_physical": "yes"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """Victims of 2025 in houses 1 to 5. In 2026 house 1 was not found; the family of 2 did not consent; what was yes is
    blank in 3; in 4 it is no, and another kind of violence is blank; 5 is hurt again and turned 18 in April; 6 is a
    new victim; of 7 nothing is wrong."""
    folder = tmp_path_factory.mktemp("standing")
    path = folder / "s.duckdb"
    born = {home: "2008-04-10" if home == 5 else f"2012-0{home}-11" for home in range(1, 8)}

    def write(year: int, answers: Mapping[int, Mapping[str, Any]]) -> None:
        known = list_children(path).set_index("household_no")["cpms_id"].to_dict() if path.exists() else {}
        rows = [
            {
                "round": year,
                "household_no": home,
                "interview_date": f"{year}-03-01",
                "given_name": f"ชื่อ{home}",
                "birth_date": born[home],
                "cpms_id": known.get(str(home)),
                **answers_of_home,
            }
            for home, answers_of_home in answers.items()
        ]
        merge([write_drawn(folder / f"{year}.csv", base, rows)], path)

    write(2025, dict.fromkeys(range(1, 6), HURT))
    blank, otherwise = {"violence_physical": None}, {"violence_physical": "no", "violence_emotional": None}
    write(2026, {2: {"consent": "no"}, 3: blank, 4: otherwise, 5: HURT, 6: HURT, 7: {}})
    return path


VICTIMS = {
    "level": "victim",
    "label": "Victim",
    "children": 5,
    "this_round": 1,
    "earlier": 4,
    "not_found": 1,
    "no_consent": 1,
    "closed": 0,
    "turned_18": 1,
}


@pytest.mark.parametrize("words", [["community", "850105"], ["province", "85"], ["plan", "community", "850105"]])
def test_the_counts_say_who_stands_and_since_when(asked_once: Cpms, store: Path, words: list[str]) -> None:
    ran = asked_once(*words, "--store", store, "--format", "json").json
    assert next(level for level in ran["standing"] if level["level"] == "victim") == VICTIMS
    assert sum(part["victim"] for part in ran["standing_parts"]) == 5
    assert next(level for level in ran["levels"] if level["level"] == "victim")["children"] == 2


def test_the_counts_are_those_of_the_list_of_children(asked_once: Cpms, store: Path) -> None:
    listed = pd.DataFrame(asked_once("children", "--store", store, "--format", "json").json["children"])
    standing = asked_once("community", "850105", "--store", store, "--format", "json").json["standing"]
    by_level = listed[~listed["turned_18"]].groupby("level").size().to_dict()
    assert {level["level"]: level["children"] for level in standing if level["children"]} == by_level
    # A child of a family that did not consent is one child, also where that round has a row without answers.
    assert len(listed) == 7


def test_a_round_that_others_followed_has_nobody_who_stands_in_it(cpms: Cpms, store: Path) -> None:
    words = ("community", "850105", "--round", "2568", "--store", store)
    assert "standing" not in cpms(*words, "--format", "json").json
    assert "today" not in cpms(*words).out


# The documents say the same as the commands


def _docx_tables(path: Path) -> list[list[list[str]]]:
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in docx.Document(str(path)).tables]


@pytest.mark.parametrize("words", [["plan", "community"], ["report", "community", "--internal"]])
def test_a_document_has_the_row_of_the_command(cpms: Cpms, store: Path, tmp_path: Path, words: list[str]) -> None:
    kind, command, *options = words
    out = tmp_path / "out.docx"
    assert cpms(kind, command, "850105", *options, "--store", store, "-o", out).code == 0
    headings = ["Stand today", "By round 2026", "Since earlier rounds", "Not found again", "Family did not consent"]
    table = next(table for table in _docx_tables(out) if "Stand today" in table[0])
    assert table[0][1:7] == [*headings, "Turned 18"]
    assert next(row for row in table if row[0] == "Victim")[1:7] == ["5", "1", "4", "1", "1", "1"]


@pytest.mark.parametrize("ending", [".html", ".xlsx", ".pdf"])
@pytest.mark.parametrize("language", ["en", "th"])
def test_every_kind_of_report_shows_who_stands(
    cpms: Cpms, store: Path, tmp_path: Path, ending: str, language: str
) -> None:
    if ending == ".pdf" and language == "th" and not THAI_FONT:
        pytest.skip("no font with Thai letters is installed")
    out = tmp_path / f"out{ending}"
    words = ("report", "community", "850105", "--internal", "--lang", language, "--store", store, "-o", out)
    assert cpms(*words).code == 0
    if ending == ".html":
        text = re.sub(r"<[^>]+>", " ", out.read_text(encoding="utf-8"))
        assert ("Children who stand at each level today" if language == "en" else "อยู่ในแต่ละระดับในวันนี้") in text
    if ending == ".xlsx":
        sheets = pd.read_excel(out, sheet_name=None, header=None, engine="calamine")
        text = " ".join(sheet.to_string() for sheet in sheets.values())
        assert ("Stand today" if language == "en" else "อยู่ในวันนี้") in text


def test_a_workbook_of_a_community_has_the_counts_under_words(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    out = tmp_path / "c.xlsx"
    cpms("community", "850105", "--store", store, "-o", out)
    sheet = pd.read_excel(out, sheet_name="Stand today", engine="calamine").set_index("Level")
    assert sheet.loc["Victim", "Stand at this level today"] == 5
    assert sheet.loc["Victim", "Since earlier rounds"] == 4


@pytest.mark.parametrize("words", [["community", "850105"], ["plan", "community", "850105"]])
def test_no_reader_outside_the_office_gets_these_counts(cpms: Cpms, store: Path, words: list[str]) -> None:
    ran = cpms(*words, "--audience", "partners", "--store", store, "--format", "json")
    assert not {"standing", "standing_parts"} & set(ran.json)
    assert "by the answers of this round alone" in " ".join(ran.json["notes"])
    assert "Stand today" not in cpms(*words, "--audience", "partners", "--store", store).out


def test_no_report_for_others_has_these_counts(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.html"
    cpms("report", "community", "850105", "--audience", "partners", "--store", store, "-o", out)
    assert "stand at each level today" not in out.read_text(encoding="utf-8")


# What is said of a child


MARKS = {"en": "the family did not consent in 2026", "th": "ครอบครัวไม่ยินยอมในรอบ 2569"}


@pytest.mark.parametrize("language", ["en", "th"])
def test_a_family_that_did_not_consent_is_called_so_in_every_list(asked_once: Cpms, store: Path, language: str) -> None:
    for words in (["children"], ["response", "due"], ["community", "850105"]):
        assert MARKS[language] in asked_once(*words, "--store", store, "--lang", language).out, words
    # In the narrow column of a list of visits the year stands on the next line.
    mark = MARKS[language].rpartition(" ")[0]
    assert mark in asked_once("visits", "--store", store, "--lang", language).out


def test_a_family_that_did_not_consent_is_not_called_not_found(cpms: Cpms, store: Path) -> None:
    listed = list_children(store).set_index("household_no")
    assert (listed.loc["2", "level"], listed.loc["2", "no_consent"]) == ("victim", 2026)
    assert listed["not_found"].notna().to_dict() == {home: home == "1" for home in listed.index}
    last = cpms("child", listed.loc["2", "cpms_id"], "--store", store, "--format", "json").json["levels"][-1]
    assert last["standing_why"] == MARKS["en"]


def test_the_visit_still_asks_that_family_whether_it_consents_now(asked_once: Cpms, store: Path) -> None:
    asked = asked_once("visits", "--store", store, "--format", "json").json["visits"]
    assert [row["field"] for row in asked if row["household_no"] == "2"] == ["consent", None]


def test_a_reason_says_what_later_answers_ended_and_what_is_open(store: Path) -> None:
    why = list_children(store).set_index("household_no")["why"]
    hurt = "13 Victim of violence (Physical violence)"
    assert why["3"] == f"from round 2025; nothing since then says that it is over: {hurt}"
    assert why["4"] == (
        f"from round 2025; no longer so by later answers: {hurt};"
        " one question could still change this: Emotional violence"
    )


def test_who_turned_18_is_counted_where_whom_to_visit_is_listed(cpms: Cpms, asked_once: Cpms, store: Path) -> None:
    due = cpms("response", "due", "--store", store, "--format", "json").json["turned_18"]
    visits = asked_once("visits", "--store", store, "--format", "json").json
    assert [child["household_no"] for child in visits["turned_18"]] == ["5"] == [child["household_no"] for child in due]
    assert "5" not in {visit["household_no"] for visit in visits["visits"]}
    assert "1 child turned 18 while waiting" in asked_once("visits", "--store", store, "--lang", "en").out
    community = asked_once("community", "850105", "--store", store, "--lang", "en")
    assert "1 child at this level turned 18" in community.out
