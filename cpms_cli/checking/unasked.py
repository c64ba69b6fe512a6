"""Answers in rows of rounds that did not ask the question: they are not stored, and that is told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from cpms_cli.checking.values.columns import ColumnFault, TableFault
from cpms_cli.reading.survey_table import SurveyTable, UnaskedAnswers
from cpms_cli.survey.era import shown_year
from cpms_cli.survey.messages import say
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.fields import NOT_ASKED

CHECK = "not_asked_in_round"


def unasked_cells(table: SurveyTable) -> Mapping[str, npt.NDArray[np.int64]]:
    """Positions, by field, of the cells that are left blank, since their round did not ask the question."""
    positions: dict[str, npt.NDArray[np.int64]] = {}
    for unasked in table.unasked:
        name = unasked.column.field.name
        known = positions.get(name, unasked.positions)
        positions[name] = np.union1d(known, unasked.positions)
    return positions


def asked_alone(table: SurveyTable, faults: Sequence[ColumnFault]) -> list[ColumnFault]:
    """The faults in the columns of a table, without those of cells that are not stored whatever stands there."""
    cells = unasked_cells(table)
    if not cells:
        return list(faults)
    kept = [
        fault if fault.field not in cells else _without(fault, np.isin(fault.positions, cells[fault.field]))
        for fault in faults
    ]
    return [fault for fault in kept if len(fault.positions)]


def _without(fault: ColumnFault, left_out: npt.NDArray[np.bool_]) -> ColumnFault:
    values = fault.values and tuple(value for value, out in zip(fault.values, left_out, strict=True) if not out)
    return replace(fault, positions=fault.positions[~left_out], values=values)


def unasked_faults(tables: Sequence[SurveyTable]) -> Iterator[TableFault]:
    """Yield for each column and each round that did not ask its question how many answers stand there."""
    for source, _, unasked, count in _answers(tables):
        figures = json.dumps({"count": count, "round": unasked.round})
        yield TableFault(CHECK, unasked.column.field.name, source, figures)


def holds_unasked(tables: Sequence[SurveyTable]) -> bool:
    """Whether any answer is not stored because its round did not ask the question."""
    return any(True for _ in _answers(tables))


def _answers(tables: Sequence[SurveyTable]) -> Iterator[tuple[int, SurveyTable, UnaskedAnswers, int]]:
    """Each column that has such answers, once for each sheet, with their number; to say "not asked" is none."""
    seen = set[tuple[object, ...]]()
    for source, table in enumerate(tables):
        for unasked in table.unasked:
            column = unasked.column
            values = column.values.take(column.codes[unasked.positions])
            count = int(pc.sum(pc.not_equal(values, NOT_ASKED)).as_py() or 0)
            # Where the children of a home stand side by side, tables of one sheet share the columns of the home.
            place = (table.sheet_key, column.index, column.header, unasked.round)
            if count and place not in seen:
                seen.add(place)
                yield source, table, unasked, count


def unasked_records(tables: Sequence[SurveyTable]) -> list[dict[str, Any]]:
    """Every column with answers that are not stored because their round did not ask the question, for scripts."""
    return [
        {
            "file": table.source.path.name,
            "sheet": table.source.sheet,
            "header": unasked.column.header,
            "column": unasked.column.letter,
            "field": unasked.column.field.name,
            "round": unasked.round,
            "answers": count,
        }
        for _, table, unasked, count in _answers(tables)
    ]


def unasked_lines(survey: Survey, tables: Sequence[SurveyTable], language: Language) -> Iterable[str]:
    """What is told at the end: each such column, how many answers are not stored, and what can be done."""
    for _, table, unasked, count in _answers(tables):
        field = unasked.column.field
        yield say(
            "answers_not_asked",
            language,
            file=table.source.path.name,
            sheet=table.source.sheet or "",
            header=unasked.column.header.strip(),
            count=count,
            label=field.label.in_(language),
            round=shown_year(unasked.round, language),
            mend=survey.column_checks[CHECK].mend.in_(language),
        )
