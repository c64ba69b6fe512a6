"""What processes that were killed left beside a store: copies half made, files half written, what the engine laid by.

They hold what the store holds, so they are named, and removed once nobody is at work on them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cpms_cli.errors import StoreError
from cpms_cli.store.access.holding import hold_store, is_held
from cpms_cli.writing.file_locks import is_locked
from cpms_cli.writing.files import PART_PREFIX
from cpms_cli.writing.outputs import is_database


def leftovers(store: Path) -> list[Path]:
    """Files, and a folder of the engine's, in the store's folder that nobody is at work on any more; in their order."""
    folder, name = store.resolve().parent, store.resolve().name
    left_over = [part for part in _parts(folder) if not is_held(_place_of(part))]
    left_over += [path for path in folder.glob(f"{PART_PREFIX}*") if path.is_file() and not _is_open(path)]
    spilled = folder / f"{name}.tmp"
    left_over += [spilled] if spilled.is_dir() and not is_held(store) else []
    return sorted(set(left_over))


def remove_leftovers(store: Path) -> list[Path]:
    """Remove them; those that are gone. Whoever calls it holds the store, with no connection open to it."""
    gone = []
    for path in leftovers(store):
        with suppress(OSError, StoreError):
            if path.name.startswith(PART_PREFIX):
                path.unlink()
            elif path.is_dir():
                shutil.rmtree(path)
            else:
                with hold_store(_place_of(path), wait=0):
                    path.unlink(missing_ok=True)
            gone.append(path)
    return gone


def _parts(folder: Path) -> Iterator[Path]:
    """Copies under way or left behind (`store.access.copy_parts`), each with its log."""
    for part in folder.glob(".*.part"):
        if part.is_file() and (is_database(part) or not part.stat().st_size):
            yield part
    yield from folder.glob(".*.part.wal")


def _place_of(part: Path) -> Path:
    """The store in whose place a copy was to stand."""
    return part.with_name(part.name.removeprefix(".").removesuffix(".wal").removesuffix(".part"))


def _is_open(path: Path) -> bool:
    """Whether a process is writing this file at this moment."""
    try:
        return is_locked(path)
    except OSError:
        return True
