"""The definition proved: every rule parses, names known fields and legal codes, calls only what is allowed, and gives
the answers that the definition's own examples expect.

The labels stand twice on purpose (as label and among the spellings that files may use): a swapped label is found
because it is another one's spelling.
"""

from __future__ import annotations

from pathlib import Path

from cpms_cli.survey.files.located_yaml import Problem
from cpms_cli.survey.files.schema_files import Reader, read_survey
from cpms_cli.survey.model.definition import (
    Survey,
)
from cpms_cli.survey.proof.field_proof import prove_codelists, prove_fields, prove_titles
from cpms_cli.survey.proof.lifespan_proof import lifespan_problems
from cpms_cli.survey.proof.message_proof import prove_messages
from cpms_cli.survey.proof.presentation_proof import presentation_problems
from cpms_cli.survey.proof.proof_notes import Proof, languages
from cpms_cli.survey.proof.response_proof import response_problems
from cpms_cli.survey.proof.rule_proof import prove_checks, prove_indicators, prove_levels
from cpms_cli.survey.proof.summary_proof import figure_problems
from cpms_cli.survey.proof.unused_files import unused_files


def proved(folder: Path) -> tuple[Survey | None, list[Problem]]:
    """The definition in a folder, None where it cannot be read, and every problem with file and line.

    The examples that go with it are run by `scoring.examples`, since they need the scorer.
    """
    return _proved(folder, whole=True)


def proved_for_scoring(folder: Path) -> tuple[Survey | None, list[Problem]]:
    """As `proved`, but only what scores are made of: a definition kept from an earlier version of the tool need not
    have the sentences and checks of this one."""
    return _proved(folder, whole=False)


def _proved(folder: Path, whole: bool) -> tuple[Survey | None, list[Problem]]:
    reader = Reader(folder)
    survey = read_survey(reader)
    if survey is None:
        return None, sorted(reader.problems, key=lambda problem: (problem.file, problem.line))
    proof = Proof(reader, survey)
    for part in (prove_fields, prove_codelists):
        part(proof)
    proof.problems += lifespan_problems(reader, survey)
    if not proof.problems:
        further = (prove_titles, prove_checks, prove_messages) if whole else ()
        for part in (prove_indicators, prove_levels, *further):
            part(proof)
        if whole:
            proof.problems += presentation_problems(reader, survey)
            proof.problems += figure_problems(reader, survey, languages, proof.rule)
            proof.problems += response_problems(reader, survey)
    proof.problems += unused_files(folder) if whole else []
    return survey, sorted(proof.problems, key=lambda problem: (problem.file, problem.line))
