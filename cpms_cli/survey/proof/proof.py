"""What every part of the proof of a definition needs: where a fault stands, and what is wrong with words and rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.model.definition import (
    Survey,
    Table,
    Words,
)
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import vocabulary
from cpms_cli.survey.rules.vocabulary import RuleError, Vocabulary
from cpms_cli.survey.speech.filled_sentences import places

_THAI = re.compile(r"[\u0e00-\u0e7f]")


def filled(words: Words) -> set[str]:
    """Return the names of what a sentence fills in."""
    return places(words.en)


def language_faults(words: Words, what: str | Fault) -> Iterator[Fault]:
    """Yield what is wrong with words that stand in the programme's own languages; `what` names what they are of."""
    if not _THAI.search(words.th):
        yield Fault("no_thai", what=what, text=words.th)
    if _THAI.search(words.en):
        yield Fault("thai_in_english", what=what, text=words.en)
    if filled(words) != places(words.th):
        yield Fault("fill_different", what=what)


def rule_faults_of(text: str | None, words: Vocabulary) -> list[Fault]:
    """Return what is wrong with a rule, by the names that it may use."""
    if text is None:
        return []
    try:
        rule_sql(text, words)
    except RuleError as error:
        return list(error.faults)
    except KeyError:
        pass  # a question of it has a code list that is not there, which is told where the question stands
    return []


class Proof:
    """Gathers the problems of a survey that could be read."""

    def __init__(self, reader: Reader, survey: Survey) -> None:
        self.reader, self.survey = reader, survey
        self.problems: list[Problem] = []

    def line_of(self, file: str, *place: str | int) -> int:
        """Return the line of a place in a file."""
        document = self.reader.documents.get(file)
        return document.line(*place) if document else 1

    def note(self, file: str, place: tuple[str | int, ...], faults: Iterable[Fault]) -> None:
        """Note what is wrong at a place of a file."""
        self.problems += [Problem(file, self.line_of(file, *place), fault) for fault in faults]

    def rule(self, text: str | None, table: Table) -> list[Fault]:
        """What is wrong with a rule of scored children, or of households."""
        return rule_faults_of(text, vocabulary(self.survey, table, indicators=table == "child"))
