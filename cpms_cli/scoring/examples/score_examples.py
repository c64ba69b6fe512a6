"""The definition's own examples of scores: drawn children with what indicators and levels must say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpms_cli.checking.examples.drawn_rows import Answers, Drawn, drawn_row, stage_drawn
from cpms_cli.checking.staging import CARRIED
from cpms_cli.scoring.compiler.indicator_sql import score_sql
from cpms_cli.scoring.compiler.score_columns import NEEDS_HELP
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.rules.dependents import asks_whether_asked, names_looked_at, rules_of_indicator
from cpms_cli.survey.rules.workbench import open_workbench
from cpms_cli.survey.yaml_files.located_yaml import Document, Place, read_yaml

FILE = "examples/indicators.yaml"
_NOTHING = "-"  # what stands for a score that is blank, or that there is not


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
        indicator = survey.indicator(case["number"])
        column = indicator.column if indicator else f"indicator {case['number']}"
        answers_drawn = ", ".join(f"{name}={value}" for name, value in case["answers"].items()) or "as drawn"
        yield Example(
            f"{case['number']}: {answers_drawn}",
            document.line("indicators", index),
            case["answers"],
            case.get("siblings", ()),
            {column: case["expect"]},
        )
    for index, case in enumerate(document.content.get("levels", [])):
        yield Example(
            case["title"],
            document.line("levels", index),
            case["answers"],
            case.get("siblings", ()),
            {name: case[name] for name in ("level", "highest", NEEDS_HELP) if name in case or name != NEEDS_HELP},
        )


def household_of(
    survey: Survey, base: Mapping[str, Answers], example: Example, number: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """An example as canonical rows: (household rows, child rows), the child asked about first."""
    line = survey.role("line").name
    homes = (
        [drawn_row(survey, base, example.answers, "household", str(number))]
        if example.answers.get("_household") != "no"
        else []
    )
    people = [example.answers, *example.siblings]
    children = [
        {**drawn_row(survey, base, person, "child", str(number)), line: str(line_number)}
        for line_number, person in enumerate(people, start=1)
    ]
    return homes, children


def _guilty(survey: Survey, column: str, wanted: str, given: str) -> tuple[str, Place]:
    """The rule that gave the wrong answer, or failed to give the right one: its file, and its place there."""
    numbers = [indicator.column for indicator in survey.indicators]
    if column in numbers:
        return "indicators.yaml", ("indicators", numbers.index(column))
    if column == NEEDS_HELP:
        return "risk.yaml", ("circumstances",)
    severity = [level.id for level in survey.levels]
    worst = min((severity.index(name) for name in (wanted, given) if name in severity), default=0)
    return "risk.yaml", ("levels", worst, "when")


def can_be_drawn(survey: Survey, example: Example) -> bool:
    """Whether nobody in an example answers a question that is turned off."""
    return all(survey.turned_off.isdisjoint(answers) for answers in (example.answers, *example.siblings))


def _is_open(survey: Survey, column: str, wanted: str, given: str) -> bool:
    """Whether an answer is only left open by a question that is turned off or not asked in the round of the example, or
    had its ages from it."""
    if (wanted, given) == ("unknown", "not_asked"):
        return True
    if not survey.turned_off:
        return False
    if column == "level":
        return given == survey.level("open").id and wanted == survey.level("clear").id
    severity = [level.id for level in survey.levels]
    if column == "highest":
        return {wanted, given} <= set(severity) and severity.index(given) < severity.index(wanted)
    rules = [rule for each in survey.indicators if each.column == column for rule in rules_of_indicator(each)]
    if wanted == "n/a":
        return asks_whether_asked(rules, survey.turned_off)
    return given in ("unknown", "not_asked") and not survey.turned_off.isdisjoint(names_looked_at(survey, rules))


@dataclass(frozen=True)
class FailingExample:
    """An example whose score in a column is not what it expects: what it is, and where the rule stands that says so.

    `since` is the first round of the column's indicator, where the example is of an earlier one.
    """

    example: Example
    column: str
    given: str
    file: str
    place: Place
    since: int | None = None

    def fault(self, rule_line: int) -> Fault:
        """The fault in words; `rule_line` is the line of the rule."""
        if self.since is not None:
            return Fault("example_before", title=self.example.title, column=self.column, since=self.since)
        return Fault(
            "example_score",
            title=self.example.title,
            column=self.column,
            given=self.given or _NOTHING,
            wanted=self.example.expect[self.column] or _NOTHING,
            place=f"{self.file}:{rule_line}",
        )


def _is_retired(survey: Survey, column: str, round_year: int) -> bool:
    """Whether a column is of an indicator that was retired before this round, or is skipped in it."""
    spans = [indicator for indicator in survey.indicators if indicator.column == column]
    return any((span.until is not None and span.until < round_year) or round_year in span.skipped for span in spans)


def _begins_after(survey: Survey, column: str, round_year: int) -> int | None:
    """Return the first round of a column's indicator, where it comes after this one."""
    starts = (indicator.since for indicator in survey.indicators if indicator.column == column)
    return next((start for start in starts if start is not None and start > round_year), None)


