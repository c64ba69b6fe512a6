"""What earlier files of a round say of a child or a home, kept where a later file has no such column at all.

A blank cell in a column takes an answer back, since the form asked; a column that a file lacks says nothing. Without
this, a sheet of corrected names would blank the answers that make a child a victim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb

from cpms_cli.survey.model.definition import Survey, Table
from cpms_cli.survey.rules.typed_answers import quoted, rounds_without


def keep_known_answers(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    table: Table,
    accepted: str,
    lacking: Mapping[int, Sequence[str]],
) -> None:
    """Fill columns of accepted rows that their sheet lacks, from the store's current row of the same key.

    `lacking` has, for the `_source` of each sheet of this table, the columns it has not. A child's row is filled only
    where it is of the same child, as `_same_child` says; a family's that did not consent never is.
    """
    key, home = survey.key(table), survey.key("household")
    same = " AND ".join(f"n.{name} = o.{name}" for name in key)
    unwilling = f"({', '.join(f'n.{name}' for name in home)}) IN (SELECT ({', '.join(home)}) FROM unwilling)"
    alike = f" AND {_same_child(survey)}" if table == "child" else ""
    for source, names in lacking.items():
        filled = ", ".join(f"{name} = o.{name}" for name in names if name not in key)
        if filled:
            connection.execute(
                f"UPDATE {accepted} n SET {filled} FROM {table}_observation o WHERE n._source = {int(source)}"
                f" AND o.superseded_by IS NULL AND {same} AND NOT {unwilling}{alike}"
            )


def keep_unasked_answers(connection: duckdb.DuckDBPyConnection, survey: Survey, table: Table, accepted: str) -> None:
    """Fill cells of rounds that do not ask their question from the store's current row of the same key.

    The store has such an answer where an earlier definition asked the question in that round: no file can take it back.
    """
    key = survey.key(table)
    same = " AND ".join(f"n.{name} = o.{name}" for name in key)
    alike = f" AND {_same_child(survey)}" if table == "child" else ""
    home = survey.key("household")
    unwilling = f"({', '.join(f'n.{name}' for name in home)}) IN (SELECT ({', '.join(home)}) FROM unwilling)"
    for name in survey.columns(table):
        unasked = rounds_without(survey.fields[name], f"n.{survey.role('round').name}")
        if unasked:
            connection.execute(f"""
                UPDATE {accepted} n
                SET {name} = o.{name}
                FROM {table}_observation o
                WHERE ({unasked}) AND o.{name} IS NOT NULL AND o.superseded_by IS NULL AND {same}
                AND NOT {unwilling}{alike}""")


def leave_corrected_rows(connection: duckdb.DuckDBPyConnection, survey: Survey, sources: Iterable[int]) -> None:
    """Take out of `accepted_child` the rows of these sheets, merged before, whose key is another child's by now."""
    same = " AND ".join(f"n.{name} = o.{name}" for name in survey.key("child"))
    for source in sources:
        connection.execute(f"""
            DELETE FROM accepted_child n
            WHERE n._source = {int(source)}
            AND EXISTS (
                SELECT 1
                FROM child_observation o
                WHERE o.superseded_by IS NULL AND {same} AND NOT ({_same_child(survey)})
            )""")


def _same_child(survey: Survey) -> str:
    """SQL: nothing says that two rows of one key are two children, whose numbers in the household were exchanged.

    Sex and birth date do not differ where both are told, and the given name does not either, or the birth date is
    told twice and the same.
    """
    missing = ", ".join(map(quoted, survey.missing_words)) or "NULL"

    def known_answer(row: str, name: str) -> str:
        return f"CASE WHEN {row}.{name} NOT IN ({missing}) THEN {row}.{name} END"

    def agree(role: str) -> str:
        name = survey.role(role).name  # type: ignore[arg-type]
        return f"({known_answer('n', name)} = {known_answer('o', name)})"

    sex, born, given = agree("sex"), agree("born"), agree("given_name")
    return f"{sex} IS NOT FALSE AND {born} IS NOT FALSE AND ({given} IS NOT FALSE OR {born} IS TRUE)"
