"""The trainer's exercises, marked against what the sample files are known to hold."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cpms_cli import decisions_marked, export_review, mending_marked, set_mending, set_visits, visits_marked
from tests.conftest import ROUNDS, SAMPLES, THOROUGH, Cpms

MISTAKES = pd.read_csv(SAMPLES / "mistakes.csv", dtype="str", encoding="utf-8-sig")


def _mend(path: Path, answers: dict[tuple[int, str], str]) -> None:
    """Write into a workbook's second sheet, by row and Thai header, as a trainee would in Excel."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    headers = {cell.value: column for column, cell in enumerate(sheet[1], start=1)}
    for (row, header), value in answers.items():
        sheet.cell(row, headers[header]).value = value
    book.save(path)


def test_what_is_mended_spoilt_and_left_is_counted(tmp_path: Path) -> None:
    """Of the cells spoilt in the file of 2567 one is put right, one made wrong in another way; a right cell is lost."""
    mistakes = MISTAKES[MISTAKES["file"] == "survey_2567.csv"]
    sex = mistakes[mistakes["field"] == "sex"].iloc[0]
    hours = mistakes[mistakes["field"] == "work_hours_week"].iloc[0]
    paper = set_mending(ROUNDS[0], tmp_path, language="th")
    _mend(
        paper,
        {
            (int(sex["row"]) + 2, "เพศ"): sex["original"],
            (int(hours["row"]) + 2, "ชั่วโมงทำงานต่อสัปดาห์"): "500",
            (int(sex["row"]) + 2, "สัญชาติ"): "ลาว",
        },
    )
    mark = mending_marked(ROUNDS[0], paper, SAMPLES)
    assert (mark.asked, mark.right, mark.wrong, mark.spoilt, mark.open) == (len(mistakes), 1, 1, 1, len(mistakes) - 2)


def test_decisions_are_held_against_who_is_truly_who(tmp_path: Path, sample_store: Path) -> None:
    store, paper = tmp_path / "cpms.duckdb", tmp_path / "review.xlsx"
    shutil.copy(sample_store, store)
    count = export_review(store, paper, identified=True)
    book = openpyxl.load_workbook(paper)
    sheet = book.worksheets[0]
    for row in range(2, count + 1):
        sheet.cell(row, 2).value = "same child"
    book.save(paper)
    mark = decisions_marked(store, paper, SAMPLES)
    assert mark.asked == count
    assert mark.right + mark.wrong == count - 1
    assert mark.open == 1
    for row in range(2, count + 1):
        sheet.cell(row, 2).value = "two children"
    book.save(paper)
    other = decisions_marked(store, paper, SAMPLES)
    assert (other.right, other.wrong) == (mark.wrong, mark.right)


def test_the_children_to_visit_are_victims_and_their_level_is_not_shown(sample_store: Path) -> None:
    visits = set_visits(sample_store, round_=2026)
    victims = "".join(visits.loc[visits["level"] == "victim", "letter"])
    assert victims
    mark = visits_marked(visits, victims.lower() + ", ?")
    assert (mark.asked, mark.right, mark.spoilt) == (len(victims), len(victims), 0)
    calm = visits.loc[visits["level"] == "at_risk", "letter"].iloc[0]
    assert visits_marked(visits, calm).spoilt == 1


# It walks the whole way, as `cpms demo` does: the second language with CPMS_THOROUGH=1.
DEMOS = [("en", "Exercise 3."), ("th", "แบบฝึกหัดที่ 3")][: 2 if THOROUGH else 1]


@pytest.mark.parametrize(("lang", "sentence"), DEMOS)
def test_the_interactive_demo_waits_and_marks(
    cpms: Cpms, monkeypatch: pytest.MonkeyPatch, lang: str, sentence: str
) -> None:
    """Nobody mends or decides anything here, so that nothing is right and all is left; a letter is typed at the end."""
    monkeypatch.setattr("sys.stdin", io.StringIO("\n" * 9 + "A\n" + "\n" * 3))
    ran = cpms("demo", "--interactive", "--lang", lang)
    assert ran.code == 0
    assert sentence in ran.out
    if lang == "en":
        assert "0 of 9 wrong cells mended" in ran.out
        assert "Press Enter to go on." in ran.out
        shown = ran.out[ran.out.index("Exercise 3.") : ran.out.index("Letters:")]
        assert "Victim\n" not in shown
        assert "High risk" not in shown
