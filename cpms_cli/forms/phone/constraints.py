"""What an answer must be on a phone, as XPath, and the sentence that says so where it is not. Blanks pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from cpms_cli.survey.era import BUDDHIST_OFFSET
from cpms_cli.survey.identifiers import CPMS_ID_LENGTH
from cpms_cli.survey.model.definition import Code, Field, Survey

_EARLIEST, _LATEST = 2000, 2100


@dataclass(frozen=True)
class Limit:
    """A condition on the answer, `.`, and the id and the values of the message for an answer outside it."""

    xpath: str
    message_id: str
    values: dict[str, object] = field(default_factory=dict)


def limit_of(survey: Survey, asked: Field, round_: int | None) -> Limit | None:
    """The limit of one field: by its type, else by its format, else by its constraints."""
    if asked.role == "visited":
        return Limit(f". <= today() and {_in_round(survey, round_)}", "xlsform_in_round")
    if asked.type in _BY_TYPE:
        return _BY_TYPE[asked.type](asked)
    if asked.format in _BY_FORMAT:
        return _BY_FORMAT[asked.format]
    if asked.constraints.pattern:
        return Limit(f"regex(., '^({asked.constraints.pattern})$')", "xlsform_pattern")
    longest = asked.constraints.maxLength
    return Limit(f"string-length(.) <= {longest}", "xlsform_length", {"high": longest}) if longest else None


def _year(_: Field) -> Limit:
    eras = [f"(. >= {_EARLIEST + add} and . <= {_LATEST + add})" for add in (0, BUDDHIST_OFFSET)]
    return Limit(" or ".join(eras), "xlsform_year")


def _date(_: Field) -> Limit:
    return Limit(". <= today()", "xlsform_not_future")


def _between(asked: Field, message_id: str) -> Limit | None:
    low, high = asked.constraints.minimum, asked.constraints.maximum
    if low is None or high is None:
        return None
    return Limit(f". >= {low} and . <= {high}", message_id, {"low": low, "high": high})


_BY_TYPE: dict[str, Callable[[Field], Limit | None]] = {
    "year": _year,
    "date": _date,
    "integer": partial(_between, message_id="xlsform_range"),
    "number": partial(_between, message_id="xlsform_number_range"),
}
_BY_FORMAT: dict[str | None, Limit] = {
    "thai-id": Limit("regex(., '^[0-9]{13}$')", "xlsform_thai_id"),
    "cpms-id": Limit(f"regex(., '^[CH][0-9A-Z]{{{CPMS_ID_LENGTH - 1}}}$')", "xlsform_cpms_id"),
}


def _in_round(survey: Survey, round_: int | None) -> str:
    """The date lies in the survey's year or the one after."""
    year = str(round_)
    if round_ is None:
        round_answer = f"${{{survey.role('round').name}}}"
        year = f"if({round_answer} > {_LATEST}, {round_answer} - {BUDDHIST_OFFSET}, {round_answer})"
    seen = "number(format-date(., '%Y'))"
    return f"{seen} >= {year} and {seen} <= {year} + 1"


def lonely(survey: Survey, asked: Field) -> list[Code]:
    """Of a field with many answers, those that no other may stand beside: none, and what is no answer."""
    codes = survey.codes(asked) if asked.many else None
    return [code for code in codes.codes if code.missing] if codes else []


def stands_alone(codes: list[Code]) -> str:
    """XPath that is false where one of these was chosen with anything else."""
    chosen = " or ".join(f"selected(., '{code.code}')" for code in codes)
    return f"count-selected(.) <= 1 or not({chosen})"
