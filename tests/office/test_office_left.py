"""What a run leaves: rows and answers to mend, files of faults alone, and a run that was cut short."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import openpyxl

from tests.conftest import Cpms, Draw
from tests.office.runs import NewOffice, files_below, folder_of_run, states_of


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


def _run_and_kill(module: str, function: str) -> None:
    """Run the office of this folder in a process that the system kills where this function begins."""
    killed = (
        f"import os, {module} as m\n"
        f"m.{function} = lambda *_: os._exit(9)\n"
        "from cpms_cli import run_office\nrun_office('.', language='en')\n"
    )
    environment = {**os.environ, "CPMS_LANG": "en"}
    assert subprocess.run([sys.executable, "-c", killed], env=environment, check=False).returncode == 9


def test_a_run_that_was_killed_goes_on_with_the_next_file(cpms: Cpms, office: NewOffice, draw: Draw) -> None:
    folder = office(run='steps = ["merge", "today"]')
    for number in (1, 2):
        shutil.copy(draw({"household_no": str(number)}, {"sex": "?!"}, name=f"moo{number}.csv"), folder / "inbox")
    # In the middle: as the first file is in the store, and nothing has been said of it yet.
    _run_and_kill("cpms_cli.office.inbox.taking_in", "_counted")
    made = folder_of_run(folder)
    assert not (folder / "outbox" / "open_first.html").exists()
    ran = cpms("run", "--format", "json")
    assert ran.code == 1
    assert states_of(ran.json) == {"moo1.csv": "stored", "moo2.csv": "stored"}
    assert ran.json["counts"]["rows_in"] == 4
    assert folder_of_run(folder) == made
    assert {"to_mend_moo1.xlsx", "to_mend_moo2.xlsx", "today.xlsx"} <= {path.name for path in made.iterdir()}
    batches = cpms("history", "--format", "json").json["batches"]
    assert sorted(batch["file"] for batch in batches) == ["moo1.csv", "moo2.csv"], "each once"


def test_a_run_killed_before_it_stored_goes_on_with_the_workbook_that_somebody_mends(
    cpms: Cpms, office: NewOffice, draw: Draw
) -> None:
    folder = office()
    shutil.copy(draw({"household_no": "1", "sex": "?!"}, name="moo.csv"), folder / "inbox")
    # When the rows are set aside, and before anything is stored.
    _run_and_kill("cpms_cli.merging.merge", "keep_definition")
    mended = folder_of_run(folder) / "to_mend_moo.xlsx"
    book = openpyxl.load_workbook(mended)
    book.worksheets[0]["B2"].value = "mended"
    book.save(mended)
    ran = cpms("run", "--format", "json")
    assert [(file["state"], file["to_mend"]) for file in ran.json["files"]] == [("stored", "to_mend_moo.xlsx")]
    assert [path.name for path in folder_of_run(folder).glob("to_mend*")] == ["to_mend_moo.xlsx"]
    assert openpyxl.load_workbook(mended).worksheets[0]["B2"].value == "mended"


def test_a_file_with_nothing_but_faults_leaves_a_page_and_one_workbook(
    cpms: Cpms, office: NewOffice, draw: Draw
) -> None:
    folder = office(run='steps = ["merge", "score", "today", "report"]')
    shutil.copy(draw({"household_no": "1", "sex": "?!"}, name="moo.csv"), folder / "inbox")
    ran = cpms("run", "--format", "json")
    assert (ran.code, states_of(ran.json)) == (1, {"moo.csv": "stored"})
    assert "to_mend_moo.xlsx" in (folder / "outbox" / "open_first.html").read_text("utf-8")
    before = files_below(folder)
    assert cpms("run").code == 0
    assert files_below(folder) == before, "nothing is new"


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


def test_what_the_office_has_is_not_called_missing(cpms: Cpms, office: NewOffice) -> None:
    """The village is in nobody's settings, and is asked for alone, with a way to say it."""
    folder = office("--round", "2569")
    settings = folder / "cpms.toml"
    settings.write_text(settings.read_text("utf-8").replace('"850105"', '"85"'), "utf-8")
    (folder / "inbox" / "list.csv").write_text("household_no,given_name,sex,age_years\n1,มานี,female,9\n", "utf-8")
    words = " ".join(cpms("run").out.split())
    assert "there is no column for village_code (รหัสหมู่บ้าน)." in words
    assert f'cpms merge "{folder / "inbox" / "list.csv"}" --village CODE' in words
