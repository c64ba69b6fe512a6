"""`cpms export`: what is written is read by the other side's own library, says what was worked out by hand, and gives
nobody away."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import hxl
import jsonschema
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from frictionless import Package, system

from cpms_cli import merge
from tests.conftest import NUMBERS, Cpms, write_drawn
from tests.published.tables_attacked import Case, Published, breaches

Base = Mapping[str, Mapping[str, Any]]
PAK_NAM, KAPOE = "85010501", "85030201"
ANSWERS = ("yes", "no", "unknown", "not_applicable", "not_asked")
HOSTILE = {"given_name": "=1+1", "family_name": "+66 81 234", "other_name": "@SUM(A1)", "mother_name": "-2+3"}
# By house number: what is not as in the example, where a girl of ten goes to school and nothing is wrong.
GIVEN: dict[int, dict[str, Any]] = {
    1: {"services_received": "home_visit; cash"},
    2: {"in_school": "none"},
    3: {"drugs": "unknown"},
    4: {"drugs": "refused"},
    5: {"drugs": None, "services_received": "unknown"},
    6: HOSTILE,
    7: {"sex": "male"},
    8: {"sex": "male"},
}


def _round(folder: Path, base: Base, year: int, houses: int, kapoe: int = 0) -> Path:
    """A child in each house; the last `kapoe` houses are in another subdistrict, where nothing is wrong."""
    names = "กขคงจฉชซญฐดตถทธนบปผฝ"
    rows = [
        {
            "round": year,
            "interview_date": f"{year}-11-15",
            "birth_date": f"{year - 10}-06-01",
            "household_no": house,
            "given_name": names[house % 20] * 3,
            "mother_name": names[house // 20] * 2 + names[house % 20],
            "village_code": KAPOE if house > houses else PAK_NAM,
            **GIVEN.get(house, {}),
        }
        for house in range(1, houses + kapoe + 1)
    ]
    return write_drawn(folder / f"{year}-{houses}.csv", base, rows)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: Base) -> Path:
    folder = tmp_path_factory.mktemp("export")
    merge([_round(folder, base, 2026, 12)], folder / "s.duckdb")
    return folder / "s.duckdb"


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "s.duckdb"))


def _frame(cpms: Cpms, store: Path, name: str, *options: str) -> pd.DataFrame:
    """Records as an analyst's tool has them."""
    path = store.with_name(name)
    ran = cpms("export", "records", path, "--store", store, *options)
    assert ran.code == 0, ran.err
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def _houses(path: Path, user_missing: bool = True) -> tuple[pd.DataFrame, Any]:
    """An identified file as SPSS has it, in the order of its houses."""
    table, about = pyreadstat.read_sav(str(path), user_missing=user_missing)
    return table.sort_values("household_no", key=lambda houses: houses.astype(int)).reset_index(drop=True), about


def test_spss_gets_numbers_with_labels_and_kinds_of_no_answer(cpms: Cpms, store: Path) -> None:
    """In houses 3, 4 and 5 the answer about drugs is don't know, refused and blank; elsewhere it is no."""
    path = store.with_name("r.sav")
    assert cpms("export", "records", path, "--store", store, "--identified").code == 0
    table, about = _houses(path)
    analysed, _ = _houses(path, user_missing=False)
    assert table["drugs"].fillna(-1).tolist() == [0, 0, 98, 99, -1, 0, 0, 0, 0, 0, 0, 0]
    assert analysed["drugs"].fillna(-1).tolist() == [0, 0, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0]
    labels = about.variable_value_labels["drugs"]
    assert {code: labels[code] for code in (0, 1, 97, 98, 99)} == {
        0: "No",
        1: "Yes",
        97: "Not asked",
        98: "Don't know",
        99: "Refused",
    }
    assert {drug["lo"] for drug in about.missing_ranges["drugs"]} == {97, 98, 99}
    assert about.column_names_to_labels["sex"] == "Sex"
    assert table["sex"].map(about.variable_value_labels["sex"]).tolist() == [
        *["Female"] * 6,
        *["Male"] * 2,
        *["Female"] * 4,
    ]
    assert table["in_school"].map(about.variable_value_labels["in_school"])[1] == "Not in school"


