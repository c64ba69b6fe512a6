"""The second version of the survey: its sample rounds, and how its questions about a home are read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cpms_cli import read, write_samples
from cpms_cli.reading.value.values import clean
from cpms_cli.samples.difficulties import HARD
from cpms_cli.survey.model.definition import Field, Survey
from tests.conftest import SAMPLES, Cpms, Draw
from tests.survey.second_version.homes import HOME, SINCE_2569, read_cells

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
    assert len(read_cells(tmp_path / "s.duckdb", "household", "latitude")) == len(NO_NUMBERS)


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
