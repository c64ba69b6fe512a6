"""`cpms response`: what was done for the children is recorded, who waits is listed, what was in time is counted."""

from __future__ import annotations

import datetime
import gzip
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest

from cpms_cli import add_response, backup, check_store, compact, import_responses, merge, undo
from cpms_cli.scoring.standing import responses_until, standings
from cpms_cli.store.content import dump
from cpms_cli.store.tables.response_tables import create_known_children
from cpms_cli.survey.model.definition import Survey
from cpms_cli.workspace import Workspace
from tests.conftest import ROOT, Cpms, MakeOnce

DAY, END = ("--as-of", "2569-03-20"), datetime.date(2026, 3, 20)
HURT, UNKNOWN, WORKS = {"violence_physical": "yes"}, {"violence_physical": "unknown"}, {"work_hazardous": "yes"}
# By house number: what each child's household says in 2025 and in 2026; a round without an entry did not find it.
HOMES: dict[int, tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]] = {
    1: ({}, HURT),
    2: ({}, WORKS),
    3: (HURT, UNKNOWN),
    4: (HURT, {}),
    5: (HURT, None),
    6: ({}, {**HURT, "interview_date": None}),
    7: (HURT, {"drugs": "unknown"}),
    12: ({}, {}),
}


def _survey(
    folder: Path, base: Mapping[str, Mapping[str, Any]], year: int, homes: Mapping[int, Mapping[str, Any]]
) -> Path:
    """A flat survey file of one round, interviewed on the first of March, a child in each house."""
    plain = {**base["household"], **base["child"], "left_alone": "no", "round": year, "interview_date": f"{year}-03-01"}
    rows = [
        {
            **plain,
            "household_no": str(home),
            "national_id": None,
            "given_name": f"ชื่อลับ{home}",
            "birth_date": f"2016-06-{home:02}",
            **answers,
        }
        for home, answers in homes.items()
    ]
    path = folder / f"{year}-{len(homes)}.csv"
    pd.DataFrame(rows).astype("object").to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: dict[str, dict[str, Any]]) -> Path:
    """The store of HOMES, one batch a round; the second round carries the identifiers of the first."""
    folder = tmp_path_factory.mktemp("responses")
    store = folder / "s.duckdb"
    merge(
        [_survey(folder, base, 2025, {home: answers for home, (answers, _) in HOMES.items() if answers is not None})],
        store,
    )
    known = ids(store)
    later = {home: {**answers, "cpms_id": known[home]} for home, (_, answers) in HOMES.items() if answers is not None}
    merge([_survey(folder, base, 2026, later)], store)
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "s.duckdb"
    shutil.copy(made, copy)
    return copy


@pytest.fixture(scope="module")
def known(made: Path) -> dict[int, str]:
    """The identifier of the child of each house of HOMES."""
    return ids(made)


@pytest.fixture
def visited(store: Path, once: MakeOnce, known: dict[int, str]) -> Path:
    """`store`, in which a visit to the child of house 1 is recorded, as batch 3."""

    def record_visit(to: Path) -> None:
        add_response(to, known[1], "home_visit", "2569-03-02")

    return once(record_visit)


def ids(store: Path) -> dict[int, str]:
    """The identifier of the child of each house."""
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute("SELECT DISTINCT household_no::INTEGER, cpms_id FROM child_link").fetchall()
    return {int(home): str(identifier) for home, identifier in rows}


def _log(path: Path, *rows: Mapping[str, Any]) -> Path:
    frame = pd.DataFrame(rows).astype("object")
    if path.suffix == ".csv":
        frame.to_csv(path, index=False, encoding="utf-8")
    else:
        frame.to_excel(path, index=False, sheet_name="response")
    return path


def _thai(identifier: str, kind: str, date: str, outcome: str = "") -> dict[str, str]:
    cells = {"รหัสเด็ก": identifier, "วันที่ดำเนินการ": date, "การดำเนินการ": kind}
    return {**cells, "หน่วยงาน": "พมจ", "ผลการดำเนินการ": outcome}


def _due(cpms: Cpms, store: Path, *words: object) -> list[dict[str, Any]]:
    ran = cpms("response", "due", *DAY, *words, "--store", store, "--format", "json")
    due: list[dict[str, Any]] = ran.json["due"]
    return due


