"""Opens a store's file, plain or encrypted, and turns what the engine says into words for people.

An encrypted store is attached to an engine in memory, with the OpenSSL module that comes in the wheel of the very same
version: nothing is downloaded. The key is taken from the environment (`CPMS_KEY`, or a file named by `CPMS_KEY_FILE`);
it never stands on a command line, where other users of the machine could see it.
"""

from __future__ import annotations

import re
import time
import warnings
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import duckdb

from cpms_cli.errors import CpmsWarning, KeyMissing, StoreError, StoreLocked, StoreNotOurs, WrongKey
from cpms_cli.interrupts import uninterrupted
from cpms_cli.keys import key_value
from cpms_cli.store.access import holding
from cpms_cli.store.access.holding import holder, refusal
from cpms_cli.store.access.write_outcome import note_stored
from cpms_cli.survey.rules.typed_answers import quoted

KEY, KEY_FILE = "CPMS_KEY", "CPMS_KEY_FILE"
# The engine's "block" is no lock, and names of files, which it quotes, say nothing.
_IN_USE = re.compile(r"\block\b|being used by another process|already open", re.IGNORECASE)
_DAMAGED = re.compile(r"corrupt|checksum|could not read enough bytes|reached the end of the file", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')
_NO_STORE = ("not a valid duckdb", "newer version", "serialization")
_NEVER = "1TB"
_PAUSE = 0.05
# Every change of a store adds a line to one of these, or takes one away.
_LOGS = ("batch", "event", "audit", "release", "score_run", "link_decision")
_CONFIG: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": "false"}
SMALL_BLOCK = 65_536
"""Bytes of a block in a store that begins with few rows: the engine's usual ones, four times as large, would be nearly
empty. Large tables in such blocks are read about a sixth more slowly; compaction chooses anew, by the rows then."""


def key_from_environment() -> str | None:
    """The store's key, if the environment has one. Raises StoreError for a key file that cannot be read."""
    if key := key_value(KEY):
        return key
    named = key_value(KEY_FILE)
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
    return "".join(
        chr(character) if 32 <= character < 127 and character != ord("\\") else f"\\x{character:02X}"
        for character in key.encode()
    )


@dataclass(frozen=True)
class Access:
    """How a store's file is opened: `key` None for a plain one, `block_size` (bytes) for a new one."""

    read_only: bool
    key: str | None = None
    block_size: int | None = None


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, access: Access) -> None:
    """Attach a store's file under this name."""
    options = [
        *(["READ_ONLY"] if access.read_only else []),
        *([f"ENCRYPTION_KEY {quoted(_as_bytes(access.key))}"] if access.key else []),
        *([f"BLOCK_SIZE {access.block_size}"] if access.block_size else []),
    ]
    connection.execute(f"ATTACH {quoted(str(path))} AS {name}" + (f" ({', '.join(options)})" if options else ""))


def is_encrypted(path: Path) -> bool:
    """Whether a store's file can only be opened with a key."""
    connection = duckdb.connect(":memory:")
    try:
        attach(connection, path, "store", Access(read_only=True))
    except duckdb.Error as error:
        return "encrypted" in str(error)
    finally:
        connection.close()
    return False


def _encrypted(path: Path, access: Access) -> duckdb.DuckDBPyConnection:
    if access.key is None:
        raise KeyMissing("store_needs_key", store=path.name, variable=KEY)
    return _attached(path, access)


def _attached(path: Path, access: Access) -> duckdb.DuckDBPyConnection:
    # A spilled table would stand on the disk in plain text.
    connection = duckdb.connect(":memory:", config={"temp_directory": ""})
    try:
        if access.key is not None:
            load_cipher(connection)
        if not access.read_only:
            connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        attach(connection, path, "store", access)
    except BaseException:
        connection.close()
        raise
    connection.execute("USE store")
    connection.execute("SET enable_external_access = false")
    return connection


def _connected(path: Path, access: Access) -> duckdb.DuckDBPyConnection:
    if access.key is not None and not path.exists():
        return _encrypted(path, access)
    sized = {"default_block_size": access.block_size} if access.block_size else {}
    try:
        return duckdb.connect(str(path), read_only=access.read_only, config={**_CONFIG, **sized})
    except duckdb.CatalogException as error:
        if "encrypted" not in str(error):
            raise
        return _encrypted(path, replace(access, block_size=None))
    except duckdb.InternalException as error:
        if "WAL" not in reason_of(error):
            raise
        # A log in which views are made can only be replayed by an engine that has another database already.
        return _attached(path, Access(access.read_only))


