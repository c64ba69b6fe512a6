"""The definition's own examples: drawn children with the answers that indicators, levels and checks must give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from sqlglot import exp

from cpms_cli.checking.readings import READINGS, reading_problems
from cpms_cli.checking.rules import rule_condition
from cpms_cli.checking.staging import CARRIED, open_workbench, type_staged
from cpms_cli.errors import DefinitionError
from cpms_cli.scoring.indicators import score_sql
from cpms_cli.survey.definition import Survey, Table
from cpms_cli.survey.documents import BadDocument, Document, Place, Problem, read_yaml
from cpms_cli.survey.loading import load_survey
from cpms_cli.survey.proof import check_definition
from cpms_cli.survey.rules import parse

FILE, CHECKS = "examples/indicators.yaml", "checks.yaml"
Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Example:
    """One drawn household: the child asked about comes first; `expect` maps score columns to their values."""

    title: str
    line: int
    answers: Answers
    siblings: Sequence[Answers]
    expect: Mapping[str, str]


def examples(survey: Survey, document: Document) -> Iterator[Example]:
    """The examples of indicators and levels, in the file's order."""
    for index, case in enumerate(document.content.get("indicators", [])):
        one = survey.indicator(case["number"])
        column = one.column if one else f"indicator {case['number']}"
        told = ", ".join(f"{name}={value}" for name, value in case["answers"].items()) or "as drawn"
        yield Example(f"{case['number']}: {told}", document.line("indicators", index), case["answers"],
                      case.get("siblings", ()), {column: case["expect"]})  # fmt: skip
    for index, case in enumerate(document.content.get("levels", [])):
        yield Example(case["title"], document.line("levels", index), case["answers"], case.get("siblings", ()),
                      {"level": case["level"], "highest": case["highest"]})  # fmt: skip


def _drawn(survey: Survey, base: Mapping[str, Answers], answers: Answers, table: Table, number: int) -> dict[str, Any]:
    """One canonical row, in a household of its own number; "" is a blank cell."""
    row = {**base[table], **{name: value for name, value in answers.items() if name in survey.columns(table)}}
    row[survey.role("household").name] = str(number)
    return {name: None if row.get(name, "") == "" else str(row[name]) for name in survey.columns(table)}


def _stage(connection: duckdb.DuckDBPyConnection, survey: Survey, drawn: Mapping[Table, list[dict[str, Any]]]) -> None:
    for table, rows in drawn.items():
        columns = [*survey.columns(table), *CARRIED]
        frame = pd.DataFrame(rows, columns=columns)
        connection.register("drawn", frame.astype({name: "str" for name in survey.columns(table)}))
        more = ", NULL::VARCHAR[] AS _differ" if table == "household" else ""
        connection.execute(f"CREATE OR REPLACE TEMP TABLE staged_{table} AS SELECT *{more} FROM drawn")
        connection.unregister("drawn")
    type_staged(connection, survey)


