"""What the response log needs of the definition, proved: its roles, what ends or assigns a case, what is in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.model.definition import Level, Survey
from cpms_cli.survey.model.fields import OPTIONAL_RESPONSE_ROLES, ResponseRole
from cpms_cli.survey.problems import Fault, Problem

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
            yield Problem(_LOG, line, Fault("role_of_log", role=field.role))
        elif field.role and seen.setdefault(field.role, field.name) != field.name:
            yield Problem(_LOG, line, Fault("role_taken", role=field.role, other=seen[field.role]))
    for role in get_args(ResponseRole):
        if role not in seen and role not in OPTIONAL_RESPONSE_ROLES:
            yield Problem(_LOG, document.line("fields"), Fault("role_none", role=role))


def _kinds(survey: Survey) -> set[str]:
    codes = survey.codes(survey.response_role("response"))
    return set(codes.by_code) if codes else set()


def _closing(reader: Reader, survey: Survey) -> Iterator[Problem]:
    document, kind = reader.documents[_LOG], survey.response_role("response")
    index = survey.response.fields.index(kind)
    if not kind.closes:
        yield Problem(_LOG, document.line("fields", index), Fault("closes", name=kind.name))
    for key, codes in (("closes", kind.closes), ("assigns", kind.assigns)):
        for code in codes:
            if code not in _kinds(survey):
                yield Problem(_LOG, document.line("fields", index, key), Fault("not_code_field", code=code))
    for code in set(kind.closes) & set(kind.assigns):
        yield Problem(_LOG, document.line("fields", index, "assigns"), Fault("ends_and_assigns", code=code))


def _levels(reader: Reader, survey: Survey) -> Iterator[Problem]:
    document = reader.documents[_LEVELS]
    if not survey.urgent_levels:
        yield Problem(_LEVELS, document.line("levels"), Fault("no_due"))
    for index, level in enumerate(survey.levels):
        twice = {code for code in level.answered_by if level.answered_by.count(code) > 1}
        repeated = [("answered_by", Fault("twice_here", name=code)) for code in sorted(twice)]
        for key, fault in (*repeated, *_of_level(survey, index, level)):
            yield Problem(_LEVELS, document.line("levels", index, key), fault)


def _of_level(survey: Survey, index: int, level: Level) -> Iterator[tuple[str, Fault]]:
    if (level.due_hours is None) != (not level.answered_by):
        yield "answered_by", Fault("due_both")
    kind = survey.response_role("response")
    for code in level.answered_by:
        if code not in _kinds(survey):
            yield "answered_by", Fault("no_response", code=code)
        elif code in (*kind.closes, *kind.assigns):
            yield "answered_by", Fault("ends_case", code=code)
    if level.due_hours is None:
        return
    if level.role != "rule":
        yield "due_hours", Fault("due_rule")
    for language, words in level.due.written().items():
        if str(level.due_hours) not in words:
            yield "due_hours", Fault("due_words", hours=str(level.due_hours), spoken=language, words=words)
    milder = [level_below.due_hours for level_below in survey.levels[index + 1 :] if level_below.due_hours is not None]
    if milder and level.due_hours > min(milder):
        yield "due_hours", Fault("due_milder")
