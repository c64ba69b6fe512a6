"""What is wrong with a table as a whole, and not with one of its rows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TableFault:
    """A fault of one table: the field that it is about, and JSON of the figures that its sentence fills in."""

    check: str
    field: str
    source: int
    figures: str
