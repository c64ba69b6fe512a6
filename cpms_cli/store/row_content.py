"""What tells two versions of a stored row apart: a digest of all that it says.

A blank cell adds nothing to it. So a row's content stays the same when the store gets a column for a new question, and
a definition that knows fewer questions finds the same content in the same answers.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from cpms_cli.survey.rules.typed_answers import quoted

_OWN_COLUMNS = frozenset({"content", "batch_id", "sheet", "row_number", "superseded_by"})


def answer_columns(columns: Iterable[str]) -> list[str]:
    """Return those of a stored table's columns that hold answers: all but what the store itself says of the row."""
    return [name for name in columns if name not in _OWN_COLUMNS]


def content_of(columns: Iterable[str], kept: Iterable[str] | None = None) -> str:
    """Return SQL for the content of a row `n` with these columns; with `kept`, as if all other cells were blank."""
    names = sorted(set(columns) if kept is None else set(columns) & set(kept))
    cells = ", ".join(f"{quoted(name)} || chr(30) || n.{name}" for name in names)
    return f"md5(concat_ws(chr(31), {cells}))"


def write_contents(connection: duckdb.DuckDBPyConnection, rows: str, columns: Iterable[str]) -> None:
    """Work out the content of every row of a stored table anew, from these of its columns."""
    connection.execute(f"UPDATE {rows} n SET content = {content_of(answer_columns(columns))}")
