"""The cases that stand with each check in the definition: which it must pass, and which it must find."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
from sqlglot import exp

from cpms_cli.checking.examples.drawn_rows import (
    Answers,
    drawn_before,
    drawn_case,
    fields_named,
    joined,
    stage_before,
    stage_drawn,
)
from cpms_cli.checking.responses import RECORD, response_condition, stage_drawn_responses
from cpms_cli.checking.rows.earlier_rounds import RELATIONS as ABOUT
from cpms_cli.checking.rows.earlier_rounds import history_words
from cpms_cli.checking.rows.row_rules import RELATIONS, rule_words
from cpms_cli.survey.model.checks import HistoryCheck, ResponseCheck
from cpms_cli.survey.model.definition import Check, Survey
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.rules.dependents import names_looked_at
from cpms_cli.survey.rules.response_log import FACTS, response_log
from cpms_cli.survey.rules.rule_language import compiled_rule, final_sql, has_window, rule_sql
from cpms_cli.survey.rules.workbench import open_workbench
from cpms_cli.survey.yaml_files.located_yaml import Document

CHECKS = "checks.yaml"


@dataclass(frozen=True)
class _Case:
    """One case of a check: its place in the file, and what it must give."""

    section: str
    check: int
    part: str
    index: int
    answers: Answers

    def problem(self, document: Document, fault: Fault) -> Problem:
        return Problem(CHECKS, document.line(self.section, self.check, self.part, self.index), fault)


def case_problems(survey: Survey, base: Mapping[str, Answers], document: Document) -> list[Problem]:
    """Every case in `document` (checks.yaml) whose check does not say what it should."""
    sections: dict[str, Sequence[Check]] = {
        "rules": survey.checks,
        "history": survey.history,
        "responses": survey.responses,
    }
    cases = [
        _Case(section, number, part, index, answers)
        for section, checks in sections.items()
        for number, check in enumerate(checks)
        for part, examples in (("passes", check.passes), ("fails", check.fails))
        for index, answers in enumerate(examples)
    ]
    strange = [
        case.problem(document, Fault("no_field", name=name))
        for case in cases
        for name in fields_named(case.answers)
        if name not in _fields_of(survey, case.section)
    ]
    return strange or [
        problem
        for section, checks in sections.items()
        for problem in _of_section(
            survey,
            base,
            checks,
            [case for case in cases if case.section == section and _can_be_drawn(survey, checks[case.check], case)],
            document,
        )
    ]


def _of_section(
    survey: Survey, base: Mapping[str, Answers], checks: Sequence[Check], cases: Sequence[_Case], document: Document
) -> list[Problem]:
    connection = open_workbench(len(cases))
    try:
        numbered = list(enumerate(case.answers for case in cases))
        if checks and isinstance(checks[0], ResponseCheck):
            stage_drawn_responses(connection, survey, base, [case for _, case in numbered])
            return list(_wrong(connection, survey, checks, cases, document))
        stage_drawn(connection, survey, joined(drawn_case(survey, base, case, number) for number, case in numbered))
        if any("_before" in case for _, case in numbered):
            before = joined(drawn_before(survey, base, case, number) for number, case in numbered)
            stage_before(connection, survey, before)
        return list(_wrong(connection, survey, checks, cases, document))
    finally:
        connection.close()


def _can_be_drawn(survey: Survey, check: Check, case: _Case) -> bool:
    """Whether the check can say of a case what it should: not where it needs a question that is turned off."""
    if isinstance(check, ResponseCheck) or not survey.turned_off:
        return True
    looked_at = {*check.fields, *names_looked_at(survey, [check.when])}
    needed = set(fields_named(case.answers)) | (looked_at if case.part == "fails" else set())
    return survey.turned_off.isdisjoint(needed)


def _fields_of(survey: Survey, section: str) -> Collection[str]:
    return {*response_log(survey).fields, *FACTS} if section == "responses" else survey.fields


def _relation(check: Check) -> str:
    if isinstance(check, ResponseCheck):
        return RECORD
    return ABOUT[check.about] if isinstance(check, HistoryCheck) else RELATIONS[check.table]


@dataclass(frozen=True)
class _Condition:
    """A rule's condition in SQL, and the numbers of the cases that it is to be tried on: none for all of them."""

    condition: str
    only: tuple[int, ...] = ()


def _apart(survey: Survey, check: Check, own_cases: Sequence[int]) -> _Condition:
    """The rule's condition, its windows kept within one case.

    A window has to sort the rows, with all that is carried along: it is tried on the cases of its own check alone.
    """
    if isinstance(check, ResponseCheck):
        return _Condition(response_condition(survey, check))
    words = history_words(survey, check) if isinstance(check, HistoryCheck) else rule_words(survey, check)
    if not has_window(check.when, words):
        return _Condition(rule_sql(check.when, words))
    tree = compiled_rule(check.when, words)
    for window in tree.find_all(exp.Window):
        window.append("partition_by", exp.column("_source"))
    return _Condition(final_sql(tree), tuple(own_cases))


def _cases_where_true(
    connection: duckdb.DuckDBPyConnection, relation: str, conditions: Mapping[int, _Condition]
) -> dict[int, set[int]]:
    """For each condition, by the number of its check, the cases with a row on which it is true."""
    of_all = {check: each.condition for check, each in conditions.items() if not each.only}
    cases = _sources_where_true(connection, relation, of_all) if of_all else {}
    for check, each in conditions.items():
        if each.only:
            rows = f"(FROM {relation} WHERE _source IN ({', '.join(map(str, each.only))}))"
            cases |= _sources_where_true(connection, rows, {check: each.condition})
    return cases


def _sources_where_true(
    connection: duckdb.DuckDBPyConnection, relation: str, conditions: Mapping[int, str]
) -> dict[int, set[int]]:
    columns = ", ".join(f"({condition}) IS TRUE AS c{check}" for check, condition in conditions.items())
    truths = connection.execute(f"SELECT _source, {columns} FROM {relation}").fetchnumpy()
    sources = np.asarray(truths["_source"], dtype=np.int64)
    return {
        check: {int(source) for source in sources[np.asarray(truths[f"c{check}"], dtype=bool)]} for check in conditions
    }


def _wrong(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    checks: Sequence[Check],
    cases: Sequence[_Case],
    document: Document,
) -> Iterator[Problem]:
    section = cases[0].section if cases else ""
    of_check: dict[int, list[int]] = {}
    for number, case in enumerate(cases):
        of_check.setdefault(case.check, []).append(number)
    for relation in dict.fromkeys(map(_relation, checks)):
        conditions = {
            number: _apart(survey, check, of_check.get(number, ()))
            for number, check in enumerate(checks)
            if _relation(check) == relation
        }
        try:
            cases_by_check = _cases_where_true(connection, relation, conditions)
        except duckdb.Error:
            yield from _not_run(connection, relation, section, conditions, document)
            continue
        for number, case in enumerate(cases):
            if case.check in cases_by_check and (number in cases_by_check[case.check]) is not (case.part == "fails"):
                key = "should_find" if case.part == "fails" else "should_pass"
                yield case.problem(document, Fault(key, name=checks[case.check].id))


def _not_run(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    section: str,
    conditions: Mapping[int, _Condition],
    document: Document,
) -> Iterator[Problem]:
    """Which of the conditions cannot be run, and why."""
    for check, condition in conditions.items():
        try:
            _sources_where_true(connection, relation, {check: condition.condition})
        except duckdb.Error as error:
            fault = Fault("rule_fails", reason=str(error).splitlines()[0])
            yield Problem(CHECKS, document.line(section, check, "when"), fault)
