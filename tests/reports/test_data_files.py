"""Files for other programs are typed and described: whole numbers, true and false, dates and lists in Parquet; labels,
measures and reasons for no answer in SPSS; and beside every file a dictionary that names each of its columns.

Seven children of ten, each in a house of its own:

| house | works, hours | drugs | services | in school | seeing |
| --- | --- | --- | --- | --- | --- |
| 1 | 12 | yes | home_visit, cash | formal | some |
| 2 | unknown | unknown | unknown | formal | none |
| 3 to 7 | 0 | no | none | formal | none |
"""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from cpms_cli import load_survey, merge
from cpms_cli.survey.language import LANGUAGES
from tests.conftest import Cpms, write_drawn

GIVEN: dict[int, dict[str, Any]] = {
    1: {
        "work_hours_week": 12,
        "drugs": "yes",
        "services_received": "home_visit; cash",
        "difficulty_seeing": "some",
    },
    2: {"work_hours_week": "unknown", "drugs": "unknown", "services_received": "unknown"},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: Mapping[str, Mapping[str, Any]]) -> Path:
    folder = tmp_path_factory.mktemp("data-files")
    plain = {"round": 2026, "interview_date": "2026-11-15", "birth_date": "2016-06-01", "work_hours_week": 0}
    rows = [
        {**plain, "household_no": house, "given_name": "กขคงจฉช"[house - 1] * 3, **GIVEN.get(house, {})}
        for house in range(1, 8)
    ]
    merge([write_drawn(folder / "survey.csv", base, rows)], folder / "s.duckdb")
    return folder / "s.duckdb"


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "s.duckdb"))


def _exported(cpms: Cpms, store: Path, name: str, *options: str) -> Path:
    kind = "figures" if name.startswith("figures") else "records"
    ran = cpms("export", kind, store.with_name(name), "--store", store, *options)
    assert ran.code == 0, ran.err
    return store.with_name(name)


def _dictionary(path: Path) -> dict[str, dict[str, str]]:
    """The rows of the dictionary beside a file, by the variable that each is about."""
    beside = path.with_name(f"{path.name}.dictionary.csv")
    rows = pd.read_csv(beside, dtype="str", keep_default_na=False).to_dict("records")
    return {str(row["variable"]): {str(name): str(text) for name, text in row.items()} for row in rows}


def test_parquet_holds_values_and_beside_them_why_there_is_none(cpms: Cpms, store: Path) -> None:
    path = _exported(cpms, store, "r.parquet", "--identified")
    types = {field.name: field.type for field in pq.read_schema(path)}
    assert types["round"] == types["age"] == types["work_hours_week"] == pa.int32()
    assert types["drugs"] == types["i15"] == pa.bool_()
    assert types["interview_date"] == pa.date32()
    assert types["services_received"] == pa.list_(pa.string())
    with duckdb.connect() as engine:
        rows = engine.execute(f"""
            SELECT round, age, work_hours_week, work_hours_week_missing, drugs, drugs_missing, services_received,
                services_received_missing, interview_date
            FROM '{path}'
            ORDER BY household_no""").fetchall()
    day = datetime.date(2026, 11, 15)
    assert rows[:3] == [
        (2026, 10, 12, None, True, None, ["home_visit", "cash"], None, day),
        (2026, 10, None, "unknown", None, "unknown", None, "unknown", day),
        (2026, 10, 0, None, False, None, ["none"], None, day),
    ]
    assert pq.read_schema(path).field("sex").metadata == {b"label": b"Sex"}


def test_what_was_made_coarser_keeps_its_bands_in_every_program(cpms: Cpms, store: Path) -> None:
    """All are ten, in homes of as many members: with k of 7 they are told as a band, which is no number."""
    parquet = pd.read_parquet(_exported(cpms, store, "k.parquet", "--k", "7", "--audience", "a"))
    assert set(parquet["age"]) == {"10-11"}
    table, about = pyreadstat.read_sav(str(_exported(cpms, store, "k.sav", "--k", "7", "--audience", "b")))
    assert set(table["age"].map(about.variable_value_labels["age"])) == {"10-11"}
    members = [values for name, values in table.items() if name == "members_total"]
    assert all(values.notna().all() for values in members), "a band of members is not lost"


