"""A map as it is drafted: its lines, what each may be, and the file that it is written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cpms_cli.reading.header.mapping import FIELD, HEADER, LABEL
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.writing.output_formats import output_format

MAP_COLUMNS = (HEADER, FIELD, LABEL, "match", "examples")


@dataclass(frozen=True)
class Candidates:
    """What a header may be: the fields, likeliest first, each with how sure that is, in percent; and the name of the
    group of columns above it, "" where there is none."""

    group: str
    fields: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Drafted:
    """A first map: `headers` has the columns MAP_COLUMNS, `answers` ANSWER_COLUMNS, a row for each text that is not
    known; all are text but `count`, the cells with this text. `candidates` are by the header as maps compare it."""

    headers: pd.DataFrame
    answers: pd.DataFrame
    candidates: Mapping[str, Candidates] = field(default_factory=dict)


Decided = Mapping[tuple[str, str], str]
"""What a person chose for lines of a map: by header, as maps compare it, and field with its question mark, a field."""


def map_bytes(survey: Survey, drafted: Drafted, path: Path, language: Language) -> bytes:
    """The file of a map: a workbook with headers and answers, or a CSV with the headers alone."""
    return output_format("header_map", path).write(survey, drafted.headers, drafted.answers, language)
