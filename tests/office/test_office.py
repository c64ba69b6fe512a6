"""An office is a folder: what `cpms init` makes, what commands in it need not be told, what `cpms run` does."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import cpms_cli
from cpms_cli.office.settings import load_office
from tests.conftest import ROOT, SAMPLES, Cpms, Draw

NewOffice = Callable[..., Path]


@pytest.fixture
def office(cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NewOffice:
    """Makes an office in which this test then is: with these options, and these lines in the place of `[run]`."""
    for name in ("CPMS_STORE", "CPMS_ROUND"):
        monkeypatch.delenv(name, raising=False)

    def make(*options: str, run: str = 'steps = ["merge"]') -> Path:
        folder = tmp_path / "bang rin"
        assert cpms("init", folder, "--area", "850105", "--lang", "en", *options).code == 0
        settings = folder / "cpms.toml"
        settings.write_text(f"{settings.read_text('utf-8').partition('[run]')[0]}[run]\n{run}\n", "utf-8")
        monkeypatch.chdir(folder)
        return folder

    return make


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _of_run(folder: Path) -> Path:
    return max((path for path in (folder / "outbox").iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)


def _states(document: Any) -> dict[str, str]:
    return {file["file"]: file["state"] for file in document["files"]}


def test_init_asks_nobody_where_nobody_is_and_writes_what_options_say(cpms: Cpms, tmp_path: Path) -> None:
    ran = cpms("init", tmp_path / "o", "--area", "ปากน้ำ", "--lang", "th")
    assert ran.code == 2, "several subdistricts are called so"
    assert "ปากน้ำ, เมืองระนอง, ระนอง (850105)" in ran.err
    ran = cpms("init", tmp_path / "o", "--area", "850105", "--lang", "th", "--round", "2569", "--who", "สมศรี")
    assert ran.code == 0
    made = load_office(tmp_path / "o")
    assert (made.area, made.language, made.round, made.who) == ("850105", "th", 2026, "สมศรี")
    assert made.store == tmp_path / "o" / "cpms.duckdb"
    assert {path.name for path in (tmp_path / "o").iterdir()} == {"cpms.toml", "run.bat", "inbox", "outbox", "maps"}


def test_init_asks_four_questions_of_somebody_at_a_terminal(cpms: Cpms, tmp_path: Path, monkeypatch: Any) -> None:
    from cpms_cli.cli.start import office_folder

    answers = iter(["850105", "ข้อมูล/ร้าน.duckdb", "th", "2569"])
    monkeypatch.setattr(office_folder, "_is_somebody_there", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda *words, **options: next(answers))
    assert cpms("init", tmp_path / "o").code == 0
    made = load_office(tmp_path / "o")
    assert (made.area, made.language, made.round) == ("850105", "th", 2026)
    assert made.store == tmp_path / "o" / "ข้อมูล" / "ร้าน.duckdb"
    assert next(answers, None) is None


def test_init_asks_again_until_it_understands(cpms: Cpms, tmp_path: Path, monkeypatch: Any) -> None:
    from cpms_cli.cli.start import office_folder

    answers = iter(["ไม่มีตำบลนี้แน่นอน", "ปากน้ำ", "99", "3", "s.duckdb", "qq", "en", "26", "2569"])
    monkeypatch.setattr(office_folder, "_is_somebody_there", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda *words, **options: next(answers))
    ran = cpms("init", tmp_path / "o")
    assert ran.code == 0, ran.err
    numbered = [line.split() for line in ran.err.splitlines() if line.startswith("  ")]
    assert [line[0] for line in numbered] == [str(place) for place in range(1, len(numbered) + 1)]
    assert ["850105", "Pak", "Nam,"] in [line[1:4] for line in numbered]
    made = load_office(tmp_path / "o")
    assert (made.area, made.language, made.round) == (numbered[2][1], "en", 2026)
    assert next(answers, None) is None


def test_init_writes_over_nothing(cpms: Cpms, office: NewOffice) -> None:
    folder = office()
    (folder / "run.bat").write_text("mine")
    (folder / "maps").rmdir()
    before = _files(folder)
    ran = cpms("init")
    assert ran.code == 0
    assert "Made: maps/" in ran.out
    assert "left as it is: inbox/, outbox/, cpms.toml, run.bat" in ran.out
    assert _files(folder) == before


def test_the_file_for_a_double_click_is_a_batch_file_of_windows(office: NewOffice) -> None:
    lines = (office() / "run.bat").read_bytes().split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert lines[0] == b"@echo off", "no byte order mark: it would be a command"
    assert lines.index(b"chcp 65001 >nul") < next(
        number for number, line in enumerate(lines) if b"cpms_cli run" in line
    )
    assert b'start "" "outbox\\open_first.html"' in b"\r\n".join(lines)
    assert b"goto" not in b"\r\n".join(lines)


def test_commands_in_an_office_need_no_options(
    cpms: Cpms, office: NewOffice, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = office("--store", "kept.duckdb")
    assert cpms("merge", draw({}, {})).code == 0
    assert (folder / "kept.duckdb").is_file()
    monkeypatch.chdir(folder / "inbox")  # below it too
    assert len(cpms("children", "--format", "json").json["children"]) == 2
    assert cpms("community", "--format", "json").json["area"] == "850105"
    monkeypatch.setenv("CPMS_STORE", str(folder / "other.duckdb"))
    ran = cpms("children")
    assert ran.code == 2, "the variable goes before the file"
    assert "as CPMS_STORE says" in ran.err
    assert "other.duckdb" in ran.err
    assert cpms("children", "--store", folder / "kept.duckdb").code == 0, "the option goes before both"


def test_the_language_of_an_office_and_who_goes_before_it(
    cpms: Cpms, office: NewOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = office()
    text = (folder / "cpms.toml").read_text("utf-8").replace('language = "en"', 'language = "th"')
    (folder / "cpms.toml").write_text(text, "utf-8")
    assert "ปกติ" not in cpms("doctor").out, "CPMS_LANG says en"
    monkeypatch.delenv("CPMS_LANG")
    assert "ปกติ" in cpms("doctor").out
    assert "วิธีใช้" in cpms("merge", "--help").out
    assert "ไม่พบไฟล์" in cpms("validate", "nowhere.csv").err
    assert "sound" in cpms("doctor", "--lang", "en").out


def test_doctor_says_where_each_default_comes_from(
    cpms: Cpms, office: NewOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = office()
    line = (folder / "cpms.toml").read_text("utf-8").splitlines().index('area = "850105"') + 1
    monkeypatch.setenv("CPMS_STORE", "elsewhere.duckdb")
    signs = {sign["item"]: sign["found"] for sign in cpms("doctor", "--format", "json").json["signs"]}
    assert signs["office"] == str(folder / "cpms.toml")
    assert signs["office_area"] == f"850105 (cpms.toml:{line})"
    assert signs["office_store"].endswith("elsewhere.duckdb (CPMS_STORE)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('name = "a"\nstore = C:\\data\n', "line 2"),
        ('name = "a"\nlanguaeg = "th"\n', "line 2: there is no setting 'languaeg'. Is 'language' meant?"),
        ("round = 25\n", "line 1: round cannot be '25'"),
        ('\n\nround = "2569"\n', "line 3: round cannot be '2569'"),
        ('[run]\nsteps = ["merge", "bake"]\n', "line 2: run.steps cannot be 'bake'"),
        ('[run]\nreport = "../report.html"\n', "line 2: run.report cannot be '../report.html'"),
        ('[run]\nreport = "report.exe"\n', "line 2: run.report cannot be 'report.exe'"),
        ("run = 3\n", "line 1: run cannot be '3'"),
    ],
)
def test_settings_that_cannot_be_used_are_named_with_line_and_mend(
    cpms: Cpms, office: NewOffice, text: str, words: str
) -> None:
    folder = office()
    (folder / "cpms.toml").write_text(text, "utf-8")
    ran = cpms("children")
    assert ran.code == 2
    assert "cpms.toml" in ran.err
    assert words in ran.err
    assert cpms("children", "--help").code == 0


def test_a_run_stores_what_is_new_and_leaves_the_rest_to_mend(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office(run="")
    shutil.move(draw({}, {"sex": "?!"}, name="moo1.csv"), folder / "inbox")
    ran = cpms("run")
    assert ran.code == 1
    assert "1 of 1  moo1.csv: stored; rows 2 = stored 1 + unchanged 0 + set aside 1" in ran.err
    made = _of_run(folder)
    names = {path.name for path in made.iterdir()}
    assert names == {"checked_moo1.xlsx", "report.html", "run.json", "to_mend_moo1.xlsx", "today.xlsx"}
    page = (folder / "outbox" / "open_first.html").read_text("utf-8")
    assert f'href="{made.name}/to_mend_moo1.xlsx"' in page
    assert "1 rows of moo1.csv are not stored" in page
    assert openpyxl.load_workbook(made / "today.xlsx").sheetnames
    before = _files(folder)
    again = cpms("run")
    assert again.code == 0
    assert "Nothing new in the inbox (1 files)" in again.out
    assert _files(folder) == before

    # The workbook that is mended and put into the inbox is stored.
    book = openpyxl.load_workbook(made / "to_mend_moo1.xlsx")
    sheet = book.worksheets[0]
    place = next(cell.column for cell in sheet[1] if cell.value == "sex")
    sheet.cell(2, place).value = "male"
    book.save(folder / "inbox" / "to_mend_moo1.xlsx")
    mended = cpms("run", "--format", "json")
    assert mended.code == 0, mended.out
    assert _states(mended.json) == {"moo1.csv": "known", "to_mend_moo1.xlsx": "stored"}
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
    states = _states(ran.json)
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
    assert _states(cpms("run", "--format", "json").json)["open.xlsx"] == "stored"


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
    assert _states(ran.json) == {"slow.csv": "held"}
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
    book = openpyxl.load_workbook(_of_run(folder) / "map_moo1.xlsx")
    row = next(row for row in book.worksheets[0].iter_rows(min_row=2) if row[0].value == "ไปโรงเรียนไหม")
    assert str(row[1].value).removeprefix("?").strip().endswith("[in_school]")
    row[1].value = "in_school"
    book.save(folder / "maps" / "school.xlsx")
    ran = cpms("run", "--format", "json")
    assert ran.code == 0, ran.out
    assert _states(ran.json) == {"moo1.csv": "stored", "moo2.csv": "stored"}


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
    before = _files(folder)
    ran = cpms("run", "--dry-run", "--format", "json")
    assert ran.code == 1
    assert (ran.json["counts"]["stored"], ran.json["counts"]["set_aside"]) == (1, 1)
    assert "A trial" in cpms("run", "--dry-run").out
    assert _files(folder) == before


def test_outputs_are_those_that_the_settings_name_and_the_log_has_a_line_for_each_event(
    cpms: Cpms, office: NewOffice, draw: Draw
) -> None:
    folder = office(run='steps = ["merge", "score"]\nscores = "scores.parquet"')
    shutil.copy(draw({}), folder / "inbox")
    assert cpms("run", "--log", "log.jsonl").code == 0
    assert (_of_run(folder) / "scores.parquet").is_file()
    assert not (_of_run(folder) / "today.xlsx").exists()
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
    assert _states(ran.json)["back.csv"] == "responses"
    assert _states(cpms("run", "--format", "json").json)["back.csv"] == "known"
    # Saved once more, it is another file with the same entries: nothing is recorded twice, and that is said.
    (folder / "inbox" / "again.csv").write_text(log + "\n", "utf-8")
    again = cpms("run")
    assert again.code == 0
    assert "1 responses and 0 answers on it were in the store already" in " ".join(again.out.split())
    (folder / "inbox" / "blank.csv").write_text(log.splitlines()[0] + f"\n{child},,\n", "utf-8")
    assert "blank.csv: a list of the day on which nothing is filled in" in " ".join(cpms("run").out.split())


def test_an_answer_on_a_list_that_cannot_be_stored_is_named_with_its_cell(
    cpms: Cpms, office: NewOffice, draw: Draw
) -> None:
    """Of two people who answer one question differently the second is refused, as what is no answer at all is."""
    folder = office()
    shutil.copy(draw({"violence_physical": "unknown"}, {"household_no": "2"}), folder / "inbox")
    assert cpms("run").code == 0
    assert cpms("today", "-o", "day.xlsx", "--lang", "en").code == 0

    def answer(name: str, text: str) -> None:
        book = openpyxl.load_workbook("day.xlsx")
        sheet = book.worksheets[0]
        header = [cell.value for cell in sheet[1]]
        assert "hit or hurt bodily" in str(sheet.cell(2, header.index("Next step") + 1).value)
        sheet.cell(2, header.index("Answer") + 1, text)
        book.save(folder / "inbox" / name)

    answer("a.xlsx", "No")
    assert cpms("run").code == 0
    answer("b.xlsx", "Yes")
    ran = cpms("run", "--format", "json")
    assert ran.code == 1, ran.err
    (file,) = [file for file in ran.json["files"] if file["file"] == "b.xlsx"]
    assert (file["set_aside"], "was answered otherwise" in str(file["messages"])) == (1, True)
    answer("c.xlsx", "perhaps")
    ran = cpms("run")
    assert (ran.code, "perhaps" in " ".join(ran.out.split())) == (1, True)
    # A run that finds nothing new still knows, and leaves the page that says so.
    assert "perhaps" in str(cpms("run", "--format", "json").json["files"])
    assert "perhaps" in (folder / "outbox" / "open_first.html").read_text("utf-8")


def test_a_run_that_was_killed_goes_on_with_the_next_file(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office(run='steps = ["merge", "today"]')
    for number in (1, 2):
        shutil.copy(draw({"household_no": str(number)}, {"sex": "?!"}, name=f"moo{number}.csv"), folder / "inbox")
    # Killed by the system in the middle: as the first file is in the store, and nothing has been said of it yet.
    killed = (
        "import os, cpms_cli.office.taking_in as t\n"
        "t._counted = lambda *_: os._exit(9)\n"
        "from cpms_cli import run_office\nrun_office('.', language='en')\n"
    )
    environment = {**os.environ, "CPMS_LANG": "en"}
    assert subprocess.run([sys.executable, "-c", killed], env=environment, check=False).returncode == 9
    made = _of_run(folder)
    assert not (folder / "outbox" / "open_first.html").exists()
    ran = cpms("run", "--format", "json")
    assert ran.code == 1
    assert _states(ran.json) == {"moo1.csv": "stored", "moo2.csv": "stored"}
    assert ran.json["counts"]["rows_in"] == 4
    assert _of_run(folder) == made
    assert {"to_mend_moo1.xlsx", "to_mend_moo2.xlsx", "today.xlsx"} <= {path.name for path in made.iterdir()}
    batches = cpms("history", "--format", "json").json["batches"]
    assert sorted(batch["file"] for batch in batches) == ["moo1.csv", "moo2.csv"], "each once"


def test_a_run_killed_before_it_stored_goes_on_with_the_workbook_that_somebody_mends(
    cpms: Cpms, office: NewOffice, draw: Draw
) -> None:
    folder = office()
    shutil.copy(draw({"household_no": "1", "sex": "?!"}, name="moo.csv"), folder / "inbox")
    # Killed by the system when the rows are set aside, and before anything is stored.
    killed = (
        "import os, cpms_cli.merging.merge as m\n"
        "m.keep_definition = lambda *_: os._exit(9)\n"
        "from cpms_cli import run_office\nrun_office('.', language='en')\n"
    )
    environment = {**os.environ, "CPMS_LANG": "en"}
    assert subprocess.run([sys.executable, "-c", killed], env=environment, check=False).returncode == 9
    mended = _of_run(folder) / "to_mend_moo.xlsx"
    book = openpyxl.load_workbook(mended)
    book.worksheets[0]["B2"].value = "mended"
    book.save(mended)
    ran = cpms("run", "--format", "json")
    assert [(file["state"], file["to_mend"]) for file in ran.json["files"]] == [("stored", "to_mend_moo.xlsx")]
    assert [path.name for path in _of_run(folder).glob("to_mend*")] == ["to_mend_moo.xlsx"]
    assert openpyxl.load_workbook(mended).worksheets[0]["B2"].value == "mended"


def test_a_file_with_nothing_but_faults_leaves_a_page_and_one_workbook(
    cpms: Cpms, office: NewOffice, draw: Draw
) -> None:
    folder = office(run='steps = ["merge", "score", "today", "report"]')
    shutil.copy(draw({"household_no": "1", "sex": "?!"}, name="moo.csv"), folder / "inbox")
    ran = cpms("run", "--format", "json")
    assert (ran.code, _states(ran.json)) == (1, {"moo.csv": "stored"})
    assert "to_mend_moo.xlsx" in (folder / "outbox" / "open_first.html").read_text("utf-8")
    before = _files(folder)
    assert cpms("run").code == 0
    assert _files(folder) == before, "nothing is new"


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
    assert _of_run(folder).name.startswith("25"), "the year as people write it"
    assert {"survey_2569.xlsx"} == {
        outcome["file"] for outcome in json.loads((_of_run(folder) / "run.json").read_text("utf-8"))["files"]
    }


def test_where_there_is_no_office_it_is_said(cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = cpms("run")
    assert ran.code == 2
    assert "cpms init" in ran.err
    with pytest.raises(cpms_cli.CpmsError):
        cpms_cli.run_office(tmp_path)


def test_the_pipeline_of_the_examples_does_it_in_python(
    office: NewOffice, draw: Draw, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = office()
    shutil.copy(draw({}, {"sex": "?!"}), folder / "inbox")
    (folder / "inbox" / "letter.txt").write_text("ถึงหัวหน้า", "utf-8")
    pipeline = runpy.run_path(str(ROOT / "examples" / "pipeline.py"))
    assert pipeline["main"](folder) == 1
    printed = capsys.readouterr().out
    assert "survey.csv: 1 errors; stored 1 of 2 rows" in printed
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
    made = _of_run(folder)
    shown = [path.read_text("utf-8") for path in (outbox / "open_first.html", made / "report.html", made / "run.json")]
    book = openpyxl.load_workbook(made / "today.xlsx")
    shown += [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [text for text in shown if "ชื่อลับ" in text]


def test_a_bare_cpms_in_an_office_shows_what_waits_and_the_next_step(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office("--name", "Bang Rin")
    empty = cpms()
    assert (empty.code, "Office: Bang Rin" in empty.out) == (0, True)
    assert "Nothing is stored yet" in empty.out
    homes = [
        {"household_no": home, "violence_physical": "yes", "birth_date": f"2013-07-1{home}"} for home in range(1, 8)
    ]
    shutil.move(draw(*homes), folder / "inbox" / "a.csv")
    assert "1 file(s) in inbox/ that no run has taken in: a.csv" in cpms().out
    assert cpms("run").code == 0
    ran = cpms()
    assert ran.code == 0
    assert "inbox" not in ran.out
    assert "and 2 more: cpms today" in ran.out
    assert "สำนักงาน: Bang Rin" in cpms("--lang", "th").out
    # Outside, or where anything is typed, all is as it was.
    assert "Usage" in cpms("--help").out
    assert "and 2 more" not in cpms("today").out
    assert "and 6 more" in cpms("today", "--first", "1").out


def test_a_run_names_what_of_a_stored_row_is_not_in_the_store(cpms: Cpms, office: NewOffice) -> None:
    """A formula that nobody calculated is lost, and to mend; a column of remarks is named, and no more."""
    folder = office("--round", "2569")
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(["village_code", "household_no", "given_name", "sex", "age_years", "members_total", "หมายเหตุ"])
    page.append(["85010501", "1", "มานี", "female", 9, 4, "ย้ายมา"])
    page.append(["85010501", "2", "มานะ", "male", 7, "=1+3", None])
    book.save(folder / "inbox" / "list.xlsx")
    ran = cpms("run")
    assert ran.code == 1
    words = " ".join(ran.out.split())
    assert "list.xlsx Sheet: F3: the formula was never calculated" in words
    assert "columns that were not read (cells filled in): G 'หมายเหตุ' (1)" in words
    page["F3"] = 4
    book.save(folder / "inbox" / "list.xlsx")
    assert cpms("run").code == 0


def test_a_variable_of_the_round_that_is_no_year_is_refused_everywhere(
    cpms: Cpms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CPMS_ROUND", "256")
    refused = cpms("areas", "Ranong")
    assert (refused.code, "CPMS_ROUND is 256" in refused.err) == (2, True)
    monkeypatch.setenv("CPMS_ROUND", "2569")
    assert cpms("areas", "Ranong").code == 0


def test_what_the_office_has_is_not_called_missing(cpms: Cpms, office: NewOffice) -> None:
    """The village is in nobody's settings, and is asked for alone, with a way to say it."""
    folder = office("--round", "2569")
    settings = folder / "cpms.toml"
    settings.write_text(settings.read_text("utf-8").replace('"850105"', '"85"'), "utf-8")
    (folder / "inbox" / "list.csv").write_text("household_no,given_name,sex,age_years\n1,มานี,female,9\n", "utf-8")
    words = " ".join(cpms("run").out.split())
    assert "there is no column for village_code (รหัสหมู่บ้าน)." in words
    assert f'cpms merge "{folder / "inbox" / "list.csv"}" --village CODE' in words
