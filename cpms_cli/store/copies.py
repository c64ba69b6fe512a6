"""Copies of a whole store: backup, restore, compaction, encryption. Each is made beside its place and proved first.

A copy that is not provably the same as its source never takes its place.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from cpms_cli.errors import KeyMissing, StoreError, UsageError
from cpms_cli.store.connection import KEY, attach, is_encrypted, key_from_environment, load_cipher
from cpms_cli.store.content import dump
from cpms_cli.store.file import open_store
from cpms_cli.store.history import note_event
from cpms_cli.store.invariants import check_store
from cpms_cli.survey.loading import load_survey


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _moved_in(part: Path, path: Path, make: Callable[[Path], None], same_as: str, schemas: Path | None) -> None:
    part.unlink(missing_ok=True)
    try:
        make(part)
        if dump(part, schemas=schemas) != same_as:
            raise StoreError("copy_differs", store=path.name)
        part.replace(path)
    except OSError as error:
        raise StoreError("cannot_write", file=path.name, reason=error.strerror or "") from None
    finally:
        part.unlink(missing_ok=True)
        part.with_name(f"{part.name}.wal").unlink(missing_ok=True)


def _settled(store: Path, schemas: Path | None) -> str:
    """The dump of a store whose log is written into its file, so that the one file is all of it."""
    with open_store(store, load_survey(schemas), write=True) as connection:
        connection.execute("CHECKPOINT")
    return dump(store, schemas=schemas)


def backup(store: str | Path, to: str | Path, *, schemas: Path | None = None) -> Path:
    """Copy a store to a file that does not exist yet; an encrypted one stays encrypted.

    Raises UsageError where the file is there already, StoreError where the copy is not the same.
    """
    source, target = Path(store), Path(to)
    if target.exists():
        raise UsageError("file_exists", file=target.name)
    if not target.resolve().parent.is_dir():
        raise UsageError("folder_missing", folder=str(target.resolve().parent))
    said = _settled(source, schemas)
    _moved_in(_beside(target), target, lambda part: _copy(source, part), said, schemas)
    return target


def _copy(source: Path, part: Path) -> None:
    shutil.copyfile(source, part)
    part.chmod(0o600)


def restore(copy: str | Path, store: str | Path, *, schemas: Path | None = None) -> Path | None:
    """Put a backup in a store's place, after proving it; the store that was there is kept, and its new path returned.

    Raises StoreError where the backup does not hold what every store must.
    """
    source, target = Path(copy), Path(store)
    wrong = check_store(source, schemas=schemas)
    if wrong["violations"].any():
        raise StoreError("backup_unsound", store=source.name)
    said = dump(source, schemas=schemas)
    kept = None
    if target.exists():
        _settled(target, schemas)
        kept = next(
            path for number in range(1, 10_000)
            if not (path := target.with_name(f"{target.stem}-before-restore-{number}{target.suffix}")).exists()
        )  # fmt: skip
        shutil.copyfile(target, kept)
        kept.chmod(0o600)
    _moved_in(_beside(target), target, lambda part: _copy(source, part), said, schemas)
    with open_store(target, load_survey(schemas), write=True) as connection:
        note_event(connection, "restore", detail=source.name)
    return kept


def _rewrite(source: Path, target: Path, source_key: str | None, target_key: str | None) -> None:
    connection = duckdb.connect(":memory:", config={"temp_directory": ""})
    try:
        if source_key or target_key:
            load_cipher(connection)
        attach(connection, source, "store", source_key, read_only=True)
        attach(connection, target, "target", target_key, read_only=False)
        connection.execute("COPY FROM DATABASE store TO target")
        connection.execute("CHECKPOINT target")
    except duckdb.Error as error:
        raise StoreError("store_unusable", store=source.name, reason=str(error).splitlines()[0]) from None
    finally:
        connection.close()
    target.chmod(0o600)


def compact(store: str | Path, *, schemas: Path | None = None) -> tuple[int, int]:
    """Write a store anew without what was deleted; bytes before and after."""
    path = Path(store)
    said = _settled(path, schemas)
    before = path.stat().st_size
    key = key_from_environment() if is_encrypted(path) else None
    _moved_in(_beside(path), path, lambda part: _rewrite(path, part, key, key), said, schemas)
    return before, path.stat().st_size


def encrypt(store: str | Path, *, schemas: Path | None = None) -> None:
    """Write a store anew under the key of the environment (AES-256), in place of the plain one.

    Raises UsageError where it is encrypted already or no key is given.
    """
    path, key = Path(store), key_from_environment()
    if not path.exists():
        raise UsageError("store_missing", store=str(path))
    if is_encrypted(path):
        raise UsageError("store_is_encrypted", store=path.name)
    if key is None:
        raise KeyMissing("store_needs_key", store=path.name, variable=KEY)
    said = _settled(path, schemas)
    _moved_in(_beside(path), path, lambda part: _rewrite(path, part, None, key), said, schemas)
    with open_store(path, load_survey(schemas), write=True) as connection:
        note_event(connection, "encrypt")
