"""The second version of the survey: questions asked since 2569, and the rounds before that did not ask them."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyreadstat
import pytest

from cpms_cli import merge, read, write_samples
from cpms_cli.reading.value.values import clean
from cpms_cli.samples.difficulties import HARD
from cpms_cli.store.definitions.adopting import adopt_definition
from cpms_cli.survey.files.loading import load_survey
from cpms_cli.survey.model.definition import Field, Survey
from tests.conftest import ROOT, SAMPLES, Cpms, Draw, MakeOnce
from tests.definitions import CHILD, change_file, copy_definition

SINCE_2569 = ("house_code", "latitude", "longitude", "phone", "chore_hours_week")
HOME = {"house_code": "99990000017", "latitude": "9.96542", "longitude": "98.63547", "phone": "077001234"}


def _stored(store: Path, table: str, *names: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(store), read_only=True) as connection:
        return connection.execute(f"SELECT round, {', '.join(names)} FROM current_{table} ORDER BY ALL").fetchall()


# Samples

CELLS_OF_2568 = "96cdd4afc518b7be2a5f5dcffb99ae24b98e5aadd3bc83dd7eef235fb2d0762a"


def _cells_digest(path: Path) -> str:
    sheets = pd.read_excel(path, sheet_name=None, header=None, dtype=str, engine="calamine", keep_default_na=False)
    return hashlib.sha256("\n".join(name + sheet.to_csv() for name, sheet in sheets.items()).encode()).hexdigest()


def test_sample_rounds_before_2569_are_those_of_the_first_version_and_later_ones_ask(tmp_path: Path) -> None:
    """The digests are those of what the version before these questions wrote: of a workbook its cells, since how it is
    laid out on paper has changed."""
    write_samples(tmp_path / "hard", ["850105"], range(2024, 2028), 300, 2569, difficulties=HARD)
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "hard").iterdir()}
    assert digests["survey_2567.csv"] == "b4beb8136f592be6bace8ce319308a85e065d561d67d8067a7d0a3dd2fb1e8a7"
    assert _cells_digest(tmp_path / "hard" / "survey_2568.xlsx") == CELLS_OF_2568
    shipped = {name: hashlib.sha256((SAMPLES / name).read_bytes()).hexdigest() for name in ("survey_2567.csv",)}
    assert shipped == {"survey_2567.csv": "e5e5f049da3a01141190fef29dac4318327882b33cb5a0c0903e35689b3157df"}


@pytest.mark.parametrize("folder", ["shipped", "hard"])
def test_a_sample_round_has_the_columns_that_its_form_had(tmp_path: Path, survey: Survey, folder: str) -> None:
    made = SAMPLES
    if folder == "hard":
        made = tmp_path / "hard"
        write_samples(made, ["850105"], range(2025, 2028), 60, 7, difficulties=HARD)
    asked = {
        path.stem[-4:]: {name for table in read(path, survey) for name in table.columns} & set(SINCE_2569)
        for path in sorted(made.glob("survey_*"))
    }
    assert asked.pop("2567", set()) == set()
    assert asked.pop("2568") == set()
    assert asked and all(names == set(SINCE_2569) for names in asked.values())


def test_answers_of_the_samples_are_likely_ones_and_lead_to_nobody(survey: Survey) -> None:
    (table,) = read(SAMPLES / "survey_2569.xlsx", survey)
    cells = pd.DataFrame({name: table.cells(name).to_pylist() for name in SINCE_2569})
    assert cells["house_code"].dropna().str.fullmatch("9999[0-9]{7}").all()
    assert cells["phone"].dropna().str.fullmatch("0770[0-9]{5}").all()
    # Pak Nam in Ranong lies at 9.96 N, 98.60 E.
    assert cells["latitude"].dropna().astype(float).between(9.8, 10.1).all()
    assert cells["longitude"].dropna().astype(float).between(98.4, 98.8).all()
    assert cells["chore_hours_week"].dropna().astype(int).between(0, 112).all()
    assert all(0.2 < share < 0.95 for share in cells.notna().mean())


# Numbers with decimals


@pytest.fixture(scope="module")
def latitude(survey: Survey) -> Field:
    return survey.fields["latitude"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("9.96542", "9.96542"),
        ("9.9650", "9.965"),
        ("10", "10"),
        ("-9.5", "-9.5"),
        ("9,96542", "9.96542"),
        ("9,965", "9.965"),  # 9965 is no latitude
        ("๙.๙๖๕๔๒", "9.96542"),
        ("๙,๙๖", "9.96"),
        (" 9.96542 ", "9.96542"),
        ("9.96542°", "9.96542"),
        ("9°57\u203254\u2033", "9.965"),
        ("9° 57' 54\" N", "9.965"),
        ("9°30'S", "-9.5"),
        ("9.96542E+00", "9.96542"),
        ("ไม่ทราบ", "unknown"),
        ("-", None),
    ],
)
def test_a_number_is_read_as_officers_write_it(
    survey: Survey, latitude: Field, written: str, read_as: str | None
) -> None:
    value = clean(survey, latitude, pd.Series([written], dtype="str")).values.iloc[0]
    assert (None if pd.isna(value) else value) == read_as


NO_NUMBERS = ["9.96.5", "9 57 54", "47P 461254", "9°75'", "บ้านริมน้ำ", "9,965,421"]


def test_what_is_no_number_is_told_and_its_row_is_stored_all_the_same(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """Each is written of a home of its own, in a row of its own."""
    homes = range(1, len(NO_NUMBERS) + 1)
    file = draw(*({**HOME, "household_no": str(home), "latitude": NO_NUMBERS[home - 1]} for home in homes))
    ran = cpms("validate", file, "--format", "json")
    no_numbers = {
        finding["row"]
        for finding in ran.json["findings"]
        if (finding["rule"], finding["severity"]) in {("number", "warning"), ("number_range", "warning")}
    }
    assert no_numbers == {home + 1 for home in homes}, "the header is the first row"
    assert ran.json["counts"]["storable"] == len(NO_NUMBERS)
    assert cpms("merge", file, "--store", tmp_path / "s.duckdb").code == 0
    assert len(_stored(tmp_path / "s.duckdb", "household", "latitude")) == len(NO_NUMBERS)


def _of_home(cpms: Cpms, file: Path) -> list[dict[str, Any]]:
    """What is found in the answers of HOME; all of it is a warning with a mend, and no answer is shown."""
    found_in_file = cpms("validate", file, "--format", "json").json["findings"]
    findings = [finding for finding in found_in_file if finding["column"] in HOME]
    assert {finding["severity"] for finding in findings} <= {"warning"}
    assert all(finding["mend"] for finding in findings)
    assert all(not finding["value"] or finding["value"] == "•••" for finding in findings), "who lives there is masked"
    return findings


@pytest.mark.parametrize(
    ("house_code", "rules"),
    [
        ("9999000001", {"house_code_form"}),
        ("9999-000001-7", set()),
        ("๙๙๙๙๐๐๐๐๐๑๗", set()),
        ("99990000017.0", set()),
    ],
)
def test_a_house_code_is_read_in_any_writing(cpms: Cpms, draw: Draw, house_code: str, rules: set[str]) -> None:
    findings = _of_home(cpms, draw({**HOME, "house_code": house_code}))
    assert {finding["rule"] for finding in findings} == rules


# What a home answers besides what is right, and what is found.
DOUBTFUL: list[tuple[dict[str, Any], set[str]]] = [
    ({}, set()),
    ({"latitude": "98.63547", "longitude": "9.96542"}, {"coordinates_swapped", "number_range"}),
    ({"latitude": "48.85", "longitude": "2.35"}, {"coordinates_outside"}),
    ({"latitude": "1101254", "longitude": "461254"}, {"number_range", "coordinates_outside"}),
    ({"longitude": None}, {"coordinates_half"}),
    ({"phone": "77001234"}, {"phone_form"}),
    ({"phone": "077-001-2345"}, {"phone_form"}),
    ({"phone": "08 1234 5678"}, set()),
    ({"phone": "+66 81 234 5678"}, set()),
]


def test_what_is_doubtful_of_a_home_is_a_warning_with_a_mend(cpms: Cpms, draw: Draw) -> None:
    """Each in a row of its own; a house code belongs to one house, and only the first has one."""
    homes = [{**HOME, "household_no": "1"}]
    homes += [
        {**HOME, "house_code": "", "household_no": str(home), **answers}
        for home, (answers, _) in enumerate(DOUBTFUL[1:], start=2)
    ]
    findings = _of_home(cpms, draw(*homes))
    for row, (answers, rules) in enumerate(DOUBTFUL, start=2):
        assert {finding["rule"] for finding in findings if finding["row"] == row} == rules, answers


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("รหัสประจำบ้าน", "house_code"),
        ("ละติจูด", "latitude"),
        ("พิกัด (ลองจิจูด)", "longitude"),
        ("เบอร์โทร", "phone"),
        ("โทรศัพท์", "phone"),
        ("ชั่วโมงงานบ้าน", "chore_hours_week"),
    ],
)
def test_the_headers_that_officers_use(draw: Draw, survey: Survey, header: str, name: str) -> None:
    file = draw({**HOME, "chore_hours_week": 3})
    file.write_text(file.read_text("utf-8").replace(name, header, 1), "utf-8")
    (table,) = read(file, survey)
    assert table.columns[name].header == header


# Rounds that did not ask


def test_an_answer_of_a_round_that_did_not_ask_is_told_and_not_stored(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    then = {"round": 2025, "interview_date": "2025-11-15"}
    rows = [{**then, "household_no": str(number), "phone": "0812345678", "chore_hours_week": 5} for number in (1, 2)]
    file = draw(*rows, {**then, "household_no": "3", "phone": "not asked"})
    checked = cpms("validate", file, "--format", "json")
    findings = [finding for finding in checked.json["findings"] if finding["rule"] == "not_asked_in_round"]
    assert {(finding["column"], finding["message"][:11], finding["severity"]) for finding in findings} == {
        ("phone", "2 answer(s)", "warning"),
        ("chore_hours_week", "2 answer(s)", "warning"),
    }
    assert all("2025" in finding["message"] for finding in findings)
    assert checked.code == 1
    store = tmp_path / "s.duckdb"
    ran = cpms("merge", file, "--store", store, "--format", "json")
    assert ran.code == 1
    counted = [(column["field"], column["round"], column["answers"]) for column in ran.json["answers_not_asked"]]
    assert sorted(counted) == [("chore_hours_week", 2025, 2), ("phone", 2025, 2)]
    assert ran.json["counts"]["stored"] == 3
    assert {phone for _, phone in _stored(store, "household", "phone")} == {"not_asked"}
    assert {hours for _, hours in _stored(store, "child", "chore_hours_week")} == {"not_asked"}
    again = cpms("merge", file, "--store", tmp_path / "other.duckdb")
    assert "2 answer(s) to Phone are of round 2025, which did not ask it. They are not stored." in " ".join(
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
    assert _stored(store, "household", "phone") == [("2025", "not_asked")]
    own = copy_definition(tmp_path / "own")
    phone = "  - name: phone\n    topic: family\n    type: string\n    format: digits\n"
    change_file(own, "household.yaml", f"{phone}    since: 2569\n", f"{phone}    since: 2568\n")
    assert cpms("schema", "use", own, "--store", store, "--yes").code == 0
    assert cpms("merge", file, "--store", store).code == 0
    assert _stored(store, "household", "phone") == [("2025", "0812345678")]
    assert _stored(store, "child", "tobacco") == [("2025", "yes")]
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
    assert _stored(tmp_path / "s.duckdb", "household", "phone") == [("2025", "not_asked"), ("2026", "0812345678")]


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
    assert _stored(store, "child", "tobacco", "alcohol") == [("2026", "not_asked", "yes")]
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


# A store of the first version


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A store that the version before these questions made: two children in the rounds 2568 and 2569; a case closed."""
    store = tmp_path / "first.duckdb"
    store.write_bytes(gzip.decompress((ROOT / "tests/stores/first_survey.duckdb.gz").read_bytes()))
    return store


