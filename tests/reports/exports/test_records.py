"""`cpms export records`: read by the other side's own library, it says what was worked out by hand."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
from frictionless import Package, system

from tests.conftest import Cpms
from tests.reports.exports.exported_rounds import HOSTILE, PAK_NAM, read_export


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
    frame = read_export(cpms, store, "r.csv")
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
    whole = read_export(cpms, store, "whole.csv", "--identified")
    masked = read_export(cpms, store, "masked.csv")
    hidden = read_export(cpms, store, "hidden.csv", "--deidentified", "--k", "2")
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
    first, again = (set(read_export(cpms, store, f"{name}.csv", "--audience", "ministry")["cpms_id"]) for name in "ab")
    other = set(read_export(cpms, store, "c.csv", "--audience", "university")["cpms_id"])
    assert first == again
    assert len(first) == 12
    assert not first & other


def test_the_audit_log_has_the_identified_export_and_no_other(cpms: Cpms, store: Path) -> None:
    for options in ([], ["--deidentified"]):
        read_export(cpms, store, "r.csv", *options)
    assert "No output has shown" in cpms("store", "audit", "--store", store).out
    read_export(cpms, store, "r.csv", "--identified")
    log = cpms("store", "audit", "--store", store, "--format", "json").json["audit"]
    assert [(entry["what"], entry["children"]) for entry in log] == [("export", 12)]


def test_text_like_a_formula_is_no_formula(cpms: Cpms, store: Path) -> None:
    """In CSV it has an apostrophe before it, in a workbook it is text as it stands; other formats keep it."""

    def sixth(frame: pd.DataFrame) -> list[str]:
        return list(map(str, frame.loc[frame["household_no"] == "6", list(HOSTILE)].iloc[0]))

    assert sixth(read_export(cpms, store, "r.csv", "--identified")) == [f"'{text}" for text in HOSTILE.values()]
    for ending in (".xlsx", ".parquet", ".zip"):
        assert cpms("export", "records", store.with_name(f"r{ending}"), "--store", store, "--identified").code == 0
    cells = [cell for row in openpyxl.load_workbook(store.with_name("r.xlsx")).worksheets[0] for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert set(HOSTILE.values()) <= {cell.value for cell in cells}
    assert sixth(pd.read_parquet(store.with_name("r.parquet"))) == list(HOSTILE.values())
    with zipfile.ZipFile(store.with_name("r.zip")) as bundle:
        rows = list(csv.reader(io.StringIO(bundle.read("children.csv").decode())))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]


def test_an_ending_nobody_writes_is_refused_before_anything_is_done(cpms: Cpms, store: Path) -> None:
    for kind, name in (("records", "r.pdf"), ("records", "r.hxl.csvx"), ("figures", "f.sav"), ("figures", "f")):
        ran = cpms("export", kind, store.with_name(name), "--store", store)
        assert ran.code == 2
        assert "the ending chooses the format" in ran.err
        assert not store.with_name(name).exists()
    ran = cpms("export", "records", store.with_name("r.pdf"), "--store", store, "--identified")
    assert ran.code == 2
    assert cpms("store", "audit", "--store", store, "--format", "json").json["audit"] == [], "nothing was shown"
