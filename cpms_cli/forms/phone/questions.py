"""One field of the survey as the rows of an XLSForm: type, words, range, and whom it is asked of."""

from __future__ import annotations

from collections.abc import Iterator

from cpms_cli.forms.phone.age_questions import age_bounds, partial_date_rows
from cpms_cli.forms.phone.constraints import limit_of, lonely, stands_alone
from cpms_cli.forms.phone.form_languages import Tongue
from cpms_cli.forms.phone.form_rows import FormRows, Row, calculated
from cpms_cli.forms.phone.relevance import Untranslatable, relevance
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Field, Survey
from cpms_cli.survey.rules.vocabulary import RANGES


class Writer(FormRows):
    """Writes the rows of questions, and remembers the rules that it could not say."""

    def __init__(self, survey: Survey, words: tuple[Tongue, ...], round_: int | None, known: str | None) -> None:
        super().__init__(survey, words, round_, known)
        self.untranslated: list[tuple[str, str]] = []

    def question(self, field: Field) -> Iterator[Row]:
        """The rows of one field."""
        if field.role == "round" and self.round is not None:
            yield calculated(field.name, f"'{self.round}'")
        elif self.known and field.format == "cpms-id":
            yield calculated(field.name, self.before(field))
        elif field.format == "partial-date":
            yield from partial_date_rows(self, field, self._shown(field))
        else:
            yield self._plain(field)
        if field == _last_of_age(self.survey):
            for name, calculation in zip(RANGES["age"], age_bounds(self.survey), strict=True):
                yield calculated(name, calculation)

    def _brought_along(self, field: Field) -> bool:
        """Whether the answer is filled in when the child is chosen, to be corrected where it changed.

        Programs differ in where they look from when they fill in an answer; in the chooser's own group they agree.
        """
        is_asked_beside = not self.is_of_child(field) or field.topic == self.survey.role("person").topic
        return bool(self.known) and field.carried and is_asked_beside and field.name not in self.survey.key("household")

    def _shown(self, field: Field) -> Row:
        """Label, hint, and whom the question is put to."""
        row: Row = {f"label::{language.heading}": language.question(field) for language in self.words}
        if field.sensitive:
            row |= self.sentences("hint", "xlsform_private")
        if field.constraints.required or field.role == "consent":
            row["required"] = "yes"
        try:
            wanted = relevance(self.survey, field)
        except Untranslatable:
            self.untranslated.append((field.label.in_(FALLBACK), field.asked or ""))
            wanted = None
        if field.role == "age":
            wanted = f"${{{self.survey.role('born').name}}} = ''"
        return row | ({"relevant": wanted} if wanted else {})

    def _limits(self, field: Field) -> Row:
        limit = limit_of(self.survey, field, self.round)
        if limit is not None:
            message = self.sentences("constraint_message", limit.message_id, **limit.values)
            return {"constraint": limit.xpath, **message}
        codes, alone = self.survey.codes(field), lonely(self.survey, field)
        if codes is None or not alone:
            return {}
        messages = {language.heading: ", ".join(language.answer(code) for code in alone) for language in self.words}
        return {
            "constraint": stands_alone(alone),
            **{
                f"constraint_message::{language.heading}": language.sentence(
                    "xlsform_alone", labels=messages[language.heading]
                )
                for language in self.words
            },
        }

    def _plain(self, field: Field) -> Row:
        row = {"type": _type(field), "name": field.name, **self._shown(field), **self._limits(field)}
        if field.role == "visited":
            row |= {"default": "today()", "required": "yes"}
        if field.constraints.pattern or field.format in ("thai-id", "digits"):
            row["appearance"] = "numbers"
        if self._brought_along(field):
            row |= {"calculation": self.before(field), "trigger": f"${{{self.chosen_by(field)}}}"}
        return row


def _type(field: Field) -> str:
    if field.codelist:
        return f"{'select_multiple' if field.many else 'select_one'} {field.codelist}"
    return {"integer": "integer", "number": "decimal", "year": "integer", "date": "date"}.get(field.type, "text")


def _last_of_age(survey: Survey) -> Field:
    """The later of the two fields that tell an age: after it, the age can be worked out."""
    own = survey.child.fields
    return max((survey.role("born"), survey.role("age")), key=own.index)
