"""What comes, goes and is renamed, proved: rounds, former names, and what rests on questions that come and go."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.former_names import Renamed
from cpms_cli.survey.model.definition import Check, Field, Survey, TableSchema
from cpms_cli.survey.model.lifespan import Span
from cpms_cli.survey.problems import Fault, Problem
from cpms_cli.survey.rules.dependents import Dependent, dependents, names_looked_at
from cpms_cli.survey.yaml_files.located_yaml import read_yaml


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
        *_named_parts(reader, survey),
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
                places = tuple(_part(part, f"{part.name} ({_place(survey, part)})") for part in resting)
                fault = _unasked(field, places)
                notes.append(Problem(document.file, document.line("fields", index), fault))
            if field.is_turned_off:
                notes += [_without_ages(survey, field, part) for part in resting if part.by_asking]
    return notes


def _comes_and_goes_with(survey: Survey, field: Field, part: Dependent) -> bool:
    """Whether this is a check that looks at no question of other rounds than the field's own, keys apart."""
    check = survey.checks_by_id.get(part.name) if part.kind == "check" else None
    if not isinstance(check, Check):
        return False
    names = {*check.fields, *names_looked_at(survey, [check.when])} - set(survey.key("child"))
    spans = {_rounds_of(other) for name, other in survey.fields.items() if name in names}
    return spans == {_rounds_of(field)}


def _rounds_of(field: Field) -> tuple[int | None, int | None, frozenset[int], bool]:
    """Return what is alike of questions of the very same rounds."""
    return field.since, field.until, frozenset(field.skipped), field.is_turned_off


def _without_ages(survey: Survey, field: Field, part: Dependent) -> Problem:
    fault = Fault("without_ages", part=_part(part, part.name), field=field.name)
    return Problem(part.file, read_yaml(survey.folder, part.file).line(*part.place), fault)


def _place(survey: Survey, part: Dependent) -> str:
    return f"{part.file}:{read_yaml(survey.folder, part.file).line(*part.place)}"


def _part(part: Dependent, name: str) -> Fault:
    return Fault(f"part_{part.kind}", name=name)


def _unasked(field: Field, parts: tuple[Fault, ...]) -> Fault:
    """In which rounds a field is not asked, and what rests on it."""
    if field.is_turned_off:
        return Fault("unasked", field=field.name, parts=parts)
    if field.skipped:
        rounds = tuple(Fault("round_year", year=year) for year in sorted(field.skipped))
        ends = [Fault(end, year=year) for end, year in _ends(field) if year is not None]
        return Fault("unasked_skipped", field=field.name, rounds=(*rounds, *ends), parts=parts)
    if field.until is None:
        return Fault("unasked_before", field=field.name, since=field.since or 0, parts=parts)
    if field.since is None:
        return Fault("unasked_after", field=field.name, until=field.until, parts=parts)
    return Fault("unasked_both", field=field.name, since=field.since, until=field.until, parts=parts)


def _ends(field: Field) -> tuple[tuple[str, int | None], ...]:
    return ("round_before", field.since), ("round_after", field.until)


def span_faults(part: Span) -> Iterator[tuple[str, Fault]]:
    """Yield what is wrong with the rounds of a question, a code or an indicator, each behind what of it is at fault."""
    if part.since is not None and part.until is not None and part.until < part.since:
        between = tuple(Fault("round_year", year=year) for year in range(part.until + 1, part.since))
        key = "span_returns" if between else "span"
        yield "until", Fault(key, until=part.until, since=part.since, between=between)
        return
    for year in part.skipped:
        if (part.since is not None and year <= part.since) or (part.until is not None and year >= part.until):
            yield "skipped", Fault("skipped_end", year=year)
    for year in sorted({year for year in part.skipped if part.skipped.count(year) > 1}):
        yield "skipped", Fault("skipped_twice", year=year)


def _former(
    name: str, part: Renamed, kind: str, known: Mapping[str, Renamed], taken: dict[str, str]
) -> Iterator[Fault]:
    """What is wrong with the former names of one part; `taken` remembers whose they are."""
    for former in part.formerly:
        if former == name:
            yield Fault("former_itself", name=name)
        elif former in known and name in known[former].formerly:
            yield Fault("cycle", name=name, former=former)
        elif former in known:
            yield Fault(f"former_{kind}", name=name, former=former)
        elif taken.setdefault(former, name) != name:
            yield Fault("former_both", former=former, first=taken[former], second=name)


def _fields(reader: Reader, tables: tuple[TableSchema, ...]) -> Iterator[Problem]:
    known = {field.name: field for table in tables for field in table.fields}
    taken: dict[str, str] = {}
    for table in tables:
        document = reader.documents[f"{table.name}.yaml"]
        for index, field in enumerate(table.fields):
            for key, fault in span_faults(field):
                yield Problem(document.file, document.line("fields", index, key), fault)
            for fault in _former(field.name, field, "field", known, taken):
                yield Problem(document.file, document.line("fields", index, "formerly"), fault)


def _codes(reader: Reader, survey: Survey) -> Iterator[Problem]:
    for name, codes in survey.codelists.items():
        taken: dict[str, str] = {}
        for entry in codes.codes:
            line = reader.code_lines[(name, entry.code)]
            of_rounds = (fault for _, fault in span_faults(entry))
            for fault in (*of_rounds, *_former(entry.code, entry, "code", codes.by_code, taken)):
                yield Problem(f"codelists/{name}.csv", line, fault)


def _named_parts(reader: Reader, survey: Survey) -> Iterator[Problem]:
    """What is wrong with the former names of levels, groups and whatever else has a name and no rounds."""
    parts: dict[tuple[str, str], Sequence[tuple[str, Renamed]]] = {
        ("limits.yaml", "limits"): [(part.name, part) for part in survey.limits.limits],
        ("risk.yaml", "levels"): [(part.id, part) for part in survey.levels],
        ("risk.yaml", "circumstances"): [(part.id, part) for part in survey.circumstances],
        ("rights.yaml", "rights"): [(part.id, part) for part in survey.rights],
        ("migration.yaml", "measures"): [(part.id, part) for part in survey.measures],
        ("activities.yaml", "activities"): [(part.id, part) for part in survey.activities],
        ("checks.yaml", "rules"): [(part.id, part) for part in survey.checks],
        ("checks.yaml", "history"): [(part.id, part) for part in survey.history],
        ("checks.yaml", "responses"): [(part.id, part) for part in survey.responses],
        ("summaries.yaml", "groups"): [(part.id, part) for part in survey.figures.groups],
        ("fairness.yaml", "groups"): [(part.id, part) for part in survey.fairness.groups],
        ("fairness.yaml", "outcomes"): [(part.id, part) for part in survey.fairness.outcomes],
    }
    for (file, key), entries in parts.items():
        known, taken = dict(entries), dict[str, str]()
        for index, (name, part) in enumerate(entries):
            for fault in _former(name, part, "part", known, taken):
                yield Problem(file, reader.documents[file].line(key, index, "formerly"), fault)


def _needed(reader: Reader, tables: tuple[TableSchema, ...], needed_roles: Collection[str]) -> Iterator[Problem]:
    """Questions without which no row can be stored, or no child recognised, are asked in every round."""
    for table in tables:
        document = reader.documents[f"{table.name}.yaml"]
        for index, field in enumerate(table.fields):
            for_every_row = field.constraints.required or field.role in needed_roles
            if for_every_row and (field.is_turned_off or field.is_limited):
                fault = Fault("every_round", name=field.name)
                yield Problem(document.file, document.line("fields", index), fault)
