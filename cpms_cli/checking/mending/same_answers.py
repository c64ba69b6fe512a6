"""A mended workbook is read once more before it is written: every answer must be the one that it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cpms_cli.checking.mending.annotation_sheets import Job
from cpms_cli.errors import UsageError
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.reading.tables import read


def check_same_answers(job: Job, content: bytes, target: Path) -> None:
    """Read the mended workbook before it is written; raises UsageError where an answer is read as another one."""
    given = job.validation.tables[0].given.get(job.survey.role("round").name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / target.name
        path.write_bytes(content)
        read_again = read(path, job.survey, int(given) if given else None)
    again: dict[str | None, list[SurveyTable]] = {}
    for table in read_again:
        again.setdefault(table.source.sheet, []).append(table)
    for index, table in enumerate(job.validation.tables):
        others = again.get(job.names[index])
        difference = _first_difference(table, others.pop(0)) if others else job.names[index]
        if difference:
            raise UsageError("fix_reads_else", file=target.name, place=difference)


def _first_difference(table: SurveyTable, other: SurveyTable) -> str | None:
    kept, read_rows = (answers.rows[answers.filled] for answers in (table, other))
    if not np.array_equal(kept, read_rows):
        return table.source.sheet or table.source.path.name
    for name, column in table.columns.items():
        # Two ways of writing are one value: the dictionary may hold it twice, which pandas takes for no category.
        before, after = (
            pd.Series(pc.cast(answers.cells(name), pa.string()), dtype="str")[answers.filled].reset_index(drop=True)
            for answers in (table, other)
        )
        differ = (before != after) & ~(before.isna() & after.isna())
        if differ.any():
            return f"{column.letter}{kept[int(differ.to_numpy().argmax())]}"
    return None
