"""What forms need of the definition, proved: every field in a topic, and carried where it tells who a row is about."""

from __future__ import annotations

from collections.abc import Iterator

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.located_yaml import Problem
from cpms_cli.survey.model.definition import Survey, TableSchema


def presentation_problems(reader: Reader, survey: Survey) -> list[Problem]:
    """Every field without a topic or wrongly carried."""
    return [problem for table in (survey.household, survey.child) for problem in _table(reader, survey, table)]


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
