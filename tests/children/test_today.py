"""`cpms today`: one list of what is to be done, and the same sheet, filled in, read back by `cpms merge`."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from cpms_cli import add_response, import_lists, list_children, list_today, merge, undo
from cpms_cli.store.access.write_outcome import times_stored
from cpms_cli.survey.country_time import country_today
from tests.conftest import Cpms, Draw, write_drawn

HURT = {"violence_physical": "yes"}
DAY = {"interview_date": "2026-03-01", "left_alone": "no", "child_no": 1}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    """House 1: a victim to whom nobody came. House 2: a victim visited on 2 March by W1, next date 10 March. House 3:
    one question is open, whether the child was beaten. House 4: nothing is wrong. One row of the file is set aside."""
    folder = tmp_path_factory.mktemp("today")
    homes: list[dict[str, Any]] = [
        {"household_no": 1, **HURT},
        {"household_no": 2, **HURT},
        {"household_no": 3, "violence_physical": None},
        {"household_no": 4},
        {"household_no": 5, "sex": "7"},
    ]
    store = folder / "s.duckdb"
    merge([write_drawn(folder / "2026.csv", base, [{**home, **DAY} for home in homes])], store)
    known = list_children(store).set_index("household_no")["cpms_id"]
    add_response(store, known["2"], "home_visit", "2026-03-02", next_date="2026-03-10", worker="W1")
    return store


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    """The store of `made`, to be written to."""
    return Path(shutil.copy(made, tmp_path / "s.duckdb"))


def _kinds(store: Path, day: str, cpms: Cpms, *words: str) -> list[tuple[str | None, str]]:
    tasks = cpms("today", "--as-of", day, "--store", store, "--format", "json", *words).json["tasks"]
    return [(task["household_no"], task["kind"]) for task in tasks]


def test_the_most_urgent_household_stands_first_and_the_office_last(cpms: Cpms, made: Path) -> None:
    assert _kinds(made, "2026-03-02", cpms) == [("1", "open"), ("3", "ask"), (None, "set_aside")]
    assert _kinds(made, "2026-03-10", cpms) == [
        ("1", "overdue"),
        ("2", "appointment"),
        ("3", "ask"),
        (None, "set_aside"),
    ]
    assert _kinds(made, "2026-03-11", cpms) == [("1", "overdue"), ("2", "missed"), ("3", "ask"), (None, "set_aside")]


def test_each_task_has_its_reason_in_one_line_and_the_next_step(cpms: Cpms, made: Path) -> None:
    listed = cpms("today", "--as-of", "2026-03-11", "--store", made, "--format", "json").json
    late, missed, ask, aside = listed["tasks"]
    because = "13 Victim of violence (Physical violence)"
    assert late["reason"] == f"first response was due by 2026-03-02, 9 days ago; {because}"
    assert missed["reason"] == f"the next date, 2026-03-10, has passed without a later entry; {because}"
    assert missed["worker"] == "W1"
    assert ask["reason"] == "1 missing answer can still change a level, up to Victim"
    assert ask["next_step"] == "Ask: Physical violence (child 1)"
    assert aside["reason"].startswith("1 row of 2026.csv was set aside on ")
    assert listed["unassigned"] == 1


def test_a_worker_sees_the_own_children_and_how_many_have_no_worker(cpms: Cpms, made: Path) -> None:
    assert _kinds(made, "2026-03-11", cpms, "--worker", "w1") == [("2", "missed")]
    ran = cpms("today", "--as-of", "2026-03-11", "--worker", "W1", "--store", made)
    assert "1 child who waits has no worker in any entry" in ran.out
    refused = cpms("today", "--worker", "W9", "--store", made)
    assert (refused.code, "names the worker 'W9'. Known: W1." in refused.err) == (2, True)


def test_it_agrees_with_the_other_lists_on_who_waits(cpms: Cpms, made: Path) -> None:
    for day in ("2026-03-02", "2026-03-10", "2026-03-11", "2026-05-01"):
        words = ("--as-of", day, "--store", made, "--format", "json")
        tasks = cpms("today", *words).json["tasks"]
        waiting = [task["cpms_id"] for task in tasks if task["cpms_id"] and task["kind"] != "appointment"]
        assert waiting == [child["cpms_id"] for child in cpms("response", "due", *words).json["due"]]
        asked = {row["household_no"] for row in cpms("visits", *words).json["visits"] if row["field"]}
        assert asked == {task["household_no"] for task in tasks if task["kind"] == "ask"}


def test_a_question_that_a_whole_village_was_never_asked_is_said_once(
    cpms: Cpms, tmp_path: Path, base: Mapping[str, Mapping[str, Any]]
) -> None:
    rows = [{"household_no": home, **DAY, "violence_physical": None, "drugs": None} for home in (1, 2)]
    rows.append({"household_no": 3, **DAY, "violence_physical": None})
    merge([write_drawn(tmp_path / "a.csv", base, rows)], tmp_path / "s.duckdb")
    listed = cpms("today", "--store", tmp_path / "s.duckdb", "--format", "json").json
    assert [(row["field"], row["homes"]) for row in listed["not_asked"]] == [("violence_physical", 3)]
    asked = [(task["household_no"], task["next_step"]) for task in listed["tasks"]]
    assert asked == [("1", "Ask: Drugs (child 1)"), ("2", "Ask: Drugs (child 1)")]
    ran = cpms("today", "--store", tmp_path / "s.duckdb")
    assert "1 question that can change a level has no answer from anybody there" in " ".join(ran.out.split())


def test_in_a_list_of_children_alone_such_a_question_is_said_once_too(tmp_path: Path) -> None:
    lines = ["round,village_code,household_no,child_no,given_name,sex,age_years,violence_physical"]
    lines += [f"2026,85010101,{home},1,มาลี,female,9,no" for home in (1, 2, 3)]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    merge([tmp_path / "a.csv"], tmp_path / "s.duckdb")
    listed = list_today(tmp_path / "s.duckdb")
    assert {"drugs", "in_school", "carer"} <= set(listed.not_asked["field"])
    assert set(listed.not_asked["homes"]) == {3}
    assert listed.tasks.empty


def test_each_sheet_says_at_its_top_what_nobody_of_its_village_was_asked(
    cpms: Cpms, tmp_path: Path, base: Mapping[str, Mapping[str, Any]]
) -> None:
    rows: list[dict[str, Any]] = []
    for village, silent in (("85010101", "violence_physical"), ("85010102", "drugs")):
        rows += [{"village_code": village, "household_no": home, **DAY, silent: None} for home in (1, 2)]
        rows.append({"village_code": village, "household_no": 3, **DAY, silent: None, "violence_sexual": "yes"})
    store = tmp_path / "s.duckdb"
    merge([write_drawn(tmp_path / "a.csv", base, rows)], store)
    who = list_children(store).set_index(["village_code", "household_no"])["cpms_id"]
    for village, worker in (("85010101", "W1"), ("85010102", "W2")):
        add_response(store, who[(village, "3")], "home_visit", "2026-03-02", worker=worker, next_date="2026-03-05")
    assert set(list_today(store, worker="W2").not_asked["field"]) == {"drugs"}
    for by, first in (("village", ["85010101", "85010102"]), ("worker", ["W1", "W2"])):
        path = _sheet(store, cpms, tmp_path / f"{by}.xlsx", "2026-03-11", "--by", by)
        sheets = {
            sheet.title.split()[0]: " ".join(str(cell.value) for cell in sheet["F"] if cell.value)
            for sheet in openpyxl.load_workbook(path).worksheets
        }
        asked = [("Physical violence" in sheets[name], "Drugs" in sheets[name]) for name in first]
        assert asked == [(True, False), (False, True)]


# The sheet


def _sheet(store: Path, cpms: Cpms, path: Path, day: str = "2026-03-11", *words: str) -> Path:
    assert cpms("today", "--as-of", day, "--store", store, "-o", path, *words).code == 0
    return path


def _fill(path: Path, fill: Callable[[Worksheet, dict[str, int]], None], save: Path | None = None) -> Path:
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    fill(sheet, {str(cell.value): place for place, cell in enumerate(sheet[1], start=1)})
    book.save(save or path)
    return save or path


def _row(sheet: Worksheet, house: str) -> int:
    return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value == house)


def _answer(answer: str) -> Callable[[Worksheet, dict[str, int]], None]:
    def fill(sheet: Worksheet, place: dict[str, int]) -> None:
        sheet.cell(_row(sheet, "3"), place["Answer"], answer)

    return fill


def _visited(sheet: Worksheet, place: dict[str, int]) -> None:
    row = _row(sheet, "1")
    for header, text in {
        "Response date": "11/3/2569",
        "Response": "Home visit",
        "Worker code": "W2",
        "Next date": "18/3/2569",
    }.items():
        sheet.cell(row, place[header], text)


def test_the_sheet_is_landscape_one_page_wide_with_lists_and_rows_that_hold_their_text(
    cpms: Cpms, made: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(_sheet(made, cpms, tmp_path / "today.xlsx"))
    assert [sheet.title.split()[0] for sheet in book.worksheets][-2:] == ["Office", "cpms"]
    sheet = book.worksheets[0]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.print_title_rows) == (
        "landscape",
        0,
        "$1:$1",
    )
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.row_dimensions[2].height >= 45
    assert len(sheet.data_validations.dataValidation) == 3
    assert sheet.column_dimensions["P"].hidden
    assert "ชื่อ" not in str([cell.value for cell in sheet[1]])


@pytest.mark.parametrize("language", ["en", "th"])
def test_a_sheet_that_nobody_filled_in_changes_nothing(cpms: Cpms, store: Path, tmp_path: Path, language: str) -> None:
    path = _sheet(store, cpms, tmp_path / "today.xlsx", "2026-03-11", "--lang", language)
    ran = cpms("merge", path, "--store", store, "--lang", language, "--format", "json")
    assert (ran.code, ran.json["counts"]["rows_in"], ran.json["answers"]["answers"]) == (0, 0, 0)


def test_a_week_of_a_social_worker(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    """Visit and answer on the 11th, next date missed on the 19th, then the case is closed."""
    path = _sheet(store, cpms, tmp_path / "today.xlsx")
    _fill(path, _visited)
    _fill(path, _answer("Yes"))
    ran = cpms("merge", path, "--store", store)
    assert ran.code == 0, ran.out
    assert "1 response in = 1 stored + 0 unchanged + 0 set aside" in ran.out
    assert "1 answer in = 1 stored + 0 unchanged + 0 set aside + 0 refused" in ran.out
    again = cpms("merge", path, "--store", store)
    assert again.code == 0
    assert "1 response in = 0 stored + 1 unchanged + 0 set aside" in again.out
    assert "1 answer in = 0 stored + 1 unchanged + 0 set aside + 0 refused" in again.out
    # The answer made a victim: first of all, and the child is the same as before.
    level = list_children(store).set_index("household_no")["level"]
    assert level["3"] == "victim"
    assert _kinds(store, "2026-03-12", cpms)[:2] == [("3", "overdue"), ("2", "missed")]
    assert ("1", "missed") in _kinds(store, "2026-03-19", cpms)
    child = list_children(store).set_index("household_no")["cpms_id"]["1"]
    add_response(store, child, "closed", "2026-03-19", closing="safe_now")
    assert "1" not in {house for house, _ in _kinds(store, "2026-03-20", cpms)}
    assert cpms("store", "check", "--store", store).code == 0


def test_an_interview_of_no_date_was_on_the_day_of_the_merge_at_the_latest(
    cpms: Cpms, draw: Draw, tmp_path: Path
) -> None:
    """Many offices' lists have no date of the interview: what is closed on the day of the merge is closed, and what was
    closed on the day before may have been closed before anybody asked."""
    store = tmp_path / "s.duckdb"
    today = country_today()
    merge([draw({"round": today.year, "interview_date": None, "violence_physical": "yes"})], store)
    [child] = list_children(store)["cpms_id"]
    add_response(store, child, "closed", (today - datetime.timedelta(days=1)).isoformat(), closing="safe_now")
    assert [house for house, _ in _kinds(store, today.isoformat(), cpms)] == ["1"]
    add_response(store, child, "closed", today.isoformat(), closing="safe_now")
    assert _kinds(store, today.isoformat(), cpms) == []


def test_what_was_done_and_the_answers_are_stored_in_one_step(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    path = _fill(_fill(_sheet(store, cpms, tmp_path / "today.xlsx"), _visited), _answer("Yes"))
    before = times_stored(store)
    read = import_lists([path], store)
    assert (read.responses.total("stored"), read.answers.stored, times_stored(store) - before) == (1, 1, 1)
    # Each is a batch of its own, and can be taken back by itself.
    undo(store, int(read.responses.files["batch_id"].iat[0]))
    assert list_children(store).set_index("household_no")["level"]["3"] == "victim"


def test_sorted_and_deleted_rows_are_read_as_well(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    path = _fill(_sheet(store, cpms, tmp_path / "today.xlsx"), _answer("No"))

    def turn(sheet: Worksheet, _: dict[str, int]) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        sheet.delete_rows(2, len(rows))
        for row in rows[:0:-1]:
            sheet.append(row)

    ran = cpms("merge", _fill(path, turn), "--store", store, "--format", "json").json
    assert ran["answers"]["stored"] == 1
    assert list_children(store).set_index("household_no")["level"]["3"] == "none_found"


def _refused(cpms: Cpms, store: Path, *paths: Path) -> list[tuple[str, str, str]]:
    ran = cpms("merge", *paths, "--store", store, "--format", "json")
    refused = ran.json["answers"]["refused"]
    assert ran.code == (1 if refused else 0)
    assert all(entry["sheet"] and entry["mend"] for entry in refused)
    return [(entry["file"], entry["cell"], entry["message"]) for entry in refused]


@pytest.mark.parametrize("language", ["en", "th"])
def test_a_sheet_that_was_sorted_without_its_hidden_column_stores_no_answer_of_another(
    cpms: Cpms, tmp_path: Path, base: Mapping[str, Mapping[str, Any]], language: str
) -> None:
    open_questions = {"violence_physical": None, "drugs": None}
    homes: list[dict[str, Any]] = [
        {"household_no": 1, **open_questions},
        {"household_no": 2, "drugs": None},
        {"household_no": 3},
    ]
    store = tmp_path / "s.duckdb"
    merge([write_drawn(tmp_path / "a.csv", base, [{**home, **DAY} for home in homes])], store)
    path = _sheet(store, cpms, tmp_path / "today.xlsx", "2026-03-11", "--lang", language)

    def sort(sheet: Worksheet, place: dict[str, int]) -> None:
        answer = next(column for name, column in place.items() if name in ("Answer", "คำตอบที่ได้"))
        for row, text in ((2, "ไม่ใช่"), (3, "ใช่"), (4, "ไม่ใช่")):
            sheet.cell(row, answer, text)
        # Rows 3 and 4 change places, the last column does not: another house. Then row 2 has another question.
        for column in range(1, sheet.max_column):
            upper, lower = sheet.cell(3, column), sheet.cell(4, column)
            upper.value, lower.value = lower.value, upper.value

    ran = cpms("merge", _fill(path, sort), "--store", store, "--lang", language, "--format", "json")
    read = ran.json["answers"]
    assert (ran.code, read["answers"], read["stored"], len(read["refused"])) == (1, 3, 1, 2)
    assert [refused["cell"][1:] for refused in read["refused"]] == ["3", "4"]


def test_what_is_no_answer_is_named_with_its_cell_and_nothing_else_is_lost(
    cpms: Cpms, store: Path, tmp_path: Path
) -> None:
    path = _fill(_fill(_sheet(store, cpms, tmp_path / "today.xlsx"), _visited), _answer("perhaps"))
    ((file, cell, message),) = _refused(cpms, store, path)
    assert (file, cell) == ("today.xlsx", "H4")
    assert "perhaps" in message
    assert _kinds(store, "2026-03-12", cpms)[0] == ("2", "missed")
    assert _refused(cpms, store, _fill(path, _answer("Yes"))) == []


def test_last_weeks_sheet_writes_over_nobodys_answer(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    first = _fill(_sheet(store, cpms, tmp_path / "today.xlsx"), _answer("Yes"))
    other = _fill(first, _answer("No"), tmp_path / "other.xlsx")
    assert _refused(cpms, store, first) == []
    ((_, cell, message),) = _refused(cpms, store, other)
    assert (cell, message) == ("H4", "'Physical violence' was answered otherwise since this list was written")
    assert list_children(store).set_index("household_no")["level"]["3"] == "victim"


def test_a_sheet_that_two_people_filled_in_differently_is_decided_by_people(
    cpms: Cpms, store: Path, tmp_path: Path
) -> None:
    first = _fill(_sheet(store, cpms, tmp_path / "today.xlsx"), _answer("Yes"))
    other = _fill(first, _answer("No"), tmp_path / "other.xlsx")
    refused = _refused(cpms, store, first, other)
    assert [file for file, _, _ in refused] == ["today.xlsx", "other.xlsx"]
    assert refused[0][2] == "'Physical violence' is answered differently: today.xlsx H4, other.xlsx H4"
    assert list_children(store).set_index("household_no")["level"]["3"] == "not_enough_answers"


def test_an_answer_beside_no_question_is_refused(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    def beside(sheet: Worksheet, place: dict[str, int]) -> None:
        sheet.cell(_row(sheet, "1"), place["Answer"], "Yes")

    path = _fill(_sheet(store, cpms, tmp_path / "today.xlsx"), beside)
    assert _refused(cpms, store, path) == [("today.xlsx", "H2", "this row does not say which question it answers")]


def test_a_list_and_a_survey_are_not_merged_in_one_command(
    cpms: Cpms, store: Path, tmp_path: Path, base: Mapping[str, Mapping[str, Any]]
) -> None:
    path = _sheet(store, cpms, tmp_path / "today.xlsx")
    survey = write_drawn(tmp_path / "more.csv", base, [{"household_no": 9, **DAY}])
    ran = cpms("merge", path, survey, "--store", store)
    assert (ran.code, "today.xlsx: this is a list of what was done" in ran.err) == (2, True)


def test_the_public_function_gives_the_same_tables(made: Path) -> None:
    import datetime

    today = list_today(made, as_of=datetime.date(2026, 3, 11))
    assert list(today.tasks["kind"]) == ["overdue", "missed", "ask", "set_aside"]
    assert list(today.questions["field"]) == ["violence_physical"]
    assert today.not_asked.empty
    assert today.unassigned == 1
