"""The rounds in a sheet's own column, held against the round that the sheet's name says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cpms_cli.reading.layout.sheet_names import named_round
from cpms_cli.reading.source import CellFault, SourceTable
from cpms_cli.reading.survey_table import Column
from cpms_cli.survey.model.definition import Survey


def round_faults(survey: Survey, source: SourceTable, columns: Mapping[str, Column]) -> Iterator[CellFault]:
    """A fault for each round in the sheet's column that its name does not say, where it stands first."""
    named, column = named_round(source), columns.get(survey.role("round").name)
    if named is None or column is None or column.index < 0:
        return
    others = [code for code, value in enumerate(column.values.to_pylist()) if value not in (None, str(named))]
    for code in others:
        rows = source.rows[column.codes == code]
        if len(rows):
            yield CellFault("sheet_round", int(rows[0]), column.index, column.texts[code].as_py(), open=True)