def _add(cpms: Cpms, store: Path, home: int, kind: str, date: str, *words: object) -> None:
    ran = cpms("response", "add", ids(store)[home], "--kind", kind, "--date", date, *words, "--store", store)
    assert ran.code == 0, ran.err


def _responses(survey: Survey, store: Path, person: str) -> pd.DataFrame:
    """The responses of one child, in the order of their dates."""
    with Workspace(survey, store) as workspace:
        create_known_children(workspace.connection, survey)
        return responses_until(workspace.connection, survey, END, person)


# Who is due


def test_the_most_severe_level_comes_first_then_the_longest_overdue_then_the_undated(cpms: Cpms, store: Path) -> None:
    shown = [
        (child["household_no"], child["level"], child["due_date"], child["days_late"], child["state"])
        for child in _due(cpms, store)
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
    listed = {child["household_no"]: child for child in _due(cpms, store)}
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
    merge([_survey(tmp_path, base, 2026, {home: entry[0] for home, entry in zip(homes, shown, strict=True)})], store)
    known = ids(store)
    rows = [_thai(known[home], kind, date) for home, (_, kind, date, _) in zip(homes, shown, strict=True)]
    assert import_responses([_log(tmp_path / "log.csv", *rows)], store).exit_code == 0
    waiting = {int(child["household_no"]) for child in _due(cpms, store)}
    assert waiting == {home for home, entry in zip(homes, shown, strict=True) if not entry[3]}


def test_where_the_interview_has_no_date_only_what_came_with_or_after_the_file_is_an_answer(
    cpms: Cpms, store: Path
) -> None:
    """The interview was on the day of the merge at the latest, by the clock of the country."""
    with duckdb.connect(str(store)) as connection:
        connection.execute("UPDATE batch SET merged_at = TIMESTAMP '2026-03-05 10:00'")
    _add(cpms, store, 6, "home_visit", "2569-03-04", "--by", "RAO")
    (listed,) = [child for child in _due(cpms, store) if child["household_no"] == "6"]
    assert listed["done"] == "2026-03-04 Home visit (RAO)"
    assert listed["note"] == "no interview date: deadline unknown"
    ran = cpms("response", "due", *DAY, "--store", store)
    assert "at once" in ran.out
    assert "find the date on the paper form" in ran.out
    _add(cpms, store, 6, "safety_protection", "2569-03-05")
    assert "6" not in [child["household_no"] for child in _due(cpms, store)]


def test_all_lists_those_who_had_their_response_and_what_is_planned(cpms: Cpms, store: Path) -> None:
    _add(cpms, store, 1, "เยี่ยมบ้าน", "2/3/2569", "--by", "RAO", "--next", "30/3/2569")
    _add(cpms, store, 1, "ส่งต่อ", "3/3/2569")
    (listed,) = [child for child in _due(cpms, store, "--all") if child["household_no"] == "1"]
    assert (listed["state"], listed["next_date"]) == ("in_time", "2026-03-30")
    assert listed["done"] == "2026-03-02 Home visit (RAO); 2026-03-03 Referral"


def test_an_area_is_a_part_of_the_list(cpms: Cpms, store: Path) -> None:
    assert len(_due(cpms, store, "--area", "850105")) == 6
    assert cpms("response", "due", "--area", "8503", "--store", store).code == 2, "an area not surveyed is not well"
    assert cpms("response", "due", "--area", "999999", "--store", store).code == 2


def test_names_are_hidden_and_showing_them_is_logged(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    out = tmp_path / "visits.xlsx"
    assert "ชื่อลับ" not in cpms("response", "due", "-o", out, "--store", store).out
    assert "ชื่อลับ" not in pd.read_excel(out, engine="calamine").to_csv()
    assert "ชื่อลับ1" in cpms("response", "due", *DAY, "--identified", "--store", store).out
    with duckdb.connect(str(store), read_only=True) as connection:
        assert connection.execute("SELECT what, children FROM audit").fetchall() == [("response due", 6)]


# Where a child stands


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
    _add(cpms, store, 3, "closed", date, "--by", "PAO")
    assert ("3" not in [child["household_no"] for child in _due(cpms, store)]) is ends
    ran = cpms("child", known[3], "--store", store, "--format", "json").json
    assert ran["levels"][1]["standing"] == ("not_enough_answers" if ends else "victim")
    if ends:
        closed = [level for level in ran["levels"] if level["closed_on"]]
        assert [(closing["closed_by"], closing["round"]) for closing in closed] == [
            ("PAO", 2026 if date > "2569" else 2025)
        ]


def test_a_new_round_opens_a_closed_case_again(cpms: Cpms, store: Path) -> None:
    _add(cpms, store, 1, "closed", "2569-02-01")
    assert "1" in [child["household_no"] for child in _due(cpms, store)]
    _add(cpms, store, 1, "closed", "2569-03-05")
    assert "1" not in [child["household_no"] for child in _due(cpms, store)]


def test_a_child_shows_its_visits_and_who_recorded_them(cpms: Cpms, store: Path, known: dict[int, str]) -> None:
    _add(cpms, store, 3, "home_visit", "2568-03-02", "--by", "RAO", "--outcome", "=1+1", "--next", "2568-03-09")
    _add(cpms, store, 3, "closed", "2569-03-10", "--by", "PAO")
    ran = cpms("child", known[3], "--store", store, "--format", "json").json
    kept = [
        (response["response_date"], response["response_kind"], response["response_by"], response["next_date"])
        for response in ran["responses"]
    ]
    assert [entry[1:3] for entry in kept] == [("home_visit", "RAO"), ("closed", "PAO")]
    assert all(response["recorded_by"] and response["recorded_at"] for response in ran["responses"])
    text = cpms("child", known[3], "--store", store).out
    assert "Responses" in text
    assert re.search(r"2025-03-02 +Home visit +RAO", text)
    assert "case closed on 2026-03-10 (PAO)" in " ".join(text.split())
    thai = cpms("child", known[3], "--store", store, "--lang", "th").out
    assert re.search(r"2/3/2568 +เยี่ยมบ้าน +RAO", thai)
    assert "No response is recorded" in cpms("child", known[12], "--store", store).out


# How much was done in time


def test_the_summary_counts_every_case_once(cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path) -> None:
    done = (
        (1, "home_visit", "2569-03-02"),
        (2, "home_visit", "2569-03-05"),
        (3, "closed", "2568-04-01"),
        (7, "referral", "2568-04-01"),
        (5, "closed", "2568-05-01"),
    )
    import_responses([_log(tmp_path / "log.csv", *(_thai(known[home], *rest) for home, *rest in done))], store)
    ran = cpms("response", "summary", *DAY, "--store", store, "--format", "json").json
    names = ("due", "in_time", "late", "open", "overdue", "closed", "unknown")
    totals = {row["level"]: tuple(row[name] for name in names) for row in ran["totals"]}
    # 3 stands at no urgent level any more; 5 was closed without a visit; 6 has no date; a referral is no visit.
    assert totals == {"victim": (3, 1, 0, 0, 0, 1, 1), "high_risk": (2, 0, 1, 0, 1, 0, 0)}
    assert [(part["area"], part["name"], part["due"]) for part in ran["parts"]] == [
        ("850105", "Pak Nam", 3),
        ("850105", "Pak Nam", 2),
    ]
    villages = cpms("response", "summary", *DAY, "--area", "850105", "--store", store, "--format", "json").json["parts"]
    assert [(village["area"], village["name"], village["due"]) for village in villages] == [
        ("85010501", "Pak Nam, moo 1", 3),
        ("85010501", "Pak Nam, moo 1", 2),
    ]


def test_the_summary_is_written_and_printed(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    out = tmp_path / "responses.xlsx"
    ran = cpms("response", "summary", *DAY, "--store", store)
    assert cpms("response", "summary", *DAY, "-o", out, "--store", store).code == 0
    assert re.search(r"Victim +4 +0 +0 +0 +3 +0 +0 +0 +1", ran.out)
    assert list(pd.read_excel(out, sheet_name=None, engine="calamine")) == ["Totals", "Areas", "Notes"]
    lines = cpms("response", "summary", *DAY, "--store", store, "--format", "csv").out.splitlines()
    assert lines[0] == "area,name,level,label,due,in_time,late,open,overdue,again,closed,turned_18,unknown"
    thai = cpms("response", "summary", *DAY, "--store", store, "--lang", "th").out
    assert "ณ วันที่ 20/3/2569" in thai
    assert re.findall("[a-z]{3,}", thai) == ["audience"]


# Recording


def test_a_spreadsheet_in_thai_is_recorded_and_twice_changes_nothing(
    cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path
) -> None:
    file = _log(
        tmp_path / "log.csv", _thai(known[1], "เยี่ยมบ้าน", "2 มี.ค. 69", "พบเด็ก ๑ คน"), _thai(known[2], "ส่งต่อ", "๓/๓/๒๕๖๙")
    )
    ran = cpms("response", "import", file, "--store", store)
    assert ran.code == 0, ran.out
    assert "2 responses in = 2 stored + 0 unchanged + 0 set aside" in ran.out
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute(
            "SELECT cpms_id, response_date, response_kind, response_by FROM response ORDER BY response_date"
        ).fetchall()
    assert rows == [(known[1], "2026-03-02", "home_visit", "พมจ"), (known[2], "2026-03-03", "referral", "พมจ")]
    ran = cpms("response", "import", file, "--store", store, "--format", "json").json
    assert ran["counts"] == {"rows_in": 2, "stored": 0, "replaced": 0, "unchanged": 2, "quarantined": 0}
    assert check_store(store)["violations"].sum() == 0


def test_a_log_is_a_sheet_of_a_workbook_too(cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"note": ["x"], "other": ["y"]}).to_excel(book, index=False, sheet_name="about")
        pd.DataFrame([_thai(known[1], "เยี่ยมบ้าน", "2/3/2569")]).to_excel(book, index=False, sheet_name="response")
    assert "1 responses in = 1 stored" in cpms("response", "import", path, "--store", store).out


def test_what_is_wrong_is_named_by_its_cell_set_aside_mended_and_imported(
    cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path
) -> None:
    file = _log(
        tmp_path / "log.csv",
        _thai(known[1], "เยี่ยมบ้าน", "2/3/2569"),
        _thai("CAAAAAAAAAAA", "เยี่ยมบ้าน", "2/3/2569"),
        _thai(known[2], "ไปหา", "2/3/2569"),
        _thai(known[2], "", "2/3/2569"),
        _thai(known[3], "ไม่ทราบ", "2/3/2569"),
        _thai(known[4], "เยี่ยมบ้าน", "1/1/2599"),
        _thai(known[5], "เยี่ยมบ้าน", "2/3/2560"),
        _thai("C0000000000T", "เยี่ยมบ้าน", "2/3/2569"),
        _thai(known[7], "เยี่ยมบ้าน", "ต้นเดือน"),
    )
    ran = cpms("response", "import", file, "--store", store, "--format", "json")
    faults = [(finding["cell"], finding["rule"], finding["severity"]) for finding in ran.json["findings"]]
    assert ran.code == 1
    assert faults == [
        ("A3", "cpms_id_form", "error"),
        ("C4", "code", "error"),
        ("C5", "required", "error"),
        ("C6", "code", "error"),
        ("B7", "response_in_future", "error"),
        ("B8", "response_before_interview", "warning"),
        ("A9", "response_of_nobody", "error"),
        ("B10", "date", "error"),
    ]
    assert ran.json["counts"] == {"rows_in": 9, "stored": 2, "replaced": 0, "unchanged": 0, "quarantined": 7}
    aside = Path(ran.json["quarantine"])
    book = openpyxl.load_workbook(aside)
    sheet = book.worksheets[0]
    header = [str(cell.value) for cell in sheet[1]]
    kinds = [sheet.cell(row, header.index("การดำเนินการ") + 1) for row in range(2, sheet.max_row + 1)]
    wrong = next(cell for cell in kinds if cell.value == "ไปหา")
    wrong.value = "เยี่ยมติดตาม"
    book.save(aside)
    ran = cpms("response", "import", aside, "--store", store, "--format", "json")
    assert ran.json["counts"] == {"rows_in": 7, "stored": 1, "replaced": 0, "unchanged": 0, "quarantined": 6}
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute("SELECT response_kind FROM response WHERE cpms_id = ?", [known[2]]).fetchall()
    assert rows == [("monitoring_visit",)]


def test_a_file_whose_child_was_not_merged_yet_is_recorded_when_it_is(
    cpms: Cpms, store: Path, tmp_path: Path, base: dict[str, dict[str, Any]]
) -> None:
    from cpms_cli.survey.identifiers import new_identifier

    identifier = new_identifier("C")
    file = _log(tmp_path / "log.csv", _thai(identifier, "เยี่ยมบ้าน", "2/3/2569"))
    ran = cpms("response", "import", file, "--store", store)
    assert "1 responses in = 0 stored + 0 unchanged + 1 set aside" in ran.out
    cpms("merge", _survey(tmp_path, base, 2026, {20: {"cpms_id": identifier}}), "--store", store)
    ran = cpms("response", "import", file, "--store", store)
    assert "1 responses in = 1 stored + 0 unchanged + 0 set aside" in ran.out


def test_two_rows_that_say_different_things_are_both_set_aside_and_the_same_twice_is_one(
    cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path
) -> None:
    first, two = known[1], known[2]
    file = _log(
        tmp_path / "log.xlsx",
        _thai(first, "เยี่ยมบ้าน", "2/3/2569", "พบ"),
        _thai(first, "เยี่ยมบ้าน", "2/3/2569", "ไม่พบ"),
        _thai(two, "เยี่ยมบ้าน", "2/3/2569"),
        _thai(two, "เยี่ยมบ้าน", "2/3/2569"),
    )
    ran = cpms("response", "import", file, "--store", store, "--format", "json").json
    assert [finding["rule"] for finding in ran["findings"]] == ["response_told_otherwise"] * 2
    assert ran["counts"] == {"rows_in": 4, "stored": 1, "replaced": 0, "unchanged": 1, "quarantined": 2}


@pytest.mark.parametrize(("ending", "language"), [(".xlsx", "th"), (".csv", "en")])
def test_the_list_of_visits_filled_in_is_read_back_as_it_is(
    cpms: Cpms, store: Path, tmp_path: Path, language: str, ending: str
) -> None:
    path = tmp_path / f"visits{ending}"
    cpms("response", "due", *DAY, "-o", path, "--lang", language, "--store", store)
    kind, date, of, when = {
        "en": ("Home visit", "2026-03-19", "Response", "Response date"),
        "th": ("เยี่ยมบ้าน", "19/3/2569", "การดำเนินการ", "วันที่ดำเนินการ"),
    }[language]
    if ending == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        header = [str(cell.value) for cell in sheet[1]]
        assert sheet.data_validations.dataValidation, "the kinds are offered"
        sheet.cell(2, header.index(of) + 1).value = kind
        sheet.cell(2, header.index(when) + 1).value = date
        book.save(path)
    else:
        table = pd.read_csv(path, dtype="str")
        table.loc[0, [of, when]] = [kind, date]
        table.to_csv(path, index=False, encoding="utf-8-sig")
    ran = cpms("response", "import", path, "--store", store, "--format", "json").json
    assert ran["counts"] == {"rows_in": 1, "stored": 1, "replaced": 0, "unchanged": 0, "quarantined": 0}
    assert ran["findings"] == [], "no other column is taken for a column of the log"
    assert "3" not in [child["household_no"] for child in _due(cpms, store)]


def test_a_list_of_visits_that_nobody_has_filled_in_says_nothing(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    path = tmp_path / "visits.xlsx"
    cpms("response", "due", *DAY, "-o", path, "--store", store)
    ran = cpms("response", "import", path, "--store", store)
    assert (ran.code, "0 responses in = 0 stored + 0 unchanged + 0 set aside" in ran.out) == (0, True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("C000", "--kind", "home_visit", "--date", "1/3/2569"), "no child of the store has this CPMS ID"),
        (
            ("", "--kind", "visit to", "--date", "1/3/2569"),
            "Home visit (home_visit), Safety protection (safety_protection)",
        ),
        (("", "--kind", "home_visit", "--date", "soon"), "'soon' in Response date is not a date"),
        (("", "--kind", "home_visit", "--date", "1/3/2599"), "is still to come"),
        (("", "--kind", "home_visit", "--date", "1/3/2569", "--next", "later"), "'later' in Next date is not a date"),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_one_sentence(
    cpms: Cpms, store: Path, known: dict[int, str], words: tuple[str, ...], expected: str
) -> None:
    before = dump(store)
    ran = cpms("response", "add", words[0] or known[1], *words[1:], "--store", store)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert expected in ran.err
    assert dump(store) == before


def test_the_same_again_changes_nothing_and_a_correction_takes_its_place(
    cpms: Cpms, store: Path, known: dict[int, str]
) -> None:
    words = ("response", "add", known[1], "--kind", "home_visit", "--store", store)
    first = cpms(*words, "--date", "2569-03-02")
    assert "Recorded for" in first.out
    assert "Home visit, 2026-03-02 (batch 3; cpms undo 3 takes it back)" in first.out
    before = dump(store)
    assert "recorded before; nothing changed" in cpms(*words, "--date", "2/3/2026").out
    assert dump(store) == before
    assert "took the place" in cpms(*words, "--date", "2026-03-02", "--outcome", "not at home").out
    assert check_store(store)["violations"].sum() == 0


# The store


def test_undo_takes_back_responses_exactly_and_what_they_correct_last(cpms: Cpms, store: Path) -> None:
    states = [dump(store)]
    for outcome in ("not at home", "seen"):
        _add(cpms, store, 1, "home_visit", "2569-03-02", "--outcome", outcome)
        states.append(dump(store))
    refused = cpms("undo", 3, "--store", store)
    assert (refused.code, "batches 4" in refused.err) == (2, True)
    for batch in (4, 3):
        undo(store, batch)
        assert dump(store) == states[batch - 3]


def test_a_merge_is_undone_exactly_under_responses_that_stay(
    cpms: Cpms, visited: Path, tmp_path: Path, base: dict[str, dict[str, Any]]
) -> None:
    before = dump(visited)
    cpms("merge", _survey(tmp_path, base, 2026, {30: HURT}), "--store", visited)
    _add(cpms, visited, 30, "home_visit", "2569-03-03")
    refused = cpms("undo", 4, "--store", visited)
    assert (refused.code, ids(visited)[30] in refused.err) == (2, True)
    undo(visited, 5)
    undo(visited, 4)
    assert dump(visited) == before


def test_a_joined_child_has_the_responses_of_both_and_a_split_leaves_them_where_they_were_recorded(
    cpms: Cpms, visited: Path, known: dict[int, str], survey: Survey
) -> None:
    assert cpms("child", "split", known[1], "--round", "2026", "--reason", "a twin", "--store", visited).code == 0

    def kinds(identifier: str) -> list[str]:
        return list(_responses(survey, visited, identifier)["kind"])

    with duckdb.connect(str(visited), read_only=True) as connection:
        rows = connection.execute("SELECT round, cpms_id FROM child_link WHERE household_no = '1'").fetchall()
    twin = dict(rows)["2026"]
    assert twin != known[1]
    assert (kinds(known[1]), kinds(twin)) == (["home_visit"], [])
    cpms("response", "add", twin, "--kind", "referral", "--date", "2569-03-03", "--store", visited)
    cpms("child", "join", known[1], twin, "--reason", "no twin", "--store", visited)
    assert kinds(known[1]) == ["home_visit", "referral"]
    ran = cpms("child", twin, "--store", visited, "--format", "json").json
    assert [response["response_kind"] for response in ran["responses"]] == ["home_visit", "referral"]
    assert "1" not in [child["household_no"] for child in _due(cpms, visited)]
    assert check_store(visited)["violations"].sum() == 0


def test_a_forgotten_child_leaves_no_response_in_any_byte(cpms: Cpms, store: Path, known: dict[int, str]) -> None:
    gone = known[1]
    _add(cpms, store, 1, "home_visit", "2569-03-02", "--outcome", "กระซิบเบา")
    _add(cpms, store, 1, "home_visit", "2569-03-02", "--outcome", "กระซิบดัง")
    _add(cpms, store, 2, "home_visit", "2569-03-02")
    ran = cpms("child", "forget", gone, "--yes", "--store", store)
    assert "2 recorded response(s)" in ran.out
    content = store.read_bytes()
    assert "กระซิบ".encode() not in content
    assert gone.encode() not in content
    assert cpms("store", "check", "--store", store).code == 0
    assert "2" not in [child["household_no"] for child in _due(cpms, store)]


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        ("UPDATE response SET cpms_id = 'C12345678901'", "response_has_a_child"),
        ("DELETE FROM batch WHERE kind = 'response'", "response_belongs_to_a_batch"),
        ("UPDATE response SET response_kind = 'closed'", "response_content_as_stored"),
        ("UPDATE response SET superseded_by = 9", "response_superseded_by_a_later_batch"),
        ("INSERT INTO response SELECT * FROM response", "response_one_current_row"),
        ("UPDATE response SET response_date = 'soon'", "response_has_a_date"),
    ],
)
def test_damage_to_the_log_is_named(visited: Path, damage: str, invariant: str) -> None:
    with duckdb.connect(str(visited)) as connection:
        connection.execute(damage)
    violations = check_store(visited).set_index("invariant")["violations"]
    assert violations[invariant] > 0


def test_copies_of_the_store_hold_the_log(visited: Path, tmp_path: Path) -> None:
    before = dump(visited)
    assert "home_visit" in before
    compact(visited)
    assert dump(backup(visited, tmp_path / "copy.duckdb")) == dump(visited) == before


def test_a_bundle_brings_the_log_to_the_province(
    cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add(cpms, store, 1, "home_visit", "2569-03-02", "--outcome", 'seen; said "no"')
    public = cpms("bundle-key", tmp_path / "province.key").out.strip()
    bundle, province = tmp_path / "b.cpms.age", tmp_path / "province.duckdb"
    cpms("bundle", "85", "--round", "2569", "-o", bundle, "--recipient", public, "--store", store)
    monkeypatch.setenv("CPMS_IDENTITY_FILE", str(tmp_path / "province.key"))
    ran = cpms("merge", bundle, "--store", province)
    assert (ran.code, "1 responses in = 1 stored" in ran.out) == (0, True)
    assert (
        cpms("child", known[1], "--store", province, "--format", "json").json["responses"][0]["response_outcome"]
        == 'seen; said "no"'
    )
    again = cpms("merge", bundle, "--store", province, "--format", "json").json
    assert again["responses"]["unchanged"] == 1
    assert cpms("validate", bundle).code == 0
    assert cpms("undo", 1, "--store", province).code == 2
    empty = dump(province)
    cpms("undo", 3, "--store", province)
    assert "home_visit" in dump(province) != empty
    cpms("undo", 1, "--store", province)
    assert "home_visit" not in dump(province)


def test_a_log_given_to_merge_is_recorded_as_one(
    cpms: Cpms, store: Path, known: dict[int, str], tmp_path: Path
) -> None:
    file = _log(
        tmp_path / "log.csv",
        {
            "cpms_id": known[1],
            "response_date": "2026-03-02",
            "response_kind": "home_visit",
            "response_by": "",
            "response_outcome": "",
            "next_date": "",
        },
    )
    children = cpms("children", "--store", store, "--format", "csv").out
    ran = cpms("merge", file, "--store", store)
    assert ran.code == 0, ran.err
    assert "1 responses in = 1 stored" in ran.out
    assert "1 responses in = 0 stored + 1 unchanged" in cpms("response", "import", file, "--store", store).out
    assert cpms("children", "--store", store, "--format", "csv").out == children


def test_a_store_from_before_the_log_gets_one(cpms: Cpms, tmp_path: Path) -> None:
    old = tmp_path / "old.duckdb"
    old.write_bytes(gzip.decompress((ROOT / "tests/stores/format2.duckdb.gz").read_bytes()))
    ran = cpms("response", "due", "--as-of", "2569-12-01", "--store", old, "--format", "json").json
    assert [(child["household_no"], child["level"]) for child in ran["due"]] == [("1", "victim"), ("1", "high_risk")]
    assert (tmp_path / "old.format2.duckdb").exists()
    victim = ran["due"][0]["cpms_id"]
    ran = cpms("response", "add", victim, "--kind", "home_visit", "--date", "2569-11-16", "--store", old)
    assert ran.code == 0, ran.err
    assert cpms("store", "check", "--store", old).code == 0
    assert cpms("undo", 2, "--store", old).code == 0


def test_history_shows_what_was_recorded_and_what_was_merged(cpms: Cpms, visited: Path) -> None:
    batches = cpms("history", "--store", visited, "--format", "json").json["batches"]
    assert [(entry["kind"], entry["rows_stored"]) for entry in batches] == [
        ("survey", 8),
        ("survey", 7),
        ("response", 1),
    ]