def _next_round(draw: Draw) -> Path:
    return draw(
        {"round": 2027, "interview_date": "2027-11-15", "given_name": "ตัวอย่างหนึ่ง", "chore_hours_week": 9, **HOME},
        name="next.csv",
    )


def test_a_store_of_the_first_version_goes_on_under_it(cpms: Cpms, draw: Draw, survey: Survey, first: Path) -> None:
    assert cpms("store", "check", "--store", first).code == 0
    followed = cpms("schema", "use", "shipped", "--store", first, "--dry-run")
    assert f"follows definition e2697a6c90c8. The other one is {survey.digest[:12]}" in followed.out
    assert "house_code (House code)" in followed.out
    without = draw({"round": 2027, "interview_date": "2027-11-15"}, name="as_before.csv", without=SINCE_2569)
    assert cpms("merge", without, "--store", first).code == 0
    with duckdb.connect(str(first), read_only=True) as connection:
        columns = {row[0] for row in connection.execute("DESCRIBE household_observation").fetchall()}
    assert not columns & set(SINCE_2569)


def test_who_merges_the_new_questions_is_told_the_next_command(cpms: Cpms, draw: Draw, first: Path) -> None:
    file = _next_round(draw)
    before = cpms("merge", file, "--store", first)
    words = " ".join((before.out + before.err).split())
    assert before.code in (1, 2)
    assert "asks this: House code, Latitude, Longitude, Phone, Chore hours a week." in words
    command = f"cpms schema use shipped --store {first}"
    assert command in words.replace('"', "")
    adopted = cpms("schema", "use", "shipped", "--store", first, "--yes")
    assert adopted.code == 0, adopted.err
    ran = cpms("merge", file, "--store", first)
    assert ran.code == 0, ran.err
    codes = _stored(first, "household", "house_code")
    assert codes == [("2025", "not_asked")] * 2 + [("2026", "not_asked")] * 2 + [("2027", HOME["house_code"])]
    assert cpms("store", "check", "--store", first).code == 0


