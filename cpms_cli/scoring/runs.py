"""Scores that leave a trace: each scoring is recorded in the store, and can be made again as it was."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.errors import CpmsError, StoreError
from cpms_cli.scoring.compiler.indicator_sql import score_sql
from cpms_cli.scoring.scores import batch_columns, carried_columns, create_scores, scores_of
from cpms_cli.store.access.connection import commit
from cpms_cli.store.access.holding import hold_store
from cpms_cli.store.audit_log import Recorder, current_user
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.store.rows_as_read.column_lineage import trace_columns
from cpms_cli.store.rows_as_read.current_rows import rows_as_read, unasked_in_store
from cpms_cli.store.tables.run_tables import Counts, RunRecord, keep_definition, last_batch, record_run, recorded_run
from cpms_cli.store.tables.store_tables import TABLES
from cpms_cli.survey.model.definition import Survey
from cpms_cli.survey.rules.typed_answers import RecordColumns, typed_record


@dataclass(frozen=True)
class Scored:
    """Scores as `score` gives them, and the number under which the scoring was recorded; where it could not be, why."""

    scores: pd.DataFrame
    run: int | None
    unrecorded: CpmsError | None


@dataclass(frozen=True)
class ScoredAgain:
    """The scores of an earlier run, made again with its definition from the data up to its last batch.

    `differences` has a row for each round and level of which there are not as many children as there were: round,
    level, then, now. Children forgotten, consent withdrawn and batches undone since are in no state of the store.
    """

    record: RunRecord
    survey: Survey
    scores: pd.DataFrame
    differences: pd.DataFrame


def score_and_record(
    store: str | Path,
    survey: Survey | None = None,
    *,
    schemas: Path | None = None,
    tool_version: str = "",
    who: str | None = None,
) -> Scored:
    """Score a store and record it there: when, who, which definition, up to which batch, with which counts.

    The definition is `survey`, that of the folder `schemas`, or the one that the store follows.

    Where the store can be read but not written (another reads it, it lies on a read-only disk), the scores are made
    and `unrecorded` says why they left no trace. Raises StoreError, UsageError, UnreadableFile, DefinitionError.
    """
    survey, path = survey or definition_in_use(store, schemas), Path(store)
    with ExitStack() as held:
        kept_out = _kept_out(held, path)
        with open_store(path, survey) as connection:
            create_scores(connection, survey)
            scores, seen = scores_of(connection, survey), last_batch(connection)
        if kept_out is not None:
            return Scored(scores, None, kept_out)
        return _recorded(path, survey, scores, seen, Recorder(who or current_user(), tool_version))


def _kept_out(held: ExitStack, path: Path) -> CpmsError | None:
    """Hold the store from the first look at it; why that cannot be, where it can only be read."""
    try:
        if path.exists():
            held.enter_context(hold_store(path))
    except CpmsError as error:
        return error
    return None


def _recorded(path: Path, survey: Survey, scores: pd.DataFrame, seen: int, recorder: Recorder) -> Scored:
    try:
        with open_store(path, survey, write=True) as connection:
            connection.execute("BEGIN")
            keep_definition(connection, survey)
            run = record_run(connection, survey, seen, counts_of(survey, scores), recorder)
            commit(connection)
    except CpmsError as error:
        return Scored(scores, None, error)
    except (duckdb.Error, OSError) as error:
        unusable = StoreError("store_unusable", store=path.name, reason=str(error).splitlines()[0])
        return Scored(scores, None, unusable)
    return Scored(scores, run, None)


def counts_of(survey: Survey, scores: pd.DataFrame) -> Counts:
    """Children by round and by level."""
    sizes = scores.groupby([survey.role("round").name, "level"]).size()
    table = sizes.unstack(fill_value=0).to_dict("index")
    return {
        str(round_): {str(level): int(count) for level, count in row.items() if count} for round_, row in table.items()
    }


def score_again(store: str | Path, run: int) -> ScoredAgain:
    """The scores of a recorded run: its definition, and the data as of its last batch.

    Which child a row belongs to is taken as it is now: what was decided about links since then holds. Raises
    UsageError where there is no such run or its definition was not kept; StoreError, DefinitionError.
    """
    with open_store(Path(store), definition_in_use(store)) as connection:
        record, survey = recorded_run(connection, run)
        traced = trace_columns(connection, survey)
        for table in TABLES:
            rows = rows_as_read(survey, table, traced[table], _current_after(record.last_batch))
            connection.execute(f"CREATE TEMP VIEW then_{table} AS {rows}")
        unasked = unasked_in_store(connection, survey)
        batch = batch_columns(unasked)
        rows = typed_record(survey, "then_child", "then_household", RecordColumns(batch))
        query = score_sql(survey, rows, (*carried_columns(survey), *batch), unasked)
        scores = connection.execute(f"SELECT * FROM ({query}) ORDER BY {', '.join(survey.key('child'))}").df()
        scores = scores.drop(columns=list(batch))
    return ScoredAgain(record, survey, scores, _differences(record.counts, counts_of(survey, scores)))


def _current_after(batch: int) -> str:
    """Return the condition for rows that were the current ones when this batch was the last."""
    return f"o.batch_id <= {batch} AND (o.superseded_by IS NULL OR o.superseded_by > {batch})"


def _differences(then: Counts, now: Counts) -> pd.DataFrame:
    places = sorted({(round_, level) for counts in (then, now) for round_ in counts for level in counts[round_]})
    rows = [
        (round_, level, then.get(round_, {}).get(level, 0), now.get(round_, {}).get(level, 0))
        for round_, level in places
    ]
    changed = pd.DataFrame(rows, columns=["round", "level", "then", "now"])
    return changed[changed["then"] != changed["now"]].reset_index(drop=True)
