"""What each column of exported records and figures means: the one description that SPSS, Parquet, data packages and the
dictionary beside a file are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from cpms_cli.datasets.folder.typed_rows import MISSING
from cpms_cli.reports.interchange.people_labels import column_label, definition_labels
from cpms_cli.summaries.records.child_records import SUBDISTRICT
from cpms_cli.summaries.records.deidentification import OTHER
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Field, Language, Survey
from cpms_cli.survey.model.settings.deidentification import AGE

Kind = Literal["text", "integer", "number", "date", "yes_no", "choice", "choices", "area"]
Measure = Literal["nominal", "ordinal", "scale"]
YES_NO: Mapping[str, bool] = {"yes": True, "no": False}
NUMBERS: tuple[Kind, ...] = ("integer", "number")
_RECORDS, _FIGURES = "children", "figures"  # as `people_labels` names their sheets
_KINDS: Mapping[str, Kind] = {"integer": "integer", "year": "integer", "number": "number", "date": "date"}
_LEVELS = ("level", "highest")
_NO_ANSWERS = ("unknown", "n/a", "not_asked")  # of an indicator
_SEPARATOR = ";"


@dataclass(frozen=True)
class Variable:
    """A column: its `kind`, its `label`, what was asked or is meant (`about`), its `answers` by code with their words,
    in their order where they are `ordered`, and by code what stands there and is no answer."""

    name: str
    kind: Kind
    label: str
    about: str = ""
    ordered: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    no_answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def measure(self) -> Measure:
        """What may be computed of it, as statistics programs call it."""
        if self.kind in (*NUMBERS, "date"):
            return "scale"
        return "ordinal" if self.ordered else "nominal"


def record_variables(survey: Survey, frame: pd.DataFrame, language: Language) -> tuple[Variable, ...]:
    """Return what each column of records means. A column that was made coarser has what it holds now as its answers."""
    describe = _Describing(survey, language)
    return tuple(describe.column(str(name), frame[name]) for name in frame)


def figure_variables(survey: Survey, figures: pd.DataFrame, language: Language) -> tuple[Variable, ...]:
    """Return what each column of figures means; every number of them is a count, a year or an indicator's."""
    named = definition_labels(survey, language)
    return tuple(
        Variable(
            str(name),
            "integer" if pd.api.types.is_numeric_dtype(figures[name]) else "text",
            column_label(_FIGURES, str(name), named, language),
        )
        for name in figures
    )


def reason_variable(variable: Variable, language: Language) -> Variable:
    """Return the variable beside another that says why that one has no value."""
    label = say("column_no_answer", language, of=variable.label)
    return Variable(f"{variable.name}{MISSING}", "choice", label, answers=variable.no_answers)


def dataset_variables(survey: Survey, names: Iterable[str], language: Language) -> Iterator[Variable]:
    """Return what the columns of a data set mean, by their names: its answers are codes."""
    describe, nothing = _Describing(survey, language), pd.Series(dtype="str")
    for name in names:
        of = describe.column(name.removesuffix(MISSING), nothing)
        yield of if of.name == name else reason_variable(of, language)


class _Describing:
    """Columns as one definition and language describe them."""

    def __init__(self, survey: Survey, language: Language) -> None:
        self.survey, self.language = survey, language
        self.named = definition_labels(survey, language)
        self.indicators = {indicator.column: indicator for indicator in survey.indicators}
        reasons = survey.codelists["missing"].by_code
        self.reasons = {word: reasons[word].label.in_(language) for word in survey.missing_words}

    def column(self, name: str, values: pd.Series) -> Variable:
        """Return what one column means."""
        language, label = self.language, column_label(_RECORDS, name, self.named, self.language)
        if name in self.indicators:
            answers, no_answers = (
                {answer: say(f"answer_{answer}", language) for answer in every} for every in (YES_NO, _NO_ANSWERS)
            )
            about = self.indicators[name].definition.in_(language)
            return Variable(name, "yes_no", label, about, answers=answers, no_answers=no_answers)
        if name in _LEVELS:
            levels = {level.id: level.label.in_(language) for level in self.survey.levels}
            return Variable(name, "choice", label, ordered=True, answers=levels)
        if name == AGE:
            return self._number(Variable(name, "integer", label), values)
        if name == SUBDISTRICT:
            return Variable(name, "area", label, answers=dict(self._areas(values)))
        asked = self.survey.fields.get(name)
        return Variable(name, "text", label) if asked is None else self._question(asked, label, values)

    def _areas(self, values: pd.Series) -> Iterator[tuple[str, str]]:
        for code in sorted(set(values.dropna())):
            area = self.survey.areas.get(code)
            yield code, area.label.in_(self.language) if area is not None else code

    def _question(self, asked: Field, label: str, values: pd.Series) -> Variable:
        about = asked.question.in_(self.language)
        codes = self.survey.codes(asked)
        if codes is None:
            reasons = {} if asked.constraints.required else self.reasons
            plain = Variable(asked.name, _KINDS.get(asked.type, "text"), label, about, no_answers=reasons)
            return self._number(plain, values) if plain.kind in NUMBERS else plain
        words = {code: entry.label.in_(self.language) for code, entry in codes.by_code.items()}
        missing = self.survey.missing_codes(asked)
        answers = {code: text for code, text in words.items() if code not in missing}
        no_answers = {**self.reasons, **{code: words[code] for code in missing if code in words}}
        if OTHER not in answers and (values == OTHER).any():
            answers[OTHER] = say("code_other", self.language)
        if asked.many:
            return Variable(asked.name, "choices", label, about, answers=answers, no_answers=no_answers)
        kind: Kind = "yes_no" if answers.keys() == YES_NO.keys() else "choice"
        return Variable(asked.name, kind, label, about, asked.ordered, answers, no_answers)

    def _number(self, variable: Variable, values: pd.Series) -> Variable:
        """The variable of a number; of bands of numbers, where values were made coarser."""
        texts = set(values.dropna().astype("str")) - set(variable.no_answers)
        bands = {text for text in texts if pd.isna(pd.to_numeric(text, errors="coerce"))}
        if not bands:
            return variable
        ordered = sorted(texts, key=lambda text: int(text.split("-", 1)[0]))
        return Variable(
            variable.name,
            "choice",
            variable.label,
            variable.about,
            ordered=True,
            answers={text: text for text in ordered},
            no_answers=variable.no_answers,
        )


def in_people_words(variables: Iterable[Variable], frame: pd.DataFrame) -> pd.DataFrame:
    """Return records with words in the place of codes, and numbers as numbers."""

    def worded(variable: Variable, values: pd.Series) -> pd.Series:
        words = {**variable.answers, **variable.no_answers}
        if variable.kind in NUMBERS:
            numbers = pd.to_numeric(values, errors="coerce").astype(
                "Int64" if variable.kind == "integer" else "Float64"
            )
            return numbers if values.isin(words).sum() == 0 else numbers.astype("object").fillna(values.map(words))
        if not words:
            return values
        return values.map(
            lambda cell: ", ".join(words.get(code, code) for code in several(cell)), na_action="ignore"
        ).astype("str")

    return pd.DataFrame({variable.name: worded(variable, frame[variable.name]) for variable in variables})


def several(cell: str) -> list[str]:
    """Return the answers of a cell with several."""
    return cell.split(_SEPARATOR)