@pytest.mark.parametrize("language", ["en", "th"])
def test_spss_has_a_label_and_a_measure_for_every_variable_and_a_label_for_every_value(
    cpms: Cpms, store: Path, language: str
) -> None:
    path = _exported(cpms, store, "r.sav", "--lang", language)
    table, about = pyreadstat.read_sav(str(path), user_missing=True)
    assert str(about.file_label).startswith("CPMS")
    assert about.notes == [load_survey().digest]
    assert [name for name in map(str, table) if not about.column_names_to_labels[name]] == []
    survey = load_survey()
    assert about.column_names_to_labels["sex"] == survey.fields["sex"].label.in_(language)
    measures = {name: about.variable_measure[name] for name in ("age", "sex", "difficulty_seeing", "level", "drugs")}
    assert measures == {
        "age": "scale",
        "sex": "nominal",
        "difficulty_seeing": "ordinal",
        "level": "ordinal",
        "drugs": "nominal",
    }
    for name in map(str, table):
        if about.variable_measure[name] != "scale" and name in about.variable_value_labels:
            assert set(table[name].dropna()) <= {*about.variable_value_labels[name], ""}, name
    hours = table.sort_values("work_hours_week")["work_hours_week"]
    assert hours.tolist() == [-98, 0, 0, 0, 0, 0, 12]
    analysed, _ = pyreadstat.read_sav(str(path))
    assert analysed["work_hours_week"].mean() == 2, "twelve hours among six who know: don't know is not counted"
    assert about.original_variable_types["interview_date"] == "DATE11"
    assert set(table["interview_date"]) == {datetime.date(2026, 11, 15)}


COLUMNS: dict[str, Any] = {
    "records.csv": lambda path: list(pd.read_csv(path)),
    "records.jsonl": lambda path: list(json.loads(path.read_text("utf-8").splitlines()[0])),
    "records.parquet": lambda path: pq.read_schema(path).names,
    "records.sav": lambda path: list(pyreadstat.read_sav(str(path))[0]),
    "figures.csv": lambda path: list(pd.read_csv(path)),
    "figures.parquet": lambda path: pq.read_schema(path).names,
    "figures.hxl.csv": lambda path: list(pd.read_csv(path)),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", COLUMNS)
def test_a_dictionary_beside_the_file_names_every_column_of_it(
    cpms: Cpms, store: Path, name: str, language: str
) -> None:
    path = _exported(cpms, store, name, "--lang", language)
    dictionary = _dictionary(path)
    assert list(dictionary) == COLUMNS[name](path)
    labels = {row["label"] for row in dictionary.values()}
    assert "" not in labels
    assert not labels & {*dictionary}, "each has a label in words"


def test_the_dictionary_says_what_the_codes_of_this_very_file_are(cpms: Cpms, store: Path) -> None:
    plain = _dictionary(_exported(cpms, store, "r.csv"))["sex"]
    assert (plain["label"], plain["about"]) == ("Sex", "Is the child a girl or a boy?")
    assert (plain["kind"], plain["measure"]) == ("one answer of a list", "nominal")
    assert plain["answers"] == "Female = female | Male = male"
    spss = _dictionary(_exported(cpms, store, "r.sav"))
    assert spss["sex"]["answers"] == "Female = 1 | Male = 2"
    assert spss["services_received_cash"]["answers"] == "yes = 1 | no = 0"
    elements = _dictionary(_exported(cpms, store, "figures.dhis2.json"))
    assert elements["CPMS_I03_YES"]["label"] == "3 No education: Yes"


def test_a_workbook_explains_its_own_columns_and_has_no_code(cpms: Cpms, store: Path) -> None:
    path = _exported(cpms, store, "r.xlsx", "--lang", "th")
    assert not path.with_name("r.xlsx.dictionary.csv").exists()
    rows, meaning = openpyxl.load_workbook(path).worksheets
    header, *cells = rows.iter_rows(values_only=True)
    children = pd.DataFrame(cells, columns=header)
    assert set(children["รอบ"]) == {2569}
    assert set(children["ตำบล"]) == {"ปากน้ำ"}
    assert sorted(children["ใช้ยาเสพติด"]) == ["ใช่", *["ไม่ทราบ"], *["ไม่ใช่"] * 5]
    assert set(children["วันที่สัมภาษณ์"]) == {datetime.datetime(2026, 11, 15)}
    assert sorted(map(str, children["ชั่วโมงทำงานต่อสัปดาห์"])) == [*["0"] * 5, "12", "ไม่ทราบ"], (
        "numbers that sort, and a word"
    )
    assert [row[0] for row in meaning.iter_rows(values_only=True, min_row=2)][:3] == ["รอบ", "ตำบล", "รหัสเด็ก"]


def test_a_data_set_has_its_dictionary_in_its_folder(cpms: Cpms, store: Path, tmp_path: Path) -> None:
    assert cpms("export", "dataset", tmp_path / "rows", "--store", store).code == 0
    rows = pd.read_csv(tmp_path / "rows" / "dictionary.csv", dtype="str", keep_default_na=False)
    [file] = (tmp_path / "rows").rglob("children.parquet")
    assert list(rows["variable"]) == pq.read_schema(file).names
    assert not set(rows["label"]) & {*rows["variable"], ""}