def test_spss_gets_a_question_with_several_answers_as_variables(cpms: Cpms, store: Path) -> None:
    path = store.with_name("r.sav")
    assert cpms("export", "records", path, "--store", store, "--identified", "--lang", "th").code == 0
    table, about = _houses(path)
    assert "services_received" not in table
    for code, first in (("home_visit", 1), ("cash", 1), ("shelter", 0), ("none", 0)):
        assert table[f"services_received_{code}"][0] == first
    others = table.loc[[1, 2, 3, 5], "services_received_none"]
    assert others.tolist() == [1, 1, 1, 1]
    assert pd.isna(table["services_received_cash"][4]) or table["services_received_cash"][4] == 98, (
        "don't know is not no"
    )
    assert about.column_names_to_labels["services_received_cash"].endswith("เงินช่วยเหลือ")


def test_a_data_package_is_valid(cpms: Cpms, store: Path) -> None:
    for number, options in enumerate(([], ["--identified"], ["--k", "5"])):
        path = store.with_name(f"r{number}.zip")
        assert cpms("export", "records", path, "--store", store, *options).code == 0
        with system.use_context(trusted=True):
            report = Package(str(path)).validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])
        assert report.tasks[0].stats["rows"] == 12
        with zipfile.ZipFile(path) as bundle:
            described = json.loads(bundle.read("datapackage.json"))
        fields = {field["name"]: field for field in described["resources"][0]["schema"]["fields"]}
        assert {"value": "female", "label": "Female"} in fields["sex"]["categories"]
    assert described["detail"] == "deidentified"
    assert described["k_anonymity"] == 12, "of two boys and ten girls nobody is told which they are"


def test_every_ending_has_the_same_rows(cpms: Cpms, store: Path) -> None:
    frame = _frame(cpms, store, "r.csv")
    assert len(frame) == 12
    for ending in (".xlsx", ".parquet", ".jsonl"):
        assert cpms("export", "records", store.with_name(f"r{ending}"), "--store", store).code == 0
    lines = pd.DataFrame(json.loads(line) for line in store.with_name("r.jsonl").read_text("utf-8").splitlines())
    parquet = pd.read_parquet(store.with_name("r.parquet"))
    assert list(lines) == list(frame) == [name for name in parquet if not str(name).endswith("_missing")]
    book = openpyxl.load_workbook(store.with_name("r.xlsx"))
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert {"CPMS ID", "Sex", "Nationality"} <= set(header), "a workbook is for people"
    people = pd.DataFrame(rows, columns=list(frame))
    for value in (lines, parquet, people):
        assert value["cpms_id"].tolist() == frame["cpms_id"].tolist()
    assert lines["drugs"].fillna("").tolist() == frame["drugs"].tolist()
    words = {"no": "No", "unknown": "Don't know", "refused": "Refused"}
    assert people["drugs"].fillna("").tolist() == frame["drugs"].map(words).fillna("").tolist()
    assert parquet["drugs"].map({False: "no"}).fillna(parquet["drugs_missing"]).fillna("").tolist() == [*frame["drugs"]]
    assert sorted(frame["drugs"]) == ["", *["no"] * 9, "refused", "unknown"], "four kinds of no answer stay apart"


def test_how_much_of_who_it_is_stands_in_each_kind(cpms: Cpms, store: Path) -> None:
    whole = _frame(cpms, store, "whole.csv", "--identified")
    masked = _frame(cpms, store, "masked.csv")
    hidden = _frame(cpms, store, "hidden.csv", "--deidentified", "--k", "2")
    assert set(whole["village_code"]) == {PAK_NAM}
    assert set(whole["birth_date"]) == {"2016-06-01"}
    for frame in (masked, hidden):
        assert not set(frame) & {*HOSTILE, "national_id", "household_no", "child_no", "interviewer", "village_code"}
        assert set(frame["subdistrict"]) == {"850105"}
        assert frame["cpms_id"].str.fullmatch("P[A-Z2-7]{10}").all()
        assert not set(frame["cpms_id"]) & set(whole["cpms_id"])
    assert set(masked["birth_date"]) == {"2016-06"}
    assert not [name for name in hidden if "date" in str(name)]
    assert set(hidden["age"]) == {"10-11"}
    assert Counter(hidden["sex"]) == {"female": 10, "male": 2}
    assert not set(hidden["cpms_id"]) & set(masked["cpms_id"]), "the two files cannot be put together"


