"""A column that nobody filled in is told once for its file, and not on each row for which something follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from cpms_cli.checking.rows.earlier_rounds import AbsenceFault
from cpms_cli.checking.rows.row_rules import RuleFault
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.survey.model.definition import Check, Survey


def fold_into_columns(
    survey: Survey, tables: Sequence[SurveyTable], faults: Iterable[RuleFault]
) -> Iterator[RuleFault | AbsenceFault]:
    """The faults, without those that follow from a column that a file of children lacks or leaves blank throughout.

    In their place stands one fault for each such file, the check that the rule names as its `whole_column`.
    """
    lacking = {
        check.id: [source for source in _first_tables(tables) if _lacks(survey, tables, source, check)]
        for check in survey.checks
        if check.whole_column
    }
    for check in survey.checks:
        for source in lacking.get(check.id, ()):
            yield AbsenceFault(check.whole_column or check.id, check.fields[0], source, (None,))
    for fault in faults:
        files = {tables[source].source.path for source in lacking.get(fault.check, ())}
        if not files:
            yield fault
            continue
        kept = np.array([tables[source].source.path not in files for source in fault.sources], dtype=bool)
        if kept.any():
            yield RuleFault(fault.check, fault.fields, fault.sources[kept], fault.rows[kept])


def _first_tables(tables: Sequence[SurveyTable]) -> list[int]:
    """Of each file that has children, its first table of children."""
    files: dict[Path, int] = {}
    for source, table in enumerate(tables):
        if table.table == "child" and table.filled.any():
            files.setdefault(table.source.path, source)
    return list(files.values())


def _lacks(survey: Survey, tables: Sequence[SurveyTable], source: int, check: Check) -> bool:
    """Whether no row that speaks of this file's children has an answer to any of the check's questions."""
    path = tables[source].source.path
    return not any(
        _answered(table, name)
        for name in check.fields
        for table in tables
        # The households of a file's children may stand in another file.
        if table.source.path == path or (name in _of_homes(survey) and table.table == "household")
    )


def _of_homes(survey: Survey) -> set[str]:
    return {field.name for field in survey.household.fields} - set(survey.child.shared)


def _answered(table: SurveyTable, name: str) -> bool:
    return name in table.given or (name in table.columns and bool((table.columns[name].codes >= 0).any()))
