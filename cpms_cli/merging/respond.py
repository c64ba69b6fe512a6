"""What was done for the children, taken into the store: files of responses, or one that is typed in."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from cpms_cli.checking.findings import Wording
from cpms_cli.checking.mending.quarantine import free_name, unused_workbook
from cpms_cli.checking.responses import check_responses
from cpms_cli.errors import UsageError
from cpms_cli.reading.header.mapping import Mapped
from cpms_cli.reading.response_log import read_responses
from cpms_cli.reading.sheet.sheets import understand
from cpms_cli.reading.source import Files, SourceTable, file_paths, text_table
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.reading.tables import survey_table
from cpms_cli.store.access.connection import commit
from cpms_cli.store.access.write_outcome import made_beside
from cpms_cli.store.audit_log import Recorder, current_user, now
from cpms_cli.store.definitions.definition_in_use import check_is_followed, definition_to_write
from cpms_cli.store.file import open_store
from cpms_cli.store.identifier_search import identifier_meant
from cpms_cli.store.logs.response_writing import Arrival, Imported, Intake, Source, record_responses, take_in
from cpms_cli.store.tables.response_tables import create_known_children
from cpms_cli.survey.country_time import country_today
from cpms_cli.survey.language import FALLBACK
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.model.fields import ResponseRole
from cpms_cli.survey.near_words import named, near, spellings
from cpms_cli.survey.rules.response_log import response_log

TYPED_IN = "cpms response add"
"""What stands for the file's name where a response was typed in."""


@dataclass(frozen=True)
class Added:
    """A response as it was read: `batch` is its number for `undo`, None where the same was recorded before; `replaced`,
    whether it took the place of what was said of the same child, day and kind; `warnings`, in words, what somebody
    should look at."""

    identifier: str
    kind: str
    date: datetime.date
    batch: int | None
    replaced: bool
    warnings: tuple[str, ...] = ()


def import_responses(  # noqa: PLR0913 - what the command takes
    paths: Files,
    store: str | Path,
    *,
    quarantine: str | Path | None = None,
    schemas: Path | None = None,
    encoding: str | None = None,
    language: Language = FALLBACK,
    tool_version: str = "",
    who: str | None = None,
    mapping: Mapped | None = None,
    today: datetime.date | None = None,
) -> Imported:
    """Record the responses in spreadsheets (CSV or workbook; any sheet with the headers of `response.yaml`).

    Rows with errors are set aside into the workbook `quarantine`, as `merge` does; rows in = stored + unchanged + set
    aside. One transaction. Dates after `today` (by default the day on which it runs) are errors. Raises UnreadableFile,
    UsageError, DefinitionError, StoreError.
    """
    survey, store_path = definition_to_write(store, schemas), Path(store)
    files, aside = file_paths(paths), unused_workbook(quarantine)
    tables = read_responses(files, survey, encoding, mapping)
    rows = sum(len(table.rows) for table in tables)
    with made_beside(store_path) as made, open_store(store_path, survey, write=True, rows=rows) as connection:
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        intake = Intake(
            files,
            Recorder(who or current_user(), tool_version),
            lambda batch: aside or free_name(store_path, batch),
            today or country_today(),
            language,
        )
        imported = take_in(connection, survey, tables, intake)
        made.extend([imported.quarantine] if imported.quarantine else [])
        commit(connection)
    return imported


def add_response(  # noqa: PLR0913 - what the command takes
    store: str | Path,
    identifier: str,
    kind: str,
    date: str,
    *,
    by: str = "",
    outcome: str = "",
    next_date: str = "",
    worker: str = "",
    closing: str = "",
    language: Language = FALLBACK,
    schemas: Path | None = None,
    tool_version: str = "",
    who: str | None = None,
    today: datetime.date | None = None,
) -> Added:
    """Record one response, written as in a spreadsheet: dates of either era, the kind as its code or in words, as the
    reason for `closing` a case.

    The beginning of only one child's identifier will do. Raises UsageError where no child has it, for a kind that is
    none, for what a file's row would be set aside for, or for what the store's definition does not ask of a response;
    StoreError.
    """
    survey = definition_to_write(store, schemas)
    answers: dict[ResponseRole, str] = {
        "person": identifier,
        "response": kind,
        "responded": date,
        "agency": by,
        "outcome": outcome,
        "next_step": next_date,
        "worker": worker,
        "closing": closing,
    }
    _check_kind(survey, _typed_in(survey, _cells_asked(survey, answers)), kind)
    with open_store(Path(store), survey, write=True) as connection:
        check_is_followed(connection, survey)
        connection.execute("BEGIN")
        create_known_children(connection, survey)
        answers["person"] = identifier_meant(connection, survey, identifier)
        typed = TypedIn(TYPED_IN, Recorder(who or current_user(), tool_version), language, today)
        recorded = record_typed(connection, survey, [answers], typed)
        if recorded.batch is not None:
            commit(connection)
    person, what, when = (_cell(survey, recorded.table, role) for role in ("person", "response", "responded"))
    day = datetime.date.fromisoformat(when)
    return Added(person, what, day, recorded.batch, bool(recorded.replaced), recorded.warnings)


