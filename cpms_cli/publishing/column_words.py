"""What columns of published tables are called, what they mean, and what their codes stand for, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cpms_cli.datasets.folder.typed_rows import MISSING
from cpms_cli.survey.language import LANGUAGES, Language
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field, Survey

Written = Mapping[Language, str]
_ANSWERS = ("yes", "no", "unknown", "n/a", "not_asked")


@dataclass(frozen=True)
class ColumnWords:
    """A column's name in words, what it means, and the words of its codes; each by language."""

    label: Written
    meaning: Written = field(default_factory=dict)
    codes: Mapping[str, Written] = field(default_factory=dict)

    @property
    def comment(self) -> str:
        """The name in all languages, as a comment on the column."""
        return " | ".join(dict.fromkeys(self.label.values()))


def words_of(message: str, **values: Written) -> Written:
    """Return a sentence in every language; what is filled in is in the same language."""
    return {
        language: say(message, language, **{name: words[language] for name, words in values.items()})
        for language in LANGUAGES
    }


def words_of_column(survey: Survey, name: str) -> ColumnWords:
    """Return the words of a column of a published table."""
    indicators = {indicator.column: indicator for indicator in survey.indicators}
    levels = {level.id: level.label.written() for level in survey.levels}
    fields = {**{each.name: each for each in survey.response.fields}, **survey.fields}
    answered = name.removesuffix(MISSING)
    if name in fields:
        return _of_field(survey, fields[name])
    if name != answered and answered in fields:
        reasons = _labels(survey, survey.missing_words)
        return ColumnWords(words_of("server_column_missing", column=fields[answered].label.written()), {}, reasons)
    if name in indicators:
        indicator = indicators[name]
        numbered = {language: f"{indicator.number} {words}" for language, words in indicator.name.written().items()}
        answers = {answer: words_of(f"answer_{answer}") for answer in _ANSWERS}
        return ColumnWords(numbered, indicator.definition.written(), answers)
    language = next((language for language in LANGUAGES if name.endswith(f"_{language}")), None)
    label = words_of(f"server_column_{name.removesuffix(f'_{language}')}")
    return ColumnWords(label, {}, levels if name in ("level", "highest") else {})


def _of_field(survey: Survey, asked: Field) -> ColumnWords:
    listed = survey.codes(asked)
    codes: dict[str, Written] = {}
    if listed is not None:
        codes = {entry.code: entry.label.written() for entry in listed.codes}
        codes = {**codes, **_labels(survey, [word for word in survey.missing_words if word not in codes])}
    return ColumnWords(asked.label.written(), asked.question.written(), codes)


def _labels(survey: Survey, codes: Iterable[str]) -> dict[str, Written]:
    known = survey.codelists["missing"].by_code
    return {code: known[code].label.written() for code in codes}
