"""What a question must be to play its part, and what it cannot be called: `schema check` says so first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cpms_cli.survey.messages import fault_sentence
from cpms_cli.survey.model.taken_names import stands_beside_answers
from cpms_cli.survey.proof.definition_proof import judged
from tests.conftest import in_english
from tests.definitions import change_file, copy_definition

CHILD, HOUSEHOLD, RESPONSE = "child.yaml", "household.yaml", "response.yaml"
THAI = re.compile("[ก-๛]")
TOBACCO = "  - name: tobacco\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return copy_definition(tmp_path / "own")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (HOUSEHOLD, "type: year\n    role: round", "type: string\n    role: round", "role 'round' has type: year"),
        (HOUSEHOLD, "type: date\n    role: visited", "type: string\n    role: visited", "'visited' has type: date"),
        (CHILD, "type: integer\n    role: age", "type: string\n    role: age", "role 'age' has type: integer"),
        (CHILD, "format: cpms-id\n    role: person", "role: person", "role 'person' has format: cpms-id"),
        (CHILD, "format: thai-id\n    role: national_id", "role: national_id", "'national_id' has format: thai-id"),
        (CHILD, "format: partial-date\n    role: born", "role: born", "role 'born' has format: partial-date"),
        (CHILD, "    codelist: nationality\n", "", "role 'nationality' has a code list, of which one answer"),
        (CHILD, "    role: mother\n", "    role: mother\n    codelist: carer\n", "role 'mother' has no code list"),
        (
            RESPONSE,
            "type: date\n    role: next_step",
            "type: string\n    role: next_step",
            "'next_step' has type: date",
        ),
        # A name that is not marked would stand in every file that is handed on.
        (CHILD, "role: national_id\n    personal: true", "role: national_id", "'national_id' tells who a child is"),
        (CHILD, "role: mother\n    personal: true", "role: mother", "'mother' tells who a child is"),
        (CHILD, "role: born\n    personal: true", "role: born", "'born' tells who a child is"),
        (HOUSEHOLD, '"[0-9]{8}"', '"[0-9]{10}"', "no village code has this form"),
        (CHILD, "headers: [Alcohol, ", 'headers: ["-", Alcohol, ', "a header here has neither a letter nor a digit"),
        (CHILD, "maximum: 52", "maximum: 99999999999999999999", "this must be 2147483647 or less"),
        (HOUSEHOLD, "maxLength: 20", "maxLength: 0", "this must be 1 or more"),
        (CHILD, TOBACCO, "  - name: subdistrict\n", "'subdistrict' is a word of SQL or of cpms itself"),
        (HOUSEHOLD, "  - name: village_code\n", "  - name: village\n", "'village' is a word of SQL or of cpms itself"),
    ],
)
def test_what_a_part_needs_is_named_in_both_languages(own: Path, file: str, old: str, new: str, words: str) -> None:
    change_file(own, file, old, new)
    named = [problem for problem in judged(own).problems if words in in_english(problem)]
    assert [problem.file for problem in named] == [file]
    assert THAI.search(re.sub(r"'[^']*'", "", fault_sentence(named[0].fault, "th")))


def test_a_name_of_lists_is_taken_only_where_the_answer_stands_in_them() -> None:
    """`line` is a column of lists of children, beside who they are; what a child answers stands in none of them."""
    assert stands_beside_answers("line", says_who=True)
    assert not stands_beside_answers("line", says_who=False)


def test_a_spelling_of_spaces_is_no_answer(own: Path) -> None:
    line = change_file(own, "codelists/sex.csv", "Female|", "Female| |")
    words = [(problem.file, problem.line, problem.fault.key) for problem in judged(own).problems]
    assert words == [("codelists/sex.csv", line, "spelling_blank")]


@pytest.mark.parametrize("rule", ["age >= 7; DROP TABLE child", "age >= (", "age IN (SELECT 1 FROM read_text('x'))"])
def test_when_a_question_is_asked_is_told_once_and_runs_nowhere(own: Path, rule: str) -> None:
    """Checks say `asked(tobacco)`: what stands there is let through no more than in the check itself."""
    path = own / CHILD
    before, after = path.read_text("utf-8").split(TOBACCO)
    path.write_text(before + TOBACCO + after.replace("age >= $substance_asked_age", rule, 1), "utf-8")
    assert {problem.file for problem in judged(own).problems} == {CHILD}


def test_order_by_within_a_window_is_no_slip(own: Path) -> None:
    """A rule about twins looks at rows in an order; what is wrong with it is the question that is not there."""
    path = own / "checks.yaml"
    path.write_text(
        path.read_text("utf-8").replace("household_no, mother_name,", "household_no, mothers_name,"), "utf-8"
    )
    problems = judged(own).problems
    assert problems
    assert {in_english(problem) for problem in problems} == {"there is no field 'mothers_name'"}
