"""The languages in which a form puts its questions: every one that the definition has."""

from __future__ import annotations

from dataclasses import dataclass

from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Code, Field, Language, Survey, TableSchema
from cpms_cli.survey.speech.filled_sentences import fill


@dataclass(frozen=True)
class Tongue:
    """One language of a form."""

    survey: Survey
    language: Language

    @property
    def heading(self) -> str:
        """The language's own name and its code, in an XLSForm's columns: `ไทย (th)`."""
        names = {translation.language: translation.name for translation in self.survey.translations}
        return f"{names.get(self.language) or say('language_name', self.language)} ({self.language})"

    def question(self, field: Field) -> str:
        """The field's question."""
        return field.question.in_(self.language)

    def answer(self, code: Code) -> str:
        """The label of one answer."""
        return code.label.in_(self.language)

    def table(self, table: TableSchema) -> str:
        """What one row of a table is."""
        return table.label.in_(self.language)

    def topic(self, name: str) -> str:
        """The name of a topic."""
        return {**self.survey.household.topics, **self.survey.child.topics}[name].in_(self.language)

    def sentence(self, message_id: str, **values: object) -> str:
        """A sentence of the form with its placeholders filled in."""
        words = self.survey.messages.get(message_id)
        return fill(words.in_(self.language), values) if words else say(message_id, self.language, **values)


def tongues(survey: Survey, first: Language) -> tuple[Tongue, ...]:
    """Every language of the form, the one it opens in first."""
    in_order = sorted(survey.languages, key=lambda language: language != first)
    return tuple(Tongue(survey, language) for language in in_order)