def failing_examples(survey: Survey, document: Document) -> Iterator[FailingExample]:
    """Examples whose score is not what they expect."""
    drawn: Drawn = {"household": [], "child": []}
    cases = [case for case in examples(survey, document) if can_be_drawn(survey, case)]
    for number, case in enumerate(cases):
        homes, children = household_of(survey, document.content["base"], case, number)
        place = {"_source": 0}
        drawn["household"] += [{**home, **place, "_row": number} for home in homes]
        drawn["child"] += [
            {**child, **place, "_row": number * 100 + row_number} for row_number, child in enumerate(children)
        ]
    connection = open_workbench(len(drawn["child"]))
    try:
        stage_drawn(connection, survey, drawn)
        scored = connection.execute(score_sql(survey, "SELECT * FROM record", CARRIED)).df()
    finally:
        connection.close()
    round_, base = survey.role("round").name, document.content["base"]["household"]
    scores = dict(zip(scored["_row"], scored.to_dict("records"), strict=True))
    for number, case in enumerate(cases):
        row = scores[number * 100]
        for column, wanted in case.expect.items():
            score_given = str(row.get(column, _NOTHING))
            year = int(case.answers.get(round_, base[round_]))
            is_open = _is_open(survey, column, wanted, score_given) or _is_retired(survey, column, year)
            if score_given != wanted and not is_open:
                guilty = _guilty(survey, column, wanted, score_given)
                yield FailingExample(case, column, score_given, *guilty, _begins_after(survey, column, year))


def unknown_answers(survey: Survey, document: Document) -> Iterator[Problem]:
    """Answers of questions or codes that there are not, and questions of which the base says nothing."""
    base = document.content.get("base", {})
    for table in (survey.household, survey.child, survey.response):
        for name in (field.name for field in table.fields if field.name not in base.get(table.name, {})):
            yield Problem(FILE, document.line("base", table.name), Fault("base", name=name))
    known = {**survey.fields, **{field.name: field for field in survey.response.fields}}
    for place, answers in (
        *((("base", table), base.get(table, {})) for table in ("household", "child", "response")),
        *(
            ((part, index, "answers"), case["answers"])
            for part in ("indicators", "levels")
            for index, case in enumerate(document.content.get(part, []))
        ),
    ):
        for name, value in answers.items():
            if name.startswith("_"):
                continue
            field = known.get(name)
            codes = survey.codes(field) if field else None
            if field is None:
                yield Problem(FILE, document.line(*place, name), Fault("no_field", name=name))
            elif codes and value != "" and not set(str(value).split(";")) <= {*codes.by_code, *survey.missing_words}:
                fault = Fault("not_code", code=str(value), list=f"codelists/{codes.name}.csv")
                yield Problem(FILE, document.line(*place, name), fault)


def unknown_cases(survey: Survey, document: Document) -> Iterator[Problem]:
    """Cases of what is not there, and what has no case of its own."""
    expected: dict[int, set[str]] = {indicator.number: set() for indicator in survey.indicators}
    for index, case in enumerate(document.content["indicators"]):
        if case["number"] not in expected:
            line = document.line("indicators", index)
            yield Problem(FILE, line, Fault("no_indicator", number=str(case["number"])))
        expected.setdefault(case["number"], set()).add(case["expect"])
    for number, answers in expected.items():
        if not answers >= {"yes", "no"}:
            yield Problem(FILE, document.line("indicators"), Fault("indicator_cases", number=str(number)))
    levels = {level.id for level in survey.levels}
    shown = {case["level"] for case in document.content["levels"]}
    for index, case in enumerate(document.content["levels"]):
        for name in sorted({case["level"], case["highest"]} - levels):
            yield Problem(FILE, document.line("levels", index), Fault("no_level", name=name))
    for name in (level.id for level in survey.rule_levels if level.id not in shown):
        yield Problem(FILE, document.line("levels"), Fault("level_case", name=name))


def score_problems(survey: Survey, folder: Path, document: Document) -> Iterator[Problem]:
    """Examples whose score is not what they expect, each with the line of the rule that says so."""
    rules = {file: read_yaml(folder, file) for file in ("indicators.yaml", "risk.yaml")}
    for failing in failing_examples(survey, document):
        rule_line = rules[failing.file].line(*failing.place)
        yield Problem(FILE, failing.example.line, failing.fault(rule_line))
