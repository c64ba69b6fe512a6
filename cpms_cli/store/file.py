"""The store: one DuckDB file that holds every round, and nothing in it is overwritten, save where consent is withdrawn.

Tables
- `meta`: the store's format and what made it;
- `batch`: one merged file each: its SHA-256, name, when, by whom, with which definition, and the counts;
- `child_observation`, `household_observation`: what a round says about one child or home, every cell as canonical
  text; `superseded_by` is the batch whose row took its place;
- `child_link`, `household_link`: which person or home each current observation belongs to;
- the tables of `store/link_tables.py`: anchors of identifiers, decisions about links, doubtful pairs, parameters;
- `audit`: each output that showed whom it is about.

Views `current_child` and `current_household` have one row per key, with `cpms_id` and `household_id` filled in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cpms_cli.errors import StoreError, StoreLocked, StoreNotOurs, UnreadableFile
from cpms_cli.store.link_tables import create_link_tables
from cpms_cli.survey.definition import Survey, Table

FORMAT = 1
TABLES: tuple[Table, ...] = ("child", "household")
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": "false"}


def _open(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=_CONFIG)
    except duckdb.IOException as error:
        told = str(error)
        if "lock" in told.lower() or "being used by another process" in told.lower():
            raise StoreLocked("store_locked", store=path.name) from None
        if "not a valid DuckDB" in told or "newer version" in told.lower() or "serialization" in told.lower():
            raise StoreNotOurs("store_not_ours", store=path.name) from None
        raise StoreError("store_unusable", store=path.name, reason=told.splitlines()[0]) from None
    except duckdb.Error as error:
        raise StoreNotOurs("store_not_ours", store=path.name, reason=str(error).splitlines()[0]) from None
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET lock_configuration = true")
    return connection


def _check_format(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        found = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
    except duckdb.CatalogException:
        found = None
    if found is None:
        raise StoreNotOurs("store_not_ours", store=path.name)
    if int(found[0]) > FORMAT:
        raise StoreNotOurs("store_newer", store=path.name, format=found[0], known=FORMAT)


def _link_table(survey: Survey, table: Table) -> str:
    key = survey.key(table)
    columns = ", ".join(f"{name} VARCHAR NOT NULL" for name in key)
    return (
        f"CREATE TABLE {table}_link ({columns}, {identity_column(survey, table)} VARCHAR NOT NULL,"
        f" how VARCHAR NOT NULL, PRIMARY KEY ({', '.join(key)}))"
    )


def _current_view(survey: Survey, table: Table) -> str:
    identities = {
        identity_column(survey, "household"): "h",
        **({identity_column(survey, "child"): "c"} if table == "child" else {}),
    }
    shown = ", ".join(f"{identities.get(name, 'o')}.{name}" for name in survey.columns(table))
    home = f"LEFT JOIN household_link h USING ({', '.join(survey.key('household'))})"
    person = f"LEFT JOIN child_link c USING ({', '.join(survey.key('child'))})" if table == "child" else ""
    return (
        f"CREATE VIEW current_{table} AS SELECT {shown}, o.batch_id, o.sheet, o.row_number"
        f" FROM {table}_observation o {home} {person} WHERE o.superseded_by IS NULL"
    )


def _create(connection: duckdb.DuckDBPyConnection, survey: Survey, tool_version: str) -> None:
    connection.execute("BEGIN")
    connection.execute("CREATE TABLE meta (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)")
    connection.execute(
        "INSERT INTO meta VALUES ('format', ?), ('made_by', ?), ('definition', ?)",
        [str(FORMAT), tool_version, survey.digest],
    )
    connection.execute(
        "CREATE TABLE batch (batch_id INTEGER PRIMARY KEY, sha256 VARCHAR NOT NULL, file VARCHAR NOT NULL,"
        " merged_at TIMESTAMP NOT NULL, merged_by VARCHAR NOT NULL, tool_version VARCHAR NOT NULL,"
        " definition VARCHAR NOT NULL, rows_in BIGINT NOT NULL, rows_stored BIGINT NOT NULL,"
        " rows_unchanged BIGINT NOT NULL, rows_quarantined BIGINT NOT NULL,"
        " CHECK (rows_in = rows_stored + rows_unchanged + rows_quarantined))"
    )
    connection.execute(
        "CREATE TABLE audit (shown_at TIMESTAMP NOT NULL, who VARCHAR NOT NULL, what VARCHAR NOT NULL, children BIGINT)"
    )
    for table in TABLES:
        columns = ", ".join(f"{name} VARCHAR" for name in survey.columns(table))
        connection.execute(
            f"CREATE TABLE {table}_observation ({columns}, content VARCHAR NOT NULL, batch_id INTEGER NOT NULL,"
            " sheet VARCHAR, row_number BIGINT NOT NULL, superseded_by INTEGER)"
        )
        connection.execute(_link_table(survey, table))
    create_link_tables(connection, survey)
    for table in TABLES:
        connection.execute(_current_view(survey, table))
    connection.execute("COMMIT")


def identity_column(survey: Survey, table: Table) -> str:
    """The name of the permanent identifier of a child or a household."""
    return survey.role("person" if table == "child" else "home").name


@contextmanager
def open_store(
    path: Path, survey: Survey, *, write: bool = False, tool_version: str = ""
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the store, made new if it is missing and `write` is given; closed at the end.

    Raises StoreLocked, StoreNotOurs, or StoreError; UnreadableFile where there is none to read.
    """
    if path.is_dir():
        raise StoreError("file_is_directory", file=path.name)
    new = not path.exists()
    if new and not write:
        raise UnreadableFile("store_missing", store=str(path))
    if new and not path.resolve().parent.is_dir():
        raise StoreError("folder_missing", folder=str(path.resolve().parent))
    connection = _open(path, read_only=not write)
    try:
        if new:
            # Where the system knows owners, only this one may read whom the store is about.
            path.chmod(0o600)
            _create(connection, survey, tool_version)
        _check_format(connection, path)
        yield connection
    except duckdb.IOException as error:
        raise StoreError("store_unusable", store=path.name, reason=str(error).splitlines()[0]) from None
    finally:
        connection.close()
