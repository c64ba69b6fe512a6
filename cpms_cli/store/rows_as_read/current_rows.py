"""The views `current_child`, `current_household` and `current_response`: the store's rows as a definition reads them.

A definition need not be the one under which rows were merged: a question it has and the store has not reads as "not
asked", as does one in a round that did not ask it; renamed questions and codes go by the definition's own names. No row
changes for that: what stands in the store is what was said.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import duckdb

from cpms_cli.errors import CpmsWarning, UsageError
from cpms_cli.store.rows_as_read.column_lineage import Lineage, columns_of, stored_answers, table_of_rows, trace_columns
from cpms_cli.store.tables.adoption_tables import adopted_definition, adoptions
from cpms_cli.store.tables.row_tables import recoded
from cpms_cli.store.tables.store_tables import OF_THE_STORE, TABLES, identity_column
from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.rules.typed_answers import Unasked, quoted, rounds_without, unasked_by_round

CURRENT = "o.superseded_by IS NULL"
BATCH = "batch_id"
"""The column of the store's rows that says with which file a row came."""


def create_current_views(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Create the stored views of the current rows, as the definition that the store follows reads them."""
    traced = trace_columns(connection, survey)
    for table in TABLES:
        rows = rows_as_read(survey, table, traced[table], CURRENT)
        connection.execute(f"CREATE OR REPLACE VIEW current_{table} AS {rows}")
    connection.execute(f"CREATE OR REPLACE VIEW current_response AS {_responses_as_read(survey, traced['response'])}")


def read_as(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Let the views of the current rows speak the words of this definition, on this connection."""
    if adopted_definition(connection) == survey.digest:
        return
    traced = trace_columns(connection, survey)
    _refuse_other_rows(connection, survey)
    _warn_of_answers_left(connection, survey, traced)
    for table in TABLES:
        rows = rows_as_read(survey, table, traced[table], CURRENT)
        connection.execute(f"CREATE OR REPLACE TEMP VIEW current_{table} AS {rows}")
    responses = _responses_as_read(survey, traced["response"])
    connection.execute(f"CREATE OR REPLACE TEMP VIEW current_response AS {responses}")


def _refuse_other_rows(connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
    """Raise UsageError where a definition tells rows, children or homes apart by questions that the store has not."""
    keys = [(columns_of(connection, f"{table}_link"), survey.key(table), table) for table in TABLES]
    needed = [(columns, (*key, identity_column(survey, table))) for columns, key, table in keys]
    lacking = [name for columns, names in needed for name in names if columns and name not in columns]
    if lacking:
        raise UsageError("definition_other_rows", names=", ".join(dict.fromkeys(lacking)))


def all_answers(connection: duckdb.DuckDBPyConnection, survey: Survey, table: Table) -> str:
    """Return a SELECT of all current rows of a table without identifiers: to look these up takes far longer."""
    traced, identities = trace_columns(connection, survey)[table], {identity_column(survey, of) for of in TABLES}
    columns = (_as_read(survey, traced[name]) for name in survey.columns(table) if name not in identities)
    return f"""
        SELECT {", ".join(columns)}, o.{BATCH}
        FROM {table}_observation o
        WHERE {CURRENT}"""


def _warn_of_answers_left(
    connection: duckdb.DuckDBPyConnection, survey: Survey, traced: dict[str, dict[str, Lineage]]
) -> None:
    """Warn of answers in the store that a definition does not read, unless the store followed it once: to questions
    that it does not have, or of rounds that did not ask them."""
    if any(adopted.definition == survey.digest for adopted in adoptions(connection)):
        return
    columns = stored_answers(connection)
    left, unasked = list[str](), list[str]()
    for table in TABLES:
        stored = {lineage.stored: lineage for lineage in traced[table].values()}
        unknown = {name: "TRUE" for name in columns[table] if name not in stored}
        left += _answered(connection, table, unknown)
        rounds = {name: _in_round_without(survey, stored[name], "o.") for name in columns[table] if name in stored}
        unasked += _answered(connection, table, {name: outside for name, outside in rounds.items() if outside})
    for message, names in (("definition_knows_less", left), ("definition_unasks", unasked)):
        if names:
            warnings.warn(CpmsWarning(message, names=", ".join(names)), stacklevel=3)


def _answered(connection: duckdb.DuckDBPyConnection, table: Table, conditions: dict[str, str]) -> list[str]:
    """Return which of these columns have answers in rows that meet their condition."""
    if not conditions:
        return []
    answered = ", ".join(f"count({name}) FILTER (WHERE {condition})" for name, condition in conditions.items())
    counts = connection.execute(f"SELECT {answered} FROM {table_of_rows(table)} o").fetchone()
    return [name for name, count in zip(conditions, counts or (), strict=True) if count]


def rows_as_read(  # noqa: PLR0913 - which rows, and what of them
    survey: Survey, table: Table, traced: dict[str, Lineage], which: str, linked: str = "TRUE", further: str = ""
) -> str:
    """Return a SELECT of those rows of a table for which `which` holds (a condition on `o`), with their identifiers.

    `linked` is a condition on a row's key that holds of all these rows: no others are looked up among the links.
    `further` is one more column.
    """
    columns = _columns_as_read(survey, table, traced, {"household": "h", "child": "c"}) + (further and f", {further}")
    home = ", ".join(survey.key("household"))
    if linked == "TRUE":
        homes, children = "household_link", "child_link"
    else:
        homes, children = (f"(FROM {name} WHERE {linked})" for name in ("household_link", "child_link"))
    if table == "household":
        return f"""
            SELECT {columns}
            FROM household_observation o
            LEFT JOIN {homes} h USING ({home})
            WHERE {which}"""
    return f"""
        SELECT {columns}
        FROM child_observation o
        LEFT JOIN {homes} h USING ({home})
        LEFT JOIN {children} c USING ({", ".join(survey.key("child"))})
        WHERE {which}"""


def rows_in_places(survey: Survey, table: Table, traced: dict[str, Lineage]) -> str:
    """Return a SELECT of the rows of a table that stand where `child_near` or `household_near` says, which has their
    identifiers too."""
    columns = _columns_as_read(survey, table, traced, {"household": "n", "child": "n"})
    return f"""
        SELECT {columns}
        FROM {table}_observation o
        JOIN {table}_near n ON n.place = o.rowid"""


def _columns_as_read(survey: Survey, table: Table, traced: dict[str, Lineage], links: Mapping[Table, str]) -> str:
    """Return the columns of a row `o`: its answers, its identifiers out of `links`, and the store's own."""
    identities = {identity_column(survey, of): links[of] for of in TABLES if of == "household" or table == "child"}
    answers = (
        f"{identities[name]}.{name}" if name in identities else _as_read(survey, traced[name])
        for name in survey.columns(table)
    )
    return ", ".join((*answers, *(f"o.{name}" for name in OF_THE_STORE)))


def _responses_as_read(survey: Survey, traced: dict[str, Lineage]) -> str:
    columns = ", ".join(_as_read(survey, lineage) for lineage in traced.values())
    return f"""
        SELECT {columns}, o.batch_id
        FROM response o
        WHERE {CURRENT}"""


def unasked_in_store(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Unasked:
    """Return the fields that some rows of the store were not asked, each with a condition on such a row: on its round,
    and on its batch. A home's row counts as merged with its child's."""
    if not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'adoption'").fetchone():
        return unasked_by_round(survey)
    traced = trace_columns(connection, survey)
    conditions = {name: _unasked(survey, lineage, "") for table in TABLES for name, lineage in traced[table].items()}
    return tuple((name, condition) for name, condition in conditions.items() if condition)


def _as_read(survey: Survey, lineage: Lineage) -> str:
    """Return SQL for a question's answer in a row of the store, under the definition's name."""
    name = lineage.field.name
    cell = f"o.{lineage.stored}" if lineage.stored else "NULL::VARCHAR"
    if lineage.codes:
        cell = recoded(cell, lineage.codes)
    conditions = [_in_round_without(survey, lineage, "o.")]
    if unasked := in_batch_without(lineage, "o."):
        conditions.append(f"{cell} IS NULL AND ({unasked})")
    if unread := " OR ".join(filter(None, conditions)):
        cell = f"CASE WHEN {unread} THEN {quoted(survey.not_asked)} ELSE {cell} END"
    return cell if cell == f"o.{name}" else f"{cell} AS {name}"


def _unasked(survey: Survey, lineage: Lineage, row: str) -> str:
    """Return the condition on a row (its prefix) that was not asked the question; empty where that cannot be."""
    conditions = (in_batch_without(lineage, row), _in_round_without(survey, lineage, row))
    return "TRUE" if "TRUE" in conditions else " OR ".join(filter(None, conditions))


def in_batch_without(lineage: Lineage, row: str) -> str:
    """Return the condition under which a row came before the question did: a blank cell is blank because nobody was
    asked. An answer was kept from a file that came earlier."""
    if lineage.stored is None and not lineage.field.is_limited and not lineage.unasked_batches:
        return "TRUE"
    return " OR ".join(
        f"{row}{BATCH} > {after}" + (f" AND {row}{BATCH} <= {up_to}" if up_to is not None else "")
        for after, up_to in lineage.unasked_batches
    )


def _in_round_without(survey: Survey, lineage: Lineage, row: str) -> str:
    """Return the condition under which a row's round did not ask the question, by the definition: whatever the store
    has there is not read."""
    return rounds_without(lineage.field, f"{row}{survey.role('round').name}") if _has_rounds(lineage, survey) else ""


def _has_rounds(lineage: Lineage, survey: Survey) -> bool:
    """Return whether the question belongs to a table whose rows have a round; the response log's have not."""
    return lineage.field.name in survey.fields
