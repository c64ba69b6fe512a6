"""Disputed answers as they stand: what was answered since, which are still to be asked again; and how one is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import duckdb
import pandas as pd

from cpms_cli.store.audit_log import Recorder, now
from cpms_cli.store.history import add_batches, next_batch
from cpms_cli.store.tables.dispute_tables import DISPUTE, DISPUTE_COLUMNS, DISPUTE_KEY, disputes_now
from cpms_cli.store.tables.row_tables import content_of
from cpms_cli.survey.model.definition import Survey, Table

OPEN, ANSWERED, SETTLED = "open", "answered", "settled"
_FURTHER = ("stored_field", "person", "of_row", "recorded_at", "recorded_by", "batch_id")


def table_of_answer(survey: Survey, field: str) -> Table:
    """Return the table in which a question of the survey is answered."""
    return "household" if field in survey.columns("household") and field not in survey.columns("child") else "child"


def list_disputes(connection: duckdb.DuckDBPyConnection, survey: Survey, person: str | None = None) -> pd.DataFrame:
    """Return the disputes of a store, or of one child, by the day of each.

    Columns: those of the table, `field` by its name today, `stored_field` as the table has it; `person`, `of_row`,
    `recorded_at`, `recorded_by`, `batch_id` as `disputes_now` says; the key of that row; `answer_now`, what stands
    there today; `answered_in`, the first later round in which the child has an answer to it (NA where none has);
    `state`: open, answered (in a later round, or otherwise in the same one) or settled.
    """
    held = connection.execute(f"SELECT count(*) FROM {DISPUTE} WHERE superseded_by IS NULL").fetchone()
    key = list(survey.key("child"))
    columns = [*DISPUTE_COLUMNS, *_FURTHER, *key, "answer_now", "answered_in", "state"]
    nothing = pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    if not held or not held[0]:
        return nothing  # to whom identifiers lead need not be worked out
    whom = "TRUE" if person is None else "person = ?"
    disputes = connection.execute(
        f"""
        SELECT *
        FROM ({disputes_now(survey)})
        WHERE {whom}
        ORDER BY disputed_on, batch_id, field
        """,
        [] if person is None else [person],
    ).df()
    if disputes.empty:
        return nothing
    former = {name: field.name for name in disputes["field"].unique() if (field := survey.field_once_named(name))}
    disputes["stored_field"] = disputes["field"]
    disputes["field"] = disputes["field"].replace(former)
    places = disputes["of_row"].str.split("\x1f", expand=True).reindex(columns=range(len(key)))
    disputes[key] = places.set_axis(key, axis="columns")
    parts = [_with_answers(connection, survey, str(name), part) for name, part in disputes.groupby("field", sort=False)]
    answered = pd.concat(parts).sort_index()
    settled, other = answered["closed_on"].notna(), answered["answer_now"] != answered["answer"]
    anew = answered["answered_in"].notna() | (answered["answer_now"].notna() & other)
    state = pd.Series(OPEN, index=answered.index, dtype="str").mask(anew, ANSWERED).mask(settled, SETTLED)
    return answered.assign(state=state)


def _with_answers(
    connection: duckdb.DuckDBPyConnection, survey: Survey, field: str, disputes: pd.DataFrame
) -> pd.DataFrame:
    """Disputes of one question, with what stands there today and where it was answered later."""
    if field not in survey.fields:
        return disputes.assign(answer_now=pd.Series(dtype="str"), answered_in=pd.Series(dtype="str"))
    person, round_ = survey.role("person").name, survey.role("round").name
    of_child = table_of_answer(survey, field) == "child"
    joined = "" if of_child else f"LEFT JOIN current_household h USING ({', '.join(survey.key('household'))})"
    key = ", ".join(f"c.{name}" for name in survey.key("child"))
    rows = connection.execute(
        f"""
        SELECT concat_ws(chr(31), {key}) AS of_row, c.{person} AS person, c.{round_} AS year,
            {"c" if of_child else "h"}.{field} AS answer_now
        FROM current_child c {joined}
        WHERE list_contains(?, c.{person})
        """,
        [disputes["person"].dropna().unique().tolist()],
    ).df()
    rows.loc[rows["answer_now"].isin(survey.missing_codes(survey.fields[field])), "answer_now"] = None
    later = disputes[["person", "round"]].assign(place=disputes.index).merge(rows, on="person")
    later = later[(later["year"] > later["round"]) & later["answer_now"].notna()]
    return disputes.assign(
        answer_now=disputes["of_row"].map(rows.set_index("of_row")["answer_now"]).astype("str"),
        answered_in=later.groupby("place")["year"].min().reindex(disputes.index).astype("str"),
    )


def to_ask_again(connection: duckdb.DuckDBPyConnection, survey: Survey) -> pd.DataFrame:
    """Return the disputes that no later answer has settled, in rows that the store has."""
    disputes = list_disputes(connection, survey)
    return disputes[(disputes["state"] == OPEN) & disputes["of_row"].notna()].reset_index(drop=True)


def store_disputes(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    disputes: Sequence[Mapping[str, str | None]],
    source: str,
    recorder: Recorder,
) -> int | None:
    """Store versions of disputes, each with the columns of the table, as one batch of the caller's transaction.

    One that says the same as before changes nothing; one that says something else of the same answer, day and person
    takes the place of what was said. Returns the number of the batch, None where nothing was new.
    """
    frame = pd.DataFrame(list(disputes), columns=list(DISPUTE_COLUMNS)).astype("str")
    first = next_batch(connection)
    same = " AND ".join(f"n.{name} IS NOT DISTINCT FROM o.{name}" for name in DISPUTE_KEY)
    connection.register("arriving_dispute", frame.assign(row_number=range(1, len(frame) + 1)))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE new_dispute AS
        WITH judged AS (
            SELECT n.*, {content_of(DISPUTE_COLUMNS)} AS content
            FROM arriving_dispute n
        )
        SELECT n.*
        FROM judged n
        LEFT JOIN (SELECT * FROM {DISPUTE} WHERE superseded_by IS NULL) o ON {same}
        WHERE o.content IS DISTINCT FROM n.content;

        UPDATE {DISPUTE} o
        SET superseded_by = {first}
        FROM new_dispute n
        WHERE o.superseded_by IS NULL AND {same};

        INSERT INTO {DISPUTE} BY NAME
        SELECT *, {first} AS batch_id
        FROM new_dispute""")
    connection.unregister("arriving_dispute")
    counted = connection.execute("SELECT count(*) FROM new_dispute").fetchone()
    stored = int(counted[0]) if counted else 0
    if not stored:
        return None
    _note_batch(connection, survey, (first, len(frame), stored), source, recorder)
    return first


