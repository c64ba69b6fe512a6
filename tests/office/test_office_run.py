"""`cpms run`: what is new in the inbox is stored, what it gives out, and what it tells."""

from __future__ import annotations

import json
import runpy
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pytest

from tests.conftest import ROOT, SAMPLES, Cpms, Draw
from tests.office.runs import NewOffice, files_below, folder_of_run, states_of


def test_a_run_stores_what_is_new_and_leaves_the_rest_to_mend(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office(run="")
    shutil.move(draw({}, {"sex": "?!"}, name="moo1.csv"), folder / "inbox")
    ran = cpms("run")
    assert ran.code == 1
    assert "1 of 1  moo1.csv: stored; rows 2 = stored 1 + unchanged 0 + set aside 1" in ran.err
    made = folder_of_run(folder)
    names = {path.name for path in made.iterdir()}
    assert names == {"checked_moo1.xlsx", "report.html", "run.json", "to_mend_moo1.xlsx", "today.xlsx"}
    page = (folder / "outbox" / "open_first.html").read_text("utf-8")
    assert f'href="{made.name}/to_mend_moo1.xlsx"' in page
    assert "of moo1.csv, 1 row is not stored" in page
    assert openpyxl.load_workbook(made / "today.xlsx").sheetnames
    before = files_below(folder)
    again = cpms("run")
    assert again.code == 0
    assert "Nothing new in the inbox (1 file)" in again.out
    assert files_below(folder) == before

    # The workbook that is mended and put into the inbox is stored.
    book = openpyxl.load_workbook(made / "to_mend_moo1.xlsx")
    sheet = book.worksheets[0]
    place = next(cell.column for cell in sheet[1] if cell.value == "sex")
    sheet.cell(2, place).value = "male"
    book.save(folder / "inbox" / "to_mend_moo1.xlsx")
    mended = cpms("run", "--format", "json")
    assert mended.code == 0, mended.out
    assert states_of(mended.json) == {"moo1.csv": "known", "to_mend_moo1.xlsx": "stored"}
    assert len(cpms("children", "--format", "json").json["children"]) == 2
    assert all((made / name).exists() for name in names), "nothing of an earlier run is touched"


def test_each_odd_file_is_said_and_the_others_go_on(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office("--round", "2569")
    inbox = folder / "inbox"
    good = draw({}, name="good.csv")
    shutil.copy(good, inbox / "good.csv")
    shutil.copy(good, inbox / "good (1).csv")
    shutil.copy(draw({"household_no": "7"}, name="open.xlsx"), inbox)
    (inbox / "~$open.xlsx").write_bytes(b"\0" * 165)
    last_year = draw({"household_no": "8", "round": 2568, "interview_date": "2026-03-01"}, name="last_year.csv")
    shutil.copy(last_year, inbox)
    (inbox / "letter.txt").write_text("ถึงหัวหน้า เรื่องขอลาพักผ่อน", "utf-8")
    (inbox / "half.csv.crdownload").write_text("round,", "utf-8")
    (inbox / "Thumbs.db").write_bytes(b"x")
    ran = cpms("run", "--format", "json")
    assert ran.code == 1
    states = states_of(ran.json)
    assert sorted(states.pop(name) for name in ("good.csv", "good (1).csv")) == ["same_as", "stored"]
    assert states == {
        "open.xlsx": "held",
        "last_year.csv": "left_out",
        "letter.txt": "left_out",
        "half.csv.crdownload": "held",
    }
    messages = {file["file"]: " ".join(file["messages"]) for file in ran.json["files"]}
    assert "close it" in messages["open.xlsx"]
    assert "last year's form" in messages["last_year.csv"]
    assert "letter.txt" in messages["letter.txt"]
    (inbox / "~$open.xlsx").unlink()
    assert states_of(cpms("run", "--format", "json").json)["open.xlsx"] == "stored"


@pytest.mark.parametrize("make", [Path.touch, lambda store: duckdb.connect(str(store)).close()])
def test_a_run_goes_on_where_the_store_was_killed_at_its_birth(
    cpms: Cpms, office: NewOffice, draw: Draw, make: Callable[[Path], None]
) -> None:
    """Of the killed run there is a file in which nothing stands yet."""
    folder = office()
    make(folder / "cpms.duckdb")
    assert cpms("run").code == 0
    shutil.copy(draw({}, name="moo1.csv"), folder / "inbox")
    ran = cpms("run")
    assert (ran.code, "moo1.csv: stored; rows 1 = stored 1" in ran.err) == (0, True), ran.err
    assert cpms("store", "check").code == 0


def test_a_file_that_is_being_written_is_left_alone(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office()
    path = folder / "inbox" / "slow.csv"
    shutil.copy(draw({}), path)
    ended = threading.Event()

    def write() -> None:
        while not ended.wait(0.01):
            with path.open("a", encoding="utf-8") as stream:
                stream.write("\n")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        ran = cpms("run", "--format", "json")
    finally:
        ended.set()
        writer.join()
    assert ran.code == 1
    assert states_of(ran.json) == {"slow.csv": "held"}
    assert not (folder / "cpms.duckdb").exists()


def test_a_file_without_its_round_is_given_that_of_the_office(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office("--round", "2569")
    shutil.copy(draw({}, without=["round"]), folder / "inbox")
    ran = cpms("run")
    assert ran.code == 0, ran.out
    assert "does not say its round" in ran.out
    assert cpms("children", "--format", "json").json["children"][0]["round"] == 2026


def test_a_map_is_asked_for_once_and_then_serves_all_files_of_its_kind(
    cpms: Cpms, office: NewOffice, draw: Draw
) -> None:
    folder = office()
    for number in (1, 2):
        path = draw({"household_no": str(number)}, name=f"moo{number}.csv")
        text = path.read_text("utf-8").replace("in_school", "ไปโรงเรียนไหม", 1)
        (folder / "inbox" / path.name).write_text(text, "utf-8")
    ran = cpms("run")
    assert ran.code == 1
    assert "ไปโรงเรียนไหม" in ran.out
    assert cpms("run", "--format", "json").json["changed"] is False, "nothing is asked twice"
    book = openpyxl.load_workbook(folder_of_run(folder) / "map_moo1.xlsx")
    row = next(row for row in book.worksheets[0].iter_rows(min_row=2) if row[0].value == "ไปโรงเรียนไหม")
    assert str(row[1].value).removeprefix("?").strip().endswith("[in_school]")
    row[1].value = "in_school"
    book.save(folder / "maps" / "school.xlsx")
    ran = cpms("run", "--format", "json")
    assert ran.code == 0, ran.out
    assert states_of(ran.json) == {"moo1.csv": "stored", "moo2.csv": "stored"}


def test_what_was_taken_back_is_not_stored_again_by_itself(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office()
    shutil.copy(draw({}), folder / "inbox")
    assert cpms("run").code == 0
    assert cpms("undo", "1").code == 0
    ran = cpms("run")
    assert ran.code == 1
    assert "taken back" in ran.out
    assert cpms("merge", folder / "inbox" / "survey.csv").code == 0, "as the message says"
    assert cpms("run").code == 0


def test_a_trial_writes_nothing(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office()
    shutil.copy(draw({}, {"sex": "?!"}), folder / "inbox")
    before = files_below(folder)
    ran = cpms("run", "--dry-run", "--format", "json")
    assert ran.code == 1
    assert (ran.json["counts"]["stored"], ran.json["counts"]["set_aside"]) == (1, 1)
    assert "A trial" in cpms("run", "--dry-run").out
    assert files_below(folder) == before


def test_outputs_are_those_that_the_settings_name_and_the_log_has_a_line_for_each_event(
    cpms: Cpms, office: NewOffice, draw: Draw
) -> None:
    folder = office(run='steps = ["merge", "score"]\nscores = "scores.parquet"')
    shutil.copy(draw({}), folder / "inbox")
    assert cpms("run", "--log", "log.jsonl").code == 0
    assert (folder_of_run(folder) / "scores.parquet").is_file()
    assert not (folder_of_run(folder) / "today.xlsx").exists()
    events = [json.loads(line) for line in Path("log.jsonl").read_text("utf-8").splitlines()]
    assert [event["event"] for event in events] == ["file", "output"]
    assert cpms("run", "--log", "cpms.duckdb").code == 2
    assert cpms("run", "--log", "inbox/log.jsonl").code == 2


def test_a_list_of_visits_that_comes_back_is_recorded(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office()
    shutil.copy(draw({"violence_sexual": "yes"}), folder / "inbox")
    assert cpms("run").code == 0
    child = cpms("children", "--format", "json").json["children"][0]["cpms_id"]
    log = f"cpms_id,response_date,response_kind\n{child},2026-11-20,home_visit\n"
    (folder / "inbox" / "back.csv").write_text(log, "utf-8")
    ran = cpms("run", "--format", "json")
    assert ran.code == 0, ran.out
    assert states_of(ran.json)["back.csv"] == "responses"
    assert states_of(cpms("run", "--format", "json").json)["back.csv"] == "known"
    # Saved once more, it is another file with the same entries: nothing is recorded twice, and that is said.
    (folder / "inbox" / "again.csv").write_text(log + "\n", "utf-8")
    again = cpms("run")
    assert again.code == 0
    assert "1 response and 0 answers on it, which the store had already, changed nothing" in " ".join(again.out.split())
    (folder / "inbox" / "blank.csv").write_text(log.splitlines()[0] + f"\n{child},,\n", "utf-8")
    assert "blank.csv: a list of the day on which nothing is filled in" in " ".join(cpms("run").out.split())


def test_the_whole_way_in_thai_with_the_sample_files(
    cpms: Cpms, office: NewOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = office(run="")
    shutil.copy(SAMPLES / "survey_2569.xlsx", folder / "inbox")
    monkeypatch.setenv("CPMS_LANG", "th")
    ran = cpms("run")
    assert ran.code == 1
    assert "1 จาก 1  survey_2569.xlsx: เก็บแล้ว" in ran.err
    assert "เปิดหน้านี้ก่อน" in ran.out
    page = (folder / "outbox" / "open_first.html").read_text("utf-8")
    assert all(words in page for words in ("สิ่งที่รับเข้ามา", "สิ่งที่เก็บแล้ว", "สิ่งที่ต้องแก้", "สิ่งที่ต้องทำ", 'lang="th"'))
    assert folder_of_run(folder).name.startswith("25"), "the year as people write it"
    assert {"survey_2569.xlsx"} == {
        outcome["file"] for outcome in json.loads((folder_of_run(folder) / "run.json").read_text("utf-8"))["files"]
    }


def test_the_pipeline_of_the_examples_does_it_in_python(
    office: NewOffice, draw: Draw, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = office()
    shutil.copy(draw({}, {"sex": "?!"}), folder / "inbox")
    (folder / "inbox" / "letter.txt").write_text("ถึงหัวหน้า", "utf-8")
    pipeline = runpy.run_path(str(ROOT / "examples" / "pipeline.py"))
    assert pipeline["main"](folder) == 1
    printed = capsys.readouterr().out
    assert "survey.csv: errors 1; stored 1 of 2 rows" in printed
    assert "letter.txt: left out" in printed
    assert {path.name for path in (folder / "outbox" / "analyst").iterdir()} == {
        "scores.parquet",
        "today.csv",
        "report.html",
    }


def test_what_a_run_leaves_for_others_shows_no_name(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office(run="")
    shutil.copy(draw({"given_name": "ชื่อลับ", "violence_sexual": "yes"}), folder / "inbox")
    assert cpms("run").code == 0
    outbox = folder / "outbox"
    made = folder_of_run(folder)
    shown = [path.read_text("utf-8") for path in (outbox / "open_first.html", made / "report.html", made / "run.json")]
    book = openpyxl.load_workbook(made / "today.xlsx")
    shown += [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [text for text in shown if "ชื่อลับ" in text]
