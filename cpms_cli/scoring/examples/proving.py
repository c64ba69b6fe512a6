"""The definition's own examples: drawn children with the answers that indicators, levels and checks must give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
from pydantic import ValidationError

from cpms_cli.checking.examples.check_cases import CHECKS, case_problems
from cpms_cli.checking.examples.drawn_rows import Answers, Drawn, drawn_row, stage_drawn
from cpms_cli.checking.examples.reading_examples import READINGS, reading_problems
from cpms_cli.checking.staging import CARRIED, open_workbench
from cpms_cli.errors import DefinitionError
from cpms_cli.scoring.compiler.indicator_sql import score_sql
from cpms_cli.scoring.compiler.score_columns import NEEDS_HELP
from cpms_cli.scoring.figure_examples import FIGURES, figure_example_problems
from cpms_cli.survey.files.definition_tables import AREA_FILES
from cpms_cli.survey.files.fault_words import faults_of_document
from cpms_cli.survey.files.loading import load_survey
from cpms_cli.survey.files.located_yaml import Document, Place, read_mapping, read_yaml
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.outlines import check_outlines
from cpms_cli.survey.model.words import Part
from cpms_cli.survey.model.worked_examples import FigureExamples, Readings, ScoreExamples
from cpms_cli.survey.problems import BadDocument, Fault, Problem
from cpms_cli.survey.proof.definition_proof import Contents, contents_of, judged
from cpms_cli.survey.proof.lifespan_proof import lifespan_notes
from cpms_cli.survey.rules.dependents import asks_whether_asked, names_looked_at, rules_of_indicator
from cpms_cli.survey.rules.vocabulary import RuleError

FILE = "examples/indicators.yaml"
_NOTHING = "-"  # what stands for a score that is blank, or that there is not
# Without one of these, examples say nothing: a rule, a question or an answer may be missing that they need.
_SCORED_WITH = frozenset(
    {
        "household.yaml",
        "child.yaml",
        "response.yaml",
        "indicators.yaml",
        "risk.yaml",
        "checks.yaml",
        "rights.yaml",
        "migration.yaml",
        "titles.csv",
        *AREA_FILES,
    }
)


_SHAPES: Mapping[str, type[Part]] = {FILE: ScoreExamples, FIGURES: FigureExamples, READINGS: Readings}


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


def _can_be_drawn(survey: Survey, example: Example) -> bool:
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
    """An example whose score in a column is not what it expects: what it is, and where the rule stands that says so."""

    example: Example
    column: str
    given: str
    file: str
    place: Place

    def fault(self, rule_line: int) -> Fault:
        """The fault in words; `rule_line` is the line of the rule."""
        return Fault(
            "example_score",
            title=self.example.title,
            column=self.column,
            given=self.given or _NOTHING,
            wanted=self.example.expect[self.column] or _NOTHING,
            place=f"{self.file}:{rule_line}",
        )


def _is_retired(survey: Survey, column: str, round_year: int) -> bool:
    """Whether a column is of an indicator that was retired before this round."""
    ends = [indicator.until for indicator in survey.indicators if indicator.column == column]
    return any(end is not None and end < round_year for end in ends)


def failing_examples(survey: Survey, document: Document) -> Iterator[FailingExample]:
    """Examples whose score is not what they expect."""
    drawn: Drawn = {"household": [], "child": []}
    cases = [case for case in examples(survey, document) if _can_be_drawn(survey, case)]
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
                yield FailingExample(case, column, score_given, *_guilty(survey, column, wanted, score_given))


def _unknown_answers(survey: Survey, document: Document) -> Iterator[Problem]:
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


def _unknown_cases(survey: Survey, document: Document) -> Iterator[Problem]:
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


class _Examples:
    """The worked examples of a definition, run kind by kind; `run` counts those that could be."""

    def __init__(self, folder: Path, survey: Survey, sound: bool) -> None:
        self.folder, self.survey, self.sound = folder, survey, sound
        self.problems: list[Problem] = []
        self.run = 0

    def document(self, file: str) -> Document | None:
        """One file of examples; None, and its problems, where it cannot be read."""
        try:
            document = read_mapping(self.folder, file)
        except BadDocument as bad:
            self.problems.append(bad.problem)
            return None
        try:
            if file in _SHAPES:
                _SHAPES[file].model_validate(document.content)
        except ValidationError as error:
            self.problems += faults_of_document(document, error)
            return None
        return document

    def kind(self, file: str, problems: Callable[[], Iterable[Problem]]) -> None:
        """Run the examples of one kind, in this file. What fails because the definition is at fault is told there."""
        try:
            self.problems += problems()
        except duckdb.Error as error:
            if self.sound:
                reason = str(error).splitlines()[0]
                self.problems.append(Problem(FILE, 1, Fault("a_rule_fails", reason=reason)))
        except (KeyError, TypeError, AttributeError) as error:
            if self.sound:
                self.problems.append(Problem(file, 1, Fault("example_lacks", reason=str(error))))
        except (RuleError, StopIteration, IndexError):
            if self.sound:
                raise


def _scored(survey: Survey, folder: Path, document: Document) -> Iterator[Problem]:
    rules = {file: read_yaml(folder, file) for file in ("indicators.yaml", "risk.yaml")}
    for failing in failing_examples(survey, document):
        rule_line = rules[failing.file].line(*failing.place)
        yield Problem(FILE, failing.example.line, failing.fault(rule_line))


def check_examples(folder: Path, survey: Survey | None = None, *, sound: bool = True) -> tuple[list[Problem], int]:
    """Run every example of a definition: (problems, how many were run).

    Where the definition is not `sound`, examples that cannot be run for that are left out without a word.
    """
    survey = survey or load_survey(folder)
    examples_run = _Examples(folder, survey, sound)
    document, readings, checks, figures = map(examples_run.document, (FILE, READINGS, CHECKS, FIGURES))
    if document is not None:
        examples_run.kind(FILE, lambda: [*_unknown_answers(survey, document), *_unknown_cases(survey, document)])
    if document is not None and not examples_run.problems:
        examples_run.kind(FILE, lambda: list(_scored(survey, folder, document)))
        if checks is not None:
            examples_run.kind(FILE, lambda: case_problems(survey, document.content["base"], checks))
        if figures is not None:
            rules = {file: read_yaml(folder, file) for file in ("rights.yaml", "migration.yaml")}
            base = document.content.get("base", {})
            examples_run.kind(FIGURES, lambda: figure_example_problems(survey, base, figures, rules))
    if readings is not None:
        examples_run.kind(READINGS, lambda: reading_problems(survey, readings, folder))
    if document is not None and figures is not None:
        examples_run.kind(FILE, lambda: _count(examples_run, document, figures))
    # Several kinds of examples stumble over one and the same rule.
    once = dict.fromkeys(examples_run.problems)
    return sorted(once, key=lambda problem: (problem.file, problem.line)), examples_run.run


def _count(examples_run: _Examples, document: Document, figures: Document) -> Iterable[Problem]:
    survey = examples_run.survey
    examples_run.run = (
        sum(_can_be_drawn(survey, case) for case in examples(survey, document))
        + sum(len(part) for part in figures.content.values() if isinstance(part, list))
        + sum(len(check.passes) + len(check.fails) for check in (*survey.checks, *survey.history, *survey.responses))
    )
    return ()


@dataclass(frozen=True)
class Proof:
    """What is wrong with a definition, and how much of it was looked at.

    `notes` are no faults: what rests on questions that some rounds do not ask, with file and line.
    """

    problems: tuple[Problem, ...]
    counts: Mapping[str, int]
    notes: tuple[Problem, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: the definition holds; 1: it does not."""
        return 1 if self.problems else 0


