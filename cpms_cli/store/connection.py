"""Opens a store's file, plain or encrypted, and turns what the engine says into words for people.

An encrypted store is attached to an engine in memory, with the OpenSSL module that comes in the wheel of the very same
version: nothing is downloaded. The key is taken from the environment (`CPMS_KEY`, or a file named by `CPMS_KEY_FILE`);
it never stands on a command line, where other users of the machine could see it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import duckdb

from cpms_cli.errors import KeyMissing, StoreError, StoreLocked, StoreNotOurs, WrongKey
from cpms_cli.survey.relations import quoted

KEY, KEY_FILE = "CPMS_KEY", "CPMS_KEY_FILE"
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": "false"}


def key_from_environment() -> str | None:
    """The store's key, if the environment has one. Raises StoreError for a key file that cannot be read."""
    if key := os.environ.get(KEY):
        return key
    named = os.environ.get(KEY_FILE)
    if not named:
        return None
    try:
        key = Path(named).read_text("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        raise StoreError("key_file_unreadable", file=named) from None
    if not key:
        raise StoreError("key_file_unreadable", file=named)
    return key


def load_cipher(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the engine the module it needs to write encrypted files."""
    folder = Path(str(files("duckdb_extension_httpfs"))) / "extensions" / f"v{duckdb.__version__}"
    connection.execute(f"LOAD {quoted(str(folder / 'httpfs.duckdb_extension'))}")


def _as_bytes(key: str) -> str:
    """The key as the engine reads bytes out of text: it takes no letters but ASCII, and a backslash starts a code."""
    return "".join(chr(one) if 32 <= one < 127 and one != ord("\\") else f"\\x{one:02X}" for one in key.encode())


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, key: str | None, read_only: bool) -> None:
    """Attach a store's file under this name; `key` None for a plain one."""
    told = [*(["READ_ONLY"] if read_only else []), *([f"ENCRYPTION_KEY {quoted(_as_bytes(key))}"] if key else [])]
    connection.execute(f"ATTACH {quoted(str(path))} AS {name}" + (f" ({', '.join(told)})" if told else ""))


def is_encrypted(path: Path) -> bool:
    """Whether a store's file can only be opened with a key."""
    connection = duckdb.connect(":memory:")
    try:
        attach(connection, path, "store", None, read_only=True)
    except duckdb.Error as error:
        return "encrypted" in str(error)
    finally:
        connection.close()
    return False


def _encrypted(path: Path, read_only: bool, key: str | None) -> duckdb.DuckDBPyConnection:
    if key is None:
        raise KeyMissing("store_needs_key", store=path.name, variable=KEY)
    # A spilled table would stand on the disk in plain text.
    connection = duckdb.connect(":memory:", config={"temp_directory": ""})
    try:
        load_cipher(connection)
        attach(connection, path, "store", key, read_only)
    except BaseException:
        connection.close()
        raise
    connection.execute("USE store")
    connection.execute("SET enable_external_access = false")
    return connection


def _connected(path: Path, read_only: bool, key: str | None, new_with_key: bool) -> duckdb.DuckDBPyConnection:
    if new_with_key:
        return _encrypted(path, read_only, key)
    try:
        return duckdb.connect(str(path), read_only=read_only, config=_CONFIG)
    except duckdb.CatalogException as error:
        if "encrypted" not in str(error):
            raise
        return _encrypted(path, read_only, key)


def commit(connection: duckdb.DuckDBPyConnection) -> None:
    """End a transaction, and write the log into the store's file.

    After the commit the log alone holds everything: where there is no room to write it into the file (a full disk),
    that is done when the store is opened next, and is no reason to say that the work failed.
    """
    connection.execute("COMMIT")
    with suppress(duckdb.Error):
        connection.execute("CHECKPOINT")


def connect(path: Path, *, read_only: bool, key: str | None = None) -> duckdb.DuckDBPyConnection:
    """A connection that can reach nothing but the store; a new store is encrypted where a key is given.

    Raises StoreLocked, StoreNotOurs, KeyMissing, WrongKey, or StoreError.
    """
    key = key or key_from_environment()
    try:
        connection = _connected(path, read_only, key, new_with_key=key is not None and not path.exists())
    except duckdb.IOException as error:
        told = str(error)
        if "lock" in told.lower() or "being used by another process" in told.lower():
            raise StoreLocked("store_locked", store=path.name) from None
        if "not a valid DuckDB" in told or "newer version" in told.lower() or "serialization" in told.lower():
            raise StoreNotOurs("store_not_ours", store=path.name) from None
        raise StoreError("store_unusable", store=path.name, reason=told.splitlines()[0]) from None
    except duckdb.InvalidInputException as error:
        if "encryption key" in str(error):
            raise WrongKey("store_wrong_key", store=path.name) from None
        raise StoreNotOurs("store_not_ours", store=path.name) from None
    except duckdb.Error:
        raise StoreNotOurs("store_not_ours", store=path.name) from None
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET lock_configuration = true")
    return connection
