"""Workbooks for people have headers in their language; files for scripts keep the names of fields."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from cpms_cli import child_history
from cpms_cli.store.history import audit_log
from cpms_cli.survey.model.definition import Survey
from tests.conftest import ROOT, Cpms

WRITTEN = [
    "children --risk victim --why",
    "community 850105 --by sex",
    "community 850105 --rounds 2568:2569 --by sex",
    "province 85",
    "score",
    "score --schemas schemas --compare",
    "score fairness",
    "score validate",
    "history",
    "store audit",
    "link report",
    "rights --list education",
    "migration --area 850105",
    "indicator 11 --by sex --by age_group",
    "overlap --area 850105",
    "response summary",
    "child ID",
    "child ID --why",
    "export records",
    "export figures",
    "indicator 3 --rounds 2567:2569 --by sex",
    "overlap --rounds 2567:2569",
    "response summary --rounds 2567:2569",
    "migration --rounds 2567:2569",
    "rights --audience partners",
    "validate sample_data/survey_2568.xlsx --show-changes",
]
_CODES = ("CPMS", "UTC", "SHA-256")


@pytest.fixture(scope="module")
def store(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that may be written to, with a child whose names were shown."""
    store = tmp_path_factory.mktemp("labels") / "cpms.duckdb"
    store.write_bytes(sample_store.read_bytes())
    child_history(store, _somebody(store), identified=True)
    return store


@pytest.fixture(scope="module")
def somebody(store: Path) -> str:
    """A child of the store."""
    return _somebody(store)


def _somebody(store: Path) -> str:
    with duckdb.connect(str(store), read_only=True) as connection:
        row = connection.execute("SELECT min(cpms_id) FROM current_child WHERE round = 2026").fetchone()
    return str(row[0]) if row else ""


def _plain(name: str) -> str:
    for code in _CODES:
        name = name.replace(code, "")
    return name


@pytest.mark.parametrize("line", WRITTEN)
def test_no_header_or_sheet_of_a_thai_workbook_is_english(
    cpms: Cpms, store: Path, somebody: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.chdir(ROOT)
    words = line.replace("ID", somebody).split()
    to = [tmp_path / "t.xlsx"] if words[0] == "export" else ["-o", tmp_path / "t.xlsx"]
    on = [] if words[0] == "validate" else ["--store", store]
    assert cpms(*words, *to, *on, "--lang", "th").code in (0, 1)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx", read_only=True)
    for sheet in book.worksheets:
        headers = [str(cell) for cell in next(sheet.iter_rows(max_row=1, values_only=True))]
        assert len(set(headers)) == len(headers)
        assert [name for name in [sheet.title, *headers] if re.search("[A-Za-z]{2}", _plain(name))] == []


@pytest.mark.parametrize("ending", [".csv", ".json"])
@pytest.mark.parametrize("line", ["history", "rights", "overlap", "response summary"])
def test_files_for_scripts_keep_the_names(cpms: Cpms, store: Path, tmp_path: Path, line: str, ending: str) -> None:
    out = tmp_path / f"t{ending}"
    assert cpms(*line.split(), "-o", out, "--store", store, "--lang", "th").code == 0
    written = out.read_text("utf-8-sig")
    first = written.splitlines()[0].split(",") if ending == ".csv" else _keys(json.loads(written))
    assert first and [name for name in first if not re.fullmatch("[a-z][a-z0-9_]*", name)] == []


def _keys(document: dict[str, list[dict[str, object]]]) -> list[str]:
    return [name for table in document.values() for row in table[:1] for name in row]


@pytest.mark.parametrize("name", ["bad.ending", "nowhere/list.xlsx"])
@pytest.mark.parametrize("line", ["children", "child ID", "visits", "rights", "indicator 1", "response due"])
def test_nothing_is_logged_of_names_that_could_not_be_written(
    cpms: Cpms, store: Path, somebody: str, tmp_path: Path, line: str, name: str
) -> None:
    words = line.replace("ID", somebody).split()
    _refused(cpms, store, [*words, "--identified", "-o", str(tmp_path / name), "--store", str(store)])


@pytest.mark.parametrize("line", ["children --why", "child ID", "rights", "indicator 1"])
def test_several_tables_are_refused_for_parquet_before_names_are_read(
    cpms: Cpms, store: Path, somebody: str, line: str
) -> None:
    words = line.replace("ID", somebody).split()
    _refused(cpms, store, [*words, "--identified", "-o", "t.parquet", "--store", str(store)])


def _refused(cpms: Cpms, store: Path, words: list[str]) -> None:
    before = audit_log(store)
    ran = cpms(*words)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert audit_log(store).equals(before)


def test_workbooks_follow_the_language_and_csv_keeps_names_and_codes(
    cpms: Cpms, survey: Survey, sample_store: Path, tmp_path: Path
) -> None:
    words = ("children", "--risk", "victim", "--store", sample_store)
    for language in ("en", "th"):
        assert cpms(*words, "--lang", language, "-o", tmp_path / f"{language}.xlsx").code == 0
    assert cpms(*words, "--lang", "th", "-o", tmp_path / "th.csv").code == 0
    english = pd.read_excel(tmp_path / "en.xlsx", sheet_name="Children", engine="openpyxl")
    thai = pd.read_excel(tmp_path / "th.xlsx", sheet_name="รายชื่อเด็ก", engine="openpyxl")
    plain = pd.read_csv(tmp_path / "th.csv")
    assert {"Sex", "Age, at least", "Level", "Highest possible level"} <= set(english.columns)
    assert {"เพศ", "อายุอย่างน้อย", "ระดับ", "ระดับสูงสุดที่เป็นไปได้"} <= set(thai.columns)
    assert {"sex", "age_min", "level", "highest"} <= set(plain.columns)
    level = survey.levels[0].label
    assert set(plain["level"]) == {"victim"}
    assert len(plain) > 5
    assert list(english["Level"]) == [level.en] * len(plain)
    assert list(thai["ระดับ"]) == [level.th] * len(plain)
