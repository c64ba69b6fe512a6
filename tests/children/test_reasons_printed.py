"""A reason names only what is so of the child, wherever it is printed or written: the case of `why_wrong.csv`.

The girl of house 2: a member cannot stop drinking (22) and her mother lives elsewhere (5); she goes to school (3), and
of an illness (10) nothing is known. The boy of house 1: the same, school not answered either.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from cpms_cli import list_children, merge
from tests.conftest import ROOT, Cpms

CASE = ROOT / "tests" / "files" / "cases" / "why_wrong.csv"
WHY = (
    "22 Member addicted to alcohol, drugs or gambling (Member: alcohol),"
    " 5 Not living with both parents (Mother at home: No)"
)
UNTRUE = ("3 No education", "10 Health challenges")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reasons") / "s.duckdb"
    merge([CASE], path)
    return path


def test_children_and_response_due_name_what_is_so(cpms: Cpms, store: Path) -> None:
    for words, table in ((["children"], "children"), (["response", "due"], "due")):
        rows = cpms(*words, "--store", store, "--format", "json").json[table]
        assert [row["why"] for row in rows] == [WHY, WHY], words
        csv = cpms(*words, "--store", store, "--format", "csv").out
        assert csv.count(WHY) == 2 and not any(f"{reason}," in csv for reason in UNTRUE), words


def test_one_childs_record_and_report_name_what_is_so(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    girl = list_children(store).set_index("household_no").at["2", "cpms_id"]
    levels = cpms("child", girl, "--store", store, "--format", "json").json["levels"]
    assert [row["why"] for row in levels] == [WHY]
    why = cpms("child", girl, "--why", "--store", store, "--format", "json").json
    rule = next(row for row in why["rules"] if row["rule"].startswith("22 "))
    assert rule["holds"] == "yes"
    assert "5 Not living with both parents: yes" in rule["answers"] and "3 No education: no" in rule["answers"]
    for ending in ("html", "docx", "xlsx", "md"):
        path = tmp_path / f"girl.{ending}"
        assert cpms("report", "child", girl, "--store", store, "-o", path).code == 0
        text = path.read_text(encoding="utf-8") if ending in ("html", "md") else _inner(path)
        assert "(Member: alcohol), 5 Not living with both parents" in text, ending
        assert "(Member: alcohol), 3 No education" not in text, ending


def test_scores_written_out_name_what_is_so(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    assert cpms("score", "--store", store, "-o", tmp_path / "scores.csv").code == 0
    text = (tmp_path / "scores.csv").read_text(encoding="utf-8-sig")
    assert text.count("high_risk.12:i22=yes&i05=yes") == 2
    assert cpms("children", "--store", store, "-o", tmp_path / "list.xlsx").code == 0
    assert WHY in _inner(tmp_path / "list.xlsx")


def _inner(path: Path) -> str:
    with zipfile.ZipFile(path) as parts:
        return "".join(parts.read(name).decode("utf-8") for name in parts.namelist() if name.endswith(".xml"))
