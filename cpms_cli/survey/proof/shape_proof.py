"""Parts of a definition that nobody reads, and lists without an entry: they would be passed over unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.model.definition import Survey
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
    """Give a problem for each part that is not read, each check of columns that stands twice, and each list of answers
    that has none."""
    yield from _strange_parts(reader)
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
