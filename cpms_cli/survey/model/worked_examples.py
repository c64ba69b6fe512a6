"""What the files of `examples/` hold: drawn children with what must come out, and texts with what they are read as."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from cpms_cli.survey.problems import FaultyPart
from cpms_cli.survey.words import Part


def _answer(written: Any) -> Any:
    """An answer as it stands in a cell: a text, a number or a date; "" is a blank cell."""
    if isinstance(written, bool):
        raise FaultyPart("yes_no_text")
    if not isinstance(written, str | int | float | datetime.date):
        raise FaultyPart("answer")
    return written


AnswersGiven = dict[str, Annotated[Any, BeforeValidator(_answer)]]


class Base(Part):
    """The child, the household and the response of which all is known and nothing is wrong."""

    household: AnswersGiven
    child: AnswersGiven
    response: AnswersGiven


class IndicatorExample(Part):
    """A case of an indicator."""

    number: int
    answers: AnswersGiven
    siblings: tuple[AnswersGiven, ...] = ()
    expect: str


class LevelExample(Part):
    """A case of the levels; `needs_help` are the circumstances, joined by semicolons, where they are looked at."""

    title: str
    answers: AnswersGiven
    siblings: tuple[AnswersGiven, ...] = ()
    level: str
    highest: str
    needs_help: str | None = None


class ScoreExamples(Part):
    """`examples/indicators.yaml`."""

    base: Base
    indicators: tuple[IndicatorExample, ...]
    levels: tuple[LevelExample, ...]


class RightExample(Part):
    """A case of a right."""

    right: str
    answers: AnswersGiven
    expect: str


class MeasureExample(Part):
    """A case of a measure of migration."""

    measure: str
    answers: AnswersGiven
    expect: str


class FigureExamples(Part):
    """`examples/figures.yaml`."""

    rights: tuple[RightExample, ...]
    measures: tuple[MeasureExample, ...]


class Reading(Part):
    """How people write a code."""

    code: str
    written: tuple[str, ...]


class NameReading(Part):
    """How a name with a title is split."""

    written: str
    name: str
    title: str = ""
    sex: str = ""


class Readings(Part):
    """`examples/readings.yaml`; `asked` has the first and the last age at which a question is put."""

    readings: dict[str, tuple[Reading, ...]]
    names: tuple[NameReading, ...]
    asked: dict[str, tuple[int, int]]
    areas: dict[str, int]
