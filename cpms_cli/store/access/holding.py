"""One writer at a time: a store is held from a writer's first look at it to its last rename.

The engine's own lock ends where a copy takes the store's place. So a writer also locks a file beside the store, named
after it; symbolic links are followed first, so that every path to a store leads to one lock. The lock is the operating
system's: it ends with the process, also when that is killed, and what it leaves is no lock. The file says who holds it.
"""

from __future__ import annotations

import datetime
import json
import os
import socket
import stat
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cpms_cli.errors import StoreError, StoreLocked
from cpms_cli.interrupts import uninterrupted
from cpms_cli.store.audit_log import current_user
from cpms_cli.writing.file_locks import is_locked, try_lock
from cpms_cli.writing.owner_only import for_owner_alone

WAIT = 5.0
"""Seconds that a writer waits for another; then it is refused."""
_PAUSE = 0.05


@dataclass
class _Hold:
    """A lock of this process: which thread has it, how many times over, and the open file."""

    thread: int
    times: int
    handle: int


_guard = threading.Lock()
_holds: dict[Path, _Hold] = {}


def lock_file(store: Path) -> Path:
    """The file that a writer of this store locks; it is there while one holds it."""
    place = store.resolve()
    return place.with_name(f".{place.name}.lock")


@contextmanager
def hold_store(store: Path, *, wait: float | None = None) -> Iterator[None]:
    """Hold a store, that may not be there yet, and make files for their owner alone; may be nested.

    Waits `wait` seconds (WAIT by default) for who holds it now. Raises StoreLocked, and StoreError where the folder
    cannot be written or its drive knows no locks.
    """
    place = lock_file(store)
    taken: list[Path] = []
    with for_owner_alone():
        try:
            _take(place, store, WAIT if wait is None else wait, taken)
            yield
        finally:
            if taken:
                with uninterrupted():
                    _give_back(place)


def is_held(store: Path) -> bool:
    """Whether another process is writing this store at this moment; nothing is made or changed by looking."""
    place = lock_file(store)
    with _guard:
        if place in _holds:
            return _holds[place].thread != threading.get_ident()
    try:
        return is_locked(place)
    except OSError:
        return False


def holder(store: Path) -> str:
    """Which other process holds a store, as far as it is known: its number, account, computer, since when."""
    if lock_file(store) in _holds:
        return ""
    with suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(lock_file(store).read_text("utf-8"))
        return f"PID {known['pid']}, {known['account']}@{known['computer']}, {known['since']}"
    return ""


def refusal(store: Path, by: str) -> StoreLocked:
    """What a writer or reader is told who cannot have the store; `by` may be empty."""
    return (
        StoreLocked("store_locked_by", store=store.name, holder=by)
        if by
        else StoreLocked("store_locked", store=store.name)
    )


def _take(place: Path, store: Path, wait: float, taken: list[Path]) -> None:
    """Take the lock, and write into `taken` that it is: a signal may end the work right after that."""
    until = time.monotonic() + wait
    while True:
        with uninterrupted():
            if _is_taken(place, store):
                taken.append(place)
        if taken:
            return
        if time.monotonic() >= until:
            raise refusal(store, holder(store))
        time.sleep(_PAUSE)


def _is_taken(place: Path, store: Path) -> bool:
    thread = threading.get_ident()
    with _guard:
        hold = _holds.get(place)
        if hold is not None:
            hold.times += int(hold.thread == thread)
            return hold.thread == thread
        try:
            handle = _locked(place, store)
        except OSError as error:
            if not store.resolve().parent.is_dir():
                raise StoreError("folder_missing", folder=str(store.resolve().parent)) from None
            raise StoreError("store_cannot_hold", store=store.name, reason=error.strerror or "") from None
        if handle is None:
            return False
        _holds[place] = _Hold(thread, 1, handle)
        return True


def _locked(place: Path, store: Path) -> int | None:
    """The lock's file, open and locked; None where another has it. Raises OSError."""
    try:
        handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError:
        if sys.platform == "win32" and place.exists():
            return None  # the last holder is about to remove it
        raise
    try:
        if try_lock(handle) and _is_there(handle, place):
            _sign(handle, store)
            return handle
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _is_there(handle: int, place: Path) -> bool:
    """Whether the open file still has this name: the last holder removes it, and another may have made one since."""
    try:
        return os.path.samestat(os.fstat(handle), place.stat())
    except FileNotFoundError:
        return False


def _sign(handle: int, store: Path) -> None:
    """Write down who holds the store. Whoever may write the store may lock it; a full disk is no reason not to."""
    since = datetime.datetime.now().astimezone().isoformat(" ", "seconds")
    known = {"pid": os.getpid(), "account": current_user(), "computer": socket.gethostname(), "since": since}
    with suppress(OSError):
        if sys.platform != "win32" and store.exists():
            os.fchmod(handle, stat.S_IMODE(store.stat().st_mode) & 0o666)
        os.ftruncate(handle, 0)
        os.write(handle, json.dumps(known).encode())


def _give_back(place: Path) -> None:
    with _guard:
        hold = _holds[place]
        hold.times -= 1
        if hold.times:
            return
        del _holds[place]
        # Only an open file's lock says whose it is: it is removed while it is locked, where the system allows that.
        if sys.platform != "win32":
            with suppress(OSError):
                place.unlink()
        os.close(hold.handle)
        if sys.platform == "win32":
            with suppress(OSError):
                place.unlink()
