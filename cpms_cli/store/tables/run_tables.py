"""What the store remembers of scoring: with which definition, over which data.

- `definition`: every definition that was merged or scored with, its files packed (`survey.opening.packed_definition`);
- `score_run`: each scoring: when, by whom, with which definition, the last batch it saw, and what came out, as counts
  of children by round and level (no child is in it).

Both are logs of what was done: an undo leaves them as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from cpms_cli.errors import UsageError
from cpms_cli.store.audit_log import Recorder, now
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.opening.packed_definition import packed_definition, unpacked_definition

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class RunRecord:
    """One scoring as it was recorded; `counts` are children by round and by level."""

    run: int
    definition: str
    last_batch: int
    counts: Counts
    tool_version: str


RUN_STATEMENTS = """
    CREATE TABLE IF NOT EXISTS definition (digest VARCHAR PRIMARY KEY, files BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS score_run (
        run INTEGER PRIMARY KEY, scored_at TIMESTAMP NOT NULL, scored_by VARCHAR NOT NULL,
        tool_version VARCHAR NOT NULL, definition VARCHAR NOT NULL, last_batch INTEGER NOT NULL,
        children BIGINT NOT NULL, counts VARCHAR NOT NULL
    );
"""
"""The statements that make the tables where they are missing."""


def keep_definition(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Keep the definition in use, if the store has it not yet."""
    known = connection.execute("SELECT 1 FROM definition WHERE digest = ?", [survey.digest]).fetchone()
    files = None if known else packed_definition(survey)
    if files is not None:
        connection.execute("INSERT INTO definition VALUES (?, ?)", [survey.digest, files])


def kept_definition(connection: duckdb.DuckDBPyConnection, digest: str) -> Survey:
    """Return the definition of this digest, as it was kept.

    Raises UsageError where it was not kept, DefinitionError where that is damaged.
    """
    row = connection.execute("SELECT files FROM definition WHERE digest = ?", [digest]).fetchone()
    if row is None:
        raise UsageError("definition_not_kept", digest=digest[:12])
    return unpacked_definition(row[0], digest)


def last_batch(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the last batch in the store; 0 where there is none."""
    row = connection.execute("SELECT coalesce(max(batch_id), 0) FROM batch").fetchone()
    return int(row[0]) if row else 0


def record_run(
    connection: duckdb.DuckDBPyConnection, survey: Survey, seen: int, counts: Counts, recorder: Recorder
) -> int:
    """Write a scoring down, of what stood in the store up to the batch `seen`; its number."""
    children = sum(sum(levels.values()) for levels in counts.values())
    values = [now(), recorder.who, recorder.tool_version, survey.digest, seen, children, json.dumps(counts)]
    row = connection.execute(
        "INSERT INTO score_run SELECT coalesce(max(run), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM score_run RETURNING run",
        values,
    ).fetchone()
    assert row
    return int(row[0])


def recorded_run(connection: duckdb.DuckDBPyConnection, run: int) -> tuple[RunRecord, Survey]:
    """A scoring as recorded, and the definition it was made with.

    Raises UsageError where there is no such run or its definition was not kept, DefinitionError where that is damaged.
    """
    row = connection.execute(
        """
        SELECT run, definition, last_batch, counts, tool_version, files
        FROM score_run
        LEFT JOIN definition ON digest = definition
        WHERE run = ?""",
        [run],
    ).fetchone()
    if row is None:
        raise UsageError("unknown_run", run=run)
    *values, files = row
    record = RunRecord(int(values[0]), str(values[1]), int(values[2]), json.loads(values[3]), str(values[4]))
    if files is None:
        raise UsageError("run_without_definition", run=run, digest=record.definition[:12])
    return record, unpacked_definition(files, record.definition)
