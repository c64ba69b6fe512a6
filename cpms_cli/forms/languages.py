"""The languages in which a form puts its questions: the programme's two, and every translation of the definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cpms_cli.survey.messages import fill, say
from cpms_cli.survey.model.definition import (
    LANGUAGES,
    Code,
    CodeList,
    Field,
    Language,
    Survey,
    TableSchema,
    Translation,
)


class Tongue(Protocol):
    """One language of a form; `heading` is its name in an XLSForm's columns, as `ไทย (th)`."""

    @property
    def heading(self) -> str:
        """The language's own name and its code."""

    def question(self, field: Field) -> str:
        """The field's question."""

    def answer(self, codes: CodeList, code: Code) -> str:
        """The label of one answer."""

    def table(self, table: TableSchema) -> str:
        """What one row of a table is."""

    def topic(self, name: str) -> str:
        """The name of a topic."""

    def sentence(self, message_id: str, **values: object) -> str:
        """A sentence of the form with its placeholders filled in."""


@dataclass(frozen=True)
class _Own:
    """A language in which the definition itself is written."""

    survey: Survey
    language: Language

    @property
    def heading(self) -> str:
        return f"{say('language_name', self.language)} ({self.language})"

    def question(self, field: Field) -> str:
        return field.question.in_(self.language)

    def answer(self, codes: CodeList, code: Code) -> str:
        return code.label.in_(self.language)

    def table(self, table: TableSchema) -> str:
        return table.label.in_(self.language)

    def topic(self, name: str) -> str:
        return {**self.survey.household.topics, **self.survey.child.topics}[name].in_(self.language)

    def sentence(self, message_id: str, **values: object) -> str:
        return say(message_id, self.language, **values)


@dataclass(frozen=True)
class _Further:
    """A language that a translation adds."""

    words: Translation

    @property
    def heading(self) -> str:
        return f"{self.words.name} ({self.words.language})"

    def question(self, field: Field) -> str:
        return self.words.fields[field.name].question

    def answer(self, codes: CodeList, code: Code) -> str:
        return self.words.codes[codes.name][code.code]

    def table(self, table: TableSchema) -> str:
        return self.words.tables[table.name]

    def topic(self, name: str) -> str:
        return self.words.topics[name]

    def sentence(self, message_id: str, **values: object) -> str:
        return fill(self.words.sentences[message_id], values)


def tongues(survey: Survey, first: Language) -> tuple[Tongue, ...]:
    """Every language of the form, the one it opens in first."""
    own = [_Own(survey, language) for language in sorted(LANGUAGES, key=lambda spoken: spoken != first)]
    return (*own, *(_Further(translation) for translation in survey.translations))
