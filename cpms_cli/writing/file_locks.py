"""Locks of the operating system on an open file: they end with the process, however it ends."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)

if sys.platform == "win32":
    import msvcrt

    # Windows forbids others to read what is locked: the byte stands far behind what the file holds.
    _PLACE = 1 << 30

    def _lock(handle: int) -> None:
        os.lseek(handle, _PLACE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(handle: int) -> None:
        # On network drives of Linux and macOS this is a lock that other machines see too.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def try_lock(handle: int) -> bool:
    """Lock an open file; False where another holds it. Closing the file gives it free.

    Raises OSError where the drive knows no locks.
    """
    try:
        _lock(handle)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock of a file at this moment; False where the drive knows no locks.

    Nothing is changed by looking. Raises OSError where the file cannot be opened.
    """
    handle = os.open(path, os.O_RDWR)
    try:
        return not try_lock(handle)
    except OSError:
        return False
    finally:
        os.close(handle)
