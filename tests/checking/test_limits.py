"""Limits stand once (`limits.yaml`): one line changes every rule and every printed word, and no number hides."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from cpms_cli import prove_definition
from cpms_cli.survey.comparing.changes import definition_changes
from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.schema_files import read_survey
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.opening.packed_definition import packed_definition, unpacked_definition
from cpms_cli.survey.proof.words.limit_proof import strays
from cpms_cli.survey.proof.words.numbers_in_words import NumberFinder
from cpms_cli.survey.speech.languages import use_words_of
from cpms_cli.survey.yaml_files.quoting import written_out
from tests.conftest import ROOT, THOROUGH, Cpms, in_english
from tests.definitions import change_file

SCHEMAS = ROOT / "schemas"
Change = Callable[[str, str, str], int]


@pytest.fixture
def own(cpms: Cpms, tmp_path: Path) -> Path:
    assert cpms("schema", "new", tmp_path / "own").code == 0
    return tmp_path / "own"


@pytest.fixture
def change(own: Path) -> Change:
    return partial(change_file, own)


def _changed(name: str, value: int, text: str) -> str:
    """The text of `limits.yaml` with another number for one limit."""
    new, count = re.subn(rf"(- name: {name}\n    value: )\d+", rf"\g<1>{value}", text)
    assert count == 1, name
    return new


def _set(own: Path, name: str, value: int) -> None:
    path = own / "limits.yaml"
    path.write_text(_changed(name, value, path.read_text("utf-8")), "utf-8")


def test_one_line_changes_rule_right_check_and_all_words(cpms: Cpms, own: Path) -> None:
    _set(own, "school_age_to", 16)
    changes = json.loads(cpms("schema", "diff", "shipped", own, "--format", "json").out)["changes"]
    assert changes[0] | {"label": None} == {
        "part": "limit",
        "kind": "changed",
        "name": "school_age_to",
        "label": None,
        "aspect": "value",
        "before": "15",
        "after": "16",
    }
    followed = {(part["part"], part["name"], part["aspect"]): part["after"] for part in changes[1:]}
    assert set(followed) == {
        ("indicator", "3", "definition"),
        ("indicator", "3", "applies"),
        ("right", "education", "definition"),
        ("right", "education", "applies"),
        ("check", "no_reason_for_no_school", "rule"),
        ("setting", "fairness.yaml", "value"),
    }
    for part, name in (("indicator", "3"), ("right", "education")):
        assert "(7 to 16 completed years)" in followed[part, name, "definition"]["en"]
        assert "(อายุ 7 ถึง 16 ปีเต็ม)" in followed[part, name, "definition"]["th"]
        assert followed[part, name, "applies"] == "age BETWEEN 7 AND 16"
    assert load_survey().fairness.outcomes[-1].applies == "age BETWEEN 7 AND 15"
    survey = read_survey(Reader(own))
    assert survey is not None
    assert survey.fairness.outcomes[-1].applies == "age BETWEEN 7 AND 16"


def test_the_check_names_the_examples_that_no_longer_hold_and_nothing_else(
    cpms: Cpms, own: Path, change: Change
) -> None:
    """Who is 16 and out of school: the cases of the indicator, the right and the check say otherwise until mended."""
    _set(own, "school_age_to", 16)
    ran = cpms("schema", "check", own)
    assert ran.code == 1
    assert re.findall(r"^(?:checks|examples/\w+)\.yaml:\d+: (.*?)(?: \(.*\))?$", ran.out, re.MULTILINE) == [
        "the check 'no_reason_for_no_school' should pass this case",
        "education is lacks, not not_asked",
        "3: in_school=none, birth_date=2010-11-15: i03 is yes, not n/a",
    ]
    change(
        "checks.yaml", '{in_school: none, birth_date: "2010-11-15"}]', '{in_school: none, birth_date: "2009-11-15"}]'
    )
    for file in ("examples/figures.yaml", "examples/indicators.yaml"):
        change(file, 'in_school: none, birth_date: "2010-11-15"', 'in_school: none, birth_date: "2009-11-15"')
    assert cpms("schema", "check", own).code == 0


def test_no_printed_word_keeps_the_number_from_before(cpms: Cpms, own: Path, tmp_path: Path) -> None:
    """By when a victim is visited: no example says it, so that one line is all there is to change."""
    _set(own, "victim_due_hours", 48)
    assert cpms("schema", "check", own).code == 0
    for language, now, before in (("en", "within 48 hours", "24 hours"), ("th", "ภายใน 48 ชั่วโมง", "24 ชั่วโมง")):
        codebook = tmp_path / f"codebook.{language}.html"
        assert cpms("codebook", "--schemas", own, "--lang", language, "-o", codebook).code == 0
        text = codebook.read_text("utf-8")
        assert now in text and before not in text
    assert [level.due_hours for level in load_survey(own).urgent_levels] == [48, 72]


def test_what_the_tool_says_itself_quotes_the_limits_of_the_definition_in_use(own: Path) -> None:
    """A survey of young people up to 24: nobody of them has turned 18 while they waited."""
    _set(own, "adult_age", 25)
    survey = read_survey(Reader(own))
    assert survey is not None
    use_words_of(survey.translations, survey.limits.values)
    assert (say("became_turned_18", "en"), say("became_turned_18", "th")) == ("Turned 25", "อายุครบ 25 ปี")
    load_survey()
    assert (say("became_turned_18", "en"), say("became_turned_18", "th")) == ("Turned 18", "อายุครบ 18 ปี")


def test_a_further_language_says_the_limit_in_its_own_digits(own: Path) -> None:
    _set(own, "unwatched_age", 12)
    survey = read_survey(Reader(own))
    assert survey is not None
    question = survey.fields["left_alone"].question
    assert "with a child under 12, for" in question.en and "อยู่กับเด็กอายุต่ำกว่า 12 ปี" in question.th
    assert "၁၂ နှစ်အောက်" in question.in_("my")


def test_bands_follow_each_other_when_one_edge_moves(own: Path) -> None:
    _set(own, "work_middle_from", 13)
    survey = read_survey(Reader(own))
    assert survey is not None
    rule = next(level.when for level in survey.levels if level.id == "high_risk")
    assert rule is not None
    assert "age BETWEEN 5 AND 12 AND work_hours_week >= 1" in rule
    assert "age BETWEEN 13 AND 14 AND work_hours_week >= 14" in rule


# Limits that stand in words, or say by when somebody is visited: another number is another survey, and no fault.
ONLY_SAID = {
    *("parent_away_months", "pregnancy_months", "rounded_age_low", "rounded_age_middle", "rounded_age_high"),
    *("victim_due_hours", "high_risk_due_hours", "open_case_days"),
}
LIMITS = [limit for limit in load_survey().limits.limits if limit.value is not None and limit.name not in ONLY_SAID]
TRIED = LIMITS if os.environ.get("CPMS_MUTANTS") == "all" else LIMITS[:: 5 if THOROUGH else 20]


@pytest.mark.parametrize("name", [limit.name for limit in TRIED])
def test_an_example_stands_on_every_limit_of_a_rule(own: Path, name: str) -> None:
    _set(own, name, load_survey().limits.values[name] + 1)
    assert prove_definition(own).problems


IMPOSSIBLE = [
    ("school_age_from", 16, "'school_age_from' (16) is above 'school_age_to' (15)"),
    ("births_close_from", 40, "'births_close_from' (40) is above 'births_close_to' (27)"),
    ("work_middle_from", 0, "'work_young_to' is below 0"),
    ("adult_age", 20, "cpms itself says 18 for 'adult_age'"),
]


def test_each_limit_that_cannot_be_is_named_with_its_line(own: Path) -> None:
    for name, value, _ in IMPOSSIBLE:
        _set(own, name, value)
    problems = prove_definition(own).problems
    lines = (own / "limits.yaml").read_text("utf-8").splitlines()
    for _, _, expected in IMPOSSIBLE:
        named = [problem for problem in problems if expected in in_english(problem)]
        assert [problem.file for problem in named] == ["limits.yaml"], expected
        assert lines[named[0].line - 1].removeprefix("  - name: ") in expected


def test_a_limit_that_nobody_quotes_stands_twice_or_is_missing(own: Path, change: Change) -> None:
    entry = "  - name: tea_age\n    value: 3\n    unit: years\n    label: {en: a, th: ก}\n    source: P\n"
    path = own / "limits.yaml"
    path.write_text(path.read_text("utf-8") + entry + entry, "utf-8")
    change("rights.yaml", "age BETWEEN $school_age_from AND", "age BETWEEN $school_age AND")
    messages = [f"{problem.file}: {in_english(problem)}" for problem in prove_definition(own).problems]
    assert messages.count("limits.yaml: no rule and no words quote the limit 'tea_age' ($tea_age)") == 2
    assert messages.count("limits.yaml: the limit 'tea_age' stands twice") == 1
    assert "rights.yaml: there is no limit 'school_age' in limits.yaml" in messages


def test_a_folder_from_before_is_told_once_what_it_lacks(cpms: Cpms, tmp_path: Path) -> None:
    """Not a fault for each of its numbers."""
    ran = cpms("schema", "check", _plain(tmp_path))
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "limits.yaml:1: this file is missing; take it from a new copy (cpms schema new)",
        "1 problem in the definition.",
    ]


def _plain(tmp_path: Path) -> Path:
    """The shipped definition as an earlier version of the tool had it: all numbers written out, no limits."""
    folder = Path(shutil.copytree(SCHEMAS, tmp_path / "plain"))
    values = load_survey().limits.values
    burmese = str.maketrans("0123456789", "၀၁၂၃၄၅၆၇၈၉")
    for path in [*folder.rglob("*.yaml"), *folder.rglob("*.csv")]:
        own = {name: str(value).translate(burmese if path.stem == "my" else {}) for name, value in values.items()}
        path.write_text(written_out(path.read_text("utf-8"), own), "utf-8")
    (folder / "limits.yaml").unlink()
    return folder


def test_a_store_is_not_told_of_a_change_where_only_the_writing_changed(tmp_path: Path) -> None:
    """A definition that a store kept before there were limits: used as it is, and the shipped one says the same."""
    kept = read_survey(Reader(_plain(tmp_path)))
    assert kept is not None
    packed = packed_definition(kept)
    assert packed is not None
    used = unpacked_definition(packed, kept.digest)
    assert used.limits.limits == ()
    assert definition_changes(used, load_survey()) == ()
    assert definition_changes(load_survey(), used) == ()


def test_a_kept_definition_has_words_for_what_only_this_version_finds(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SCHEMAS, tmp_path / "kept"))
    text = (folder / "checks.yaml").read_text("utf-8")
    begins, ends = (text.index(f"  - id: {check}\n") for check in ("not_asked_in_round", "row_repeated"))
    (folder / "checks.yaml").write_text(text[:begins] + text[ends:], "utf-8")
    kept = read_survey(Reader(folder))
    assert kept is not None
    packed = packed_definition(kept)
    assert packed is not None
    assert "not_asked_in_round" not in kept.column_checks
    used = unpacked_definition(packed, kept.digest)
    assert used.digest == kept.digest
    assert used.column_checks["not_asked_in_round"] == load_survey().column_checks["not_asked_in_round"]


@pytest.mark.parametrize(
    ("rule", "numbers"),
    [
        ("age >= 7", ["7"]),
        ("age BETWEEN $school_age_from AND 15", ["15"]),
        ("age < 1", ["1"]),
        ("work_hours_week >= 1 OR work_hours_week = 0", ["1"]),
        ("counted >= 1 AND dangers >= 5", ["5"]),
        ("count(*) OVER (PARTITION BY round) > 1", []),
        ("count(*) OVER (PARTITION BY round) * 30 < 2", ["30", "2"]),
        ("left(village_code, 6) = '850105' AND length(birth_date) = 10", []),
        ("year(interview_date) > round + 1", []),
        ("moves_last_12m IN (2, 3) OR sex = '4'", ["2", "3"]),
        ("age >=", []),
    ],
)
def test_numbers_written_out_in_a_rule(survey: Survey, rule: str, numbers: list[str]) -> None:
    assert strays(rule, survey) == numbers


@pytest.mark.parametrize(
    ("language", "text", "numbers"),
    [
        ("en", "a child under 10 left alone", ["10"]),
        ("en", "a child under $unwatched_age left alone", []),
        ("en", "compulsory school age (7 to 15 completed years)", ["7", "15"]),
        ("en", "from age $school_age_from to 15 completed years", ["15"]),
        ("en", "away for six months or more", ["six"]),
        ("en", "Five and more of the counted indicators", ["Five"]),
        ("en", "the person is 18 or older", ["18"]),
        ("en", "within 24 or 72 hours, or 30 days", ["24", "72", "30"]),
        ("en", "left alone for an hour, once in 1 year, 0 hours of work", []),
        ("en", "all 13 digits, as 5/1/2569 or 2569; 1 is Yes and 2 is No; 95% of them", []),
        ("en", "{age} years and {count} times", []),
        ("en", "a network of ten, freight often seen; forty-two", []),
        ("th", "อายุ 7 ถึง 15 ปีเต็ม", ["7", "15"]),
        ("th", "เด็กอายุต่ำกว่า ๑๐ ปี", ["๑๐"]),
        ("th", "ตั้งแต่หกเดือนขึ้นไป", ["หก"]),
        ("th", "ย้ายที่อยู่ตั้งแต่สามครั้งขึ้นไป", ["สาม"]),
        ("th", "ภายใน 24 ชั่วโมง หรือ $open_case_days วัน", ["24"]),
        ("th", "เขียนเป็นปีสี่หลัก เช่น 2569 หรือ 13 หลัก", []),
        ("th", "เกินหนึ่งชั่วโมงในสัปดาห์ที่ผ่านมา", []),
    ],
)
def test_numbers_written_out_in_words(survey: Survey, language: str, text: str, numbers: list[str]) -> None:
    assert NumberFinder(survey.limits).numbers(text, language) == numbers
