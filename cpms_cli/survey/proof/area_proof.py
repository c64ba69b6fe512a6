"""Areas that were divided or joined, proved: areas that there are, of one width."""

from __future__ import annotations

from collections.abc import Iterator

from cpms_cli.survey.area_widths import SUBDISTRICT
from cpms_cli.survey.files.definition_reader import Reader
from cpms_cli.survey.files.definition_tables import AREA_CHANGES
from cpms_cli.survey.model.area_changes import AreaChange
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.problems import Fault, Problem


def area_problems(reader: Reader, survey: Survey) -> Iterator[Problem]:
    """Give a problem for each change of areas that cannot be."""
    for line, change in zip(reader.area_change_lines, survey.area_changes, strict=True):
        for fault in _faults(survey, change):
            yield Problem(AREA_CHANGES, line, fault)


def _faults(survey: Survey, change: AreaChange) -> Iterator[Fault]:
    if survey.areas and change.code[:SUBDISTRICT] not in survey.areas:
        yield Fault("area_unknown", code=change.code)
    for former in change.formerly:
        if len(former) != len(change.code):
            yield Fault("area_width", code=change.code, former=former)
    if change.formerly == (change.code,):
        yield Fault("former_itself", name=change.code)
