"""Files of the response log to tables, by the same reading as the survey's own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa

from cpms_cli.errors import UnreadableFile
from cpms_cli.reading.book.bundle import is_bundle
from cpms_cli.reading.header.mapping import Mapped, check_headers_present
from cpms_cli.reading.maps.map_loading import load_map
from cpms_cli.reading.sheet.sheets import understand
from cpms_cli.reading.sheet.unread import list_headers
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.reading.tables import is_log, read_sources, survey_table
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.response_log import response_log


def logs_among(paths: Iterable[Path], survey: Survey, encoding: str | None = None) -> list[Path]:
    """Return which of these files are logs of responses, as today's list filled in, and nothing of the survey."""
    log = response_log(survey)
    logs = []
    for path in paths:
        try:
            sources = [] if is_bundle(path) else read_sources(path, log, encoding, None)
            tables = [survey_table(log, understand(log, source)) for source in sources]
        except UnreadableFile:
            continue
        if tables and all(set(survey.response.primaryKey) <= set(table.columns) for table in tables):
            logs.append(path)
    return logs


def read_responses(
    paths: Iterable[Path], survey: Survey, encoding: str | None = None, mapping: Mapped | None = None
) -> tuple[SurveyTable, ...]:
    """The response logs in these files: any sheet that has the log's headers, whatever else the workbook holds.

    A row that names a child and says nothing of what was done is a line of a list of visits that nobody has filled in,
    and is left out. Of a bundle, the log in it. Raises as `reading.tables.read_files` does.
    """
    log = response_log(survey)
    chosen = load_map(mapping, log)
    sources = [
        source
        for path in paths
        for source in read_sources(path, log, encoding, chosen)
        if not is_bundle(path) or is_log(survey, source)
    ]
    if chosen:
        check_headers_present(chosen, sources)
    beside = list_headers(survey)
    tables = [survey_table(log, sheet) for sheet in (understand(log, source, chosen, beside) for source in sources)]
    return tuple(_filled_in(survey, table) for table in tables)


def _filled_in(survey: Survey, table: SurveyTable) -> SurveyTable:
    person = survey.response_role("person").name
    answered = np.zeros(len(table.rows), dtype=bool)
    for name, column in table.columns.items():
        answered |= (column.codes >= 0) & (name != person)
    if answered.all():
        return table
    source = dataclasses.replace(
        table.source, data=table.source.data.filter(pa.array(answered)), rows=table.source.rows[answered]
    )
    columns = {
        name: dataclasses.replace(column, codes=column.codes[answered]) for name, column in table.columns.items()
    }
    return dataclasses.replace(table, source=source, columns=columns)
