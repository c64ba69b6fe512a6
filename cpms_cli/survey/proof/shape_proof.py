"""Parts of a definition that nobody reads, and lists without an entry: they would be passed over unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.model.settings.endless import can_be_endless
from cpms_cli.survey.model.taken_names import LONGEST_NAME
from cpms_cli.survey.problems import Fault, Problem

# The parts of the files that are read part by part; of all others, the whole file is one object that knows its parts.
_PARTS = {
    "indicators.yaml": ("numbering", "indicators"),
    "risk.yaml": ("levels", "circumstances", "in_danger"),
    "checks.yaml": ("columns", "rules", "history", "responses", "patterns"),
    "rights.yaml": ("rights",),
    "migration.yaml": ("measures", "origin"),
    "activities.yaml": ("activities",),
}


def shape_problems(reader: Reader, survey: Survey) -> Iterator[Problem]:
    """Give a problem for each part that is not read, each check of columns that stands twice, each name too long
    for a column, each pattern that could be endless, and each list of answers that has none."""
    yield from _strange_parts(reader)
    yield from _long_names(reader, survey)
    yield from _endless_patterns(reader, survey)
    yield from _checks_twice(reader)
    for name, codelist in survey.codelists.items():
        file = f"codelists/{name}.csv"
        if not codelist.codes and file not in reader.faulty:
            reader.leave_unread(Path(file))
            yield Problem(file, 1, Fault("list_without_codes"))


def _strange_parts(reader: Reader) -> Iterator[Problem]:
    for file, known in _PARTS.items():
        document = reader.documents.get(file)
        if document is None or file in reader.replaced:
            continue
        for name in document.content:
            if name not in known:
                fault = Fault("place", place=name, fault=Fault("strange"))
                yield Problem(file, document.line(name), fault)


def _long_names(reader: Reader, survey: Survey) -> Iterator[Problem]:
    """Names of questions and levels that a database server would cut."""
    tables = (survey.household, survey.child, survey.response)
    named = [
        *((f"{table.name}.yaml", "fields", [field.name for field in table.fields]) for table in tables),
        ("risk.yaml", "levels", [level.id for level in survey.levels]),
    ]
    for file, part, names in named:
        document = reader.documents.get(file)
        for index, name in enumerate(names):
            if document is not None and len(name) > LONGEST_NAME:
                yield Problem(file, document.line(part, index), Fault("name_long", count=LONGEST_NAME))


def _endless_patterns(reader: Reader, survey: Survey) -> Iterator[Problem]:
    """Patterns of answers that on some text would never come to an end."""
    for table in (survey.household, survey.child, survey.response):
        file = f"{table.name}.yaml"
        document = reader.documents.get(file)
        for index, field in enumerate(table.fields):
            if document is not None and field.constraints.pattern and can_be_endless(field.constraints.pattern):
                line = document.line("fields", index, "constraints", "pattern")
                yield Problem(file, line, Fault("expression_repeats"))


def _checks_twice(reader: Reader) -> Iterator[Problem]:
    """Checks of columns are found by their names: of two with one name, the first would never speak."""
    document = reader.documents.get("checks.yaml")
    entries = document.content.get("columns") if document is not None else None
    names = list[str]()
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        name = str(entry.get("id")) if isinstance(entry, dict) else ""
        if name and name in names and document is not None:
            yield Problem("checks.yaml", document.line("columns", index), Fault("check_twice", name=name))
        names.append(name)
