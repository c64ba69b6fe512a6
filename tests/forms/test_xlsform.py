"""Given the definition, `cpms template --xlsform` writes a form that pyxform takes and that asks whom it should."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from pyxform.xls2xform import convert

from cpms_cli import merge, write_xlsform
from cpms_cli.survey.model.definition import Survey
from tests.conftest import ROOT, Cpms, Draw
from tests.forms.xform_engine import Interview

BURMESE = re.compile(r"[\u1000-\u109f]")


def _sheet(path: Path, name: str) -> list[dict[str, str]]:
    rows = openpyxl.load_workbook(path)[name].iter_rows(values_only=True)
    header = [str(cell) for cell in next(rows)]
    return [{key: str(cell) for key, cell in zip(header, row, strict=True) if cell is not None} for row in rows]


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("form") / "form.xlsx"
    write_xlsform(path, round_=2026, language="th")
    return path


@pytest.fixture(scope="module")
def xform(form: Path) -> str:
    converted = convert(form)
    assert converted.warnings == []
    return str(converted.xform)


@pytest.fixture
def interview(xform: str) -> Interview:
    started = Interview(xform)
    started.answer(village_code="85010501", household_no="12", interview_date="2026-11-15", consent="yes")
    return started


def test_every_field_of_the_survey_is_in_the_form_under_its_own_name(xform: str, survey: Survey) -> None:
    named = {path.rsplit("/", 1)[1] for path in Interview(xform).binds}
    assert set(survey.fields) <= named


def test_without_a_round_the_year_is_asked(cpms: Cpms, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    assert cpms("template", "--xlsform", "-o", path, "--lang", "en").code == 0
    converted = convert(path)
    assert converted.warnings == []
    asked = Interview(converted.xform)
    assert asked.accepts("round", "2569")
    assert asked.accepts("round", "2026")
    assert not asked.accepts("round", "69")
    asked.answer(round="2569")
    assert asked.accepts("interview_date", "2026-11-15")
    assert not asked.accepts("interview_date", "2025-11-15")
    [settings] = _sheet(path, "settings")
    assert settings["default_language"] == "English (en)"


def test_all_words_stand_in_three_languages(form: Path) -> None:
    rows = [*_sheet(form, "survey"), *_sheet(form, "choices")]
    for column in ("label", "hint", "constraint_message"):
        for row in rows:
            languages = {key.split("(")[1] for key in row if key.startswith(f"{column}::")}
            assert languages in (set(), {"en)", "th)", "my)"}), row
            if languages:
                assert BURMESE.search(row[f"{column}::မြန်မာ (my)"]), row


def test_every_code_of_every_list_can_be_chosen(form: Path, survey: Survey) -> None:
    chosen = {(row["list_name"], row["name"]) for row in _sheet(form, "choices")}
    lists = {field.codelist for field in survey.fields.values() if field.codelist}
    assert {(name, code) for name in lists for code in survey.codelists[name].by_code} <= chosen
    assert {("yes_no", "refused"), ("yes_no", "unknown"), ("distress", "unknown")} <= chosen


@pytest.mark.parametrize(
    ("grain", "widget", "picked", "written", "low", "high"),
    [
        ("day", "birth_date_day", "2016-11-15", "2016-11-15", "10", "10"),
        ("day", "birth_date_day", "2016-11-16", "2016-11-16", "9", "9"),
        ("day", "birth_date_day", "2026-11-14", "2026-11-14", "0", "0"),
        ("month", "birth_date_month", "2016-11-01", "2016-11", "9", "10"),
        ("month", "birth_date_month", "2016-10-01", "2016-10", "10", "10"),
        ("year", "birth_date_year", "2016-01-01", "2016", "9", "10"),
        ("year", "birth_date_year", "2026-01-01", "2026", "0", "0"),
    ],
)
def test_a_birth_date_is_kept_as_well_as_it_is_known_and_tells_the_age(
    interview: Interview, grain: str, widget: str, picked: str, written: str, low: str, high: str
) -> None:
    interview.answer(birth_date_grain=grain, **{widget: picked})
    assert interview["birth_date"] == written
    assert (interview["age_min"], interview["age_max"]) == (low, high)
    assert not interview.relevant("age_years")


def test_without_a_birth_date_the_age_is_asked_and_until_then_everything(interview: Interview) -> None:
    assert interview.relevant("drugs")
    assert interview.relevant("left_alone")
    interview.answer(birth_date_grain="none", age_years="9")
    assert interview["birth_date"] == ""
    assert (interview["age_min"], interview["age_max"]) == ("9", "9")
    assert interview.relevant("left_alone")
    interview.answer(age_years="10")
    assert not interview.relevant("left_alone")


@pytest.mark.parametrize(
    ("age", "asked", "not_asked"),
    [
        ("1", {"left_alone", "chronic_illness"}, {"difficulty_seeing", "in_school", "distress", "law_conflict"}),
        ("2", {"difficulty_seeing"}, {"in_school", "worked_for_wages"}),
        ("3", {"in_school"}, {"distress"}),
        ("5", {"distress", "worked_for_wages", "violent_behaviour"}, {"tobacco", "alcohol", "drugs"}),
        ("7", {"law_conflict", "tobacco", "alcohol", "drugs"}, set()),
        ("17", {"drugs", "violence_sexual"}, {"left_alone"}),
    ],
)
def test_questions_are_put_from_their_age(interview: Interview, age: str, asked: set[str], not_asked: set[str]) -> None:
    interview.answer(birth_date_grain="none", age_years=age)
    assert {name for name in asked | not_asked if interview.relevant(name)} == asked


def test_where_the_age_leaves_it_open_the_question_is_put(interview: Interview) -> None:
    interview.answer(birth_date_grain="year", birth_date_year="2019-01-01")
    assert (interview["age_min"], interview["age_max"]) == ("6", "7")
    assert interview.relevant("drugs")


def test_nothing_is_asked_before_consent_nor_after_a_refusal(xform: str) -> None:
    started = Interview(xform)
    started.answer(village_code="85010501", household_no="12", interview_date="2026-11-15")
    after = ("respondent_relation", "members_total", "given_name", "violence_sexual", "services_received")
    assert not any(started.relevant(name) for name in after)
    assert not started.relevant("xlsform_end")
    for answer in ("no", "refused"):
        started.answer(consent=answer)
        assert not any(started.relevant(name) for name in after)
        assert started.relevant("xlsform_end")
    started.answer(consent="yes")
    assert all(started.relevant(name) for name in after)


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("village_code", ["85010501"], ["8501050", "850105011", "หมู่ 1"]),
        ("national_id", ["0999900000011"], ["099990000001", "09999-0000-1"]),
        ("members_total", ["1", "60"], ["0", "61"]),
        ("age_years", ["0", "17"], ["18", "-1"]),
        ("services_received", ["none", "legal cash", "unknown"], ["none legal", "unknown cash"]),
        ("household_no", ["99/1"], ["9" * 21]),
    ],
)
def test_answers_outside_their_range_are_stopped(
    interview: Interview, field: str, good: list[str], bad: list[str]
) -> None:
    assert [value for value in good if not interview.accepts(field, value)] == []
    assert [value for value in bad if interview.accepts(field, value)] == []


@pytest.fixture
def own(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "schemas", tmp_path / "own")
    return tmp_path / "own"


def test_a_rule_that_a_form_cannot_say_is_told_and_the_question_put_to_everybody(
    cpms: Cpms, own: Path, tmp_path: Path
) -> None:
    path = own / "child.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("asked: age < $unwatched_age", "asked: length(given_name) > 2"), "utf-8")
    ran = cpms("template", "--xlsform", "-o", tmp_path / "f.xlsx", "--schemas", own)
    assert ran.code == 0
    assert "'Left alone' is asked of everybody" in ran.err
    assert "length(given_name) > 2" in ran.err
    [row] = [row for row in _sheet(tmp_path / "f.xlsx", "survey") if row.get("name") == "left_alone"]
    assert "relevant" not in row


RULES = {
    "carer": "in_school = 'none'",
    "mother_alive": "NOT in_school = 'none'",
    "father_alive": "in_school <> 'none'",
    "mother_home": "in_school IN ('none', 'non_formal')",
    "father_home": "age BETWEEN $ruled_from AND $ruled_to",
    "needs_unmet": "NOT age BETWEEN $ruled_from AND $ruled_to",
    "arrived_from": "age < $ruled_below OR asked(drugs) AND moves_last_12m >= $moves_from",
}
RULE_LIMITS = {"ruled_from": 5, "ruled_to": 8, "ruled_below": 9}


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The form of a province that asks some questions only where its own rules say so."""
    folder = tmp_path_factory.mktemp("ruled")
    shutil.copytree(ROOT / "schemas", folder / "own")
    path = folder / "own" / "child.yaml"
    text = path.read_text("utf-8")
    for name, rule in RULES.items():
        text = text.replace(f"  - name: {name}\n", f'  - name: {name}\n    asked: "{rule}"\n')
    path.write_text(text, "utf-8")
    with (folder / "own" / "limits.yaml").open("a", encoding="utf-8") as limits:
        for name, value in RULE_LIMITS.items():
            limits.write(
                f"  - {{name: {name}, value: {value}, unit: years, label: {{en: {name}, th: อายุ}}, source: P}}\n"
            )
    write_xlsform(folder / "f.xlsx", round_=2026, schemas=folder / "own")
    return str(convert(folder / "f.xlsx").xform)