def test_a_file_merged_before_its_questions_were_known_brings_their_answers_and_nothing_else(
    cpms: Cpms, draw: Draw, tmp_path: Path, first: Path
) -> None:
    mapping = tmp_path / "map.csv"
    mapping.write_text("header,field\n" + "".join(f"{name},leave out\n" for name in SINCE_2569), "utf-8")
    file = _next_round(draw)
    assert cpms("merge", file, "--store", first, "--map", mapping).code == 0
    corrected = draw(
        {"round": 2027, "interview_date": "2027-11-15", "given_name": "ตัวอย่างหนึ่ง", "tobacco": "yes"},
        name="corrected.csv",
        without=SINCE_2569,
    )
    merge([corrected], first)
    adopt_definition(first, load_survey())
    merge([file], first)
    assert _stored(first, "child", "tobacco", "chore_hours_week")[-1] == ("2027", "yes", "9")
    assert _stored(first, "household", "phone")[-1] == ("2027", HOME["phone"])
    assert "was merged before" in cpms("merge", file, "--store", first).out


# Responses


def _closing(path: Path, child: str, **cells: str) -> Path:
    row = {"cpms_id": child, "response_date": "2026-11-20", "response_kind": "ปิดกรณี", "response_by": "RAO", **cells}
    pd.DataFrame([row]).to_csv(path, index=False)
    return path


