"""Records as SPSS sees them: numbers with labels and a measure, and the kinds of no answer as missing values."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from cpms_cli.reports.interchange.variables import NUMBERS, YES_NO, Variable, reason_variable, record_variables, several
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey

_BELOW_A_HUNDRED: Mapping[str, int] = {"refused": 1, "unknown": 2, "not_asked": 3}
_OF_INDICATORS: Mapping[str, int] = {"unknown": 2, "n/a": 3, "not_asked": 4}
_FEW, _HUNDRED, _THOUSAND = 90, 100, 1000
_MOST_MISSING = 3  # so many single values can be missing ones; more are a range
_FORMATS = {"number": "F12.6", "integer": "F8.0", "date": "DATE11"}


@dataclass(frozen=True)
class SpssVariable:
    """A column as SPSS has it: what it means, its values, and by number what is an answer and what is none."""

    variable: Variable
    values: pd.Series
    answers: dict[Any, str] = field(default_factory=dict)
    no_answers: dict[Any, str] = field(default_factory=dict)

    @property
    def missing(self) -> list[Any]:
        """The missing values, as pyreadstat takes them."""
        numbers = sorted(self.no_answers)
        return numbers if len(numbers) <= _MOST_MISSING else [dict(lo=numbers[0], hi=numbers[-1])]

    @property
    def as_written(self) -> Variable:
        """What the variable means, its answers by the numbers that the file has for them."""

        def by_number(words: dict[Any, str]) -> dict[str, str]:
            return {code if isinstance(code, str) else f"{code:.0f}": text for code, text in words.items()}

        return replace(self.variable, answers=by_number(self.answers), no_answers=by_number(self.no_answers))


def spss_variables(survey: Survey, frame: pd.DataFrame, language: Language) -> Iterator[SpssVariable]:
    """Return the columns of records as variables: a question with several answers is a yes or no for each, as SPSS
    counts multiple responses; of a date, why there is none stands in a variable beside it."""
    for variable in record_variables(survey, frame, language):
        values = frame[variable.name]
        if variable.kind == "choices":
            yield from _several(variable, values, language)
        elif variable.kind in NUMBERS:
            yield _number(variable, values)
        elif variable.kind == "date":
            yield from _date(variable, values, language)
        elif variable.kind in ("text", "area"):
            yield SpssVariable(variable, values.astype("object").where(values.notna(), ""), dict(variable.answers))
        else:
            yield _coded(variable, values)


def _coded(variable: Variable, values: pd.Series) -> SpssVariable:
    """A column of codes as numbers: answers from 1 upwards in their order (yes 1, no 0), what is none below 100."""
    counted = {code: number for number, code in enumerate(variable.answers, start=1)}
    answers = {code: int(YES_NO[code]) for code in variable.answers} if variable.kind == "yes_no" else counted
    top = _HUNDRED if len(answers) < _FEW else _THOUSAND
    below = _OF_INDICATORS if "n/a" in variable.no_answers else _BELOW_A_HUNDRED
    further = [code for code in variable.no_answers if code not in below]
    places = {**below, **{code: place for place, code in enumerate(further, start=max(below.values()) + 1)}}
    none = {code: top - places[code] for code in variable.no_answers}
    return SpssVariable(
        variable,
        values.map({**answers, **none}).astype("float64"),
        {float(number): variable.answers[code] for code, number in answers.items()},
        {float(number): variable.no_answers[code] for code, number in none.items()},
    )


def _number(variable: Variable, values: pd.Series) -> SpssVariable:
    """Numbers as they are; below nought stands why there is none, since 98 may be a number of hours."""
    reasons = {
        code: -float(_HUNDRED - place) for code, place in _BELOW_A_HUNDRED.items() if code in variable.no_answers
    }
    numbers = pd.to_numeric(values, errors="coerce").astype("float64").fillna(values.map(reasons).astype("float64"))
    return SpssVariable(variable, numbers, {}, {reasons[code]: variable.no_answers[code] for code in reasons})


def _date(variable: Variable, values: pd.Series, language: Language) -> Iterator[SpssVariable]:
    days = pd.to_datetime(values, format="%Y-%m-%d", errors="coerce").dt.date.astype("object")
    yield SpssVariable(variable, days.where(pd.notna(days), None))
    yield _coded(replace(reason_variable(variable, language), answers={}, no_answers=variable.no_answers), values)


def _several(variable: Variable, values: pd.Series, language: Language) -> Iterator[SpssVariable]:
    """A question with several answers as one variable for each."""
    words = {answer: say(f"answer_{answer}", language) for answer in YES_NO}
    given = values.map(lambda cell: frozenset(several(cell)), na_action="ignore")
    for code, label in variable.answers.items():
        has = given.map(lambda codes, code=code: "yes" if code in codes else "no", na_action="ignore")
        chosen = replace(
            variable,
            name=f"{variable.name}_{code}",
            kind="yes_no",
            label=f"{variable.label}: {label}",
            answers=words,
        )
        yield _coded(chosen, has.mask(values.isin(variable.no_answers), values))


def spss_bytes(survey: Survey, frame: pd.DataFrame, language: Language) -> bytes:
    """Return records as a .sav file. Codes become numbers in the order of their list (yes 1, no 0); don't know 98,
    refused 99 and not asked 97 (of indicators also 96: not asked in that round) are missing values, in numbers -98, -99
    and -97; a blank cell is a system missing value."""
    import pyreadstat  # noqa: PLC0415

    columns = {column.variable.name: column for column in spss_variables(survey, frame, language)}
    described = {name: column.variable for name, column in columns.items()}
    coded = {name for name, column in columns.items() if column.answers or column.no_answers}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.sav"
        pyreadstat.write_sav(
            pd.DataFrame({name: column.values for name, column in columns.items()}),
            str(path),
            file_label=say("export_file_label", language),
            note=survey.digest,  # a line of a note holds 80 bytes
            column_labels={name: variable.label for name, variable in described.items()},
            variable_value_labels={name: {**columns[name].answers, **columns[name].no_answers} for name in coded},
            missing_ranges={name: column.missing for name, column in columns.items() if column.no_answers},
            variable_measure={name: variable.measure for name, variable in described.items()},
            variable_format={
                name: _FORMATS.get(variable.kind, "F8.0")
                for name, variable in described.items()
                if variable.kind not in ("text", "area")
            },
        )
        return path.read_bytes()
