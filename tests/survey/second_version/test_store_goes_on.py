"""A store of the first version goes on under it until somebody adopts the second."""

from __future__ import annotations

from pathlib import Path

import duckdb

from cpms_cli import merge
from cpms_cli.store.adopting import adopt_definition
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey
from tests.conftest import Cpms, Draw
from tests.survey.second_version.homes import HOME, SINCE_2569, only_child, read_cells


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
    codes = read_cells(first, "household", "house_code")
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
    assert read_cells(first, "child", "tobacco", "chore_hours_week")[-1] == ("2027", "yes", "9")
    assert read_cells(first, "household", "phone")[-1] == ("2027", HOME["phone"])
    assert "was merged before" in cpms("merge", file, "--store", first).out


def test_a_store_that_does_not_ask_for_a_reason_says_so(cpms: Cpms, first: Path) -> None:
    words = ("response", "add", only_child(first), "--kind", "closed", "--date", "2569-11-28", "--store", first)
    refused = cpms(*words, "--reason", "safe_now")
    assert (refused.code, "cpms schema use shipped" in refused.err) == (2, True)
    assert cpms(*words).code == 0
    adopt_definition(first, load_survey())
    child = cpms("child", only_child(first), "--store", first, "--format", "json").json
    assert {done["closing_reason"] for done in child["responses"]} <= {None, "not_asked"}