def _only_child(store: Path) -> str:
    with duckdb.connect(str(store), read_only=True) as connection:
        return str(connection.execute("SELECT min(cpms_id) FROM child_link").fetchone()[0])  # type: ignore[index]


@pytest.fixture
def closed(draw: Draw, once: MakeOnce) -> tuple[Path, str]:
    """A store with one victim, and its identifier."""
    victim = draw({"violence_physical": "yes"})
    store = once(lambda path: merge([victim], path))
    return store, _only_child(store)


def test_a_case_is_closed_with_worker_and_reason(cpms: Cpms, tmp_path: Path, closed: tuple[Path, str]) -> None:
    store, child = closed
    log = _closing(tmp_path / "log.csv", child, รหัสผู้ปฏิบัติงาน="W07", เหตุผลที่ปิดกรณี="ย้ายออก")
    ran = cpms("response", "import", log, "--store", store, "--format", "json")
    assert (ran.code, ran.json["findings"]) == (0, [])
    page = cpms("child", child, "--store", store, "--format", "json").json
    assert [(done["worker"], done["closing_reason"]) for done in page["responses"]] == [("W07", "moved_away")]
    assert page["levels"][-1]["closed_for"] == "moved_away"
    assert "RAO, Moved away" in page["levels"][-1]["standing_why"]


