"""How wide the columns of a table are in a window, so that no column and no word is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BETWEEN_COLUMNS = 3  # blanks
_EDGES = 2  # blanks at the sides of a table


@dataclass(frozen=True)
class Needed:
    """The cells that a column needs: so that no word of it is broken, and so that none of its lines is."""

    least: int
    most: int


def fitting_widths(columns: Sequence[Needed], width: int) -> list[int] | None:
    """Return how wide each column is in a window of `width` cells; None where it has not the room for their words.

    Who needs little gets all of it, and the others get the same, if they need no more for their words.

    >>> fitting_widths([Needed(4, 4), Needed(5, 90), Needed(12, 90)], 30)
    [4, 6, 12]
    """
    room = width - BETWEEN_COLUMNS * (len(columns) - 1) - _EDGES
    if sum(column.least for column in columns) > room:
        return None

    def widths(level: int) -> list[int]:
        return [min(column.most, max(column.least, level)) for column in columns]

    level = max((level for level in range(1, max(room, 1) + 1) if sum(widths(level)) <= room), default=1)
    given = widths(level)
    for number, column in enumerate(columns):
        if sum(given) < room and given[number] == level < column.most:
            given[number] += 1
    return given