def test_the_k_that_is_told_is_true(cpms: Cpms, store: Path) -> None:
    """Counted again over everything by which somebody who knows the child could look."""
    looks = ["round", "subdistrict", "age", "sex", "nationality", "main_language", "members_total"]
    for asked, reached in ((2, 2), (3, 12), (5, 12), (12, 12)):
        path = store.with_name("k.csv")
        # To readers of their own: who has a finer file already cannot get a coarser one.
        ran = cpms("export", "records", path, "--store", store, "--k", asked, "--audience", f"k{asked}")
        frame = pd.read_csv(path, dtype="str", keep_default_na=False)
        assert min(Counter(map(tuple, frame[looks].to_numpy())).values()) == reached
        assert re.search(rf"\bk\b.*\b{reached}\b", ran.out), ran.out
    refused = cpms("export", "records", store.with_name("no.csv"), "--store", store, "--k", 13)
    assert refused.code == 2
    assert not store.with_name("no.csv").exists()


def test_only_files_for_one_audience_can_be_put_together(cpms: Cpms, store: Path) -> None:
    first, again = (set(_frame(cpms, store, f"{name}.csv", "--audience", "ministry")["cpms_id"]) for name in "ab")
    other = set(_frame(cpms, store, "c.csv", "--audience", "university")["cpms_id"])
    assert first == again
    assert len(first) == 12
    assert not first & other


def test_the_audit_log_has_the_identified_export_and_no_other(cpms: Cpms, store: Path) -> None:
    for options in ([], ["--deidentified"]):
        _frame(cpms, store, "r.csv", *options)
    assert "No output has shown" in cpms("store", "audit", "--store", store).out
    _frame(cpms, store, "r.csv", "--identified")
    log = cpms("store", "audit", "--store", store, "--format", "json").json["audit"]
    assert [(entry["what"], entry["children"]) for entry in log] == [("export", 12)]


def test_text_like_a_formula_is_no_formula(cpms: Cpms, store: Path) -> None:
    """In CSV it has an apostrophe before it, in a workbook it is text as it stands; other formats keep it."""

    def sixth(frame: pd.DataFrame) -> list[str]:
        return list(map(str, frame.loc[frame["household_no"] == "6", list(HOSTILE)].iloc[0]))

    assert sixth(_frame(cpms, store, "r.csv", "--identified")) == [f"'{text}" for text in HOSTILE.values()]
    for ending in (".xlsx", ".parquet", ".zip"):
        assert cpms("export", "records", store.with_name(f"r{ending}"), "--store", store, "--identified").code == 0
    cells = [cell for row in openpyxl.load_workbook(store.with_name("r.xlsx")).worksheets[0] for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert set(HOSTILE.values()) <= {cell.value for cell in cells}
    assert sixth(pd.read_parquet(store.with_name("r.parquet"))) == list(HOSTILE.values())
    with zipfile.ZipFile(store.with_name("r.zip")) as bundle:
        rows = list(csv.reader(io.StringIO(bundle.read("children.csv").decode())))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]