@pytest.mark.parametrize(
    ("answers", "asked", "not_asked"),
    [
        ({"in_school": "none"}, "carer mother_home", "mother_alive father_alive"),
        ({"in_school": "formal"}, "mother_alive father_alive", "carer mother_home"),
        ({"in_school": "non_formal"}, "mother_alive father_alive mother_home", "carer"),
        ({"in_school": "unknown"}, "carer mother_alive father_alive mother_home", ""),
        ({}, "carer mother_alive father_alive mother_home arrived_from needs_unmet", "father_home"),
        ({"moves_last_12m": "3"}, "arrived_from", ""),
        ({"moves_last_12m": "2"}, "", "arrived_from"),
        ({"age_years": "8", "moves_last_12m": "2"}, "father_home arrived_from", "needs_unmet"),
    ],
)
def test_rules_are_translated_with_their_third_truth_value(
    ruled: str, answers: dict[str, str], asked: str, not_asked: str
) -> None:
    started = Interview(ruled)
    started.answer(village_code="85010501", household_no="12", interview_date="2026-11-15", consent="yes")
    started.answer(**{"birth_date_grain": "none", "age_years": "9", **answers})
    assert [name for name in asked.split() if not started.relevant(name)] == []
    assert [name for name in not_asked.split() if started.relevant(name)] == []


