"""What a store says: whole, for telling whether it is as it was, or apart from random identifiers and times."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store
from cpms_cli.store.logs.record_releases import RECORD_RELEASE_TABLES
from cpms_cli.store.tables.erasure_mark import FURTHER_META
from cpms_cli.store.tables.link_row_tables import LINK_ROW_TABLES
from cpms_cli.store.tables.pseudonym_key import PSEUDONYM_KEY_TABLES
from cpms_cli.store.tables.release_tables import RELEASE_TABLES
from cpms_cli.store.tables.store_tables import TABLES, identity_column


def store_content(store: str | Path, *, schemas: Path | None = None) -> dict[str, pd.DataFrame]:
    """The current rows of a store in the order of their keys, each person or home named by its first row's key."""
    survey = definition_in_use(store, schemas)
    tables: dict[str, pd.DataFrame] = {}
    with open_store(Path(store), survey) as connection:
        for table in TABLES:
            key = survey.key(table)
            identity = identity_column(survey, table)
            names = ", ".join(f"o.{name}" for name in survey.columns(table))
            first = f"min(concat_ws('|', {', '.join(key)})) OVER (PARTITION BY l.{identity})"
            tables[table] = connection.execute(f"""
                SELECT {names}, {first} AS same_as, l.how
                FROM {table}_observation o
                JOIN {table}_link l USING ({", ".join(key)})
                WHERE o.superseded_by IS NULL
                ORDER BY {", ".join(key)}""").df()
    return tables


LOGS = (
    "event",
    "audit",
    "link_run",
    *LINK_ROW_TABLES,
    "definition",
    "score_run",
    *RELEASE_TABLES,
    *RECORD_RELEASE_TABLES,
    *PSEUDONYM_KEY_TABLES,
)


def dump(store: str | Path, *, schemas: Path | None = None) -> str:
    """Every table with every column in one fixed order, as text.

    The logs of what was done and how are left out, and what is remembered only to be quicker.

    Equal to the byte before a merge and after its undo.
    """
    with open_store(Path(store), definition_in_use(store, schemas)) as connection:
        names = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND NOT internal ORDER BY 1"
        ).fetchall()
        rows = {name: f"SELECT * FROM {name}" for (name,) in names if name not in LOGS}
        rows["meta"] = f"SELECT * FROM meta WHERE {FURTHER_META}"
        parts = [
            f"{name}\n{connection.execute(f'{query} ORDER BY ALL').df().to_csv(index=False)}"
            for name, query in rows.items()
        ]
    return "\n".join(parts)


def content_hash(store: str | Path, *, schemas: Path | None = None) -> str:
    """SHA-256 of `store_content`: equal for stores that hold the same, however and in whatever order it came in."""
    total = hashlib.sha256()
    for name, frame in store_content(store, schemas=schemas).items():
        total.update(name.encode())
        total.update(frame.to_csv(index=False, lineterminator="\n").encode())
    return total.hexdigest()