def _note_batch(
    connection: duckdb.DuckDBPyConnection, survey: Survey, counts: tuple[int, int, int], source: str, recorder: Recorder
) -> None:
    batch, rows, stored = counts
    batches: dict[str, list[object]] = {
        "batch_id": [batch],
        "file": [source],
        "sha256": [hashlib.sha256(f"{source} {now().isoformat()}".encode()).hexdigest()],
        "rows_in": [rows],
        "rows_stored": [stored],
        "rows_unchanged": [rows - stored],
        "rows_quarantined": [0],
    }
    merge_id = batch if recorder.merge_id is None else recorder.merge_id
    add_batches(connection, batches, Recorder(recorder.who, recorder.tool_version, merge_id), survey.digest, DISPUTE)


def dispute_invariants() -> Iterator[tuple[str, str]]:
    """What must hold of the table, each as a query that finds where it does not."""
    key = ", ".join(DISPUTE_KEY)
    yield (
        "dispute_one_current_row",
        f"SELECT 1 FROM {DISPUTE} WHERE superseded_by IS NULL GROUP BY {key} HAVING count(*) > 1",
    )
    yield (
        "dispute_belongs_to_a_batch",
        f"SELECT 1 FROM {DISPUTE} ANTI JOIN (FROM batch WHERE kind = '{DISPUTE}') USING (batch_id)",
    )
    yield (
        "dispute_superseded_by_a_later_batch",
        f"""
        SELECT 1
        FROM {DISPUTE} o
        LEFT JOIN batch b ON b.batch_id = o.superseded_by
        WHERE o.superseded_by IS NOT NULL AND (b.batch_id IS NULL OR b.batch_id < o.batch_id)""",
    )
    yield (
        "dispute_has_a_date_and_a_reason",
        f"""
        SELECT 1
        FROM {DISPUTE}
        WHERE TRY_CAST(disputed_on AS DATE) IS NULL
            OR coalesce(reason, '') = ''
            OR (closed_on IS NULL) <> (closed_by IS NULL)""",
    )
    yield "dispute_content_as_stored", f"SELECT 1 FROM {DISPUTE} n WHERE content <> {content_of(DISPUTE_COLUMNS)}"
