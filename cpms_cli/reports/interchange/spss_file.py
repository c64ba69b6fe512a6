"""Records as SPSS sees them: numbers with labels, and the kinds of no answer as missing values."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import CodeList, Field, Language, Survey

_MISSING = {"unknown": 98, "refused": 99, "not_asked": 97}
_ANSWERS = {"no": 0, "yes": 1, "n/a": 97, "unknown": 98}
_OF_INDICATORS = {**_ANSWERS, "not_asked": 96}
_NO_ANSWER = {96, *_MISSING.values()}
_SEPARATOR = ";"


class _Dictionary:
    """What SPSS is told of the variables, gathered column by column."""

    def __init__(self, survey: Survey, language: Language) -> None:
        self.survey, self.language = survey, language
        self.labels: dict[str, str | None] = {}
        self.values: dict[str, dict[float, str]] = {}
        self.missing: dict[str, list[Any]] = {}

    def coded(self, name: str, values: pd.Series, codes: dict[str, int], labels: dict[str, str]) -> pd.Series:
        """A column of codes as numbers, with their labels; those from 96 on are missing."""
        used = {code: number for code, number in codes.items() if code in labels}
        self.values[name] = {float(number): labels[code] for code, number in used.items()}
        self.missing[name] = [float(number) for number in used.values() if number in _NO_ANSWER]
        return values.map(used).astype("float64")

    def words(self, codes: CodeList) -> dict[str, str]:
        """A list's labels, and those of what is no answer."""
        every = {**self.survey.codelists["missing"].by_code, **codes.by_code}
        return {code: entry.label.in_(self.language) for code, entry in every.items()}


def _numbers(survey: Survey, field: Field, codes: CodeList) -> dict[str, int]:
    """Codes to numbers, 1 upwards in the list's order; no answers to their numbers from 97 on."""
    answers = [code for code in codes.by_code if code not in survey.missing_words]
    numbered = {code: number for number, code in enumerate(answers, start=1)}
    if field.codelist == "yes_no":
        numbered = {code: number for code, number in _ANSWERS.items() if code in codes.by_code}
    return {**numbered, **_MISSING}


def _column(dictionary: _Dictionary, name: str, values: pd.Series) -> pd.Series:
    survey, language = dictionary.survey, dictionary.language
    indicator = next((indicator for indicator in survey.indicators if indicator.column == name), None)
    if indicator is not None:
        dictionary.labels[name] = f"{indicator.number} {indicator.name.in_(language)}"
        words = {**dictionary.words(survey.codelists["yes_no"])}
        labels = {**words, "n/a": words["not_asked"], "not_asked": say("col_not_asked", language)}
        return dictionary.coded(name, values, _OF_INDICATORS, labels)
    if name in ("level", "highest"):
        numbers = {level.id: number for number, level in enumerate(survey.levels, start=1)}
        dictionary.labels[name] = name
        return dictionary.coded(name, values, numbers, {level.id: level.label.in_(language) for level in survey.levels})
    field = survey.fields.get(name)
    if field is None:
        dictionary.labels[name] = name
        return values
    dictionary.labels[name] = field.label.in_(language)
    codes = survey.codes(field)
    if codes is not None and not field.many:
        return dictionary.coded(name, values, _numbers(survey, field, codes), dictionary.words(codes))
    return pd.to_numeric(values, errors="coerce") if field.type in ("integer", "number", "year") else values


def _several(dictionary: _Dictionary, field: Field, values: pd.Series) -> dict[str, pd.Series]:
    """A question with several answers as one yes/no variable for each answer, as SPSS counts multiple responses."""
    codes = dictionary.survey.codes(field)
    if codes is None:
        return {}
    answered = values.notna() & ~values.isin(dictionary.survey.missing_codes(field))
    columns = {}
    for code, entry in codes.by_code.items():
        if code not in dictionary.survey.missing_codes(field):
            name = f"{field.name}_{code}"
            listed = _SEPARATOR + values.fillna("") + _SEPARATOR
            has = listed.str.contains(_SEPARATOR + code + _SEPARATOR, regex=False)
            answer = pd.Series("no", index=values.index, dtype="str").mask(has, "yes").where(answered)
            dictionary.labels[name] = f"{field.label.in_(dictionary.language)}: {entry.label.in_(dictionary.language)}"
            columns[name] = dictionary.coded(
                name, answer, _ANSWERS, dictionary.words(dictionary.survey.codelists["yes_no"])
            )
    return columns


def spss_bytes(survey: Survey, frame: pd.DataFrame, language: Language) -> bytes:
    """Records as a .sav file. Codes become numbers in the order of their list (yes 1, no 0); don't know 98, refused 99
    and not asked 97 (of indicators also 96: not asked in that round) are missing values, a blank cell is a system
    missing value."""
    import pyreadstat  # noqa: PLC0415

    dictionary = _Dictionary(survey, language)
    columns: dict[str, pd.Series] = {}
    for name in map(str, frame):
        field = survey.fields.get(name)
        if field is not None and field.many:
            columns.update(_several(dictionary, field, frame[name]))
        else:
            columns[name] = _column(dictionary, name, frame[name])
    texts = {name for name, values in columns.items() if not pd.api.types.is_numeric_dtype(values)}
    plain = pd.DataFrame(
        {
            name: values.astype("object").where(values.notna(), "") if name in texts else values
            for name, values in columns.items()
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.sav"
        pyreadstat.write_sav(
            plain,
            str(path),
            column_labels=dictionary.labels,
            variable_value_labels=dictionary.values,
            missing_ranges=dictionary.missing,
        )
        return path.read_bytes()
