"""Letters that a window cannot show: another sign stands for each, and the run says so at its end."""

from __future__ import annotations

import codecs
from contextvars import ContextVar

SIGNS = "cpms-signs"
"""What is done with letters that the code page of a window lacks, as `errors` of a stream."""
LETTERS_LOST: ContextVar[bool] = ContextVar("letters_lost", default=False)
"""Whether this run printed a question mark in place of a letter."""

_INSTEAD = {"→": ">", "·": "-", "×": "x", "−": "-"}  # of the same width, so that tables stay straight


def _instead(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    shown = "".join(_INSTEAD.get(sign, "?") for sign in error.object[error.start : error.end])
    if any(sign.isalpha() for sign in error.object[error.start : error.end]):
        LETTERS_LOST.set(True)
    return shown, error.end


codecs.register_error(SIGNS, _instead)