# We found no published schema of it; this one is written from DHIS2's developer guide, "Data values": a set of values,
# each with a data element, a period, an organisation unit and a value as text; a year is a period of four digits.
DHIS2 = {
    "type": "object",
    "required": ["dataValues"],
    "additionalProperties": False,
    "properties": {
        "dataSet": {"type": "string"},
        "completeDate": {"type": "string"},
        "period": {"type": "string"},
        "orgUnit": {"type": "string"},
        "dataElementIdScheme": {"enum": ["UID", "CODE", "NAME"]},
        "orgUnitIdScheme": {"enum": ["UID", "CODE", "NAME"]},
        "idScheme": {"enum": ["UID", "CODE", "NAME"]},
        "dataValues": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["dataElement", "period", "orgUnit", "value"],
                "additionalProperties": False,
                "properties": {
                    "dataElement": {"type": "string", "pattern": "^[A-Z0-9_]{1,50}$"},
                    "period": {"type": "string", "pattern": "^[0-9]{4}$"},
                    "orgUnit": {"type": "string", "pattern": "^[0-9]{6}$"},
                    "value": {"type": "string", "pattern": "^[0-9]+$"},
                },
            },
        },
    },
}


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory, base: Base) -> Path:
    """Two rounds, two subdistricts: 12 and 9 children, then 13 and 11."""
    folder = tmp_path_factory.mktemp("figures")
    merge([_round(folder, base, 2025, 12, 9), _round(folder, base, 2026, 13, 11)], folder / "s.duckdb")
    return folder / "s.duckdb"


def _figures(cpms: Cpms, store: Path, *options: str) -> pd.DataFrame:
    path = store.with_name("f.csv")
    ran = cpms("export", "figures", path, "--store", store, *options)
    assert ran.code == 0, ran.err
    return pd.read_csv(path, dtype={"area": "str", "round": "str"})


def _true(cpms: Cpms, store: Path) -> dict[str, int]:
    """Every count, made by hand from the records."""
    counts: Counter[str] = Counter()
    rows = _frame(cpms, store, "true.csv", "--identified")
    for column in (str(name) for name in rows if re.match(r"i\d\d", str(name))):
        number = int(column[1:3])
        for year, village, answer in zip(rows["round"], rows["village_code"], rows[column], strict=True):
            counts[f"{year}/{village[:6]}/{number}/{'not_applicable' if answer == 'n/a' else answer}"] += 1
    places = {name.rsplit("/", 1)[0] for name in counts}
    return {f"{place}/{answer}": counts[f"{place}/{answer}"] for place in places for answer in ANSWERS}


def _shown(figures: pd.DataFrame) -> dict[str, int | None]:
    return {
        f"{row['round']}/{row['area']}/{row['indicator']}/{answer}": None if pd.isna(row[answer]) else int(row[answer])
        for row in figures.to_dict("records")
        for answer in ANSWERS
    }


def _attacked(shown: Mapping[str, int | None], true: Mapping[str, int]) -> list[str]:
    """What somebody finds out who knows besides how many children each place has."""
    counts, whole = dict(shown), {name: true[name] for name in shown}
    sums: list[tuple[str, Sequence[str]]] = []
    for place in {name.rsplit("/", 1)[0] for name in shown}:
        parts = [f"{place}/{answer}" for answer in ANSWERS]
        counts[place] = whole[place] = sum(true[part] for part in parts)
        sums.append((place, parts))
    small = frozenset(name for name in shown if 0 < true[name] < 5)
    return breaches([Case(Published(counts, sums), whole, small, 5)])


def test_a_count_withheld_is_never_told_as_nought_nor_by_a_second_release(
    cpms: Cpms, years: Path, tmp_path: Path
) -> None:
    """One area and round, then the whole province, then one area, then one round: all that was ever shown lies on one
    desk."""
    store = Path(shutil.copy(years, tmp_path / "s.duckdb"))
    true = _true(cpms, store)
    assert true["2026/850105/3/yes"] == 1
    desk: dict[str, int | None] = {}
    for options in (
        ("--area", "850105", "--round", "2569"),
        ("--area", "85"),
        ("--area", "8503"),
        ("--round", "2025"),
        (),
    ):
        for name, count in _shown(_figures(cpms, store, *options)).items():
            assert count is None or count == true[name], f"{name} {options}"
            assert not (count is not None and 0 < count < 5), f"{name} {options}"
            desk[name] = count if count is not None else desk.get(name)
    assert set(desk) == set(true)
    assert any(count is None for count in desk.values())
    assert any(count for count in desk.values())
    assert not _attacked(desk, true)


