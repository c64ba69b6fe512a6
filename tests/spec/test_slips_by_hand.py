"""A definition with many slips of a hand: each is named once with file, line and mend, and none hides another."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_cli import merge, prove_definition
from cpms_cli.scoring.examples.proving import check_examples
from cpms_cli.scoring.scores import EXPLAINED, create_explained
from cpms_cli.survey.messages import problem_line
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.taken_names import name_of_question
from cpms_cli.survey.problems import BadDocument, FaultyPart, Problem
from cpms_cli.survey.proof.definition_proof import judged
from cpms_cli.survey.rules.typed_answers import FURTHER
from cpms_cli.survey.rules.vocabulary import RANGES
from cpms_cli.survey.yaml_files.located_yaml import read_mapping
from cpms_cli.workspace import Workspace
from tests.conftest import Draw, in_english
from tests.definitions import change_file, copy_definition

SELECT = """  - name: select
    topic: conduct
    type: integer
    label: {en: Select, th: เลือก}
    question: {en: Select?, th: เลือก}
    headers: [Select, เลือก]
"""
AGE = "    asked: age >= $substance_asked_age\n"
TOBACCO = f"    sensitive: true\n{AGE}    label: {{en: Tobacco or vaping, "
ALCOHOL, DRUGS = "  - name: alcohol\n", "  - name: drugs\n    topic: conduct\n    type: "
CHILD, HOUSEHOLD, LIMITS, RISK, CHECKS = "child.yaml", "household.yaml", "limits.yaml", "risk.yaml", "checks.yaml"
# The file, what stands there, what is put in its place, the line below its first that is named, and what is said.
SLIPS = [
    (CHILD, "  - name: tobacco\n", f"{SELECT}  - name: tobacco\n", 0, "'select' is a word of SQL or of cpms itself"),
    (CHILD, TOBACCO, TOBACCO.replace("age >= $substance_asked_age", "true"), 1, "asked is a condition on the age"),
    (
        CHILD,
        "{en: Moves in $recall_months months, th",
        "{en: Moves, in months, th",
        0,
        "put a text with a comma in quotation marks",
    ),
    (CHILD, ALCOHOL, f"{ALCOHOL}    constraints: {{pattern: '['}}\n", 1, "not a regular expression"),
    (CHILD, f"{DRUGS}string", f"{DRUGS}integer", 2, "a question with a code list has the type string"),
    (HOUSEHOLD, '    withholds: ["no"', "    withholds: [no", 0, "yes, no, on, off, true and false stand in quotation"),
    (LIMITS, "  - name: school_age_to\n    value: 15", "  - name: school_age_to\n    value: ๑๕", 1, "digits 0 to 9"),
    (
        LIMITS,
        "_young_to\n    one_below: work_middle_from",
        "_young_to\n    value: 99999999",
        1,
        "this must be 1000000 or less",
    ),
    (RISK, "    due_hours: $victim_due_hours", "    due_hours: soon", 0, "this must be a whole number"),
    (CHECKS, "  - id: number\n    severity: warning", "  - id: number\n    severity: bad", 1, "'warning'"),
    ("activities.yaml", "    indicators: [16]", "    indicators: 16", 0, "this must be a list: [one, two]"),
    ("summaries.yaml", "  - id: sex\n", "  - id: order\n", 0, "take another, as 'order_own'"),
    ("fairness.yaml", "  - id: sex\n", "  - id: Sex\n", 0, "'Sex' cannot be a name here: small letters"),
    ("indicators.yaml", "  - number: 22\n", "  - number: 22\n    since: next\n", 1, "a year of four digits"),
    ("names/khmer.yaml", "letters: ", 'letters: "[" # ', 0, "not a regular expression"),
    (
        "translations/my.yaml",
        "language: my\n",
        "language: MY\n",
        0,
        "no code of a language: two or three small letters",
    ),
]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return copy_definition(tmp_path / "own")


def _named(problems: list[Problem], file: str, line: int, words: str) -> bool:
    return any((problem.file, problem.line) == (file, line) and words in in_english(problem) for problem in problems)


def _line_of(folder: Path, file: str, text: str) -> int:
    content = (folder / file).read_text("utf-8")
    return content[: content.index(text)].count("\n") + 1


def test_all_of_them_are_named_at_once_and_nothing_else(own: Path) -> None:
    for file, old, new, _, _ in SLIPS:
        change_file(own, file, old, new)
    places = [(file, _line_of(own, file, new) + further, words) for file, _, new, further, words in SLIPS]
    # A table that a spreadsheet saved with semicolons, one with blank rows below it, and files that are gone: what the
    # tool says it says without a copy of it, so that one of its own is missed by nobody.
    carer, sex = own / "codelists/carer.csv", own / "codelists/sex.csv"
    carer.write_text(carer.read_text("utf-8").replace(",", ";"), "utf-8")
    sex.write_text(sex.read_text("utf-8") + ",,,,\n\n", "utf-8")
    (own / "messages/errors.yaml").unlink()
    (own / "rights.yaml").unlink()
    places += [("codelists/carer.csv", 1, "the header must be"), ("rights.yaml", 1, "this file is missing")]
    problems = judged(own).problems
    assert [place for place in places if not _named(problems, *place)] == []
    assert [
        problem_line(problem, "en") for problem in problems if not any(_named([problem], *place) for place in places)
    ] == []
    in_thai = [problem_line(problem, "th") for problem in problems]
    assert not {words for _, _, words in places if any(words in line for line in in_thai)} - {"'warning'"}


FIELD = "fields:\n  - name: a\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"{FIELD}\u00a0\u00a0\u00a0\u00a0since: 2570\n    type: string\n", 3, "a space of another kind stands at"),
        (f"{FIELD}    since： 2570\n    type: string\n", 3, "a wide colon stands here"),
        (f"{FIELD}    since:2570\n    type: string\n", 3, "a name without a colon and a space after it"),
        ("label: {en: No #1, th: ก}\nname: a\n", 2, "within brackets has one of : # , [ ]"),
        ("label: {en: so : so, th: ก}\n", 1, "within brackets has one of : # , [ ]"),
    ],
)
def test_what_the_parser_stumbles_over_is_named_where_it_stands(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    (tmp_path / "child.yaml").write_text(text, "utf-8")
    with pytest.raises(BadDocument) as bad:
        read_mapping(tmp_path, "child.yaml")
    assert problem_line(bad.value.problem, "en").startswith(f"child.yaml:{line}: not YAML: ")
    assert words in in_english(bad.value.problem)


def test_a_question_may_be_turned_off_by_a_text(own: Path) -> None:
    change_file(own, CHILD, TOBACCO, TOBACCO.replace("age >= $substance_asked_age", '"False"'))
    survey = judged(own).survey
    assert survey is not None
    assert survey.fields["tobacco"].is_turned_off


def test_rules_of_the_wrong_people_and_other_keys_are_named(own: Path) -> None:
    household = change_file(own, "indicators.yaml", "when: member_violent = 'yes'", "when: tobacco = 'yes'")
    key = change_file(own, CHILD, "primaryKey: [round, village_code, household_no, child_no]", "primaryKey: [cpms_id]")
    by_answer = change_file(own, CHILD, TOBACCO, TOBACCO.replace("age >= $substance_asked_age", "alcohol = 'yes'")) + 1
    problems = list(prove_definition(own).problems)
    any_child = "looks at 'tobacco', which can differ between its children: write any_child(...)"
    assert _named(problems, "indicators.yaml", household, any_child)
    assert _named(problems, CHILD, key, "known by round, village_code, household_no, child_no, in this order")
    assert _named(problems, CHILD, by_answer, "'tobacco' is asked by more than age")


def test_an_age_that_is_taken_out_is_missed(own: Path) -> None:
    line = change_file(own, CHILD, TOBACCO, TOBACCO.replace(AGE, "")) - 4
    assert _named(list(prove_definition(own).problems), CHILD, line, "'tobacco' is asked of everybody, and an example")


def test_examples_of_another_shape_are_named_by_line(own: Path, survey: Survey) -> None:
    scores, figures, readings = (f"examples/{name}.yaml" for name in ("indicators", "figures", "readings"))
    cases = [
        (scores, '- {number: 1, answers: {nationality: TH}, expect: "no"}', "- {number: 1, answers: {}}", "expect"),
        (scores, '{number: 1, answers: {nationality: MM}, expect: "yes"}', "{number: 1, expect: yes}", "answers"),
        (scores, "- {title: nothing is wrong, answers: {}, ", "- {answers: {carer: [mother]}, ", "title"),
        (figures, "- {right: legal_status, answers: {}, expect: has}", "- {answers: {}, expect: has}", "right"),
        (readings, "  tobacco: [7, 17]", "  tobacco: [7]", "asked.tobacco.2: this is missing"),
        (readings, "  alcohol: [7, 17]", "  alcohol: seven", "this must be a list"),
    ]
    places = [(file, change_file(own, file, old, new), words) for file, old, new, words in cases]
    problems, run = check_examples(own, survey)
    assert [place for place in places if not _named(problems, *place)] == []
    words = "yes, no, on, off, true and false stand in quotation marks here"
    assert _named(problems, scores, places[1][1], words)
    assert _named(problems, scores, places[2][1], "carer: this must be an answer: a text, a number or a date")
    assert run == 0


def test_an_indicator_and_a_level_need_examples_and_no_example_is_of_nothing(own: Path, survey: Survey) -> None:
    scores = "examples/indicators.yaml"
    strange = change_file(own, scores, "- {number: 22, answers: {}, expect", "- {number: 101, answers: {}, expect")
    problems, _ = check_examples(own, survey)
    assert _named(problems, scores, strange, "there is no indicator 101")
    assert any("indicator 22 needs an example that expects" in in_english(problem) for problem in problems)


@pytest.mark.parametrize("levels", ["levels: {}\ncircumstances: []\n", "levels:\ncircumstances: []\n"])
def test_levels_that_are_none_end_in_lines(own: Path, levels: str) -> None:
    (own / RISK).write_text(levels, "utf-8")
    messages = {in_english(problem) for problem in prove_definition(own).problems if problem.file == RISK}
    assert "'levels' must be a list" in messages


def test_a_retired_indicator_needs_no_change_of_its_examples(own: Path) -> None:
    """Indicator 15 was asked for the last time in 2568; the examples are of 2569, where it is n/a. What is left is the
    example of a level that rested on it."""
    change_file(own, "indicators.yaml", "  - number: 15\n", "  - number: 15\n    until: 2568\n")
    messages = [in_english(problem) for problem in prove_definition(own).problems]
    assert messages
    assert all(message.startswith("tobacco alone is at risk: ") for message in messages), messages


def test_no_question_can_have_the_name_of_a_column_of_ours(draw: Draw, tmp_path: Path) -> None:
    store = tmp_path / "s.duckdb"
    merge(draw({}), store)
    with Workspace.from_paths(store) as workspace:
        workspace.profiled()
        create_explained(workspace.connection, workspace.survey)
        fields = set(workspace.survey.fields)
        scores = {column for column, *_ in workspace.connection.execute(f"DESCRIBE {EXPLAINED}").fetchall()} - fields
        tables = workspace.connection.execute("""
            SELECT list(column_name)
            FROM duckdb_columns()
            GROUP BY table_name""").fetchall()
    beside = [set(columns) - fields for (columns,) in tables if len(fields & set(columns)) > len(fields) // 4]
    assert len(beside) >= 4
    own = {name for columns in (*beside, scores) for name in columns if not name.startswith(("_", "is_"))}
    for name in {*own, *FURTHER, *RANGES, *(bound for bounds in RANGES.values() for bound in bounds), "select"}:
        with pytest.raises(FaultyPart):
            name_of_question(name)
