"""Rows of the response log into the store; all inside the caller's transaction."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from cpms_cli.checking.columns_not_read import left_open
from cpms_cli.checking.mending.quarantine import SetAside, write_quarantine
from cpms_cli.checking.responses import check_responses
from cpms_cli.reading.source import file_digest
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.store.audit_log import Recorder
from cpms_cli.store.history import add_batches, next_batch
from cpms_cli.store.rows_as_read.column_lineage import stored_answers
from cpms_cli.store.tables.response_tables import RESPONSE, create_known_children
from cpms_cli.store.tables.row_tables import content_of
from cpms_cli.survey.model.definition import Language, Survey
from cpms_cli.survey.rules.response_log import response_log


@dataclass(frozen=True)
class Source:
    """A file of responses, or one response that was typed in: what it is called, and the SHA-256 of its content."""

    name: str
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Source:
        """A file."""
        return cls(path.name, file_digest(path))


@dataclass(frozen=True)
class Imported:
    """What became of the rows of files of responses.

    `files` has a row per file: file, batch_id, rows_in, stored, replaced (of the stored), unchanged, quarantined;
    `findings` is as `checking.findings` describes; `quarantine` the workbook of the rows set aside.
    """

    files: pd.DataFrame
    findings: pd.DataFrame
    tables: tuple[SurveyTable, ...]
    quarantine: Path | None

    def total(self, column: str) -> int:
        """The sum of one count over all files."""
        return int(self.files[column].sum())

    @property
    def exit_code(self) -> int:
        """0: all is in the store; 1: rows were set aside, or a column was not read on which no map decides."""
        return 1 if self.total("quarantined") or left_open(self.tables) else 0


@dataclass(frozen=True)
class Recorded:
    """`files` has a row per source: file, batch_id, rows_in, stored, replaced (of the stored, those that took another's
    place), unchanged, quarantined; `rejected` the rows with errors (`source`, `row`, `silent`)."""

    files: pd.DataFrame
    rejected: pd.DataFrame


@dataclass(frozen=True)
class Intake:
    """Files of responses that are taken in, by whom and on which day; after it no response can have been.

    `aside` gives the name of the workbook of the rows that are set aside, by the number of the first batch.
    """

    files: Sequence[Path]
    recorder: Recorder
    aside: Callable[[int], Path]
    today: datetime.date
    language: Language


@dataclass(frozen=True)
class Arrival:
    """What tables of responses come from: each source is a batch, `of_table` says which one each table is of."""

    sources: Sequence[Source]
    of_table: Sequence[int]
    recorder: Recorder


def take_in(
    connection: duckdb.DuckDBPyConnection, survey: Survey, tables: tuple[SurveyTable, ...], intake: Intake
) -> Imported:
    """Check the tables of some files of responses, store what can be stored, and set the rest aside."""
    create_known_children(connection, survey)
    findings = check_responses(connection, survey, tables, intake.today)
    of_table = [intake.files.index(table.source.path) for table in tables]
    arrival = Arrival([Source.of(path) for path in intake.files], of_table, intake.recorder)
    recorded = record_responses(connection, survey, tables, findings, arrival)
    workbook = None
    if len(recorded.rejected):
        place = intake.aside(int(recorded.files["batch_id"].iloc[0]))
        aside = SetAside(recorded.rejected, findings)
        workbook = write_quarantine(place, response_log(survey), tables, aside, intake.language)
    return Imported(recorded.files, findings, tables, workbook)


def record_responses(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    tables: Sequence[SurveyTable],
    findings: pd.DataFrame,
    arrival: Arrival,
) -> Recorded:
    """Store what `checking.responses.check_responses` has staged of `tables`, the rows with errors left out.

    A row that says the same as before changes nothing; one that says something else of the same child, day and kind
    takes the place of what was said.
    """
    first, recorder = next_batch(connection), arrival.recorder
    _arrive(connection, tables, arrival, first)
    rejected = _reject(connection, survey, findings)
    _write(connection, survey)
    counts = _counts(connection, survey, arrival.sources, first)
    add_batches(
        connection,
        {
            **{name: counts[name].tolist() for name in ("batch_id", "file", "rows_in")},
            **{f"rows_{name}": counts[name].tolist() for name in ("stored", "unchanged", "quarantined")},
            "sha256": [source.sha256 for source in arrival.sources],
        },
        replace(recorder, merge_id=first) if recorder.merge_id is None else recorder,
        survey.digest,
        RESPONSE,
    )
    return Recorded(counts, rejected)


def _arrive(connection: duckdb.DuckDBPyConnection, tables: Sequence[SurveyTable], arrival: Arrival, first: int) -> None:
    """Create `response_arrival`: of each table its batch, its sheet, and whether its source was recorded before."""
    rows = connection.execute("SELECT sha256 FROM batch WHERE kind = ?", [RESPONSE]).fetchall()
    seen = {str(row[0]) for row in rows}
    arrivals = pa.table(
        {
            "_source": pa.array(range(len(tables)), pa.int64()),
            "batch_id": pa.array([first + position for position in arrival.of_table], pa.int64()),
            "sheet": pa.array([table.source.sheet for table in tables], pa.string()),
            "known": pa.array([arrival.sources[position].sha256 in seen for position in arrival.of_table], pa.bool_()),
        }
    )
    connection.register("response_arrival_frame", arrivals)
    connection.execute("CREATE OR REPLACE TEMP TABLE response_arrival AS FROM response_arrival_frame")
    connection.unregister("response_arrival_frame")


def _reject(connection: duckdb.DuckDBPyConnection, survey: Survey, findings: pd.DataFrame) -> pd.DataFrame:
    """Create `rejected_response` (`_source`, `_row`), the records with errors."""
    errors = findings.loc[findings["severity"] == "error", ["source", "row"]].dropna()
    connection.register("response_error", errors.astype({"source": "int64", "row": "int64"}))
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE rejected_response AS
        SELECT DISTINCT _source, _row
        FROM staged_response
        JOIN response_error ON _source = source AND _row = row""")
    connection.unregister("response_error")
    rejected = connection.execute("SELECT _source AS source, _row AS row FROM rejected_response ORDER BY ALL").df()
    return rejected.assign(silent=False)


