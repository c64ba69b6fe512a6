"""What must hold in every store, each as a query that finds where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd

from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.disputes import dispute_invariants
from cpms_cli.store.file import open_store
from cpms_cli.store.rows_as_read.column_lineage import stored_answers, table_of_rows
from cpms_cli.store.tables.dispute_tables import DISPUTE
from cpms_cli.store.tables.erasure_mark import MARKED
from cpms_cli.store.tables.response_tables import RESPONSE, without_child
from cpms_cli.store.tables.row_tables import content_of
from cpms_cli.store.tables.store_tables import TABLES, identity_column
from cpms_cli.survey.identifiers import has_cpms_check_letter
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.rules.typed_answers import quoted


def _of_table(survey: Survey, table: Table) -> Iterator[tuple[str, str]]:
    key, identity = ", ".join(survey.key(table)), identity_column(survey, table)
    round_ = survey.role("round").name
    current = f"(SELECT * FROM {table}_observation WHERE superseded_by IS NULL)"
    yield f"{table}_one_current_row", f"SELECT 1 FROM {current} GROUP BY {key} HAVING count(*) > 1"
    yield f"{table}_belongs_to_a_batch", f"SELECT 1 FROM {table}_observation ANTI JOIN batch USING (batch_id)"
    yield (
        f"{table}_superseded_by_a_later_batch",
        f"""
        SELECT 1
        FROM {table}_observation o
        LEFT JOIN batch b ON b.batch_id = o.superseded_by
        WHERE o.superseded_by IS NOT NULL AND (b.batch_id IS NULL OR b.batch_id < o.batch_id)""",
    )
    linked = current if table == "child" else f"(SELECT {key} FROM {current} UNION SELECT {key} FROM current_child)"
    yield f"{table}_has_a_link", f"SELECT 1 FROM {linked} ANTI JOIN {table}_link USING ({key})"
    yield f"{table}_link_has_a_row", f"SELECT 1 FROM {table}_link ANTI JOIN {linked} USING ({key})"
    yield (
        f"{table}_once_in_a_round",
        f"SELECT 1 FROM {table}_link GROUP BY {identity}, {round_} HAVING count(*) > 1",
    )


def _of_store() -> Iterator[tuple[str, str]]:
    yield "who_was_removed_is_out_of_the_file", MARKED
    yield "sums_hold", "SELECT 1 FROM batch WHERE rows_in <> rows_stored + rows_unchanged + rows_quarantined"
    rows = " UNION ALL ".join(
        f"SELECT batch_id FROM {rows}" for rows in (*(f"{table}_observation" for table in TABLES), RESPONSE, DISPUTE)
    )
    yield (
        "stored_rows_are_there",
        f"""
        SELECT 1
        FROM (SELECT batch_id, count(*) AS found FROM ({rows}) GROUP BY ALL)
        JOIN batch USING (batch_id)
        WHERE rows_stored = 0 AND found > 0""",
    )


def _of_responses(survey: Survey) -> Iterator[tuple[str, str]]:
    key = ", ".join(survey.response.primaryKey)
    done = survey.response_role("responded").name
    yield (
        "response_one_current_row",
        f"SELECT 1 FROM response WHERE superseded_by IS NULL GROUP BY {key} HAVING count(*) > 1",
    )
    yield (
        "response_belongs_to_a_batch",
        f"SELECT 1 FROM response ANTI JOIN (FROM batch WHERE kind = {quoted(RESPONSE)}) USING (batch_id)",
    )
    yield (
        "response_superseded_by_a_later_batch",
        """
        SELECT 1
        FROM response o
        LEFT JOIN batch b ON b.batch_id = o.superseded_by
        WHERE o.superseded_by IS NOT NULL AND (b.batch_id IS NULL OR b.batch_id < o.batch_id)""",
    )
    yield "response_has_a_child", without_child(survey)
    yield "response_has_a_date", f"SELECT 1 FROM response WHERE TRY_CAST({done} AS DATE) IS NULL"


def _of_contents(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    for table, columns in stored_answers(connection).items():
        rows, content = table_of_rows(table), content_of(columns)
        yield f"{table}_content_as_stored", f"SELECT 1 FROM {rows} n WHERE content <> {content}"


def _bad_identifiers(connection: duckdb.DuckDBPyConnection, survey: Survey, table: Table) -> int:
    identity = identity_column(survey, table)
    identifiers = connection.execute(f"SELECT DISTINCT {identity} AS one FROM {table}_link").df()["one"].astype("str")
    return int((~has_cpms_check_letter(identifiers)).sum())


def check_store(store: str | Path, *, schemas: Path | None = None) -> pd.DataFrame:
    """Every invariant with the number of places where it does not hold: `invariant`, `violations`.

    Reads every row. Raises StoreError where the file itself is damaged.
    """
    survey = definition_in_use(store, schemas)
    with open_store(Path(store), survey) as connection:
        of_tables = (query for table in TABLES for query in _of_table(survey, table))
        beside = (*_of_responses(survey), *dispute_invariants())
        queries = [*_of_store(), *beside, *of_tables, *_of_contents(connection)]
        counted = [(name, len(connection.execute(query).fetchall())) for name, query in queries]
        counted += [(f"{table}_identifier_is_whole", _bad_identifiers(connection, survey, table)) for table in TABLES]
    return pd.DataFrame(counted, columns=["invariant", "violations"])
