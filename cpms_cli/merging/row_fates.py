"""What becomes of each row of the files that are merged: batches, rows set aside, rows stored, and how many of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from cpms_cli.checking.rows.repeated import REPEATED
from cpms_cli.reading.source import file_digest
from cpms_cli.reading.survey_table import SurveyTable
from cpms_cli.store.access.birth import is_unborn
from cpms_cli.store.definitions.asked_later import asked_later
from cpms_cli.store.file import open_store
from cpms_cli.store.history import next_batch
from cpms_cli.store.rows.row_writing import refusals
from cpms_cli.store.tables.response_tables import SURVEY
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import quoted

_COUNTED = ("rows_in", "stored", "quarantined", "no_consent", "repeated")
COUNTED = ("rows_in", "stored", "unchanged", "quarantined", "no_consent", "repeated")
"""What is counted of the rows of a file."""


@dataclass(frozen=True)
class Arrivals:
    """The files of a merge as they arrive: the number of its first batch, which tables (`_source`) are of files that
    were merged before, to the byte, and the digest of each file.

    `new_answers`: of tables of such files the questions that the store did not keep when they were merged; these alone
    are taken from them, and all else stays as later files corrected it.
    """

    first_batch: int
    known: tuple[int, ...]
    digests: Mapping[Path, str]
    new_answers: Mapping[int, frozenset[str]]


def note_arrivals(
    connection: duckdb.DuckDBPyConnection, survey: Survey, tables: tuple[SurveyTable, ...], files: list[Path]
) -> Arrivals:
    """Create `arrival`, which says of each table its batch and whether its file was merged before."""
    first = next_batch(connection)
    digests = {path: file_digest(path) for path in files}
    seen = _merged_before(connection)
    merged_in = [seen.get(digests[table.source.path]) for table in tables]
    later = asked_later(connection, survey, {batch for batch in merged_in if batch is not None})
    new_answers = {
        source: _asked_since(connection, table, batch, later.get(batch, frozenset()))
        for source, (table, batch) in enumerate(zip(tables, merged_in, strict=True))
        if batch is not None
    }
    known = [source in new_answers and not new_answers[source] for source in range(len(tables))]
    arrival = pa.table(
        {
            "_source": pa.array(range(len(tables)), pa.int64()),
            "batch_id": pa.array([first + files.index(table.source.path) for table in tables], pa.int64()),
            "sheet": pa.array([table.source.sheet for table in tables], pa.string()),
            "known": pa.array(known, pa.bool_()),
        }
    )
    connection.register("arrival_frame", arrival)
    connection.execute("CREATE OR REPLACE TEMP TABLE arrival AS FROM arrival_frame")
    connection.unregister("arrival_frame")
    passed = tuple(source for source, is_known in enumerate(known) if is_known)
    return Arrivals(first, passed, digests, {source: names for source, names in new_answers.items() if names})


def _merged_before(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The digests of the files that were merged, each with its last batch."""
    query = f"SELECT sha256, max(batch_id) FROM batch WHERE kind = {quoted(SURVEY)} GROUP BY ALL"
    return {str(digest): int(batch) for digest, batch in connection.execute(query).fetchall()}


def merged_for_good(store: Path, survey: Survey) -> set[str]:
    """Return the digests of the files that a store has, and that bring nothing new to it: no question was added since,
    in no round.

    There may be no store yet. Raises StoreError, KeyMissing.
    """
    if is_unborn(store):
        return set()
    with open_store(store, survey) as connection:
        seen = _merged_before(connection)
        last = connection.execute("""
            SELECT max(after_batch)
            FROM adoption
            SEMI JOIN (FROM adopted_question WHERE added) USING (adoption)""").fetchone()
        added = int(last[0]) if last and last[0] is not None else 0
        since = {digest: batch for digest, batch in seen.items() if batch > added}
        later = asked_later(connection, survey, since.values())
        return {digest for digest, batch in since.items() if not later.get(batch)}


def _asked_since(
    connection: duckdb.DuckDBPyConnection, table: SurveyTable, batch: int, later: frozenset[str]
) -> frozenset[str]:
    """The questions with answers in a table that the store keeps only since a batch, or of its rounds only since
    (`later`)."""
    rows = connection.execute(
        """
        SELECT name
        FROM adopted_question
        JOIN adoption USING (adoption)
        WHERE added AND after_batch >= ?""",
        [batch],
    ).fetchall()
    added = {str(name) for (name,) in rows} | later
    return frozenset(name for name in added & set(table.columns) if (table.columns[name].codes >= 0).any())


def set_rows_aside(connection: duckdb.DuckDBPyConnection, survey: Survey, findings: pd.DataFrame) -> pd.DataFrame:
    """Create `rejected`, the rows with errors; of a family that did not consent only errors in the key count.

    `silent` marks the rows of such families, of which nothing but the key may be written anywhere; `of_home` rows in
    which not only a child's answers are wrong. Returns source, row and silent.
    """
    errors = findings.loc[findings["severity"] == "error", ["source", "row", "field"]]
    rows = {
        "source": pa.array(errors["source"].to_numpy("int64")),
        "row": pa.array(errors["row"].array, pa.int64(), from_pandas=True),
        "field": pa.array(errors["field"].astype("str"), pa.string(), from_pandas=True),
    }
    connection.register("row_error", pa.table(rows))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE rejected AS {_rejected_rows(survey)}")
    connection.unregister("row_error")
    return connection.execute("SELECT _source AS source, _row AS row, silent FROM rejected ORDER BY ALL").df()


