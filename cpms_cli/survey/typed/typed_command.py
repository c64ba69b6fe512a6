"""A command of the tool as somebody types it."""

from __future__ import annotations

from collections.abc import Iterable

_QUOTED = frozenset(" &()[]{}^=;!'+,`~")


def command_line(words: Iterable[str]) -> str:
    """A command as it is typed: words with spaces in quotation marks, as every system's shell takes them."""
    return " ".join(f'"{word}"' if not word or set(word) & _QUOTED else word for word in words)
