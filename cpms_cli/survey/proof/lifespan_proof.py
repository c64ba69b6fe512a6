"""Questions and answers that come and go, proved: their rounds, their former names, and what rests on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.located_yaml import Problem, read_yaml
from cpms_cli.survey.model.definition import Check, Field, Survey, TableSchema
from cpms_cli.survey.model.lifespan import Lifespan
from cpms_cli.survey.rules.dependents import Dependent, dependents, names_looked_at


def lifespan_problems(reader: Reader, survey: Survey, needed_roles: Collection[str]) -> list[Problem]:
    """Every fault of the rounds and former names of questions and codes, with file and line.

    `needed_roles` are those that some field must play in every round.
    """
    of_people = (survey.household, survey.child)
    return [
        *_fields(reader, of_people),
        *_fields(reader, (survey.response,)),
        *_codes(reader, survey),
        *_needed(reader, of_people, needed_roles),
    ]


def lifespan_notes(survey: Survey) -> list[Problem]:
    """Of each question that some rounds do not ask, and that something rests on: what has nothing to look at then.

    That is no fault. What is named here says "not asked" where it cannot be decided without the question. A check that
    looks at nothing but questions of the very same rounds is not named: nobody misses it in the others.
    """
    notes = []
    for table in (survey.household, survey.child, survey.response):
        document = read_yaml(survey.folder, f"{table.name}.yaml")
        for index, field in enumerate(table.fields):
            limited = field.is_turned_off or field.is_limited
            parts = dependents(survey, field.name) if limited else []
            resting = [part for part in parts if field.is_turned_off or not _comes_and_goes_with(survey, field, part)]
            if resting:
                places = ", ".join(f"{part} ({_place(survey, part)})" for part in resting)
                message = f"'{field.name}' is not asked{_when(field)}; this rests on it, and says so: {places}"
                notes.append(Problem(document.file, document.line("fields", index), message))
            if field.is_turned_off:
                notes += [_without_ages(survey, field, part) for part in resting if part.by_asking]
    return notes


def _comes_and_goes_with(survey: Survey, field: Field, part: Dependent) -> bool:
    """Whether this is a check that looks at no question of other rounds than the field's own, keys apart."""
    check = survey.told_by.get(part.name) if part.kind == "check" else None
    if not isinstance(check, Check):
        return False
    names = {*check.fields, *names_looked_at(survey, [check.when])} - set(survey.key("child"))
    spans = {(other.since, other.until, other.is_turned_off) for name, other in survey.fields.items() if name in names}
    return spans == {(field.since, field.until, field.is_turned_off)}


def _without_ages(survey: Survey, field: Field, part: Dependent) -> Problem:
    message = f"{part} has its ages from asked({field.name}), which is turned off: it now holds at every age"
    return Problem(part.file, read_yaml(survey.folder, part.file).line(*part.place), message)


def _place(survey: Survey, part: Dependent) -> str:
    return f"{part.file}:{read_yaml(survey.folder, part.file).line(*part.place)}"


def _when(field: Field) -> str:
    """In which rounds a field is not asked, in words."""
    if field.is_turned_off:
        return ""
    ends = [f"before {field.since}"] if field.since is not None else []
    ends += [f"after {field.until}"] if field.until is not None else []
    return " in rounds " + " and ".join(ends)


def _span(part: Lifespan) -> Iterator[str]:
    if part.since is not None and part.until is not None and part.until < part.since:
        yield f"until {part.until} lies before since {part.since}"


def _former(
    name: str, part: Lifespan, kind: str, known: Mapping[str, Lifespan], taken: dict[str, str]
) -> Iterator[str]:
    """What is wrong with the former names of one field or code; `taken` remembers whose they are."""
    for former in part.formerly:
        if former == name:
            yield f"'{name}' names itself as its former name"
        elif former in known and name in known[former].formerly:
            yield f"'{name}' and '{former}' were each formerly the other: a cycle"
        elif former in known:
            yield f"'{name}' cannot have been '{former}' formerly: there still is a {kind} of that name"
        elif taken.setdefault(former, name) != name:
            yield f"'{former}' is formerly both '{taken[former]}' and '{name}'"


def _fields(reader: Reader, tables: tuple[TableSchema, ...]) -> Iterator[Problem]:
    known = {field.name: field for table in tables for field in table.fields}
    taken: dict[str, str] = {}
    for table in tables:
        document = reader.documents[f"{table.name}.yaml"]
        for index, field in enumerate(table.fields):
            for message in _span(field):
                yield Problem(document.file, document.line("fields", index, "until"), message)
            for message in _former(field.name, field, "field", known, taken):
                yield Problem(document.file, document.line("fields", index, "formerly"), message)


def _codes(reader: Reader, survey: Survey) -> Iterator[Problem]:
    for name, codes in survey.codelists.items():
        taken: dict[str, str] = {}
        for entry in codes.codes:
            line = reader.code_lines[(name, entry.code)]
            for message in (*_span(entry), *_former(entry.code, entry, "code", codes.by_code, taken)):
                yield Problem(f"codelists/{name}.csv", line, message)


def _needed(reader: Reader, tables: tuple[TableSchema, ...], needed_roles: Collection[str]) -> Iterator[Problem]:
    """Questions without which no row can be stored, or no child recognised, are asked in every round."""
    for table in tables:
        document = reader.documents[f"{table.name}.yaml"]
        for index, field in enumerate(table.fields):
            for_every_row = field.constraints.required or field.role in needed_roles
            if for_every_row and (field.is_turned_off or field.is_limited):
                message = f"cpms cannot do without '{field.name}': it must be asked in every round"
                yield Problem(document.file, document.line("fields", index), message)
