"""The statements that make the tables of a new store, as `store.file` describes them."""

from __future__ import annotations

from functools import cache

from cpms_cli.store.tables.adoption_tables import ADOPTION_TABLES
from cpms_cli.store.tables.dispute_tables import dispute_table
from cpms_cli.store.tables.link_tables import link_tables
from cpms_cli.store.tables.release_tables import RELEASE_STATEMENTS
from cpms_cli.store.tables.response_tables import response_tables
from cpms_cli.store.tables.row_tables import row_columns
from cpms_cli.store.tables.run_tables import RUN_STATEMENTS
from cpms_cli.survey.model.definition import Survey, Table

TABLES: tuple[Table, ...] = ("child", "household")
OF_THE_STORE = ("batch_id", "sheet", "row_number")
"""The columns of the views `current_...` beside a row's answers."""

HISTORY_TABLES = """
    CREATE TABLE event (
        done_at TIMESTAMP NOT NULL, who VARCHAR NOT NULL, what VARCHAR NOT NULL, batch_id INTEGER, detail VARCHAR
    );
    CREATE TABLE anchor_added (merge_id INTEGER NOT NULL, of_table VARCHAR NOT NULL, identifier VARCHAR NOT NULL);
"""
_OWN_TABLES = """
    CREATE TABLE meta (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
    CREATE TABLE batch (
        batch_id INTEGER PRIMARY KEY, merge_id INTEGER NOT NULL, sha256 VARCHAR NOT NULL, file VARCHAR NOT NULL,
        merged_at TIMESTAMP NOT NULL, merged_by VARCHAR NOT NULL, tool_version VARCHAR NOT NULL,
        definition VARCHAR NOT NULL, rows_in BIGINT NOT NULL, rows_stored BIGINT NOT NULL,
        rows_unchanged BIGINT NOT NULL, rows_quarantined BIGINT NOT NULL,
        CHECK (rows_in = rows_stored + rows_unchanged + rows_quarantined)
    );
    CREATE TABLE audit (shown_at TIMESTAMP NOT NULL, who VARCHAR NOT NULL, what VARCHAR NOT NULL, children BIGINT);
"""


@cache
def store_tables(survey: Survey) -> str:
    """Return the statements that make all tables of a new store, but for the rows and the views they begin with."""
    rows = "".join(
        f"""
    CREATE TABLE {table}_observation ({row_columns(survey.columns(table))});
    {_link_table(survey, table)}"""
        for table in TABLES
    )
    later = f"{new_in_format_3(survey)}{ADOPTION_TABLES}{dispute_table()}"
    return f"{_OWN_TABLES}{HISTORY_TABLES}{rows}{link_tables(TABLES)}{later}"


def new_in_format_3(survey: Survey) -> str:
    """Return the statements that make what format 3 of the store has and format 2 has not."""
    return f"{RUN_STATEMENTS}{response_tables(survey)}{RELEASE_STATEMENTS}"


def identity_column(survey: Survey, table: Table) -> str:
    """Return the name of the permanent identifier of a child or a household."""
    return survey.role("person" if table == "child" else "home").name


def _link_table(survey: Survey, table: Table) -> str:
    key = survey.key(table)
    columns = ", ".join(f"{name} VARCHAR NOT NULL" for name in key)
    return f"""
        CREATE TABLE {table}_link (
            {columns}, {identity_column(survey, table)} VARCHAR NOT NULL, how VARCHAR NOT NULL,
            PRIMARY KEY ({", ".join(key)})
        );"""
