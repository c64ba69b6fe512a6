"""What the response log needs of the definition, proved: its roles, what ends or assigns a case, what is in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.located_yaml import Problem
from cpms_cli.survey.model.definition import Level, Survey
from cpms_cli.survey.model.fields import OPTIONAL_RESPONSE_ROLES, ResponseRole

_LOG, _LEVELS = "response.yaml", "risk.yaml"


def response_problems(reader: Reader, survey: Survey) -> list[Problem]:
    """Every problem, with file and line."""
    problems = list(_roles(reader, survey))
    return problems or [*_closing(reader, survey), *_levels(reader, survey)]


def _roles(reader: Reader, survey: Survey) -> Iterator[Problem]:
    document, seen = reader.documents[_LOG], dict[str, str]()
    for index, field in enumerate(survey.response.fields):
        line = document.line("fields", index, "role")
        if field.role and field.role not in get_args(ResponseRole):
            yield Problem(_LOG, line, f"the role '{field.role}' is none of the response log")
        elif field.role and seen.setdefault(field.role, field.name) != field.name:
            yield Problem(_LOG, line, f"the role '{field.role}' is taken by '{seen[field.role]}'")
    for role in get_args(ResponseRole):
        if role not in seen and role not in OPTIONAL_RESPONSE_ROLES:
            yield Problem(_LOG, document.line("fields"), f"no field has the role '{role}'")


def _kinds(survey: Survey) -> set[str]:
    codes = survey.codes(survey.response_role("response"))
    return set(codes.by_code) if codes else set()


def _closing(reader: Reader, survey: Survey) -> Iterator[Problem]:
    document, kind = reader.documents[_LOG], survey.response_role("response")
    index = survey.response.fields.index(kind)
    if not kind.closes:
        message = f"'{kind.name}' must name the answers that end a case (closes)"
        yield Problem(_LOG, document.line("fields", index), message)
    for key, codes in (("closes", kind.closes), ("assigns", kind.assigns)):
        for code in codes:
            if code not in _kinds(survey):
                yield Problem(_LOG, document.line("fields", index, key), f"'{code}' is not a code of the field")
    for code in set(kind.closes) & set(kind.assigns):
        message = f"'{code}' ends a case, and cannot say whose it is from then on"
        yield Problem(_LOG, document.line("fields", index, "assigns"), message)


def _levels(reader: Reader, survey: Survey) -> Iterator[Problem]:
    document = reader.documents[_LEVELS]
    if not survey.urgent_levels:
        yield Problem(_LEVELS, document.line("levels"), "no level says by when a response is due (due_hours)")
    for index, level in enumerate(survey.levels):
        for key, message in _of_level(survey, index, level):
            yield Problem(_LEVELS, document.line("levels", index, key), message)


def _of_level(survey: Survey, index: int, level: Level) -> Iterator[tuple[str, str]]:
    if (level.due_hours is None) != (not level.answered_by):
        yield "answered_by", "a level has both due_hours and answered_by, what counts as a response in time, or neither"
    kind = survey.response_role("response")
    for code in level.answered_by:
        if code not in _kinds(survey):
            yield "answered_by", f"'{code}' is no kind of response"
        elif code in (*kind.closes, *kind.assigns):
            yield "answered_by", f"'{code}' ends or assigns a case, and is no response by itself"
    if level.due_hours is None:
        return
    if level.role != "rule":
        yield "due_hours", "only a level with a rule can demand a response by a time"
    for language, words in level.due.written().items():
        if str(level.due_hours) not in words:
            yield "due_hours", f"'{level.due_hours}' does not stand in the words of `due` ({language}): '{words}'"
    milder = [level_below.due_hours for level_below in survey.levels[index + 1 :] if level_below.due_hours is not None]
    if milder and level.due_hours > min(milder):
        yield "due_hours", "a less severe level is due sooner"
