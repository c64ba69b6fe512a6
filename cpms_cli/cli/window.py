"""What concerns the terminal's window alone: flags that may stand behind any command, and lines as wide as it is."""

from __future__ import annotations

import shutil
import sys

from cpms_cli.survey.language import Language

_OF_TERMINAL = ("--no-pager", "--no-color")


def move_flags_forward() -> None:
    """What concerns the terminal alone may be typed behind any command, as before it."""
    words = sys.argv[1:]
    flags = [word for word in words if word in _OF_TERMINAL]
    sys.argv[1:] = [*flags, *(word for word in words if word not in _OF_TERMINAL)]


def in_lines(text: str, language: Language) -> list[str]:
    """A refusal in the lines of the window, where it stands in one; in a pipe it is as it is."""
    if not sys.stderr.isatty():
        return [text]
    from cpms_cli.reports.line_breaking import wrapped
    from cpms_cli.survey.languages import traits_of

    lines = traits_of(language).lines
    width = shutil.get_terminal_size().columns
    return [line for paragraph in text.split("\n") for line in wrapped(paragraph, width, lines)]
