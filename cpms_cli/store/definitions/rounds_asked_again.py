"""Rounds that a definition says asked a question, though by the one so far they did not."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from cpms_cli.store.rows_as_read.column_lineage import Lineage, table_of_rows, trace_columns
from cpms_cli.store.rows_as_read.current_rows import in_batch_without
from cpms_cli.store.tables.adoption_tables import Renaming, tables_of
from cpms_cli.store.tables.store_tables import TABLES
from cpms_cli.survey.model.definition import Field, Survey
from cpms_cli.survey.rules.typed_answers import rounds_outside


@dataclass(frozen=True)
class AskedAgain:
    """A question that is there in further rounds of which the store has rows.

    `answers` and `blank` have by round how many current rows have an answer, which is read again, and how many a blank
    cell that is read as not answered from then on, instead of "not asked". Rows that were merged before the question
    came are in none of them: they stay "not asked".
    """

    table: str
    field: Field
    answers: dict[int, int]
    blank: dict[int, int]


def rounds_asked_again(
    connection: duckdb.DuckDBPyConnection, before: Survey, after: Survey, renamings: tuple[Renaming, ...]
) -> tuple[AskedAgain, ...]:
    """Return the questions that a definition has in rounds in which the one so far, `before`, has not."""
    former = {(change.of_table, change.name): change.former for change in renamings if change.kind == "field"}
    traced, again = trace_columns(connection, before), list[AskedAgain]()
    for table in TABLES:
        for field in tables_of(after)[table].fields:
            lineage = traced[table].get(former.get((table, field.name), field.name))
            if lineage is None or field.is_turned_off or lineage.field.is_turned_off:
                continue  # one that was turned off stays "not asked" in what was merged then
            part = _asked_again(connection, before, table, lineage, field)
            again += [part] if part.answers or part.blank else []
    return tuple(again)


def _asked_again(
    connection: duckdb.DuckDBPyConnection, before: Survey, table: str, lineage: Lineage, field: Field
) -> AskedAgain:
    round_ = before.role("round").name
    out = rounds_outside(lineage.field, round_)
    if not out or lineage.stored is None:
        return AskedAgain(table, field, {}, {})
    rows = connection.execute(f"""
        SELECT
            {round_}::INTEGER AS year,
            count({lineage.stored}),
            count(*) FILTER (WHERE {lineage.stored} IS NULL AND NOT ({in_batch_without(lineage, "") or "FALSE"}))
        FROM {table_of_rows(table)}
        WHERE superseded_by IS NULL AND ({out}) AND NOT ({rounds_outside(field, round_) or "FALSE"})
        GROUP BY year
        ORDER BY year""").fetchall()
    answers = {int(year): int(count) for year, count, _ in rows if count}
    return AskedAgain(table, field, answers, {int(year): int(count) for year, _, count in rows if count})
