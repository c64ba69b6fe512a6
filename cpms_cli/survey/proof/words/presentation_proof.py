"""What forms need of the definition, proved: every field in a topic, and carried where it tells who a row is about."""

from __future__ import annotations

from collections.abc import Iterator

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.model.definition import Survey, TableSchema
from cpms_cli.survey.problems import Fault, Problem


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
            yield Problem(file, line, Fault("no_topic", name=field.name, topics=", ".join(table.topics)))
        if field.name in identities and not field.carried:
            yield Problem(file, line, Fault("must_carry", name=field.name))
        if field.name == round_ and field.carried:
            yield Problem(file, line, Fault("cannot_carry", name=field.name))
