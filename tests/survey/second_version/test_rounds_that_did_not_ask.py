"""Questions asked since 2569: rounds before that did not ask them, from the file to the exports."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import duckdb
import pandas as pd
import pyreadstat
import pytest

from cpms_cli import merge
from cpms_cli.store.adopting import adopt_definition
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import Cpms, Draw, MakeOnce
from tests.definitions import CHILD, change_file, copy_definition
from tests.survey.second_version.homes import HOME, SINCE_2569, read_cells


def test_an_answer_of_a_round_that_did_not_ask_is_told_and_not_stored(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    then = {"round": 2025, "interview_date": "2025-11-15"}
    rows = [{**then, "household_no": str(number), "phone": "0812345678", "chore_hours_week": 5} for number in (1, 2)]
    file = draw(*rows, {**then, "household_no": "3", "phone": "not asked"})
    checked = cpms("validate", file, "--format", "json")
    findings = [finding for finding in checked.json["findings"] if finding["rule"] == "not_asked_in_round"]
    assert {(finding["column"], finding["message"][:12], finding["severity"]) for finding in findings} == {
        ("phone", "2 answers to", "warning"),
        ("chore_hours_week", "2 answers to", "warning"),
    }
    assert all("2025" in finding["message"] for finding in findings)
    assert checked.code == 1
    store = tmp_path / "s.duckdb"
    ran = cpms("merge", file, "--store", store, "--format", "json")
    assert ran.code == 1
    counted = [(column["field"], column["round"], column["answers"]) for column in ran.json["answers_not_asked"]]
    assert sorted(counted) == [("chore_hours_week", 2025, 2), ("phone", 2025, 2)]
    assert ran.json["counts"]["stored"] == 3
    assert {phone for _, phone in read_cells(store, "household", "phone")} == {"not_asked"}
    assert {hours for _, hours in read_cells(store, "child", "chore_hours_week")} == {"not_asked"}
    again = cpms("merge", file, "--store", tmp_path / "other.duckdb")
    assert "2 answers to Phone are of round 2025, which did not ask it. They are not stored." in " ".join(
        again.out.split()
    )
    thai = cpms("merge", file, "--store", tmp_path / "thai.duckdb", "--lang", "th")
    assert "รอบ 2568 ซึ่งไม่ได้ถามข้อนี้" in thai.out


def test_the_mend_works_once_the_definition_says_that_the_round_asked_it(
    cpms: Cpms, draw: Draw, tmp_path: Path
) -> None:
    """The very same file is merged again: what it answers is taken from it, and nothing that was corrected since."""
    then = {"round": 2025, "interview_date": "2025-11-15", "phone": "0812345678"}
    file, store = draw({**then, "tobacco": "no"}, name="first.csv"), tmp_path / "s.duckdb"
    warned = cpms("merge", file, "--store", store)
    assert "if that round did ask it, let the definition say so (since, until, skipped" in " ".join(warned.out.split())
    corrected = draw({**then, "phone": "", "tobacco": "yes"}, name="corrected.csv")
    cpms("merge", corrected, "--store", store)
    assert read_cells(store, "household", "phone") == [("2025", "not_asked")]
    own = copy_definition(tmp_path / "own")
    phone = "  - name: phone\n    role: phone\n    topic: family\n    type: string\n    format: digits\n"
    change_file(own, "household.yaml", f"{phone}    since: 2569\n", f"{phone}    since: 2568\n")
    assert cpms("schema", "use", own, "--store", store, "--yes").code == 0
    assert cpms("merge", file, "--store", store).code == 0
    assert read_cells(store, "household", "phone") == [("2025", "0812345678")]
    assert read_cells(store, "child", "tobacco") == [("2025", "yes")]
    again = cpms("merge", file, "--store", store)
    assert (again.code, "was merged before; nothing in it is new" in again.out) == (0, True)


def test_an_answer_that_cannot_be_read_keeps_no_row_of_a_round_that_did_not_ask(cpms: Cpms, draw: Draw) -> None:
    file = draw({"round": 2025, "interview_date": "2025-11-15", "chore_hours_week": "many"})
    ran = cpms("validate", file, "--format", "json")
    assert ran.json["counts"]["rows_with_errors"] == 0
    assert [finding["rule"] for finding in ran.json["findings"]] == ["not_asked_in_round"]


def test_rows_of_several_rounds_in_one_file_each_have_what_their_round_asked(
    cpms: Cpms, draw: Draw, tmp_path: Path
) -> None:
    file = draw(
        {"round": 2025, "interview_date": "2025-11-15", "phone": "0812345678"},
        {"household_no": "2", "phone": "0812345678"},
    )
    ran = cpms("merge", file, "--store", tmp_path / "s.duckdb", "--format", "json")
    assert [(column["round"], column["answers"]) for column in ran.json["answers_not_asked"]] == [(2025, 1)]
    assert read_cells(tmp_path / "s.duckdb", "household", "phone") == [("2025", "not_asked"), ("2026", "0812345678")]


def test_an_answer_given_under_an_earlier_definition_is_blanked_by_no_later_file(
    cpms: Cpms, draw: Draw, tmp_path: Path
) -> None:
    own, store = copy_definition(tmp_path / "own"), tmp_path / "s.duckdb"
    first = draw({"tobacco": "yes"}, name="first.csv")
    merge([first], store, schemas=own)
    later = copy_definition(tmp_path / "later", own)
    change_file(later, CHILD, "  - name: tobacco\n", "  - name: tobacco\n    since: 2570\n")
    adopt_definition(store, load_survey(later), leave_answers=True)
    corrected = draw({"tobacco": "no", "alcohol": "yes"}, name="corrected.csv")
    assert cpms("merge", corrected, "--store", store).code == 1
    assert read_cells(store, "child", "tobacco", "alcohol") == [("2026", "not_asked", "yes")]
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = connection.execute("SELECT tobacco FROM child_observation WHERE superseded_by IS NULL").fetchall()
    assert rows == [("yes",)], "it is read as not asked, and still there for a definition that asked it"
    assert cpms("store", "check", "--store", store).code == 0


def test_not_asked_is_said_from_the_store_to_the_exports(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store, folder = tmp_path / "s.duckdb", tmp_path
    then = draw({"round": 2025, "interview_date": "2025-11-15"}, name="then.csv")
    now = draw({**HOME, "chore_hours_week": 12}, name="now.csv")
    assert cpms("merge", then, now, "--store", store).code == 0
    (child,) = {row["cpms_id"] for row in cpms("children", "--store", store, "--format", "json").json["children"]}
    page = cpms("child", child, "--store", store, "--format", "json").json
    answers = {row["field"]: (row["2025"], row["2026"]) for row in page["answers"]}
    assert answers["chore_hours_week"] == ("Not asked", "12")
    assert {answers[name] for name in HOME} == {("Not asked", "•••")}, "masked, and still said to be not asked"
    assert cpms("report", "child", child, "--store", store, "-o", folder / "child.html").code == 0
    assert (folder / "child.html").read_text("utf-8").count("Not asked") >= len(SINCE_2569)
    exported = {}
    for ending in ("csv", "parquet", "jsonl", "sav", "zip"):
        path = folder / f"records.{ending}"
        assert cpms("export", "records", path, "--store", store, "--identified").code == 0
        exported[ending] = path
    frame = pd.read_csv(exported["csv"], dtype="str").sort_values("round").reset_index(drop=True)
    assert list(frame["latitude"]) == ["not_asked", "9.96542"]
    assert list(frame["chore_hours_week"]) == ["not_asked", "12"]
    typed = pd.read_parquet(exported["parquet"]).sort_values("round", ignore_index=True)
    assert typed.loc[1, "latitude"] == 9.96542
    assert list(typed["latitude"].isna()) == [True, False]
    assert typed.loc[0, "latitude_missing"] == "not_asked"
    lines = [json.loads(line) for line in exported["jsonl"].read_text("utf-8").splitlines()]
    assert sorted(line["phone"] for line in lines) == ["077001234", "not_asked"]
    spss, _ = pyreadstat.read_sav(str(exported["sav"]))
    assert spss["latitude"].dropna().tolist() == [9.96542]
    with zipfile.ZipFile(exported["zip"]) as package:
        described = json.loads(package.read("datapackage.json"))["resources"][0]["schema"]["fields"]
    types = {field["name"]: (field["type"], "not_asked" in field.get("missingValues", ())) for field in described}
    assert types["latitude"] == ("number", True)


@pytest.mark.parametrize("how", [(), ("--deidentified", "--k", "2")])
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "jsonl", "sav", "zip"])
def test_where_a_home_is_leaves_the_store_only_with_identified(
    cpms: Cpms, draw: Draw, once: MakeOnce, tmp_path: Path, how: tuple[str, ...], ending: str
) -> None:
    rows = [{**HOME, "household_no": str(number), "house_code": f"9999000001{number}"} for number in range(1, 4)]
    homes, path = draw(*rows), tmp_path / f"records.{ending}"
    store = once(lambda path: merge([homes], path))
    ran = cpms("export", "records", path, "--store", store, *how)
    assert ran.code == 0, ran.err
    columns = _columns(path)
    assert "chore_hours_week" in columns
    assert not set(HOME) & columns


def _columns(path: Path) -> set[str]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as package:
            return set(package.read("children.csv").decode("utf-8").splitlines()[0].split(","))
    if path.suffix == ".sav":
        return set(pyreadstat.read_sav(str(path))[0].columns)
    if path.suffix == ".xlsx":
        sheet = pd.read_excel(path, sheet_name=0)
        labels = {"House code": "house_code", "Latitude": "latitude", "Longitude": "longitude", "Phone": "phone"}
        return {
            {"Chore hours a week": "chore_hours_week", **labels}.get(str(name), str(name)) for name in sheet.columns
        }
    if path.suffix == ".jsonl":
        return set(pd.read_json(path, lines=True).columns)
    return set((pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)).columns)


def test_hours_of_chores_move_no_child_to_another_level(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    rows = [{"household_no": home, "chore_hours_week": hours} for home, hours in (("1", 0), ("2", 112))]
    merge([draw(*rows)], tmp_path / "s.duckdb")
    none, most = cpms("children", "--store", tmp_path / "s.duckdb", "--format", "json").json["children"]
    assert {none["household_no"], most["household_no"]} == {"1", "2"}
    assert none["level"] == most["level"]
