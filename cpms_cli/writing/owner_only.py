"""Files that only their owner may read, from their first byte on.

Windows has no such rights for a process to ask for: there a file has those of its folder.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_guard = threading.Lock()
_nested: list[int] = []


@contextmanager
def for_owner_alone() -> Iterator[None]:
    """What the process makes meanwhile, the engine's own files too, is for its owner alone; may be nested.

    The mask is the whole process's: files that other threads make meanwhile are their owner's alone as well.
    """
    if sys.platform == "win32":
        yield
        return
    with _guard:
        _nested.append(os.umask(0o077))
    try:
        yield
    finally:
        with _guard:
            before = _nested.pop()
            if not _nested:
                os.umask(before)
