"""A pager for what is longer than the window: as git does it, only where both ends are a terminal's.

CPMS_PAGER goes before PAGER, and less before nothing at all; blank or `cat` is none. What a command prints is held back
until it has ended, so that commands that ask something are none of these.
"""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PAGES_TURNED: ContextVar[bool] = ContextVar("pages_turned", default=True)
"""Whether this run may open a pager."""
_VARIABLES = ("CPMS_PAGER", "PAGER")
_USUAL = ("less", "more")
_NONE = {"", "cat"}
# As git has it: what fits is printed, colours stay colours, and the window stays as it is.
_LESS = "FRX"
_PAGED = frozenset(
    f"cpms {words}"
    for words in (
        *("today", "visits", "children", "find", "child show", "child", "response due", "response summary"),
        *("community", "province", "indicator", "rights", "migration", "overlap", "plan community", "plan province"),
        *("validate", "history", "codebook", "explain", "areas", "link report", "store audit", "score fairness"),
    )
)


class HeldOutput(io.StringIO):
    """What is printed in place of a terminal, until it is known how long it is."""

    def __init__(self, terminal: io.TextIOBase) -> None:
        super().__init__()
        self.terminal = terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The terminal's: what it lacks is replaced when the text is shown."""
        return self.terminal.encoding or "utf-8"

    def isatty(self) -> bool:
        """It stands for the terminal."""
        return True


def _pager() -> list[str]:
    """The pager's command line; none where nobody wants one, or there is none."""
    asked = next((os.environ[name] for name in _VARIABLES if name in os.environ), None)
    if asked is None:
        return [program] if (program := next(filter(None, map(shutil.which, _USUAL)), None)) else []
    words = shlex.split(asked, posix=os.name != "nt")
    return words if words and asked.strip() not in _NONE and shutil.which(words[0]) else []


@contextmanager
def paged(path: str) -> Iterator[None]:
    """Show what the command `path` prints in the pager, where it is a list, is longer than the window, and a person is
    there to turn the pages."""
    stream = sys.stdout
    pager = _pager() if PAGES_TURNED.get() and path in _PAGED and sys.stdin.isatty() and stream.isatty() else []
    if not pager:
        yield
        return
    held = HeldOutput(stream)  # type: ignore[arg-type]
    sys.stdout = held
    try:
        yield
    finally:
        sys.stdout = stream
        _show(held.getvalue(), pager)


def _show(text: str, pager: list[str]) -> None:
    if text.count("\n") < shutil.get_terminal_size().lines:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    encoding = sys.stdout.encoding or "utf-8"
    charset = "utf-8" if encoding.casefold().replace("-", "") == "utf8" else "iso8859"
    environment = {"LESS": _LESS, "LESSCHARSET": charset, **os.environ}
    try:
        shown = text.encode(encoding, "replace")
        subprocess.run(pager, input=shown, env=environment, check=False)  # noqa: S603 - the pager of who types
    except OSError:
        sys.stdout.write(text)
        sys.stdout.flush()
