"""`--open`: what was written is opened with the program that the computer has for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from cpms_cli.cli.options import language
from cpms_cli.cli.terminal.window import show_line
from cpms_cli.survey.language import Language

_WAIT = 3  # seconds: what starts a program is done by then, or is the program itself
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


@contextmanager
def opened(files: Sequence[Path], lang: str | None) -> Iterator[None]:
    """Open these files once a command has written them, whatever its exit code; nothing where it was refused."""
    if not files:
        yield
        return
    try:
        yield
    except typer.Exit:
        _open_all(files, lang)
        raise
    _open_all(files, lang)


def _open_all(files: Sequence[Path], lang: str | None) -> None:
    for path in files:
        if path.is_file():
            open_written(path, language(lang))


def open_written(path: Path, spoken: Language) -> None:
    """Open a file; where there is no program to do so, a line says that it was only written."""
    if not _is_opened(path.resolve()):
        from cpms_cli.survey.messages import say

        show_line(say("open_nothing", spoken, file=path), err=True)


def _is_opened(path: Path) -> bool:
    if sys.platform == "win32":
        try:
            os.startfile(path)  # noqa: S606 - the file that this run wrote
        except OSError:
            return False
        return True
    is_mac = sys.platform == "darwin"
    program = shutil.which("open" if is_mac else "xdg-open")
    # Without a screen, xdg-open would start a browser of text in this window.
    if program is None or not (is_mac or any(map(os.environ.get, _DISPLAYS))):
        return False
    try:
        opening = subprocess.Popen(  # noqa: S603 - the computer's own program, and the file that this run wrote
            [program, str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return opening.wait(_WAIT) == 0
    except subprocess.TimeoutExpired:
        return True
    except OSError:
        return False