def _rejected_rows(survey: Survey) -> str:
    home = ", ".join(survey.key("household"))
    keys = ", ".join(quoted(name) for name in survey.key("child"))
    own = ", ".join(quoted(field.name) for field in survey.child.fields)
    # What is wrong above or below the records (`record_row`) is told, and is no row to be set aside.
    return f"""
        WITH record_row AS (
            SELECT _source, _row, {home} FROM staged_child
            UNION ALL
            SELECT _source, _row, {home} FROM staged_household
        ),
        unwilling_row AS (
            SELECT DISTINCT _source, _row
            FROM record_row
            SEMI JOIN unwilling USING ({home})
        )
        SELECT
            f.source::INTEGER AS _source,
            f.row::BIGINT AS _row,
            bool_or(u._row IS NOT NULL) AS silent,
            bool_or(field NOT IN ({own})) AS of_home
        FROM row_error f
        SEMI JOIN record_row r ON r._source = f.source AND r._row = f.row
        LEFT JOIN unwilling_row u ON u._source = f.source AND u._row = f.row
        WHERE field IN ({keys}) OR u._row IS NULL
        GROUP BY ALL"""


def count_rows(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    tables: tuple[SurveyTable, ...],
    files: list[Path],
    known: tuple[int, ...],
) -> pd.DataFrame:
    """Count rows by fate for each file; a row of a flat sheet is stored when its child or its household is.

    Returns file, rows_in, stored, unchanged, quarantined, no_consent, repeated and known, a row per file. Creates
    `silent_row`: the rows of which nothing but the key is stored, with their household's key.
    """
    connection.execute(_silent_rows(survey, connection.execute("FROM unwilling LIMIT 1").fetchone() is not None))
    of_table = {row[0]: row[1:] for row in connection.execute(_fates(survey)).fetchall()}
    counts = {path: dict.fromkeys(_COUNTED, 0) for path in files}
    for source, table in enumerate(tables):
        for name, count in zip(_COUNTED, of_table.get(source, ()), strict=False):
            counts[table.source.path][name] += count
    merged_before = {tables[source].source.path for source in known}
    rows = [
        {
            "file": path.name,
            "rows_in": count["rows_in"],
            "stored": count["stored"],
            "unchanged": count["rows_in"] - count["stored"] - count["quarantined"],
            "quarantined": count["quarantined"],
            "no_consent": count["no_consent"],
            "repeated": count["repeated"],
            "known": path in merged_before,
        }
        for path, count in counts.items()
    ]
    return pd.DataFrame(rows)


def _rows_read(survey: Survey) -> str:
    home = ", ".join(survey.key("household"))
    return f"""
        SELECT _source, _row, {home} FROM staged_child
        UNION ALL
        SELECT _source, _row, {home} FROM staged_household WHERE _differ IS NULL"""


def _silent_rows(survey: Survey, any_unwilling: bool) -> str:
    """Return the statement that creates `silent_row`."""
    home = ", ".join(survey.key("household"))
    if not any_unwilling:
        return f"CREATE OR REPLACE TEMP TABLE silent_row AS FROM ({_rows_read(survey)}) LIMIT 0"
    # What a file merged before says may have been taken back since.
    return f"""
        CREATE OR REPLACE TEMP TABLE silent_row AS
        SELECT *
        FROM ({_rows_read(survey)})
        SEMI JOIN unwilling USING ({home})
        ANTI JOIN rejected USING (_source, _row)
        WHERE _source NOT IN (SELECT _source FROM arrival WHERE known) OR ({home}) IN ({refusals(survey)})"""


def _fates(survey: Survey) -> str:
    """Return the statement that counts the rows of each table (`_source`) by fate."""
    home = ", ".join(survey.key("household"))
    return f"""
        WITH row_read AS (
            SELECT _source, _row FROM ({_rows_read(survey)})
            UNION ALL
            FROM {REPEATED}
        ),
        row_written AS (
            SELECT _source, _row
            FROM written
            WHERE of_table = 'child'
            UNION
            SELECT _source, _row
            FROM written
            JOIN staged_household h USING (_source, _row)
            WHERE of_table = 'household' AND h._differ IS NULL
            UNION
            SELECT c._source, c._row
            FROM staged_child c
            JOIN staged_household h USING (_source, {home})
            JOIN written w ON w.of_table = 'household' AND w._source = h._source AND w._row = h._row
        )
        SELECT
            _source,
            count(*) AS rows_in,
            count(w._row) FILTER (r._row IS NULL) AS stored,
            count(r._row) AS quarantined,
            count(s._row) AS no_consent,
            count(a._row) AS repeated
        FROM row_read
        LEFT JOIN rejected r USING (_source, _row)
        LEFT JOIN row_written w USING (_source, _row)
        LEFT JOIN silent_row s USING (_source, _row)
        LEFT JOIN {REPEATED} a USING (_source, _row)
        GROUP BY _source"""


def count_families(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return how many families did not consent (`no_consent`), and of how many rows disagree whether they did
    (`disputed`)."""
    counted = connection.execute("""
        SELECT
            (SELECT count(*) FROM (SELECT DISTINCT * EXCLUDE (_source, _row) FROM silent_row)),
            (SELECT count(*) FROM disputed_consent)""").fetchone()
    return dict(zip(("no_consent", "disputed"), map(int, counted or (0, 0)), strict=True))


def batches_of(counts: pd.DataFrame, files: list[Path], arrivals: Arrivals) -> dict[str, list[object]]:
    """Return a batch for each file, with its counts, as `add_batches` takes them."""
    first = arrivals.first_batch
    return {
        **{name: counts[name].tolist() for name in ("file", "rows_in")},
        **{f"rows_{name}": counts[name].tolist() for name in ("stored", "unchanged", "quarantined")},
        "batch_id": list(range(first, first + len(files))),
        "sha256": [arrivals.digests[path] for path in files],
    }