def test_wrong_burmese_sentences_are_passed_over_and_missing_words_are_listed(cpms: Cpms, own: Path) -> None:
    path = own / "translations" / "my.yaml"
    text = path.read_text("utf-8")
    for gone in (
        r"  distress: \{label.*\n",
        r"weekly: [^,]*, ",
        r"  moving: .*\n",
        r"  xlsform_end: .*\n",
        r"\{low\} ",
    ):
        text, count = re.subn(gone, "", text, count=1)
        assert count == 1
    path.write_text(text + "  xlsform_nothing: x\n", "utf-8")
    ran = cpms("schema", "check", own, "--lang", "my", "--format", "json")
    assert (ran.code, ran.json["problems"]) == (0, []), "what cpms says itself it says in English then"
    lines = path.read_text("utf-8").splitlines()
    notes = {
        (note["file"], lines[note["line"] - 1].split(":")[0].strip()): note["message"] for note in ran.json["notes"]
    }
    assert notes == {
        (
            "translations/my.yaml",
            "xlsform_range",
        ): "note: 'xlsform_range' must fill in high, low; this sentence is passed over, and cpms says its own",
        (
            "translations/my.yaml",
            "xlsform_nothing",
        ): "note: cpms never says 'xlsform_nothing'; this sentence is passed over, and cpms says its own",
    }
    lacking = {"fields.distress.label", "fields.distress.question", "codes.distress.weekly", "topics.moving"}
    assert lacking | {"sentences.xlsform_end"} <= set(ran.json["translation"]["missing"])