def prove_definition(folder: str | Path) -> Proof:
    """Prove the definition in a folder: its parts against each other first, then its examples.

    Raises DefinitionError where there is no such folder.
    """
    condition = Path(folder)
    if not condition.is_dir():
        raise DefinitionError("definition_missing", folder=condition)
    return _proof_of(contents_of(condition))


@lru_cache(maxsize=8)
def _proof_of(contents: Contents) -> Proof:
    """Return the proof of a folder with these files: whoever asks again has changed one, or hears the same."""
    condition = contents.folder
    whole = judged(condition)
    survey, problems = whole.survey, whole.problems
    if survey is None:
        return Proof(tuple(problems), {})
    problems += [] if whole.faulty & set(AREA_FILES) else check_outlines(condition, survey.areas)
    run = 0
    if not any(file in _SCORED_WITH or file.startswith("codelists/") for file in whole.faulty):
        of_examples, run = check_examples(condition, survey, sound=not problems)
        problems += of_examples
    elif whole.problems:
        problems.append(Problem(FILE, 1, Fault("nothing_run")))
    if problems:
        # What is wrong with the definition itself stands before the examples that fail because of it.
        of_examples_last = sorted(
            problems, key=lambda problem: (problem.file.startswith("examples/"), problem.file, problem.line)
        )
        return Proof(tuple(of_examples_last), {})
    counts = {
        "fields": len(survey.fields),
        "lists": len(survey.codelists),
        "indicators": len(survey.indicators),
        "levels": len(survey.levels),
        "checks": len(survey.told_by),
        "areas": len(survey.areas),
        "examples": run,
    }
    return Proof(tuple(problems), counts, tuple(lifespan_notes(survey)))
