"""What concerns the terminal's window alone: flags that may stand behind any command, and lines as wide as it is."""

from __future__ import annotations

import shutil
import sys

import typer

_OF_TERMINAL = ("--no-pager", "--no-color")


def move_flags_forward() -> None:
    """What concerns the terminal alone may be typed behind any command, as before it."""
    words = sys.argv[1:]
    flags = [word for word in words if word in _OF_TERMINAL]
    sys.argv[1:] = [*flags, *(word for word in words if word not in _OF_TERMINAL)]


def in_lines(text: str, *, err: bool = True) -> list[str]:
    """A sentence in the lines of the window, where it stands in one; in a pipe it is as it is."""
    if not (sys.stderr if err else sys.stdout).isatty():
        return [text]
    from cpms_cli.reports.line_breaking import wrapped_lines

    return wrapped_lines(text, shutil.get_terminal_size().columns)


def show_line(text: str, *, err: bool = False) -> None:
    """Print a sentence, in the lines of the window where it stands in one."""
    typer.echo("\n".join(in_lines(text, err=err)), err=err)