@pytest.mark.parametrize(
    ("kind", "reason", "rules"),
    [
        ("closed", "", ["closed_without_reason"]),
        ("closed", "died", []),
        ("home_visit", "died", ["reason_without_closing"]),
        ("home_visit", "", []),
    ],
)
def test_a_reason_belongs_to_a_closing(
    cpms: Cpms, tmp_path: Path, closed: tuple[Path, str], kind: str, reason: str, rules: list[str]
) -> None:
    store, child = closed
    log = _closing(tmp_path / "log.csv", child, response_kind=kind, closing_reason=reason)
    ran = cpms("response", "import", log, "--store", store, "--format", "json")
    assert [finding["rule"] for finding in ran.json["findings"]] == rules
    assert {finding["severity"] for finding in ran.json["findings"]} <= {"warning"}
    assert (ran.code, ran.json["counts"]["stored"]) == (0, 1)


def test_an_old_log_without_these_columns_is_still_recorded(
    cpms: Cpms, tmp_path: Path, closed: tuple[Path, str]
) -> None:
    store, child = closed
    log = tmp_path / "old.csv"
    row = {"cpms_id": child, "response_date": "2026-11-20", "response_kind": "home_visit", "response_by": "RAO"}
    pd.DataFrame([row]).to_csv(log, index=False)
    assert cpms("response", "import", log, "--store", store).code == 0


def test_one_response_is_typed_in_with_its_reason(cpms: Cpms, closed: tuple[Path, str]) -> None:
    store, child = closed
    words = ("response", "add", child, "--kind", "closed", "--date", "2569-11-20", "--store", store)
    without = cpms(*words)
    assert without.code == 0
    assert "Look again: the case is closed, and Reason for closing is blank" in without.err
    ran = cpms(*words, "--worker", "W07", "--reason", "Safe now")
    assert (ran.code, "Look again" in ran.err) == (0, False)
    assert cpms(*words, "--reason", "because").code == 2


def test_a_store_that_does_not_ask_for_a_reason_says_so(cpms: Cpms, first: Path) -> None:
    words = ("response", "add", _only_child(first), "--kind", "closed", "--date", "2569-11-28", "--store", first)
    refused = cpms(*words, "--reason", "safe_now")
    assert (refused.code, "cpms schema use shipped" in refused.err) == (2, True)
    assert cpms(*words).code == 0
    adopt_definition(first, load_survey())
    child = cpms("child", _only_child(first), "--store", first, "--format", "json").json
    assert {done["closing_reason"] for done in child["responses"]} <= {None, "not_asked"}