def test_a_child_more_in_a_later_release_cannot_be_told_from_the_difference(
    cpms: Cpms, years: Path, tmp_path: Path, base: Base
) -> None:
    store = Path(shutil.copy(years, tmp_path / "s.duckdb"))
    before = _shown(_figures(cpms, store))
    home = {"round": 2026, "village_code": KAPOE, "household_no": 90, "sex": "male"}
    late = write_drawn(tmp_path / "late.csv", base, [home])
    assert cpms("merge", late, "--store", store).code == 0
    after = _shown(_figures(cpms, store))
    grown = [name for name, count in after.items() if None not in (count, before[name]) and count != before[name]]
    assert not grown
    changed = [name for name, count in _true(cpms, store).items() if before[name] not in (None, count)]
    assert len(changed) >= len(NUMBERS), "the child is counted somewhere for each indicator"
    assert {after[name] for name in changed} == {None}


def test_hxl_is_read_by_its_own_library(cpms: Cpms, years: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(years, tmp_path / "s.duckdb"))
    path = store.with_name("f.hxl.csv")
    assert cpms("export", "figures", path, "--store", store).code == 0
    source = hxl.data(str(path), hxl.InputOptions(allow_local=True))
    assert source.columns[0].tag == "#date"
    assert [column.display_tag for column in source.columns[1:3]] == ["#adm3+code", "#adm3+name"]
    plain = _figures(cpms, store)
    rows = [row.values for row in source]
    assert len(rows) == len(plain) == 2 * 2 * len(NUMBERS)
    yes = next(number for number, column in enumerate(source.columns) if "yes" in column.attributes)
    assert source.columns[yes].tag == "#affected"
    assert [row[yes] for row in rows] == ["" if pd.isna(ye) else str(int(ye)) for ye in plain["yes"]]
    assert "" in [row[yes] for row in rows], "a count withheld is blank"


def test_dhis2_takes_the_values_and_none_for_what_is_withheld(cpms: Cpms, years: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(years, tmp_path / "s.duckdb"))
    path = store.with_name("f.dhis2.json")
    assert cpms("export", "figures", path, "--store", store).code == 0
    content = json.loads(path.read_text("utf-8"))
    jsonschema.validate(content, DHIS2)
    names = {"yes": "YES", "no": "NO", "unknown": "UNKNOWN", "not_applicable": "NA", "not_asked": "NOT_ASKED"}
    values = {
        (value["period"], value["orgUnit"], value["dataElement"]): int(value["value"])
        for value in content["dataValues"]
    }
    expected = {
        (*name.split("/")[:2], f"CPMS_I{int(name.split('/')[2]):02}_{names[name.split('/')[3]]}"): count
        for name, count in _shown(_figures(cpms, store)).items()
        if count is not None
    }
    assert values == expected


def test_figures_open_as_workbook_and_parquet(cpms: Cpms, years: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(years, tmp_path / "s.duckdb"))
    plain = _figures(cpms, store)
    for ending in (".xlsx", ".parquet"):
        assert cpms("export", "figures", store.with_name(f"f{ending}"), "--store", store).code == 0
    parquet = pd.read_parquet(store.with_name("f.parquet"))
    book = pd.read_excel(store.with_name("f.xlsx"), engine="openpyxl")
    assert {"Area", "Indicator", "Yes", "Unknown"} <= set(book)
    for value in (parquet, book.set_axis(list(plain), axis="columns")):
        for answer in ANSWERS:
            counts = pd.to_numeric(value[answer], errors="coerce").astype("Float64").fillna(-1)
            assert counts.tolist() == plain[answer].astype("Float64").fillna(-1).tolist()


def test_an_ending_nobody_writes_is_refused_before_anything_is_done(cpms: Cpms, store: Path) -> None:
    for kind, name in (("records", "r.pdf"), ("records", "r.hxl.csvx"), ("figures", "f.sav"), ("figures", "f")):
        ran = cpms("export", kind, store.with_name(name), "--store", store)
        assert ran.code == 2
        assert "the ending chooses the format" in ran.err
        assert not store.with_name(name).exists()
    ran = cpms("export", "records", store.with_name("r.pdf"), "--store", store, "--identified")
    assert ran.code == 2
    assert cpms("store", "audit", "--store", store, "--format", "json").json["audit"] == [], "nothing was shown"
