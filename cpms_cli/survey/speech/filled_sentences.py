"""Sentences with places to fill in: `{count}` for a value, `{count|child|children}` for words that go with it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cpms_cli.survey.plain_text import printable_text

_PLACE = re.compile(r"( ?)\{(\w+)(?:\|([^{}|]*)\|([^{}|]*))?\}")


def fill(text: str, values: Mapping[str, object]) -> str:
    """The text with its places filled in, all at once: braces in a value are the value's own.

    A place without a value stays; an empty value takes the space before it along, since a CSV has no sheet, nor room
    for its name. Of two wordings the first is said where the value is one. What steers a terminal is left out.

    >>> fill("{file}, sheet {sheet}: {cells}", {"file": "{cells}.xlsx", "sheet": "a"})
    '{cells}.xlsx, sheet a: {cells}'
    >>> fill("{count} {count|child waits|children wait}", {"count": 1})
    '1 child waits'
    """

    def filled(place: re.Match[str]) -> str:
        space, name, singular, plural = place.groups()
        if name not in values:
            return place[0]
        value = printable_text(str(values[name]))
        if singular is not None:
            value = singular if _is_one(value) else plural
        return f"{space}{value}" if value else ""

    return _PLACE.sub(filled, text)


def places(text: str) -> set[str]:
    """Return the names of what a sentence fills in."""
    return {place[2] for place in _PLACE.finditer(text)}


def of_several(text: str) -> str:
    """Return a sentence with its places open, worded as of several: for whoever reads the sentence itself.

    >>> of_several("{count} {count|child waits|children wait}")
    '{count} children wait'
    """
    return _PLACE.sub(lambda place: place[0] if place[3] is None else f"{place[1]}{place[4]}", text)


def without_places(text: str) -> str:
    """Return what a sentence says itself."""
    return _PLACE.sub("", text)


def _is_one(value: str) -> bool:
    """Whether a value is the number one, in whatever digits; a count that is not told is not."""
    return value.isdecimal() and int(value) == 1
