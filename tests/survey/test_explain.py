"""What a word of the definition means can be asked for, in every language; help lies where it is looked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cpms_cli import explain
from cpms_cli.cli.commands import app
from cpms_cli.cli.help.tasks import TASKS, task_of
from cpms_cli.errors import UsageError
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.speech.language_choice import VARIABLES, chosen_language
from tests.conftest import Cpms


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("13", [("indicator", "13")]),
        ("๑๓", [("indicator", "13")]),
        ("i03", [("indicator", "3")]),
        ("no education", [("indicator", "3")]),
        ("high_risk", [("level", "high_risk")]),
        ("High Risk", [("level", "high_risk")]),
        ("เสี่ยงสูง", [("level", "high_risk")]),
        ("birth_date", [("question", "birth_date")]),
        ("วันเกิด", [("question", "birth_date")]),
        ("closing_reason", [("question", "closing_reason")]),
        ("house_code_form", [("check", "house_code_form")]),
        ("required", [("check", "required")]),
    ],
)
def test_what_a_word_means_is_found_in_every_language(
    survey: Survey, topic: str, expected: list[tuple[str, str]]
) -> None:
    assert [(part.kind, part.id) for part in explain(survey, topic)] == expected


def test_all_that_the_definition_has_can_be_explained(survey: Survey) -> None:
    names = [
        *(str(indicator.number) for indicator in survey.indicators),
        *(level.id for level in survey.levels),
        *survey.fields,
        *survey.checks_by_id,
    ]
    for language in ("en", "th"):
        for name in names:
            for part in explain(survey, name, language):
                assert part.parts, name
                assert not re.search(r"\{[a-z_]+\}", "".join(text for _, text in part.parts)), name


def test_an_indicator_says_what_it_means_rests_on_and_what_to_type_next(survey: Survey) -> None:
    (education,) = explain(survey, "3")
    parts = dict(education.parts)
    assert parts["Its rule"] == "in_school = 'none'"
    assert parts["Only of those with"] == "age BETWEEN 7 AND 15"
    assert parts["Rests on the questions"] == "Schooling (in_school)"
    assert parts["Next"] == "cpms children --indicator 3"


def test_what_becomes_of_a_row_is_said_of_a_check(survey: Survey) -> None:
    (check,) = explain(survey, "house_code_form", "th")
    assert "แถวนี้เก็บเข้าคลังข้อมูลได้" in dict(check.parts)["ผลต่อแถว"]
    assert "set aside" in dict(explain(survey, "required")[0].parts)["What becomes of the row"]


@pytest.mark.parametrize(
    ("topic", "proposed"),
    [
        ("hgih_risk", "high_risk"),
        ("เสี่ยงสูงง", "high_risk"),
        ("birthdate", "birth_date"),
        ("registration", "2 (No birth"),
    ],
)
def test_what_is_nearly_a_word_of_the_definition_is_proposed(survey: Survey, topic: str, proposed: str) -> None:
    with pytest.raises(UsageError) as raised:
        explain(survey, topic)
    assert raised.value.message_id == "nothing_called_near"
    assert proposed in str(raised.value.values["near"])


def test_what_is_nothing_like_it_is_refused(cpms: Cpms) -> None:
    ran = cpms("explain", "qwxz")
    assert (ran.code, ran.out) == (2, "")
    assert "nothing in the definition is called 'qwxz'" in ran.err


def test_explain_prints_text_json_and_csv(cpms: Cpms) -> None:
    assert cpms("explain", "high", "risk").out.startswith("Level: High risk (high_risk)")
    assert cpms("explain", "victim", "--format", "json").json["explained"][0]["id"] == "victim"
    assert cpms("explain", "victim", "--format", "csv").out.startswith("kind,id,heading,text")


def test_help_of_a_command_is_what_its_option_shows(cpms: Cpms) -> None:
    for words in ((), ("merge",), ("child", "split"), ("response",)):
        assert cpms("help", *words).out.strip() == cpms(*words, "--help").out.strip()
        assert cpms("--lang", "th", "help", *words).out.strip() == cpms("--lang", "th", *words, "--help").out.strip()
    near = cpms("help", "valdate")
    assert (near.code, "Did you mean 'validate'?" in near.err) == (2, True)


def test_the_help_lists_every_command_under_its_task(cpms: Cpms) -> None:
    text = cpms("--help").out
    assert text.index("Start here:") < text.index("  demo ") < text.index("Check a file, and mend it:")
    assert [heading for heading in TASKS if f"\n{heading}:\n" in text] == list(TASKS)
    assert "\nCommands:" not in text
    assert all(task_of(str(command.name)) for command in app.registered_commands)


def test_the_language_before_the_command_is_that_of_the_command(cpms: Cpms, sample_store: Path) -> None:
    before = cpms("--lang", "th", "children", "--risk", "victim", "--store", sample_store)
    assert before.code == 0
    assert before.out == cpms("children", "--risk", "victim", "--store", sample_store, "--lang", "th").out
    assert cpms("--lang", "th", "explain", "victim", "--lang", "en").out.startswith("Level: Victim")
    assert cpms("--lang=th", "child", "C", "--store", sample_store).err.startswith("cpms: C ยังไม่บอกว่าเด็กคนใด")


def test_levels_and_groups_may_be_written_in_words(cpms: Cpms, sample_store: Path) -> None:
    by_words = cpms("children", "--risk", "เสี่ยงสูง", "--format", "json", "--store", sample_store)
    assert by_words.json == cpms("children", "--risk", "high_risk", "--format", "json", "--store", sample_store).json
    grouped = cpms("response", "summary", "--by", "เพศ", "--format", "json", "--store", sample_store)
    assert "by_sex" in grouped.json
    near = cpms("children", "--risk", "เสี่ยง", "--store", sample_store)
    assert (near.code, "(high_risk)" in near.err) == (2, True)
    assert (
        "Did you mean Age group (age_group)"
        in cpms("response", "summary", "--by", "agegroups", "--store", sample_store).err
    )


@pytest.mark.parametrize(
    ("set_to", "expected"),
    [
        ({"LC_ALL": "th_TH.UTF-8", "LANG": "en_US.UTF-8"}, "th"),
        ({"LC_MESSAGES": "th_TH", "LANG": "en_US.UTF-8"}, "th"),
        ({"LANG": "th_TH.TIS-620", "LANGUAGE": "en"}, "th"),
        ({"LANG": "", "LANGUAGE": "th:en"}, "th"),
        ({"LC_ALL": "C", "LANG": "th_TH.UTF-8"}, "en"),
        ({"CPMS_LANG": "en", "LC_ALL": "th_TH.UTF-8"}, "en"),
        ({"LANG": "my_MM.UTF-8"}, "my"),
        ({"LANG": "xx_YY"}, "en"),
    ],
)
def test_the_language_is_read_from_the_variables_as_text(
    monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], expected: str
) -> None:
    """Whether or not the computer has the locale that they name."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    assert chosen_language() == expected
