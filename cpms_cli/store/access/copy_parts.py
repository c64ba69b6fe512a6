"""A copy under way: made beside its place, for its owner alone, and moved there whole. Who makes it holds the place.

What a killed process leaves behind has the same names, so that the next one writes over it, `cpms store check` names it
and `cpms store compact` removes it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cpms_cli.errors import StoreError, UsageError
from cpms_cli.interrupts import uninterrupted
from cpms_cli.store.access.birth import has_log, log_of
from cpms_cli.writing.files import place_new


@contextmanager
def part_of(place: Path) -> Iterator[Path]:
    """Where the copy that is to stand in this place is made; it is gone at the end, with its log, if it still stands.

    Raises StoreError where the disk fails.
    """
    target = place.resolve()
    part = target.with_name(f".{target.name}.part")
    _remove(part)
    try:
        yield part
    except OSError as error:
        raise StoreError("cannot_write", file=place.name, reason=error.strerror or "") from None
    finally:
        _remove(part)


def _remove(part: Path) -> None:
    for path in (part, log_of(part)):
        with suppress(PermissionError):  # on Windows, while the engine is closing it
            path.unlink(missing_ok=True)


def copy_whole(source: Path, part: Path) -> None:
    """Copy a store that nobody writes, and its log where it has one. Raises OSError."""
    shutil.copyfile(source, part)
    part.chmod(0o600)
    if log_of(source).exists():
        shutil.copyfile(log_of(source), log_of(part))
        log_of(part).chmod(0o600)


def move_in(part: Path, place: Path, *, over: bool) -> None:
    """Move a finished copy into its place, over what stands there or only where nothing does. Raises OSError, and
    UsageError where a file of that name is there already."""
    if has_log(part):
        raise StoreError("store_log_stays", store=place.name, log=log_of(part).name)
    _to_disk(part)
    target = place.resolve()
    with uninterrupted():
        if over:
            part.replace(target)
        else:
            try:
                place_new(part, target)
            except FileExistsError:
                raise UsageError("file_exists", file=place.name) from None
        if sys.platform != "win32":
            _to_disk(target.parent)


def _to_disk(path: Path) -> None:
    """Wait until it is on the disk, not only in the computer's memory; Windows wants a file open for writing."""
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY if sys.platform != "win32" else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
