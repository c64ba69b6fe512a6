"""A file held against the rounds before: who is missing, and what hardly can have changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from stdnum.th.pin import calc_check_digit

from cpms_cli import merge, validate_against_store
from cpms_cli.survey.model.definition import Survey
from tests.conftest import Cpms, Draw, MakeOnce

LAST = {"round": 2025, "interview_date": "2025-11-15"}
# Each child of these files has a number of its own, so that one year's row is known in the next.
MALI, KLA, NUT = "1999900000013", "1999900000021", "1999900000030"
STORED = (
    {"national_id": MALI, "given_name": "มะลิ"},
    {"national_id": KLA, "given_name": "กล้า", "sex": "male", "birth_date": "2012-03-04"},
    {"national_id": NUT, "given_name": "นัท", "birth_date": "2008-01-02", "household_no": "2", "child_no": 1},
)


@pytest.fixture
def store(draw: Draw, once: MakeOnce) -> Path:
    """A store with three children of village 85010501 in the round of 2025."""
    last = draw(*({**LAST, **row} for row in STORED), name="last.csv")
    return once(lambda path: merge([last], path))


def _findings(cpms: Cpms, path: Path, store: Path) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = cpms("validate", path, "--store", store, "--format", "json").json["findings"]
    return [entry for entry in findings if entry["rule"] != "national_id_check_digit"]


def test_a_child_not_seen_again_is_named_by_identifier_and_place_only(cpms: Cpms, draw: Draw, store: Path) -> None:
    path = draw(STORED[0], {**STORED[2], "birth_date": "2009-01-02"})
    ran = cpms("validate", path, "--store", store, "--format", "json")
    [absent] = [finding for finding in ran.json["findings"] if finding["rule"].startswith("absent")]
    assert (absent["rule"], absent["severity"]) == ("absent_child", "warning")
    assert (absent["row"], absent["cell"]) == (None, None)
    identifier, rest = absent["value"].split(" ", 1)
    assert rest == "85010501/1/2 (2025)"
    assert identifier.startswith("C")
    assert len(identifier) == 12
    assert absent["value"] in absent["message"]
    assert "กล้า" not in ran.out
    assert "กล้า" not in cpms("validate", path, "--store", store, "--identified").out
    assert ran.code == 0


def test_who_turned_18_is_told_apart_from_who_may_be_forgotten(cpms: Cpms, draw: Draw, store: Path) -> None:
    values = {finding["rule"]: finding["value"] for finding in _findings(cpms, draw(STORED[0]), store)}
    assert set(values) == {"absent_child", "absent_grown_up"}
    assert "85010501/1/2" in values["absent_child"]
    assert "85010501/2/1" in values["absent_grown_up"]


def test_a_child_in_danger_last_round_comes_before_all_others(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    merge([draw({**LAST, **STORED[0]}, {**LAST, **STORED[1], "violence_physical": "yes"}, name="last.csv")], store)
    [finding] = _findings(cpms, draw(STORED[0]), store)
    assert finding["rule"] == "absent_in_danger"
    assert finding["mend"] == "find out today where the child is"


def test_a_child_without_any_number_is_not_called_missing(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store, nameless = tmp_path / "s.duckdb", {"national_id": "", "family_name": "ใจดี"}
    merge([draw({**LAST, **nameless}, name="last.csv")], store)
    assert _findings(cpms, draw(nameless), store) == []
    moved = draw({**nameless, "household_no": "9", "child_no": 1})
    assert _findings(cpms, moved, store) == []
    other = draw({**nameless, "household_no": "9", "child_no": 1, "given_name": "คนอื่น"})
    assert [finding["rule"] for finding in _findings(cpms, other, store)] == ["absent_child"]


def test_a_village_that_is_missing_is_one_line(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    rows = [{**LAST, "village_code": "85010502", "household_no": str(n), "child_no": 1} for n in range(5)]
    merge([draw({**LAST}, *rows, name="last.csv")], store)
    [finding] = _findings(cpms, draw({}), store)
    assert (finding["rule"], finding["value"], finding["row"]) == ("village_missing", "85010502 (2025: 5)", None)


# What was said of a child in 2025 and what is said of it now, the finding, and its value.
CHANGED: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({}, {"sex": "male"}, "sex_changed", "female -> male"),
    (
        {"nationality": "MM", "health_insurance": "migrant", "id_document": "none"},
        {},
        "nationality_changed",
        "MM -> TH",
    ),
    ({"difficulty_walking": "cannot"}, {}, "difficulty_gone", "cannot -> none"),
    ({"school_level": "lower_secondary"}, {}, "school_backwards", "lower_secondary -> primary"),
    (
        {"mother_alive": "no", "mother_home": "no", "carer": "father", "respondent_relation": "father"},
        {},
        "alive_again",
        "no -> yes",
    ),
    ({"members_total": 4}, {"members_total": 12}, "members_jump", "4 -> 12"),
    ({}, {}, "", ""),
]


def test_what_hardly_can_have_changed(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    """Each of a child with a number of its own, in a home of its own."""
    children: list[dict[str, Any]] = [
        {"household_no": str(home), "child_no": 1, "national_id": number + calc_check_digit(number)}
        for home, number in ((home, f"19999000010{home}") for home in range(1, len(CHANGED) + 1))
    ]
    then = [{**LAST, **child, **before} for child, (before, _, _, _) in zip(children, CHANGED, strict=True)]
    now = [{**child, **after} for child, (_, after, _, _) in zip(children, CHANGED, strict=True)]
    merge([draw(*then, name="last.csv")], tmp_path / "s.duckdb")
    findings = _findings(cpms, draw(*now), tmp_path / "s.duckdb")
    assert {finding["severity"] for finding in findings} == {"warning"}
    # The header is the first row.
    assert sorted((finding["row"], finding["rule"], finding["value"]) for finding in findings) == [
        (row, rule, value) for row, (_, _, rule, value) in enumerate(CHANGED, start=2) if rule
    ]


def test_a_changed_birth_date_is_told_and_never_shown(cpms: Cpms, draw: Draw, store: Path) -> None:
    path = draw({**STORED[0], "birth_date": "2016-06-02"}, *STORED[1:])
    [changed] = [finding for finding in _findings(cpms, path, store) if finding["rule"] == "birth_date_changed"]
    assert changed["value"] == "•••"
    assert "2016-06-01" not in cpms("validate", path, "--store", store, "--identified").out


def test_a_corrected_file_of_a_stored_round_calls_nobody_missing(cpms: Cpms, draw: Draw, store: Path) -> None:
    whole = draw(*STORED, name="now.csv")
    merge([whole], store)
    mended = draw({**STORED[0], "distress": "weekly"}, name="mended.csv")
    assert _findings(cpms, mended, store) == []


def test_families_without_consent_are_not_missed(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    merge([draw({**LAST}, {**LAST, "household_no": "2", "child_no": 1, "consent": "no"}, name="last.csv")], store)
    assert _findings(cpms, draw({}), store) == []


def test_the_store_is_read_and_never_made(cpms: Cpms, draw: Draw, store: Path, tmp_path: Path) -> None:
    before = store.read_bytes()
    assert cpms("validate", draw(STORED[0]), "--store", store).code == 0
    assert store.read_bytes() == before
    ran = cpms("validate", draw({}), "--store", tmp_path / "no.duckdb")
    assert ran.code == 2
    assert not (tmp_path / "no.duckdb").exists()


def test_the_text_shows_who_is_missing_and_the_language_follows(cpms: Cpms, draw: Draw, store: Path) -> None:
    ran = cpms("validate", draw(STORED[0], STORED[2]), "--store", store, "--lang", "th")
    assert "ยังเป็นเด็ก อาจย้ายออกหรือตกหล่น" in ran.out
    assert "85010501/1/2 (2025)" in ran.out


def test_the_public_function_gives_the_same(draw: Draw, store: Path, survey: Survey) -> None:
    findings = validate_against_store([draw(STORED[0], STORED[2])], store).findings
    absent = findings[findings["check"].astype(str) == "absent_child"]
    assert len(absent) == 1
    assert absent["row"].isna().all()
    assert len([check for check in survey.history if check.about == "child"]) >= 8
