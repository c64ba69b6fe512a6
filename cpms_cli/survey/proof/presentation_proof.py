"""What forms need of the definition, proved: every field in a topic, every word in every further language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cpms_cli.survey.files.located_yaml import Problem
from cpms_cli.survey.files.schema_files import Reader
from cpms_cli.survey.model.definition import Survey, TableSchema, Translation

SPOKEN = "xlsform_"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def presentation_problems(reader: Reader, survey: Survey) -> list[Problem]:
    """Every field without a topic or wrongly carried, and every word that a translation lacks or has too much."""
    problems = [problem for table in (survey.household, survey.child) for problem in _table(reader, survey, table)]
    for translation in survey.translations:
        problems += _translation(reader, survey, translation)
    return problems


def _table(reader: Reader, survey: Survey, table: TableSchema) -> Iterator[Problem]:
    file = f"{table.name}.yaml"
    round_ = survey.role("round").name
    identities = {*survey.child.primaryKey, survey.role("person").name, survey.role("home").name} - {round_}
    for index, field in enumerate(table.fields):
        line = reader.documents[file].line("fields", index)
        if field.topic not in table.topics:
            yield Problem(file, line, f"'{field.name}' stands in no topic of the table ({', '.join(table.topics)})")
        if field.name in identities and not field.carried:
            yield Problem(file, line, f"'{field.name}' tells who a row is about and must be carried")
        if field.name == round_ and field.carried:
            yield Problem(file, line, f"'{field.name}' is new each time and cannot be carried")


def _translation(reader: Reader, survey: Survey, translation: Translation) -> Iterator[Problem]:
    file = f"translations/{translation.language}.yaml"
    if file not in reader.documents:
        yield Problem(file, 1, f"the file of the language '{translation.language}' is named after it")
        return
    tables = (survey.household, survey.child, survey.response)
    parts: list[tuple[str, Iterable[str], Iterable[str]]] = [
        ("fields", [field.name for table in tables for field in table.fields], translation.fields),
        ("tables", [table.name for table in tables], translation.tables),
        ("topics", [topic for table in tables for topic in table.topics], translation.topics),
        ("sentences", [name for name in survey.messages if name.startswith(SPOKEN)], translation.sentences),
        ("codes", survey.codelists, translation.codes),
    ]
    for key, wanted, given in parts:
        yield from _difference(reader, file, (key,), wanted, given)
    for name, codes in survey.codelists.items():
        if name in translation.codes:
            yield from _difference(reader, file, ("codes", name), codes.by_code, translation.codes[name])
    for name, text in translation.sentences.items():
        if name in survey.messages and _filled(text) != _filled(survey.messages[name].en):
            line = reader.documents[file].line("sentences", name)
            yield Problem(file, line, f"'{name}' must fill in the same things as the other languages")


def _filled(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def _difference(
    reader: Reader, file: str, place: tuple[str, ...], wanted: Iterable[str], given: Iterable[str]
) -> Iterator[Problem]:
    document, known, translated = reader.documents[file], set(wanted), set(given)
    for name in sorted(known - translated):
        yield Problem(file, document.line(*place), f"{'.'.join(place)}: '{name}' is not translated")
    for name in sorted(translated - known):
        yield Problem(file, document.line(*place, name), f"{'.'.join(place)}: there is no '{name}' to translate")
