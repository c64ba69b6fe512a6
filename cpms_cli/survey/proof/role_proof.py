"""What a question must be to play its part: the store, dates, links and exports take it for that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cpms_cli.survey import area_widths
from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.model.definition import Field, Survey
from cpms_cli.survey.model.fields import ResponseRole, Role
from cpms_cli.survey.model.taken_names import stands_beside_answers
from cpms_cli.survey.problems import Fault, Problem


@dataclass(frozen=True)
class _Shape:
    """What is asked of the question of one role: its type, its format where it needs one, whether its answers stand in
    a code list (None: either), and whether it tells who somebody is."""

    type: str
    format: str | None = None
    listed: bool | None = False
    personal: bool = False


_ID, _NAME = _Shape("string", "cpms-id"), _Shape("string", personal=True)
_LISTED, _TEXT, _DAY, _NUMBER = _Shape("string", listed=True), _Shape("string"), _Shape("date"), _Shape("integer")
_SHAPES: Mapping[Role | ResponseRole, _Shape] = {
    "round": _Shape("year"),
    "village": _TEXT,
    "household": _TEXT,
    "line": _NUMBER,
    "visited": _DAY,
    "consent": _LISTED,
    "person": _ID,
    "home": _ID,
    "national_id": _Shape("string", "thai-id", personal=True),
    "given_name": _NAME,
    "family_name": _NAME,
    "nickname": _NAME,
    "mother": _NAME,
    "sex": _LISTED,
    "born": _Shape("string", "partial-date", personal=True),
    "age": _NUMBER,
    "nationality": _LISTED,
    "interviewer": _TEXT,
    "responded": _DAY,
    "response": _LISTED,
    "agency": _Shape("string", listed=None),
    "outcome": _Shape("string", listed=None),
    "next_step": _DAY,
    "worker": _TEXT,
    "closing": _LISTED,
}


def role_problems(reader: Reader, survey: Survey) -> Iterator[Problem]:
    """Yield every question that is not what its role needs, or has a name of something else, with file and line."""
    for table in (survey.household, survey.child, survey.response):
        file = f"{table.name}.yaml"
        for index, field in enumerate(table.fields):
            for key, fault in _of_field(survey, field):
                yield Problem(file, reader.documents[file].line("fields", index, key), fault)
            says_who = field.role is not None and table is not survey.response
            if stands_beside_answers(field.name, says_who=says_who):
                fault = Fault("name_taken", name=field.name, other=f"{field.name}_asked")
                yield Problem(file, reader.documents[file].line("fields", index, "name"), fault)


def _of_field(survey: Survey, field: Field) -> Iterator[tuple[str, Fault]]:
    shape = _SHAPES.get(field.role) if field.role else None
    if shape is None:
        return
    role = str(field.role)
    if field.type != shape.type:
        yield "type", Fault("role_type", role=role, wanted=shape.type)
    if shape.format and field.format != shape.format:
        yield "format", Fault("role_format", role=role, wanted=shape.format)
    if shape.listed and (field.codelist is None or field.many):
        yield ("many" if field.codelist else "role"), Fault("role_listed", role=role)
    if shape.listed is False and field.codelist is not None:
        yield "codelist", Fault("role_unlisted", role=role)
    if shape.personal and not field.personal:
        yield "role", Fault("role_personal", role=role)
    if role == "village" and not _has_villages(survey, field.constraints.pattern):
        yield "constraints", Fault("village_pattern")


def _has_villages(survey: Survey, pattern: str | None) -> bool:
    """Whether the code of a village of some subdistrict has the form that a pattern asks for."""
    if pattern is None:
        return True
    subdistricts = (code for code in survey.areas if len(code) == area_widths.SUBDISTRICT)
    return any(re.fullmatch(pattern, f"{code}01") for code in subdistricts)
