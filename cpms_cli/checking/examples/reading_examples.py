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

from cpms_cli.reading.value.personal_names import sex_of_title, split_titles
from cpms_cli.reading.value.values import clean
from cpms_cli.survey.model.definition import CodeList, Field, Survey, folded
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.rules.rule_language import rule_sql
from cpms_cli.survey.rules.typed_answers import adult_age, vocabulary
from cpms_cli.survey.rules.workbench import open_workbench
from cpms_cli.survey.yaml_files.located_yaml import Document, read_yaml

READINGS = "examples/readings.yaml"
AREA_DIGITS = {"provinces": 2, "districts": 4, "subdistricts": 6}


def reading_problems(survey: Survey, document: Document, folder: Path) -> list[Problem]:
    """Every example of `examples/readings.yaml` that the definition in `folder` does not fulfil."""
    answers = [*_spellings(survey, document), *_titles(survey, document)]
    return [*answers, *_asked(survey, document, folder), *_areas(survey, document)]


def _rule_of(survey: Survey, name: str, folder: Path) -> tuple[str, int]:
    """The file and the line of the rule that says who is asked a question."""
    table = next(table for table in (survey.household, survey.child) if name in {field.name for field in table.fields})
    index = [field.name for field in table.fields].index(name)
    file = f"{table.name}.yaml"
    return file, read_yaml(folder, file).line("fields", index, "asked")


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
            yield Problem(READINGS, document.line("readings", name), Fault("no_list", name=name))
            continue
        read = _as_read(survey, users[name], cases) if name in users else _as_spelt(codes, cases)
        for index, case in enumerate(cases):
            shown.setdefault(name, set()).add(case["code"])
            line = document.line("readings", name, index)
            if case["code"] not in codes.by_code:
                fault = Fault("not_code", code=str(case["code"]), list=f"codelists/{name}.csv")
                yield Problem(READINGS, line, fault)
                continue
            for written in case["written"]:
                if read[written] != case["code"]:
                    fault = Fault("read_as", text=str(written), given=str(read[written]), wanted=str(case["code"]))
                    yield Problem(READINGS, line, fault)
    for name, codes in survey.codelists.items():
        for code in set(codes.by_code) - shown.get(name, set()):
            yield Problem(READINGS, 1, Fault("shown_code", code=code, list=f"codelists/{name}.csv"))


def _titles(survey: Survey, document: Document) -> Iterator[Problem]:
    """Every title stands in an example of a name, which is split as the example says."""
    cases = document.content.get("names", [])
    split = split_titles(survey, pd.Series([case["written"] for case in cases], dtype="str"))
    split["sex"] = sex_of_title(survey, split["title"])
    read = list(split[["title", "sex", "name"]].fillna("").itertuples(index=False, name=None))
    for index, case in enumerate(cases):
        both = (read[index], (case.get("title", ""), case.get("sex", ""), case["name"]))
        if both[0] != both[1]:
            given, wanted = (Fault("name_parts", title=title, sex=sex, name=name) for title, sex, name in both)
            fault = Fault("name_split", text=case["written"], given=given, wanted=wanted)
            yield Problem(READINGS, document.line("names", index), fault)
    shown = {str(title).casefold() for title, _, _ in read}
    for entry in survey.titles:
        if entry.title.casefold() not in shown:
            yield Problem(READINGS, 1, Fault("title_example", title=entry.title))


def _asked(survey: Survey, document: Document, folder: Path) -> Iterator[Problem]:
    expected: dict[str, list[int]] = document.content.get("asked", {})
    for name in expected:
        if name not in survey.fields:
            yield Problem(READINGS, document.line("asked", name), Fault("no_field", name=name))
        elif survey.fields[name].asked is None:
            yield Problem(*_rule_of(survey, name, folder), Fault("asked_of_all", name=name))
    words = vocabulary(survey, indicators=False)
    with open_workbench(adult_age(survey)) as connection:
        for field in survey.asked_fields():
            if field.name not in expected:
                yield Problem(READINGS, 1, Fault("ages_example", name=field.name))
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
                yield Problem(*_rule_of(survey, field.name, folder), Fault("ages_more", name=field.name))
                continue
            first, last = expected[field.name]
            if ages != list(range(first, last + 1)):
                given = Fault("ages", first=str(ages[0]), last=str(ages[-1])) if ages else Fault("no_age")
                wanted = Fault("ages", first=str(first), last=str(last))
                file, line = _rule_of(survey, field.name, folder)
                fault = Fault("asked_at", name=field.name, given=given, wanted=wanted, place=f"{file}:{line}")
                yield Problem(READINGS, document.line("asked", field.name), fault)


def _areas(survey: Survey, document: Document) -> Iterator[Problem]:
    for kind, digits in AREA_DIGITS.items():
        wanted = document.content.get("areas", {}).get(kind)
        count = sum(len(code) == digits for code in survey.areas)
        if count != wanted:
            yield Problem(
                READINGS,
                document.line("areas", kind),
                Fault("count_areas", count=str(count), kind=kind, wanted=str(wanted)),
            )