@dataclass(frozen=True)
class TypedIn:
    """How responses come that stand in no file: by which command, recorded by whom, on which day (`today` if None), and
    the language in which something is refused."""

    command: str
    recorder: Recorder
    language: Language = FALLBACK
    today: datetime.date | None = None


@dataclass(frozen=True)
class TypedRows:
    """What became of them: `batch` is None where all were recorded before, `replaced` how many took another's place."""

    table: SurveyTable
    batch: int | None
    replaced: int
    warnings: tuple[str, ...]


def record_typed(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    rows: Sequence[Mapping[ResponseRole, str]],
    typed: TypedIn,
) -> TypedRows:
    """Record responses, each by the parts of the log that it fills in (the same parts in all), as one batch of the
    caller's transaction; needs `known_child`.

    Raises UsageError for what a file's row would be set aside for: then nothing is recorded.
    """
    table = _typed_in(survey, *(_cells_asked(survey, row) for row in rows))
    findings = check_responses(connection, survey, [table], typed.today or country_today())
    worded = Wording(response_log(survey), typed.language).put_into_words(findings)
    errors = worded[worded["severity"] == "error"]
    if len(errors):
        raise UsageError("response_refused", message=errors.iloc[0]["message"], mend=errors.iloc[0]["mend"])
    # With the time: what is typed in once more is said anew, unlike a file that is read once more.
    parts = [typed.command, now().isoformat(), *(text for row in rows for text in row.values())]
    source = Source(typed.command, hashlib.sha256("\x1f".join(parts).encode()).hexdigest())
    recorded = record_responses(connection, survey, [table], findings, Arrival([source], [0], typed.recorder))
    counts = recorded.files.iloc[0]
    batch = int(counts["batch_id"]) if counts["stored"] else None
    return TypedRows(table, batch, int(counts["replaced"]), tuple(worded["message"] + "; " + worded["mend"]))


def _cells_asked(survey: Survey, answers: Mapping[ResponseRole, str]) -> dict[str, str]:
    """The answers by the names of the log's fields; what the definition does not ask must not be answered."""
    cells = {}
    for role, text in answers.items():
        field = survey.response_field(role)
        if field is not None:
            cells[field.name] = text
        elif text:
            raise UsageError("response_not_asked", text=text)
    return cells


def _typed_in(survey: Survey, *rows: Mapping[str, str]) -> SurveyTable:
    """Rows with the same cells as if they stood in a file."""
    header = tuple(rows[0])
    columns = [pa.array([row[name].strip() or None for row in rows], pa.string()) for name in header]
    numbers = np.arange(2, 2 + len(rows), dtype=np.int64)
    source = SourceTable(Path(TYPED_IN), None, header, 1, text_table(header, columns), numbers)
    log = response_log(survey)
    return survey_table(log, understand(log, source))


def _cell(survey: Survey, table: SurveyTable, role: ResponseRole) -> str:
    return str(table.cells(survey.response_role(role).name)[0].as_py())


def _check_kind(survey: Survey, table: SurveyTable, kind: str) -> None:
    field = survey.response_role("response")
    codes = survey.codes(field)
    known = codes.by_code if codes else {}
    if _cell(survey, table, "response") not in known:
        labels = {code.code: code.label for code in known.values()}
        alike = named(labels, near(kind, {name: spellings(name, label) for name, label in labels.items()}))
        if alike:
            raise UsageError("unknown_response_kind_near", kind=kind, near=alike)
        raise UsageError("unknown_response_kind", kind=kind, known=named(labels))