def test_every_field_stands_in_a_topic_and_identities_are_carried(cpms: Cpms, own: Path) -> None:
    path = own / "child.yaml"
    text = path.read_text("utf-8")
    text = text.replace("  - name: sex\n    topic: identity\n", "  - name: sex\n    topic: nowhere\n")
    path.write_text(
        text.replace("name: cpms_id\n    topic: identity\n    carried: true", "name: cpms_id\n    topic: identity"),
        "utf-8",
    )
    ran = cpms("schema", "check", own)
    assert "'sex' stands in no topic of the table" in ran.out
    assert "'cpms_id' tells who a row is about and must be carried" in ran.out


def test_the_burmese_words_say_that_nobody_has_reviewed_them_yet(form: Path, survey: Survey) -> None:
    [burmese] = survey.translations
    head = (ROOT / "schemas" / "translations" / "my.yaml").read_text("utf-8").splitlines()[0]
    assert "TO BE REVIEWED BY A NATIVE SPEAKER" in head
    assert not burmese.reviewed
    [settings] = _sheet(form, "settings")
    assert settings["version"].endswith("-draft")


def test_a_known_child_is_chosen_and_its_code_and_names_come_along(cpms: Cpms, draw: Draw, tmp_path: Path) -> None:
    merge(
        [
            draw(
                {"given_name": "มะลิ", "birth_date": "2016-03", "mother_name": "=1+1"},
                {"given_name": "ก้อง", "birth_date": "2015-06-01", "sex": "male"},
                {"given_name": "Min Thu", "household_no": "2"},
            )
        ],
        tmp_path / "s.duckdb",
    )
    ran = cpms(
        "template",
        "--prefill",
        "--xlsform",
        "-o",
        tmp_path / "next.xlsx",
        "--store",
        tmp_path / "s.duckdb",
        "--area",
        "85010501",
        "--identified",
        "--lang",
        "th",
    )
    assert ran.code == 0
    with (tmp_path / "known_children.csv").open(encoding="utf-8", newline="") as stream:
        known = list(csv.DictReader(stream))
    assert [row["label"] for row in known] == ["มะลิ · หญิง · 3/2559", "ก้อง · ชาย · 1/6/2558", "Min Thu · หญิง · 1/6/2559"]
    assert known[0]["mother_name"] == "'=1+1"
    converted = convert(tmp_path / "next.xlsx")
    assert converted.warnings == []
    started = Interview(converted.xform, {"known_children": known})
    started.answer(village_code="85010501", household_no="9", interview_date="2026-12-15", consent="yes")
    assert not started.relevant("known_child")
    started.answer(household_no="1", known_child=known[0]["name"])
    assert started["household_id"] == known[0]["household_id"]
    assert started["cpms_id"] == known[0]["cpms_id"] == known[0]["name"]
    assert (started["round"], started["given_name"], started["sex"]) == ("2027", "มะลิ", "female")
    assert started["birth_date_grain"] == "same"
    assert started["birth_date"] == "2016-03"
    assert started["violence_physical"] == ""
    started.answer(given_name="มะลิวัลย์", birth_date_grain="day", birth_date_day="2016-03-05")
    assert (started["given_name"], started["birth_date"]) == ("มะลิวัลย์", "2016-03-05")
    assert started["cpms_id"] == known[0]["cpms_id"]
