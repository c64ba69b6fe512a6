"""Workbooks for people have headers in their language; files for scripts keep the names of fields."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.conftest import Cpms

WRITTEN = [
    ("children", "--risk", "victim", "--why"),
    ("community", "850105", "--by", "sex"),
    ("province", "85"),
    ("score",),
]


@pytest.mark.parametrize("words", WRITTEN, ids=" ".join)
def test_no_header_or_sheet_of_a_thai_workbook_is_english(
    cpms: Cpms, sample_store: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    store = tmp_path / "cpms.duckdb"
    store.write_bytes(sample_store.read_bytes())
    assert cpms(*words, "--store", store, "--lang", "th", "-o", tmp_path / "t.xlsx").code == 0
    book = openpyxl.load_workbook(tmp_path / "t.xlsx", read_only=True)
    for sheet in book.worksheets:
        headers = [str(cell) for cell in next(sheet.iter_rows(max_row=1, values_only=True))]
        assert len(set(headers)) == len(headers)
        assert [name for name in [sheet.title, *headers] if re.search("[A-Za-z]{2}", name.replace("CPMS", ""))] == []


def test_headers_follow_the_language_and_csv_keeps_the_names(cpms: Cpms, sample_store: Path, tmp_path: Path) -> None:
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
    assert list(english["Level"]) == list(thai["ระดับ"]) == list(plain["level"])
