"""Where the answers to a question of one definition stand in a store that has followed several.

A question can go by another name in the store (`formerly`), its answers by other codes, and batches that were merged
under a definition without it did not ask it. All this is worked out here, once for a definition and a store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from cpms_cli.store.tables.adoption_tables import OBSERVED, Adoption, Renaming, adoptions, tables_of
from cpms_cli.store.tables.row_tables import answer_columns
from cpms_cli.survey.model.definition import Field, Survey


@dataclass(frozen=True)
class Lineage:
    """A question of a definition, in the store.

    `stored` is the name of its column, None where the store has none. `codes` leads from codes in the store to those
    of the definition, where they differ. `unasked_batches` are ranges of batches, after the first number and up to the
    second (None: to the last), that were merged under a definition which did not ask it.
    """

    field: Field
    stored: str | None
    codes: Mapping[str, str]
    unasked_batches: tuple[tuple[int, int | None], ...]


def stored_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return the names of the columns of each table of rows, in their order, those of the store's own included."""
    return {name: columns_of(connection, name) for name in map(table_of_rows, OBSERVED)}


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Return the names of a table's columns, none where there is no such table.

    To look them up in the engine's catalogue takes ten times as long.
    """
    try:
        return [str(column[0]) for column in connection.execute(f"FROM main.{table} LIMIT 0").description]
    except duckdb.CatalogException:
        return []  # a store of an earlier format


def stored_answers(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """Return the columns of answers that the store has for each table, those of questions long gone included."""
    columns = stored_columns(connection)
    return {table: tuple(answer_columns(columns[table_of_rows(table)])) for table in OBSERVED}


def table_of_rows(table: str) -> str:
    """Return the name of the stored table that holds the rows of a table of the definition."""
    return table if table == "response" else f"{table}_observation"


def trace_columns(connection: duckdb.DuckDBPyConnection, survey: Survey) -> dict[str, dict[str, Lineage]]:
    """Return, by table and by the name that the definition uses, where each question's answers stand in the store."""
    followed, columns = adoptions(connection), stored_columns(connection)
    # The definition may be an earlier one of this store, whose names have been changed since.
    position = max(
        (index for index, adoption in enumerate(followed) if adoption.definition == survey.digest), default=None
    )
    traced: dict[str, dict[str, Lineage]] = {}
    for table, schema in tables_of(survey).items():
        traced[table] = {
            field.name: _trace(survey, table, field, _Followed(followed, position), columns[table_of_rows(table)])
            for field in schema.fields
        }
    traced["child"] |= {name: traced["household"][name] for name in survey.child.shared}
    return traced


@dataclass(frozen=True)
class _Followed:
    """What the store has followed so far, and which of these a definition is; None where it is none."""

    adoptions: tuple[Adoption, ...]
    position: int | None


def _trace(survey: Survey, table: str, field: Field, history: _Followed, columns: list[str]) -> Lineage:
    followed, position = history.adoptions, history.position
    if position is None:
        stored = next((name for name in (field.name, *field.formerly) if name in columns), None)
        codes = _codes_of_a_stranger(survey, field)
        names = {len(followed) - 1: stored or field.name}
        start = len(followed) - 1
    else:
        names, codes, start = {position: field.name}, {}, position
        for adoption_index in range(position + 1, len(followed)):
            names[adoption_index] = _name_after(table, names[adoption_index - 1], followed[adoption_index])
            codes = _codes_after(table, names[adoption_index], codes, followed[adoption_index])
        stored = names[len(followed) - 1] if names[len(followed) - 1] in columns else None
        codes = {now: own for own, now in codes.items()}
    for adoption_index in range(start - 1, -1, -1):
        names[adoption_index] = _name_before(table, names[adoption_index + 1], followed[adoption_index + 1])
    unasked = tuple(
        (adoption.after_batch, followed[index + 1].after_batch if index + 1 < len(followed) else None)
        for index, adoption in enumerate(followed)
        if adoption.questions and (table, names[index]) not in adoption.questions
    )
    return Lineage(field, stored, codes, unasked)


def _codes_of_a_stranger(survey: Survey, field: Field) -> dict[str, str]:
    """Return former codes to codes, as a definition says that the store never followed."""
    codes = survey.codes(field)
    return {} if codes is None else {former: entry.code for entry in codes.codes for former in entry.formerly}


def _name_after(table: str, name: str, adoption: Adoption) -> str:
    return next(
        (renamed.name for renamed in _questions_renamed(table, adoption) if renamed.former == name),
        name,
    )


def _name_before(table: str, name: str, adoption: Adoption) -> str:
    return next(
        (renamed.former for renamed in _questions_renamed(table, adoption) if renamed.name == name),
        name,
    )


def _questions_renamed(table: str, adoption: Adoption) -> list[Renaming]:
    return [renamed for renamed in adoption.renamings if renamed.kind == "field" and renamed.of_table == table]


def _codes_after(table: str, field: str, codes: dict[str, str], adoption: Adoption) -> dict[str, str]:
    """Return the definition's own codes to those of the store, once an adoption has changed some."""
    changed = {
        renamed.former: renamed.name
        for renamed in adoption.renamings
        if renamed.kind == "code" and (renamed.of_table, renamed.field) == (table, field)
    }
    carried = {own: changed.get(now, now) for own, now in codes.items()}
    return {**{former: name for former, name in changed.items() if former not in codes.values()}, **carried}
