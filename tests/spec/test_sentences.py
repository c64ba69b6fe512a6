"""Sentences and what is filled into them: once, by the words the code gives, whatever these words say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cpms_cli
from cpms_cli.checking.findings import Wording
from cpms_cli.errors import CpmsError, StoreError, UnreadableFile, UsageError
from cpms_cli.store.history import Event
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.speech.filled_sentences import fill, places
from tests.conftest import ROOT, Cpms, Draw

# Of these a call names the sentence first; an error is made from the same two things.
_ERRORS: tuple[type[CpmsError], ...] = (
    CpmsError,
    *CpmsError.__subclasses__(),
    *UnreadableFile.__subclasses__(),
    *StoreError.__subclasses__(),
)
_FILLING = ("say", *(error.__name__ for error in _ERRORS))
# Word counts the pages: the document's own fields stand in these places.
_FILLED_LATER = {"page_of"}


def _filled_in_code() -> Iterator[tuple[str, str, set[str]]]:
    """Place, sentence and the names it is given, of every call in the code that writes them all out."""
    for path in sorted((ROOT / "cpms_cli").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id not in _FILLING:
                continue
            names = {keyword.arg for keyword in call.keywords}
            if call.args and isinstance(call.args[0], ast.Constant) and None not in names:
                yield f"{path.name}:{call.lineno}", str(call.args[0].value), {str(name) for name in names}


def test_every_sentence_is_given_all_that_it_fills_in(survey: Survey) -> None:
    calls = list(_filled_in_code())
    assert len(calls) > 200
    for place, name, given_names in calls:
        words = survey.messages[name]
        lacking = {gap for gap in places(words.en) | places(words.th) if gap not in given_names}
        assert not lacking or name in _FILLED_LATER, f"{place}: '{name}' is not given {lacking}"


def test_no_placeholder_is_a_name_that_the_call_needs_itself(survey: Survey) -> None:
    own = {"message_id", "language"}
    for name, words in survey.messages.items():
        assert not own & (places(words.en) | places(words.th)), name


@pytest.mark.parametrize("event", get_args(Event))
def test_whatever_is_done_to_a_store_has_a_name_in_its_history(survey: Survey, event: str) -> None:
    assert f"event_{event.replace(' ', '_')}" in survey.messages


# Words on s that stand behind a name or a number and count nothing.
_NO_PLURAL = re.compile(
    "as|begins|belongs|calls|carries|differs|does|fits|follows|goes|has|holds|is|its|keeps|lacks|less|lies|lists|looks|needs|says|"
    "shares|stands|stays|takes|tells|this|waits|was"
)
# What these name is more than one, or nothing would be said.
_NEVER_OF_ONE = {
    "household_very_large",
    "moves_too_many",
    "hours_too_many_for_age",
    "hours_beside_school",
    "full_time_without_wages",
}
_OF_A_NUMBER = re.compile(r"\b1 (?:(?!has |in |of )[a-z]+ )?([a-z]+s|children|people)\b")


def _sentences(survey: Survey) -> Iterator[tuple[str, str]]:
    """Every English sentence that the tool says, and whose it is."""
    yield from ((name, words.en) for name, words in survey.messages.items())
    for name, check in survey.checks_by_id.items():
        yield from ((name, words.en) for words in (check.message, check.mend))


def test_no_sentence_says_both_numbers_at_once(survey: Survey) -> None:
    assert {name: text for name, text in _sentences(survey) if re.search(r"\w\((s|es|ies|ren)\)", text)} == {}


def test_a_sentence_about_one_thing_is_said_as_of_one(survey: Survey) -> None:
    for name, text in _sentences(survey):
        of_one = fill(text, dict.fromkeys(places(text), 1))
        plurals = [word for word in _OF_A_NUMBER.findall(of_one) if not _NO_PLURAL.fullmatch(word)]
        assert name in _NEVER_OF_ONE or plurals == [], (name, of_one)


def test_words_that_go_with_a_number_stand_beside_the_number(survey: Survey) -> None:
    for name, text in _sentences(survey):
        for counted in re.findall(r"\{(\w+)\|", text):
            assert f"{{{counted}}}" in text, name
            # A cell's own value is filled in last, into many rows at once.
            assert name not in survey.checks_by_id or counted != "value", name


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "1 child waits"),
        ("1", "1 child waits"),
        ("၁", "၁ child waits"),
        (0, "0 children wait"),
        (2, "2 children wait"),
        (11, "11 children wait"),
        ("1,001", "1,001 children wait"),
        ("n.p.", "n.p. children wait"),
    ],
)
def test_of_two_wordings_that_of_the_number_is_said(count: object, expected: str) -> None:
    assert fill("{count} {count|child waits|children wait}", {"count": count}) == expected


_NAMES = ("file", "sheet", "cells")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(["{file}", "{cells}", "{value}", "a b"])))
def test_a_value_is_filled_in_once_whatever_it_says(values: dict[str, str]) -> None:
    for name, value in values.items():
        assert fill(f"{{{name}}}", values) == value
    expected = "|".join(values.get(name, f"{{{name}}}") for name in _NAMES)
    assert fill("{file}|{sheet}|{cells}", values) == expected


def test_an_empty_value_takes_the_space_before_it_along() -> None:
    assert fill("{file} {sheet}: row 3", {"file": "a.csv", "sheet": ""}) == "a.csv: row 3"


def test_the_text_of_an_error_is_its_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = tmp_path / "{cells}.xlsx"
    monkeypatch.setenv("CPMS_LANG", "en")
    with pytest.raises(UnreadableFile) as raised:
        cpms_cli.validate(str(missing))
    assert str(raised.value) == say("file_missing", "en", file=missing)
    assert "{cells}.xlsx" in str(raised.value)
    monkeypatch.setenv("CPMS_LANG", "th")
    assert str(raised.value) == say("file_missing", "th", file=missing)


def test_a_round_in_an_error_is_of_the_readers_era(monkeypatch: pytest.MonkeyPatch) -> None:
    error = UsageError("no_children_there", area="85", round=2026, known="2569")
    monkeypatch.setenv("CPMS_LANG", "th")
    assert "2569" in str(error).split("รอบที่มี")[0]
    monkeypatch.setenv("CPMS_LANG", "en")
    assert "2026" in str(error)


def test_one_file_may_be_given_as_plain_text(draw: Draw, tmp_path: Path) -> None:
    path = str(draw({}))
    assert cpms_cli.validate(path).rows == cpms_cli.validate([path]).rows == 1
    merged = cpms_cli.merge(path, str(tmp_path / "s.duckdb"), quarantine=str(tmp_path / "aside.xlsx"))
    assert merged.total("stored") == 1


def test_a_cell_that_says_a_placeholder_is_quoted_as_it_stands(cpms: Cpms, draw: Draw) -> None:
    path = draw({"sex": "{codes}", "carer": "{value}", "in_school": "{label}"}, name="{value}.csv")
    findings = cpms_cli.validate(path).findings
    worded = Wording(load_survey(), "en").put_into_words(findings).set_index("field")["message"]
    assert "'{codes}' is not an answer to Sex" in worded["sex"]
    assert "'{value}' is not an answer" in worded["carer"]
    assert "'{label}' is not an answer" in worded["in_school"]
    assert "{value}.csv" in cpms("validate", path).out


def test_words_that_answer_no_question_are_shown_however_many_a_row_has(cpms: Cpms, draw: Draw) -> None:
    words = {"member_alcohol": "เคยแต่เลิกแล้ว", "mother_home": "อยู่บ้าง", "in_school": "เรียนบ้าง", "carer": "ป้าข้างบ้าน"}
    ran = cpms("validate", draw(words))
    assert all(f"'{word}' is not an answer to" in ran.out for word in words.values())