def _connection_error(path: Path, error: duckdb.Error) -> StoreError:
    """What stands for an error of the engine on opening a store."""
    text = reason_of(error)
    unquoted = _QUOTED.sub("", text)
    held = isinstance(error, duckdb.ConnectionException) or (
        isinstance(error, duckdb.IOException) and _IN_USE.search(unquoted)
    )
    if held:
        process = re.search(r"\(PID \d+\)", text)
        return refusal(path, holder(path) or (process[0].strip("()") if process else ""))
    if isinstance(error, duckdb.InvalidInputException) and "encryption key" in text:
        return WrongKey("store_wrong_key", store=path.name)
    if isinstance(error, duckdb.IOException) and not any(sign in text.lower() for sign in _NO_STORE):
        return StoreError(unusable(error), store=path.name, reason=text)
    return StoreNotOurs("store_not_ours", store=path.name)


def unusable(error: BaseException) -> str:
    """Return the message for an error of the engine after which nothing was changed: whether the file is damaged."""
    return "store_damaged" if _DAMAGED.search(_QUOTED.sub("", reason_of(error))) else "store_unusable"


def reason_of(error: BaseException) -> str:
    """The first line of what the engine says."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def connect(
    path: Path, *, read_only: bool, key: str | None = None, locked: bool = True, block_size: int | None = None
) -> duckdb.DuckDBPyConnection:
    """Return a connection that can reach nothing but the store; a new store is encrypted where a key is given.

    A new store is made of blocks of `block_size` bytes, of the engine's usual size where that is None. Unless it is
    `locked`, the caller sets what else is to be set and then calls `lock_settings`.

    The log is written into the store's file only where we say so (`write_log_in`): the engine would do it on
    closing as well, and end the process where the disk is full. Waits a while for who has the store open. Raises
    StoreLocked, StoreNotOurs, KeyMissing, WrongKey, or StoreError.
    """
    access = Access(read_only, key or key_from_environment(), block_size)
    until = time.monotonic() + holding.WAIT
    while True:
        try:
            connection = _connected(path, access)
            break
        except duckdb.Error as error:
            refused = _connection_error(path, error)
            if not isinstance(refused, StoreLocked) or time.monotonic() >= until:
                raise refused from None
        time.sleep(_PAUSE)
    connection.execute("SET TimeZone = 'UTC'")
    if not read_only:
        connection.execute(f"PRAGMA disable_checkpoint_on_shutdown; SET wal_autocheckpoint = '{_NEVER}'")
    if locked:
        lock_settings(connection)
    return connection


def lock_settings(connection: duckdb.DuckDBPyConnection) -> None:
    """Let no statement change what the engine may do and reach."""
    connection.execute("SET lock_configuration = true")


class CommitFailed(Exception):
    """The engine could not say that it had committed; `mark` is what the store looks like if it has."""

    def __init__(self, mark: object, reason: str) -> None:
        super().__init__(reason)
        self.mark = mark
        self.reason = reason


def mark_of(connection: duckdb.DuckDBPyConnection) -> object:
    """What tells the store before a change from the store after it: its tables, and how long its logs are."""
    rows = connection.execute("""
        SELECT table_name
        FROM duckdb_tables()
        WHERE NOT temporary AND database_name = current_database()
        ORDER BY table_name""").fetchall()
    tables = [str(name) for (name,) in rows]
    counts = ", ".join(f"(SELECT count(*) FROM {name})" for name in _LOGS if name in tables)
    return tables, connection.execute(f"SELECT {counts}").fetchall() if counts else []


def commit(connection: duckdb.DuckDBPyConnection) -> None:
    """End a transaction, and write the log into the store's file; no signal comes between.

    After the commit the log alone holds everything: where there is no room to write it into the file (a full disk),
    that is done when the store is written next, and is no reason to say that the work failed. Raises CommitFailed,
    which `open_store` turns into what became of the store.
    """
    mark = mark_of(connection)
    store = file_of(connection)
    with uninterrupted():
        try:
            connection.execute("COMMIT")
        except duckdb.Error as error:
            raise CommitFailed(mark, reason_of(error)) from None
        note_stored(store)
        write_log_in(connection, store)


def write_log_in(connection: duckdb.DuckDBPyConnection, store: Path) -> None:
    """Write the log into the store's file; warns where that fails: nothing is lost, but both files must be kept."""
    try:
        connection.execute("CHECKPOINT")
    except duckdb.Error as error:
        warnings.warn(CpmsWarning("store_log_kept", store=store.name, reason=reason_of(error)), stacklevel=2)


def file_of(connection: duckdb.DuckDBPyConnection) -> Path:
    """The file of the store that a connection is open to."""
    row = connection.execute("SELECT path FROM duckdb_databases() WHERE database_name = current_database()").fetchone()
    return Path(str(row[0])) if row else Path()
