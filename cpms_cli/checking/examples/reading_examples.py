"""The definition's examples of reading: how answers are written, who is asked what, how many areas there are.

They say a second time, in the words of the survey's text, what the definition says as rules and lists; a slip in one
of the two is found by the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from cpms_cli.checking.staging import open_workbench
from cpms_cli.reading.value.personal_names import sex_of_title, split_titles
from cpms_cli.reading.value.values import clean
from cpms_cli.survey.files.located_yaml import Document, Problem, read_yaml
from cpms_cli.survey.model.definition import CodeList, Field, Survey, folded
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import adult_age, vocabulary

READINGS = "examples/readings.yaml"
AREA_DIGITS = {"provinces": 2, "districts": 4, "subdistricts": 6}


def reading_problems(survey: Survey, document: Document, folder: Path) -> list[Problem]:
    """Every example of `examples/readings.yaml` that the definition in `folder` does not fulfil."""
    answers = [*_spellings(survey, document), *_titles(survey, document)]
    return [*answers, *_asked(survey, document, folder), *_areas(survey, document)]


def _rule_of(survey: Survey, name: str, folder: Path) -> str:
    table = next(table for table in (survey.household, survey.child) if name in {field.name for field in table.fields})
    index = [field.name for field in table.fields].index(name)
    file = f"{table.name}.yaml"
    return f"the rule stands at {file}:{read_yaml(folder, file).line('fields', index, 'asked')}"


def _as_read(survey: Survey, field: Field, cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Every text of these cases, and what it is read as in a column of this field."""
    texts = [written for case in cases for written in case["written"]]
    return dict(zip(texts, clean(survey, field, pd.Series(texts, dtype="str")).values, strict=True))


def _as_spelt(codes: CodeList, cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same for a list that no question has: its spellings alone decide."""
    return {written: codes.by_spelling.get(folded(written)) for case in cases for written in case["written"]}


def _spellings(survey: Survey, document: Document) -> Iterator[Problem]:
    shown: dict[str, set[str]] = {}
    users = {field.codelist: field for field in survey.fields.values() if field.codelist}
    for name, cases in document.content.get("readings", {}).items():
        codes = survey.codelists.get(name)
        if codes is None:
            yield Problem(READINGS, document.line("readings", name), f"there is no code list '{name}'")
            continue
        read = _as_read(survey, users[name], cases) if name in users else _as_spelt(codes, cases)
        for index, case in enumerate(cases):
            shown.setdefault(name, set()).add(case["code"])
            line = document.line("readings", name, index)
            if case["code"] not in codes.by_code:
                yield Problem(READINGS, line, f"'{case['code']}' is not a code of codelists/{name}.csv")
                continue
            for written in case["written"]:
                if read[written] != case["code"]:
                    yield Problem(READINGS, line, f"'{written}' is read as {read[written]}, not {case['code']}")
    for name, codes in survey.codelists.items():
        for code in set(codes.by_code) - shown.get(name, set()):
            yield Problem(READINGS, 1, f"no example shows how '{code}' of codelists/{name}.csv is written")


def _titles(survey: Survey, document: Document) -> Iterator[Problem]:
    """Every title stands in an example of a name, which is split as the example says."""
    cases = document.content.get("names", [])
    split = split_titles(survey, pd.Series([case["written"] for case in cases], dtype="str"))
    split["sex"] = sex_of_title(survey, split["title"])
    read = list(split[["title", "sex", "name"]].fillna("").itertuples(index=False, name=None))
    for index, case in enumerate(cases):
        both = (read[index], (case.get("title", ""), case.get("sex", ""), case["name"]))
        if both[0] != both[1]:
            shown_name, wanted = (f"title '{reading[0]}' ({reading[1]}) and name '{reading[2]}'" for reading in both)
            yield Problem(READINGS, document.line("names", index), f"'{case['written']}' is {shown_name}, not {wanted}")
    shown = {str(title).casefold() for title, _, _ in read}
    for entry in survey.titles:
        if entry.title.casefold() not in shown:
            yield Problem(READINGS, 1, f"no example has the title '{entry.title}' of titles.csv")


def _asked(survey: Survey, document: Document, folder: Path) -> Iterator[Problem]:
    expected: dict[str, list[int]] = document.content.get("asked", {})
    for name in expected:
        if name not in survey.fields:
            yield Problem(READINGS, document.line("asked", name), f"there is no field '{name}'")
    words = vocabulary(survey, indicators=False)
    with open_workbench(adult_age(survey)) as connection:
        for field in survey.asked_fields():
            if field.name not in expected:
                yield Problem(READINGS, 1, f"no example says at which ages '{field.name}' is asked")
                continue
            condition = rule_sql(field.asked or "", words)
            query = f"""
                SELECT age_min
                FROM (SELECT age AS age_min, age AS age_max FROM range({adult_age(survey)}) t(age))
                WHERE {condition}
                ORDER BY 1"""
            try:
                ages = [row[0] for row in connection.execute(query).fetchall()]
            except duckdb.BinderException:
                yield Problem(READINGS, 1, f"'{field.name}' is asked by more than age, which no example can show yet")
                continue
            first, last = expected[field.name]
            if ages != list(range(first, last + 1)):
                ages_shown = f"{ages[0]} to {ages[-1]}" if ages else "at no age"
                ages_shown = f"'{field.name}' is asked {ages_shown}, not {first} to {last}"
                line, rule_place = document.line("asked", field.name), _rule_of(survey, field.name, folder)
                yield Problem(READINGS, line, f"{ages_shown} ({rule_place})")


def _areas(survey: Survey, document: Document) -> Iterator[Problem]:
    for kind, digits in AREA_DIGITS.items():
        wanted = document.content.get("areas", {}).get(kind)
        count = sum(len(code) == digits for code in survey.areas)
        if count != wanted:
            yield Problem(READINGS, document.line("areas", kind), f"there are {count} {kind}, not {wanted}")
