"""Copies of a whole store: backup, restore, compaction, encryption. Each is made beside its place and proved first.

A copy that is not provably the same as its source never takes its place. From the first look to the last rename the
store is held, so that nothing is merged into it meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import duckdb

from cpms_cli.errors import KeyMissing, StoreError, StoreLocked, UnreadableFile, UsageError
from cpms_cli.store.access.birth import has_log, is_unborn, log_of
from cpms_cli.store.access.connection import (
    KEY,
    SMALL_BLOCK,
    Access,
    attach,
    is_encrypted,
    key_from_environment,
    load_cipher,
    reason_of,
    unusable,
)
from cpms_cli.store.access.copy_parts import copy_whole, move_in, part_of
from cpms_cli.store.access.holding import hold_store
from cpms_cli.store.access.write_outcome import note_stored
from cpms_cli.store.content import dump
from cpms_cli.store.definitions.definition_in_use import definition_in_use
from cpms_cli.store.file import open_store, rows_stored
from cpms_cli.store.history import Event, note_event
from cpms_cli.store.invariants import check_store
from cpms_cli.store.safety.leftovers import remove_leftovers
from cpms_cli.store.safety.releases_kept import Given, carry_over, given_by
from cpms_cli.store.tables.erasure_mark import take_mark
from cpms_cli.survey.rules.workbench import SMALL


def _settled(store: Path, schemas: Path | None) -> str:
    """The dump of a store whose log is written into its file, so that the one file is all of it; who calls holds it."""
    with open_store(store, definition_in_use(store, schemas), write=True):
        pass
    if has_log(store):
        raise StoreError("store_log_stays", store=store.name, log=log_of(store).name)
    return dump(store, schemas=schemas)


def _take_place(  # noqa: PLR0913 - each says another thing of one step
    path: Path,
    make: Callable[[Path], None],
    same_as: str,
    schemas: Path | None,
    event: tuple[Event, str] | None = None,
    given: Given | None = None,
) -> None:
    """Make a copy, prove it, write down in it what was done (`event`: what, and with which detail) and what else was
    `given` to readers, and put it in a store's place: the last step of all."""
    with part_of(path) as part:
        make(part)
        _prove(part, path, same_as, schemas)
        if event:
            with open_store(part, definition_in_use(part, schemas), write=True) as connection:
                what, detail = event
                note_event(connection, what, detail=detail)
                carry_over(connection, given or Given())
        move_in(part, path, over=True)
        note_stored(path)


def _prove(part: Path, path: Path, same_as: str, schemas: Path | None) -> None:
    if dump(part, schemas=schemas) != same_as:
        raise StoreError("copy_differs", store=path.name)


@contextmanager
def _held_if_writable(store: Path) -> Iterator[None]:
    """A store that is only read: held where its folder can be written, so that nobody changes it meanwhile."""
    if not store.exists():
        raise UnreadableFile("store_missing", store=str(store))
    with ExitStack() as held:
        try:
            held.enter_context(hold_store(store))
        except StoreLocked:
            raise
        except StoreError:
            pass  # a read-only disk: nobody can change the store there
        yield


def backup(store: str | Path, to: str | Path, *, schemas: Path | None = None) -> Path:
    """Copy a store to a file that does not exist yet; an encrypted one stays encrypted.

    Raises UsageError where the file is there already, StoreError where the copy is not the same.
    """
    source, target = Path(store), Path(to)
    if target.exists():
        raise UsageError("file_exists", file=target.name)
    if not target.resolve().parent.is_dir():
        raise UsageError("folder_missing", folder=str(target.resolve().parent))
    with _held_if_writable(source), hold_store(target), part_of(target) as part:
        content = _settled(source, schemas) if has_log(source) else dump(source, schemas=schemas)
        copy_whole(source, part)
        _prove(part, target, content, schemas)
        move_in(part, target, over=False)
    return target


def restore(copy: str | Path, store: str | Path, *, schemas: Path | None = None) -> Path | None:
    """Put a backup in a store's place, after proving it; the store that was there is kept, and its new path returned.

    What readers were given since the backup stays remembered.

    Raises StoreError where the backup does not hold what every store must.
    """
    source, target = Path(copy), Path(store)
    if not target.resolve().parent.is_dir():
        raise UsageError("folder_missing", folder=str(target.resolve().parent))
    if target.exists() and source.exists() and target.samefile(source):
        raise UsageError("restore_itself", store=target.name)
    with _held_if_writable(source), hold_store(target):
        wrong = check_store(source, schemas=schemas)
        if wrong["violations"].any():
            raise StoreError("backup_unsound", store=source.name)
        kept = None if is_unborn(target) else _keep(target, schemas)
        if kept is None and has_log(target):
            raise StoreError("store_log_alone", store=target.name, log=log_of(target).name)
        content, given = dump(source, schemas=schemas), given_by(kept, schemas) if kept else None
        _take_place(target, lambda part: copy_whole(source, part), content, schemas, ("restore", source.name), given)
    return kept


def _keep(target: Path, schemas: Path | None) -> Path:
    """The store that is there, copied beside its place under a name that is free."""
    _settled(target, schemas)
    kept = next(
        path
        for number in range(1, 10_000)
        if not (path := target.with_name(f"{target.stem}-before-restore-{number}{target.suffix}")).exists()
    )
    with part_of(kept) as part:
        copy_whole(target, part)
        move_in(part, kept, over=False)
    return kept


def _rewrite(source: Path, target: Path, source_key: str | None, target_key: str | None) -> None:
    connection = duckdb.connect(":memory:", config={"temp_directory": ""})
    try:
        if source_key or target_key:
            load_cipher(connection)
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        attach(connection, source, "store", Access(read_only=True, key=source_key))
        connection.execute("USE store")
        block_size = SMALL_BLOCK if rows_stored(connection) <= SMALL else None
        attach(connection, target, "target", Access(read_only=False, key=target_key, block_size=block_size))
        connection.execute("COPY FROM DATABASE store TO target")
        take_mark(connection, "target")
        connection.execute("CHECKPOINT target")
    except duckdb.Error as error:
        raise StoreError(unusable(error), store=source.name, reason=reason_of(error)) from None
    finally:
        connection.close()
    with suppress(OSError):
        target.chmod(0o600)


def compact(store: str | Path, *, schemas: Path | None = None) -> tuple[int, int]:
    """Write a store anew without what was deleted, and remove what killed copies left beside it; bytes before and
    after."""
    path = Path(store)
    if not path.exists():
        raise UnreadableFile("store_missing", store=str(path))
    with hold_store(path):
        content = _settled(path, schemas)
        remove_leftovers(path)
        before = path.stat().st_size
        key = key_from_environment() if is_encrypted(path) else None
        _take_place(path, lambda part: _rewrite(path, part, key, key), content, schemas)
        return before, path.stat().st_size


def encrypt(store: str | Path, *, schemas: Path | None = None) -> None:
    """Write a store anew under the key of the environment (AES-256), in place of the plain one.

    Raises UsageError where it is encrypted already or no key is given.
    """
    path, key = Path(store), key_from_environment()
    if not path.exists():
        raise UsageError("store_missing", store=str(path))
    with hold_store(path):
        if is_encrypted(path):
            raise UsageError("store_is_encrypted", store=path.name)
        if key is None:
            raise KeyMissing("store_needs_key", store=path.name, variable=KEY)
        content = _settled(path, schemas)
        _take_place(path, lambda part: _rewrite(path, part, None, key), content, schemas, ("encrypt", ""))
