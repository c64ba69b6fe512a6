"""The definition proved: every rule parses, names known fields and legal codes, calls only what is allowed, and gives
the answers that the definition's own examples expect.

The labels stand twice on purpose (as label and among the spellings that files may use): a swapped label is found
because it is another one's spelling.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.identity import ENDINGS
from cpms_cli.survey.files.schema_files import read_survey
from cpms_cli.survey.model.definition import (
    Survey,
)
from cpms_cli.survey.problems import Problem, in_order
from cpms_cli.survey.proof.area_proof import area_problems
from cpms_cli.survey.proof.lifespan_proof import lifespan_problems
from cpms_cli.survey.proof.linking_proof import linking_problems, table_column_problems
from cpms_cli.survey.proof.proof import language_faults
from cpms_cli.survey.proof.question_proof import NEEDED_ROLES
from cpms_cli.survey.proof.response_proof import response_problems
from cpms_cli.survey.proof.role_proof import role_problems
from cpms_cli.survey.proof.rule_proof import RuleProof
from cpms_cli.survey.proof.shape_proof import shape_problems
from cpms_cli.survey.proof.summary_proof import figure_problems
from cpms_cli.survey.proof.unused_files import unused_files
from cpms_cli.survey.proof.words.limit_proof import limit_problems
from cpms_cli.survey.proof.words.presentation_proof import presentation_problems
from cpms_cli.survey.proof.words.translation_proof import translation_problems
from cpms_cli.survey.proof.words.unseen_proof import unseen_problems
from cpms_cli.survey.speech.filled_sentences import without_places
from cpms_cli.survey.yaml_files.location import shipped

# What says that a file has too little of something: no fault of a file of which a part could not be read.
_OF_WHAT_IS_MISSING = frozenset(
    {
        "arrived",
        "digits",
        "missing_check",
        "missing_comparison",
        "no_activity",
        "no_due",
        "no_help",
        "one_role",
        "role_none",
    }
)


class _Proof(RuleProof):
    """Gathers the problems of a survey that could be read."""

    def messages(self) -> None:
        """The tool's own sentences, judged where they stand: what a folder of one's own has of them is not used."""
        for file, document in self.reader.documents.items():
            if file.startswith("messages/") and not self.reader.is_the_tools(file):
                for name in document.content:
                    words = self.survey.messages[name]
                    faults = [
                        fault
                        for fault in language_faults(words, name)
                        if fault.key != "no_thai" or _has_words(words.en)
                    ]
                    self.note(file, (name,), faults)


def _has_words(text: str) -> bool:
    """Whether a sentence has words of its own, beyond what is filled in: a name alone needs no translation."""
    return bool(re.search(r"[a-z]{4,}", without_places(text)))


@dataclass(frozen=True)
class Judged:
    """A definition, as far as it could be read, with every problem.

    `survey` is None where nothing could be made of the folder. `faulty` are the files of which something could not be
    read, and is left out of the survey or stands in it as shipped.
    """

    survey: Survey | None
    problems: list[Problem]
    faulty: frozenset[str]


def judged(folder: Path) -> Judged:
    """The definition in a folder, judged as far as each part of it can still be when others are at fault.

    The examples that go with it are run by `scoring.examples.proving`, since they need the scorer.
    """
    return _judged(folder, whole=True)


def proved(folder: Path) -> tuple[Survey | None, list[Problem]]:
    """The definition in a folder, None where it cannot be read, and every problem with file and line."""
    proof = _judged(folder, whole=True)
    return proof.survey, proof.problems


def proved_for_scoring(folder: Path) -> tuple[Survey | None, list[Problem]]:
    """As `proved`, but only what scores are made of: a definition kept from an earlier version of the tool need not
    have the sentences and checks of this one."""
    proof = _judged(folder, whole=False)
    return proof.survey, proof.problems


def _judged(folder: Path, whole: bool) -> Judged:
    proof = _judged_once(contents_of(folder), whole)
    survey = proof.survey
    if survey is not None and survey.folder != folder:
        survey = survey.model_copy(update={"folder": folder})
    return Judged(survey, list(proof.problems), proof.faulty)


@dataclass(frozen=True)
class Contents:
    """What a definition's folder holds: two with the same files are the same."""

    files: str
    folder: Path = field(compare=False)


def contents_of(folder: Path) -> Contents:
    """Return what is another when a file of the folder has another name, or one that a definition or its maps consist
    of has another content."""
    total = hashlib.sha256(str(folder.resolve() == shipped("schemas").resolve()).encode())
    for path in sorted(folder.rglob("*")):
        total.update(f"{path.relative_to(folder).as_posix()}\n{path.is_file()}\n".encode())
        if path.suffix in {*ENDINGS, ".geojson"} and path.is_file():
            total.update(_content(path))
    return Contents(total.hexdigest(), folder)


def _content(path: Path) -> bytes:
    """Return the SHA-256 of a file; nothing where it cannot be read, which is said when it is read."""
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return b""


@lru_cache(maxsize=8)
def _judged_once(contents: Contents, whole: bool) -> Judged:
    """Return what the files of a folder are judged to be: within one command several ask for it."""
    folder, known = contents.folder, shipped("schemas")
    reader = Reader(folder, None if folder.resolve() == known.resolve() else known)
    survey = read_survey(reader)
    problems = list(reader.problems)
    if survey is not None:
        problems += [problem for problem in _problems_of(reader, survey, whole) if _is_certain(reader, problem)]
    problems += unused_files(folder) if whole else []
    return Judged(survey, in_order(problems), frozenset(reader.faulty))


def _problems_of(reader: Reader, survey: Survey, whole: bool) -> list[Problem]:
    """Every problem of a survey; a stage that cannot go on, because an earlier one is at fault, is left out."""
    proof = _Proof(reader, survey)
    further = (proof.code_forms, proof.titles, proof.checks, proof.messages) if whole else ()
    stages: list[Callable[[], Iterable[Problem] | None]] = [
        proof.fields,
        proof.codelists,
        lambda: lifespan_problems(reader, survey, NEEDED_ROLES),
        proof.indicators,
        proof.levels,
        *further,
    ]
    if whole:
        stages += [
            lambda: linking_problems(reader, survey.linking, language_faults),
            lambda: table_column_problems(reader, survey),
            lambda: presentation_problems(reader, survey),
            lambda: role_problems(reader, survey),
            lambda: translation_problems(reader, survey),
            lambda: unseen_problems(reader, survey),
            lambda: area_problems(reader, survey),
            lambda: figure_problems(reader, survey, language_faults, proof.rule),
            lambda: response_problems(reader, survey),
            lambda: limit_problems(reader, survey, language_faults),
            lambda: shape_problems(reader, survey),
        ]
    for stage in stages:
        try:
            proof.problems += stage() or ()
        except (KeyError, StopIteration, IndexError, AttributeError):
            if not (proof.problems or reader.problems):
                raise
    return proof.problems


def _is_certain(reader: Reader, problem: Problem) -> bool:
    """Whether a problem is one of what was read, and does not come of what could not be."""
    if problem.fault.key in _OF_WHAT_IS_MISSING and problem.file in reader.faulty:
        return False
    return problem.file not in reader.replaced and reader.unread.isdisjoint(problem.fault.texts())
