"""A definition proved: its parts against each other, then every example that it brings along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb
from pydantic import ValidationError

from cpms_cli.checking.examples.check_cases import CHECKS, case_problems
from cpms_cli.checking.examples.reading_examples import READINGS, reading_problems
from cpms_cli.errors import DefinitionError
from cpms_cli.scoring.examples.figure_examples import FIGURES, figure_example_problems
from cpms_cli.scoring.examples.score_examples import (
    FILE,
    can_be_drawn,
    examples,
    score_problems,
    unknown_answers,
    unknown_cases,
)
from cpms_cli.survey.files.definition_tables import AREA_FILES
from cpms_cli.survey.language import FALLBACK, Language
from cpms_cli.survey.messages import problem_line
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.outlines import check_outlines
from cpms_cli.survey.model.worked_examples import FigureExamples, Readings, ScoreExamples
from cpms_cli.survey.opening.loading import load_survey
from cpms_cli.survey.problems import BadDocument, Fault, Problem, in_order
from cpms_cli.survey.proof.definition_proof import Contents, contents_of, judged
from cpms_cli.survey.proof.lifespan_proof import lifespan_notes
from cpms_cli.survey.proof.unused_files import passed_over_files
from cpms_cli.survey.proof.words.translation_proof import passed_over_sentences
from cpms_cli.survey.rules.vocabulary import RuleError
from cpms_cli.survey.words import Part
from cpms_cli.survey.yaml_files.fault_words import faults_of_document
from cpms_cli.survey.yaml_files.located_yaml import Document, read_mapping, read_yaml

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


def check_examples(folder: Path, survey: Survey | None = None, *, sound: bool = True) -> tuple[list[Problem], int]:
    """Run every example of a definition: (problems, how many were run).

    Where the definition is not `sound`, examples that cannot be run for that are left out without a word.
    """
    survey = survey or load_survey(folder)
    examples_run = _Examples(folder, survey, sound)
    document, readings, checks, figures = map(examples_run.document, (FILE, READINGS, CHECKS, FIGURES))
    if document is not None:
        examples_run.kind(FILE, lambda: [*unknown_answers(survey, document), *unknown_cases(survey, document)])
    if document is not None and not examples_run.problems:
        examples_run.kind(FILE, lambda: list(score_problems(survey, folder, document)))
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
        sum(can_be_drawn(survey, case) for case in examples(survey, document))
        + sum(len(part) for part in figures.content.values() if isinstance(part, list))
        + sum(len(check.passes) + len(check.fails) for check in (*survey.checks, *survey.history, *survey.responses))
    )
    return ()


@dataclass(frozen=True)
class Proof:
    """What is wrong with a definition, and how much of it was looked at.

    `notes` are no faults: what rests on questions that some rounds do not ask, and what the folder says in place of the
    tool and is passed over, with file and line.
    """

    problems: tuple[Problem, ...]
    counts: Mapping[str, int]
    notes: tuple[Problem, ...] = ()

    @property
    def exit_code(self) -> int:
        """0: the definition holds; 1: it does not."""
        return 1 if self.problems else 0

    def lines(self, language: Language = FALLBACK) -> tuple[str, ...]:
        """Return each problem in words of this language, with its file and line."""
        return tuple(problem_line(problem, language) for problem in self.problems)


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
        return Proof(tuple(in_order(problems)), {})
    counts = {
        "fields": len(survey.fields),
        "lists": len(survey.codelists),
        "indicators": len(survey.indicators),
        "levels": len(survey.levels),
        "checks": len(survey.checks_by_id),
        "areas": len(survey.areas),
        "examples": run,
    }
    notes = (*passed_over_files(condition), *passed_over_sentences(survey), *lifespan_notes(survey))
    return Proof(tuple(problems), counts, notes)