def household_of(
    survey: Survey, base: Mapping[str, Answers], example: Example, number: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """An example as canonical rows: (household rows, child rows), the child asked about first."""
    line = survey.role("line").name
    homes = (
        [_drawn(survey, base, example.answers, "household", number)]
        if example.answers.get("_household") != "no"
        else []
    )
    people = [example.answers, *example.siblings]
    children = [{**_drawn(survey, base, one, "child", number), line: str(at)} for at, one in enumerate(people, start=1)]
    return homes, children


def _guilty(survey: Survey, column: str, wanted: str, found: str) -> tuple[str, Place]:
    """The rule that gave the wrong answer, or failed to give the right one: its file, and its place there."""
    numbers = [one.column for one in survey.indicators]
    if column in numbers:
        return "indicators.yaml", ("indicators", numbers.index(column))
    severity = [level.id for level in survey.levels]
    worst = min((severity.index(name) for name in (wanted, found) if name in severity), default=0)
    return "risk.yaml", ("levels", worst, "when")


def failing_examples(survey: Survey, document: Document) -> Iterator[tuple[Example, str, tuple[str, Place]]]:
    """Examples whose score is not what they expect, what it is instead, and where the rule stands that says so."""
    drawn: dict[Table, list[dict[str, Any]]] = {"household": [], "child": []}
    cases = list(examples(survey, document))
    for number, case in enumerate(cases):
        homes, children = household_of(survey, document.content["base"], case, number)
        place = {"_source": 0}
        drawn["household"] += [{**home, **place, "_row": number} for home in homes]
        drawn["child"] += [{**child, **place, "_row": number * 100 + at} for at, child in enumerate(children)]
    connection = open_workbench()
    try:
        _stage(connection, survey, drawn)
        scored = connection.execute(score_sql(survey, "SELECT * FROM record", CARRIED)).df().set_index("_row")
    finally:
        connection.close()
    for number, case in enumerate(cases):
        row = scored.loc[number * 100]
        for column, wanted in case.expect.items():
            found = row.get(column, "no such score")
            if found != wanted:
                yield case, f"{column} is {found}, not {wanted}", _guilty(survey, column, wanted, str(found))


def _unknown_answers(survey: Survey, document: Document) -> Iterator[Problem]:
    base = document.content.get("base", {})
    for table in (survey.household, survey.child, survey.response):
        for name in {field.name for field in table.fields} - set(base.get(table.name, {})):
            yield Problem(FILE, document.line("base", table.name), f"the base says nothing of '{name}'")
    known = {**survey.fields, **{field.name: field for field in survey.response.fields}}
    for place, answers in (
        *((("base", table), base.get(table, {})) for table in ("household", "child", "response")),
        *(((part, index, "answers"), case["answers"])
          for part in ("indicators", "levels") for index, case in enumerate(document.content.get(part, []))),
    ):  # fmt: skip
        for name, value in answers.items():
            if name.startswith("_"):
                continue
            field = known.get(name)
            codes = survey.codes(field) if field else None
            if field is None:
                yield Problem(FILE, document.line(*place, name), f"there is no field '{name}'")
            elif codes and value != "" and not set(str(value).split(";")) <= {*codes.by_code, *survey.missing_words}:
                yield Problem(
                    FILE, document.line(*place, name), f"'{value}' is not a code of codelists/{codes.name}.csv"
                )


@dataclass(frozen=True)
class _Case:
    """One example of a check: its place in the file, and what it must give."""

    check: int
    part: str
    index: int
    answers: Answers


def _check_rows(
    survey: Survey, base: Mapping[str, Answers], cases: Sequence[_Case]
) -> dict[Table, list[dict[str, Any]]]:
    """Canonical rows of each case, in a household of its own whose number is the case's."""
    drawn: dict[Table, list[dict[str, Any]]] = {"household": [], "child": []}
    for number, case in enumerate(cases):
        answers = {name: value for name, value in case.answers.items() if name[0] != "_"}
        for table, rows in drawn.items():
            if case.answers.get(f"_{table}") != "no":
                row = _drawn(survey, base, answers, table, number)
                rows += [{**row, "_source": number, "_row": at} for at in range(int(case.answers.get("_rows", 1)))]
    return drawn


def _failing_cases(
    connection: duckdb.DuckDBPyConnection, survey: Survey, base: Mapping[str, Answers], cases: Sequence[_Case]
) -> Iterator[tuple[_Case, str]]:
    _stage(connection, survey, _check_rows(survey, base, cases))
    numbered = dict(enumerate(cases))
    for at in sorted({case.check for case in cases}):
        check = survey.checks[at]
        table = "record" if check.table == "child" else "home"
        query = (
            f"SELECT DISTINCT _source FROM (SELECT _source, ({rule_condition(survey, check)}) AS fault FROM {table})"
        )
        found = {source for (source,) in connection.execute(f"{query} WHERE fault").fetchall()}
        for number, case in numbered.items():
            if case.check == at and (number in found) is not (case.part == "fails"):
                yield case, f"the check '{check.id}' should {'find' if case.part == 'fails' else 'pass'} this case"


def _failing_checks(survey: Survey, base: Mapping[str, Answers], checks: Document) -> Iterator[Problem]:
    cases = [
        _Case(at, part, index, answers)
        for at, check in enumerate(survey.checks)
        for part, found in (("passes", check.passes), ("fails", check.fails))
        for index, answers in enumerate(found)
    ]  # fmt: skip
    across = {at for at, check in enumerate(survey.checks) if parse(check.when).find(exp.Window)}
    # A rule that looks across rows must see the rows of one case only; all others are asked in one go.
    batches = [
        [case for case in cases if case.check not in across],
        *([case] for case in cases if case.check in across),
    ]
    connection = open_workbench()
    try:
        for batch in batches:
            for case, told in _failing_cases(connection, survey, base, batch):
                yield Problem(CHECKS, checks.line("rules", case.check, case.part, case.index), told)
    finally:
        connection.close()


def check_examples(folder: Path) -> tuple[list[Problem], int]:
    """Run every example of a definition that `check_definition` found sound: (problems, how many were run)."""
    survey = load_survey(folder)
    try:
        document, readings = read_yaml(folder, FILE), read_yaml(folder, READINGS)
        checks = read_yaml(folder, CHECKS)
    except BadDocument as bad:
        return [bad.problem], 0
    problems = list(_unknown_answers(survey, document))
    try:
        if not problems:
            rules = {file: read_yaml(folder, file) for file in ("indicators.yaml", "risk.yaml")}
            for case, told, (file, place) in failing_examples(survey, document):
                where = f"the rule stands at {file}:{rules[file].line(*place)}"
                problems.append(Problem(FILE, case.line, f"{case.title}: {told} ({where})"))
            problems += _failing_checks(survey, document.content["base"], checks)
    except duckdb.Error as error:
        problems.append(Problem(FILE, 1, f"a rule cannot be run: {str(error).splitlines()[0]}"))
    except (KeyError, TypeError, AttributeError) as error:
        problems.append(Problem(FILE, 1, f"an example lacks something: {error}"))
    problems += reading_problems(survey, readings, folder)
    run = len(list(examples(survey, document))) + sum(len(one.passes) + len(one.fails) for one in survey.checks)
    return sorted(problems, key=lambda problem: (problem.file, problem.line)), run


@dataclass(frozen=True)
class Proof:
    """What is wrong with a definition, and how much of it was looked at."""

    problems: tuple[Problem, ...]
    counts: Mapping[str, int]

    @property
    def exit_code(self) -> int:
        """0: the definition holds; 1: it does not."""
        return 1 if self.problems else 0


def prove_definition(folder: str | Path) -> Proof:
    """Prove the definition in a folder: its parts against each other first, then its examples.

    Raises DefinitionError where there is no such folder.
    """
    where = Path(folder)
    if not where.is_dir():
        raise DefinitionError("definition_missing", folder=where)
    problems = check_definition(where)
    if problems:
        return Proof(tuple(problems), {})
    problems, run = check_examples(where)
    survey = load_survey(where)
    counts = {
        "fields": len(survey.fields), "lists": len(survey.codelists), "indicators": len(survey.indicators),
        "levels": len(survey.levels), "checks": len(survey.checks) + len(survey.column_checks),
        "areas": len(survey.areas), "examples": run,
    }  # fmt: skip
    return Proof(tuple(problems), counts)
