"""Ctrl-C and its kin (SIGTERM, a closed window, Ctrl-Break on Windows): they end the work between two steps.

Only the command line listens; a program that uses the functions keeps its own handlers. What must not be cut in two,
as the commit of a store or the move of a file into its place, is done within `uninterrupted`, and the signal is heard
right after it. So it is always known what became of the store.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_CODE = 130
_IMPORT, _UNTIL_HEARD = "<frozen importlib._bootstrap>", 0.02  # seconds until the signal is sent again
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Interrupted(BaseException):
    """Somebody asked the process to end. No `KeyboardInterrupt`, which the command line's parser would swallow."""


class _Listener:
    """What was heard, and whether it may be acted upon now."""

    def __init__(self) -> None:
        self.busy = 0
        self.waiting = False
        self.ending = False
        self.usual_hook = sys.unraisablehook

    def hear(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal. Once the process is ending, it is left to tidy up.

        A module that is cut off while it is imported cannot be imported again in this process, and the last sentence
        may need it: the signal is sent again once the import is over.
        """
        if self.ending:
            return
        self.waiting = True
        if _is_importing(frame):
            self._send_again(number)
            return
        self.act()

    def hear_swallowed(self, lost: sys.UnraisableHookArgs) -> None:
        """Send the signal again that was heard where nothing can be raised, as in a `__del__`: there the library that
        called drops what is raised, and the work would go on. All else that is dropped goes its usual way."""
        if issubclass(lost.exc_type, Interrupted):
            self.waiting, self.ending = True, False
            self._send_again(signal.SIGINT)
        else:
            self.usual_hook(lost)

    def _send_again(self, number: int) -> None:
        again = threading.Timer(_UNTIL_HEARD, _thread.interrupt_main, (number,))
        again.daemon = True
        again.start()

    def act(self) -> None:
        """Raise Interrupted where a signal waits and nothing forbids it."""
        if self.waiting and not self.busy:
            self.waiting, self.ending = False, True
            raise Interrupted


def _is_importing(frame: FrameType | None) -> bool:
    """Return whether the main thread is in the middle of an import."""
    while frame is not None:
        if frame.f_code.co_filename == _IMPORT:
            return True
        frame = frame.f_back
    return False


_listener = _Listener()


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def listen() -> dict[signal.Signals, object]:
    """Hear these signals from now on; what they did before, for `stop_listening`.

    What is ignored stays so: a process in the background is not to end with the window.
    """
    before: dict[signal.Signals, object] = {}
    if not _in_main_thread():
        return before
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            before[number] = signal.signal(number, _listener.hear)
    if before:
        _listener.usual_hook, sys.unraisablehook = sys.unraisablehook, _listener.hear_swallowed
    return before


def stop_listening(before: dict[signal.Signals, object]) -> None:
    """Give the signals back to whom they belonged before."""
    for number, handler in before.items():
        signal.signal(number, handler)  # type: ignore[arg-type]
    if before:
        sys.unraisablehook = _listener.usual_hook


def listen_while_loading() -> None:
    """Hear signals for the rest of the process; what comes before `begin` is answered there."""
    listen()
    _listener.busy = 1


def begin() -> None:
    """Begin a run of a command. Raises Interrupted where a signal came while it was loaded."""
    _listener.busy, _listener.ending = 0, False
    _listener.act()


def end() -> None:
    """End a run: all is said, and a signal that comes now has nothing to stop."""
    _listener.ending = True


def ending() -> bool:
    """Whether a signal is ending this run: an engine that was in the middle of a query raises an error of its own."""
    return _listener.ending or _listener.waiting


@contextmanager
def uninterrupted() -> Iterator[None]:
    """What is done within is done whole; a signal that comes meanwhile is heard after it."""
    if not _in_main_thread():
        yield
        return
    _listener.busy += 1
    try:
        yield
    finally:
        _listener.busy -= 1
    _listener.act()
