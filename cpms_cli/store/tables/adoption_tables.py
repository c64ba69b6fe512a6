"""What the store remembers of definitions: which one it follows, since when, and what was renamed on the way.

- `definition`: the files of every definition that was merged or scored with, packed;
- `adoption`: each definition that the store followed, the first one too: when, by whom, after which batch. The last
  row is the one in use; batch `b` was merged under the last adoption whose `after_batch` is below `b`;
- `renaming`: the questions and answers that an adoption gave another name;
- `adopted_question`: which questions the definition of an adoption asks, and whether the store had no column for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import duckdb
import pandas as pd
import pyarrow as pa

from cpms_cli.store.audit_log import current_user, now
from cpms_cli.survey.model.definition import Survey, TableSchema

DIGEST = 12
"""How many letters of a definition's digest the history has of it."""
OBSERVED = ("child", "household", "response")
"""The tables of a definition whose rows the store keeps."""

ADOPTION_TABLES = """
    CREATE TABLE adoption (
        adoption INTEGER PRIMARY KEY, adopted_at TIMESTAMP NOT NULL, adopted_by VARCHAR NOT NULL,
        definition VARCHAR NOT NULL, after_batch INTEGER NOT NULL
    );
    CREATE TABLE renaming (
        adoption INTEGER NOT NULL, of_table VARCHAR NOT NULL, kind VARCHAR NOT NULL, field VARCHAR NOT NULL,
        former VARCHAR NOT NULL, name VARCHAR NOT NULL
    );
    CREATE TABLE adopted_question (
        adoption INTEGER NOT NULL, of_table VARCHAR NOT NULL, name VARCHAR NOT NULL, added BOOLEAN NOT NULL
    );
"""


@dataclass(frozen=True)
class Renaming:
    """A question (`kind` field) or an answer to the question `field` (`kind` code) that goes by another name now.

    For a question, `field` is the new name.
    """

    of_table: str
    kind: Literal["field", "code"]
    field: str
    former: str
    name: str


@dataclass(frozen=True)
class Adoption:
    """A definition that the store followed: from the batch after `after_batch` on, until the next adoption."""

    adoption: int
    definition: str
    after_batch: int
    questions: frozenset[tuple[str, str]]
    renamings: tuple[Renaming, ...]


def adopted_definition(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the digest of the definition that the store follows."""
    row = connection.execute("SELECT definition FROM adoption ORDER BY adoption DESC LIMIT 1").fetchone()
    assert row
    return str(row[0])


def adoptions(connection: duckdb.DuckDBPyConnection) -> tuple[Adoption, ...]:
    """Return every adoption, the first one first."""
    questions: dict[int, set[tuple[str, str]]] = {}
    for number, of_table, name in connection.execute(
        "SELECT adoption, of_table, name FROM adopted_question"
    ).fetchall():
        questions.setdefault(number, set()).add((of_table, name))
    renamings: dict[int, list[Renaming]] = {}
    for number, *values in connection.execute("FROM renaming ORDER BY ALL").fetchall():
        renamings.setdefault(number, []).append(Renaming(*values))
    rows = connection.execute("SELECT adoption, definition, after_batch FROM adoption ORDER BY adoption").fetchall()
    return tuple(
        Adoption(number, digest, batch, frozenset(questions.get(number, ())), tuple(renamings.get(number, ())))
        for number, digest, batch in rows
    )


def definitions_by_age(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the beginnings (`DIGEST`) of the digests of all definitions that the store ever followed, each where it
    was first adopted, the oldest first; those too that were taken back, which the history alone remembers."""
    later = connection.execute("""
        SELECT string_split(detail, ' > ')[2]
        FROM event
        WHERE what = 'schema use'
        ORDER BY done_at, rowid""").fetchall()
    known = [str(row[0]) for row in later]
    # The first ones came with the store itself, or with its format.
    first = [adoption.definition[:DIGEST] for adoption in adoptions(connection)]
    return list(dict.fromkeys([*(digest for digest in first if digest not in known), *known]))


def record_adoption(
    connection: duckdb.DuckDBPyConnection,
    digest: str,
    after_batch: int,
    questions: Iterable[tuple[str, str, bool]],
    renamings: Iterable[Renaming] = (),
) -> int:
    """Write down that the store follows this definition from now on; return the adoption's number.

    `questions` are the table and the name of each question that it asks, and whether the store had no column for it.
    """
    row = connection.execute(
        "INSERT INTO adoption SELECT coalesce(max(adoption), 0) + 1, ?, ?, ?, ? FROM adoption RETURNING adoption",
        [now(), current_user(), digest, after_batch],
    ).fetchone()
    assert row
    number = int(row[0])
    asked = pd.DataFrame(list(questions), columns=["of_table", "name", "added"])
    _insert(connection, "adopted_question", asked.assign(adoption=number))
    changes = [(new.of_table, new.kind, new.field, new.former, new.name) for new in renamings]
    renamed = pd.DataFrame(changes, columns=["of_table", "kind", "field", "former", "name"])
    _insert(connection, "renaming", renamed.assign(adoption=number))
    return number


def tables_of(survey: Survey) -> dict[str, TableSchema]:
    """Return the tables of a definition whose rows a store keeps, by name."""
    return {"child": survey.child, "household": survey.household, "response": survey.response}


def asked_questions(survey: Survey) -> list[tuple[str, str]]:
    """Return the table and the name of every question that the definition asks."""
    return [
        (table, field.name)
        for table, schema in tables_of(survey).items()
        for field in schema.fields
        if not field.is_turned_off
    ]


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: pd.DataFrame) -> None:
    if rows.empty:
        return
    connection.register("rows_of_adoption", pa.Table.from_pandas(rows, preserve_index=False))
    connection.execute(f"INSERT INTO {table} BY NAME FROM rows_of_adoption")
    connection.unregister("rows_of_adoption")
