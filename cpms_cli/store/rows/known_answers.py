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
    key = survey.key(table)
    for source, names in lacking.items():
        filled = ", ".join(f"{name} = o.{name}" for name in names if name not in key)
        if filled:
            connection.execute(f"""
                UPDATE {accepted} n
                SET {filled}
                FROM {table}_observation o
                WHERE n._source = {int(source)} AND {_current_row_of(survey, table)}""")


def keep_unasked_answers(connection: duckdb.DuckDBPyConnection, survey: Survey, table: Table, accepted: str) -> None:
    """Fill cells of rounds that do not ask their question from the store's current row of the same key.

    The store has such an answer where an earlier definition asked the question in that round: no file can take it back.
    """
    round_ = f"n.{survey.role('round').name}"
    unasked = {name: rounds_without(survey.fields[name], round_) for name in survey.columns(table)}
    kept = {name: condition for name, condition in unasked.items() if condition}
    if not kept:
        return
    cells = ", ".join(
        f"{name} = CASE WHEN {condition} THEN coalesce(o.{name}, n.{name}) ELSE n.{name} END"
        for name, condition in kept.items()
    )
    any_kept = " OR ".join(f"(({condition}) AND o.{name} IS NOT NULL)" for name, condition in kept.items())
    connection.execute(f"""
        UPDATE {accepted} n
        SET {cells}
        FROM {table}_observation o
        WHERE ({any_kept}) AND {_current_row_of(survey, table)}""")


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


def _current_row_of(survey: Survey, table: Table) -> str:
    """SQL: `o` is the store's current row of the accepted row `n`, whose family consented, and of the same child."""
    home = survey.key("household")
    conditions = ["o.superseded_by IS NULL", *(f"n.{name} = o.{name}" for name in survey.key(table))]
    families = f"({', '.join(f'n.{name}' for name in home)})"
    conditions.append(f"NOT {families} IN (SELECT ({', '.join(home)}) FROM unwilling)")
    return " AND ".join([*conditions, *([_same_child(survey)] if table == "child" else [])])


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