def _write(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Insert what is new or changed, mark what it takes the place of, and create `written_response`.

    A file that was recorded before says nothing anew where a later one corrected it; but what was set aside then, and
    can be stored now, is stored.
    """
    asked, key = [field.name for field in survey.response.fields], survey.response.primaryKey
    stored = stored_answers(connection)["response"]
    # What the definition does not ask any more stays as it is stored.
    kept = "".join(f", o.{name}" for name in stored if name not in asked)
    same = " AND ".join(f"n.{name} = o.{name}" for name in key)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE written_response AS
        WITH accepted AS (
            SELECT n.*, a.batch_id, a.sheet, a.known
            FROM staged_response n
            JOIN response_arrival a USING (_source)
            ANTI JOIN rejected_response USING (_source, _row)
            QUALIFY row_number() OVER (
                PARTITION BY {", ".join(f"n.{name}" for name in key)}
                ORDER BY _source, _row
            ) = 1
        ), filled AS (
            SELECT n.*{kept}, o.content AS content_stored
            FROM accepted n
            LEFT JOIN (SELECT * FROM response WHERE superseded_by IS NULL) o ON {same}
        ), judged AS (
            SELECT n.*, {content_of(stored)} AS content
            FROM filled n
        )
        SELECT n.* EXCLUDE (content_stored), content_stored IS NOT NULL AS replaces
        FROM judged n
        WHERE content_stored IS DISTINCT FROM n.content
        AND NOT (n.known AND EXISTS (SELECT 1 FROM response o WHERE {same} AND o.content = n.content));

        UPDATE response o
        SET superseded_by = n.batch_id
        FROM written_response n
        WHERE o.superseded_by IS NULL AND {same};

        INSERT INTO response BY NAME
        SELECT {", ".join(stored)}, content, batch_id, sheet, _row AS row_number
        FROM written_response""")


def _counts(
    connection: duckdb.DuckDBPyConnection, survey: Survey, sources: Sequence[Source], first: int
) -> pd.DataFrame:
    matched = (
        connection.execute("""
            SELECT
                a.batch_id::INTEGER AS batch_id,
                count(*) AS rows_in,
                count(r._row) AS quarantined,
                count(w._row) AS stored,
                count(w._row) FILTER (replaces) AS replaced
            FROM staged_response
            JOIN response_arrival a USING (_source)
            LEFT JOIN rejected_response r USING (_source, _row)
            LEFT JOIN (SELECT _source, _row, replaces FROM written_response) w USING (_source, _row)
            GROUP BY 1""")
        .df()
        .set_index("batch_id")
    )
    counts = matched.reindex(range(first, first + len(sources)), fill_value=0).astype("int64")
    counts["unchanged"] = counts["rows_in"] - counts["stored"] - counts["quarantined"]
    counts.insert(0, "file", [source.name for source in sources])
    return counts.rename_axis("batch_id").reset_index()
