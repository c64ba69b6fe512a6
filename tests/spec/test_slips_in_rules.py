"""Slips in rules, said in words of whoever wrote the rule: never in those of a parser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cpms_cli import prove_definition
from cpms_cli.survey.messages import fault_sentence, problem_line
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import vocabulary
from cpms_cli.survey.rules.vocabulary import RuleError
from tests.definitions import change_file, copy_definition

RAW = re.compile(
    r"sqlglot|expression|token|keyword|missing for|Col:|\bLine \d|[Pp]arse|"
    r"Placeholder|ArrayOverlaps|DPipe|Subquery|Struct"
)
SLIPS = {
    # Comparisons and words of other languages
    "age >>= 7": "'>>=' does not compare",
    "age => 7": "'=>' does not compare",
    "age ≥ 7": "'≥' does not compare",
    "age ＞ 7": "'＞' does not compare",
    "age < = 7": "'< =' does not compare",
    "age = = 7": "'= =' does not compare",
    "tobacco = 'yes' && drugs = 'yes'": "write AND in place of &&",
    "tobacco = 'yes' || drugs = 'yes'": "write OR in place of ||",
    "tobacco = 'yes' และ drugs = 'yes'": "'และ' is no word of a rule",
    "CASE WHEN age > 7 THEN TRUE": "CASE WHEN ... THEN ... END in full",
    "age >= ๗": "write 7 in place of ๗",
    "age >\u200b 7": "a character that cannot be seen",
    # Quotation marks and brackets
    "tobacco = “yes”": "“ is no quotation mark of a rule",
    "tobacco = ‘yes’": "‘ is no quotation mark of a rule",
    "tobacco = 'yes’": "’ is no quotation mark of a rule",
    "`tobacco` = 'yes'": "names of questions stand without quotation marks",
    "tobacco = 'yes": "a quotation mark is not closed",
    "tobacco = yes": "yes is an answer: put it in single quotation marks",
    'tobacco = "yes"': "yes is an answer: put it in single quotation marks",
    "tobacco IN (yes, 'no')": "yes is an answer: put it in single quotation marks",
    "(tobacco = 'yes'": "1 opening, 0 closing",
    "tobacco = 'yes')": "0 opening, 1 closing",
    "any_child(tobacco = 'yes'": "1 opening, 0 closing",
    "age >= 7）": "'）' is no word of a rule",
    # Gaps
    "tobacco = 'yes' AND": "the rule breaks off after 'AND'",
    "tobacco =": "the rule breaks off after '='",
    "OR tobacco = 'yes'": "something is missing before 'OR'",
    "tobacco = 'yes' AND OR drugs = 'yes'": "something is missing within 'AND OR'",
    "age BETWEEN 7": "BETWEEN needs two limits",
    "dwelling IN 'own', 'rented'": "what follows IN stands in brackets",
    "tobacco = 'yes', drugs = 'yes'": "a comma stands outside of brackets",
    "tobacco = 'yes' drugs = 'yes'": "cannot be read from here on: = 'yes'",
    # What is filled in elsewhere, and asks tables
    "age > ?": "nothing is filled in for '?'",
    "age > :age": "nothing is filled in for ':age'",
    "age > $1": "nothing is filled in for '$1'",
    "age > @years": "nothing is filled in for '@years'",
    "tobacco = {answer}": "nothing is filled in for '{answer}'",
    "age > $no_such_limit": "there is no limit 'no_such_limit' in limits.yaml",
    "SELECT tobacco = 'yes'": "take out 'SELECT'",
    "tobacco IN (SELECT 'yes')": "take out 'SELECT'",
    "tobacco = 'yes' FROM child": "take out 'FROM'",
    "tobacco = 'yes'; drugs = 'yes'": "without ;",
    "tobacco LIKE 'y%'": "'tobacco LIKE 'y%'' cannot stand in a rule",
    "age / 2 > 3": "'age / 2' cannot stand in a rule",
}


@pytest.mark.parametrize("rule", SLIPS)
def test_a_slip_is_named_in_plain_words_of_both_languages(survey: Survey, rule: str) -> None:
    with pytest.raises(RuleError) as wrong:
        rule_sql(rule, vocabulary(survey))
    assert len(wrong.value.faults) == 1
    english, thai = (fault_sentence(wrong.value.faults[0], language) for language in ("en", "th"))
    assert SLIPS[rule] in english
    assert not RAW.search(english)
    assert not RAW.search(thai)
    assert re.search("[ก-ฮ]", thai)


@pytest.mark.parametrize(
    "rule",
    [
        "age = 7 AND tobacco = 'yes'",
        "drugs IN ('yes')",
        "age BETWEEN 7 AND 15",
        "given_name = 'ด.ช. “แดง”; && ?'",
        "given_name = 'it''s $1'",
        "CASE WHEN age > 7 THEN drugs = 'yes' END",
        "interview_date >= DATE '2026-01-01'",
    ],
)
def test_no_slip_is_seen_in_a_rule_that_can_be_used(survey: Survey, rule: str) -> None:
    assert rule_sql(rule, vocabulary(survey))


def test_a_slip_hides_no_other_fault(survey: Survey) -> None:
    with pytest.raises(RuleError) as wrong:
        rule_sql("tobaco = “yes”", vocabulary(survey))
    assert [fault.key for fault in wrong.value.faults] == ["slip_quotes", "no_field"]


def test_a_slip_has_its_file_and_line(tmp_path: Path) -> None:
    own = copy_definition(tmp_path / "own")
    line = change_file(own, "indicators.yaml", "when: worked_for_wages = 'yes'", "when: worked_for_wages == “yes”")
    problems = prove_definition(own).problems
    sentence = "“ is no quotation mark of a rule: write plain single ones around an answer, as in 'yes'"
    assert f"indicators.yaml:{line}: {sentence}" in [problem_line(problem, "en") for problem in problems]
