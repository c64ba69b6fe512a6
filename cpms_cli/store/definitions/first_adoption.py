"""The definition that a store of an earlier format follows: such a store did not say which one it was made for."""

from __future__ import annotations

import duckdb

from cpms_cli.store.definitions.definition_in_use import last_merged_definition, last_merged_digest
from cpms_cli.store.rows_as_read.column_lineage import stored_answers, table_of_rows
from cpms_cli.store.rows_as_read.current_rows import create_current_views
from cpms_cli.store.tables.adoption_tables import ADOPTION_TABLES, OBSERVED, record_adoption, tables_of
from cpms_cli.store.tables.row_tables import rebuild_table
from cpms_cli.store.tables.run_tables import keep_definition, last_batch
from cpms_cli.survey.model.definition import Survey


def begin_adoptions(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Bring a store of format 3 to format 4: it follows the definition of its last merge, or `survey` if that is lost.

    What `survey` asks and the store has no column for is added then: what was merged so far did not ask it.
    """
    connection.execute(ADOPTION_TABLES)
    stored = columns = stored_answers(connection)
    followed = last_merged_definition(connection, survey)
    questions = [(table, name, True) for table in OBSERVED for name in columns[table]]
    record_adoption(connection, followed.digest if followed else last_merged_digest(connection) or "", 0, questions)
    if followed is None:
        followed = survey
        columns = _with_what_is_new(connection, survey, columns)
    for table in OBSERVED:
        connection.execute(f"DROP VIEW IF EXISTS current_{table}")
        cells = {name: name if name in stored[table] else "NULL::VARCHAR" for name in columns[table]}
        rebuild_table(connection, table_of_rows(table), cells)
    create_current_views(connection, followed)


def _with_what_is_new(
    connection: duckdb.DuckDBPyConnection, survey: Survey, columns: dict[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Write down that the store follows `survey` from now on; return its columns with those of new questions."""
    questions = [
        (table, field.name, field.name not in columns[table])
        for table, schema in tables_of(survey).items()
        for field in schema.fields
    ]
    keep_definition(connection, survey)
    record_adoption(connection, survey.digest, last_batch(connection), questions)
    return {
        table: (*columns[table], *(name for of_table, name, is_new in questions if is_new and of_table == table))
        for table in OBSERVED
    }
