"""The stored tables of rows: their columns, their content, and how a table gets other columns.

A row's content tells two versions of it apart: a digest of all that it says. A blank cell adds nothing to it. So it
stays the same when the store gets a column for a new question, and a definition that knows fewer questions finds the
same content in the same answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from cpms_cli.survey.rules.typed_answers import quoted

_OWN_COLUMNS = {
    "content": "VARCHAR NOT NULL",
    "batch_id": "INTEGER NOT NULL",
    "sheet": "VARCHAR",
    "row_number": "BIGINT NOT NULL",
    "superseded_by": "INTEGER",
}


def row_columns(answers: Iterable[str]) -> str:
    """Return the columns of a table of rows for its CREATE statement: these answers, and the store's own columns."""
    return ", ".join(
        [*(f"{name} VARCHAR" for name in answers), *(f"{name} {type_}" for name, type_ in _OWN_COLUMNS.items())]
    )


def answer_columns(columns: Iterable[str]) -> list[str]:
    """Return those of a stored table's columns that hold answers: all but what the store itself says of the row."""
    return [name for name in columns if name not in _OWN_COLUMNS]


def content_of(columns: Iterable[str], kept: Iterable[str] | None = None) -> str:
    """Return SQL for the content of a row `n` with these columns; with `kept`, as if all other cells were blank."""
    names = sorted(set(columns) if kept is None else set(columns) & set(kept))
    cells = ", ".join(f"{quoted(name)} || chr(30) || n.{name}" for name in names)
    return f"md5(concat_ws(chr(31), {cells}))"


def recoded(cell: str, codes: Mapping[str, str]) -> str:
    """Return SQL for a cell in which each of these codes is another one; a cell may hold several, with `;` between."""
    cases = " ".join(f"WHEN {quoted(former)} THEN {quoted(name)}" for former, name in codes.items())
    each = f"list_transform(string_split({cell}, ';'), lambda code: CASE code {cases} ELSE code END)"
    return f"array_to_string({each}, ';')"


def rebuild_table(connection: duckdb.DuckDBPyConnection, name: str, cells: Mapping[str, str]) -> None:
    """Make a table of rows anew: `cells` has, for each of its columns of answers, the SQL of what stands in it.

    In one transaction the engine does not let a table be altered and its rows changed; a new table in its place can be.
    """
    answers = ", ".join(cells)
    drawn = ", ".join(f"{cell} AS {column}" for column, cell in cells.items())
    own = ", ".join(column for column in _OWN_COLUMNS if column != "content")
    connection.execute(f"""
        CREATE TABLE rebuilt_rows ({row_columns(cells)});

        INSERT INTO rebuilt_rows BY NAME
        SELECT {answers}, {content_of(cells)} AS content, {own}
        FROM (SELECT {drawn}, {own} FROM {name}) n;

        DROP TABLE {name};

        ALTER TABLE rebuilt_rows RENAME TO {name}""")
